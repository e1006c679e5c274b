//! Backups that were made and proven, jobs with a lease, and when the service started.
//!
//! A job is a kind and the instant at which it was due. Who takes it has a lease; where that runs out
//! without an end, another may take it.
//!
//! Invariant: rows are only added, and one job is held by one at a time.

use crate::db::{DbError, Read, Row, Tx};
use lasna_domain::calendar::Instant;

/// Number of the advisory lock under which these rows are numbered.
const LOCK: i64 = 628_0040;
pub(crate) const RUN_INSERT: &str = "INSERT INTO backup_run \
    (no, at, kind, made_at, row_count, bytes, digest, outcome) \
    SELECT coalesce(max(no), 0) + 1, $1, $2, $3, $4, $5, $6, $7 FROM backup_run";
pub(crate) const RUNS: &str = "SELECT at, kind, made_at, row_count, bytes, digest, outcome \
    FROM backup_run ORDER BY no DESC LIMIT 200";
pub(crate) const JOB_ENDED: &str = "SELECT 1 FROM job_end WHERE kind = $1 AND due = $2";
pub(crate) const LEASE_LAST: &str = "SELECT attempt, until FROM job_lease \
    WHERE kind = $1 AND due = $2 ORDER BY attempt DESC LIMIT 1";
pub(crate) const LEASE_INSERT: &str =
    "INSERT INTO job_lease (kind, due, attempt, at, until) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const JOB_END: &str =
    "INSERT INTO job_end (kind, due, at, outcome) VALUES ($1, $2, $3, $4)";
pub(crate) const START_INSERT: &str = "INSERT INTO service_start (no, at, version) \
    SELECT coalesce(max(no), 0) + 1, $1, $2 FROM service_start";
pub(crate) const START_LAST: &str = "SELECT coalesce(max(at), 0) FROM service_start";

/// One backup that was made, proven or restored, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct BackupRun {
    pub at: Instant,
    /// `create`, `verify` or `restore`.
    pub kind: String,
    /// The instant of which the backup is.
    pub made_at: Instant,
    pub rows: u64,
    pub bytes: u64,
    /// SHA-256 of the file, in hex.
    pub digest: String,
    /// `ok` or `failed`.
    pub outcome: String,
}

impl BackupRun {
    /// Adds a row.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let params = [
            self.at.0.into(),
            (&self.kind).into(),
            self.made_at.0.into(),
            (self.rows as i64).into(),
            (self.bytes as i64).into(),
            (&self.digest).into(),
            (&self.outcome).into(),
        ];
        tx.execute(RUN_INSERT, &params).map(drop)
    }

    fn of_row(row: &Row) -> Result<BackupRun, DbError> {
        Ok(BackupRun {
            at: Instant(row.get(0)?),
            kind: row.get(1)?,
            made_at: Instant(row.get(2)?),
            rows: row.get(3)?,
            bytes: row.get(4)?,
            digest: row.get(5)?,
            outcome: row.get(6)?,
        })
    }

    /// The newest rows, newest first.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>) -> Result<Vec<BackupRun>, DbError> {
        let rows = read.query(RUNS, &[])?;
        rows.iter().map(BackupRun::of_row).collect()
    }

    /// When the service started last; 0 where it never did.
    ///
    /// # Errors
    /// The store's.
    pub fn last_start(read: &mut Read<'_>) -> Result<Instant, DbError> {
        let row = read.query_one(START_LAST, &[])?;
        row.map_or(Ok(Instant(0)), |row| Ok(Instant(row.get(0)?)))
    }

    /// Notes that the service has started.
    ///
    /// # Errors
    /// The store's.
    pub fn started(tx: &mut Tx<'_>, at: Instant, version: &str) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        tx.execute(START_INSERT, &[at.0.into(), version.into()])
            .map(drop)
    }
}

/// A job that somebody works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Lease<'k> {
    pub kind: &'k str,
    pub due: Instant,
}

impl Lease<'_> {
    /// Takes the job, unless it has ended or is somebody else's at this instant.
    ///
    /// # Errors
    /// The store's.
    pub fn take(&self, tx: &mut Tx<'_>, at: Instant, until: Instant) -> Result<bool, DbError> {
        tx.lock(LOCK)?;
        let job = [self.kind.into(), self.due.0.into()];
        if tx.query_one(JOB_ENDED, &job)?.is_some() {
            return Ok(false);
        }
        let last = match tx.query_one(LEASE_LAST, &job)? {
            Some(row) if row.get::<i64>(1)? > at.0 => return Ok(false),
            Some(row) => row.get::<i64>(0)?,
            None => 0,
        };
        let params = [
            self.kind.into(),
            self.due.0.into(),
            (last + 1).into(),
            at.0.into(),
            until.0.into(),
        ];
        tx.execute(LEASE_INSERT, &params)?;
        Ok(true)
    }

    /// Whether the job has ended.
    ///
    /// # Errors
    /// The store's.
    pub fn has_ended(&self, read: &mut Read<'_>) -> Result<bool, DbError> {
        let job = [self.kind.into(), self.due.0.into()];
        Ok(read.query_one(JOB_ENDED, &job)?.is_some())
    }

    /// Ends the job.
    ///
    /// # Errors
    /// The store's; a constraint where it has ended already.
    pub fn end(&self, tx: &mut Tx<'_>, at: Instant, outcome: &str) -> Result<(), DbError> {
        let params = [
            self.kind.into(),
            self.due.0.into(),
            at.0.into(),
            outcome.into(),
        ];
        tx.execute(JOB_END, &params).map(drop)
    }
}
