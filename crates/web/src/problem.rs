//! Errors as `application/problem+json` (RFC 9457) with a stable key.
//!
//! What nobody may see and what does not exist look the same: 404.
//!
//! Invariant: details name what to do, never a person, an id or a token.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use lasna_app::AppError;
use lasna_store::db::ErrorKind;

/// An error answer.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub status: StatusCode,
    pub key: &'static str,
    pub message: String,
    /// Seconds after which to ask again.
    pub again: Option<u32>,
}

impl Problem {
    pub fn new(status: StatusCode, key: &'static str, message: impl Into<String>) -> Problem {
        Problem {
            status,
            key,
            message: message.into(),
            again: None,
        }
    }

    /// What the router or a guard answered without words.
    pub fn of_status(status: StatusCode) -> Problem {
        let (key, message) = match status {
            StatusCode::NOT_FOUND => ("not_found", "not found, or no right to it"),
            StatusCode::METHOD_NOT_ALLOWED => ("bad_request.method", "the method is not for this"),
            StatusCode::PAYLOAD_TOO_LARGE => ("bad_request.large", "the body is too large"),
            StatusCode::REQUEST_TIMEOUT => ("bad_request.slow", "the body came too slowly"),
            StatusCode::SERVICE_UNAVAILABLE => ("busy", "too much is asked at once"),
            status if status.is_server_error() => {
                ("internal", "the service failed; nothing was changed")
            }
            _ => ("bad_request", "the request cannot be read"),
        };
        Problem::new(status, key, message)
    }

    /// What to do about it.
    fn detail(&self) -> &'static str {
        match self.key {
            "unauthorised.token" => "make an account with `lasna user add` and send its token",
            "not_found" => "check the address and what the account may read",
            "password.due" => "sign in on the page and choose a password",
            "busy" | "read_much" => "ask again after the seconds of the header Retry-After",
            "internal" => "give the number of the header X-Request-Id to who runs the service",
            "problem" => "whoever runs the service has something to mend",
            _ => "mend the request and send it again",
        }
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Problem {
        match error {
            AppError::NoAccount => Problem::new(
                StatusCode::UNAUTHORIZED,
                "unauthorised.token",
                "sign in with a token: Authorization: Bearer …",
            ),
            AppError::Denied(_) | AppError::NotFound(_) => Problem::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "not found, or no right to it",
            ),
            error @ AppError::PasswordDue => {
                let text = error.to_string();
                Problem::new(StatusCode::FORBIDDEN, "password.due", text)
            }
            error @ (AppError::FactorDue | AppError::StepUpDue) => {
                let text = error.to_string();
                Problem::new(StatusCode::FORBIDDEN, "sign_in.due", text)
            }
            error @ AppError::TryLater => {
                let text = error.to_string();
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "try_later", text)
            }
            error @ AppError::ReadMuch { again } => {
                metrics::counter!("reading_held_back_total").increment(1);
                let text = error.to_string();
                let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "read_much", text);
                Problem { again, ..problem }
            }
            AppError::Problem(message) => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "problem", message)
            }
            AppError::Import(stop) => {
                Problem::new(StatusCode::CONFLICT, "import", stop.to_string())
            }
            AppError::Store(error) if error.kind() == ErrorKind::Busy => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "an import is being written: try again in a moment",
            ),
            AppError::Store(error) if error.kind() == ErrorKind::Full => {
                tracing::error!(%error, "nothing can be saved");
                Problem::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "full",
                    "the disk of the service is full: nothing was saved, tell who runs it",
                )
            }
            error @ (AppError::Store(_) | AppError::Fuse { .. }) => {
                tracing::error!(%error, "a use case failed");
                Problem::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "the service failed; nothing was changed",
                )
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank",
            "status": self.status.as_u16(),
            "key": self.key,
            "message": self.message,
            "detail": self.detail(),
        });
        let content = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, content, body.to_string()).into_response();
        if let Some(seconds) = self.again {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
