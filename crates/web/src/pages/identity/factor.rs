//! One's own authenticator app and recovery codes.
//!
//! Invariant: a secret and a recovery code are shown once, on the answer that made them.

use super::{random, session_cookie, told};
use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use crate::server::Shared;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::identity::{FactorState, TotpSetup};
use serde::Deserialize;
use std::fmt::Write as _;

#[derive(Template)]
#[template(path = "factor.html")]
struct FactorPage {
    frame: Frame,
    title: String,
    state: FactorState,
    /// Whether two factors are wanted here and there is one.
    due: bool,
    /// How many recovery codes are left.
    left: String,
    passkeys: bool,
}

#[derive(Template)]
#[template(path = "factor_new.html")]
struct NewPage {
    frame: Frame,
    title: String,
    secret: String,
    /// The picture: its width, and a path over its dark modules.
    width: usize,
    path: String,
    errors: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    frame: Frame,
    title: String,
    codes: Vec<String>,
}

/// Blank modules around the picture, which readers need.
const MARGIN: usize = 4;

fn picture(setup: &TotpSetup) -> (usize, String) {
    let mut path = String::new();
    for (y, row) in setup.picture.iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    (setup.picture.len() + 2 * MARGIN, path)
}

/// `GET /second-factor`
pub(crate) async fn overview(visit: Visit) -> Response {
    visit
        .desk(|desk| {
            let state = desk.app.factor_state()?;
            let passkeys = desk.passkeys().is_some();
            let due = desk.factor_due();
            let frame = desk.frame;
            Reply::page(&FactorPage {
                title: frame.text("factor.title"),
                left: frame.count("factor.left", state.recovery_left),
                state,
                due,
                passkeys,
                frame,
            })
        })
        .await
}

/// `POST /second-factor/begin`
pub(crate) async fn begin(visit: Visit) -> Response {
    visit
        .desk(|desk| {
            let drawn = random(desk.shared(), 1)?;
            let mut secret = [0; 20];
            secret.copy_from_slice(&drawn[0][..20]);
            desk.app.begin_totp(&secret)?;
            Ok(Reply::Go("/second-factor/new".into()))
        })
        .await
}

fn new_page(desk: Desk, error: Option<&str>) -> Result<NewPage, AppError> {
    let setup = desk.app.totp_setup()?;
    let (width, path) = picture(&setup);
    let frame = desk.frame;
    let title = frame.text("factor.new");
    Ok(NewPage {
        title: match error {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title,
        },
        secret: setup.secret,
        width,
        path,
        errors: error
            .map(|key| ("code".to_owned(), frame.text(key)))
            .into_iter()
            .collect(),
        frame,
    })
}

/// `GET /second-factor/new`
pub(crate) async fn new(visit: Visit) -> Response {
    visit
        .desk(|desk| match new_page(desk, None) {
            Ok(page) => Reply::page(&page),
            Err(AppError::NotFound(_)) => Ok(Reply::Go("/second-factor".into())),
            Err(error) => Err(error),
        })
        .await
}

#[derive(Deserialize)]
pub(crate) struct ConfirmForm {
    #[serde(default)]
    code: String,
}

/// `POST /second-factor/new`
pub(crate) async fn confirm(visit: Visit, Form(form): Form<ConfirmForm>) -> Response {
    visit
        .desk(move |desk| {
            let drawn = random(desk.shared(), 3)?;
            let token = desk.token()?;
            match desk.app.confirm_totp(&form.code, &drawn, &token) {
                Ok(codes) => {
                    let cookie = session_cookie(Some(&token), desk.shared().settings.secure);
                    Ok(recovery(desk.frame, codes)?.with(cookie))
                }
                Err(AppError::NotFound(_)) => Err(AppError::Problem("factor.over".into())),
                Err(error) => {
                    let (status, key) = told(error)?;
                    Reply::refused_with(status, &new_page(desk, Some(&key))?)
                }
            }
        })
        .await
}

fn recovery(frame: Frame, codes: Vec<String>) -> Result<Reply, AppError> {
    Reply::page(&RecoveryPage {
        title: frame.text("factor.codes_title"),
        codes,
        frame,
    })
}

/// `POST /second-factor/codes`
pub(crate) async fn codes(visit: Visit) -> Response {
    visit
        .desk(|desk| {
            let drawn = random(desk.shared(), 3)?;
            match desk.app.new_recovery(&drawn) {
                Ok(codes) => recovery(desk.frame, codes),
                Err(AppError::NotFound(_)) => Err(AppError::Problem("factor.over".into())),
                Err(error) => Err(error),
            }
        })
        .await
}

/// `POST /second-factor/remove`
pub(crate) async fn remove(State(shared): State<Shared>, visit: Visit) -> Response {
    visit
        .desk(move |desk| {
            desk.app.end_totp(shared.settings.second_factor)?;
            Ok(Reply::Go("/second-factor".into()))
        })
        .await
}
