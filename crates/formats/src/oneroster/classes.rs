//! Rows of `courses.csv` and `classes.csv`.
//!
//! Invariant: an accepted class is of a school, where the bundle says what its organisation is
//! (`E20`).

use super::line::{Line, Need};
use super::tables::Tables;
use super::words;
use crate::rows::{ClassRow, CourseRow, Row};
use lasna_domain::calendar::Span;

/// What later checks need of a class.
#[derive(Debug, Default)]
pub(super) struct Class {
    /// From the beginning of its first term to the end of its last, where all are known.
    pub span: Option<Span>,
    /// When it has had which primary teacher.
    pub primary_teachers: Vec<(Span, Box<str>)>,
}

/// Checks one course.
pub(super) fn check_course(line: &mut Line<'_>, tables: &mut Tables, rows: &mut Vec<Row>) {
    let id = line.own_id(&tables.courses);
    let state = line.state();
    let session = line.refer("schoolYearSourcedId", &tables.sessions, Need::Optional);
    let title = line.required_text("title");
    let code = line.text("courseCode");
    let grades = line.list("grades");
    let org = line
        .refer("orgSourcedId", &tables.orgs, Need::Required)
        .unwrap_or_default();
    let subjects = subjects(line);
    let Some(id) = id else { return };
    tables
        .courses
        .settle(&id, line.row, (!line.refused).then_some(()));
    rows.push(Row::Course(CourseRow {
        id,
        state,
        title,
        code,
        grades,
        org,
        session,
        subjects,
    }));
}

/// Checks one class.
pub(super) fn check_class(line: &mut Line<'_>, tables: &mut Tables, rows: &mut Vec<Row>) {
    let id = line.own_id(&tables.classes);
    let state = line.state();
    let title = line.required_text("title");
    let grades = line.list("grades");
    let course = line.refer("courseSourcedId", &tables.courses, Need::RequiredIfThere);
    let code = line.text("classCode");
    let words = words::CLASS_TYPE.in_version(tables.version);
    let kind = line
        .word("classType", words, Need::Required)
        .unwrap_or_default();
    let school = school(line, tables);
    let terms = line.refer_all("termSourcedIds", &tables.sessions, Need::Required);
    let subjects = subjects(line);
    let Some(id) = id else { return };
    let class = Class {
        span: span_of(&terms, tables),
        primary_teachers: Vec::new(),
    };
    tables
        .classes
        .settle(&id, line.row, (!line.refused).then_some(class));
    let row = ClassRow {
        id,
        state,
        title,
        code,
        kind,
        grades,
        course,
        school,
        terms,
        subjects,
    };
    rows.push(Row::Class(row));
}

/// A reference to a school.
pub(super) fn school(line: &mut Line<'_>, tables: &Tables) -> String {
    const COLUMN: &str = "schoolSourcedId";
    let school = line
        .refer(COLUMN, &tables.orgs, Need::Required)
        .unwrap_or_default();
    if tables
        .orgs
        .get(&school)
        .is_some_and(|org| org.kind != "school")
    {
        line.reject(COLUMN, "E20", "must lead to an organisation of type school");
    }
    school
}

/// The subjects; their codes are compared in number and not kept (`E21`).
fn subjects(line: &mut Line<'_>) -> Vec<String> {
    let subjects = line.list("subjects");
    let codes = line.items("subjectCodes").count();
    if codes > 0 && codes != subjects.len() {
        line.warn(
            "subjectCodes",
            "E21",
            "must have as many items as subjects; codes are not used",
        );
    }
    subjects
}

fn span_of(terms: &[String], tables: &Tables) -> Option<Span> {
    let mut spans = terms
        .iter()
        .map(|term| tables.sessions.get(term).map(|term| term.span));
    let first = spans.next()??;
    spans.try_fold(first, |all, span| {
        let span = span?;
        Some(Span {
            from: all.from.min(span.from),
            to: all.to.max(span.to),
        })
    })
}
