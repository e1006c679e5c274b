//! A person's account that is checked and hashed, to be put into the store in one transaction.
//!
//! Invariant: a login is given once.

use super::{NewPerson, language_code};
use crate::AppError;
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_store::db::Tx;
use lasna_store::{Account, Password, Profile};

/// An account to be put into the store.
pub(crate) struct ReadyPerson<'a> {
    pub new: NewPerson<'a>,
    pub login: String,
    pub password: Option<Password>,
}

impl ReadyPerson<'_> {
    /// Puts it into the store.
    ///
    /// # Errors
    /// The store's; a login that is taken.
    pub fn insert(
        &self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        now: Instant,
    ) -> Result<Account, AppError> {
        if Account::is_login_taken(tx, &self.login)? {
            let text = "this login is taken: choose another";
            return Err(AppError::Problem(text.into()));
        }
        let role = self.new.role.as_code();
        Account::insert_person(tx, scope, role, self.new.school, &self.login, now)?;
        let account = Account {
            no: Profile::last_user(tx)?,
            provider: scope.provider(),
            role: role.to_owned(),
            school: self.new.school.map(str::to_owned),
        };
        let profile = Profile {
            user: account.no,
            login: self.login.clone(),
            name: self.new.name.to_owned(),
            person: self.new.person.map(str::to_owned),
        };
        profile.insert(tx, scope, now)?;
        if let Some(password) = &self.password {
            account.set_password(tx, password, now)?;
        }
        if let Some(language) = self.new.language {
            account.set_language(tx, language_code(language), now)?;
        }
        Ok(account)
    }
}
