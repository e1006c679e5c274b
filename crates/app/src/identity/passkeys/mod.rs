//! Passkeys: a key that stays on a device or in its keychain, bound to the address of this service.
//!
//! A ceremony begins here with a challenge and is ended by what the browser answers; what was begun is
//! kept in memory for some minutes and used once.
//!
//! Invariant: an answer counts for the challenge, the address and the person that it was begun for.

mod own;

pub use own::OwnPasskey;

use super::{Method, STEP_UP_MINUTES, Wish, after};
use crate::{App, AppError};
use lasna_domain::calendar::Instant;
use lasna_store::db::Tx;
use lasna_store::{Account, Store, StoredPasskey};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder,
};
use webauthn_rs_proto::ResidentKeyRequirement;

/// How long a ceremony waits for the browser.
const WAIT_MINUTES: i64 = 5;
/// Ceremonies that wait at once; more are an attempt to fill the memory.
const WAITING_MAX: usize = 5_000;
/// Bytes of an answer; one is some hundreds.
const ANSWER_MAX: usize = 20_000;

enum Ceremony {
    Register(PasskeyRegistration, Account),
    StepUp(PasskeyAuthentication, Account),
    SignIn(DiscoverableAuthentication),
}

/// What passkeys of one address are made and checked with.
pub struct Passkeys {
    webauthn: Webauthn,
    waiting: Mutex<HashMap<String, (Instant, Ceremony)>>,
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passkeys")
    }
}

fn refused() -> AppError {
    AppError::Problem("passkey.refused".into())
}

fn parsed<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, AppError> {
    if answer.len() > ANSWER_MAX {
        return Err(refused());
    }
    serde_json::from_str(answer).map_err(|_| refused())
}

impl Passkeys {
    /// For the address that people open, such as `https://lasna.example.fi`.
    ///
    /// # Errors
    /// A sentence where it is no address, or one whose host is a number.
    pub fn new(origin: &str) -> Result<Passkeys, String> {
        let wrong = |_| format!("{origin}: passkeys need an address with a name, not a number");
        let url = Url::parse(origin).map_err(|error| format!("{origin}: {error}"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if url.scheme() != "https" && host != "localhost" {
            return Err(format!(
                "{origin}: passkeys need https, except on localhost"
            ));
        }
        let builder = WebauthnBuilder::new(&host, &url).map_err(wrong)?;
        let webauthn = builder.rp_name("Läsnä").build().map_err(wrong)?;
        Ok(Passkeys {
            webauthn,
            waiting: Mutex::default(),
        })
    }

    fn keep(&self, id: &str, now: Instant, ceremony: Ceremony) -> Result<(), AppError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (until, _)| *until > now);
        if waiting.len() >= WAITING_MAX {
            return Err(AppError::TryLater);
        }
        waiting.insert(id.to_owned(), (after(now, WAIT_MINUTES), ceremony));
        Ok(())
    }

    fn take(&self, id: &str, now: Instant) -> Result<Ceremony, AppError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, ceremony) = waiting.remove(id).ok_or_else(refused)?;
        (until > now).then_some(ceremony).ok_or_else(refused)
    }

    /// Begins a sign-in of whoever it may be. Gives what the browser is asked.
    ///
    /// # Errors
    /// [`AppError::TryLater`] where too many have begun.
    pub fn begin_sign_in(&self, id: &str, now: Instant) -> Result<String, AppError> {
        let begun = self.webauthn.start_discoverable_authentication();
        let (mut asked, state) = begun.map_err(|_| refused())?;
        // Asked by a press, not while a field is filled in.
        asked.mediation = None;
        self.keep(id, now, Ceremony::SignIn(state))?;
        serde_json::to_string(&asked.public_key).map_err(|_| refused())
    }
}

/// The user that a device is told: the same for an account, and nobody's number.
fn handle_of(account: &Account) -> Uuid {
    let text = format!("passkey-user:{}:{}", account.provider.0, account.no);
    let digest = Sha256::digest(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid_of(bytes)
}

fn uuid_of(bytes: [u8; 16]) -> Uuid {
    Uuid::from_bytes(bytes)
}

fn passkey_of(stored: &StoredPasskey) -> Result<Passkey, AppError> {
    serde_json::from_str(&stored.public_part).map_err(|_| refused())
}

/// Keeps the new counter of a passkey that was used.
fn note_use(
    tx: &mut Tx<'_>,
    mut passkey: Passkey,
    result: &webauthn_rs::prelude::AuthenticationResult,
    now: Instant,
) -> Result<(), AppError> {
    passkey.update_credential(result);
    let text = serde_json::to_string(&passkey).map_err(|_| refused())?;
    let credential = result.cred_id().as_slice().to_vec();
    Ok(Account::use_passkey(tx, &credential, &text, now)?)
}

impl App {
    /// Begins to step up with one of one's own passkeys. Gives what the browser is asked; none where
    /// there is no passkey.
    ///
    /// # Errors
    /// The store's.
    pub fn begin_passkey_step(
        &self,
        passkeys: &Passkeys,
        id: &str,
    ) -> Result<Option<String>, AppError> {
        let account = self.account().ok_or(AppError::NoAccount)?;
        begin_own(&self.store, self.now, account, passkeys, id)
    }

    /// Steps up with a passkey: a new session in the place of the one that asks.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `passkey.refused`.
    pub fn step_up_with_passkey(
        &self,
        passkeys: &Passkeys,
        (id, answer): (&str, &str),
        token: &str,
    ) -> Result<(), AppError> {
        let account = self.account().ok_or(AppError::NoAccount)?;
        let (of, passkey, result) = ended_own(&self.store, self.now, passkeys, (id, answer))?;
        if of.no != account.no {
            return Err(refused());
        }
        self.of_me("step-up", |tx, _, now| {
            note_use(tx, passkey, &result, now)?;
            self.renew_in(tx, token, Method::Passkey)
        })
    }

    /// Begins the second step of a sign-in with a passkey; none where the account has none.
    ///
    /// # Errors
    /// [`AppError::NoAccount`] where no half-way is open.
    pub fn begin_passkey_half(
        store: &Store,
        now: Instant,
        passkeys: &Passkeys,
        (half, id): (&str, &str),
    ) -> Result<Option<String>, AppError> {
        let found = store.ask(|read| Account::half(read, half, now))?;
        let (account, _) = found.ok_or(AppError::NoAccount)?;
        begin_own(store, now, account, passkeys, id)
    }

    /// Signs in with a passkey alone.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `passkey.refused`, whatever is wrong.
    pub fn sign_in_with_passkey(
        store: &Store,
        now: Instant,
        passkeys: &Passkeys,
        (id, answer): (&str, &str),
        wish: &Wish<'_>,
    ) -> Result<(), AppError> {
        let done = signed_in(store, now, passkeys, (id, answer), wish);
        if let Err(AppError::Problem(_)) = &done {
            store.change_as_nobody(now, "sign-in-failed:passkey", |_| Ok::<_, AppError>(()))?;
        }
        done
    }
}

fn begin_own(
    store: &Store,
    now: Instant,
    account: Account,
    passkeys: &Passkeys,
    id: &str,
) -> Result<Option<String>, AppError> {
    let known = store.ask(|read| account.passkeys(read))?;
    let known: Vec<Passkey> = known.iter().map(passkey_of).collect::<Result<_, _>>()?;
    if known.is_empty() {
        return Ok(None);
    }
    let begun = passkeys.webauthn.start_passkey_authentication(&known);
    let (asked, state) = begun.map_err(|_| refused())?;
    passkeys.keep(id, now, Ceremony::StepUp(state, account))?;
    let text = serde_json::to_string(&asked.public_key).map_err(|_| refused())?;
    Ok(Some(text))
}

type Ended = (Account, Passkey, webauthn_rs::prelude::AuthenticationResult);

fn ended_own(
    store: &Store,
    now: Instant,
    passkeys: &Passkeys,
    (id, answer): (&str, &str),
) -> Result<Ended, AppError> {
    let answer: PublicKeyCredential = parsed(answer)?;
    let Ceremony::StepUp(state, account) = passkeys.take(id, now)? else {
        return Err(refused());
    };
    let result = passkeys
        .webauthn
        .finish_passkey_authentication(&answer, &state);
    let result = result.map_err(|_| refused())?;
    // It may have been given up since.
    let known = store.ask(|read| account.passkeys(read))?;
    let same = |stored: &&StoredPasskey| stored.credential == result.cred_id().as_slice();
    let passkey = passkey_of(known.iter().find(same).ok_or_else(refused)?)?;
    Ok((account, passkey, result))
}

fn signed_in(
    store: &Store,
    now: Instant,
    passkeys: &Passkeys,
    (id, answer): (&str, &str),
    wish: &Wish<'_>,
) -> Result<(), AppError> {
    let parsed: PublicKeyCredential = parsed(answer)?;
    let Ceremony::SignIn(state) = passkeys.take(id, now)? else {
        return Err(refused());
    };
    let credential = parsed.get_credential_id().to_vec();
    let found = store.ask(|read| {
        let account = Account::by_passkey(read, &credential)?;
        let known = match &account {
            Some(account) => account.passkeys(read)?,
            None => Vec::new(),
        };
        let known = known
            .into_iter()
            .find(|stored| stored.credential == credential);
        Ok::<_, AppError>(account.zip(known))
    })?;
    let (account, stored) = found.ok_or_else(refused)?;
    let passkey = passkey_of(&stored)?;
    let result = passkeys
        .webauthn
        .finish_discoverable_authentication_v2(&parsed, state, &passkey)
        .map_err(|_| refused())?;
    if parsed.get_user_unique_id() != Some(handle_of(&account).as_bytes().as_slice()) {
        return Err(refused());
    }
    store.note(|tx| note_use(tx, passkey, &result, now))?;
    App::begin_session(store, now, &account, wish, Method::Passkey.as_code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_be_one_that_browsers_bind_keys_to() {
        for origin in ["https://lasna.example.fi", "http://localhost:8080"] {
            assert!(Passkeys::new(origin).is_ok(), "{origin}");
        }
        for origin in [
            "http://127.0.0.1:8080",
            "http://lasna.example.fi",
            "lasna",
            "https://127.0.0.1",
        ] {
            assert!(Passkeys::new(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn what_was_begun_is_used_once_and_in_time() {
        let passkeys = Passkeys::new("http://localhost:1").unwrap();
        passkeys.begin_sign_in("a", Instant(0)).unwrap();
        passkeys.begin_sign_in("b", Instant(0)).unwrap();
        assert!(passkeys.take("a", Instant(1)).is_ok());
        assert!(passkeys.take("a", Instant(1)).is_err());
        assert!(passkeys.take("b", after(Instant(0), WAIT_MINUTES)).is_err());
    }
}
