//! The router and the server.
//!
//! Invariant: the clock comes in from outside; a request's path pattern, method and status are
//! counted, nothing else of it.

use crate::guard::{self, Gate, Limits};
use crate::uploads::{UploadSettings, Uploads};
use crate::{api, pages, problem::Problem, ways};
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use lasna_app::identity::Passkeys;
use lasna_app::identity::oidc::Providers;
use lasna_app::{App, AppError, HeldYears};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Model;
use lasna_store::Store;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

/// Longer than any answer may take.
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// Longer than files may take to come in.
const UPLOAD_TIME: Duration = Duration::from_secs(30 * 60);

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
    /// Randomness for sessions and salts.
    pub random: Arc<dyn Fn() -> Result<[u8; 32], String> + Send + Sync>,
    /// Whether cookies go over TLS alone; only a demo on this machine does without.
    pub secure: bool,
    /// The people of the demo town, who sign in by a link; `None` wherever the data may be real.
    pub demo: Option<Vec<DemoPerson>>,
    /// Whether everybody who has a password needs a second factor.
    pub second_factor: bool,
    /// What passkeys are made with; `None` takes none.
    pub passkeys: Option<Arc<Passkeys>>,
    /// Identity providers; `None` has none.
    pub providers: Option<Arc<Providers>>,
    /// Proxies whose word for an address counts.
    pub proxies: Vec<IpAddr>,
    /// Where files are kept until they are imported; `None` takes none.
    pub uploads: Option<UploadSettings>,
    /// What callers may take of the service.
    pub limits: Limits,
}

/// A person of the demo town.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DemoPerson {
    /// The word in the link, for example `sky-worker`.
    pub role: String,
    pub login: String,
    pub name: String,
}

/// A model with the text that it was read from; none where it is the one that comes with Läsnä.
type HeldModel = (Option<String>, Arc<Model>);

/// The settings with what the requests of one server share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub settings: Settings,
    pub held: Arc<HeldYears>,
    /// The model that was read last, with its text.
    models: Arc<Mutex<Option<HeldModel>>>,
    /// A hash takes memory and a core: so many at once.
    pub sign_in_places: Arc<Semaphore>,
    pub uploads: Option<Arc<Uploads>>,
    pub gate: Arc<Gate>,
}

/// Passwords hashed at once.
const SIGN_IN_PLACES: usize = 2;

impl Shared {
    fn new(settings: Settings) -> Shared {
        let uploads = settings.uploads.clone().map(Uploads::new).map(Arc::new);
        Shared {
            gate: Arc::new(Gate::new(settings.limits)),
            settings,
            uploads,
            held: Arc::default(),
            models: Arc::default(),
            sign_in_places: Arc::new(Semaphore::new(SIGN_IN_PLACES)),
        }
    }

    /// The model in force on a day; it is read anew only where its text has changed.
    pub fn model(&self, app: &App, day: Day) -> Result<Arc<Model>, AppError> {
        let text = app.model_text(day)?;
        let mut known = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((same, model)) = known.as_ref()
            && *same == text
        {
            return Ok(model.clone());
        }
        let model = (self.settings.model)(app, day).map_err(AppError::Problem)?;
        let model = Arc::new(model);
        *known = Some((text, model.clone()));
        Ok(model)
    }

    /// What passkeys are made with, where this server takes any.
    pub fn passkeys(&self) -> Option<Arc<Passkeys>> {
        self.settings.passkeys.clone()
    }

    /// The identity providers, where this server has any.
    pub fn providers(&self) -> Option<Arc<Providers>> {
        self.settings.providers.clone()
    }

    /// Whether whoever is signed in has to set up a second factor first.
    pub fn factor_due(&self, app: &App) -> bool {
        let is_demo = self.settings.demo.is_some();
        // Who comes by a provider with one factor owes the other wherever the account has one.
        let wanted = self.settings.second_factor || app.owes_factor().unwrap_or(true);
        wanted && app.require_two_factors(is_demo).is_err()
    }

    /// A token of 256 bits in hex.
    pub fn token(&self) -> Result<String, String> {
        let random = (self.settings.random)()?;
        Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The use cases for the account of a token.
    pub fn app(&self, now: Instant, token: &str) -> Result<App, AppError> {
        let app = App::with_token(self.settings.store.clone(), now, token)?;
        Ok(app.holding(self.held.clone()))
    }
}

/// The router over a store.
pub fn router(settings: Settings) -> Router {
    router_over(Shared::new(settings))
}

fn router_over(shared: Shared) -> Router {
    let handle = recorder();
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(api::ready))
        .route("/metrics", get(async move || handle.render()))
        .route("/api/v1/schools/{id}/watch-list", get(api::watch_list))
        .route("/api/v1/figures", get(api::figures))
        .route("/api/v1/openapi.json", get(crate::openapi::document))
        .merge(ways::page_routes())
        .merge(ways::import_routes())
        .fallback(missing)
        .layer(timeout(REQUEST_TIME))
        .merge(
            ways::upload_routes()
                .layer(RequestBodyTimeoutLayer::new(
                    shared.settings.limits.body_time,
                ))
                .layer(timeout(UPLOAD_TIME)),
        )
        .layer(CatchPanicLayer::custom(guard::caught))
        .layer(from_fn_with_state(shared.clone(), guard::at_once))
        .layer(from_fn_with_state(shared.clone(), guard::bounded))
        .layer(from_fn(count))
        .layer(from_fn_with_state(shared.clone(), pages::door::explain))
        .layer(from_fn_with_state(shared.clone(), guard::wrap))
        .with_state(shared)
}

fn timeout(time: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, time)
}

/// What is not there: a page for people, a problem for machines.
async fn missing(visit: pages::visit::Visit) -> Response {
    if visit.path.starts_with("/api/") {
        let text = "not found, or no right to it";
        return Problem::new(StatusCode::NOT_FOUND, "not_found", text).into_response();
    }
    let answer = tokio::task::spawn_blocking(move || visit.error(StatusCode::NOT_FOUND, "missing"));
    answer
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
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
    let shared = Shared::new(settings);
    let warming = shared.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = warm(&warming) {
            tracing::warn!(%error, "today's lists could not be made ahead");
        }
    });
    let limits = shared.settings.limits;
    crate::listen::listen(router_over(shared), limits, listener, stop).await;
    Ok(())
}
