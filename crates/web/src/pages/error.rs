//! The page of an error, in the visitor's language.
//!
//! Invariant: it says what went wrong and the way on, and nothing of what was asked for.

use super::frame::Frame;
use super::render_with;
use crate::guard::Number;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    title: String,
    text: String,
    way: String,
    /// The page that the address belongs to, where that is another matter than the error.
    again: Option<String>,
    /// What to say to whoever looks into the log, where the fault is the service's.
    number: Option<String>,
}

/// The page, with a text of its own, a page to go on from and the number of the request, where there are.
pub(crate) fn page(
    frame: Frame,
    status: StatusCode,
    kind: &str,
    (text, again, number): (Option<String>, Option<String>, Option<Number>),
) -> Response {
    let number = number.filter(|_| status.is_server_error());
    let page = ErrorPage {
        title: frame.code("error_title", kind),
        text: text.unwrap_or_else(|| frame.code("error_text", kind)),
        way: match kind {
            "missing" => frame.missing_way(),
            kind => frame.code("error_way", kind),
        },
        number: number
            .map(|number| frame.fill("frame.say_number", &[("number", &number.to_string())])),
        again,
        frame,
    };
    render_with(status, &page)
}
