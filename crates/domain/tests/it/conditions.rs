//! Conditions of a step by hand: each kind, ways to count again, what a correction takes away.
//!
//! Source: docs/areas/model.md.
//!
//! Invariant: the expected days were counted by hand.

use crate::cast::{Cast, PUPIL, absent, day, fired, late, model, weekdays, with_measure};
use lasna_domain::attendance::{Approval, MarkKind, Presence, Reason, View};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::evaluate::{Crossing, Judge, compare};
use lasna_domain::model::{
    Condition, CountsAgain, Hour, MeasureNo, PatternOf, ShareOf, Window, total_measure,
};

const TOTAL: MeasureNo = MeasureNo(0);

#[test]
fn an_hour_is_a_lesson_or_its_minutes() {
    let days = weekdays("2026-09-07", 2);
    let mut cast = Cast::new();
    for &day in &days {
        cast.lesson(day, 0, 75);
        cast.mark(day, 0, absent(Approval::Authorised));
    }
    let hours = |hour, hours| {
        let window = Window::Year;
        let at_least = Condition::Hours {
            measure: TOTAL,
            hours,
            window,
        };
        let found = cast.crossings(&model(hour, &[(at_least, CountsAgain::Once)]));
        found
            .first()
            .map(|crossing| (crossing.day, crossing.counted))
    };
    assert_eq!(hours(Hour::Lesson, 4), Some((days[3], 4)));
    // 3 × 75 = 225 = 5 × 45; 4 × 75 = 300 = 5 × 60.
    assert_eq!(hours(Hour::Minutes(45), 5), Some((days[2], 5)));
    assert_eq!(hours(Hour::Minutes(60), 5), Some((days[3], 5)));
    assert_eq!(hours(Hour::Lesson, 11), None);
}

#[test]
fn leave_applied_for_can_be_left_out() {
    let days = weekdays("2026-09-07", 1);
    let mut cast = Cast::with_days(&days, 2);
    for &day in &days {
        cast.mark(day, 0, absent(Approval::Authorised)).reason = Reason::Leave;
        cast.mark(day, 1, late(30));
    }
    let one = Condition::Hours {
        measure: TOTAL,
        hours: 1,
        window: Window::Term,
    };
    let every = model(Hour::Lesson, &[(one, CountsAgain::Once)]);
    assert_eq!(fired(&cast.crossings(&every), 0), [days[0]]);
    let mut measure = total_measure();
    measure.except_reason = measure.except_reason.with(Reason::Leave.index());
    let without = with_measure(every, measure);
    assert_eq!(cast.crossings(&without), []);
    // A lesson of which only a part was missed is an hour that counts.
    let part = MarkKind::new(Presence::Absent, Approval::Authorised, Some(1)).unwrap();
    cast.mark(days[3], 1, part).known_at = Instant(0);
    assert_eq!(fired(&cast.crossings(&without), 0), [days[3]]);
}

/// Three weeks of three lessons a day: Mondays missed whole, the first Tuesday its first lesson.
fn three_mondays(days: &[Day]) -> Cast {
    let mut cast = Cast::with_days(days, 3);
    for &day in days.iter().step_by(5) {
        for place in 0..3 {
            cast.mark(day, place, absent(Approval::Unresolved));
        }
    }
    cast.mark(days[1], 0, absent(Approval::Unresolved));
    cast
}

fn check(cast: &Cast, condition: Condition, expected: Option<(Day, u64)>) {
    let found = cast.crossings(&model(Hour::Lesson, &[(condition, CountsAgain::Once)]));
    let first = found
        .first()
        .map(|crossing| (crossing.day, crossing.counted));
    assert_eq!(first, expected, "{condition:?}");
}

#[test]
fn days_runs_spells_and_the_clock_of_the_unresolved() {
    let days = weekdays("2026-09-07", 3);
    let cast = three_mondays(&days);
    let measure = TOTAL;
    let missed = |window| Condition::Days {
        measure,
        days: 3,
        window,
    };
    check(&cast, missed(Window::Year), Some((days[5], 3)));
    check(&cast, missed(Window::Month), Some((days[5], 3)));
    check(&cast, missed(Window::Week), None);
    let run = |full| Condition::Run { days: 2, full };
    check(&cast, run(false), Some((days[1], 2)));
    check(&cast, run(true), None);
    let spells = |count, window| Condition::Spells { count, window };
    check(&cast, spells(3, Window::Year), Some((days[10], 3)));
    check(&cast, spells(2, Window::RollingDays(5)), None);
    // The clock runs out on Tuesday of the next week, or on a Sunday.
    check(&cast, Condition::Unresolved { days: 7 }, Some((days[6], 3)));
    check(
        &cast,
        Condition::Unresolved { days: 5 },
        Some((day("2026-09-13"), 3)),
    );
    check(&cast, Condition::Concern, None);
}

#[test]
fn shares_and_patterns() {
    let days = weekdays("2026-09-07", 3);
    let cast = three_mondays(&days);
    let share = |days_min| Condition::Share {
        measure: TOTAL,
        percent_hundredths: 2000,
        window: Window::Year,
        of: ShareOf::MarkedMinutes,
        days_min,
    };
    check(&cast, share(1), Some((days[0], 135)));
    // 4 of 15 lessons on the fifth day; 7 of 30 on the tenth; not before 16 of 15 days.
    check(&cast, share(5), Some((days[4], 180)));
    check(&cast, share(10), Some((days[9], 315)));
    check(&cast, share(16), None);
    let pattern = |share_percent| Condition::Pattern {
        of: PatternOf::Weekday,
        share_percent,
        count_min: 6,
        window: Window::Year,
    };
    // Six of seven missed lessons are Mondays' (85.7 %), then nine of ten.
    check(&cast, pattern(85), Some((days[5], 6)));
    check(&cast, pattern(90), Some((days[10], 9)));
    check(&cast, pattern(91), None);
}

#[test]
fn a_step_fires_again_after_teaching_weeks_when_it_has_been_otherwise() {
    let days = weekdays("2026-09-07", 6);
    let mut cast = Cast::with_days(&days, 1);
    for index in [0, 1, 2, 7, 8, 20] {
        cast.mark(days[index], 0, absent(Approval::Authorised));
    }
    let one = Condition::Days {
        measure: TOTAL,
        days: 1,
        window: Window::Day,
    };
    let again = |weeks| {
        let again = CountsAgain::AfterTeachingWeeks(weeks);
        fired(&cast.crossings(&model(Hour::Lesson, &[(one, again)])), 0)
    };
    assert_eq!(again(0), [days[0], days[7], days[20]]);
    assert_eq!(again(1), [days[0], days[7], days[20]]);
    assert_eq!(again(2), [days[0], days[20]]);
    assert_eq!(again(5), [days[0]]);
}

#[test]
fn a_correction_takes_a_crossing_away_and_it_stays_visible() {
    let days = weekdays("2026-09-07", 2);
    let mut cast = Cast::with_days(&days, 4);
    for &day in &days[..3] {
        cast.mark(day, 0, absent(Approval::Unresolved));
    }
    let three = Condition::Hours {
        measure: TOTAL,
        hours: 3,
        window: Window::Term,
    };
    let run = Condition::Run {
        days: 2,
        full: false,
    };
    let model = model(
        Hour::Lesson,
        &[(three, CountsAgain::EachTerm), (run, CountsAgain::Once)],
    );
    let before = cast.crossings(&model);
    assert_eq!(
        (fired(&before, 0), fired(&before, 1)),
        (vec![days[2]], vec![days[1]])
    );
    // The teacher was wrong about Tuesday; Thursday and Friday follow.
    let mut withdrawn = cast.facts.marks[1];
    (withdrawn.kind, withdrawn.known_at) = (None, Instant::midnight(days[5]));
    cast.facts.marks.push(withdrawn);
    let after = cast.crossings(&model);
    assert_eq!(after, []);
    let (added, gone) = compare(&before, &after);
    assert_eq!((added, gone), (vec![], before.clone()));
    cast.mark(days[3], 0, absent(Approval::Unresolved));
    let after = cast.crossings(&model);
    let (added, gone) = compare(&before, &after);
    // Both come later now: the old days are withdrawn, the new ones added.
    assert_eq!(
        (fired(&added, 0), fired(&added, 1)),
        (vec![days[3]], vec![days[3]])
    );
    assert_eq!(gone, before);
    assert_eq!(compare(&after, &after), (vec![], vec![]));
    // The replay as known before the correction still says what was said then.
    let view = View::new(&cast.facts, Instant::midnight(days[4]));
    let then = view.pupil_days(PUPIL, cast.year().span);
    let judge = Judge {
        model: &model,
        year: &cast.year(),
        days: &then,
    };
    let replayed: Vec<Crossing> = judge.crossings(days[2]);
    assert_eq!(replayed, before);
}
