//! Links of accounts to whom a provider knows: by the operator, or by an invitation and its code.
//!
//! Invariant: a provider's name of a person is kept as a keyed digest alone, with its issuer in it.

use super::Refusal;
use crate::identity::after;
use crate::identity::second_factor::{as_kept, readable};
use crate::sign_in::WhichAccount;
use crate::{App, AppError};
use hmac::{Hmac, KeyInit as _, Mac as _};
use lasna_domain::access::{Action, Reach};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::UserNo;
use lasna_store::{Account, OneTimeCode, Store, ensure_oidc_key, oidc_key};
use sha2::Sha256;

/// How long the code of an invitation lives.
pub const INVITATION_HOURS: i64 = 72;
const PURPOSE: &str = "provider-invitation";

/// The digest by which whom a provider knows is found. Without a key nobody is linked yet: then there
/// is one that fits nobody, unless a key is to be made.
pub(super) fn mark_of(
    store: &Store,
    now: Instant,
    (issuer, subject): (&str, &str),
    making: bool,
) -> Result<Vec<u8>, AppError> {
    let app = App::operator(store.clone(), now)?;
    let provider = app.provider;
    let known = store.ask(|read| oidc_key(read, provider))?;
    let key = match (known, making) {
        (Some(key), _) => key,
        (None, true) => store.note(|tx| ensure_oidc_key(tx, provider, now))?,
        (None, false) => return Ok(Vec::new()),
    };
    let failed = |_| AppError::Problem("a digest could not be made".into());
    let mut mac: Hmac<Sha256> = Hmac::new_from_slice(key.as_bytes()).map_err(failed)?;
    mac.update(issuer.as_bytes());
    mac.update(b"\0");
    mac.update(subject.trim().as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

impl App {
    /// Links an account to whom a provider knows.
    ///
    /// # Errors
    /// [`AppError::Problem`] where no account in use has the login; [`AppError::Problem`] where the
    /// person is linked already.
    pub fn link_account(
        &self,
        login: &str,
        (issuer, subject): (&str, &str),
    ) -> Result<UserNo, AppError> {
        let scope = self.scope(Action::ManageUser, Reach::Provider)?;
        if issuer.is_empty() || subject.trim().is_empty() || subject.len() > 255 {
            let text = "name the issuer, and write the person's name there on standard input";
            return Err(AppError::Problem(text.into()));
        }
        let account = self.managed(WhichAccount::Login(login))?.account;
        let mark = mark_of(&self.store, self.now, (issuer, subject), true)?;
        let target = format!("provider-link:{}", account.no);
        self.store.change(&scope, self.now, &target, |tx| {
            if !account.link(tx, (issuer, &mark), self.now)? {
                let text = "this person of the provider is linked to an account: unlink it first";
                return Err(AppError::Problem(text.into()));
            }
            Ok(account.tell(tx, "provider_linked", self.now)?)
        })?;
        Ok(account.no)
    }

    /// Ends the links of an account to an issuer, or all, and its sessions.
    ///
    /// # Errors
    /// [`AppError::Problem`] where no account in use has the login.
    pub fn unlink_account(
        &self,
        login: &str,
        issuer: Option<&str>,
    ) -> Result<(UserNo, usize), AppError> {
        let scope = self.scope(Action::ManageUser, Reach::Provider)?;
        let account = self.managed(WhichAccount::Login(login))?.account;
        let target = format!("provider-unlink:{}", account.no);
        let ended = self.store.change(&scope, self.now, &target, |tx| {
            let ended = account.end_links(tx, issuer, self.now)?;
            if ended > 0 {
                account.sign_out_all(tx, self.now)?;
                account.tell(tx, "provider_unlinked", self.now)?;
            }
            Ok::<_, AppError>(ended)
        })?;
        Ok((account.no, ended))
    }

    /// Makes the code of an invitation: whoever types it and signs in at a provider is linked. It is
    /// shown once.
    ///
    /// # Errors
    /// [`AppError::Problem`] where no account in use has the login.
    pub fn invite(&self, login: &str, random: &[u8; 32]) -> Result<String, AppError> {
        let scope = self.scope(Action::ManageUser, Reach::Provider)?;
        let account = self.managed(WhichAccount::Login(login))?.account;
        let code = readable(&random[..10]);
        let kept = as_kept(&code);
        let times = (self.now, after(self.now, INVITATION_HOURS * 60));
        let target = format!("provider-invite:{}", account.no);
        self.store.change(&scope, self.now, &target, |tx| {
            let new = OneTimeCode {
                code: &kept,
                purpose: PURPOSE,
            };
            new.insert(tx, &scope, Some(account.no), times)
        })?;
        Ok(code)
    }

    /// The code of an invitation as it is kept, from how it was typed.
    pub fn invitation_code(typed: &str) -> String {
        as_kept(typed)
    }

    /// Whether the code of an invitation is good now. A wrong one counts as a try.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `invitation.wrong`; [`AppError::TryLater`].
    pub fn check_invitation(
        store: &Store,
        now: Instant,
        code: &str,
        address: Option<&str>,
    ) -> Result<(), AppError> {
        let tried = crate::identity::Try::count(store, now, ("invitation", code), address)?;
        match Self::invited(store, now, code) {
            Ok(_) => tried.succeeded(store),
            Err(Refusal::App(error)) => Err(error),
            Err(_) => {
                store.change_as_nobody(now, "invitation-failed", |_| Ok::<_, AppError>(()))?;
                Err(AppError::Problem("invitation.wrong".into()))
            }
        }
    }

    /// Whose the code of an invitation is, where it is good; it is not used up.
    pub(super) fn invited(store: &Store, now: Instant, code: &str) -> Result<Account, Refusal> {
        let wanted = OneTimeCode {
            code,
            purpose: PURPOSE,
        };
        let whose = store.ask(|read| wanted.whose(read, now))?;
        let Some((_, Some(user))) = whose else {
            return Err(Refusal::Wrong("invitation"));
        };
        let app = App::operator(store.clone(), now)?;
        match app.managed(WhichAccount::No(user)) {
            Ok(row) => Ok(row.account),
            Err(AppError::Problem(_)) => Err(Refusal::Wrong("invitation")),
            Err(error) => Err(error.into()),
        }
    }

    /// Uses an invitation up and links its account, both or neither.
    pub(super) fn link_by_invitation(
        store: &Store,
        now: Instant,
        (account, code): (&Account, &str),
        (issuer, mark): (&str, &[u8]),
    ) -> Result<(), Refusal> {
        let app = App::operator(store.clone(), now)?;
        let scope = app.scope(Action::ManageUser, Reach::Provider)?;
        let target = format!("provider-link:{}", account.no);
        store.change(&scope, now, &target, |tx| {
            let code = OneTimeCode {
                code,
                purpose: PURPOSE,
            };
            if code.use_up(tx, now)?.is_none() || !account.link(tx, (issuer, mark), now)? {
                return Err(Refusal::Wrong("invitation"));
            }
            Ok(account.tell(tx, "provider_linked", now)?)
        })
    }
}
