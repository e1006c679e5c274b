//! Broken OneRoster bundles on the command line; each numbered check has its own in `formats`.
//!
//! Invariant: a fatal bundle changes nothing, a broken row refuses that row.

use crate::cast::{Lasna, municipality};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// The files of a bundle, by name.
fn unpack(zip: &Path) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(File::open(zip).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let name = entry.name().unwrap().into_owned();
        files.insert(name, text);
    }
    files
}

fn pack(files: &BTreeMap<String, String>, zip: &Path) {
    let mut writer = zip::ZipWriter::new(File::create(zip).unwrap());
    for (name, text) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

/// Imports a bundle after an edit; `(exit code, [(code, file, row)], import id is null)`.
fn import_edited(
    edit: impl Fn(&mut BTreeMap<String, String>),
) -> (Vec<(String, String, u64)>, bool) {
    let made = municipality(60, 6);
    let lasna = Lasna::on_sqlite();
    let mut files = unpack(&made.path().join("roster.zip"));
    edit(&mut files);
    let zip = lasna.path("roster.zip");
    pack(&files, &zip);
    let report = lasna.import_with_code(&[&zip], 1);
    let findings = report["rejected"].as_array().unwrap().iter();
    let short = |key: &str, f: &serde_json::Value| f[key].as_str().unwrap().to_owned();
    let short = findings.map(|f| {
        (
            short("code", f),
            short("file", f),
            f["row"].as_u64().unwrap(),
        )
    });
    (short.collect(), report["import_id"].is_null())
}

#[test]
fn a_missing_file_stops_the_bundle() {
    let (findings, nothing) = import_edited(|files| {
        files.remove("classes.csv").unwrap();
    });
    assert!(nothing);
    assert!(
        findings.iter().any(|(code, ..)| code == "E03"),
        "{findings:?}"
    );
}

#[test]
fn a_misspelt_header_stops_the_bundle() {
    let (findings, nothing) = import_edited(|files| {
        let users = files.get_mut("users.csv").unwrap();
        *users = users.replacen("givenName", "givenname", 1);
    });
    assert!(nothing);
    assert_eq!(findings, [("E05".into(), "users.csv".into(), 0)]);
}

#[test]
fn a_broken_row_is_named_and_the_rest_applied() {
    let (findings, nothing) = import_edited(|files| {
        let enrolments = files.get_mut("enrollments.csv").unwrap();
        let mut lines: Vec<String> = enrolments.lines().map(str::to_owned).collect();
        let mut cells: Vec<&str> = lines[4].split(',').collect();
        cells[3] = "no-such-class";
        lines[4] = cells.join(",");
        *enrolments = lines.join("\r\n") + "\r\n";
    });
    assert!(!nothing);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0], ("E15".into(), "enrollments.csv".into(), 5));
}

#[test]
fn a_bundle_that_lacks_many_pupils_needs_a_person() {
    let made = municipality(120, 6);
    let lasna = Lasna::on_sqlite();
    lasna.import(&[made.path()]);
    let before = lasna.export();
    let mut files = unpack(&made.path().join("roster.zip"));
    // A register that lost a third of its users, and all that belongs to them.
    let lost: Vec<String> = files["users.csv"]
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .map(|id| id.trim_matches('"').to_owned())
        .step_by(3)
        .collect();
    assert!(lost.len() > 20);
    for name in [
        "users.csv",
        "roles.csv",
        "enrollments.csv",
        "demographics.csv",
    ] {
        let text = files.get_mut(name).unwrap();
        // Of a user only the own id counts: who is an agent of somebody stays.
        let cells = if name == "users.csv" { 1 } else { usize::MAX };
        let kept = text.lines().filter(|line| {
            let mut cells = line
                .split(',')
                .take(cells)
                .map(|cell| cell.trim_matches('"'));
            !cells.any(|cell| lost.iter().any(|id| id == cell))
        });
        *text = kept.map(|line| format!("{line}\r\n")).collect();
    }
    let zip = lasna.path("roster.zip");
    pack(&files, &zip);
    let path = zip.to_str().unwrap();
    let stopped = lasna.run(&["import", path]);
    assert_eq!(stopped.code, 1);
    assert!(stopped.err.contains("--accept-ended"), "{}", stopped.err);
    assert!(lasna.export() == before, "something was applied");
    let report = lasna.json_with_code(&["import", path, "--accept-ended"], 0);
    assert!(report["kinds"]["users"]["ended"].as_u64().unwrap() >= 20);
    lasna.run(&["import", "undo", "2"]).ok();
    assert!(lasna.export() == before, "the undo left something");
}
