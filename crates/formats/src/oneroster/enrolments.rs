//! Rows of `enrollments.csv` and `demographics.csv`.
//!
//! Of demographics only birth date and sex are read.
//!
//! Invariant: an accepted enrolment has an accepted class, school and user, where the bundle holds
//! them all.

use super::classes::school;
use super::line::{Line, Need};
use super::sessions::check_order;
use super::tables::Tables;
use super::words;
use crate::rows::{DemographicsRow, EnrolmentRow, Row, RowState};
use lasna_domain::calendar::{Day, Span};

/// Checks one enrolment.
pub(super) fn check_enrolment(line: &mut Line<'_>, tables: &mut Tables, rows: &mut Vec<Row>) {
    let id = line.own_id(&tables.enrolments);
    let state = line.state();
    let class = line
        .refer("classSourcedId", &tables.classes, Need::Required)
        .unwrap_or_default();
    let school = school(line, tables);
    let user = line
        .refer("userSourcedId", &tables.users, Need::Required)
        .unwrap_or_default();
    let words = words::ENROLMENT_ROLE.in_version(tables.version);
    let role = line.word("role", words, Need::Required).unwrap_or_default();
    let mut primary = line.flag("primary", Need::Optional).unwrap_or(false);
    if primary && role != "teacher" {
        line.warn(
            "primary",
            "E23",
            "only a teacher can be primary; read as false",
        );
        primary = false;
    }
    let from = line.day("beginDate", Need::Optional);
    let to = line.day("endDate", Need::Optional);
    check_order(line, from, to);
    let Some(id) = id else { return };
    tables
        .enrolments
        .settle(&id, line.row, (!line.refused).then_some(()));
    if line.refused {
        return;
    }
    if let Some(user) = tables.users.get_mut(&user).filter(|_| role == "student") {
        user.enrolled = true;
    }
    let row = EnrolmentRow {
        id,
        state,
        class,
        school,
        user,
        role,
        primary,
        from,
        to,
    };
    check_class(line, tables, &row);
    rows.push(Row::Enrolment(row));
}

/// Compares an enrolment with its class: the terms (`W01`) and the other primary teachers (`W02`).
fn check_class(line: &mut Line<'_>, tables: &mut Tables, row: &EnrolmentRow) {
    let Some(class) = tables.classes.get_mut(&row.class) else {
        return;
    };
    if let Some(terms) = class.span {
        let early = row.from.is_some_and(|from| from < terms.from);
        let late = row.to.is_some_and(|to| to > terms.to);
        if early || late {
            let column = if early { "beginDate" } else { "endDate" };
            let message = format!(
                "lies outside the class's terms, {} to {}",
                terms.from, terms.to
            );
            line.warn(column, "W01", message);
        }
    }
    if !row.primary || row.state == RowState::Ended {
        return;
    }
    let span = Span {
        from: row.from.unwrap_or(Day(i32::MIN)),
        to: row.to.unwrap_or(Day(i32::MAX)),
    };
    let other =
        |(when, teacher): &(Span, Box<str>)| !when.meet(span).is_empty() && **teacher != *row.user;
    if class.primary_teachers.iter().any(other) {
        line.warn(
            "primary",
            "W02",
            "the class has another primary teacher at the same time",
        );
    }
    class
        .primary_teachers
        .push((span, row.user.as_str().into()));
}

/// Checks one row of demographics, whose id is the user's.
pub(super) fn check_demographics(line: &mut Line<'_>, tables: &mut Tables, rows: &mut Vec<Row>) {
    let own = line.own_id(&tables.demographics);
    let state = line.state();
    let birth_date = line.day("birthDate", Need::Optional);
    let words = words::SEX.in_version(tables.version);
    let sex = line.word("sex", words, Need::Optional).unwrap_or_default();
    let Some(own) = own else { return };
    let user = line.refer("sourcedId", &tables.users, Need::Required);
    tables
        .demographics
        .settle(&own, line.row, (!line.refused).then_some(()));
    if let Some(id) = user {
        rows.push(Row::Demographics(DemographicsRow {
            id,
            state,
            birth_date,
            sex,
        }));
    }
}
