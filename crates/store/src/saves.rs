//! Saves of registers that are kept here: one row for each, beside the facts that it brought.
//!
//! The facts themselves stand in the tables of facts under [`Batch`] `OWN`, which no undoing takes
//! away. The rows are numbered, so that a service that holds a year sees what others saved since.
//!
//! Invariant: a save that is sent twice is kept once.

use crate::batches::Batch;
use crate::db::{DbError, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::ids::{BatchNo, GroupNo, ProviderNo, UserNo};

/// Number of the advisory lock under which saves and acts are numbered.
pub(crate) const LOCK: i64 = 628_0003;
pub(crate) const SINCE: &str = "SELECT no, at, user_no, group_no, day, start, once \
    FROM register_save WHERE provider_no = $1 AND no > $2 ORDER BY no";
pub(crate) const OF_LESSON: &str = "SELECT no, at, user_no, group_no, day, start, once \
    FROM register_save WHERE provider_no = $1 AND group_no = $2 AND day = $3 AND start = $4 \
    ORDER BY no DESC LIMIT 1";
pub(crate) const ONCE: &str = "SELECT no, at, user_no, group_no, day, start, once \
    FROM register_save WHERE provider_no = $1 AND once = $2";
pub(crate) const LAST: &str =
    "SELECT coalesce(max(no), 0) FROM register_save WHERE provider_no = $1";
pub(crate) const INSERT: &str = "INSERT INTO register_save \
    (provider_no, no, at, user_no, group_no, day, start, once) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// The digest of the batch under which facts of this node's own registers stand.
pub(crate) const OWN: &str = "register";

/// One save of one lesson's register.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RegisterSave {
    pub no: u32,
    pub at: Instant,
    pub by: UserNo,
    pub group: GroupNo,
    pub day: Day,
    pub start: TimeOfDay,
    /// What the form carried, so that a repeated sending is known.
    pub once: String,
}

impl RegisterSave {
    fn of_row(row: &crate::db::Row) -> Result<RegisterSave, DbError> {
        Ok(RegisterSave {
            no: row.get(0)?,
            at: Instant(row.get(1)?),
            by: UserNo(row.get(2)?),
            group: GroupNo(row.get(3)?),
            day: Day(row.get(4)?),
            start: TimeOfDay(row.get::<u32>(5)? as u16),
            once: row.get(6)?,
        })
    }

    /// Saves after a number, in order.
    ///
    /// # Errors
    /// The store's.
    pub fn since(
        read: &mut Read<'_>,
        provider: ProviderNo,
        no: u32,
    ) -> Result<Vec<RegisterSave>, DbError> {
        let rows = read.query(SINCE, &[provider.0.into(), no.into()])?;
        rows.iter().map(RegisterSave::of_row).collect()
    }

    /// The number of the latest save; 0 before the first.
    ///
    /// # Errors
    /// The store's.
    pub fn last(read: &mut Read<'_>, provider: ProviderNo) -> Result<u32, DbError> {
        let row = read.query_one(LAST, &[provider.0.into()])?;
        row.map_or(Ok(0), |row| row.get(0))
    }

    /// The latest save of a lesson.
    ///
    /// # Errors
    /// The store's.
    pub fn of_lesson(
        read: &mut Read<'_>,
        scope: &Scope,
        (group, day, start): (GroupNo, Day, TimeOfDay),
    ) -> Result<Option<RegisterSave>, DbError> {
        let params = [
            scope.provider().0.into(),
            group.0.into(),
            day.0.into(),
            u32::from(start.0).into(),
        ];
        let row = read.query_one(OF_LESSON, &params)?;
        row.as_ref().map(RegisterSave::of_row).transpose()
    }

    /// The save that a sending made, where it was sent before.
    ///
    /// # Errors
    /// The store's.
    pub fn of_once(
        read: &mut Read<'_>,
        scope: &Scope,
        once: &str,
    ) -> Result<Option<RegisterSave>, DbError> {
        let row = read.query_one(ONCE, &[scope.provider().0.into(), once.into()])?;
        row.as_ref().map(RegisterSave::of_row).transpose()
    }

    /// Makes saves follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Adds the save; its number must come after [`RegisterSave::last`], read under the same hold.
    ///
    /// # Errors
    /// The store's; a constraint where it was sent before.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<(), DbError> {
        let params = [
            scope.provider().0.into(),
            self.no.into(),
            self.at.0.into(),
            self.by.0.into(),
            self.group.0.into(),
            self.day.0.into(),
            u32::from(self.start.0).into(),
            (&self.once).into(),
        ];
        tx.execute(INSERT, &params).map(drop)
    }
}

impl Batch {
    /// Whether it holds the facts of this node's own registers, and not an import.
    pub fn is_own(&self) -> bool {
        self.digest == OWN
    }

    /// The batch of this node's own registers, made where it is not there yet.
    ///
    /// # Errors
    /// The store's.
    pub fn own(tx: &mut Tx<'_>, scope: &Scope, at: Instant) -> Result<BatchNo, DbError> {
        let batches = Batch::list(tx, scope.provider())?;
        if let Some(own) = batches.iter().find(|batch| batch.is_own()) {
            return Ok(own.no);
        }
        // An import that is being written has the next number.
        Batch::hold(tx)?;
        let batches = Batch::list(tx, scope.provider())?;
        let batch = Batch {
            no: BatchNo(batches.last().map_or(0, |batch| batch.no.0) + 1),
            applied_at: at,
            undone_at: None,
            digest: OWN.to_owned(),
        };
        Batch::insert(tx, scope.provider(), &batch, "register")?;
        Ok(batch.no)
    }
}
