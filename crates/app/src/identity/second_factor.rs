//! The second factor of who has a password: an authenticator app, and recovery codes for its loss.
//!
//! Invariant: a secret counts only after a code of it was typed, and a code counts once.

use super::seal::{open_secret, seal_secret};
use super::tries::Try;
use super::{Method, STEP_UP_MINUTES, Wish, totp};
use crate::sign_in::SignedIn;
use crate::{App, AppError};
use data_encoding::BASE32_NOPAD;
use lasna_domain::calendar::Instant;
use lasna_store::db::{Read, Tx};
use lasna_store::{Account, Store};
use qrcode::{Color, QrCode};

/// How many recovery codes there are at first.
pub const RECOVERY_CODES: usize = 8;
/// Bytes of a recovery code, and of a code of the operator.
const CODE_BYTES: usize = 10;

/// What somebody has beside a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FactorState {
    pub totp: bool,
    pub recovery_left: u64,
    pub passkeys: usize,
}

impl FactorState {
    fn of(read: &mut Read<'_>, account: &Account) -> Result<FactorState, AppError> {
        Ok(FactorState {
            totp: account.totps(read)?.iter().any(|totp| totp.on),
            recovery_left: account.recovery_left(read)?,
            passkeys: account.passkeys(read)?.len(),
        })
    }

    /// Whether there is a second factor.
    pub const fn is_any(&self) -> bool {
        self.totp || self.passkeys > 0
    }
}

/// A secret to put into an app.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSetup {
    /// In base 32, in groups of four.
    pub secret: String,
    /// The picture: rows of modules, dark where true.
    pub picture: Vec<Vec<bool>>,
}

/// Bytes as words to type: base 32 in groups of four.
pub(super) fn readable(bytes: &[u8]) -> String {
    let text = BASE32_NOPAD.encode(bytes);
    let groups: Vec<&str> = (0..text.len())
        .step_by(4)
        .filter_map(|at| text.get(at..(at + 4).min(text.len())))
        .collect();
    groups.join("-")
}

/// What was typed, as it is kept: no blanks, no dashes, capitals, and no letter for a digit.
pub(super) fn as_kept(typed: &str) -> String {
    let letters = typed.chars().take(100).filter(char::is_ascii_alphanumeric);
    letters
        .map(|letter| match letter.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        })
        .collect()
}

fn setup(secret: &[u8], name: &str) -> Result<TotpSetup, AppError> {
    let text = BASE32_NOPAD.encode(secret);
    // Letters and digits only: what apps read needs no other escape.
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let address = format!("otpauth://totp/Lasna:{name}?secret={text}&issuer=Lasna");
    let code = QrCode::new(address.as_bytes())
        .map_err(|_| AppError::Problem("the picture could not be made".into()))?;
    let colours = code.to_colors();
    let picture = colours
        .chunks(code.width())
        .map(|row| row.iter().map(|colour| *colour == Color::Dark).collect())
        .collect();
    Ok(TotpSetup {
        secret: readable(secret),
        picture,
    })
}

impl App {
    /// What whoever is signed in has beside a password.
    ///
    /// # Errors
    /// The store's.
    pub fn factor_state(&self) -> Result<FactorState, AppError> {
        let account = self.account().ok_or(AppError::NoAccount)?;
        self.store.ask(|read| FactorState::of(read, &account))
    }

    /// What an account has beside a password.
    pub(crate) fn factors_of(store: &Store, account: &Account) -> Result<FactorState, AppError> {
        store.ask(|read| FactorState::of(read, account))
    }

    /// Refuses where the session was proved by one factor only, and two are wanted. A link of the demo
    /// town counts where there are such links.
    ///
    /// # Errors
    /// [`AppError::FactorDue`].
    pub fn require_two_factors(&self, is_demo: bool) -> Result<(), AppError> {
        let enough = |method: &Method| match method {
            Method::Totp | Method::Recovery | Method::Passkey | Method::OidcStrong => true,
            Method::Demo => is_demo,
            Method::Password | Method::Code | Method::Oidc => false,
        };
        let two = self.methods().iter().any(enough);
        two.then_some(()).ok_or(AppError::FactorDue)
    }

    /// Whether the session began with one factor of a provider, and the account has a second one.
    ///
    /// # Errors
    /// The store's.
    pub fn owes_factor(&self) -> Result<bool, AppError> {
        match self.account() {
            Some(account) if self.methods().contains(&Method::Oidc) => {
                Ok(App::factors_of(&self.store, &account)?.is_any())
            }
            _ => Ok(false),
        }
    }

    /// Keeps a new secret, of which a code is to be typed before it counts.
    ///
    /// # Errors
    /// [`AppError::StepUpDue`].
    pub fn begin_totp(&self, secret: &[u8; 20]) -> Result<(), AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        self.of_me("totp-begin", |tx, account, now| {
            let sealed = seal_secret(tx, account, secret)?;
            Ok(account.add_totp(tx, &sealed, now)?)
        })
    }

    /// The secret that waits for its first code.
    ///
    /// # Errors
    /// [`AppError::StepUpDue`]; [`AppError::NotFound`] where none waits.
    pub fn totp_setup(&self) -> Result<TotpSetup, AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        let account = self.account().ok_or(AppError::NoAccount)?;
        let secret = self.store.ask(|read| {
            let all = account.totps(read)?;
            let waiting = all.first().filter(|totp| !totp.on);
            let waiting = waiting.ok_or(AppError::NotFound("secret"))?;
            open_secret(read, &account, &waiting.sealed)
        })?;
        setup(&secret, &account.no.to_string())
    }

    /// Puts the secret in use whose code was typed, in the place of the one before it, and gives new
    /// recovery codes. The session gets a new token.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `factor.wrong`; [`AppError::TryLater`], [`AppError::StepUpDue`].
    pub fn confirm_totp(
        &self,
        typed: &str,
        random: &[[u8; 32]],
        token: &str,
    ) -> Result<Vec<String>, AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        let account = self.account().ok_or(AppError::NoAccount)?;
        let whose = account.no.to_string();
        let tried = Try::count(&self.store, self.now, ("factor", &whose), None)?;
        let codes = new_codes(random);
        let done = self.of_me("totp-confirm", |tx, account, now| {
            let all = account.totps(tx)?;
            let Some(waiting) = all.first().filter(|totp| !totp.on) else {
                return Err(AppError::NotFound("secret"));
            };
            let secret = open_secret(tx, account, &waiting.sealed)?;
            let step = totp::step_typed(&secret, &as_digits(typed), now);
            let fresh = match step {
                Some(step) => account.use_step(tx, step)?,
                None => false,
            };
            if !fresh {
                return Err(AppError::Problem("factor.wrong".into()));
            }
            account.use_totp(tx, waiting.no, now)?;
            account.set_recovery(tx, &kept(&codes), now)?;
            account.tell(tx, "totp_on", now)?;
            self.renew_in(tx, token, Method::Totp)
        });
        self.noting("factor-failed", done)?;
        tried.succeeded(&self.store)?;
        Ok(codes)
    }

    /// Gives new recovery codes in the place of the old ones.
    ///
    /// # Errors
    /// [`AppError::StepUpDue`]; [`AppError::NotFound`] where there is no app.
    pub fn new_recovery(&self, random: &[[u8; 32]]) -> Result<Vec<String>, AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        if !self.factor_state()?.totp {
            return Err(AppError::NotFound("app"));
        }
        let codes = new_codes(random);
        self.of_me("recovery-new", |tx, account, now| {
            account.set_recovery(tx, &kept(&codes), now)?;
            Ok(account.tell(tx, "recovery_new", now)?)
        })?;
        Ok(codes)
    }

    /// Gives the app up, and its recovery codes with it.
    ///
    /// # Errors
    /// [`AppError::StepUpDue`]; [`AppError::Problem`] with `factor.needed` where two factors are
    /// wanted and there is no other.
    pub fn end_totp(&self, wanted: bool) -> Result<(), AppError> {
        self.require_step_up(STEP_UP_MINUTES)?;
        if wanted && self.factor_state()?.passkeys == 0 {
            return Err(AppError::Problem("factor.needed".into()));
        }
        self.of_me("totp-end", |tx, account, now| {
            account.end_totps(tx, now)?;
            account.end_recovery(tx, now)?;
            Ok(account.tell(tx, "totp_off", now)?)
        })
    }

    /// How a typed code proves an account, where it does; it is used up then.
    pub(super) fn code_fits(
        tx: &mut Tx<'_>,
        account: &Account,
        typed: &str,
        now: Instant,
    ) -> Result<Option<Method>, AppError> {
        Account::hold_factors(tx)?;
        let digits = as_digits(typed);
        for known in account.totps(tx)?.iter().filter(|totp| totp.on) {
            let secret = open_secret(tx, account, &known.sealed)?;
            if let Some(step) = totp::step_typed(&secret, &digits, now) {
                let fresh = account.use_step(tx, step)?;
                return Ok(fresh.then_some(Method::Totp));
            }
        }
        if account.use_recovery(tx, &as_kept(typed), now)? {
            account.tell(tx, "recovery_used", now)?;
            return Ok(Some(Method::Recovery));
        }
        Ok(None)
    }

    /// Ends a half-way with a code, and begins the session.
    ///
    /// # Errors
    /// [`AppError::NoAccount`] where no half-way is open; [`AppError::Problem`] with `factor.wrong`;
    /// [`AppError::TryLater`].
    pub fn sign_in_with_code(
        store: &Store,
        now: Instant,
        (half, typed): (&str, &str),
        wish: &Wish<'_>,
    ) -> Result<SignedIn, AppError> {
        let found = store.ask(|read| Account::half(read, half, now))?;
        let (account, shared) = found.ok_or(AppError::NoAccount)?;
        let whose = account.no.to_string();
        let tried = Try::count(store, now, ("factor", &whose), wish.address)?;
        let wish = Wish { shared, ..*wish };
        let app = App::of_account(store.clone(), now, &account)?;
        let method = store.note(|tx| match App::code_fits(tx, &account, typed, now)? {
            Some(method) if Account::end_half(tx, half, now)? => Ok::<_, AppError>(Some(method)),
            _ => Ok(None),
        })?;
        let Some(method) = method else {
            app.note_failure("factor-failed")?;
            return Err(AppError::Problem("factor.wrong".into()));
        };
        tried.succeeded(store)?;
        let methods = method.with(Method::Password.as_code());
        App::begin_session(store, now, &account, &wish, &methods)?;
        let known = store.ask(|read| account.password(read))?;
        Ok(match known.is_some_and(|known| known.once) {
            true => SignedIn::ChangePassword,
            false => SignedIn::Ready,
        })
    }
}

/// Codes to show once.
fn new_codes(random: &[[u8; 32]]) -> Vec<String> {
    let per = 32 / CODE_BYTES;
    let chunks = random
        .iter()
        .flat_map(|bytes| bytes.chunks_exact(CODE_BYTES).take(per));
    chunks.take(RECOVERY_CODES).map(readable).collect()
}

fn kept(codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| as_kept(code)).collect()
}

/// The digits of what was typed: apps show a blank between them.
fn as_digits(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(20)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = readable(&[0xff, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(code.len(), 19);
        let kept = as_kept(&code);
        assert_eq!(kept.len(), 16);
        for typed in [
            code.to_lowercase(),
            code.replace('-', " "),
            format!(" {code} "),
            code.replace('O', "0").replace('I', "1"),
        ] {
            assert_eq!(as_kept(&typed), kept);
        }
    }

    #[test]
    fn a_setup_has_a_square_picture() {
        let made = setup(&[7; 20], "12").unwrap();
        assert!(made.picture.len() > 20);
        assert!(
            made.picture
                .iter()
                .all(|row| row.len() == made.picture.len())
        );
        assert_eq!(as_kept(&made.secret).len(), 32);
    }
}
