//! Backups by their commands: made, proven, restored on the other engine, damaged, and refused.
//!
//! Invariant: a backup that was changed in any place is not proven.

use crate::cast::{Lasna, Run, as_of, bare, municipality, on_both, run_bare};
use lasna_app::backup::{ErasedRows, note_erased};
use lasna_domain::calendar::Instant;
use lasna_store::Store;
use lasna_store::db::Place;
use lasna_testkit::temp::folder;
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A key, with the half that a server has.
pub struct Key {
    pub file: PathBuf,
    pub recipient: String,
}

impl Key {
    pub fn new(file: PathBuf) -> Key {
        let made = run_bare(&[
            "backup".into(),
            "keygen".into(),
            file.clone().into_os_string(),
        ]);
        let recipient = made.ok().lines().next().unwrap().to_owned();
        assert!(recipient.starts_with("age1"), "{recipient}");
        Key { file, recipient }
    }
}

pub fn words(words: &[&str], paths: &[&Path]) -> Vec<OsString> {
    let words = words.iter().map(OsString::from);
    words
        .chain(paths.iter().map(|p| p.as_os_str().to_owned()))
        .collect()
}

/// Makes a backup of a database; gives its report.
pub fn create(lasna: &Lasna, file: &Path, key: &Key) -> Value {
    let args = ["backup", "create", "--recipient", &key.recipient];
    lasna.json(&words(&args, &[file]))
}

pub fn verify(file: &Path, key: &Key) -> Run {
    let args = words(
        &["backup", "verify", "--json", "--identity"],
        &[&key.file, file],
    );
    // Away from any installation, as on the machine with the key.
    let away = folder();
    let output = bare(&args).current_dir(away.path()).output().unwrap();
    Run::of(&output)
}

pub fn restore(lasna: &Lasna, file: &Path, key: &Key) -> Run {
    lasna.run(&words(
        &["backup", "restore", "--json", "--identity"],
        &[&key.file, file],
    ))
}

fn with_rows(lasna: &Lasna) -> String {
    with_rows_of(lasna, 150)
}

pub fn with_rows_of(lasna: &Lasna, pupils: u32) -> String {
    let files = municipality(pupils, 14);
    lasna.import(&[files.path()]);
    lasna.json(&[
        "user",
        "add",
        "--role",
        "coordinator",
        "--login",
        "aino",
        "--name",
        "Aino Zz",
    ]);
    as_of(files.path())
}

/// The hashes of tables, but of those that making and restoring a backup adds rows to.
fn hashes(report: &Value) -> Vec<(String, String)> {
    let tables = report["tables"].as_array().unwrap();
    let own = ["audit", "audit_body", "backup_run"];
    let of = |t: &Value, key: &str| t[key].as_str().unwrap().to_owned();
    let hashes = tables
        .iter()
        .map(|table| (of(table, "name"), of(table, "sha256")));
    hashes
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .collect()
}

#[test]
fn a_backup_goes_from_engine_to_engine_and_back_with_every_row() {
    let Some(second) = Lasna::on_postgres("second") else {
        return;
    };
    let first = Lasna::on_sqlite();
    with_rows(&first);
    let key = Key::new(first.path("key"));
    let files: Vec<PathBuf> = (0..3).map(|no| first.path(&format!("{no}.age"))).collect();
    let made = create(&first, &files[0], &key);
    assert!(made["rows"].as_u64().unwrap() > 10_000, "{made}");
    let mut command = second.command(&words(
        &["backup", "restore", "--json", "--identity"],
        &[&key.file, &files[0]],
    ));
    let done = Run::of(&command.current_dir(second.folder.path()).output().unwrap()).json(0);
    assert_eq!(
        (&done["ok"], &done["backup"]["engine"]),
        (&true.into(), &"sqlite".into())
    );
    let again = create(&second, &files[1], &key);
    assert_eq!(hashes(&again), hashes(&made));
    let third = Lasna::on_sqlite();
    let back = restore(&third, &files[1], &key).json(0);
    assert_eq!(back["backup"]["engine"], "postgresql");
    let last = create(&third, &files[2], &key);
    assert_eq!(hashes(&last), hashes(&made));
    assert_eq!(
        hashes(&last).len() + 3,
        made["tables"].as_array().unwrap().len()
    );
    assert!(third.export() == first.export(), "the exports differ");
    // It is full now: a second restore is refused and changes nothing.
    assert_eq!(restore(&second, &files[0], &key).code, 1);
    assert_eq!(restore(&third, &files[0], &key).code, 1);
    assert_eq!(
        hashes(&create(&third, &first.path("4.age"), &key)),
        hashes(&made)
    );
}

#[test]
fn a_restored_folder_works_and_says_what_is_lost() {
    on_both("lost_window", |lasna| {
        let day = with_rows(lasna);
        let key = Key::new(lasna.path("key"));
        let file = lasna.path("one.age");
        let made = create(lasna, &file, &key);
        lasna.json(&[
            "user",
            "add",
            "--role",
            "coordinator",
            "--login",
            "late",
            "--name",
            "L",
        ]);
        let other = Lasna::on_sqlite();
        let told = other.run(&words(
            &["backup", "restore", "--identity"],
            &[&key.file, &file],
        ));
        let text = told.ok();
        let at = made["at"].as_str().unwrap();
        for part in [
            &format!("lost: everything saved after {at}"),
            "teachers take those after it again",
            "import every file after it again",
            "everybody signs in again",
            "proven: this backup can be restored",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let logins = |lasna: &Lasna| lasna.run(&["user", "list"]).ok().to_owned();
        assert!(logins(lasna).contains("late") && !logins(&other).contains("late"));
        let list = ["watch-list", "--as-of", &day];
        assert_eq!(other.json(&list), lasna.json(&list));
        let doctor = other.json(&["doctor"]);
        let checks = doctor["checks"].as_array().unwrap();
        let proven = checks
            .iter()
            .find(|c| c["name"] == "backup proven")
            .unwrap();
        assert_eq!(proven["level"], "ok", "{doctor}");
        let mode = fs::metadata(other.path("data"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
    });
}

#[test]
fn nothing_is_written_in_plain_or_over_a_file() {
    let lasna = Lasna::on_sqlite();
    with_rows(&lasna);
    let file = lasna.path("one.age");
    let refused = lasna.run(&words(&["backup", "create"], &[&file]));
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("--recipient"), "{}", refused.err);
    for flag in [&["--prove"][..], &["--recipient", "age1nobody"]] {
        let args = [&["backup", "create"], flag].concat();
        assert_eq!(lasna.run(&words(&args, &[&file])).code, 1, "{flag:?}");
    }
    assert!(!file.exists());
    let key = Key::new(lasna.path("key"));
    let mode = fs::metadata(&key.file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o400);
    create(&lasna, &file, &key);
    let bytes = fs::read(&file).unwrap();
    for plain in [&b"SQLite format"[..], b"Aino Zz", b"LASNA BACKUP"] {
        assert!(!bytes.windows(plain.len()).any(|window| window == plain));
    }
    let args = ["backup", "create", "--recipient", &key.recipient];
    assert_eq!(lasna.run(&words(&args, &[&file])).code, 1);
    let keygen = words(&["backup", "keygen"], &[&key.file]);
    assert_eq!(run_bare(&keygen).code, 1);
    assert!(fs::read(&file).unwrap() == bytes, "it was replaced");
    let names = fs::read_dir(lasna.folder.path()).unwrap();
    let parts = names.filter(|name| {
        let name = name.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(parts.count(), 0);
    // Without a key nothing is opened; the settings' recipient is enough to make one.
    let none = run_bare(&words(&["backup", "verify"], &[&file]));
    assert!(
        none.code == 1 && none.err.contains("LASNA_BACKUP_IDENTITY"),
        "{}",
        none.err
    );
    let settings = format!("recipients = [\"{}\"]\n", key.recipient);
    fs::write(lasna.path("data/backup.toml"), settings).unwrap();
    let proven = lasna.json(&words(
        &["backup", "create", "--prove"],
        &[&lasna.path("2.age")],
    ));
    assert_eq!(proven["proven"]["ok"], true, "{proven}");
    verify(&lasna.path("2.age"), &key).json(0);
}

#[test]
fn the_log_and_the_keys_go_along_and_keys_can_be_left_out() {
    let lasna = Lasna::on_sqlite();
    with_rows(&lasna);
    lasna.run(&["audit", "checkpoint"]).ok();
    let key = Key::new(lasna.path("key"));
    let names = |report: &Value| -> Vec<String> {
        let files = report["files"].as_array().unwrap().iter();
        files
            .map(|file| file["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let carried = names(&create(&lasna, &lasna.path("all.age"), &key));
    assert_eq!(carried[0], "audit/checkpoint");
    assert_eq!(carried.last().unwrap(), "keys/master.key");
    assert!(carried.len() > 3, "{carried:?}");
    let args = [
        "backup",
        "create",
        "--no-keys",
        "--recipient",
        &key.recipient,
    ];
    let without = lasna.json(&words(&args, &[&lasna.path("less.age")]));
    assert_eq!(names(&without), carried[..carried.len() - 1]);
    let other = Lasna::on_sqlite();
    let told = restore(&other, &lasna.path("all.age"), &key).json(0);
    let checks = told["checks"].as_array().unwrap();
    let log = checks.iter().find(|check| check["name"] == "audit log");
    assert_eq!(log.unwrap()["level"], "ok", "{told}");
    for name in &carried {
        let of = |lasna: &Lasna| fs::read(lasna.path("data").join(name)).unwrap();
        assert!(of(&other) == of(&lasna), "{name}");
        let file = other.path("data").join(name);
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        let private = if name.starts_with("keys") {
            0o400
        } else {
            0o600
        };
        assert_eq!(mode, private, "{name}");
    }
}

/// A pupil with marks.
fn marked_pupil(lasna: &Lasna) -> i64 {
    let store = Store::as_it_is(
        Place::Folder(lasna.path("data")),
        lasna_testkit::keys::of_folder(&lasna.path("data")),
    )
    .unwrap();
    let row = store.ask(|read| read.query_one("select min(pupil_no) from mark_fact", &[]));
    row.unwrap().unwrap().get(0).unwrap()
}

#[test]
fn what_was_erased_does_not_come_back() {
    let lasna = Lasna::on_sqlite();
    with_rows(&lasna);
    let key = Key::new(lasna.path("key"));
    let file = lasna.path("old.age");
    create(&lasna, &file, &key);
    let (before, after) = (Lasna::on_sqlite(), Lasna::on_sqlite());
    restore(&before, &file, &key).json(0);
    // All marks of one pupil, by a part of the key.
    let no = marked_pupil(&lasna);
    let pupil = [("provider_no", 1.into()), ("pupil_no", no.into())];
    let mut list = Vec::new();
    let rows = ["mark_fact", "mark_reason"].map(|table| ErasedRows {
        table,
        values: &pupil,
    });
    note_erased(&mut list, Instant(0), &rows).unwrap();
    fs::write(lasna.path("erased.list"), &list).unwrap();
    let done = restore(&after, &file, &key).json(0);
    let erased = done["backup"]["erased"].as_u64().unwrap();
    assert!(erased > 0, "{done}");
    let facts = |lasna: &Lasna| String::from_utf8(lasna.export()[1].clone()).unwrap();
    let (all, left) = (facts(&before), facts(&after));
    assert!(all.lines().count() > left.lines().count());
    assert_eq!(fs::read(after.path("data/erased.list")).unwrap(), list);
    println!("F19: {erased} rows of a pupil were held back");
    fs::write(lasna.path("erased.list"), "half a line").unwrap();
    assert_eq!(restore(&Lasna::on_sqlite(), &file, &key).code, 1);
}
