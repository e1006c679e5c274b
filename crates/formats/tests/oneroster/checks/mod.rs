//! A broken bundle for every numbered check, with all that is said of it.
//!
//! Invariant: expectations are complete lists: a finding too many fails as one too few does.

mod package;
mod references;
mod values;
mod versions;

use crate::bundle::{Files, short};
use lasna_formats::limits::Limits;
use lasna_formats::oneroster::{FileKind, Mode, Version};
use lasna_formats::rows::Row;

/// In a file, a text that is there, and what replaces it.
type Edit<'a> = (&'a str, &'a str, &'a str);

/// Edits the minimal bundle, reads it, and compares all findings.
fn check(edits: &[Edit<'_>], expected: &[&str]) -> Vec<Row> {
    let mut files = Files::minimal();
    for (file, from, to) in edits {
        files.edit(file, from, to);
    }
    check_files(&files, expected)
}

fn check_files(files: &Files, expected: &[&str]) -> Vec<Row> {
    let (outcome, sink) = files.read(&Limits::default());
    assert_eq!(short(&sink.findings), expected, "{:#?}", sink.findings);
    let fatal = expected.iter().any(|finding| finding.ends_with('F'));
    assert_eq!(outcome.fatal, fatal);
    for finding in &sink.findings {
        for name in ["Aino", "Esimerkki", "Kaisa", "Olli", "Opettaja"] {
            assert!(
                !finding.to_string().contains(name),
                "{finding} names a person"
            );
        }
    }
    sink.rows
        .into_iter()
        .map(|(_, placed)| placed.value)
        .collect()
}

fn kinds(rows: &[Row]) -> Vec<&'static str> {
    rows.iter().map(Row::kind).collect()
}

const USERS: &str = "users.csv";
const ROLES: &str = "roles.csv";
const ORGS: &str = "orgs.csv";
const SESSIONS: &str = "academicSessions.csv";
const CLASSES: &str = "classes.csv";
const COURSES: &str = "courses.csv";
const ENROLMENTS: &str = "enrollments.csv";
const MANIFEST: &str = "manifest.csv";

#[test]
fn the_minimal_bundle_has_no_finding() {
    let (outcome, sink) = Files::minimal().read(&Limits::default());
    assert_eq!(short(&sink.findings), [""; 0]);
    assert_eq!(outcome.version, Version::V1_2);
    assert!(FileKind::ORDER.iter().all(|kind| {
        let mode = if *kind == FileKind::Demographics {
            Mode::Absent
        } else {
            Mode::Bulk
        };
        outcome.mode(*kind) == mode
    }));
    let rows: Vec<Row> = sink
        .rows
        .into_iter()
        .map(|(_, placed)| placed.value)
        .collect();
    let kinds = kinds(&rows);
    let count = |kind| kinds.iter().filter(|known| **known == kind).count();
    let counts = [
        "orgs",
        "academicSessions",
        "courses",
        "classes",
        "users",
        "roles",
        "enrollments",
    ];
    assert_eq!(counts.map(count), [2, 2, 1, 1, 3, 3, 2]);
    let Row::User(pupil) = &rows[6] else {
        panic!("{:?}", rows[6])
    };
    assert_eq!(
        pupil.user_ids,
        [("OID".to_owned(), "1.2.246.562.24.1".to_owned())]
    );
    assert_eq!(
        (pupil.agents.as_slice(), pupil.grades.as_slice()),
        (&["grd1".to_owned()][..], &["7".to_owned()][..])
    );
    let Row::Enrolment(teacher) = &rows[13] else {
        panic!("{:?}", rows[13])
    };
    assert!(teacher.primary && teacher.to == Some("2026-12-23".parse().unwrap()));
}
