//! Who somebody is: sessions, tries, second factors, passkeys, stepping up, one-time codes, notices.
//!
//! Tokens, secrets and codes come from the caller, who has randomness. A second factor is asked after a
//! right password; between the two there is no session, only a half-way that opens nothing.
//!
//! Invariant: a session is made here and nowhere else, each with the methods that proved the person.

mod first;
mod notices;
pub mod oidc;
mod passkeys;
mod seal;
mod second_factor;
mod sessions;
mod step_up;
mod totp;
mod tries;

pub use first::{FIRST_CODE_MINUTES, FirstPerson};
pub use notices::Notice;
pub use passkeys::{OwnPasskey, Passkeys};
pub use second_factor::{FactorState, RECOVERY_CODES, TotpSetup};
pub use sessions::OwnSession;
pub use step_up::{Proof, STEP_UP_MINUTES, StepUpWay};
pub use totp::code_at;
pub(crate) use tries::Try;
pub use tries::{ADDRESS_MOST, BURSTS, TRIES_MINUTES, TRIES_MOST};

use lasna_domain::calendar::Instant;

/// How long a session lasts at most.
pub const SESSION_HOURS: i64 = 12;
/// How long a session of staff lasts without a request.
pub const IDLE_MINUTES: i64 = 30;
/// The same on a machine that others use too.
pub const SHARED_IDLE_MINUTES: i64 = 5;
/// How long one has for the second factor after the password.
pub const HALF_MINUTES: i64 = 10;
/// How long a session may be in use before that is written down again.
const SEEN_EVERY: i64 = MINUTE;

pub(crate) const MINUTE: i64 = 60_000_000;

/// An instant some minutes after another.
pub(crate) const fn after(now: Instant, minutes: i64) -> Instant {
    Instant(now.0 + minutes * MINUTE)
}

/// How a person proved who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// A password.
    Password,
    /// The code of an authenticator app.
    Totp,
    /// A recovery code, in the place of the app.
    Recovery,
    /// A passkey: bound to this address, and two factors in itself.
    Passkey,
    /// An identity provider: one factor.
    Oidc,
    /// The same where it said that there were two.
    OidcStrong,
    /// A link of the demo town.
    Demo,
    /// A one-time code of the operator.
    Code,
}

impl Method {
    const ALL: [Method; 8] = [
        Method::Password,
        Method::Totp,
        Method::Recovery,
        Method::Passkey,
        Method::Oidc,
        Method::OidcStrong,
        Method::Demo,
        Method::Code,
    ];

    /// Its code in a row.
    pub const fn as_code(self) -> &'static str {
        match self {
            Method::Password => "password",
            Method::Totp => "totp",
            Method::Recovery => "recovery",
            Method::Passkey => "passkey",
            Method::Oidc => "oidc",
            Method::OidcStrong => "oidc_strong",
            Method::Demo => "demo",
            Method::Code => "code",
        }
    }

    /// The methods of a row; a word that is not known proves nothing.
    pub fn of_codes(codes: &str) -> Vec<Method> {
        let known = |word: &str| {
            Method::ALL
                .into_iter()
                .find(|known| known.as_code() == word)
        };
        codes.split(' ').filter_map(known).collect()
    }

    /// A row's codes with one more.
    fn with(self, codes: &str) -> String {
        let mut all = Method::of_codes(codes);
        all.push(self);
        all.sort_unstable();
        all.dedup();
        let codes: Vec<&str> = all.into_iter().map(Method::as_code).collect();
        codes.join(" ")
    }
}

/// What a browser brings to a sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish<'a> {
    /// The token of the session, or of the half-way to it.
    pub token: &'a str,
    /// Whether others use the machine too.
    pub shared: bool,
    /// The kind of browser, such as `firefox windows`.
    pub browser: &'a str,
    /// Where it comes from, where that is known.
    pub address: Option<&'a str>,
}

impl<'a> From<&'a str> for Wish<'a> {
    fn from(token: &'a str) -> Wish<'a> {
        Wish {
            token,
            ..Wish::default()
        }
    }
}

impl<'a> From<&'a String> for Wish<'a> {
    fn from(token: &'a String) -> Wish<'a> {
        Wish::from(token.as_str())
    }
}
