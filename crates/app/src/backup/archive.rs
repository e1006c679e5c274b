//! The inside of a backup: parts with a kind and a length, the same for both engines.
//!
//! A first line, a header, files, the list of tables, the rows of each table with their count and hash,
//! and a trailer with the hash of every byte before it. `docs/areas/backup.md` has it in a table.
//!
//! Invariant: a reader knows at each byte which part it is in, and says so when that part is damaged.

use super::error::{BackupError, Part};
use lasna_store::backup::TableShape;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{Read, Write};

const FIRST: &[u8] = b"LASNA BACKUP 1\n";
/// Bytes of rows that are written together.
pub(super) const BLOCK_BYTES: usize = 64 << 10;
/// A part is never longer: the longest is one row with a model's text.
const PART_MAX: u32 = 256 << 20;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Header {
    pub program: String,
    /// Microseconds since 1970.
    pub at: i64,
    pub engine: String,
}

/// The list of tables and of whose data they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Schema {
    pub number: i64,
    pub providers: Vec<String>,
    pub tables: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableHead {
    pub name: String,
    pub columns: Vec<String>,
}

impl TableHead {
    pub(super) fn of(shape: &TableShape) -> TableHead {
        TableHead {
            name: shape.name.clone(),
            columns: shape.columns.iter().map(|(name, _)| name.clone()).collect(),
        }
    }
}

/// What a table or a file came to: rows or bytes, and their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The table, or the path.
    pub name: String,
    /// Rows, or bytes.
    pub count: u64,
    /// SHA-256, in hex.
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trailer {
    pub tables: u64,
    pub rows: u64,
    pub files: u64,
    pub sha256: String,
}

/// The kinds of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Header = 1,
    File,
    Data,
    FileEnd,
    Schema,
    Table,
    Rows,
    TableEnd,
    Trailer,
}

impl Kind {
    const ALL: [Kind; 9] = [
        Kind::Header,
        Kind::File,
        Kind::Data,
        Kind::FileEnd,
        Kind::Schema,
        Kind::Table,
        Kind::Rows,
        Kind::TableEnd,
        Kind::Trailer,
    ];
}

pub(super) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Writes parts.
pub(super) struct Writer<W: Write> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Result<Writer<W>, BackupError> {
        let hash = Sha256::new();
        let mut writer = Writer { out, hash };
        writer.raw(FIRST)?;
        Ok(writer)
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.hash.update(bytes);
        self.out.write_all(bytes).map_err(BackupError::Write)
    }

    pub(super) fn part(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), BackupError> {
        let length = u32::try_from(bytes.len()).ok().filter(|n| *n <= PART_MAX);
        let too_long = || BackupError::Write(std::io::Error::other("a row is too long"));
        let length = length.ok_or_else(too_long)?;
        self.raw(&[kind as u8])?;
        self.raw(&length.to_le_bytes())?;
        self.raw(bytes)
    }

    pub(super) fn json(&mut self, kind: Kind, value: &impl Serialize) -> Result<(), BackupError> {
        let bytes = serde_json::to_vec(value)
            .map_err(|error| BackupError::Write(std::io::Error::other(error)))?;
        self.part(kind, &bytes)
    }

    pub(super) fn finish(mut self, mut trailer: Trailer) -> Result<W, BackupError> {
        trailer.sha256 = hex(self.hash.clone());
        self.json(Kind::Trailer, &trailer)?;
        Ok(self.out)
    }
}

/// Reads parts.
pub(super) struct Reader<'r> {
    input: Box<dyn Read + 'r>,
    hash: Sha256,
    bytes: Vec<u8>,
    /// Where it is.
    pub part: Part,
}

impl<'r> Reader<'r> {
    pub(super) fn new(input: Box<dyn Read + 'r>) -> Result<Reader<'r>, BackupError> {
        let mut reader = Reader {
            input,
            hash: Sha256::new(),
            bytes: Vec::new(),
            part: Part::Header,
        };
        let mut first = [0; FIRST.len()];
        reader.raw(&mut first)?;
        if first != FIRST {
            return Err(reader.damaged("this is no backup of Läsnä, or of a newer program"));
        }
        Ok(reader)
    }

    pub(super) fn damaged(&self, why: impl Into<String>) -> BackupError {
        BackupError::damaged(&self.part, why)
    }

    fn raw(&mut self, into: &mut [u8]) -> Result<(), BackupError> {
        let read = self.input.read_exact(into);
        read.map_err(|error| self.damaged(error.to_string()))?;
        self.hash.update(&*into);
        Ok(())
    }

    /// The next part, with the hash of everything before it where it is the trailer.
    pub(super) fn next(&mut self) -> Result<(Kind, &[u8], Option<String>), BackupError> {
        let before = self.hash.clone();
        let mut head = [0; 5];
        self.raw(&mut head)?;
        let [kind, length @ ..] = head;
        let kind = Kind::ALL.into_iter().find(|known| *known as u8 == kind);
        let length = u32::from_le_bytes(length);
        let Some(kind) = kind.filter(|_| length <= PART_MAX) else {
            return Err(self.damaged("a part of no known kind or of no possible length"));
        };
        if kind == Kind::Trailer {
            self.part = Part::Trailer;
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.resize(length as usize, 0);
        let read = self.raw(&mut bytes);
        self.bytes = bytes;
        read?;
        let whole = (kind == Kind::Trailer).then(|| hex(before));
        Ok((kind, &self.bytes, whole))
    }

    /// The next part, which must be of this kind.
    pub(super) fn json<T: for<'d> Deserialize<'d>>(
        &mut self,
        expected: Kind,
    ) -> Result<T, BackupError> {
        let (kind, bytes, _) = self.next()?;
        let value = (kind == expected).then(|| serde_json::from_slice(bytes).ok());
        value
            .flatten()
            .ok_or_else(|| self.damaged(format!("{expected:?} was expected, {kind:?} is there")))
    }

    /// Makes sure that nothing follows.
    pub(super) fn end(&mut self) -> Result<(), BackupError> {
        self.part = Part::After;
        match self.input.read(&mut [0; 1]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.damaged("there is more after the end")),
            Err(error) => Err(self.damaged(error.to_string())),
        }
    }
}
