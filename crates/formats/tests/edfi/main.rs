//! Ed-Fi interchange files: the shared data against counts made apart from this reader, and rules.
//!
//! What it is not: a test of what becomes of the rows.
//!
//! Invariant: the same bytes are read by every test, through [`read`].

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests, and a skipped test says so"
)]

mod rules;
mod shared;

use lasna_formats::edfi::{Outcome, read_interchange};
use lasna_formats::limits::Limits;
use lasna_formats::rows::{Collected, MarkRow, Row};

fn read_with(bytes: &[u8], limits: &Limits) -> (Collected, Outcome) {
    let mut sink = Collected::default();
    let outcome = read_interchange("f.xml", bytes, limits, &mut sink);
    (sink, outcome)
}

fn read(bytes: &[u8]) -> Collected {
    let (sink, outcome) = read_with(bytes, &Limits::default());
    assert_eq!(outcome, Outcome::default(), "{:?}", sink.findings);
    sink
}

fn marks(sink: &Collected) -> Vec<&MarkRow> {
    let mark = |(_, placed): &'_ (String, lasna_formats::rows::Placed)| {
        matches!(placed.value, Row::Mark(_))
    };
    assert!(sink.rows.iter().all(mark));
    let marks = sink
        .rows
        .iter()
        .filter_map(|(_, placed)| match &placed.value {
            Row::Mark(mark) => Some(mark),
            _ => None,
        });
    marks.collect()
}

fn count(sink: &Collected, code: &str) -> usize {
    sink.findings
        .iter()
        .filter(|finding| finding.code == code)
        .count()
}
