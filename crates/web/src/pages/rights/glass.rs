//! Breaking the glass for one pupil, and what is seen through it for half an hour.
//!
//! The pupil is named by exact words, never chosen from a list: a protected one is in none.
//!
//! Invariant: no name stands in an address, and what was typed is shown again beside what is wrong.

use super::{Wrong, errors_of, number_of};
use crate::pages::act::{ActView, act_view};
use crate::pages::frame::{Frame, time_text};
use crate::pages::register::{field, once_of};
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::rights::{NewGlass, OpenGlass};
use lasna_app::signals::pupil_of;
use lasna_domain::access::Action;
use lasna_domain::access::glass::GlassCategory;
use lasna_domain::ids::PersonNo;

type Sent = Vec<(String, String)>;

/// A glass of one's own that is open: its page, its words, the way to give it up.
struct OpenView {
    way: String,
    text: String,
    give_up: String,
}

/// A choice: value, words, whether it was chosen.
type Choice = (&'static str, String, bool);

#[derive(Template)]
#[template(path = "glass.html")]
struct GlassPage {
    frame: Frame,
    title: String,
    open: Vec<OpenView>,
    errors: Vec<(String, String)>,
    name: String,
    class: String,
    reason: String,
    categories: Vec<Choice>,
    once: String,
}

#[derive(Template)]
#[template(path = "glass_look.html")]
struct LookPage {
    frame: Frame,
    title: String,
    class: String,
    until: String,
    give_up: String,
    facts: Option<String>,
    acts: Vec<ActView>,
}

fn open_view(frame: &Frame, glass: &OpenGlass) -> OpenView {
    let (at, ends) = (glass.at.time_in_finland(), glass.ends.time_in_finland());
    let values = [("at", &*time_text(at)), ("ends", &*time_text(ends))];
    OpenView {
        way: format!("/glass/pupils/{}", glass.pupil),
        text: frame.fill("glass.open_one", &values),
        give_up: format!("/glass/give-up/{}", glass.no),
    }
}

fn page_of(desk: Desk, sent: &Sent, wrong: &[Wrong]) -> Result<GlassPage, AppError> {
    // Before anything is typed: who has to prove it again does so first.
    desk.app.fresh_for(Action::BreakGlass)?;
    let open = desk.app.own_glass()?;
    let once = desk.token()?;
    let frame = desk.frame;
    let title = frame.text("glass.title");
    let choice = |category: &GlassCategory| {
        let code = category.as_code();
        let text = frame.code("glass_category", code);
        (code, text, field(sent, "category") == code)
    };
    Ok(GlassPage {
        title: match wrong.is_empty() {
            true => title,
            false => frame.fill("frame.error_in_title", &[("title", &title)]),
        },
        open: open.iter().map(|glass| open_view(&frame, glass)).collect(),
        errors: errors_of(&frame, wrong),
        name: field(sent, "name").to_owned(),
        class: field(sent, "class").to_owned(),
        reason: field(sent, "reason").to_owned(),
        categories: GlassCategory::ALL.iter().map(choice).collect(),
        once,
        frame,
    })
}

/// `GET /glass`
pub(crate) async fn form(visit: Visit) -> Response {
    visit
        .desk(|desk| {
            desk.app.require_here(Action::BreakGlass)?;
            Reply::page(&page_of(desk, &Vec::new(), &[])?)
        })
        .await
}

/// `POST /glass`
pub(crate) async fn send(visit: Visit, Form(sent): Form<Sent>) -> Response {
    visit
        .desk(move |desk| {
            desk.app.require_here(Action::BreakGlass)?;
            desk.app.fresh_for(Action::BreakGlass)?;
            let once = once_of(&sent)?.to_owned();
            let mut wrong = empty_fields(&sent);
            let category = GlassCategory::from_code(field(&sent, "category"));
            if category.is_none() {
                wrong.push(("category-danger", "glass_wrong.category".into()));
            }
            let (Some(category), true) = (category, wrong.is_empty()) else {
                return Reply::refused(&page_of(desk, &sent, &wrong)?);
            };
            match broken(&desk, &sent, (category, &once)) {
                Ok(pupil) => {
                    metrics::counter!("break_glass_total").increment(1);
                    Ok(Reply::Go(format!("/glass/pupils/{pupil}")))
                }
                Err(AppError::Problem(key)) if key.starts_with("glass.") => {
                    let at = if key == "glass.reason_length" {
                        "reason"
                    } else {
                        "name"
                    };
                    Reply::refused(&page_of(desk, &sent, &[(at, key)])?)
                }
                Err(error) => Err(error),
            }
        })
        .await
}

/// The fields that were left empty, each with its sentence.
fn empty_fields(sent: &Sent) -> Vec<Wrong> {
    let asked = [
        ("name", "glass_wrong.name"),
        ("class", "glass_wrong.class"),
        ("reason", "glass_wrong.reason"),
    ];
    let empty = asked
        .into_iter()
        .filter(|(name, _)| field(sent, name).trim().is_empty());
    empty.map(|(name, key)| (name, key.to_owned())).collect()
}

fn broken(
    desk: &Desk,
    sent: &Sent,
    (category, once): (GlassCategory, &str),
) -> Result<PersonNo, AppError> {
    let words = (field(sent, "name"), field(sent, "class"));
    // What is said too shortly finds nobody.
    desk.app.check_glass_reason(field(sent, "reason"))?;
    let pupil = desk.app.find_pupil(Action::BreakGlass, words, desk.today)?;
    let new = NewGlass {
        pupil,
        category,
        reason: field(sent, "reason"),
        once,
    };
    desk.app.break_glass(&new, desk.today)?;
    Ok(pupil)
}

/// `GET /glass/pupils/{pupil}`
pub(crate) async fn look(Path(pupil): Path<String>, visit: Visit) -> Response {
    visit
        .desk(move |desk| {
            let seen = desk.app.through_glass(pupil_of(&pupil)?, desk.today)?;
            let mut frame = desk.frame;
            let until = time_text(seen.glass.ends.time_in_finland());
            frame.notice = Some(frame.fill("glass.banner", &[("time", &until)]));
            let acts = seen.acts.iter();
            Reply::page(&LookPage {
                title: seen.name,
                class: seen.class,
                until: frame.fill("glass.until", &[("time", &until)]),
                give_up: format!("/glass/give-up/{}", seen.glass.no),
                facts: seen.facts.filter(|facts| !facts.is_empty()),
                acts: acts
                    .map(|(act, by)| act_view(&frame, act, by, false))
                    .collect(),
                frame,
            })
        })
        .await
}

/// `POST /glass/give-up/{no}`
pub(crate) async fn give_up(Path(no): Path<String>, visit: Visit) -> Response {
    visit
        .desk(move |desk| {
            desk.app.give_up_glass(number_of(&no)?)?;
            Ok(Reply::Go("/glass".into()))
        })
        .await
}
