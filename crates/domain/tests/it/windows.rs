//! Windows of days by hand: where each begins and ends, and what counts between terms.
//!
//! Invariant: no window reaches out of the school year.

use crate::cast::{SCHOOL, day, span, weekdays};
use lasna_domain::attendance::{School, SchoolYear, View};
use lasna_domain::calendar::{Day, Instant, Span, school_year_of};
use lasna_domain::model::Window;
use lasna_testkit::world::{days_of, random_world};

/// A year with two terms, three periods, an autumn break in week 43 and Christmas.
fn year() -> SchoolYear {
    let school = School {
        no: SCHOOL,
        // Out of order on purpose.
        terms: vec![
            span("2027-01-07", "2027-06-06"),
            span("2026-08-11", "2026-12-20"),
        ],
        periods: vec![
            span("2026-08-11", "2026-10-01"),
            span("2026-10-01", "2026-12-01"),
            span("2026-12-01", "2027-02-01"),
        ],
        presumed: false,
    };
    let breaks = [
        span("2026-10-19", "2026-10-26"),
        span("2026-12-20", "2027-01-07"),
    ];
    let days = span("2026-08-11", "2027-06-06");
    SchoolYear::new(&school, school_year_of(days.from), |day| {
        days.contains(day)
            && day.weekday().index() < 5
            && !breaks.iter().any(|pause| pause.contains(day))
    })
}

fn check(window: Window, on: &str, expected: Span) {
    assert_eq!(
        year().window(window, day(on), &[]),
        expected,
        "{window:?} on {on}"
    );
}

#[test]
fn windows_of_the_calendar() {
    check(Window::Day, "2026-10-14", span("2026-10-14", "2026-10-15"));
    check(Window::Week, "2026-10-14", span("2026-10-12", "2026-10-19"));
    check(Window::Week, "2026-10-25", span("2026-10-19", "2026-10-26"));
    check(
        Window::Month,
        "2026-10-14",
        span("2026-10-01", "2026-11-01"),
    );
    check(
        Window::Month,
        "2026-12-31",
        span("2026-12-01", "2027-01-01"),
    );
    check(
        Window::Quarter,
        "2026-12-31",
        span("2026-10-01", "2027-01-01"),
    );
    check(
        Window::Quarter,
        "2027-03-31",
        span("2027-01-01", "2027-04-01"),
    );
    check(Window::Year, "2027-03-31", span("2026-08-01", "2027-08-01"));
    // 1 August 2026 is a Saturday: the first week and quarter lose the days before it.
    check(Window::Week, "2026-08-01", span("2026-08-01", "2026-08-03"));
    check(
        Window::Quarter,
        "2026-08-31",
        span("2026-08-01", "2026-10-01"),
    );
    check(
        Window::Quarter,
        "2027-07-31",
        span("2027-07-01", "2027-08-01"),
    );
}

#[test]
fn windows_of_the_school() {
    check(Window::Term, "2026-08-11", span("2026-08-11", "2026-12-20"));
    check(Window::Term, "2026-12-19", span("2026-08-11", "2026-12-20"));
    check(Window::Term, "2027-01-07", span("2027-01-07", "2027-06-06"));
    check(
        Window::Period,
        "2026-11-30",
        span("2026-10-01", "2026-12-01"),
    );
    check(
        Window::Period,
        "2027-01-31",
        span("2026-12-01", "2027-02-01"),
    );
    // Before the first term it is the year.
    check(Window::Term, "2026-08-10", span("2026-08-01", "2027-08-01"));
    let plain = SchoolYear {
        terms: Vec::new(),
        periods: Vec::new(),
        ..year()
    };
    assert_eq!(
        plain.window(Window::Period, day("2026-11-30"), &[]),
        plain.span
    );
}

#[test]
fn a_day_after_a_term_is_in_the_window_that_it_ends() {
    for (window, on) in [
        (Window::Term, "2026-12-22"),
        (Window::Term, "2027-06-06"),
        (Window::Period, "2027-02-01"),
        (Window::Period, "2027-05-05"),
    ] {
        let found = year().window(window, day(on), &[]);
        assert_eq!(found.to, day(on).next(), "{window:?} on {on}");
        assert!(found.contains(day(on)));
    }
    // The term that counts stays the same one, so that a step does not fire again.
    let year = year();
    assert_eq!(
        year.term_of(day("2026-12-22")),
        year.term_of(day("2026-12-01"))
    );
}

#[test]
fn windows_that_roll() {
    let year = year();
    let possible: Vec<Day> = weekdays("2026-10-05", 2)
        .into_iter()
        .chain(weekdays("2026-10-26", 1))
        .collect();
    let rolling = |days| year.window(Window::RollingDays(days), day("2026-10-30"), &possible);
    assert_eq!(rolling(1), span("2026-10-30", "2026-10-31"));
    assert_eq!(rolling(5), span("2026-10-26", "2026-10-31"));
    // Days without school are not possible days.
    assert_eq!(rolling(6), span("2026-10-16", "2026-10-31"));
    assert_eq!(rolling(500), span("2026-10-05", "2026-10-31"));
    let weeks = |weeks, on| year.window(Window::RollingTeachingWeeks(weeks), day(on), &possible);
    assert_eq!(weeks(1, "2026-10-28"), span("2026-10-26", "2026-10-29"));
    // The break is not a teaching week.
    assert_eq!(weeks(2, "2026-10-28"), span("2026-10-12", "2026-10-29"));
    assert_eq!(weeks(4, "2026-10-28"), span("2026-09-28", "2026-10-29"));
    assert_eq!(weeks(99, "2026-10-28"), span("2026-08-10", "2026-10-29"));
}

#[test]
fn a_window_holds_its_day_and_stays_in_the_year() {
    let every = [
        Window::Day,
        Window::Week,
        Window::Month,
        Window::Quarter,
        Window::Period,
        Window::Term,
        Window::Year,
        Window::RollingDays(3),
        Window::RollingTeachingWeeks(0),
        Window::RollingTeachingWeeks(2),
    ];
    for seed in 0..40 {
        let facts = random_world(seed);
        let view = View::new(&facts, Instant::LATEST);
        let on = days_of(&facts).from;
        for school in &facts.schools {
            let year = SchoolYear::of(&view, &view.school(school.no), on);
            let mut possible: Vec<Day> = Vec::new();
            for day in (year.span.from.0..year.span.to.0).map(Day) {
                // Some possible days are not the school's: lessons at another school.
                if day.0 % 3 == 0 {
                    possible.push(day);
                }
                for window in every {
                    let found = year.window(window, day, &possible);
                    assert!(
                        found.contains(day),
                        "seed {seed}: {window:?} on {day}: {found:?}"
                    );
                    assert_eq!(
                        found.meet(year.span),
                        found,
                        "seed {seed}: {window:?} on {day}"
                    );
                }
            }
        }
    }
    // Before the first teaching week it is the day's own week.
    check(
        Window::RollingTeachingWeeks(4),
        "2026-08-06",
        span("2026-08-03", "2026-08-07"),
    );
}

#[test]
fn teaching_weeks_between_two_days() {
    let year = year();
    let between = |a, b| year.teaching_weeks_between(day(a), day(b));
    assert_eq!(between("2026-10-12", "2026-10-16"), 0);
    assert_eq!(between("2026-10-12", "2026-10-20"), 0);
    assert_eq!(between("2026-10-16", "2026-10-26"), 1);
    assert_eq!(between("2026-12-18", "2027-01-07"), 1);
    assert_eq!(between("2026-10-26", "2026-10-12"), 0);
    // 19 weeks from 10 August to 14 December, less one.
    assert_eq!(
        year.teaching_weeks
            .partition_point(|&week| week < day("2026-12-21")),
        18
    );
}
