//! The first page of a guardian or a pupil: each child with today and the days of absence.
//!
//! Invariant: no sum and no step stands here, and nothing of another family.

pub(crate) mod log;

use super::frame::Frame;
use super::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::rights::{Child, HomeAttendance, HomeDay, HomeToday};
use lasna_domain::access::UserRole;

/// A day with what is said of its lessons.
struct DayView {
    day: String,
    parts: Vec<(String, &'static str)>,
}

struct ChildView {
    id: String,
    name: String,
    class: String,
    today: Option<String>,
    days: Vec<DayView>,
    none: String,
    log: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    title: String,
    lead: String,
    children: Vec<ChildView>,
    help: String,
}

/// `GET /home`
pub(crate) async fn home(visit: Visit) -> Response {
    visit.desk(|desk| Reply::page(&page_of(desk)?)).await
}

fn page_of(desk: Desk) -> Result<HomePage, AppError> {
    let is_pupil = desk.me()?.role == UserRole::Pupil;
    let who = if is_pupil { "pupil" } else { "guardian" };
    let children = desk.app.own_children(desk.today)?;
    let name = desk.me()?.name.clone();
    let frame = desk.frame.knowing(desk.now);
    let day = frame.long_weekday(desk.today);
    Ok(HomePage {
        title: frame.code("home_title", who),
        lead: frame.fill("today.lead", &[("name", &name), ("day", &day)]),
        children: children
            .iter()
            .map(|child| child_view(&frame, child, is_pupil))
            .collect(),
        help: frame.code("home_help", who),
        frame,
    })
}

fn child_view(frame: &Frame, child: &Child, is_pupil: bool) -> ChildView {
    let attendance = child.attendance.as_ref();
    let name = if is_pupil { &child.name } else { &child.given };
    ChildView {
        id: format!("child-{}", child.pupil),
        name: name.clone(),
        class: format!("{} · {}", child.class, child.school),
        today: attendance.map(|told| today_text(frame, told.today, &child.given, is_pupil)),
        days: attendance.map_or_else(Vec::new, |told| day_views(frame, told)),
        none: match attendance {
            Some(_) => frame.text("home.no_absences"),
            None => frame.text("home.not_told"),
        },
        log: format!("/home/{}/log", child.pupil),
    }
}

fn today_text(frame: &Frame, today: HomeToday, name: &str, is_pupil: bool) -> String {
    let key = match (today, is_pupil) {
        (HomeToday::Free, false) => "home_today.free",
        (HomeToday::Ahead, false) => "home_today.ahead",
        (HomeToday::Unmarked, false) => "home_today.unmarked",
        (HomeToday::Present, false) => "home_today.present",
        (HomeToday::Absent, false) => "home_today.absent",
        (HomeToday::Over, false) => "home_today.over",
        (HomeToday::Free, true) => "home_me.free",
        (HomeToday::Ahead, true) => "home_me.ahead",
        (HomeToday::Unmarked, true) => "home_me.unmarked",
        (HomeToday::Present, true) => "home_me.present",
        (HomeToday::Absent, true) => "home_me.absent",
        (HomeToday::Over, true) => "home_me.over",
    };
    frame.fill(key, &[("name", name)])
}

fn day_views(frame: &Frame, told: &HomeAttendance) -> Vec<DayView> {
    let view = |day: &HomeDay| DayView {
        day: frame.weekday(day.day),
        parts: [
            ("unresolved", day.unresolved, "wait"),
            ("unauthorised", day.unauthorised, "quiet"),
            ("authorised", day.authorised, "quiet"),
            ("late", day.late, "quiet"),
        ]
        .into_iter()
        .filter(|(_, lessons, _)| *lessons > 0)
        .map(|(code, lessons, tone)| (frame.count_code("home_lessons", code, lessons.into()), tone))
        .collect(),
    };
    told.days.iter().map(view).collect()
}
