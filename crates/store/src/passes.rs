//! Day passes: whose lessons a substitute gives on a day.
//!
//! A pass is given and taken back by acts, which are only added; the first table of passes, which had
//! no taking back, is read before them.
//!
//! Invariant: of a substitute, a day and a teacher the latest act counts; one sent twice is kept once.

use crate::db::{DbError, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{ProviderNo, UserNo};
use std::collections::BTreeMap;

/// Number of the advisory lock under which acts are numbered.
const LOCK: i64 = 628_0007;
pub(crate) const FIRST: &str = "SELECT user_no, teacher, at, actor FROM day_pass \
    WHERE provider_no = $1 AND day = $2 ORDER BY user_no, teacher";
pub(crate) const ACTS: &str = "SELECT user_no, teacher, at, actor, given FROM day_pass_act \
    WHERE provider_no = $1 AND day = $2 ORDER BY no";
pub(crate) const ONCE: &str = "SELECT no FROM day_pass_act WHERE provider_no = $1 AND once = $2";
pub(crate) const DAYS_OF_USER: &str = "SELECT day FROM day_pass \
    WHERE provider_no = $1 AND user_no = $2 AND day >= $3 UNION SELECT day FROM day_pass_act \
    WHERE provider_no = $1 AND user_no = $2 AND day >= $3 ORDER BY day";
pub(crate) const INSERT: &str = "INSERT INTO day_pass_act \
    (provider_no, no, user_no, day, teacher, given, at, actor, once) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM day_pass_act \
    WHERE provider_no = $1";

/// A pass in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DayPass {
    pub user: UserNo,
    pub day: Day,
    /// Source id of the teacher whose lessons they are.
    pub teacher: String,
    pub at: Instant,
    /// Who gave it, as the audit names actors.
    pub by: String,
}

impl DayPass {
    /// The passes in force of a day, by substitute and teacher.
    ///
    /// # Errors
    /// The store's.
    pub fn of_day(
        read: &mut Read<'_>,
        provider: ProviderNo,
        day: Day,
    ) -> Result<Vec<DayPass>, DbError> {
        let params = [provider.0.into(), day.0.into()];
        let mut passes: BTreeMap<(UserNo, String), DayPass> = BTreeMap::new();
        let pass_of = |row: &crate::db::Row| {
            Ok::<_, DbError>(DayPass {
                user: UserNo(row.get(0)?),
                day,
                teacher: row.get(1)?,
                at: Instant(row.get(2)?),
                by: row.get(3)?,
            })
        };
        for row in read.query(FIRST, &params)? {
            let pass = pass_of(&row)?;
            passes.insert((pass.user, pass.teacher.clone()), pass);
        }
        for row in read.query(ACTS, &params)? {
            let (pass, given) = (pass_of(&row)?, row.get::<i64>(4)? == 1);
            let key = (pass.user, pass.teacher.clone());
            if given {
                passes.insert(key, pass);
            } else {
                passes.remove(&key);
            }
        }
        Ok(passes.into_values().collect())
    }

    /// Makes acts follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Gives a pass, or takes one back. A repeated sending changes nothing.
    ///
    /// # Errors
    /// The store's.
    pub fn act(
        tx: &mut Tx<'_>,
        scope: &Scope,
        (user, day, teacher): (UserNo, Day, &str),
        given: bool,
        (at, once): (Instant, &str),
    ) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let provider = scope.provider().0;
        if tx
            .query_one(ONCE, &[provider.into(), once.into()])?
            .is_some()
        {
            return Ok(());
        }
        let actor = scope.actor().code();
        let params = [
            provider.into(),
            user.0.into(),
            day.0.into(),
            teacher.into(),
            given.into(),
            at.0.into(),
            (&actor).into(),
            once.into(),
        ];
        tx.execute(INSERT, &params).map(drop)
    }

    /// Takes back every pass of a substitute from a day on.
    ///
    /// # Errors
    /// The store's.
    pub fn take_all(
        tx: &mut Tx<'_>,
        scope: &Scope,
        (user, from): (UserNo, Day),
        at: Instant,
    ) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let params = [scope.provider().0.into(), user.0.into(), from.0.into()];
        for row in tx.query(DAYS_OF_USER, &params)? {
            let day = Day(row.get(0)?);
            let passes = DayPass::of_day(tx, scope.provider(), day)?;
            for pass in passes.iter().filter(|pass| pass.user == user) {
                let once = format!("end:{user}:{}:{day}:{}", at.0, pass.teacher);
                let key = (user, day, &*pass.teacher);
                DayPass::act(tx, scope, key, false, (at, &once))?;
            }
        }
        Ok(())
    }
}
