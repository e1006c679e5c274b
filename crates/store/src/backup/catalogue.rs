//! The tables as the engine itself knows them: columns, keys and what refers to what.
//!
//! Invariant: a table of the schema is in the list, since nobody writes the list by hand.

use crate::db::{DbError, Engine, ErrorKind, Read};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const SQLITE_COLUMNS: &str = "SELECT t.name, c.name, c.type, c.pk \
    FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
pub(crate) const SQLITE_REFERENCES: &str = "SELECT t.name, f.\"table\" \
    FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f WHERE t.type = 'table'";
pub(crate) const POSTGRES_COLUMNS: &str = "SELECT cast(c.relname AS text), \
    cast(a.attname AS text), cast(format_type(a.atttypid, a.atttypmod) AS text), \
    cast(coalesce(array_position(cast(i.indkey AS smallint[]), a.attnum) + 1, 0) AS bigint) \
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
    AND NOT a.attisdropped LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = \
    (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
    ORDER BY cast(c.relname AS text) COLLATE \"C\", a.attnum";
pub(crate) const POSTGRES_REFERENCES: &str = "SELECT cast(c.relname AS text), \
    cast(r.relname AS text) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
    JOIN pg_class r ON r.oid = k.confrelid WHERE k.contype = 'f'";

/// The table of the migrations; its content travels as one number.
const BOOKKEEPING: &str = "schema_version";

/// What a column holds, on either engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// An integer.
    Integer,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
}

/// One table: its columns in order, and those of its primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TableShape {
    pub name: String,
    pub columns: Vec<(String, Holds)>,
    pub key: Vec<String>,
}

impl TableShape {
    /// The names of the columns.
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The statement that gives all rows in the order of the key, the same on both engines.
    pub(super) fn select(&self, engine: Engine) -> String {
        let names: Vec<String> = self.names().into_iter().map(quoted).collect();
        let holds = |key: &String| self.columns.iter().find(|(name, _)| name == key);
        let order: Vec<String> = self
            .key
            .iter()
            .map(|key| match (engine, holds(key)) {
                (Engine::Postgres, Some((_, Holds::Text))) => {
                    format!("{} COLLATE \"C\"", quoted(key))
                }
                _ => quoted(key),
            })
            .collect();
        format!(
            "SELECT {} FROM {} ORDER BY {}",
            names.join(", "),
            quoted(&self.name),
            order.join(", ")
        )
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn holds(engine_type: &str) -> Result<Holds, DbError> {
    match engine_type {
        "INTEGER" | "bigint" | "integer" | "smallint" | "boolean" => Ok(Holds::Integer),
        "TEXT" | "text" | "character varying" => Ok(Holds::Text),
        "BLOB" | "bytea" => Ok(Holds::Bytes),
        other => {
            let text = format!("a column of type {other} cannot be kept in a backup");
            Err(DbError::new(ErrorKind::Value, text))
        }
    }
}

/// Every table but that of the migrations; one that others refer to comes before them.
pub(super) fn tables(read: &mut Read<'_>) -> Result<Vec<TableShape>, DbError> {
    let (columns, references) = match read.engine() {
        Engine::Sqlite => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        Engine::Postgres => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let mut tables: BTreeMap<String, (TableShape, Vec<(i64, String)>)> = BTreeMap::new();
    for row in read.query(columns, &[])? {
        let (table, column): (String, String) = (row.get(0)?, row.get(1)?);
        let (shape, keys) = tables.entry(table.clone()).or_insert_with(|| {
            let shape = TableShape {
                name: table,
                columns: Vec::new(),
                key: Vec::new(),
            };
            (shape, Vec::new())
        });
        let place: i64 = row.get(3)?;
        if place > 0 {
            keys.push((place, column.clone()));
        }
        shape.columns.push((column, holds(row.get(2)?)?));
    }
    tables.remove(BOOKKEEPING);
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in read.query(references, &[])? {
        let (table, other): (String, String) = (row.get(0)?, row.get(1)?);
        if table != other {
            needs.entry(table).or_default().insert(other);
        }
    }
    let shapes = tables.into_values().map(|(mut shape, mut keys)| {
        keys.sort();
        shape.key = match keys.is_empty() {
            true => shape.columns.iter().map(|(name, _)| name.clone()).collect(),
            false => keys.into_iter().map(|(_, name)| name).collect(),
        };
        shape
    });
    Ok(in_order(shapes.collect(), &needs))
}

/// By name, but after what a table refers to; tables in a ring come last.
fn in_order(
    mut left: Vec<TableShape>,
    needs: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<TableShape> {
    let mut done: Vec<TableShape> = Vec::new();
    loop {
        let free = left.iter().position(|table| {
            let mut others = needs.get(&table.name).into_iter().flatten();
            others.all(|other| done.iter().any(|table| table.name == *other))
        });
        match free {
            Some(at) => done.push(left.remove(at)),
            None => break,
        }
    }
    done.extend(left);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_what_it_refers_to() {
        let table = |name: &str| TableShape {
            name: name.to_owned(),
            columns: Vec::new(),
            key: Vec::new(),
        };
        let needs = [("a", "z"), ("b", "a"), ("r", "s"), ("s", "r")]
            .into_iter()
            .map(|(table, other)| (table.to_owned(), BTreeSet::from([other.to_owned()])))
            .collect();
        let all = ["a", "b", "m", "r", "s", "z"].map(table).to_vec();
        let names: Vec<String> = in_order(all, &needs).into_iter().map(|t| t.name).collect();
        assert_eq!(names, ["m", "z", "a", "b", "r", "s"]);
    }
}
