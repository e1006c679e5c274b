//! The clocks of the duties of a signal: due, done, late, gone up.
//!
//! Invariant: only an [`Outcome`] stops a clock for good; an attempt that reached nobody leaves it
//! running.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

/// Why the clock of a duty does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// An outcome of the duty was logged for this day.
    Done(Day),
    /// No absence waits for an explanation.
    Explained,
    /// No concern until this day of review; nothing was done.
    Stands(Day),
}

/// The clock of one duty of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Clock {
    /// Index of the step in the model.
    pub step: usize,
    /// Index of the duty in the step.
    pub duty: usize,
    pub due: Day,
    /// Whose it is today: after escalation the next level's.
    pub owner: Role,
    /// It was not done in time and went up one level.
    pub escalated: bool,
    /// Why it does not run; `None` while it does.
    pub stop: Option<Stop>,
    /// School days late today; 0 for a clock that stands or is in time.
    pub late: u32,
}

/// The day from which a signal's clocks run: its own, or the one on which the latest decision that
/// there is no concern ended, by its day of review or by something that was done before it.
fn runs_from(signal: Signal, acts: &[&Act], today: Day) -> Day {
    let (mut from, mut decided) = (signal.1, None);
    for act in acts.iter().filter(|act| act.day >= signal.1) {
        match act.what {
            ActWhat::NoConcern(_, review) => decided = Some(review),
            ActWhat::Acknowledge | ActWhat::Withdraw(_) => {}
            ActWhat::Contact(..) if !act.what.reaches() => {}
            ActWhat::Contact(..) | ActWhat::Raise | ActWhat::Done(_) => {
                if let Some(review) = decided.take() {
                    from = from.max(act.day.min(review));
                }
            }
        }
    }
    decided
        .filter(|&review| review <= today)
        .map_or(from, |review| from.max(review))
}

/// The clocks of a signal's duties. While there is no concern they stand; from the day of review on
/// they run anew, so that nobody is late for the time of the decision.
pub fn clocks(model: &Model, signal: Signal, acts: &[&Act], standing: Standing<'_>) -> Vec<Clock> {
    let Some(step) = model.steps.get(signal.0) else {
        return Vec::new();
    };
    let stands = match state(signal, acts, standing.today) {
        SignalState::NoConcern(review) => Some(Stop::Stands(review)),
        _ => None,
    };
    let from = runs_from(signal, acts, standing.today);
    let numbered = step.duties.iter().enumerate();
    numbered
        .map(|(no, duty)| {
            let stop = stop_of(duty, signal.1, acts, standing).or(stands);
            clock((signal.0, from), no, duty, stop, standing)
        })
        .collect()
}

fn stop_of(duty: &Duty, from: Day, acts: &[&Act], standing: Standing<'_>) -> Option<Stop> {
    if standing.marks_explained && duty.done.contains(&Outcome::MarksExplained) {
        return Some(Stop::Explained);
    }
    // A decision that there is no concern lets the clocks stand as long as it is in force: above.
    let decided = |act: &Act| act.what.kind() == ActKind::NoConcern;
    acts.iter()
        .find(|act| {
            let brought = act.what.outcomes();
            act.day >= from
                && !decided(act)
                && brought.iter().any(|outcome| duty.done.contains(outcome))
        })
        .map(|act| Stop::Done(act.day))
}

fn clock(
    signal: Signal,
    no: usize,
    duty: &Duty,
    stop: Option<Stop>,
    standing: Standing<'_>,
) -> Clock {
    let Standing {
        today, school_days, ..
    } = standing;
    let due = day_after(signal.1, duty.within, school_days);
    let escalation = duty.escalate.filter(|escalate| {
        stop.is_none() && day_after(signal.1, escalate.after, school_days) < today
    });
    let late = if stop.is_some() {
        0
    } else {
        school_days_late(due, today, school_days)
    };
    Clock {
        step: signal.0,
        duty: no,
        due,
        owner: escalation.map_or(duty.role, |escalate| escalate.to),
        escalated: escalation.is_some(),
        stop,
        late,
    }
}

/// The clock that is due first of those that run; of equal ones that of the higher step.
pub fn next(clocks: &[Clock]) -> Option<&Clock> {
    clocks
        .iter()
        .filter(|clock| clock.stop.is_none())
        .min_by_key(|clock| (clock.due, std::cmp::Reverse(clock.step), clock.duty))
}

/// School days since somebody of the pupil or the home was talked with, counted from the first
/// signal where nobody was since.
pub fn silence(signals: &[Signal], acts: &[&Act], standing: Standing<'_>) -> u32 {
    let Some(first) = signals.iter().map(|(_, day)| *day).min() else {
        return 0;
    };
    let reached = acts.iter().filter(|act| act.what.reaches());
    let from = reached.map(|act| act.day).max().unwrap_or(first).max(first);
    school_days_late(from, standing.today, standing.school_days)
}
