//! The guided tour of the demo town: a card on each page, a few steps for each role.
//!
//! A cookie holds the number of the step, so that the tour goes on after a form was sent and no address
//! changes. Each step has a link of its own, which finds the page to look at.
//!
//! Invariant: where data may be real there is no tour.

use super::frame::Frame;
use super::today::register_path;
use super::visit::{Desk, Reply, Visit};
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::registers::RegisterState;
use lasna_domain::access::UserRole;
use lasna_domain::calendar::Instant;

/// The cookie of the step.
pub(crate) const COOKIE: &str = "lasna_tour";

/// Where a step is looked at.
#[derive(Clone, Copy)]
enum At {
    Page(&'static str),
    /// The register of a lesson of one's own.
    Lesson,
    /// The page of a pupil.
    Pupil,
    /// The form for a contact with the same pupil.
    Contact,
    /// Files that wait to be imported.
    Preview,
}

/// A key of its sentences and its page.
type Step = (&'static str, At);

const TODAY: At = At::Page("/today");
const LADDER: At = At::Page("/ladder");
const MEASURES: At = At::Page("/measures");

const TEACHER: &[Step] = &[
    ("teacher_today", TODAY),
    ("teacher_register", At::Lesson),
    ("teacher_undo", At::Lesson),
    ("teacher_class", At::Page("/watch-list")),
    ("teacher_debt", At::Page("/marking-debt")),
];
const SUBSTITUTE: &[Step] = &[
    ("substitute_today", TODAY),
    ("substitute_register", At::Lesson),
    ("substitute_undo", At::Lesson),
    ("substitute_ladder", LADDER),
];
const SKY_WORKER: &[Step] = &[
    ("worker_today", TODAY),
    ("worker_list", At::Page("/watch-list")),
    ("worker_pupil", At::Pupil),
    ("worker_contact", At::Contact),
    ("worker_filter", At::Page("/watch-list?show=late")),
];
const PRINCIPAL: &[Step] = &[
    ("principal_today", TODAY),
    ("principal_debt", At::Page("/marking-debt")),
    ("principal_substitutes", At::Page("/substitutes")),
    ("principal_measures", MEASURES),
];
const COORDINATOR: &[Step] = &[
    ("coordinator_today", TODAY),
    ("coordinator_measures", MEASURES),
    ("coordinator_versions", At::Page("/ladder/versions")),
    ("coordinator_ladder", LADDER),
];
const ADMINISTRATOR: &[Step] = &[
    ("administrator_today", TODAY),
    ("administrator_imports", At::Page("/imports")),
    ("administrator_preview", At::Preview),
    ("administrator_codes", At::Page("/codes")),
];

const fn steps(role: UserRole) -> &'static [Step] {
    match role {
        UserRole::Teacher => TEACHER,
        UserRole::Substitute => SUBSTITUTE,
        UserRole::SkyWorker => SKY_WORKER,
        UserRole::Principal => PRINCIPAL,
        UserRole::Coordinator => COORDINATOR,
        UserRole::Administrator => ADMINISTRATOR,
        _ => &[],
    }
}

/// The card as it is shown.
pub(crate) struct Card {
    pub heading: String,
    pub text: String,
    /// Where to, the words, and whether it is the way that one would take.
    pub ways: Vec<(String, String, bool)>,
}

/// Whether a page is the one of a step.
fn is_here(at: At, path: &str) -> bool {
    match at {
        // A page that a page leads to belongs to it: a school of the measures, an upload.
        At::Page(page) => {
            let below = path.strip_prefix(page.split('?').next().unwrap_or_default());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        At::Lesson => path.starts_with("/registers/"),
        At::Pupil | At::Contact => path.starts_with("/pupils/"),
        At::Preview => path.starts_with("/imports"),
    }
}

/// The card of a page, for a role at a step; none before the tour has begun but on the first page.
pub(crate) fn card(frame: &Frame, role: UserRole, step: Option<usize>) -> Option<Card> {
    let steps = steps(role);
    let path = frame.path.as_str();
    let to = |no: usize| format!("/demo/tour/{no}?from={path}");
    let end = |key: &str, first| ("/demo/tour/end".to_owned(), frame.text(key), first);
    let all = steps.len();
    let found = step.and_then(|no| Some((no, steps.get(no.checked_sub(1)?)?)));
    let Some((no, (key, at))) = found else {
        let start = (to(1), frame.text("tour.start"), true);
        return (path == "/today" && all > 0).then(|| Card {
            heading: frame.text("tour.title"),
            text: frame.count("tour.about", all as u64),
            ways: vec![start],
        });
    };
    let here = is_here(*at, path);
    let mut ways = Vec::new();
    if !here {
        ways.push((to(no), frame.text("tour.show"), true));
    }
    if no < all {
        ways.push((to(no + 1), frame.text("tour.next"), here));
        ways.push(end("tour.end", false));
    } else {
        ways.push(end("tour.finish", here));
    }
    let (n, of) = (no.to_string(), all.to_string());
    Some(Card {
        heading: frame.fill("tour.step", &[("no", &n), ("all", &of)]),
        text: frame.code("tour_step", key),
        ways,
    })
}

/// `GET /demo/tour/{step}`: to the page of a step, or to the end.
pub(crate) async fn go(visit: Visit, Path(step): Path<String>) -> Response {
    let from = visit.query.strip_prefix("from=").unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-".contains(&byte);
    let from = Some(from).filter(|from| from.bytes().all(plain));
    let from = from.unwrap_or_default().to_owned();
    visit
        .desk(move |desk| {
            let missing = || AppError::NotFound("tour");
            if !desk.frame.demo {
                return Err(missing());
            }
            if step == "end" {
                return Ok(Reply::GoWith("/today".to_owned(), cookie(None)));
            }
            let no: usize = step.parse().map_err(|_| missing())?;
            let found = no
                .checked_sub(1)
                .and_then(|no| steps(desk.me().ok()?.role).get(no));
            let (_, at) = found.ok_or_else(missing)?;
            Ok(Reply::GoWith(place(&desk, *at, &from)?, cookie(Some(no))))
        })
        .await
}

/// The page of a step: the one that one is on, where it fits.
fn place(desk: &Desk, at: At, from: &str) -> Result<String, AppError> {
    Ok(match at {
        At::Page(page) => page.to_owned(),
        At::Lesson if from.starts_with("/registers/") => from.to_owned(),
        At::Lesson => lesson(desk)?,
        At::Preview if from.starts_with("/imports/uploads/") => from.to_owned(),
        At::Preview => preview(desk),
        At::Pupil | At::Contact => {
            let here = from.strip_prefix("/pupils/").unwrap_or_default();
            let here = here.split('/').next().unwrap_or_default();
            let pupil = match here.parse::<u32>() {
                Ok(pupil) => Some(pupil),
                Err(_) => first_pupil(desk)?,
            };
            match (pupil, at) {
                (None, _) => "/watch-list".to_owned(),
                (Some(pupil), At::Contact) => format!("/pupils/{pupil}/contact"),
                (Some(pupil), _) => format!("/pupils/{pupil}"),
            }
        }
    })
}

/// A lesson of today that waits for its register, else one that has begun, else the first.
fn lesson(desk: &Desk) -> Result<String, AppError> {
    let mut lessons = desk.app.own_lessons(desk.today)?;
    lessons.sort_by_key(|row| match row.state {
        RegisterState::Open => 0,
        RegisterState::Missing => 1,
        RegisterState::Taken => 2,
        RegisterState::Ahead => 3,
    });
    let first = lessons.first();
    Ok(first.map_or_else(|| "/today".to_owned(), register_path))
}

fn first_pupil(desk: &Desk) -> Result<Option<u32>, AppError> {
    let model = desk.model()?;
    let list = desk.app.signal_list(&model, desk.today, Instant::LATEST)?;
    Ok(list.rows.first().map(|row| row.pupil.0))
}

fn preview(desk: &Desk) -> String {
    let waiting = desk.uploads().and_then(|all| {
        let mut list = all.list(desk.now).into_iter();
        list.find(|upload| !upload.is_done())
    });
    waiting.map_or_else(
        || "/imports".to_owned(),
        |upload| format!("/imports/uploads/{}", upload.id),
    )
}

/// The cookie of a step, or of the end where there is none. The demo goes without TLS.
pub(crate) fn cookie(step: Option<usize>) -> HeaderValue {
    let (value, age) = match step {
        Some(no) => (no.to_string(), ""),
        None => (String::new(), "; Max-Age=0"),
    };
    let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax{age}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
