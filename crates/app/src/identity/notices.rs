//! What whoever is signed in is told about changes of how one signs in, until it was read.
//!
//! Invariant: a change of a factor or a password is told on every page until a press, whoever made it.

use crate::{App, AppError};
use lasna_domain::calendar::Instant;

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Notice {
    pub no: i64,
    pub at: Instant,
    /// The code of its sentence.
    pub kind: String,
}

impl App {
    /// What is to be told, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn own_notices(&self) -> Result<Vec<Notice>, AppError> {
        let Some(account) = self.account() else {
            return Ok(Vec::new());
        };
        let all = self.store.ask(|read| account.told(read))?;
        let own = |stored: lasna_store::StoredNotice| Notice {
            no: stored.no,
            at: stored.at,
            kind: stored.kind,
        };
        Ok(all.into_iter().map(own).collect())
    }

    /// Notes that all up to a number were read.
    ///
    /// # Errors
    /// The store's.
    pub fn has_read_notices(&self, up_to: i64) -> Result<(), AppError> {
        self.of_me("notices", |tx, account, now| {
            Ok(account.has_read(tx, up_to, now)?)
        })
    }
}
