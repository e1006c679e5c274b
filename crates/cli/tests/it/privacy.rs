//! `lasna retention`, `lasna gdpr` and `lasna subject` as an operator runs them, on both engines.
//!
//! Invariant: what a run says was erased is looked for in the database and in its files.

use crate::cast::{Lasna, municipality, on_both, run_bare};
use lasna_app::{App, NewPassword};
use lasna_store::Store;
use lasna_store::db::Place;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

fn store(lasna: &Lasna) -> Store {
    let place = lasna.place_value().to_owned();
    let (place, keys) = match place.starts_with("postgres") {
        true => (Place::Url(place), lasna.path("")),
        false => (Place::Folder(place.clone().into()), place.into()),
    };
    Store::open(place, lasna_testkit::keys::of_folder(&keys)).unwrap()
}

fn meddle(lasna: &Lasna, sql: &str) {
    let store = store(lasna);
    let done: Result<u64, lasna_store::db::DbError> =
        store.database().write_here(|tx| tx.execute(sql, &[]));
    assert!(done.unwrap() > 0, "{sql}");
}

fn rule<'r>(report: &'r Value, name: &str) -> &'r Value {
    let rules = report["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["rule"] == name).unwrap()
}

#[test]
fn what_has_passed_its_time_is_reported_and_erased() {
    on_both("retention_cli", |lasna| {
        lasna.import(&[municipality(30, 4).path()]);
        // Marks of a pupil as they would be three years from now.
        meddle(
            lasna,
            "insert into mark_fact select provider_no, pupil_no, day - 1500, start, group_no, \
             known_at, batch_no, hundredths, presence, approval, minutes, source_no from mark_fact",
        );
        let before = lasna.json_with_code(&["retention", "report"], 1);
        let due = rule(&before, "attendance")["due"].as_u64().unwrap();
        assert!(due > 0 && before["overdue"] == due, "{before}");
        assert_eq!(before["clock_waits"], true);
        let first = lasna.run(&["retention", "run"]);
        assert_eq!(first.code, 1);
        assert!(first.err.contains("--confirm-clock"), "{}", first.err);
        assert_eq!(
            rule(
                &lasna.json_with_code(&["retention", "report"], 1),
                "attendance"
            )["due"],
            due
        );
        let done = lasna.json(&["retention", "run", "--confirm-clock"]);
        assert!(done["rows"].as_u64().unwrap() >= due, "{done}");
        let after = lasna.json(&["retention", "report"]);
        assert_eq!(
            (&after["overdue"], &after["clock_waits"]),
            (&0.into(), &false.into())
        );
        assert_eq!(rule(&after, "attendance")["due"], 0);
        lasna.json(&["retention", "run"]);
        assert_eq!(lasna.json(&["audit", "verify"])["whole"], true);
        lasna.run(&["check"]).ok();
        if lasna.place_value().starts_with("postgres") {
            return;
        }
        let list = lasna.path("data/erased.list");
        let text = fs::read_to_string(&list).unwrap();
        assert!(text.contains(" mark_fact range day - "), "{text}");
        assert_eq!(
            fs::metadata(&list).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let doctor = lasna.json(&["doctor"]);
        let checks = doctor["checks"].as_array().unwrap();
        let check = checks
            .iter()
            .find(|check| check["name"] == "retention")
            .unwrap();
        assert_eq!(check["level"], "ok", "{check}");
    });
}

#[test]
fn holds_and_a_provider_s_own_times_are_told_and_checked() {
    let lasna = Lasna::on_sqlite();
    lasna.import(&[municipality(30, 4).path()]);
    let hold = [
        "retention",
        "hold",
        "--from",
        "2026-09-01",
        "--to",
        "2026-09-30",
    ];
    let why = ["--why", "incident"];
    assert_eq!(lasna.json(&[&hold[..], &why[..]].concat())["hold"], 1);
    let all = lasna.json(&["retention", "holds"]);
    assert_eq!(all[0]["to"], "2026-09-30T21:00:00Z");
    assert_eq!(lasna.json(&["retention", "release", "1"])["ended"], 1);
    assert_eq!(lasna.run(&["retention", "release", "1"]).code, 1);
    let file = lasna.path("data/retention.toml");
    let printed = lasna.run(&["retention", "rules"]);
    fs::write(&file, printed.ok()).unwrap();
    assert_eq!(
        rule(&lasna.json(&["retention", "report"]), "roster")["decided"],
        false
    );
    fs::write(&file, "[roster]\ntime = \"3y\"\ndecided = \"Board\"\n").unwrap();
    let report = lasna.json(&["retention", "report"]);
    assert_eq!(rule(&report, "roster")["time"], "3y");
    fs::write(&file, "[rooster]\ntime = \"3y\"\ndecided = \"Board\"\n").unwrap();
    for words in [
        vec!["retention", "report"],
        vec!["gdpr", "record"],
        vec!["serve"],
    ] {
        let run = lasna.run(&words);
        assert_eq!(run.code, 1, "{words:?}");
        assert!(
            run.err.contains("no rule [rooster]"),
            "{words:?}: {}",
            run.err
        );
    }
}

#[test]
fn papers_need_no_database() {
    let folder = lasna_testkit::temp::folder();
    let data = folder.path().join("none").display().to_string();
    for (lang, word) in [("fi", "Henkilöt"), ("sv", "Personer"), ("en", "Persons")] {
        let run = run_bare(&["gdpr", "record", "--lang", lang, "--data", &data]);
        assert!(run.ok().contains(word), "{}", run.out);
        run_bare(&["gdpr", "dpia", "--lang", lang, "--data", &data]).ok();
        for reader in ["pupil", "guardian", "staff"] {
            let words = [
                "gdpr", "notice", "--for", reader, "--lang", lang, "--data", &data,
            ];
            run_bare(&words).ok();
        }
    }
    let record = run_bare(&["gdpr", "record", "--json", "--data", &data]).json(0);
    assert_eq!(record["purposes"].as_array().unwrap().len(), 15);
    assert!(!folder.path().join("none").exists());
}

#[test]
fn a_copy_is_prepared_by_one_and_released_by_another() {
    let lasna = Lasna::on_sqlite();
    let town = municipality(30, 4);
    lasna.import(&[town.path()]);
    let roster = store(&lasna);
    let row = roster.ask(|read| {
        let sql = "select e.id from entity e join mark_fact m on m.pupil_no = e.no \
                   where e.kind = 'person' order by e.no limit 1";
        read.query_one(sql, &[])
    });
    let id: String = row.unwrap().unwrap().get(0).unwrap();
    let out = lasna.path("copy").display().to_string();
    let export = ["subject", "export", "--pupil", &id, "--out", &out];
    let made = lasna.json(&export);
    assert_eq!(
        (&made["copy"], &made["released"]),
        (&1.into(), &false.into())
    );
    for name in ["copy.html", "copy.json"] {
        let mode = fs::metadata(lasna.path("copy").join(name))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    assert_eq!(lasna.run(&export).code, 1, "a copy is not written over");
    let user = [
        "user",
        "add",
        "--role",
        "oversight",
        "--login",
        "vastaava",
        "--name",
        "Vastaava",
    ];
    let first = lasna.json(&user)["password"].as_str().unwrap().to_owned();
    let new = "pitkä salasana 2026";
    let now: lasna_domain::calendar::Instant = Store::clone(&roster)
        .ask(lasna_store::AuditRow::last_at)
        .unwrap();
    let now = lasna_domain::calendar::Instant(now.0 + 1_000_000);
    App::sign_in(&roster, now, ("vastaava", &first), "first").unwrap();
    let app = App::with_session(roster.clone(), now, "first").unwrap();
    app.change_password(&NewPassword {
        old: &first,
        password: new,
        salt: [7; 16],
        session: "first",
    })
    .unwrap();
    let release = [
        "subject", "release", "1", "--dir", &out, "--login", "vastaava",
    ];
    assert_eq!(lasna.run_with_input(&release, b"wrong\n").code, 1);
    lasna
        .run_with_input(&release, format!("{new}\n").as_bytes())
        .ok();
    let all = lasna.json(&["subject", "list"]);
    assert!(all[0]["released"].is_string(), "{all}");
    let again = lasna.run_with_input(&release, format!("{new}\n").as_bytes());
    assert!(again.err.contains("released before"), "{}", again.err);
}
