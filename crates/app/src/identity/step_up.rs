//! Stepping up: whoever does something grave proves again who it is, and gets a new session.
//!
//! Invariant: a proof is a factor of the account itself; the password is one only where there is no
//! second factor.

use super::tries::Try;
use super::{MINUTE, Method};
use crate::sign_in::fits_within;
use crate::{App, AppError};
use lasna_domain::access::Action;
use lasna_store::Account;
use lasna_store::db::Tx;

/// How old a proof may be for what is grave.
pub const STEP_UP_MINUTES: i64 = 10;

/// How whoever is signed in can step up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUpWay {
    /// With one of the own passkeys.
    Passkey,
    /// With a code of the app or a recovery code.
    Code,
    /// With the password: there is no second factor.
    Password,
    /// At the provider that the session began with.
    Provider,
    /// With a press, in the demo town.
    Demo,
}

/// What is given as proof.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// A code of the app or a recovery code.
    Code(&'a str),
    /// The password.
    Password(&'a str),
    /// A press in the demo town.
    Demo,
}

/// Whether an action wants a fresh proof.
const fn is_grave(action: Action) -> bool {
    matches!(
        action,
        Action::UndoImport
            | Action::AddUser
            | Action::ManageUser
            | Action::Export
            | Action::ReadProtected
            | Action::SetProtected
            | Action::SetRelations
            | Action::GiveGrant
            | Action::ReviewAccess
            | Action::BreakGlass
            | Action::ReadByGlass
    )
}

impl App {
    /// Microseconds since whoever is signed in proved to be who it is; none without a session.
    pub fn auth_age(&self) -> Option<i64> {
        let session = self.session.as_ref()?;
        Some(self.now.0 - session.auth_at.0)
    }

    /// Refuses where the proof is older than so many minutes. The operator of the machine has none.
    ///
    /// # Errors
    /// [`AppError::StepUpDue`].
    pub fn require_step_up(&self, minutes_max: i64) -> Result<(), AppError> {
        if self.me.is_none() {
            return Ok(());
        }
        match self.auth_age() {
            Some(age) if age <= minutes_max * MINUTE => Ok(()),
            _ => Err(AppError::StepUpDue),
        }
    }

    /// Refuses an action that wants a fresh proof where there is none.
    ///
    /// # Errors
    /// [`AppError::StepUpDue`].
    pub fn fresh_for(&self, action: Action) -> Result<(), AppError> {
        if is_grave(action) {
            return self.require_step_up(STEP_UP_MINUTES);
        }
        Ok(())
    }

    /// Whether a factor that cannot be given away proved whoever is signed in.
    pub fn is_phishing_resistant(&self) -> bool {
        self.methods().contains(&Method::Passkey)
    }

    /// How whoever is signed in can step up.
    ///
    /// # Errors
    /// The store's.
    pub fn step_up_ways(&self) -> Result<Vec<StepUpWay>, AppError> {
        let account = self.account().ok_or(AppError::NoAccount)?;
        let state = self.factor_state()?;
        let mut ways = Vec::new();
        if state.passkeys > 0 {
            ways.push(StepUpWay::Passkey);
        }
        if state.totp {
            ways.push(StepUpWay::Code);
        }
        if self.methods().contains(&Method::Oidc) {
            ways.push(StepUpWay::Provider);
        }
        if ways.is_empty() && self.store.ask(|read| account.password(read))?.is_some() {
            ways.push(StepUpWay::Password);
        }
        if ways.is_empty() && self.methods().contains(&Method::Demo) {
            ways.push(StepUpWay::Demo);
        }
        Ok(ways)
    }

    /// Takes a proof and puts a new session in the place of the one that asks.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `step_up.wrong`, [`AppError::TryLater`].
    pub fn step_up(&self, proof: Proof<'_>, token: &str) -> Result<(), AppError> {
        let ways = self.step_up_ways()?;
        let account = self.account().ok_or(AppError::NoAccount)?;
        let (way, method) = match proof {
            Proof::Code(_) => (StepUpWay::Code, Method::Totp),
            Proof::Password(_) => (StepUpWay::Password, Method::Password),
            Proof::Demo => (StepUpWay::Demo, Method::Demo),
        };
        if !ways.contains(&way) {
            return Err(AppError::Problem("step_up.wrong".into()));
        }
        let whose = account.no.to_string();
        let tried = Try::count(&self.store, self.now, ("step-up", &whose), None)?;
        let right = match proof {
            Proof::Password(typed) => {
                let known = self.store.ask(|read| account.password(read))?;
                known.is_some_and(|known| fits_within(typed, &known))
            }
            Proof::Code(_) | Proof::Demo => true,
        };
        let wrong = || AppError::Problem("step_up.wrong".into());
        let renew = |tx: &mut Tx<'_>, account: &Account, now| {
            if let Proof::Code(typed) = proof
                && App::code_fits(tx, account, typed, now)?.is_none()
            {
                return Err(wrong());
            }
            self.renew_in(tx, token, method)
        };
        let done = match right {
            true => self.of_me("step-up", renew),
            false => Err(wrong()),
        };
        self.noting("step-up-failed", done)?;
        tried.succeeded(&self.store)
    }

    /// Writes down that somebody failed to prove who it is.
    pub(crate) fn note_failure(&self, what: &str) -> Result<(), AppError> {
        self.of_me(what, |_, _, _| Ok(()))
    }

    /// The same where what was done came to a sentence for the person.
    pub(super) fn noting<T>(&self, what: &str, done: Result<T, AppError>) -> Result<T, AppError> {
        if let Err(AppError::Problem(_)) = &done {
            self.note_failure(what)?;
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_much_at_once_is_grave_and_daily_work_is_not() {
        for action in [Action::UndoImport, Action::ManageUser, Action::AddUser] {
            assert!(is_grave(action));
        }
        for action in [Action::SignIn, Action::TakeRegister, Action::ReadWatchList] {
            assert!(!is_grave(action));
        }
    }
}
