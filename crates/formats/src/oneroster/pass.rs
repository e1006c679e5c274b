//! One file of a bundle, row by row: rows and findings to the sink, and what the file amounts to.
//!
//! Invariant: `read` is called once for each data row, then its findings, then what it gives.

use super::columns::FileKind;
use super::csv::{Record, Records, Trouble};
use super::line::{FileNotes, Line};
use super::package::Folder;
use super::read::{Ended, Planned, Reading, bundle_finding, trouble_finding};
use super::tables::{Pass, Tables};
use super::users::Claim;
use super::{FileOutcome, Mode, Version, orgs, sessions};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::rows::{Flow, Placed};

impl Reading<'_> {
    /// Reads one file.
    pub(super) fn file(&mut self, file: &Planned, tables: &mut Tables) -> Result<(), Ended> {
        if matches!(
            file.kind,
            FileKind::Orgs | FileKind::Sessions | FileKind::Users
        ) {
            self.pass(file, tables, Pass::Ids)?;
            match file.kind {
                FileKind::Orgs => orgs::close(tables),
                FileKind::Sessions => sessions::close(tables),
                _ => {}
            }
        }
        let notes = self.pass(file, tables, Pass::Rows)?;
        let outcome = self.outcome.files.entry(file.kind).or_default();
        outcome.mode = match file.declared {
            _ if outcome.read == 0 => Mode::Absent,
            Some(Mode::Delta) => Mode::Delta,
            _ if notes.changes => Mode::Delta,
            _ => Mode::Bulk,
        };
        let (mode, empty) = (outcome.mode, outcome.read == 0);
        if file.kind == FileKind::Users && tables.version == Version::V1_1 {
            let roles = FileOutcome {
                mode,
                ..FileOutcome::default()
            };
            self.outcome.files.insert(FileKind::Roles, roles);
        }
        let mut findings = Vec::new();
        if empty {
            findings.push(no_row(&file.name, "E09", "the file is not used"));
        }
        for ((column, _), count) in file.columns.dropped.iter().zip(&notes.dropped) {
            if *count > 0 {
                let message = format!("values that are not read: {count}; leave the column empty");
                let about = bundle_finding(&file.name, "P01", Severity::Warning, message);
                findings.push(Finding {
                    column: Some(column.clone()),
                    ..about
                });
            }
        }
        if notes.is_closed() {
            findings.extend(unborne(file.kind, tables));
        }
        self.say_all(&mut findings)
    }

    /// Goes through a file once.
    fn pass(
        &mut self,
        file: &Planned,
        tables: &mut Tables,
        pass: Pass,
    ) -> Result<FileNotes, Ended> {
        let mut notes = FileNotes {
            declared: file.declared,
            ..FileNotes::default()
        };
        let (mut findings, mut rows) = (Vec::new(), Vec::new());
        let (sink, outcome) = (&mut *self.sink, &mut self.outcome);
        let read = each_record(self.folder, &file.name, self.limits, &mut |record| {
            if record.row == 0 {
                return Flow::On;
            }
            let mut line = Line::new(&file.name, &file.columns, record, &mut notes, &mut findings);
            if !line.refused {
                tables.check(file.kind, &mut line, pass, &mut rows);
            }
            let (row, refused) = (line.row, line.refused);
            if pass == Pass::Ids {
                findings.clear();
                rows.clear();
                return Flow::On;
            }
            let counts = outcome.files.entry(file.kind).or_default();
            counts.read += 1;
            counts.refused += u64::from(refused);
            sink.read(&file.name, file.kind.name());
            let mut flow = Flow::On;
            for finding in findings.drain(..) {
                if flow == Flow::On {
                    flow = sink.finding(finding);
                }
            }
            for value in rows.drain(..) {
                if flow == Flow::On && !refused {
                    flow = sink.row(&file.name, Placed { row, value });
                }
            }
            flow
        });
        match read {
            Ok(true) => Ok(notes),
            Ok(false) => {
                self.outcome.stopped = true;
                Err(Ended)
            }
            Err(trouble) => {
                self.say(trouble_finding(&file.name, &trouble, self.limits))?;
                Err(Ended)
            }
        }
    }

    /// Counts the rows of a file that is not read.
    pub(super) fn ignored(&mut self, file: &str) -> Result<(), Ended> {
        let mut rows = 0_u64;
        let read = each_record(self.folder, file, self.limits, &mut |record| {
            rows = record.row;
            Flow::On
        });
        let more = if read.is_err() { " or more" } else { "" };
        let message = format!("the file is not used; rows that are not read: {rows}{more}");
        self.say(bundle_finding(file, "P02", Severity::Warning, message))
    }
}

/// Hands over each record of a file, the header first; false where the taker stopped.
pub(super) fn each_record(
    folder: &mut dyn Folder,
    file: &str,
    limits: &Limits,
    take: &mut dyn FnMut(Record<'_>) -> Flow,
) -> Result<bool, Trouble> {
    let opened = folder.open(file).map_err(|_| Trouble::Damaged)?;
    let mut records = Records::new(opened.bytes, opened.packed_bytes, limits)?;
    while let Some(record) = records.next()? {
        if take(record) == Flow::Stop {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A finding about a file without rows, or without even a header.
pub(super) fn no_row(file: &str, code: &'static str, what: &str) -> Finding {
    let severity = if code == "E09" {
        Severity::Rejected
    } else {
        Severity::Fatal
    };
    let message = format!("there is no row in it, {what}; leave the file out and say absent");
    bundle_finding(file, code, severity, message)
}

/// Guardians without a child and pupils without an enrolment, once the file that tells is read.
fn unborne(kind: FileKind, tables: &mut Tables) -> Vec<Finding> {
    let roles_end = match tables.version {
        Version::V1_1 => FileKind::Users,
        Version::V1_2 | Version::V1_2_1 => FileKind::Roles,
    };
    let mut findings = Vec::new();
    if kind == roles_end {
        let message = "a guardian who is nobody's agent; the child is not known";
        for claim in std::mem::take(&mut tables.guardians) {
            if tables
                .users
                .get(&claim.user)
                .is_some_and(|user| !user.linked)
            {
                findings.push(claim_finding(&claim, "agentSourcedIds", "W06", message));
            }
        }
    }
    if kind == FileKind::Enrolments {
        let message = "a pupil without an enrolment that is used";
        for claim in std::mem::take(&mut tables.pupils) {
            if tables
                .users
                .get(&claim.user)
                .is_some_and(|user| !user.enrolled)
            {
                findings.push(claim_finding(&claim, "role", "W07", message));
            }
        }
    }
    findings
}

fn claim_finding(claim: &Claim, column: &str, code: &'static str, message: &str) -> Finding {
    let about = bundle_finding(&claim.file, code, Severity::Warning, message);
    Finding {
        row: claim.row,
        column: Some(column.to_owned()),
        ..about
    }
}
