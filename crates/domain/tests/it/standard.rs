//! The standard measures at their limits.
//!
//! Invariant: each measure is tried just below and at its limit.

use crate::cast::{Cast, absent, day, weekdays};
use lasna_domain::attendance::{Approval, Share, StandardMeasures, standard_measures};
use lasna_domain::calendar::Day;
use proptest::prelude::*;

/// So many days of ten lessons each, of which lessons were missed in order from a place on.
fn measured(days: usize, missed: std::ops::Range<usize>) -> StandardMeasures {
    let days = &weekdays("2026-08-10", 8)[..days];
    let mut cast = Cast::with_days(days, 10);
    for index in missed {
        cast.mark(
            days[index / 10],
            index as u16 % 10,
            absent(Approval::Authorised),
        );
    }
    standard_measures(&cast.days(), days[days.len() - 1])
}

fn percentages(measures: StandardMeasures) -> [bool; 4] {
    [
        measures.at_least_5_percent,
        measures.at_least_10_percent,
        measures.at_least_20_percent,
        measures.at_least_50_percent,
    ]
}

#[test]
fn percentages_begin_at_their_limit() {
    for (missed, expected) in [
        (9, [false; 4]),
        (10, [true, false, false, false]),
        (19, [true, false, false, false]),
        (20, [true, true, false, false]),
        (39, [true, true, false, false]),
        (40, [true, true, true, false]),
        (99, [true, true, true, false]),
        (100, [true; 4]),
    ] {
        assert_eq!(
            percentages(measured(20, 0..missed)),
            expected,
            "{missed} of 200"
        );
    }
}

#[test]
fn there_is_no_percentage_before_twenty_possible_days() {
    assert_eq!(percentages(measured(19, 0..190)), [false; 4]);
    assert_eq!(percentages(measured(20, 0..200)), [true; 4]);
}

#[test]
fn ten_days_in_a_row() {
    assert!(!measured(20, 0..90).ten_days_in_a_row);
    // One lesson of the tenth day is enough, and so is a run that has ended.
    assert!(measured(20, 0..91).ten_days_in_a_row);
    assert!(measured(20, 59..151).ten_days_in_a_row);
}

#[test]
fn unresolved_for_more_than_seven_days() {
    let monday = day("2026-09-07");
    let mut cast = Cast::with_days(&weekdays("2026-09-07", 3), 2);
    cast.mark(monday, 0, absent(Approval::Unresolved));
    let at =
        |cast: &Cast, as_of: Day| standard_measures(&cast.days(), as_of).unresolved_over_7_days;
    assert!(!at(&cast, monday.plus(7)));
    assert!(at(&cast, monday.plus(8)));
    // A correction ends it.
    let mut explained = *cast.facts.marks.last().unwrap();
    explained.kind = Some(absent(Approval::Authorised));
    explained.known_at = lasna_domain::calendar::Instant::midnight(monday.plus(3));
    cast.facts.marks.push(explained);
    assert!(!at(&cast, monday.plus(8)));
}

/// Long division by hand: whole tenths are taken off one by one, and half of one more rounds up.
fn tenths_by_hand(part: u64, whole: u64) -> u64 {
    let (mut left, mut tenths) = (u128::from(part) * 1_000, 0);
    while left >= u128::from(whole) {
        left -= u128::from(whole);
        tenths += 1;
    }
    tenths + u64::from(left * 2 >= u128::from(whole))
}

/// A whole of any size with a part of it, halves of a tenth among them.
fn share() -> impl Strategy<Value = (u64, u64)> {
    let any = (1..=u64::MAX).prop_flat_map(|whole| (0..=whole, Just(whole)));
    let small = (1..=3_000_u64).prop_flat_map(|whole| (0..=whole, Just(whole)));
    let half = (0..1_000_u64, 1..=u64::MAX / 2_000).prop_map(|(n, k)| ((2 * n + 1) * k, 2_000 * k));
    prop_oneof![any, small, half]
}

proptest! {
    #[test]
    fn one_decimal_is_rounded_once((part, whole) in share()) {
        let shown = Share::new(part, whole).unwrap();
        prop_assert_eq!(shown.tenths_shown(), tenths_by_hand(part, whole));
        prop_assert_eq!(lasna_domain::disclosure::tenths(part, whole), Some(shown.tenths_shown()));
    }
}
