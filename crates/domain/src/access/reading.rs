//! How much one person may read before a fresh proof is asked and an alarm is raised.
//!
//! A page is whatever shows something of a pupil: one pupil, or a list with names. What is taken out as
//! a file is counted apart. Own children and one's own data are not counted, nor is the machine.
//!
//! Invariant: the limits stand here and nowhere else; nothing is learned from how people read.

use super::{Action, DataClass, Relation, Scope, Verb, needs};
use crate::attendance::codes;
use crate::calendar::Instant;

codes! {
    /// What is counted.
    ReadingKind {
        /// A page that shows something of pupils.
        Page = "page",
        /// A file with pupils.
        Export = "export",
    }
}

codes! {
    /// Over what it is counted.
    ReadingSpan {
        /// The last ten minutes.
        TenMinutes = "ten-minutes",
        /// The day in Finland.
        Day = "day",
    }
}

/// So many of a kind in a span, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ReadingLimit {
    pub kind: ReadingKind,
    pub span: ReadingSpan,
    pub most: i64,
}

const fn limit(kind: ReadingKind, span: ReadingSpan, most: i64) -> ReadingLimit {
    ReadingLimit { kind, span, most }
}

/// The limits.
pub const READING_LIMITS: [ReadingLimit; 4] = [
    limit(ReadingKind::Page, ReadingSpan::TenMinutes, 60),
    limit(ReadingKind::Page, ReadingSpan::Day, 200),
    limit(ReadingKind::Export, ReadingSpan::TenMinutes, 20),
    limit(ReadingKind::Export, ReadingSpan::Day, 60),
];

const TEN_MINUTES: i64 = 600_000_000;

impl ReadingSpan {
    /// When the span that runs now began; what is later than this counts.
    pub fn since(self, now: Instant) -> Instant {
        match self {
            ReadingSpan::TenMinutes => Instant(now.0 - TEN_MINUTES),
            ReadingSpan::Day => Instant(Instant::midnight_in_finland(now.day_in_finland()).0 - 1),
        }
    }

    /// Seconds until all that counts now counts no more.
    pub fn seconds_left(self, now: Instant) -> u32 {
        let ends = match self {
            ReadingSpan::TenMinutes => Instant(now.0 + TEN_MINUTES),
            ReadingSpan::Day => Instant::midnight_in_finland(now.day_in_finland().next()),
        };
        u32::try_from((ends.0 - now.0) / 1_000_000 + 1).unwrap_or(u32::MAX)
    }
}

/// Whether a task touches something of a pupil.
pub fn touches_pupils(action: Action) -> bool {
    let of_nobody = [
        DataClass::Aggregates,
        DataClass::Settings,
        DataClass::Imports,
        DataClass::Coverage,
        DataClass::Accounts,
        DataClass::Oneself,
        DataClass::Acts,
        DataClass::Staff,
    ];
    needs(action)
        .iter()
        .any(|(_, class)| !of_nobody.contains(class))
}

/// As what a look counts; `None` where it is not counted.
pub fn reading_kind(scope: &Scope) -> Option<ReadingKind> {
    let own = matches!(
        scope.relation(),
        Relation::Oneself | Relation::Child | Relation::Machine
    );
    if own || !touches_pupils(scope.action()) {
        return None;
    }
    let taken_out = scope.needs().iter().any(|(verb, _)| *verb == Verb::Export);
    Some(if taken_out {
        ReadingKind::Export
    } else {
        ReadingKind::Page
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_finland() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let now = at("2026-08-24T20:59:00Z");
        let since = ReadingSpan::Day.since(now);
        assert!(since < at("2026-08-23T21:00:00Z"));
        assert!(since >= at("2026-08-23T20:59:59Z"));
        assert_eq!(ReadingSpan::Day.seconds_left(now), 61);
        assert_eq!(ReadingSpan::TenMinutes.seconds_left(now), 601);
        assert_eq!(
            ReadingSpan::TenMinutes.since(now),
            at("2026-08-24T20:49:00Z")
        );
    }

    #[test]
    fn what_shows_pupils_is_counted_and_what_shows_nobody_is_not() {
        for action in [
            Action::ExplainPupil,
            Action::ReadWatchList,
            Action::ReadRegister,
        ] {
            assert!(touches_pupils(action), "{action:?}");
        }
        for action in [Action::ReadFigures, Action::SignIn, Action::ReadImports] {
            assert!(!touches_pupils(action), "{action:?}");
        }
    }
}
