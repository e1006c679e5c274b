//! The checks, one module each, over one reading of the tree.
//!
//! They look at text the way `cargo fmt` leaves it and do not parse Rust; what the compiler and
//! clippy can hold is left to them.
//!
//! Invariant: every violation has a place and a mend.

mod asvs;
mod columns;
mod docs;
mod edges;
mod headers;
mod migrations;
mod places;
mod pure;
mod routes;
mod sizes;
mod supply;
mod translations;
mod tree;
mod words;

use std::fmt;
use std::path::Path;
use tree::Tree;

/// Something that the house does not allow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path from the root, with `/`.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {} — {}",
            self.path, self.line, self.message, self.mend
        )
    }
}

/// What the checks have found so far.
#[derive(Debug, Default)]
struct Found(Vec<Violation>);

impl Found {
    fn add(
        &mut self,
        path: &str,
        line: usize,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.0.push(Violation {
            path: path.to_owned(),
            line,
            message: message.into(),
            mend: mend.into(),
        });
    }
}

const CHECKS: [fn(&Tree, &mut Found); 13] = [
    edges::check,
    pure::check,
    sizes::check,
    headers::check,
    translations::check,
    migrations::check,
    columns::check,
    routes::check,
    words::check,
    docs::check,
    asvs::check,
    places::check,
    supply::check,
];

/// Runs every check on the tree under `root`.
///
/// # Errors
/// Where the tree cannot be read.
pub fn run(root: &Path) -> anyhow::Result<Vec<Violation>> {
    let tree = Tree::read(root)?;
    let mut found = Found::default();
    for check in CHECKS {
        check(&tree, &mut found);
    }
    found.0.sort();
    Ok(found.0)
}
