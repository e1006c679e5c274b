//! Logging what was done, and what people are called in it.
//!
//! Invariant: one takes back only what one has logged oneself.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;
use lasna_domain::ids::UserNo;
use lasna_store::Profile;
use lasna_store::db::DbError;
use std::collections::{BTreeMap, BTreeSet};

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
    /// something else than the first time, it is refused and not dropped.
    ///
    /// # Errors
    /// [`AppError`]; `signals.note_long`, `signals.review_day` and `frame.stale` are keys of
    /// sentences.
    pub fn log_act(&self, new: &NewAct<'_>, as_of: Day) -> Result<(), AppError> {
        let (scope, year) = self.pupil_scope(Action::ActOnSignal, new.pupil, as_of)?;
        let note = new.note.trim();
        if note.chars().count() > NOTE_MAX {
            return Err(AppError::Problem("signals.note_long".into()));
        }
        if let ActWhat::NoConcern(_, review) = new.what
            && (review <= as_of || review > as_of.plus(120))
        {
            return Err(AppError::Problem("signals.review_day".into()));
        }
        let by = self.me().map(|me| me.user).ok_or(AppError::NoAccount)?;
        if let ActWhat::Withdraw(no) = new.what {
            let live = year.live();
            let known = live.acts(new.pupil).iter().find(|act| act.no == no);
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
            day: self.now().day_in_finland(),
            by,
            what: new.what,
            note: note.to_owned(),
        };
        let target = format!("pupil:{}:{}", new.pupil, new.what.kind().as_code());
        self.store().change(&scope, self.now(), &target, |tx| {
            lasna_store::StoredAct::hold(tx)?;
            let said = |act: &Act| (act.pupil, act.by, act.what, act.note.clone());
            match lasna_store::StoredAct::of_once(tx, &scope, new.once)? {
                Some(before) if said(&before) == said(&act) => Ok(()),
                Some(_) => Err(AppError::Problem("frame.stale".into())),
                None => {
                    lasna_store::StoredAct::insert(tx, &scope, &act, new.once)?;
                    Ok(())
                }
            }
        })
    }
}
