//! The policy as the program prints it.
//!
//! Invariant: the matrix is whole: every role, class, verb and relation has one row.

use crate::cast::{Lasna, municipality, on_both};
use std::collections::BTreeSet;
use std::process::Command;

fn lasna(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lasna"))
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_matrix_is_printed_whole() {
    let rows: serde_json::Value =
        serde_json::from_str(&lasna(&["access", "matrix", "--json"])).unwrap();
    let rows = rows.as_array().unwrap();
    let of =
        |key: &str| -> BTreeSet<String> { rows.iter().map(|row| row[key].to_string()).collect() };
    let cells = of("role").len() * of("class").len() * of("action").len() * of("relation").len();
    assert_eq!(rows.len(), cells);
    assert!(cells > 5_000, "{cells}");
    let allowed: Vec<_> = rows.iter().filter(|row| row["allowed"] == true).collect();
    for row in rows {
        let words = row.as_object().unwrap();
        let keys: Vec<&str> = words.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "role", "class", "action", "relation", "purpose", "allowed", "reason"
            ]
        );
        assert_eq!(row["allowed"] == false, row["reason"] == "no_right");
        assert_eq!(row["allowed"] == false, row["purpose"].is_null());
    }
    let text = lasna(&["access", "matrix"]);
    assert_eq!(text.lines().count(), allowed.len());
    let line = "teacher may write marks by teaches, for education: own_lesson";
    assert!(text.lines().any(|printed| printed == line));
    println!("{cells} cells, {} allowed", allowed.len());
}

/// Ids of two pupils and of two guardians of the made municipality.
fn people(files: &std::path::Path) -> [String; 4] {
    let roster = std::fs::File::open(files.join("roster.zip")).unwrap();
    let mut roster = zip::ZipArchive::new(roster).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut roster.by_name(name).unwrap(), &mut text).unwrap();
        text
    };
    let (users, roles) = (text("users.csv"), text("roles.csv"));
    let mut reader = csv::Reader::from_reader(users.as_bytes());
    let ids: Vec<String> = reader
        .records()
        .map(|row| row.unwrap()[0].to_owned())
        .collect();
    let of = |role: &str| -> Vec<String> {
        let has = |id: &&String| {
            let cell = format!(",{id},");
            let mut own = roles.lines().filter(|line| line.contains(&cell));
            own.any(|line| line.contains(role))
        };
        ids.iter().filter(has).take(2).cloned().collect()
    };
    let (pupils, adults) = (of("student"), of("guardian"));
    [
        pupils[0].clone(),
        pupils[1].clone(),
        adults[0].clone(),
        adults[1].clone(),
    ]
}

#[test]
fn families_and_protected_people_come_from_files_whole_or_not_at_all() {
    let files = municipality(60, 6);
    on_both("families", |lasna: &Lasna| {
        lasna.import(&[files.path()]);
        let [child, other, adult, second] = people(files.path());
        let head = "child,adult,kind,decides,informed,from,to,source,contact";
        let all = "attendance support welfare";
        let write = |name: &str, text: &str| {
            std::fs::write(lasna.path(name), text).unwrap();
            lasna.path(name).display().to_string()
        };
        let good = write(
            "relations.csv",
            &format!(
                "{head}\n{child},{adult},guardian,{all},{all},,,register,yes\n\
                 {other},{second},informed,,attendance,2026-08-01,2027-06-30,court,no\n"
            ),
        );
        let done = lasna.json(&["access", "relations", &good]);
        assert_eq!((&done["lines"], &done["added"]), (&2.into(), &2.into()));
        let again = lasna.json(&["access", "relations", &good]);
        assert_eq!(again["added"], 0);
        let bad = write(
            "bad.csv",
            &format!(
                "{head}\n{child},{adult},aunt,money,,2026-13-01,,hearsay,maybe\n\
                 nobody,{second},other,,,,,document,no\n"
            ),
        );
        let wrong = lasna.json_with_code(&["access", "relations", &bad], 1);
        let told: Vec<_> = wrong
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (
                    row["line"].as_u64().unwrap(),
                    row["column"].as_str().unwrap(),
                )
            })
            .collect();
        let columns = ["kind", "decides", "from", "source", "contact"];
        assert_eq!(told, columns.map(|column| (2, column)));
        // What a line says is not repeated: it may be a name in the wrong column.
        assert!(!wrong.to_string().contains("hearsay"));
        let unknown = write(
            "unknown.csv",
            &format!("{head}\nnobody,{second},other,,,,,document,no\n"),
        );
        let wrong = lasna.json_with_code(&["access", "relations", &unknown], 1);
        assert_eq!(
            (&wrong[0]["line"], &wrong[0]["column"]),
            (&2.into(), &"child".into())
        );
    });
}

#[test]
fn a_protected_pupil_is_in_no_figures_while_the_register_says_so() {
    let files = municipality(60, 6);
    on_both("protected", |lasna: &Lasna| {
        lasna.import(&[files.path()]);
        let [child, other, ..] = people(files.path());
        let write = |name: &str, text: &str| {
            std::fs::write(lasna.path(name), text).unwrap();
            lasna.path(name).display().to_string()
        };
        // A protected pupil is in no list and no file from then on.
        let listed = |id: &str| {
            let level = ["figures", "--level", "pupil", "--as-of", "2027-03-10"];
            let rows = lasna.json(&level);
            rows.to_string().contains(&format!("\"{id}\""))
        };
        assert!(listed(&child));
        let answer = write(
            "protected.csv",
            &format!("person,from,to,facts\n{child},,,\"Salakuja 7, 040 555 0199\"\n"),
        );
        lasna.json(&["access", "protected", &answer]);
        assert!(!listed(&child) && listed(&other));
        let none = write("nobody.csv", "person,from,to,facts\n");
        lasna.json(&["access", "protected", &none]);
        assert!(listed(&child));
        let lost = write("lost.csv", "person,from\n");
        let wrong = lasna.json_with_code(&["access", "protected", &lost], 1);
        assert_eq!(wrong.as_array().unwrap().len(), 2);
    });
}
