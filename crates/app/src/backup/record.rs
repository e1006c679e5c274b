//! What is remembered of backups and of the weekly drill: rows, each with its audit.
//!
//! Invariant: a drill that is due is done by one service at a time.

use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_store::{BackupRun, Lease};

const DRILL: &str = "backup-drill";

impl App {
    fn backup_scope(&self) -> Result<Scope, AppError> {
        self.scope(Action::Backup, Reach::Provider)
    }

    /// Records that everything is about to be read for a backup: without the row there is none.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn begin_backup(&self) -> Result<(), AppError> {
        let scope = self.backup_scope()?;
        self.store
            .change(&scope, self.now, "backup", |_| Ok::<(), AppError>(()))
    }

    /// Remembers a backup that was made, proven or restored.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn note_backup(&self, run: &BackupRun) -> Result<(), AppError> {
        let scope = self.backup_scope()?;
        let target = format!("backup:{}", run.kind);
        self.store
            .change(&scope, self.now, &target, |tx| Ok(run.insert(tx)?))
    }

    /// Backups, newest first.
    ///
    /// # Errors
    /// The store's.
    pub fn backups(&self) -> Result<Vec<BackupRun>, AppError> {
        Ok(self.store.ask(BackupRun::list)?)
    }

    /// Takes the drill that was due at an instant, for so many minutes.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn take_drill(&self, due: Instant, minutes: i64) -> Result<bool, AppError> {
        let lease = Lease { kind: DRILL, due };
        if self.store.ask(|read| lease.has_ended(read))? {
            return Ok(false);
        }
        let scope = self.backup_scope()?;
        let until = Instant(self.now.0 + minutes * 60_000_000);
        self.store.change(&scope, self.now, "drill:take", |tx| {
            Ok(lease.take(tx, self.now, until)?)
        })
    }

    /// Ends the drill.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn end_drill(&self, due: Instant, outcome: &str) -> Result<(), AppError> {
        let lease = Lease { kind: DRILL, due };
        let scope = self.backup_scope()?;
        self.store.change(&scope, self.now, "drill:end", |tx| {
            Ok(lease.end(tx, self.now, outcome)?)
        })
    }

    /// Remembers that the service has started.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn note_start(&self, version: &str) -> Result<(), AppError> {
        let scope = self.backup_scope()?;
        self.store.change(&scope, self.now, "start", |tx| {
            Ok(BackupRun::started(tx, self.now, version)?)
        })
    }

    /// When the service started last.
    ///
    /// # Errors
    /// The store's.
    pub fn last_start(&self) -> Result<Instant, AppError> {
        Ok(self.store.ask(BackupRun::last_start)?)
    }
}
