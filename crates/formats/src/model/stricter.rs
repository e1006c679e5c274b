//! The rule that a model may only be stricter than the model it extends.
//!
//! Stricter means: whatever would have been caught is caught no later, whatever had to be done is
//! done no later, and nothing that did not stop a clock stops it. Who does a duty may differ:
//! schools share work differently.
//!
//! Invariant: a model is never looser than itself.

use super::order::{implies, measure_covers, no_later};
use super::problem::Problems;
use super::section::Places;
use lasna_domain::model::{CountsAgain, Duty, Measure, Model, Step};

/// Notes all in which `model` is looser than `base`.
///
/// Steps, measures and duties cannot be removed by the form of the file; that they are all there is
/// checked all the same.
pub(super) fn check(problems: &mut Problems<'_>, places: &Places, base: &Model, model: &Model) {
    let mut looser = |key: String, message: String, mend: String| {
        let message = format!("{message}, looser than {}", base.reference());
        problems.add(&places.of(&key), "M15", message, mend);
    };
    if model.hour != base.hour {
        let mend = "leave `hour` out: limits are counted in the hours of the base";
        looser("hour".into(), "the hour is another one".into(), mend.into());
    }
    for wide in &base.measures {
        let kept = model.measures.iter().find(|measure| measure.id == wide.id);
        if !kept.is_some_and(|measure| measure_covers(measure, wide)) {
            let message = format!("measure {} counts less", wide.id);
            let mend = "count all that the base counts, or give the measure another id".into();
            looser(Places::measure_key(&wide.id), message, mend);
        }
    }
    // A measure that counts less is told once, not again at each step that uses it.
    let mut measures = model.measures.clone();
    for (now, was) in measures.iter_mut().zip(&base.measures) {
        if !measure_covers(now, was) {
            now.clone_from(was);
        }
    }
    for lower in &base.steps {
        match model.step(&lower.id) {
            Some(step) if places.is_torn(&step.id) => {}
            Some(step) => check_step(&mut looser, (&base.measures, lower), (&measures, step)),
            None => {
                let message = format!("step {} is not there", lower.id);
                looser(String::new(), message, "state the step again".into());
            }
        }
    }
}

fn check_step(
    looser: &mut impl FnMut(String, String, String),
    (of_old, old): (&[Measure], &Step),
    (of_new, new): (&[Measure], &Step),
) {
    for (no, condition) in old.any.iter().enumerate() {
        let caught = |c: &_| implies(condition, c, of_old, of_new);
        if !new.any.iter().any(caught) {
            let message = format!("step {} fires later or not on condition {}", new.id, no + 1);
            let mend = "keep the base's condition, lower its limit or lengthen its window".into();
            looser(Places::when_key(&new.id), message, mend);
        }
    }
    if !as_often(old.counts_again, new.counts_again) {
        let message = format!("step {} counts again more seldom", new.id);
        let mend = "leave `counts_again` out or choose a shorter pause".into();
        looser(Places::step_key(&new.id), message, mend);
    }
    for duty in &old.duties {
        let found = new.duties.iter().find(|other| other.id == duty.id);
        let fault = found.map_or(Some("is not there"), |other| duty_fault(duty, other));
        if let Some(fault) = fault {
            let message = format!("duty {} of step {} {fault}", duty.id, new.id);
            let mend = "keep what the base says, or shorten its time".into();
            looser(Places::duty_key(&new.id, &duty.id), message, mend);
        }
    }
}

/// Whether every repetition of `old` comes with `new` too.
fn as_often(old: CountsAgain, new: CountsAgain) -> bool {
    use CountsAgain as C;
    match (old, new) {
        _ if old == new => true,
        (C::Once, _) => true,
        (C::EachTerm, C::EachQuarter) => true,
        (C::AfterTeachingWeeks(long), C::AfterTeachingWeeks(short)) => short <= long,
        _ => false,
    }
}

fn duty_fault(old: &Duty, new: &Duty) -> Option<&'static str> {
    if !no_later(new.within, old.within) {
        return Some("has more time");
    }
    if new.done.iter().any(|outcome| !old.done.contains(outcome)) {
        return Some("is done by an outcome that the base does not accept");
    }
    let (was, is) = (old.escalate?, new.escalate);
    match is {
        None => Some("does not go up"),
        Some(is) if !no_later(is.after, was.after) => Some("goes up later"),
        Some(_) => None,
    }
}
