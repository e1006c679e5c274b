//! Days of the cast as lines of a script: when away, from which lessons, and why.
//!
//! What it is not: drawn. A pupil with a script is there on every day that no line names.
//!
//! Invariant: the first line that fits a day is the one that counts.

use crate::absence::{Explained, State};
use crate::calendar::{Calendar, DayNo, day_no};
use crate::codes::Code;

/// Why a pupil is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Health,
    Leave,
    /// Explained three days later as unauthorised.
    Truancy,
    /// Explained by nobody.
    Unresolved,
    /// So many minutes late.
    Late(u16),
}

/// Days with the same story.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// First and last day, as month and day.
    pub days: ((i8, i8), (i8, i8)),
    /// 1 Monday to 5 Friday; `None` is every day.
    pub weekday: Option<u8>,
    /// The first missed lesson of the day, from 0, and how many; `None` is the whole day.
    pub lessons: Option<(u8, u8)>,
    pub cause: Cause,
}

impl Line {
    /// Whole days.
    pub(crate) const fn days(from: (i8, i8), to: (i8, i8), cause: Cause) -> Line {
        Line {
            days: (from, to),
            weekday: None,
            lessons: None,
            cause,
        }
    }

    /// Lessons of one day: the first of them, from 0, and how many.
    pub(crate) const fn part(day: (i8, i8), lessons: (u8, u8), cause: Cause) -> Line {
        Line {
            days: (day, day),
            weekday: None,
            lessons: Some(lessons),
            cause,
        }
    }

    /// The first lesson of each such weekday.
    pub(crate) const fn first_lessons(
        weekday: u8,
        from: (i8, i8),
        to: (i8, i8),
        cause: Cause,
    ) -> Line {
        Line {
            days: (from, to),
            weekday: Some(weekday),
            lessons: Some((0, 1)),
            cause,
        }
    }

    fn covers(&self, day: DayNo, weekday: u8) -> bool {
        let ((from_month, from_day), (to_month, to_day)) = self.days;
        (day_no(from_month, from_day)..=day_no(to_month, to_day)).contains(&day)
            && self.weekday.is_none_or(|only| only == weekday)
    }
}

/// What a script says of a day.
pub(crate) fn state(script: &[Line], day: DayNo, calendar: &Calendar) -> State {
    let weekday = calendar.facts(day).weekday;
    let Some(line) = script.iter().find(|line| line.covers(day, weekday)) else {
        return State::There;
    };
    let known = |code| Explained {
        first: code,
        then: None,
    };
    let explained = match line.cause {
        Cause::Health => known(Code::Health),
        Cause::Leave => known(Code::Leave),
        Cause::Unresolved => known(Code::Unresolved),
        Cause::Truancy => Explained {
            first: Code::Unresolved,
            then: Some((Code::Truancy, calendar.instant(day + 3, 12 * 60))),
        },
        Cause::Late(minutes) => {
            let first = line.lessons.map_or(0, |(first, _)| first);
            return State::OneLesson {
                code: Code::Late,
                first,
                minutes: Some(minutes),
            };
        }
    };
    match line.lessons {
        None => State::Away(explained),
        Some((first, count)) => State::Part {
            explained,
            first,
            count,
            minutes: None,
        },
    }
}
