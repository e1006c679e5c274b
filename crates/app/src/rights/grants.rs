//! Grants: given, accepted, held back, ended; and the review of everybody's access each quarter.
//!
//! Invariant: terms are fixed when a grant is given; what is not confirmed in time is dropped.

use crate::{App, AppError};
use lasna_domain::access::grants::{GrantAct, GrantKind, GrantState, GrantStep, Terms, TermsFault};
use lasna_domain::access::{Action, HeldGrant, Reach, Relation, UserRole};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{ProviderNo, UserNo};
use lasna_store::db::Read;
use lasna_store::{AccessReview, AccountRow, StoredGlass, StoredGrant};

/// What somebody is given.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct NewGrant {
    pub subject: UserNo,
    pub kind: GrantKind,
    pub reach: Reach,
    pub starts: Instant,
    pub ends: Instant,
}

/// A grant in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct GrantRow {
    pub no: u32,
    pub terms: Terms,
    pub state: GrantState,
}

/// An account in the review.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ReviewRow {
    pub user: UserNo,
    pub role: String,
    pub school: Option<String>,
    pub login: Option<String>,
    /// What the person is called.
    pub name: Option<String>,
    /// When it was confirmed last.
    pub confirmed: Option<Instant>,
    /// Grants that run.
    pub grants: usize,
}

fn fault(fault: TermsFault) -> AppError {
    let key = match fault {
        TermsFault::Empty => "grants.empty",
        TermsFault::TooLong => "grants.too_long",
        TermsFault::Oneself => "grants.oneself",
        TermsFault::TooFar => "grants.too_far",
    };
    AppError::Problem(key.to_owned())
}

const fn relation(kind: GrantKind) -> Relation {
    match kind {
        GrantKind::Member => Relation::Member,
        GrantKind::Protected | GrantKind::Oversight | GrantKind::Support => Relation::Granted,
    }
}

/// The grants of an account as ties, with broken glass that is open, at an instant.
pub(super) fn held(
    read: &mut Read<'_>,
    provider: ProviderNo,
    user: UserNo,
    now: Instant,
) -> Result<Vec<HeldGrant>, AppError> {
    let mut held: Vec<HeldGrant> = StoredGrant::of_user(read, provider, user)?
        .iter()
        .map(|grant| HeldGrant {
            relation: relation(grant.terms.kind),
            reach: grant.terms.reach,
            state: grant.terms.state(&grant.acts, now),
        })
        .collect();
    let since = Instant(now.0 - lasna_domain::access::glass::GLASS_MAX);
    for glass in StoredGlass::of_user(read, provider, user, since)? {
        if glass.glass.is_open(now) {
            held.push(HeldGrant {
                relation: Relation::Glass,
                reach: Reach::Pupil(glass.glass.pupil),
                state: GrantState::Accepted,
            });
        }
    }
    Ok(held)
}

impl App {
    /// The grants of an account as ties, with broken glass that may still be open.
    pub(crate) fn held_grants(&self, user: UserNo) -> Result<Vec<HeldGrant>, AppError> {
        self.store().ask(|read| self.grants_of(read, user))
    }

    /// Whether what a grant reaches lies in the reach of whoever manages grants.
    fn manages(&self, reach: Reach) -> Result<bool, AppError> {
        let place = match reach {
            Reach::Pupil(pupil) => {
                let school = self.school_of(pupil, self.now.day_in_finland());
                match school {
                    Ok(school) => Reach::School(school),
                    Err(AppError::NotFound(_)) => return Ok(self.reach() == Reach::Provider),
                    Err(error) => return Err(error),
                }
            }
            reach => reach,
        };
        Ok(self.reach().meet(place) == Some(place))
    }

    fn own_no(&self) -> Result<UserNo, AppError> {
        // The machine has no account; its grants stand under 0, which nobody has.
        Ok(self.actor.user().unwrap_or_default())
    }

    /// Gives somebody a right for a time. It runs when it was accepted.
    ///
    /// # Errors
    /// [`AppError::Problem`] with a key of a sentence, where the terms may not be.
    pub fn give_grant(&self, new: &NewGrant) -> Result<u32, AppError> {
        let scope = self.scope(Action::GiveGrant, self.reach())?;
        self.fresh_for(Action::GiveGrant)?;
        let terms = Terms {
            subject: new.subject,
            kind: new.kind,
            reach: new.reach,
            starts: new.starts,
            ends: new.ends,
            by: self.own_no()?,
        };
        terms.check().map_err(fault)?;
        if !self.manages(terms.reach)? {
            return Err(AppError::NotFound("pupil"));
        }
        let target = match new.reach {
            Reach::Pupil(pupil) => format!("pupil:{pupil}:grant:{}", new.subject),
            _ => format!("grant:{}", new.subject),
        };
        Ok(self.store.change(&scope, self.now, &target, |tx| {
            StoredGrant::insert(tx, &scope, &terms, self.now)
        })?)
    }

    /// Does a step of a grant: accepting and giving up are for whom it is, the rest for who manages.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is no such grant for the one who asks, or no such step now.
    pub fn step_grant(&self, no: u32, step: GrantStep) -> Result<(), AppError> {
        let me = self.own_no()?;
        let all = self
            .store
            .ask(|read| StoredGrant::all(read, self.provider))?;
        let known = all.iter().find(|grant| grant.no == no);
        let reach = known.ok_or(AppError::NotFound("grant"))?.terms.reach;
        let manages = self.may(Action::GiveGrant, self.reach()) && self.manages(reach)?;
        let scope = match step {
            GrantStep::Suspend | GrantStep::Resume => {
                self.scope(Action::GiveGrant, self.reach())?
            }
            _ => self.scope(Action::SignIn, self.reach())?,
        };
        let target = format!("grant:{no}:{}", step.as_code());
        self.store.change(&scope, self.now, &target, |tx| {
            StoredGrant::hold(tx)?;
            let all = StoredGrant::all(tx, scope.provider())?;
            let grant = all.into_iter().find(|grant| grant.no == no);
            let grant = grant.ok_or(AppError::NotFound("grant"))?;
            let act = GrantAct {
                step,
                by: me,
                at: self.now,
            };
            if !grant.terms.may(&grant.acts, act, manages) {
                return Err(AppError::NotFound("grant"));
            }
            Ok(StoredGrant::add(tx, &scope, no, &act)?)
        })
    }

    /// The grants of whoever is signed in, or all of them for who manages them.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn grants(&self, all: bool) -> Result<Vec<GrantRow>, AppError> {
        let scope = if all {
            self.scope(Action::GiveGrant, self.reach())?
        } else {
            self.scope(Action::SignIn, self.reach())?
        };
        let (me, now) = (self.own_no()?, self.now);
        let mut rows = self.look(&scope, "grants", |read| match all {
            true => Ok(StoredGrant::all(read, scope.provider())?),
            false => Ok(StoredGrant::of_user(read, scope.provider(), me)?),
        })?;
        if all {
            let mut own = Vec::new();
            for row in rows {
                if self.manages(row.terms.reach)? {
                    own.push(row);
                }
            }
            rows = own;
        }
        let row = |grant: StoredGrant| GrantRow {
            no: grant.no,
            state: grant.terms.state(&grant.acts, now),
            terms: grant.terms,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Every account in use with its last confirmation, those without one first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn access_review(&self) -> Result<Vec<ReviewRow>, AppError> {
        let scope = self.scope(Action::ReviewAccess, Reach::Provider)?;
        let now = self.now;
        let mut rows = self.look(&scope, "access-review", |read| {
            let reviews = AccessReview::latest(read, scope.provider())?;
            let grants = StoredGrant::all(read, scope.provider())?;
            let accounts = AccountRow::list(read, &scope)?;
            // Whoever is of a home has access by the ties of the family, which have their own source.
            let of_home = |row: &AccountRow| {
                UserRole::from_code(&row.account.role).is_some_and(UserRole::is_of_home)
            };
            let rows = accounts
                .into_iter()
                .filter(|row| row.ended.is_none() && !of_home(row));
            let row = |row: AccountRow| {
                let user = row.account.no;
                let review = reviews.get(&user).filter(|review| review.confirmed);
                let runs = |grant: &&StoredGrant| {
                    let state = grant.terms.state(&grant.acts, now);
                    grant.terms.subject == user && state == GrantState::Accepted
                };
                ReviewRow {
                    user,
                    role: row.account.role,
                    school: row.account.school,
                    login: row.login,
                    name: None,
                    confirmed: review.map(|review| review.at),
                    grants: grants.iter().filter(runs).count(),
                }
            };
            Ok::<_, AppError>(rows.map(row).collect::<Vec<_>>())
        })?;
        let mut names = self.user_names(rows.iter().map(|row| row.user))?;
        for row in &mut rows {
            row.name = names.remove(&row.user);
        }
        rows.sort_by_key(|row| (row.confirmed, row.user));
        Ok(rows)
    }

    /// Confirms an account's access, or drops it: the account ends.
    ///
    /// # Errors
    /// [`AppError`]; nobody confirms oneself.
    pub fn review(&self, user: UserNo, confirmed: bool) -> Result<(), AppError> {
        let scope = self.scope(Action::ReviewAccess, Reach::Provider)?;
        self.fresh_for(Action::ReviewAccess)?;
        let me = self.own_no()?;
        if me == user {
            return Err(AppError::Problem("grants.oneself".to_owned()));
        }
        let target = format!("user-review:{user}");
        self.store.change(&scope, self.now, &target, |tx| {
            let review = AccessReview {
                user,
                at: self.now,
                confirmed,
            };
            Ok::<_, AppError>(review.insert(tx, &scope, me)?)
        })?;
        if !confirmed {
            self.end_account(crate::WhichAccount::No(user))?;
        }
        Ok(())
    }
}
