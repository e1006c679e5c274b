//! Rights and oversight: what one was given, broken glass, who has access, what one did.
//!
//! Invariant: a way on this page leads to a page that one may open.

pub(crate) mod acts;
pub(crate) mod glass;
pub(crate) mod grants;
pub(crate) mod review;
pub(crate) mod standing;

use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::response::Response;
use lasna_app::AppError;
use lasna_domain::access::Action;

/// What is wrong: the field, and the key of a sentence.
pub(crate) type Wrong = (&'static str, String);

fn errors_of(frame: &Frame, wrong: &[Wrong]) -> Vec<(String, String)> {
    let error = |(at, key): &Wrong| ((*at).to_owned(), frame.text(key));
    wrong.iter().map(error).collect()
}

/// The number that an address names; what is no number names nothing.
fn number_of(text: &str) -> Result<u32, AppError> {
    text.parse().map_err(|_| AppError::NotFound("page"))
}

/// A way to another page: address, name, what it is for, what waits there.
struct WayView {
    href: &'static str,
    name: String,
    text: String,
    waits: Option<String>,
}

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsPage {
    frame: Frame,
    title: String,
    ways: Vec<WayView>,
    own: Vec<grants::GrantView>,
}

/// The pages of rights by address: the task that they need, and the name of their texts.
const WAYS: [(&str, Action, &str); 5] = [
    ("/glass", Action::BreakGlass, "glass"),
    ("/glass/review", Action::ReviewGlass, "review"),
    ("/grants", Action::GiveGrant, "grants"),
    ("/access-review", Action::ReviewAccess, "standing"),
    ("/own-acts", Action::ReadOwnActs, "acts"),
];

/// `GET /rights`
pub(crate) async fn show(visit: Visit) -> Response {
    visit.desk(|desk| Reply::page(&page_of(desk)?)).await
}

fn page_of(desk: Desk) -> Result<RightsPage, AppError> {
    let waiting = desk.app.glass_waiting()?;
    let own = desk.app.grants(false)?;
    let frame = desk.frame;
    let way = |&(href, _, name): &(&'static str, Action, &'static str)| WayView {
        href,
        name: frame.code("rights_way", name),
        text: frame.code("rights_text", name),
        waits: (name == "review" && waiting.open > 0)
            .then(|| frame.count("rights.waits", waiting.open as u64)),
    };
    let app = &desk.app;
    let ways = WAYS.iter().filter(|(_, action, _)| app.may_here(*action));
    Ok(RightsPage {
        title: frame.text("rights.title"),
        ways: ways.map(way).collect(),
        own: own
            .iter()
            .map(|row| grants::view(&frame, row, None))
            .collect(),
        frame,
    })
}
