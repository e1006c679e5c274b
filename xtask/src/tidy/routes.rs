//! The route table and the router name the same paths.
//!
//! Invariant: both directions are compared.

use super::{Found, Tree};
use std::collections::BTreeMap;

const TABLE: &str = "crates/web/src/routes.rs";
const FOLDER: &str = "crates/web/src/";

pub(super) fn check(tree: &Tree, found: &mut Found) {
    let Some(table) = tree.file(TABLE) else {
        return found.add(
            TABLE,
            1,
            "the route table is not there",
            "mend this check if it moved",
        );
    };
    let mut rows = quoted(&table.product_lines(), " open(");
    rows.extend(quoted(&table.product_lines(), " needs("));
    let mut served = BTreeMap::new();
    for file in tree.under(FOLDER, ".rs") {
        for (path, line) in quoted(&file.product_lines(), ".route(") {
            if !rows.contains_key(path) {
                let mend = "add its row, with the action that it needs, to ROUTES";
                found.add(
                    &file.path,
                    line,
                    format!("the route {path} has no row"),
                    mend,
                );
            }
            served.insert(path, line);
        }
    }
    if served.is_empty() {
        found.add(
            FOLDER,
            1,
            "no .route(\"…\") was found",
            "mend this check if the router changed",
        );
    }
    for (path, line) in rows.iter().filter(|(path, _)| !served.contains_key(*path)) {
        let message = format!("{path} is in ROUTES and nowhere served");
        found.add(TABLE, *line, message, "take the row out, or serve it");
    }
}

/// The first path between quotes after each `lead`, on its line or, where the line was broken, on the
/// next ones.
fn quoted<'t>(lines: &[(usize, &'t str)], lead: &str) -> BTreeMap<&'t str, usize> {
    let mut found = BTreeMap::new();
    for (at, (no, line)) in lines.iter().enumerate() {
        let Some((_, rest)) = line.split_once(lead) else {
            continue;
        };
        let after = lines[at + 1..].iter().take(3).map(|(_, line)| *line);
        let mut parts = std::iter::once(rest)
            .chain(after)
            .flat_map(|text| text.split('"'));
        if let Some(path) = parts.find(|part| part.starts_with('/') && !part.starts_with("//")) {
            found.insert(path, *no);
        }
    }
    found
}
