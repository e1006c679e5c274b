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
use lasna_app::{AppError, PASS_DAYS_AHEAD, Pass, PassDay, overlaps};
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
    /// What is wrong: the field, and the sentence.
    errors: Vec<(String, String)>,
    /// Lessons at the same time as those of another pass, to be confirmed.
    overlaps: Vec<String>,
    /// Why nothing is given on the day.
    closed: Option<String>,
    /// Whether the day is over: what was given stays.
    past: bool,
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
            Reply::page(&page_of(desk, day, &done, (&[], &Vec::new()), &token)?)
        })
        .await
}

/// What is sent again is known by a token of the page and the row that it stands in.
fn once(token: &str, row: usize) -> String {
    format!("{token}{row:04x}")
}

/// The field that an error is about.
fn field_of(key: &str) -> &'static str {
    match key {
        "substitutes.wrong_day" => "day",
        "substitutes.no_lessons" | "substitutes.teacher_missing" => "teacher",
        _ => "user",
    }
}

/// Why nothing is given on a day, where nothing is.
fn closed_text(frame: &Frame, day: Day, today: Day) -> Option<String> {
    match (day < today, day > today.plus(PASS_DAYS_AHEAD)) {
        (true, _) => Some(frame.text("substitutes.past")),
        (_, true) => Some(frame.text("substitutes.wrong_day")),
        _ => None,
    }
}

fn page_of(
    desk: Desk,
    day: Day,
    done: &str,
    (wrong, sent): (&[&str], &Sent),
    token: &str,
) -> Result<SubstitutesPage, AppError> {
    let frame = &desk.frame;
    let of_day = desk.app.pass_day(day)?;
    let overlaps = match wrong.contains(&"substitutes.overlap") {
        true => overlap_texts(frame, &of_day, sent),
        false => Vec::new(),
    };
    let PassDay {
        substitutes,
        teachers,
        passes,
        ..
    } = of_day;
    let option = |name: &str, value: String, text: String| {
        let chosen = field(sent, name) == value;
        (value, text, chosen)
    };
    let last = desk.today.plus(PASS_DAYS_AHEAD);
    let past = day < desk.today;
    let error = |key: &&str| (field_of(key).to_owned(), frame.text(key));
    let page = SubstitutesPage {
        title: frame.text("substitutes.title"),
        lead: frame.fill("substitutes.lead", &[("day", &frame.weekday(day))]),
        day: day.to_string(),
        first: desk.today.to_string(),
        last: last.to_string(),
        saved: ["given", "taken"]
            .contains(&done)
            .then(|| frame.code("substitutes_done", done)),
        errors: wrong.iter().map(error).collect(),
        overlaps,
        closed: closed_text(frame, day, desk.today),
        past,
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

/// The lessons of the chosen teacher that are held while the chosen substitute has another's.
fn overlap_texts(frame: &Frame, day: &PassDay, sent: &Sent) -> Vec<String> {
    let mut teachers = day.teachers.iter();
    let chosen = teachers.find(|row| row.teacher.to_string() == field(sent, "teacher"));
    let Some(chosen) = chosen else {
        return Vec::new();
    };
    let own = |pass: &&Pass| {
        pass.user.to_string() == field(sent, "user") && pass.teacher != chosen.teacher
    };
    let mut texts = Vec::new();
    for pass in day.passes.iter().filter(own) {
        for (one, other) in overlaps(&chosen.lessons, &pass.lessons) {
            let values = [
                ("one", &*lesson_text(frame, one)),
                ("other", &*lesson_text(frame, other)),
                ("teacher", &*pass.teacher_name),
            ];
            texts.push(frame.fill("substitutes.overlap_of", &values));
        }
    }
    texts
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

/// What a form lacks, as keys of sentences.
fn missing(sent: &Sent, given: bool) -> Vec<&'static str> {
    let asked = [
        ("user", "substitutes.user_missing"),
        ("teacher", "substitutes.teacher_missing"),
    ];
    let empty = asked
        .into_iter()
        .filter(|(name, _)| given && field(sent, name).is_empty());
    empty.map(|(_, key)| key).collect()
}

async fn act(visit: Visit, sent: Sent, given: bool) -> Response {
    let token = visit.shared.token();
    visit
        .desk(move |desk| {
            let once = once_of(&sent)?;
            let asked = day_of(field(&sent, "day"));
            let day = asked.unwrap_or(desk.today);
            let mut wrong = missing(&sent, given);
            if asked.is_none() {
                wrong.push("substitutes.wrong_day");
            }
            let number = |name: &str| field(&sent, name).parse().unwrap_or(0);
            let (user, teacher) = (UserNo(number("user")), PersonNo(number("teacher")));
            let sure = !field(&sent, "sure").is_empty();
            let result = match (wrong.is_empty(), given) {
                (false, _) => Ok(()),
                (true, true) => desk.app.give_pass(user, teacher, day, (once, sure)),
                (true, false) => desk.app.take_pass_back(user, teacher, day, once),
            };
            let key;
            match result {
                Ok(()) if wrong.is_empty() => {
                    let done = if given { "given" } else { "taken" };
                    return Ok(Reply::Go(format!("/substitutes?day={day}&done={done}")));
                }
                Err(AppError::Problem(other)) => {
                    key = other;
                    wrong.push(&key);
                }
                Ok(()) => {}
                Err(error) => return Err(error),
            }
            let token = token.map_err(AppError::Problem)?;
            Reply::refused(&page_of(desk, day, "", (&wrong, &sent), &token)?)
        })
        .await
}
