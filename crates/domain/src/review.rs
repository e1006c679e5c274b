//! On which days a decision that there is no concern may be looked at again.
//!
//! Invariant: a review is on a school day after the decision; where no school day ahead is known, a
//! weekday stands for one.

use crate::calendar::{Day, Weekday};

/// Days from a decision to its review at most.
pub const REVIEW_DAYS: i32 = 120;
/// Days to the review that is proposed.
const PROPOSED_DAYS: i32 = 21;

/// Whether a day may be the review of a decision of today.
pub fn is_review_day(day: Day, today: Day, school_days: &[Day]) -> bool {
    if day <= today || day > today.plus(REVIEW_DAYS) {
        return false;
    }
    let ahead = &school_days[school_days.partition_point(|&known| known <= today)..];
    match ahead.is_empty() {
        true => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        false => ahead.binary_search(&day).is_ok(),
    }
}

/// The last day that a review may be on.
pub fn last_review_day(today: Day, school_days: &[Day]) -> Day {
    let mut days = (1..=REVIEW_DAYS).rev().map(|ahead| today.plus(ahead));
    // Among so many days there is one: a school day that is known, or a weekday.
    days.find(|&day| is_review_day(day, today, school_days))
        .unwrap_or(today.plus(REVIEW_DAYS))
}

/// The day that is proposed: three weeks ahead, or the next one that may be.
pub fn proposed_review_day(today: Day, school_days: &[Day]) -> Day {
    let mut days = (PROPOSED_DAYS..=REVIEW_DAYS).map(|ahead| today.plus(ahead));
    days.find(|&day| is_review_day(day, today, school_days))
        .unwrap_or_else(|| last_review_day(today, school_days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap_or(Day(0))
    }

    /// Weekdays from 11 August 2026 to 5 June 2027, without a week in October.
    fn year() -> Vec<Day> {
        let all = (day("2026-08-11").0..=day("2027-06-04").0).map(Day);
        let away = day("2026-10-12")..=day("2026-10-18");
        all.filter(|day| day.weekday().index() < 5 && !away.contains(day))
            .collect()
    }

    #[test]
    fn a_review_is_on_a_school_day_ahead() {
        for (today, review, fits) in [
            ("2027-03-10", "2027-03-10", false),
            ("2027-03-10", "2027-03-11", true),
            ("2027-03-10", "2027-03-13", false),
            ("2027-03-10", "2027-06-04", true),
            ("2027-03-10", "2027-06-07", false),
            ("2026-09-01", "2026-10-13", false),
            ("2026-09-01", "2026-12-30", true),
            ("2026-09-01", "2026-12-31", false),
            // After the last school day weekdays stand for school days.
            ("2027-06-04", "2027-08-16", true),
            ("2027-06-04", "2027-08-15", false),
        ] {
            let found = is_review_day(day(review), day(today), &year());
            assert_eq!(found, fits, "{today} {review}");
        }
    }

    #[test]
    fn the_last_and_the_proposed_day_may_be_chosen() {
        for (today, proposed, last) in [
            ("2027-03-10", "2027-03-31", "2027-06-04"),
            ("2026-09-21", "2026-10-19", "2027-01-19"),
            ("2027-05-28", "2027-06-04", "2027-06-04"),
            ("2027-06-04", "2027-06-25", "2027-10-01"),
        ] {
            let (today, days) = (day(today), year());
            assert_eq!(proposed_review_day(today, &days), day(proposed), "{today}");
            assert_eq!(last_review_day(today, &days), day(last), "{today}");
            assert!(is_review_day(day(proposed), today, &days));
            assert!(is_review_day(day(last), today, &days));
        }
    }
}
