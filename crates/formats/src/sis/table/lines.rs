//! Records of a CSV file, one at a time, inside the limits.
//!
//! The `csv` crate cuts bytes into fields; this counts what it is fed, so that neither a huge file
//! nor a quote that is never closed fills the memory. What it is not: it knows no column.
//!
//! Invariant: at most one record, of a bounded number of bytes, is in memory.

use crate::limits::Limits;
use csv::ByteRecord;
use std::io::{self, Read};

/// Bytes read ahead.
const BUFFER_BYTES: usize = 64 << 10;

/// Fields of greatest length that one record may hold together.
const FULL_FIELDS: usize = 16;

/// Why a file cannot be read further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// More bytes than the limit.
    #[error("the file is larger than the limit of {0} bytes")]
    Bytes(u64),
    /// More rows than the limit.
    #[error("the file has more rows than the limit of {0}")]
    Rows(u64),
    /// A field too long, or a quote that is never closed; with the row.
    #[error("a field is longer than {1} bytes, or a quote is not closed")]
    Field(u64, usize),
    /// The bytes cannot be had.
    #[error("the file cannot be read to its end")]
    Unreadable,
}

impl Trouble {
    /// The stable code of the finding.
    pub const fn code(&self) -> &'static str {
        match self {
            Trouble::Bytes(_) => "X01",
            Trouble::Rows(_) => "X02",
            Trouble::Field(..) => "X05",
            Trouble::Unreadable => "C15",
        }
    }

    /// The row, 0 where it is the file as a whole.
    pub const fn row(&self) -> u64 {
        if let Trouble::Field(row, _) = self {
            *row
        } else {
            0
        }
    }
}

/// Counts bytes for the file and for the record under way.
struct Metered<R> {
    inner: R,
    file_left: u64,
    record_left: usize,
}

/// Carried through `io::Error`, which is all that `Read` can answer with.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Crossed {
    #[error("too many bytes")]
    Bytes,
    #[error("too long a record")]
    Record,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.record_left == 0 {
            return Err(io::Error::other(Crossed::Record));
        }
        let most = into.len().min(self.record_left);
        let read = self.inner.read(into.get_mut(..most).unwrap_or_default())?;
        self.record_left -= read;
        match self.file_left.checked_sub(read as u64) {
            Some(left) => self.file_left = left,
            None => return Err(io::Error::other(Crossed::Bytes)),
        }
        Ok(read)
    }
}

/// Reads records one by one; the header counts as row 0.
pub struct Lines<R> {
    csv: csv::Reader<Metered<R>>,
    next_row: u64,
    limits: Limits,
    record_max: usize,
}

impl<R: Read> Lines<R> {
    /// A reader of `inner`.
    pub fn new(inner: R, delimiter: u8, limits: &Limits) -> Self {
        let record_max = limits
            .field_bytes_max
            .saturating_mul(FULL_FIELDS)
            .saturating_add(BUFFER_BYTES);
        let metered = Metered {
            inner,
            file_left: limits.bytes_max,
            record_left: record_max,
        };
        let csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(metered);
        Lines {
            csv,
            next_row: 0,
            limits: *limits,
            record_max,
        }
    }

    /// The number of the last record: 0 for the header, 1 for the first data row.
    pub fn row(&self) -> u64 {
        self.next_row.saturating_sub(1)
    }

    /// Reads the next record; false at the end of the file.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn next(&mut self, record: &mut ByteRecord) -> Result<bool, Trouble> {
        let row = self.next_row;
        let more = self
            .csv
            .read_byte_record(record)
            .map_err(|error| self.trouble(&error))?;
        if !more {
            return Ok(false);
        }
        if row > self.limits.rows_max {
            return Err(Trouble::Rows(self.limits.rows_max));
        }
        let longest = self.limits.field_bytes_max;
        if record.as_slice().len() > longest && record.iter().any(|field| field.len() > longest) {
            return Err(Trouble::Field(row, longest));
        }
        self.csv.get_mut().record_left = self.record_max;
        self.next_row += 1;
        Ok(true)
    }

    fn trouble(&self, error: &csv::Error) -> Trouble {
        let crossed = match error.kind() {
            csv::ErrorKind::Io(error) => error.get_ref().and_then(|e| e.downcast_ref::<Crossed>()),
            _ => None,
        };
        match crossed {
            Some(Crossed::Bytes) => Trouble::Bytes(self.limits.bytes_max),
            Some(Crossed::Record) => Trouble::Field(self.next_row, self.limits.field_bytes_max),
            None => Trouble::Unreadable,
        }
    }
}
