//! What can go wrong in a use case, in words for the person who asked.
//!
//! Invariant: no message holds a name, an identity code, free text or a token.

use lasna_domain::access::Denied;
use lasna_store::db::{DbError, ErrorKind};

/// Why a use case did nothing.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store.
    #[error(transparent)]
    Store(#[from] DbError),
    /// The right is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The token is nobody's.
    #[error("sign in: this token belongs to no account")]
    NoAccount,
    /// The first password of an account was given by another and is not changed yet.
    #[error("change the first password of this account before anything else")]
    PasswordDue,
    /// The session was proved by one factor, and two are wanted.
    #[error("set up a second factor of this account before anything else")]
    FactorDue,
    /// The proof of who asks is too old for what is asked.
    #[error("prove again who you are: this needs a fresh sign-in")]
    StepUpDue,
    /// More was read than one person needs: a session proves anew who it is, a token waits.
    #[error("too much was read in a short time: sign in again, or wait")]
    ReadMuch {
        /// Seconds that a token waits.
        again: Option<u32>,
    },
    /// There were too many failures.
    #[error("too many attempts: wait a quarter of an hour and try again")]
    TryLater,
    /// Something that was named does not exist, or is out of reach.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// An import would end too much.
    #[error(
        "this import would end {percent} % of {kind}: that looks like a partial file. \
         Look at the preview (--dry-run); if it is meant, repeat with --accept-ended"
    )]
    Fuse {
        /// The kind of record.
        kind: &'static str,
        /// The share of its records in use.
        percent: u64,
    },
    /// An import, or its undoing, that was not done.
    #[error(transparent)]
    Import(#[from] ImportStop),
    /// Anything else that a person can mend.
    #[error("{0}")]
    Problem(String),
}

impl AppError {
    /// Whether the set-up is to blame, not the request.
    pub fn is_configuration(&self) -> bool {
        matches!(self, AppError::Store(error) if error.kind() == ErrorKind::Configuration)
    }
}

/// Why an import, or its undoing, was not done. Nothing is changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportStop {
    /// No file was for a reader.
    #[error(
        "no file here is one that can be read ({looked} were looked at): see the guide on imports \
         for names and formats"
    )]
    NothingToRead {
        /// How many files there were.
        looked: usize,
    },
    /// Another import came between.
    #[error(
        "another import was applied or undone meanwhile: nothing of this one was written, repeat it"
    )]
    Overtaken,
    /// It would write something else than what was looked at.
    #[error("the difference is another than the one that was looked at: look again")]
    Changed,
    /// It is not the newest one in force.
    #[error("import {no} cannot be undone: {}", newest_text(*.newest))]
    NotNewest {
        /// The one that was named.
        no: u32,
        /// The one that can be undone, where there is one.
        newest: Option<u32>,
    },
}

fn newest_text(newest: Option<u32>) -> String {
    newest.map_or_else(
        || "there is no import to undo".to_owned(),
        |newest| format!("only the newest one in force can, which is {newest}"),
    )
}
