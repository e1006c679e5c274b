//! That the repository keeps the rules of the house, and that each check can fail.
//!
//! A small tree that keeps every rule is written to a folder; each case changes one file of it and
//! says where the violation is. Forbidden words are put together, so that this file holds none.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod supply;

use std::fs;
use std::path::Path;
use xtask::tidy;

const HEADER: &str = "//! A file.\n//!\n//! Invariant: it is small.\n";

/// A tree that keeps every rule.
const CLEAN: &[(&str, &str)] = &[
    (
        "ARCHITECTURE.md",
        "`crates/domain` and `crates/store` and `xtask`, see [more](docs/a.md#b).\n",
    ),
    (
        "docs/a.md",
        "Back to [the map](../ARCHITECTURE.md); `crates/domain/src/lib.rs`.\n",
    ),
    (
        "xtask/Cargo.toml",
        "[dependencies]\nanyhow.workspace = true\n",
    ),
    (
        "crates/domain/Cargo.toml",
        "[dependencies]\njiff.workspace = true\n",
    ),
    ("crates/domain/src/lib.rs", HEADER),
    (
        "crates/store/Cargo.toml",
        "[dependencies]\nlasna-domain.workspace = true\n",
    ),
    (
        "crates/store/src/migrate.rs",
        "//! Invariant: none.\n// migrations/0001_start.sql\n",
    ),
    (
        "crates/store/migrations/0001_start.sql",
        "-- Start.\nCREATE TABLE person (\n    no BIGINT NOT NULL PRIMARY KEY,\n    name TEXT,\n    \
         UNIQUE (no, name)\n) /*strict*/;\n",
    ),
    (
        "crates/store/data-classes.toml",
        "[person]\nno = { class = \"structure\", purpose = \"a\", retention = \"1y\" }\n\
         name = { class = \"personal\", purpose = \"a\", retention = \"1y\" }\n",
    ),
    (
        "crates/web/src/server.rs",
        "//! Invariant: none.\nfn r() { x.route(\"/a\", get(a)) }\n",
    ),
    (
        "crates/web/src/routes.rs",
        "//! Invariant: none.\nconst R: X = open(\"GET\", \"/a\");\n",
    ),
    ("crates/app/locales/fi/a.toml", "[x]\nyes = \"kyllä\"\n"),
    ("crates/app/locales/sv/a.toml", "[x]\nyes = \"ja\"\n"),
    ("crates/app/locales/en/a.toml", "[x]\nyes = \"yes\"\n"),
];

fn violations(path: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let rest = CLEAN.iter().filter(|(clean, _)| *clean != path);
    for (path, text) in rest.chain([&(path, text)]) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    tidy::run(folder.path())
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Exactly one violation, at the place, with these words and a mend.
#[track_caller]
fn one(path: &str, text: &str, begins: &str, words: &str) {
    let found = violations(path, text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].starts_with(begins),
        "{} does not begin with {begins}",
        found[0]
    );
    assert!(
        found[0].contains(words),
        "{} does not say {words}",
        found[0]
    );
    assert!(found[0].contains(" — "), "{} has no mend", found[0]);
}

const LIB: &str = "crates/domain/src/lib.rs";

/// One violation in a line after the header of a file of the domain.
#[track_caller]
fn in_line(line: &str, words: &str) {
    one(
        LIB,
        &format!("{HEADER}{line}\n"),
        "crates/domain/src/lib.rs:4:",
        words,
    );
}

#[test]
fn the_repository_is_tidy() {
    let found = tidy::run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

#[test]
fn a_clean_tree_has_no_violation() {
    assert_eq!(violations("docs/b.md", "Nothing.\n"), Vec::<String>::new());
}

#[test]
fn crates_keep_to_the_table_of_edges() {
    let path = "crates/domain/Cargo.toml";
    let edge = |section: &str, name: &str| format!("[{section}]\n{name}.workspace = true\n");
    let says = "crates/domain/Cargo.toml:2:";
    one(
        path,
        &edge("dependencies", "lasna-store"),
        says,
        "domain may not use lasna-store",
    );
    one(
        path,
        &edge("dependencies", "lasna-testkit"),
        says,
        "lasna-testkit",
    );
    one(path, &edge("dependencies", "xtask"), says, "xtask");
    one(
        path,
        &edge("dev-dependencies", "lasna-app"),
        says,
        "lasna-app",
    );
    one(path, &edge("dependencies", "tokio"), says, "tokio");
    one(
        path,
        &edge("build-dependencies", "rusqlite"),
        says,
        "rusqlite",
    );
    assert!(violations(path, &edge("dev-dependencies", "lasna-testkit")).is_empty());
    one(
        "crates/domain/Cargo.toml",
        "[",
        "crates/domain/Cargo.toml:1:",
        "not TOML",
    );
    let found = violations("crates/extra/Cargo.toml", "");
    assert!(
        found.iter().any(|v| v.contains("crate extra has no row")),
        "{found:#?}"
    );
}

#[test]
fn pure_crates_reach_nothing_outside() {
    in_line("fn a() { std::fs::read(p); }", "std::fs");
    in_line("use std::{collections::BTreeMap, env};", "env");
    in_line("fn a() -> SystemTime { now }", "SystemTime");
    in_line("fn a() { Instant::now(); }", "Instant::now");
    in_line("use rand::Rng;", "rand::");
    let test = "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n// std::fs is not used.\n";
    assert!(violations(LIB, &format!("{HEADER}{test}")).is_empty());
    let apart = "#[cfg(test)]\nmod tests;\nuse std::fs;\n";
    one(
        LIB,
        &format!("{HEADER}{apart}"),
        "crates/domain/src/lib.rs:6:",
        "std::fs",
    );
}

#[test]
fn files_and_functions_are_short() {
    let long = format!("{HEADER}{}", "// A line.\n".repeat(398));
    one(LIB, &long, "crates/domain/src/lib.rs:401:", "401 lines");
    let function = |lines: usize| {
        let body = "    a();\n\n    // Why.\n".repeat(lines);
        format!("{HEADER}\npub(crate) const fn long(\n    a: u8,\n) {{\n{body}}}\n")
    };
    assert!(violations(LIB, &function(68)).is_empty());
    one(
        LIB,
        &function(69),
        "crates/domain/src/lib.rs:5:",
        "long has 71 lines",
    );
}

#[test]
fn files_say_what_they_are() {
    one(
        LIB,
        "fn a() {}\n",
        "crates/domain/src/lib.rs:1:",
        "no //! header",
    );
    one(
        LIB,
        "//! A file.\n",
        "crates/domain/src/lib.rs:1:",
        "no invariant",
    );
    assert!(violations("crates/domain/tests/a.rs", "//! A test.\n").is_empty());
}

#[test]
fn languages_have_the_same_texts() {
    let sv = "crates/app/locales/sv/a.toml";
    one(
        sv,
        "[x]\nyes = \" \"\n",
        "crates/app/locales/sv/a.toml:2:",
        "x.yes is empty",
    );
    one(
        sv,
        "[x]\n",
        "crates/app/locales/sv/a.toml:1:",
        "the key x.yes is missing",
    );
    let found = violations(sv, "x");
    assert!(found.iter().any(|v| v.contains("not TOML")), "{found:#?}");
    let found = violations(sv, "[x]\nyes = \"ja\"\nno = \"nej\"\n");
    assert_eq!(found.len(), 2, "missing in fi and en: {found:#?}");
    let found = violations("crates/app/locales/fi/b.toml", "a = \"a\"\n");
    assert_eq!(found.len(), 2, "missing in sv and en: {found:#?}");
    one(
        "crates/app/locales/de/a.toml",
        "",
        "crates/app/locales/de/a.toml:1:",
        "a language",
    );
}

#[test]
fn migrations_are_one_text_for_both_engines() {
    let path = "crates/store/migrations/0001_start.sql";
    let table = |kind: &str, end: &str| {
        format!("CREATE TABLE person (\n    no BIGINT,\n    name {kind}\n){end};\n")
    };
    let says = "crates/store/migrations/0001_start.sql";
    one(
        path,
        &table("VARCHAR(9)", " /*strict*/"),
        &format!("{says}:3:"),
        "VARCHAR",
    );
    one(
        path,
        &table("TEXT", ""),
        &format!("{says}:1:"),
        "/*clustered*/",
    );
    let dropped = format!("{}DROP TABLE person;\n", table("TEXT", " /*strict*/"));
    one(path, &dropped, &format!("{says}:5:"), "does not know");
    // Only what was carried over may go, and then its columns are not missed.
    let whole = table("TEXT", " /*strict*/");
    let carried = format!(
        "{whole}ALTER TABLE person RENAME TO person_plain;\n{whole}DROP TABLE person_plain;\n"
    );
    assert_eq!(
        violations(path, &carried).len(),
        violations(path, &whole).len()
    );
    let found = violations("crates/store/migrations/0003_more.sql", "");
    assert_eq!(found.len(), 2, "a gap, and not run: {found:#?}");
}

#[test]
fn every_column_has_a_class() {
    let path = "crates/store/data-classes.toml";
    let manifest = |class: &str, purpose: &str, more: &str| {
        format!(
            "[person]\nno = {{ class = \"log\", purpose = \"a\", retention = \"1y\" }}\n\
             name = {{ class = \"{class}\", purpose = \"{purpose}\", retention = \"1y\" }}\n{more}"
        )
    };
    assert!(violations(path, &manifest("personal", "a", "")).is_empty());
    one(
        path,
        &manifest("secret", "a", ""),
        path,
        "the class \"secret\"",
    );
    one(path, &manifest("personal", " ", ""), path, "no purpose");
    one(
        path,
        &manifest("personal", "a", "[gone]\nx = {}\n"),
        path,
        "gone.x is not in the schema",
    );
    one(
        path,
        "[person]\nno = { class = \"log\", purpose = \"a\", retention = \"1y\" }\n",
        path,
        "person.name",
    );
}

#[test]
fn routes_and_their_table_agree() {
    let (table, server) = ("crates/web/src/routes.rs", "crates/web/src/server.rs");
    let rows = "//! Invariant: none.\nconst A: X = open(\"GET\", \"/a\");\nconst B: X = needs(\n\"GET\", \"/b\", C);\n";
    one(
        table,
        rows,
        "crates/web/src/routes.rs:3:",
        "/b is in ROUTES",
    );
    let routes =
        "//! Invariant: none.\nfn r() {\n    x.route(\"/a\", a)\n    .route(\"/c\", c)\n}\n";
    one(
        server,
        routes,
        "crates/web/src/server.rs:4:",
        "/c has no row",
    );
}

#[test]
fn some_words_stay_out() {
    in_line(concat!("fn a() { to", "do!() }"), "is left");
    in_line(concat!("// FIX", "ME"), "is left");
    in_line(concat!("#[ig", "nore]"), "is left");
    in_line(concat!("const A: &str = \"/wo", "rk/x\";"), "one workplace");
    in_line("fn a() { println!(); }", "prints");
    in_line("const A: &str = \"SELECT 1\";", "SQL outside");
    in_line(concat!("// 131052", "-308T"), "identity code");
    in_line(concat!("// 010101", "Y123N."), "identity code");
    in_line(concat!("// anna@", "koulu.fi"), "e-mail");
    let fine = "// 2026-10-16 1310520-308T postgres://u@db.example.org/x https://a.fi/x\n";
    assert!(violations(LIB, &format!("{HEADER}{fine}")).is_empty());
    let test = concat!("//! A test.\n// 131052", "-308T a@", "b.fi\n");
    assert!(violations("crates/domain/tests/a.rs", test).is_empty());
    one(
        "docs/a.md",
        concat!("a@", "b.fi\n"),
        "docs/a.md:1:",
        "e-mail",
    );
}

#[test]
fn pages_lead_somewhere() {
    one(
        "docs/a.md",
        "[x](b.md)\n",
        "docs/a.md:1:",
        "b.md leads nowhere",
    );
    one(
        "docs/a.md",
        "\n`crates/domain/src/x.rs`\n",
        "docs/a.md:2:",
        "does not exist",
    );
    assert!(violations("docs/a.md", "```\n[x](b.md)\n```\n[y](https://a.fi/b)\n").is_empty());
    one(
        "ARCHITECTURE.md",
        "`crates/domain` and `xtask`\n",
        "ARCHITECTURE.md:1:",
        "`crates/store`",
    );
}
