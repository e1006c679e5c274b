//! How often somebody tried to prove who it is: a row for each try that has not succeeded.
//!
//! A mark is 32 bits of a digest: enough to tell one login or address from another, too little to
//! find out what was typed, which may be a password in the wrong field. Rows go after a day.
//!
//! Invariant: a try is counted before it is looked at, so that tries at once are counted too.

use crate::db::{DbError, Tx};
use crate::users::hash;
use lasna_domain::calendar::Instant;

/// Number of the advisory lock under which tries are counted.
const LOCK: i64 = 628_0030;
const DAY: i64 = 86_400_000_000;
pub(crate) const COUNT: &str =
    "SELECT count(*) FROM sign_in_try WHERE mark = $1 AND at > $2 AND at <= $3";
pub(crate) const INSERT: &str = "INSERT INTO sign_in_try (no, mark, at) \
    SELECT coalesce(max(no), 0) + 1, $1, $2 FROM sign_in_try";
pub(crate) const FORGET: &str = "DELETE FROM sign_in_try WHERE mark = $1";
pub(crate) const FORGET_ONE: &str = "DELETE FROM sign_in_try WHERE no = \
    (SELECT max(no) FROM sign_in_try WHERE mark = $1 AND at = $2)";
pub(crate) const FORGET_OLD: &str = "DELETE FROM sign_in_try WHERE at < $1";

/// What tries are counted of: an account, an address, a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TryMark(Vec<u8>);

impl TryMark {
    /// The mark of a word of a kind.
    pub fn of(kind: &str, word: &str) -> TryMark {
        let mut mark = hash(&format!("{kind}:{word}"));
        mark.truncate(4);
        TryMark(mark)
    }

    /// Counts a try at an instant, unless a mark had its most since another. Gives how many of each
    /// mark there are now; `None` where it was not counted.
    ///
    /// # Errors
    /// The store's.
    pub fn count(
        all: &[(TryMark, i64)],
        tx: &mut Tx<'_>,
        (since, at): (Instant, Instant),
    ) -> Result<Option<Vec<i64>>, DbError> {
        tx.lock(LOCK)?;
        let mut counts = Vec::with_capacity(all.len());
        for (mark, most) in all {
            let params = [(&mark.0).into(), since.0.into(), at.0.into()];
            let row = tx.query_one(COUNT, &params)?;
            let count = row.map_or(Ok(0), |row| row.get::<i64>(0))?;
            if count >= *most {
                return Ok(None);
            }
            counts.push(count + 1);
        }
        tx.execute(FORGET_OLD, &[(at.0 - DAY).into()])?;
        for (mark, _) in all {
            tx.execute(INSERT, &[(&mark.0).into(), at.0.into()])?;
        }
        Ok(Some(counts))
    }

    /// Forgets all tries: one has succeeded.
    ///
    /// # Errors
    /// The store's.
    pub fn forget(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.execute(FORGET, &[(&self.0).into()]).map(drop)
    }

    /// Forgets one try of an instant: it has succeeded, and those before it have not.
    ///
    /// # Errors
    /// The store's.
    pub fn forget_one(&self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        tx.execute(FORGET_ONE, &[(&self.0).into(), at.0.into()])
            .map(drop)
    }
}
