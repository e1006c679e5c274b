//! Possible minutes by the grade's norm, where a source has no timetable.
//!
//! Weekly lessons of Government Decree 112/2023 (3 §, in force 1.8.2024) for grades 1–9, each of
//! 45 minutes, spread over the weekdays from Monday on. A figure made from these carries
//! `denominator: norm`.
//!
//! Invariant: the lessons of Monday to Friday add to the weekly number.

use crate::calendar::{TimeOfDay, Weekday};

/// Weekly lessons of grades 1–9.
const WEEKLY: [u8; 9] = [20, 20, 22, 24, 25, 25, 30, 29, 30];
/// Minutes of a lesson by the norm.
pub(crate) const NORM_MINUTES: u16 = 45;
/// Nominal start of the first lesson of a day.
pub const NORM_START: TimeOfDay = TimeOfDay(8 * 60);

/// How many lessons a pupil of the grade has on a weekday; an unknown grade counts as the fifth.
///
/// ```
/// use lasna_domain::attendance::norm_lessons;
/// use lasna_domain::calendar::Weekday;
/// assert_eq!(norm_lessons(8, Weekday::Monday), 6);
/// assert_eq!(norm_lessons(8, Weekday::Friday), 5);
/// ```
pub const fn norm_lessons(grade: u8, weekday: Weekday) -> u8 {
    let index = weekday.index() as u8;
    if index >= 5 {
        return 0;
    }
    let weekly = if grade >= 1 && grade <= 9 {
        WEEKLY[grade as usize - 1]
    } else {
        WEEKLY[4]
    };
    weekly / 5 + if index < weekly % 5 { 1 } else { 0 }
}

/// The nominal start of the lesson at a place of the day, 0 for the first: one each full hour.
pub const fn norm_slot_start(place: u8) -> TimeOfDay {
    TimeOfDay(NORM_START.0 + 60 * place as u16)
}

/// The nominal lesson that a clock time falls in.
pub const fn norm_start_near(start: TimeOfDay) -> TimeOfDay {
    let hour = start.0 / 60;
    TimeOfDay(if hour < 8 { NORM_START.0 } else { hour * 60 })
}
