//! Broken glass as the second person sees it: judged, and told to the family or put off.
//!
//! Invariant: whoever oversees the provider sees a number in the place of the pupil.

use super::{Wrong, errors_of, number_of};
use crate::pages::day::day_of;
use crate::pages::frame::{Frame, day_text};
use crate::pages::identity::moment;
use crate::pages::register::field;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::rights::GlassRow;
use lasna_domain::access::Action;
use lasna_domain::access::glass::{GLASS_DELAY_DAYS, GlassDelay, GlassVerdict};
use lasna_domain::calendar::Day;

type Sent = Vec<(String, String)>;

struct RowView {
    no: u32,
    what: String,
    who: String,
    reason: String,
    state: String,
    tone: &'static str,
    delayed: Option<String>,
    /// Whether one may judge it, or put off telling.
    judge: bool,
}

#[derive(Template)]
#[template(path = "glass_review.html")]
struct ReviewPage {
    frame: Frame,
    title: String,
    errors: Vec<(String, String)>,
    rows: Vec<RowView>,
    grounds: Vec<(&'static str, String)>,
    first: String,
    last: String,
}

fn row_view(frame: &Frame, row: &GlassRow) -> RowView {
    let category = frame.code("glass_category", row.glass.category.as_code());
    let pupil = match &row.pupil {
        Some((name, class)) => format!("{name} {class}"),
        None => frame.fill("glass.pupil_no", &[("no", &row.glass.pupil.to_string())]),
    };
    let (state, tone) = match (row.glass.verdict, row.overdue) {
        (Some(GlassVerdict::Justified), _) => (frame.code("glass_state", "justified"), "ok"),
        (Some(GlassVerdict::Unjustified), _) => (frame.code("glass_state", "unjustified"), "due"),
        (None, true) => (frame.code("glass_state", "overdue"), "due"),
        (None, false) => (frame.code("glass_state", "open"), "wait"),
    };
    RowView {
        no: row.no,
        what: format!("{pupil} · {category}"),
        who: format!("{} · {}", row.by, moment(frame, row.glass.at)),
        reason: row.reason.clone(),
        state,
        tone,
        delayed: row.delayed.map(|until| {
            let last = until.day_in_finland().plus(-1);
            frame.fill("glass.delayed", &[("date", &day_text(last))])
        }),
        judge: row.mine,
    }
}

fn page_of(desk: Desk, wrong: &[Wrong]) -> Result<ReviewPage, AppError> {
    let rows = desk.app.broken_glass(desk.today)?;
    let today = desk.today;
    let frame = desk.frame;
    let title = frame.text("glass.review_title");
    let ground = |ground: &GlassDelay| {
        let code = ground.as_code();
        (code, frame.code("glass_delay", code))
    };
    Ok(ReviewPage {
        title: match wrong.is_empty() {
            true => title,
            false => frame.fill("frame.error_in_title", &[("title", &title)]),
        },
        errors: errors_of(&frame, wrong),
        rows: rows.iter().map(|row| row_view(&frame, row)).collect(),
        grounds: GlassDelay::ALL.iter().map(ground).collect(),
        first: today.next().to_string(),
        last: today.plus(GLASS_DELAY_DAYS).to_string(),
        frame,
    })
}

/// `GET /glass/review`
pub(crate) async fn show(visit: Visit) -> Response {
    visit.desk(|desk| Reply::page(&page_of(desk, &[])?)).await
}

/// What was sent: a verdict, or a ground and a day up to which telling is put off.
enum Said {
    Verdict(GlassVerdict),
    Delay(GlassDelay, Day),
}

fn said(sent: &Sent) -> Result<Said, Wrong> {
    if let Some(verdict) = GlassVerdict::from_code(field(sent, "verdict")) {
        return Ok(Said::Verdict(verdict));
    }
    let ground = GlassDelay::from_code(field(sent, "ground"));
    let ground = ground.ok_or(("reviews", "glass_wrong.ground".to_owned()))?;
    let until = day_of(field(sent, "until"));
    let until = until.ok_or(("reviews", "glass.delay_day".to_owned()))?;
    Ok(Said::Delay(ground, until))
}

/// `POST /glass/review/{no}`
pub(crate) async fn send(Path(no): Path<String>, visit: Visit, Form(sent): Form<Sent>) -> Response {
    visit
        .desk(move |desk| {
            desk.app.require_here(Action::ReviewGlass)?;
            let no = number_of(&no)?;
            let done = match said(&sent) {
                Ok(Said::Verdict(verdict)) => desk.app.judge_glass(no, verdict),
                Ok(Said::Delay(ground, until)) => desk.app.delay_glass(no, ground, until),
                Err(wrong) => return Reply::refused(&page_of(desk, &[wrong])?),
            };
            match done {
                Ok(()) => Ok(Reply::Go("/glass/review".into())),
                Err(AppError::Problem(key)) if key.starts_with("glass.") => {
                    Reply::refused(&page_of(desk, &[("reviews", key)])?)
                }
                Err(error) => Err(error),
            }
        })
        .await
}
