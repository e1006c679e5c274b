//! Saved pages of lesson notes.
//!
//! What it is not: a test of a running register.
//!
//! Invariant: no name and no free text of a page reaches a row or a finding.

use super::{day, marks};
use lasna_domain::calendar::{Day, TimeOfDay};
use lasna_formats::finding::Severity;
use lasna_formats::limits::Limits;
use lasna_formats::rows::{Collected, RowAbout};
use lasna_formats::sis::{read_mapping, wilma};
use proptest::prelude::*;
use std::path::PathBuf;

fn page(name: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("LASNA_SHARED")
        .map_or_else(|| PathBuf::from("../../../shared"), PathBuf::from);
    let bytes = std::fs::read(root.join("data/wilma").join(name)).ok();
    if bytes.is_none() {
        println!("skipped: {name} is not in the shared data; set LASNA_SHARED");
    }
    bytes
}

fn notes(html: &[u8], mapping: &str, year_of: Option<Day>) -> (Collected, wilma::PageOutcome) {
    let mapping = read_mapping(&format!("[mapping]\nversion = 1\n{mapping}")).unwrap();
    let of = wilma::PageOf {
        pupil: "p1",
        school: None,
        year_of,
    };
    let mut sink = Collected::default();
    let limits = Limits::default();
    let outcome = wilma::read_lesson_notes("page", html, &of, &mapping, &limits, &mut sink);
    (sink, outcome)
}

#[test]
fn a_saved_page_of_lesson_notes_is_read() {
    let Some(html) = page("lesson_notes.html") else {
        return;
    };
    let (sink, outcome) = notes(&html, "", None);
    // 14 marks, of which 5 are notes on behaviour, 2 comments, 1 late, 1 elsewhere, 5 absences.
    assert_eq!(
        (outcome.marks, outcome.behaviour, outcome.absences),
        (14, 5, 5)
    );
    assert_eq!((outcome.printed_total, outcome.fatal), (Some(5), false));
    let absences: Vec<String> = marks(&sink)
        .iter()
        .filter(|mark| mark.kind.unwrap().is_absence())
        .map(|mark| {
            format!(
                "{} {} {:?}",
                mark.source_code,
                mark.day,
                mark.kind.unwrap().minutes()
            )
        })
        .collect();
    assert_eq!(
        absences,
        [
            "01 2018-02-27 Some(45)",
            "01 2018-02-19 Some(45)",
            "01 2018-02-16 Some(45)",
            "21 2018-02-14 Some(45)",
            "112 2017-10-13 Some(45)",
        ]
    );
    let first = marks(&sink)[1];
    let class = Some("MA2".to_owned());
    assert_eq!(
        first.about,
        RowAbout::Lesson {
            class,
            start: TimeOfDay(600)
        }
    );
    assert!(
        sink.findings
            .iter()
            .all(|f| f.severity == Severity::Warning && f.code != "H07")
    );
    assert!(
        sink.findings
            .iter()
            .any(|f| f.code == "H05" && f.message.starts_with("5 "))
    );
    let all = format!("{sink:?}");
    for dropped in ["Blackburn", "aktiivista", "parantunut", "poistettu"] {
        assert!(!all.contains(dropped), "{dropped}");
    }
    // The mapping goes before the proposal, by code or by label.
    let mapping = "[codes.21]\npresence = \"elsewhere\"\n[codes.\"Myöhästyminen\"]\nignore = true";
    assert_eq!(notes(&html, mapping, None).1.absences, 4);
    // Of the school year 2017–2018 all are, of the next none.
    let (sink, outcome) = notes(&html, "", Some(day("2018-12-01")));
    assert_eq!((outcome.absences, sink.rows.len()), (0, 0));
    assert!(sink.findings.iter().any(|f| f.code == "H10"));
    assert_eq!(notes(&html, "", Some(day("2018-01-01"))).1.absences, 5);
    let text = String::from_utf8(html)
        .unwrap()
        .replace("Luvaton poissaolo</td>", "Selvitetty</td>");
    let (sink, outcome) = notes(text.as_bytes(), "", None);
    let refused: Vec<&str> = sink
        .findings
        .iter()
        .map(|f| f.code)
        .filter(|c| *c == "H01")
        .collect();
    assert_eq!((refused.len(), outcome.absences), (1, 4));
    assert!(sink.findings.iter().any(|f| f.code == "H07"));
}

#[test]
fn pages_that_are_not_lesson_notes_are_refused_and_empty_ones_are_not() {
    if let Some(html) = page("lesson_notes_empty.html") {
        let (sink, outcome) = notes(&html, "", None);
        assert_eq!((outcome, sink), Default::default());
    }
    let deep = "<div>".repeat(100);
    let table = "<table class=attendance-single><thead><tr><th>9</table>";
    let wide = "<table class=attendance-single><thead><tr><th colspan=2>9</table>";
    for (html, code) in [
        (&b"<p>x"[..], Some("H04")),
        (b"\xFF", Some("H11")),
        (deep.as_bytes(), Some("X04")),
        (table.as_bytes(), None),
        (wide.as_bytes(), Some("H04")),
    ] {
        let (sink, outcome) = notes(html, "", None);
        assert_eq!(
            (sink.findings.first().map(|f| f.code), outcome.fatal),
            (code, code.is_some())
        );
    }
}

proptest! {
    #[test]
    fn any_page_is_read_or_refused(parts in proptest::collection::vec(0_usize..12, 0..60)) {
        let words = [
            "<table class=attendance-single>", "<thead>", "<tr>", "<th colspan=2>8", "<th>9",
            "<col style='width:4.22%'>", "</table>", "<tbody>", "<td class='event at-tp1'>",
            "<td colspan=999>", "<div class=legend>", "1.9.2026",
        ];
        let html: String = parts.into_iter().map(|at| words[at]).collect();
        let (sink, outcome) = notes(html.as_bytes(), "", None);
        let refused = sink.findings.iter().filter(|f| f.severity == Severity::Rejected).count();
        prop_assert_eq!(outcome.marks as usize, refused + sink.rows.len());
    }
}
