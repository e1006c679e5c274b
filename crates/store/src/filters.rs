//! Filters of the list that a person saved under a name.
//!
//! Numbers count up for each person and are never given again. A filter is taken away by a row of its
//! own, so nothing that was saved is changed.
//!
//! Invariant: a filter is read and ended with the account that saved it, and with no other.

use crate::db::{DbError, Read, Tx};
use crate::users::Account;
use lasna_domain::calendar::Instant;

/// Number of the advisory lock under which filters are numbered.
const LOCK: i64 = 628_0005;
pub(crate) const LIST: &str = "SELECT f.no, f.name, f.shown, f.class, f.step FROM list_filter f \
    LEFT JOIN list_filter_end e ON e.provider_no = f.provider_no AND e.user_no = f.user_no \
    AND e.no = f.no WHERE f.provider_no = $1 AND f.user_no = $2 AND e.no IS NULL ORDER BY f.no";
pub(crate) const INSERT: &str = "INSERT INTO list_filter \
    (provider_no, user_no, no, at, name, shown, class, step) \
    SELECT $1, $2, coalesce(max(no), 0) + 1, $3, $4, $5, $6, $7 FROM list_filter \
    WHERE provider_no = $1 AND user_no = $2";
pub(crate) const END: &str =
    "INSERT INTO list_filter_end (provider_no, user_no, no, at) VALUES ($1, $2, $3, $4)";

/// A filter as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredFilter {
    /// Its number among those of the person; not used where it is added.
    pub no: u32,
    pub name: String,
    /// Which rows, as a code; empty for all.
    pub shown: String,
    /// What the class is called; empty for all.
    pub class: String,
    /// The lowest step, counted from 1; 0 for all.
    pub step: u32,
}

impl StoredFilter {
    /// Makes changes of filters follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// The filters of a person that were not taken away, by number.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, of: &Account) -> Result<Vec<StoredFilter>, DbError> {
        let rows = read.query(LIST, &[of.provider.0.into(), of.no.0.into()])?;
        rows.iter()
            .map(|row| {
                Ok(StoredFilter {
                    no: row.get(0)?,
                    name: row.get(1)?,
                    shown: row.get(2)?,
                    class: row.get(3)?,
                    step: row.get(4)?,
                })
            })
            .collect()
    }

    /// Adds a filter under the person's next number.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(&self, tx: &mut Tx<'_>, of: &Account, at: Instant) -> Result<(), DbError> {
        StoredFilter::hold(tx)?;
        let params = [
            of.provider.0.into(),
            of.no.0.into(),
            at.0.into(),
            (&self.name).into(),
            (&self.shown).into(),
            (&self.class).into(),
            self.step.into(),
        ];
        tx.execute(INSERT, &params).map(drop)
    }

    /// Takes a filter away.
    ///
    /// # Errors
    /// The store's; a constraint where there is none of the number or it was taken away before.
    pub fn end(tx: &mut Tx<'_>, of: &Account, no: u32, at: Instant) -> Result<(), DbError> {
        let params = [of.provider.0.into(), of.no.0.into(), no.into(), at.0.into()];
        tx.execute(END, &params).map(drop)
    }
}
