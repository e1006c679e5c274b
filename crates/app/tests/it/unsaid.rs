//! What findings and errors never say: names and identity codes.
//!
//! A marker stands where names and other personal words stand, in rows that are broken in every way
//! that a column allows. Source ids and codes of marks may be repeated, see
//! `lasna_formats::finding`.
//!
//! Invariant: the marker is in no text that is printed or logged.

use crate::files::Files;
use crate::town::{everything, roster};
use crate::{both, import, noon};
use lasna_app::import::{Options, Report};
use lasna_formats::finding::Finding;

const MARKER: &str = "ZZNAMEZZ";
/// Of the form of an identity code, of nobody.
const CODE: &str = "131052-308T";

fn told(report: &Report) -> Vec<String> {
    let text = |finding: &Finding| format!("{finding} {finding:?}");
    report
        .rejected
        .iter()
        .chain(&report.warnings)
        .map(text)
        .collect()
}

fn is_silent(report: &Report, word: &str, case: &str) {
    for text in told(report) {
        assert!(!text.contains(word), "{case}: {text}");
    }
}

/// A file's header and a good row of it, cut at the commas.
fn cut(files: &Files, file: &str) -> (Vec<String>, Vec<String>) {
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = files.text(file).lines();
    let header = cells(lines.next().unwrap());
    // Lists have commas of their own; the rows taken here have none.
    let row = lines.find(|line| !line.contains('"')).map(cells);
    let row = row.unwrap_or_else(|| vec![String::new(); header.len()]);
    assert_eq!(header.len(), row.len(), "{file}");
    (header, row)
}

/// The files with one row more, whose cell of a column is the word.
fn with_cell(files: &Files, file: &str, column: usize, word: &str) -> Files {
    let (_, mut row) = cut(files, file);
    row[column] = word.to_owned();
    files.clone().add(file, &row.join(","))
}

#[test]
fn a_name_in_a_wrong_column_of_a_register_is_not_repeated() {
    let files = everything();
    both("register", |node| {
        node.import(1, &files);
        let mut refused = 0;
        for file in [
            "calendar.csv",
            "lessons.csv",
            "registers.csv",
            "timetables.csv",
            "marks.csv",
        ] {
            let (header, _) = cut(&files, file);
            for (at, column) in header.iter().enumerate() {
                // A code of a mark is told, so that it can be put into the mapping.
                if file == "marks.csv" && column == "code" {
                    continue;
                }
                let case = format!("{file} {column}");
                for word in [MARKER, CODE, "Zznamezz Maija", "\"ZZNAMEZZ, Maija\""] {
                    let options = Options {
                        dry_run: true,
                        ..Options::default()
                    };
                    let files = with_cell(&files, file, at, word);
                    let report = import(&node.app(noon(2)), &files, options).unwrap();
                    for part in [MARKER, "Zznamezz", "Maija", CODE] {
                        is_silent(&report, part, &case);
                    }
                    refused += report.rejected.len();
                }
            }
        }
        assert!(refused > 60, "the rows are hardly broken: {refused}");
    });
}

#[test]
fn a_name_in_a_wrong_column_of_the_roster_is_not_repeated() {
    let files = roster();
    both("roster", |node| {
        let mut told_of = 0;
        for file in files.0.keys().filter(|name| *name != "manifest.csv") {
            let (header, _) = cut(&files, file);
            for (at, column) in header.iter().enumerate() {
                let case = format!("{file} {column}");
                let is_id = column.ends_with("sourcedId") || column.contains("SourcedId");
                // A plain word may be an id; with a blank it is none, and a code never is.
                let words: &[&str] = match is_id {
                    true => &["ZZNAMEZZ Maija", CODE],
                    false => &[MARKER, "ZZNAMEZZ Maija", CODE],
                };
                for word in words {
                    let options = Options {
                        dry_run: true,
                        ..Options::default()
                    };
                    let files = with_cell(&files, file, at, word);
                    let report = import(&node.app(noon(1)), &files, options).unwrap();
                    for part in [MARKER, "Maija", CODE] {
                        is_silent(&report, part, &case);
                    }
                    told_of += told(&report).len();
                }
            }
        }
        assert!(told_of > 60, "the rows are hardly broken: {told_of}");
    });
}

#[test]
fn errors_of_an_import_name_nobody() {
    both("errors", |node| {
        let named = |files: Files| files.replace("users.csv", ",Given", &format!(",{MARKER}"));
        node.import(1, &named(everything()));
        // The fuse: half of the pupils are gone.
        let mut files = named(roster());
        for n in 10..24 {
            files = files.without("users.csv", &format!("p{n},"));
        }
        let error = import(&node.app(noon(2)), &files, Options::default()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(MARKER), "{error:?}");
        // The store: a table refuses the rows.
        node.meddle("drop table person_version");
        let error = import(&node.app(noon(2)), &files, Options::default()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(MARKER), "{error:?}");
    });
}

#[test]
fn a_file_that_is_fatal_names_nobody() {
    both("fatal", |node| {
        let cases = [
            ("marks.csv", format!("pupil,{MARKER}\n{MARKER},x\n"), false),
            ("users.csv", format!("{MARKER},x\n{MARKER},x\n"), true),
            ("roster.zip", MARKER.to_owned(), false),
            (
                "mapping.toml",
                format!("[mapping]\n# {MARKER}\nversion = \n"),
                false,
            ),
        ];
        for (file, text, with_roster) in cases {
            let files = match with_roster {
                true => roster().with(file, &text),
                false => Files::one(file, &text),
            };
            let report = import(&node.app(noon(1)), &files, Options::default()).unwrap();
            assert!(report.is_fatal(), "{file}");
            // The name of a column that is not read is told, so that it can be mapped.
            let fatal = report.rejected.iter().map(|finding| &finding.message);
            for message in fatal {
                assert!(!message.contains(MARKER), "{file}: {message}");
            }
        }
    });
}
