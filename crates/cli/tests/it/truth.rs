//! Figures of the program against those that the simulation computed on its own.
//!
//! Invariant: every unit of every level agrees to the minute, also as known on earlier instants.

use crate::cast::{Lasna, municipality, on_both, read_json};
use serde_json::Value;
use std::collections::BTreeMap;

const FIELDS: [&str; 10] = [
    "possible",
    "present",
    "elsewhere",
    "authorised",
    "unauthorised",
    "unresolved",
    "unmarked",
    "late",
    "absent",
    "marked",
];

fn by_id(rows: &Value) -> BTreeMap<String, Vec<u64>> {
    let rows = rows.as_array().unwrap();
    let cells = |row: &Value| FIELDS.map(|field| row[field].as_u64().unwrap()).to_vec();
    rows.iter()
        .map(|row| (row["id"].as_str().unwrap().to_owned(), cells(row)))
        .collect()
}

/// Compares a level; returns how many units agreed.
fn agree(lasna: &Lasna, level: &str, true_rows: &Value, when: &[&str]) -> usize {
    let args = [&["figures", "--level", level], when].concat();
    let (ours, truth) = (by_id(&lasna.json(&args)), by_id(true_rows));
    assert!(!truth.is_empty());
    for (id, cells) in &truth {
        assert_eq!(ours.get(id), Some(cells), "{level} {id} {when:?}");
    }
    assert_eq!(ours.len(), truth.len(), "{level} {when:?}");
    truth.len()
}

#[test]
fn every_figure_is_the_true_one() {
    let files = municipality(400, 14);
    let truth = read_json(&files.path().join("truth.json"));
    let day = truth["as_of"].as_str().unwrap();
    on_both("truth", |lasna| {
        lasna.import(&[files.path()]);
        let mut units = 0;
        for level in ["provider", "school", "class", "pupil"] {
            units += agree(lasna, level, &truth["levels"][level], &["--as-of", day]);
        }
        let replays = truth["replays"].as_array().unwrap();
        assert!(replays.len() >= 2);
        for replay in replays {
            let when = [
                "--as-of",
                replay["as_of"].as_str().unwrap(),
                "--known-at",
                replay["known_at"].as_str().unwrap(),
            ];
            let provider = Value::Array(vec![replay["provider"].clone()]);
            units += agree(lasna, "provider", &provider, &when);
            units += agree(lasna, "school", &replay["school"], &when);
        }
        println!("{units} units agree");
    });
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (one, other) = (municipality(80, 5), municipality(80, 5));
    let mut names: Vec<_> = std::fs::read_dir(one.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        let read = |folder: &std::path::Path| std::fs::read(folder.join(&name)).unwrap();
        assert!(read(one.path()) == read(other.path()), "{name:?}");
    }
}

#[test]
fn a_list_row_is_explained_by_its_marks() {
    let files = municipality(1_200, 14);
    let day = crate::cast::as_of(files.path());
    let lasna = Lasna::on_sqlite();
    lasna.import(&[files.path()]);
    let list = lasna.json(&["watch-list", "--as-of", &day]);
    let list = list.as_array().unwrap();
    assert!(list.len() >= 3, "{}", list.len());
    for row in list.iter().take(10) {
        let pupil = row["pupil"].as_str().unwrap();
        let explained = lasna.json(&["explain", pupil, "--as-of", &day]);
        let marks = explained["marks"].as_array().unwrap();
        let absent =
            |mark: &&Value| ["absent", "removed"].contains(&mark["presence"].as_str().unwrap());
        let minutes: u64 = marks
            .iter()
            .filter(absent)
            .map(|mark| mark["minutes"].as_u64().unwrap())
            .sum();
        assert_eq!(minutes, explained["figures"]["absent"].as_u64().unwrap());
        assert_eq!(explained["figures"]["absent"], row["absent"]);
        let steps = explained["steps"].as_array().unwrap();
        assert!(steps.contains(row), "{row} is not among {steps:?}");
    }
    // A school's list is that part of the whole, also where pupils have moved between schools.
    let schools = lasna.json(&["figures", "--level", "school", "--as-of", &day]);
    let schools = schools.as_array().unwrap();
    assert!(schools.len() > 2, "{}", schools.len());
    for school in schools {
        let school = school["id"].as_str().unwrap();
        let part = lasna.json(&["watch-list", "--school", school, "--as-of", &day]);
        let expected: Vec<&Value> = list.iter().filter(|row| row["school"] == school).collect();
        let part: Vec<&Value> = part.as_array().unwrap().iter().collect();
        assert_eq!(part, expected, "{school}");
    }
}
