//! Register exports: mapping, the five tables, limits, rejected rows, and Wilma's page.
//!
//! What it is not: a test of what becomes of the rows. The saved pages are read from the shared
//! data.
//!
//! Invariant: every data row is a row, a refusal or counted as left out.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests, and a skipped test says so"
)]

mod mapping;
mod rejects;
mod tables;
mod wilma;

use lasna_domain::calendar::Day;
use lasna_formats::limits::Limits;
use lasna_formats::rows::{Collected, MarkRow, Row};
use lasna_formats::sis::{Mapping, Table, read_table};

fn read(table: Table, mapping: &Mapping, bytes: &[u8]) -> (Collected, bool) {
    let mut sink = Collected::default();
    let fatal = read_table(
        table,
        "f.csv",
        bytes,
        mapping,
        &Limits::default(),
        &mut sink,
    );
    (sink, fatal)
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn rows(sink: &Collected) -> Vec<&Row> {
    sink.rows.iter().map(|(_, placed)| &placed.value).collect()
}

fn marks(sink: &Collected) -> Vec<&MarkRow> {
    let marks = rows(sink).into_iter().filter_map(|row| match row {
        Row::Mark(mark) => Some(mark),
        _ => None,
    });
    marks.collect()
}

/// The text as an export in Latin-1 would have it.
fn latin_1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect()
}
