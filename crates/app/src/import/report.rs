//! What an import found: counts by kind, rows refused, warnings.
//!
//! Invariant: of every kind, `read = added + changed + unchanged + rejected`, with `ended` beside it
//! (records that the source no longer names, or names as ended, count once under `ended` only where
//! they were in use before).

use lasna_formats::finding::{Finding, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub read: u64,
    pub added: u64,
    pub changed: u64,
    pub ended: u64,
    pub unchanged: u64,
    pub rejected: u64,
}

impl Counts {
    /// Rows that alter something.
    pub const fn altering(&self) -> u64 {
        self.added + self.changed + self.ended
    }
}

/// What an import found, and under which number it was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// By kind.
    pub kinds: BTreeMap<&'static str, Counts>,
    /// Rows and files that were refused.
    pub rejected: Vec<Finding>,
    /// Things that somebody should look at; a long list is cut, see `warnings_cut`.
    pub warnings: Vec<Finding>,
    /// Warnings beyond the list.
    pub warnings_cut: u64,
    /// Files that nothing reads.
    pub ignored: Vec<String>,
    /// The import, where one was applied.
    pub import_id: Option<u32>,
    /// The largest share of records in use that this import would end, by kind in percent.
    pub fuse: Option<(&'static str, u64)>,
    /// Readers that files were for: `oneroster`, `edfi`, `register`, `page`.
    pub readers: BTreeSet<&'static str>,
    /// Codes of refused marks that nobody has given a meaning, with how many marks have each. They
    /// may be any text: for whoever gave the files, never for a log.
    pub unknown_codes: BTreeMap<String, u64>,
    /// What the difference was made of and came to: an import that is to write what was looked at
    /// has the same.
    pub fingerprint: u64,
}

const WARNINGS_KEPT: usize = 1_000;
/// Codes that are kept: more are no codes.
const CODES_KEPT: usize = 500;

impl Report {
    /// Whether nothing may be used.
    pub fn is_fatal(&self) -> bool {
        self.rejected
            .iter()
            .any(|finding| finding.severity == Severity::Fatal)
    }

    /// Whether the files have no row, and nothing is wrong with them.
    pub fn is_empty(&self) -> bool {
        let nothing = |counts: &Counts| counts.read == 0 && counts.altering() == 0;
        self.kinds.values().all(nothing) && self.rejected.is_empty()
    }

    /// Whether applying would alter nothing.
    pub fn alters_nothing(&self) -> bool {
        self.kinds.values().all(|counts| counts.altering() == 0)
    }

    pub(super) fn unknown_code(&mut self, code: &str) {
        if let Some(marks) = self.unknown_codes.get_mut(code) {
            *marks += 1;
        } else if self.unknown_codes.len() < CODES_KEPT {
            self.unknown_codes.insert(code.to_owned(), 1);
        }
    }

    pub(super) fn note(&mut self, finding: Finding) {
        if finding.severity > Severity::Warning {
            self.rejected.push(finding);
        } else if self.warnings.len() < WARNINGS_KEPT {
            self.warnings.push(finding);
        } else {
            self.warnings_cut += 1;
        }
    }
}
