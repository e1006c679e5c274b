//! The versions of the ladder: what was adopted when and by whom, and what changed in plain words.
//!
//! Invariant: the pages are made from models alone and name no person; an adopter is told by role.

use super::frame::{Frame, day_text};
use super::overview::version_name;
use super::visit::{Reply, Visit};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::model::{Adopter, ModelVersion, Stand, diff};
use lasna_app::{App, AppError};
use lasna_domain::calendar::Day;

struct VersionView {
    href: String,
    name: String,
    stand: String,
    tone: &'static str,
    about: Vec<String>,
}

#[derive(Template)]
#[template(path = "versions.html")]
struct VersionsPage {
    frame: Frame,
    title: String,
    versions: Vec<VersionView>,
}

#[derive(Template)]
#[template(path = "version.html")]
struct VersionPage {
    frame: Frame,
    title: String,
    version: VersionView,
    heading: String,
    /// None where a version cannot be read, or there is none before it.
    changes: Option<Vec<String>>,
    missing: String,
    earlier: Option<(String, String)>,
    later: Option<(String, String)>,
}

fn view(frame: &Frame, version: &ModelVersion, today: Day) -> VersionView {
    let (code, tone) = match version.stand {
        Stand::InForce => ("in_force", "ok"),
        Stand::Ahead => ("ahead", "wait"),
        Stand::Earlier => ("earlier", "quiet"),
    };
    let model = version.model.as_ref().ok();
    let mut about = Vec::new();
    let valid = version.valid.filter(|_| version.no > 0);
    about.extend(valid.map(|day| {
        let key = match day > today {
            true => "versions.from_ahead",
            false => "versions.from",
        };
        frame.fill(key, &[("date", &day_text(day))])
    }));
    let by = match version.adopter {
        Adopter::Unknown => frame.code("versions_by", "unknown"),
        Adopter::Operator => frame.code("versions_by", "operator"),
        Adopter::Role(role) => frame.code("role", role.as_code()),
    };
    match version.adopted_at {
        None => about.push(frame.text("versions.preset")),
        Some(at) => {
            let day = day_text(at.day_in_finland());
            about.push(frame.fill("versions.adopted", &[("date", &day), ("who", &by)]));
        }
    }
    let approved = model.and_then(|model| model.approved.as_ref());
    about.extend(approved.map(|approved| {
        let day = day_text(approved.on);
        let values = [("who", &*approved.by), ("date", &*day)];
        frame.fill("versions.approved", &values)
    }));
    VersionView {
        href: format!("/ladder/versions/{}", version.no),
        name: version_name(frame, version),
        stand: frame.code("versions_stand", code),
        tone,
        about,
    }
}

fn versions_of(visit: &Visit) -> Result<(Vec<ModelVersion>, Day), AppError> {
    let settings = &visit.shared.settings;
    let (now, today) = ((settings.clock)(), (settings.today)());
    let app = App::operator(settings.store.clone(), now)?;
    Ok((app.model_versions(today)?, today))
}

/// `GET /ladder/versions`
pub(crate) async fn versions(visit: Visit) -> Response {
    visit
        .anybody(|visit| {
            let (versions, today) = versions_of(&visit)?;
            let frame = visit.own_frame();
            let newest = versions.iter().rev();
            let page = VersionsPage {
                title: frame.text("versions.title"),
                versions: newest.map(|version| view(&frame, version, today)).collect(),
                frame,
            };
            Reply::page(&page)
        })
        .await
}

/// `GET /ladder/versions/{version}`
pub(crate) async fn version(visit: Visit, Path(no): Path<String>) -> Response {
    visit
        .anybody(move |visit| {
            let (versions, today) = versions_of(&visit)?;
            let no: usize = no.parse().map_err(|_| AppError::NotFound("version"))?;
            let version = versions.get(no).ok_or(AppError::NotFound("version"))?;
            let before = no.checked_sub(1).and_then(|no| versions.get(no));
            let frame = visit.own_frame();
            let link = |version: &ModelVersion| {
                let href = format!("/ladder/versions/{}", version.no);
                (href, version_name(&frame, version))
            };
            let changes = match (before.map(|before| &before.model), &version.model) {
                (Some(Ok(old)), Ok(new)) => Some(diff(old, new, frame.chosen)),
                _ => None,
            };
            let name = version_name(&frame, version);
            let page = VersionPage {
                title: frame.fill("versions.one_title", &[("name", &name)]),
                version: view(&frame, version, today),
                heading: before.map_or_else(
                    || frame.text("versions.first"),
                    |before| {
                        frame.fill(
                            "versions.changes",
                            &[("name", &version_name(&frame, before))],
                        )
                    },
                ),
                missing: match before {
                    None => frame.text("versions.nothing_before"),
                    Some(_) => frame.text("versions.unreadable"),
                },
                changes,
                earlier: before.map(link),
                later: versions.get(no + 1).map(link),
                frame,
            };
            Reply::page(&page)
        })
        .await
}
