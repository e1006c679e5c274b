//! Who has access, confirmed or ended one by one, every quarter.
//!
//! Invariant: nobody confirms oneself.

use super::number_of;
use crate::pages::frame::{Frame, day_text};
use crate::pages::register::field;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::rights::ReviewRow;
use lasna_domain::access::{Action, UserRole};
use lasna_domain::calendar::Day;
use lasna_domain::ids::UserNo;

type Sent = Vec<(String, String)>;

/// Days after which access is looked at anew.
const QUARTER: i32 = 92;

struct RowView {
    user: UserNo,
    name: String,
    role: String,
    when: String,
    grants: Option<String>,
    due: bool,
    own: bool,
}

#[derive(Template)]
#[template(path = "standing.html")]
struct StandingPage {
    frame: Frame,
    title: String,
    lead: String,
    rows: Vec<RowView>,
}

/// Whether the last confirmation is older than a quarter, or there is none.
fn is_due(row: &ReviewRow, today: Day) -> bool {
    row.confirmed
        .is_none_or(|at| today.0 - at.day_in_finland().0 > QUARTER)
}

/// What an account is known by: a name with its login, else its number.
fn name_of(frame: &Frame, row: &ReviewRow) -> String {
    match (&row.name, &row.login) {
        (Some(name), Some(login)) => format!("{name} ({login})"),
        (Some(name), None) => name.clone(),
        (None, Some(login)) => login.clone(),
        (None, None) => frame.fill("standing.no", &[("no", &row.user.to_string())]),
    }
}

fn row_view(frame: &Frame, row: &ReviewRow, (today, me): (Day, UserNo)) -> RowView {
    let role = UserRole::from_code(&row.role);
    let role = role.map_or_else(
        || row.role.clone(),
        |role| frame.code("role", role.as_code()),
    );
    RowView {
        user: row.user,
        name: name_of(frame, row),
        role: match &row.school {
            Some(school) => format!("{role} · {school}"),
            None => role,
        },
        when: match row.confirmed {
            Some(at) => frame.fill(
                "standing.confirmed",
                &[("date", &day_text(at.day_in_finland()))],
            ),
            None => frame.text("standing.never"),
        },
        grants: (row.grants > 0).then(|| frame.count("standing.grants", row.grants as u64)),
        due: is_due(row, today),
        own: row.user == me,
    }
}

/// `GET /access-review`
pub(crate) async fn show(visit: Visit) -> Response {
    visit
        .desk(|desk: Desk| {
            let rows = desk.app.access_review()?;
            desk.app.fresh_for(Action::ReviewAccess)?;
            let known = (desk.today, desk.me()?.user);
            let frame = desk.frame;
            let due = rows.iter().filter(|row| is_due(row, known.0)).count();
            Reply::page(&StandingPage {
                title: frame.text("standing.title"),
                lead: frame.count("standing.due", due as u64),
                rows: rows
                    .iter()
                    .map(|row| row_view(&frame, row, known))
                    .collect(),
                frame,
            })
        })
        .await
}

/// `POST /access-review/{no}`
pub(crate) async fn send(Path(no): Path<String>, visit: Visit, Form(sent): Form<Sent>) -> Response {
    visit
        .desk(move |desk| {
            desk.app.require_here(Action::ReviewAccess)?;
            let confirmed = match field(&sent, "answer") {
                "confirm" => true,
                "end" => false,
                _ => return Err(AppError::Problem("frame.stale".into())),
            };
            desk.app.review(UserNo(number_of(&no)?), confirmed)?;
            Ok(Reply::Go("/access-review".into()))
        })
        .await
}
