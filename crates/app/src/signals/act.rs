//! Logging what was done, and what people are called in it.
//!
//! Invariant: one takes back only what one has logged oneself.

use super::note::{clean_note, note_over};
#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;
use lasna_domain::ids::UserNo;
use lasna_domain::review::is_review_day;
use lasna_store::Profile;
use lasna_store::StoredAct;
use lasna_store::db::DbError;
use std::collections::{BTreeMap, BTreeSet};

/// Microseconds in which the same act is taken for one that was sent twice: ten minutes.
pub const SOON: i64 = 10 * 60 * 1_000_000;

impl App {
    /// The number of a pupil by its source id.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn pupil_no(&self, id: &str) -> Result<PupilNo, AppError> {
        self.person_no(id)?.ok_or(AppError::NotFound("pupil"))
    }

    /// What some accounts are called, by number: members of staff, no pupil.
    pub(crate) fn user_names(
        &self,
        users: impl IntoIterator<Item = UserNo>,
    ) -> Result<BTreeMap<UserNo, String>, AppError> {
        let users: BTreeSet<UserNo> = users.into_iter().collect();
        Ok(self.store().ask(|read| {
            let mut names = BTreeMap::new();
            for user in users {
                if let Some(profile) = Profile::of(read, self.provider, user)? {
                    names.insert(user, profile.name);
                }
            }
            Ok::<_, DbError>(names)
        })?)
    }

    /// Logs what was done about a pupil's signals. A repeated sending changes nothing; where it says
    /// something else than the first time, it is refused and not dropped. The same act once more
    /// within [`SOON`], or a second decision while one is in force, needs a person who is sure.
    ///
    /// # Errors
    /// [`AppError`]; `signals.note_long`, `signals.review_day`, `act.day_wrong`, `act.again`,
    /// `act.decided_already` and `frame.stale` are keys of sentences.
    pub fn log_act(&self, new: &NewAct<'_>, as_of: Day) -> Result<(), AppError> {
        let (scope, year) = self.pupil_scope(Action::ActOnSignal, new.pupil, as_of)?;
        let note = clean_note(new.note);
        if note_over(&note) > 0 {
            return Err(AppError::Problem("signals.note_long".into()));
        }
        let (acts, seen) = {
            let live = year.live();
            (live.acts(new.pupil).to_vec(), live.seen().1)
        };
        let day = self.day_of(new, &year, as_of)?;
        let by = self.me().map(|me| me.user).ok_or(AppError::NoAccount)?;
        if let ActWhat::Withdraw(no) = new.what {
            let known = acts.iter().find(|act| act.no == no);
            // One takes back what one has logged oneself; others log what is right. What was taken
            // back stays so: it can be logged again.
            if known.is_none_or(|act| act.by != by || matches!(act.what, ActWhat::Withdraw(_))) {
                return Err(AppError::NotFound("act"));
            }
        }
        let act = Act {
            no: 0,
            pupil: new.pupil,
            at: self.now(),
            day,
            by,
            what: new.what,
            note,
        };
        let target = format!("pupil:{}:{}", new.pupil, new.what.kind().as_code());
        self.change(&scope, &target, |tx| {
            StoredAct::hold(tx)?;
            match StoredAct::of_once(tx, &scope, new.once)? {
                Some(before) if is_same_sending(&before, &act, new.day.is_some()) => Ok(()),
                Some(_) => Err(AppError::Problem("frame.stale".into())),
                None => {
                    if !new.sure {
                        // Another request may have logged it since the year was looked at.
                        let mut all = acts.clone();
                        let newer = StoredAct::since(tx, &scope, seen)?;
                        all.extend(newer.into_iter().filter(|other| other.pupil == act.pupil));
                        is_new(&act, &all)?;
                    }
                    StoredAct::insert(tx, &scope, &act, new.once)?;
                    Ok(())
                }
            }
        })
    }

    /// The day that an act counts on, where it and a day of review are days that may be.
    fn day_of(&self, new: &NewAct<'_>, year: &HeldYear, as_of: Day) -> Result<Day, AppError> {
        let live = year.live();
        let pupil = live.engine.pupil(new.pupil, as_of);
        let school_year = pupil.and_then(|found| live.engine.school_year(found.school));
        let school_year = school_year.ok_or(AppError::NotFound("pupil"))?;
        let today = self.now().day_in_finland();
        match (new.what, new.day) {
            (ActWhat::Contact(..), Some(day)) if day <= today && school_year.span.contains(day) => {
                Ok(day)
            }
            (ActWhat::Contact(..), Some(_)) => Err(AppError::Problem("act.day_wrong".into())),
            (ActWhat::NoConcern(_, review), _)
                if !is_review_day(review, as_of, &school_year.school_days) =>
            {
                Err(AppError::Problem("signals.review_day".into()))
            }
            _ => Ok(today),
        }
    }
}

/// Whether an act is what the same form brought before.
fn is_same_sending(before: &Act, act: &Act, with_day: bool) -> bool {
    (before.pupil, before.by, before.what) == (act.pupil, act.by, act.what)
        && before.note == act.note
        && (!with_day || before.day == act.day)
}

/// Refuses what the same person did about the pupil just now, and a second decision.
fn is_new(act: &Act, acts: &[Act]) -> Result<(), AppError> {
    let force = in_force(acts);
    let decides = matches!(act.what, ActWhat::NoConcern(..));
    // As the latest signal there can be sees it: what stands now.
    let stands = state((0, Day(i32::MIN)), &force, act.day);
    if decides && matches!(stands, SignalState::NoConcern(_)) {
        return Err(AppError::Problem("act.decided_already".into()));
    }
    let same = |before: &&&Act| {
        (before.by, before.what, before.day) == (act.by, act.what, act.day)
            && act.at.0 - before.at.0 < SOON
    };
    match force.iter().find(same) {
        Some(_) => Err(AppError::Problem("act.again".into())),
        None => Ok(()),
    }
}
