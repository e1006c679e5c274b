//! Rights for a time: those of one's own, and those that one gives to others.
//!
//! Invariant: the terms are fixed when a right is given; a pupil is named by exact words.

use super::{Wrong, errors_of, number_of};
use crate::pages::day::day_of;
use crate::pages::frame::Frame;
use crate::pages::identity::moment;
use crate::pages::register::field;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::rights::{GrantRow, Grantee, NamedGrant, NewGrant};
use lasna_app::signals::pupil_of;
use lasna_domain::access::grants::{GrantKind, GrantState, GrantStep};
use lasna_domain::access::{Action, Reach, UserRole};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{OrgNo, UserNo};

type Sent = Vec<(String, String)>;

/// Hours of a support person at most.
const HOURS_MAX: i64 = 4;
/// Days that a right runs where nobody says otherwise.
const DAYS_PROPOSED: i32 = 90;
/// Days that a right may run.
const DAYS_MAX: i32 = 365;

/// A grant on a page.
pub(crate) struct GrantView {
    pub no: u32,
    pub who: Option<String>,
    pub what: String,
    pub time: String,
    pub state: String,
    pub tone: &'static str,
    /// Steps that one may take: code, words, whether it is the one to take.
    pub steps: Vec<(&'static str, String, bool)>,
    /// Where what is granted is seen.
    pub ways: Vec<(String, String)>,
}

/// A choice: value, words, whether it was chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "grants.html")]
struct GrantsPage {
    frame: Frame,
    title: String,
    errors: Vec<(String, String)>,
    grants: Vec<GrantView>,
    grantees: Vec<Choice>,
    /// Schools, where a right is for one of them; else a pupil is named.
    schools: Vec<Choice>,
    name: String,
    class: String,
    ends: String,
    first: String,
    last: String,
}

#[derive(Template)]
#[template(path = "protected.html")]
struct FactsPage {
    frame: Frame,
    title: String,
    facts: String,
}

/// The pupil or the school that a grant is about.
fn place_of(named: &NamedGrant) -> Option<String> {
    let pupil = named.pupil.as_ref();
    let pupil = pupil.map(|(name, class)| format!("{name} {class}"));
    pupil.or_else(|| named.school.clone())
}

/// A grant in words: one's own without a name, or one that is managed.
pub(crate) fn view(frame: &Frame, row: &GrantRow, named: Option<&NamedGrant>) -> GrantView {
    let kind = frame.code("grant_kind", row.terms.kind.as_code());
    let code = row.state.as_code();
    let (mine, runs) = (named.is_none(), row.state == GrantState::Accepted);
    let steps: &[GrantStep] = match (row.state, mine) {
        (GrantState::Invited, true) => &[GrantStep::Accept, GrantStep::End],
        (GrantState::Accepted | GrantState::Suspended, true) => &[GrantStep::End],
        (GrantState::Accepted, false) => &[GrantStep::Suspend, GrantStep::End],
        (GrantState::Suspended, false) => &[GrantStep::Resume, GrantStep::End],
        (GrantState::Invited, false) => &[GrantStep::End],
        (GrantState::Expired, _) => &[],
    };
    let words = |code: &str| match mine {
        true => frame.code("grant_own_step", code),
        false => frame.code("grant_step", code),
    };
    let values = [
        ("from", &*moment(frame, row.terms.starts)),
        ("to", &*moment(frame, row.terms.ends)),
    ];
    let of_pupil = match row.terms.reach {
        Reach::Pupil(pupil) if mine && runs && row.terms.kind == GrantKind::Protected => vec![
            (format!("/pupils/{pupil}"), frame.text("grants.to_pupil")),
            (format!("/protected/{pupil}"), frame.text("grants.to_facts")),
        ],
        _ => Vec::new(),
    };
    GrantView {
        no: row.no,
        who: named.map(|named| {
            let role = named.role.map(|role| frame.code("role", role.as_code()));
            format!("{} · {}", named.subject, role.unwrap_or_default())
        }),
        what: match named.and_then(place_of) {
            Some(place) => format!("{kind}: {place}"),
            None => kind,
        },
        time: frame.fill("grants.time", &values),
        state: frame.code("grant_state", code),
        tone: match row.state {
            GrantState::Invited => "wait",
            GrantState::Accepted => "ok",
            GrantState::Suspended => "due",
            GrantState::Expired => "quiet",
        },
        steps: steps
            .iter()
            .map(|step| {
                let code = step.as_code();
                (code, words(code), *step == GrantStep::Accept)
            })
            .collect(),
        ways: of_pupil,
    }
}

fn page_of(desk: Desk, sent: &Sent, wrong: &[Wrong]) -> Result<GrantsPage, AppError> {
    let all = desk.app.named_grants(desk.today)?;
    desk.app.fresh_for(Action::GiveGrant)?;
    let grantees = desk.app.grantees()?;
    let of_provider = desk.me()?.school.is_none();
    let schools = match of_provider {
        true => desk.app.school_names(desk.today)?,
        false => Vec::new(),
    };
    let today = desk.today;
    let frame = desk.frame;
    let title = frame.text("grants.title");
    let chosen = |name: &str, value: &str| field(sent, name) == value;
    let grantee = |one: &Grantee| {
        let value = one.user.to_string();
        let role = frame.code("role", one.role.as_code());
        let is_chosen = chosen("user", &value);
        (value, format!("{} · {role}", one.name), is_chosen)
    };
    let school = |(no, name): &(OrgNo, String)| {
        let value = no.to_string();
        let is_chosen = chosen("school", &value);
        (value, name.clone(), is_chosen)
    };
    Ok(GrantsPage {
        title: match wrong.is_empty() {
            true => title,
            false => frame.fill("frame.error_in_title", &[("title", &title)]),
        },
        errors: errors_of(&frame, wrong),
        grants: all
            .iter()
            .map(|one| view(&frame, &one.row, Some(one)))
            .collect(),
        grantees: grantees.iter().map(grantee).collect(),
        schools: schools.iter().map(school).collect(),
        name: field(sent, "name").to_owned(),
        class: field(sent, "class").to_owned(),
        ends: match day_of(field(sent, "ends")) {
            Some(day) => day.to_string(),
            None => today.plus(DAYS_PROPOSED).to_string(),
        },
        first: today.to_string(),
        last: today.plus(DAYS_MAX).to_string(),
        frame,
    })
}

/// `GET /grants`
pub(crate) async fn show(visit: Visit) -> Response {
    visit
        .desk(|desk| Reply::page(&page_of(desk, &Vec::new(), &[])?))
        .await
}

/// What a form asks for, or what is wrong with it.
fn asked(desk: &Desk, sent: &Sent) -> Result<Result<NewGrant, Vec<Wrong>>, AppError> {
    let mut wrong: Vec<Wrong> = Vec::new();
    let all = desk.app.grantees()?;
    let user = UserNo(field(sent, "user").parse().unwrap_or(0));
    let grantee = all.iter().find(|one| one.user == user);
    let Some(grantee) = grantee else {
        wrong.push(("user", "grants.user_missing".into()));
        return Ok(Err(wrong));
    };
    let starts = desk.now;
    if grantee.role == UserRole::Support {
        let school: u32 = field(sent, "school").parse().unwrap_or(0);
        let known = desk.app.school_names(desk.today)?;
        if !known.iter().any(|(no, _)| no.0 == school) {
            return Ok(Err(vec![("school", "grants.school_missing".into())]));
        }
        return Ok(Ok(NewGrant {
            subject: user,
            kind: GrantKind::Support,
            reach: Reach::School(OrgNo(school)),
            starts,
            ends: Instant(starts.0 + HOURS_MAX * 3_600_000_000),
        }));
    }
    let ends = day_of(field(sent, "ends"));
    let last = desk.today.plus(DAYS_MAX);
    let ends = ends.filter(|day: &Day| desk.today <= *day && *day <= last);
    if ends.is_none() {
        wrong.push(("ends", "grants.ends_wrong".into()));
    }
    for (name, key) in [("name", "glass_wrong.name"), ("class", "glass_wrong.class")] {
        if field(sent, name).trim().is_empty() {
            wrong.push((name, key.into()));
        }
    }
    let (Some(ends), true) = (ends, wrong.is_empty()) else {
        return Ok(Err(wrong));
    };
    let words = (field(sent, "name"), field(sent, "class"));
    let pupil = match desk.app.find_pupil(Action::GiveGrant, words, desk.today) {
        Ok(pupil) => pupil,
        Err(AppError::Problem(key)) => return Ok(Err(vec![("name", key)])),
        Err(error) => return Err(error),
    };
    Ok(Ok(NewGrant {
        subject: user,
        kind: match grantee.role {
            UserRole::Oversight => GrantKind::Oversight,
            _ => GrantKind::Protected,
        },
        reach: Reach::Pupil(pupil),
        starts,
        ends: Instant::midnight_in_finland(ends.next()),
    }))
}

/// `POST /grants`
pub(crate) async fn give(visit: Visit, Form(sent): Form<Sent>) -> Response {
    visit
        .desk(move |desk| {
            desk.app.require_here(Action::GiveGrant)?;
            desk.app.fresh_for(Action::GiveGrant)?;
            let new = match asked(&desk, &sent)? {
                Ok(new) => new,
                Err(wrong) => return Reply::refused(&page_of(desk, &sent, &wrong)?),
            };
            match desk.app.give_grant(&new) {
                Ok(_) => Ok(Reply::Go("/grants".into())),
                Err(AppError::Problem(key)) if key.starts_with("grants.") => {
                    Reply::refused(&page_of(desk, &sent, &[("user", key)])?)
                }
                Err(error) => Err(error),
            }
        })
        .await
}

/// `POST /grants/{no}`
pub(crate) async fn step(Path(no): Path<String>, visit: Visit, Form(sent): Form<Sent>) -> Response {
    visit
        .desk(move |desk| {
            let step = GrantStep::from_code(field(&sent, "step"));
            let step = step.ok_or_else(|| AppError::Problem("frame.stale".into()))?;
            desk.app.step_grant(number_of(&no)?, step)?;
            let managed = field(&sent, "back") == "grants";
            Ok(Reply::Go(
                if managed { "/grants" } else { "/rights" }.into(),
            ))
        })
        .await
}

/// `GET /protected/{pupil}`
pub(crate) async fn facts(Path(pupil): Path<String>, visit: Visit) -> Response {
    visit
        .desk(move |desk| {
            let facts = desk.app.protected_facts(pupil_of(&pupil)?)?;
            let mut frame = desk.frame;
            frame.notice = Some(frame.text("protected.notice"));
            Reply::page(&FactsPage {
                title: frame.text("protected.title"),
                facts,
                frame,
            })
        })
        .await
}
