//! Ladders in use, week by week: the Dutch report and the Danish quarter.
//!
//! Source: docs/areas/model.md, and the source that each model file names.
//!
//! Invariant: the expected days were counted by hand.

use crate::cast::{Cast, absent, day, fired, model, span, with_measure};
use lasna_domain::attendance::Approval;
use lasna_domain::calendar::Day;
use lasna_domain::model::{
    Condition, CountsAgain, Hour, Measure, MeasureNo, Model, ShareOf, Window, total_measure,
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
    let unlawful = Measure {
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
        Measure {
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
