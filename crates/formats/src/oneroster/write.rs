//! Writes a 1.2 bulk bundle that [`super::read_bundle`] and other systems read.
//!
//! Records that have ended are left out, which in a bulk bundle says that they have ended. A file
//! without rows is left out and declared absent. A session's `school` has no column and is not
//! written, so a session of one school becomes one of all. Line breaks in a text become blanks.
//!
//! Invariant: the same rows give the same bytes, in whatever order they come.

use super::columns::{FileKind, declared_files};
use super::{Version, columns};
use crate::rows::{
    ClassRow, CourseRow, DemographicsRow, EnrolmentRow, OrgRow, RoleRow, RowState, SessionRow,
    UserRow,
};
use lasna_domain::calendar::Day;
use std::io::{self, Seek, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

/// The rows of a bundle, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Bundle {
    pub orgs: Vec<OrgRow>,
    pub sessions: Vec<SessionRow>,
    pub courses: Vec<CourseRow>,
    pub classes: Vec<ClassRow>,
    pub users: Vec<UserRow>,
    pub roles: Vec<RoleRow>,
    pub enrolments: Vec<EnrolmentRow>,
    pub demographics: Vec<DemographicsRow>,
}

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the bundle could not be written")]
pub struct WriteError(#[from] io::Error);

/// Writes a bundle as a zip and gives the output back.
pub fn write_bundle<W: Write + Seek>(bundle: &Bundle, out: W) -> Result<W, WriteError> {
    let mut zip = ZipWriter::new(out);
    let files = FileKind::ORDER.map(|kind| (kind, records(bundle, kind)));
    let is_there = |name: &str| {
        files
            .iter()
            .any(|(kind, rows)| kind.name() == name && !rows.is_empty())
    };
    let mut manifest = vec![
        vec!["propertyName".to_owned(), "value".to_owned()],
        vec!["manifest.version".to_owned(), "1.0".to_owned()],
        vec![
            "oneroster.version".to_owned(),
            Version::V1_2.as_text().to_owned(),
        ],
    ];
    let mut names: Vec<&str> = declared_files(Version::V1_2).collect();
    names.sort_unstable();
    manifest.extend(names.into_iter().map(|name| {
        let mode = if is_there(name) { "bulk" } else { "absent" };
        vec![format!("file.{name}"), mode.to_owned()]
    }));
    write_file(&mut zip, "manifest", &manifest)?;
    for (kind, rows) in files {
        if rows.is_empty() {
            continue;
        }
        let header = kind
            .layouts(Version::V1_2)
            .first()
            .copied()
            .unwrap_or(columns::ORGS);
        let header = header.iter().map(|name| (*name).to_owned()).collect();
        let mut all = vec![header];
        all.extend(rows);
        write_file(&mut zip, kind.name(), &all)?;
    }
    Ok(zip.finish().map_err(io::Error::from)?)
}

type Record = Vec<String>;

fn write_file<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    name: &str,
    records: &[Record],
) -> io::Result<()> {
    // The default time is a fixed one, 1980-01-01.
    let options = SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644)
        .compression_method(zip::CompressionMethod::Deflated);
    zip.start_file(format!("{name}.csv"), options)?;
    let mut line = String::new();
    for record in records {
        line.clear();
        for (at, field) in record.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            push_field(&mut line, field);
        }
        line.push_str("\r\n");
        zip.write_all(line.as_bytes())?;
    }
    Ok(())
}

fn push_field(line: &mut String, field: &str) {
    let quoted = field.contains([',', '"', '\r', '\n']);
    if quoted {
        line.push('"');
    }
    for c in field.chars() {
        match c {
            '"' => line.push_str("\"\""),
            '\r' | '\n' => line.push(' '),
            _ => line.push(c),
        }
    }
    if quoted {
        line.push('"');
    }
}

/// The records of one file, sorted by their ids.
fn records(bundle: &Bundle, kind: FileKind) -> Vec<Record> {
    let mut records: Vec<Record> = match kind {
        FileKind::Orgs => bundle.orgs.iter().filter_map(org).collect(),
        FileKind::Sessions => bundle.sessions.iter().filter_map(session).collect(),
        FileKind::Courses => bundle.courses.iter().filter_map(course).collect(),
        FileKind::Classes => bundle.classes.iter().filter_map(class).collect(),
        FileKind::Users => bundle.users.iter().filter_map(user).collect(),
        FileKind::Roles => bundle.roles.iter().filter_map(role).collect(),
        FileKind::Enrolments => bundle.enrolments.iter().filter_map(enrolment).collect(),
        FileKind::Demographics => bundle
            .demographics
            .iter()
            .filter_map(demographics)
            .collect(),
    };
    records.sort_unstable();
    records
}

/// A record of an active row: its id, no status, no date of change, and then the fields.
fn record<const N: usize>(id: &str, state: RowState, fields: [&str; N]) -> Option<Record> {
    let key = [id, "", ""];
    let all = key.into_iter().chain(fields).map(str::to_owned);
    (state == RowState::Active).then(|| all.collect())
}

fn day(day: Option<Day>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn optional(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

fn org(row: &OrgRow) -> Option<Record> {
    let parent = optional(row.parent.as_ref());
    record(
        &row.id,
        row.state,
        [&row.name, &row.kind, &row.identifier, parent],
    )
}

fn session(row: &SessionRow) -> Option<Record> {
    let (from, to) = (row.span.from.to_string(), row.span.to.to_string());
    let parent = optional(row.parent.as_ref());
    let year = format!("{:04}", row.school_year);
    record(
        &row.id,
        row.state,
        [&row.title, &row.kind, &from, &to, parent, &year],
    )
}

fn course(row: &CourseRow) -> Option<Record> {
    let session = optional(row.session.as_ref());
    let (grades, subjects) = (row.grades.join(","), row.subjects.join(","));
    record(
        &row.id,
        row.state,
        [
            session, &row.title, &row.code, &grades, &row.org, &subjects, "",
        ],
    )
}

fn class(row: &ClassRow) -> Option<Record> {
    let course = optional(row.course.as_ref());
    let (grades, terms) = (row.grades.join(","), row.terms.join(","));
    let subjects = row.subjects.join(",");
    record(
        &row.id,
        row.state,
        [
            &row.title,
            &grades,
            course,
            &row.code,
            &row.kind,
            "",
            &row.school,
            &terms,
            &subjects,
            "",
            "",
        ],
    )
}

fn user(row: &UserRow) -> Option<Record> {
    let enabled = row.enabled.to_string();
    let ids: Vec<String> = row
        .user_ids
        .iter()
        .map(|(kind, id)| format!("{{{kind}:{id}}}"))
        .collect();
    let (ids, agents, grades) = (ids.join(","), row.agents.join(","), row.grades.join(","));
    let primary_org = optional(row.primary_org.as_ref());
    let names = [&row.given_name, &row.family_name, &row.middle_name].map(String::as_str);
    let [given, family, middle] = names;
    record(
        &row.id,
        row.state,
        [
            &enabled,
            // Required there; a source without it has the id.
            if row.username.is_empty() {
                &row.id
            } else {
                &row.username
            },
            &ids,
            given,
            family,
            middle,
            &row.identifier,
            "",
            "",
            "",
            &agents,
            &grades,
            "",
            "",
            "",
            &row.preferred_given_name,
            "",
            &row.preferred_family_name,
            primary_org,
            "",
        ],
    )
}

fn role(row: &RoleRow) -> Option<Record> {
    let kind = if row.primary { "primary" } else { "secondary" };
    let (from, to) = (day(row.from), day(row.to));
    record(
        &row.id,
        row.state,
        [&row.user, kind, &row.role, &from, &to, &row.org, ""],
    )
}

fn enrolment(row: &EnrolmentRow) -> Option<Record> {
    let primary = match row.role.as_str() {
        "teacher" => row.primary.to_string(),
        _ => String::new(),
    };
    let (from, to) = (day(row.from), day(row.to));
    record(
        &row.id,
        row.state,
        [
            &row.class,
            &row.school,
            &row.user,
            &row.role,
            &primary,
            &from,
            &to,
        ],
    )
}

fn demographics(row: &DemographicsRow) -> Option<Record> {
    let born = day(row.birth_date);
    record(
        &row.id,
        row.state,
        [&born, &row.sex, "", "", "", "", "", "", "", "", "", "", ""],
    )
}
