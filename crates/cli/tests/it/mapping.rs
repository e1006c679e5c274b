//! A register export as it comes: other column names, semicolons, Latin-1, its own codes.
//!
//! Invariant: what the mapping does not say is refused, never guessed.

use crate::cast::{Lasna, municipality, run_bare};
use std::fs;

/// Bytes in Latin-1.
fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

#[test]
fn a_preset_is_printed_checked_and_used() {
    let names = run_bare(&["mapping", "list", "--json"]).json(0);
    assert_eq!(names, serde_json::json!(["canonical", "primus"]));
    for name in ["canonical", "primus"] {
        let run = run_bare(&["mapping", "show", name]);
        let text = run.ok().to_owned();
        let lasna = Lasna::on_sqlite();
        let checked = lasna.run_with_input(&["mapping", "check", "-"], text.as_bytes());
        assert!(checked.ok().contains("no problems"));
    }
    assert_eq!(run_bare(&["mapping", "show", "wilma"]).code, 1);
}

#[test]
fn a_broken_mapping_is_named_by_line_and_stops_its_tables_only_once() {
    let made = municipality(60, 6);
    let file = made.path().join("mapping.toml");
    let text = fs::read_to_string(&file).unwrap();
    let broken = text.replacen("presence = \"absent\"", "presence = \"gone\"", 1);
    fs::write(&file, &broken).unwrap();
    let lasna = Lasna::on_sqlite();
    let problems = lasna.json_with_code(&["mapping", "check", file.to_str().unwrap()], 1);
    let line = problems[0]["line"].as_u64().unwrap() as usize;
    assert!(
        broken.lines().nth(line - 1).unwrap().contains("gone"),
        "{problems}"
    );
    let report = lasna.import_with_code(&[made.path()], 1);
    assert!(report["import_id"].is_null());
    let files: Vec<&str> = report["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["mapping.toml"], "the tables are not blamed");
}

/// Our field and the register's column, as the preset names them.
fn columns_of(mapping: &str, table: &str) -> Vec<(String, String)> {
    let (_, part) = mapping.split_once(&format!("[{table}.columns]\n")).unwrap();
    let lines = part.lines().take_while(|line| line.contains('='));
    let pairs = lines.map(|line| line.split_once(" = ").unwrap());
    pairs
        .map(|(field, column)| (field.to_owned(), column.trim_matches('"').to_owned()))
        .filter(|(_, column)| !column.is_empty())
        .collect()
}

#[test]
fn a_finnish_export_is_read_with_its_columns_and_codes() {
    let made = municipality(60, 6);
    let lasna = Lasna::on_sqlite();
    lasna.import(&[made.path()]);
    let folder = lasna.path("primus");
    fs::create_dir(&folder).unwrap();
    let mapping = run_bare(&["mapping", "show", "primus"]);
    fs::write(folder.join("mapping.toml"), mapping.ok()).unwrap();
    let columns = columns_of(&mapping.out, "marks");
    assert!(
        columns.iter().any(|(_, name)| !name.is_ascii()),
        "{columns:?}"
    );

    let lessons = fs::read_to_string(made.path().join("lessons.csv")).unwrap();
    let lesson: Vec<&str> = lessons.lines().nth(1).unwrap().split(',').collect();
    let date: Vec<u32> = lesson[1]
        .split('-')
        .map(|part| part.parse().unwrap())
        .collect();
    let date = format!("{}.{}.{}", date[2], date[1], date[0]);
    let row = |pupil: &str, code: &str| {
        let cell = |field: &str| match field {
            "pupil" => pupil.to_owned(),
            "date" => date.clone(),
            "class" => lesson[0].to_owned(),
            "start" => lesson[2].to_owned(),
            "code" => code.to_owned(),
            _ => String::new(),
        };
        let cells: Vec<String> = columns.iter().map(|(field, _)| cell(field)).collect();
        cells.join(";") + "\n"
    };
    let header: Vec<&str> = columns.iter().map(|(_, name)| name.as_str()).collect();
    let text = header.join(";")
        + "\n"
        + &row("s0001-p0001", "Selvittämätön")
        + &row("s0001-p0002", "Tuntematon")
        + &row("s0001-p0003", "Terveydellisiin syihin liittyvä");
    fs::write(folder.join("marks.csv"), latin1(&text)).unwrap();
    let report = lasna.import_with_code(&[&folder], 1);
    let marks = &report["kinds"]["marks"];
    assert_eq!(
        (marks["read"].as_u64(), marks["rejected"].as_u64()),
        (Some(3), Some(1))
    );
    let finding = &report["rejected"][0];
    assert_eq!(
        (&finding["code"], &finding["row"]),
        (&"C02".into(), &3.into())
    );
    // The source writes down exceptions only.
    assert_eq!(report["kinds"]["settings"]["changed"], 1);
    let facts = String::from_utf8(lasna.export()[1].clone()).unwrap();
    let said = |pupil: &str, what: &str| {
        let about = format!("mark,{pupil},{},{}", lesson[1], lesson[2]);
        facts
            .lines()
            .any(|line| line.starts_with(&about) && line.contains(what))
    };
    assert!(said("s0001-p0001", ",absent,unresolved,"), "{facts}");
    assert!(said("s0001-p0003", ",absent,authorised,"));
}
