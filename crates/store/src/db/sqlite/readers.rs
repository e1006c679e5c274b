//! Read-only connections, lent out one by one.
//!
//! Invariant: a connection that is lent again has no transaction open.

use super::conn::{Access, Conn};
use crate::db::WAIT_MAX;
use crate::db::error::{DbError, ErrorKind};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Connections at most: readers beyond the cores only take turns.
const READERS_MAX: usize = 16;

pub(super) struct Readers {
    file: PathBuf,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Conn>,
    lent: usize,
}

/// The right to hold one connection; gives it back by itself, also in a panic.
struct Place<'p>(&'p Readers);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().lent -= 1;
        self.0.returned.notify_one();
    }
}

impl Readers {
    pub(super) fn new(file: PathBuf) -> Readers {
        Readers {
            file,
            pool: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// Lends a connection to `query`.
    pub(super) fn with<T, E: From<DbError>>(
        &self,
        query: impl FnOnce(&Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let (place, idle) = self.take()?;
        let conn = match idle {
            Some(conn) => conn,
            None => Conn::open(&self.file, Access::Read)?,
        };
        let result = query(&conn);
        // A connection that cannot be reset is closed; the next caller opens another.
        if conn.reset().is_ok() {
            self.lock().idle.push(conn);
        }
        drop(place);
        result
    }

    fn take(&self) -> Result<(Place<'_>, Option<Conn>), DbError> {
        let (mut pool, waited) = self
            .returned
            .wait_timeout_while(self.lock(), WAIT_MAX, |pool| pool.lent >= READERS_MAX)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(DbError::new(ErrorKind::Busy, "all readers are taken"));
        }
        pool.lent += 1;
        Ok((Place(self), pool.idle.pop()))
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        // The counts are right after each statement, so a panic elsewhere spoils nothing.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
