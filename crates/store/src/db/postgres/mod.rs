//! PostgreSQL: a small pool of connections, each with its prepared statements.
//!
//! Invariant: a connection goes back to the pool only after its transaction has ended in order; any
//! other is closed, and the server undoes what it had begun.

mod conn;
mod tls;
mod types;

pub(super) use conn::{Conn, Copy};
pub(super) use types::column;

use super::WAIT_MAX;
use super::error::{DbError, ErrorKind};
use super::place::server;
use super::tx::{self, Read, Tx};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Connections at most; a server has 100 for all that use it.
const CONNECTIONS_MAX: usize = 16;

/// A server's database.
pub(super) struct Postgres {
    config: postgres::Config,
    tls: Option<MakeRustlsConnect>,
    pool: Mutex<Pool>,
    returned: Condvar,
    /// Counts changes of the schema: older connections hold plans that may no longer fit.
    schema: AtomicU64,
    /// The provider that transactions are begun for; 0 before it is known.
    provider: AtomicU32,
}

#[derive(Default)]
struct Pool {
    idle: Vec<(u64, Conn)>,
    lent: usize,
}

/// The right to hold one connection; gives it back by itself, also in a panic.
struct Place<'p>(&'p Postgres);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().lent -= 1;
        self.0.returned.notify_one();
    }
}

impl Postgres {
    pub(super) fn open(url: &str) -> Result<Postgres, DbError> {
        let found = server(url)?;
        let mut config = found.config;
        let tls = found.authority.as_deref().map(tls::connector).transpose()?;
        config.connect_timeout(WAIT_MAX);
        if config.get_application_name().is_none() {
            config.application_name("lasna");
        }
        let postgres = Postgres {
            config,
            tls,
            pool: Mutex::default(),
            returned: Condvar::new(),
            schema: AtomicU64::new(0),
            provider: AtomicU32::new(0),
        };
        let conn = Conn::connect(&postgres.config, postgres.tls.as_ref())?.check_server()?;
        postgres.lock().idle.push((0, conn));
        Ok(postgres)
    }

    pub(super) fn of_provider(&self, provider: u32) {
        self.provider.store(provider, Ordering::Release);
    }

    /// A begin that says for which provider; without one no row is seen.
    fn begin(&self, begin: &str) -> String {
        match self.provider.load(Ordering::Acquire) {
            0 => begin.to_owned(),
            no => format!("{begin}; set local lasna.provider = '{no}'"),
        }
    }

    pub(super) fn write<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with(&self.begin("begin"), |conn| {
            let mut tx = Tx::new(tx::Conn::Postgres(conn));
            let result = change(&mut tx);
            let failure = tx.into_failure();
            match (result, failure) {
                (Ok(value), None) => {
                    conn.execute_batch("commit")?;
                    if conn.take_schema_changed() {
                        self.schema.fetch_add(1, Ordering::AcqRel);
                    }
                    Ok(value)
                }
                (result, failure) => {
                    // Where even this fails, the connection is closed, which undoes as well.
                    let _ = conn.execute_batch("rollback");
                    match (result, failure) {
                        (Ok(_), Some(hidden)) => Err(hidden.into()),
                        (result, _) => result,
                    }
                }
            }
        })
    }

    pub(super) fn read<T, E: From<DbError>>(
        &self,
        query: impl FnOnce(&mut Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = self.begin("begin isolation level repeatable read read only");
        self.with(&begin, |conn| {
            let result = query(&mut Read::new(tx::Conn::Postgres(conn)));
            let _ = conn.execute_batch("rollback");
            result
        })
    }

    pub(super) fn prepare_all(
        &self,
        statements: &[&str],
    ) -> Result<Vec<(usize, DbError)>, DbError> {
        // Outside of a transaction, so that a refused statement does not doom the next.
        self.with("select 1", |conn| {
            let refused = statements.iter().enumerate();
            Ok(refused
                .filter_map(|(n, sql)| conn.check(sql).err().map(|e| (n, e)))
                .collect())
        })
    }

    pub(super) fn scrub(&self, tables: &[&str]) -> Result<(), DbError> {
        // Outside of a transaction, as the server wants it.
        self.with("select 1", |conn| {
            for table in tables {
                conn.execute_batch(&format!("vacuum (full) \"{table}\""))?;
            }
            Ok(())
        })
    }

    pub(super) fn integrity(&self) -> Result<(), DbError> {
        self.read(|read| read.query_one("select 1", &[]).map(drop))
    }

    /// Lends a connection on which `begin` has been run.
    fn with<T, E: From<DbError>>(
        &self,
        begin: &str,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let place = self.take()?;
        let schema = self.schema.load(Ordering::Acquire);
        let mut conn = self.begun(begin, schema)?;
        let result = work(&mut conn);
        if conn.is_usable() && schema == self.schema.load(Ordering::Acquire) {
            self.lock().idle.push((schema, conn));
        }
        drop(place);
        result
    }

    /// An idle connection, or a new one where none is left that still works.
    fn begun(&self, begin: &str, schema: u64) -> Result<Conn, DbError> {
        // The lock is not held in the body: closing a connection talks to the server.
        while let Some((known, mut conn)) = self.pop() {
            if known != schema {
                continue;
            }
            match conn.execute_batch(begin) {
                Ok(()) => return Ok(conn),
                Err(error) if error.kind() == ErrorKind::Lost => {}
                Err(error) => return Err(error),
            }
        }
        let mut conn = Conn::connect(&self.config, self.tls.as_ref())?;
        conn.execute_batch(begin)?;
        Ok(conn)
    }

    fn pop(&self) -> Option<(u64, Conn)> {
        self.lock().idle.pop()
    }

    fn take(&self) -> Result<Place<'_>, DbError> {
        let (mut pool, waited) = self
            .returned
            .wait_timeout_while(self.lock(), WAIT_MAX, |pool| pool.lent >= CONNECTIONS_MAX)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(DbError::new(ErrorKind::Busy, "all connections are taken"));
        }
        pool.lent += 1;
        Ok(Place(self))
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        // The counts are right after each statement, so a panic elsewhere spoils nothing.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
