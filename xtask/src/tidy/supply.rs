//! The parts that the program is built of: licences, banned crates, where they come from; and that
//! `unsafe` is forbidden by the compiler.
//!
//! The lists are those of `deny.toml`, so that `cargo deny` and this agree. It asks `cargo tree`
//! for the parts that are built on this platform: `cargo metadata` also names parts of features that
//! are off.
//!
//! Invariant: a part whose licence cannot be read is not allowed.

use super::{Found, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const LISTS: &str = "deny.toml";
const LOCK: &str = "Cargo.lock";
/// The one crate with blocks that the compiler cannot check; each says why.
const UNSAFE: &str = "crates/engine/";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(tree: &Tree, found: &mut Found) {
    // Small trees of tests have no lock file, and are not built.
    if !tree.exists(LOCK) {
        return;
    }
    forbidden(tree, found);
    let lists = tree.file(LISTS).map_or("", |file| file.text.as_str());
    let (allowed, banned) = match lists_of(lists) {
        Ok(lists) => lists,
        Err(error) => return found.add(LISTS, 1, error, "mend the file"),
    };
    let (parts, foreign) = match parts(tree).and_then(|parts| Ok((parts, foreign(tree)?))) {
        Ok(both) => both,
        Err(error) => return found.add(LOCK, 1, error, "mend what cargo says"),
    };
    for source in foreign {
        let mend = "take parts from crates.io alone";
        found.add(LOCK, 1, format!("a part comes from {source}"), mend);
    }
    for part in parts {
        let wrapped = banned.get(&part.name).map(|wrappers| {
            let users = users_of(tree, &part.name)?;
            Ok::<_, String>(!users.is_empty() && users.is_subset(wrappers))
        });
        let what = if wrapped.is_some_and(|wrapped| wrapped != Ok(true)) {
            "is banned"
        } else if !is_allowed(&part.licence, &allowed) {
            "has a licence that is not allowed"
        } else {
            continue;
        };
        let (name, licence) = (part.name, part.licence);
        let mend = "use another crate, or decide in deny.toml with a reason";
        found.add(LOCK, 1, format!("{name} ({licence}) {what}"), mend);
    }
}

fn forbidden(tree: &Tree, found: &mut Found) {
    let roots = tree.rust().filter(|file| {
        let name = file.path.strip_prefix("crates/").and_then(|rest| {
            let (_, inside) = rest.split_once('/')?;
            Some(inside)
        });
        matches!(name, Some("src/lib.rs" | "src/main.rs")) && !file.path.starts_with(UNSAFE)
    });
    for file in roots {
        if !file.text.contains("\n#![forbid(unsafe_code)]\n") {
            let mend = "write #![forbid(unsafe_code)] below its header";
            found.add(&file.path, 1, "the crate does not forbid unsafe code", mend);
        }
    }
}

/// Allowed licences, and banned crates with those that may use them all the same.
type Lists = (BTreeSet<String>, BTreeMap<String, BTreeSet<String>>);

fn lists_of(text: &str) -> Result<Lists, String> {
    let all: toml::Table = text.parse().map_err(|error| format!("not TOML: {error}"))?;
    let list = |section: &str, key: &str| all.get(section)?.get(key)?.as_array();
    let names = |list: &[toml::Value]| {
        let names = list.iter().filter_map(toml::Value::as_str);
        names.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let licences = list("licenses", "allow").ok_or("no list of licences")?;
    let licences = names(licences);
    let banned = list("bans", "deny").ok_or("no list of banned crates")?;
    let banned = banned.iter().filter_map(|value| {
        let name = value.as_str().or_else(|| value.get("crate")?.as_str())?;
        let wrappers = value.get("wrappers").and_then(toml::Value::as_array);
        let wrappers = wrappers.map(|list| names(list)).unwrap_or_default();
        Some((name.to_owned(), wrappers))
    });
    let banned = banned.collect();
    Ok((licences, banned))
}

struct Part {
    name: String,
    licence: String,
}

/// The crates of this platform, with those of tests and builds, as they are really built.
fn parts(tree: &Tree) -> Result<Vec<Part>, String> {
    let lines = cargo_tree(tree, &["--prefix", "none", "--format", "{p}|{l}"])?;
    let parts: BTreeSet<(&str, &str)> = lines
        .lines()
        .filter_map(|line| {
            let (package, licence) = line.split_once('|')?;
            // A part that is printed again ends so.
            let licence = licence.trim_end_matches("(*)").trim();
            Some((package.split(' ').next()?, licence))
        })
        .collect();
    if parts.is_empty() {
        return Err("cargo tree names no part".to_owned());
    }
    Ok(parts
        .into_iter()
        .map(|(name, licence)| Part {
            name: name.to_owned(),
            licence: licence.to_owned(),
        })
        .collect())
}

/// The crates that use a crate directly.
fn users_of(tree: &Tree, name: &str) -> Result<BTreeSet<String>, String> {
    let inverted = ["--prefix", "depth", "--depth", "1", "--invert", name];
    let lines = cargo_tree(tree, &inverted)?;
    let users = lines.lines().filter_map(|line| line.strip_prefix('1'));
    let users = users.filter_map(|line| line.split(' ').next());
    Ok(users.map(str::to_owned).collect())
}

fn cargo_tree(tree: &Tree, more: &[&str]) -> Result<String, String> {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args(["tree", "--workspace", "--locked"])
        .args(["--edges", "normal,build,dev"])
        .args(more)
        .current_dir(tree.root())
        .output()
        .map_err(|error| format!("cargo tree: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default();
        return Err(format!("cargo tree: {last}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where parts come from, as the lock file says it.
fn foreign(tree: &Tree) -> Result<Vec<String>, String> {
    let lock = std::fs::read_to_string(tree.root().join(LOCK));
    let lock = lock.map_err(|error| error.to_string())?;
    let sources = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "));
    Ok(sources
        .filter(|source| source.trim_matches('"') != REGISTRY)
        .map(str::to_owned)
        .collect())
}

/// Whether an expression of licences can be met with the allowed ones.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    // An old way to write OR.
    let spaced = spaced.replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let met = any(&mut rest, allowed);
    met && rest.is_empty() && !words.is_empty()
}

fn any(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = all(rest, allowed);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        met |= all(rest, allowed);
    }
    met
}

fn all(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = one(rest, allowed);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let met = any(rest, allowed);
            match *rest {
                [")", after @ ..] => {
                    *rest = after;
                    met
                }
                _ => false,
            }
        }
        [name, "WITH", exception, after @ ..] => {
            *rest = after;
            allowed.contains(&format!("{name} WITH {exception}"))
        }
        [name, after @ ..] => {
            *rest = after;
            allowed.contains(*name)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_by_what_is_allowed_alone() {
        let allowed: BTreeSet<String> = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
            .map(str::to_owned)
            .into();
        for expression in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/GPL-3.0",
            "ISC AND (GPL-3.0 OR MIT)",
            "GPL-2.0 OR Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(is_allowed(expression, &allowed), "{expression}");
        }
        for expression in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "Apache-2.0",
            "(MIT",
            "MIT MIT",
            "ISC AND (GPL-3.0 OR AGPL-3.0)",
        ] {
            assert!(!is_allowed(expression, &allowed), "{expression}");
        }
    }
}
