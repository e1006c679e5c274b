//! CSV files of a register: the first byte picks the table, the rest is the file.
//!
//! Invariant: the reader ends, and a fatal finding is what it says is fatal.

#![no_main]

use lasna_formats::finding::Severity;
use lasna_formats::limits::Limits;
use lasna_formats::rows::Collected;
use lasna_formats::sis::{Table, preset, read_table};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((pick, rest)) = data.split_first() else {
        return;
    };
    let Some(table) = Table::ALL.get(usize::from(*pick) % Table::ALL.len()) else {
        return;
    };
    let Some(mapping) = preset("canonical") else {
        return;
    };
    let limits = Limits {
        bytes_max: 1 << 20,
        rows_max: 10_000,
        ..Limits::default()
    };
    let mut sink = Collected::default();
    let fatal = read_table(*table, "fuzz.csv", rest, &mapping, &limits, &mut sink);
    let said = sink
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Fatal);
    assert_eq!(fatal, said);
});
