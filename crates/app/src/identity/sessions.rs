//! Sessions as their owner has them: begun, used, listed, ended, renewed.
//!
//! Invariant: a session is renewed by a new token, and never outlives the hours it began with.

use super::{
    HALF_MINUTES, IDLE_MINUTES, MINUTE, Method, SEEN_EVERY, SESSION_HOURS, SHARED_IDLE_MINUTES,
    Wish, after,
};
use crate::{App, AppError};
use lasna_domain::access::Action;
use lasna_domain::calendar::Instant;
use lasna_store::{Account, NewSession, ProviderSaid, Session, Store};
use std::sync::Arc;

/// One of one's own sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OwnSession {
    /// What it is called in a form: no token, and of no use as one.
    pub id: String,
    pub at: Instant,
    pub seen: Instant,
    pub methods: Vec<Method>,
    pub shared: bool,
    pub browser: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

fn id_of(session: &Session) -> String {
    let digits = session.hash.iter().take(8);
    digits.map(|byte| format!("{byte:02x}")).collect()
}

impl App {
    /// Begins a session.
    pub(crate) fn begin_session(
        store: &Store,
        now: Instant,
        account: &Account,
        wish: &Wish<'_>,
        methods: &str,
    ) -> Result<(), AppError> {
        let app = App::of_account(store.clone(), now, account)?;
        let scope = app.scope(Action::SignIn, app.reach())?;
        let target = format!("sign-in:{}", account.no);
        store.change(&scope, now, &target, |tx| {
            account.sign_in(tx, &new_session(now, wish, methods))
        })?;
        Ok(())
    }

    /// Begins the way to a session that wants a second factor.
    pub(crate) fn begin_half(
        store: &Store,
        now: Instant,
        account: &Account,
        wish: &Wish<'_>,
    ) -> Result<(), AppError> {
        let app = App::of_account(store.clone(), now, account)?;
        let scope = app.scope(Action::SignIn, app.reach())?;
        let target = format!("sign-in-half:{}", account.no);
        let times = (now, after(now, HALF_MINUTES));
        store.change(&scope, now, &target, |tx| {
            account.sign_in_half(tx, wish.token, times, wish.shared)
        })?;
        Ok(())
    }

    /// For the account of a session. That it is in use is written down once a minute at most.
    ///
    /// # Errors
    /// [`AppError::NoAccount`] where no such session runs.
    pub fn with_session(store: Store, now: Instant, token: &str) -> Result<App, AppError> {
        let session = store
            .ask(|read| Session::of(read, token, now))?
            .ok_or(AppError::NoAccount)?;
        if now.0 - session.seen.0 >= SEEN_EVERY {
            // A store that cannot be written to now still shows what there is.
            if let Err(error) = store.note(|tx| session.note_seen(tx, now)) {
                tracing::warn!(%error, "the use of a session was not written down");
            }
        }
        let mut app = App::of_account(store, now, &session.account)?;
        app.session = Some(Arc::new(session));
        Ok(app)
    }

    /// The methods that proved whoever is signed in.
    pub fn methods(&self) -> Vec<Method> {
        let session = self.session.as_ref();
        session.map_or_else(Vec::new, |session| Method::of_codes(&session.methods))
    }

    /// One's own sessions that run, the latest first.
    ///
    /// # Errors
    /// The store's.
    pub fn own_sessions(&self) -> Result<Vec<OwnSession>, AppError> {
        let account = self.account().ok_or(AppError::NoAccount)?;
        let all = self
            .store
            .ask(|read| Session::of_user(read, account.provider, account.no, self.now))?;
        let current = self.session.as_ref().map(|session| &session.hash);
        let own = |session: Session| OwnSession {
            id: id_of(&session),
            at: session.at,
            seen: session.seen,
            methods: Method::of_codes(&session.methods),
            shared: session.shared,
            current: current == Some(&session.hash),
            browser: session.browser,
        };
        Ok(all.into_iter().rev().map(own).collect())
    }

    /// Ends one of one's own sessions. Gives whether it was the one that asks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where none of one's own is called so.
    pub fn end_own_session(&self, id: &str) -> Result<bool, AppError> {
        let now = self.now;
        self.of_me("session-end", |tx, account, _| {
            let all = Session::of_user(tx, account.provider, account.no, now)?;
            let found = all.iter().find(|session| id_of(session) == id);
            let found = found.ok_or(AppError::NotFound("session"))?;
            found.end(tx, now)?;
            let current = self.session.as_ref();
            Ok(current.is_some_and(|current| current.hash == found.hash))
        })
    }

    /// Ends all of one's own sessions but the one that asks.
    ///
    /// # Errors
    /// The store's.
    pub fn end_other_sessions(&self) -> Result<(), AppError> {
        let current = self.session.clone().ok_or(AppError::NoAccount)?;
        self.of_me("sessions-end", |tx, account, now| {
            let all = Session::of_user(tx, account.provider, account.no, now)?;
            for session in all.iter().filter(|other| other.hash != current.hash) {
                session.end(tx, now)?;
            }
            Ok(())
        })
    }

    /// Puts a session with one method more and a new token in the place of the one that asks.
    pub(super) fn renew_in(
        &self,
        tx: &mut lasna_store::db::Tx<'_>,
        token: &str,
        method: Method,
    ) -> Result<(), AppError> {
        self.renew_with(tx, token, (&[method], self.now), None)
    }

    /// The same with several methods of an instant, and what a provider said of them.
    pub(super) fn renew_with(
        &self,
        tx: &mut lasna_store::db::Tx<'_>,
        token: &str,
        (more, auth_at): (&[Method], Instant),
        said: Option<&ProviderSaid>,
    ) -> Result<(), AppError> {
        let old = self.session.as_ref().ok_or(AppError::NoAccount)?;
        let before = ProviderSaid::of(tx, old)?;
        if !old.end(tx, self.now)? {
            return Err(AppError::NoAccount);
        }
        let add = |codes: String, method: &Method| method.with(&codes);
        let methods = more.iter().fold(old.methods.clone(), add);
        let new = NewSession {
            token,
            at: self.now,
            ends_at: old.ends_at,
            auth_at,
            methods: &methods,
            idle: old.idle,
            shared: old.shared,
            browser: &old.browser,
        };
        old.account.sign_in(tx, &new)?;
        if let Some(said) = said.or(before.as_ref()) {
            said.insert(tx, token)?;
        }
        Ok(())
    }
}

pub(super) fn new_session<'a>(now: Instant, wish: &Wish<'a>, methods: &'a str) -> NewSession<'a> {
    let idle = if wish.shared {
        SHARED_IDLE_MINUTES
    } else {
        IDLE_MINUTES
    };
    NewSession {
        token: wish.token,
        at: now,
        ends_at: after(now, SESSION_HOURS * 60),
        auth_at: now,
        methods,
        idle: idle * MINUTE,
        shared: wish.shared,
        browser: wish.browser,
    }
}
