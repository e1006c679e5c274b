//! Checks on a whole ladder: conditions that cannot come true, steps out of order, steps never
//! first.
//!
//! What is checked follows from the numbers alone, for every calendar a school may have; what data
//! would show belongs to the workshop.
//!
//! Invariant: a ladder that passes has no condition weaker than one of a lower step.

use super::order::implies;
use super::problem::Problems;
use super::section::Places;
use lasna_domain::model::{Condition, Hour, Model, Window};

/// Most lessons of 45 minutes, or an hour of any length, that a school day can hold.
const DAY_HOURS_MAX: u32 = 10;

/// Most school days that a window can hold; a school year has at most 200.
fn days_max(window: Window) -> u32 {
    match window {
        Window::Day => 1,
        Window::Week => 6,
        Window::Month => 27,
        Window::Quarter => 79,
        Window::Period | Window::Term | Window::Year => 200,
        Window::RollingDays(n) => u32::from(n),
        Window::RollingTeachingWeeks(n) => 6 * u32::from(n),
    }
}

/// Most hours of a window, where an hour of `m` minutes fits more often the shorter it is.
fn hours_max(window: Window, hour: Hour) -> u32 {
    let of_day = match hour {
        Hour::Lesson => DAY_HOURS_MAX,
        Hour::Minutes(minutes) => DAY_HOURS_MAX * 60 / u32::from(minutes.max(1)),
    };
    days_max(window) * of_day
}

/// Why a condition can never be true, and the mend.
fn never(condition: &Condition, hour: Hour) -> Option<(String, String)> {
    let too_many = |found: u32, most: u32, what: &str| {
        (found > most).then(|| {
            (
                format!("{found} {what} do not fit in the window"),
                format!("at most {most} fit"),
            )
        })
    };
    let over_hundred = |percent: u32| {
        let mend = "write 100 or less".to_owned();
        (percent > 100).then(|| ("more than 100 percent is never reached".to_owned(), mend))
    };
    match *condition {
        Condition::Hours { hours, window, .. } => too_many(hours, hours_max(window, hour), "hours"),
        Condition::Days { days, window, .. } => too_many(days, days_max(window), "days"),
        Condition::Share {
            percent_hundredths,
            window,
            days_min,
            ..
        } => over_hundred(percent_hundredths.div_ceil(100)).or_else(|| {
            too_many(
                u32::from(days_min),
                days_max(window),
                "days before the share counts",
            )
        }),
        Condition::Run { days, .. } => too_many(u32::from(days), days_max(Window::Year), "days"),
        Condition::Spells { count, window } => {
            too_many(u32::from(count), days_max(window), "spells")
        }
        Condition::Pattern {
            share_percent,
            count_min,
            window,
            ..
        } => over_hundred(u32::from(share_percent)).or_else(|| {
            let most = days_max(window) * DAY_HOURS_MAX;
            too_many(u32::from(count_min), most, "missed lessons")
        }),
        Condition::Trend { percent_min, .. } => over_hundred(u32::from(percent_min)),
        Condition::Unresolved { days } => too_many(u32::from(days), 366, "days"),
        Condition::Concern => None,
    }
}

/// Notes all that is wrong with the ladder of a model.
pub(super) fn check(problems: &mut Problems<'_>, places: &Places, model: &Model) {
    for (upper_no, upper) in model.steps.iter().enumerate() {
        // A step that copies a lower one can never be the first to fire.
        let mut same_as = None;
        let mut copies = 0;
        for (no, condition) in upper.any.iter().enumerate() {
            let at = places.condition(&upper.id, no);
            if let Some((message, mend)) = never(condition, model.hour) {
                let message = format!("step {}: {message}", upper.id);
                problems.add(&at, "M11", message, mend);
            }
            let measures = &model.measures;
            let lower = model.steps[..upper_no].iter().find_map(|step| {
                let weaker = |low: &Condition| implies(low, condition, measures, measures);
                step.any
                    .iter()
                    .enumerate()
                    .find(|(_, low)| weaker(low))
                    .map(|low| (step, low))
            });
            let Some((step, (low_no, low))) = lower else {
                continue;
            };
            if implies(condition, low, measures, measures) {
                copies += 1;
                same_as = Some(&step.id);
            } else {
                let message = format!("step {} would come before step {}", upper.id, step.id);
                let mend = format!(
                    "raise the limit above that of {}, or change places",
                    step.id
                );
                // Blame what the file states: of a base's step against a new one, the new one.
                let stated = [(upper, no), (step, low_no)];
                let blamed = stated
                    .iter()
                    .find_map(|(step, no)| places.stated(&step.id, *no));
                problems.add(&blamed.unwrap_or(at), "M13", message, mend);
            }
        }
        if let (Some(lower), true) = (
            same_as,
            copies == upper.any.len() && !places.is_torn(&upper.id),
        ) {
            let message = format!("step {} never comes before or after {lower}", upper.id);
            let mend = format!("give it a higher limit, or move its duties to {lower}");
            problems.add(&places.step(&upper.id), "M12", message, mend);
        }
    }
}
