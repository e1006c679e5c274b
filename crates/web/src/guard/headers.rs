//! The headers of every answer, and its line in the log.
//!
//! Invariant: a line names the pattern of a path, never the path; what a handler says of caching
//! alone stays as it is.

use super::Number;
use crate::server::Shared;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument as _;

/// What may be loaded by a page: its own style, scripts, pictures and fonts, and nothing else.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'self'; object-src 'none'";

/// Nothing of the device is used.
const DEVICE_POLICY: &str = "accelerometer=(), ambient-light-sensor=(), autoplay=(), battery=(), \
    bluetooth=(), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), \
    fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), \
    idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    picture-in-picture=(), publickey-credentials-create=(self), publickey-credentials-get=(self), \
    screen-wake-lock=(), serial=(), storage-access=(), usb=(), web-share=(), \
    window-management=(), xr-spatial-tracking=()";

/// Two years, for browsers that came over TLS.
const ONLY_TLS: &str = "max-age=63072000; includeSubDomains";

/// The same on every answer.
const FIXED: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (HeaderName::from_static("permissions-policy"), DEVICE_POLICY),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        "none",
    ),
];

/// The name of the header with the number.
const NUMBER: HeaderName = HeaderName::from_static("x-request-id");

/// When to come again after a 503, in seconds.
const AGAIN: &str = "2";

/// Gives a request its number, and its answer the headers and a line in the log.
pub(crate) async fn wrap(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let number = Number::new(&shared);
    let begun = Instant::now();
    // An error's span, so that lines inside have the number however little is logged.
    let span = tracing::error_span!("request", %number);
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(number);
    let mut response = next.run(request).instrument(span.clone()).await;
    set(response.headers_mut(), shared.settings.secure, number);
    let status = response.status();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN));
    }
    let path = matched.as_ref().map_or("other", MatchedPath::as_str);
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let method = match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    };
    let status = status.as_u16();
    span.in_scope(|| match status {
        500.. => tracing::error!(method, path, status, micros, "answered"),
        _ => tracing::info!(method, path, status, micros, "answered"),
    });
    response
}

fn set(headers: &mut HeaderMap, secure: bool, number: Number) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        let value = HeaderValue::from_static(ONLY_TLS);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if let Ok(value) = HeaderValue::from_str(&number.to_string()) {
        headers.insert(NUMBER, value);
    }
    let kept = headers.entry(header::CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    headers.remove(header::SERVER);
}
