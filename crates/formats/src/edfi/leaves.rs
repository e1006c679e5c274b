//! An XML interchange as records of leaves: each child of the root with the texts in it.
//!
//! Nothing is resolved from outside: a document type or a named entity other than the five of XML
//! stops the file. What it is not: a validator; order and unknown elements are not checked.
//!
//! Invariant: one record of at most [`LEAVES_MAX`] leaves is in memory.

use crate::limits::Limits;
use quick_xml::Reader;
use quick_xml::errors::Error;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::{self, BufReader, Read};

/// More texts than any record has.
const LEAVES_MAX: usize = 4096;

/// Why a file cannot be read further; with the record where it is known.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("the file is larger than the limit of {0} bytes")]
    Bytes(u64),
    #[error("the file has more records than the limit of {0}")]
    Rows(u64),
    #[error("elements are nested deeper than {1}")]
    Nesting(u64, usize),
    #[error("a text, a tag or a record is longer than the limit")]
    Long(u64),
    #[error("a document type or an entity is not read: give the file without it")]
    Entity(u64),
    #[error("the file is not well-formed XML")]
    Malformed(u64),
    #[error("the file is not an Ed-Fi interchange")]
    Foreign,
    #[error("the file cannot be read to its end")]
    Unreadable,
}

impl Trouble {
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Trouble::Bytes(_) => "X01",
            Trouble::Rows(_) => "X02",
            Trouble::Nesting(..) => "X04",
            Trouble::Long(_) => "X05",
            Trouble::Entity(_) => "A02",
            Trouble::Malformed(_) | Trouble::Foreign | Trouble::Unreadable => "A01",
        }
    }

    pub(super) const fn row(&self) -> u64 {
        match self {
            Trouble::Nesting(row, _)
            | Trouble::Long(row)
            | Trouble::Entity(row)
            | Trouble::Malformed(row) => *row,
            _ => 0,
        }
    }
}

/// One text of a record; an element with `ref` and no text gives the reference.
#[derive(Debug)]
struct Leaf {
    path: String,
    text: String,
}

/// One child of the root.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// From 1.
    pub row: u64,
    pub element: &'a str,
    leaves: &'a [Leaf],
}

impl<'a> Record<'a> {
    /// The first text at a path below the record, as `Name/FirstName`; `None` where there is none
    /// or it is empty.
    pub fn get(&self, path: &str) -> Option<&'a str> {
        self.all(path).next()
    }

    /// Every text at a path that is not empty, in order.
    pub fn all<'p>(&self, path: &'p str) -> impl Iterator<Item = &'a str> + use<'a, 'p> {
        let leaves = self.leaves;
        leaves
            .iter()
            .filter(move |leaf| leaf.path == path)
            .map(|leaf| leaf.text.trim())
            .filter(|text| !text.is_empty())
    }
}

/// A record or the end of the file.
pub(super) enum Next<'a> {
    Record(Record<'a>),
    End,
}

/// Counts bytes for the file and for the event under way.
struct Metered<R> {
    inner: R,
    file_left: u64,
    event_left: usize,
}

#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Crossed {
    #[error("too many bytes")]
    Bytes,
    #[error("too long an event")]
    Event,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.event_left == 0 {
            return Err(io::Error::other(Crossed::Event));
        }
        let most = into.len().min(self.event_left);
        let read = self.inner.read(into.get_mut(..most).unwrap_or_default())?;
        self.event_left -= read;
        self.file_left = match self.file_left.checked_sub(read as u64) {
            Some(left) => left,
            None => return Err(io::Error::other(Crossed::Bytes)),
        };
        Ok(read)
    }
}

/// Reads records one by one.
pub(super) struct Records<R> {
    xml: Reader<BufReader<Metered<R>>>,
    limits: Limits,
    event_max: usize,
    buffer: Vec<u8>,
    /// Elements open, the root among them.
    depth: usize,
    path: String,
    element: String,
    text: String,
    leaves: Vec<Leaf>,
    bytes: usize,
    row: u64,
    begun: bool,
}

impl<R: Read> Records<R> {
    pub(super) fn new(inner: R, limits: &Limits) -> Self {
        let event_max = limits.field_bytes_max.saturating_add(64 << 10);
        let metered = Metered {
            inner,
            file_left: limits.bytes_max,
            event_left: event_max,
        };
        let mut xml = Reader::from_reader(BufReader::new(metered));
        xml.config_mut().expand_empty_elements = true;
        Records {
            xml,
            limits: *limits,
            event_max,
            buffer: Vec::new(),
            depth: 0,
            path: String::new(),
            element: String::new(),
            text: String::new(),
            leaves: Vec::new(),
            bytes: 0,
            row: 0,
            begun: false,
        }
    }

    /// The next child of the root.
    pub(super) fn next(&mut self) -> Result<Next<'_>, Trouble> {
        self.leaves.clear();
        self.bytes = 0;
        let mut buffer = std::mem::take(&mut self.buffer);
        let more = loop {
            buffer.clear();
            let read = self.xml.read_event_into(&mut buffer);
            let event = read.map_err(|error| self.trouble(&error))?;
            self.xml.get_mut().get_mut().event_left = self.event_max;
            match event {
                Event::Start(start) => self.open(&start)?,
                Event::End(_) if self.close()? => break true,
                Event::Text(text) if self.depth > 1 => self.add(&text.into_inner())?,
                Event::CData(data) if self.depth > 1 => self.add(&data.into_inner())?,
                Event::GeneralRef(reference) => {
                    let letter = letter(&reference).ok_or(Trouble::Entity(self.row))?;
                    self.add(letter.encode_utf8(&mut [0; 4]))?;
                }
                Event::DocType(_) => return Err(Trouble::Entity(0)),
                Event::Eof if self.depth > 0 => return Err(Trouble::Malformed(self.row)),
                Event::Eof if !self.begun => return Err(Trouble::Foreign),
                Event::Eof => break false,
                _ => {}
            }
        };
        self.buffer = buffer;
        Ok(if more {
            Next::Record(Record {
                row: self.row,
                element: &self.element,
                leaves: &self.leaves,
            })
        } else {
            Next::End
        })
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Trouble> {
        let local = start.local_name();
        let name: &str = local.as_ref();
        if self.depth >= self.limits.nesting_max {
            return Err(Trouble::Nesting(self.row, self.limits.nesting_max));
        }
        match self.depth {
            0 if self.begun || !name.starts_with("Interchange") => return Err(Trouble::Foreign),
            0 => self.begun = true,
            1 => {
                if self.row >= self.limits.rows_max {
                    return Err(Trouble::Rows(self.limits.rows_max));
                }
                self.row += 1;
                name.clone_into(&mut self.element);
                self.path.clear();
            }
            _ => {
                if !self.path.is_empty() {
                    self.path.push('/');
                }
                self.path.push_str(name);
            }
        }
        self.depth += 1;
        self.text.clear();
        if self.depth > 1 {
            // A record is named by `id`, and another record refers to it by `ref`.
            for (attribute, place) in [("id", "@id"), ("ref", "@ref")] {
                let found = start.try_get_attribute(attribute);
                let found = found.map_err(|_| Trouble::Malformed(self.row))?;
                if let Some(value) = found {
                    let path = match self.path.as_str() {
                        "" => place.to_owned(),
                        path => format!("{path}/{place}"),
                    };
                    self.push(path, value.value.as_ref().to_owned())?;
                }
            }
        }
        Ok(())
    }

    /// Closes an element; true at the end of a record.
    fn close(&mut self) -> Result<bool, Trouble> {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            return Ok(false);
        }
        if !self.text.trim().is_empty() {
            let text = std::mem::take(&mut self.text);
            self.push(self.path.clone(), text)?;
        }
        self.text.clear();
        let parent = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(parent);
        Ok(self.depth == 1)
    }

    fn add(&mut self, text: &str) -> Result<(), Trouble> {
        // No XML has this character, and no database keeps it.
        if text.contains('\0') {
            return Err(Trouble::Malformed(self.row));
        }
        if self.text.len() + text.len() > self.limits.field_bytes_max {
            return Err(Trouble::Long(self.row));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn push(&mut self, path: String, text: String) -> Result<(), Trouble> {
        self.bytes += path.len() + text.len();
        let most = self.limits.field_bytes_max.saturating_mul(16);
        if self.leaves.len() >= LEAVES_MAX || self.bytes > most {
            return Err(Trouble::Long(self.row));
        }
        self.leaves.push(Leaf { path, text });
        Ok(())
    }

    fn trouble(&self, error: &Error) -> Trouble {
        let Error::Io(error) = error else {
            return Trouble::Malformed(self.row);
        };
        match error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Crossed>())
        {
            Some(Crossed::Bytes) => Trouble::Bytes(self.limits.bytes_max),
            Some(Crossed::Event) => Trouble::Long(self.row),
            None => Trouble::Unreadable,
        }
    }
}

/// The letter of a character reference or of one of the five entities of XML.
fn letter(reference: &BytesRef<'_>) -> Option<char> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten();
    }
    match reference.xml10_content().as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
