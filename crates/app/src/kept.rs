//! What is made of every pupil of a year, and so takes long: kept for some minutes.
//!
//! While registers come in, each save would have it made anew for the next reader, and two makings a
//! save apart would tell what that save said. What it is not: a list or a page of a pupil, which
//! show a save at once.
//!
//! Invariant: what is kept is never older than [`KEPT_MINUTES`] where something was saved since.

use crate::held::lock;
use lasna_domain::calendar::Instant;
use std::sync::{Arc, Mutex};

/// Minutes that something may be old.
pub const KEPT_MINUTES: i64 = 5;

struct Made<K, T> {
    key: K,
    at: Instant,
    /// The latest save and act that it holds.
    seen: (u32, u32),
    what: Arc<T>,
}

/// A place for the one that was made last.
pub(crate) struct Kept<K, T>(Mutex<Option<Made<K, T>>>);

impl<K, T> Default for Kept<K, T> {
    fn default() -> Kept<K, T> {
        Kept(Mutex::default())
    }
}

impl<K: PartialEq, T> Kept<K, T> {
    /// What is kept for a key, else what is made now; whoever asks meanwhile waits for it.
    pub fn get(
        &self,
        key: K,
        now: Instant,
        seen: impl FnOnce() -> (u32, u32),
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        let mut kept = lock(&self.0);
        // Read before it is made: what is saved meanwhile may be in it, and makes the next one.
        let seen = seen();
        let young = |at: Instant| (0..KEPT_MINUTES * 60_000_000).contains(&(now.0 - at.0));
        let fits = |made: &&Made<K, T>| made.key == key && (made.seen == seen || young(made.at));
        if let Some(made) = kept.as_ref().filter(fits) {
            return made.what.clone();
        }
        let what = Arc::new(make());
        *kept = Some(Made {
            key,
            at: now,
            seen,
            what: what.clone(),
        });
        what
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_save_shows_after_some_minutes_and_another_key_at_once() {
        let kept: Kept<u8, u32> = Kept::default();
        let minute = 60_000_000;
        let get = |key, at, save| *kept.get(key, Instant(at), || (save, 0), || save);
        assert_eq!(get(1, 0, 1), 1);
        assert_eq!(get(1, KEPT_MINUTES * minute - 1, 2), 1, "young");
        assert_eq!(
            get(1, KEPT_MINUTES * minute, 2),
            2,
            "old, and something was saved"
        );
        assert_eq!(get(1, 90 * minute, 2), 2);
        assert_eq!(get(2, 90 * minute, 3), 3, "another key");
        assert_eq!(get(2, 80 * minute, 4), 4, "a clock that was set back");
    }

    #[test]
    fn what_nothing_was_saved_after_is_kept() {
        let kept: Kept<u8, u32> = Kept::default();
        assert_eq!(*kept.get(1, Instant(0), || (1, 1), || 7), 7);
        let later = Instant(i64::MAX / 2);
        assert_eq!(*kept.get(1, later, || (1, 1), || panic!("made again")), 7);
    }
}
