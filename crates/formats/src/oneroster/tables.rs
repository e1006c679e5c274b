//! What is remembered from file to file, and which module checks which file.
//!
//! Invariant: memory grows with the ids of a bundle, not with its texts.

use super::classes::Class;
use super::columns::FileKind;
use super::line::Line;
use super::orgs::Org;
use super::sessions::Session;
use super::table::{Holds, Table};
use super::users::{Claim, User};
use super::{Version, classes, enrolments, orgs, sessions, users};
use crate::rows::Row;
use std::collections::HashSet;

/// Whether a file is gone through for its ids or for its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// First: rows are checked by themselves, and nothing is said.
    Ids,
    /// Last, and for most files the only one.
    Rows,
}

/// What is remembered from file to file.
pub(super) struct Tables {
    pub version: Version,
    pub orgs: Table<Org>,
    pub org_cycles: HashSet<Box<str>>,
    pub sessions: Table<Session>,
    pub session_cycles: HashSet<Box<str>>,
    pub session_strays: HashSet<Box<str>>,
    pub courses: Table<()>,
    pub classes: Table<Class>,
    pub users: Table<User>,
    pub masters: HashSet<Box<str>>,
    pub roles: Table<()>,
    pub primary_roles: HashSet<(Box<str>, Box<str>)>,
    pub guardians: Vec<Claim>,
    pub pupils: Vec<Claim>,
    pub enrolments: Table<()>,
    pub demographics: Table<()>,
}

impl Tables {
    pub fn new(version: Version, holds: impl Fn(FileKind) -> Holds) -> Self {
        Tables {
            version,
            orgs: Table::new("orgs.csv", holds(FileKind::Orgs)),
            org_cycles: HashSet::new(),
            sessions: Table::new("academicSessions.csv", holds(FileKind::Sessions)),
            session_cycles: HashSet::new(),
            session_strays: HashSet::new(),
            courses: Table::new("courses.csv", holds(FileKind::Courses)),
            classes: Table::new("classes.csv", holds(FileKind::Classes)),
            users: Table::new("users.csv", holds(FileKind::Users)),
            masters: HashSet::new(),
            roles: Table::new("roles.csv", holds(FileKind::Roles)),
            primary_roles: HashSet::new(),
            guardians: Vec::new(),
            pupils: Vec::new(),
            enrolments: Table::new("enrollments.csv", holds(FileKind::Enrolments)),
            demographics: Table::new("demographics.csv", holds(FileKind::Demographics)),
        }
    }

    /// Checks one row and adds what it gives.
    pub fn check(&mut self, kind: FileKind, line: &mut Line<'_>, pass: Pass, rows: &mut Vec<Row>) {
        match kind {
            FileKind::Orgs => orgs::check(line, self, pass, rows),
            FileKind::Sessions => sessions::check(line, self, pass, rows),
            FileKind::Courses => classes::check_course(line, self, rows),
            FileKind::Classes => classes::check_class(line, self, rows),
            FileKind::Users => users::check_user(line, self, pass, rows),
            FileKind::Roles => users::check_role(line, self, rows),
            FileKind::Enrolments => enrolments::check_enrolment(line, self, rows),
            FileKind::Demographics => enrolments::check_demographics(line, self, rows),
        }
    }
}
