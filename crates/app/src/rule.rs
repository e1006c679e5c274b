//! A condition in one short line, with the words of the model file.
//!
//! For machines and the command line; the guides of [`crate::model`] are for people.
//!
//! Invariant: the line holds every number of the condition.

use lasna_domain::model::{Condition, Hour, MeasureNo, Model, PatternOf, ShareOf, Window};

/// The condition as a line, for example `total >= 30 hours in term`.
pub fn rule_text(model: &Model, condition: Condition) -> String {
    let name = |no: MeasureNo| model.measures.get(no.0).map_or("?", |m| m.id.as_str());
    match condition {
        Condition::Hours {
            measure,
            hours,
            window,
        } => {
            let (unit, window) = (hour_text(model.hour), window_text(window));
            format!("{} >= {hours} {unit} in {window}", name(measure))
        }
        Condition::Days {
            measure,
            days,
            window,
        } => {
            format!(
                "{} on >= {days} days in {}",
                name(measure),
                window_text(window)
            )
        }
        Condition::Share {
            measure,
            percent_hundredths,
            window,
            of,
            days_min,
        } => {
            let of = share_text(of);
            let percent = percent_text(percent_hundredths);
            let window = window_text(window);
            format!(
                "{} >= {percent} % of {of} in {window}, from {days_min} days",
                name(measure)
            )
        }
        Condition::Unresolved { days } => format!("unresolved for more than {days} days"),
        Condition::Run { days, full } => {
            format!(
                "{} absence on >= {days} days in a row",
                if full { "full" } else { "any" }
            )
        }
        Condition::Spells { count, window } => {
            format!(">= {count} spells begun in {}", window_text(window))
        }
        Condition::Pattern {
            of,
            share_percent,
            count_min,
            window,
        } => {
            let (of, window) = (pattern_text(of), window_text(window));
            format!("one {of} holds >= {share_percent} % and >= {count_min} of missed in {window}")
        }
        Condition::Trend {
            factor_tenths,
            percent_min,
        } => format!(
            "last 20 days >= {}.{} times the 60 before and >= {percent_min} %",
            factor_tenths / 10,
            factor_tenths % 10
        ),
        Condition::Concern => "concern of a person".to_owned(),
    }
}

fn hour_text(hour: Hour) -> String {
    match hour {
        Hour::Lesson => "lessons".to_owned(),
        Hour::Minutes(minutes) => format!("hours of {minutes} min"),
    }
}

fn share_text(of: ShareOf) -> &'static str {
    match of {
        ShareOf::MarkedMinutes => "marked minutes",
        ShareOf::WindowDays => "days",
    }
}

fn pattern_text(of: PatternOf) -> &'static str {
    match of {
        PatternOf::Weekday => "weekday",
        PatternOf::LessonOfDay => "lesson of the day",
        PatternOf::Subject => "subject",
    }
}

fn percent_text(hundredths: u32) -> String {
    match hundredths % 100 {
        0 => (hundredths / 100).to_string(),
        rest => format!("{}.{rest:02}", hundredths / 100),
    }
}

fn window_text(window: Window) -> String {
    match window {
        Window::Day => "day".into(),
        Window::Week => "week".into(),
        Window::Month => "month".into(),
        Window::Quarter => "quarter".into(),
        Window::Period => "period".into(),
        Window::Term => "term".into(),
        Window::Year => "year".into(),
        Window::RollingDays(days) => format!("rolling {days} days"),
        Window::RollingTeachingWeeks(weeks) => format!("rolling {weeks} teaching weeks"),
    }
}
