//! Every Rust file begins with what it is; those of the product name an invariant.
//!
//! Invariant: the header is the first line, before any attribute.

use super::{Found, Tree};

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for file in tree.rust() {
        let header: Vec<&str> = file
            .text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect();
        if header.is_empty() {
            found.add(
                &file.path,
                1,
                "no //! header",
                "begin with what the file is, what it is not, and one invariant",
            );
        } else if file.path.contains("/src/") && !header.iter().any(|l| l.contains("Invariant")) {
            found.add(
                &file.path,
                1,
                "the header names no invariant",
                "add a line `//! Invariant: …` with what always holds here",
            );
        }
    }
}
