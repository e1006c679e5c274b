//! Pages: HTML made on the server, readable without a script.
//!
//! A page is a template beside a struct that is filled with finished texts; sentences stand in
//! `locales/{fi,sv,en}`, one file for each area. What is not here: anything of people, so far.
//!
//! Invariant: no sentence stands in Rust or in a template.

pub(crate) mod ladder;
mod texts;

use askama::Template;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use lasna_domain::model::Language;
use texts::Texts;

/// `GET /assets/style.css`: the stylesheet of every page.
pub(crate) async fn style() -> impl IntoResponse {
    let content = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (content, include_str!("../../assets/style.css"))
}

/// What may be loaded by a page: its own style, and nothing else.
pub(crate) const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A language with its name in itself.
pub(crate) struct Choice {
    pub code: &'static str,
    pub name: &'static str,
    pub current: bool,
}

/// What stands around the content of every page.
pub(crate) struct Frame {
    pub language: &'static str,
    chosen: Language,
    texts: Texts,
}

const LANGUAGES: [(Language, &str, &str); 3] = [
    (Language::Fi, "fi", "Suomi"),
    (Language::Sv, "sv", "Svenska"),
    (Language::En, "en", "English"),
];

impl Frame {
    /// The frame in a language.
    pub fn new(chosen: Language) -> Frame {
        let known = LANGUAGES.iter().find(|(language, ..)| *language == chosen);
        Frame {
            language: known.map_or("fi", |(_, code, _)| code),
            chosen,
            texts: Texts::of(chosen),
        }
    }

    /// The text of a key, `area.name`.
    pub fn text(&self, key: &str) -> String {
        self.texts.text(key, &[])
    }

    /// The languages to choose from.
    pub fn languages(&self) -> Vec<Choice> {
        let choice = |&(language, code, name)| Choice {
            code,
            name,
            current: language == self.chosen,
        };
        LANGUAGES.iter().map(choice).collect()
    }
}

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
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
