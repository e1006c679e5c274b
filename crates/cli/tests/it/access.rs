//! The policy as the program prints it.
//!
//! Invariant: the matrix is whole: every role, class, verb and relation has one row.

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
