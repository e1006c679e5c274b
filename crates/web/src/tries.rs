//! How often one may try a password: after some failures a login has to wait.
//!
//! It is kept in memory of this process; a restart forgets it, and the hash is slow anyway.
//!
//! Invariant: it never says whether there is such a login.

use lasna_domain::calendar::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Failures before one has to wait, and for how long in microseconds.
const FAILURES_MAX: u32 = 5;
const WAIT: i64 = 5 * 60 * 1_000_000;
/// Logins remembered at most: more are an attack, and then all of them wait.
const LOGINS_MAX: usize = 10_000;

/// Failed attempts by login.
#[derive(Debug, Default)]
pub(crate) struct Tries(Mutex<HashMap<String, (u32, Instant)>>);

fn key(login: &str) -> String {
    login.trim().to_lowercase().chars().take(100).collect()
}

impl Tries {
    /// Whether a login has to wait.
    pub fn must_wait(&self, login: &str, now: Instant) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, last)| now.0 - last.0 < WAIT);
        let waits = |(failures, _): &(u32, Instant)| *failures >= FAILURES_MAX;
        all.get(&key(login)).is_some_and(waits) || all.len() >= LOGINS_MAX
    }

    /// Notes a failure.
    pub fn failed(&self, login: &str, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.entry(key(login)).or_insert((0, now));
        *entry = (entry.0 + 1, now);
    }

    /// A right password makes up for the wrong ones.
    pub fn forget(&self, login: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&key(login));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_waits_after_five_failures_and_no_other_does() {
        let tries = Tries::default();
        for n in 0..5 {
            assert!(!tries.must_wait("Aino", Instant(n)));
            tries.failed("aino ", Instant(n));
        }
        assert!(tries.must_wait("AINO", Instant(10)));
        assert!(!tries.must_wait("other", Instant(10)));
        assert!(!tries.must_wait("aino", Instant(10 + WAIT)));
        tries.failed("aino", Instant(0));
        tries.forget("aino");
        assert!(!tries.must_wait("aino", Instant(1)));
    }
}
