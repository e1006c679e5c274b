//! The five CSV files of a register export to rows, with a mapping.
//!
//! A row that cannot be read is refused with its place and read on; only a header that lacks a
//! column, an unreadable file or a crossed limit stops a file. A city-year of marks is tens of
//! millions of rows, so one record is held at a time and a row costs its own strings only.
//!
//! Codes: `C01` column missing · `C02` code not in the mapping · `C03` day or instant · `C04` time
//! · `C05` minutes · `C06` number · `C07` not in the encoding of the mapping · `C08` number of
//! fields · `C09` empty · `C10` contradiction · `C11` row repeated · `C12` column not read · `C13`
//! unknown word · `C14` rows left out by the mapping · `C15` file cannot be read · `C16`
//! another separator of columns.
//!
//! Invariant: every data row is told by `Sink::read` once, and then by a row, by one refusal, or in
//! the sum of `C14`.

mod build;
mod lines;
mod separator;

pub(super) use lines::{Lines, Trouble};

use super::columns::{Columns, HeaderFault, PROBLEM, fields};
use super::mapping::{Encoding, Mapping};
use crate::csv_out::formula_plain;
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::rows::{Flow, Placed, Sink};
use build::{Cells, Refusal};
use csv::ByteRecord;
use std::borrow::Cow;
use std::io::Read;

/// The files of a register export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// `calendar.csv`
    Calendar,
    /// `lessons.csv`
    Lessons,
    /// `registers.csv`
    Registers,
    /// `timetables.csv`
    Timetables,
    /// `marks.csv`
    Marks,
}

impl Table {
    /// All five, in the order in which they build on each other.
    pub const ALL: [Table; 5] = [
        Table::Calendar,
        Table::Lessons,
        Table::Registers,
        Table::Timetables,
        Table::Marks,
    ];

    /// The name in mappings and reports; the file's name is this and `.csv`.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Calendar => "calendar",
            Table::Lessons => "lessons",
            Table::Registers => "registers",
            Table::Timetables => "timetables",
            Table::Marks => "marks",
        }
    }

    /// The table of a file name: `marks.csv`, or `marks.rejected.csv` for rows that were mended.
    ///
    /// ```
    /// use lasna_formats::sis::Table;
    /// assert_eq!(Table::of_file_name("export/Marks.CSV"), Some(Table::Marks));
    /// assert_eq!(Table::of_file_name("marks.rejected.csv"), Some(Table::Marks));
    /// assert_eq!(Table::of_file_name("marks.txt"), None);
    /// ```
    pub fn of_file_name(name: &str) -> Option<Table> {
        let last = name.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
        let stem = last.strip_suffix(".csv")?;
        let stem = stem.strip_suffix(".rejected").unwrap_or(stem);
        Table::ALL.into_iter().find(|table| table.name() == stem)
    }

    /// The canonical header.
    pub fn canonical_columns(self) -> impl Iterator<Item = &'static str> {
        fields(self).iter().map(|field| field.name)
    }
}

/// Reads one file; true where it is fatal, and rows that were handed over before are to be dropped.
pub fn read_table(
    table: Table,
    file: &str,
    reader: impl Read,
    mapping: &Mapping,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> bool {
    let mut told = Told {
        table,
        file,
        mapping,
        sink,
    };
    let mut lines = Lines::new(reader, mapping.delimiter, limits);
    let mut record = ByteRecord::new();
    let columns = match lines.next(&mut record) {
        Ok(false) => {
            return told.fatal(0, "C01", "the file is empty: it needs a header".to_owned());
        }
        Err(trouble) => return told.trouble(&trouble),
        Ok(true) => match told.header(&record) {
            Some(columns) => columns,
            None => return true,
        },
    };
    match read_rows(&mut told, &mut lines, record, &columns) {
        Ok(ignored) => {
            if ignored > 0 {
                let message = format!("{ignored} rows have codes that the mapping leaves out");
                told.file_finding("C14", Severity::Warning, None, message);
            }
            false
        }
        Err(trouble) => told.trouble(&trouble),
    }
}

/// Reads the data rows; the number of rows that the mapping leaves out.
fn read_rows<R: Read>(
    told: &mut Told<'_>,
    lines: &mut Lines<R>,
    mut record: ByteRecord,
    columns: &Columns,
) -> Result<u64, Trouble> {
    let width = record.len();
    let mut before = ByteRecord::new();
    let mut ignored = 0;
    while lines.next(&mut record)? {
        let row = lines.row();
        told.sink.read(told.file, told.table.name());
        let flow = if record.len() == width {
            let repeated = row > 1 && record == before;
            let cells = Cells::new(&record, columns, told.mapping);
            match build::row(told.table, &cells) {
                Ok(Some(value)) => {
                    if repeated && told.repeated(row) == Flow::Stop {
                        return Ok(ignored);
                    }
                    told.sink.row(told.file, Placed { row, value })
                }
                Ok(None) => {
                    ignored += 1;
                    Flow::On
                }
                Err(refusal) => {
                    if refusal.code == build::UNKNOWN_CODE
                        && let Some(code) = cells.mark_code()
                    {
                        told.sink.unknown_code(&code);
                    }
                    told.refused(row, refusal)
                }
            }
        } else {
            let message = format!("the row has {} fields, the header {width}", record.len());
            told.refused(
                row,
                Refusal {
                    code: "C08",
                    field: None,
                    message,
                },
            )
        };
        if flow == Flow::Stop {
            return Ok(ignored);
        }
        std::mem::swap(&mut record, &mut before);
    }
    Ok(ignored)
}

/// Where findings of one file go.
struct Told<'a> {
    table: Table,
    file: &'a str,
    mapping: &'a Mapping,
    sink: &'a mut dyn Sink,
}

impl Told<'_> {
    /// Finds the columns, and says what is wrong with the header.
    fn header(&mut self, record: &ByteRecord) -> Option<Columns> {
        let mut header = Vec::with_capacity(record.len());
        for cell in record {
            let Some(text) = decode(cell, self.mapping.encoding) else {
                let message = "the header is not in the encoding of the mapping".to_owned();
                self.fatal(0, "C07", message);
                return None;
            };
            header.push(text.into_owned());
        }
        if header.last().is_some_and(|column| column == PROBLEM) {
            header = header
                .iter()
                .map(|column| formula_plain(column).to_owned())
                .collect();
        }
        match Columns::resolve(self.table, self.mapping, &header) {
            Ok(columns) => {
                for column in &columns.unused {
                    let message = "the column is not read".to_owned();
                    // A file without a header may begin with a person.
                    let plain =
                        column.len() <= 40 && !column.contains(|c: char| c.is_ascii_digit());
                    let column = plain.then(|| column.clone());
                    if self.file_finding("C12", Severity::Warning, column, message) == Flow::Stop {
                        break;
                    }
                }
                Some(columns)
            }
            Err(faults) => {
                if let Some(found) = separator::other(self.table, self.mapping, &header, &faults) {
                    self.other_separator(found);
                    return None;
                }
                for fault in faults {
                    let (column, message) = match fault {
                        HeaderFault::Missing(field, column) => (
                            column,
                            format!("the column for `{field}` is not in the header"),
                        ),
                        HeaderFault::Twice(column) => {
                            (column, "the column stands twice in the header".to_owned())
                        }
                    };
                    self.file_finding("C01", Severity::Fatal, Some(column), message);
                }
                None
            }
        }
    }

    /// The columns are apart by another sign than the mapping says.
    fn other_separator(&mut self, found: u8) {
        let sign = |byte: u8| match byte {
            b'\t' => "\\t".to_owned(),
            byte => char::from(byte).to_string(),
        };
        let (found, expected) = (sign(found), sign(self.mapping.delimiter));
        let message = format!(
            "the columns are apart by \"{found}\", expected is \"{expected}\": write delimiter = \
             \"{found}\" into mapping.toml"
        );
        let file = self.file.to_owned();
        self.sink.finding(Finding {
            file,
            row: 0,
            column: None,
            code: "C16",
            severity: Severity::Fatal,
            message,
            values: vec![("found", found), ("expected", expected)],
        });
    }

    fn file_finding(
        &mut self,
        code: &'static str,
        severity: Severity,
        column: Option<String>,
        message: String,
    ) -> Flow {
        let file = self.file.to_owned();
        self.sink.finding(Finding {
            file,
            row: 0,
            column,
            code,
            severity,
            message,
            values: Vec::new(),
        })
    }

    fn fatal(&mut self, row: u64, code: &'static str, message: String) -> bool {
        let file = self.file.to_owned();
        let severity = Severity::Fatal;
        self.sink.finding(Finding {
            file,
            row,
            column: None,
            code,
            severity,
            message,
            values: Vec::new(),
        });
        true
    }

    fn trouble(&mut self, trouble: &Trouble) -> bool {
        self.fatal(trouble.row(), trouble.code(), trouble.to_string())
    }

    fn repeated(&mut self, row: u64) -> Flow {
        self.sink.finding(Finding {
            file: self.file.to_owned(),
            row,
            column: None,
            code: "C11",
            severity: Severity::Warning,
            message: "the row is the same as the row before it".to_owned(),
            values: Vec::new(),
        })
    }

    fn refused(&mut self, row: u64, refusal: Refusal) -> Flow {
        let field = refusal
            .field
            .and_then(|place| fields(self.table).get(place));
        let column = field.map(|field| {
            self.mapping
                .column(self.table, field.name)
                .unwrap_or(field.name)
                .to_owned()
        });
        self.sink.finding(Finding {
            file: self.file.to_owned(),
            row,
            column,
            code: refusal.code,
            severity: Severity::Rejected,
            message: refusal.message,
            values: Vec::new(),
        })
    }
}

/// Bytes to text without the blanks around it; `None` where they are not in the encoding.
pub(super) fn decode(bytes: &[u8], encoding: Encoding) -> Option<Cow<'_, str>> {
    let bytes = bytes.trim_ascii();
    // No text has the character U+0000, and no database keeps it.
    if bytes.contains(&0) {
        return None;
    }
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Encoding::Latin1 => Some(
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0,
        ),
    }
}
