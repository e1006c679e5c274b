//! Signing in with a login and a password, sessions, the language a person chose.
//!
//! Passwords are hashed with Argon2id; tokens and salts come from the caller, who has randomness. A
//! wrong login takes as long as a wrong password. How often one may try is for the caller to limit.
//!
//! Invariant: a session is looked up anew for each request, so that its end is at once.

mod accounts;
mod me;
mod passes;
mod ties;

pub use accounts::{ListedAccount, WhichAccount};
pub use passes::{PASS_DAYS_AHEAD, Pass, PassDay, TeacherDay, overlaps};

use crate::{App, AppError};
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use lasna_domain::access::{Action, Actor, Reach, Ties, UserRole};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{OrgNo, PersonNo, UserNo};
use lasna_domain::model::Language;
use lasna_store::{Account, DayPass, EntityKind, Password, Profile, Store};
use std::sync::Arc;

/// How long a session lasts: a day at school.
pub const SESSION_HOURS: i64 = 10;
/// Characters of a password at least (NIST SP 800-63B for a password alone).
pub const PASSWORD_MIN: usize = 12;
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
    let failed = |_| AppError::Problem("the password could not be hashed".into());
    let hash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(failed)?;
    Ok(hash.to_string())
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
        let whole = matches!(new.role, UserRole::Coordinator | UserRole::Administrator);
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
                once: true,
            }),
            None => None,
        };
        let target = format!("user:{}", new.role.as_code());
        self.store.change(&scope, self.now, &target, |tx| {
            if Account::is_login_taken(tx, &login)? {
                return Err(AppError::Problem(
                    "this login is taken: choose another".into(),
                ));
            }
            let role = new.role.as_code();
            Account::insert_person(tx, &scope, role, new.school, &login, self.now)?;
            let account = Account {
                no: Profile::last_user(tx)?,
                provider: scope.provider(),
                role: new.role.as_code().to_owned(),
                school: None,
            };
            let profile = Profile {
                user: account.no,
                login: login.clone(),
                name: new.name.to_owned(),
                person: new.person.map(str::to_owned),
            };
            profile.insert(tx, &scope, self.now)?;
            if let Some(password) = &password {
                account.set_password(tx, password, self.now)?;
            }
            if let Some(language) = new.language {
                account.set_language(tx, language_code(language), self.now)?;
            }
            Ok(account.no)
        })
    }

    /// Begins a session for a login and a password.
    ///
    /// # Errors
    /// [`AppError::NoAccount`] where they do not belong together.
    pub fn sign_in(
        store: &Store,
        now: Instant,
        (login, password): (&str, &str),
        token: &str,
    ) -> Result<SignedIn, AppError> {
        let login = login.trim().to_lowercase();
        let found = store.ask(|read| {
            let account = Account::by_login(read, &login)?;
            let known = match &account {
                Some(account) => account.password(read)?,
                None => None,
            };
            Ok::<_, AppError>(account.zip(known))
        })?;
        if password.len() > PASSWORD_MAX {
            return Err(AppError::NoAccount);
        }
        let Some((account, known)) = found else {
            // As long as for a login that there is.
            drop(hash(password, [0; 16])?);
            return Err(AppError::NoAccount);
        };
        if !fits(password, &known) {
            return Err(AppError::NoAccount);
        }
        App::begin_session(store, now, &account, token)?;
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
    pub fn sign_in_to_demo(
        store: &Store,
        now: Instant,
        login: &str,
        token: &str,
    ) -> Result<(), AppError> {
        let account = store.ask(|read| Account::by_login(read, login))?;
        let account = account.ok_or(AppError::NoAccount)?;
        App::begin_session(store, now, &account, token)
    }

    fn begin_session(
        store: &Store,
        now: Instant,
        account: &Account,
        token: &str,
    ) -> Result<(), AppError> {
        let app = App::of_account(store.clone(), now, account)?;
        let scope = app.scope(Action::SignIn, app.reach())?;
        let ends_at = Instant(now.0 + SESSION_HOURS * 3_600_000_000);
        let target = format!("sign-in:{}", account.no);
        store.change(&scope, now, &target, |tx| {
            account.sign_in(tx, token, now, ends_at)
        })?;
        Ok(())
    }

    /// For the account of a session.
    ///
    /// # Errors
    /// [`AppError::NoAccount`] where no such session runs.
    pub fn with_session(store: Store, now: Instant, token: &str) -> Result<App, AppError> {
        let account = store
            .ask(|read| Account::by_session(read, token, now))?
            .ok_or(AppError::NoAccount)?;
        App::of_account(store, now, &account)
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
