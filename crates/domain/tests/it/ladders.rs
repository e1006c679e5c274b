//! Ladders in use, week by week: the Dutch report, the Danish quarter, hours, corrections.
//!
//! Source: operating-model.md, "Rules"; interop.md 4.6.
//!
//! Invariant: the expected days were counted by hand.

use crate::cast::{Cast, absent, day, fired, late, model, span, weekdays, with_measure};
use lasna_domain::attendance::{Approval, MarkKind, Presence, Reason};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::evaluate::{Crossing, Judge, compare};
use lasna_domain::model::{
    Condition, CountsAgain, Hour, MeasureNo, Model, PatternOf, ShareOf, Window, total_measure,
};

const TOTAL: MeasureNo = MeasureNo(0);

fn dutch() -> Model {
    let window = Window::RollingTeachingWeeks(4);
    let sixteen = Condition::Hours {
        measure: TOTAL,
        hours: 16,
        window,
    };
    model(Hour::Minutes(60), &[(sixteen, CountsAgain::AfterReset)])
}

/// Weeks from Monday 7 September 2026 of six lessons a day, each an hour, with so many missed in
/// order from Monday on; `None` is a week of holiday.
fn dutch_weeks(weeks: &[Option<usize>], with_calendar: bool) -> Cast {
    let mut cast = Cast::new();
    for (no, week) in weeks.iter().enumerate() {
        let monday = day("2026-09-07").plus(7 * no as i32);
        let days: Vec<Day> = (0..5).map(|n| monday.plus(n)).collect();
        for (index, &day) in days.iter().enumerate() {
            if with_calendar {
                cast.calendar_day(day, week.is_some());
            }
            let Some(missed) = *week else { continue };
            for place in 0..6 {
                cast.lesson(day, place, 60);
                cast.taken(day, place);
                if index * 6 + usize::from(place) < missed {
                    cast.mark(day, place, absent(Approval::Unauthorised));
                }
            }
        }
    }
    cast
}

#[test]
fn the_dutch_sixteen_hours_in_four_teaching_weeks() {
    for with_calendar in [true, false] {
        let fires = |weeks: &[Option<usize>]| {
            fired(&dutch_weeks(weeks, with_calendar).crossings(&dutch()), 0)
        };
        // The fourth teaching week is the fifth of the calendar: 5 + 3 + 4 + 4 on its Monday.
        let weeks = [Some(5), Some(3), None, Some(4), Some(4)];
        assert_eq!(
            fires(&weeks),
            [day("2026-10-05")],
            "calendar {with_calendar}"
        );
        let weeks = [Some(5), Some(3), Some(4), Some(3), Some(0), Some(4)];
        assert_eq!(fires(&weeks), [], "calendar {with_calendar}");
        // 6 + 6 + 4 on Wednesday; then from nothing 15 and 1.
        let weeks = [Some(16), Some(15), Some(1)];
        let expected = [day("2026-09-09"), day("2026-09-21")];
        assert_eq!(fires(&weeks), expected, "calendar {with_calendar}");
        // What came before the report does not count again, nor what is four weeks old.
        assert_eq!(fires(&[Some(16), Some(15)]), [day("2026-09-09")]);
        assert_eq!(fires(&[Some(15), Some(0), Some(0), Some(0), Some(15)]), []);
    }
}

/// The quarter October to December 2026 and the next, with autumn break and Christmas.
fn danish() -> (Cast, Vec<Day>) {
    let (quarters, breaks) = (
        span("2026-10-01", "2027-04-01"),
        [
            span("2026-10-12", "2026-10-17"),
            span("2026-12-19", "2027-01-04"),
        ],
    );
    let mut days = Vec::new();
    let mut cast = Cast::new();
    let mut day = quarters.from;
    while day < quarters.to {
        let free = day.weekday().index() > 4 || breaks.iter().any(|pause| pause.contains(day));
        cast.calendar_day(day, !free);
        if !free {
            for place in 0..2 {
                cast.lesson(day, place, 45);
                cast.taken(day, place);
            }
            days.push(day);
        }
        day = day.next();
    }
    (cast, days)
}

fn danish_model() -> Model {
    let share = |percent_hundredths| Condition::Share {
        measure: TOTAL,
        percent_hundredths,
        window: Window::Quarter,
        of: ShareOf::WindowDays,
        days_min: 0,
    };
    let unlawful = lasna_domain::model::Measure {
        approval: Default::default(),
        ..total_measure()
    };
    let approval = unlawful.approval.with(Approval::Unauthorised.index());
    let model = model(
        Hour::Lesson,
        &[
            (share(1000), CountsAgain::EachQuarter),
            (share(1500), CountsAgain::EachQuarter),
        ],
    );
    with_measure(
        model,
        lasna_domain::model::Measure {
            approval,
            ..unlawful
        },
    )
}

#[test]
fn the_danish_quarter_counts_days_to_come() {
    let (mut cast, days) = danish();
    // 57 weekdays less five of autumn break: 52 before Christmas; a tenth is 5.2, 15 % is 7.8.
    let first: Vec<Day> = days
        .iter()
        .copied()
        .filter(|&d| d < day("2027-01-01"))
        .collect();
    assert_eq!(first.len(), 52);
    for &day in &first[10..17] {
        cast.mark(day, 0, absent(Approval::Unauthorised));
    }
    let crossings = cast.crossings(&danish_model());
    assert_eq!(fired(&crossings, 0), [first[15]]);
    assert_eq!(crossings[0].counted, 6);
    assert_eq!(fired(&crossings, 1), []);
    // Lawful days do not count, two lessons of one day are one day, the eighth day notifies.
    cast.mark(first[20], 0, absent(Approval::Authorised));
    cast.mark(first[16], 1, absent(Approval::Unauthorised));
    assert_eq!(fired(&cast.crossings(&danish_model()), 1), []);
    cast.mark(first[30], 1, absent(Approval::Unauthorised));
    let crossings = cast.crossings(&danish_model());
    assert_eq!(
        (fired(&crossings, 0), fired(&crossings, 1)),
        (vec![first[15]], vec![first[30]])
    );
}

#[test]
fn the_danish_quarter_begins_anew() {
    let (mut cast, days) = danish();
    let (first, second): (Vec<Day>, Vec<Day>) = days.iter().partition(|&&d| d < day("2027-01-01"));
    // 4 January to 31 March: twelve weeks of five days and three more.
    assert_eq!(second.len(), 63);
    for &day in first[44..].iter().chain(&second[..9]) {
        cast.mark(day, 0, absent(Approval::Unauthorised));
    }
    // 8 of 52 warns on the sixth and notifies on the eighth; 7 of 63 warns, 10 would notify.
    let crossings = cast.crossings(&danish_model());
    assert_eq!(fired(&crossings, 0), [first[49], second[6]]);
    assert_eq!(fired(&crossings, 1), [first[51]]);
}

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

#[test]
fn conditions_by_hand() {
    let days = weekdays("2026-09-07", 3);
    let mut cast = Cast::with_days(&days, 3);
    // Mondays whole, the first Tuesday its first lesson.
    for &day in days.iter().step_by(5) {
        (0..3).for_each(|place| drop(cast.mark(day, place, absent(Approval::Unresolved))));
    }
    cast.mark(days[1], 0, absent(Approval::Unresolved));
    let window = Window::Year;
    let share = |days_min| Condition::Share {
        measure: TOTAL,
        percent_hundredths: 2000,
        window,
        of: ShareOf::MarkedMinutes,
        days_min,
    };
    let pattern = |share_percent| Condition::Pattern {
        of: PatternOf::Weekday,
        share_percent,
        count_min: 6,
        window,
    };
    for (condition, expected) in [
        (
            Condition::Days {
                measure: TOTAL,
                days: 3,
                window,
            },
            Some((days[5], 3)),
        ),
        (
            Condition::Days {
                measure: TOTAL,
                days: 3,
                window: Window::Month,
            },
            Some((days[5], 3)),
        ),
        (
            Condition::Days {
                measure: TOTAL,
                days: 3,
                window: Window::Week,
            },
            None,
        ),
        (
            Condition::Run {
                days: 2,
                full: false,
            },
            Some((days[1], 2)),
        ),
        (
            Condition::Run {
                days: 2,
                full: true,
            },
            None,
        ),
        (Condition::Spells { count: 3, window }, Some((days[10], 3))),
        (
            Condition::Spells {
                count: 2,
                window: Window::RollingDays(5),
            },
            None,
        ),
        // Six of seven missed lessons are Mondays': 85.7 %.
        (pattern(85), Some((days[5], 6))),
        // Nine of ten on the third.
        (pattern(90), Some((days[10], 9))),
        (share(1), Some((days[0], 135))),
        // 4 of 15 lessons on the fifth day; 7 of 30 on the tenth.
        (share(5), Some((days[4], 180))),
        (share(10), Some((days[9], 315))),
        (share(16), None),
        // The clock runs on Tuesday of the next week, and on weekends.
        (Condition::Unresolved { days: 7 }, Some((days[6], 3))),
        (
            Condition::Unresolved { days: 5 },
            Some((day("2026-09-13"), 3)),
        ),
        (Condition::Concern, None),
    ] {
        let found = cast.crossings(&model(Hour::Lesson, &[(condition, CountsAgain::Once)]));
        assert_eq!(
            found.first().map(|c| (c.day, c.counted)),
            expected,
            "{condition:?}"
        );
    }
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
    let view = lasna_domain::attendance::View::new(&cast.facts, Instant::midnight(days[4]));
    let then = view.pupil_days(crate::cast::PUPIL, cast.year().span);
    let judge = Judge {
        model: &model,
        year: &cast.year(),
        days: &then,
    };
    let replayed: Vec<Crossing> = judge.crossings(days[2]);
    assert_eq!(replayed, before);
}
