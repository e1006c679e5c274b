//! Places for labels that must not touch: over the lines, and in lanes below the axis.
//!
//! Invariant: two labels placed here never share a point.

use super::super::text::{Taken, width};

/// Room around a label.
const AIR: f64 = 6.0;

/// What is taken so far.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<Taken>);

impl Places {
    /// Takes a rectangle, whatever is there already.
    pub fn take(&mut self, taken: Taken) {
        self.0.push(taken);
    }

    /// The first of the points where a text fits, and takes it.
    pub fn text(
        &mut self,
        text: &str,
        size: f64,
        room: (f64, f64),
        points: &[(f64, f64)],
    ) -> Option<(f64, f64)> {
        let fits = |point: &&(f64, f64)| {
            let needed = Taken::by_text(text, size, **point);
            let inside = needed.left >= room.0 && needed.right <= room.1;
            inside && !self.0.iter().any(|taken| taken.meets(&needed))
        };
        let point = points.iter().find(fits).copied()?;
        self.take(Taken::by_text(text, size, point));
        Some(point)
    }
}

/// A label in a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct InLane {
    pub lane: usize,
    /// Where its sign and text begin.
    pub left: f64,
    /// Where its text ends.
    pub end: f64,
}

/// Gives every label a lane of its own at the left edge.
pub(super) fn list(labels: &[(f64, String)]) -> Vec<InLane> {
    let label = |lane| InLane {
        lane,
        left: 0.0,
        end: f64::MAX,
    };
    (0..labels.len()).map(label).collect()
}

/// Gives every label a lane, in the order of the points that they belong to.
///
/// A label begins under its point, or ends at the right edge where it is too long. Of the lanes where
/// it touches no other it takes the first in which its own line crosses no text, and no line crosses
/// it; where none is so, the text stands over the line.
pub(super) fn lanes(labels: &[(f64, String)], size: f64, sign: f64, right: f64) -> Vec<InLane> {
    let mut placed: Vec<(usize, InLane)> = Vec::new();
    // From the right: a label runs to the right, below the lines of those that are there.
    for (at, (x, text)) in labels.iter().enumerate().rev() {
        let long = sign + width(text, size);
        let left = (x - sign / 2.0 + 2.0).min(right - long).max(0.0);
        let end = left + long;
        let spans = |from: f64, to: f64, x: f64| from - AIR < x && x < to + AIR;
        let touches = |lane: usize, other: &InLane| {
            other.lane == lane && left < other.end + AIR && other.left < end + AIR
        };
        let crosses = |lane: usize, other: &InLane, of: usize| {
            let line = labels.get(of).map_or(0.0, |(x, _)| *x);
            (other.lane >= lane && spans(left, end, line))
                || (other.lane <= lane && spans(other.left, other.end, *x))
        };
        let free = |lane: &usize| !placed.iter().any(|(_, other)| touches(*lane, other));
        let clear = |lane: &usize| {
            free(lane) && !placed.iter().any(|(of, other)| crosses(*lane, other, *of))
        };
        let all = labels.len() + 1;
        let lane = (0..all).find(clear).or_else(|| (0..all).find(free));
        let lane = lane.unwrap_or(all);
        placed.push((at, InLane { lane, left, end }));
    }
    placed.sort_by_key(|(at, _)| *at);
    placed.into_iter().map(|(_, label)| label).collect()
}
