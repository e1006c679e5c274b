//! Signing in by an identity provider: OpenID Connect, code flow with PKCE.
//!
//! The way out is a trait: whoever starts the program brings what may ask other machines, and how late
//! it is there, since the clock of a demo stands elsewhere.
//!
//! Invariant: a provider's word opens an account that was linked to it before, and no other.

mod discovery;
mod finish;
mod links;
mod logout;
mod mpassid;
mod presets;
mod raw;
mod rite;
mod settings;
mod token;

pub use discovery::Known;
pub use finish::{Finished, FinishedWay};
pub use links::INVITATION_HOURS;
pub use mpassid::{MpassPerson, MpassRole, is_learner_number, read_person};
pub use presets::Preset;
pub use rite::{Begin, Begun, RITE_MINUTES};
pub use settings::{ProviderSettings, SecretPlace, SettingsProblem, Strength, read_settings};

use crate::AppError;
use lasna_domain::calendar::Instant;
use lasna_store::db::DbError;
use std::sync::{Arc, Mutex};
use thiserror::Error;

/// What is asked of another machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// The address.
    pub url: String,
    /// Fields to post; none asks only.
    pub form: Option<Vec<(String, String)>>,
    /// The whole of the header `Authorization`.
    pub authorization: Option<String>,
}

/// What another machine answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The way to the machines of one provider, and to no other.
pub trait Outbound: Send + Sync {
    /// Asks, and waits a bounded time.
    ///
    /// # Errors
    /// Why there is no answer, without a word of what was asked.
    fn send(&self, ask: &Ask) -> Result<Answer, String>;
}

/// Why nobody is signed in.
#[derive(Debug, Error)]
pub enum Refusal {
    /// Whom the provider knows is linked to no account here.
    #[error("linked to no account")]
    Unknown,
    /// The sign-in was not strong enough.
    #[error("not strong enough")]
    Weak,
    /// The answer does not hold.
    #[error("refused: {0}")]
    Wrong(&'static str),
    /// The provider does not answer.
    #[error("no answer of the provider")]
    Down,
    /// The person turned back.
    #[error("given up")]
    Cancelled,
    /// Too many tries.
    #[error("too many tries")]
    Wait,
    /// The store's, and others.
    #[error(transparent)]
    App(AppError),
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Refusal {
        match error {
            AppError::TryLater => Refusal::Wait,
            error => Refusal::App(error),
        }
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Refusal {
        Refusal::App(error.into())
    }
}

impl Refusal {
    /// Its code, for a sentence and for the audit.
    pub const fn as_code(&self) -> &'static str {
        match self {
            Refusal::Unknown => "unknown",
            Refusal::Weak => "weak",
            Refusal::Wrong(_) | Refusal::App(_) => "refused",
            Refusal::Down => "down",
            Refusal::Cancelled => "cancelled",
            Refusal::Wait => "wait",
        }
    }
}

/// A provider that may be used.
pub struct Provider {
    /// As its file says.
    pub settings: ProviderSettings,
    secret: String,
    out: Arc<dyn Outbound>,
    held: Mutex<discovery::Held>,
}

impl Provider {
    /// A provider with the secret of this client and a way to it.
    pub fn new(settings: ProviderSettings, secret: String, out: Arc<dyn Outbound>) -> Provider {
        Provider {
            settings,
            secret,
            out,
            held: Mutex::default(),
        }
    }
}

/// The providers of a service.
pub struct Providers {
    all: Vec<Provider>,
    /// How late it is where the providers are.
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// The address that people open.
    origin: String,
    /// Signs what a browser keeps between going and coming back; a restart forgets it.
    key: [u8; 32],
}

impl Providers {
    /// The providers of a service that people open at an address.
    pub fn new(
        all: Vec<Provider>,
        clock: Arc<dyn Fn() -> Instant + Send + Sync>,
        origin: &str,
        key: [u8; 32],
    ) -> Providers {
        Providers {
            all,
            clock,
            origin: origin.trim_end_matches('/').to_owned(),
            key,
        }
    }

    /// All of them, in the order of the file.
    pub fn all(&self) -> &[Provider] {
        &self.all
    }

    /// The one of a word in an address.
    pub fn of(&self, id: &str) -> Option<&Provider> {
        self.all.iter().find(|one| one.settings.id == id)
    }

    /// The one of an issuer.
    pub fn of_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.all.iter().find(|one| one.settings.issuer == issuer)
    }

    /// How late it is where the providers are.
    pub fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Whether a provider is known not to answer now: nobody is asked for this.
    pub fn is_down(&self, id: &str) -> bool {
        self.of(id).is_some_and(|one| one.is_down(self.now()))
    }

    /// Where a provider sends people back to: each has an address of its own.
    fn back(&self, provider: &Provider) -> String {
        format!("{}/sign-in/with/{}/back", self.origin, provider.settings.id)
    }
}
