//! Proving again who one is, before something grave, and back to what was asked for.
//!
//! Invariant: after it the session has another token, and one comes to a page, never to an act.

use super::{provider, session_cookie, told};
use crate::pages::door;
use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::Form;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::identity::{Proof, StepUpWay};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "step_up.html")]
struct StepUpPage {
    frame: Frame,
    title: String,
    to: String,
    /// What the browser is asked of a passkey, and what the question is called.
    asked: Option<(String, String)>,
    /// The way to the provider of the session, and why it failed.
    provider: Option<(String, String)>,
    refused: Option<String>,
    code: bool,
    password: bool,
    demo: bool,
    errors: Vec<(String, String)>,
}

fn page_of(
    desk: Desk,
    (to, query): (String, &str),
    error: Option<&str>,
) -> Result<StepUpPage, AppError> {
    let ways = desk.app.step_up_ways()?;
    let provider = provider::step_way(&desk, &to)?;
    let asked = match desk.passkeys() {
        Some(passkeys) => {
            let id = desk.token()?;
            let asked = desk.app.begin_passkey_step(&passkeys, &id)?;
            asked.map(|asked| (asked, id))
        }
        None => None,
    };
    let has = |way| ways.contains(&way);
    let (code, password) = (has(StepUpWay::Code), has(StepUpWay::Password));
    let demo = has(StepUpWay::Demo);
    let frame = desk.frame;
    let refused = provider::refused(&frame, query);
    let title = frame.text("step_up.title");
    let field = if password { "password" } else { "code" };
    Ok(StepUpPage {
        title: match error {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title,
        },
        to,
        asked,
        provider,
        refused,
        code,
        password,
        demo,
        errors: error
            .map(|key| (field.to_owned(), frame.text(key)))
            .into_iter()
            .collect(),
        frame,
    })
}

/// `GET /step-up`
pub(crate) async fn form(visit: Visit) -> Response {
    let (to, query) = (door::asked(&visit.query), visit.query.clone());
    visit
        .desk(move |desk| Reply::page(&page_of(desk, (to, &query), None)?))
        .await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct StepUpForm {
    code: String,
    password: String,
    asked: String,
    answer: String,
    demo: String,
    to: String,
}

/// `POST /step-up`
pub(crate) async fn send(visit: Visit, Form(form): Form<StepUpForm>) -> Response {
    let Ok(_place) = visit.shared.sign_in_places.clone().acquire_owned().await else {
        return visit.plain_error(axum::http::StatusCode::SERVICE_UNAVAILABLE, "busy");
    };
    visit
        .desk(move |desk| {
            let token = desk.token()?;
            let is_demo = desk.shared().settings.demo.is_some();
            let done = match desk.passkeys() {
                Some(passkeys) if !form.answer.is_empty() => {
                    let answer = (form.asked.as_str(), form.answer.as_str());
                    desk.app.step_up_with_passkey(&passkeys, answer, &token)
                }
                _ if is_demo && !form.demo.is_empty() => desk.app.step_up(Proof::Demo, &token),
                _ if !form.password.is_empty() => {
                    desk.app.step_up(Proof::Password(&form.password), &token)
                }
                _ => desk.app.step_up(Proof::Code(&form.code), &token),
            };
            match done {
                Ok(()) => {
                    let cookie = session_cookie(Some(&token), desk.shared().settings.secure);
                    Ok(Reply::GoWith(door::way_in(&form.to), cookie))
                }
                Err(error) => {
                    let (status, key) = told(error)?;
                    Reply::refused_with(status, &page_of(desk, (form.to, ""), Some(&key))?)
                }
            }
        })
        .await
}
