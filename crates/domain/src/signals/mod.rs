//! From a crossing to an outcome: what people did about it, whose turn it is, and by when.
//!
//! A crossing of a step makes a signal; every duty of the step has a clock that begins on the day of
//! the crossing (`docs/areas/signals.md`). Source of the rules: the operating model, "Clocks count
//! outcomes" and "A crossing becomes a signal, a person decides". What is not here: who may act,
//! which `access` says, and plans and meetings, which come with cases.
//!
//! Invariant: only an [`Outcome`] stops a clock; an attempt that reached nobody leaves it running.

mod clock;

pub use clock::{Clock, Stop, clocks, next, silence};

use crate::attendance::codes;
use crate::calendar::{Day, Instant, Weekday};
use crate::ids::{PupilNo, UserNo};
use crate::model::{Duty, Model, Outcome, Role, Within};

codes! {
    /// Which rows of a list are shown.
    ListShow {
        /// A duty is overdue.
        Late = "late",
        /// A duty is due today.
        Due = "due",
        /// Something is open and nobody was reached for long.
        Silent = "silent",
        /// Nobody has taken it on.
        New = "new",
        /// It was decided that there is no concern.
        NoConcern = "no_concern",
    }
}

codes! {
    /// What somebody did about a pupil's signals.
    ActKind {
        /// Has seen the signal and takes it on.
        Acknowledge = "acknowledge",
        /// Was in contact, or tried to be.
        Contact = "contact",
        /// Decided, with a reason and a day of review, that there is no concern.
        NoConcern = "no_concern",
        /// Raised it with the pupil and the home: it goes on.
        Raise = "raise",
        /// Did another thing that a duty asks for: a meeting, a plan.
        Done = "done",
        /// Takes back an act that was logged by mistake.
        Withdraw = "withdraw",
    }
}

codes! {
    /// With whom a contact was.
    ContactWith {
        /// The pupil's home.
        Home = "home",
        /// The pupil.
        Pupil = "pupil",
    }
}

codes! {
    /// What came of a contact.
    ContactOutcome {
        /// Tried, and nobody answered.
        NotReached = "not_reached",
        /// They were talked with.
        Reached = "reached",
        /// They were talked with and something was agreed.
        Agreed = "agreed",
    }
}

codes! {
    /// Why there is no concern.
    NoConcernReason {
        /// The absence is known and cared for.
        Known = "known",
        /// Support is running already.
        SupportRuns = "support_runs",
        /// The marks are wrong and are being corrected.
        WrongMarks = "wrong_marks",
        /// Something else, written down.
        Other = "other",
    }
}

/// The rest of an act, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActWhat {
    /// [`ActKind::Acknowledge`].
    Acknowledge,
    /// [`ActKind::Contact`].
    Contact(ContactWith, ContactOutcome),
    /// [`ActKind::NoConcern`], to be looked at again on a day.
    NoConcern(NoConcernReason, Day),
    /// [`ActKind::Raise`].
    Raise,
    /// [`ActKind::Done`]: the outcome itself.
    Done(Outcome),
    /// [`ActKind::Withdraw`] of the act of a number.
    Withdraw(u32),
}

/// Outcomes that are logged as done, beside contacts and decisions.
pub const DONE: [Outcome; 4] = [
    Outcome::CausesMapped,
    Outcome::MeetingHeld,
    Outcome::PlanSigned,
    Outcome::OutsideContacted,
];

impl ActWhat {
    /// The kind.
    pub const fn kind(self) -> ActKind {
        match self {
            ActWhat::Acknowledge => ActKind::Acknowledge,
            ActWhat::Contact(..) => ActKind::Contact,
            ActWhat::NoConcern(..) => ActKind::NoConcern,
            ActWhat::Raise => ActKind::Raise,
            ActWhat::Done(_) => ActKind::Done,
            ActWhat::Withdraw(_) => ActKind::Withdraw,
        }
    }

    /// The outcomes it brought.
    pub const fn outcomes(self) -> &'static [Outcome] {
        match self {
            ActWhat::Contact(ContactWith::Home, ContactOutcome::Reached) => {
                &[Outcome::ContactReached]
            }
            ActWhat::Contact(ContactWith::Home, ContactOutcome::Agreed) => {
                &[Outcome::ContactReached, Outcome::ContactAgreed]
            }
            ActWhat::Contact(
                ContactWith::Pupil,
                ContactOutcome::Reached | ContactOutcome::Agreed,
            ) => &[Outcome::PupilHeard],
            ActWhat::NoConcern(..) => &[Outcome::NoConcern],
            // With the pupil and with the home: that is what raising means.
            ActWhat::Raise => &[Outcome::ContactReached, Outcome::PupilHeard],
            ActWhat::Done(outcome) => match outcome {
                Outcome::CausesMapped => &[Outcome::CausesMapped],
                Outcome::MeetingHeld => &[Outcome::MeetingHeld],
                Outcome::PlanSigned => &[Outcome::PlanSigned],
                Outcome::OutsideContacted => &[Outcome::OutsideContacted],
                // The others have a way of their own, or are read from the marks.
                _ => &[],
            },
            _ => &[],
        }
    }

    /// Whether somebody was talked with.
    pub const fn reaches(self) -> bool {
        matches!(
            self,
            ActWhat::Contact(_, ContactOutcome::Reached | ContactOutcome::Agreed)
                | ActWhat::Raise
                | ActWhat::Done(Outcome::MeetingHeld)
        )
    }
}

/// One act. Append-only: a mistake is withdrawn by another act.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Act {
    pub no: u32,
    pub pupil: PupilNo,
    pub at: Instant,
    /// The civil day at the school on which it was done; `at` says when it was logged.
    pub day: Day,
    pub by: UserNo,
    pub what: ActWhat,
    /// A few words; empty where there are none.
    pub note: String,
}

/// The acts that were not withdrawn, by their day; withdrawals themselves are left out.
pub fn in_force(acts: &[Act]) -> Vec<&Act> {
    let withdrawn = |no: u32| {
        acts.iter()
            .any(|act| matches!(act.what, ActWhat::Withdraw(other) if other == no))
    };
    let counts = |act: &&Act| act.what.kind() != ActKind::Withdraw && !withdrawn(act.no);
    let mut force: Vec<&Act> = acts.iter().filter(counts).collect();
    force.sort_by_key(|act| (act.day, act.no));
    force
}

/// The day on which a stretch of time from a day is over.
///
/// A stretch of school days ends on the n-th school day after the day; where the calendar ends
/// before that, weekdays go on counting.
pub fn day_after(from: Day, within: Within, school_days: &[Day]) -> Day {
    let days = match within {
        Within::Days(days) => return from.plus(i32::from(days)),
        Within::SchoolDays(days) => usize::from(days),
    };
    if days == 0 {
        return from;
    }
    let after = school_days.partition_point(|&day| day <= from);
    let known = &school_days[after..];
    if let Some(&day) = known.get(days - 1) {
        return day;
    }
    let mut left = days - known.len();
    let mut day = known.last().copied().unwrap_or(from);
    while left > 0 {
        day = day.next();
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}

/// School days after `due`, up to and with `today`; 0 where it is not late.
pub fn school_days_late(due: Day, today: Day, school_days: &[Day]) -> u32 {
    let until = |day: Day| school_days.partition_point(|&known| known <= day);
    until(today).saturating_sub(until(due)) as u32
}

/// Where a signal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalState {
    /// Nobody has taken it on.
    New,
    /// Somebody has.
    Acknowledged,
    /// It was raised, or a contact was made.
    Raised,
    /// No concern, until the day of review.
    NoConcern(Day),
    /// The day of review has come.
    ReviewDue(Day),
}

/// What is known of a pupil besides acts, for the outcomes that nobody logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Today.
    pub today: Day,
    /// School days of the pupil's school, ascending.
    pub school_days: &'a [Day],
    /// Whether no absence of the pupil waits for an explanation.
    pub marks_explained: bool,
}

/// A running crossing of a step, by index and first day.
pub type Signal = (usize, Day);

/// Where a signal stands, by the acts in force since its day.
pub fn state(signal: Signal, acts: &[&Act], today: Day) -> SignalState {
    let mut state = SignalState::New;
    for act in acts.iter().filter(|act| act.day >= signal.1) {
        state = match act.what {
            ActWhat::Acknowledge if state == SignalState::New => SignalState::Acknowledged,
            ActWhat::Contact(..) if !act.what.reaches() => match state {
                SignalState::New => SignalState::Acknowledged,
                other => other,
            },
            ActWhat::Raise | ActWhat::Done(_) | ActWhat::Contact(..) => SignalState::Raised,
            ActWhat::NoConcern(_, review) if review > today => SignalState::NoConcern(review),
            ActWhat::NoConcern(_, review) => SignalState::ReviewDue(review),
            ActWhat::Acknowledge | ActWhat::Withdraw(_) => state,
        };
    }
    state
}
