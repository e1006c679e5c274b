//! A backup is made: everything as of one instant, while others go on writing.
//!
//! Files come first and the database after them, so that a log that the database feeds is never ahead of
//! it in a backup.
//!
//! Invariant: memory does not grow with the number of rows.

use super::archive::{BLOCK_BYTES, Counted, Header, Kind, Schema, TableHead, Trailer, Writer, hex};
use super::error::BackupError;
use super::rows;
use super::seal::{Recipient, Sealed};
use lasna_domain::calendar::Instant;
use lasna_store::Store;
use lasna_store::backup::{Snapshot, TableShape};
use lasna_store::db::Engine;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Write};

/// A file that is carried along.
pub struct CarriedFile {
    /// Where it lies below the data folder, with `/`.
    pub path: String,
    /// Opens it.
    #[allow(clippy::type_complexity, reason = "it is opened when it is due")]
    pub open: Box<dyn Fn() -> io::Result<Box<dyn Read>>>,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Made {
    pub at: Instant,
    pub schema: i64,
    pub tables: Vec<Counted>,
    pub files: Vec<Counted>,
    pub rows: u64,
    /// Of the file that was written.
    pub bytes: u64,
    pub sha256: String,
}

/// Counts and hashes what goes through it.
struct Counting<W> {
    out: W,
    bytes: u64,
    hash: Sha256,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a backup of a store for recipients.
///
/// # Errors
/// [`BackupError`]; what was written then is no backup.
pub fn create(
    store: &Store,
    program: &str,
    at: Instant,
    files: &[CarriedFile],
    recipients: &[Recipient],
    out: &mut dyn Write,
) -> Result<Made, BackupError> {
    let counting = Counting {
        out,
        bytes: 0,
        hash: Sha256::new(),
    };
    let sealed = Sealed::new(counting, recipients)?;
    let mut writer = Writer::new(io::BufWriter::with_capacity(1 << 16, sealed))?;
    let engine = match store.database().engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgresql",
    };
    let header = Header {
        program: program.to_owned(),
        at: at.0,
        engine: engine.to_owned(),
    };
    writer.json(Kind::Header, &header)?;
    let carried = files.iter().map(|file| carry(&mut writer, file));
    let files = carried.collect::<Result<Vec<_>, _>>()?;
    let (schema, tables) = store.snapshot(|snapshot| all(&mut writer, snapshot))?;
    let rows = tables.iter().map(|table| table.count).sum();
    let trailer = Trailer {
        tables: tables.len() as u64,
        rows,
        files: files.len() as u64,
        sha256: String::new(),
    };
    let buffered = writer.finish(trailer)?;
    let sealed = buffered.into_inner();
    let sealed = sealed.map_err(|error| BackupError::Write(error.into_error()))?;
    let mut counting = sealed.finish().map_err(BackupError::Write)?;
    counting.flush().map_err(BackupError::Write)?;
    Ok(Made {
        at,
        schema,
        tables,
        files,
        rows,
        bytes: counting.bytes,
        sha256: hex(counting.hash),
    })
}

fn carry<W: Write>(writer: &mut Writer<W>, file: &CarriedFile) -> Result<Counted, BackupError> {
    let mut input = (file.open)().map_err(BackupError::Write)?;
    writer.json(Kind::File, &file.path)?;
    let mut hash = Sha256::new();
    let mut count = 0;
    let mut bytes = vec![0; BLOCK_BYTES];
    loop {
        let read = input.read(&mut bytes).map_err(BackupError::Write)?;
        if read == 0 {
            break;
        }
        hash.update(&bytes[..read]);
        count += read as u64;
        writer.part(Kind::Data, &bytes[..read])?;
    }
    let counted = Counted {
        name: file.path.clone(),
        count,
        sha256: hex(hash),
    };
    writer.json(Kind::FileEnd, &counted)?;
    Ok(counted)
}

fn all<W: Write>(
    writer: &mut Writer<W>,
    snapshot: &mut Snapshot<'_, '_>,
) -> Result<(i64, Vec<Counted>), BackupError> {
    let shapes = snapshot.tables().to_vec();
    let schema = Schema {
        number: snapshot.schema(),
        providers: snapshot.providers()?,
        tables: shapes.iter().map(|shape| shape.name.clone()).collect(),
    };
    writer.json(Kind::Schema, &schema)?;
    let counted = shapes.iter().map(|shape| table(writer, snapshot, shape));
    Ok((schema.number, counted.collect::<Result<_, _>>()?))
}

fn table<W: Write>(
    writer: &mut Writer<W>,
    snapshot: &mut Snapshot<'_, '_>,
    shape: &TableShape,
) -> Result<Counted, BackupError> {
    writer.json(Kind::Table, &TableHead::of(shape))?;
    let (mut hash, mut count) = (Sha256::new(), 0);
    let mut block = Vec::with_capacity(BLOCK_BYTES + 4096);
    snapshot.rows(shape, |row| {
        for value in row.to_row()?.values() {
            rows::put(&mut block, value.as_param());
        }
        count += 1;
        if block.len() >= BLOCK_BYTES {
            hash.update(&block);
            writer.part(Kind::Rows, &block)?;
            block.clear();
        }
        Ok::<(), BackupError>(())
    })?;
    if !block.is_empty() {
        hash.update(&block);
        writer.part(Kind::Rows, &block)?;
    }
    let counted = Counted {
        name: shape.name.clone(),
        count,
        sha256: hex(hash),
    };
    writer.json(Kind::TableEnd, &counted)?;
    Ok(counted)
}
