//! Protected people: taken in from the register's answer, and their facts for whoever holds a grant.
//!
//! Invariant: facts leave the store for one person at a time, with an entry in the log.

use crate::{App, AppError};
use lasna_domain::access::{Action, Reach};
use lasna_domain::ids::PersonNo;
use lasna_store::Protection;

impl App {
    /// Takes in an answer of the register: who is protected, with facts to be sealed. Whoever was and is
    /// not in the answer any more is no longer from today on.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn set_protected(&self, answer: &[(Protection, String)]) -> Result<(), AppError> {
        let scope = self.scope(Action::SetProtected, Reach::Provider)?;
        let (now, yesterday) = (self.now, self.now.day_in_finland().plus(-1));
        self.grounds.forget();
        self.store.change_long(&scope, now, "protected", |tx| {
            let known = Protection::all(tx, scope.provider())?;
            for (one, facts) in answer {
                one.insert(tx, &scope, facts, now)?;
            }
            let gone = known.iter().filter(|old| {
                old.to > yesterday && !answer.iter().any(|(one, _)| one.person == old.person)
            });
            for old in gone {
                let ended = Protection {
                    to: yesterday,
                    ..*old
                };
                ended.insert(tx, &scope, "", now)?;
            }
            Ok::<_, AppError>(Protection::fed(tx, &scope, now)?)
        })
    }

    /// The facts of a protected person.
    ///
    /// # Errors
    /// [`AppError`]; nobody without a grant finds any.
    pub fn protected_facts(&self, pupil: PersonNo) -> Result<String, AppError> {
        let scope = self.scope(Action::ReadProtected, Reach::Pupil(pupil))?;
        self.fresh_for(Action::ReadProtected)?;
        let target = format!("pupil:{pupil}");
        let facts = self.look(&scope, &target, |read| {
            Ok(Protection::facts(read, &scope, pupil)?)
        })?;
        facts.ok_or(AppError::NotFound("pupil"))
    }
}
