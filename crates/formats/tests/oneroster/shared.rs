//! Three bundles of a vendor, counted by hand and by another program first.
//!
//! All three name a department as the school of their classes, so no class of theirs can be used.
//!
//! Invariant: a missing folder of shared data is said aloud, never passed over.

use crate::bundle::short;
use lasna_formats::limits::Limits;
use lasna_formats::oneroster::{FileKind, Mode, Outcome, Version, read_bundle};
use lasna_formats::rows::Collected;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

fn read(name: &str) -> Option<(Outcome, Collected)> {
    let shared = std::env::var_os("LASNA_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/oneroster").join(name);
    let Ok(zip) = File::open(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    let mut sink = Collected::default();
    let outcome = read_bundle(name, zip, &Limits::default(), &mut sink);
    Some((outcome, sink))
}

/// Findings by code, file and severity.
fn tally(sink: &Collected) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for finding in short(&sink.findings) {
        let (place, severity) = finding.rsplit_once(' ').unwrap();
        let (file, _) = place.rsplit_once(':').unwrap();
        *tally.entry(format!("{file} {severity}")).or_default() += 1;
    }
    tally
}

fn expect(found: BTreeMap<String, usize>, expected: &[(&str, usize)]) {
    let expected = expected
        .iter()
        .map(|(what, count)| ((*what).to_owned(), *count))
        .collect();
    assert_eq!(found, expected);
}

fn rows(sink: &Collected) -> BTreeMap<&'static str, usize> {
    let mut rows = BTreeMap::new();
    for (_, placed) in &sink.rows {
        *rows.entry(placed.value.kind()).or_default() += 1;
    }
    rows
}

fn read_counts(sink: &Collected) -> Vec<(&'static str, u64)> {
    sink.read
        .iter()
        .map(|(kind, count)| (*kind, *count))
        .collect()
}

const READ: [(&str, u64); 5] = [
    ("academicSessions", 5),
    ("classes", 2),
    ("enrollments", 6),
    ("orgs", 1),
    ("users", 6),
];

#[test]
fn the_minimal_bundle() {
    let Some((outcome, sink)) = read("catalyst_Test_minimal_data_set.zip") else {
        return;
    };
    assert!(!outcome.fatal);
    assert_eq!(outcome.version, Version::V1_1);
    assert_eq!(outcome.mode(FileKind::Users), Mode::Bulk);
    assert_eq!(read_counts(&sink), READ);
    expect(
        tally(&sink),
        &[
            ("E11 classes.csv W", 1),
            ("E11 users.csv W", 6),
            ("E15 classes.csv W", 2),
            ("E15 enrollments.csv R", 6),
            ("E20 classes.csv R", 2),
            ("E20 enrollments.csv R", 6),
            ("P01 users.csv W", 1),
            ("W06 users.csv W", 1),
            ("W07 users.csv W", 3),
        ],
    );
    let expected = [
        ("academicSessions", 5),
        ("orgs", 1),
        ("roles", 6),
        ("users", 6),
    ];
    assert_eq!(rows(&sink), BTreeMap::from(expected));
}

#[test]
fn the_full_bundle() {
    let Some((outcome, sink)) = read("catalyst_Test_full_data_set.zip") else {
        return;
    };
    assert!(!outcome.fatal);
    assert_eq!(
        outcome.mode(FileKind::Users),
        Mode::Delta,
        "its bulk rows have a status"
    );
    assert_eq!(read_counts(&sink), READ);
    expect(
        tally(&sink),
        &[
            ("E11 academicSessions.csv R", 1),
            ("E11 classes.csv W", 1),
            ("E11 users.csv W", 6),
            ("E15 academicSessions.csv W", 2),
            ("E15 classes.csv W", 2),
            ("E15 enrollments.csv R", 6),
            ("E15 orgs.csv W", 1),
            ("E16 academicSessions.csv W", 1),
            ("E16 classes.csv W", 1),
            ("E16 enrollments.csv W", 1),
            ("E16 orgs.csv W", 1),
            ("E16 users.csv W", 1),
            ("E17 users.csv W", 1),
            ("E18 academicSessions.csv W", 2),
            ("E18 users.csv W", 5),
            ("E20 classes.csv R", 2),
            ("E20 enrollments.csv R", 6),
            ("E21 classes.csv W", 1),
            ("P01 users.csv W", 4),
            ("W07 users.csv W", 3),
        ],
    );
    let expected = [
        ("academicSessions", 4),
        ("orgs", 1),
        ("roles", 6),
        ("users", 6),
    ];
    assert_eq!(rows(&sink), BTreeMap::from(expected));
}

#[test]
fn the_1_2_bundle_has_wrong_headers_and_gives_no_row() {
    let Some((outcome, sink)) = read("catalyst_v1p2_full_dataset.zip") else {
        return;
    };
    assert!(outcome.fatal);
    assert_eq!(outcome.version, Version::V1_2);
    assert!(sink.rows.is_empty() && sink.read.is_empty());
    expect(
        tally(&sink),
        &[
            ("E02 manifest.csv W", 3),
            ("E03 catalyst_v1p2_full_dataset.zip W", 1),
            ("E04 userprofiles.csv W", 1),
            ("E05 roles.csv F", 1),
            ("E05 users.csv F", 1),
        ],
    );
    let column = |file: &str| {
        let fatal = sink.findings.iter().find(|finding| finding.file == file);
        fatal.and_then(|finding| finding.column.clone())
    };
    assert_eq!(column("users.csv").as_deref(), Some("preferredGivenName"));
    assert_eq!(column("roles.csv").as_deref(), Some("dateLastModified"));
}
