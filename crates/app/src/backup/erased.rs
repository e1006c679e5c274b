//! What was erased for good, so that an older backup does not bring it back.
//!
//! A line is `instant table columns digest`, parted by spaces: the digest is of the values that these
//! columns have in the rows that were erased, so that the list itself names nobody. A line without all
//! columns of the key covers every row with these values.
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
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(list, "{at} {} {} {hex}", rows.table, columns.join(","))?;
    }
    list.flush()
}

/// A list that was read.
#[derive(Clone, Debug, Default)]
pub struct Erasures {
    /// By table and columns, in their order by name.
    known: BTreeMap<String, BTreeMap<Vec<String>, HashSet<[u8; 32]>>>,
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
