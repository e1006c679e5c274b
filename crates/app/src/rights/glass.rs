//! Breaking the glass: one pupil's contacts and contact route, for half an hour, judged afterwards.
//!
//! Invariant: whoever breaks it says why in words, and never judges it.

use crate::{App, AppError};
use lasna_domain::access::glass::{GLASS_REASON_MIN, Glass, GlassCategory, GlassVerdict};
use lasna_domain::access::{Action, Reach};
use lasna_domain::calendar::Day;
use lasna_domain::ids::{OrgNo, PersonNo};
use lasna_domain::signals::Act;
use lasna_store::{Protection, StoredAct, StoredGlass};

/// Longest reason.
const REASON_MAX: usize = 1000;

/// What somebody breaks the glass with.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct NewGlass<'a> {
    pub pupil: PersonNo,
    pub category: GlassCategory,
    pub reason: &'a str,
    /// What the form carried.
    pub once: &'a str,
}

/// A broken glass in a list, with its reason for who judges it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct GlassRow {
    pub no: u32,
    pub glass: Glass,
    pub reason: String,
    pub overdue: bool,
}

impl App {
    /// The school of a pupil, protected or not.
    pub(super) fn school_of(&self, pupil: PersonNo, today: Day) -> Result<OrgNo, AppError> {
        let own = self.scope(Action::SignIn, self.reach())?;
        let year = self.unseen_year(&own, today)?;
        let found = year.live().engine.pupil(pupil, today);
        found
            .map(|found| found.school)
            .ok_or(AppError::NotFound("pupil"))
    }

    /// Breaks the glass for one pupil of one's own school; gives its number.
    ///
    /// # Errors
    /// [`AppError::Problem`] with a key of a sentence where the reason says too little;
    /// [`AppError::NotFound`] for a pupil of another school.
    pub fn break_glass(&self, new: &NewGlass<'_>, today: Day) -> Result<u32, AppError> {
        let school = self.school_of(new.pupil, today)?;
        let scope = self.scope(Action::BreakGlass, Reach::School(school));
        let scope = scope.map_err(|_| AppError::NotFound("pupil"))?;
        self.fresh_for(Action::BreakGlass)?;
        let reason = new.reason.trim();
        let length = reason.chars().count();
        if !(GLASS_REASON_MIN..=REASON_MAX).contains(&length) {
            return Err(AppError::Problem("glass.reason_length".to_owned()));
        }
        let by = self.actor.user().ok_or(AppError::NoAccount)?;
        let glass = Glass {
            by,
            pupil: new.pupil,
            at: self.now,
            category: new.category,
            given_up: None,
            verdict: None,
        };
        let target = format!("pupil:{}:glass:{}", new.pupil, new.category.as_code());
        Ok(self.store.change(&scope, self.now, &target, |tx| {
            StoredGlass::insert(tx, &scope, (&glass, school), (reason, new.once))
        })?)
    }

    /// What is seen through it: contacts that were logged, and the contact route.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not open.
    pub fn through_glass(&self, pupil: PersonNo) -> Result<(Vec<Act>, Option<String>), AppError> {
        let scope = self.scope(Action::ReadByGlass, Reach::Pupil(pupil));
        let scope = scope.map_err(|_| AppError::NotFound("pupil"))?;
        self.fresh_for(Action::ReadByGlass)?;
        let target = format!("pupil:{pupil}:glass");
        self.look(&scope, &target, |read| {
            let acts = StoredAct::since(read, &scope, 0)?;
            let own = acts.into_iter().filter(|act| act.pupil == pupil);
            let facts = Protection::facts(read, &scope, pupil)?;
            Ok::<_, AppError>((own.collect(), facts))
        })
    }

    /// Gives it up before its time.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn give_up_glass(&self, no: u32) -> Result<(), AppError> {
        let scope = self.scope(Action::SignIn, self.reach())?;
        let me = self.actor.user().ok_or(AppError::NoAccount)?;
        let now = self.now;
        self.store.change(&scope, now, "glass:give-up", |tx| {
            let all = StoredGlass::all(tx, scope.provider())?;
            let own = all
                .iter()
                .any(|one| one.no == no && one.glass.by == me && one.glass.is_open(now));
            if !own {
                return Err(AppError::NotFound("glass"));
            }
            Ok(StoredGlass::add(
                tx,
                &scope,
                (no, "give_up", None),
                (me, now),
            )?)
        })
    }

    /// Those that one may judge, in one's reach, the latest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn broken_glass(&self) -> Result<Vec<GlassRow>, AppError> {
        let scope = self.scope(Action::ReviewGlass, self.reach())?;
        let (reach, now) = (self.reach(), self.now);
        let rows = self.look(&scope, "glass", |read| {
            let mut rows = Vec::new();
            for one in StoredGlass::all(read, scope.provider())? {
                if reach.meet(Reach::School(one.school)).is_some() {
                    rows.push(GlassRow {
                        no: one.no,
                        glass: one.glass,
                        reason: one.reason(read, &scope)?,
                        overdue: one.glass.is_overdue(now),
                    });
                }
            }
            rows.reverse();
            Ok::<_, AppError>(rows)
        })?;
        Ok(rows)
    }

    /// Says whether it was justified.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one's own, for one that was judged, and out of reach.
    pub fn judge_glass(&self, no: u32, verdict: GlassVerdict) -> Result<(), AppError> {
        let scope = self.scope(Action::ReviewGlass, self.reach())?;
        let me = self.actor.user().ok_or(AppError::NoAccount)?;
        let (reach, now) = (self.reach(), self.now);
        let target = format!("glass:{no}:{}", verdict.as_code());
        self.store.change(&scope, now, &target, |tx| {
            let all = StoredGlass::all(tx, scope.provider())?;
            let may = all.iter().any(|one| {
                one.no == no
                    && one.glass.may_judge(me)
                    && reach.meet(Reach::School(one.school)).is_some()
            });
            if !may {
                return Err(AppError::NotFound("glass"));
            }
            Ok(StoredGlass::add(
                tx,
                &scope,
                (no, verdict.as_code(), None),
                (me, now),
            )?)
        })
    }
}
