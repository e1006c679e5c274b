//! Pages: HTML made on the server, readable without a script.
//!
//! A page is a template beside a struct that is filled with finished texts; sentences stand in
//! `locales/{fi,sv,en}`, one file for each area. A page of people is made inside
//! [`visit::Visit::desk`], with the account of whoever is signed in.
//!
//! Invariant: no sentence stands in Rust or in a template.

pub(crate) mod act;
pub(crate) mod assets;
mod day;
pub(crate) mod door;
mod error;
pub(crate) mod frame;
pub(crate) mod help;
pub(crate) mod home;
pub(crate) mod identity;
pub(crate) mod imports;
pub(crate) mod ladder;
pub(crate) mod measures;
mod overview;
mod place;
pub(crate) mod pupil;
mod pupil_charts;
mod pupil_words;
pub(crate) mod register;
pub(crate) mod rights;
pub(crate) mod sign_in;
pub(crate) mod substitutes;
pub(crate) mod texts;
pub(crate) mod today;
pub(crate) mod tour;
pub(crate) mod versions;
pub(crate) mod visit;
pub(crate) mod watch_list;

use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use frame::LANGUAGES;
use lasna_domain::model::Language;

/// The language that the address asks for, else the first known one that the browser prefers, else
/// Finnish.
pub(crate) fn language_of(asked: Option<&str>, headers: &HeaderMap) -> Language {
    let known = |code: &str| {
        let found = LANGUAGES.iter().find(|(_, known, _)| *known == code);
        found.map(|(language, ..)| *language)
    };
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // Browsers write the preferred language first.
    let mut preferred = accepted
        .split(',')
        .filter_map(|part| known(part.trim().get(..2)?));
    asked
        .and_then(known)
        .or_else(|| preferred.next())
        .unwrap_or(Language::Fi)
}

/// The page as an answer.
pub(crate) fn render(page: &impl Template) -> Response {
    render_with(StatusCode::OK, page)
}

/// The page as an answer of a status.
pub(crate) fn render_with(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
