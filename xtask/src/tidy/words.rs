//! What must not stand in the repository: unfinished code, places of work, people.
//!
//! The words are put together from parts, so that this file does not hold them.
//!
//! Invariant: identity codes and addresses are looked for in every text file but tests.

use super::tree::File;
use super::{Found, Tree};

const UNFINISHED: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
    concat!("#[ig", "nore"),
    concat!("db", "g!("),
];
const WORKPLACES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
];
/// Crates whose work is to print.
const PRINTING: &[&str] = &["crates/cli/", "xtask/"];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for file in &tree.files {
        let rust = file.path.ends_with(".rs");
        for (no, line) in file.lines() {
            if let Some(word) = UNFINISHED.iter().find(|word| rust && line.contains(**word)) {
                found.add(
                    &file.path,
                    no,
                    format!("{word} is left"),
                    "finish it or take it out",
                );
            }
            if let Some(place) = WORKPLACES.iter().find(|place| begins_a_path(line, place)) {
                let mend = "name a place relative to the repository, or an environment variable";
                found.add(
                    &file.path,
                    no,
                    format!("a path of one workplace, {place}…"),
                    mend,
                );
            }
        }
        let product = if rust {
            file.product_lines()
        } else {
            file.lines().collect()
        };
        if !rust && file.is_test() {
            continue;
        }
        for (no, line) in product {
            check_line(found, file, no, line);
        }
    }
}

fn check_line(found: &mut Found, file: &File, no: usize, line: &str) {
    if has_identity_code(line) {
        let mend = "make one up inside a test, or leave it out";
        found.add(&file.path, no, "looks like a personal identity code", mend);
    }
    if has_address(line) {
        let mend = "leave it out, or use a host under example.org";
        found.add(&file.path, no, "looks like an e-mail address", mend);
    }
    if !file.path.ends_with(".rs") {
        return;
    }
    let prints = line
        .match_indices("println!")
        .any(|(at, _)| !line[..at].ends_with('e'));
    let may = PRINTING.iter().any(|folder| file.path.starts_with(folder))
        // A build script talks to cargo that way.
        || file.path.ends_with("/build.rs");
    if prints && !may && !line.trim_start().starts_with("//") {
        found.add(
            &file.path,
            no,
            "prints to standard output",
            "return it, or use tracing",
        );
    }
    let sql = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM "];
    let of_store = ["crates/store/", "xtask/"]
        .iter()
        .any(|f| file.path.starts_with(f));
    if !of_store && sql.iter().any(|word| line.contains(word)) {
        found.add(
            &file.path,
            no,
            "SQL outside the store",
            "give lasna-store a function for it",
        );
    }
}

fn begins_a_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + place.len()..].chars().next();
        // Nobody's folder begins like a blank in an address of our own, or a number in its place.
        let of_ours = after.is_some_and(|c| c == '{' || c.is_ascii_digit());
        !of_ours && before.is_none_or(|c| c.is_whitespace() || "\"'`(=<:".contains(c))
    })
}

/// Six digits, a sign of the century, three digits, a sign: `[-+A-FU-Y]` since 2023.
fn has_identity_code(line: &str) -> bool {
    let bytes = line.as_bytes();
    let word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    (0..bytes.len().saturating_sub(10)).any(|at| {
        let code = &bytes[at..at + 11];
        code[..6].iter().all(u8::is_ascii_digit)
            && matches!(code[6], b'-' | b'+' | b'A'..=b'F' | b'U'..=b'Y')
            && code[7..10].iter().all(u8::is_ascii_digit)
            && matches!(code[10], b'0'..=b'9' | b'A'..=b'Y')
            && !(at > 0 && word(at - 1))
            && !word(at + 11)
    })
}

fn has_address(line: &str) -> bool {
    line.match_indices('@').any(|(at, _)| {
        let part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let named = line[..at].chars().next_back().is_some_and(part);
        let after = &line[at + 1..];
        let host = &after[..after.find(|c| !part(c)).unwrap_or(after.len())];
        let host = host.trim_end_matches('.');
        let top = host.rsplit_once('.').map_or("", |(_, top)| top);
        let made_up = host.starts_with("example.") || host.contains(".example");
        named && !made_up && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_lowercase())
    })
}
