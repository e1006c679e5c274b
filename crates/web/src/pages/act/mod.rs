//! What is done about a pupil's signals: take it on, log a contact, decide, raise, take back.
//!
//! Invariant: a contact is logged by its outcome; there is no way to log a note alone.

mod form;

use super::day::day_of;
use super::frame::{Frame, day_text};
use super::register::{field, once_of};
use super::visit::{Desk, Reply, Visit};
use super::watch_list::{Way, path};
use axum::extract::{Form, Path};
use axum::response::Response;
use form::{Filled, Kind, page_of};
use lasna_app::AppError;
use lasna_app::signals::{NewAct, PupilHead, pupil_of};
use lasna_domain::calendar::Instant;
use lasna_domain::model::Outcome;
use lasna_domain::signals::{ActWhat, ContactOutcome, ContactWith, DONE, NoConcernReason};

type Sent = Vec<(String, String)>;

async fn form(visit: Visit, pupil: String, kind: Kind) -> Response {
    let once = visit.shared.token();
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let head = head_of(&desk, &pupil)?;
            let once = once.map_err(AppError::Problem)?;
            let form = Filled {
                kind,
                sent: &Vec::new(),
                wrong: &[],
                once,
                way: way_of(&query, &desk).acting(None),
            };
            Reply::page(&page_of(desk, &head, form))
        })
        .await
}

/// What the address carries of the list.
fn way_of(query: &str, desk: &Desk) -> Way {
    Way::of(query, desk.today)
}

/// The pupil again, at what was done, with the place in the list kept.
fn back_to(pupil: &str, way: &Way) -> Reply {
    let page = path(&format!("/pupils/{pupil}"), &way.done());
    Reply::Go(format!("{page}#done"))
}

fn head_of(desk: &Desk, pupil: &str) -> Result<PupilHead, AppError> {
    let model = desk.model()?;
    let page = desk
        .app
        .pupil_page(&model, pupil_of(pupil)?, desk.today, Instant::LATEST)?;
    Ok(page.row)
}

async fn log(visit: Visit, pupil: String, sent: Sent, kind: Kind) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let way = way_of(&query, &desk);
            let once = once_of(&sent)?.to_owned();
            let (what, mut wrong) = what_of(kind, &sent);
            let result = match (what, wrong.is_empty()) {
                (Some(what), true) => desk.app.log_act(
                    &NewAct {
                        pupil: pupil_of(&pupil)?,
                        what,
                        note: field(&sent, "note"),
                        once: &once,
                    },
                    desk.today,
                ),
                _ => Err(AppError::Problem("act.choose".into())),
            };
            match result {
                Ok(()) => return Ok(back_to(&pupil, &way)),
                Err(AppError::Problem(key)) => match key.as_str() {
                    "signals.note_long" => wrong.push("note"),
                    "signals.review_day" => wrong.push("review"),
                    _ if wrong.is_empty() => return Err(AppError::Problem(key)),
                    _ => {}
                },
                Err(error) => return Err(error),
            }
            let head = head_of(&desk, &pupil)?;
            let form = Filled {
                kind,
                sent: &sent,
                wrong: &wrong,
                once,
                way: way.acting(None),
            };
            Reply::refused(&page_of(desk, &head, form))
        })
        .await
}

/// What a form says, and the names of the fields that are wrong.
fn what_of(kind: Kind, sent: &Sent) -> (Option<ActWhat>, Vec<&'static str>) {
    let mut wrong = Vec::new();
    match kind {
        Kind::Contact => {
            let with = ContactWith::from_code(field(sent, "contact_with"));
            let outcome = ContactOutcome::from_code(field(sent, "contact_outcome"));
            if with.is_none() {
                wrong.push("contact_with");
            }
            if outcome.is_none() {
                wrong.push("contact_outcome");
            }
            (
                with.zip(outcome)
                    .map(|(with, outcome)| ActWhat::Contact(with, outcome)),
                wrong,
            )
        }
        Kind::NoConcern => {
            let reason = NoConcernReason::from_code(field(sent, "no_concern"));
            let review = day_of(field(sent, "review"));
            if reason.is_none() {
                wrong.push("no_concern");
            }
            if review.is_none() {
                wrong.push("review");
            }
            if reason == Some(NoConcernReason::Other) && field(sent, "note").trim().is_empty() {
                wrong.push("note_missing");
            }
            (
                reason
                    .zip(review)
                    .map(|(reason, review)| ActWhat::NoConcern(reason, review)),
                wrong,
            )
        }
    }
}

/// `GET /pupils/{pupil}/contact`
pub(crate) async fn contact_form(visit: Visit, Path(pupil): Path<String>) -> Response {
    form(visit, pupil, Kind::Contact).await
}

/// `POST /pupils/{pupil}/contact`
pub(crate) async fn contact(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    log(visit, pupil, sent, Kind::Contact).await
}

/// `GET /pupils/{pupil}/no-concern`
pub(crate) async fn no_concern_form(visit: Visit, Path(pupil): Path<String>) -> Response {
    form(visit, pupil, Kind::NoConcern).await
}

/// `POST /pupils/{pupil}/no-concern`
pub(crate) async fn no_concern(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    log(visit, pupil, sent, Kind::NoConcern).await
}

async fn at_once(visit: Visit, pupil: String, sent: Sent, what: Option<ActWhat>) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let new = NewAct {
                pupil: pupil_of(&pupil)?,
                what: what.ok_or(AppError::Problem("act.choose".into()))?,
                note: "",
                once: once_of(&sent)?,
            };
            desk.app.log_act(&new, desk.today)?;
            Ok(back_to(&pupil, &way_of(&query, &desk)))
        })
        .await
}

/// `POST /pupils/{pupil}/acknowledge`
pub(crate) async fn acknowledge(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    at_once(visit, pupil, sent, Some(ActWhat::Acknowledge)).await
}

/// `POST /pupils/{pupil}/raise`
pub(crate) async fn raise(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    at_once(visit, pupil, sent, Some(ActWhat::Raise)).await
}

/// `POST /pupils/{pupil}/withdraw`
pub(crate) async fn withdraw(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let what = ActWhat::Withdraw(field(&sent, "act").parse().unwrap_or(0));
    at_once(visit, pupil, sent, Some(what)).await
}

/// `POST /pupils/{pupil}/done`: another outcome that a duty asks for.
pub(crate) async fn done(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let outcome = Outcome::from_code(field(&sent, "outcome"));
    let outcome = outcome.filter(|outcome| DONE.contains(outcome));
    at_once(visit, pupil, sent, outcome.map(ActWhat::Done)).await
}

/// A line of what was done, as it is shown.
pub(crate) struct ActView {
    pub no: u32,
    pub what: String,
    pub tone: &'static str,
    pub note: String,
    pub about: String,
    pub own: bool,
}

/// The code of an outcome as a key of texts, where a point means another thing.
pub(crate) fn outcome_key(outcome: Outcome) -> String {
    outcome.as_code().replace(':', "_")
}

/// Tells an act.
pub(crate) fn act_view(
    frame: &Frame,
    act: &lasna_domain::signals::Act,
    by: &str,
    own: bool,
) -> ActView {
    let (what, tone) = match act.what {
        ActWhat::Acknowledge => (frame.text("act.acknowledged"), "plain"),
        ActWhat::Raise => (frame.text("act.raised"), "out"),
        ActWhat::Done(outcome) => (frame.code("outcome", &outcome_key(outcome)), "out"),
        ActWhat::Withdraw(_) => (frame.text("act.withdrawn"), "plain"),
        ActWhat::Contact(with, outcome) => {
            let with = frame.code("contact_with", with.as_code());
            let came = frame.code("contact_outcome", outcome.as_code());
            let tone = if act.what.reaches() { "out" } else { "miss" };
            (format!("{with}: {came}"), tone)
        }
        ActWhat::NoConcern(reason, review) => {
            let why = frame.code("no_concern", reason.as_code());
            let date = day_text(review);
            (
                frame.fill("act.decided", &[("why", &why), ("date", &date)]),
                "out",
            )
        }
    };
    ActView {
        no: act.no,
        what,
        tone,
        note: act.note.clone(),
        about: format!("{} · {by}", frame.weekday(act.day)),
        own,
    }
}
