//! The way to the page for signing in and back from it, and errors that no page has answered.
//!
//! Invariant: after signing in one comes to a page that can be opened, never to what would do
//! something, to a file, or to another host.

use super::day::said;
use super::sign_in::own_path;
use super::visit::Visit;
use super::watch_list::path;
use crate::problem::Problem;
use crate::routes::page_above;
use crate::server::Shared;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use lasna_app::AppError;

/// Where one goes who signed in, where nothing else was asked for.
pub(crate) const FIRST: &str = "/today";

/// Why one has to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The session has ended.
    Ended,
    /// What was sent came when nobody was signed in; it was not kept.
    Lost,
}

impl Why {
    const fn as_code(self) -> &'static str {
        match self {
            Why::Ended => "ended",
            Why::Lost => "lost",
        }
    }

    /// Why, as the address of the page for signing in says it.
    pub fn of(query: &str) -> Option<Why> {
        let why = said(query, "why").pop()?;
        [Why::Ended, Why::Lost]
            .into_iter()
            .find(|known| known.as_code() == why)
    }
}

/// To the page for signing in, and from there back.
pub(crate) fn to_sign_in(visit: &Visit) -> Response {
    let sent = visit.method != Method::GET && visit.method != Method::HEAD;
    let at = page_above(&visit.path);
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(at) = at.filter(|at| ![FIRST, "/"].contains(at)) {
        query.append_pair("to", &path(at, &visit.query));
    }
    // Who signs out or chooses a language has written nothing.
    let had = visit.token.as_ref().is_some_and(|token| !token.is_empty());
    let why = match at {
        Some(_) if sent => Some(Why::Lost),
        Some(_) if had => Some(Why::Ended),
        _ => None,
    };
    if let Some(why) = why {
        query.append_pair("why", why.as_code());
    }
    Redirect::to(&path("/sign-in", &query.finish())).into_response()
}

/// To the page that asks for a proof, and from there back.
pub(crate) fn to_step_up(visit: &Visit, why: &AppError) -> Response {
    if matches!(why, AppError::ReadMuch { .. }) {
        metrics::counter!("reading_held_back_total").increment(1);
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(at) = page_above(&visit.path) {
        query.append_pair("to", &path(at, &visit.query));
    }
    Redirect::to(&path("/step-up", &query.finish())).into_response()
}

/// Where one comes after signing in: the page that was asked for, where it is one.
pub(crate) fn way_in(asked: &str) -> String {
    let own = own_path(asked);
    let at = own.split(['?', '#']).next().unwrap_or_default();
    match page_above(at) {
        Some(page) if page == at => own,
        _ => FIRST.to_owned(),
    }
}

/// The page that an address of signing in asks for.
pub(crate) fn asked(query: &str) -> String {
    said(query, "to").pop().unwrap_or_default()
}

/// An error that came from no page of ours: of the router, of what reads a form, of the guard
/// against forms from elsewhere.
pub(crate) async fn explain(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(visit) = Visit::from_request_parts(&mut parts, &shared).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let machine = ["/api/", "/assets/", "/healthz", "/readyz", "/metrics"];
    let for_machines = machine.iter().any(|lead| visit.path.starts_with(lead));
    let for_api = visit.path.starts_with("/api/");
    if for_machines && !for_api || status.as_u16() < 400 || is_told(&response) {
        return response;
    }
    let is_head = visit.method == Method::HEAD;
    let kept = [header::ALLOW, header::CONNECTION];
    let kept = kept.map(|name| (response.headers().get(&name).cloned(), name));
    let mut told = match for_api {
        true => Problem::of_status(status).into_response(),
        false => told(visit, status).await,
    };
    for (value, name) in kept {
        if let Some(value) = value {
            told.headers_mut().insert(name, value);
        }
    }
    if is_head {
        *told.body_mut() = Body::empty();
    }
    told
}

/// Whether an answer has a page or a problem already.
fn is_told(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.map_or(b"".as_slice(), HeaderValue::as_bytes);
    let known: [&[u8]; 2] = [b"text/html", b"application/problem+json"];
    known.iter().any(|lead| kind.starts_with(lead))
}

async fn told(visit: Visit, status: StatusCode) -> Response {
    let kind = match status {
        StatusCode::FORBIDDEN => "elsewhere",
        StatusCode::NOT_FOUND => "missing",
        StatusCode::METHOD_NOT_ALLOWED => "method",
        StatusCode::PAYLOAD_TOO_LARGE => "large",
        StatusCode::REQUEST_TIMEOUT => "slow",
        StatusCode::SERVICE_UNAVAILABLE => return visit.plain_error(status, "busy"),
        status if status.is_server_error() => return visit.plain_error(status, "failed"),
        _ => "form",
    };
    let plain = visit.clone();
    let page = tokio::task::spawn_blocking(move || visit.error(status, kind)).await;
    page.unwrap_or_else(|_| plain.plain_error(status, kind))
}

#[cfg(test)]
mod tests {
    use super::way_in;

    #[test]
    fn after_signing_in_one_comes_to_a_page() {
        for (asked, page) in [
            ("/watch-list?class=8B", "/watch-list?class=8B"),
            ("/pupils/7/contact?at=1", "/pupils/7/contact?at=1"),
            ("/pupils/7/raise", "/today"),
            ("/watch-list.csv", "/today"),
            ("/sign-out", "/today"),
            ("/demo/principal", "/today"),
            ("/api/v1/figures", "/today"),
            ("//host/today", "/today"),
            ("https://host/today", "/today"),
            ("/\\host", "/today"),
            ("/today\r\nset-cookie: x", "/today"),
            ("", "/today"),
        ] {
            assert_eq!(way_in(asked), page, "{asked:?}");
        }
    }
}
