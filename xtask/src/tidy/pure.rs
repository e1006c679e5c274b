//! The pure crates: no files, no network, no environment, no clock, no chance, no database.
//!
//! Invariant: tests are left out, comments too.

use super::{Found, Tree};

const PURE: &[&str] = &[
    "crates/domain/src/",
    "crates/engine/src/",
    "crates/formats/src/",
];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "ZonedDateTime::now",
    "getrandom",
    "rand::",
    "tokio",
    "rusqlite",
    "postgres::",
];
/// Modules of `std` that a grouped `use` could bring in.
const GROUPED: &[&str] = &["fs", "net", "env", "process"];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for file in tree
        .rust()
        .filter(|file| PURE.iter().any(|pure| file.path.starts_with(pure)))
    {
        for (no, line) in file.product_lines() {
            let code = line.split("//").next().unwrap_or("");
            let plain = IMPURE.iter().copied().find(|word| code.contains(word));
            let grouped = code.split_once("std::{").and_then(|(_, names)| {
                let mut names = names.split(|c: char| !c.is_alphanumeric() && c != '_');
                names.find(|name| GROUPED.contains(name))
            });
            if let Some(word) = plain.or(grouped) {
                found.add(
                    &file.path,
                    no,
                    format!("{word} in a crate without I/O, clock and chance"),
                    "take a reader, a value or an instant as a parameter",
                );
            }
        }
    }
}
