//! Scales: days from left to right, numbers from the bottom up, and the marks on both.
//!
//! Invariant: a mark of a scale is no datum; it has the class `c-tick` and nothing else has.

use super::svg::{Anchor, Canvas};
use super::text::width;
use super::writing::Writing;
use lasna_domain::calendar::Day;

/// Size of the texts of drawings, in their units.
pub(super) const TEXT: f64 = 13.0;

/// Days along a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    pub first: Day,
    pub last: Day,
    pub left: f64,
    pub right: f64,
}

impl Days {
    /// Where a day is; days outside are at the ends.
    pub fn x(&self, day: Day) -> f64 {
        let length = f64::from((self.last.0 - self.first.0).max(1));
        let passed =
            f64::from(day.0.clamp(self.first.0, self.last.0.max(self.first.0)) - self.first.0);
        self.left + (self.right - self.left) * passed / length
    }

    /// Names of months under their first days, as many as have room.
    pub fn months(&self, canvas: &mut Canvas, y: f64, writing: &Writing) {
        let mut free_from = f64::MIN;
        let mut month = 0;
        for day in (self.first.0..=self.last.0).map(Day) {
            if day.month() == month {
                continue;
            }
            month = day.month();
            let (x, name) = (self.x(day), writing.month(day));
            let end = x + width(name, TEXT);
            if day != self.first {
                canvas.line("c-axis", (x, y - TEXT - 4.0), (x, y - TEXT));
            }
            if x >= free_from && end <= canvas.width() {
                canvas.text("c-soft c-halo", Anchor::Start, (x, y), name);
                free_from = end + 8.0;
            }
        }
    }
}

/// Numbers from the bottom up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heights {
    pub top: f64,
    pub bottom: f64,
    pub max: f64,
}

impl Heights {
    /// Where a number is.
    pub fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * (value / self.max.max(f64::EPSILON)).min(1.0)
    }
}

/// The distance between marks of a scale so that about four cover it: 1, 2 or 5 times a power of 10.
pub(super) fn stride(max: u32) -> u32 {
    let mut power = 1_u32;
    loop {
        for times in [1_u32, 2, 5] {
            let step = power * times;
            if step.saturating_mul(5) >= max || power >= 100_000_000 {
                return step;
            }
        }
        power *= 10;
    }
}

/// The marks from 0 up to `max` and no further.
pub(super) fn marks(max: u32) -> impl Iterator<Item = u32> {
    (0..=max).step_by(stride(max) as usize)
}
