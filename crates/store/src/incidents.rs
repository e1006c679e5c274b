//! The register of incidents, and the entries of the log that an open one keeps.
//!
//! Invariant: an incident is entered once and ended once; while it is open its entries are frozen.

use crate::Store;
use crate::db::{DbError, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{ProviderNo, UserNo};
use std::collections::BTreeSet;

pub(crate) const LAST: &str = "SELECT coalesce(max(no), 0) FROM incidents WHERE provider_no = $1";
pub(crate) const INSERT: &str = "INSERT INTO incidents \
    (provider_no, no, at, noticed_at, user_no, from_at, to_at, by_no) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(crate) const END: &str =
    "INSERT INTO incident_end (provider_no, no, at, by_no) VALUES ($1, $2, $3, $4)";
pub(crate) const LIST: &str = "SELECT i.no, i.at, i.noticed_at, i.user_no, i.from_at, i.to_at, e.at \
    FROM incidents i LEFT JOIN incident_end e ON e.provider_no = i.provider_no AND e.no = i.no \
    WHERE i.provider_no = $1 ORDER BY i.no";
/// Entries that an open incident keeps; also a part of other statements, whose `$1` is the provider.
pub(crate) const FROZEN: &str = "SELECT b.no FROM incidents i \
    JOIN audit_body b ON b.provider_no = i.provider_no AND b.user_no = i.user_no \
    JOIN audit a ON a.no = b.no AND a.at >= i.from_at AND a.at < i.to_at \
    LEFT JOIN incident_end e ON e.provider_no = i.provider_no AND e.no = i.no \
    WHERE i.provider_no = $1 AND e.no IS NULL";
pub(crate) const SESSIONS: &str = "SELECT s.token_hash, s.at, s.ends_at, o.at FROM sign_in s \
    LEFT JOIN sign_out o ON o.token_hash = s.token_hash \
    WHERE s.provider_no = $1 AND s.user_no = $2 ORDER BY s.at";
/// Number of the advisory lock under which incidents are numbered.
const LOCK: i64 = 628_0081;

/// Something that may have to be told to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Incident {
    pub no: u32,
    /// When it was entered.
    pub at: Instant,
    /// When somebody noticed it: from here the hours run.
    pub noticed_at: Instant,
    /// The account by which it happened.
    pub user: UserNo,
    pub from: Instant,
    pub to: Instant,
    pub ended: Option<Instant>,
}

impl Incident {
    /// All incidents, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, provider: ProviderNo) -> Result<Vec<Incident>, DbError> {
        let rows = read.query(LIST, &[provider.0.into()])?;
        rows.iter()
            .map(|row| {
                Ok(Incident {
                    no: row.get(0)?,
                    at: Instant(row.get(1)?),
                    noticed_at: Instant(row.get(2)?),
                    user: UserNo(row.get(3)?),
                    from: Instant(row.get(4)?),
                    to: Instant(row.get(5)?),
                    ended: row.get::<Option<i64>>(6)?.map(Instant),
                })
            })
            .collect()
    }

    /// Enters one under the next number, which it gives. The number that it has is not looked at.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<u32, DbError> {
        tx.lock(LOCK)?;
        let provider = scope.provider().0;
        let last = tx.query_one(LAST, &[provider.into()])?;
        let no = last.map_or(Ok(0), |row| row.get::<u32>(0))? + 1;
        let by = scope.actor().user().unwrap_or_default();
        let params = [
            provider.into(),
            no.into(),
            self.at.0.into(),
            self.noticed_at.0.into(),
            self.user.0.into(),
            self.from.0.into(),
            self.to.0.into(),
            by.0.into(),
        ];
        tx.execute(INSERT, &params)?;
        Ok(no)
    }

    /// Ends one: what it kept is kept no longer.
    ///
    /// # Errors
    /// The store's; a constraint where it has ended.
    pub fn end(tx: &mut Tx<'_>, scope: &Scope, no: u32, at: Instant) -> Result<(), DbError> {
        let by = scope.actor().user().unwrap_or_default();
        let params = [
            scope.provider().0.into(),
            no.into(),
            at.0.into(),
            by.0.into(),
        ];
        tx.execute(END, &params).map(drop)
    }

    /// The sessions that an account had, ended ones too: digest of the token, begin, end.
    ///
    /// # Errors
    /// The store's.
    pub fn sessions(
        read: &mut Read<'_>,
        scope: &Scope,
        user: UserNo,
    ) -> Result<Vec<(Vec<u8>, Instant, Instant)>, DbError> {
        let params = [scope.provider().0.into(), user.0.into()];
        let mut all = Vec::new();
        for row in read.query(SESSIONS, &params)? {
            let (ends, out): (i64, Option<i64>) = (row.get(2)?, row.get(3)?);
            let ends = out.map_or(ends, |out| out.min(ends));
            all.push((row.get(0)?, Instant(row.get(1)?), Instant(ends)));
        }
        Ok(all)
    }
}

impl Store {
    /// The numbers of the entries of the log that an open incident keeps: retention leaves them.
    ///
    /// # Errors
    /// The store's.
    pub fn frozen_entries(
        read: &mut Read<'_>,
        provider: ProviderNo,
    ) -> Result<BTreeSet<i64>, DbError> {
        let rows = read.query(FROZEN, &[provider.0.into()])?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}
