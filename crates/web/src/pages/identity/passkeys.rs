//! One's own passkeys: listed, made, given up.
//!
//! Invariant: the page says in words that a passkey needs a script, and what does without.

use super::code::PasskeyForm;
use super::{moment, session_cookie, told};
use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use crate::server::Shared;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::identity::OwnPasskey;
use serde::Deserialize;

struct PasskeyView {
    id: String,
    name: String,
    made: String,
    used: String,
}

#[derive(Template)]
#[template(path = "passkeys.html")]
struct PasskeysPage {
    frame: Frame,
    title: String,
    passkeys: Vec<PasskeyView>,
    /// Whether this server takes passkeys.
    taken: bool,
}

#[derive(Template)]
#[template(path = "passkey_new.html")]
struct NewPage {
    frame: Frame,
    title: String,
    error: Option<String>,
    asked: String,
    id: String,
}

fn view(frame: &Frame, passkey: OwnPasskey) -> PasskeyView {
    let made = moment(frame, passkey.at);
    let used = passkey.used.map(|at| moment(frame, at));
    PasskeyView {
        id: passkey.id,
        name: match passkey.name.is_empty() {
            true => frame.text("passkey.unnamed"),
            false => passkey.name,
        },
        made: frame.fill("passkey.made", &[("moment", &made)]),
        used: match used {
            Some(at) => frame.fill("passkey.used", &[("moment", &at)]),
            None => frame.text("passkey.unused"),
        },
    }
}

/// `GET /passkeys`
pub(crate) async fn list(visit: Visit) -> Response {
    visit
        .desk(|desk| {
            let all = desk.app.own_passkeys()?;
            let taken = desk.passkeys().is_some();
            let frame = desk.frame;
            Reply::page(&PasskeysPage {
                title: frame.text("passkey.title"),
                passkeys: all.into_iter().map(|one| view(&frame, one)).collect(),
                taken,
                frame,
            })
        })
        .await
}

fn new_page(desk: Desk, error: Option<&str>) -> Result<Option<NewPage>, AppError> {
    let Some(passkeys) = desk.passkeys() else {
        return Ok(None);
    };
    let id = desk.token()?;
    let asked = desk.app.begin_passkey(&passkeys, &id)?;
    let frame = desk.frame;
    Ok(Some(NewPage {
        title: frame.text("passkey.new"),
        error: error.map(|key| frame.text(key)),
        asked,
        id,
        frame,
    }))
}

/// `GET /passkeys/new`
pub(crate) async fn new(visit: Visit) -> Response {
    visit
        .desk(|desk| match new_page(desk, None)? {
            Some(page) => Reply::page(&page),
            None => Ok(Reply::Go("/passkeys".into())),
        })
        .await
}

/// `POST /passkeys/new`
pub(crate) async fn add(visit: Visit, Form(form): Form<PasskeyForm>) -> Response {
    visit
        .desk(move |desk| {
            let Some(passkeys) = desk.passkeys() else {
                return Err(AppError::Problem("passkey.none_here".into()));
            };
            let token = desk.token()?;
            let answer = (
                form.asked.as_str(),
                form.answer.as_str(),
                form.name.as_str(),
            );
            match desk.app.finish_passkey(&passkeys, answer, &token) {
                Ok(()) => {
                    let cookie = session_cookie(Some(&token), desk.shared().settings.secure);
                    Ok(Reply::GoWith("/passkeys".into(), cookie))
                }
                Err(error) => {
                    let (status, key) = told(error)?;
                    match new_page(desk, Some(&key))? {
                        Some(page) => Reply::refused_with(status, &page),
                        None => Ok(Reply::Go("/passkeys".into())),
                    }
                }
            }
        })
        .await
}

#[derive(Deserialize)]
pub(crate) struct RemoveForm {
    #[serde(default)]
    passkey: String,
}

/// `POST /passkeys/remove`
pub(crate) async fn remove(
    State(shared): State<Shared>,
    visit: Visit,
    Form(form): Form<RemoveForm>,
) -> Response {
    visit
        .desk(move |desk| {
            let wanted = shared.settings.second_factor;
            match desk.app.end_own_passkey(&form.passkey, wanted) {
                Ok(()) => Ok(Reply::Go("/passkeys".into())),
                // Two clicks give it up once.
                Err(AppError::NotFound(_)) => Err(AppError::Problem("passkey.over".into())),
                Err(error) => Err(error),
            }
        })
        .await
}
