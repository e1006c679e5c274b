//! Accounts from the command line: made, listed, a new first password, ended.
//!
//! Invariant: a secret is printed by the command that makes it and by no other.

use crate::cast::{Lasna, municipality, on_both};

#[test]
fn accounts_are_listed_renewed_and_ended() {
    let files = municipality(60, 6);
    on_both("users", |lasna: &Lasna| {
        lasna.import(&[files.path()]);
        let machine = lasna.json(&["user", "add", "--role", "coordinator"]);
        let add = [
            "user",
            "add",
            "--role",
            "administrator",
            "--login",
            "Jukka",
            "--name",
            "Jukka Laine",
        ];
        let person = lasna.json(&add);
        let renewed = lasna.json(&["user", "password", "--login", "jukka"]);
        assert_eq!(renewed["no"], 2);
        assert_ne!(renewed["password"], person["password"]);
        assert!(renewed["password"].as_str().unwrap().len() >= 12);

        let text = lasna.run(&["user", "list"]);
        let lines: Vec<&str> = text.ok().lines().collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        let words = |line: &str| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(lines[0]), ["no", "role", "school", "login"]);
        assert_eq!(words(lines[1]), ["1", "coordinator", "-", "-"]);
        assert_eq!(words(lines[2]), ["2", "administrator", "-", "jukka"]);
        for secret in [&machine["token"], &person["password"], &renewed["password"]] {
            assert!(!text.out.contains(secret.as_str().unwrap()));
        }
        assert!(!text.out.contains("Laine"));

        assert_eq!(lasna.json(&["user", "end", "--no", "1"])["ended"], 1);
        assert_eq!(lasna.json(&["user", "end", "--login", "jukka"])["ended"], 2);
        let list = lasna.json(&["user", "list"]);
        for row in list.as_array().unwrap() {
            assert!(row["ended"].is_string(), "{row}");
        }
        for (args, code, says) in [
            (
                vec!["user", "end", "--no", "1"],
                1,
                "this account has ended",
            ),
            (vec!["user", "end", "--no", "9"], 1, "no such account"),
            (
                vec!["user", "password", "--login", "jukka"],
                1,
                "this account has ended",
            ),
            (vec!["user", "end"], 2, "--login"),
            (
                vec!["user", "end", "--no", "1", "--login", "jukka"],
                2,
                "cannot be used",
            ),
        ] {
            let run = lasna.run(&args);
            assert_eq!(run.code, code, "{args:?}: {}", run.err);
            assert!(run.err.contains(says), "{args:?}: {}", run.err);
        }
    });
}

#[test]
fn the_first_administrators_code_is_printed_where_there_is_none() {
    on_both("first_admin", |lasna: &Lasna| {
        let printed = lasna.json(&["user", "first-admin"]);
        assert_eq!(printed["minutes"], 60);
        let code = printed["code"].as_str().unwrap();
        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 4]);
        assert_ne!(lasna.json(&["user", "first-admin"])["code"], code);
        let add = ["user", "add", "--role", "administrator", "--login"];
        lasna.json(&[add.as_slice(), &["jukka", "--name", "Jukka"]].concat());
        let refused = lasna.run(&["user", "first-admin"]);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains("already"), "{}", refused.err);
        assert_eq!(
            lasna.json(&["user", "reset-factors", "--login", "Jukka"])["no"],
            1
        );
        let nobody = lasna.run(&["user", "reset-factors", "--login", "nobody"]);
        assert_eq!(nobody.code, 1);
    });
}

#[test]
fn a_service_refuses_an_address_that_passkeys_cannot_have() {
    let lasna = Lasna::on_sqlite();
    for origin in ["https://127.0.0.1", "http://lasna.example.fi", "lasna"] {
        let run = lasna.run(&["serve", "--listen", "127.0.0.1:0", "--origin", origin]);
        assert_eq!(run.code, 1, "{origin}");
        assert!(run.err.contains("--origin"), "{}", run.err);
    }
}

#[test]
fn help_says_what_is_served() {
    let lasna = Lasna::on_sqlite();
    let help = lasna.run(&["serve", "--help"]);
    assert!(
        help.ok()
            .starts_with("Serve the pages and the machine endpoints"),
        "{}",
        help.out
    );
    let users = lasna.run(&["user", "--help"]);
    for command in [
        "add",
        "first-admin",
        "reset-factors",
        "list",
        "password",
        "end",
        "day-pass",
    ] {
        assert!(
            users.ok().contains(&format!("\n  {command}")),
            "{}",
            users.out
        );
    }
}
