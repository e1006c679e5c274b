//! What is done about a pupil's signals: take it on, log a contact, decide, raise, take back.
//!
//! Invariant: a contact is logged by its outcome; there is no way to log a note alone.

mod again;
mod form;

use super::day::day_of;
use super::frame::{Frame, day_text};
use super::register::{field, once_of};
use super::visit::{Desk, Reply, Visit};
use super::watch_list::{Way, path};
use again::Sending;
use axum::extract::{Form, Path};
use axum::response::Response;
use form::{Filled, Kind, page_of};
use lasna_app::AppError;
use lasna_app::signals::{NewAct, PupilPage, note_over, pupil_of};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Outcome;
use lasna_domain::signals::{ActWhat, ContactOutcome, ContactWith, DONE, NoConcernReason};

type Sent = Vec<(String, String)>;

async fn form(visit: Visit, pupil: String, kind: Kind) -> Response {
    let once = visit.shared.token();
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let page = pupil_page(&desk, &pupil)?;
            let once = once.map_err(AppError::Problem)?;
            let form = Filled {
                kind,
                sent: &Vec::new(),
                wrong: &[],
                once,
                way: way_of(&query, &desk).acting(None),
            };
            Reply::page(&page_of(desk, &page, form))
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

fn pupil_page(desk: &Desk, pupil: &str) -> Result<PupilPage, AppError> {
    let model = desk.model()?;
    desk.app
        .pupil_page(&model, pupil_of(pupil)?, desk.today, Instant::LATEST)
}

/// Logs an act. A question that has to be answered first is a page of its own.
fn send(desk: &Desk, pupil: &str, day: Option<Day>, sending: &Sending<'_>) -> Result<(), AppError> {
    let new = NewAct {
        pupil: pupil_of(pupil)?,
        what: sending.what,
        day,
        note: field(sending.sent, "note"),
        sure: !field(sending.sent, "sure").is_empty(),
        once: once_of(sending.sent)?,
    };
    desk.app.log_act(&new, desk.today)
}

async fn log(visit: Visit, pupil: String, sent: Sent, kind: Kind) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let way = way_of(&query, &desk);
            let once = once_of(&sent)?.to_owned();
            let (what, mut wrong) = what_of(kind, &sent);
            let day = day_of(field(&sent, "day"));
            if let (Some(what), true) = (what, wrong.is_empty()) {
                let sending = Sending {
                    name: kind.name(),
                    what,
                    sent: &sent,
                    way: way.acting(None),
                };
                match send(&desk, &pupil, day, &sending) {
                    Ok(()) => return Ok(back_to(&pupil, &way)),
                    Err(AppError::Problem(key)) if again::asks(&key) => {
                        let page = pupil_page(&desk, &pupil)?;
                        return again::ask(desk, &page, &key, sending);
                    }
                    Err(AppError::Problem(key)) => match key.as_str() {
                        "signals.note_long" => wrong.push("note"),
                        "signals.review_day" => wrong.push("review"),
                        "act.day_wrong" => wrong.push("day"),
                        _ => return Err(AppError::Problem(key)),
                    },
                    Err(error) => return Err(error),
                }
            }
            let page = pupil_page(&desk, &pupil)?;
            let form = Filled {
                kind,
                sent: &sent,
                wrong: &wrong,
                once,
                way: way.acting(None),
            };
            Reply::refused(&page_of(desk, &page, form))
        })
        .await
}

/// What a form says, and the names of the fields that are wrong.
fn what_of(kind: Kind, sent: &Sent) -> (Option<ActWhat>, Vec<&'static str>) {
    let mut wrong = Vec::new();
    if note_over(field(sent, "note")) > 0 {
        wrong.push("note");
    }
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
            // A form from before there was a day has none; it means today.
            let said = sent.iter().any(|(name, _)| name == "day");
            if said && day_of(field(sent, "day")).is_none() {
                wrong.push("day");
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

async fn at_once(
    visit: Visit,
    pupil: String,
    sent: Sent,
    (name, what): (&'static str, Option<ActWhat>),
) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let way = way_of(&query, &desk);
            // One press writes nothing.
            let sent: Sent = sent
                .into_iter()
                .filter(|(name, _)| name != "note")
                .collect();
            let sending = Sending {
                name,
                what: what.ok_or(AppError::Problem("act.choose".into()))?,
                sent: &sent,
                way: way.acting(None),
            };
            match send(&desk, &pupil, None, &sending) {
                Err(AppError::Problem(key)) if again::asks(&key) => {
                    let page = pupil_page(&desk, &pupil)?;
                    again::ask(desk, &page, &key, sending)
                }
                done => done.map(|()| back_to(&pupil, &way)),
            }
        })
        .await
}

/// `POST /pupils/{pupil}/acknowledge`
pub(crate) async fn acknowledge(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    at_once(
        visit,
        pupil,
        sent,
        ("acknowledge", Some(ActWhat::Acknowledge)),
    )
    .await
}

/// `POST /pupils/{pupil}/raise`
pub(crate) async fn raise(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    at_once(visit, pupil, sent, ("raise", Some(ActWhat::Raise))).await
}

/// `POST /pupils/{pupil}/withdraw`
pub(crate) async fn withdraw(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let what = ActWhat::Withdraw(field(&sent, "act").parse().unwrap_or(0));
    at_once(visit, pupil, sent, ("withdraw", Some(what))).await
}

/// `POST /pupils/{pupil}/done`: another outcome that a duty asks for.
pub(crate) async fn done(
    visit: Visit,
    Path(pupil): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let outcome = Outcome::from_code(field(&sent, "outcome"));
    let outcome = outcome.filter(|outcome| DONE.contains(outcome));
    at_once(visit, pupil, sent, ("done", outcome.map(ActWhat::Done))).await
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

/// What was done, in words, with its tone.
pub(crate) fn what_text(frame: &Frame, what: ActWhat) -> (String, &'static str) {
    match what {
        ActWhat::Acknowledge => (frame.text("act.acknowledged"), "plain"),
        ActWhat::Raise => (frame.text("act.raised"), "out"),
        ActWhat::Done(outcome) => (frame.code("outcome", &outcome_key(outcome)), "out"),
        ActWhat::Withdraw(_) => (frame.text("act.withdrawn"), "plain"),
        ActWhat::Contact(with, outcome) => {
            let with = frame.code("contact_with", with.as_code());
            let came = frame.code("contact_outcome", outcome.as_code());
            let tone = if what.reaches() { "out" } else { "miss" };
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
    }
}

/// Tells an act: what, by whom, on which day, and when it was written where that is another day.
pub(crate) fn act_view(
    frame: &Frame,
    act: &lasna_domain::signals::Act,
    by: &str,
    own: bool,
) -> ActView {
    let (what, tone) = what_text(frame, act.what);
    let written = act.at.day_in_finland();
    let later = match written == act.day {
        true => String::new(),
        false => {
            let date = frame.weekday(written);
            format!(" · {}", frame.fill("act.written", &[("date", &date)]))
        }
    };
    ActView {
        no: act.no,
        what,
        tone,
        note: act.note.clone(),
        about: format!("{} · {by}{later}", frame.weekday(act.day)),
        own,
    }
}
