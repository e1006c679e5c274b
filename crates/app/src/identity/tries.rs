//! How often one may try: so many failures in so many minutes, for an account and for an address.
//!
//! A school often has one address, so an address has many more than an account. A burst of failures,
//! behind one address or in the whole node, is an entry of the log of its own kind; it locks nobody.
//!
//! Invariant: it never says whether there is such an account, and a restart forgets nothing.

use super::MINUTE;
use crate::AppError;
use lasna_domain::calendar::Instant;
use lasna_store::{Store, TryMark};

/// Failures before one has to wait.
pub const TRIES_MOST: i64 = 10;
/// Failures of an address before it has to wait: a whole school may be behind it.
pub const ADDRESS_MOST: i64 = 100;
/// Failures of one address, and of all, that are a burst.
pub const BURSTS: [i64; 2] = [30, 100];
/// How long a failure counts.
pub const TRIES_MINUTES: i64 = 15;

/// A try that was counted, and may succeed.
pub(crate) struct Try {
    account: TryMark,
    /// The address, and everybody.
    others: Vec<TryMark>,
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
        let mut all = vec![(account.clone(), TRIES_MOST)];
        let mut bursts = vec![i64::MAX];
        if let Some(address) = address {
            all.push((TryMark::of("address", address), ADDRESS_MOST));
            bursts.push(BURSTS[0]);
        }
        all.push((TryMark::of("everybody", ""), i64::MAX));
        bursts.push(BURSTS[1]);
        let since = Instant(now.0 - TRIES_MINUTES * MINUTE);
        let counted = store.note(|tx| TryMark::count(&all, tx, (since, now)))?;
        let counts = counted.ok_or(AppError::TryLater)?;
        let others: Vec<TryMark> = all.into_iter().skip(1).map(|(mark, _)| mark).collect();
        for (count, burst) in counts.into_iter().zip(bursts) {
            if count == burst {
                let target = format!("sign-in-burst:{burst}");
                store.change_as_nobody(now, &target, |_| Ok::<_, AppError>(()))?;
                tracing::warn!(failures = burst, "many sign-ins fail at once");
            }
        }
        Ok(Try {
            account,
            others,
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
            for mark in &self.others {
                mark.forget_one(tx, self.at)?;
            }
            Ok::<_, AppError>(())
        })?;
        Ok(())
    }
}
