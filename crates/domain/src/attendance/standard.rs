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
    let at_least = |percent: u32| {
        sum.days >= DAYS_MIN && sum.rate().is_some_and(|rate| rate.at_least(percent * 100))
    };
    StandardMeasures {
        at_least_5_percent: at_least(5),
        at_least_10_percent: at_least(10),
        at_least_20_percent: at_least(20),
        at_least_50_percent: at_least(50),
        ten_days_in_a_row: runs(days, false).iter().any(|&length| length >= 10),
        unresolved_over_7_days: days.iter().any(|day| {
            day.day.plus(7) < as_of && day.slots.iter().any(|slot| slot.minutes.unresolved > 0)
        }),
    }
}
