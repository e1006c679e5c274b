//! Who may do what: roles, actions, and the scope that every reading of personal data needs.
//!
//! A [`Scope`] can only be made by [`grant`], from who asks, what for and why; `lasna-store` has no
//! query on people without one and writes it into the audit row. The full policy (relations, blocks,
//! reasons by purpose) is later work: it will sit here, behind the same function.
//!
//! Invariant: no scope reaches further than the narrower of the actor's reach and the request.

use crate::attendance::codes;
use crate::ids::{GroupNo, OrgNo, PersonNo, ProviderNo, UserNo};
use std::sync::Arc;

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
        /// List accounts, give one a new first password, end one.
        ManageUser = "manage_user",
        /// Put an operating model in force.
        AdoptModel = "adopt_model",
        /// Look for contradictions in the store.
        Check = "check",
        /// Sign in and out, choose a language: what everybody may do of oneself.
        SignIn = "sign_in",
        /// The names of a group's pupils and what its registers say.
        ReadRegister = "read_register",
        /// Take the register of a lesson.
        TakeRegister = "take_register",
        /// Lessons whose register was not taken, by teacher.
        ReadMarkingDebt = "read_marking_debt",
        /// What was done about a signal.
        ReadSignals = "read_signals",
        /// Acknowledge a signal, log a contact, decide that there is no concern, raise it.
        ActOnSignal = "act_on_signal",
        /// Imports that were made, and codes that have no meaning yet.
        ReadImports = "read_imports",
        /// How complete the registers of schools are: lessons, of nobody.
        ReadCompleteness = "read_completeness",
        /// How many accounts there are and how they stand.
        ReadAccounts = "read_accounts",
        /// Give a substitute a teacher's lessons of a day, and take them back.
        GiveDayPass = "give_day_pass",
        /// Make, prove and restore backups of everything.
        Backup = "backup",
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
        /// Subject teacher or class teacher: the groups taught and the class led.
        Teacher = "teacher",
        /// Substitute: the groups of the day that was given.
        Substitute = "substitute",
        /// The provider's administrator: imports, accounts, no pupil.
        Administrator = "administrator",
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
        /// Teaching the group whose register it is, Basic Education Act 26 §.
        OwnLesson = "own_lesson",
        /// Leading the class that the pupil is in.
        OwnClass = "own_class",
    }
}

/// How far a scope reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Everybody of the provider.
    Provider,
    /// Pupils of one school.
    School(OrgNo),
    /// Pupils of one class or teaching group.
    Group(GroupNo),
}

/// What ties a member of staff to groups: reason enough to see their pupils.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Groups whose lessons the person gives, of a substitute those of the day.
    pub teaches: Vec<GroupNo>,
    /// Classes that the person leads.
    pub leads: Vec<GroupNo>,
    /// The teachers whose lessons the person gives: oneself, or who is substituted.
    pub acts_as: Vec<PersonNo>,
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
        /// What it is tied to, for roles that reach no whole school.
        ties: Arc<Ties>,
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
///     ties: Default::default(),
/// };
/// let list = |school| Request {
///     provider: ProviderNo(1), action: Action::ReadWatchList,
///     reason: AccessReason::FollowAbsence, reach: Reach::School(OrgNo(school)),
/// };
/// assert!(grant(&principal, list(2)).is_ok());
/// assert!(grant(&principal, list(3)).is_err());
/// ```
///
/// # Errors
/// [`Denied`] where the role may not do the action or the request reaches too far.
pub fn grant(actor: &Actor, request: Request) -> Result<Scope, Denied> {
    let granted = match actor {
        Actor::Operator => true,
        Actor::User {
            role, reach, ties, ..
        } => match role.tie(request.action) {
            Some(Tie::Whole) => reach.meet(request.reach) == Some(request.reach),
            Some(Tie::Teaches) => matches!(request.reach, Reach::Group(group)
                if ties.teaches.contains(&group) || ties.leads.contains(&group)),
            Some(Tie::Leads) => {
                matches!(request.reach, Reach::Group(group) if ties.leads.contains(&group))
            }
            // Oneself is in reach of everybody, and nobody else is.
            Some(Tie::Own) => true,
            None => false,
        },
    };
    if !granted {
        return Err(Denied(request.action));
    }
    Ok(Scope {
        provider: request.provider,
        actor: actor.clone(),
        action: request.action,
        reason: request.reason,
        reach: request.reach,
    })
}

/// What must tie an account to what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tie {
    /// The account's own reach holds it.
    Whole,
    /// It teaches or leads the group.
    Teaches,
    /// It leads the class.
    Leads,
    /// It is about the account itself.
    Own,
}

impl UserRole {
    /// The policy: what each role may do, and by what tie.
    const fn tie(self, action: Action) -> Option<Tie> {
        use Action as A;
        if matches!(action, A::SignIn) {
            return Some(Tie::Own);
        }
        let whole = match self {
            UserRole::Coordinator => {
                matches!(action, A::ReadFigures | A::ReadCompleteness | A::AdoptModel)
            }
            UserRole::Principal => matches!(
                action,
                A::ReadFigures
                    | A::ReadPupilFigures
                    | A::ReadWatchList
                    | A::ExplainPupil
                    | A::ReadRegister
                    | A::TakeRegister
                    | A::ReadMarkingDebt
                    | A::ReadSignals
                    | A::ActOnSignal
                    | A::GiveDayPass
            ),
            UserRole::SkyWorker => matches!(
                action,
                A::ReadFigures
                    | A::ReadPupilFigures
                    | A::ReadWatchList
                    | A::ExplainPupil
                    | A::ReadSignals
                    | A::ActOnSignal
            ),
            UserRole::Service => matches!(action, A::ReadFigures | A::ReadWatchList),
            UserRole::Administrator => matches!(
                action,
                A::Import | A::UndoImport | A::ReadImports | A::ReadCompleteness | A::ReadAccounts
            ),
            UserRole::Teacher | UserRole::Substitute => false,
        };
        if whole {
            return Some(Tie::Whole);
        }
        match (self, action) {
            (
                UserRole::Teacher | UserRole::Substitute,
                A::ReadRegister | A::TakeRegister | A::ReadMarkingDebt,
            ) => Some(Tie::Teaches),
            (
                UserRole::Teacher,
                A::ReadPupilFigures
                | A::ReadWatchList
                | A::ExplainPupil
                | A::ReadSignals
                | A::ActOnSignal,
            ) => Some(Tie::Leads),
            _ => None,
        }
    }
}
