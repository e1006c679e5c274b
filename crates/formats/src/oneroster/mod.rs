//! OneRoster CSV 1.1, 1.2 and 1.2.1: reading a bundle row by row, and writing a 1.2 bulk bundle.
//!
//! A bundle is a zip or a folder of CSV files. It is looked over first (names, manifest, headers);
//! only then are rows handed over, file by file in the order of their references. The checks are
//! numbered `E01`–`E26` and `W01`–`W07` (`W04`, the fuse, belongs to the import); `P01` counts
//! values of columns that are never read, `P02` rows of files that are never read. A fault inside
//! an optional field empties the field and warns; a fault of anything else refuses the row, and
//! with it the rows that need it. Nothing here knows what was imported before.
//!
//! Invariant: no row of a bundle is handed over before all of its headers are known to be right.

mod classes;
mod columns;
mod csv;
mod enrolments;
mod header;
mod line;
mod manifest;
mod orgs;
mod package;
mod pass;
mod read;
mod reference;
mod sessions;
mod table;
mod tables;
mod users;
mod words;
mod write;

pub use columns::FileKind;
pub use package::{Folder, MemoryFolder, Opened};
pub use read::{read_bundle, read_folder};
pub use write::{Bundle, WriteError, write_bundle};

use std::collections::BTreeMap;

/// The version that a bundle says it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 1.1, or no manifest at all (1.0, whose files are the same).
    V1_1,
    /// 1.2.
    V1_2,
    /// 1.2.1, whose users have no `resourceSourcedIds`.
    V1_2_1,
}

impl Version {
    /// As written in a manifest.
    pub const fn as_text(self) -> &'static str {
        match self {
            Version::V1_1 => "1.1",
            Version::V1_2 => "1.2",
            Version::V1_2_1 => "1.2.1",
        }
    }
}

/// What the rows of a file mean for records that it does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// There is no such file, or it has no rows: nothing is said.
    #[default]
    Absent,
    /// All there is: a record that is not named has ended.
    Bulk,
    /// Changes: a record that is not named stays as it is.
    Delta,
}

/// What came of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileOutcome {
    /// What the data say, whatever the manifest says.
    pub mode: Mode,
    /// Data rows read.
    pub read: u64,
    /// Rows refused. A refused row of a bulk file is not a record that has ended.
    pub refused: u64,
}

/// What came of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The version that it was read as.
    pub version: Version,
    /// Each file that is read, present or not. In 1.1 the roles come from the users, and have their
    /// mode.
    pub files: BTreeMap<FileKind, FileOutcome>,
    /// Nothing may be used; rows that were handed over before are to be dropped.
    pub fatal: bool,
    /// The sink asked to stop, so what was handed over is not all.
    pub stopped: bool,
}

impl Outcome {
    /// The mode of one file.
    pub fn mode(&self, kind: FileKind) -> Mode {
        self.files.get(&kind).map_or(Mode::Absent, |file| file.mode)
    }
}
