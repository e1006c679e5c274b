//! Whole databases: a snapshot to read out, an empty place to fill, and copies from one to the other.
//!
//! The list of tables comes from the engine, see [`catalogue`]. Rows come in the order of the key, so
//! that both engines give the same rows in the same order.
//!
//! Invariant: a place is filled in one transaction, from the schema of the snapshot, and only where
//! it was empty.

pub(crate) mod catalogue;

pub use catalogue::{Holds, TableShape};

use crate::Store;
use crate::db::{Database, DbError, ErrorKind, Param, Place, Read, RowRef, Tx};
use crate::migrate;
use crate::vault::Vault;
use catalogue::quoted;
use lasna_domain::calendar::Instant;
use lasna_seal::KeySource;
use std::sync::Arc;

pub(crate) const LAST_IMPORT: &str = "SELECT coalesce(max(applied_at), 0) FROM import_batch";
pub(crate) const LAST_SAVE: &str = "SELECT coalesce(max(at), 0) FROM register_save";
pub(crate) const LAST_ACT: &str = "SELECT coalesce(max(at), 0) FROM signal_act";

pub(crate) const SIZE: [&str; 2] = [
    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "SELECT pg_database_size(current_database())",
];

/// Everything of a database, as of one instant.
pub struct Snapshot<'s, 'c> {
    read: &'s mut Read<'c>,
    schema: i64,
    tables: Vec<TableShape>,
}

/// The latest things that a database knows, by what people did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Latest {
    pub import: Instant,
    pub register: Instant,
    pub act: Instant,
}

impl Latest {
    /// Asks a database.
    ///
    /// # Errors
    /// The store's.
    pub fn of(read: &mut Read<'_>) -> Result<Latest, DbError> {
        let mut one = |sql| match read.query_one(sql, &[])? {
            Some(row) => Ok::<_, DbError>(Instant(row.get(0)?)),
            None => Ok(Instant(0)),
        };
        Ok(Latest {
            import: one(LAST_IMPORT)?,
            register: one(LAST_SAVE)?,
            act: one(LAST_ACT)?,
        })
    }
}

impl Snapshot<'_, '_> {
    /// The number of the schema.
    pub const fn schema(&self) -> i64 {
        self.schema
    }

    /// Every table, what others refer to first.
    pub fn tables(&self) -> &[TableShape] {
        &self.tables
    }

    /// Hands out all rows of a table in the order of its key.
    ///
    /// # Errors
    /// The store's, or the first of `each`.
    pub fn rows<E: From<DbError>>(
        &mut self,
        table: &TableShape,
        each: impl FnMut(RowRef<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = table.select(self.read.engine());
        self.read.query_each(&sql, &[], each)
    }

    /// The ids of all providers.
    ///
    /// # Errors
    /// The store's.
    pub fn providers(&mut self) -> Result<Vec<String>, DbError> {
        let rows = self.read.query(crate::batches::PROVIDERS, &[])?;
        rows.iter().map(|row| row.get(1)).collect()
    }
}

/// An empty place that is being filled.
pub struct Filling<'f, 'c> {
    tx: &'f mut Tx<'c>,
    tables: Vec<TableShape>,
}

impl Filling<'_, '_> {
    /// Every table that is there, as the schema made it.
    pub fn tables(&self) -> &[TableShape] {
        &self.tables
    }

    /// Fills one table: `rows` calls its argument with each row, values in the order of `columns`.
    ///
    /// # Errors
    /// The store's, or that of `rows`.
    pub fn fill<E: From<DbError>>(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: impl FnOnce(&mut dyn FnMut(&[Param<'_>]) -> Result<(), DbError>) -> Result<(), E>,
    ) -> Result<u64, E> {
        let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut copy = self.tx.copy(&quoted(table), &names)?;
        let given = rows(&mut |row| copy.row(row));
        let finished = copy.finish();
        given?;
        Ok(finished?)
    }

    /// Hands out the rows that a table has now.
    ///
    /// # Errors
    /// The store's, or the first of `each`.
    pub fn rows<E: From<DbError>>(
        &mut self,
        table: &TableShape,
        each: impl FnMut(RowRef<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = table.select(self.tx.engine());
        self.tx.query_each(&sql, &[], each)
    }
}

impl Store {
    /// Opens a place as it is, whatever its schema: only to read it out, to look at its number, or
    /// to bring it up to date.
    ///
    /// # Errors
    /// Where the place cannot be opened.
    pub fn as_it_is(place: Place, keys: Arc<dyn KeySource>) -> Result<Store, DbError> {
        let db = Arc::new(Database::open(place)?);
        // The keys are read when something is to be opened with them.
        let vault = Arc::new(Vault::new(keys));
        let store = Store { db, vault };
        if store.schema()? > 0 {
            // On PostgreSQL nothing is seen before it is known for whom.
            store.providers()?;
        }
        Ok(store)
    }

    /// The number of the schema that is there; 0 where there is none.
    ///
    /// # Errors
    /// The store's.
    pub fn schema(&self) -> Result<i64, DbError> {
        self.db.read(migrate::schema)
    }

    /// How many bytes the database takes.
    ///
    /// # Errors
    /// The store's.
    pub fn bytes(&self) -> Result<u64, DbError> {
        let sql = migrate::of_engine(SIZE, self.db.engine());
        let row = self.db.read(|read| read.query_one(sql, &[]))?;
        row.map_or(Ok(0), |row| row.get(0))
    }

    /// The number of the schema that this program works with.
    pub const fn schema_known() -> i64 {
        migrate::KNOWN
    }

    /// Brings the schema up to date in one transaction; `step` hears of each part of it.
    ///
    /// # Errors
    /// The store's; then the schema is the old one.
    pub fn bring_up(&self, step: &dyn Fn(crate::MigrationStep)) -> Result<(), DbError> {
        migrate::migrate(&self.db, &self.vault, step)
    }

    /// Reads everything as of one instant, while others go on writing.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn snapshot<T, E: From<DbError>>(
        &self,
        with: impl FnOnce(&mut Snapshot<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.db.read(|read| {
            let schema = migrate::schema(read)?;
            let tables = catalogue::tables(read)?;
            with(&mut Snapshot {
                read,
                schema,
                tables,
            })
        })
    }

    /// Makes a schema of the past in an empty place and fills it. The schema stays that one until
    /// [`Store::bring_up`].
    ///
    /// # Errors
    /// The closure's, or the store's; [`ErrorKind::Configuration`] where the place is not empty or
    /// the schema is of a newer program. Then nothing is in the place.
    pub fn filled<T, E: From<DbError>>(
        (place, keys): (Place, Arc<dyn KeySource>),
        schema: i64,
        fill: impl FnOnce(&mut Filling<'_, '_>) -> Result<T, E>,
    ) -> Result<(Store, T), E> {
        let store = Store::as_it_is(place, keys)?;
        let done = store.db.write_here(|tx| {
            migrate::create(tx, schema)?;
            let tables = catalogue::tables(tx)?;
            // A migration may have put rows of its own: those of the snapshot have them too.
            for table in tables.iter().rev() {
                tx.execute(&format!("DELETE FROM {}", quoted(&table.name)), &[])?;
            }
            fill(&mut Filling { tx, tables })
        })?;
        Ok((store, done))
    }

    /// Copies everything into an empty place with the same schema; gives the number of rows.
    ///
    /// # Errors
    /// As [`Store::filled`].
    pub fn copy_to(&self, place: Place) -> Result<(Store, u64), DbError> {
        self.snapshot(|snapshot| {
            let schema = snapshot.schema();
            let shapes = snapshot.tables().to_vec();
            let keys = self.vault.source();
            Store::filled((place, keys), schema, |filling| {
                let mut rows = 0;
                for shape in &shapes {
                    rows += filling.fill(&shape.name, &shape.names(), |put| {
                        snapshot.rows(shape, |row| {
                            let row = row.to_row()?;
                            let values: Vec<Param<'_>> =
                                row.values().iter().map(|value| value.as_param()).collect();
                            put(&values)
                        })
                    })?;
                }
                Ok::<u64, DbError>(rows)
            })
        })
    }

    /// A look at the storage that is quick enough for every start: on SQLite every page, without
    /// comparing indexes with their tables.
    ///
    /// # Errors
    /// [`ErrorKind::Broken`] with the first thing found.
    pub fn quick_check(&self) -> Result<(), DbError> {
        self.db.quick_check()
    }
}

/// The error of a place that has something in it.
pub(crate) fn not_empty() -> DbError {
    let text = "the place is not empty: a backup is restored into an empty one only";
    DbError::new(ErrorKind::Configuration, text)
}
