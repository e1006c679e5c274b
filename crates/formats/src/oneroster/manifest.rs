//! `manifest.csv`: the version, and which files are there as what (`E02`, `E03`).
//!
//! Invariant: a file of the bundle is read only if the manifest says that it is there, or there is
//! no manifest.

use super::columns::{FileKind, declared_files};
use super::csv::{Records, Trouble};
use super::package::Contents;
use super::read::{bundle_finding, trouble_finding};
use super::{Mode, Version};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use std::collections::BTreeMap;
use std::io::Read;

/// More properties than any manifest has, by far.
const PROPERTIES_MAX: usize = 256;

/// What a manifest says.
#[derive(Debug)]
pub(super) struct Manifest {
    pub version: Version,
    declared: BTreeMap<&'static str, Mode>,
}

impl Manifest {
    /// What a file is declared as; absent where the version does not have it.
    pub fn mode(&self, name: &str) -> Mode {
        self.declared.get(name).copied().unwrap_or(Mode::Absent)
    }
}

/// Reads a manifest; `None` where it cannot be used.
pub(super) fn read(
    file: &str,
    bytes: &mut dyn Read,
    packed_bytes: Option<u64>,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) -> Option<Manifest> {
    match properties(file, bytes, packed_bytes, limits, findings) {
        Ok(properties) => understand(file, &properties?, findings),
        Err(trouble) => {
            findings.push(trouble_finding(file, &trouble, limits));
            None
        }
    }
}

type Properties = BTreeMap<String, (u64, String)>;

/// The properties with their rows; `None` where the form is wrong.
fn properties(
    file: &str,
    bytes: &mut dyn Read,
    packed_bytes: Option<u64>,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) -> Result<Option<Properties>, Trouble> {
    let mut records = Records::new(bytes, packed_bytes, limits)?;
    let mut fatal = |row, code, message: &str| {
        findings.push(Finding {
            row,
            ..bundle_finding(file, code, Severity::Fatal, message)
        });
    };
    match records.next()? {
        Some(header) if header.iter().eq(["propertyName", "value"]) => {}
        _ => {
            fatal(
                0,
                "E05",
                "the header of the manifest must be propertyName,value",
            );
            return Ok(None);
        }
    }
    let mut properties = Properties::new();
    while let Some(record) = records.next()? {
        let name = record.get(0);
        let extra = record.iter().skip(2).any(|field| !field.is_empty());
        if record.flaw.is_some() || extra || properties.len() >= PROPERTIES_MAX {
            fatal(
                record.row,
                "E08",
                "the manifest has one property and one value in each row",
            );
            return Ok(None);
        }
        let value = (record.row, record.get(1).to_owned());
        if properties.insert(name.to_owned(), value).is_some() {
            fatal(
                record.row,
                "E02",
                "the manifest has the same property twice; remove one",
            );
            return Ok(None);
        }
    }
    Ok(Some(properties))
}

/// Turns properties into what they mean; `None` where there is no knowing the version.
fn understand(
    file: &str,
    properties: &Properties,
    findings: &mut Vec<Finding>,
) -> Option<Manifest> {
    let mut say = |row: u64, column: &str, severity: Severity, message: String| {
        findings.push(property_finding(file, row, column, severity, message));
    };
    let value = |name: &str| {
        properties
            .get(name)
            .map(|(row, value)| (*row, value.as_str()))
    };
    if value("manifest.version").is_none_or(|(_, version)| version != "1.0") {
        let row = value("manifest.version").map_or(0, |(row, _)| row);
        say(
            row,
            "manifest.version",
            Severity::Fatal,
            "manifest.version must be 1.0".to_owned(),
        );
    }
    let version = match value("oneroster.version") {
        Some((_, "1.1")) => Version::V1_1,
        Some((_, "1.2")) => Version::V1_2,
        Some((_, "1.2.1")) => Version::V1_2_1,
        other => {
            let message = "oneroster.version must be 1.1, 1.2 or 1.2.1".to_owned();
            say(
                other.map_or(0, |(row, _)| row),
                "oneroster.version",
                Severity::Fatal,
                message,
            );
            return None;
        }
    };
    let mut declared = BTreeMap::new();
    for name in declared_files(version) {
        let property = format!("file.{name}");
        let needed = FileKind::ORDER
            .iter()
            .any(|kind| kind.name() == name && kind.is_needed());
        let (row, text) = match value(&property) {
            Some(found) => found,
            // Exports of 1.1 know the files of their own version, and there is nothing to lose.
            None if version == Version::V1_1 && !needed => continue,
            None => (0, ""),
        };
        let mode = mode_of(text).unwrap_or_else(|| {
            let lost = needed || row == 0;
            let severity = if lost {
                Severity::Fatal
            } else {
                Severity::Warning
            };
            say(
                row,
                &property,
                severity,
                format!("{property} must be absent, bulk or delta"),
            );
            Mode::Absent
        });
        declared.insert(name, mode);
    }
    for (_, (row, _)) in properties
        .iter()
        .filter(|(name, _)| !is_known(name, version))
    {
        let message = "is not a property of this version; remove it".to_owned();
        say(*row, "propertyName", Severity::Warning, message);
    }
    Some(Manifest { version, declared })
}

fn property_finding(
    file: &str,
    row: u64,
    property: &str,
    severity: Severity,
    message: String,
) -> Finding {
    let about = bundle_finding(file, "E02", severity, message);
    Finding {
        row,
        column: Some(property.to_owned()),
        ..about
    }
}

fn mode_of(text: &str) -> Option<Mode> {
    match text {
        "absent" => Some(Mode::Absent),
        "bulk" => Some(Mode::Bulk),
        "delta" => Some(Mode::Delta),
        _ => None,
    }
}

/// Whether the version has a property.
fn is_known(name: &str, version: Version) -> bool {
    match name.strip_prefix("file.") {
        Some(file) => declared_files(version).any(|known| known == file),
        None => matches!(
            name,
            "manifest.version" | "oneroster.version" | "source.systemName" | "source.systemCode"
        ),
    }
}

/// Compares what is declared with what is there.
pub(super) fn compare(
    bundle: &str,
    manifest: Option<&Manifest>,
    contents: &Contents,
    findings: &mut Vec<Finding>,
) {
    let version = manifest.map_or(Version::V1_1, |manifest| manifest.version);
    for name in declared_files(version) {
        let kind = FileKind::ORDER.into_iter().find(|kind| kind.name() == name);
        let needed = kind.is_some_and(FileKind::is_needed);
        let present = match kind {
            Some(kind) => contents.read.contains_key(&kind),
            None => contents.ignored.contains_key(name),
        };
        let declared = match manifest {
            Some(manifest) => manifest.mode(name) != Mode::Absent,
            // Without a manifest all files of 1.0 are to be there.
            None => present || kind.is_some(),
        };
        let message = match (declared, present) {
            (true, false) if manifest.is_none() => {
                format!("there is no manifest.csv, so {name}.csv must be there; add one of them")
            }
            (true, false) => {
                format!("the manifest says that {name}.csv is there; add it, or say absent")
            }
            (false, true) => {
                format!(
                    "the manifest says that {name}.csv is absent; say bulk or delta, or take it out"
                )
            }
            _ => continue,
        };
        let severity = if needed {
            Severity::Fatal
        } else {
            Severity::Warning
        };
        findings.push(bundle_finding(bundle, "E03", severity, message));
    }
}
