//! Where the files go: a trait, a memory output for tests, and the line writer of the big tables.
//!
//! What it is not: nothing here opens a folder; the command line brings its own [`Output`].
//!
//! Invariant: a table is finished by [`Table::finish`], which reports what the last flush says.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Takes named files. Several may be open at the same time.
pub trait Output {
    /// Opens a file for writing; a name is asked for once.
    ///
    /// # Errors
    /// Whatever the place says: no room, no right, no folder.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>>;
}

/// Keeps the files in memory.
#[derive(Debug, Default)]
pub struct MemoryOutput {
    files: BTreeMap<String, Shared>,
}

#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MemoryOutput {
    /// The files by name.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let bytes = |file: &Shared| {
            file.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        };
        self.files
            .iter()
            .map(|(name, file)| (name.clone(), bytes(file)))
            .collect()
    }
}

impl Output for MemoryOutput {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>> {
        let file = Shared::default();
        self.files.insert(name.to_owned(), file.clone());
        Ok(Box::new(file))
    }
}

/// A CSV table whose fields never need quotes: ids, days, numbers, codes.
pub(crate) struct Table {
    out: BufWriter<Box<dyn Write>>,
    line: Vec<u8>,
    rows: u64,
}

impl Table {
    /// Opens a file and writes its header.
    pub(crate) fn create(output: &mut dyn Output, name: &str, header: &str) -> io::Result<Table> {
        let mut out = BufWriter::with_capacity(1 << 18, output.create(name)?);
        out.write_all(header.as_bytes())?;
        out.write_all(b"\n")?;
        Ok(Table {
            out,
            line: Vec::with_capacity(160),
            rows: 0,
        })
    }

    /// Adds a field as it stands.
    pub(crate) fn text(&mut self, text: impl AsRef<[u8]>) -> &mut Table {
        debug_assert!(
            !text
                .as_ref()
                .iter()
                .any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r'))
        );
        self.line.extend_from_slice(text.as_ref());
        self.line.push(b',');
        self
    }

    /// Adds an empty field.
    pub(crate) fn empty(&mut self) -> &mut Table {
        self.line.push(b',');
        self
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: u16) -> &mut Table {
        let mut digits = [0_u8; 5];
        let mut at = digits.len();
        let mut rest = number;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.text(&digits[at..])
    }

    /// Adds `true` or `false`.
    pub(crate) fn flag(&mut self, flag: bool) -> &mut Table {
        self.text(if flag { "true" } else { "false" })
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.line.pop();
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        self.line.clear();
        self.rows += 1;
        Ok(())
    }

    /// Flushes and says how many rows were written.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}
