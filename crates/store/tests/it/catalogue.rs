//! What an engine says of its own tables, asked of the engine and not of our files.
//!
//! Invariant: columns come in the order of the table.

use crate::Opened;
use lasna_store::db::Engine;
use std::collections::BTreeMap;

/// A column as an engine keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub holds: Holds,
    pub required: bool,
}

/// What a column holds, in words of both engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Integer,
    Text,
    Bytes,
}

/// The table of the migrations themselves; it says nothing of anybody.
pub const BOOKKEEPING: &str = "schema_version";

const SQLITE: &str = "select t.name, c.name, c.type, c.\"notnull\" \
    from sqlite_schema as t, pragma_table_info(t.name) as c \
    where t.type = 'table' and t.name not like 'sqlite_%' order by t.name, c.cid";
const POSTGRES: &str = "select cast(table_name as text), cast(column_name as text), \
    cast(data_type as text), cast(case is_nullable when 'NO' then 1 else 0 end as bigint) \
    from information_schema.columns where table_schema = 'public' \
    order by table_name, ordinal_position";

/// Every table of the product with its columns.
pub fn tables(o: &Opened) -> BTreeMap<String, Vec<Column>> {
    let sql = match o.store.database().engine() {
        Engine::Sqlite => SQLITE,
        Engine::Postgres => POSTGRES,
    };
    let rows = o.store.ask(|read| read.query(sql, &[])).unwrap();
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in rows {
        let holds = match row.get::<&str>(2).unwrap() {
            "INTEGER" | "bigint" => Holds::Integer,
            "TEXT" | "text" => Holds::Text,
            "BLOB" | "bytea" => Holds::Bytes,
            other => panic!("a column of type {other}"),
        };
        let column = Column {
            name: row.get(1).unwrap(),
            holds,
            required: row.get(3).unwrap(),
        };
        tables.entry(row.get(0).unwrap()).or_default().push(column);
    }
    assert!(tables.remove(BOOKKEEPING).is_some());
    tables
}

/// The columns of one table.
pub fn columns(o: &Opened, table: &str) -> Vec<Column> {
    tables(o).remove(table).unwrap()
}
