//! The driver layer: one [`Database`] over SQLite or PostgreSQL, one SQL text for both.
//!
//! [`Database::write`] runs a closure in a transaction and returns when it is durable;
//! [`Database::read`] gives one snapshot. Statements use `$1`, `$2`, …; values are [`Param`],
//! columns are read with [`Row::get`]. What it is not: nothing here knows a table, a rule or a
//! permission.
//!
//! All calls block. `postgres` drives its own runtime, so a [`Database`] is neither used nor
//! dropped on a thread of an async runtime: callers go through `spawn_blocking`.
//!
//! Invariant: when [`Database::write`] returns `Ok`, the change survives the loss of power; when it
//! returns an error of a kind other than [`ErrorKind::Lost`], nothing of the change is visible.

mod error;
mod place;
mod postgres;
mod sql;
mod sqlite;
mod tx;
mod value;

pub use error::{Constraint, DbError, ErrorKind};
pub use place::Place;
pub use tx::{CopyIn, Read, Tx};
pub use value::{Column, Param, Row, RowRef, Value};

use lasna_domain::ids::ProviderNo;
use std::time::Duration;

/// How long a caller waits for a lock, the writer or a free connection before [`ErrorKind::Busy`].
pub const WAIT_MAX: Duration = Duration::from_secs(5);

/// Which engine is behind a [`Database`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file in a folder, through the linked SQLite.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// An open database. Share it in an `Arc`.
pub struct Database {
    engine: Inner,
}

enum Inner {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Database {
    /// Opens the database of a place, and creates the file of a folder.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an address that is wrong or remote without TLS, and for a
    /// server that would lose acknowledged rows; [`ErrorKind::Lost`] for one that does not answer.
    pub fn open(place: Place) -> Result<Database, DbError> {
        let engine = match place {
            Place::Folder(folder) => Inner::Sqlite(sqlite::Sqlite::open(&folder)?),
            Place::Url(url) => Inner::Postgres(postgres::Postgres::open(&url)?),
        };
        Ok(Database { engine })
    }

    /// Begins every transaction for a provider from now on: on PostgreSQL no row of another is seen.
    pub(crate) fn of_provider(&self, provider: ProviderNo) {
        if let Inner::Postgres(postgres) = &self.engine {
            postgres.of_provider(provider.0);
        }
    }

    /// Refuses statements that change or remove rows, but for these tables and acts; several statements
    /// without parameters, as in migrations, are not held to it. On PostgreSQL a role's rights do that.
    pub(crate) fn keep_rows(
        &self,
        changing: &[(&'static str, &'static str)],
    ) -> Result<(), DbError> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.keep_rows(changing.to_vec()),
            Inner::Postgres(_) => Ok(()),
        }
    }

    /// The engine, for the few statements that differ.
    pub const fn engine(&self) -> Engine {
        match self.engine {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Says what to do when the storage of SQLite fails under a write: the process should stop at
    /// once, since a second sync after a failed one may report success for lost pages. Whatever the
    /// hook does, nothing is written afterwards. The first hook stays.
    pub fn on_fatal(&self, hook: impl Fn(&DbError) + Send + Sync + 'static) {
        if let Inner::Sqlite(sqlite) = &self.engine {
            sqlite.on_fatal(Box::new(hook));
        }
    }

    /// Runs `change` in a transaction; returns when it is committed and durable.
    ///
    /// On SQLite, changes that wait for each other share one commit: keep them short, and do not
    /// call `write` inside `write`. An error of the closure undoes its own change only. An error of
    /// a statement dooms the change even if the closure hides it, as PostgreSQL has it: use
    /// `on conflict do nothing` instead of trying.
    ///
    /// # Errors
    /// The closure's error, or the reason why nothing was committed.
    pub fn write<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.write(sqlite::Sharing::Shared, change),
            Inner::Postgres(postgres) => postgres.write(change),
        }
    }

    /// As [`Self::write`], with a commit of its own: for imports and migrations, which are long.
    ///
    /// On SQLite every other writer waits meanwhile, and gives up after [`WAIT_MAX`].
    ///
    /// # Errors
    /// The closure's error, or the reason why nothing was committed.
    pub fn write_here<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.write(sqlite::Sharing::Alone, change),
            Inner::Postgres(postgres) => postgres.write(change),
        }
    }

    /// Runs `query` on one consistent snapshot, taken at its first statement.
    ///
    /// # Errors
    /// The closure's error, or the reason why there is no snapshot.
    pub fn read<T, E: From<DbError>>(
        &self,
        query: impl FnOnce(&mut Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.read(query),
            Inner::Postgres(postgres) => postgres.read(query),
        }
    }

    /// Prepares every statement and gives those that the engine refuses, by index. On PostgreSQL
    /// types that [`Value`] does not know are refused too, such as the `numeric` of a sum.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub fn prepare_all(&self, statements: &[&str]) -> Result<Vec<(usize, DbError)>, DbError> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.prepare_all(statements),
            Inner::Postgres(postgres) => postgres.prepare_all(statements),
        }
    }

    /// Takes what was removed out of the bytes too: on SQLite the file is written anew and its log
    /// emptied, on PostgreSQL the tables named are written anew. Others wait meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] where somebody reads for too long; then it is to be done again.
    pub fn scrub(&self, tables: &[&str]) -> Result<(), DbError> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.scrub(),
            Inner::Postgres(postgres) => postgres.scrub(tables),
        }
    }

    /// Checks the storage: on SQLite every page, index and foreign key, on PostgreSQL an answer.
    ///
    /// # Errors
    /// [`ErrorKind::Broken`] with the first thing found.
    pub fn integrity(&self) -> Result<(), DbError> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.integrity(),
            Inner::Postgres(postgres) => postgres.integrity(),
        }
    }

    /// As [`Self::integrity`], without comparing indexes with their tables: for every start.
    ///
    /// # Errors
    /// [`ErrorKind::Broken`] with the first thing found.
    pub fn quick_check(&self) -> Result<(), DbError> {
        match &self.engine {
            Inner::Sqlite(sqlite) => sqlite.quick_check(),
            Inner::Postgres(postgres) => postgres.integrity(),
        }
    }
}
