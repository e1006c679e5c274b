//! Places of connections and chance, parts and licences, and the page on ASVS: each check can fail.
//!
//! Invariant: as in `main.rs`.

use crate::{CLEAN, HEADER, LIB, one, violations};
use std::fs;
use std::path::Path;
use xtask::tidy;

#[test]
fn outbound_connections_are_opened_in_named_files_only() {
    let web = "crates/web/src/a.rs";
    let line = |code: &str| format!("//! Invariant: none.\nfn a() {{ {code} }}\n");
    let says = "crates/web/src/a.rs:2:";
    one(
        web,
        &line("TcpStream::connect(a)"),
        says,
        "a connection to elsewhere",
    );
    one(
        web,
        &line("reqwest::get(a)"),
        says,
        "a connection to elsewhere",
    );
    one(
        web,
        &line("headers.get(\"x-forwarded-for\")"),
        says,
        "a header of a proxy",
    );
    let database = "crates/store/src/db/postgres/conn.rs";
    assert!(violations(database, &line("config.connect(tls)")).is_empty());
}

#[test]
fn the_clock_and_randomness_are_read_in_one_place() {
    let line = "//! Invariant: none.\nfn a() { getrandom::fill(b) }\n";
    one(
        "crates/web/src/a.rs",
        line,
        "crates/web/src/a.rs:2:",
        "makes randomness",
    );
    assert!(violations("crates/cli/src/context.rs", line).is_empty());
    // The clock is clippy's.
    let clippy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../clippy.toml");
    let clippy = fs::read_to_string(clippy).unwrap();
    assert!(clippy.contains("std::time::SystemTime::now") && clippy.contains("Timestamp::now"));
}

/// Writes a small package with a lock file, and gives what is said of its parts.
fn parts(manifest: &str, deny: &str, lib: &str) -> Vec<String> {
    parts_with(manifest, deny, lib, &[])
}

/// The same with more files, which stand in for those of the same path.
fn parts_with(manifest: &str, deny: &str, lib: &str, more: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for (path, text) in CLEAN {
        write(path, text);
    }
    let package = "[workspace]\nmembers = [\"own\"]\nresolver = \"3\"\n";
    write("Cargo.toml", package);
    write("own/Cargo.toml", manifest);
    write("own/src/lib.rs", "//! Invariant: none.\n");
    let lock = "version = 4\n\n[[package]]\nname = \"own\"\nversion = \"1.0.0\"\n";
    write("Cargo.lock", lock);
    write("deny.toml", deny);
    write(LIB, lib);
    for (path, text) in more {
        write(path, text);
    }
    let found = tidy::run(folder.path()).unwrap();
    found.iter().map(ToString::to_string).collect()
}

const FORBIDS: &str = "//! Invariant: none.\n\n#![forbid(unsafe_code)]\n";
const DENY: &str = "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"bad\" }]\n";

fn manifest(name: &str, licence: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\
         license = \"{licence}\"\n"
    )
}

#[test]
fn one_crypto_backend_and_allowed_licences_only() {
    let clean = parts(&manifest("own", "MIT OR X"), DENY, FORBIDS);
    assert_eq!(clean, Vec::<String>::new());
    let licence = parts(&manifest("own", "GPL-3.0"), DENY, FORBIDS);
    assert!(
        licence.len() == 1 && licence[0].contains("not allowed"),
        "{licence:?}"
    );
    let banned = parts(
        &manifest("own", "MIT"),
        &DENY.replace("bad", "own"),
        FORBIDS,
    );
    assert!(
        banned.len() == 1 && banned[0].contains("is banned"),
        "{banned:?}"
    );
    let deny = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deny.toml");
    let deny = fs::read_to_string(deny).unwrap();
    for backend in ["ring", "openssl-sys", "native-tls"] {
        assert!(
            deny.contains(&format!("crate = \"{backend}\"")),
            "{backend}"
        );
    }
}

#[test]
fn a_banned_crate_is_used_by_its_wrappers_alone() {
    let own = manifest("own", "MIT") + "[dependencies]\nbad = { path = \"../bad\" }\n";
    let lock = "version = 4\n\n[[package]]\nname = \"bad\"\nversion = \"1.0.0\"\n\n\
                [[package]]\nname = \"own\"\nversion = \"1.0.0\"\n\
                dependencies = [\n \"bad\",\n]\n";
    let bad = manifest("bad", "MIT");
    let more = [
        ("bad/Cargo.toml", &*bad),
        ("bad/src/lib.rs", "//! Invariant: none.\n"),
        ("Cargo.lock", lock),
    ];
    let found = |wrapper: &str| {
        let wrappers = format!("\"bad\", wrappers = [\"{wrapper}\"]");
        parts_with(&own, &DENY.replace("\"bad\"", &wrappers), FORBIDS, &more)
    };
    assert_eq!(found("own"), Vec::<String>::new());
    let other = found("other");
    assert!(
        other.len() == 1 && other[0].contains("bad (MIT) is banned"),
        "{other:?}"
    );
}

#[test]
fn unsafe_code_is_forbidden_outside_the_engine() {
    let found = parts(&manifest("own", "MIT"), DENY, HEADER);
    assert!(
        found.len() == 1 && found[0].contains("forbid unsafe"),
        "{found:?}"
    );
}

#[test]
fn the_page_on_asvs_is_made_of_its_rows() {
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/asvs.toml");
    let rows = fs::read_to_string(rows).unwrap();
    let chapters = xtask::asvs::read(&rows).unwrap();
    let counts = xtask::asvs::counts(&chapters);
    assert_eq!(counts.held + counts.open + counts.none, 345);
    let without: String = rows
        .lines()
        .filter(|line| !line.contains("\"3.4.1\""))
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        xtask::asvs::read(&without)
            .unwrap_err()
            .contains("chapter 3 has 30 of 31")
    );
    let stateless = rows.replacen("open = ", "closed = ", 1);
    assert!(
        xtask::asvs::read(&stateless)
            .unwrap_err()
            .contains("needs one of")
    );
    let tests = xtask::asvs::tests_in("#[test]\nfn one() {}\nfn two() {}\n");
    assert_eq!(tests.into_iter().collect::<Vec<_>>(), ["one"]);
    // Each row's test must be there, and the page of these rows.
    let gone = "no_such_test_anywhere";
    let named = rows.replacen("a_day_is_read_as_people_and_browsers_write_it", gone, 1);
    let found = violations("docs/asvs.toml", &named);
    assert!(found.iter().any(|v| v.contains(gone)), "{found:?}");
    assert!(
        found.iter().any(|v| v.starts_with("docs/asvs.md:1:")),
        "{found:?}"
    );
}
