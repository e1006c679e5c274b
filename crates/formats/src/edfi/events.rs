//! Attendance events to marks.
//!
//! A school event is about a day: its minutes where it has them, otherwise its share of the day. A
//! section event is about a lesson: Ed-Fi does not say its start, so the number that leads the name
//! of its class period (`03 - Traditional`) is taken as the lesson's place in the day; without one
//! the lesson cannot be found and the event is refused. What it is not: it never reads the reason,
//! which is free text.
//!
//! Invariant: no minutes are guessed: a lateness or a part of a day without them is a mark of
//! presence with a warning.

use super::category::{self, Category};
use super::leaves::Record;
use super::records::{date, number, required};
use super::{Given, Refusal};
use crate::rows::{MarkRow, Row, RowAbout};
use lasna_domain::attendance::{Approval, MarkKind, Presence, Reason};
use lasna_domain::calendar::Day;
use std::borrow::Cow;
use std::collections::HashSet;

const STUDENT: &str = "StudentReference/StudentIdentity/StudentUniqueId";
const SCHOOL: &str = "SchoolReference/SchoolIdentity/SchoolId";
const SECTION: &str = "SectionReference/SectionIdentity/SectionIdentifier";
const SECTION_SCHOOLS: [&str; 2] = [
    "SectionReference/SectionIdentity/CourseOfferingReference/CourseOfferingIdentity\
     /SchoolReference/SchoolIdentity/SchoolId",
    "SectionReference/SectionIdentity/CourseOfferingReference/CourseOfferingIdentity\
     /SessionReference/SessionIdentity/SchoolReference/SchoolIdentity/SchoolId",
];
const PERIOD: &str = "ClassPeriodReference/ClassPeriodIdentity/ClassPeriodName";

/// Pupils and days, and pupils, days and sections, that had an event.
#[derive(Debug, Default)]
pub(super) struct Seen {
    events: HashSet<(Day, String, Option<String>)>,
}

impl Seen {
    /// Whether the event is a second one of its pupil on its day in its section.
    fn again(&mut self, day: Day, student: &str, section: Option<&str>) -> bool {
        !self
            .events
            .insert((day, student.to_owned(), section.map(str::to_owned)))
    }
}

/// What both kinds of event say.
struct EventFacts<'a> {
    student: &'a str,
    day: Day,
    category: Category,
    source_code: &'a str,
}

fn facts<'a>(record: &Record<'a>) -> Result<EventFacts<'a>, Refusal> {
    let descriptor = required(record, "AttendanceEvent/AttendanceEventCategory")?;
    let source_code = category::word(descriptor);
    let Some(category) = category::of(descriptor) else {
        let shown: String = source_code
            .chars()
            .filter(|c| !c.is_control())
            .take(40)
            .collect();
        return Err(Refusal {
            code: "A05",
            element: "AttendanceEventCategory",
            message: Cow::Owned(format!("the category \"{shown}\" is not known")),
        });
    };
    Ok(EventFacts {
        student: required(record, STUDENT)?,
        day: date(record, "AttendanceEvent/EventDate")?,
        category,
        source_code,
    })
}

/// The kind of an event, and whether it is a lateness or a part without its minutes.
///
/// `part` is the share of the day, where it is about a day and gives one.
fn kind(category: Category, minutes: Option<u16>, part: Option<u8>) -> (MarkKind, bool) {
    let absent = |approval| MarkKind::new(Presence::Absent, approval, minutes);
    let kind = match category {
        Category::Present => return (MarkKind::PRESENT, false),
        Category::Late => MarkKind::new(Presence::Late, Approval::NotNeeded, minutes),
        Category::Excused => absent(Approval::Authorised),
        Category::Unexcused => absent(Approval::Unauthorised),
        Category::Part if minutes.is_none() && part.is_none() => {
            return (MarkKind::PRESENT, true);
        }
        Category::Part => absent(Approval::Unresolved),
    };
    kind.map_or((MarkKind::PRESENT, true), |kind| (kind, false))
}

const WITHOUT_MINUTES: &str =
    "a lateness or a part of a day without its minutes: read as present, its category is kept";

/// A `StudentSchoolAttendanceEvent`.
pub(super) fn school(record: &Record<'_>, seen: &mut Seen) -> Result<Given, Refusal> {
    let event = facts(record)?;
    let school = required(record, SCHOOL)?;
    let minutes = number(record, "SchoolAttendanceDuration")?;
    let part = share_of_day(record)?;
    let (kind, bare) = kind(event.category, minutes, part);
    let mut given = Given::default();
    if bare {
        given.warnings.push(("A08", WITHOUT_MINUTES));
    } else if kind.is_absence() && minutes.is_none() && part.is_none() {
        given.warnings.push((
            "A06",
            "an absence without a duration: read as the whole day",
        ));
    }
    if seen.again(event.day, event.student, None) {
        given
            .warnings
            .push(("A07", "a second event of this pupil on this day"));
    }
    given.rows.push(Row::Mark(MarkRow {
        pupil: event.student.to_owned(),
        school: Some(school.to_owned()),
        day: event.day,
        about: RowAbout::Day {
            hundredths: part.unwrap_or(100),
        },
        kind: Some(kind),
        reason: Reason::Unknown,
        source_code: event.source_code.to_owned(),
        known_at: None,
    }));
    Ok(given)
}

/// A `StudentSectionAttendanceEvent`.
pub(super) fn section(record: &Record<'_>, seen: &mut Seen) -> Result<Given, Refusal> {
    let event = facts(record)?;
    let class = required(record, SECTION)?;
    let minutes = number(record, "SectionAttendanceDuration")?;
    let ordinals: Vec<u8> = record
        .all(PERIOD)
        .map(leading_number)
        .collect::<Option<_>>()
        .ok_or(Refusal::of(
            "A10",
            "ClassPeriodName",
            "the class period does not begin with its number",
        ))?;
    if ordinals.is_empty() {
        let message = "an event of a section without a class period is about no lesson";
        return Err(Refusal::of("A10", "ClassPeriodReference", message));
    }
    if ordinals.len() > 1 && minutes.is_some() {
        let message = "minutes of several class periods cannot be divided";
        return Err(Refusal::of("A10", "SectionAttendanceDuration", message));
    }
    // In a lesson an early departure without minutes is a part that nobody measured, as for a day.
    let (kind, bare) = kind(event.category, minutes, None);
    let mut given = Given::default();
    if bare {
        given.warnings.push(("A08", WITHOUT_MINUTES));
    }
    if seen.again(event.day, event.student, Some(class)) {
        given.warnings.push((
            "A07",
            "a second event of this pupil in this section on this day",
        ));
    }
    let school = SECTION_SCHOOLS.iter().find_map(|path| record.get(path));
    for ordinal in ordinals {
        given.rows.push(Row::Mark(MarkRow {
            pupil: event.student.to_owned(),
            school: school.map(str::to_owned),
            day: event.day,
            about: RowAbout::Ordinal {
                class: Some(class.to_owned()),
                ordinal,
            },
            kind: Some(kind),
            reason: Reason::Unknown,
            source_code: event.source_code.to_owned(),
            known_at: None,
        }));
    }
    Ok(given)
}

/// The number that a name begins with, 1–24.
fn leading_number(name: &str) -> Option<u8> {
    let end = name
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(name.len());
    name.get(..end)?
        .parse()
        .ok()
        .filter(|n| (1..=24).contains(n))
}

/// `EventDuration` in hundredths of a day, rounded half up; at most one day.
fn share_of_day(record: &Record<'_>) -> Result<Option<u8>, Refusal> {
    let Some(text) = record.get("AttendanceEvent/EventDuration") else {
        return Ok(None);
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let wrong = || {
        Refusal::of(
            "A04",
            "EventDuration",
            "not a share of a day above 0 and at most 1",
        )
    };
    if !digits(whole) || !digits(part) || (whole.is_empty() && part.is_empty()) {
        return Err(wrong());
    }
    let ten_thousandths = |text: &str| format!("{text:0<4}").parse::<u32>().unwrap_or(0);
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u32>().map_err(|_| wrong())?
    };
    let share = whole * 10_000 + ten_thousandths(part);
    if share == 0 || share > 10_000 {
        return Err(wrong());
    }
    // A share too small for a hundredth is still a share.
    u8::try_from(((share + 50) / 100).max(1))
        .map(Some)
        .map_err(|_| wrong())
}
