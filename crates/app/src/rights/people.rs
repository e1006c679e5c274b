//! Whom one may give a right, and grants with the names of whom they are for.
//!
//! Invariant: a pupil is named only to who follows the pupils of that school.

use super::GrantRow;
use crate::{App, AppError};
use lasna_domain::access::grants::GrantState;
use lasna_domain::access::{Action, Reach, UserRole};
use lasna_domain::calendar::Day;
use lasna_domain::ids::UserNo;
use lasna_store::AccountRow;

/// Somebody whom one may give a right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Grantee {
    pub user: UserNo,
    pub role: UserRole,
    pub name: String,
}

/// A grant with names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct NamedGrant {
    pub row: GrantRow,
    pub subject: String,
    pub role: Option<UserRole>,
    /// Name and class.
    pub pupil: Option<(String, String)>,
    pub school: Option<String>,
}

/// Roles whose accounts of a school can be given a right to one of its pupils.
const OF_SCHOOL: [UserRole; 3] = [UserRole::Principal, UserRole::SkyWorker, UserRole::Teacher];

impl App {
    /// Everybody's access is looked at in one go, by the provider; the rest in the own place.
    fn place_of(&self, action: Action) -> Reach {
        match action {
            Action::ReviewAccess => Reach::Provider,
            _ => self.reach(),
        }
    }

    /// Whether whoever asks may do something in the own place; asking leaves no trace.
    pub fn may_here(&self, action: Action) -> bool {
        self.may(action, self.place_of(action))
    }

    /// Refuses who may not do something in the own place; the try is in the log.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn require_here(&self, action: Action) -> Result<(), AppError> {
        self.scope(action, self.place_of(action)).map(drop)
    }

    /// Whom one may give a right: of a school its staff and who oversees the provider, of the provider
    /// the supplier's support.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn grantees(&self) -> Result<Vec<Grantee>, AppError> {
        let scope = self.scope(Action::GiveGrant, self.reach())?;
        let own_school = self.me().and_then(|me| me.school);
        let rows = self.look(&scope, "users", |read| Ok(AccountRow::list(read, &scope)?))?;
        let mut found = Vec::new();
        for row in rows.into_iter().filter(|row| row.ended.is_none()) {
            let Some(role) = UserRole::from_code(&row.account.role) else {
                continue;
            };
            let here = match row.account.school.as_deref() {
                Some(id) => own_school.is_some() && self.school(id).ok() == own_school,
                None => false,
            };
            let fits = match self.reach() {
                Reach::School(_) => {
                    role == UserRole::Oversight || here && OF_SCHOOL.contains(&role)
                }
                _ => role == UserRole::Support,
            };
            if fits && Some(row.account.no) != self.actor.user() {
                found.push((row.account.no, role));
            }
        }
        let names = self.user_names(found.iter().map(|(user, _)| *user))?;
        let grantee = |(user, role)| {
            let name = names.get(&user).cloned();
            name.map(|name| Grantee { user, role, name })
        };
        Ok(found.into_iter().filter_map(grantee).collect())
    }

    /// The grants that one manages, with names, those that run first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn named_grants(&self, today: Day) -> Result<Vec<NamedGrant>, AppError> {
        let mut rows = self.grants(true)?;
        rows.sort_by_key(|row| (row.state == GrantState::Expired, std::cmp::Reverse(row.no)));
        let users = self.user_names(rows.iter().map(|row| row.terms.subject))?;
        let scope = self.scope(Action::GiveGrant, self.reach())?;
        let accounts = self
            .store
            .ask(|read| AccountRow::list(read, &scope).map_err(AppError::Store))?;
        let year = self.unseen_year(&scope, today)?;
        let names = &year.loaded.names;
        let of_school = matches!(self.reach(), Reach::School(_));
        let named = |row: GrantRow| {
            let account = accounts
                .iter()
                .find(|account| account.account.no == row.terms.subject);
            let found = match row.terms.reach {
                Reach::Pupil(pupil) if of_school => {
                    let found = year.live().engine.pupil(pupil, today);
                    let class = found.and_then(|found| found.class);
                    let class = class.map_or("", |no| names.group(no)).to_owned();
                    Some((names.person(pupil), class))
                }
                _ => None,
            };
            NamedGrant {
                subject: users.get(&row.terms.subject).cloned().unwrap_or_default(),
                role: account.and_then(|known| UserRole::from_code(&known.account.role)),
                pupil: found,
                school: match row.terms.reach {
                    Reach::School(no) => Some(names.org(no).to_owned()),
                    _ => None,
                },
                row,
            }
        };
        Ok(rows.into_iter().map(named).collect())
    }

    /// The schools of the provider: source id and name.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn school_names(
        &self,
        today: Day,
    ) -> Result<Vec<(lasna_domain::ids::OrgNo, String)>, AppError> {
        let scope = self.scope(Action::GiveGrant, self.reach())?;
        let year = self.unseen_year(&scope, today)?;
        let names = &year.loaded.names;
        let all = year.loaded.schools.iter();
        Ok(all.map(|no| (*no, names.org(*no).to_owned())).collect())
    }

    /// What somebody of one's own did and looked at in a span of days: oneself.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn own_acts(&self, (from, to): (Day, Day)) -> Result<Vec<OwnAct>, AppError> {
        let scope = self.scope(Action::ReadOwnActs, self.reach())?;
        let me = self.actor.user().ok_or(AppError::NoAccount)?;
        let rows = self.look(&scope, "own-acts", |read| {
            Ok(lasna_store::AuditRow::by(read, &scope, me)?)
        })?;
        let mut acts: Vec<OwnAct> = Vec::new();
        for row in rows.iter().rev() {
            let day = row.at.day_in_finland();
            let Some(action) = Action::from_code(&row.action) else {
                continue;
            };
            if day < from || to < day || row.erased {
                continue;
            }
            let refused = row.outcome == "refused";
            let same =
                |act: &&mut OwnAct| (act.day, act.action, act.refused) == (day, action, refused);
            match acts.iter_mut().find(same) {
                Some(act) => act.times += 1,
                None => acts.push(OwnAct {
                    day,
                    action,
                    refused,
                    times: 1,
                }),
            }
        }
        // Entries of one instant can come in any order; days come one after the other.
        acts.sort_by_key(|act| std::cmp::Reverse(act.day));
        Ok(acts)
    }
}

/// What one did on a day, alike acts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OwnAct {
    pub day: Day,
    pub action: Action,
    pub refused: bool,
    pub times: u32,
}
