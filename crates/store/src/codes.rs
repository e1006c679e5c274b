//! Codes that open one thing once, and what an account is told of its own factors.
//!
//! Invariant: a code is kept as its SHA-256, is over after its time, and is used once.

use crate::db::{DbError, Read, Row, Tx};
use crate::users::{Account, hash};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{ProviderNo, UserNo};

/// Number of the advisory lock under which codes are used and notices are numbered.
const LOCK: i64 = 628_0032;
pub(crate) const CODE_INSERT: &str = "INSERT INTO one_time_code \
    (code_hash, provider_no, purpose, user_no, at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const CODE_USE: &str = "INSERT INTO one_time_code_end (code_hash, at) \
    SELECT c.code_hash, $3 FROM one_time_code c \
    LEFT JOIN one_time_code_end e ON e.code_hash = c.code_hash \
    WHERE c.code_hash = $1 AND c.purpose = $2 AND c.ends_at > $3 \
    AND c.at <= $3 + 7200000000 AND e.code_hash IS NULL";
pub(crate) const CODE_OF: &str =
    "SELECT provider_no, user_no FROM one_time_code WHERE code_hash = $1";
pub(crate) const CODE_GOOD: &str = "SELECT c.provider_no, c.user_no FROM one_time_code c \
    LEFT JOIN one_time_code_end e ON e.code_hash = c.code_hash \
    WHERE c.code_hash = $1 AND c.purpose = $2 AND c.ends_at > $3 AND e.code_hash IS NULL";
pub(crate) const NOTICE_INSERT: &str = "INSERT INTO user_notice (provider_no, user_no, no, at, kind) \
    SELECT $1, $2, coalesce(max(no), 0) + 1, $3, $4 FROM user_notice \
    WHERE provider_no = $1 AND user_no = $2";
pub(crate) const NOTICES: &str = "SELECT n.no, n.at, n.kind FROM user_notice n \
    LEFT JOIN user_notice_seen s ON s.provider_no = n.provider_no AND s.user_no = n.user_no AND s.no = n.no \
    WHERE n.provider_no = $1 AND n.user_no = $2 AND s.no IS NULL ORDER BY n.no";
pub(crate) const NOTICES_SEEN: &str = "INSERT INTO user_notice_seen (provider_no, user_no, no, at) \
    SELECT n.provider_no, n.user_no, n.no, $3 FROM user_notice n \
    LEFT JOIN user_notice_seen s ON s.provider_no = n.provider_no AND s.user_no = n.user_no AND s.no = n.no \
    WHERE n.provider_no = $1 AND n.user_no = $2 AND n.no <= $4 AND s.no IS NULL";

/// A code that opens one thing once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneTimeCode<'a> {
    /// What is typed.
    pub code: &'a str,
    /// What it opens.
    pub purpose: &'a str,
}

impl OneTimeCode<'_> {
    /// Keeps it from an instant to another, for an account where it is for one.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(
        &self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        user: Option<UserNo>,
        (at, ends_at): (Instant, Instant),
    ) -> Result<(), DbError> {
        let hash = hash(self.code);
        let params = [
            (&hash).into(),
            scope.provider().0.into(),
            self.purpose.into(),
            user.map(|user| i64::from(user.0)).into(),
            at.0.into(),
            ends_at.0.into(),
        ];
        tx.execute(CODE_INSERT, &params).map(drop)
    }

    /// Whose it is, where it is good at an instant; it stays so.
    ///
    /// # Errors
    /// The store's.
    pub fn whose(
        &self,
        read: &mut Read<'_>,
        at: Instant,
    ) -> Result<Option<(ProviderNo, Option<UserNo>)>, DbError> {
        let hash = hash(self.code);
        let params = [(&hash).into(), self.purpose.into(), at.0.into()];
        let row = read.query_one(CODE_GOOD, &params)?;
        row.as_ref().map(owner_of).transpose()
    }

    /// Uses it up. Gives whose it is; none where there is no such code, or no longer.
    ///
    /// # Errors
    /// The store's.
    pub fn use_up(
        &self,
        tx: &mut Tx<'_>,
        at: Instant,
    ) -> Result<Option<(ProviderNo, Option<UserNo>)>, DbError> {
        tx.lock(LOCK)?;
        let hash = hash(self.code);
        let params = [(&hash).into(), self.purpose.into(), at.0.into()];
        if tx.execute(CODE_USE, &params)? != 1 {
            return Ok(None);
        }
        let row = tx.query_one(CODE_OF, &[(&hash).into()])?;
        row.as_ref().map(owner_of).transpose()
    }
}

fn owner_of(row: &Row) -> Result<(ProviderNo, Option<UserNo>), DbError> {
    let user: Option<i64> = row.get(1)?;
    let user = user.and_then(|user| u32::try_from(user).ok()).map(UserNo);
    Ok((ProviderNo(row.get(0)?), user))
}

/// Something that was changed about how somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredNotice {
    pub no: i64,
    pub at: Instant,
    pub kind: String,
}

impl Account {
    /// Keeps something to tell.
    ///
    /// # Errors
    /// The store's.
    pub fn tell(&self, tx: &mut Tx<'_>, kind: &str, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let params = [
            self.provider.0.into(),
            self.no.0.into(),
            at.0.into(),
            kind.into(),
        ];
        tx.execute(NOTICE_INSERT, &params).map(drop)
    }

    /// What is to be told, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn told(&self, read: &mut Read<'_>) -> Result<Vec<StoredNotice>, DbError> {
        let rows = read.query(NOTICES, &[self.provider.0.into(), self.no.0.into()])?;
        rows.iter()
            .map(|row| {
                Ok(StoredNotice {
                    no: row.get(0)?,
                    at: Instant(row.get(1)?),
                    kind: row.get(2)?,
                })
            })
            .collect()
    }

    /// Notes that all up to a number were read.
    ///
    /// # Errors
    /// The store's.
    pub fn has_read(&self, tx: &mut Tx<'_>, up_to: i64, at: Instant) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let params = [
            self.provider.0.into(),
            self.no.0.into(),
            at.0.into(),
            up_to.into(),
        ];
        tx.execute(NOTICES_SEEN, &params).map(drop)
    }
}
