//! What is known of calendar, lessons, enrolments, registers and marks, with the instant of each.
//!
//! [`Facts`] holds every version of every fact; [`Facts::as_known`] keeps, of each, the one in
//! force at an instant (`docs/areas/attendance.md`, "What is as known on?"). It does not count
//! anything.
//!
//! Invariant: the order of the lists, and repeated entries, never matter.

use super::mark::{Mark, MarkAbout};
use crate::calendar::{Day, Instant, Span, TimeOfDay, Weekday};
use crate::ids::{EnrolmentNo, GroupNo, PupilNo, SchoolNo, SubjectNo};
use std::collections::BTreeMap;

/// A school's way of keeping its year.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct School {
    /// The school.
    pub no: SchoolNo,
    /// Terms (lukukausi), by start; may be empty.
    pub terms: Vec<Span>,
    /// Periods (jakso), by start; may be empty.
    pub periods: Vec<Span>,
    /// The source records exceptions only: what is unmarked counts as presumed present.
    pub presumed: bool,
}

/// A day of the calendar of one school, or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarDay {
    /// The one school; `None` for all. A school's own day goes before one for all.
    pub school: Option<SchoolNo>,
    /// The day.
    pub day: Day,
    /// Whether there is school.
    pub school_day: bool,
    /// When it became known.
    pub known_at: Instant,
}

/// One scheduled meeting of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lesson {
    /// The group that meets.
    pub group: GroupNo,
    /// The day.
    pub day: Day,
    /// Its start; group, day and start name the lesson.
    pub start: TimeOfDay,
    /// Teaching minutes.
    pub minutes: u16,
    /// What is taught.
    pub subject: SubjectNo,
    /// It is not held.
    pub cancelled: bool,
    /// When it became known.
    pub known_at: Instant,
}

/// One validity of a pupil in a group; an empty span is an enrolment that never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Enrolment {
    /// Its number.
    pub no: EnrolmentNo,
    /// Who.
    pub pupil: PupilNo,
    /// Where.
    pub group: GroupNo,
    /// The school of the group.
    pub school: SchoolNo,
    /// Whether the group is the pupil's own class, to which the day is attributed.
    pub homeroom: bool,
    /// Grade 1–9; 0 where nobody says.
    pub grade: u8,
    /// From (included) to (excluded).
    pub span: Span,
    /// When it became known.
    pub known_at: Instant,
}

/// An exception of one pupil to the lessons of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimetableException {
    /// Its number, unique for the pupil.
    pub no: u32,
    /// Who.
    pub pupil: PupilNo,
    /// The days; empty where the exception was withdrawn.
    pub span: Span,
    /// Weekdays, bit 0 Monday.
    pub weekdays: u8,
    /// Lessons that start here or later …
    pub start_from: TimeOfDay,
    /// … and before this.
    pub start_to: TimeOfDay,
    /// Only lessons of this subject.
    pub subject: Option<SubjectNo>,
    /// Minutes that the pupil is to attend of each such lesson; 0 exempts.
    pub minutes: u16,
    /// When it became known.
    pub known_at: Instant,
}

impl TimetableException {
    /// Whether it is about a lesson.
    pub fn covers(&self, day: Day, start: TimeOfDay, subject: SubjectNo) -> bool {
        self.span.contains(day)
            && self.weekdays & (1 << weekday_bit(day.weekday())) != 0
            && (self.start_from..self.start_to).contains(&start)
            && self.subject.is_none_or(|own| own == subject)
    }
}

const fn weekday_bit(weekday: Weekday) -> usize {
    weekday.index()
}

/// "This lesson was taken": those without a mark were there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register {
    /// The group.
    pub group: GroupNo,
    /// The day.
    pub day: Day,
    /// Start of the lesson.
    pub start: TimeOfDay,
    /// Taken; `false` withdraws.
    pub taken: bool,
    /// When it became known.
    pub known_at: Instant,
}

/// Everything known, in every version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the types say it")]
pub struct Facts {
    pub schools: Vec<School>,
    pub calendar: Vec<CalendarDay>,
    pub lessons: Vec<Lesson>,
    pub enrolments: Vec<Enrolment>,
    pub exceptions: Vec<TimetableException>,
    pub registers: Vec<Register>,
    pub marks: Vec<Mark>,
}

/// What a mark is about, without the part of the day: the key under which corrections supersede.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkPlace {
    /// The day.
    Day,
    /// A lesson of the day.
    Lesson(TimeOfDay, GroupNo),
}

impl From<MarkAbout> for MarkPlace {
    fn from(about: MarkAbout) -> MarkPlace {
        match about {
            MarkAbout::Day { .. } => MarkPlace::Day,
            MarkAbout::Lesson { group, start } => MarkPlace::Lesson(start, group),
        }
    }
}

impl Facts {
    /// The facts in force at an instant: of each the latest that was known, sorted by key.
    ///
    /// Two versions of one instant are ordered by their content, the greater wins. Withdrawn marks,
    /// cancelled lessons and empty enrolments stay in the lists: they say that something is not.
    pub fn as_known(&self, known_at: Instant) -> Facts {
        Facts {
            schools: {
                let mut schools = self.schools.clone();
                // Of two descriptions of one school, the lesser by content, whatever their order.
                schools.sort();
                schools.dedup_by_key(|school| school.no);
                schools
            },
            calendar: latest(
                &self.calendar,
                known_at,
                |c| (c.school, c.day),
                |c| (c.known_at, *c),
            ),
            lessons: latest(
                &self.lessons,
                known_at,
                |l| (l.group, l.day, l.start),
                |l| (l.known_at, *l),
            ),
            enrolments: latest(&self.enrolments, known_at, |e| e.no, |e| (e.known_at, *e)),
            exceptions: latest(
                &self.exceptions,
                known_at,
                |e| (e.pupil, e.no),
                |e| (e.known_at, *e),
            ),
            registers: latest(
                &self.registers,
                known_at,
                |r| (r.group, r.day, r.start),
                |r| (r.known_at, *r),
            ),
            marks: latest(
                &self.marks,
                known_at,
                |m| (m.pupil, m.day, MarkPlace::from(m.about)),
                |m| (m.known_at, m.precedence()),
            ),
        }
    }
}

fn latest<T: Clone, K: Ord, P: Ord>(
    all: &[T],
    known_at: Instant,
    key: impl Fn(&T) -> K,
    precedence: impl Fn(&T) -> (Instant, P),
) -> Vec<T> {
    let mut kept: BTreeMap<K, &T> = BTreeMap::new();
    for item in all {
        if precedence(item).0 > known_at {
            continue;
        }
        kept.entry(key(item))
            .and_modify(|old| {
                if precedence(item) > precedence(old) {
                    *old = item;
                }
            })
            .or_insert(item);
    }
    kept.into_values().cloned().collect()
}
