//! The ladder in force in plain words, for anybody: a decision of the municipality, of nobody's.
//!
//! Invariant: the page is made from the model alone.

use super::frame::{Frame, day_text};
use super::render;
use super::visit::Visit;
use crate::server::Shared;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use lasna_app::App;
use lasna_app::model::{Block, Document, guide, model_name};
use lasna_domain::model::Model;

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
    fn new(frame: Frame, model: Option<&Model>) -> LadderPage {
        let language = frame.chosen;
        let told = model.map(|model| {
            let guide = guide(model, language);
            let part = |anchor, name, document| Part {
                anchor,
                name,
                document,
            };
            Told {
                in_force: frame.fill(
                    "ladder.in_force",
                    &[
                        ("date", &day_text(model.valid)),
                        ("name", &model_name(model, language)),
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

/// `GET /ladder?lang=fi|sv|en`
pub(crate) async fn ladder(State(shared): State<Shared>, visit: Visit) -> Response {
    let found = tokio::task::spawn_blocking(move || {
        let (now, today) = ((shared.settings.clock)(), (shared.settings.today)());
        let app = App::operator(shared.settings.store.clone(), now).map_err(|e| e.to_string())?;
        let model = shared.model(&app, today).map_err(|e| e.to_string());
        Ok::<_, String>((visit.own_frame(), model))
    });
    match found.await {
        Ok(Ok((frame, model))) => {
            if let Err(error) = &model {
                tracing::warn!(%error, "the model in force cannot be told");
            }
            render(&LadderPage::new(frame, model.ok().as_deref()))
        }
        _ => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
