//! Each limit is crossed once, and kept once.
//!
//! Invariant: what crosses a limit ends the reading with one fatal finding.

use crate::bundle::{Files, short};
use lasna_formats::finding::Finding;
use lasna_formats::limits::Limits;
use lasna_formats::oneroster::{FileKind, read_bundle};
use lasna_formats::rows::{Collected, Flow, Placed, Sink};
use std::io::Cursor;

fn many_orgs(count: usize) -> Files {
    let mut files = Files::minimal();
    let rows: String = (0..count)
        .map(|n| format!("o{n},,,Unit,department,,\n"))
        .collect();
    files.edit("orgs.csv", "muni1,,", &format!("{rows}muni1,,"));
    files
}

fn crossed(files: &Files, limits: Limits) -> Vec<String> {
    let mut sink = Collected::default();
    let outcome = read_bundle("b.zip", Cursor::new(files.zip()), &limits, &mut sink);
    assert_eq!(outcome.fatal, !sink.findings.is_empty());
    short(&sink.findings)
}

#[test]
fn bytes() {
    let files = Files::minimal();
    let users = files.0[5].1.len() as u64;
    assert!(
        files
            .0
            .iter()
            .all(|(_, text)| text.len() as u64 <= users.max(700))
    );
    let limits = Limits {
        bytes_max: users.max(700),
        ..Limits::default()
    };
    assert_eq!(crossed(&files, limits), [""; 0]);
    let limits = Limits {
        bytes_max: 2_000,
        ..Limits::default()
    };
    assert_eq!(crossed(&many_orgs(500), limits), ["X01 orgs.csv:0 F"]);
}

#[test]
fn rows() {
    // Two rows are there already.
    let limits = Limits {
        rows_max: 30,
        ..Limits::default()
    };
    assert_eq!(crossed(&many_orgs(28), limits), [""; 0]);
    assert_eq!(crossed(&many_orgs(29), limits), ["X02 orgs.csv:0 F"]);
}

#[test]
fn ratio() {
    let mut files = Files::minimal();
    files.edit("orgs.csv", "Mallikoulu", &" ".repeat(60_000));
    let limits = Limits {
        ratio_max: 20,
        ..Limits::default()
    };
    assert_eq!(crossed(&files, limits), ["X03 orgs.csv:0 F"]);
    assert_eq!(crossed(&Files::minimal(), limits), [""; 0]);
}

#[test]
fn field() {
    let mut files = Files::minimal();
    files.edit("roles.csv", "teacher", &"t".repeat(301));
    let limits = Limits {
        field_bytes_max: 300,
        ..Limits::default()
    };
    assert_eq!(crossed(&files, limits), ["X05 roles.csv:3 F"]);
    files.edit("roles.csv", "tttttttttttttttttttttttt", "t");
    let mut sink = Collected::default();
    let outcome = read_bundle("b.zip", Cursor::new(files.zip()), &limits, &mut sink);
    assert_eq!(
        (outcome.fatal, short(&sink.findings)),
        (false, vec!["E11 roles.csv:3 R".to_owned()])
    );
}

/// Stops at its n-th row.
struct Sated(usize);

impl Sink for Sated {
    fn row(&mut self, _file: &str, _placed: Placed) -> Flow {
        self.0 -= 1;
        if self.0 == 0 { Flow::Stop } else { Flow::On }
    }

    fn read(&mut self, _file: &str, _kind: &'static str) {}

    fn finding(&mut self, _finding: Finding) -> Flow {
        Flow::On
    }
}

#[test]
fn a_sink_that_has_had_enough_is_obeyed() {
    for n in 1..=14 {
        let zip = Cursor::new(Files::minimal().zip());
        let outcome = read_bundle("b.zip", zip, &Limits::default(), &mut Sated(n));
        assert!(outcome.stopped && !outcome.fatal, "{n}");
        let read: u64 = outcome.files.values().map(|file| file.read).sum();
        assert_eq!(read, n as u64);
        assert_eq!(outcome.files.contains_key(&FileKind::Enrolments), n > 12);
    }
}
