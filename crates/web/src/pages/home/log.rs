//! Who looked at a child's data, in plain words, month by month.
//!
//! Invariant: a line names an organisation and a role, and no person.

use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::rights::{AccessLog, Child, LogLine, LogPlace};
use lasna_app::signals::pupil_of;
use lasna_domain::access::UserRole;
use lasna_domain::calendar::{Day, school_year_of};
use lasna_domain::ids::PersonNo;

/// A day with its lines.
struct DayView {
    day: String,
    lines: Vec<LineView>,
}

struct LineView {
    who: String,
    what: String,
    why: Option<String>,
    times: Option<String>,
    refused: bool,
}

/// A month to choose: its address, its name, whether it is shown.
type Month = (String, String, bool);

#[derive(Template)]
#[template(path = "home_log.html")]
struct LogPage {
    frame: Frame,
    title: String,
    lead: String,
    months: Vec<Month>,
    shown: String,
    count: String,
    days: Vec<DayView>,
}

/// `GET /home/{pupil}/log?month=2027-03`
pub(crate) async fn log(Path(pupil): Path<String>, visit: Visit) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| Reply::page(&page_of(desk, pupil_of(&pupil)?, &query)?))
        .await
}

/// The first day of the month that a day is in.
fn month_of(day: Day) -> Day {
    day.plus(1 - i32::from(day.to_date().day()))
}

/// The months of the school year up to today, the latest first.
fn months(today: Day) -> Vec<Day> {
    let first = month_of(school_year_of(today).from);
    let mut all = vec![month_of(today)];
    while let Some(month) = all.last().copied().filter(|month| *month > first) {
        all.push(month_of(month.plus(-1)));
    }
    all
}

/// `2027-03`, as an address has it.
fn code_of(month: Day) -> String {
    let date = month.to_date();
    format!("{:04}-{:02}", date.year(), date.month())
}

fn name_of(frame: &Frame, month: Day) -> String {
    let date = month.to_date();
    let name = frame.code("month_name", &date.month().to_string());
    format!("{name} {}", date.year())
}

fn page_of(desk: Desk, pupil: PersonNo, query: &str) -> Result<LogPage, AppError> {
    let is_pupil = desk.me()?.role == UserRole::Pupil;
    let now = desk.now.day_in_finland();
    let months = months(now);
    let asked = query
        .split('&')
        .find_map(|part| part.strip_prefix("month="));
    let shown = months
        .iter()
        .copied()
        .find(|month| asked == Some(code_of(*month).as_str()))
        .unwrap_or(month_of(now));
    let to = match months.iter().position(|month| *month == shown) {
        Some(at) if at > 0 => months[at - 1].plus(-1),
        _ => now,
    };
    let child = desk.app.own_child(pupil, desk.today)?;
    let told = desk.app.access_log(pupil, (shown, to), desk.today)?;
    let frame = desk.frame.knowing(desk.now);
    let option = |month: &Day| {
        let way = format!("/home/{pupil}/log?month={}", code_of(*month));
        (way, name_of(&frame, *month), *month == shown)
    };
    Ok(LogPage {
        title: title_of(&frame, &child, is_pupil),
        lead: frame.text("log.lead"),
        months: months.iter().map(option).collect(),
        shown: name_of(&frame, shown),
        count: frame.count("log.entries", told.entries.into()),
        days: day_views(&frame, &told),
        frame,
    })
}

fn title_of(frame: &Frame, child: &Child, is_pupil: bool) -> String {
    match is_pupil {
        true => frame.text("log.title_own"),
        false => frame.fill("log.title", &[("name", &child.given)]),
    }
}

fn day_views(frame: &Frame, told: &AccessLog) -> Vec<DayView> {
    let mut days: Vec<(Day, Vec<LineView>)> = Vec::new();
    for line in &told.lines {
        let view = line_view(frame, line);
        match days.last_mut() {
            Some((day, lines)) if *day == line.day => lines.push(view),
            _ => days.push((line.day, vec![view])),
        }
    }
    let view = |(day, lines)| DayView {
        day: frame.long_weekday(day),
        lines,
    };
    days.into_iter().map(view).collect()
}

fn line_view(frame: &Frame, line: &LogLine) -> LineView {
    let role = frame.code("role", line.role.as_code());
    let who = match &line.place {
        // Of the family one sees oneself alone.
        _ if line.role.is_of_home() => frame.fill("log.you", &[("role", &role)]),
        LogPlace::School(name) => format!("{role} · {name}"),
        LogPlace::Provider => format!("{role} · {}", frame.code("log_place", "provider")),
        LogPlace::Machine => frame.code("log_place", "machine"),
    };
    LineView {
        who: upper_first(&who),
        what: frame.code("log_action", line.action.as_code()),
        why: line
            .purpose
            .map(|purpose| frame.code("log_purpose", purpose.as_code())),
        times: (line.times > 1).then(|| frame.count("log.times", line.times.into())),
        refused: line.refused,
    }
}

pub(crate) fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_of_a_school_year_are_whole_and_the_latest_first() {
        let today: Day = "2027-03-10".parse().unwrap_or(Day(0));
        let codes: Vec<String> = months(today).into_iter().map(code_of).collect();
        assert_eq!(codes.first().map(String::as_str), Some("2027-03"));
        assert_eq!(codes.last().map(String::as_str), Some("2026-08"));
        assert_eq!(codes.len(), 8);
    }
}
