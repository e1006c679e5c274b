//! Exit codes, help, and what goes to standard output.
//!
//! Invariant: 0 ok, 1 problems found, 2 usage, 78 configuration.

use crate::cast::{Lasna, municipality, run_bare};
use std::fs;

#[test]
fn help_begins_with_examples() {
    let run = run_bare(&["--help"]);
    let help = run.ok();
    assert!(help.starts_with("Examples:"), "{help}");
    for command in [
        "simulate",
        "import",
        "figures",
        "watch-list",
        "explain",
        "export",
    ] {
        assert!(help.contains(command), "{command}");
    }
    for secret in ["--password", "--token", "--secret"] {
        assert!(!help.contains(secret), "{secret}");
    }
}

#[test]
fn a_wrong_command_line_is_2() {
    for args in [
        &["no-such-command"][..],
        &["figures"],
        &["figures", "--level", "planet"],
        &["import"],
        &["simulate", "--pupils", "many", "--seed", "1", "--out", "x"],
        &[
            "figures",
            "--level",
            "class",
            "--data",
            "a",
            "--database",
            "b",
        ],
    ] {
        let run = run_bare(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert_eq!(run.out, "", "{args:?}");
    }
    let sides = [
        "--data",
        "a",
        "model",
        "list",
        "--database",
        "postgres://localhost/b",
    ];
    assert_eq!(run_bare(&sides).code, 2);
}

#[test]
fn what_cannot_be_read_is_1_with_its_place() {
    let lasna = Lasna::on_sqlite();
    let run = lasna.run(&["import", "/no/such/file.csv"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("/no/such/file.csv"), "{}", run.err);
    let run = lasna.run(&["figures", "--level", "school", "--as-of", "16.10.2026"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("--as-of 16.10.2026"), "{}", run.err);
    assert_eq!(run.out, "");
}

#[test]
fn a_wrong_set_up_is_78() {
    let lasna = Lasna::on_sqlite();
    let file = lasna.path("a-file");
    fs::write(&file, "no folder").unwrap();
    let place = file.to_str().unwrap();
    let run = run_bare(&["doctor", "--data", place]);
    assert_eq!(run.code, 78, "{}", run.err);
    for url in ["mysql://localhost/x", "postgres://db.example.org/lasna"] {
        let run = run_bare(&["doctor", "--database", url]);
        assert_eq!(run.code, 78, "{url}: {}", run.err);
    }
    // A server that is down is no matter of the set-up.
    let run = run_bare(&["doctor", "--database", "postgres://lasna@127.0.0.1:1/none"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("cannot be reached"), "{}", run.err);
}

#[test]
fn a_password_in_an_address_is_never_printed() {
    let url = "postgres://lasna:kirsikka@127.0.0.1:1/none";
    let run = run_bare(&["doctor", "--json", "--database", url]);
    assert!(!run.err.contains("kirsikka") && !run.out.contains("kirsikka"));
    let help = crate::cast::bare(&["--help"])
        .env("LASNA_DATABASE", url)
        .output()
        .unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("kirsikka"));
}

#[test]
fn every_command_answers_one_document() {
    let files = municipality(60, 6);
    let day = crate::cast::as_of(files.path());
    let lasna = Lasna::on_sqlite();
    lasna.import(&[files.path()]);
    let out = lasna.path("out");
    let out = out.to_str().unwrap();
    for args in [
        &["figures", "--level", "pupil", "--as-of", &day][..],
        &["watch-list", "--as-of", &day],
        &["explain", "s0001-p0001", "--as-of", &day],
        &["export", "--out", out],
        &["model", "list"],
        &["mapping", "list"],
        &["mapping", "show", "primus"],
        &["model", "guide", "sky-fi", "--lang", "sv"],
        &["model", "diff", "sky-fi", "england", "--lang", "fi"],
        &["model", "adopt", "sky-fi"],
        &["check", "--as-of", &day],
        &["doctor"],
        &["user", "add", "--role", "coordinator"],
        &["import", "undo", "1"],
    ] {
        let answer = lasna.json(args);
        assert!(answer.is_array() || answer.is_object(), "{args:?}");
    }
    let run = lasna.run(&["explain", "nobody", "--as-of", &day]);
    assert_eq!(run.code, 1, "{}", run.err);
}

#[test]
fn doctor_says_what_stands() {
    let lasna = Lasna::on_sqlite();
    let report = lasna.json(&["doctor"]);
    assert_eq!(report["ok"], true);
    assert_eq!(report["database"], "sqlite");
    assert_eq!(report["storage"], "sound");
    assert!(report["model"].as_str().unwrap().starts_with("sky-fi@"));
    // A file that is no database is said, and left as it is.
    let folder = lasna.path("other");
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(lasna.path("data")).unwrap() {
        let name = entry.unwrap().file_name();
        fs::write(folder.join(name), vec![7; 8192]).unwrap();
    }
    let run = run_bare(&["doctor", "--data", folder.to_str().unwrap()]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.err.contains("not a database"), "{}", run.err);
}
