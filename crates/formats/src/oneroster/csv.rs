//! Records of a OneRoster CSV file: RFC 4180, UTF-8, and no line break inside a field.
//!
//! It cuts bytes into fields and keeps the limits; it knows no column and no code. A record that is
//! cut wrongly is handed over with its flaw, so that the caller can refuse that row and read on.
//! Fields lose the blanks around them, since exports pad them; an empty line is no record.
//!
//! Invariant: memory is one record, at most [`FIELDS_MAX`] fields of `field_bytes_max` each.

use crate::limits::Limits;
use std::io::{self, BufRead, BufReader, Read};

/// More fields than any OneRoster file has, metadata columns included.
pub(super) const FIELDS_MAX: usize = 256;

/// Why a file cannot be read further.
#[derive(Debug)]
pub(super) enum Trouble {
    /// More unpacked bytes than the limit (`X01`).
    Bytes,
    /// More rows than the limit (`X02`).
    Rows,
    /// Unpacks to too much for its size (`X03`).
    Ratio,
    /// A field is too long (`X05`); the number of the record, 0 for the header.
    Field(u64),
    /// Not UTF-8 (`E07`); the number of the record, 0 for the header.
    NotUtf8(u64),
    /// The bytes cannot be read: a damaged package (`E01`).
    Damaged,
}

/// What is wrong with the form of one record (`E08`), with the place of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A line break inside a field.
    LineBreak(usize),
    /// A quote in the middle of a field, or never closed.
    Quote(usize),
    /// More fields than [`FIELDS_MAX`].
    TooMany,
}

/// One record, borrowed from the reader's buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    text: &'a str,
    ends: &'a [usize],
    /// 0 for the header, 1 for the first data row.
    pub row: u64,
    /// What is wrong with its form.
    pub flaw: Option<Flaw>,
}

impl<'a> Record<'a> {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field without the blanks around it; empty where there is none.
    pub fn get(&self, at: usize) -> &'a str {
        let Some(&end) = self.ends.get(at) else {
            return "";
        };
        let start = match at.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(end),
            None => 0,
        };
        self.text.get(start..end).unwrap_or("").trim()
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.len()).map(|at| self.get(at))
    }
}

/// Counts unpacked bytes against the limits, so that no reader above can forget it.
struct Metered<R> {
    inner: R,
    read: u64,
    bytes_max: u64,
    ratio_bytes_max: u64,
}

/// Carried through `io::Error`, which is all that `Read` can answer with.
#[derive(Debug, thiserror::Error)]
enum Crossed {
    #[error("too many bytes")]
    Bytes,
    #[error("unpacks to too much")]
    Ratio,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.read = self.read.saturating_add(n as u64);
        if self.read > self.ratio_bytes_max {
            return Err(io::Error::other(Crossed::Ratio));
        }
        if self.read > self.bytes_max {
            return Err(io::Error::other(Crossed::Bytes));
        }
        Ok(n)
    }
}

/// Where the cutter stands inside a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside quotes: the end of the field, or half of a doubled quote.
    Quote,
}

/// Reads records one by one.
pub(super) struct Records<R> {
    input: BufReader<io::Chain<io::Cursor<Vec<u8>>, Metered<R>>>,
    text: Vec<u8>,
    ends: Vec<usize>,
    flaw: Option<Flaw>,
    next_row: u64,
    rows_max: u64,
    field_bytes_max: usize,
}

impl<R: Read> Records<R> {
    /// A reader of `inner`, whose packed size is given where it is known.
    pub fn new(inner: R, packed_bytes: Option<u64>, limits: &Limits) -> Result<Self, Trouble> {
        let ratio_bytes_max = packed_bytes.map_or(u64::MAX, |packed| {
            packed.max(1).saturating_mul(limits.ratio_max.max(1))
        });
        let mut metered = Metered {
            inner,
            read: 0,
            bytes_max: limits.bytes_max,
            ratio_bytes_max,
        };
        let mut head = Vec::with_capacity(3);
        (&mut metered)
            .take(3)
            .read_to_end(&mut head)
            .map_err(|error| trouble_of(&error))?;
        if head == b"\xEF\xBB\xBF" {
            head.clear();
        }
        Ok(Records {
            input: BufReader::with_capacity(64 << 10, io::Cursor::new(head).chain(metered)),
            text: Vec::new(),
            ends: Vec::new(),
            flaw: None,
            next_row: 0,
            rows_max: limits.rows_max,
            field_bytes_max: limits.field_bytes_max,
        })
    }

    /// The next record; `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Trouble> {
        loop {
            if !self.cut()? {
                return Ok(None);
            }
            let blank = self.flaw.is_none() && self.text.is_empty() && self.ends.len() == 1;
            if !blank {
                break;
            }
        }
        let row = self.next_row;
        if row > self.rows_max {
            return Err(Trouble::Rows);
        }
        self.next_row += 1;
        let text = std::str::from_utf8(&self.text).map_err(|_| Trouble::NotUtf8(row))?;
        // A character cut in two by a comma is valid in sum but not in its fields.
        if self.ends.iter().any(|&end| !text.is_char_boundary(end)) {
            return Err(Trouble::NotUtf8(row));
        }
        Ok(Some(Record {
            text,
            ends: &self.ends,
            row,
            flaw: self.flaw,
        }))
    }

    /// Cuts one record into the buffers; false at the end of the file.
    fn cut(&mut self) -> Result<bool, Trouble> {
        self.text.clear();
        self.ends.clear();
        self.flaw = None;
        let mut at = At::FieldStart;
        let mut begun = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(trouble_of(&error)),
            };
            if chunk.is_empty() {
                if begun {
                    if at == At::Quoted {
                        self.flaw.get_or_insert(Flaw::Quote(self.ends.len()));
                    }
                    self.end_record(at);
                }
                return Ok(begun);
            }
            begun = true;
            let mut used = 0;
            let mut done = false;
            let mut cutter = Cutter {
                text: &mut self.text,
                ends: &mut self.ends,
                flaw: &mut self.flaw,
                field_bytes_max: self.field_bytes_max,
            };
            for &byte in chunk {
                used += 1;
                match cutter.take(at, byte) {
                    Some(next) => at = next,
                    None => {
                        done = true;
                        break;
                    }
                }
                if cutter.too_long() {
                    return Err(Trouble::Field(self.next_row));
                }
            }
            self.input.consume(used);
            if done {
                self.end_record(at);
                return Ok(true);
            }
        }
    }

    /// Closes the last field, without the carriage return that belongs to the line's end.
    fn end_record(&mut self, at: At) {
        let start = self.ends.last().copied().unwrap_or(0);
        if at != At::Quoted && self.text.len() > start && self.text.ends_with(b"\r") {
            self.text.pop();
        }
        if self.ends.len() < FIELDS_MAX {
            self.ends.push(self.text.len());
        }
        let mut from = 0;
        for (place, &end) in self.ends.iter().enumerate() {
            let field = self.text.get(from..end).unwrap_or_default();
            if field.contains(&b'\r') || field.contains(&b'\n') {
                self.flaw.get_or_insert(Flaw::LineBreak(place));
            }
            from = end;
        }
    }
}

/// The buffers of one record while it is being cut.
struct Cutter<'a> {
    text: &'a mut Vec<u8>,
    ends: &'a mut Vec<usize>,
    flaw: &'a mut Option<Flaw>,
    field_bytes_max: usize,
}

impl Cutter<'_> {
    /// Takes one byte; `None` at the end of the record.
    fn take(&mut self, at: At, byte: u8) -> Option<At> {
        match (at, byte) {
            (At::Quoted, b'"') => Some(At::Quote),
            (At::Quoted, _) => {
                self.text.push(byte);
                Some(At::Quoted)
            }
            (At::Quote, b'"') => {
                self.text.push(b'"');
                Some(At::Quoted)
            }
            (_, b'\n') => None,
            (_, b',') => {
                self.end_field();
                Some(At::FieldStart)
            }
            (At::FieldStart, b'"') => Some(At::Quoted),
            // A carriage return here ends the line or is caught as a line break at the end.
            (At::Quote, b'\r') => {
                self.text.push(byte);
                Some(At::Quote)
            }
            (At::Quote, _) | (At::Plain, b'"') => {
                self.flaw.get_or_insert(Flaw::Quote(self.ends.len()));
                self.text.push(byte);
                Some(At::Plain)
            }
            (At::FieldStart | At::Plain, _) => {
                self.text.push(byte);
                Some(At::Plain)
            }
        }
    }

    fn end_field(&mut self) {
        // One place is kept for the last field, which the end of the record closes.
        if self.ends.len() + 1 < FIELDS_MAX {
            self.ends.push(self.text.len());
        } else {
            self.flaw.get_or_insert(Flaw::TooMany);
            let start = self.ends.last().copied().unwrap_or(0);
            self.text.truncate(start);
        }
    }

    fn too_long(&self) -> bool {
        self.text.len() - self.ends.last().copied().unwrap_or(0) > self.field_bytes_max
    }
}

fn trouble_of(error: &io::Error) -> Trouble {
    let crossed = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Crossed>());
    match crossed {
        Some(Crossed::Bytes) => Trouble::Bytes,
        Some(Crossed::Ratio) => Trouble::Ratio,
        None => Trouble::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8]) -> Vec<(Vec<String>, Option<Flaw>)> {
        let mut records = Records::new(text, None, &Limits::default()).unwrap();
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            all.push((record.iter().map(str::to_owned).collect(), record.flaw));
        }
        all
    }

    fn fields(all: &[&str]) -> Vec<String> {
        all.iter().map(|field| (*field).to_owned()).collect()
    }

    #[test]
    fn records_are_cut_as_the_rules_say() {
        let cases: [(&str, Vec<String>, Option<Flaw>); 9] = [
            ("a,b\r\n", fields(&["a", "b"]), None),
            ("\u{FEFF}\"a\",b", fields(&["a", "b"]), None),
            ("\r\n\n a , b \n", fields(&["a", "b"]), None),
            ("\"a,b\",\"c\"\"d\"\r\n", fields(&["a,b", "c\"d"]), None),
            (",\n", fields(&["", ""]), None),
            (
                "a,\"b\r\nc\",d",
                fields(&["a", "b\r\nc", "d"]),
                Some(Flaw::LineBreak(1)),
            ),
            ("a\rb,c", fields(&["a\rb", "c"]), Some(Flaw::LineBreak(0))),
            ("a,b\"c", fields(&["a", "b\"c"]), Some(Flaw::Quote(1))),
            ("a,\"b", fields(&["a", "b"]), Some(Flaw::Quote(1))),
        ];
        for (text, expected, flaw) in cases {
            assert_eq!(cut(text.as_bytes()), [(expected, flaw)], "{text:?}");
        }
    }

    #[test]
    fn a_record_of_too_many_fields_is_flawed_and_the_next_one_is_not() {
        let text = format!("{}\na,b\n", "x,".repeat(1000));
        let all = cut(text.as_bytes());
        assert_eq!(
            all.iter().map(|(_, flaw)| *flaw).collect::<Vec<_>>(),
            [Some(Flaw::TooMany), None]
        );
    }

    #[test]
    fn a_character_cut_by_a_comma_is_not_utf8() {
        let mut records = Records::new(&b"\xC3,\xA4"[..], None, &Limits::default()).unwrap();
        assert!(matches!(records.next(), Err(Trouble::NotUtf8(0))));
    }
}
