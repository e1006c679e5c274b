//! The schema as one text for both engines: type words, table options, names of files.
//!
//! [`tables`] also gives the columns to [`super::columns`]. What each engine makes of the text is
//! tested in `lasna-store`.
//!
//! Invariant: a statement that is not understood is a violation.

use super::tree::File;
use super::{Found, Tree};
use std::collections::BTreeMap;

const FOLDER: &str = "crates/store/migrations/";
const TYPES: &[&str] = &["BIGINT", "TEXT", "BYTEA"];
const CONSTRAINTS: &[&str] = &["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"];
/// What a table is called whose rows the program carries over to another, and which then goes.
const CARRIED: &str = "_plain";
const OPTIONS: &[&str] = &["/*strict*/", "/*clustered*/"];

/// Tables with their columns.
pub(super) type Tables = BTreeMap<String, Vec<String>>;

pub(super) fn check(tree: &Tree, found: &mut Found) {
    let register = tree
        .file("crates/store/src/migrate.rs")
        .map_or("", |file| &file.text);
    let mut next = 1;
    for file in tree.under(FOLDER, ".sql") {
        let name = &file.path[FOLDER.len()..];
        if !name.starts_with(&format!("{next:04}_")) {
            let mend = format!("call it {next:04}_area_verb_object.sql");
            found.add(&file.path, 1, "migrations are numbered without gaps", mend);
        }
        next += 1;
        if !register.contains(&format!("migrations/{name}")) {
            let mend = "add it to MIGRATIONS in crates/store/src/migrate.rs";
            found.add(&file.path, 1, "nothing runs this migration", mend);
        }
        read(file, &mut Tables::new(), found);
    }
    if next == 1 {
        found.add(
            FOLDER,
            1,
            "no migration is there",
            "mend this check if they have moved",
        );
    }
}

/// Every table that the migrations make.
pub(super) fn tables(tree: &Tree) -> Tables {
    let mut tables = Tables::new();
    for file in tree.under(FOLDER, ".sql") {
        read(file, &mut tables, &mut Found::default());
    }
    tables
}

fn read(file: &File, tables: &mut Tables, found: &mut Found) {
    let mut line = 1;
    let text: Vec<&str> = file
        .text
        .lines()
        .map(|l| l.split("--").next().unwrap_or(""))
        .collect();
    for statement in text.join("\n").split(';') {
        let begins = line
            + statement
                .chars()
                .take_while(|c| c.is_whitespace())
                .filter(|c| *c == '\n')
                .count();
        line += statement.matches('\n').count();
        let words: Vec<&str> = statement.split_whitespace().collect();
        match words.as_slice() {
            [] | ["CREATE", "INDEX", ..] | ["CREATE", "UNIQUE", "INDEX", ..] | ["INSERT", ..] => {}
            ["CREATE", "TABLE", name, ..] => {
                let place = Place { file, line: begins };
                let columns = tables.entry((*name).to_owned()).or_default();
                table(&place, name, statement, columns, found);
            }
            ["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind, ..] => {
                typed(&Place { file, line: begins }, column, kind, found);
                tables
                    .entry((*name).to_owned())
                    .or_default()
                    .push((*column).to_owned());
            }
            ["ALTER", "TABLE", old, "RENAME", "TO", new] if new.ends_with(CARRIED) => {
                let columns = tables.remove(*old).unwrap_or_default();
                tables.insert((*new).to_owned(), columns);
            }
            ["DROP", "TABLE", name] if name.ends_with(CARRIED) => {
                tables.remove(*name);
            }
            _ => found.add(
                &file.path,
                begins,
                "a statement that this check does not know",
                "use CREATE TABLE, CREATE INDEX, INSERT, ALTER TABLE … ADD COLUMN; \
                 a table whose rows are carried over is renamed to …_plain and dropped",
            ),
        }
    }
}

struct Place<'f> {
    file: &'f File,
    line: usize,
}

fn table(
    place: &Place<'_>,
    name: &str,
    statement: &str,
    columns: &mut Vec<String>,
    found: &mut Found,
) {
    let (Some(from), Some(to)) = (statement.find('('), statement.rfind(')')) else {
        return found.add(
            &place.file.path,
            place.line,
            "a table without columns",
            "add them",
        );
    };
    if !OPTIONS.contains(&statement[to + 1..].trim()) {
        found.add(
            &place.file.path,
            place.line,
            format!("table {name} says neither /*strict*/ nor /*clustered*/"),
            "end it with `) /*strict*/;`, or /*clustered*/ where rows are read by their key",
        );
    }
    let mut line = place.line;
    for item in items(&statement[from + 1..to]) {
        let lead = item
            .chars()
            .take_while(|c| c.is_whitespace())
            .filter(|c| *c == '\n')
            .count();
        let at = Place {
            file: place.file,
            line: line + lead,
        };
        line += item.matches('\n').count();
        let mut words = item.split_whitespace();
        let Some(first) = words.next().filter(|first| !CONSTRAINTS.contains(first)) else {
            continue;
        };
        typed(&at, first, words.next().unwrap_or(""), found);
        columns.push(first.to_owned());
    }
}

fn typed(place: &Place<'_>, column: &str, kind: &str, found: &mut Found) {
    if !TYPES.contains(&kind) {
        found.add(
            &place.file.path,
            place.line,
            format!("column {column} has the type {kind:?}"),
            format!("both engines know {} alike", TYPES.join(", ")),
        );
    }
}

/// Parts between commas that are not inside parentheses.
fn items(body: &str) -> Vec<&str> {
    let (mut depth, mut from, mut items) = (0, 0, Vec::new());
    for (at, c) in body.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&body[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    items.push(&body[from..]);
    items
}
