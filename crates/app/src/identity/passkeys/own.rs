//! One's own passkeys: listed, made, given up.
//!
//! Invariant: a passkey is one account's, and its owner is told of it.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

/// Passkeys of one account at most.
const OWN_MAX: usize = 20;
/// Characters of what a person calls a passkey.
const NAME_MAX: usize = 60;

/// One of one's own passkeys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OwnPasskey {
    /// What it is called in a form.
    pub id: String,
    pub name: String,
    pub at: Instant,
    pub used: Option<Instant>,
}

fn id_of(credential: &[u8]) -> String {
    let digest = Sha256::digest(credential);
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl App {
    /// One's own passkeys, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn own_passkeys(&self) -> Result<Vec<OwnPasskey>, AppError> {
        let account = self.account().ok_or(AppError::NoAccount)?;
        let all = self.store.ask(|read| account.passkeys(read))?;
        let own = |stored: StoredPasskey| OwnPasskey {
            id: id_of(&stored.credential),
            name: stored.name,
            at: stored.at,
            used: stored.used,
        };
        Ok(all.into_iter().map(own).collect())
    }

    /// Begins to make a passkey. Gives what the browser is asked.
    ///
    /// # Errors
    /// [`AppError::StepUpDue`]; [`AppError::Problem`] with `passkey.many`.
    pub fn begin_passkey(&self, passkeys: &Passkeys, id: &str) -> Result<String, AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        let account = self.account().ok_or(AppError::NoAccount)?;
        let known = self.store.ask(|read| account.passkeys(read))?;
        if known.len() >= OWN_MAX {
            return Err(AppError::Problem("passkey.many".into()));
        }
        let known = known.into_iter().map(|stored| stored.credential);
        let name = self.me().map_or("", |me| me.name.as_str());
        let begun = passkeys.webauthn.start_passkey_registration(
            handle_of(&account),
            name,
            name,
            Some(known.collect()),
        );
        let (mut asked, state) = begun.map_err(|_| refused())?;
        if let Some(wanted) = &mut asked.public_key.authenticator_selection {
            // So that it signs in without a user name.
            wanted.resident_key = Some(ResidentKeyRequirement::Required);
            wanted.require_resident_key = true;
        }
        passkeys.keep(id, self.now, Ceremony::Register(state, account))?;
        serde_json::to_string(&asked.public_key).map_err(|_| refused())
    }

    /// Ends the making of a passkey. The session gets a new token.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `passkey.refused`; [`AppError::StepUpDue`].
    pub fn finish_passkey(
        &self,
        passkeys: &Passkeys,
        (id, answer, name): (&str, &str, &str),
        token: &str,
    ) -> Result<(), AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        let answer: RegisterPublicKeyCredential = parsed(answer)?;
        let Ceremony::Register(state, of) = passkeys.take(id, self.now)? else {
            return Err(refused());
        };
        if self.account().map(|account| account.no) != Some(of.no) {
            return Err(refused());
        }
        let made = passkeys
            .webauthn
            .finish_passkey_registration(&answer, &state);
        let made = made.map_err(|_| refused())?;
        let name: String = name.trim().chars().filter(|c| !c.is_control()).collect();
        let new = StoredPasskey {
            credential: made.cred_id().as_slice().to_vec(),
            at: self.now,
            name: name.chars().take(NAME_MAX).collect(),
            public_part: serde_json::to_string(&made).map_err(|_| refused())?,
            used: None,
        };
        self.of_me("passkey-new", |tx, account, now| {
            if Account::by_passkey(tx, &new.credential)?.is_some() {
                return Err(refused());
            }
            account.add_passkey(tx, &new)?;
            account.tell(tx, "passkey_new", now)?;
            self.renew_in(tx, token, Method::Passkey)
        })
    }

    /// Gives one of one's own passkeys up.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::StepUpDue`]; [`AppError::Problem`] with `factor.needed`
    /// where two factors are wanted and it is the last.
    pub fn end_own_passkey(&self, id: &str, wanted: bool) -> Result<(), AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        self.of_me("passkey-end", |tx, account, now| {
            let all = account.passkeys(tx)?;
            let found = all.iter().find(|stored| id_of(&stored.credential) == id);
            let found = found.ok_or(AppError::NotFound("passkey"))?;
            let has_app = account.totps(tx)?.iter().any(|totp| totp.on);
            if wanted && !has_app && all.len() == 1 {
                return Err(AppError::Problem("factor.needed".into()));
            }
            account.end_passkey(tx, &found.credential, now)?;
            Ok(account.tell(tx, "passkey_end", now)?)
        })
    }
}
