//! What a browser loads beside a page: one stylesheet, one font, the mark in its tab, a script where a
//! page has one, the pictures of the guides.
//!
//! The address of each carries the build, so a browser keeps it for a year and asks anew after an
//! upgrade.
//!
//! Invariant: nothing here is of a person, and nothing comes from another host.

use super::help::PICTURES;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The build of the assets, as their addresses carry it.
pub(crate) const BUILD: &str = env!("LASNA_ASSETS");

/// What may be kept: longer than any release lives.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const FONT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/font.woff2"));

/// `GET /assets/{build}/{name}`: another build gets what there is now, and is not to keep it.
pub(crate) async fn asset(Path((build, name)): Path<(String, String)>) -> Response {
    let (kind, bytes) = match name.as_str() {
        "style.css" => (
            "text/css; charset=utf-8",
            include_bytes!(concat!(env!("OUT_DIR"), "/style.css")).as_slice(),
        ),
        "register.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/register.js").as_slice(),
        ),
        "passkey.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/passkey.js").as_slice(),
        ),
        "ring.svg" => (
            "image/svg+xml",
            include_bytes!("../../assets/ring.svg").as_slice(),
        ),
        "note.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/note.js").as_slice(),
        ),
        "source-sans-3.woff2" if !FONT.is_empty() => ("font/woff2", FONT),
        name => match PICTURES.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) => ("image/png", *bytes),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let kept = if build == BUILD {
        KEPT
    } else {
        HeaderValue::from_static("no-store")
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, kept),
    ];
    (headers, bytes).into_response()
}
