//! The one writer of a file, and the commit that several changes share.
//!
//! A change runs on its caller's thread, in a savepoint, while the caller holds the writer. If
//! others are waiting then, it leaves the transaction open and hands the writer on; the last of
//! them commits for all, and only then is each of them answered. So a change that is alone pays one
//! sync, and many at once pay one sync together.
//!
//! Invariant: while a transaction is open, somebody holds the writer or is waiting for it; a waiter
//! that gives up does so only while somebody holds it, who then sees that nobody waits.

use super::conn::Conn;
use crate::db::WAIT_MAX;
use crate::db::error::{DbError, ErrorKind};
use crate::db::tx::{self, Tx};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// Changes that share a commit at most, so that the first of them is not kept waiting for long.
const GROUP_MAX: usize = 64;

/// Bytes that the log grows by before it is moved into the file.
const LOG_BYTES: u64 = 4 << 20;

/// Whether a change may share its commit with others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Sharing {
    Shared,
    Alone,
}

/// What is called when the storage failed.
pub(super) type Hook = Box<dyn Fn(&DbError) + Send + Sync>;

pub(super) struct Writer {
    slot: Mutex<Slot>,
    freed: Condvar,
    broken: OnceLock<DbError>,
    hook: OnceLock<Hook>,
    log: PathBuf,
}

/// The place of the writing connection: empty while somebody holds it.
struct Slot {
    held: Option<Held>,
    waiting: usize,
}

/// What the holder of the writer has.
struct Held {
    conn: Conn,
    group: Option<Group>,
    log_checked_bytes: u64,
}

/// Changes of the open transaction.
struct Group {
    outcome: Arc<Outcome>,
    members: usize,
}

/// How the commit of a group ended, for its members to wait for.
#[derive(Default)]
struct Outcome {
    ended: Mutex<Option<Result<(), DbError>>>,
    told: Condvar,
}

impl Outcome {
    fn tell(&self, result: Result<(), DbError>) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        self.told.notify_all();
    }

    fn wait(&self) -> Result<(), DbError> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = self
            .told
            .wait_while(ended, |ended| ended.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        // It waits while there is nothing, so there is something.
        ended.clone().unwrap_or(Ok(()))
    }
}

impl Writer {
    pub(super) fn new(conn: Conn, file: &Path) -> Writer {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Writer {
            slot: Mutex::new(Slot {
                held: Some(Held {
                    conn,
                    group: None,
                    log_checked_bytes: 0,
                }),
                waiting: 0,
            }),
            freed: Condvar::new(),
            broken: OnceLock::new(),
            hook: OnceLock::new(),
            log: log.into(),
        }
    }

    /// Has the writing connection refuse to change rows of other tables than these.
    pub(super) fn keep_rows(
        &self,
        changing: Vec<(&'static str, &'static str)>,
    ) -> Result<(), DbError> {
        let mut held = self.take()?;
        let done = held.conn.keep_rows(changing);
        self.give(held);
        done
    }

    pub(super) fn on_fatal(&self, hook: Hook) {
        // The first stays.
        let _ = self.hook.set(hook);
    }

    /// Runs a change and answers when its transaction has ended.
    pub(super) fn write<T, E: From<DbError>>(
        &self,
        sharing: Sharing,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut held = self.take()?;
        if sharing == Sharing::Alone && held.group.is_some() {
            self.finish(&mut held, None);
        }
        let outcome = match self.join(&mut held) {
            Ok(outcome) => outcome,
            Err(error) => {
                self.note_broken(&held.conn, &error);
                self.give(held);
                return Err(error.into());
            }
        };
        let Ran {
            result,
            statement,
            lost,
        } = in_savepoint(&held.conn, change);
        self.end(held, sharing, lost);
        let own = statement.is_some();
        match (result, statement.or(outcome.wait().err())) {
            (Err(panic), _) => resume_unwind(panic),
            (Ok(result), None) => result,
            (Ok(Err(error)), Some(_)) if own => Err(error),
            // A hidden error of a statement, or a commit that failed: then the closure's own
            // reason may rest on rows that are gone.
            (Ok(_), Some(reason)) => Err(reason.into()),
        }
    }

    /// Writes the file anew and empties the log.
    pub(super) fn scrub(&self) -> Result<(), DbError> {
        let mut held = self.take()?;
        self.finish(&mut held, None);
        let done = match self.broken.get() {
            Some(error) => Err(error.clone()),
            None => held.conn.scrub(),
        };
        if let Err(error) = &done {
            self.note_broken(&held.conn, error);
        }
        self.give(held);
        done
    }

    /// Adds a change to the open transaction, or opens one.
    fn join(&self, held: &mut Held) -> Result<Arc<Outcome>, DbError> {
        if let Some(error) = self.broken.get() {
            return Err(error.clone());
        }
        if held.group.is_none() {
            held.conn.execute_batch("begin immediate")?;
        }
        let group = held.group.get_or_insert_with(|| Group {
            outcome: Arc::default(),
            members: 0,
        });
        group.members += 1;
        Ok(Arc::clone(&group.outcome))
    }

    /// Hands the writer on with its transaction, or ends the transaction.
    fn end(&self, mut held: Held, sharing: Sharing, lost: Option<DbError>) {
        let full = held
            .group
            .as_ref()
            .is_none_or(|group| group.members >= GROUP_MAX);
        if lost.is_none() && !full && sharing == Sharing::Shared {
            held = match self.pass(held) {
                Some(held) => held,
                None => return,
            };
        }
        self.finish(&mut held, lost);
        self.give(held);
    }

    /// Commits for the whole group, or undoes it, and tells its members.
    fn finish(&self, held: &mut Held, lost: Option<DbError>) {
        let Some(group) = held.group.take() else {
            return;
        };
        let conn = &held.conn;
        let mut result = lost.map_or_else(|| conn.execute_batch("commit"), Err);
        if let Err(error) = conn.reset() {
            let text = format!("a transaction could not be undone: {error}");
            result = Err(DbError::new(ErrorKind::Broken, text));
        }
        group.outcome.tell(result.clone());
        // The rows are safe in the log by now; moving them on may still find the storage broken.
        if let Err(error) = result.and_then(|()| self.checkpoint(held)) {
            self.note_broken(&held.conn, &error);
        }
    }

    fn checkpoint(&self, held: &mut Held) -> Result<(), DbError> {
        let bytes = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        if bytes < held.log_checked_bytes {
            // It has started anew, see `LOG_KEPT_BYTES`.
            held.log_checked_bytes = 0;
        }
        if bytes < held.log_checked_bytes + LOG_BYTES {
            return Ok(());
        }
        held.log_checked_bytes = bytes;
        held.conn.checkpoint()
    }

    fn note_broken(&self, conn: &Conn, error: &DbError) {
        if error.kind() != ErrorKind::Broken || self.broken.set(error.clone()).is_err() {
            return;
        }
        conn.keep_log();
        tracing::error!(%error, "nothing is written any more");
        if let Some(hook) = self.hook.get() {
            hook(error);
        }
    }

    /// Waits for the writer.
    fn take(&self) -> Result<Held, DbError> {
        let mut slot = self.lock();
        slot.waiting += 1;
        let (mut slot, _) = self
            .freed
            .wait_timeout_while(slot, WAIT_MAX, |slot| slot.held.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        slot.waiting -= 1;
        // Also after the time is over: it may have been handed on to this very caller.
        let busy = || DbError::new(ErrorKind::Busy, "another change takes too long");
        slot.held.take().ok_or_else(busy)
    }

    fn give(&self, held: Held) {
        self.lock().held = Some(held);
        self.freed.notify_one();
    }

    /// Gives the writer to a waiter, or back to the caller where nobody waits.
    fn pass(&self, held: Held) -> Option<Held> {
        let mut slot = self.lock();
        if slot.waiting == 0 {
            return Some(held);
        }
        slot.held = Some(held);
        self.freed.notify_one();
        None
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        // No code of others runs under this lock, and each statement leaves it whole.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a change left behind.
struct Ran<T, E> {
    result: std::thread::Result<Result<T, E>>,
    /// Its first error of a statement: then it was undone, whatever its result.
    statement: Option<DbError>,
    /// Why the whole transaction cannot be committed.
    lost: Option<DbError>,
}

fn in_savepoint<T, E>(conn: &Conn, change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Ran<T, E> {
    let opened = conn.execute_batch("savepoint change");
    let mut tx = Tx::new(tx::Conn::Sqlite(conn));
    let result = catch_unwind(AssertUnwindSafe(|| change(&mut tx)));
    let statement = opened.err().or(tx.into_failure());
    let kept = matches!(result, Ok(Ok(_))) && statement.is_none();
    let lost =
        match &statement {
            Some(error) if error.kind() == ErrorKind::Broken => Some(error.clone()),
            _ if conn.is_idle() => Some(statement.clone().unwrap_or_else(|| {
                DbError::new(ErrorKind::Sql, "a change ended its own transaction")
            })),
            _ if kept => conn.execute_batch("release change").err(),
            _ => conn
                .execute_batch("rollback to change; release change")
                .err(),
        };
    Ran {
        result,
        statement,
        lost,
    }
}
