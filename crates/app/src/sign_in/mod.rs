//! Signing in with a login and a password, sessions, the language a person chose.
//!
//! Passwords are hashed with Argon2id; tokens and salts come from the caller, who has randomness. A
//! wrong login takes as long as a wrong password. How often one may try is for the caller to limit.
//!
//! Invariant: a session is looked up anew for each request, so that its end is at once.

mod accounts;
mod common;
mod me;
mod passes;
mod ready;
mod ties;

pub use accounts::{ListedAccount, WhichAccount};
pub(crate) use common::check_common;
pub(crate) use ready::ReadyPerson;

pub use passes::{PASS_DAYS_AHEAD, Pass, PassDay, TeacherDay, overlaps};

use crate::identity::{Method, Try, Wish};
use crate::{App, AppError};
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use lasna_domain::access::{Action, Actor, Reach, Ties, UserRole};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{OrgNo, PersonNo, UserNo};
use lasna_domain::model::Language;
use lasna_store::db::Tx;
use lasna_store::{Account, DayPass, EntityKind, Password, Profile, Store};
use std::sync::Arc;

/// Characters of a password at least (ASVS 6.2.1, NIST SP 800-63B for a password alone).
pub const PASSWORD_MIN: usize = 15;
/// Bytes of a password at most; more is an attempt to keep the processor busy.
const PASSWORD_MAX: usize = 512;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Me {
    pub user: UserNo,
    pub name: String,
    pub role: UserRole,
    /// The person in the roster, where there is one.
    pub person: Option<PersonNo>,
    /// The one school of the account.
    pub school: Option<OrgNo>,
    pub language: Option<Language>,
}

/// An account to be made for a person.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// What it is for.
    pub role: UserRole,
    /// Source id of its school.
    pub school: Option<&'a str>,
    /// What the person types.
    pub login: &'a str,
    /// What the person is called.
    pub name: &'a str,
    /// Source id of the person in the roster.
    pub person: Option<&'a str>,
    /// A password to be changed at the first sign-in, and 16 bytes of salt.
    pub password: Option<(&'a str, [u8; 16])>,
    /// The language to begin with.
    pub language: Option<Language>,
}

/// A password that takes the place of another.
#[derive(Clone, Copy)]
pub struct NewPassword<'a> {
    /// The one in force; it is not asked of an account that has none.
    pub old: &'a str,
    /// The new one.
    pub password: &'a str,
    /// 16 bytes of salt.
    pub salt: [u8; 16],
    /// The token of the session that goes on.
    pub session: &'a str,
}

/// What a sign-in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedIn {
    /// A session runs.
    Ready,
    /// A session runs, and the password must be changed first of all.
    ChangePassword,
    /// A half-way is open, and the second factor is asked.
    SecondFactor,
}

pub(crate) const fn language_code(language: Language) -> &'static str {
    match language {
        Language::Fi => "fi",
        Language::Sv => "sv",
        Language::En => "en",
    }
}

fn language_of(code: &str) -> Option<Language> {
    let all = [Language::Fi, Language::Sv, Language::En];
    all.into_iter()
        .find(|language| language_code(*language) == code)
}

fn hash(password: &str, salt: [u8; 16]) -> Result<String, AppError> {
    hash_bytes(password.as_bytes(), salt)
}

fn hash_bytes(password: &[u8], salt: [u8; 16]) -> Result<String, AppError> {
    let failed = |_| AppError::Problem("the password could not be hashed".into());
    let hash = Argon2::default()
        .hash_password_with_salt(password, &salt)
        .map_err(failed)?;
    Ok(hash.to_string())
}

/// Whether a password that came from outside is the one in force.
pub(crate) fn fits_within(password: &str, known: &Password) -> bool {
    password.len() <= PASSWORD_MAX && fits(password, known)
}

/// Refuses a password that nobody should choose.
///
/// # Errors
/// [`AppError::Problem`] with a key of a sentence: `password.short`, `password.long`.
pub(crate) fn check_password(password: &str) -> Result<(), AppError> {
    let wrong = |key: &str| Err(AppError::Problem(key.into()));
    if password.chars().count() < PASSWORD_MIN {
        return wrong("password.short");
    }
    if password.len() > PASSWORD_MAX {
        return wrong("password.long");
    }
    Ok(())
}

/// The part of a password that is looked at, where it is too long to be one.
fn within(password: &str) -> &[u8] {
    let bytes = password.as_bytes();
    &bytes[..bytes.len().min(PASSWORD_MAX)]
}

fn fits(password: &str, known: &Password) -> bool {
    let verified = Argon2::default().verify_password(password.as_bytes(), known.hash.as_str());
    verified.is_ok()
}

impl App {
    /// Makes an account that a person signs in to.
    ///
    /// # Errors
    /// [`AppError`]; a login that is taken, a school that is not known.
    pub fn add_person(&self, new: &NewPerson<'_>) -> Result<UserNo, AppError> {
        let scope = self.scope(Action::AddUser, Reach::Provider)?;
        let ready = self.ready_person(new, true)?;
        let target = format!("user:{}", new.role.as_code());
        let insert = |tx: &mut Tx<'_>| ready.insert(tx, &scope, self.now);
        let account = self.store.change(&scope, self.now, &target, insert)?;
        Ok(account.no)
    }

    /// Checks what an account is to be made of, and hashes its password.
    pub(crate) fn ready_person<'a>(
        &self,
        new: &NewPerson<'a>,
        once: bool,
    ) -> Result<ReadyPerson<'a>, AppError> {
        let whole = new.role.is_of_provider();
        match new.school {
            Some(id) => drop(self.school(id)?),
            None if whole => {}
            None => {
                let text = "this account is for one school: name it with --school";
                return Err(AppError::Problem(text.into()));
            }
        }
        let login = new.login.trim().to_lowercase();
        if login.is_empty() || login.len() > 100 {
            let text = "the login must have 1 to 100 characters";
            return Err(AppError::Problem(text.into()));
        }
        let password = match new.password {
            Some((password, salt)) => Some(Password {
                hash: hash(password, salt)?,
                once,
            }),
            None => None,
        };
        Ok(ReadyPerson {
            new: new.clone(),
            login,
            password,
        })
    }

    /// Begins a session for a login and a password, or the way to it where there is a second factor.
    ///
    /// # Errors
    /// [`AppError::NoAccount`] where they do not belong together; [`AppError::TryLater`].
    pub fn sign_in<'a>(
        store: &Store,
        now: Instant,
        (login, password): (&str, &str),
        wish: impl Into<Wish<'a>>,
    ) -> Result<SignedIn, AppError> {
        let wish = wish.into();
        let login: String = login.trim().to_lowercase().chars().take(100).collect();
        let tried = Try::count(store, now, ("login", &login), wish.address)?;
        let found = store.ask(|read| {
            let account = Account::by_login(read, &login)?;
            let nobody = Account::nobody();
            let known = account.as_ref().unwrap_or(&nobody).password(read)?;
            Ok::<_, AppError>((account, known))
        })?;
        let right = match &found {
            (Some(_), Some(known)) => fits_within(password, known),
            // As long as for a login that there is.
            _ => hash_bytes(within(password), [0; 16]).map(|_| false)?,
        };
        let (Some(account), Some(known), true) = (&found.0, &found.1, right) else {
            // Of whom, where it is somebody; never what was typed.
            let no = found.0.map_or(UserNo(0), |account| account.no);
            let target = format!("sign-in-failed:{no}");
            store.change_as_nobody(now, &target, |_| Ok::<_, AppError>(()))?;
            return Err(AppError::NoAccount);
        };
        tried.succeeded(store)?;
        if App::factors_of(store, account)?.is_any() {
            App::begin_half(store, now, account, &wish)?;
            return Ok(SignedIn::SecondFactor);
        }
        App::begin_session(store, now, account, &wish, Method::Password.as_code())?;
        Ok(if known.once {
            SignedIn::ChangePassword
        } else {
            SignedIn::Ready
        })
    }

    /// Begins a session for a login without a password: for the demo town alone.
    ///
    /// # Errors
    /// [`AppError::NoAccount`].
    pub fn sign_in_to_demo<'a>(
        store: &Store,
        now: Instant,
        login: &str,
        wish: impl Into<Wish<'a>>,
    ) -> Result<(), AppError> {
        let account = store.ask(|read| Account::by_login(read, login))?;
        let account = account.ok_or(AppError::NoAccount)?;
        App::begin_session(store, now, &account, &wish.into(), Method::Demo.as_code())
    }

    pub(crate) fn of_account(
        store: Store,
        now: Instant,
        account: &Account,
    ) -> Result<App, AppError> {
        let role = UserRole::from_code(&account.role).ok_or(AppError::NoAccount)?;
        let mut app = App {
            store,
            provider: account.provider,
            now,
            actor: Actor::Operator,
            held: None,
            me: None,
            session: None,
            counted: Arc::default(),
            grounds: Arc::default(),
        };
        let school = account.school.as_deref();
        let school = school.map(|id| app.school(id)).transpose()?;
        app.actor = Actor::User {
            no: account.no,
            role,
            reach: school.map_or(Reach::Provider, Reach::School),
            ties: Arc::new(Ties::default()),
        };
        let (profile, language) = app.store.ask(|read| {
            let profile = Profile::of(read, account.provider, account.no)?;
            Ok::<_, AppError>((profile, account.language(read)?))
        })?;
        let id = profile.as_ref().and_then(|profile| profile.person.clone());
        let person = match id {
            Some(id) => app.person_no(&id)?,
            None => None,
        };
        app.me = Some(Me {
            user: account.no,
            name: profile.map(|profile| profile.name).unwrap_or_default(),
            role,
            person,
            school,
            language: language.as_deref().and_then(language_of),
        });
        Ok(app)
    }

    pub(crate) fn person_no(&self, id: &str) -> Result<Option<PersonNo>, AppError> {
        let scope = self.scope(Action::SignIn, self.reach())?;
        let no = self
            .store
            .ask(|read| EntityKind::Person.number_of(read, &scope, id))?;
        Ok(no.map(PersonNo))
    }
}
