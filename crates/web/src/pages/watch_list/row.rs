//! One row of the list as it is shown, and why it is there in a few words.
//!
//! Invariant: a rate is never shown without its completeness.

use super::way::Way;
use crate::pages::frame::{Frame, short_day};
use lasna_app::model::to_role_text;
use lasna_app::signals::{ListRow, WeekMissed};
use lasna_domain::attendance::Figures;
use lasna_domain::calendar::Day;
use lasna_domain::ids::PupilNo;
use lasna_domain::model::evaluate::Crossing;
use lasna_domain::model::{Condition, Hour, Model, PatternOf, ShareOf, Window};
use lasna_domain::signals::{ActWhat, Clock, SignalState};

/// One row as it is shown.
pub(crate) struct RowView {
    pub pupil: PupilNo,
    pub href: String,
    pub name: String,
    pub class: String,
    pub step_no: usize,
    pub step: String,
    /// For each step of the ladder, lowest first: whether it runs.
    pub rungs: Vec<bool>,
    pub why: String,
    pub since: String,
    pub weeks: Vec<Bar>,
    pub weeks_text: String,
    pub percent: String,
    pub marked: String,
    pub marked_width: u64,
    pub task: String,
    pub task_tone: &'static str,
    pub due: String,
    pub contact: String,
}

/// A bar of the small picture, in its own units of height.
pub(crate) struct Bar {
    pub x: u32,
    pub y: u32,
    pub height: u32,
    pub dark: u32,
}

/// Why a step runs, in a few words: what was counted over what.
pub(crate) fn reason_text(frame: &Frame, model: &Model, crossing: &Crossing) -> String {
    let step = model.steps.get(crossing.step);
    let Some(found) = step.and_then(|step| step.any.get(crossing.condition)) else {
        return String::new();
    };
    let n = crossing.counted;
    let over = |text: String, window: Window| {
        let during = during_text(frame, window);
        frame.fill("reason.over", &[("what", &text), ("during", &during)])
    };
    match *found {
        Condition::Hours { window, .. } => {
            let code = if model.hour == Hour::Lesson {
                "lessons"
            } else {
                "hours"
            };
            over(frame.count_code("counted", code, n), window)
        }
        Condition::Days { window, .. } => over(frame.count_code("counted", "days", n), window),
        Condition::Share {
            percent_hundredths,
            window,
            of,
            ..
        } => {
            let limit = frame.limit(percent_hundredths);
            if of == ShareOf::WindowDays {
                let days = frame.fill("reason.share_days", &[("percent", &limit)]);
                return over(days, window);
            }
            let of = share_of_text(frame, window);
            frame.fill("reason.share", &[("percent", &limit), ("of", &of)])
        }
        Condition::Unresolved { .. } => frame.count_code("counted", "unresolved", n),
        Condition::Run { .. } => frame.count_code("counted", "run", n),
        Condition::Spells { window, .. } => over(frame.count_code("counted", "spells", n), window),
        Condition::Pattern { of, .. } => {
            let code = match of {
                PatternOf::Weekday => "pattern_weekday",
                PatternOf::LessonOfDay => "pattern_lesson",
                PatternOf::Subject => "pattern_subject",
            };
            frame.count_code("counted", code, n)
        }
        Condition::Trend { .. } => frame.text("reason.trend"),
        Condition::Concern => frame.text("reason.concern"),
    }
}

/// The code of a window, with its length where it moves along.
const fn window_code(window: Window) -> (&'static str, Option<u16>) {
    match window {
        Window::Day => ("day", None),
        Window::Week => ("week", None),
        Window::Month => ("month", None),
        Window::Quarter => ("quarter", None),
        Window::Period => ("period", None),
        Window::Term => ("term", None),
        Window::Year => ("year", None),
        Window::RollingDays(days) => ("days", Some(days)),
        Window::RollingTeachingWeeks(weeks) => ("weeks", Some(weeks)),
    }
}

/// When something was counted: `tällä lukukaudella`.
fn during_text(frame: &Frame, window: Window) -> String {
    match window_code(window) {
        (code, None) => frame.code("during", code),
        (code, Some(n)) => frame.count_code("rolling", code, n.into()),
    }
}

/// The lessons that a share is of: `lukuvuoden tunneista`.
fn share_of_text(frame: &Frame, window: Window) -> String {
    match window_code(window) {
        (code, None) => frame.code("share_of", code),
        (code, Some(n)) => frame.count_code("share_rolling", code, n.into()),
    }
}

/// The rows as they are shown on a day; each leads to its pupil with the place kept.
pub(crate) fn rows_of(
    frame: &Frame,
    model: &Model,
    rows: &[ListRow],
    (today, way): (Day, &Way),
) -> Vec<RowView> {
    rows.iter()
        .map(|row| row_view(frame, model, row, (today, way)))
        .collect()
}

fn row_view(frame: &Frame, model: &Model, row: &ListRow, (today, way): (Day, &Way)) -> RowView {
    let crossing = &row.highest;
    let step = &model.steps[crossing.step];
    let (task, due, task_tone) = task_text(frame, model, row, today);
    let (weeks, weeks_text) = weeks_view(frame, &row.weeks);
    let (marked_width, marked) = marked_text(frame, &row.figures);
    RowView {
        pupil: row.pupil,
        href: way.pupil(row.pupil),
        name: row.name.clone(),
        class: row.class.clone(),
        step_no: crossing.step + 1,
        step: step.title.get(frame.chosen).to_owned(),
        rungs: (0..model.steps.len())
            .map(|no| row.steps.contains(&no))
            .collect(),
        why: reason_text(frame, model, crossing),
        since: frame.fill("signals.since", &[("date", &short_day(crossing.day))]),
        weeks,
        weeks_text,
        percent: frame.percent(row.figures.rate()),
        marked,
        marked_width,
        task,
        task_tone,
        due,
        contact: contact_text(frame, row),
    }
}

pub(super) fn marked_text(frame: &Frame, figures: &Figures) -> (u64, String) {
    let share = figures.completeness();
    let width = share.map_or(0, |share| share.hundredths_shown() / 100);
    let percent = frame.percent(share);
    (
        width,
        frame.fill("signals.marked", &[("percent", &percent)]),
    )
}

fn task_text(
    frame: &Frame,
    model: &Model,
    row: &ListRow,
    today: Day,
) -> (String, String, &'static str) {
    if let SignalState::NoConcern(review) = row.state {
        let due = frame.fill("signals.review_on", &[("date", &short_day(review))]);
        return (frame.text("signals.no_concern"), due, "ok");
    }
    let Some(clock) = row.next else {
        return (frame.text("signals.all_done"), String::new(), "ok");
    };
    let duty = &model.steps[clock.step].duties[clock.duty];
    let task = duty.title.get(frame.chosen).to_owned();
    let date = short_day(clock.due);
    if clock.late > 0 {
        (task, late_text(frame, model, &clock), "due")
    } else if clock.due <= today {
        (task, frame.text("signals.due_today"), "due")
    } else {
        (
            task,
            frame.fill("signals.due_on", &[("date", &date)]),
            "wait",
        )
    }
}

/// How late a duty is, and to whom it went.
pub(crate) fn late_text(frame: &Frame, model: &Model, clock: &Clock) -> String {
    let late = u64::from(clock.late);
    if !clock.escalated {
        return frame.count_code("due", "late", late);
    }
    let to = to_role_text(model, clock.owner, frame.chosen);
    frame.texts.count("due.late_up", late, &[("to", &to)])
}

fn contact_text(frame: &Frame, row: &ListRow) -> String {
    let Some(act) = &row.last_contact else {
        return frame.text("signals.no_contact");
    };
    match contact_of(frame, row) {
        text if text.is_empty() => text,
        text => format!("{text} {}", short_day(act.day)),
    }
}

/// With whom the latest contact was, and what came of it; empty where there is none.
pub(super) fn contact_of(frame: &Frame, row: &ListRow) -> String {
    let what = row.last_contact.as_ref().map(|act| act.what);
    let Some(ActWhat::Contact(with, outcome)) = what else {
        return String::new();
    };
    let with = frame.code("contact_with", with.as_code());
    let outcome = frame.code("contact_outcome", outcome.as_code());
    format!("{with}: {outcome}")
}

fn weeks_view(frame: &Frame, weeks: &[WeekMissed]) -> (Vec<Bar>, String) {
    const HEIGHT: u32 = 24;
    // A full week has about this many lessons: bars of all rows can be compared.
    const LESSONS_MAX: u32 = 30;
    let bar = |(no, week): (usize, &WeekMissed)| {
        let of = |lessons: u32| (lessons.min(LESSONS_MAX) * HEIGHT).div_ceil(LESSONS_MAX);
        let (height, dark) = (of(week.missed), of(week.unexplained));
        Bar {
            x: no as u32 * 10,
            y: HEIGHT - height,
            height,
            dark,
        }
    };
    let numbers: Vec<String> = weeks.iter().map(|week| week.missed.to_string()).collect();
    let text = frame.fill("signals.weeks", &[("numbers", &numbers.join(", "))]);
    (weeks.iter().enumerate().map(bar).collect(), text)
}
