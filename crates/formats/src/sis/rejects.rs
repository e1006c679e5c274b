//! The rows that were refused, written back as a file that a person mends and gives again.
//!
//! The file has the header and the refused rows of the original, in its own encoding and with its
//! own delimiter, and `problem` as the last column; reading it with the same mapping leaves that
//! column out. Cells are made safe for spreadsheets, and the reader takes that back. What it is
//! not: it does not judge rows; the caller says which, from the findings.
//!
//! Invariant: the cells of a row that nobody mended are read again as they were.

use super::columns::PROBLEM;
use super::mapping::{Encoding, Mapping};
use super::table::Lines;
use crate::csv_out::{formula_plain, formula_safe, formula_safe_bytes};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use csv::ByteRecord;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// What is wrong with each refused row of a file, as `tell` says it: the text of the `problem`
/// column. In English that is [`Finding::told`].
pub fn problems<'a>(
    file: &str,
    findings: impl IntoIterator<Item = &'a Finding>,
    tell: impl Fn(&Finding) -> String,
) -> BTreeMap<u64, String> {
    let mut problems: BTreeMap<u64, String> = BTreeMap::new();
    for finding in findings {
        if finding.severity != Severity::Rejected || finding.file != file || finding.row == 0 {
            continue;
        }
        let text = tell(finding);
        problems
            .entry(finding.row)
            .and_modify(|all| {
                all.push_str("; ");
                all.push_str(&text);
            })
            .or_insert(text);
    }
    problems
}

/// Writes the header and the rows of `problems` from a second reading of the file; the number of
/// rows written.
///
/// # Errors
/// Where the original cannot be read inside the limits, or `out` cannot be written.
pub fn write_rejects(
    original: impl Read,
    mapping: &Mapping,
    problems: &BTreeMap<u64, String>,
    limits: &Limits,
    out: impl Write,
) -> io::Result<u64> {
    let mut lines = Lines::new(original, mapping.delimiter, limits);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(mapping.delimiter)
        .flexible(true)
        .from_writer(out);
    let mut record = ByteRecord::new();
    let mut written = 0;
    let mut again = None;
    while lines.next(&mut record).map_err(io::Error::other)? {
        let row = lines.row();
        if row == 0 {
            // A rejected-rows file refused again keeps one problem column.
            let last = record.len().checked_sub(1);
            again = last.filter(|&at| record.get(at) == Some(PROBLEM.as_bytes()));
            write(&mut writer, &record, again, PROBLEM.as_bytes())?;
            continue;
        }
        if let Some(problem) = problems.get(&row) {
            let problem = formula_safe(problem);
            let problem = match mapping.encoding {
                Encoding::Utf8 => Cow::Borrowed(problem.as_bytes()),
                Encoding::Latin1 => encoding_rs::WINDOWS_1252.encode(&problem).0,
            };
            write(&mut writer, &record, again, &problem)?;
            written += 1;
        }
    }
    writer.flush()?;
    Ok(written)
}

fn write<W: Write>(
    writer: &mut csv::Writer<W>,
    record: &ByteRecord,
    again: Option<usize>,
    problem: &[u8],
) -> io::Result<()> {
    for (at, cell) in record.iter().enumerate() {
        if Some(at) == again {
            break;
        }
        let cell = if again.is_some() {
            unguarded(cell)
        } else {
            cell
        };
        writer.write_field(formula_safe_bytes(cell).as_ref())?;
    }
    writer.write_field(problem)?;
    writer.write_record(None::<&[u8]>)?;
    Ok(())
}

/// The cell without the apostrophe of an earlier rejected-rows file.
fn unguarded(cell: &[u8]) -> &[u8] {
    match std::str::from_utf8(cell) {
        Ok(text) => formula_plain(text).as_bytes(),
        Err(_) => match cell.strip_prefix(b"'") {
            Some(rest) if matches!(formula_safe_bytes(rest), Cow::Owned(_)) => rest,
            _ => cell,
        },
    }
}
