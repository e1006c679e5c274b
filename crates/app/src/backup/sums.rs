//! Short sums of every row, so that a bit that turned on the disk is seen although the page is in order.
//!
//! SQLite has no sums of its own: most single bits can turn in a row without any check of it noticing.
//! Rows are only added, and come in the order of the key; so the rows of a past day are, in their order,
//! among those of today. A row that is not is another than it was.
//!
//! Invariant: the sums say nothing of a row but whether it is the same.

use super::error::{BackupError, Part};
use super::rows;
use lasna_domain::calendar::Instant;
use lasna_store::Store;
use lasna_store::backup::{Snapshot, TableShape};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{self, BufRead, BufReader, Read, Write};

/// The name of the sums in the data folder.
pub const SUMS_FILE: &str = "rows.sums";

/// Tables whose rows may change or go: there are none.
const MAY_CHANGE: [&str; 7] = [
    "data_key",
    "audit_body",
    "session_seen",
    "passkey_use",
    "sign_in_try",
    "oidc_used",
    "page_read",
];

#[derive(Serialize, Deserialize)]
struct Head {
    at: i64,
    schema: i64,
    /// Lines of the erasure list then: more of them may explain that rows are gone.
    erased: usize,
}

/// What a comparison with the sums came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Every row of that instant is there as it was.
    Same {
        /// When the sums were taken.
        at: Instant,
        /// How many rows that are.
        rows: u64,
    },
    /// They are of another schema, so that rows look otherwise.
    OtherSchema,
    /// A row is gone or is another.
    Changed {
        /// When the sums were taken.
        at: Instant,
        /// Its table.
        table: String,
        /// How many rows of the table are as they were before it.
        after: u64,
        /// Whether rows were erased since.
        erased_since: bool,
    },
}

fn sum(row: &[u8]) -> [u8; 8] {
    let hash: [u8; 32] = Sha256::digest(row).into();
    let mut short = [0; 8];
    short.copy_from_slice(&hash[..8]);
    short
}

/// Hands out the sum of each row of a table.
fn each_sum(
    snapshot: &mut Snapshot<'_, '_>,
    shape: &TableShape,
    mut each: impl FnMut([u8; 8]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut bytes = Vec::new();
    snapshot.rows(shape, |row| {
        bytes.clear();
        for value in row.to_row()?.values() {
            rows::put(&mut bytes, value.as_param());
        }
        each(sum(&bytes))
    })
}

/// Sums that are written together; a block of none ends a table.
const BLOCK: usize = 4096;

/// Writes the sums of a store; `erased` is how many lines its erasure list has. Gives the rows.
///
/// # Errors
/// The store's, or those of the writing.
pub fn write_sums(
    store: &Store,
    at: Instant,
    erased: usize,
    out: &mut dyn Write,
) -> Result<u64, BackupError> {
    let mut hash = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hash.update(bytes);
        out.write_all(bytes).map_err(BackupError::Write)
    };
    let rows = store.snapshot(|snapshot| {
        let head = Head {
            at: at.0,
            schema: snapshot.schema(),
            erased,
        };
        let json = serde_json::to_string(&head).map_err(|e| BackupError::Write(e.into()))?;
        put(format!("{json}\n").as_bytes())?;
        let mut rows = 0;
        for shape in snapshot.tables().to_vec() {
            put(format!("{}\n", shape.name).as_bytes())?;
            let mut block = Vec::with_capacity(BLOCK * 8);
            each_sum(snapshot, &shape, |one| {
                rows += 1;
                block.extend_from_slice(&one);
                if block.len() == BLOCK * 8 {
                    put_block(&mut put, &block)?;
                    block.clear();
                }
                Ok(())
            })?;
            if !block.is_empty() {
                put_block(&mut put, &block)?;
            }
            put_block(&mut put, &[])?;
        }
        Ok::<u64, BackupError>(rows)
    })?;
    let hash: [u8; 32] = hash.finalize().into();
    out.write_all(&hash).map_err(BackupError::Write)?;
    out.flush().map_err(BackupError::Write)?;
    Ok(rows)
}

fn put_block(
    put: &mut impl FnMut(&[u8]) -> Result<(), BackupError>,
    block: &[u8],
) -> Result<(), BackupError> {
    put(&(block.len() as u32 / 8).to_le_bytes())?;
    put(block)
}

/// Whether the sums are as they were written.
fn is_whole(mut input: impl Read) -> io::Result<bool> {
    let (mut hash, mut held) = (Sha256::new(), Vec::new());
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = input.read(&mut bytes)?;
        held.extend_from_slice(&bytes[..read]);
        let own = held.len().saturating_sub(32);
        hash.update(&held[..own]);
        held.drain(..own);
        if read == 0 {
            let hash: [u8; 32] = hash.finalize().into();
            return Ok(held == hash);
        }
    }
}

/// The sums of one table, one by one.
struct Sums<'i, R> {
    input: &'i mut R,
    left: u32,
    ended: bool,
}

impl<R: Read> Sums<'_, R> {
    fn next(&mut self) -> io::Result<Option<[u8; 8]>> {
        if self.left == 0 && !self.ended {
            let mut count = [0; 4];
            self.input.read_exact(&mut count)?;
            self.left = u32::from_le_bytes(count);
            self.ended = self.left == 0;
        }
        if self.ended {
            return Ok(None);
        }
        self.left -= 1;
        let mut sum = [0; 8];
        self.input.read_exact(&mut sum)?;
        Ok(Some(sum))
    }
}

/// Compares a store with sums that were written of it before. `open` opens them, twice.
///
/// # Errors
/// The store's, or those of the reading; sums that are damaged themselves.
pub fn compare_sums<R: Read>(
    store: &Store,
    erased: usize,
    open: impl Fn() -> io::Result<R>,
) -> Result<Compared, BackupError> {
    let damaged =
        || BackupError::damaged(&Part::File(SUMS_FILE.to_owned()), "its own sum is another");
    let unread = |_| damaged();
    if !is_whole(open().map_err(unread)?).map_err(unread)? {
        return Err(damaged());
    }
    let mut input = BufReader::new(open().map_err(unread)?);
    let mut line = String::new();
    input.read_line(&mut line).map_err(unread)?;
    let head: Head = serde_json::from_str(&line).map_err(|_| damaged())?;
    store.snapshot(|snapshot| {
        if snapshot.schema() != head.schema {
            return Ok(Compared::OtherSchema);
        }
        let mut rows = 0;
        for shape in snapshot.tables().to_vec() {
            line.clear();
            input.read_line(&mut line).map_err(unread)?;
            if line.trim_end() != shape.name {
                return Err(damaged());
            }
            let mut sums = Sums {
                input: &mut input,
                left: 0,
                ended: false,
            };
            let (mut wanted, mut found) = (sums.next().map_err(unread)?, 0);
            each_sum(snapshot, &shape, |one| {
                if wanted == Some(one) {
                    found += 1;
                    wanted = sums.next().map_err(unread)?;
                }
                Ok(())
            })?;
            if wanted.is_some() && !MAY_CHANGE.contains(&shape.name.as_str()) {
                return Ok(Compared::Changed {
                    at: Instant(head.at),
                    table: shape.name,
                    after: found,
                    erased_since: erased > head.erased,
                });
            }
            while wanted.is_some() {
                wanted = sums.next().map_err(unread)?;
            }
            rows += found;
        }
        Ok(Compared::Same {
            at: Instant(head.at),
            rows,
        })
    })
}
