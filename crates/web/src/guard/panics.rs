//! The last resort: a panic becomes an answer.
//!
//! Invariant: what a panic says is neither shown nor logged, since it may quote data.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use std::any::Any;

/// The answer to a panic.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the layer calls it with the box"
)]
pub(crate) fn caught(_said: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
