//! Help: the guide of each role, as it stands in `docs/guides`.
//!
//! Invariant: a guide tells of the program and is the same for everybody; it shows nobody.

use super::frame::Frame;
use super::visit::{Reply, Visit};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;

/// A guide in a language; the build script makes it.
pub(crate) struct Guide {
    language: &'static str,
    role: &'static str,
    title: &'static str,
    /// Name, heading and level of each section.
    sections: &'static [(&'static str, &'static str, u8)],
    html: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/guides.rs"));

/// The roles as a person meets them.
const ROLES: [&str; 6] = [
    "teacher",
    "substitute",
    "sky-worker",
    "principal",
    "coordinator",
    "administrator",
];

/// A guide longer than this, in bytes, begins with what is in it.
const LONG: usize = 8_000;

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    title: String,
    guide: Option<&'static str>,
    /// Sections of a long guide: name and heading.
    contents: Vec<(&'static str, &'static str)>,
    /// The other guides: address and title.
    others: Vec<(String, &'static str)>,
}

fn guide(language: &str, role: &str) -> Option<&'static Guide> {
    let mut all = GUIDES.iter();
    all.find(|guide| guide.language == language && guide.role == role)
}

fn chapters(guide: &Guide) -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_page = guide.sections.iter().filter(|(.., level)| *level == 2);
    of_page.map(|&(name, heading, _)| (name, heading))
}

/// Where help on a page is: the section of the role's guide that is about the page, else the guide.
pub(crate) fn way(frame: &Frame) -> String {
    let guide = frame
        .role_word()
        .and_then(|role| guide(frame.language, &role));
    let Some(guide) = guide else {
        return format!("/help?lang={}", frame.language);
    };
    let place = frame.path.split('/').nth(1).unwrap_or_default();
    match guide.sections.iter().any(|(name, ..)| *name == place) {
        true => format!("/help/{}#{place}", guide.role),
        false => format!("/help/{}", guide.role),
    }
}

fn page(frame: Frame, shown: Option<&'static Guide>) -> HelpPage {
    // Who is signed in has a language; anybody else has it in the address.
    let asked = match frame.me {
        Some(_) => String::new(),
        None => format!("?lang={}", frame.language),
    };
    let others = ROLES
        .into_iter()
        .filter_map(|role| guide(frame.language, role));
    let others = others.filter(|other| shown.is_none_or(|shown| shown.role != other.role));
    HelpPage {
        others: others
            .map(|other| (format!("/help/{}{asked}", other.role), other.title))
            .collect(),
        title: shown.map_or_else(|| frame.text("help.title"), |shown| shown.title.to_owned()),
        contents: shown
            .filter(|shown| shown.html.len() > LONG)
            .map(|shown| chapters(shown).collect())
            .unwrap_or_default(),
        guide: shown.map(|shown| shown.html),
        frame,
    }
}

/// `GET /help`: the guide of one's own role, or the list of guides.
pub(crate) async fn start(visit: Visit) -> Response {
    let found = |visit: Visit| {
        let frame = visit.own_frame();
        let own = frame
            .role_word()
            .and_then(|role| guide(frame.language, &role));
        Reply::page(&page(frame, own))
    };
    visit.anybody(found).await
}

/// `GET /help/{role}`
pub(crate) async fn of_role(Path(role): Path<String>, visit: Visit) -> Response {
    let found = move |visit: Visit| {
        let frame = visit.own_frame();
        let asked = guide(frame.language, &role).ok_or(AppError::NotFound("guide"))?;
        Reply::page(&page(frame, Some(asked)))
    };
    visit.anybody(found).await
}
