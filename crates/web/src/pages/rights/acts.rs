//! What one looked at and did oneself, in the last four weeks.
//!
//! Invariant: nobody's acts but one's own stand here.

use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::rights::OwnAct;
use lasna_domain::calendar::Day;

/// Days that are shown.
const DAYS: i32 = 28;

/// What was done, how often, and whether it was refused.
type Line = (String, Option<String>, bool);

#[derive(Template)]
#[template(path = "own_acts.html")]
struct ActsPage {
    frame: Frame,
    title: String,
    days: Vec<(String, Vec<Line>)>,
}

/// `GET /own-acts`
pub(crate) async fn show(visit: Visit) -> Response {
    visit.desk(|desk| Reply::page(&page_of(desk)?)).await
}

fn page_of(desk: Desk) -> Result<ActsPage, AppError> {
    let today = desk.now.day_in_finland();
    let span = (today.plus(1 - DAYS), today);
    let acts = desk.app.own_acts(span)?;
    let frame = desk.frame;
    let mut days: Vec<(Day, Vec<Line>)> = Vec::new();
    for act in &acts {
        let line = line(&frame, act);
        match days.last_mut() {
            Some((day, lines)) if *day == act.day => lines.push(line),
            _ => days.push((act.day, vec![line])),
        }
    }
    let named = |(day, lines)| (frame.long_weekday(day), lines);
    Ok(ActsPage {
        title: frame.text("acts.title"),
        days: days.into_iter().map(named).collect(),
        frame,
    })
}

fn line(frame: &Frame, act: &OwnAct) -> Line {
    let what = frame.code("log_action", act.action.as_code());
    let times = (act.times > 1).then(|| frame.count("log.times", act.times.into()));
    (
        crate::pages::home::log::upper_first(&what),
        times,
        act.refused,
    )
}
