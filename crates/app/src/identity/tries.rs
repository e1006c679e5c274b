//! How often one may try: so many failures in so many minutes, for an account and for an address.
//!
//! Invariant: it never says whether there is such an account, and a restart forgets nothing.

use super::MINUTE;
use crate::AppError;
use lasna_domain::calendar::Instant;
use lasna_store::{Store, TryMark};

/// Failures before one has to wait.
pub const TRIES_MOST: i64 = 10;
/// How long a failure counts.
pub const TRIES_MINUTES: i64 = 15;

/// A try that was counted, and may succeed.
pub(crate) struct Try {
    account: TryMark,
    address: Option<TryMark>,
    at: Instant,
}

impl Try {
    /// Counts a try of a kind at whoever is meant.
    ///
    /// # Errors
    /// [`AppError::TryLater`] where there were too many.
    pub fn count(
        store: &Store,
        now: Instant,
        (kind, whose): (&str, &str),
        address: Option<&str>,
    ) -> Result<Try, AppError> {
        let account = TryMark::of(kind, whose);
        let address = address.map(|address| TryMark::of("address", address));
        let all: Vec<TryMark> = [Some(&account), address.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let since = Instant(now.0 - TRIES_MINUTES * MINUTE);
        let counted = store.note(|tx| TryMark::count(&all, tx, (since, now), TRIES_MOST))?;
        if !counted {
            return Err(AppError::TryLater);
        }
        Ok(Try {
            account,
            address,
            at: now,
        })
    }

    /// It has succeeded: it makes up for those before it, but not for others of the address.
    ///
    /// # Errors
    /// The store's.
    pub fn succeeded(&self, store: &Store) -> Result<(), AppError> {
        store.note(|tx| {
            self.account.forget(tx)?;
            match &self.address {
                Some(address) => address.forget_one(tx, self.at),
                None => Ok(()),
            }
        })?;
        Ok(())
    }
}
