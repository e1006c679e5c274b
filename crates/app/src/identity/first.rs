//! The first administrator: a one-time code of whoever runs the machine, typed on a page.
//!
//! Invariant: there is no account that anybody has not made, and a code makes one account.

use super::second_factor::{as_kept, readable};
use super::tries::Try;
use super::{Method, Wish, after};
use crate::{App, AppError, NewPerson};
use lasna_domain::access::{Action, Actor, Reach, UserRole};
use lasna_domain::calendar::Instant;
use lasna_domain::model::Language;
use lasna_store::{Account, AccountRow, OneTimeCode, Store};

/// How long the code lives.
pub const FIRST_CODE_MINUTES: i64 = 60;
const PURPOSE: &str = "first-administrator";

/// What the first administrator types.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FirstPerson<'a> {
    pub code: &'a str,
    pub login: &'a str,
    pub name: &'a str,
    pub password: &'a str,
    pub salt: [u8; 16],
    pub language: Language,
}

impl App {
    /// Makes the code for the first administrator. It is shown once.
    ///
    /// # Errors
    /// [`AppError::Problem`] where there is an administrator who signs in.
    pub fn first_code(&self, random: &[u8; 32]) -> Result<String, AppError> {
        let scope = self.scope(Action::AddUser, Reach::Provider)?;
        let all = self.store.ask(|read| AccountRow::list(read, &scope))?;
        if all.iter().any(is_administrator) {
            let text = "there is an administrator already: use lasna user add";
            return Err(AppError::Problem(text.into()));
        }
        let code = readable(&random[..10]);
        let kept = as_kept(&code);
        let times = (self.now, after(self.now, FIRST_CODE_MINUTES));
        self.store.change(&scope, self.now, "first-code", |tx| {
            let new = OneTimeCode {
                code: &kept,
                purpose: PURPOSE,
            };
            new.insert(tx, &scope, None, times)
        })?;
        Ok(code)
    }

    /// Uses the code up, makes the administrator's account and begins a session.
    ///
    /// # Errors
    /// [`AppError::Problem`] with `first.wrong`, `first.taken`, or a key of [`App::change_password`];
    /// [`AppError::TryLater`].
    pub fn begin_first(
        store: &Store,
        now: Instant,
        first: &FirstPerson<'_>,
        wish: &Wish<'_>,
    ) -> Result<(), AppError> {
        crate::sign_in::check_password(first.password)?;
        crate::sign_in::check_common(first.password, &[first.name, first.login])?;
        let name = first.name.trim();
        if first.login.trim().is_empty()
            || name.is_empty()
            || name.len() > 200
            || first.login.len() > 100
        {
            return Err(AppError::Problem("first.missing".into()));
        }
        let tried = Try::count(store, now, ("first", "code"), wish.address)?;
        let app = App::operator(store.clone(), now)?;
        debug_assert_eq!(app.actor, Actor::Operator);
        let scope = app.scope(Action::AddUser, Reach::Provider)?;
        let new = NewPerson {
            role: UserRole::Administrator,
            school: None,
            login: first.login,
            name,
            person: None,
            password: Some((first.password, first.salt)),
            language: Some(first.language),
        };
        let ready = app.ready_person(&new, false)?;
        let kept = as_kept(first.code);
        let code = OneTimeCode {
            code: &kept,
            purpose: PURPOSE,
        };
        let made = store.change(&scope, now, "first-administrator", |tx| {
            let all = AccountRow::list(tx, &scope)?;
            if all.iter().any(is_administrator) || code.use_up(tx, now)?.is_none() {
                return Err(AppError::Problem("first.wrong".into()));
            }
            if Account::is_login_taken(tx, &ready.login)? {
                return Err(AppError::Problem("first.taken".into()));
            }
            ready.insert(tx, &scope, now)
        });
        match made {
            Ok(account) => {
                tried.succeeded(store)?;
                let methods = Method::Password.with(Method::Code.as_code());
                App::begin_session(store, now, &account, wish, &methods)
            }
            Err(error) => {
                store.change_as_nobody(now, "first-failed", |_| Ok::<_, AppError>(()))?;
                Err(error)
            }
        }
    }
}

fn is_administrator(row: &AccountRow) -> bool {
    let is_person = row.login.is_some() && row.ended.is_none();
    is_person && row.account.role == UserRole::Administrator.as_code()
}
