//! What was erased for good, so that an older backup does not bring it back.
//!
//! A line is `instant table columns digest`, parted by spaces: the digest is of the values that these
//! columns have in the rows that were erased, so that the list itself names nobody. A line without all
//! columns of the key covers every row with these values. `instant table range column from to` covers the
//! rows whose column is a number from the first up to the second, `-` being the least; two more words,
//! `column digest,digest…`, say which values are left out of it.
//!
//! Invariant: a row that a line covers is never restored.

use super::error::BackupError;
use super::rows;
use lasna_domain::calendar::Instant;
use lasna_store::db::Param;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::io::Write;

/// The name of the list in the data folder, and beside backups.
pub const ERASED_FILE: &str = "erased.list";

/// Rows that are erased: those of a table whose columns have these values.
#[derive(Clone, Copy, Debug)]
pub struct ErasedRows<'a> {
    /// The table.
    pub table: &'a str,
    /// Columns with their values.
    pub values: &'a [(&'a str, Param<'a>)],
}

fn digest<'a>(table: &str, values: impl Iterator<Item = (&'a str, Param<'a>)>) -> [u8; 32] {
    let mut bytes = Vec::new();
    rows::put(&mut bytes, Param::Text(table));
    for (column, value) in values {
        rows::put(&mut bytes, Param::Text(column));
        rows::put(&mut bytes, value);
    }
    Sha256::digest(&bytes).into()
}

/// Adds lines to a list: call it, and make the list durable, before the rows are removed.
///
/// # Errors
/// The list's.
pub fn note_erased(
    list: &mut dyn Write,
    at: Instant,
    erased: &[ErasedRows<'_>],
) -> std::io::Result<()> {
    for rows in erased {
        let mut values = rows.values.to_vec();
        values.sort_by_key(|(column, _)| *column);
        let columns: Vec<&str> = values.iter().map(|(column, _)| *column).collect();
        let digest = digest(rows.table, values.iter().copied());
        let hex = hex_of(digest);
        writeln!(list, "{at} {} {} {hex}", rows.table, columns.join(","))?;
    }
    list.flush()
}

/// Rows of a table whose column is a number of a range.
#[derive(Clone, Debug)]
pub struct ErasedRange<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The first number; `None` is the least.
    pub from: Option<i64>,
    /// The number after the last.
    pub to: i64,
    /// A column with the values of rows that stay.
    pub except: Option<(&'a str, Vec<i64>)>,
}

fn hex_of(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds a line for a range to a list, as [`note_erased`] does for values.
///
/// # Errors
/// The list's.
pub fn note_erased_range(
    list: &mut dyn Write,
    at: Instant,
    range: &ErasedRange<'_>,
) -> std::io::Result<()> {
    let from = range
        .from
        .map_or_else(|| "-".to_owned(), |from| from.to_string());
    let (table, column, to) = (range.table, range.column, range.to);
    write!(list, "{at} {table} range {column} {from} {to}")?;
    if let Some((column, values)) = range.except.as_ref().filter(|(_, all)| !all.is_empty()) {
        let one = |value: &i64| hex_of(digest(table, [(*column, Param::Int(*value))].into_iter()));
        let all: Vec<String> = values.iter().map(one).collect();
        write!(list, " {column} {}", all.join(","))?;
    }
    writeln!(list)?;
    list.flush()
}

/// A range of a list that was read.
#[derive(Clone, Debug)]
struct Range {
    column: String,
    from: i64,
    to: i64,
    except: Option<(String, HashSet<[u8; 32]>)>,
}

impl Range {
    fn read(words: &[&str]) -> Option<Range> {
        let [column, from, to, rest @ ..] = words else {
            return None;
        };
        let except = match rest {
            [] => None,
            [column, digests] => {
                let digests: Option<HashSet<_>> = digests.split(',').map(from_hex).collect();
                Some(((*column).to_owned(), digests?))
            }
            _ => return None,
        };
        Some(Range {
            column: (*column).to_owned(),
            from: match *from {
                "-" => i64::MIN,
                from => from.parse().ok()?,
            },
            to: to.parse().ok()?,
            except,
        })
    }

    fn covers(&self, table: &str, columns: &[String], row: &[Param<'_>]) -> bool {
        let value = |name: &str| {
            let at = columns.iter().position(|column| column == name)?;
            row.get(at).copied()
        };
        let inside =
            matches!(value(&self.column), Some(Param::Int(n)) if self.from <= n && n < self.to);
        let stays = self.except.as_ref().is_some_and(|(column, digests)| {
            value(column).is_some_and(|value| {
                digests.contains(&digest(table, [(column.as_str(), value)].into_iter()))
            })
        });
        inside && !stays
    }
}

/// A list that was read.
#[derive(Clone, Debug, Default)]
pub struct Erasures {
    /// By table and columns, in their order by name.
    known: BTreeMap<String, BTreeMap<Vec<String>, HashSet<[u8; 32]>>>,
    ranges: BTreeMap<String, Vec<Range>>,
    lines: usize,
}

impl Erasures {
    /// Reads a list.
    ///
    /// # Errors
    /// [`BackupError::Erased`]: a line that cannot be read is no line to pass over.
    pub fn read(text: &str) -> Result<Erasures, BackupError> {
        let mut erasures = Erasures::default();
        for (no, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let parts: Vec<&str> = line.split_whitespace().collect();
            if let [_, table, "range", words @ ..] = &parts[..] {
                let range = Range::read(words).ok_or(BackupError::Erased(no))?;
                let ranges = erasures.ranges.entry((*table).to_owned()).or_default();
                ranges.push(range);
                erasures.lines += 1;
                continue;
            }
            let [_, table, columns, hex] = parts[..] else {
                return Err(BackupError::Erased(no));
            };
            let digest = from_hex(hex).ok_or(BackupError::Erased(no))?;
            let columns = columns.split(',').map(str::to_owned).collect();
            let table = erasures.known.entry(table.to_owned()).or_default();
            table.entry(columns).or_default().insert(digest);
            erasures.lines += 1;
        }
        Ok(erasures)
    }

    /// How many lines it has.
    pub const fn len(&self) -> usize {
        self.lines
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// Whether a row is covered.
    pub(super) fn covers(&self, table: &str, columns: &[String], row: &[Param<'_>]) -> bool {
        let ranges = self.ranges.get(table).into_iter().flatten();
        if ranges
            .clone()
            .any(|range| range.covers(table, columns, row))
        {
            return true;
        }
        let Some(lists) = self.known.get(table) else {
            return false;
        };
        lists.iter().any(|(wanted, digests)| {
            let values: Option<Vec<(&str, Param<'_>)>> = wanted
                .iter()
                .map(|name| {
                    let at = columns.iter().position(|column| column == name)?;
                    Some((name.as_str(), *row.get(at)?))
                })
                .collect();
            values.is_some_and(|values| digests.contains(&digest(table, values.into_iter())))
        })
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_covers_its_rows_and_no_others_and_names_nobody() {
        let values = [
            ("pupil_no", Param::Int(7)),
            ("name", Param::Text("ZZNAMEZZ")),
        ];
        let rows = ErasedRows {
            table: "mark_fact",
            values: &values,
        };
        let mut list = b"# a list\n\n".to_vec();
        note_erased(&mut list, Instant(0), &[rows]).unwrap();
        let text = String::from_utf8(list).unwrap();
        assert!(!text.contains("ZZNAMEZZ") && text.contains(" mark_fact name,pupil_no "));
        let erasures = Erasures::read(&text).unwrap();
        assert_eq!(erasures.len(), 1);
        let columns = ["pupil_no", "day", "name"].map(str::to_owned);
        let covers = |table: &str, pupil: i64, day: i64, name: &str| {
            let row = [pupil.into(), day.into(), name.into()];
            erasures.covers(table, &columns, &row)
        };
        assert!(covers("mark_fact", 7, 1, "ZZNAMEZZ"));
        assert!(covers("mark_fact", 7, 2, "ZZNAMEZZ"));
        assert!(!covers("mark_fact", 8, 1, "ZZNAMEZZ"));
        assert!(!covers("mark_fact", 7, 1, "other"));
        assert!(!covers("lesson_fact", 7, 1, "ZZNAMEZZ"));
    }

    #[test]
    fn a_range_covers_its_numbers_but_for_who_is_left_out() {
        let mut list = Vec::new();
        let range = |from, except| ErasedRange {
            table: "mark_fact",
            column: "day",
            from,
            to: 20,
            except,
        };
        let held = Some(("pupil_no", vec![7, 9]));
        note_erased_range(&mut list, Instant(0), &range(None, held)).unwrap();
        let erasures = Erasures::read(&String::from_utf8(list).unwrap()).unwrap();
        let columns = ["pupil_no", "day"].map(str::to_owned);
        let covers = |erasures: &Erasures, pupil: i64, day: i64| {
            erasures.covers("mark_fact", &columns, &[pupil.into(), day.into()])
        };
        assert!(covers(&erasures, 8, 19) && covers(&erasures, 8, -5));
        assert!(!covers(&erasures, 8, 20) && !covers(&erasures, 7, 19) && !covers(&erasures, 9, 1));
        let mut list = Vec::new();
        note_erased_range(&mut list, Instant(0), &range(Some(10), None)).unwrap();
        let erasures = Erasures::read(&String::from_utf8(list).unwrap()).unwrap();
        assert!(covers(&erasures, 7, 10) && !covers(&erasures, 7, 9));
        for bad in [
            "day 1",
            "day x 2",
            "day - 2 pupil_no",
            "day - 2 pupil_no zz",
        ] {
            let line = format!("2026-01-01T00:00:00Z mark_fact range {bad}");
            assert!(Erasures::read(&line).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told() {
        let good = format!("2026-01-01T00:00:00Z t a {}", "ab".repeat(32));
        assert!(Erasures::read(&good).is_ok());
        for bad in [
            "half a line",
            &good[..good.len() - 1],
            &good.replace('b', "g"),
        ] {
            let text = format!("{good}\n{bad}\n");
            let refused = Erasures::read(&text);
            assert!(matches!(refused, Err(BackupError::Erased(2))), "{bad}");
        }
    }
}
