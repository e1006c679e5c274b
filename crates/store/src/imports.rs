//! What imports brought, in numbers, and the versions of what codes mean.
//!
//! Beside [`crate::Batch`]: a batch says that something was imported, these rows say how much of
//! what. Codes are texts of a source; what they mean is a word of the program.
//!
//! Invariant: rows are only added; a version of codes is whole and never changed.

use crate::batches::Visible;
use crate::db::{DbError, Param, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::BatchNo;

/// Number of the advisory lock under which versions of codes are numbered.
const LOCK: i64 = 628_0004;
pub(crate) const READER_INSERT: &str =
    "INSERT INTO import_reader (provider_no, batch_no, reader) VALUES ($1, $2, $3)";
pub(crate) const READERS: &str = "SELECT batch_no, reader FROM import_reader \
    WHERE provider_no = $1 ORDER BY batch_no, reader";
pub(crate) const COUNT_INSERT: &str = "INSERT INTO import_count \
    (provider_no, batch_no, kind, rows_read, added, changed, ended, unchanged, rejected) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
pub(crate) const COUNTS: &str = "SELECT batch_no, kind, rows_read, added, changed, ended, \
    unchanged, rejected FROM import_count WHERE provider_no = $1 ORDER BY batch_no, kind";
pub(crate) const ACTORS: &str = "SELECT b.no, b.actor, u.actor \
    FROM import_batch b LEFT JOIN import_undo u \
    ON u.provider_no = b.provider_no AND u.batch_no = b.no \
    WHERE b.provider_no = $1 ORDER BY b.no";
pub(crate) const VERSIONS: &str =
    "SELECT no, at, actor, once FROM code_version WHERE provider_no = $1 ORDER BY no";
pub(crate) const MEANINGS: &str = "SELECT code, meaning, minutes FROM code_meaning \
    WHERE provider_no = $1 AND version_no = $2 ORDER BY code";
pub(crate) const VERSION_INSERT: &str =
    "INSERT INTO code_version (provider_no, no, at, actor, once) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const MEANING_INSERT: &str = "INSERT INTO code_meaning \
    (provider_no, version_no, code, meaning, minutes) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const MARKS_BY_CODE: &str = "SELECT m.batch_no, e.id, m.presence, m.approval, count(*) \
    FROM mark_fact m JOIN entity e \
    ON e.provider_no = m.provider_no AND e.kind = 'word' AND e.no = m.source_no \
    WHERE m.provider_no = $1 AND m.presence >= 0 \
    GROUP BY m.batch_no, e.id, m.presence, m.approval";

/// How much of one kind an import brought.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ImportCount {
    pub batch: BatchNo,
    pub kind: String,
    pub read: u64,
    pub added: u64,
    pub changed: u64,
    pub ended: u64,
    pub unchanged: u64,
    pub rejected: u64,
}

impl ImportCount {
    /// The counts of every import, in their order.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<ImportCount>, DbError> {
        let rows = read.query(COUNTS, &[scope.provider().0.into()])?;
        rows.iter()
            .map(|row| {
                let count = |at: usize| row.get::<i64>(at).map(i64::unsigned_abs);
                Ok(ImportCount {
                    batch: BatchNo(row.get(0)?),
                    kind: row.get(1)?,
                    read: count(2)?,
                    added: count(3)?,
                    changed: count(4)?,
                    ended: count(5)?,
                    unchanged: count(6)?,
                    rejected: count(7)?,
                })
            })
            .collect()
    }

    /// Adds the counts of one kind.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<(), DbError> {
        let number = |count: u64| Param::Int(i64::try_from(count).unwrap_or(i64::MAX));
        let params = [
            scope.provider().0.into(),
            self.batch.0.into(),
            (&self.kind).into(),
            number(self.read),
            number(self.added),
            number(self.changed),
            number(self.ended),
            number(self.unchanged),
            number(self.rejected),
        ];
        tx.execute(COUNT_INSERT, &params).map(drop)
    }
}

/// Which readers took the files of an import.
#[derive(Clone, Copy, Debug)]
pub struct ImportReaders;

impl ImportReaders {
    /// Import and reader, in the order of imports.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<(BatchNo, String)>, DbError> {
        let rows = read.query(READERS, &[scope.provider().0.into()])?;
        rows.iter()
            .map(|row| Ok((BatchNo(row.get(0)?), row.get(1)?)))
            .collect()
    }

    /// Adds a reader of an import.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(
        tx: &mut Tx<'_>,
        scope: &Scope,
        batch: BatchNo,
        reader: &str,
    ) -> Result<(), DbError> {
        let params = [scope.provider().0.into(), batch.0.into(), reader.into()];
        tx.execute(READER_INSERT, &params).map(drop)
    }
}

/// Who applied an import, and who took it back, as the audit names them.
pub type Actors = (BatchNo, String, Option<String>);

/// Who applied each import, and who took it back.
///
/// # Errors
/// The store's.
pub fn import_actors(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<Actors>, DbError> {
    let rows = read.query(ACTORS, &[scope.provider().0.into()])?;
    rows.iter()
        .map(|row| Ok((BatchNo(row.get(0)?), row.get(1)?, row.get(2)?)))
        .collect()
}

/// What one code means: a word of the program, and minutes where the word needs some.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CodeMeaning {
    pub code: String,
    pub meaning: String,
    pub minutes: Option<u16>,
}

/// One version of what codes mean.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CodeVersion {
    /// From 1.
    pub no: u32,
    pub at: Instant,
    pub actor: String,
    /// What the form carried, so that a repeated sending is known.
    pub once: String,
    /// In the order of the codes.
    pub meanings: Vec<CodeMeaning>,
}

impl CodeVersion {
    /// Every version, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<CodeVersion>, DbError> {
        let rows = read.query(VERSIONS, &[scope.provider().0.into()])?;
        let mut versions = Vec::with_capacity(rows.len());
        for row in &rows {
            let no: u32 = row.get(0)?;
            versions.push(CodeVersion {
                no,
                at: Instant(row.get(1)?),
                actor: row.get(2)?,
                once: row.get(3)?,
                meanings: meanings_of(read, scope, no)?,
            });
        }
        Ok(versions)
    }

    /// The newest version.
    ///
    /// # Errors
    /// The store's.
    pub fn newest(read: &mut Read<'_>, scope: &Scope) -> Result<Option<CodeVersion>, DbError> {
        Ok(CodeVersion::list(read, scope)?.pop())
    }

    /// Makes versions follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Adds the version; its number must come after the newest, read under the same hold.
    ///
    /// # Errors
    /// The store's; a constraint where it was sent before.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<(), DbError> {
        let provider = scope.provider().0;
        let params = [
            provider.into(),
            self.no.into(),
            self.at.0.into(),
            (&self.actor).into(),
            (&self.once).into(),
        ];
        tx.execute(VERSION_INSERT, &params)?;
        for rule in &self.meanings {
            let params: [Param<'_>; 5] = [
                provider.into(),
                self.no.into(),
                (&rule.code).into(),
                (&rule.meaning).into(),
                rule.minutes.map(u32::from).into(),
            ];
            tx.execute(MEANING_INSERT, &params)?;
        }
        Ok(())
    }
}

fn meanings_of(
    read: &mut Read<'_>,
    scope: &Scope,
    version: u32,
) -> Result<Vec<CodeMeaning>, DbError> {
    let rows = read.query(MEANINGS, &[scope.provider().0.into(), version.into()])?;
    rows.iter()
        .map(|row| {
            let minutes: Option<i64> = row.get(2)?;
            Ok(CodeMeaning {
                code: row.get(0)?,
                meaning: row.get(1)?,
                minutes: minutes.and_then(|minutes| u16::try_from(minutes).ok()),
            })
        })
        .collect()
}

/// How many marks of an import have a code, by what they were read as.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct MarksOfCode {
    pub batch: BatchNo,
    pub code: String,
    /// Place in the order of the domain.
    pub presence: u32,
    pub approval: u32,
    pub marks: u64,
}

impl MarksOfCode {
    /// Of every import in sight; each version of a mark is counted, withdrawals are not.
    ///
    /// # Errors
    /// The store's.
    pub fn list(
        read: &mut Read<'_>,
        scope: &Scope,
        visible: &Visible,
    ) -> Result<Vec<MarksOfCode>, DbError> {
        let rows = read.query(MARKS_BY_CODE, &[scope.provider().0.into()])?;
        let all = rows.iter().map(|row| {
            Ok(MarksOfCode {
                batch: BatchNo(row.get(0)?),
                code: row.get(1)?,
                presence: row.get(2)?,
                approval: row.get(3)?,
                marks: row.get::<i64>(4)?.unsigned_abs(),
            })
        });
        let all: Result<Vec<MarksOfCode>, DbError> = all.collect();
        let mut all = all?;
        all.retain(|row| visible.holds(row.batch));
        Ok(all)
    }
}
