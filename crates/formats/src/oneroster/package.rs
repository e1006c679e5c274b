//! What a bundle is packed in: a zip, a folder, files in memory; and which of its files are read.
//!
//! It knows names, not contents.
//!
//! Invariant: a file is opened only by a name that [`sort`] has accepted: one without a path.

use super::Version;
use super::columns::{FileKind, IGNORED};
use super::read::bundle_finding;
use crate::finding::{Finding, Severity};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use zip::ZipArchive;

/// More entries than any bundle has, by far.
const ENTRIES_MAX: usize = 256;

/// A file opened for reading.
pub struct Opened<'a> {
    /// The unpacked bytes.
    pub bytes: Box<dyn Read + 'a>,
    /// The packed size, where the file is packed.
    pub packed_bytes: Option<u64>,
}

/// Where the files of a bundle come from. A file may be opened more than once.
pub trait Folder {
    /// The names of all files.
    fn names(&mut self) -> io::Result<Vec<String>>;
    /// Opens one of them from its beginning.
    fn open(&mut self, name: &str) -> io::Result<Opened<'_>>;
}

/// Files in memory, as `(name, bytes)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryFolder(pub Vec<(String, Vec<u8>)>);

impl Folder for MemoryFolder {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.iter().map(|(name, _)| name.clone()).collect())
    }

    fn open(&mut self, name: &str) -> io::Result<Opened<'_>> {
        let file = self.0.iter().find(|(known, _)| known == name);
        let (_, bytes) = file.ok_or(io::ErrorKind::NotFound)?;
        Ok(Opened {
            bytes: Box::new(bytes.as_slice()),
            packed_bytes: None,
        })
    }
}

/// The files of a zip.
pub(super) struct ZipFolder<R>(ZipArchive<R>);

impl<R: Read + Seek> ZipFolder<R> {
    /// `None` where it is not a zip, or names a file twice.
    pub fn new(zip: R) -> Option<Self> {
        let archive = ZipArchive::new(zip).ok()?;
        (!archive.has_duplicate_names()).then_some(ZipFolder(archive))
    }
}

impl<R: Read + Seek> Folder for ZipFolder<R> {
    fn names(&mut self) -> io::Result<Vec<String>> {
        let name = |name: zip::result::ZipResult<std::borrow::Cow<'_, str>>| Ok(name?.into_owned());
        self.0.file_names().map(name).collect()
    }

    fn open(&mut self, name: &str) -> io::Result<Opened<'_>> {
        let file = self.0.by_name(name)?;
        let packed_bytes = Some(file.compressed_size());
        Ok(Opened {
            bytes: Box::new(file),
            packed_bytes,
        })
    }
}

/// The files of a bundle by what they are, under the names that they have in it.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub manifest: Option<String>,
    pub read: BTreeMap<FileKind, String>,
    /// By the standard's name.
    pub ignored: BTreeMap<&'static str, String>,
}

/// Sorts names into what is read, what is ignored and what does not belong.
pub(super) fn sort(bundle: &str, names: &[String], findings: &mut Vec<Finding>) -> Contents {
    let mut contents = Contents::default();
    if names.len() > ENTRIES_MAX {
        let message = format!("has more than {ENTRIES_MAX} files; pack the CSV files alone");
        findings.push(bundle_finding(bundle, "E01", Severity::Fatal, message));
        return contents;
    }
    // Exact names come first, so that a variant beside one is the unknown file.
    let mut names: Vec<&String> = names.iter().collect();
    names.sort_by_key(|name| {
        (
            standard_name(name).is_none_or(|known| !is_exact(name, known)),
            *name,
        )
    });
    for name in names {
        if name.starts_with("__MACOSX/") {
            findings.push(unknown(name));
        } else if name.contains(['/', '\\', ':', '\0']) || name == ".." {
            let message = "a file lies in a folder; pack the CSV files at the root of the zip";
            findings.push(bundle_finding(bundle, "E01", Severity::Fatal, message));
        } else {
            place(name, &mut contents, findings);
        }
    }
    contents
}

fn place(name: &str, contents: &mut Contents, findings: &mut Vec<Finding>) {
    let Some(known) = standard_name(name) else {
        findings.push(unknown(name));
        return;
    };
    let kind = FileKind::ORDER
        .into_iter()
        .find(|kind| kind.name() == known);
    let taken = match kind {
        _ if known == "manifest" => contents.manifest.is_some(),
        Some(kind) => contents.read.contains_key(&kind),
        None => contents.ignored.contains_key(known),
    };
    if taken {
        findings.push(unknown(name));
        return;
    }
    if !is_exact(name, known) {
        let message = format!("is read as {known}.csv; names are case-sensitive, rename it");
        findings.push(bundle_finding(name, "E04", Severity::Warning, message));
    }
    match kind {
        _ if known == "manifest" => contents.manifest = Some(name.to_owned()),
        Some(kind) => drop(contents.read.insert(kind, name.to_owned())),
        None => drop(contents.ignored.insert(known, name.to_owned())),
    }
}

/// Takes out the files that the version does not have.
pub(super) fn keep_version(contents: &mut Contents, version: Version, findings: &mut Vec<Finding>) {
    if version != Version::V1_1 {
        return;
    }
    if let Some(name) = contents.read.remove(&FileKind::Roles) {
        findings.push(unknown(&name));
    }
    for (known, old) in IGNORED {
        if !old && let Some(name) = contents.ignored.remove(known) {
            findings.push(unknown(&name));
        }
    }
}

fn unknown(name: &str) -> Finding {
    let message = "is not a file of this version of OneRoster and is not read";
    bundle_finding(name, "E04", Severity::Warning, message)
}

fn is_exact(name: &str, known: &str) -> bool {
    name.strip_suffix(".csv") == Some(known)
}

/// The standard's name of a file, whatever its case, without `.csv`.
fn standard_name(name: &str) -> Option<&'static str> {
    let at = name.len().checked_sub(4)?;
    let (stem, end) = name.split_at_checked(at)?;
    if !end.eq_ignore_ascii_case(".csv") {
        return None;
    }
    let read = FileKind::ORDER.into_iter().map(FileKind::name);
    let mut known = read
        .chain(IGNORED.into_iter().map(|(name, _)| name))
        .chain(["manifest"]);
    known.find(|known| known.eq_ignore_ascii_case(stem))
}
