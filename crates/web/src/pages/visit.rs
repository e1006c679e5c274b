//! A request of a person: session, language, use cases, and the page that comes of it.
//!
//! Invariant: a page of people is made only by a use case that was asked with the visitor's own
//! account; what goes wrong becomes a page in the visitor's language.

use super::frame::Frame;
use super::{error, identity, language_of, tour};
use crate::guard::Number;
use crate::server::Shared;
use crate::uploads::Uploads;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use lasna_app::identity::Passkeys;
use lasna_app::{App, AppError};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::{Language, Model};
use lasna_store::db::ErrorKind;
use std::sync::Arc;

/// Who asks, before anything is looked up.
#[derive(Clone)]
pub(crate) struct Visit {
    pub shared: Shared,
    pub token: Option<String>,
    /// The token of the way between the password and the second factor.
    pub half: Option<String>,
    /// What is kept for an identity provider.
    pub kept: identity::provider::Kept,
    /// The kind of browser, and where it is, where that is known.
    pub browser: String,
    pub address: Option<String>,
    pub language: Language,
    pub method: Method,
    pub path: String,
    pub query: String,
    /// The step of the guided tour.
    tour: Option<usize>,
    number: Option<Number>,
}

/// What a page has to work with.
pub(crate) struct Desk {
    pub app: App,
    pub frame: Frame,
    pub now: Instant,
    pub today: Day,
    shared: Shared,
}

impl Desk {
    /// The model in force today.
    pub fn model(&self) -> Result<Arc<Model>, AppError> {
        self.shared.model(&self.app, self.today)
    }

    /// Where uploads are kept, where this server takes any.
    pub fn uploads(&self) -> Option<Arc<Uploads>> {
        self.shared.uploads.clone()
    }

    /// What a form carries, so that a repeated sending is known.
    pub fn token(&self) -> Result<String, AppError> {
        self.shared.token().map_err(AppError::Problem)
    }

    /// What the requests of the server share.
    pub const fn shared(&self) -> &Shared {
        &self.shared
    }

    /// What passkeys are made with, where this server takes any.
    pub fn passkeys(&self) -> Option<Arc<Passkeys>> {
        self.shared.passkeys()
    }

    /// Whether a second factor is to be set up before anything else.
    pub fn factor_due(&self) -> bool {
        self.shared.factor_due(&self.app)
    }

    /// The role of whoever is signed in; a visitor without one has no desk.
    pub fn me(&self) -> Result<&lasna_app::Me, AppError> {
        self.app.me().ok_or(AppError::NoAccount)
    }
}

/// What a use case came to: a page, a way on, or a file.
pub(crate) enum Reply {
    Page(String),
    Go(String),
    /// A way on, with a cookie to keep.
    GoWith(String, HeaderValue),
    /// A page, with a cookie to keep.
    PageWith(String, HeaderValue),
    Refused(StatusCode, String),
    File(&'static str, &'static str, String),
    /// A file that is no text of ours: its kind, its name, its bytes.
    Bytes(&'static str, String, Vec<u8>),
    /// A page that is asked for again after so many seconds.
    Again(u8, String),
}

impl Reply {
    pub fn page(template: &impl Template) -> Result<Reply, AppError> {
        let html = template.render().map_err(|error| {
            tracing::error!(%error, "a template failed");
            AppError::Problem("frame.failed".into())
        })?;
        Ok(Reply::Page(html))
    }

    pub fn refused(template: &impl Template) -> Result<Reply, AppError> {
        Reply::refused_with(StatusCode::UNPROCESSABLE_ENTITY, template)
    }

    pub fn refused_with(status: StatusCode, template: &impl Template) -> Result<Reply, AppError> {
        match Reply::page(template)? {
            Reply::Page(html) => Ok(Reply::Refused(status, html)),
            other => Ok(other),
        }
    }

    /// A page with a cookie to keep.
    pub fn with(self, cookie: HeaderValue) -> Reply {
        match self {
            Reply::Page(html) => Reply::PageWith(html, cookie),
            other => other,
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let html = |html: String| axum::response::Html(html).into_response();
        match self {
            Reply::Page(text) => html(text),
            // 303: the way on is asked for with GET.
            Reply::Go(path) => Redirect::to(&path).into_response(),
            Reply::GoWith(path, cookie) => {
                ([(header::SET_COOKIE, cookie)], Redirect::to(&path)).into_response()
            }
            Reply::PageWith(text, cookie) => {
                ([(header::SET_COOKIE, cookie)], html(text)).into_response()
            }
            Reply::Again(seconds, text) => {
                ([(header::REFRESH, seconds.to_string())], html(text)).into_response()
            }
            Reply::Bytes(kind, name, bytes) => attachment(kind, &name, bytes),
            Reply::Refused(status, text) => (status, html(text)).into_response(),
            Reply::File(kind, name, text) => attachment(kind, name, text.into_bytes()),
        }
    }
}

fn attachment(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}

impl FromRequestParts<Shared> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Shared,
    ) -> Result<Visit, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let mut all = query
            .split('&')
            .filter_map(|part| part.strip_prefix("lang="));
        // Asked twice is not asked.
        let asked = all.next().filter(|_| all.next().is_none());
        Ok(Visit {
            shared: shared.clone(),
            token: cookie(parts, &identity::session_name(shared.settings.secure)),
            half: cookie(parts, &identity::half_name(shared.settings.secure)),
            kept: identity::provider::Kept::of(parts, shared.settings.secure),
            browser: crate::browser::kind(&parts.headers),
            address: crate::browser::address(parts, &shared.settings.proxies),
            number: parts.extensions.get().copied(),
            tour: cookie(parts, tour::COOKIE).and_then(|step| step.parse().ok()),
            language: language_of(asked, &parts.headers),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query,
        })
    }
}

pub(crate) fn cookie(parts: &Parts, wanted: &str) -> Option<String> {
    let all = parts.headers.get_all(header::COOKIE).iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, token)| token.to_owned())
}

impl Visit {
    /// Runs a use case for whoever is signed in; who is not is sent to sign in.
    pub async fn desk(
        self,
        use_case: impl FnOnce(Desk) -> Result<Reply, AppError> + Send + 'static,
    ) -> Response {
        let run = |visit: &Visit| {
            let token = visit.token.as_deref().ok_or(AppError::NoAccount)?;
            use_case(visit.open(token)?)
        };
        self.run(run).await
    }

    /// Runs something that needs nobody to be signed in.
    pub async fn anybody(
        self,
        use_case: impl FnOnce(Visit) -> Result<Reply, AppError> + Send + 'static,
    ) -> Response {
        self.run(|visit: &Visit| use_case(visit.clone())).await
    }

    /// Runs something that is not a page yet where waiting is allowed; an error becomes its page.
    pub async fn settle<T: Send + 'static>(
        self,
        work: impl FnOnce(&Visit) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Box<Response>> {
        let visit = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            work(&visit).map_err(|error| Box::new(visit.explain(error)))
        });
        match done.await {
            Ok(settled) => settled,
            Err(_) => {
                let failed = self.plain_error(StatusCode::INTERNAL_SERVER_ERROR, "failed");
                Err(Box::new(failed))
            }
        }
    }

    /// Whatever asks the store runs here, its error pages too: never on a thread that must not wait.
    async fn run(
        self,
        work: impl FnOnce(&Visit) -> Result<Reply, AppError> + Send + 'static,
    ) -> Response {
        let visit = self.clone();
        let span = tracing::Span::current();
        let answer = move || match work(&visit) {
            Ok(reply) => reply.into_response(),
            Err(error) => visit.explain(error),
        };
        let done = tokio::task::spawn_blocking(move || span.in_scope(answer));
        match done.await {
            Ok(response) => response,
            Err(_) => self.plain_error(StatusCode::INTERNAL_SERVER_ERROR, "failed"),
        }
    }

    fn open(&self, token: &str) -> Result<Desk, AppError> {
        let settings = &self.shared.settings;
        let (now, today) = ((settings.clock)(), (settings.today)());
        let app = App::with_session(settings.store.clone(), now, token)?
            .holding(self.shared.held.clone())
            .tied()?
            .counting(settings.demo.is_none());
        // What the page for the new password itself leads to.
        let before = ["/password", "/language", "/sign-out"].contains(&self.path.as_str());
        if !before && app.must_change_password()? {
            return Err(AppError::PasswordDue);
        }
        if self.shared.factor_due(&app) && !before && !super::identity::is_of_factors(&self.path) {
            return Err(AppError::FactorDue);
        }
        let language = app.me().and_then(|me| me.language);
        let mut frame = self.frame(language.unwrap_or(self.language));
        if let Some(me) = app.me() {
            frame = frame.of(me);
            frame.told = identity::notices::of(&frame, &app.own_notices()?);
            frame.tour = frame
                .demo
                .then(|| tour::card(&frame, me.role, self.tour))
                .flatten();
        }
        Ok(Desk {
            app,
            frame,
            now,
            today,
            shared: self.shared.clone(),
        })
    }

    /// The frame for the path of the visit.
    pub fn frame(&self, language: Language) -> Frame {
        let mut frame = Frame::new(language);
        frame.path = self.path.clone();
        frame.back = super::watch_list::path(&self.path, &self.query);
        frame.demo = self.shared.settings.demo.is_some();
        frame
    }

    /// The frame of an open page or an error: with the navigation where somebody is signed in.
    pub fn own_frame(&self) -> Frame {
        let desk = self
            .token
            .as_deref()
            .and_then(|token| self.open(token).ok());
        desk.map_or_else(|| self.frame(self.language), |desk| desk.frame)
    }

    fn explain(&self, error: AppError) -> Response {
        match error {
            AppError::NoAccount => super::door::to_sign_in(self),
            AppError::PasswordDue => Redirect::to("/password").into_response(),
            AppError::FactorDue => Redirect::to("/second-factor").into_response(),
            error @ (AppError::StepUpDue | AppError::ReadMuch { .. }) => {
                super::door::to_step_up(self, &error)
            }
            AppError::TryLater => {
                let text = self.own_frame().text("sign_in.wait");
                self.problem(StatusCode::TOO_MANY_REQUESTS, "problem", Some(text))
            }
            AppError::Denied(_) | AppError::NotFound(_) => {
                self.error(StatusCode::NOT_FOUND, "missing")
            }
            AppError::Store(error) if error.kind() == ErrorKind::Busy => {
                self.error(StatusCode::SERVICE_UNAVAILABLE, "busy")
            }
            AppError::Store(error) if error.kind() == ErrorKind::Full => {
                tracing::error!(%error, "nothing can be saved");
                self.error(StatusCode::INSUFFICIENT_STORAGE, "full")
            }
            AppError::Problem(key) if !key.contains(' ') && key.contains('.') => {
                let text = self.own_frame().text(&key);
                self.problem(StatusCode::UNPROCESSABLE_ENTITY, "problem", Some(text))
            }
            error => {
                tracing::error!(%error, "a use case failed");
                self.error(StatusCode::INTERNAL_SERVER_ERROR, "failed")
            }
        }
    }

    /// The page of an error, with the navigation of whoever is signed in: it asks the store.
    pub fn error(&self, status: StatusCode, kind: &str) -> Response {
        self.problem(status, kind, None)
    }

    /// The page of an error without a question to the store.
    pub fn plain_error(&self, status: StatusCode, kind: &str) -> Response {
        let frame = self.frame(self.language);
        error::page(frame, status, kind, (None, None, self.number))
    }

    fn problem(&self, status: StatusCode, kind: &str, text: Option<String>) -> Response {
        let again = ["method", "elsewhere", "form", "large"].contains(&kind);
        let page = crate::routes::page_above(&self.path).filter(|page| again && *page != "/");
        let page = page.map(str::to_owned);
        let more = (text, page, self.number);
        error::page(self.own_frame(), status, kind, more)
    }
}
