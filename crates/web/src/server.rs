//! The router and the server.
//!
//! Invariant: the clock comes in from outside; a request's path pattern, method and status are
//! counted, nothing else of it.

use crate::{api, pages, problem::Problem};
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use lasna_app::{App, AppError, HeldYears};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Model;
use lasna_store::Store;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

/// Longer than any answer may take.
const REQUEST_TIME: Duration = Duration::from_secs(60);

/// Finds the model in force on a day for a caller.
pub type ModelOf = dyn Fn(&App, Day) -> Result<Model, String> + Send + Sync;

/// What the server works with.
#[derive(Clone)]
pub struct Settings {
    /// The store.
    pub store: Store,
    /// Now.
    pub clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// The civil day of now, at the school.
    pub today: Arc<dyn Fn() -> Day + Send + Sync>,
    /// The model in force.
    pub model: Arc<ModelOf>,
}

/// The settings with what the requests of one server share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub settings: Settings,
    pub held: Arc<HeldYears>,
}

impl Shared {
    /// The use cases for the account of a token.
    pub fn app(&self, now: Instant, token: &str) -> Result<App, AppError> {
        let app = App::with_token(self.settings.store.clone(), now, token)?;
        Ok(app.holding(self.held.clone()))
    }
}

/// The router over a store.
pub fn router(settings: Settings) -> Router {
    router_over(Shared {
        settings,
        held: Arc::default(),
    })
}

fn router_over(shared: Shared) -> Router {
    let handle = recorder();
    let header_layer = |name, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(api::ready))
        .route("/metrics", get(async move || handle.render()))
        .route("/api/v1/schools/{id}/watch-list", get(api::watch_list))
        .route("/api/v1/figures", get(api::figures))
        .route("/ladder", get(pages::ladder::ladder))
        .route("/assets/style.css", get(pages::style))
        .fallback(async || {
            Problem::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "not found, or no right to it",
            )
        })
        .layer(from_fn(count))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_TIME,
        ))
        .layer(header_layer(header::CACHE_CONTROL, "no-store"))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::REFERRER_POLICY, "no-referrer"))
        .layer(header_layer(
            header::CONTENT_SECURITY_POLICY,
            pages::CONTENT_POLICY,
        ))
        .with_state(shared)
}

fn recorder() -> PrometheusHandle {
    // A recorder of this router only: tests make several routers in one process.
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::debug!("another router of this process counts already");
    }
    handle
}

async fn count(request: Request, next: Next) -> Response {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    // A method can be any word: one that is not known must not become a label.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    }
    .to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "path" => path, "method" => method, "status" => status)
        .increment(1);
    response
}

/// Makes today's lists before anybody asks, so that the first one to ask does not wait for the year.
///
/// It is recorded as a look of the operator, who started the program.
fn warm(shared: &Shared) -> Result<(), String> {
    let (clock, today) = (&shared.settings.clock, &shared.settings.today);
    let app = App::operator(shared.settings.store.clone(), clock())
        .map_err(|error| error.to_string())?
        .holding(shared.held.clone());
    let model = (shared.settings.model)(&app, today())?;
    app.watch_list(&model, None, today(), Instant::LATEST)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Serves until `stop` is done, then lets running requests end.
///
/// # Errors
/// Where the socket fails.
pub async fn serve(
    settings: Settings,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let shared = Shared {
        settings,
        held: Arc::default(),
    };
    let warming = shared.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = warm(&warming) {
            tracing::warn!(%error, "today's lists could not be made ahead");
        }
    });
    axum::serve(listener, router_over(shared))
        .with_graceful_shutdown(stop)
        .await
}
