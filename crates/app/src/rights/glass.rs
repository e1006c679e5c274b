//! Breaking the glass: one pupil's contacts and contact route, for half an hour, judged afterwards.
//!
//! Invariant: whoever breaks it says why in words, and never judges it.

use crate::{App, AppError};
use lasna_domain::access::glass::{
    GLASS_DELAY_DAYS, GLASS_MAX, GLASS_REASON_MIN, GLASS_VIEW, Glass, GlassCategory, GlassDelay,
    GlassVerdict,
};
use lasna_domain::access::{Action, Reach};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{OrgNo, PersonNo};
use lasna_domain::signals::{Act, in_force};
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
    /// Who broke it.
    pub by: String,
    /// Name and class, for who follows the school's pupils.
    pub pupil: Option<(String, String)>,
    /// Up to when telling the family is put off.
    pub delayed: Option<Instant>,
    /// Whether one may judge it.
    pub mine: bool,
}

/// A glass of one's own that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OpenGlass {
    pub no: u32,
    pub pupil: PersonNo,
    pub at: Instant,
    /// Up to when one sees by it.
    pub ends: Instant,
}

/// What is seen through a broken glass.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ThroughGlass {
    pub glass: OpenGlass,
    pub name: String,
    pub class: String,
    /// Contacts that were logged, each with who did it.
    pub acts: Vec<(Act, String)>,
    /// The contact route of a protected pupil.
    pub facts: Option<String>,
}

/// How many wait for the second person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct GlassWaiting {
    pub open: usize,
    pub overdue: usize,
}

/// Words as they are compared: no blanks too many, no capitals.
fn folded(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
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

    /// Refuses a reason that says too little, or too much to be read.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `glass.reason_length`.
    pub fn check_glass_reason(&self, reason: &str) -> Result<(), AppError> {
        let length = reason.trim().chars().count();
        match (GLASS_REASON_MIN..=REASON_MAX).contains(&length) {
            true => Ok(()),
            false => Err(AppError::Problem("glass.reason_length".to_owned())),
        }
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
        self.check_glass_reason(reason)?;
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

    /// The pupil of one's own school who is called so and goes to a class: a protected one too, which is
    /// why the words must be exact and every question is in the log.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `glass.not_found` or `glass.several`.
    pub fn find_pupil(
        &self,
        action: Action,
        (name, class): (&str, &str),
        today: Day,
    ) -> Result<PersonNo, AppError> {
        let Reach::School(school) = self.reach() else {
            return Err(AppError::NotFound("page"));
        };
        let scope = self.scope(action, Reach::School(school))?;
        let (name, class) = (folded(name), folded(class));
        let year = self.year(&scope, "pupil:search", Instant::LATEST, today)?;
        let live = year.live();
        let names = &year.loaded.names;
        let is_it = |pupil: &&PersonNo| {
            let found = live.engine.pupil(**pupil, today);
            let found = found.filter(|found| found.school == school);
            let of_class = found
                .and_then(|found| found.class)
                .map(|no| names.group(no));
            of_class.is_some_and(|title| folded(title) == class)
                && folded(&names.person(**pupil)) == name
        };
        let mut all = live.engine.pupils().iter().filter(is_it);
        match (all.next(), all.next()) {
            (Some(pupil), None) => Ok(*pupil),
            (None, _) => Err(AppError::Problem("glass.not_found".to_owned())),
            _ => Err(AppError::Problem("glass.several".to_owned())),
        }
    }

    /// Those of one's own that are open.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn own_glass(&self) -> Result<Vec<OpenGlass>, AppError> {
        let me = self.actor.user().ok_or(AppError::NoAccount)?;
        let (provider, now) = (self.provider, self.now);
        let since = Instant(now.0 - GLASS_MAX);
        let all = self
            .store
            .ask(|read| StoredGlass::of_user(read, provider, me, since))?;
        let open = all.iter().filter(|one| one.glass.is_open(now));
        let open = open.map(|one| OpenGlass {
            no: one.no,
            pupil: one.glass.pupil,
            at: one.glass.at,
            ends: Instant(one.glass.at.0 + GLASS_VIEW),
        });
        Ok(open.collect())
    }

    /// What is seen through it: contacts that were logged, and the contact route.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not open.
    pub fn through_glass(&self, pupil: PersonNo, today: Day) -> Result<ThroughGlass, AppError> {
        let scope = self.scope(Action::ReadByGlass, Reach::Pupil(pupil));
        let scope = scope.map_err(|_| AppError::NotFound("pupil"))?;
        self.fresh_for(Action::ReadByGlass)?;
        let own = self.own_glass()?;
        let glass = own.into_iter().rfind(|one| one.pupil == pupil);
        let glass = glass.ok_or(AppError::NotFound("pupil"))?;
        let target = format!("pupil:{pupil}:glass");
        let (acts, facts) = self.look(&scope, &target, |read| {
            let acts = StoredAct::since(read, &scope, 0)?;
            let facts = Protection::facts(read, &scope, pupil)?;
            Ok::<_, AppError>((acts, facts))
        })?;
        let own: Vec<Act> = acts.into_iter().filter(|act| act.pupil == pupil).collect();
        let users = self.user_names(own.iter().map(|act| act.by))?;
        let year = self.unseen_year(&scope, today)?;
        let live = year.live();
        let names = &year.loaded.names;
        let class = live
            .engine
            .pupil(pupil, today)
            .and_then(|found| found.class);
        let force = in_force(&own).into_iter().rev();
        let acts = force.map(|act| (act.clone(), users.get(&act.by).cloned().unwrap_or_default()));
        Ok(ThroughGlass {
            glass,
            name: names.person(pupil),
            class: class.map_or_else(String::new, |no| names.group(no).to_owned()),
            acts: acts.collect(),
            facts,
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

    /// How many wait for whoever is signed in to judge them.
    ///
    /// # Errors
    /// The store's.
    pub fn glass_waiting(&self) -> Result<GlassWaiting, AppError> {
        if !self.may(Action::ReviewGlass, self.reach()) {
            return Ok(GlassWaiting::default());
        }
        let (provider, reach, now) = (self.provider, self.reach(), self.now);
        let me = self.actor.user().unwrap_or_default();
        let all = self.store.ask(|read| StoredGlass::all(read, provider))?;
        let waits = all.iter().filter(|one| {
            one.glass.may_judge(me) && reach.meet(Reach::School(one.school)).is_some()
        });
        let waits: Vec<_> = waits.collect();
        Ok(GlassWaiting {
            open: waits.len(),
            overdue: waits.iter().filter(|one| one.glass.is_overdue(now)).count(),
        })
    }

    /// Those that one may judge, in one's reach, the latest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn broken_glass(&self, today: Day) -> Result<Vec<GlassRow>, AppError> {
        let scope = self.scope(Action::ReviewGlass, self.reach())?;
        let (reach, now) = (self.reach(), self.now);
        let me = self.actor.user().unwrap_or_default();
        let mut rows = self.look(&scope, "glass", |read| {
            let mut rows = Vec::new();
            for one in StoredGlass::all(read, scope.provider())? {
                if reach.meet(Reach::School(one.school)).is_some() {
                    rows.push(GlassRow {
                        no: one.no,
                        glass: one.glass,
                        reason: one.reason(read, &scope)?,
                        overdue: one.glass.is_overdue(now),
                        by: String::new(),
                        pupil: None,
                        delayed: one.delayed.filter(|until| now < *until),
                        mine: one.glass.may_judge(me),
                    });
                }
            }
            rows.reverse();
            Ok::<_, AppError>(rows)
        })?;
        let users = self.user_names(rows.iter().map(|row| row.glass.by))?;
        // Who oversees the provider judges the reason; the pupil stays a number.
        let year = match reach {
            Reach::School(_) => Some(self.unseen_year(&scope, today)?),
            _ => None,
        };
        for row in &mut rows {
            row.by = users.get(&row.glass.by).cloned().unwrap_or_default();
            let found = year.as_ref().and_then(|year| {
                let names = &year.loaded.names;
                let found = year.live().engine.pupil(row.glass.pupil, today)?;
                let class = found.class.map_or("", |no| names.group(no));
                Some((names.person(row.glass.pupil), class.to_owned()))
            });
            row.pupil = found;
        }
        Ok(rows)
    }

    /// Puts off telling the family up to a day, on a ground in law, or tells it from now on.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `glass.delay_day` where the day is past or more than half a year
    /// ahead; [`AppError::NotFound`] for one's own and out of reach.
    pub fn delay_glass(&self, no: u32, ground: GlassDelay, until: Day) -> Result<(), AppError> {
        let today = self.now.day_in_finland();
        if until <= today || until.0 - today.0 > GLASS_DELAY_DAYS {
            return Err(AppError::Problem("glass.delay_day".to_owned()));
        }
        let scope = self.scope(Action::ReviewGlass, self.reach())?;
        let me = self.actor.user().ok_or(AppError::NoAccount)?;
        let (reach, now) = (self.reach(), self.now);
        let target = format!("glass:{no}:{}", ground.as_code());
        self.change(&scope, &target, |tx| {
            let all = StoredGlass::all(tx, scope.provider())?;
            let may = all.iter().any(|one| {
                let here = reach.meet(Reach::School(one.school)).is_some();
                one.no == no && one.glass.by != me && here
            });
            if !may {
                return Err(AppError::NotFound("glass"));
            }
            let told = Instant::midnight_in_finland(until.next());
            let act = (no, ground.as_code(), Some(told));
            Ok(StoredGlass::add(tx, &scope, act, (me, now))?)
        })
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
        self.change(&scope, &target, |tx| {
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
