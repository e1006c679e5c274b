//! The question before something is logged that was logged a moment ago, or that changes a decision.
//!
//! Invariant: what was sent goes with the answer, so that nobody writes it twice.

use super::{Sent, what_text};
use crate::pages::frame::{Frame, day_text};
use crate::pages::visit::{Desk, Reply};
use crate::pages::watch_list::path;
use askama::Template;
use axum::http::StatusCode;
use lasna_app::AppError;
use lasna_app::signals::PupilPage;
use lasna_domain::signals::ActWhat;

/// What the forms of acts carry.
const FIELDS: [&str; 9] = [
    "once",
    "contact_with",
    "contact_outcome",
    "day",
    "no_concern",
    "review",
    "note",
    "outcome",
    "act",
];

#[derive(Template)]
#[template(path = "act_again.html")]
struct AgainPage {
    frame: Frame,
    title: String,
    back: String,
    who: String,
    action: String,
    text: String,
    what: String,
    /// What was sent, to be sent again.
    sent: Vec<(String, String)>,
    send: String,
}

/// What a person is asked: the keys of title, sentence and button.
struct Question {
    title: &'static str,
    text: &'static str,
    send: &'static str,
}

const AGAIN: Question = Question {
    title: "act.again",
    text: "act.again_text",
    send: "act.again_send",
};
const DECIDED: Question = Question {
    title: "act.decided_already",
    text: "act.decided_text",
    send: "act.decided_send",
};

/// Where an act goes, and with what.
pub(super) struct Sending<'s> {
    /// The last word of its address.
    pub name: &'s str,
    pub what: ActWhat,
    pub sent: &'s Sent,
    /// What goes with the address.
    pub way: String,
}

/// The question that a refusal of the use case asks for; `None` where it asks for none.
pub(super) fn asks(key: &str) -> bool {
    [AGAIN.title, DECIDED.title].contains(&key)
}

/// The page that asks.
pub(super) fn ask(
    desk: Desk,
    pupil: &PupilPage,
    key: &str,
    sending: Sending<'_>,
) -> Result<Reply, AppError> {
    let frame = desk.frame;
    let question = if key == AGAIN.title { AGAIN } else { DECIDED };
    let mut acts = pupil.acts.iter().rev();
    let review = acts.find_map(|(act, _)| match act.what {
        ActWhat::NoConcern(_, review) => Some(day_text(review)),
        _ => None,
    });
    let date = review.unwrap_or_default();
    let known = |(name, _): &&(String, String)| FIELDS.contains(&name.as_str());
    let at = format!("/pupils/{}", pupil.row.pupil);
    let page = AgainPage {
        title: frame.text(question.title),
        back: path(&at, &sending.way),
        who: format!("{} · {}", pupil.row.name, pupil.row.class),
        action: path(&format!("{at}/{}", sending.name), &sending.way),
        text: frame.fill(question.text, &[("date", &date)]),
        what: what_text(&frame, sending.what).0,
        sent: sending.sent.iter().filter(known).cloned().collect(),
        send: frame.text(question.send),
        frame,
    };
    match Reply::page(&page)? {
        Reply::Page(html) => Ok(Reply::Refused(StatusCode::CONFLICT, html)),
        other => Ok(other),
    }
}
