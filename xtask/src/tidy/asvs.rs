//! The page on ASVS: up to date, and every test that it names is there.
//!
//! Invariant: a row cannot be held by a test that nobody can run.

use super::{Found, Tree};
use crate::asvs::{PAGE, ROWS, named, page, read, tests_in};
use std::collections::BTreeSet;

pub(super) fn check(tree: &Tree, found: &mut Found) {
    let Some(rows) = tree.file(ROWS) else { return };
    let chapters = match read(&rows.text) {
        Ok(chapters) => chapters,
        Err(error) => return found.add(ROWS, 1, error, "mend the row"),
    };
    let tests: BTreeSet<&str> = tree.rust().flat_map(|file| tests_in(&file.text)).collect();
    for (id, test) in named(&chapters) {
        if !tests.contains(test) {
            found.add(
                ROWS,
                rows.line_of(&format!("\"{id}\"")),
                format!("{id} names the test {test}, which is not there"),
                "name a test that shows it, or say that it is open",
            );
        }
    }
    let written = tree.file(PAGE).map_or("", |file| file.text.as_str());
    if written != page(&chapters) {
        let mend = "run cargo run -p xtask -- asvs";
        found.add(PAGE, 1, "the page is not made of the rows", mend);
    }
}
