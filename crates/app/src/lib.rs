//! Use cases: authorise, load, decide, save, audit.
//!
//! An [`App`] is a store, an instant that counts as now, and who asks. Each use case makes its scope
//! first and does nothing without it. No SQL, no HTTP and no clock are here.
//!
//! Invariant: what a use case reads of people goes through a scope with a reason.

#![forbid(unsafe_code)]

pub mod audit_log;
pub mod backup;
mod check;
mod error;
mod explain;
mod export;
mod figures;
mod held;
pub mod identity;
pub mod import;
mod kept;
mod live;
mod load;
pub mod measures;
pub mod model;
pub mod privacy;
pub mod registers;
pub mod retention;
pub mod rights;
mod rule;
mod sign_in;
pub mod signals;
mod standing;
mod watch_list;

pub use check::CheckFinding;
pub use error::{AppError, ImportStop};
pub use explain::{CountedMark, Explanation};
pub use figures::{FigureRow, Level};
pub use held::HeldYears;
pub use identity::SESSION_HOURS;
pub use kept::KEPT_MINUTES;
pub use live::PupilSignals;
pub use load::{Loaded, Names, Staff, TaughtLesson};
pub use rule::rule_text;
pub use sign_in::{
    ListedAccount, Me, NewPassword, NewPerson, PASS_DAYS_AHEAD, PASSWORD_MIN, Pass, PassDay,
    SignedIn, TeacherDay, WhichAccount, overlaps,
};
pub use standing::{Completeness, RECENT_DAYS};
pub use watch_list::WatchRow;

use lasna_domain::access::{Action, Actor, Reach, Request, Scope, Ties, UserRole, grant};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{OrgNo, ProviderNo};
use lasna_domain::model::Model;
use lasna_formats::model::write_model;
use lasna_store::{Account, EntityKind, Session, Store, StoredModel};
use std::sync::Arc;

/// The model in force where none was adopted.
pub const DEFAULT_MODEL: &str = "sky-fi";

/// A store, an instant and who asks.
#[derive(Clone)]
pub struct App {
    store: Store,
    provider: ProviderNo,
    now: Instant,
    actor: Actor,
    held: Option<Arc<HeldYears>>,
    me: Option<Me>,
    session: Option<Arc<Session>>,
    counted: Arc<rights::Counted>,
    grounds: Arc<rights::Grounds>,
}

impl App {
    /// For somebody with the right to run the program on this machine.
    ///
    /// # Errors
    /// The store's.
    pub fn operator(store: Store, now: Instant) -> Result<App, AppError> {
        let provider = match store.providers()?.first() {
            Some((no, _)) => *no,
            None => store.provider("provider", now)?,
        };
        Ok(App::operator_of(store, provider, now))
    }

    /// The same for one of several providers.
    pub fn operator_of(store: Store, provider: ProviderNo, now: Instant) -> App {
        App {
            store,
            provider,
            now,
            actor: Actor::Operator,
            held: None,
            me: None,
            session: None,
            counted: Arc::default(),
            grounds: Arc::default(),
        }
    }

    /// The same, with school years that are held between questions.
    #[must_use]
    pub fn holding(mut self, held: Arc<HeldYears>) -> App {
        self.held = Some(held);
        self
    }

    /// For the account of a token.
    ///
    /// # Errors
    /// [`AppError::NoAccount`] where the token is nobody's.
    pub fn with_token(store: Store, now: Instant, token: &str) -> Result<App, AppError> {
        let account = store
            .ask(|read| Account::by_token(read, token))?
            .ok_or(AppError::NoAccount)?;
        App::of_account(store, now, &account)
    }

    /// The same at another instant: for the demo town, whose past is told.
    #[must_use]
    pub fn at(mut self, now: Instant) -> App {
        self.now = now;
        self.grounds = Arc::default();
        self
    }

    /// The store underneath.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What counts as now.
    pub const fn now(&self) -> Instant {
        self.now
    }

    fn scope(&self, action: Action, reach: Reach) -> Result<Scope, AppError> {
        let request = Request {
            provider: self.provider,
            action,
            purpose: None,
            reach,
        };
        grant(&self.actor, request).map_err(|denied| {
            // A try is in the log before anybody hears that it was refused.
            let (who, asked) = ((self.provider, &self.actor), (action, reach));
            match self.store.refused(who, asked, self.now) {
                Ok(()) => AppError::Denied(denied),
                Err(error) => AppError::Store(error),
            }
        })
    }

    /// Whether whoever asks may do something; asking leaves no trace.
    fn may(&self, action: Action, reach: Reach) -> bool {
        let request = Request {
            provider: self.provider,
            action,
            purpose: None,
            reach,
        };
        grant(&self.actor, request).is_ok()
    }

    /// How far whoever asks reaches.
    fn reach(&self) -> Reach {
        self.actor.reach()
    }

    /// What ties whoever asks to people; the operator is tied to nobody.
    fn ties(&self) -> Option<&Ties> {
        match &self.actor {
            Actor::User { ties, .. } => Some(ties),
            Actor::Viewing { other, .. } => match &**other {
                Actor::User { ties, .. } => Some(ties),
                _ => None,
            },
            Actor::Operator => None,
        }
    }

    /// The number of a school by its source id.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn school(&self, id: &str) -> Result<OrgNo, AppError> {
        let request = Request {
            provider: self.provider,
            action: Action::Check,
            purpose: None,
            reach: Reach::Provider,
        };
        let scope = grant(&Actor::Operator, request)?;
        let number = self
            .store
            .ask(|read| EntityKind::Org.number_of(read, &scope, id))?;
        number.map(OrgNo).ok_or(AppError::NotFound("school"))
    }

    /// Makes an account with a token that the caller made.
    ///
    /// # Errors
    /// [`AppError`]; a school that is not known.
    pub fn add_user(
        &self,
        role: UserRole,
        school: Option<&str>,
        token: &str,
    ) -> Result<(), AppError> {
        let scope = self.scope(Action::AddUser, Reach::Provider)?;
        match school {
            Some(id) => drop(self.school(id)?),
            None if !role.is_of_provider() => {
                return Err(AppError::Problem(format!(
                    "an account of a {} is for one school: name it with --school",
                    role.as_code()
                )));
            }
            None => {}
        }
        let target = format!("user:{}", role.as_code());
        self.store.change(&scope, self.now, &target, |tx| {
            Account::insert(tx, &scope, role.as_code(), school, token, self.now)
        })?;
        Ok(())
    }

    /// Puts a model in force from its own first day on; the one adopted last goes first.
    ///
    /// A version once adopted stays as it is, and may be adopted again.
    ///
    /// # Errors
    /// [`AppError`]; a version that was adopted with another text.
    pub fn adopt_model(&self, model: &Model, text: &str) -> Result<(), AppError> {
        let scope = self.scope(Action::AdoptModel, Reach::Provider)?;
        let alone = Model {
            extends: None,
            ..model.clone()
        };
        let stored = StoredModel {
            id: model.id.clone(),
            version: model.version.clone(),
            adopted_at: self.now,
            valid: model.valid,
            text: text.to_owned(),
            resolved: write_model(&alone),
        };
        let target = format!("model:{}", model.reference());
        self.store.change(&scope, self.now, &target, |tx| {
            let known = StoredModel::list(tx, scope.provider())?;
            let same = |m: &&StoredModel| (&m.id, &m.version) == (&stored.id, &stored.version);
            match known.iter().find(same) {
                Some(other) if other.text != stored.text => Err(AppError::Problem(format!(
                    "{} was adopted with another text: give the file a new version",
                    model.reference()
                ))),
                _ => Ok(stored.insert(tx, &scope)?),
            }
        })
    }

    /// The text of the model in force on a day, with all that it extends written out: of those
    /// that are valid by then the one adopted last; `None` where there is none.
    ///
    /// # Errors
    /// The store's.
    pub fn model_text(&self, day: Day) -> Result<Option<String>, AppError> {
        let models = self
            .store
            .ask(|read| StoredModel::list(read, self.provider))?;
        let in_force = models.into_iter().rev().find(|model| model.valid <= day);
        Ok(in_force.map(|model| model.resolved))
    }
}
