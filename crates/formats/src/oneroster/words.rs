//! The closed word lists of the standard, and how a value is matched with one.
//!
//! Invariant: a value of a list is handed on in the standard's spelling.

/// A word list, and whether words beginning with `ext:` may stand beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub list: &'static [&'static str],
    pub extensible: bool,
}

/// What a value is to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match<'a> {
    /// A word of the list or an allowed extension.
    Exact(&'a str),
    /// A word of the list in wrong case.
    WrongCase(&'static str),
    /// An extension where none is allowed.
    Extension,
    /// No word of the list.
    Unknown,
}

impl Words {
    /// Compares a value with the list.
    pub fn find<'a>(&self, value: &'a str) -> Match<'a> {
        if value
            .strip_prefix("ext:")
            .is_some_and(|rest| !rest.is_empty())
        {
            return if self.extensible {
                Match::Exact(value)
            } else {
                Match::Extension
            };
        }
        match self
            .list
            .iter()
            .find(|word| word.eq_ignore_ascii_case(value))
        {
            Some(word) if *word == value => Match::Exact(word),
            Some(word) => Match::WrongCase(word),
            None => Match::Unknown,
        }
    }
}

const fn closed(list: &'static [&'static str]) -> Words {
    Words {
        list,
        extensible: false,
    }
}

const fn open(list: &'static [&'static str]) -> Words {
    Words {
        list,
        extensible: true,
    }
}

pub(super) const STATUS: Words = closed(&["active", "tobedeleted"]);
pub(super) const BOOLEAN: Words = closed(&["true", "false"]);
pub(super) const ORG_TYPE: Words = open(&[
    "department",
    "school",
    "district",
    "local",
    "state",
    "national",
]);
pub(super) const SESSION_TYPE: Words = open(&["gradingPeriod", "semester", "schoolYear", "term"]);
pub(super) const CLASS_TYPE: Words = open(&["homeroom", "scheduled"]);
pub(super) const ROLE_TYPE: Words = closed(&["primary", "secondary"]);
pub(super) const ROLE: Words = open(&[
    "aide",
    "counselor",
    "districtAdministrator",
    "guardian",
    "parent",
    "principal",
    "proctor",
    "relative",
    "siteAdministrator",
    "student",
    "systemAdministrator",
    "teacher",
]);
pub(super) const ROLE_1_1: Words = closed(&[
    "administrator",
    "aide",
    "guardian",
    "parent",
    "proctor",
    "relative",
    "student",
    "teacher",
]);
pub(super) const ENROLMENT_ROLE: Words = open(&["administrator", "proctor", "student", "teacher"]);
pub(super) const SEX: Words = open(&["male", "female", "unspecified", "other"]);

impl Words {
    /// The list as version 1.1 has it, which knows no extensions.
    pub const fn in_version(self, version: super::Version) -> Words {
        match version {
            super::Version::V1_1 => closed(self.list),
            super::Version::V1_2 | super::Version::V1_2_1 => self,
        }
    }
}
