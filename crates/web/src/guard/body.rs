//! Takes a body in before anything is done for it.
//!
//! Invariant: no handler waits for a slow sender, and none sees more than the limit.

use super::UPLOAD;
use crate::server::Shared;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Reads the body whole, within the limits of size and time.
pub(crate) async fn bounded(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::POST && request.uri().path() == UPLOAD {
        return next.run(request).await;
    }
    let limits = shared.settings.limits;
    let (parts, body) = request.into_parts();
    let said = parts.headers.get(header::CONTENT_LENGTH);
    let said = said.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|bytes| bytes > limits.body_bytes) {
        return refused(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let whole = Limited::new(body, limits.body_bytes).collect();
    match tokio::time::timeout(limits.body_time, whole).await {
        Ok(Ok(whole)) => {
            let request = Request::from_parts(parts, Body::from(whole.to_bytes()));
            next.run(request).await
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => refused(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => refused(StatusCode::BAD_REQUEST),
        Err(_) => refused(StatusCode::REQUEST_TIMEOUT),
    }
}

/// What is left of the body is not read: the connection ends.
fn refused(status: StatusCode) -> Response {
    let close = [(header::CONNECTION, HeaderValue::from_static("close"))];
    (status, close).into_response()
}
