//! The ladder in force in plain words, for anybody: a decision of the municipality, of nobody's.
//!
//! Invariant: the page is made from the model alone.

use super::{Frame, language_of, render};
use crate::server::Shared;
use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use lasna_app::App;
use lasna_app::model::{Block, Document, guide};
use lasna_domain::calendar::Day;
use lasna_domain::model::{Language, Model};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct LadderQuery {
    lang: Option<String>,
}

/// A document with its place on the page.
struct Part {
    anchor: &'static str,
    name: String,
    document: Document,
}

/// What there is to tell of a model.
struct Told {
    in_force: String,
    parts: Vec<Part>,
}

#[derive(Template)]
#[template(path = "ladder.html")]
struct LadderPage {
    frame: Frame,
    title: String,
    told: Option<Told>,
}

impl LadderPage {
    fn new(language: Language, model: Option<&Model>) -> LadderPage {
        let frame = Frame::new(language);
        let told = model.map(|model| {
            let guide = guide(model, language);
            let part = |anchor, name, document| Part {
                anchor,
                name,
                document,
            };
            Told {
                in_force: frame.texts.text(
                    "ladder.in_force",
                    &[
                        ("date", &day_text(model.valid)),
                        ("reference", &model.reference()),
                    ],
                ),
                parts: vec![
                    part("guardian", frame.text("ladder.guardian"), guide.guardian),
                    part("teacher", frame.text("ladder.teacher"), guide.teacher),
                    part(
                        "curriculum",
                        frame.text("ladder.curriculum"),
                        guide.curriculum,
                    ),
                ],
            }
        });
        LadderPage {
            title: frame.text("ladder.title"),
            frame,
            told,
        }
    }
}

/// As dates are written in Finland in all three languages.
fn day_text(day: Day) -> String {
    let date = day.to_date();
    format!("{}.{}.{}", date.day(), date.month(), date.year())
}

/// `GET /ladder?lang=fi|sv|en`
pub(crate) async fn ladder(
    State(shared): State<Shared>,
    query: Result<Query<LadderQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Query(query) = query.unwrap_or_default();
    let language = language_of(query.lang.as_deref(), &headers);
    let found = tokio::task::spawn_blocking(move || {
        let (now, today) = ((shared.settings.clock)(), (shared.settings.today)());
        let app = App::operator(shared.settings.store.clone(), now).map_err(|e| e.to_string())?;
        (shared.settings.model)(&app, today)
    });
    let model = match found.await {
        Ok(Ok(model)) => Some(model),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the model in force cannot be told");
            None
        }
        Err(_) => None,
    };
    render(&LadderPage::new(language, model.as_ref()))
}
