//! What in a week of looking is odd enough to be told: fixed thresholds, no learned score.
//!
//! Invariant: the thresholds stand here and nowhere else, and the same looks are told each time.

use crate::attendance::codes;
use crate::calendar::Instant;
use crate::ids::PersonNo;
use std::collections::BTreeSet;

codes! {
    /// What is told of an account.
    AnomalyKind {
        /// Pupils without a signal, a contact or a task of whoever looked, tries that were refused too.
        Unrelated = "unrelated-pupils",
        /// Looks at single pupils at night.
        Night = "night",
        /// Alarms of the limit on reading, and files that were taken out.
        Bulk = "bulk",
        /// Looks, as staff, at pupils of one's own family.
        OwnFamily = "own-family",
        /// Tries that were refused.
        Refused = "refused",
    }
}

/// From how many on it is told, in a week.
pub const ANOMALY_LIMITS: [(AnomalyKind, u32); 5] = [
    (AnomalyKind::Unrelated, 20),
    (AnomalyKind::Night, 5),
    (AnomalyKind::Bulk, 3),
    (AnomalyKind::OwnFamily, 1),
    (AnomalyKind::Refused, 15),
];

/// The night in Finland: from this hour up to the other.
pub const NIGHT_HOURS: (i64, i64) = (22, 6);

/// Whether an instant is in the night.
pub fn is_night(at: Instant) -> bool {
    const HOUR: i64 = 3_600_000_000;
    let hour = (at.0 - Instant::midnight_in_finland(at.day_in_finland()).0) / HOUR;
    hour >= NIGHT_HOURS.0 || hour < NIGHT_HOURS.1
}

/// What one account did in a week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Tally {
    pub unrelated: BTreeSet<PersonNo>,
    pub night: u32,
    pub bulk: u32,
    pub own_family: u32,
    pub refused: u32,
}

impl Tally {
    /// How many of a kind.
    pub fn of(&self, kind: AnomalyKind) -> u32 {
        match kind {
            AnomalyKind::Unrelated => u32::try_from(self.unrelated.len()).unwrap_or(u32::MAX),
            AnomalyKind::Night => self.night,
            AnomalyKind::Bulk => self.bulk,
            AnomalyKind::OwnFamily => self.own_family,
            AnomalyKind::Refused => self.refused,
        }
    }

    /// What is told: the kinds that reach their threshold.
    pub fn told(&self) -> Vec<(AnomalyKind, u32)> {
        let all = ANOMALY_LIMITS.into_iter();
        all.filter(|(kind, least)| self.of(*kind) >= *least)
            .map(|(kind, _)| (kind, self.of(kind)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_reached_and_not_before() {
        for (kind, least) in ANOMALY_LIMITS {
            let of = |count: u32| {
                let mut tally = Tally::default();
                match kind {
                    AnomalyKind::Unrelated => tally.unrelated = (0..count).map(PersonNo).collect(),
                    AnomalyKind::Night => tally.night = count,
                    AnomalyKind::Bulk => tally.bulk = count,
                    AnomalyKind::OwnFamily => tally.own_family = count,
                    AnomalyKind::Refused => tally.refused = count,
                }
                tally.told()
            };
            assert_eq!(of(least - 1), []);
            assert_eq!(of(least), [(kind, least)]);
        }
    }

    #[test]
    fn the_night_is_that_of_finland() {
        let night = |text: &str| is_night(text.parse().unwrap());
        assert!(night("2026-08-24T19:00:00Z") && night("2026-08-25T02:59:59Z"));
        assert!(!night("2026-08-24T18:59:59Z") && !night("2026-08-25T03:00:00Z"));
    }
}
