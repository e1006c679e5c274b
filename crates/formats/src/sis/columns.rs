//! The fields of the five files, and where they stand in a file's header.
//!
//! A field has the canonical column name unless the mapping names another; a mapping may also say
//! `""`, and then the file does not have it. What it is not: it reads no data row.
//!
//! Invariant: the places of a table's fields below are the order of [`fields`].

use super::mapping::Mapping;
use super::table::Table;

/// A field: its name in mappings and canonical files, and whether a file must have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub name: &'static str,
    pub required: bool,
}

const fn must(name: &'static str) -> Field {
    Field {
        name,
        required: true,
    }
}

const fn may(name: &'static str) -> Field {
    Field {
        name,
        required: false,
    }
}

const CALENDAR: &[Field] = &[
    may("school"),
    must("date"),
    must("school_day"),
    may("label"),
    may("known_at"),
];
const LESSONS: &[Field] = &[
    must("class"),
    must("date"),
    must("start"),
    must("minutes"),
    must("subject"),
    may("teacher"),
    may("cancelled"),
    may("known_at"),
];
const REGISTERS: &[Field] = &[
    must("class"),
    must("date"),
    must("start"),
    must("taken"),
    may("by"),
    may("known_at"),
];
const TIMETABLES: &[Field] = &[
    must("id"),
    must("pupil"),
    must("from"),
    may("to"),
    may("weekdays"),
    may("start_from"),
    may("start_to"),
    may("subject"),
    must("minutes"),
    may("status"),
    may("known_at"),
];
const MARKS: &[Field] = &[
    must("pupil"),
    may("school"),
    must("date"),
    may("class"),
    may("start"),
    may("ordinal"),
    must("code"),
    may("minutes"),
    may("day_part"),
    may("known_at"),
    may("withdrawn"),
];

/// The fields of a table, in the order of its canonical header.
pub(super) const fn fields(table: Table) -> &'static [Field] {
    match table {
        Table::Calendar => CALENDAR,
        Table::Lessons => LESSONS,
        Table::Registers => REGISTERS,
        Table::Timetables => TIMETABLES,
        Table::Marks => MARKS,
    }
}

/// The column that a rejected-rows file has last.
pub(super) const PROBLEM: &str = "problem";

/// Where each field stands in the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// By field; `None` where the file does not have it.
    pub places: Vec<Option<usize>>,
    /// Columns that no field reads, in order.
    pub unused: Vec<String>,
    /// The file is a rejected-rows file: its last column is [`PROBLEM`].
    pub rejects: bool,
}

/// Why a header cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeaderFault {
    /// The field and the column that is not there.
    Missing(&'static str, String),
    /// A column that a field reads stands twice.
    Twice(String),
}

impl Columns {
    /// Finds the fields of a table in a header.
    pub fn resolve(
        table: Table,
        mapping: &Mapping,
        header: &[String],
    ) -> Result<Columns, Vec<HeaderFault>> {
        let mut faults = Vec::new();
        let mut places = Vec::new();
        for field in fields(table) {
            let named = mapping.column(table, field.name);
            let wanted = named.unwrap_or(field.name);
            if wanted.is_empty() {
                places.push(None);
                continue;
            }
            let mut found = header
                .iter()
                .enumerate()
                .filter(|(_, column)| *column == wanted)
                .map(|(at, _)| at);
            let place = found.next();
            if found.next().is_some() {
                faults.push(HeaderFault::Twice(wanted.to_owned()));
            }
            if place.is_none() && (field.required || named.is_some()) {
                faults.push(HeaderFault::Missing(field.name, wanted.to_owned()));
            }
            places.push(place);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let last = header.len().checked_sub(1);
        let read = |at: usize| places.contains(&Some(at));
        let rejects = last.is_some_and(|at| header[at] == PROBLEM && !read(at));
        let problem = last.filter(|_| rejects);
        let unused = header
            .iter()
            .enumerate()
            .filter(|(at, _)| !read(*at) && problem != Some(*at))
            .map(|(_, column)| column.clone())
            .collect();
        Ok(Columns {
            places,
            unused,
            rejects,
        })
    }
}
