//! A mapping file to a [`Mapping`], or every mistake in it at once.
//!
//! What it is not: it does not look at the files that the mapping is for.
//!
//! Invariant: a mapping is given only where not one problem was found.

use super::super::columns::fields;
use super::super::table::Table;
use super::codes::read_codes;
use super::section::{Notes, Section, section};
use super::{CodeTable, DateForm, Encoding, Mapping, MappingProblem, Registers};
use lasna_domain::calendar::Instant;
use std::collections::BTreeMap;
use toml::de::DeTable;

/// Largest mapping file.
const BYTES_MAX: usize = 1 << 20;

/// Reads a mapping file.
///
/// ```
/// let text = "[mapping]\nversion = 1\n[codes.T]\npresence = \"elsewhere\"";
/// assert!(lasna_formats::sis::read_mapping(text).is_ok());
/// let problems = lasna_formats::sis::read_mapping("[mapping]\nversoin = 1").unwrap_err();
/// assert_eq!((problems[0].line, problems[0].code), (1, "P03"));
/// ```
///
/// # Errors
/// Every [`MappingProblem`], in the order of the text.
pub fn read_mapping(text: &str) -> Result<Mapping, Vec<MappingProblem>> {
    let mut notes = Notes::new(text);
    if text.len() > BYTES_MAX {
        notes.add(
            &(0..0),
            "P01",
            format!("the file has more than {BYTES_MAX} bytes"),
        );
        return Err(notes.list);
    }
    match DeTable::parse(text) {
        Ok(table) => {
            let mapping = read_root(&mut notes, table.get_ref());
            match mapping {
                Some(mapping) if notes.list.is_empty() => Ok(mapping),
                _ => Err(notes.sorted()),
            }
        }
        Err(fault) => {
            let message = fault
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            notes.add(
                &fault.span().unwrap_or(0..0),
                "P01",
                format!("not TOML: {message}"),
            );
            Err(notes.sorted())
        }
    }
}

fn read_root(notes: &mut Notes<'_>, root: &DeTable<'_>) -> Option<Mapping> {
    let root = Section {
        table: root,
        at: 0..0,
        name: "the file".to_owned(),
    };
    let mut known: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
    known.extend(["mapping", "codes", "code_table"]);
    root.only(notes, &known);
    let columns = read_columns(notes, &root);
    let first = root
        .section(notes, "codes")
        .map(|codes| read_codes(notes, &codes))
        .unwrap_or_default();
    let later = read_later(notes, &root);
    let Some(head) = root.section(notes, "mapping") else {
        if root.get("mapping").is_none() {
            notes.add(
                &root.at,
                "P03",
                "the file needs a [mapping] with its `version`",
            );
        }
        return None;
    };
    head.only(
        notes,
        &[
            "version",
            "encoding",
            "delimiter",
            "decimal",
            "date",
            "registers",
            "structure_known_from",
        ],
    );
    let version = head.version(notes);
    let encodings = [("utf-8", Encoding::Utf8), ("latin-1", Encoding::Latin1)];
    let dates = [
        ("yyyy-mm-dd", DateForm::YearMonthDay),
        ("d.m.yyyy", DateForm::DayMonthYear),
    ];
    let registers = [
        ("file", Registers::File),
        ("exceptions_only", Registers::ExceptionsOnly),
    ];
    let encoding = head.word(notes, "encoding", &encodings);
    let decimal = head.word(notes, "decimal", &[(".", '.'), (",", ',')]);
    let date = head.word(notes, "date", &dates);
    let registers = head.word(notes, "registers", &registers);
    let version = version?;
    let mut tables = vec![CodeTable {
        version: version.clone(),
        valid_from: None,
        codes: first,
    }];
    tables.extend(later);
    Some(Mapping {
        version,
        encoding: encoding.unwrap_or(Encoding::Utf8),
        delimiter: read_delimiter(notes, &head).unwrap_or(b','),
        decimal: decimal.unwrap_or('.'),
        date: date.unwrap_or(DateForm::YearMonthDay),
        registers: registers.unwrap_or(Registers::File),
        structure_known_from: read_instant(notes, &head),
        columns,
        tables,
    })
}

fn read_delimiter(notes: &mut Notes<'_>, head: &Section<'_, '_>) -> Option<u8> {
    let (text, at) = head.text(notes, "delimiter")?;
    match text.as_bytes() {
        [byte] if (byte.is_ascii_punctuation() && *byte != b'"') || *byte == b'\t' => Some(*byte),
        _ => {
            notes.add(
                &at,
                "P05",
                "`delimiter` must be one sign, like \",\", \";\" or \"\\t\"",
            );
            None
        }
    }
}

fn read_instant(notes: &mut Notes<'_>, head: &Section<'_, '_>) -> Option<Instant> {
    let (text, at) = head.text(notes, "structure_known_from")?;
    let instant = text.parse().ok();
    if instant.is_none() {
        let message = "`structure_known_from` must be an instant like \"2026-08-01T00:00:00Z\"";
        notes.add(&at, "P07", message);
    }
    instant
}

fn read_columns(
    notes: &mut Notes<'_>,
    root: &Section<'_, '_>,
) -> BTreeMap<(Table, &'static str), String> {
    let mut columns = BTreeMap::new();
    for table in Table::ALL {
        let Some(of_table) = root.section(notes, table.name()) else {
            continue;
        };
        of_table.only(notes, &["columns"]);
        let Some(list) = of_table.section(notes, "columns") else {
            continue;
        };
        let names: Vec<&str> = fields(table).iter().map(|field| field.name).collect();
        list.only(notes, &names);
        for field in fields(table) {
            let Some((column, at)) = list.text(notes, field.name) else {
                continue;
            };
            let column = column.trim();
            if column.is_empty() && field.required {
                notes.add(&at, "P03", format!("`{}` needs a column", field.name));
            }
            let again = !column.is_empty()
                && columns
                    .iter()
                    .any(|((of, _), taken)| *of == table && taken == column);
            if again {
                notes.add(&at, "P08", "two fields read the same column");
            }
            columns.insert((table, field.name), column.to_owned());
        }
    }
    columns
}

/// `[[code_table]]`: later tables, each with its first day, in their order of days.
fn read_later(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> Vec<CodeTable> {
    let Some(value) = root.get("code_table") else {
        return Vec::new();
    };
    let Some(list) = value.get_ref().as_array() else {
        notes.add(&value.span(), "P04", "write code tables as [[code_table]]");
        return Vec::new();
    };
    let mut tables: Vec<CodeTable> = Vec::new();
    for item in list.iter() {
        let Some(table) = section(notes, item, "[[code_table]]") else {
            continue;
        };
        table.only(notes, &["version", "valid_from", "codes"]);
        let version = table.version(notes);
        let from = table.day(notes, "valid_from");
        if table.get("valid_from").is_none() {
            notes.add(&table.at, "P03", "a [[code_table]] needs its `valid_from`");
        }
        let Some(codes) = table.section(notes, "codes") else {
            notes.add(&table.at, "P03", "a [[code_table]] needs its codes");
            continue;
        };
        let codes = read_codes(notes, &codes);
        let (Some(version), Some(from)) = (version, from) else {
            continue;
        };
        if tables.iter().any(|other| other.valid_from == Some(from)) {
            notes.add(&table.at, "P08", format!("two code tables begin on {from}"));
        }
        tables.push(CodeTable {
            version,
            valid_from: Some(from),
            codes,
        });
    }
    tables.sort_by_key(|table| table.valid_from);
    tables
}
