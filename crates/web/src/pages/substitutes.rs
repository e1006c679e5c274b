//! Day passes of a school: who gives whose lessons on a day, given and taken back by the principal.
//!
//! Invariant: no name stands in an address; what is saved carries what tells a repeated sending.

use super::day::{day_of, day_or_today};
use super::frame::{Frame, time_text};
use super::register::{field, once_of};
use super::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::Form;
use axum::response::Response;
use lasna_app::registers::LessonRow;
use lasna_app::{AppError, PASS_DAYS_AHEAD, Pass, PassDay};
use lasna_domain::calendar::Day;
use lasna_domain::ids::{PersonNo, UserNo};

type Sent = Vec<(String, String)>;

struct PassView {
    text: String,
    lessons: String,
    given: String,
    user: UserNo,
    teacher: PersonNo,
    once: String,
}

#[derive(Template)]
#[template(path = "substitutes.html")]
struct SubstitutesPage {
    frame: Frame,
    title: String,
    lead: String,
    day: String,
    first: String,
    last: String,
    saved: Option<String>,
    error: Option<String>,
    passes: Vec<PassView>,
    /// Value, text and whether it was chosen.
    substitutes: Vec<(String, String, bool)>,
    teachers: Vec<(String, String, bool)>,
    once: String,
}

fn part<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').find_map(|part| part.strip_prefix(name))
}

/// `GET /substitutes?day=`
pub(crate) async fn substitutes(visit: Visit) -> Response {
    let token = visit.shared.token();
    let query = visit.query.clone();
    visit
        .desk(move |mut desk| {
            let day = day_or_today(&mut desk, &query);
            let done = part(&query, "done=").unwrap_or_default().to_owned();
            let token = token.map_err(AppError::Problem)?;
            Reply::page(&page_of(desk, day, &done, None, &Vec::new(), &token)?)
        })
        .await
}

/// What is sent again is known by a token of the page and the row that it stands in.
fn once(token: &str, row: usize) -> String {
    format!("{token}{row:04x}")
}

fn page_of(
    desk: Desk,
    day: Day,
    done: &str,
    error: Option<&str>,
    sent: &Sent,
    token: &str,
) -> Result<SubstitutesPage, AppError> {
    let frame = &desk.frame;
    let PassDay {
        substitutes,
        teachers,
        passes,
        ..
    } = desk.app.pass_day(day)?;
    let chosen = |name: &str, value: &str| field(sent, name) == value;
    let option = |name: &str, value: String, text: String| {
        let chosen = chosen(name, &value);
        (value, text, chosen)
    };
    let title = frame.text("substitutes.title");
    let page = SubstitutesPage {
        title: match error {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title,
        },
        lead: frame.fill("substitutes.lead", &[("day", &frame.weekday(day))]),
        day: day.to_string(),
        first: desk.today.to_string(),
        last: desk.today.plus(PASS_DAYS_AHEAD).to_string(),
        saved: ["given", "taken"]
            .contains(&done)
            .then(|| frame.code("substitutes_done", done)),
        error: error.map(|key| frame.text(key)),
        passes: passes
            .iter()
            .enumerate()
            .map(|(at, pass)| pass_view(frame, pass, once(token, at + 1)))
            .collect(),
        substitutes: substitutes
            .into_iter()
            .map(|(user, name)| option("user", user.to_string(), name))
            .collect(),
        teachers: teachers
            .into_iter()
            .map(|row| {
                let count = frame.count("today.debt_lessons", row.lessons.len() as u64);
                let text = format!("{} · {count}", row.name);
                option("teacher", row.teacher.to_string(), text)
            })
            .collect(),
        once: once(token, 0),
        frame: Frame::new(frame.chosen),
    };
    Ok(SubstitutesPage {
        frame: desk.frame,
        ..page
    })
}

fn lesson_text(frame: &Frame, row: &LessonRow) -> String {
    let subject = frame.subject(&row.subject);
    format!("{} {} {subject}", time_text(row.key.start), row.group)
}

fn pass_view(frame: &Frame, pass: &Pass, once: String) -> PassView {
    let lessons: Vec<String> = pass
        .lessons
        .iter()
        .map(|row| lesson_text(frame, row))
        .collect();
    let time = time_text(pass.at.time_in_finland());
    let day = frame.weekday(pass.at.day_in_finland());
    let by = pass
        .by
        .clone()
        .unwrap_or_else(|| frame.text("versions_by.operator"));
    let values = [("day", &*day), ("time", &*time), ("name", &*by)];
    PassView {
        text: frame.fill(
            "substitutes.pass",
            &[
                ("substitute", &pass.substitute),
                ("teacher", &pass.teacher_name),
            ],
        ),
        lessons: match lessons.is_empty() {
            true => frame.text("substitutes.no_lessons"),
            false => lessons.join(" · "),
        },
        given: frame.fill("substitutes.given", &values),
        user: pass.user,
        teacher: pass.teacher,
        once,
    }
}

/// `POST /substitutes`
pub(crate) async fn give(visit: Visit, Form(sent): Form<Sent>) -> Response {
    act(visit, sent, true).await
}

/// `POST /substitutes/take-back`
pub(crate) async fn take_back(visit: Visit, Form(sent): Form<Sent>) -> Response {
    act(visit, sent, false).await
}

async fn act(visit: Visit, sent: Sent, given: bool) -> Response {
    let token = visit.shared.token();
    visit
        .desk(move |desk| {
            let once = once_of(&sent)?;
            let day = day_of(field(&sent, "day")).unwrap_or(desk.today);
            let number = |name: &str| field(&sent, name).parse().unwrap_or(0);
            let (user, teacher) = (UserNo(number("user")), PersonNo(number("teacher")));
            let result = if given {
                desk.app.give_pass(user, teacher, day, once)
            } else {
                desk.app.take_pass_back(user, teacher, day, once)
            };
            match result {
                Ok(()) => {
                    let done = if given { "given" } else { "taken" };
                    Ok(Reply::Go(format!("/substitutes?day={day}&done={done}")))
                }
                Err(AppError::Problem(key)) => {
                    let token = token.map_err(AppError::Problem)?;
                    Reply::refused(&page_of(desk, day, "", Some(&key), &sent, &token)?)
                }
                Err(error) => Err(error),
            }
        })
        .await
}
