//! The second step of signing in, and signing in with a passkey alone.
//!
//! Invariant: an answer says neither who has begun nor what of it was wrong.

use super::{half_cookie, random, signed_in, told, wish_of};
use crate::pages::door;
use crate::pages::frame::Frame;
use crate::pages::visit::{Reply, Visit};
use crate::server::Shared;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use lasna_app::identity::Wish;
use lasna_app::{App, AppError, SignedIn};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    title: String,
    to: String,
    errors: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "passkey_sign_in.html")]
struct PasskeyPage {
    frame: Frame,
    title: String,
    to: String,
    error: Option<String>,
    /// What the browser is asked, and what the question is called; none where there are no passkeys.
    asked: Option<(String, String)>,
}

fn title(frame: &Frame, key: &str, wrong: bool) -> String {
    let title = frame.text(key);
    match wrong {
        true => frame.fill("frame.error_in_title", &[("title", &title)]),
        false => title,
    }
}

fn code_page(visit: &Visit, to: String, error: Option<&str>) -> CodePage {
    let frame = visit.frame(visit.language);
    CodePage {
        title: title(&frame, "code.title", error.is_some()),
        to,
        errors: error
            .map(|key| ("code".to_owned(), frame.text(key)))
            .into_iter()
            .collect(),
        frame,
    }
}

/// `GET /sign-in/code`
pub(crate) async fn form(visit: Visit) -> Response {
    visit
        .anybody(|visit| Reply::page(&code_page(&visit, door::asked(&visit.query), None)))
        .await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct CodeForm {
    code: String,
    to: String,
}

/// `POST /sign-in/code`
pub(crate) async fn send(
    State(shared): State<Shared>,
    visit: Visit,
    Form(form): Form<CodeForm>,
) -> Response {
    let asker = visit.clone();
    let settled = visit
        .settle(move |visit| {
            let shared = &visit.shared;
            let token = shared.token().map_err(AppError::Problem)?;
            let half = visit.half.clone().unwrap_or_default();
            let (store, now) = (&shared.settings.store, (shared.settings.clock)());
            let wish = wish_of(visit, &token, false);
            let done = App::sign_in_with_code(store, now, (&half, &form.code), &wish);
            let way = match done {
                Ok(SignedIn::ChangePassword) => "/password".to_owned(),
                Ok(_) => door::way_in(&form.to),
                Err(AppError::NoAccount) => return Ok(Err((code_over(), form.to))),
                Err(error) => return Ok(Err((told(error)?, form.to))),
            };
            Ok(Ok((token, way)))
        })
        .await;
    match settled {
        Ok(Ok((token, way))) => signed_in(&shared, &token, way),
        Ok(Err(((status, key), to))) => {
            let page = code_page(&asker, to, Some(&key));
            crate::pages::render_with(status, &page)
        }
        Err(response) => *response,
    }
}

fn code_over() -> (StatusCode, String) {
    (StatusCode::UNPROCESSABLE_ENTITY, "code.over".into())
}

fn passkey_page(visit: &Visit, to: String, error: Option<&str>) -> Result<PasskeyPage, AppError> {
    let shared = &visit.shared;
    let asked = match shared.passkeys() {
        Some(passkeys) => {
            let id = shared.token().map_err(AppError::Problem)?;
            let now = (shared.settings.clock)();
            Some((passkeys.begin_sign_in(&id, now)?, id))
        }
        None => None,
    };
    let frame = visit.frame(visit.language);
    Ok(PasskeyPage {
        title: title(&frame, "passkey.sign_in", error.is_some()),
        to,
        error: error.map(|key| frame.text(key)),
        asked,
        frame,
    })
}

/// `GET /sign-in/passkey`
pub(crate) async fn passkey_form(visit: Visit) -> Response {
    visit
        .anybody(|visit| {
            let to = door::asked(&visit.query);
            Reply::page(&passkey_page(&visit, to, None)?)
        })
        .await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PasskeyForm {
    pub asked: String,
    pub answer: String,
    pub name: String,
    pub to: String,
    /// Whether others use the machine too.
    pub shared: String,
}

/// `POST /sign-in/passkey`
pub(crate) async fn passkey(
    State(shared): State<Shared>,
    visit: Visit,
    Form(form): Form<PasskeyForm>,
) -> Response {
    let settled = visit
        .settle(move |visit| {
            let shared = &visit.shared;
            let token = shared.token().map_err(AppError::Problem)?;
            let (store, now) = (&shared.settings.store, (shared.settings.clock)());
            let wish = Wish {
                shared: !form.shared.is_empty(),
                ..wish_of(visit, &token, false)
            };
            let answer = (form.asked.as_str(), form.answer.as_str());
            let done = match shared.passkeys() {
                Some(passkeys) => App::sign_in_with_passkey(store, now, &passkeys, answer, &wish),
                None => Err(AppError::Problem("passkey.refused".into())),
            };
            match done {
                Ok(()) => Ok(Ok((token, door::way_in(&form.to)))),
                Err(error) => {
                    let (status, key) = told(error)?;
                    let page = passkey_page(visit, form.to.clone(), Some(&key))?;
                    Ok(Err(crate::pages::render_with(status, &page)))
                }
            }
        })
        .await;
    match settled {
        Ok(Ok((token, way))) => signed_in(&shared, &token, way),
        Ok(Err(response)) => response,
        Err(response) => *response,
    }
}

/// The way to the second step, with the cookie of the half-way.
pub(crate) fn half_way(shared: &Shared, token: &str, to: &str) -> Response {
    let way = match to.is_empty() {
        true => "/sign-in/code".to_owned(),
        false => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("to", to);
            format!("/sign-in/code?{}", query.finish())
        }
    };
    let mut response = axum::response::IntoResponse::into_response(Reply::Go(way));
    let cookie = half_cookie(Some(token), shared.settings.secure);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// A salt.
pub(crate) fn salt(shared: &Shared) -> Result<[u8; 16], AppError> {
    let drawn = random(shared, 1)?;
    let mut salt = [0; 16];
    salt.copy_from_slice(&drawn[0][..16]);
    Ok(salt)
}
