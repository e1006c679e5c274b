//! OneRoster bundles: any bytes as a zip, and any texts as the files of a folder.
//!
//! Invariant: a reader ends, and says fatal exactly when one of its findings is.

#![no_main]

use lasna_formats::finding::Severity;
use lasna_formats::limits::Limits;
use lasna_formats::oneroster::{FileKind, MemoryFolder, Outcome, read_bundle, read_folder};
use lasna_formats::rows::Collected;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

const LIMITS: Limits = Limits {
    bytes_max: 1 << 20,
    rows_max: 10_000,
    ratio_max: 200,
    nesting_max: 64,
    field_bytes_max: 4 << 10,
};

fn check(outcome: &Outcome, sink: &Collected) {
    let fatal = sink
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Fatal);
    assert_eq!(outcome.fatal, fatal);
    let read: u64 = outcome.files.values().map(|file| file.read).sum();
    assert_eq!(read, sink.read.values().sum::<u64>());
}

fuzz_target!(|data: &[u8]| {
    let mut sink = Collected::default();
    let outcome = read_bundle("fuzz.zip", Cursor::new(data), &LIMITS, &mut sink);
    check(&outcome, &sink);

    // Parts between zero bytes are the files, the manifest first.
    let names = std::iter::once("manifest").chain(FileKind::ORDER.map(FileKind::name));
    let parts = data.split(|byte| *byte == 0);
    let files = names.zip(parts).filter(|(_, part)| !part.is_empty());
    let files = files
        .map(|(name, part)| (format!("{name}.csv"), part.to_vec()))
        .collect();
    let mut sink = Collected::default();
    let outcome = read_folder("fuzz", &mut MemoryFolder(files), &LIMITS, &mut sink);
    check(&outcome, &sink);
});
