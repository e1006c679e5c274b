//! Break-glass: one pupil, read only, for a short time, looked at afterwards by a second person.
//!
//! The terms are fixed when the glass is broken. Whoever broke it can look while the time runs and can
//! give it up; nobody can make it longer or wider, and whoever broke it never judges it.
//!
//! Invariant: after [`GLASS_MAX`] nothing is seen, whatever was done.

use crate::attendance::codes;
use crate::calendar::Instant;
use crate::ids::{PersonNo, UserNo};

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// How long a look lasts after the glass was broken.
pub const GLASS_VIEW: i64 = 30 * MINUTE;
/// The end of it all: by then nothing of it is seen.
pub const GLASS_MAX: i64 = 24 * 60 * MINUTE;
/// Letters that a reason needs at least.
pub const GLASS_REASON_MIN: usize = 20;
/// Hours by which a second person looks at it.
pub const GLASS_REVIEW_HOURS: i64 = 72;
/// Months by which telling the family can be put off, each time by a person.
pub const GLASS_DELAY_DAYS: i32 = 183;

codes! {
    /// Why the glass was broken.
    GlassCategory {
        /// Somebody is in danger now.
        Danger = "danger",
        /// A child welfare notice is being made.
        ChildWelfare = "child_welfare",
        /// The police ask.
        Police = "police",
        /// No guardian can be reached.
        NoGuardian = "no_guardian",
    }
}

codes! {
    /// What the second person says of it.
    GlassVerdict {
        /// It was justified.
        Justified = "justified",
        /// It was not: an incident.
        Unjustified = "unjustified",
    }
}

codes! {
    /// On which ground telling the family is put off.
    GlassDelay {
        /// It would harm an investigation that is going on.
        Investigation = "delay_investigation",
        /// It would be against the child's very important interest.
        ChildInterest = "delay_child_interest",
        /// It would endanger somebody.
        Safety = "delay_safety",
    }
}

/// A glass that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glass {
    /// Who broke it.
    pub by: UserNo,
    /// For which pupil.
    pub pupil: PersonNo,
    /// When.
    pub at: Instant,
    /// Why.
    pub category: GlassCategory,
    /// When it was given up.
    pub given_up: Option<Instant>,
    /// What the second person said.
    pub verdict: Option<GlassVerdict>,
}

impl Glass {
    /// Whether one sees by it. Once given up it stays so, wherever the clock goes.
    pub fn is_open(&self, now: Instant) -> bool {
        now >= self.at
            && now.0 < self.at.0.saturating_add(GLASS_VIEW.min(GLASS_MAX))
            && self.given_up.is_none()
    }

    /// Whether the second person is late.
    pub const fn is_overdue(&self, now: Instant) -> bool {
        self.verdict.is_none() && now.0 > self.at.0 + GLASS_REVIEW_HOURS * 60 * MINUTE
    }

    /// Whether somebody may judge it: anybody who may, but not whoever broke it, and once.
    pub fn may_judge(&self, who: UserNo) -> bool {
        who != self.by && self.verdict.is_none()
    }
}
