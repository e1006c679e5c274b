//! Spells, runs, trend and patterns, counted by hand.
//!
//! Invariant: each case is small enough to count on paper.

use crate::cast::{Cast, absent, day, late, start, weekdays};
use lasna_domain::attendance::{
    Approval, MarkKind, Pattern, PatternKey, Presence, Trend, patterns, runs, spells, trend,
};
use lasna_domain::calendar::Weekday;
use lasna_domain::ids::SubjectNo;
use lasna_domain::model::PatternOf;

const AWAY: Approval = Approval::Unresolved;

/// Weekdays from Monday 7 September 2026 with lessons as letters: `.` there, `x` missed, `l` late,
/// `?` nothing said, `h` 20 of 45 minutes missed.
fn school(plan: &[&str]) -> Cast {
    let days = weekdays("2026-09-07", plan.len() as i32 / 5 + 1);
    let mut cast = Cast::new();
    for (&day, lessons) in days.iter().zip(plan) {
        for (place, said) in lessons.chars().enumerate() {
            let place = place as u16;
            cast.lesson(day, place, 45);
            match said {
                '.' => cast.taken(day, place),
                'x' => {
                    cast.mark(day, place, absent(AWAY));
                }
                'l' => {
                    cast.mark(day, place, late(5));
                }
                'h' => {
                    let part = MarkKind::new(Presence::Absent, AWAY, Some(20)).unwrap();
                    cast.mark(day, place, part);
                }
                _ => {}
            }
        }
    }
    cast
}

#[test]
fn a_spell_ends_at_the_next_attended_lesson() {
    // Two lessons before noon; Tuesday's end to Thursday; late is there; the weekend is nothing.
    let found = spells(&school(&["..x", "xx.", "..l", "..h", "xxx", "x.."]).days());
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].first, (day("2026-09-07"), start(2)));
    assert_eq!(found[0].last, (day("2026-09-08"), start(1)));
    assert_eq!(
        (found[0].units, found[0].minutes, found[0].open),
        (3, 135, false)
    );
    // A part of Thursday's last lesson to Monday's first, over the weekend.
    assert_eq!(found[1].first, (day("2026-09-10"), start(2)));
    assert_eq!(found[1].last, (day("2026-09-14"), start(0)));
    assert_eq!(
        (found[1].units, found[1].minutes, found[1].open),
        (5, 20 + 4 * 45, false)
    );
}

#[test]
fn nothing_said_neither_ends_nor_lengthens_a_spell() {
    let found = spells(&school(&["x??", "??x", "???"]).days());
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].units, found[0].minutes, found[0].open),
        (2, 90, true)
    );
    assert_eq!(found[0].last, (day("2026-09-08"), start(2)));
    assert_eq!(spells(&school(&["???", "..."]).days()), []);
    assert_eq!(spells(&[]), []);
}

#[test]
fn runs_count_possible_days() {
    let days = school(&["x.", "xx", "xx", "..", "xx", "xh", "", "xx"]).days();
    assert_eq!(runs(&days, false), [1, 2, 3, 0, 1, 2, 3]);
    // A part of a lesson is not all of a day; the day without lessons is not there.
    assert_eq!(runs(&days, true), [0, 1, 2, 0, 1, 0, 1]);
}

#[test]
fn a_trend_needs_forty_days_and_looks_back_eighty() {
    let mut plan = vec!["xx"; 20];
    plan.extend(vec![".."; 50]);
    plan.extend(vec![".x"; 20]);
    let days = school(&plan).days();
    assert_eq!(trend(&days[..39]), None);
    // Day 40: 20 days of nothing missed after 20 of everything.
    let fallen = trend(&days[..40]).unwrap();
    let expected = Trend {
        recent_absent: 0,
        recent_marked: 20 * 90,
        earlier_absent: 20 * 90,
        earlier_marked: 20 * 90,
    };
    assert_eq!(fallen, expected);
    assert!(!fallen.has_risen(0, 0));
    // Day 90: 20 half days against the 60 before them, of which 10 were missed.
    let risen = trend(&days).unwrap();
    let expected = Trend {
        recent_absent: 20 * 45,
        recent_marked: 20 * 90,
        earlier_absent: 10 * 90,
        earlier_marked: 60 * 90,
    };
    assert_eq!(risen, expected);
    // 50 % is exactly three times 10/60, and exactly 50 %.
    assert!(risen.has_risen(30, 50));
    assert!(!risen.has_risen(31, 50));
    assert!(!risen.has_risen(30, 51));
}

#[test]
fn a_trend_of_nothing_said_is_none() {
    let mut plan = vec!["??"; 20];
    plan.extend(vec!["x."; 20]);
    assert_eq!(trend(&school(&plan).days()), None);
}

#[test]
fn patterns_count_missed_lessons_by_what_they_share() {
    // Mondays first lesson twice, Wednesday second lesson once, partly.
    let days = school(&["x..", "...", ".h.", "...", "...", "x.x"]).days();
    let found = patterns(&days, PatternOf::Weekday);
    assert_eq!(
        found,
        [
            Pattern {
                key: PatternKey::Weekday(Weekday::Monday),
                missed: 3,
                of: 4
            },
            Pattern {
                key: PatternKey::Weekday(Weekday::Wednesday),
                missed: 1,
                of: 4
            },
        ]
    );
    let found = patterns(&days, PatternOf::LessonOfDay);
    let places: Vec<(PatternKey, u32)> = found.iter().map(|p| (p.key, p.missed)).collect();
    assert_eq!(
        places,
        [
            (PatternKey::LessonOfDay(1), 2),
            (PatternKey::LessonOfDay(2), 1),
            (PatternKey::LessonOfDay(3), 1),
        ]
    );
    let found = patterns(&days, PatternOf::Subject);
    assert_eq!(
        found[0],
        Pattern {
            key: PatternKey::Subject(SubjectNo(0)),
            missed: 2,
            of: 4
        }
    );
    assert_eq!(patterns(&days[1..2], PatternOf::Subject), []);
}
