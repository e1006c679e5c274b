//! Who may do what: the policy, and the scope that every reading of personal data needs.
//!
//! The policy is `policy/access.toml`; [`table`] is made from it. [`grant`] answers a request with a
//! [`Scope`], which says by what relation, for what purpose and for what reason, or with a refusal.
//! `lasna-store` has no query on people without a scope and writes it into the log.
//!
//! Invariant: no scope reaches further than the narrower of the actor's relations and the request, and
//! what no right of the table allows is refused.

pub mod anomaly;
pub mod family;
pub mod glass;
pub mod grants;
mod matrix;
pub mod reading;
mod table;
mod words;

pub use matrix::{Cell, cells};
pub use table::{RIGHTS, needs};
pub use words::{AccessReason, Action, DataClass, Purpose, Relation, UserRole, Verb};

use crate::ids::{GroupNo, OrgNo, PersonNo, ProviderNo, UserNo};
use family::ChildRights;
use grants::GrantState;
use std::sync::Arc;

/// How far a scope reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Everybody of the provider.
    Provider,
    /// Pupils of one school.
    School(OrgNo),
    /// Pupils of one class or teaching group.
    Group(GroupNo),
    /// One pupil.
    Pupil(PersonNo),
}

/// One line of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    /// Who.
    pub role: UserRole,
    /// Does what.
    pub verb: Verb,
    /// To what.
    pub class: DataClass,
    /// By what relation.
    pub relation: Relation,
    /// What for.
    pub purpose: Purpose,
    /// The reason that is logged and shown.
    pub reason: AccessReason,
}

/// A grant that somebody holds, whatever its state: only an accepted one gives a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct HeldGrant {
    pub relation: Relation,
    pub reach: Reach,
    pub state: GrantState,
}

impl UserRole {
    /// Whether an account of the role is for the whole provider, without a school.
    pub const fn is_of_provider(self) -> bool {
        matches!(
            self,
            UserRole::Coordinator | UserRole::Administrator | UserRole::Oversight
        )
    }

    /// Whether an account of the role is a pupil's or an adult's of a home.
    pub const fn is_of_home(self) -> bool {
        matches!(self, UserRole::Pupil | UserRole::Guardian)
    }
}

/// What ties whoever asks to people: reason enough to see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Groups whose lessons the person gives, of a substitute those of the day.
    pub teaches: Vec<GroupNo>,
    /// Classes that the person leads.
    pub leads: Vec<GroupNo>,
    /// The teachers whose lessons the person gives: oneself, or who is substituted.
    pub acts_as: Vec<PersonNo>,
    /// Groups of one's own school: filled where the rights of two people are held against each other.
    pub of_school: Vec<GroupNo>,
    /// Who one is.
    pub own: Option<PersonNo>,
    /// Children, with the rights in their matters.
    pub children: Vec<(PersonNo, ChildRights)>,
    /// Grants, memberships, broken glass.
    pub grants: Vec<HeldGrant>,
}

impl Reach {
    /// The part that both reach; `None` where they do not meet.
    pub fn meet(self, other: Reach) -> Option<Reach> {
        match (self, other) {
            (Reach::Provider, reach) | (reach, Reach::Provider) => Some(reach),
            (a, b) => (a == b).then_some(a),
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody with the right to run the program on this machine.
    Operator,
    /// An account.
    User {
        /// Its number.
        no: UserNo,
        /// What it is for.
        role: UserRole,
        /// How far it reaches.
        reach: Reach,
        /// What it is tied to.
        ties: Arc<Ties>,
    },
    /// Somebody who looks as another does: with the rights that both have, and only to look.
    Viewing {
        /// Who looks.
        me: Arc<Actor>,
        /// As whom.
        other: Arc<Actor>,
    },
}

impl Actor {
    /// How the log names the actor.
    pub fn code(&self) -> String {
        match self {
            Actor::Operator => "operator".into(),
            Actor::User { no, .. } => format!("user:{no}"),
            Actor::Viewing { me, other } => format!("{} as {}", me.code(), other.code()),
        }
    }

    /// The role in which the actor asks.
    pub fn role(&self) -> UserRole {
        match self {
            Actor::Operator => UserRole::Operator,
            Actor::User { role, .. } => *role,
            Actor::Viewing { other, .. } => other.role(),
        }
    }

    /// How far the actor's own place reaches.
    pub fn reach(&self) -> Reach {
        match self {
            Actor::Operator => Reach::Provider,
            Actor::User { reach, .. } => *reach,
            Actor::Viewing { me, other } => me.reach().meet(other.reach()).unwrap_or(other.reach()),
        }
    }

    /// The account that does it, where one does.
    pub fn user(&self) -> Option<UserNo> {
        match self {
            Actor::Operator => None,
            Actor::User { no, .. } => Some(*no),
            Actor::Viewing { me, .. } => me.user(),
        }
    }

    /// Whether a relation holds between the actor and what is in reach.
    fn holds(&self, relation: Relation, (verb, class): (Verb, DataClass), asked: Reach) -> bool {
        let Actor::User { reach, ties, .. } = self else {
            return relation == Relation::Machine && matches!(self, Actor::Operator);
        };
        let group = |groups: &[GroupNo]| matches!(asked, Reach::Group(no) if groups.contains(&no));
        match relation {
            // Whoever leads a class teaches it as well.
            Relation::Teaches => group(&ties.teaches) || group(&ties.leads),
            Relation::Leads => group(&ties.leads),
            Relation::School => reach.meet(asked) == Some(asked) || group(&ties.of_school),
            Relation::Provider => reach.meet(asked) == Some(asked),
            // Of oneself there is the account, which has no reach, and the person.
            Relation::Oneself => match (class, asked) {
                (DataClass::Oneself | DataClass::Acts, _) => true,
                (_, Reach::Pupil(no)) => ties.own == Some(no),
                _ => false,
            },
            Relation::Child => ties
                .children
                .iter()
                .any(|(child, rights)| asked == Reach::Pupil(*child) && rights.allow(verb, class)),
            Relation::Member | Relation::Granted | Relation::Glass => {
                ties.grants.iter().any(|held| {
                    held.relation == relation
                        && held.state == GrantState::Accepted
                        && held.reach == asked
                })
            }
            Relation::Anyone => true,
            Relation::Machine => false,
        }
    }
}

/// The right to do one thing, for one reason, as far as it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    provider: ProviderNo,
    actor: Actor,
    action: Action,
    right: Right,
    reach: Reach,
}

impl Scope {
    /// The provider whose data may be touched.
    pub const fn provider(&self) -> ProviderNo {
        self.provider
    }

    /// Who.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Why.
    pub const fn reason(&self) -> AccessReason {
        self.right.reason
    }

    /// What for.
    pub const fn purpose(&self) -> Purpose {
        self.right.purpose
    }

    /// By what relation.
    pub const fn relation(&self) -> Relation {
        self.right.relation
    }

    /// In which role.
    pub const fn role(&self) -> UserRole {
        self.right.role
    }

    /// What is done to which classes of data, the main one first.
    pub fn needs(&self) -> &'static [(Verb, DataClass)] {
        needs(self.action)
    }

    /// How far.
    pub const fn reach(&self) -> Reach {
        self.reach
    }
}

/// The actor may not do this. Says nothing of whether the thing exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this account has no right to {}", .0.as_code())]
pub struct Denied(pub Action);

/// What an actor asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Of which provider.
    pub provider: ProviderNo,
    /// To do what.
    pub action: Action,
    /// For which purpose, where only that one will do.
    pub purpose: Option<Purpose>,
    /// How far.
    pub reach: Reach,
}

/// Makes a scope, or refuses.
///
/// ```
/// use lasna_domain::access::*;
/// use lasna_domain::ids::*;
/// let principal = Actor::User {
///     no: UserNo(1), role: UserRole::Principal, reach: Reach::School(OrgNo(2)),
///     ties: Default::default(),
/// };
/// let list = |school| Request {
///     provider: ProviderNo(1), action: Action::ReadWatchList, purpose: None,
///     reach: Reach::School(OrgNo(school)),
/// };
/// assert_eq!(grant(&principal, list(2)).map(|scope| scope.reason()), Ok(AccessReason::FollowAbsence));
/// assert!(grant(&principal, list(3)).is_err());
/// ```
///
/// # Errors
/// [`Denied`] where a right that the task needs is not there, or the request reaches too far.
pub fn grant(actor: &Actor, request: Request) -> Result<Scope, Denied> {
    let right = granted(actor, request, RIGHTS).ok_or(Denied(request.action))?;
    Ok(Scope {
        provider: request.provider,
        actor: actor.clone(),
        action: request.action,
        right,
        reach: request.reach,
    })
}

/// The right by which a request is granted under a table: that of the task's main need.
fn granted(actor: &Actor, request: Request, rights: &[Right]) -> Option<Right> {
    if let Actor::Viewing { me, other } = actor {
        // Both must have the right, and nothing is done in another's name.
        let looks = needs(request.action)
            .iter()
            .all(|(verb, _)| *verb == Verb::Read);
        granted(me, request, rights).filter(|_| looks)?;
        return granted(other, request, rights);
    }
    let mut main = None;
    for &need in needs(request.action) {
        let right = right_for(actor, need, request.reach, rights).filter(|right| {
            request
                .purpose
                .is_none_or(|purpose| right.purpose == purpose)
        })?;
        main.get_or_insert(right);
    }
    main
}

/// The first right of an actor's role that does a verb to a class, and whose relation holds.
fn right_for(
    actor: &Actor,
    (verb, class): (Verb, DataClass),
    reach: Reach,
    rights: &[Right],
) -> Option<Right> {
    let role = actor.role();
    let fits = |right: &&Right| {
        right.role == role
            && right.verb == verb
            && right.class == class
            && actor.holds(right.relation, (verb, class), reach)
    };
    rights.iter().find(fits).copied()
}

#[cfg(test)]
mod tests;
