//! The log of the audit as who runs the program sees it: whole, or the first bad entry by number.
//!
//! Invariant: what is changed here is found by a program that was not told.

use crate::cast::{Lasna, bare, municipality, on_both, run_bare};
use lasna_store::Store;
use lasna_store::db::Place;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A store of some entries, and where its tiles are.
fn town(lasna: &Lasna) -> PathBuf {
    for _ in 0..4 {
        lasna.run(&["check", "--as-of", "2026-09-10"]).ok();
    }
    lasna.run(&["audit", "checkpoint"]).ok();
    match lasna.path("audit").exists() {
        true => lasna.path("audit"),
        false => lasna.path("data/audit"),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.file_name().unwrap() != ".lock" {
            all.push(path);
        }
    }
    all
}

#[test]
fn a_log_is_whole_and_proves_its_entries() {
    on_both("log_whole", |lasna| {
        let empty = lasna.json(&["audit", "verify"]);
        assert_eq!((&empty["whole"], &empty["size"]), (&true.into(), &0.into()));
        let tiles = town(lasna);
        let whole = lasna.json(&["audit", "verify"]);
        let size = whole["size"].as_u64().unwrap();
        assert!(size >= 4, "{whole}");
        assert_eq!(whole["entries"], whole["size"]);
        let kept = lasna.path("kept-checkpoint");
        fs::copy(tiles.join("checkpoint"), &kept).unwrap();
        // Grown since: the checkpoint that was kept elsewhere still holds.
        lasna.run(&["check", "--as-of", "2026-09-10"]).ok();
        let more = lasna.json(&["audit", "checkpoint"]);
        assert!(more["size"].as_u64().unwrap() > size);
        let kept_at = kept.to_str().unwrap();
        lasna
            .run(&["audit", "verify", "--checkpoint", kept_at])
            .ok();
        // With nothing but the tiles.
        let proof = lasna.json(&["audit", "prove", "2"]);
        let vkey = fs::read_to_string(tiles.join("vkey")).unwrap();
        assert_eq!(proof["vkey"], vkey.trim());
        let entry = format!("2={}", proof["leaf"].as_str().unwrap());
        let tiles_at = tiles.to_str().unwrap();
        let alone = |more: &[&str]| {
            let args = [&["audit", "verify", "--tiles", tiles_at], more].concat();
            run_bare(&args)
        };
        alone(&[
            "--vkey",
            vkey.trim(),
            "--entry",
            &entry,
            "--checkpoint",
            kept_at,
        ])
        .ok();
        let wrong = format!("3={}", proof["leaf"].as_str().unwrap());
        assert_eq!(alone(&["--entry", &wrong]).code, 1);
        let size = size.to_string();
        let grown = lasna.json(&["audit", "consistency", &size, &more["size"].to_string()]);
        assert_eq!(grown["from_root"], whole["root"]);
        assert_eq!(grown["to_root"], more["root"]);
        // A checkpoint of another log is not one of this.
        let other = Lasna::on_sqlite();
        let foreign = town(&other).join("checkpoint");
        let run = lasna.run(&["audit", "verify", "--checkpoint", foreign.to_str().unwrap()]);
        assert_eq!(run.code, 1);
        assert!(run.out.contains("kept elsewhere"), "{}", run.out);
    });
}

#[test]
fn any_flipped_byte_of_tiles_or_checkpoint_is_found() {
    let lasna = Lasna::on_sqlite();
    let tiles = town(&lasna);
    let data = lasna.path("data");
    let store = Store::open(
        Place::Folder(data.clone()),
        lasna_testkit::keys::of_folder(&data),
    );
    let store = store.unwrap();
    let all = files(&tiles);
    assert_eq!(all.len(), 3, "{all:?}");
    for path in all {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_tile = path.to_str().unwrap().contains("/tile/");
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 4;
            fs::write(&path, &other).unwrap();
            // The command is the same function; a process for each byte would take long.
            let found = verified(&store, &tiles);
            let wrong = found.expect_err(&format!("{name} {at}"));
            if is_tile {
                assert_eq!(wrong, Some(at as u64 / 32 + 1), "{name} {at}");
            }
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(verified(&store, &tiles), Ok(()));
}

struct Plain(PathBuf);

impl lasna_seal::tree::Tiles for Plain {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(fs::read(self.0.join(path)).ok())
    }

    fn write(&mut self, path: &str, _: &[u8]) -> Result<(), String> {
        Err(path.to_owned())
    }
}

fn verified(store: &Store, tiles: &Path) -> Result<(), Option<u64>> {
    let tiles = Plain(tiles.to_owned());
    let compare = lasna_app::audit_log::Compare {
        store: Some(store),
        tiles: Some(&tiles),
        ..Default::default()
    };
    let found = lasna_app::audit_log::verify(&compare).unwrap();
    found.map(drop).map_err(|wrong| wrong.entry)
}

#[test]
fn rows_that_were_changed_or_taken_away_are_named() {
    let lasna = Lasna::on_sqlite();
    let tiles = town(&lasna);
    let data = lasna.path("data");
    let meddle = |sql: &str| {
        let keys = lasna_testkit::keys::of_folder(&data);
        let store = Store::open(Place::Folder(data.clone()), keys).unwrap();
        store
            .database()
            .write_here(|tx| tx.execute_batch(sql))
            .unwrap();
    };
    let named = |entry: u64| {
        let bad = lasna.json_with_code(&["audit", "verify"], 1);
        assert_eq!(bad["entry"], entry, "{bad}");
        let text = lasna.run(&["audit", "verify"]);
        assert!(text.out.contains(&format!("entry {entry}")), "{}", text.out);
    };
    meddle(
        "create table kept as select * from audit; create table kept_body as select * from audit_body",
    );
    let back = "delete from audit; insert into audit select * from kept; \
                delete from audit_body; insert into audit_body select * from kept_body";
    // Erased, which is allowed, and then changed, which is not.
    meddle("delete from audit_body where no = 2");
    let whole = lasna.json(&["audit", "verify"]);
    assert_eq!(whole["erased"], 1);
    for (sql, entry) in [
        ("update audit set at = at + 1 where no = 3", 3),
        ("update audit_body set salt = zeroblob(32) where no = 3", 3),
        ("update audit_body set body = zeroblob(9) where no = 3", 3),
        ("update audit set leaf = zeroblob(32) where no = 2", 2),
        ("delete from audit where no = 2", 2),
        (
            "delete from audit where no = (select max(no) from audit)",
            0,
        ),
        (
            "insert into audit select 0, provider_no, at, leaf from audit where no = 1",
            1,
        ),
        (
            "update audit_body set body = (select body from kept_body where no = 1) where no = 3",
            3,
        ),
    ] {
        meddle(sql);
        let last = whole["size"].as_u64().unwrap();
        named(if entry == 0 { last } else { entry });
        meddle(back);
        meddle("delete from audit_body where no = 2");
    }
    lasna.run(&["audit", "verify"]).ok();
    // Nothing is published over tiles that tell of something else.
    meddle("update audit set leaf = zeroblob(32) where no = 2");
    let before = fs::read(tiles.join("checkpoint")).unwrap();
    assert_eq!(lasna.run(&["audit", "checkpoint"]).code, 1);
    assert_eq!(fs::read(tiles.join("checkpoint")).unwrap(), before);
    meddle(back);
    // A log without its checkpoint is not whole.
    fs::remove_file(tiles.join("checkpoint")).unwrap();
    assert_eq!(lasna.run(&["audit", "verify"]).code, 1);
}

#[test]
fn a_new_master_key_keeps_all_readable() {
    let files = municipality(60, 6);
    on_both("keys_rotate", |lasna| {
        lasna.import(&[files.path()]);
        let before = lasna.export();
        let old = lasna.json(&["keys", "show-id"])["in_force"].clone();
        let rotated = lasna.json(&["keys", "rotate"]);
        assert_ne!(rotated["in_force"], old);
        assert_eq!(
            lasna.json(&["keys", "show-id"])["in_force"],
            rotated["in_force"]
        );
        assert!(lasna.export() == before, "the export differs");
        lasna.run(&["audit", "verify"]).ok();
        let kept = rotated["old"][0].as_str().unwrap();
        let refused = lasna.run(&["check", "--key", kept]);
        assert_eq!(refused.code, 78, "{}", refused.err);
    });
}

#[test]
fn a_key_that_is_missing_wrong_or_open_is_refused() {
    let lasna = Lasna::on_sqlite();
    let made = lasna.run(&["check"]);
    assert!(made.err.contains("made the master key"), "{}", made.err);
    let key = lasna.path("data/keys/master.key");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&key), mode(key.parent().unwrap())), (0o400, 0o700));
    assert_eq!(lasna.run(&["check"]).err, "", "it is said once");
    let refused = |words: &str| {
        let run = lasna.run(&["check"]);
        assert_eq!(run.code, 78, "{}", run.err);
        assert!(run.err.contains(words), "{}", run.err);
        let tells = run.err.contains("abab") || run.err.contains("hunter2");
        assert!(!tells, "{}", run.err);
    };
    for open in [0o440, 0o404, 0o420] {
        fs::set_permissions(&key, fs::Permissions::from_mode(open)).unwrap();
        refused("others may read");
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).unwrap();
    let away = lasna.path("away.key");
    fs::rename(&key, &away).unwrap();
    refused("is not there");
    assert!(!key.exists(), "none is made for a database that has one");
    lasna.run(&["check", "--key", away.to_str().unwrap()]).ok();
    let text = format!("lasna-master-1:{}\n", "ab".repeat(32));
    for (content, words) in [
        (text.as_str(), "sealed with the master key"),
        ("hunter2", "not a master key"),
    ] {
        fs::write(&key, content).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).unwrap();
        refused(words);
        fs::remove_file(&key).unwrap();
    }
    // As a credential of the service.
    let folder = lasna.path("credentials");
    fs::create_dir(&folder).unwrap();
    fs::copy(&away, folder.join("lasna-master")).unwrap();
    let data = lasna.path("data");
    let mut service = bare(&["check", "--data", data.to_str().unwrap()]);
    service.env("CREDENTIALS_DIRECTORY", &folder);
    assert_eq!(service.output().unwrap().status.code(), Some(0));
    let mut service = bare(&["keys", "rotate", "--data", data.to_str().unwrap()]);
    service.env("CREDENTIALS_DIRECTORY", &folder);
    assert_eq!(service.output().unwrap().status.code(), Some(1));
}

#[test]
fn a_server_of_databases_needs_its_key_named() {
    let Some(url) = lasna_testkit::postgres::database("key_named") else {
        return;
    };
    let run = run_bare(&["check", "--database", &url]);
    assert_eq!(run.code, 78, "{}", run.err);
    assert!(run.err.contains("--key FILE"), "{}", run.err);
}
