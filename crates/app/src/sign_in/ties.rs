//! What a teacher or substitute is tied to today.
//!
//! Invariant: a substitute is tied to the lessons of the day that was given, and to no class.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// The same with what a teacher or substitute is tied to today.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn tied(mut self) -> Result<App, AppError> {
        let (
            Actor::User {
                no, role, reach, ..
            },
            Some(me),
        ) = (&self.actor, &self.me)
        else {
            return Ok(self);
        };
        if !matches!(role, UserRole::Teacher | UserRole::Substitute) {
            return Ok(self);
        }
        let (no, role, reach, today) = (*no, *role, *reach, self.now.day_in_finland());
        let mut people: Vec<PersonNo> = me.person.into_iter().collect();
        if role == UserRole::Substitute {
            people.clear();
            let passes = self
                .store
                .ask(|read| DayPass::of_day(read, self.provider, today))?;
            for pass in passes.iter().filter(|pass| pass.user == no) {
                people.extend(self.person_no(&pass.teacher)?);
            }
        }
        let ties = self.ties_of(&people, role == UserRole::Teacher)?;
        self.actor = Actor::User {
            no,
            role,
            reach,
            ties: Arc::new(ties),
        };
        Ok(self)
    }

    pub(super) fn ties_of(&self, people: &[PersonNo], leads: bool) -> Result<Ties, AppError> {
        let scope = self.scope(Action::SignIn, self.reach())?;
        let year = self.unseen_year(&scope, self.now.day_in_finland())?;
        let staff = &year.loaded.staff;
        let mut ties = Ties {
            acts_as: people.to_vec(),
            ..Ties::default()
        };
        for person in people {
            let groups = staff.teaches.get(person).into_iter().flatten();
            ties.teaches.extend(groups.copied());
            let classes = staff.leads.get(person).into_iter().flatten();
            ties.leads.extend(classes.filter(|_| leads).copied());
        }
        Ok(ties)
    }
}
