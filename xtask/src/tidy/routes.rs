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
    let rows = quoted(&table.product_lines(), "path: \"");
    let mut served = BTreeMap::new();
    for file in tree.under(FOLDER, ".rs") {
        for (path, line) in quoted(&file.product_lines(), ".route(\"") {
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

/// Texts between `lead` and the next quote, with their lines.
fn quoted<'t>(lines: &[(usize, &'t str)], lead: &str) -> BTreeMap<&'t str, usize> {
    lines
        .iter()
        .filter_map(|(no, line)| {
            let (_, rest) = line.split_once(lead)?;
            Some((rest.split('"').next()?, *no))
        })
        .collect()
}
