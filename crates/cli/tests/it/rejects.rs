//! Rows that were refused: a file of them, mended, and fed in again.
//!
//! Invariant: what was right is applied, what was wrong is named by file, row, column and code.

use crate::cast::{Lasna, as_of, municipality};
use std::fs;

/// Replaces a cell of a row (1 is the first below the header); returns what was there.
fn spoil(path: &std::path::Path, row: usize, column: usize, value: &str) -> String {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut cells: Vec<&str> = lines[row].split(',').collect();
    let old = cells[column].to_owned();
    cells[column] = value;
    lines[row] = cells.join(",");
    fs::write(path, lines.join("\n") + "\n").unwrap();
    old
}

#[test]
fn refused_rows_are_mended_and_fed_in_again() {
    let (right, wrong) = (municipality(60, 6), municipality(60, 6));
    let marks = wrong.path().join("marks.csv");
    // pupil 0, school 1, date 2, class 3, start 4, ordinal 5, code 6
    let mends = [
        (3, 0, "nobody", "R01"),
        (5, 2, "31.2.2026", "R"),
        (8, 6, "=OMA()", "R"),
    ];
    let old: Vec<String> = mends
        .iter()
        .map(|(row, column, value, _)| spoil(&marks, *row, *column, value))
        .collect();
    let lasna = Lasna::on_sqlite();
    let rejects = lasna.path("rejects");
    let report = lasna.json_with_code(
        &[
            "import",
            wrong.path().to_str().unwrap(),
            "--rejects",
            rejects.to_str().unwrap(),
        ],
        1,
    );
    let refused = report["rejected"].as_array().unwrap();
    assert_eq!(refused.len(), 3, "{refused:?}");
    for (finding, (row, column, _, _)) in refused.iter().zip(&mends) {
        assert_eq!(finding["file"], "marks.csv");
        // As a spreadsheet shows it: the header is row 1.
        assert_eq!(finding["row"], *row as u64 + 1);
        let names = [
            "pupil", "school", "date", "class", "start", "ordinal", "code",
        ];
        assert_eq!(finding["column"], names[*column]);
        assert!(!finding["message"].as_str().unwrap().is_empty());
        assert!(!finding["code"].as_str().unwrap().is_empty());
    }
    assert_eq!(report["kinds"]["marks"]["rejected"], 3);

    let file = rejects.join("marks.rejected.csv");
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.lines().next().unwrap().ends_with(",problem"), "{text}");
    assert!(
        text.contains("'=OMA()"),
        "a formula reached a spreadsheet: {text}"
    );
    for (at, (_, column, _, _)) in mends.iter().enumerate() {
        spoil(&file, at + 1, *column, &old[at]);
    }
    let mapping = wrong.path().join("mapping.toml");
    let report = lasna.import(&[&mapping, &file]);
    assert_eq!(report["kinds"]["marks"]["read"], 3, "{report}");

    let whole = Lasna::on_sqlite();
    whole.import(&[right.path()]);
    let day = as_of(right.path());
    for level in ["provider", "class", "pupil"] {
        let ask = ["figures", "--level", level, "--as-of", &day];
        assert_eq!(whole.json(&ask), lasna.json(&ask), "{level}");
    }
}

#[test]
fn a_file_that_cannot_be_read_at_all_changes_nothing() {
    let files = municipality(60, 6);
    let lasna = Lasna::on_sqlite();
    lasna.import(&[files.path()]);
    let before = lasna.export();
    let marks = files.path().join("marks.csv");
    let text = fs::read_to_string(&marks).unwrap();
    let (header, rest) = text.split_once('\n').unwrap();
    let wrong_header = header.replacen("pupil", "oppilas", 1);
    fs::write(&marks, format!("{wrong_header}\n{rest}")).unwrap();
    let report = lasna.import_with_code(&[files.path()], 1);
    assert!(report["import_id"].is_null(), "{report}");
    assert_eq!(report["rejected"][0]["file"], "marks.csv");
    assert!(lasna.export() == before, "something was applied");
}

#[test]
fn names_of_people_are_in_no_message() {
    let files = municipality(60, 6);
    let lasna = Lasna::on_sqlite();
    let marks = files.path().join("marks.csv");
    spoil(&marks, 2, 0, "Maija Mehiläinen");
    spoil(&marks, 3, 0, "131052-308T");
    spoil(&marks, 4, 2, "Matti Meikäläinen");
    let args = ["import", files.path().to_str().unwrap()];
    let run = lasna.run(&args);
    assert_eq!(run.code, 1);
    for secret in ["Mehil", "131052", "Meik"] {
        assert!(
            !run.out.contains(secret) && !run.err.contains(secret),
            "{secret}"
        );
    }
    assert_eq!(
        run.out.matches("rejected: marks.csv").count(),
        3,
        "{}",
        run.out
    );
}

#[test]
fn where_refused_rows_cannot_go_nothing_is_applied() {
    let files = municipality(60, 6);
    spoil(&files.path().join("marks.csv"), 2, 0, "nobody");
    let lasna = Lasna::on_sqlite();
    let taken = lasna.path("a-file");
    fs::write(&taken, "").unwrap();
    let path = files.path().to_str().unwrap();
    let run = lasna.run(&["import", path, "--rejects", taken.to_str().unwrap()]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("a-file"), "{}", run.err);
    assert_eq!(lasna.export()[1], b"", "something was applied");
}
