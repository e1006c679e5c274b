//! What everybody may do of oneself: sign out, choose a language, change the password.
//!
//! Invariant: nobody's settings but one's own are in reach here.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// Ends the session of a token.
    ///
    /// # Errors
    /// The store's.
    pub fn sign_out(&self, token: &str) -> Result<(), AppError> {
        let scope = self.scope(Action::SignIn, self.reach())?;
        self.store.change(&scope, self.now, "sign-out", |tx| {
            // Two clicks end one session.
            if Account::by_session(tx, token, self.now)?.is_some() {
                Account::sign_out(tx, token, self.now)?;
            }
            Ok(())
        })
    }

    /// Keeps the language of whoever is signed in.
    ///
    /// # Errors
    /// The store's.
    pub fn choose_language(&self, language: Language) -> Result<(), AppError> {
        self.of_me("language", |tx, account, now| {
            Ok(account.set_language(tx, language_code(language), now)?)
        })
    }

    /// Changes the password of whoever is signed in to another one, and ends the other sessions.
    ///
    /// # Errors
    /// [`AppError::Problem`] with a key of a sentence: `password.short`, `password.long`,
    /// `password.wrong`, `password.same`; [`AppError::TryLater`].
    pub fn change_password(&self, new: &NewPassword<'_>) -> Result<(), AppError> {
        let wrong = |key: &str| Err(AppError::Problem(key.into()));
        check_password(new.password)?;
        self.check_names(new.password)?;
        let account = self.account().ok_or(AppError::NoAccount)?;
        if let Some(known) = self.store.ask(|read| account.password(read))? {
            // A session that was left open is not enough, and has no more tries than the door.
            let whose = account.no.to_string();
            let tried = Try::count(&self.store, self.now, ("old-password", &whose), None)?;
            if !fits_within(new.old, &known) {
                self.note_failure("password-failed")?;
                return wrong("password.wrong");
            }
            tried.succeeded(&self.store)?;
            if new.password == new.old {
                return wrong("password.same");
            }
        }
        let password = Password {
            hash: hash(new.password, new.salt)?,
            once: false,
        };
        self.of_me("password", |tx, account, now| {
            account.set_password(tx, &password, now)?;
            account.tell(tx, "password", now)?;
            Ok(account.sign_out_others(tx, new.session, now)?)
        })
    }

    /// Refuses a password that is common, or made of the names around whoever is signed in.
    fn check_names(&self, password: &str) -> Result<(), AppError> {
        let Some(me) = &self.me else {
            return check_common(password, &[]);
        };
        let profile = self
            .store
            .ask(|read| lasna_store::Profile::of(read, self.provider, me.user))?;
        let login = profile.map(|profile| profile.login).unwrap_or_default();
        let own = self.scope(Action::SignIn, self.reach())?;
        let year = self.unseen_year(&own, self.now.day_in_finland())?;
        let names = &year.loaded.names;
        let mut all = vec![me.name.as_str(), &login];
        // Schools and the municipality, which is an organisation of the roster too.
        all.extend((1..=year.loaded.orgs.len()).map(|no| names.org(OrgNo(no as u32))));
        check_common(password, &all)
    }

    /// Whether whoever is signed in has a password; people of the demo have none.
    ///
    /// # Errors
    /// The store's.
    pub fn has_password(&self) -> Result<bool, AppError> {
        let Some(account) = self.account() else {
            return Ok(false);
        };
        Ok(self.store.ask(|read| account.password(read))?.is_some())
    }

    /// Whether whoever is signed in has to change the password first.
    ///
    /// # Errors
    /// The store's.
    pub fn must_change_password(&self) -> Result<bool, AppError> {
        let Some(account) = self.account() else {
            return Ok(false);
        };
        // Whoever came by a provider typed no first password.
        if self.methods().contains(&Method::Oidc) {
            return Ok(false);
        }
        let password = self.store.ask(|read| account.password(read))?;
        Ok(password.is_some_and(|password| password.once))
    }

    pub(crate) fn account(&self) -> Option<Account> {
        let me = self.me.as_ref()?;
        Some(Account {
            no: me.user,
            provider: self.provider,
            role: me.role.as_code().to_owned(),
            school: None,
        })
    }

    /// Changes something that is whoever is signed in's own.
    pub(crate) fn of_me<T>(
        &self,
        target: &str,
        change: impl FnOnce(&mut Tx<'_>, &Account, Instant) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let scope = self.scope(Action::SignIn, self.reach())?;
        let account = self.account().ok_or(AppError::NoAccount)?;
        let now = self.now;
        self.store
            .change(&scope, now, target, |tx| change(tx, &account, now))
    }

    /// The instant of the latest change or look in the store.
    ///
    /// # Errors
    /// The store's.
    pub fn latest_audit(&self) -> Result<Instant, AppError> {
        Ok(self.store.ask(lasna_store::AuditRow::last_at)?)
    }

    /// Who is signed in; nobody for the operator and for machines.
    pub const fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }
}
