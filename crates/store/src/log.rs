//! The audit as a log of hashes: its leaves, what is left of each entry, and the key that signs.
//!
//! Invariant: nothing here opens an entry.

use crate::audit::{self, Sealed};
use crate::db::{DbError, Param, Read};
use crate::keys::{self, Subject};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{PersonNo, ProviderNo, UserNo};
use lasna_seal::{Hash, LogKey};
use std::ops::Range;

pub(crate) const LEAVES: &str = "SELECT no, leaf FROM audit WHERE no > $1 AND no <= $2 ORDER BY no";
pub(crate) const ENTRIES: &str = "SELECT a.no, a.provider_no, a.at, a.leaf, b.person_no, \
    b.user_no, b.salt, b.body, b.provider_no, b.reach FROM audit a LEFT JOIN audit_body b ON b.no = a.no \
    WHERE a.no > $1 AND a.no <= $2 ORDER BY a.no";
/// The key that signs belongs to the node, not to a provider.
const NODE: ProviderNo = ProviderNo(0);
/// Entries that are read at once.
const PAGE: i64 = 4096;

/// An entry as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number, from 1.
    pub no: i64,
    /// The leaf that is kept.
    pub leaf: Hash,
    /// What its body says.
    pub body: LogBody,
}

/// Whether the body of an entry leads to its leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogBody {
    /// It does.
    Whole,
    /// There is none.
    Erased,
    /// It does not.
    Changed,
}

fn entry_of(row: &crate::db::Row) -> LogEntry {
    let whole = || -> Result<LogEntry, DbError> {
        let leaf: &[u8] = row.get(3)?;
        // A leaf of another length is no leaf at all.
        let leaf: Hash = leaf.try_into().unwrap_or_default();
        let no = row.get(0)?;
        let Some(body) = row.get::<Option<Vec<u8>>>(7)? else {
            return Ok(LogEntry {
                no,
                leaf,
                body: LogBody::Erased,
            });
        };
        let salt: &[u8] = row.get(6)?;
        let sealed = Sealed {
            no,
            provider: ProviderNo(row.get(1)?),
            at: Instant(row.get(2)?),
            person: row.get::<Option<u32>>(4)?.map(PersonNo),
            user: row.get::<Option<u32>>(5)?.map(UserNo),
            reach: row.get(9)?,
            salt: salt.try_into().unwrap_or_default(),
            body,
        };
        let right =
            sealed.leaf() == leaf && salt.len() == 32 && row.get::<u32>(8)? == sealed.provider.0;
        let body = if right {
            LogBody::Whole
        } else {
            LogBody::Changed
        };
        Ok(LogEntry { no, leaf, body })
    };
    // A value that does not fit its column was put there by somebody else.
    whole().unwrap_or_else(|_| LogEntry {
        no: row.get(0).unwrap_or_default(),
        leaf: Hash::default(),
        body: LogBody::Changed,
    })
}

impl LogEntry {
    /// How many entries the log has.
    ///
    /// # Errors
    /// The store's.
    pub fn count(read: &mut Read<'_>) -> Result<u64, DbError> {
        Ok(audit::last(read)? as u64)
    }

    /// The leaves of a range, counted from 0.
    ///
    /// # Errors
    /// The store's.
    pub fn leaves(read: &mut Read<'_>, range: Range<u64>) -> Result<Vec<Hash>, DbError> {
        let params: [Param<'_>; 2] = [(range.start as i64).into(), (range.end as i64).into()];
        let rows = read.query(LEAVES, &params)?;
        rows.iter()
            .map(|row| Ok(row.get::<&[u8]>(1)?.try_into().unwrap_or_default()))
            .collect()
    }

    /// Hands every entry to `each`, in order.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn each<E: From<DbError>>(
        read: &mut Read<'_>,
        mut each: impl FnMut(LogEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let last = audit::last(read)?;
        // An entry before the first was put there by somebody else, and is told as such.
        let mut from = i64::MIN;
        while from < last {
            let to = from.max(0).saturating_add(PAGE);
            for row in read.query(ENTRIES, &[from.into(), to.into()])? {
                each(entry_of(&row))?;
            }
            from = to;
        }
        Ok(())
    }
}

impl crate::Store {
    /// The key that signs checkpoints, where one was made: then there are checkpoints.
    ///
    /// # Errors
    /// The store's.
    pub fn log_key_made(&self) -> Result<Option<LogKey>, DbError> {
        let seed = self.ask(|read| keys::find(read, NODE, Subject::LOG))?;
        Ok(seed.as_ref().map(LogKey::new))
    }

    /// The key that signs checkpoints, made at the first call.
    ///
    /// # Errors
    /// The store's.
    pub fn log_key(&self) -> Result<LogKey, DbError> {
        if let Some(key) = self.log_key_made()? {
            return Ok(key);
        }
        let seed = self.write_alone(|tx| keys::ensure(tx, NODE, Subject::LOG))?;
        Ok(LogKey::new(&seed))
    }
}
