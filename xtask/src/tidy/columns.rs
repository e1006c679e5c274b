//! Every column has a class, a purpose and a time of keeping in `data-classes.toml`.
//!
//! Invariant: a column that the manifest does not name, or names without need, is a violation.

use super::{Found, Tree, migrations};
use std::collections::BTreeSet;
use toml::{Table, Value};

const MANIFEST: &str = "crates/store/data-classes.toml";
const CLASSES: &[&str] = &[
    "structure",
    "identifier",
    "personal",
    "sensitive",
    "credential",
    "log",
];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    let Some(file) = tree.file(MANIFEST) else {
        return found.add(
            MANIFEST,
            1,
            "the manifest is not there",
            "name every column in it",
        );
    };
    let manifest: Table = match file.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return found.add(MANIFEST, 1, "is not TOML", error.to_string()),
    };
    let tables = migrations::tables(tree);
    for (name, columns) in &tables {
        let line = file.line_of(&format!("[{name}]"));
        let rows = manifest.get(name).and_then(Value::as_table);
        for column in columns {
            match rows.and_then(|rows| rows.get(column)) {
                None => found.add(
                    MANIFEST,
                    line,
                    format!("{name}.{column} is not named"),
                    "give it a class, a purpose and a retention",
                ),
                Some(row) => check_row(found, line, &format!("{name}.{column}"), row),
            }
        }
    }
    for (name, rows) in &manifest {
        let known: BTreeSet<&str> = tables
            .get(name)
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let line = file.line_of(&format!("[{name}]"));
        for column in rows.as_table().into_iter().flat_map(Table::keys) {
            if !known.contains(column.as_str()) {
                let message = format!("{name}.{column} is not in the schema");
                found.add(MANIFEST, line, message, "take it out, or mend its name");
            }
        }
    }
}

fn check_row(found: &mut Found, line: usize, name: &str, row: &Value) {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("").trim();
    if !CLASSES.contains(&text("class")) {
        let mend = format!("one of {}", CLASSES.join(", "));
        found.add(
            MANIFEST,
            line,
            format!("{name} has the class {:?}", text("class")),
            mend,
        );
    }
    for key in ["purpose", "retention"] {
        if text(key).is_empty() {
            found.add(MANIFEST, line, format!("{name} has no {key}"), "say it");
        }
    }
}
