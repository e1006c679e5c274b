//! Imports and their undoing, and which of them are in sight at an instant.
//!
//! Invariant: a batch row stands in the same transaction as its facts, so a half-written import has
//! neither.

use crate::db::{DbError, Read, Tx};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{BatchNo, ProviderNo};

/// Number of the advisory lock under which imports are applied and undone.
const LOCK: i64 = 628_0002;
pub(crate) const PROVIDER_OF: &str = "SELECT no FROM provider WHERE id = $1";
pub(crate) const PROVIDERS: &str = "SELECT no, id FROM provider ORDER BY no";
pub(crate) const PROVIDER_INSERT: &str =
    "INSERT INTO provider (no, id, created_at) VALUES ($1, $2, $3)";
pub(crate) const BATCHES: &str = "SELECT b.no, b.applied_at, u.undone_at, b.digest \
    FROM import_batch b LEFT JOIN import_undo u \
    ON u.provider_no = b.provider_no AND u.batch_no = b.no \
    WHERE b.provider_no = $1 ORDER BY b.no";
pub(crate) const BATCH_INSERT: &str = "INSERT INTO import_batch \
    (provider_no, no, applied_at, actor, digest) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const UNDO_INSERT: &str = "INSERT INTO import_undo \
    (provider_no, batch_no, undone_at, actor) VALUES ($1, $2, $3, $4)";

/// One applied import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Batch {
    pub no: BatchNo,
    pub applied_at: Instant,
    pub undone_at: Option<Instant>,
    /// SHA-256 of what was imported, in hex.
    pub digest: String,
}

/// Which batches are in sight at an instant, and what "known by then" means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible {
    known_at: Instant,
    in_sight: Vec<bool>,
}

impl Visible {
    /// Of a provider's batches at an instant: all that were not undone by then.
    pub fn of(batches: &[Batch], known_at: Instant) -> Visible {
        let last = batches
            .iter()
            .map(|batch| batch.no.index())
            .max()
            .unwrap_or(0);
        let mut in_sight = vec![false; last + 1];
        for batch in batches {
            in_sight[batch.no.index()] = batch.undone_at.is_none_or(|undone| undone > known_at);
        }
        Visible { known_at, in_sight }
    }

    /// Whether a batch is in sight.
    pub fn holds(&self, batch: BatchNo) -> bool {
        self.in_sight.get(batch.index()).copied().unwrap_or(false)
    }

    /// Whether a row of a batch, known from an instant, is in sight.
    pub fn sees(&self, known_at: Instant, batch: BatchNo) -> bool {
        known_at <= self.known_at && self.holds(batch)
    }
}

impl Batch {
    /// All batches of a provider, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, provider: ProviderNo) -> Result<Vec<Batch>, DbError> {
        read.query(BATCHES, &[provider.0.into()])?
            .iter()
            .map(|row| {
                Ok(Batch {
                    no: BatchNo(row.get(0)?),
                    applied_at: Instant(row.get(1)?),
                    undone_at: row.get::<Option<i64>>(2)?.map(Instant),
                    digest: row.get(3)?,
                })
            })
            .collect()
    }

    /// Makes applying and undoing of imports follow one another, so that what [`Batch::list`] says
    /// inside a change stays true until it is committed.
    ///
    /// # Errors
    /// The store's; busy where another import is being written.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Adds an import.
    ///
    /// # Errors
    /// The store's; a constraint where another import took the number.
    pub fn insert(
        tx: &mut Tx<'_>,
        provider: ProviderNo,
        batch: &Batch,
        actor: &str,
    ) -> Result<(), DbError> {
        let params = [
            provider.0.into(),
            batch.no.0.into(),
            batch.applied_at.0.into(),
            actor.into(),
            (&batch.digest).into(),
        ];
        tx.execute(BATCH_INSERT, &params).map(drop)
    }

    /// Takes an import out of sight from an instant on.
    ///
    /// # Errors
    /// The store's; a constraint where it was undone before.
    pub fn undo(
        tx: &mut Tx<'_>,
        provider: ProviderNo,
        batch: BatchNo,
        at: Instant,
        actor: &str,
    ) -> Result<(), DbError> {
        let params = [provider.0.into(), batch.0.into(), at.0.into(), actor.into()];
        tx.execute(UNDO_INSERT, &params).map(drop)
    }
}

/// The providers of this node: number and source id.
pub(crate) fn providers(read: &mut Read<'_>) -> Result<Vec<(ProviderNo, String)>, DbError> {
    read.query(PROVIDERS, &[])?
        .iter()
        .map(|row| Ok((ProviderNo(row.get(0)?), row.get(1)?)))
        .collect()
}

impl crate::Store {
    /// The providers of this node: number and source id.
    ///
    /// # Errors
    /// The store's.
    pub fn providers(&self) -> Result<Vec<(ProviderNo, String)>, DbError> {
        let all = self.ask(providers)?;
        if let Some((first, _)) = all.first() {
            self.db.of_provider(*first);
        }
        Ok(all)
    }

    /// The number of a provider, made where it is new.
    ///
    /// # Errors
    /// The store's.
    pub fn provider(&self, id: &str, at: Instant) -> Result<ProviderNo, DbError> {
        let made = self.write(|tx| {
            tx.lock(crate::entities::LOCK)?;
            if let Some(row) = tx.query_one(PROVIDER_OF, &[id.into()])? {
                return Ok(ProviderNo(row.get(0)?));
            }
            let no = 1 + providers(tx)?.last().map_or(0, |(no, _)| no.0);
            tx.execute(PROVIDER_INSERT, &[no.into(), id.into(), at.0.into()])?;
            tx.as_provider(&no.to_string())?;
            crate::keys::of_provider(tx, ProviderNo(no))?;
            Ok::<_, DbError>(ProviderNo(no))
        })?;
        self.providers()?;
        Ok(made)
    }
}
