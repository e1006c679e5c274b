//! Pages about signing in itself: sessions, second factor, passkeys, stepping up, the first
//! administrator, notices.
//!
//! Invariant: a token goes into a cookie and into nothing else.

pub(crate) mod code;
pub(crate) mod factor;
pub(crate) mod first;
pub(crate) mod invitation;
pub(crate) mod notices;
pub(crate) mod passkeys;
pub(crate) mod provider;
pub(crate) mod sessions;
pub(crate) mod step_up;

use super::frame::{Frame, day_text, time_text};
use super::visit::{Reply, Visit};
use crate::server::Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use lasna_app::AppError;
use lasna_app::identity::Wish;
use lasna_domain::calendar::Instant;

/// The cookie of a session; with TLS its prefix binds it to this host.
const SESSION: &str = "lasna_session";
/// The cookie of the way between the password and the second factor.
const HALF: &str = "lasna_half";

/// What a cookie is called.
fn name_of(cookie: &str, secure: bool) -> String {
    if secure {
        format!("__Host-{cookie}")
    } else {
        cookie.to_owned()
    }
}

/// What the cookie of a session is called.
pub(crate) fn session_name(secure: bool) -> String {
    name_of(SESSION, secure)
}

/// What the cookie of a half-way is called.
pub(crate) fn half_name(secure: bool) -> String {
    name_of(HALF, secure)
}

fn cookie(name: &str, token: Option<&str>, secure: bool) -> HeaderValue {
    let (token, age) = match token {
        Some(token) => (token, ""),
        None => ("", "; Max-Age=0"),
    };
    let tls = if secure { "; Secure" } else { "" };
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{tls}{age}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A cookie for some minutes, or its end where there is no text.
fn brief_cookie(name: &str, text: Option<&str>, minutes: i64, secure: bool) -> HeaderValue {
    let Some(text) = text else {
        return cookie(name, None, secure);
    };
    let tls = if secure { "; Secure" } else { "" };
    let age = minutes * 60;
    let all = format!("{name}={text}; Path=/; HttpOnly; SameSite=Lax{tls}; Max-Age={age}");
    HeaderValue::from_str(&all).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The cookie of a session that begins, or that ends where there is no token.
pub(crate) fn session_cookie(token: Option<&str>, secure: bool) -> HeaderValue {
    cookie(&session_name(secure), token, secure)
}

/// The same of a half-way.
pub(crate) fn half_cookie(token: Option<&str>, secure: bool) -> HeaderValue {
    cookie(&half_name(secure), token, secure)
}

/// A way on with the session that begins; the half-way is over.
pub(crate) fn signed_in(shared: &Shared, token: &str, way: String) -> Response {
    let secure = shared.settings.secure;
    let mut response = Reply::Go(way).into_response();
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, session_cookie(Some(token), secure));
    headers.append(header::SET_COOKIE, half_cookie(None, secure));
    response
}

/// What a browser is told when a session is over: to forget what it kept.
pub(crate) fn signed_out(shared: &Shared, mut response: Response) -> Response {
    let cookie = session_cookie(None, shared.settings.secure);
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookie);
    let kept = HeaderValue::from_static("\"cookies\", \"storage\"");
    headers.insert("clear-site-data", kept);
    response
}

/// The token of a session that begins, with what the visit says of where it comes from.
pub(crate) fn wish_of<'v>(visit: &'v Visit, token: &'v str, shared: bool) -> Wish<'v> {
    Wish {
        token,
        shared,
        browser: &visit.browser,
        address: visit.address.as_deref(),
    }
}

/// A day and a time of it.
pub(crate) fn moment(frame: &Frame, at: Instant) -> String {
    let (day, time) = (at.day_in_finland(), at.time_in_finland());
    let values = [("day", &*day_text(day)), ("time", &*time_text(time))];
    frame.fill("sessions.moment", &values)
}

/// The key of a sentence that a use case answered with, and its status; any other error as it is.
pub(crate) fn told(error: AppError) -> Result<(StatusCode, String), AppError> {
    match error {
        AppError::Problem(key) if key.contains('.') && !key.contains(' ') => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, key))
        }
        AppError::TryLater => Ok((StatusCode::TOO_MANY_REQUESTS, "sign_in.wait".into())),
        other => Err(other),
    }
}

/// Thirty-two bytes of chance, some times.
pub(crate) fn random(shared: &Shared, times: usize) -> Result<Vec<[u8; 32]>, AppError> {
    let draw = |_| (shared.settings.random)().map_err(AppError::Problem);
    (0..times).map(draw).collect()
}

/// What setting up a second factor needs.
pub(crate) fn is_of_factors(path: &str) -> bool {
    let places = ["/second-factor", "/passkeys", "/step-up", "/notices/read"];
    let is_at = |place: &&str| path == *place || path.starts_with(&format!("{place}/"));
    places.iter().any(is_at)
}
