//! The imports that were made: who, when, what, how many; which one can be taken back.
//!
//! Invariant: files are never named, since a file's name may be a pupil's id.

use super::{Counts, Report};
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::BatchNo;
use lasna_store::db::{DbError, Read, Tx};
use lasna_store::{Batch, ImportCount, ImportReaders, Profile, import_actors};
use std::collections::BTreeMap;

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ImportRow {
    pub no: u32,
    pub at: Instant,
    /// Who; `None` is whoever runs the program on its machine.
    pub by: Option<String>,
    /// When it was taken back, and by whom.
    pub undone: Option<(Instant, Option<String>)>,
    /// The readers of its files; none of an import from before they were kept.
    pub readers: Vec<String>,
    /// By kind of row.
    pub counts: BTreeMap<String, Counts>,
    /// Whether it is the newest in force: the one that can be taken back.
    pub newest: bool,
}

impl App {
    /// Every import, the newest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn imports(&self) -> Result<Vec<ImportRow>, AppError> {
        let scope = self.scope(Action::ReadImports, Reach::Provider)?;
        let rows = self
            .store
            .look(&scope, self.now, "imports", |read| rows_of(read, &scope))?;
        Ok(rows)
    }

    /// Records that refused rows of an upload, which are about pupils, are handed out.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn note_refused_rows(&self) -> Result<(), AppError> {
        let scope = self.scope(Action::Import, Reach::Provider)?;
        let none = |_: &mut Read<'_>| Ok::<(), DbError>(());
        Ok(self.store.look(&scope, self.now, "refused-rows", none)?)
    }

    /// Whether whoever asks may import.
    ///
    /// # Errors
    /// [`AppError::Denied`].
    pub fn may_import(&self) -> Result<(), AppError> {
        self.scope(Action::Import, Reach::Provider).map(drop)
    }
}

fn rows_of(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<ImportRow>, DbError> {
    let people = People::load(read, scope)?;
    let actors = import_actors(read, scope)?;
    let mut counts: BTreeMap<BatchNo, BTreeMap<String, Counts>> = BTreeMap::new();
    for row in ImportCount::list(read, scope)? {
        let of = Counts {
            read: row.read,
            added: row.added,
            changed: row.changed,
            ended: row.ended,
            unchanged: row.unchanged,
            rejected: row.rejected,
        };
        counts.entry(row.batch).or_default().insert(row.kind, of);
    }
    let mut readers: BTreeMap<BatchNo, Vec<String>> = BTreeMap::new();
    for (batch, reader) in ImportReaders::list(read, scope)? {
        readers.entry(batch).or_default().push(reader);
    }
    let mut batches = Batch::list(read, scope.provider())?;
    batches.retain(|batch| !batch.is_own());
    let in_force = |batch: &&Batch| batch.undone_at.is_none();
    let newest = batches.iter().rev().find(in_force).map(|batch| batch.no);
    let rows = batches.iter().rev().map(|batch| {
        let actor = actors.iter().find(|(no, ..)| *no == batch.no);
        let by = actor.and_then(|(_, by, _)| people.name(by));
        let back_by = actor.and_then(|(.., by)| people.name(by.as_deref()?));
        ImportRow {
            no: batch.no.0,
            at: batch.applied_at,
            by,
            undone: batch.undone_at.map(|at| (at, back_by)),
            readers: readers.remove(&batch.no).unwrap_or_default(),
            counts: counts.remove(&batch.no).unwrap_or_default(),
            newest: Some(batch.no) == newest,
        }
    });
    Ok(rows.collect())
}

/// Names of those who sign in, by how the audit names them.
pub(super) struct People(Vec<Profile>);

impl People {
    pub fn load(read: &mut Read<'_>, scope: &Scope) -> Result<People, DbError> {
        Profile::list(read, scope.provider()).map(People)
    }

    pub fn name(&self, actor: &str) -> Option<String> {
        let no: u32 = actor.strip_prefix("user:")?.parse().ok()?;
        let found = self.0.iter().find(|profile| profile.user.0 == no)?;
        Some(found.name.clone())
    }
}

/// Writes what an import brought, beside the import.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    scope: &Scope,
    batch: BatchNo,
    report: &Report,
) -> Result<(), DbError> {
    for reader in &report.readers {
        ImportReaders::insert(tx, scope, batch, reader)?;
    }
    for (kind, counts) in &report.kinds {
        let row = ImportCount {
            batch,
            kind: (*kind).to_owned(),
            read: counts.read,
            added: counts.added,
            changed: counts.changed,
            ended: counts.ended,
            unchanged: counts.unchanged,
            rejected: counts.rejected,
        };
        row.insert(tx, scope)?;
    }
    Ok(())
}
