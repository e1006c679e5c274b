//! What an operator relies on: the upgrade with its rehearsal, the weekly drill, the doctor.
//!
//! Invariant: each fault is made, and then looked for in what the commands say.

use crate::backup::{Key, verify};
use crate::cast::{Lasna, bare, municipality, run_bare};
use lasna_store::Store;
use lasna_store::db::{DbError, Param, Place};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A database of an older schema with a provider in it, made by the statements of that schema.
fn older(place: Place, schema: i64) {
    let filled = Store::filled((place, lasna_testkit::keys::fixed()), schema, |filling| {
        filling.fill("provider", &["no", "id", "created_at"], |put| {
            let row: [Param<'_>; 3] = [1.into(), "town".into(), 5.into()];
            put(&row)
        })
    });
    filled.map_err(|error: DbError| error).unwrap();
}

fn schema(place: Place) -> i64 {
    Store::as_it_is(place, lasna_testkit::keys::fixed())
        .unwrap()
        .schema()
        .unwrap()
}

fn check<'r>(report: &'r Value, name: &str) -> &'r Value {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {report}"))
}

/// A service on a free port; killed when it is dropped.
pub struct Service {
    pub child: Child,
    pub url: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts a service; what it says where it does not start.
pub fn serve(lasna: &Lasna) -> Result<Service, String> {
    let mut command = lasna.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = String::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        if let Some((_, url)) = line.split_once("listening on http://") {
            let url = url.to_owned();
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(Service { child, url });
        }
        said.push_str(&line);
    }
    child.wait().unwrap();
    Err(said)
}

#[test]
fn an_upgrade_is_rehearsed_then_saved_then_made() {
    let lasna = Lasna::on_sqlite();
    let place = || Place::Folder(lasna.path("data"));
    older(place(), 3);
    let doctor = lasna.json(&["doctor"]);
    assert_eq!(check(&doctor, "schema")["next"], "lasna upgrade --dry-run");
    assert_eq!(schema(place()), 3, "looking changes nothing");
    let dry = lasna.json(&["upgrade", "--dry-run"]);
    assert_eq!(
        (&dry["ok"], &dry["upgraded"]),
        (&true.into(), &false.into()),
        "{dry}"
    );
    let number = |name: &str| dry[name].as_u64().unwrap();
    assert_eq!(number("needed_bytes"), number("bytes") / 2 * 5);
    assert!(number("free_bytes") > number("needed_bytes"));
    assert_eq!(schema(place()), 3, "a rehearsal changes nothing");
    assert_eq!(
        fs::read_dir(lasna.path("data")).unwrap().count(),
        2,
        "the copy is gone; the database and its key are there"
    );
    let key = Key::new(lasna.path("key"));
    let file = lasna.path("before.age");
    let words = ["upgrade", "--recipient", &key.recipient, "--backup"];
    let args: Vec<_> = words
        .iter()
        .map(AsRef::as_ref)
        .chain([file.as_os_str()])
        .collect();
    let done = lasna.json(&args);
    assert_eq!(done["upgraded"], true, "{done}");
    assert_eq!(schema(place()), Store::schema_known());
    let again = lasna.json(&["upgrade"]);
    assert_eq!(again["from"], again["to"]);
    // The backup is of the old schema, and is brought up when it is restored.
    let proven = verify(&file, &key).json(0);
    assert_eq!(proven["backup"]["schema"], 3, "{proven}");
}

#[test]
fn an_upgrade_on_postgresql_is_rehearsed_on_a_copy() {
    let Some(lasna) = Lasna::on_postgres("upgrade") else {
        return;
    };
    let place = || Place::Url(lasna.place_value().to_owned());
    older(place(), 2);
    assert_eq!(lasna.json(&["upgrade", "--dry-run"])["ok"], true);
    assert_eq!(schema(place()), 2);
    assert_eq!(lasna.json(&["upgrade"])["upgraded"], true);
    assert_eq!(schema(place()), Store::schema_known());
    assert_eq!(lasna.json(&["doctor"])["ok"], true);
}

#[test]
fn a_service_makes_a_backup_by_its_clock_and_proves_it_without_the_offline_key() {
    let lasna = Lasna::on_sqlite();
    lasna.import(&[municipality(60, 4).path()]);
    let key = Key::new(lasna.path("key"));
    let folder = lasna.path("backups");
    let settings = format!(
        "recipients = [\"{}\"]\n[drill]\nfolder = {folder:?}\nweekday = \"daily\"\n",
        key.recipient
    );
    fs::write(lasna.path("data/backup.toml"), settings).unwrap();
    fs::write(lasna.path("data/erased.list"), "# nothing yet\n").unwrap();
    let service = serve(&lasna).unwrap();
    let ended = || {
        let store = Store::as_it_is(
            Place::Folder(lasna.path("data")),
            lasna_testkit::keys::of_folder(&lasna.path("data")),
        )
        .unwrap();
        let row = store.ask(|read| read.query_one("select count(*) from job_end", &[]));
        row.unwrap().unwrap().get::<i64>(0).unwrap()
    };
    for _ in 0..300 {
        if ended() == 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(ended(), 1);
    drop(service);
    let names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let made = names.iter().find(|name| name.ends_with(".age")).unwrap();
    assert!(
        names.contains(&"erased.list".to_owned()) && names.len() == 2,
        "{names:?}"
    );
    verify(&folder.join(made), &key).json(0);
    let doctor = lasna.json(&["doctor"]);
    for name in ["backup made", "backup proven"] {
        assert_eq!(check(&doctor, name)["level"], "ok", "{doctor}");
    }
    // Another start on the same day finds the job done.
    drop(serve(&lasna).unwrap());
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn the_doctor_says_what_is_not_well_and_what_to_do() {
    let lasna = Lasna::on_sqlite();
    let fresh = lasna.json(&["doctor"]);
    assert_eq!(fresh["ok"], true, "{fresh}");
    for name in ["backup made", "backup proven"] {
        assert_eq!(check(&fresh, name)["level"], "warn");
        assert!(
            check(&fresh, name)["next"]
                .as_str()
                .unwrap()
                .starts_with("lasna backup")
        );
    }
    assert_eq!(check(&fresh, "rights")["level"], "ok");
    use std::os::unix::fs::PermissionsExt;
    let file = lasna.path("data/lasna.sqlite3");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let open = lasna.json(&["doctor"]);
    assert_eq!(check(&open, "rights")["level"], "warn");
    let store = Store::open(
        Place::Folder(lasna.path("data")),
        lasna_testkit::keys::of_folder(&lasna.path("data")),
    )
    .unwrap();
    let meddle = |sql: &str| store.database().write(|tx| tx.execute_batch(sql)).unwrap();
    let row = |at: &str, kind: &str, outcome: &str| {
        meddle(&format!(
            "insert into backup_run select coalesce(max(no), 0) + 1, {at}, '{kind}', 0, 0, 0, '', \
             '{outcome}' from backup_run"
        ));
    };
    row("1000000", "verify", "ok");
    let old = lasna.json(&["doctor"]);
    let detail = check(&old, "backup proven")["detail"].to_string();
    assert!(detail.contains("more than 7 days ago"), "{detail}");
    row("2000000", "verify", "failed");
    let failed = lasna.json_with_code(&["doctor"], 1);
    assert_eq!(check(&failed, "last proof")["level"], "fail");
    row("3000000", "verify", "ok");
    lasna.json(&["doctor"]);
    // A day of the future in the log: the clock was set back.
    meddle(
        "insert into audit select coalesce(max(no), 0) + 1, 1, 9000000000000000, x'00' from audit",
    );
    let back = lasna.json_with_code(&["doctor"], 1);
    assert_eq!(check(&back, "clock")["level"], "fail", "{back}");
}

#[test]
fn the_doctor_reads_when_a_certificate_ends() {
    let lasna = Lasna::on_sqlite();
    let level = |days: &str| {
        let (file, own) = (lasna.path("cert.pem"), lasna.path("own.pem"));
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args([
                "-nodes",
                "-subj",
                "/CN=lasna.test",
                "-days",
                days,
                "-keyout",
            ])
            .arg(&own)
            .arg("-out")
            .arg(&file)
            .output();
        let Ok(made) = made else {
            println!("skipped: openssl is not installed");
            return None;
        };
        assert!(made.status.success());
        let run = lasna.run(&[
            "doctor".as_ref(),
            "--json".as_ref(),
            "--certificate".as_ref(),
            file.as_os_str(),
        ]);
        let report: Value = serde_json::from_str(&run.out).unwrap();
        Some(
            check(&report, "certificate")["level"]
                .as_str()
                .unwrap()
                .to_owned(),
        )
    };
    let Some(soon) = level("20") else { return };
    assert_eq!(
        (soon.as_str(), level("40").as_deref()),
        ("warn", Some("ok"))
    );
    fs::write(lasna.path("none.pem"), "no certificate").unwrap();
    let run = lasna.run(&[
        "doctor".as_ref(),
        "--certificate".as_ref(),
        lasna.path("none.pem").as_os_str(),
    ]);
    assert_eq!(run.code, 1);
}

#[test]
fn an_address_that_is_no_place_is_refused() {
    let none = run_bare(&["backup", "restore", "x.age", "--identity", "y"]);
    assert_eq!(none.code, 1);
    assert!(none.err.contains("--data"), "{}", none.err);
    let output = bare(&["upgrade", "--data", "/nonexistent/lasna"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
}
