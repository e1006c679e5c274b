//! Pupils, organisations, sessions and calendar days to rows.
//!
//! Dates of Ed-Fi include the last day, ours exclude the end; only `ExitWithdrawDate` is already
//! the first day after. What it is not: addresses, birth data, programmes and characteristics of
//! pupils are never looked at.
//!
//! Invariant: every row has the ids that the file gives; what has none gets one from what names it,
//! in the characters that a OneRoster id may have.

use super::category::word;
use super::leaves::Record;
use super::{Given, Refusal};
use crate::rows::{CalendarRow, OrgRow, Row, RowState, SessionRow, UserRow};
use lasna_domain::calendar::{Day, Span};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const SCHOOL: &str = "SchoolReference/SchoolIdentity/SchoolId";

/// What earlier records of the file say of later ones.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Ids of districts by the name that references in the file use.
    districts: BTreeMap<String, String>,
    /// Calendars of single pupils, as school and code.
    of_pupils: BTreeSet<(String, String)>,
}

impl Known {
    /// Notes a `Calendar`.
    pub(super) fn calendar(&mut self, record: &Record<'_>) {
        let kind = record.get("CalendarType").map(word).unwrap_or_default();
        if kind.eq_ignore_ascii_case("Student Specific") {
            let place = |path| record.get(path).unwrap_or_default().to_owned();
            self.of_pupils
                .insert((place(SCHOOL), place("CalendarCode")));
        }
    }
}

/// A text that must be there.
pub(super) fn required<'a>(record: &Record<'a>, path: &'static str) -> Result<&'a str, Refusal> {
    record
        .get(path)
        .ok_or_else(|| Refusal::of("A03", last(path), "the element is missing or empty"))
}

/// A day that must be there.
pub(super) fn date(record: &Record<'_>, path: &'static str) -> Result<Day, Refusal> {
    parse_date(required(record, path)?, path)
}

pub(super) fn optional_date(
    record: &Record<'_>,
    path: &'static str,
) -> Result<Option<Day>, Refusal> {
    record
        .get(path)
        .map(|text| parse_date(text, path))
        .transpose()
}

fn parse_date(text: &str, path: &'static str) -> Result<Day, Refusal> {
    text.parse()
        .map_err(|_| Refusal::of("A04", last(path), "not a day like 2026-08-11"))
}

/// Minutes from 1 to 1440, where they are there.
pub(super) fn number(record: &Record<'_>, path: &'static str) -> Result<Option<u16>, Refusal> {
    let Some(text) = record.get(path) else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(minutes) if digits && (1..=1440).contains(&minutes) => Ok(Some(minutes)),
        _ => Err(Refusal::of(
            "A04",
            last(path),
            "not whole minutes from 1 to 1440",
        )),
    }
}

fn last(path: &'static str) -> &'static str {
    path.rsplit('/').next().unwrap_or(path)
}

pub(super) fn one(row: Row) -> Given {
    Given {
        rows: vec![row],
        warnings: Vec::new(),
    }
}

fn span(record: &Record<'_>) -> Result<Span, Refusal> {
    let span = Span {
        from: date(record, "BeginDate")?,
        to: date(record, "EndDate")?.next(),
    };
    if span.is_empty() {
        return Err(Refusal::of(
            "A04",
            "EndDate",
            "the end is before the beginning",
        ));
    }
    Ok(span)
}

/// The calendar year in which a school year ends: of `2021-2022` and of `2022` it is 2022.
fn school_year(record: &Record<'_>, path: &'static str) -> Result<i16, Refusal> {
    let text = required(record, path)?;
    let end = text.rsplit('-').next().unwrap_or(text).trim();
    let digits = end.len() == 4 && end.bytes().all(|byte| byte.is_ascii_digit());
    match end.parse() {
        Ok(year) if digits => Ok(year),
        _ => Err(Refusal::of(
            "A04",
            last(path),
            "not a school year like 2021-2022",
        )),
    }
}

/// A `LocalEducationAgency` or `School`.
pub(super) fn org(
    record: &Record<'_>,
    kind: &'static str,
    known: &mut Known,
) -> Result<Given, Refusal> {
    let district = kind == "district";
    let id = required(
        record,
        if district {
            "LocalEducationAgencyId"
        } else {
            "SchoolId"
        },
    )?;
    if let (true, Some(name)) = (district, record.get("@id")) {
        known.districts.insert(name.to_owned(), id.to_owned());
    }
    let named = "LocalEducationAgencyReference/LocalEducationAgencyIdentity/LocalEducationAgencyId";
    let parent = record.get(named).map(str::to_owned).or_else(|| {
        let name = record.get("LocalEducationAgencyReference/@ref")?;
        known.districts.get(name).cloned()
    });
    let identifier = record.get("EducationOrganizationIdentificationCode/IdentificationCode");
    Ok(one(Row::Org(OrgRow {
        id: id.to_owned(),
        state: RowState::Active,
        name: required(record, "NameOfInstitution")?.to_owned(),
        kind: kind.to_owned(),
        identifier: identifier.unwrap_or(id).to_owned(),
        parent: if district { None } else { parent },
    })))
}

/// A `Student`: the id and the names.
pub(super) fn student(record: &Record<'_>) -> Result<Given, Refusal> {
    let name = |path| record.get(path).unwrap_or_default().to_owned();
    Ok(one(Row::User(UserRow {
        id: required(record, "StudentUniqueId")?.to_owned(),
        state: RowState::Active,
        enabled: true,
        given_name: required(record, "Name/FirstName")?.to_owned(),
        family_name: required(record, "Name/LastSurname")?.to_owned(),
        middle_name: name("Name/MiddleName"),
        preferred_given_name: name("Name/PreferredFirstName"),
        preferred_family_name: name("Name/PreferredLastSurname"),
        username: String::new(),
        identifier: String::new(),
        user_ids: Vec::new(),
        agents: Vec::new(),
        grades: Vec::new(),
        primary_org: None,
    })))
}

/// A `Session`.
pub(super) fn session(record: &Record<'_>) -> Result<Given, Refusal> {
    let school = required(record, SCHOOL)?;
    let year = school_year(record, "SchoolYear")?;
    let title = required(record, "SessionName")?;
    let term = record.get("Term").map(word).unwrap_or_default();
    let kind = match term {
        term if term.contains("Semester") => "semester",
        "Year Round" => "schoolYear",
        _ => "term",
    };
    Ok(one(Row::Session(SessionRow {
        id: id_of(&format!("{school}/{year}/{title}")),
        state: RowState::Active,
        title: title.to_owned(),
        kind: kind.to_owned(),
        span: span(record)?,
        parent: None,
        school_year: year,
        school: Some(school.to_owned()),
    })))
}

/// A `GradingPeriod`.
pub(super) fn grading_period(record: &Record<'_>) -> Result<Given, Refusal> {
    let school = required(record, SCHOOL)?;
    let year = school_year(record, "SchoolYear")?;
    let period = word(required(record, "GradingPeriod")?);
    let title = record.get("GradingPeriodName").unwrap_or(period);
    let sequence = record.get("PeriodSequence").unwrap_or_default();
    Ok(one(Row::Session(SessionRow {
        id: id_of(&format!("{school}/{year}/{period}/{sequence}/{title}")),
        state: RowState::Active,
        title: title.to_owned(),
        kind: "gradingPeriod".to_owned(),
        span: span(record)?,
        parent: None,
        school_year: year,
        school: Some(school.to_owned()),
    })))
}

/// A `CalendarDate`. A calendar of single pupils says nothing of the school's days.
pub(super) fn calendar_date(record: &Record<'_>, known: &Known) -> Result<Given, Refusal> {
    let school = required(
        record,
        "CalendarReference/CalendarIdentity/SchoolReference/SchoolIdentity/SchoolId",
    )?;
    let code = required(record, "CalendarReference/CalendarIdentity/CalendarCode")?;
    let day = date(record, "Date")?;
    if known
        .of_pupils
        .contains(&(school.to_owned(), code.to_owned()))
    {
        let message = "a day of a calendar of single pupils is no day of the school";
        return Err(Refusal::of("A11", "CalendarCode", message));
    }
    let mut school_day = None;
    for event in record.all("CalendarEvent") {
        let says = is_school_day(word(event));
        if says.is_none() || school_day.is_some_and(|before| Some(before) != says) {
            let message = "the calendar event is unknown or contradicts another of the day";
            return Err(Refusal::of("A05", "CalendarEvent", message));
        }
        school_day = says;
    }
    let Some(school_day) = school_day else {
        return Err(Refusal::of(
            "A03",
            "CalendarEvent",
            "the element is missing or empty",
        ));
    };
    Ok(one(Row::Calendar(CalendarRow {
        school: Some(school.to_owned()),
        day,
        school_day,
        label: word(required(record, "CalendarEvent")?).to_owned(),
        known_at: None,
    })))
}

fn is_school_day(event: &str) -> Option<bool> {
    Some(match event.to_ascii_lowercase().as_str() {
        "instructional day" | "make-up day" | "student late arrival/early dismissal" => true,
        "holiday"
        | "strike"
        | "teacher only day"
        | "non-instructional day"
        | "emergency day"
        | "weather day" => false,
        _ => return None,
    })
}

/// A text in the characters of an id: others become a hyphen.
pub(super) fn id_of(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_/@".contains(c);
    text.chars()
        .map(|c| if fits(c) { c } else { '-' })
        .collect()
}
