//! One data row while it is checked: typed fields, and a finding for each fault.
//!
//! A fault of a required value refuses the row; a fault of an optional one empties it and warns.
//! Ids and references are in [`super::reference`].
//!
//! Invariant: no message repeats a field.

use super::Mode;
use super::csv::{Flaw, Record};
use super::header::Columns;
use super::words::{BOOLEAN, Match, STATUS, Words};
use crate::finding::{Finding, Severity};
use crate::rows::RowState;
use lasna_domain::calendar::{Day, Instant};

/// Longest text that every system is bound to take.
const TEXT_CHARS_MAX: usize = 255;

/// What becomes of a row whose value is missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The row is refused.
    Required,
    /// As required, but a reference is emptied where the file that it leads into is not there.
    RequiredIfThere,
    /// The value is emptied.
    Optional,
}

/// What is remembered of one file from row to row.
#[derive(Clone, Debug, Default)]
pub(super) struct FileNotes {
    /// What the manifest says; `None` without a manifest.
    pub declared: Option<Mode>,
    /// A row has had a status or a date of change.
    pub changes: bool,
    /// Values dropped, for each dropped column.
    pub dropped: Vec<u64>,
}

impl FileNotes {
    /// Whether the bundle is to hold everything that the file's rows refer to.
    pub fn is_closed(&self) -> bool {
        self.declared != Some(Mode::Delta)
    }
}

/// One data row.
pub(super) struct Line<'a> {
    pub file: &'a str,
    pub row: u64,
    pub refused: bool,
    columns: &'a Columns,
    record: Record<'a>,
    pub(super) notes: &'a mut FileNotes,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Line<'a> {
    /// Begins a row; one that was cut wrongly is refused at once (`E08`).
    pub fn new(
        file: &'a str,
        columns: &'a Columns,
        record: Record<'a>,
        notes: &'a mut FileNotes,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        let row = record.row;
        let mut line = Line {
            file,
            row,
            refused: false,
            columns,
            record,
            notes,
            findings,
        };
        line.check_form();
        if !line.refused {
            line.count_dropped();
        }
        line
    }

    fn check_form(&mut self) {
        let spare = |at: usize| !self.record.get(at).is_empty();
        let (at, message) = match self.record.flaw {
            Some(Flaw::LineBreak(at)) => (at, "a line break in a field; replace it by a blank"),
            Some(Flaw::Quote(at)) => (
                at,
                "a quote that is not doubled or not closed; quote the field",
            ),
            Some(Flaw::TooMany) => (self.columns.width, "far too many fields"),
            None if (self.columns.width..self.record.len()).any(spare) => (
                self.columns.width,
                "more fields than columns; quote fields that have a comma",
            ),
            None => match (0..self.record.len()).find(|&at| self.record.get(at).contains('\0')) {
                Some(at) => (at, "the character U+0000 in a field; take it out"),
                None => return,
            },
        };
        let column = self.columns.name_at(at);
        self.push(column, "E08", Severity::Rejected, message.to_owned());
    }

    /// Counts what is dropped; in a row that was cut wrongly nothing is where it seems to be.
    fn count_dropped(&mut self) {
        self.notes.dropped.resize(self.columns.dropped.len(), 0);
        for (count, (_, at)) in self.notes.dropped.iter_mut().zip(&self.columns.dropped) {
            *count += u64::from(!self.record.get(*at).is_empty());
        }
    }

    fn push(
        &mut self,
        column: Option<&str>,
        code: &'static str,
        severity: Severity,
        message: String,
    ) {
        self.refused |= severity != Severity::Warning;
        self.findings.push(Finding {
            file: self.file.to_owned(),
            row: self.row,
            column: column.map(str::to_owned),
            code,
            severity,
            message,
            values: Vec::new(),
        });
    }

    /// Refuses the row.
    pub fn reject(&mut self, column: &str, code: &'static str, message: impl Into<String>) {
        self.push(Some(column), code, Severity::Rejected, message.into());
    }

    /// Says something of the row, which is used.
    pub fn warn(&mut self, column: &str, code: &'static str, message: impl Into<String>) {
        self.push(Some(column), code, Severity::Warning, message.into());
    }

    /// A fault of a value: refuses the row or warns, as the value is needed.
    pub(super) fn fault(&mut self, column: &str, code: &'static str, need: Need, message: &str) {
        match need {
            Need::Optional => self.warn(column, code, format!("{message}; the value is left out")),
            Need::Required | Need::RequiredIfThere => self.reject(column, code, message),
        }
    }

    /// The field of a column, without the blanks around it.
    pub fn value(&self, column: &str) -> &'a str {
        self.columns
            .place(column)
            .map_or("", |at| self.record.get(at))
    }

    /// The field, `None` where it is empty, which is a fault where it is needed (`E10`).
    pub(super) fn filled(&mut self, column: &str, need: Need) -> Option<&'a str> {
        let value = self.value(column);
        if value.is_empty() && need != Need::Optional {
            self.reject(column, "E10", "a required value is missing");
        }
        Some(value).filter(|value| !value.is_empty())
    }

    /// A text that may be empty.
    pub fn text(&mut self, column: &str) -> String {
        let value = self.value(column);
        if value.len() > TEXT_CHARS_MAX && value.chars().count() > TEXT_CHARS_MAX {
            self.warn(
                column,
                "W05",
                "is longer than 255 characters; other systems may cut it",
            );
        }
        value.to_owned()
    }

    /// A text that may not be empty.
    pub fn required_text(&mut self, column: &str) -> String {
        self.filled(column, Need::Required);
        self.text(column)
    }

    /// A word of a list, in the standard's spelling.
    pub fn word(&mut self, column: &str, words: Words, need: Need) -> Option<String> {
        let value = self.filled(column, need)?;
        match words.find(value) {
            Match::Exact(word) => return Some(word.to_owned()),
            Match::WrongCase(word) => {
                self.warn(
                    column,
                    "E11",
                    format!("is read as {word}; write it so, case counts"),
                );
                return Some(word.to_owned());
            }
            Match::Extension => {
                self.fault(column, "E12", need, "an ext: value is not allowed here");
            }
            Match::Unknown => {
                let message = format!("must be one of {}", words.list.join(", "));
                self.fault(column, "E11", need, &message);
            }
        }
        None
    }

    /// `true` or `false`.
    pub fn flag(&mut self, column: &str, need: Need) -> Option<bool> {
        self.word(column, BOOLEAN, need).map(|word| word == "true")
    }

    /// A civil day.
    pub fn day(&mut self, column: &str, need: Need) -> Option<Day> {
        let value = self.filled(column, need)?;
        let day = value.parse().ok();
        if day.is_none() {
            let slashed = !value.is_empty()
                && value
                    .bytes()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'.' | b'-'));
            let message = if slashed {
                "is not a date of the form 2026-08-11 (year-month-day); have it exported so"
            } else {
                "is not a date; write it like 2026-08-11"
            };
            self.fault(column, "E10", need, message);
        }
        day
    }

    /// A year of four digits.
    pub fn year(&mut self, column: &str) -> Option<i16> {
        let value = self.filled(column, Need::Required)?;
        let digits = value.len() == 4 && value.bytes().all(|byte| byte.is_ascii_digit());
        let year = value.parse().ok().filter(|_| digits);
        if year.is_none() {
            self.reject(column, "E10", "is not a year of four digits, such as 2027");
        }
        year
    }

    /// The items of a comma list.
    pub fn items(&self, column: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value(column)
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
    }

    /// A list of texts.
    pub fn list(&mut self, column: &str) -> Vec<String> {
        self.items(column).map(str::to_owned).collect()
    }

    /// The status, with the checks on bulk and delta (`E16`–`E18`).
    pub fn state(&mut self) -> RowState {
        let (status, changed) = (self.value("status"), self.value("dateLastModified"));
        let first = !self.notes.changes;
        self.notes.changes |= !status.is_empty() || !changed.is_empty();
        match self.notes.declared {
            Some(Mode::Delta) if status.is_empty() => {
                self.reject(
                    "status",
                    "E17",
                    "a row of a delta file needs active or tobedeleted",
                );
            }
            Some(Mode::Delta) if changed.is_empty() => {
                self.warn(
                    "dateLastModified",
                    "E17",
                    "a row of a delta file needs a date of change",
                );
            }
            Some(Mode::Bulk) if first && self.notes.changes => {
                let column = if status.is_empty() {
                    "dateLastModified"
                } else {
                    "status"
                };
                let message = "a bulk file has no status and no date of change; it is read as \
                               delta, so records that it does not name stay";
                self.warn(column, "E16", message);
            }
            Some(Mode::Bulk) if self.notes.changes && status.is_empty() => {
                self.warn(
                    "status",
                    "E17",
                    "other rows have a status and this one none; read as active",
                );
            }
            _ => {}
        }
        if !changed.is_empty() && !is_utc(changed) {
            let message = "is not a time in UTC such as 2026-10-05T06:00:00Z";
            self.warn("dateLastModified", "E18", message);
        }
        if status.is_empty() {
            return RowState::Active;
        }
        match self.word("status", STATUS, Need::Required).as_deref() {
            Some("tobedeleted") => RowState::Ended,
            _ => RowState::Active,
        }
    }
}

fn is_utc(text: &str) -> bool {
    text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T') && text.parse::<Instant>().is_ok()
}
