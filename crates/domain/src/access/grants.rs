//! Grants: a right that one person gives another for a time, as a state machine.
//!
//! The terms (who, what, how far, what for, from when to when) are fixed when the grant is made. The
//! person it is for can accept it and give it up, and nothing else; whoever manages grants can suspend
//! it, let it go on and end it. A grant that has not been accepted gives no right.
//!
//! Invariant: no act moves a grant's terms, and an ended grant never runs again.

use crate::access::Reach;
use crate::attendance::codes;
use crate::calendar::Instant;
use crate::ids::UserNo;

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;
/// The longest that any grant runs: twelve months.
pub const GRANT_MAX: i64 = 366 * 24 * HOUR;
/// The longest that a support person of the supplier gets.
pub const SUPPORT_MAX: i64 = 4 * HOUR;

codes! {
    /// What a grant is for.
    GrantKind {
        /// Following a protected pupil.
        Protected = "protected",
        /// Membership of a pupil's case or expert group.
        Member = "member",
        /// A data protection officer's look at one pupil.
        Oversight = "oversight",
        /// A support person of the supplier, for hours.
        Support = "support",
    }
}

codes! {
    /// Where a grant stands.
    GrantState {
        /// Made, and not yet accepted.
        Invited = "invited",
        /// Accepted, and inside its time.
        Accepted = "accepted",
        /// Held back by whoever manages grants.
        Suspended = "suspended",
        /// Over: its time has passed, or somebody ended it.
        Expired = "expired",
    }
}

codes! {
    /// What can happen to a grant.
    GrantStep {
        /// The person it is for takes it.
        Accept = "accept",
        /// It is held back.
        Suspend = "suspend",
        /// It goes on.
        Resume = "resume",
        /// It ends.
        End = "end",
    }
}

/// The terms of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whom it is for.
    pub subject: UserNo,
    /// What it is for.
    pub kind: GrantKind,
    /// How far it reaches.
    pub reach: Reach,
    /// From when.
    pub starts: Instant,
    /// Up to when, itself not.
    pub ends: Instant,
    /// Who gave it.
    pub by: UserNo,
}

/// One thing that happened to a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct GrantAct {
    pub step: GrantStep,
    pub by: UserNo,
    pub at: Instant,
}

/// Why terms are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsFault {
    /// It ends before it starts.
    Empty,
    /// It runs longer than its kind may.
    TooLong,
    /// Nobody gives a right to oneself.
    Oneself,
    /// It reaches further than its kind may.
    TooFar,
}

impl Terms {
    /// Whether the terms may be.
    ///
    /// # Errors
    /// [`TermsFault`], the first that is found.
    pub fn check(&self) -> Result<(), TermsFault> {
        let time = self.ends.0.saturating_sub(self.starts.0);
        let most = match self.kind {
            GrantKind::Support => SUPPORT_MAX,
            GrantKind::Protected | GrantKind::Member | GrantKind::Oversight => GRANT_MAX,
        };
        let near = match self.kind {
            GrantKind::Support => matches!(self.reach, Reach::School(_) | Reach::Pupil(_)),
            GrantKind::Protected | GrantKind::Member | GrantKind::Oversight => {
                matches!(self.reach, Reach::Pupil(_))
            }
        };
        if self.subject == self.by {
            Err(TermsFault::Oneself)
        } else if !near {
            Err(TermsFault::TooFar)
        } else if time <= 0 {
            Err(TermsFault::Empty)
        } else if time > most {
            Err(TermsFault::TooLong)
        } else {
            Ok(())
        }
    }

    /// Where the grant stands now, after what happened so far, oldest first.
    ///
    /// A clock that was set back leaves acts of a later time: what takes rights away counts at once, what
    /// gives them not before its time.
    pub fn state(&self, acts: &[GrantAct], now: Instant) -> GrantState {
        let takes = |step| matches!(step, GrantStep::Suspend | GrantStep::End);
        let mut state = GrantState::Invited;
        for act in acts.iter().filter(|act| act.at <= now || takes(act.step)) {
            // An act that came too late changes nothing.
            if act.at < self.ends {
                state = after(state, act.step).unwrap_or(state);
            }
        }
        if now >= self.ends {
            GrantState::Expired
        } else if state == GrantState::Accepted && now < self.starts {
            GrantState::Invited
        } else {
            state
        }
    }

    /// Whether somebody may do a step now.
    pub fn may(&self, acts: &[GrantAct], act: GrantAct, manages: bool) -> bool {
        let own = act.by == self.subject;
        let by_right = match act.step {
            GrantStep::Accept => own,
            GrantStep::Suspend | GrantStep::Resume => manages && !own,
            GrantStep::End => own || manages,
        };
        // Before it starts it can be accepted, suspended and ended as well; once it is over, nothing.
        let begun = Instant(act.at.0.max(self.starts.0));
        by_right && after(self.state(acts, begun), act.step).is_some()
    }
}

/// The state after a step, where the step can be done.
const fn after(state: GrantState, step: GrantStep) -> Option<GrantState> {
    match (state, step) {
        (GrantState::Invited, GrantStep::Accept) | (GrantState::Suspended, GrantStep::Resume) => {
            Some(GrantState::Accepted)
        }
        (GrantState::Accepted, GrantStep::Suspend) => Some(GrantState::Suspended),
        (GrantState::Invited | GrantState::Accepted | GrantState::Suspended, GrantStep::End) => {
            Some(GrantState::Expired)
        }
        _ => None,
    }
}
