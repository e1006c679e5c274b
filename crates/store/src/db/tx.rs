//! What a closure gets: [`Read`] to ask, [`Tx`] to ask and to change, [`CopyIn`] for bulk rows.
//!
//! A function that only asks takes `&mut Read`, and can be called inside a change as well, since a
//! [`Tx`] gives its [`Read`].
//!
//! Invariant: the first error of a statement is remembered, and a change with one is never
//! committed, whatever its closure returned.

use super::error::DbError;
use super::value::{Param, Row, RowRef, check_params};
use super::{Engine, postgres, sqlite};
use crate::vault::Vault;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A snapshot to ask.
pub struct Read<'c> {
    conn: Conn<'c>,
    failed: Option<DbError>,
    vault: Option<Arc<Vault>>,
}

pub(super) enum Conn<'c> {
    Sqlite(&'c sqlite::Conn),
    Postgres(&'c mut postgres::Conn),
}

/// A transaction: asks and changes.
pub struct Tx<'c> {
    read: Read<'c>,
}

impl<'c> Deref for Tx<'c> {
    type Target = Read<'c>;

    fn deref(&self) -> &Read<'c> {
        &self.read
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.read
    }
}

impl<'c> Read<'c> {
    pub(super) const fn new(conn: Conn<'c>) -> Read<'c> {
        Read {
            conn,
            failed: None,
            vault: None,
        }
    }

    /// Gives the keys along, for what is read and written with this.
    pub(crate) fn with_vault(&mut self, vault: &Arc<Vault>) {
        self.vault = Some(vault.clone());
    }

    /// The keys of the store.
    pub(crate) fn vault(&self) -> Result<&Arc<Vault>, DbError> {
        let none = || DbError::new(super::ErrorKind::Sql, "a reading without keys");
        self.vault.as_ref().ok_or_else(none)
    }

    /// The engine, for the few statements that differ.
    pub const fn engine(&self) -> Engine {
        match self.conn {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }

    /// All rows of a statement. In a [`Tx`] also of `insert … returning`.
    ///
    /// # Errors
    /// The engine's.
    pub fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DbError> {
        let mut rows = Vec::new();
        self.query_each(sql, params, |row| {
            rows.push(row.to_row()?);
            Ok::<(), DbError>(())
        })?;
        Ok(rows)
    }

    /// The first row of a statement, where there is one.
    ///
    /// # Errors
    /// The engine's.
    pub fn query_one(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Hands each row to `each` as it comes; an error of `each` ends the statement.
    ///
    /// # Errors
    /// The engine's, or the first of `each`.
    pub fn query_each<E: From<DbError>>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(RowRef<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        // The drivers stop at `false`; the caller's error waits here, so that they stay plain code.
        let mut stopped = None;
        let mut step = |row: RowRef<'_>| match each(row) {
            Ok(()) => true,
            Err(error) => {
                stopped = Some(error);
                false
            }
        };
        let done = check_params(params).and_then(|()| match &mut self.conn {
            Conn::Sqlite(conn) => conn.query_each(sql, params, &mut step),
            Conn::Postgres(conn) => conn.query_each(sql, params, &mut step),
        });
        self.note(done)?;
        stopped.map_or(Ok(()), Err)
    }

    fn note<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        if let (Err(error), None) = (&result, &self.failed) {
            self.failed = Some(error.clone());
        }
        result
    }
}

impl<'c> Tx<'c> {
    pub(super) const fn new(conn: Conn<'c>) -> Tx<'c> {
        Tx {
            read: Read::new(conn),
        }
    }

    /// The first error of a statement: reason enough to commit nothing.
    pub(super) fn into_failure(self) -> Option<DbError> {
        self.read.failed
    }

    /// Runs a statement that returns no rows; gives the number of rows changed.
    ///
    /// # Errors
    /// The engine's.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
        let done = check_params(params).and_then(|()| match &mut self.read.conn {
            Conn::Sqlite(conn) => conn.execute(sql, params),
            Conn::Postgres(conn) => conn.execute(sql, params),
        });
        self.read.note(done)
    }

    /// Runs several statements without parameters: for migrations.
    ///
    /// # Errors
    /// The engine's.
    pub fn execute_batch(&mut self, sql: &str) -> Result<(), DbError> {
        let done = match &mut self.read.conn {
            Conn::Sqlite(conn) => conn.execute_batch(sql),
            Conn::Postgres(conn) => conn.migrate(sql),
        };
        self.read.note(done)
    }

    /// Runs a statement that removes what has passed its time: the engine's own guard lets it through.
    ///
    /// # Errors
    /// The engine's.
    pub(crate) fn erase(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
        let done = match &mut self.read.conn {
            Conn::Sqlite(conn) => conn.lifted(sql, params),
            Conn::Postgres(conn) => conn.execute(sql, params),
        };
        self.read.note(done)
    }

    /// Sees the rows of another provider than the one that the transaction was begun for, or of `all`.
    ///
    /// # Errors
    /// The engine's.
    pub(crate) fn as_provider(&mut self, provider: &str) -> Result<(), DbError> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let sql = "select set_config('lasna.provider', $1, true)";
        self.query_one(sql, &[Param::Text(provider)]).map(drop)
    }

    /// Makes this change wait for every other one that takes the same lock, until it is committed.
    /// SQLite needs nothing for it: there changes follow one another anyway.
    ///
    /// # Errors
    /// [`super::ErrorKind::Busy`] after [`super::WAIT_MAX`].
    pub fn lock(&mut self, number: i64) -> Result<(), DbError> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let sql = "select 1 from pg_advisory_xact_lock($1)";
        self.query_one(sql, &[Param::Int(number)]).map(drop)
    }

    /// Begins a bulk insert: `COPY` on PostgreSQL, one prepared statement on SQLite. The names come
    /// from code, never from a user. Call [`CopyIn::finish`], or the rows are refused.
    ///
    /// # Errors
    /// The engine's.
    pub fn copy<'t>(&'t mut self, table: &str, columns: &[&str]) -> Result<CopyIn<'t>, DbError> {
        let Read { conn, failed, .. } = &mut self.read;
        let sink = match conn {
            Conn::Sqlite(conn) => conn.copy(table, columns).map(Sink::Sqlite),
            Conn::Postgres(conn) => conn.copy(table, columns).map(Sink::Postgres),
        };
        match sink {
            Ok(sink) => Ok(CopyIn {
                sink,
                failed,
                columns: columns.len(),
                rows: 0,
            }),
            Err(error) => {
                failed.get_or_insert_with(|| error.clone());
                Err(error)
            }
        }
    }

    /// Inserts all rows of an iterator with [`Self::copy`]; gives their number.
    ///
    /// # Errors
    /// The engine's.
    pub fn copy_in<'a, R: AsRef<[Param<'a>]>>(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = R>,
    ) -> Result<u64, DbError> {
        let mut copy = self.copy(table, columns)?;
        for row in rows {
            copy.row(row.as_ref())?;
        }
        copy.finish()
    }
}

/// A bulk insert under way.
#[must_use = "rows that are not finished are refused"]
pub struct CopyIn<'t> {
    sink: Sink<'t>,
    failed: &'t mut Option<DbError>,
    columns: usize,
    rows: u64,
}

enum Sink<'t> {
    Sqlite(sqlite::Insert<'t>),
    Postgres(postgres::Copy<'t>),
    Finished,
}

impl CopyIn<'_> {
    /// Adds a row, with as many values as there are columns.
    ///
    /// # Errors
    /// The engine's; PostgreSQL may tell of a bad row only later.
    pub fn row(&mut self, values: &[Param<'_>]) -> Result<(), DbError> {
        let done = self.add(values);
        if let Err(error) = &done {
            self.failed.get_or_insert_with(|| error.clone());
        }
        done
    }

    fn add(&mut self, values: &[Param<'_>]) -> Result<(), DbError> {
        check_params(values)?;
        if values.len() != self.columns {
            let text = format!("{} values for {} columns", values.len(), self.columns);
            return Err(DbError::new(super::ErrorKind::Value, text));
        }
        match &mut self.sink {
            Sink::Sqlite(insert) => insert.row(values)?,
            Sink::Postgres(copy) => copy.row(values)?,
            Sink::Finished => {}
        }
        self.rows += 1;
        Ok(())
    }

    /// Ends the insert; gives the number of rows.
    ///
    /// # Errors
    /// The engine's, or the first of [`Self::row`].
    pub fn finish(mut self) -> Result<u64, DbError> {
        if let Some(error) = self.failed.as_ref() {
            return Err(error.clone());
        }
        if let Sink::Postgres(copy) = std::mem::replace(&mut self.sink, Sink::Finished)
            && let Err(error) = copy.finish()
        {
            *self.failed = Some(error.clone());
            return Err(error);
        }
        Ok(self.rows)
    }
}

impl Drop for CopyIn<'_> {
    fn drop(&mut self) {
        if !matches!(self.sink, Sink::Finished) {
            let left = "a bulk insert was not finished";
            self.failed
                .get_or_insert_with(|| DbError::new(super::ErrorKind::Sql, left));
        }
    }
}
