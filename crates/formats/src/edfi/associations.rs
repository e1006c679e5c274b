//! Pupils in schools and sections: roles, enrolments, and the classes that they need.
//!
//! The interchange names no class of a pupil: an association with a school and a grade becomes one
//! in a homeroom of that grade, so that there are days to attend; one with a section becomes one in a
//! teaching group.
//!
//! Invariant: a class is given once in a file, before the first enrolment in it.

use super::category::word;
use super::leaves::Record;
use super::records::{SCHOOL, date, id_of, one, optional_date, required};
use super::{Given, Refusal};
use crate::rows::{ClassRow, EnrolmentRow, RoleRow, Row, RowState};
use lasna_domain::calendar::Day;
use std::collections::BTreeSet;

const STUDENT: &str = "StudentReference/StudentIdentity/StudentUniqueId";
const SECTION: &str = "SectionReference/SectionIdentity/SectionIdentifier";
const SECTION_SCHOOL: &str = "SectionReference/SectionIdentity/CourseOfferingReference\
     /CourseOfferingIdentity/SchoolReference/SchoolIdentity/SchoolId";

/// Classes that associations have named so far.
#[derive(Debug, Default)]
pub(super) struct Classes(BTreeSet<String>);

impl Classes {
    /// The class of an association, unless it was named before.
    fn class(
        &mut self,
        id: &str,
        title: &str,
        kind: &str,
        grade: &str,
        school: &str,
    ) -> Option<Row> {
        self.0.insert(id.to_owned()).then(|| {
            Row::Class(ClassRow {
                id: id.to_owned(),
                state: RowState::Active,
                title: title.to_owned(),
                code: String::new(),
                kind: kind.to_owned(),
                grades: Some(grade)
                    .filter(|grade| !grade.is_empty())
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                course: None,
                school: school.to_owned(),
                terms: Vec::new(),
                subjects: Vec::new(),
            })
        })
    }
}

/// The grade of a `GradeLevelDescriptor`, 1–9 as a digit; another word as it is.
fn grade_of(level: &str) -> String {
    let words = [
        "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth",
    ];
    let first = level.split(' ').next().unwrap_or_default();
    match words
        .iter()
        .position(|word| word.eq_ignore_ascii_case(first))
    {
        Some(place) => (place + 1).to_string(),
        None => level.to_owned(),
    }
}

/// A `StudentSchoolAssociation`.
pub(super) fn school(record: &Record<'_>, classes: &mut Classes) -> Result<Given, Refusal> {
    let (user, org) = (required(record, STUDENT)?, required(record, SCHOOL)?);
    let from = date(record, "EntryDate")?;
    let to = optional_date(record, "ExitWithdrawDate")?;
    if to.is_some_and(|to| to < from) {
        return Err(Refusal::of(
            "A04",
            "ExitWithdrawDate",
            "the end is before the beginning",
        ));
    }
    let primary = record.get("PrimarySchool") != Some("false");
    let role = Row::Role(RoleRow {
        id: id_of(&format!("{user}/{org}/{from}")),
        state: RowState::Active,
        user: user.to_owned(),
        primary,
        role: "student".to_owned(),
        org: org.to_owned(),
        from: Some(from),
        to,
    });
    let mut given = one(role);
    if let Some(level) = record.get("EntryGradeLevel").map(word) {
        let class = id_of(&format!("{org}/{level}"));
        let grade = grade_of(level);
        given
            .rows
            .extend(classes.class(&class, level, "homeroom", &grade, org));
        given.rows.push(Row::Enrolment(EnrolmentRow {
            id: id_of(&format!("{user}/{class}/{from}")),
            state: RowState::Active,
            class,
            school: org.to_owned(),
            user: user.to_owned(),
            role: "student".to_owned(),
            primary,
            from: Some(from),
            to,
        }));
    }
    Ok(given)
}

/// A `StudentSectionAssociation`.
pub(super) fn section(record: &Record<'_>, classes: &mut Classes) -> Result<Given, Refusal> {
    let (user, class) = (required(record, STUDENT)?, required(record, SECTION)?);
    let from = date(record, "BeginDate")?;
    let to = optional_date(record, "EndDate")?.map(Day::next);
    if to.is_some_and(|to| to <= from) {
        return Err(Refusal::of(
            "A04",
            "EndDate",
            "the end is before the beginning",
        ));
    }
    let school = required(record, SECTION_SCHOOL)?;
    let mut given = Given {
        rows: classes
            .class(class, class, "scheduled", "", school)
            .into_iter()
            .collect(),
        warnings: Vec::new(),
    };
    given.rows.push(Row::Enrolment(EnrolmentRow {
        id: id_of(&format!("{user}/{class}/{from}")),
        state: RowState::Active,
        class: class.to_owned(),
        school: school.to_owned(),
        user: user.to_owned(),
        role: "student".to_owned(),
        primary: false,
        from: Some(from),
        to,
    }));
    Ok(given)
}
