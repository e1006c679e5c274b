//! The audit table: who did what, why and how far, one row for each change and each look.
//!
//! Targets are kinds, numbers of pupils and ids of lists, never names.
//!
//! Invariant: rows are only added.

use crate::db::{DbError, Param, Read, Tx};
use lasna_domain::access::{Reach, Scope};
use lasna_domain::calendar::Instant;

pub(crate) const INSERT: &str = "INSERT INTO audit \
    (no, provider_no, at, actor, action, reason, reach, target) \
    SELECT coalesce(max(no), 0) + 1, $1, $2, $3, $4, $5, $6, $7 FROM audit";
pub(crate) const INSERT_NOBODY: &str = "INSERT INTO audit \
    (no, provider_no, at, actor, action, reason, reach, target) \
    SELECT coalesce(max(no), 0) + 1, (SELECT min(no) FROM provider), $1, \
    'nobody', 'sign_in', 'operation', 'provider', $2 FROM audit";
pub(crate) const LIST: &str = "SELECT no, at, actor, action, reason, reach, target FROM audit \
    WHERE provider_no = $1 ORDER BY no";
pub(crate) const LAST_AT: &str = "SELECT coalesce(max(at), 0) FROM audit";
/// Number of the advisory lock that keeps the rows in one order.
const LOCK: i64 = 628_2026;

/// One row of the audit table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AuditRow {
    pub no: i64,
    pub at: Instant,
    pub actor: String,
    pub action: String,
    pub reason: String,
    pub reach: String,
    pub target: String,
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    scope: &Scope,
    at: Instant,
    target: &str,
) -> Result<(), DbError> {
    let actor = scope.actor().code();
    let reach = match scope.reach() {
        Reach::Provider => "provider".to_owned(),
        Reach::School(no) => format!("school:{no}"),
        Reach::Group(no) => format!("group:{no}"),
    };
    tx.lock(LOCK)?;
    let params: [Param<'_>; 7] = [
        scope.provider().0.into(),
        at.0.into(),
        (&actor).into(),
        scope.action().as_code().into(),
        scope.reason().as_code().into(),
        (&reach).into(),
        target.into(),
    ];
    tx.execute(INSERT, &params).map(drop)
}

/// A row of a try to sign in: whoever tried is nobody yet.
pub(crate) fn insert_nobody(tx: &mut Tx<'_>, at: Instant, target: &str) -> Result<(), DbError> {
    tx.lock(LOCK)?;
    tx.execute(INSERT_NOBODY, &[at.0.into(), target.into()])
        .map(drop)
}

impl AuditRow {
    /// The latest instant of any row.
    ///
    /// # Errors
    /// The store's.
    pub fn last_at(read: &mut Read<'_>) -> Result<Instant, DbError> {
        let row = read.query_one(LAST_AT, &[])?;
        row.map_or(Ok(Instant(0)), |row| Ok(Instant(row.get(0)?)))
    }

    /// All rows of a scope's provider, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<AuditRow>, DbError> {
        read.query(LIST, &[scope.provider().0.into()])?
            .iter()
            .map(|row| {
                Ok(AuditRow {
                    no: row.get(0)?,
                    at: Instant(row.get(1)?),
                    actor: row.get(2)?,
                    action: row.get(3)?,
                    reason: row.get(4)?,
                    reach: row.get(5)?,
                    target: row.get(6)?,
                })
            })
            .collect()
    }
}
