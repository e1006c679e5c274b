//! An import, again, only tried, and taken back.
//!
//! Invariant: what an import did not say it altered is byte for byte as before.

use crate::cast::{Lasna, as_of, municipality, on_both, read_json, sum};
use lasna_testkit::temp::folder;
use std::fs;
use std::path::Path;

/// A copy of a municipality's files.
fn copy_of(of: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(of).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Appends a line to a file of a folder.
fn append(path: &Path, line: &str) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, format!("{text}{line}\n")).unwrap();
}

/// Lines of a file without its header.
fn lines(path: &Path) -> u64 {
    fs::read_to_string(path).unwrap().lines().count() as u64 - 1
}

#[test]
fn the_same_files_twice_alter_nothing() {
    let files = municipality(120, 8);
    on_both("twice", |lasna| {
        let first = lasna.import(&[files.path()]);
        assert_eq!(first["import_id"], 1);
        assert_eq!(first["rejected"].as_array().unwrap().len(), 0);
        for (kind, file) in [("marks", "marks.csv"), ("lessons", "lessons.csv")] {
            let read = first["kinds"][kind]["read"].as_u64().unwrap();
            assert_eq!(read, lines(&files.path().join(file)), "{kind}");
        }
        let before = lasna.export();
        let second = lasna.import(&[files.path()]);
        assert!(second["import_id"].is_null(), "{second}");
        for column in ["added", "changed", "ended", "rejected"] {
            assert_eq!(sum(&second, column), 0, "{column}: {second}");
        }
        assert_eq!(sum(&second, "unchanged"), sum(&first, "read"));
        assert!(lasna.export() == before, "the export differs");
    });
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let files = municipality(60, 6);
    on_both("dry_run", |lasna| {
        let path = files.path().to_str().unwrap();
        let dry = lasna.json(&["import", "--dry-run", path]);
        assert!(dry["import_id"].is_null());
        let facts = String::from_utf8(lasna.export()[1].clone()).unwrap();
        assert_eq!(facts, "");
        let real = lasna.import(&[files.path()]);
        assert_eq!(dry["kinds"], real["kinds"]);
        assert_eq!(real["import_id"], 1);
    });
}

#[test]
fn an_undone_import_leaves_the_same_bytes() {
    let files = municipality(120, 8);
    let later = folder();
    copy_of(files.path(), later.path());
    let marks = fs::read_to_string(files.path().join("marks.csv")).unwrap();
    let first_mark = marks.lines().nth(1).unwrap();
    let cells: Vec<&str> = first_mark.split(',').collect();
    let about = cells[..6].join(",");
    append(
        &later.path().join("marks.csv"),
        &format!("{about},POIS-T,,,2026-11-30T10:00:00Z,"),
    );
    on_both("undo", |lasna| {
        lasna.import(&[files.path()]);
        let before = lasna.export();
        let report = lasna.import(&[later.path()]);
        assert_eq!(report["import_id"], 2);
        assert_eq!(sum(&report, "changed"), 1, "{report}");
        assert!(lasna.export() != before);
        // Only the newest can be undone.
        let refused = lasna.run(&["import", "undo", "1"]);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains("only the newest"), "{}", refused.err);
        lasna.run(&["import", "undo", "2"]).ok();
        assert!(lasna.export() == before, "the export differs");
        // What was taken back can be given again.
        let again = lasna.import(&[later.path()]);
        assert_eq!(again["import_id"], 3);
        assert_eq!(again["kinds"], report["kinds"]);
    });
}

#[test]
fn an_export_is_an_import() {
    let files = municipality(150, 12);
    on_both("round_trip", |lasna| {
        lasna.import(&[files.path()]);
        let out = lasna.path("out");
        lasna.run(&["export", "--out", out.to_str().unwrap()]).ok();
        let report = lasna.import(&[&out.join("roster.zip")]);
        assert!(report["import_id"].is_null(), "{report}");
        let elsewhere = Lasna::on_sqlite();
        fs::remove_file(out.join("facts.csv")).unwrap();
        let report = elsewhere.import(&[&out]);
        assert_eq!(report["rejected"].as_array().unwrap().len(), 0);
        assert!(
            elsewhere.export()[0] == lasna.export()[0],
            "the roster differs after a round trip"
        );
        let truth = read_json(&files.path().join("truth.json"));
        let now = truth["as_of"].as_str().unwrap();
        let mut whens = vec![vec!["--as-of", now]];
        for replay in truth["replays"].as_array().unwrap() {
            let [day, at] = ["as_of", "known_at"].map(|key| replay[key].as_str().unwrap());
            whens.push(vec!["--as-of", day, "--known-at", at]);
        }
        assert!(whens.len() >= 3);
        for when in whens {
            for level in ["provider", "class", "pupil"] {
                let ask = [&["figures", "--level", level], &when[..]].concat();
                assert_eq!(elsewhere.json(&ask), lasna.json(&ask), "{level} {when:?}");
            }
        }
    });
}

#[test]
fn a_file_from_standard_input_is_an_import_too() {
    let files = municipality(60, 6);
    let marks = fs::read(files.path().join("marks.csv")).unwrap();
    let without = folder();
    copy_of(files.path(), without.path());
    fs::remove_file(without.path().join("marks.csv")).unwrap();
    let (whole, parts) = (Lasna::on_sqlite(), Lasna::on_sqlite());
    whole.import(&[files.path()]);
    parts.import(&[without.path()]);
    let mapping = without.path().join("mapping.toml");
    let args = ["import", "-", "--stdin-name", "marks.csv"];
    let run = parts.run_with_input(&[&args[..], &[mapping.to_str().unwrap()]].concat(), &marks);
    run.ok();
    let day = as_of(files.path());
    for level in ["provider", "class", "pupil"] {
        let ask = ["figures", "--level", level, "--as-of", &day];
        assert_eq!(whole.json(&ask), parts.json(&ask), "{level}");
    }
}
