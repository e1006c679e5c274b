//! The forms for a contact and for a decision that there is no concern.
//!
//! Invariant: what was sent is shown again beside what is wrong with it.

use super::Sent;
use crate::pages::day::day_of;
use crate::pages::frame::{Frame, day_text};
use crate::pages::register::field;
use crate::pages::visit::Desk;
use crate::pages::watch_list::path;
use askama::Template;
use lasna_app::signals::{NOTE_MAX, PupilPage, clean_note, note_over};
use lasna_domain::calendar::{Day, school_year_of};
use lasna_domain::review::{last_review_day, proposed_review_day};

/// A choice of a form.
struct ChoiceView {
    value: &'static str,
    text: String,
    hint: String,
    checked: bool,
}

/// A group of choices with its question.
struct QuestionView {
    name: &'static str,
    question: String,
    error: Option<String>,
    choices: Vec<ChoiceView>,
}

/// A field for a day, with the first and the last one that may be.
struct DayView {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    first: String,
    last: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "act.html")]
pub(super) struct ActPage {
    frame: Frame,
    title: String,
    back: String,
    who: String,
    action: String,
    once: String,
    errors: Vec<(String, String)>,
    questions: Vec<QuestionView>,
    day: DayView,
    note: String,
    note_max: String,
    note_hint: String,
    note_error: Option<String>,
    send: String,
    seen_by: String,
}

fn question(
    frame: &Frame,
    name: &'static str,
    text: &str,
    codes: &[&'static str],
    sent: &Sent,
    wrong: bool,
) -> QuestionView {
    let choice = |&value: &&'static str| ChoiceView {
        value,
        text: frame.code(name, value),
        hint: match name {
            "contact_outcome" => frame.code("contact_outcome_hint", value),
            "no_concern" if value == "other" => frame.text("act.other_hint"),
            _ => String::new(),
        },
        checked: field(sent, name) == value,
    };
    QuestionView {
        name,
        question: frame.text(text),
        error: wrong.then(|| frame.code("act_wrong", name)),
        choices: codes.iter().map(choice).collect(),
    }
}

/// Which form it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Contact,
    NoConcern,
}

impl Kind {
    /// The last word of its address.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Contact => "contact",
            Kind::NoConcern => "no-concern",
        }
    }
}

/// The words and questions of a form: title, button, questions.
fn asked(
    frame: &Frame,
    kind: Kind,
    sent: &Sent,
    wrong: &[&str],
) -> (String, String, Vec<QuestionView>) {
    let ask = |name: &'static str, text: &str, codes: &[&'static str]| {
        question(frame, name, text, codes, sent, wrong.contains(&name))
    };
    match kind {
        Kind::Contact => (
            frame.text("act.contact_title"),
            frame.text("act.contact_send"),
            vec![
                ask("contact_with", "act.contact_with", &["home", "pupil"]),
                ask(
                    "contact_outcome",
                    "act.contact_outcome",
                    &["reached", "agreed", "not_reached"],
                ),
            ],
        ),
        Kind::NoConcern => (
            frame.text("act.no_concern_title"),
            frame.text("act.no_concern_send"),
            vec![ask(
                "no_concern",
                "act.no_concern_why",
                &["known", "support_runs", "wrong_marks", "other"],
            )],
        ),
    }
}

/// A form as it is shown: empty, or with what was sent and what is wrong with it.
pub(super) struct Filled<'f> {
    pub kind: Kind,
    pub sent: &'f Sent,
    pub wrong: &'f [&'f str],
    pub once: String,
    /// What goes with the address of whatever comes next.
    pub way: String,
}

/// The day of a contact: today, or an earlier day of the school year.
fn day_of_contact(frame: &Frame, today: Day, sent: &Sent, wrong: bool) -> DayView {
    let first = school_year_of(today).from;
    let values = [("from", &*day_text(first)), ("to", &*day_text(today))];
    DayView {
        name: "day",
        label: frame.text("act.day"),
        hint: frame.text("act.day_hint"),
        value: day_value(sent, "day", today),
        first: first.to_string(),
        last: today.to_string(),
        error: wrong.then(|| frame.fill("act.day_wrong", &values)),
    }
}

/// The day of review: a school day ahead, the last one named.
fn day_of_review(
    frame: &Frame,
    pupil: &PupilPage,
    today: Day,
    (sent, wrong): (&Sent, bool),
) -> DayView {
    let last = last_review_day(today, &pupil.school_days);
    let proposed = proposed_review_day(today, &pupil.school_days);
    let date = day_text(last);
    DayView {
        name: "review",
        label: frame.text("act.review"),
        hint: frame.fill("act.review_hint", &[("date", &date)]),
        value: day_value(sent, "review", proposed),
        first: today.next().to_string(),
        last: last.to_string(),
        error: wrong.then(|| frame.fill("signals.review_day", &[("date", &date)])),
    }
}

/// What was sent, as a field for a day takes it; in a form that nobody has filled in the proposal.
fn day_value(sent: &Sent, name: &str, proposed: Day) -> String {
    match sent.iter().find(|(known, _)| known == name) {
        Some((_, text)) => day_of(text).map_or_else(|| text.clone(), |day| day.to_string()),
        None => proposed.to_string(),
    }
}

pub(super) fn page_of(desk: Desk, pupil: &PupilPage, form: Filled<'_>) -> ActPage {
    let Filled {
        kind,
        sent,
        wrong,
        once,
        way,
    } = form;
    let frame = desk.frame;
    let (title, send, questions) = asked(&frame, kind, sent, wrong);
    let note = clean_note(field(sent, "note"));
    let note_error = match () {
        () if wrong.contains(&"note") => {
            Some(frame.count("signals.note_long_by", note_over(&note) as u64))
        }
        () if wrong.contains(&"note_missing") => Some(frame.text("act.note_missing")),
        () => None,
    };
    let day = match kind {
        Kind::Contact => {
            let wrong = wrong.contains(&"day");
            day_of_contact(&frame, desk.today, sent, wrong)
        }
        Kind::NoConcern => {
            let sent = (sent, wrong.contains(&"review"));
            day_of_review(&frame, pupil, desk.today, sent)
        }
    };
    let head = &pupil.row;
    let max = NOTE_MAX.to_string();
    let at = format!("/pupils/{}", head.pupil);
    ActPage {
        title,
        back: path(&at, &way),
        who: format!("{} · {}", head.name, head.class),
        action: path(&format!("{at}/{}", kind.name()), &way),
        once,
        errors: errors_of(&questions, &day, note_error.as_ref()),
        questions,
        day,
        note,
        note_hint: frame.fill("act.note_hint", &[("n", &max)]),
        note_max: max,
        note_error,
        send,
        seen_by: frame.text("act.seen_by"),
        frame,
    }
}

/// What is wrong, with the field that the summary leads to.
fn errors_of(
    questions: &[QuestionView],
    day: &DayView,
    note: Option<&String>,
) -> Vec<(String, String)> {
    let of_question = |question: &QuestionView| {
        let first = question.choices.first()?.value;
        let id = format!("{}-{first}", question.name);
        Some((id, question.error.clone()?))
    };
    let mut errors: Vec<(String, String)> = questions.iter().filter_map(of_question).collect();
    errors.extend(day.error.clone().map(|error| (day.name.to_owned(), error)));
    errors.extend(note.map(|error| ("note".to_owned(), error.clone())));
    errors
}
