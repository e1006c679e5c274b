//! Models from the command line.
//!
//! Invariant: a file with problems is never put in force.

use crate::cast::{Lasna, run_bare};
use serde_json::Value;
use std::fs;

#[test]
fn every_preset_passes_the_check_and_tells_itself() {
    let names = run_bare(&["model", "list", "--json"]).json(0);
    let names: Vec<&str> = names
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_str().unwrap())
        .collect();
    assert!(names.len() >= 19, "{names:?}");
    for name in names {
        let problems = run_bare(&["model", "check", name, "--json"]).json(0);
        assert_eq!(problems, Value::Array(Vec::new()), "{name}");
        for language in ["fi", "sv", "en"] {
            let run = run_bare(&["model", "guide", name, "--lang", language]);
            let guide = run.ok();
            assert!(guide.starts_with("# "), "{name} {language}");
            assert!(guide.lines().count() > 10, "{name} {language}");
        }
    }
}

#[test]
fn a_broken_file_names_line_column_and_mend() {
    let lasna = Lasna::on_sqlite();
    let file = lasna.path("broken.toml");
    let text = lasna_formats::model::preset("sky-fi").unwrap();
    let broken = text.replacen("percent = ", "precent = ", 1);
    assert_ne!(text, broken);
    fs::write(&file, &broken).unwrap();
    let path = file.to_str().unwrap();
    let problems = lasna.json_with_code(&["model", "check", path], 1);
    let first = &problems[0];
    let line = first["line"].as_u64().unwrap() as usize;
    assert!(
        broken.lines().nth(line - 1).unwrap().contains("precent"),
        "{problems}"
    );
    assert!(first["column"].as_u64().unwrap() > 1);
    assert!(!first["mend"].as_str().unwrap().is_empty());
    let refused = lasna.run(&["model", "adopt", path]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains(&format!("broken.toml:{line}:")),
        "{}",
        refused.err
    );
    assert_eq!(
        lasna.json(&["doctor"])["model"]
            .as_str()
            .unwrap()
            .split('@')
            .next(),
        Some("sky-fi")
    );
}

#[test]
fn an_adopted_model_is_the_one_in_force() {
    let lasna = Lasna::on_sqlite();
    lasna.run(&["model", "adopt", "england"]).ok();
    let model = lasna.json(&["doctor"])["model"].clone();
    assert!(model.as_str().unwrap().starts_with("england"), "{model}");
    // From standard input, too.
    let text = lasna_formats::model::preset("sky-fi").unwrap();
    lasna
        .run_with_input(&["model", "check", "-"], text.as_bytes())
        .ok();
}

#[test]
fn a_difference_is_said_in_sentences() {
    let run = run_bare(&[
        "model", "diff", "sky-fi", "sky-fi", "--lang", "fi", "--json",
    ]);
    let none = run.json(0);
    let run = run_bare(&[
        "model", "diff", "sky-fi", "england", "--lang", "fi", "--json",
    ]);
    let some = run.json(0);
    let (none, some) = (
        none.as_array().unwrap().len(),
        some.as_array().unwrap().len(),
    );
    assert!(some > none && none <= 1, "{none} {some}");
}
