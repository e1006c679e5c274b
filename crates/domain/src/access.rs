//! Who may do what: roles, actions, and the scope that every reading of personal data needs.
//!
//! A [`Scope`] can only be made by [`grant`], from who asks, what for and why; `lasna-store` has no
//! query on people without one and writes it into the audit row. The full policy (relations, blocks,
//! reasons by purpose) is later work: it will sit here, behind the same function.
//!
//! Invariant: no scope reaches further than the narrower of the actor's reach and the request.

use crate::attendance::codes;
use crate::ids::{OrgNo, ProviderNo, UserNo};

codes! {
    /// What somebody wants to do. Each route and command names one.
    Action {
        /// Put a register export into the store.
        Import = "import",
        /// Take an import back.
        UndoImport = "undo_import",
        /// Figures of classes, schools and the provider.
        ReadFigures = "read_figures",
        /// Figures of single pupils.
        ReadPupilFigures = "read_pupil_figures",
        /// Who has reached which step.
        ReadWatchList = "read_watch_list",
        /// The counted marks of one pupil.
        ExplainPupil = "explain_pupil",
        /// The whole roster and its facts as files.
        Export = "export",
        /// Make an account.
        AddUser = "add_user",
        /// Put an operating model in force.
        AdoptModel = "adopt_model",
        /// Look for contradictions in the store.
        Check = "check",
    }
}

codes! {
    /// What an account is for.
    UserRole {
        /// The provider's coordinator.
        Coordinator = "coordinator",
        /// Principal of a school.
        Principal = "principal",
        /// SKY worker of a school.
        SkyWorker = "sky_worker",
        /// A machine that reads lists for a school.
        Service = "service",
    }
}

codes! {
    /// Why somebody looks; written into the audit row.
    AccessReason {
        /// Preventing and following absence, Basic Education Act 26 §.
        FollowAbsence = "follow_absence",
        /// Running the service: imports, checks, exports.
        Operation = "operation",
    }
}

/// How far a scope reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Everybody of the provider.
    Provider,
    /// Pupils of one school.
    School(OrgNo),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    },
}

impl Actor {
    /// How the audit row names the actor.
    pub fn code(&self) -> String {
        match self {
            Actor::Operator => "operator".into(),
            Actor::User { no, .. } => format!("user:{no}"),
        }
    }
}

/// The right to do one thing, for one reason, as far as it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    provider: ProviderNo,
    actor: Actor,
    action: Action,
    reason: AccessReason,
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
        self.reason
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
    /// Why.
    pub reason: AccessReason,
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
/// };
/// let list = |school| Request {
///     provider: ProviderNo(1), action: Action::ReadWatchList,
///     reason: AccessReason::FollowAbsence, reach: Reach::School(OrgNo(school)),
/// };
/// assert!(grant(principal, list(2)).is_ok());
/// assert!(grant(principal, list(3)).is_err());
/// ```
///
/// # Errors
/// [`Denied`] where the role may not do the action or the request reaches too far.
pub fn grant(actor: Actor, request: Request) -> Result<Scope, Denied> {
    let reach = match actor {
        Actor::Operator => Some(request.reach),
        Actor::User { role, reach, .. } if may(role, request.action) => reach
            .meet(request.reach)
            .filter(|&met| met == request.reach),
        Actor::User { .. } => None,
    };
    let reach = reach.ok_or(Denied(request.action))?;
    Ok(Scope {
        provider: request.provider,
        actor,
        action: request.action,
        reason: request.reason,
        reach,
    })
}

fn may(role: UserRole, action: Action) -> bool {
    match role {
        UserRole::Coordinator => {
            matches!(action, Action::ReadFigures | Action::AdoptModel)
        }
        UserRole::Principal | UserRole::SkyWorker => matches!(
            action,
            Action::ReadFigures
                | Action::ReadPupilFigures
                | Action::ReadWatchList
                | Action::ExplainPupil
        ),
        UserRole::Service => matches!(action, Action::ReadFigures | Action::ReadWatchList),
    }
}
