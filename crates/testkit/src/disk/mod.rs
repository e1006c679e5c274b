//! A disk that can lose its power: what a program wrote into a folder, and what of it was synced.
//!
//! `shim.c` stands between the program and the C library and tells each change to a journal. From the
//! folder as it was and a part of the journal [`Disk::cut`] makes the folder that a power cut at that
//! point may leave: what was synced is there; of the rest any pieces are, in any order. The model is
//! stricter than most file systems: a name is safe only once its folder was synced.
//!
//! Invariant: the same seed gives the same folder.

mod model;

use model::Model;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A change that a program made.
#[derive(Debug)]
struct Record {
    kind: u64,
    file: u64,
    at: u64,
    other: u64,
    bytes: Vec<u8>,
    /// Where it ends in the journal.
    end: u64,
}

const WRITE: u64 = 1;
const CUT: u64 = 2;
const SYNC: u64 = 3;
const FAIL: u64 = 4;
const MAKE: u64 = 5;
const MAKE_DIR: u64 = 6;
const LINK: u64 = 7;
const UNLINK: u64 = 8;
const RENAME: u64 = 9;

/// A power cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Changes that were made until then.
    pub after: usize,
    /// Chance.
    pub seed: u64,
    /// Bytes that reach the disk together: a page, or a sector.
    pub piece: usize,
}

/// A folder that a program works in, and the journal of its changes.
pub struct Disk {
    root: PathBuf,
    journal: PathBuf,
    shim: PathBuf,
    before: Model,
}

/// All that a program did.
pub struct Journal(Vec<Record>);

/// The shim, compiled into a folder.
///
/// # Panics
/// Without a C compiler; Rust needs one too.
pub fn shim(folder: &Path) -> PathBuf {
    let (source, out) = (folder.join("shim.c"), folder.join("shim.so"));
    let text = std::fs::write(&source, include_str!("shim.c"));
    assert!(text.is_ok(), "{}", source.display());
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-o"])
        .args([&out, &source])
        .args(["-ldl", "-lpthread"])
        .status();
    assert!(made.is_ok_and(|made| made.success()), "cc fails");
    out
}

impl Disk {
    /// A folder whose files are all safe; the journal goes into another one, which must be empty.
    ///
    /// # Panics
    /// Where a folder cannot be read.
    pub fn new(root: &Path, work: &Path) -> Disk {
        let before = Model::of(root);
        let journal = work.join("journal");
        let empty = std::fs::write(&journal, "");
        assert!(empty.is_ok(), "{}", journal.display());
        Disk {
            root: root.to_owned(),
            journal,
            shim: shim(work),
            before,
        }
    }

    /// Makes a program tell what it does.
    pub fn watch(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.shim);
        command.env("LASNA_DISK_ROOT", &self.root);
        command.env("LASNA_DISK_JOURNAL", &self.journal);
    }

    /// Makes a program tell what it does, and one of its syncs fail.
    pub fn fail_sync(&self, command: &mut Command, no: u64) {
        self.watch(command);
        command.env("LASNA_DISK_FAIL", no.to_string());
    }

    /// How far the journal is: what was answered by now rests on what stands before it.
    pub fn told(&self) -> u64 {
        std::fs::metadata(&self.journal).map_or(0, |about| about.len())
    }

    /// What was told.
    ///
    /// # Panics
    /// Where the journal cannot be read.
    pub fn journal(&self) -> Journal {
        let bytes = std::fs::read(&self.journal).unwrap_or_default();
        let (mut rest, mut records) = (&bytes[..], Vec::new());
        // A program that was killed may leave a part of a record.
        while let Some((head, tail)) = rest.split_first_chunk::<48>() {
            let word = |n: usize| {
                let bytes: [u8; 8] = head[8 * n..8 * n + 8].try_into().unwrap_or_default();
                u64::from_ne_bytes(bytes)
            };
            let Some((own, tail)) = tail.split_at_checked(word(4) as usize) else {
                break;
            };
            rest = tail;
            records.push(Record {
                kind: word(0),
                file: word(1),
                at: word(2),
                other: word(3),
                bytes: own.to_vec(),
                end: (bytes.len() - rest.len()) as u64,
            });
        }
        Journal(records)
    }

    /// Writes the folder that a power cut leaves into a new one.
    ///
    /// # Panics
    /// Where it cannot be written, or the journal speaks of a file that nobody made.
    pub fn cut(&self, journal: &Journal, cut: Cut, to: &Path) {
        let mut model = self.before.clone();
        for record in &journal.0[..cut.after] {
            model.take(record);
        }
        model.write(cut, to);
    }
}

impl Journal {
    /// How many changes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many syncs, that can fail.
    pub fn syncs(&self) -> usize {
        let is_sync = |record: &&Record| record.kind == SYNC || record.kind == FAIL;
        self.0.iter().filter(is_sync).count()
    }

    /// Where a change ends in the journal; 0 before the first.
    pub fn end(&self, after: usize) -> u64 {
        let last = after.checked_sub(1).and_then(|last| self.0.get(last));
        last.map_or(0, |record| record.end)
    }

    /// Whether a sync failed.
    pub fn has_failed(&self) -> bool {
        self.0.iter().any(|record| record.kind == FAIL)
    }
}
