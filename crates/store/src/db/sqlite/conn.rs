//! One connection to a file of SQLite: how it is set up, and statements on it.
//!
//! Invariant: every connection has the settings of [`Conn::open`], checked where SQLite may
//! silently keep another: write-ahead log, full sync, foreign keys.

use crate::db::WAIT_MAX;
use crate::db::error::{DbError, ErrorKind};
use crate::db::sql::SqlCache;
use crate::db::value::{Param, RowRef, RowSource, no_column};
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Prepared statements kept by each connection.
const STATEMENTS_MAX: usize = 256;

/// Bytes of log kept after it starts anew: most commits overwrite instead of growing a file.
const LOG_KEPT_BYTES: i64 = 1 << 20;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Write,
    Read,
}

/// A connection with its rewritten statements.
pub(in crate::db) struct Conn {
    connection: Connection,
    texts: SqlCache,
    /// Whether rows of any table may be changed: while a text of several statements runs.
    lifted: Arc<AtomicBool>,
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Param::Null => ValueRef::Null,
            Param::Int(n) => ValueRef::Integer(n),
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
            Param::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A column of a row.
pub(in crate::db) fn column<'a>(
    row: &'a rusqlite::Row<'_>,
    index: usize,
) -> Result<Param<'a>, DbError> {
    match row.get_ref(index).map_err(|_| no_column(index))? {
        ValueRef::Null => Ok(Param::Null),
        ValueRef::Integer(n) => Ok(Param::Int(n)),
        ValueRef::Blob(bytes) => Ok(Param::Bytes(bytes)),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Param::Text)
            .map_err(|_| DbError::new(ErrorKind::Broken, format!("column {index} is not UTF-8"))),
        _ => {
            let text = format!("column {index} is a floating-point number: cast it in the SQL");
            Err(DbError::new(ErrorKind::Value, text))
        }
    }
}

/// Turns on the write-ahead log. While another program turns it on, SQLite says busy at once and
/// does not wait, so the waiting is here.
fn write_ahead(connection: &Connection) -> Result<(), DbError> {
    let until = std::time::Instant::now() + WAIT_MAX;
    loop {
        let done = connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()));
        match done.map_err(DbError::from) {
            Err(error) if error.kind() == ErrorKind::Busy && std::time::Instant::now() < until => {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            other => return other,
        }
    }
}

impl Conn {
    pub(super) fn open(file: &Path, access: Access) -> Result<Conn, DbError> {
        let flags = match access {
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let connection =
            Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(WAIT_MAX)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // A misspelt "name" is an error, as PostgreSQL has it, and not a string.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Sorted rows may name people: they stay out of temporary files.
        connection.pragma_update(None, "temp_store", "memory")?;
        if access == Access::Write {
            write_ahead(&connection)?;
            connection.pragma_update(None, "synchronous", "full")?;
            // What is erased or sealed anew does not stay in free pages.
            connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
            // Checkpoints are ours, see [`Conn::checkpoint`].
            connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
            connection.pragma_update_and_check(
                None,
                "journal_size_limit",
                LOG_KEPT_BYTES,
                |_| Ok(()),
            )?;
        }
        let conn = Conn {
            connection,
            texts: SqlCache::default(),
            lifted: Arc::default(),
        };
        conn.check_settings(access)?;
        Ok(conn)
    }

    fn check_settings(&self, access: Access) -> Result<(), DbError> {
        let mode: String = self
            .connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let keys: bool = self
            .connection
            .pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
        let sync: i64 = self
            .connection
            .pragma_query_value(None, "synchronous", |row| row.get(0))?;
        if mode != "wal" || !keys || (access == Access::Write && sync < 2) {
            let text = "the file system does not allow a write-ahead log with full sync";
            return Err(DbError::new(ErrorKind::Configuration, text));
        }
        Ok(())
    }

    fn statement(&self, sql: &str, params: &[Param<'_>]) -> Result<CachedStatement<'_>, DbError> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, params)?;
        Ok(statement)
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, DbError> {
        Ok(self
            .texts
            .with(sql, |text| self.connection.prepare_cached(text))?)
    }

    pub(in crate::db) fn query_each(
        &self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(RowRef<'_>) -> bool,
    ) -> Result<(), DbError> {
        let mut statement = self.statement(sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if !each(RowRef::new(RowSource::Sqlite(row))) {
                break;
            }
        }
        Ok(())
    }

    pub(in crate::db) fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
        let changed = self.statement(sql, params)?.raw_execute()?;
        Ok(changed as u64)
    }

    pub(in crate::db) fn execute_batch(&self, sql: &str) -> Result<(), DbError> {
        self.lifted.store(true, Ordering::Relaxed);
        let done = self.connection.execute_batch(sql);
        self.lifted.store(false, Ordering::Relaxed);
        Ok(done?)
    }

    /// Runs a statement whatever the list of changing tables says.
    pub(in crate::db) fn lifted(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
        self.lifted.store(true, Ordering::Relaxed);
        let done = self.execute(sql, params);
        self.lifted.store(false, Ordering::Relaxed);
        done
    }

    /// Refuses to change or remove rows, but for these tables and acts.
    pub(super) fn keep_rows(
        &mut self,
        changing: Vec<(&'static str, &'static str)>,
    ) -> Result<(), DbError> {
        let lifted = self.lifted.clone();
        let hook = move |context: AuthContext<'_>| {
            let (act, table) = match context.action {
                AuthAction::Update { table_name, .. } => ("UPDATE", table_name),
                AuthAction::Delete { table_name } => ("DELETE", table_name),
                _ => return Authorization::Allow,
            };
            let mut known = changing.iter();
            let own = known.any(|(name, acts)| *name == table && acts.contains(act));
            match own || table.starts_with("sqlite_") || lifted.load(Ordering::Relaxed) {
                true => Authorization::Allow,
                false => Authorization::Deny,
            }
        };
        Ok(self.connection.authorizer(Some(hook))?)
    }

    pub(in crate::db) fn copy(&self, table: &str, columns: &[&str]) -> Result<Insert<'_>, DbError> {
        let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let (names, places) = (columns.join(", "), places.join(", "));
        let sql = format!("insert into {table} ({names}) values ({places})");
        Ok(Insert {
            statement: self.connection.prepare_cached(&sql)?,
        })
    }

    /// Whether no transaction is open: SQLite has ended it by itself after some errors.
    pub(super) fn is_idle(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Ends whatever is open; for a connection that goes back to others.
    pub(super) fn reset(&self) -> Result<(), DbError> {
        if self.is_idle() {
            Ok(())
        } else {
            self.execute_batch("rollback")
        }
    }

    /// Moves the log into the file, as far as readers allow.
    ///
    /// SQLite would do this by itself after a commit and ignore every error of it, among them a
    /// failed sync of the file; the log would then be used anew over pages that are lost.
    pub(super) fn checkpoint(&self) -> Result<(), DbError> {
        self.query_each("pragma wal_checkpoint(passive)", &[], &mut |_| true)
    }

    /// Writes the file anew, so that no page has bytes of rows that are gone, and empties the log.
    pub(super) fn scrub(&self) -> Result<(), DbError> {
        self.execute_batch("vacuum")?;
        let mut waits = false;
        self.query_each("pragma wal_checkpoint(truncate)", &[], &mut |row| {
            waits = row.get::<i64>(0).is_ok_and(|busy| busy != 0);
            false
        })?;
        if waits {
            let text = "somebody reads: the log could not be emptied";
            return Err(DbError::new(ErrorKind::Busy, text));
        }
        Ok(())
    }

    /// Leaves the log for the next start: after a failed sync nothing may be synced again.
    pub(super) fn keep_log(&self) {
        // Where even this is refused there is nothing left to protect.
        let _ = self
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }
}

fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Param<'_>]) -> Result<(), DbError> {
    if statement.parameter_count() != params.len() {
        let (expected, given) = (statement.parameter_count(), params.len());
        let text = format!("expected {expected} parameters but got {given}");
        return Err(DbError::new(ErrorKind::Sql, text));
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, param)?;
    }
    Ok(())
}

/// A bulk insert: one statement, bound anew for each row.
pub(in crate::db) struct Insert<'t> {
    statement: CachedStatement<'t>,
}

impl Insert<'_> {
    pub(in crate::db) fn row(&mut self, values: &[Param<'_>]) -> Result<(), DbError> {
        bind(&mut self.statement, values)?;
        self.statement.raw_execute()?;
        Ok(())
    }
}
