//! The way through a bundle: look it over, then hand over its rows file by file.
//!
//! It decides the order and what ends the reading; what a row must be, the modules of its file say.
//! Files whose rows refer to rows of the same file are read twice, first for their ids.
//!
//! Invariant: a fatal finding is the last thing said of a bundle whose rows have begun.

use super::columns::FileKind;
use super::csv::Trouble;
use super::header::{Columns, match_columns};
use super::manifest::{self, Manifest};
use super::package::{self, Contents, Folder, ZipFolder};
use super::pass::{each_record, no_row};
use super::table::Holds;
use super::tables::Tables;
use super::{Mode, Outcome, Version};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::rows::{Flow, Sink};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// Reads a zipped bundle.
pub fn read_bundle<R: Read + Seek>(
    file_name: &str,
    zip: R,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Outcome {
    match ZipFolder::new(zip) {
        Some(mut folder) => read_folder(file_name, &mut folder, limits, sink),
        None => {
            let message = "is not a zip that can be read; pack the CSV files anew";
            let flow = sink.finding(bundle_finding(file_name, "E01", Severity::Fatal, message));
            let version = Version::V1_2;
            Outcome {
                version,
                files: BTreeMap::new(),
                fatal: true,
                stopped: flow == Flow::Stop,
            }
        }
    }
}

/// Reads a bundle whose files lie in a folder of any kind; `name` is the folder's, for findings.
pub fn read_folder(
    name: &str,
    folder: &mut dyn Folder,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Outcome {
    let outcome = Outcome {
        version: Version::V1_2,
        files: BTreeMap::new(),
        fatal: false,
        stopped: false,
    };
    let mut reading = Reading {
        folder,
        sink,
        limits,
        outcome,
    };
    // Why the reading ended is in the outcome.
    let _ended: Result<(), Ended> = reading.bundle(name);
    reading.outcome
}

/// The reading has ended early: a fatal finding, or the sink has had enough.
pub(super) struct Ended;

/// A file that is there, with what its header and the manifest say.
pub(super) struct Planned {
    pub kind: FileKind,
    pub name: String,
    pub declared: Option<Mode>,
    pub columns: Columns,
}

/// One reading of one bundle.
pub(super) struct Reading<'a> {
    pub folder: &'a mut dyn Folder,
    pub sink: &'a mut dyn Sink,
    pub limits: &'a Limits,
    pub outcome: Outcome,
}

impl Reading<'_> {
    fn bundle(&mut self, name: &str) -> Result<(), Ended> {
        let mut findings = Vec::new();
        let planned = self.look_over(name, &mut findings);
        self.say_all(&mut findings)?;
        let (contents, planned) = planned.ok_or(Ended)?;
        let mut tables = Tables::new(self.outcome.version, |kind| {
            match planned.iter().find(|file| file.kind == kind) {
                None => Holds::Nothing,
                Some(file) if file.declared == Some(Mode::Delta) => Holds::Changes,
                Some(_) => Holds::All,
            }
        });
        for file in &planned {
            self.file(file, &mut tables)?;
        }
        for name in contents.ignored.values() {
            self.ignored(name)?;
        }
        Ok(())
    }

    /// Names, manifest and headers; `None` or a fatal finding where the bundle cannot be read.
    fn look_over(
        &mut self,
        name: &str,
        findings: &mut Vec<Finding>,
    ) -> Option<(Contents, Vec<Planned>)> {
        let Ok(names) = self.folder.names() else {
            let message = "cannot be read; pack the CSV files anew";
            findings.push(bundle_finding(name, "E01", Severity::Fatal, message));
            return None;
        };
        let mut contents = package::sort(name, &names, findings);
        let manifest = match contents.manifest.clone() {
            Some(file) => Some(self.manifest(&file, findings)?),
            None => {
                let message = "there is no manifest.csv; the files are read as version 1.0 or 1.1";
                findings.push(bundle_finding(name, "E02", Severity::Warning, message));
                None
            }
        };
        let version = manifest
            .as_ref()
            .map_or(Version::V1_1, |manifest| manifest.version);
        self.outcome.version = version;
        package::keep_version(&mut contents, version, findings);
        manifest::compare(name, manifest.as_ref(), &contents, findings);
        let mut planned = Vec::new();
        for (kind, file) in &contents.read {
            let declared = manifest.as_ref().map(|manifest| manifest.mode(kind.name()));
            if declared == Some(Mode::Absent) {
                continue;
            }
            if let Some(columns) = self.header(*kind, file, version, findings) {
                planned.push(Planned {
                    kind: *kind,
                    name: file.clone(),
                    declared,
                    columns,
                });
            }
        }
        Some((contents, planned))
    }

    fn manifest(&mut self, file: &str, findings: &mut Vec<Finding>) -> Option<Manifest> {
        match self.folder.open(file) {
            Ok(mut opened) => {
                let packed_bytes = opened.packed_bytes;
                manifest::read(file, &mut opened.bytes, packed_bytes, self.limits, findings)
            }
            Err(_) => {
                findings.push(trouble_finding(file, &Trouble::Damaged, self.limits));
                None
            }
        }
    }

    fn header(
        &mut self,
        kind: FileKind,
        file: &str,
        version: Version,
        findings: &mut Vec<Finding>,
    ) -> Option<Columns> {
        let mut columns = None;
        let read = each_record(self.folder, file, self.limits, &mut |record| {
            columns = match_columns(file, &record, kind, version, findings);
            Flow::Stop
        });
        match read {
            Ok(true) => findings.push(no_row(file, "E05", "it needs a header")),
            Ok(false) => {}
            Err(trouble) => findings.push(trouble_finding(file, &trouble, self.limits)),
        }
        columns
    }

    /// Says all findings; the reading ends if one is fatal or the sink has had enough.
    pub fn say_all(&mut self, findings: &mut Vec<Finding>) -> Result<(), Ended> {
        for finding in findings.drain(..) {
            self.outcome.fatal |= finding.severity == Severity::Fatal;
            if self.sink.finding(finding) == Flow::Stop {
                self.outcome.stopped = true;
                return Err(Ended);
            }
        }
        if self.outcome.fatal {
            Err(Ended)
        } else {
            Ok(())
        }
    }

    /// Says one finding.
    pub fn say(&mut self, finding: Finding) -> Result<(), Ended> {
        self.say_all(&mut vec![finding])
    }
}

/// A finding about a file as a whole.
pub(super) fn bundle_finding(
    file: &str,
    code: &'static str,
    severity: Severity,
    message: impl Into<String>,
) -> Finding {
    let message = message.into();
    Finding {
        file: file.to_owned(),
        row: 0,
        column: None,
        code,
        severity,
        message,
        values: Vec::new(),
    }
}

/// A finding about a file that cannot be read further.
pub(super) fn trouble_finding(file: &str, trouble: &Trouble, limits: &Limits) -> Finding {
    let (row, code, message) = match trouble {
        Trouble::Bytes => (
            0,
            "X01",
            format!("unpacks to more than {} bytes", limits.bytes_max),
        ),
        Trouble::Rows => (0, "X02", format!("has more than {} rows", limits.rows_max)),
        Trouble::Ratio => (
            0,
            "X03",
            format!("unpacks to more than {} times its size", limits.ratio_max),
        ),
        Trouble::Field(row) => (
            *row,
            "X05",
            format!("a field is longer than {} bytes", limits.field_bytes_max),
        ),
        Trouble::NotUtf8(row) => (*row, "E07", "is not UTF-8; export it as UTF-8".to_owned()),
        Trouble::Damaged => (0, "E01", "is damaged; pack the CSV files anew".to_owned()),
    };
    Finding {
        row,
        ..bundle_finding(file, code, Severity::Fatal, message)
    }
}
