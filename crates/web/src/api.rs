//! Machine endpoints.
//!
//! Invariant: each handler signs in first and asks a use case, which checks the right and writes the
//! audit row.

use crate::json::{FiguresJson, WatchJson};
use crate::problem::Problem;
use crate::server::Shared;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use lasna_app::Level;
use lasna_domain::calendar::{Day, Instant};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    as_of: Option<String>,
    known_at: Option<String>,
}

/// `GET /api/v1/schools/{id}/watch-list?as_of=DATE&known_at=INSTANT`
pub(crate) async fn watch_list(
    State(shared): State<Shared>,
    school: Result<Path<String>, PathRejection>,
    query: Result<Query<ListQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Vec<WatchJson>>, Problem> {
    let token = bearer(&headers)?;
    // The framework's own refusals are plain text.
    let Path(school) = school.map_err(|_| lasna_app::AppError::NotFound("school"))?;
    let Query(query) = query.map_err(|refused| wrong("query", &refused.body_text()))?;
    let now = (shared.settings.clock)();
    let as_of = day_of(query.as_of.as_deref(), &shared)?;
    let known_at = instant_of(query.known_at.as_deref())?;
    let rows = run(move || {
        let app = shared.app(now, &token)?;
        let model = (shared.settings.model)(&app, as_of).map_err(lasna_app::AppError::Problem)?;
        app.watch_list(&model, Some(&school), as_of, known_at)
    })
    .await?;
    Ok(Json(rows.iter().map(WatchJson::from).collect()))
}

#[derive(Debug, Deserialize)]
pub(crate) struct FiguresQuery {
    level: Option<String>,
    as_of: Option<String>,
    known_at: Option<String>,
}

/// `GET /api/v1/figures?level=provider|school|class|pupil&as_of=DATE&known_at=INSTANT`
pub(crate) async fn figures(
    State(shared): State<Shared>,
    query: Result<Query<FiguresQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Vec<FiguresJson>>, Problem> {
    let token = bearer(&headers)?;
    let Query(query) = query.map_err(|refused| wrong("query", &refused.body_text()))?;
    let now = (shared.settings.clock)();
    let level = match query.level.as_deref().unwrap_or_default() {
        "provider" => Level::Provider,
        "school" => Level::School,
        "class" => Level::Class,
        "pupil" => Level::Pupil,
        _ => return Err(wrong("level", &"must be provider, school, class or pupil")),
    };
    let as_of = day_of(query.as_of.as_deref(), &shared)?;
    let known_at = instant_of(query.known_at.as_deref())?;
    let rows = run(move || {
        let app = shared.app(now, &token)?;
        app.figures(level, as_of, known_at)
    })
    .await?;
    Ok(Json(rows.iter().map(FiguresJson::from).collect()))
}

/// `GET /readyz`: the store answers.
pub(crate) async fn ready(State(shared): State<Shared>) -> Result<&'static str, Problem> {
    run(move || Ok(shared.settings.store.providers().map(drop)?)).await?;
    Ok("ready\n")
}

fn day_of(text: Option<&str>, shared: &Shared) -> Result<Day, Problem> {
    match text {
        Some(text) => text.parse::<Day>().map_err(|error| wrong("as_of", &error)),
        None => Ok((shared.settings.today)()),
    }
}

fn instant_of(text: Option<&str>) -> Result<Instant, Problem> {
    match text {
        Some(text) => text
            .parse::<Instant>()
            .map_err(|error| wrong("known_at", &error)),
        None => Ok(Instant::LATEST),
    }
}

fn wrong(field: &str, error: &impl std::fmt::Display) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad_request.query",
        format!("{field}: {error}"),
    )
}

fn bearer(headers: &HeaderMap) -> Result<String, Problem> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        // The scheme is matched without regard to case (RFC 9110, 11.1).
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| token.trim().to_owned())
        .ok_or_else(|| lasna_app::AppError::NoAccount.into())
}

async fn run<T: Send + 'static>(
    use_case: impl FnOnce() -> Result<T, lasna_app::AppError> + Send + 'static,
) -> Result<T, Problem> {
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(use_case)).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the service failed; nothing was changed",
        )),
    }
}
