//! The forms for a contact and for a decision that there is no concern.
//!
//! Invariant: what was sent is shown again beside what is wrong with it.

use super::Sent;
use crate::pages::frame::Frame;
use crate::pages::register::field;
use crate::pages::visit::Desk;
use crate::pages::watch_list::path;
use askama::Template;
use lasna_app::signals::{NOTE_MAX, PupilHead};

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
    review: Option<(String, String, Option<String>)>,
    note: String,
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

pub(super) fn page_of(desk: Desk, head: &PupilHead, form: Filled<'_>) -> ActPage {
    let Filled {
        kind,
        sent,
        wrong,
        once,
        way,
    } = form;
    let frame = desk.frame;
    let (title, send, questions) = asked(&frame, kind, sent, wrong);
    let review = (kind == Kind::NoConcern).then(|| {
        let known = field(sent, "review");
        let value = if known.is_empty() {
            desk.today.plus(21).to_string()
        } else {
            known.to_owned()
        };
        let error = wrong.contains(&"review");
        let error = error.then(|| frame.text("signals.review_day"));
        (frame.text("act.review"), value, error)
    });
    let note_error = match () {
        () if wrong.contains(&"note") => Some(frame.text("signals.note_long")),
        () if wrong.contains(&"note_missing") => Some(frame.text("act.note_missing")),
        () => None,
    };
    let errors = errors_of(&questions, review.as_ref(), note_error.as_ref());
    let act = match kind {
        Kind::Contact => "contact",
        Kind::NoConcern => "no-concern",
    };
    let pupil = format!("/pupils/{}", head.pupil);
    let max = NOTE_MAX.to_string();
    ActPage {
        title,
        back: path(&pupil, &way),
        who: format!("{} · {}", head.name, head.class),
        action: path(&format!("{pupil}/{act}"), &way),
        once,
        errors,
        questions,
        review,
        note: field(sent, "note").to_owned(),
        note_hint: frame.fill("act.note_hint", &[("n", &max)]),
        note_error,
        send,
        seen_by: frame.text("act.seen_by"),
        frame,
    }
}

/// What is wrong, with the field that the summary leads to.
fn errors_of(
    questions: &[QuestionView],
    review: Option<&(String, String, Option<String>)>,
    note: Option<&String>,
) -> Vec<(String, String)> {
    let of_question = |question: &QuestionView| {
        let first = question.choices.first()?.value;
        Some((
            format!("{}-{first}", question.name),
            question.error.clone()?,
        ))
    };
    let mut errors: Vec<(String, String)> = questions.iter().filter_map(of_question).collect();
    let review = review.and_then(|(_, _, error)| error.clone());
    errors.extend(review.map(|error| ("review".to_owned(), error)));
    errors.extend(note.map(|error| ("note".to_owned(), error.clone())));
    errors
}
