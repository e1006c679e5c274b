//! How much people read: a row for each page of pupils and each file, and a row for each alarm.
//!
//! Rows of pages go after two days; alarms stay with the log.
//!
//! Invariant: of one person pages are counted one after another, whichever process counts.

use crate::db::{DbError, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::access::reading::{ReadingKind, ReadingSpan};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{ProviderNo, UserNo};

pub(crate) const COUNT: &str = "SELECT count(*) FROM page_read \
    WHERE provider_no = $1 AND user_no = $2 AND kind = $3 AND at > $4";
pub(crate) const INSERT: &str = "INSERT INTO page_read (provider_no, user_no, no, at, kind) \
    SELECT $1, $2, coalesce(max(no), 0) + 1, $3, $4 FROM page_read \
    WHERE provider_no = $1 AND user_no = $2";
pub(crate) const FORGET_OLD: &str =
    "DELETE FROM page_read WHERE provider_no = $1 AND user_no = $2 AND at < $3";
pub(crate) const ALARM_INSERT: &str = "INSERT INTO reading_alarm \
    (provider_no, no, at, user_no, kind, span) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5 FROM reading_alarm WHERE provider_no = $1";
pub(crate) const ALARM_LAST: &str = "SELECT max(at) FROM reading_alarm \
    WHERE provider_no = $1 AND user_no = $2 AND kind = $3";
pub(crate) const ALARM_LAST_SPAN: &str = "SELECT max(at) FROM reading_alarm \
    WHERE provider_no = $1 AND user_no = $2 AND kind = $3 AND span = $4";
pub(crate) const ALARMS: &str = "SELECT x.no, x.at, x.user_no, x.kind, x.span, a.role, a.school \
    FROM reading_alarm x JOIN user_account a ON a.no = x.user_no \
    WHERE x.provider_no = $1 AND x.at >= $2 ORDER BY x.no";
/// Number of the advisory lock under which pages are counted.
const LOCK: i64 = 628_0080;
const TWO_DAYS: i64 = 2 * 86_400_000_000;

/// Somebody who read more than the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ReadingAlarm {
    pub no: u32,
    pub at: Instant,
    pub user: UserNo,
    pub kind: ReadingKind,
    pub span: ReadingSpan,
    /// The code of the account's role.
    pub role: String,
    /// Source id of the account's school.
    pub school: Option<String>,
}

/// What one person read.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Reader {
    pub provider: ProviderNo,
    pub user: UserNo,
    pub kind: ReadingKind,
}

impl Reader {
    /// Makes counting wait for others that count, until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// How many there were after an instant, by whichever clock.
    ///
    /// # Errors
    /// The store's.
    pub fn count(self, read: &mut Read<'_>, after: Instant) -> Result<i64, DbError> {
        let params = [
            self.provider.0.into(),
            self.user.0.into(),
            self.kind.as_code().into(),
            after.0.into(),
        ];
        let row = read.query_one(COUNT, &params)?;
        row.map_or(Ok(0), |row| row.get(0))
    }

    /// Counts one more; rows that no limit asks for any more go.
    ///
    /// # Errors
    /// The store's.
    pub fn add(self, tx: &mut Tx<'_>, at: Instant) -> Result<(), DbError> {
        let (provider, user) = (self.provider.0, self.user.0);
        let old = at.0 - TWO_DAYS;
        tx.execute(FORGET_OLD, &[provider.into(), user.into(), old.into()])?;
        let kind = self.kind.as_code();
        let params = [provider.into(), user.into(), at.0.into(), kind.into()];
        tx.execute(INSERT, &params).map(drop)
    }

    /// When the last alarm was, of any span or of one.
    ///
    /// # Errors
    /// The store's.
    pub fn last_alarm(
        self,
        read: &mut Read<'_>,
        span: Option<ReadingSpan>,
    ) -> Result<Option<Instant>, DbError> {
        let mut params = vec![
            self.provider.0.into(),
            self.user.0.into(),
            self.kind.as_code().into(),
        ];
        let row = match span {
            Some(span) => {
                params.push(span.as_code().into());
                read.query_one(ALARM_LAST_SPAN, &params)?
            }
            None => read.query_one(ALARM_LAST, &params)?,
        };
        let at = row.map_or(Ok(None), |row| row.get::<Option<i64>>(0))?;
        Ok(at.map(Instant))
    }

    /// Adds an alarm.
    ///
    /// # Errors
    /// The store's.
    pub fn alarm(self, tx: &mut Tx<'_>, span: ReadingSpan, at: Instant) -> Result<(), DbError> {
        let params = [
            self.provider.0.into(),
            at.0.into(),
            self.user.0.into(),
            self.kind.as_code().into(),
            span.as_code().into(),
        ];
        tx.execute(ALARM_INSERT, &params).map(drop)
    }
}

impl ReadingAlarm {
    /// The alarms from an instant on, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn list(
        read: &mut Read<'_>,
        scope: &Scope,
        from: Instant,
    ) -> Result<Vec<ReadingAlarm>, DbError> {
        let mut all = Vec::new();
        for row in read.query(ALARMS, &[scope.provider().0.into(), from.0.into()])? {
            let kind = ReadingKind::from_code(row.get(3)?);
            let span = ReadingSpan::from_code(row.get(4)?);
            // One of a newer program says nothing here.
            let (Some(kind), Some(span)) = (kind, span) else {
                continue;
            };
            all.push(ReadingAlarm {
                no: row.get(0)?,
                at: Instant(row.get(1)?),
                user: UserNo(row.get(2)?),
                kind,
                span,
                role: row.get(5)?,
                school: row.get(6)?,
            });
        }
        Ok(all)
    }
}
