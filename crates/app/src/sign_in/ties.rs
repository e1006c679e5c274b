//! What whoever is signed in is tied to today: lessons, classes, children, grants.
//!
//! Invariant: a substitute is tied to the lessons of the day that was given, and to no class.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// The same with what whoever is signed in is tied to today.
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
        let (no, role, reach, person) = (*no, *role, *reach, me.person);
        let mut ties = match role {
            UserRole::Teacher | UserRole::Substitute => self.of_staff(no, role, person)?,
            _ => Ties::default(),
        };
        ties.own = person;
        match (role, person) {
            (UserRole::Guardian, Some(adult)) => ties.children = self.children_of(adult)?,
            (UserRole::Guardian | UserRole::Pupil | UserRole::Service, _) => {}
            _ => ties.grants = self.held_grants(no)?,
        }
        self.actor = Actor::User {
            no,
            role,
            reach,
            ties: Arc::new(ties),
        };
        Ok(self)
    }

    /// What a teacher or substitute is tied to by lessons and classes.
    fn of_staff(
        &self,
        no: UserNo,
        role: UserRole,
        person: Option<PersonNo>,
    ) -> Result<Ties, AppError> {
        let today = self.now.day_in_finland();
        let mut people: Vec<PersonNo> = person.into_iter().collect();
        if role == UserRole::Substitute {
            people.clear();
            let passes = self
                .store
                .ask(|read| DayPass::of_day(read, self.provider, today))?;
            for pass in passes.iter().filter(|pass| pass.user == no) {
                people.extend(self.person_no(&pass.teacher)?);
            }
        }
        self.ties_of(&people, role == UserRole::Teacher)
    }

    pub(super) fn ties_of(&self, people: &[PersonNo], leads: bool) -> Result<Ties, AppError> {
        let scope = self.scope(Action::SignIn, self.reach())?;
        let year = self.unseen_year(&scope, self.now.day_in_finland())?;
        self.grounds.tied_by(&year.loaded.batches);
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
