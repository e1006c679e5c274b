//! Rights for a time, broken glass, and the review of access, as they are kept.
//!
//! Invariant: terms are written once; what happens to them is added beside them.

use crate::db::{DbError, ErrorKind, Param, Read, Row, Tx};
use crate::families::LOCK;
use crate::keys::{Subject, open_text, seal_text};
use lasna_domain::access::glass::{Glass, GlassCategory, GlassVerdict};
use lasna_domain::access::grants::{GrantAct, GrantKind, GrantStep, Terms};
use lasna_domain::access::{Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{GroupNo, OrgNo, PersonNo, ProviderNo, UserNo};
use std::collections::BTreeMap;

pub(crate) const INSERT: &str = "INSERT INTO access_grant \
    (provider_no, no, at, user_no, kind, reach, reach_no, starts, ends, by_no) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
pub(crate) const LAST: &str =
    "SELECT coalesce(max(no), 0) FROM access_grant WHERE provider_no = $1";
pub(crate) const ALL: &str = "SELECT no, user_no, kind, reach, reach_no, starts, ends, by_no \
    FROM access_grant WHERE provider_no = $1 ORDER BY no";
pub(crate) const OF_USER: &str = "SELECT no, user_no, kind, reach, reach_no, starts, ends, by_no \
    FROM access_grant WHERE provider_no = $1 AND user_no = $2 ORDER BY no";
pub(crate) const ACT_INSERT: &str = "INSERT INTO access_grant_act \
    (provider_no, no, grant_no, at, step, by_no) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5 FROM access_grant_act \
    WHERE provider_no = $1";
pub(crate) const ACTS: &str = "SELECT step, by_no, at FROM access_grant_act \
    WHERE provider_no = $1 AND grant_no = $2 ORDER BY no";
pub(crate) const GLASS_INSERT: &str = "INSERT INTO glass \
    (provider_no, no, at, user_no, pupil_no, school_no, category, reason, once) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
pub(crate) const GLASS_LAST: &str = "SELECT coalesce(max(no), 0) FROM glass WHERE provider_no = $1";
pub(crate) const GLASS_ONCE: &str = "SELECT no FROM glass WHERE provider_no = $1 AND once = $2";
pub(crate) const GLASS_ALL: &str = "SELECT no, at, user_no, pupil_no, school_no, category, reason \
    FROM glass WHERE provider_no = $1 ORDER BY no";
pub(crate) const GLASS_OF_USER: &str = "SELECT no, at, user_no, pupil_no, school_no, category, \
    reason FROM glass WHERE provider_no = $1 AND user_no = $2 AND at > $3 ORDER BY no";
pub(crate) const GLASS_ACT_INSERT: &str = "INSERT INTO glass_act \
    (provider_no, no, glass_no, at, kind, until, user_no) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6 FROM glass_act WHERE provider_no = $1";
pub(crate) const GLASS_ACTS: &str = "SELECT glass_no, at, kind, until, user_no FROM glass_act \
    WHERE provider_no = $1 ORDER BY no";
pub(crate) const REVIEW_INSERT: &str = "INSERT INTO access_review \
    (provider_no, no, at, user_no, confirmed, by_no) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5 FROM access_review WHERE provider_no = $1";
pub(crate) const REVIEWS: &str =
    "SELECT user_no, at, confirmed FROM access_review WHERE provider_no = $1 ORDER BY no";

/// A grant with what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredGrant {
    pub no: u32,
    pub terms: Terms,
    pub acts: Vec<GrantAct>,
}

fn unknown(what: &str) -> DbError {
    let text = format!("{what} of a kind that this program does not know: use the newer program");
    DbError::new(ErrorKind::Configuration, text)
}

const fn reach_parts(reach: Reach) -> (&'static str, u32) {
    match reach {
        Reach::Provider => ("provider", 0),
        Reach::School(no) => ("school", no.0),
        Reach::Group(no) => ("group", no.0),
        Reach::Pupil(no) => ("pupil", no.0),
    }
}

fn reach_of(word: &str, no: u32) -> Option<Reach> {
    match word {
        "provider" => Some(Reach::Provider),
        "school" => Some(Reach::School(OrgNo(no))),
        "group" => Some(Reach::Group(GroupNo(no))),
        "pupil" => Some(Reach::Pupil(PersonNo(no))),
        _ => None,
    }
}

impl StoredGrant {
    fn of(read: &mut Read<'_>, provider: ProviderNo, row: &Row) -> Result<StoredGrant, DbError> {
        let no: u32 = row.get(0)?;
        let reach = reach_of(row.get(3)?, row.get(4)?);
        let terms = Terms {
            subject: UserNo(row.get(1)?),
            kind: GrantKind::from_code(row.get(2)?).ok_or_else(|| unknown("a grant"))?,
            reach: reach.ok_or_else(|| unknown("a grant"))?,
            starts: Instant(row.get(5)?),
            ends: Instant(row.get(6)?),
            by: UserNo(row.get(7)?),
        };
        let mut acts = Vec::new();
        for act in read.query(ACTS, &[provider.0.into(), no.into()])? {
            acts.push(GrantAct {
                step: GrantStep::from_code(act.get(0)?).ok_or_else(|| unknown("a grant"))?,
                by: UserNo(act.get(1)?),
                at: Instant(act.get(2)?),
            });
        }
        Ok(StoredGrant { no, terms, acts })
    }

    /// All grants, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn all(read: &mut Read<'_>, provider: ProviderNo) -> Result<Vec<StoredGrant>, DbError> {
        let rows = read.query(ALL, &[provider.0.into()])?;
        rows.iter()
            .map(|row| StoredGrant::of(read, provider, row))
            .collect()
    }

    /// The grants of an account, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn of_user(
        read: &mut Read<'_>,
        provider: ProviderNo,
        user: UserNo,
    ) -> Result<Vec<StoredGrant>, DbError> {
        let rows = read.query(OF_USER, &[provider.0.into(), user.0.into()])?;
        rows.iter()
            .map(|row| StoredGrant::of(read, provider, row))
            .collect()
    }

    /// Makes grants follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Writes the terms of a new grant; gives its number.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(
        tx: &mut Tx<'_>,
        scope: &Scope,
        terms: &Terms,
        at: Instant,
    ) -> Result<u32, DbError> {
        StoredGrant::hold(tx)?;
        let provider = scope.provider().0;
        let last = tx.query_one(LAST, &[provider.into()])?;
        let no = last.map_or(Ok(0), |row| row.get::<u32>(0))? + 1;
        let (word, reach_no) = reach_parts(terms.reach);
        let params: [Param<'_>; 10] = [
            provider.into(),
            no.into(),
            at.0.into(),
            terms.subject.0.into(),
            terms.kind.as_code().into(),
            word.into(),
            reach_no.into(),
            terms.starts.0.into(),
            terms.ends.0.into(),
            terms.by.0.into(),
        ];
        tx.execute(INSERT, &params)?;
        Ok(no)
    }

    /// Adds what happened to a grant.
    ///
    /// # Errors
    /// The store's.
    pub fn add(tx: &mut Tx<'_>, scope: &Scope, grant: u32, act: &GrantAct) -> Result<(), DbError> {
        StoredGrant::hold(tx)?;
        let params: [Param<'_>; 5] = [
            scope.provider().0.into(),
            grant.into(),
            act.at.0.into(),
            act.step.as_code().into(),
            act.by.0.into(),
        ];
        tx.execute(ACT_INSERT, &params).map(drop)
    }
}

/// A broken glass as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredGlass {
    pub no: u32,
    pub glass: Glass,
    pub school: OrgNo,
    /// The typed reason, sealed.
    reason: Vec<u8>,
    /// Up to when telling the family is put off.
    pub delayed: Option<Instant>,
}

fn glass_place(provider: ProviderNo, no: u32) -> String {
    format!("glass/{provider}/{no}")
}

impl StoredGlass {
    fn list(
        read: &mut Read<'_>,
        rows: &[Row],
        provider: ProviderNo,
    ) -> Result<Vec<StoredGlass>, DbError> {
        let mut all: BTreeMap<u32, StoredGlass> = BTreeMap::new();
        for row in rows {
            let category = GlassCategory::from_code(row.get(5)?);
            let glass = Glass {
                at: Instant(row.get(1)?),
                by: UserNo(row.get(2)?),
                pupil: PersonNo(row.get(3)?),
                category: category.ok_or_else(|| unknown("a broken glass"))?,
                given_up: None,
                verdict: None,
            };
            let no = row.get(0)?;
            let (school, reason) = (OrgNo(row.get(4)?), row.get(6)?);
            let one = StoredGlass {
                no,
                glass,
                school,
                reason,
                delayed: None,
            };
            all.insert(no, one);
        }
        if all.is_empty() {
            return Ok(Vec::new());
        }
        for act in read.query(GLASS_ACTS, &[provider.0.into()])? {
            let Some(one) = all.get_mut(&act.get(0)?) else {
                continue;
            };
            match act.get::<&str>(2)? {
                "give_up" => one.glass.given_up = Some(Instant(act.get(1)?)),
                word if word.starts_with("delay") => {
                    one.delayed = act.get::<Option<i64>>(3)?.map(Instant);
                }
                word => {
                    let verdict = GlassVerdict::from_code(word);
                    one.glass.verdict = Some(verdict.ok_or_else(|| unknown("a broken glass"))?);
                }
            }
        }
        Ok(all.into_values().collect())
    }

    /// All that were broken, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn all(read: &mut Read<'_>, provider: ProviderNo) -> Result<Vec<StoredGlass>, DbError> {
        let rows = read.query(GLASS_ALL, &[provider.0.into()])?;
        StoredGlass::list(read, &rows, provider)
    }

    /// Those of an account that were broken after an instant.
    ///
    /// # Errors
    /// The store's.
    pub fn of_user(
        read: &mut Read<'_>,
        provider: ProviderNo,
        user: UserNo,
        after: Instant,
    ) -> Result<Vec<StoredGlass>, DbError> {
        let params = [provider.0.into(), user.0.into(), after.0.into()];
        let rows = read.query(GLASS_OF_USER, &params)?;
        StoredGlass::list(read, &rows, provider)
    }

    /// The reason that was typed.
    ///
    /// # Errors
    /// The store's.
    pub fn reason(&self, read: &mut Read<'_>, scope: &Scope) -> Result<String, DbError> {
        let provider = scope.provider();
        let (key, place) = (
            Subject::case(self.glass.pupil),
            glass_place(provider, self.no),
        );
        let text = open_text(read, provider, key, &place, &self.reason)?;
        Ok(text.unwrap_or_default())
    }

    /// Writes a new one with its reason, once; gives its number.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(
        tx: &mut Tx<'_>,
        scope: &Scope,
        (glass, school): (&Glass, OrgNo),
        (reason, once): (&str, &str),
    ) -> Result<u32, DbError> {
        tx.lock(LOCK)?;
        let provider = scope.provider();
        if let Some(row) = tx.query_one(GLASS_ONCE, &[provider.0.into(), once.into()])? {
            return row.get(0);
        }
        let last = tx.query_one(GLASS_LAST, &[provider.0.into()])?;
        let no = last.map_or(Ok(0), |row| row.get::<u32>(0))? + 1;
        let (key, place) = (Subject::case(glass.pupil), glass_place(provider, no));
        let sealed = seal_text(tx, provider, key, &place, reason)?;
        let params: [Param<'_>; 9] = [
            provider.0.into(),
            no.into(),
            glass.at.0.into(),
            glass.by.0.into(),
            glass.pupil.0.into(),
            school.0.into(),
            glass.category.as_code().into(),
            (&sealed).into(),
            once.into(),
        ];
        tx.execute(GLASS_INSERT, &params)?;
        Ok(no)
    }

    /// Adds what happened to it: given up, judged, telling the family put off.
    ///
    /// # Errors
    /// The store's.
    pub fn add(
        tx: &mut Tx<'_>,
        scope: &Scope,
        (no, kind, until): (u32, &str, Option<Instant>),
        (by, at): (UserNo, Instant),
    ) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let params: [Param<'_>; 6] = [
            scope.provider().0.into(),
            no.into(),
            at.0.into(),
            kind.into(),
            until.map(|until| until.0).into(),
            by.0.into(),
        ];
        tx.execute(GLASS_ACT_INSERT, &params).map(drop)
    }
}

/// When the access of an account was looked at last, and whether it was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AccessReview {
    pub user: UserNo,
    pub at: Instant,
    pub confirmed: bool,
}

impl AccessReview {
    /// The latest of each account.
    ///
    /// # Errors
    /// The store's.
    pub fn latest(
        read: &mut Read<'_>,
        provider: ProviderNo,
    ) -> Result<BTreeMap<UserNo, AccessReview>, DbError> {
        let mut all = BTreeMap::new();
        for row in read.query(REVIEWS, &[provider.0.into()])? {
            let review = AccessReview {
                user: UserNo(row.get(0)?),
                at: Instant(row.get(1)?),
                confirmed: row.get::<i64>(2)? == 1,
            };
            all.insert(review.user, review);
        }
        Ok(all)
    }

    /// Adds one.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(self, tx: &mut Tx<'_>, scope: &Scope, by: UserNo) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let params: [Param<'_>; 5] = [
            scope.provider().0.into(),
            self.at.0.into(),
            self.user.0.into(),
            i64::from(self.confirmed).into(),
            by.0.into(),
        ];
        tx.execute(REVIEW_INSERT, &params).map(drop)
    }
}
