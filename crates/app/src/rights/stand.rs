//! Whether a right still stands, asked in the transaction that records a look and in the one that reads.
//!
//! A scope is made from what was known a moment before. What it rests on is read again here: the
//! account, its session, grants and broken glass, ties of the family, day passes, who is protected, and
//! whether an import has changed lessons and classes since.
//!
//! Invariant: what cannot be read again, or says something else than before, shows nothing.

use super::Protected;
use crate::{App, AppError};
use lasna_domain::access::grants::GrantState;
use lasna_domain::access::{
    Actor, HeldGrant, Reach, Relation, Request, Scope, Ties, UserRole, grant,
};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_store::db::{DbError, ErrorKind, Read, Tx};
use lasna_store::{Account, Batch, DayPass, EntityKind};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What earlier steps of a request were decided by.
#[derive(Debug, Default)]
pub(crate) struct Grounds {
    /// Who was left out, as read last.
    hidden: Mutex<Option<BTreeSet<PersonNo>>>,
    /// The imports out of which ties to lessons and classes were read.
    imports: Mutex<Option<Vec<Batch>>>,
}

fn put<T>(place: &Mutex<Option<T>>, value: Option<T>) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

fn get<T: Clone>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Grounds {
    pub fn left_out(&self, hidden: &BTreeSet<PersonNo>) {
        put(&self.hidden, Some(hidden.clone()));
    }

    /// Whoever says who is protected begins anew.
    pub fn forget(&self) {
        put(&self.hidden, None);
    }

    pub fn tied_by(&self, batches: &[Batch]) {
        put(&self.imports, Some(imports(batches)));
    }
}

/// Batches that are imports: a school's own registers tie nobody.
fn imports(batches: &[Batch]) -> Vec<Batch> {
    let imports = batches.iter().filter(|batch| !batch.is_own());
    imports.cloned().collect()
}

/// The pupils whom somebody with these ties does not see.
pub(super) fn hidden_from(protected: Protected, ties: Option<&Ties>) -> BTreeSet<PersonNo> {
    let mut hidden = protected.people;
    for held in ties.map_or(&[][..], |ties| &ties.grants) {
        // Through a broken glass one pupil's contacts are seen, and no list.
        let runs = held.relation == Relation::Granted && held.state == GrantState::Accepted;
        if let (Reach::Pupil(pupil), true) = (held.reach, runs) {
            hidden.remove(&pupil);
        }
    }
    hidden
}

fn overtaken() -> AppError {
    let text = "what this rests on was changed meanwhile: ask again";
    AppError::Store(DbError::new(ErrorKind::Busy, text))
}

fn ties_of(actor: &Actor) -> Option<&Ties> {
    match actor {
        Actor::User { ties, .. } => Some(ties),
        Actor::Viewing { other, .. } => ties_of(other),
        Actor::Operator => None,
    }
}

impl App {
    /// Records a look and takes it, by a right that stands in both transactions.
    ///
    /// # Errors
    /// [`AppError::Denied`] where the right is gone, [`AppError::ReadMuch`], the closure's.
    pub(crate) fn look<T>(
        &self,
        scope: &Scope,
        target: &str,
        look: impl FnOnce(&mut Read<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let mut held_back = None;
        let first = |tx: &mut Tx<'_>| {
            self.still(tx, scope, target)?;
            held_back = self.count_reading(tx, scope)?;
            Ok(held_back.is_none())
        };
        let done = self
            .store
            .look_with(scope, (self.now, target), first, |read| {
                self.still(read, scope, target)?;
                look(read)
            });
        match done {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(held_back.unwrap_or(AppError::ReadMuch { again: None })),
            Err(error) => Err(self.told(scope, error)),
        }
    }

    /// Makes a change by a right that stands in its transaction.
    ///
    /// # Errors
    /// [`AppError::Denied`] where the right is gone, the closure's.
    pub(crate) fn change<T>(
        &self,
        scope: &Scope,
        target: &str,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let done = self.store.change(scope, self.now, target, |tx| {
            self.still(tx, scope, target)?;
            change(tx)
        });
        done.map_err(|error| self.told(scope, error))
    }

    /// A right that was gone is in the log before anybody hears of it.
    fn told(&self, scope: &Scope, error: AppError) -> AppError {
        let AppError::Denied(denied) = error else {
            return error;
        };
        let who = (self.provider, &self.actor);
        let asked = (scope.action(), scope.reach());
        match self.store.refused(who, asked, self.now) {
            Ok(()) => AppError::Denied(denied),
            Err(error) => AppError::Store(error),
        }
    }

    /// Refuses where the right of a scope no longer stands.
    fn still(&self, read: &mut Read<'_>, scope: &Scope, target: &str) -> Result<(), AppError> {
        if let Some(session) = &self.session
            && session.is_ended(read)?
        {
            return Err(AppError::NoAccount);
        }
        let denied = || AppError::Denied(lasna_domain::access::Denied(scope.action()));
        let actor = self
            .actor_again(read, scope, scope.actor())?
            .ok_or_else(denied)?;
        let request = Request {
            provider: scope.provider(),
            action: scope.action(),
            purpose: None,
            reach: scope.reach(),
        };
        let again = grant(&actor, request)?;
        if again.relation() != scope.relation() {
            return Err(denied());
        }
        let by_lessons = matches!(scope.relation(), Relation::Teaches | Relation::Leads);
        if let (true, Some(known)) = (by_lessons, get(&self.grounds.imports))
            && known != imports(&Batch::list(read, scope.provider())?)
        {
            return Err(overtaken());
        }
        let Some(left_out) = get(&self.grounds.hidden) else {
            return Ok(());
        };
        let protected = Protected::read(read, scope.provider(), self.now)?;
        let hidden = hidden_from(protected, ties_of(&actor));
        let pupil = lasna_store::pupil_of_target(target);
        match pupil {
            Some(pupil) if hidden.contains(&pupil) => Err(denied()),
            _ if hidden == left_out => Ok(()),
            _ => Err(overtaken()),
        }
    }

    /// Who asks, as it stands now; `None` where the account has ended.
    fn actor_again(
        &self,
        read: &mut Read<'_>,
        scope: &Scope,
        actor: &Actor,
    ) -> Result<Option<Actor>, AppError> {
        let (no, role, reach, ties) = match actor {
            Actor::Operator => return Ok(Some(Actor::Operator)),
            Actor::Viewing { me, other } => {
                let me = self.actor_again(read, scope, me)?;
                let other = self.actor_again(read, scope, other)?;
                return Ok(me.zip(other).map(|(me, other)| Actor::Viewing {
                    me: Arc::new(me),
                    other: Arc::new(other),
                }));
            }
            Actor::User {
                no,
                role,
                reach,
                ties,
            } => (*no, *role, *reach, ties),
        };
        if Account::has_ended(read, scope.provider(), no)? {
            return Ok(None);
        }
        let mut now = (**ties).clone();
        if !ties.grants.is_empty() {
            now.grants = self.grants_of(read, no)?;
        }
        if let (UserRole::Guardian, Some(adult)) = (role, ties.own) {
            now.children = self.children_in(read, adult)?;
        }
        if role == UserRole::Substitute && !self.has_passes(read, scope, no, &ties.acts_as)? {
            now.teaches.clear();
        }
        Ok(Some(Actor::User {
            no,
            role,
            reach,
            ties: Arc::new(now),
        }))
    }

    /// Whether a substitute still has a pass of today for each of these teachers.
    fn has_passes(
        &self,
        read: &mut Read<'_>,
        scope: &Scope,
        no: UserNo,
        teachers: &[PersonNo],
    ) -> Result<bool, AppError> {
        let today = self.now.day_in_finland();
        let mut given = Vec::new();
        for pass in DayPass::of_day(read, scope.provider(), today)? {
            if pass.user == no {
                given.extend(EntityKind::Person.number_of(read, scope, &pass.teacher)?);
            }
        }
        Ok(teachers.iter().all(|teacher| given.contains(&teacher.0)))
    }

    /// The grants of an account as ties, with broken glass that is open.
    pub(super) fn grants_of(
        &self,
        read: &mut Read<'_>,
        user: UserNo,
    ) -> Result<Vec<HeldGrant>, AppError> {
        super::grants::held(read, self.provider, user, self.now)
    }
}
