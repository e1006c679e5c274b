//! Runs with what they took, and holds: what stays although its time has passed.
//!
//! A hold is about a person, or about entries of the log of a time, as of an incident.
//!
//! Invariant: rows are only added; a hold that ended has a row that says so.

use crate::db::{DbError, Param, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::PersonNo;

/// Number of the advisory lock under which runs and holds are numbered.
const LOCK: i64 = 628_0060;
const RUN_LAST: &str = "SELECT no, at FROM retention_run ORDER BY no DESC LIMIT 1";
const RUN_INSERT: &str =
    "INSERT INTO retention_run (no, at, confirmed, actor) VALUES ($1, $2, $3, $4)";
const COUNT_INSERT: &str = "INSERT INTO retention_erased \
    (no, run_no, rule, table_name, row_count) \
    SELECT coalesce(max(no), 0) + 1, $1, $2, $3, $4 FROM retention_erased";
const COUNTS: &str = "SELECT run_no, rule, table_name, row_count FROM retention_erased ORDER BY no";
const COUNT_LAST: &str = "SELECT coalesce(max(no), 0) FROM retention_erased";
const HOLD_INSERT: &str = "INSERT INTO retention_hold \
    (provider_no, no, at, kind, person_no, starts, ends, actor) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const HOLD_LAST: &str = "SELECT coalesce(max(no), 0) FROM retention_hold WHERE provider_no = $1";
const HOLD_END: &str =
    "INSERT INTO retention_hold_end (provider_no, no, at, actor) VALUES ($1, $2, $3, $4)";
const HOLDS: &str = "SELECT h.no, h.at, h.kind, h.person_no, h.starts, h.ends \
    FROM retention_hold h LEFT JOIN retention_hold_end e \
    ON e.provider_no = h.provider_no AND e.no = h.no \
    WHERE h.provider_no = $1 AND e.no IS NULL ORDER BY h.no";

pub(crate) const fn statements() -> [&'static str; 9] {
    [
        RUN_LAST,
        RUN_INSERT,
        COUNT_INSERT,
        COUNTS,
        COUNT_LAST,
        HOLD_INSERT,
        HOLD_LAST,
        HOLD_END,
        HOLDS,
    ]
}

/// A run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RetentionRun {
    pub no: i64,
    pub at: Instant,
}

/// What a run took of a table, in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ErasedCount {
    pub run: i64,
    pub rule: String,
    pub table: String,
    pub rows: u64,
}

/// Why something is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldKind {
    /// An incident is open.
    Incident,
    /// A court, an authority or a claim needs it.
    Legal,
}

impl HoldKind {
    /// The word in the table.
    pub const fn as_code(self) -> &'static str {
        match self {
            HoldKind::Incident => "incident",
            HoldKind::Legal => "legal",
        }
    }
}

/// What stays although its time has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Hold {
    pub no: u32,
    pub at: Instant,
    pub kind: HoldKind,
    /// Everything about this person.
    pub person: Option<PersonNo>,
    /// Entries of the log from an instant up to another.
    pub entries: Option<(Instant, Instant)>,
}

impl RetentionRun {
    /// The last one that began.
    ///
    /// # Errors
    /// The store's.
    pub fn last(read: &mut Read<'_>) -> Result<Option<RetentionRun>, DbError> {
        let row = read.query_one(RUN_LAST, &[])?;
        row.map(|row| {
            let at = Instant(row.get(1)?);
            Ok(RetentionRun {
                no: row.get(0)?,
                at,
            })
        })
        .transpose()
    }

    /// Makes runs follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Begins one.
    ///
    /// # Errors
    /// The store's.
    pub fn begin(
        tx: &mut Tx<'_>,
        scope: &Scope,
        at: Instant,
        confirmed: bool,
    ) -> Result<RetentionRun, DbError> {
        tx.lock(LOCK)?;
        let no = RetentionRun::last(tx)?.map_or(0, |last| last.no) + 1;
        let actor = scope.actor().code();
        let params = [no.into(), at.0.into(), confirmed.into(), (&actor).into()];
        tx.execute(RUN_INSERT, &params)?;
        Ok(RetentionRun { no, at })
    }

    /// Adds what was taken, in the transaction that takes it.
    ///
    /// # Errors
    /// The store's.
    pub fn took(
        &self,
        tx: &mut Tx<'_>,
        (rule, table): (&str, &str),
        rows: u64,
    ) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let params = [self.no.into(), rule.into(), table.into(), rows.into()];
        tx.execute(COUNT_INSERT, &params).map(drop)
    }

    /// Grows with each part that took something.
    ///
    /// # Errors
    /// The store's.
    pub fn last_taken(read: &mut Read<'_>) -> Result<i64, DbError> {
        read.query_one(COUNT_LAST, &[])?
            .map_or(Ok(0), |row| row.get(0))
    }
}

impl ErasedCount {
    /// Everything that was ever taken, in order.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>) -> Result<Vec<ErasedCount>, DbError> {
        let rows = read.query(COUNTS, &[])?;
        rows.iter()
            .map(|row| {
                Ok(ErasedCount {
                    run: row.get(0)?,
                    rule: row.get(1)?,
                    table: row.get(2)?,
                    rows: row.get(3)?,
                })
            })
            .collect()
    }
}

impl Hold {
    /// Those that have not ended.
    ///
    /// # Errors
    /// The store's.
    pub fn running(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<Hold>, DbError> {
        let rows = read.query(HOLDS, &[scope.provider().0.into()])?;
        rows.iter()
            .map(|row| {
                let kind = match row.get::<&str>(2)? {
                    "incident" => HoldKind::Incident,
                    _ => HoldKind::Legal,
                };
                let starts: Option<i64> = row.get(4)?;
                let ends: Option<i64> = row.get(5)?;
                Ok(Hold {
                    no: row.get(0)?,
                    at: Instant(row.get(1)?),
                    kind,
                    person: row.get::<Option<u32>>(3)?.map(PersonNo),
                    entries: starts.zip(ends).map(|(a, b)| (Instant(a), Instant(b))),
                })
            })
            .collect()
    }

    /// The people whom a hold names.
    ///
    /// # Errors
    /// The store's.
    pub fn people(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<PersonNo>, DbError> {
        let all = Hold::running(read, scope)?;
        Ok(all.into_iter().filter_map(|hold| hold.person).collect())
    }

    /// Adds one under the next number, which it gives back; its own number is not used.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<u32, DbError> {
        tx.lock(LOCK)?;
        let provider = scope.provider().0;
        let row = tx.query_one(HOLD_LAST, &[provider.into()])?;
        let no: u32 = row.map_or(Ok(0), |row| row.get(0))?;
        let actor = scope.actor().code();
        let (starts, ends) = self.entries.unzip();
        let params: [Param<'_>; 8] = [
            provider.into(),
            (no + 1).into(),
            self.at.0.into(),
            self.kind.as_code().into(),
            self.person.map(|no| no.0).into(),
            starts.map(|at| at.0).into(),
            ends.map(|at| at.0).into(),
            (&actor).into(),
        ];
        tx.execute(HOLD_INSERT, &params)?;
        Ok(no + 1)
    }

    /// Ends one.
    ///
    /// # Errors
    /// The store's; a constraint where there is none, or it has ended.
    pub fn end(tx: &mut Tx<'_>, scope: &Scope, no: u32, at: Instant) -> Result<(), DbError> {
        let actor = scope.actor().code();
        let params = [
            scope.provider().0.into(),
            no.into(),
            at.0.into(),
            (&actor).into(),
        ];
        tx.execute(HOLD_END, &params).map(drop)
    }
}
