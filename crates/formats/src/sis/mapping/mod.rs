//! What the columns and codes of one provider's register mean: the mapping file.
//!
//! Codes are local to a school or provider, so a person writes them down once, in TOML, and again
//! as a new table with its own first day when the register changes. `docs/formats/mapping.md`
//! describes the file. What it is not: it holds nothing of pupils, and it is not what a
//! municipality decides of absences (that is a model).
//!
//! Invariant: every rule of a code makes a [`MarkKind`], given its minutes where it is a lateness.

mod codes;
mod preset;
mod read;
mod section;

pub use preset::{PRESETS, preset, preset_text};
pub use read::read_mapping;

use super::table::Table;
use lasna_domain::attendance::{Approval, MarkKind, MarkKindError, Presence, Reason};
use lasna_domain::calendar::{Day, Instant};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// One mistake in a mapping file.
///
/// Codes are stable: `P01` not TOML · `P02` unknown key · `P03` missing key · `P04` wrong type ·
/// `P05` unknown word · `P06` code that contradicts itself · `P07` impossible date or instant ·
/// `P08` twice · `P09` out of range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MappingProblem {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {} {}",
            self.line, self.column, self.code, self.message
        )
    }
}

/// How the bytes of the files are read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Latin-1, read as its superset Windows-1252, which is what such exports really are.
    Latin1,
}

/// How the files write a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    /// `2026-08-11`
    YearMonthDay,
    /// `11.8.2026`, with or without leading zeros.
    DayMonthYear,
}

/// Whether the source says which registers were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registers {
    /// In the registers file.
    File,
    /// It records exceptions only: who has no mark is presumed present.
    ExceptionsOnly,
}

/// What one code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRule {
    /// Nothing about attendance: the row is left out.
    Ignore,
    /// A mark.
    #[allow(missing_docs, reason = "the names say it")]
    Mark {
        presence: Presence,
        approval: Approval,
        reason: Reason,
        minutes: Option<u16>,
    },
}

impl CodeRule {
    /// The mark of a row with this code; `None` where the code is ignored. The row's own minutes go
    /// before those of the code.
    ///
    /// # Errors
    /// See [`MarkKindError`]; with a rule of a mapping only a lateness without minutes is possible.
    pub fn kind(self, minutes: Option<u16>) -> Result<Option<(MarkKind, Reason)>, MarkKindError> {
        match self {
            CodeRule::Ignore => Ok(None),
            CodeRule::Mark {
                presence,
                approval,
                reason,
                minutes: usual,
            } => {
                let kind = MarkKind::new(presence, approval, minutes.or(usual))?;
                Ok(Some((kind, reason)))
            }
        }
    }
}

/// The codes in use from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTable {
    /// The version of the table, as the file names it.
    pub version: String,
    /// First day of the marks it is for; `None` for the first table, which has no beginning.
    pub valid_from: Option<Day>,
    /// What each code means.
    pub codes: HashMap<String, CodeRule>,
}

/// A checked mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The version of the mapping, as the file names it.
    pub version: String,
    /// How the bytes are read.
    pub encoding: Encoding,
    /// What stands between fields, one byte of ASCII.
    pub delimiter: u8,
    /// What stands before decimals: `.` or `,`.
    pub decimal: char,
    /// How days are written.
    pub date: DateForm,
    /// Whether there is a registers file.
    pub registers: Registers,
    /// When structure of which nothing was known before counts as known where a row does not say it;
    /// the import decides which that is.
    pub structure_known_from: Option<Instant>,
    columns: BTreeMap<(Table, &'static str), String>,
    tables: Vec<CodeTable>,
}

impl Mapping {
    /// The source's column for a field, where the mapping names one; empty where there is none.
    pub fn column(&self, table: Table, field: &str) -> Option<&str> {
        self.columns
            .iter()
            .find(|((of, name), _)| *of == table && *name == field)
            .map(|(_, column)| column.as_str())
    }

    /// The code tables, by their first day.
    pub fn code_tables(&self) -> &[CodeTable] {
        &self.tables
    }

    /// The codes in use on a day.
    pub fn codes_on(&self, day: Day) -> Option<&CodeTable> {
        self.tables
            .iter()
            .rev()
            .find(|table| table.valid_from.is_none_or(|from| from <= day))
    }

    /// Lets what a person decided of a code go before all tables, on every day.
    pub fn decide(&mut self, code: &str, rule: CodeRule) {
        for table in &mut self.tables {
            table.codes.insert(code.to_owned(), rule);
        }
    }

    /// What a code means on a day; `None` where the mapping does not say it.
    pub fn rule(&self, day: Day, code: &str) -> Option<CodeRule> {
        self.codes_on(day)?.codes.get(code).copied()
    }
}
