//! One pupil's day by hand: what is possible, what is said, and which fact goes before which.
//!
//! Invariant: each case states its minutes in full.

use crate::cast::{CLASS, Cast, PUPIL, SCHOOL, absent, day, late, start, weekdays};
use lasna_domain::attendance::{
    Approval, CalendarDay, Enrolment, Figures, MarkAbout, MarkKind, Presence, School,
    TimetableException, View,
};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::ids::{EnrolmentNo, GroupNo, OrgNo, SubjectNo};

fn sum(cast: &Cast) -> Figures {
    cast.days().iter().map(|day| day.figures()).sum()
}

/// Possible, present, elsewhere, authorised, unauthorised, unresolved, unmarked, late.
fn minutes(figures: Figures) -> [u64; 8] {
    [
        figures.possible,
        figures.present,
        figures.elsewhere,
        figures.authorised,
        figures.unauthorised,
        figures.unresolved,
        figures.unmarked,
        figures.late,
    ]
}

const TUESDAY: &str = "2026-09-08";

#[test]
fn every_kind_of_mark_says_its_minutes() {
    let (authorised, unresolved) = (Approval::Authorised, Approval::Unresolved);
    let kind = |presence, approval, part| MarkKind::new(presence, approval, part).unwrap();
    let none = Approval::NotNeeded;
    // Of a lesson of 75 minutes without a register.
    for (said, expected) in [
        (MarkKind::PRESENT, [75, 75, 0, 0, 0, 0, 0, 0]),
        (late(10), [75, 75, 0, 0, 0, 0, 0, 10]),
        (late(200), [75, 75, 0, 0, 0, 0, 0, 75]),
        (
            kind(Presence::Absent, authorised, None),
            [75, 0, 0, 75, 0, 0, 0, 0],
        ),
        (
            kind(Presence::Absent, unresolved, Some(30)),
            [75, 45, 0, 0, 0, 30, 0, 0],
        ),
        (
            kind(Presence::Absent, Approval::Unauthorised, Some(0)),
            [75, 75, 0, 0, 0, 0, 0, 0],
        ),
        (
            kind(Presence::Elsewhere, none, None),
            [75, 0, 75, 0, 0, 0, 0, 0],
        ),
        (
            kind(Presence::Elsewhere, none, Some(25)),
            [75, 50, 25, 0, 0, 0, 0, 0],
        ),
        (
            kind(Presence::Removed, none, Some(40)),
            [75, 75, 0, 0, 0, 0, 0, 0],
        ),
        (
            kind(Presence::Removed, authorised, Some(40)),
            [75, 35, 0, 40, 0, 0, 0, 0],
        ),
    ] {
        let mut cast = Cast::new();
        cast.lesson(day(TUESDAY), 0, 75);
        cast.mark(day(TUESDAY), 0, said);
        assert_eq!(minutes(sum(&cast)), expected, "{said:?}");
    }
}

#[test]
fn a_register_speaks_for_those_without_a_mark() {
    let mut cast = Cast::new();
    for place in 0..3 {
        cast.lesson(day(TUESDAY), place, 45);
    }
    cast.taken(day(TUESDAY), 0);
    cast.taken(day(TUESDAY), 1);
    cast.mark(day(TUESDAY), 1, absent(Approval::Unauthorised));
    assert_eq!(minutes(sum(&cast)), [135, 45, 0, 0, 45, 0, 45, 0]);
    cast.facts.schools[0].presumed = true;
    let presumed = sum(&cast);
    assert_eq!(minutes(presumed), [135, 90, 0, 0, 45, 0, 0, 0]);
    assert_eq!(
        (presumed.completeness_code(), presumed.denominator_code()),
        ("presumed", "timetable")
    );
}

#[test]
fn a_part_of_a_day_is_spread_from_its_start_and_a_lesson_goes_before_it() {
    let mut cast = Cast::new();
    for (place, length) in [(0, 45), (1, 75), (2, 90)] {
        cast.lesson(day(TUESDAY), place, length);
    }
    // Half of 210 minutes: 45 and 60 of 75; the rest of the day is present.
    let half = MarkAbout::Day { hundredths: 50 };
    cast.say(day(TUESDAY), half, absent(Approval::Authorised));
    assert_eq!(minutes(sum(&cast)), [210, 105, 0, 105, 0, 0, 0, 0]);
    let slots: Vec<u16> = cast.days()[0]
        .slots
        .iter()
        .map(|slot| slot.minutes.authorised)
        .collect();
    assert_eq!(slots, [45, 60, 0]);
    // A lesson of which somebody says that the pupil was there is not missed.
    cast.mark(day(TUESDAY), 0, MarkKind::PRESENT);
    assert_eq!(minutes(sum(&cast)), [210, 150, 0, 60, 0, 0, 0, 0]);
    // A hundredth of 210 minutes is 2.1, rounded 2; of 250 it is 2.5, rounded half up 3.
    for (last, rounded) in [(90, 2), (130, 3)] {
        let mut cast = Cast::new();
        for (place, length) in [(0, 45), (1, 75), (2, last)] {
            cast.lesson(day(TUESDAY), place, length);
        }
        let hundredth = MarkAbout::Day { hundredths: 1 };
        cast.say(day(TUESDAY), hundredth, absent(Approval::Authorised));
        assert_eq!(sum(&cast).authorised, rounded);
    }
}

#[test]
fn a_part_time_plan_takes_minutes_and_an_exemption_takes_lessons() {
    let mut cast = Cast::new();
    for place in 0..4 {
        cast.lesson(day(TUESDAY), place, 45);
        cast.taken(day(TUESDAY), place);
    }
    let plan = TimetableException {
        no: 1,
        pupil: PUPIL,
        span: Span {
            from: day("2026-09-07"),
            to: day("2026-09-14"),
        },
        weekdays: 0b00010,
        start_from: start(2),
        start_to: TimeOfDay(24 * 60),
        subject: None,
        minutes: 20,
        known_at: Instant::ALWAYS,
    };
    cast.facts.exceptions.push(plan);
    // 45 + 45 + 20 + 20.
    assert_eq!(minutes(sum(&cast)), [130, 130, 0, 0, 0, 0, 0, 0]);
    let from_one = TimetableException {
        no: 2,
        start_from: TimeOfDay(0),
        subject: Some(SubjectNo(1)),
        minutes: 0,
        ..plan
    };
    cast.facts.exceptions.push(from_one);
    assert_eq!(minutes(sum(&cast)), [85, 85, 0, 0, 0, 0, 0, 0]);
    // An absence is counted by what was to be attended, not by the length of the lesson.
    cast.mark(day(TUESDAY), 3, absent(Approval::Unresolved));
    assert_eq!(minutes(sum(&cast)), [85, 65, 0, 0, 0, 20, 0, 0]);
    // Of the whole day exempted: no pupil-day at all.
    let all = TimetableException {
        no: 3,
        start_from: TimeOfDay(0),
        minutes: 0,
        ..plan
    };
    cast.facts.exceptions.push(all);
    assert_eq!(cast.days(), []);
}

#[test]
fn a_transfer_mid_week_counts_in_both_places_each_for_its_days() {
    let days = weekdays("2026-09-07", 1);
    let mut cast = Cast::with_days(&days, 2);
    let second: Vec<_> = cast
        .facts
        .lessons
        .iter()
        .map(|lesson| lasna_domain::attendance::Lesson {
            group: GroupNo(2),
            ..*lesson
        })
        .collect();
    cast.facts.lessons.extend(second);
    let turn = day("2026-09-09");
    let first = cast.facts.enrolments[0];
    cast.facts.enrolments[0].span.to = turn;
    cast.facts.enrolments.push(Enrolment {
        no: EnrolmentNo(2),
        group: GroupNo(2),
        school: OrgNo(2),
        span: Span::open(turn),
        ..first
    });
    let found = lasna_domain::attendance::levels(
        &cast.view(),
        Span {
            from: days[0],
            to: days[4].next(),
        },
    );
    assert_eq!(found.schools[&SCHOOL].days, 2);
    assert_eq!(found.schools[&OrgNo(2)].days, 3);
    assert_eq!(found.classes[&(SCHOOL, Some(CLASS))].possible, 180);
    assert_eq!(found.classes[&(OrgNo(2), Some(GroupNo(2)))].possible, 270);
    assert_eq!(found.pupils[&PUPIL].possible, 450);
}

#[test]
fn calendars_go_own_then_common_then_lessons() {
    let no_school = |cast: &Cast, text: &str| !cast.view().is_school_day(SCHOOL, day(text));
    let mut cast = Cast::with_days(&weekdays("2026-09-07", 1), 1);
    // Without a calendar, a day with a lesson that is held is a school day and no other.
    assert!(!no_school(&cast, "2026-09-07"));
    assert!(no_school(&cast, "2026-09-12"));
    assert!(no_school(&cast, "2026-09-14"));
    for lesson in cast
        .facts
        .lessons
        .iter_mut()
        .filter(|lesson| lesson.day == day("2026-09-11"))
    {
        lesson.cancelled = true;
    }
    assert!(no_school(&cast, "2026-09-11"));
    assert_eq!(cast.year().school_days.len(), 4);
    assert_eq!(cast.year().teaching_weeks, [day("2026-09-07")]);
    // With any calendar of the year, a day that it does not name has no school.
    cast.calendar_day(day("2026-09-07"), true);
    cast.calendar_day(day("2026-09-08"), false);
    assert_eq!(cast.days().len(), 1);
    let own = |text: &str, school_day| CalendarDay {
        school: Some(SCHOOL),
        day: day(text),
        school_day,
        known_at: Instant::ALWAYS,
    };
    cast.facts
        .calendar
        .extend([own("2026-09-07", false), own("2026-09-08", true)]);
    let days: Vec<Day> = cast.days().iter().map(|found| found.day).collect();
    assert_eq!(days, [day("2026-09-08")]);
}

#[test]
fn a_school_without_lessons_goes_by_the_norm() {
    let mut cast = Cast::new();
    for day in weekdays("2026-12-21", 1) {
        cast.calendar_day(day, true);
    }
    cast.facts.enrolments[0].grade = 8;
    // 29 lessons a week of 45 minutes: 6, 6, 6, 6, 5.
    let figures = sum(&cast);
    assert_eq!((figures.possible, figures.days), (29 * 45, 5));
    assert_eq!(figures.denominator_code(), "norm");
    let half = MarkAbout::Day { hundredths: 50 };
    cast.say(day("2026-12-25"), half, absent(Approval::Authorised));
    // Half of 225 minutes is 112.5, rounded 113.
    assert_eq!(sum(&cast).authorised, 113);
}

#[test]
fn two_descriptions_of_one_school_are_read_in_one_way() {
    let mut cast = Cast::with_days(&weekdays("2026-09-07", 1), 1);
    cast.facts.registers.clear();
    let terms = vec![Span {
        from: day("2026-08-11"),
        to: day("2026-12-20"),
    }];
    cast.facts.schools.push(School {
        terms,
        presumed: true,
        ..cast.facts.schools[0].clone()
    });
    let there = sum(&cast);
    let first = View::new(&cast.facts, Instant::LATEST).school(SCHOOL);
    cast.facts.schools.reverse();
    assert_eq!(sum(&cast), there);
    assert_eq!(
        View::new(&cast.facts, Instant::LATEST).school(SCHOOL),
        first
    );
}

#[test]
fn days_that_the_calendar_cannot_write_stay_at_its_ends() {
    assert_eq!(Day(i32::MAX).to_string(), "9999-12-31");
    assert!(Day(i32::MIN).to_date() < day("0001-01-01").to_date());
    // The change of clocks and the turn of the year move nothing.
    for text in ["2026-10-25", "2027-03-28", "2026-12-31", "2028-02-29"] {
        let next = day(text).next();
        assert_eq!(next.0, day(text).0 + 1);
        assert_eq!(
            Instant::midnight(next).0 - Instant::midnight(day(text)).0,
            86_400_000_000
        );
    }
}
