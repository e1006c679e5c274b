//! What is looked at in a database that was restored.
//!
//! Invariant: a check that could not be done is not well.

use super::error::BackupError;
use crate::App;
use lasna_domain::calendar::Instant;
use lasna_store::backup::Latest;
use lasna_store::{Account, Store};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is well.
    Ok,
    /// Somebody should look.
    Warn,
    /// It is not well.
    Fail,
}

impl Level {
    /// As it is printed.
    pub const fn as_code(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What.
    pub name: &'static str,
    /// How it came out.
    pub level: Level,
    /// What was seen, with counts.
    pub detail: String,
    /// The command that helps, where there is one.
    pub next: String,
}

impl Checked {
    /// A check without a next step.
    pub fn new(name: &'static str, level: Level, detail: impl Into<String>) -> Checked {
        Checked {
            name,
            level,
            detail: detail.into(),
            next: String::new(),
        }
    }

    /// With the command that helps.
    #[must_use]
    pub fn with_next(mut self, next: impl Into<String>) -> Checked {
        self.next = next.into();
        self
    }
}

/// Looks at the storage, brings the schema up to date, looks for contradictions and at signing in.
///
/// A sign-in is tried with a session of its own where `token` is given: only in a copy that is thrown
/// away afterwards.
///
/// # Errors
/// The store's, where nothing can be asked at all.
pub fn inspect(
    store: &Store,
    at: Instant,
    token: Option<&str>,
) -> Result<Vec<Checked>, BackupError> {
    let mut checks = vec![storage(store)];
    checks.push(schema(store)?);
    if checks.iter().any(|check| check.level == Level::Fail) {
        return Ok(checks);
    }
    checks.push(contradictions(store, at)?);
    checks.push(match token {
        Some(token) => sign_in(store, at, token)?,
        None => accounts(store, at)?,
    });
    Ok(checks)
}

fn storage(store: &Store) -> Checked {
    match store.database().integrity() {
        Ok(()) => Checked::new("storage", Level::Ok, "every page and reference is sound"),
        Err(error) => Checked::new("storage", Level::Fail, error.to_string()),
    }
}

fn schema(store: &Store) -> Result<Checked, BackupError> {
    let was = store.schema()?;
    let level = store.bring_up(&|_| {});
    Ok(match level {
        Ok(()) => {
            let text = format!("{was}, brought to {}", store.schema()?);
            Checked::new("schema", Level::Ok, text)
        }
        Err(error) => Checked::new("schema", Level::Fail, error.to_string()),
    })
}

fn contradictions(store: &Store, at: Instant) -> Result<Checked, BackupError> {
    let name = "contradictions";
    let findings = App::operator(store.clone(), at)?.check(at.day_in_finland());
    Ok(match findings {
        Ok(found) if found.is_empty() => Checked::new(name, Level::Ok, "none"),
        Ok(found) => {
            // They were imported that way: the backup is none the worse for them.
            let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
            let sum: u64 = found.iter().map(|finding| finding.count).sum();
            let text = format!(
                "{sum}, of {}: they were in what was saved",
                codes.join(", ")
            );
            Checked::new(name, Level::Warn, text).with_next("lasna check")
        }
        Err(error) => Checked::new(name, Level::Fail, error.to_string()),
    })
}

fn accounts(store: &Store, at: Instant) -> Result<Checked, BackupError> {
    let all = App::operator(store.clone(), at)?.accounts()?;
    let open: Vec<&str> = all
        .iter()
        .filter(|account| account.ended.is_none())
        .filter_map(|account| account.login.as_deref())
        .collect();
    let found = match open.first() {
        Some(login) => store.ask(|read| Account::by_login(read, login))?.is_some(),
        None => true,
    };
    let text = format!(
        "{} accounts, {} of people that can sign in",
        all.len(),
        open.len()
    );
    let level = if found { Level::Ok } else { Level::Fail };
    Ok(Checked::new("sign-in", level, text))
}

fn sign_in(store: &Store, at: Instant, token: &str) -> Result<Checked, BackupError> {
    let mut checked = accounts(store, at)?;
    let all = App::operator(store.clone(), at)?.accounts()?;
    let open = all.iter().find(|a| a.ended.is_none() && a.login.is_some());
    let Some(login) = open.and_then(|account| account.login.as_deref()) else {
        return Ok(checked);
    };
    let tried = App::sign_in_to_demo(store, at, login, token)
        .and_then(|()| App::with_session(store.clone(), at, token).map(drop));
    match tried {
        Ok(()) => checked
            .detail
            .push_str("; one signed in, its session was found"),
        Err(error) => {
            checked.level = Level::Fail;
            checked.detail = error.to_string();
        }
    }
    Ok(checked)
}

/// What to tell staff after a restore: the window that is lost, and the last things that are there.
///
/// # Errors
/// The store's.
pub fn lost_window(store: &Store, at: Instant, now: Instant) -> Result<Vec<String>, BackupError> {
    let last = store.ask(Latest::of)?;
    let day = |instant: Instant| match instant {
        Instant(0) => "none".to_owned(),
        instant => instant.to_string(),
    };
    Ok(vec![
        format!("lost: everything saved after {at}, until the moment of the loss (now is {now})"),
        format!(
            "registers: the last one here: {}; teachers take those after it again",
            day(last.register)
        ),
        format!(
            "contacts and decisions: the last one here: {}; SKY workers and principals log \
             those after it again",
            day(last.act)
        ),
        format!(
            "imports: the last one here: {}; import every file after it again, in its order",
            day(last.import)
        ),
        "accounts: those made, ended, or given a new password after it: do it again; everybody \
         signs in again"
            .to_owned(),
    ])
}
