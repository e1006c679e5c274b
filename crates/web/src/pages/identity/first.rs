//! The page of the first administrator: a code of whoever runs the machine makes an account.
//!
//! Invariant: it says the same whether there is a code or an administrator, or not.

use super::code::salt;
use super::{signed_in, told, wish_of};
use crate::pages::frame::Frame;
use crate::pages::visit::{Reply, Visit};
use crate::server::Shared;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use lasna_app::identity::FirstPerson;
use lasna_app::{App, AppError, PASSWORD_MIN};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "first.html")]
struct FirstPage {
    frame: Frame,
    title: String,
    hint: String,
    form: FirstForm,
    errors: Vec<(String, String)>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FirstForm {
    code: String,
    login: String,
    name: String,
    password: String,
    again: String,
}

fn field_of(key: &str) -> &'static str {
    match key {
        "password.differ" => "again",
        "first.missing" => "login",
        key if key.starts_with("password.") => "password",
        _ => "code",
    }
}

fn page_of(visit: &Visit, form: &FirstForm, error: Option<&str>) -> FirstPage {
    let frame = visit.frame(visit.language);
    let title = frame.text("first.title");
    let n = PASSWORD_MIN.to_string();
    FirstPage {
        title: match error {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title,
        },
        hint: frame.fill("password.hint", &[("n", &n)]),
        // What is secret is typed again.
        form: FirstForm {
            login: form.login.clone(),
            name: form.name.clone(),
            ..FirstForm::default()
        },
        errors: error
            .map(|key| (field_of(key).to_owned(), frame.text(key)))
            .into_iter()
            .collect(),
        frame,
    }
}

/// `GET /first`
pub(crate) async fn form(visit: Visit) -> Response {
    visit
        .anybody(|visit| Reply::page(&page_of(&visit, &FirstForm::default(), None)))
        .await
}

/// `POST /first`
pub(crate) async fn send(
    State(shared): State<Shared>,
    visit: Visit,
    Form(form): Form<FirstForm>,
) -> Response {
    let Ok(_place) = shared.sign_in_places.clone().acquire_owned().await else {
        return visit.plain_error(StatusCode::SERVICE_UNAVAILABLE, "busy");
    };
    let settled = visit
        .settle(move |visit| {
            let shared = &visit.shared;
            let token = shared.token().map_err(AppError::Problem)?;
            let done = match form.password == form.again {
                true => App::begin_first(
                    &shared.settings.store,
                    (shared.settings.clock)(),
                    &FirstPerson {
                        code: &form.code,
                        login: &form.login,
                        name: &form.name,
                        password: &form.password,
                        salt: salt(shared)?,
                        language: visit.language,
                    },
                    &wish_of(visit, &token, false),
                ),
                false => Err(AppError::Problem("password.differ".into())),
            };
            match done {
                Ok(()) => Ok(Ok(token)),
                Err(error) => {
                    let (status, key) = told(error)?;
                    let page = page_of(visit, &form, Some(&key));
                    Ok(Err(crate::pages::render_with(status, &page)))
                }
            }
        })
        .await;
    match settled {
        Ok(Ok(token)) => signed_in(&shared, &token, "/today".into()),
        Ok(Err(response)) => response,
        Err(response) => *response,
    }
}
