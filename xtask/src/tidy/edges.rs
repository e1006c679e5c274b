//! Which crate may use which, ours and others'.
//!
//! Invariant: an edge that is not in the table is refused, and so is a crate without a row.

use super::{Found, Tree};
use toml::{Table, Value};

/// Each crate with the crates it may use.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("engine", &["domain"]),
    ("formats", &["domain"]),
    ("seal", &[]),
    ("store", &["domain", "seal"]),
    ("app", &["domain", "engine", "formats", "seal", "store"]),
    ("web", &["app", "domain", "formats", "store"]),
    (
        "cli",
        &[
            "app", "domain", "engine", "formats", "seal", "simulate", "store", "web",
        ],
    ),
    ("simulate", &[]),
    ("testkit", &["domain", "seal"]),
    ("xtask", &[]),
];
/// What tests may use beside that.
const FOR_TESTS: &[&str] = &["testkit", "simulate"];
/// Crates of others that have one place, with the crates that may use them.
const OWNERS: &[(&str, &[&str])] = &[
    ("anyhow", &["cli", "xtask"]),
    ("axum", &["web"]),
    ("clap", &["cli"]),
    ("getrandom", &["cli"]),
    ("postgres", &["store"]),
    ("rand", &["simulate"]),
    ("rusqlite", &["store"]),
    ("tokio", &["cli", "web"]),
];

const MEND: &str = "move the code to the crate that may, or decide on the edge in docs/decisions \
                    and add it to xtask/src/tidy/edges.rs";

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for name in tree.crates() {
        check_crate(tree, found, name, &format!("crates/{name}/Cargo.toml"));
    }
    check_crate(tree, found, "xtask", "xtask/Cargo.toml");
}

fn check_crate(tree: &Tree, found: &mut Found, name: &str, path: &str) {
    let Some(file) = tree.file(path) else {
        return found.add(
            path,
            1,
            "the manifest is not there",
            "write it, or mend this check",
        );
    };
    let manifest: Table = match file.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return found.add(path, 1, "is not TOML", error.to_string()),
    };
    let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
        return found.add(
            path,
            1,
            format!("crate {name} has no row of allowed edges"),
            MEND,
        );
    };
    for (section, in_tests) in [
        ("dependencies", false),
        ("build-dependencies", false),
        ("dev-dependencies", true),
    ] {
        for used in manifest
            .get(section)
            .and_then(Value::as_table)
            .into_iter()
            .flat_map(Table::keys)
        {
            let right = match used.strip_prefix("lasna-") {
                Some(own) => allowed.contains(&own) || in_tests && FOR_TESTS.contains(&own),
                None if used == "xtask" => false,
                None => in_tests || may_use(name, used),
            };
            if !right {
                let line = file
                    .line_of(&format!("{used}."))
                    .max(file.line_of(&format!("{used} ")));
                found.add(path, line, format!("{name} may not use {used}"), MEND);
            }
        }
    }
}

fn may_use(name: &str, used: &str) -> bool {
    OWNERS
        .iter()
        .find(|(known, _)| *known == used)
        .is_none_or(|(_, owners)| owners.contains(&name))
}
