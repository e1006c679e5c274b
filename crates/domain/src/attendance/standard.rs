//! The standard measures, computed beside every local ladder so that places can be compared.
//!
//! At least 5, 10, 20 and 50 percent of marked time to date (not before 20 possible days), at least
//! 10 consecutive days with absence, a lesson unresolved for more than 7 days.
//!
//! Invariant: integers decide.

use super::derived::runs;
use super::figures::Figures;
use super::slots::PupilDay;
use crate::calendar::Day;

/// Possible days before any percentage says something.
const DAYS_MIN: u64 = 20;

/// The shares of marked time, in percent, that the measures ask for.
pub const LIMITS: [u32; 4] = [5, 10, 20, 50];

/// Which of [`LIMITS`] a pupil's sum to date is at or over; `None` before there is a percentage.
pub fn limits_reached(sum: &Figures) -> Option<[bool; 4]> {
    let rate = sum.rate().filter(|_| sum.days >= DAYS_MIN)?;
    Some(LIMITS.map(|percent| rate.at_least(percent * 100)))
}

/// What holds of one pupil, school year to date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StandardMeasures {
    pub at_least_5_percent: bool,
    pub at_least_10_percent: bool,
    pub at_least_20_percent: bool,
    pub at_least_50_percent: bool,
    pub ten_days_in_a_row: bool,
    pub unresolved_over_7_days: bool,
}

/// The standard measures of a pupil's possible days up to and with `as_of`.
pub fn standard_measures(days: &[PupilDay], as_of: Day) -> StandardMeasures {
    let sum: Figures = days.iter().map(PupilDay::figures).sum();
    let [five, ten, twenty, fifty] = limits_reached(&sum).unwrap_or_default();
    StandardMeasures {
        at_least_5_percent: five,
        at_least_10_percent: ten,
        at_least_20_percent: twenty,
        at_least_50_percent: fifty,
        ten_days_in_a_row: runs(days, false).iter().any(|&length| length >= 10),
        unresolved_over_7_days: days.iter().any(|day| {
            day.day.plus(7) < as_of && day.slots.iter().any(|slot| slot.minutes.unresolved > 0)
        }),
    }
}
