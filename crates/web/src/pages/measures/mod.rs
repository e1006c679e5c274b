//! The standard measures of the provider and of each school, over time, with their completeness.
//!
//! Invariant: schools stand by name and never by a figure; what the use case does not let through is a
//! word, never a number.

mod pictures;
mod sheet;

use super::day::Known;
use super::frame::Frame;
use super::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::measures::{Counted, Measures, Unit};
use lasna_domain::attendance::{LIMITS, Share};
use lasna_domain::ids::{OrgNo, SchoolNo};

/// A number above the pictures.
struct Figure {
    number: String,
    text: String,
    /// The width of the meter in percent, and what it says.
    meter: Option<(u64, String)>,
}

/// A measure of pupils in the table below the pictures.
struct MeasureRow {
    name: String,
    part: String,
    share: String,
}

#[derive(Template)]
#[template(path = "measures.html")]
struct MeasuresPage {
    frame: Frame,
    title: String,
    of: String,
    /// The units to choose from: address, name and whether it is shown.
    units: Vec<(String, String, bool)>,
    figures: Vec<Figure>,
    charts: Vec<String>,
    caption: String,
    rows: Vec<MeasureRow>,
    contacts: Vec<String>,
    rests_on: Vec<String>,
    /// The part of the address that keeps the asked day.
    query: String,
    known: String,
}

/// `GET /measures`: the provider's for who reaches it, else those of one's own school.
pub(crate) async fn measures(visit: Visit) -> Response {
    show(visit, None).await
}

/// `GET /measures/{school}`
pub(crate) async fn school(visit: Visit, Path(school): Path<String>) -> Response {
    show(visit, Some(school)).await
}

async fn show(visit: Visit, school: Option<String>) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let known = Known::of(&query, desk.today);
            let measures = measures_of(&desk, known)?;
            let own = match school {
                None => None,
                Some(text) => {
                    let no = text.parse().map(OrgNo);
                    Some(no.map_err(|_| AppError::NotFound("school"))?)
                }
            };
            Reply::page(&page_of(desk, &measures, own, known)?)
        })
        .await
}

fn measures_of(desk: &Desk, known: Known) -> Result<Measures, AppError> {
    let model = desk.model()?;
    let (day, known_at) = known.as_of(desk.today);
    desk.app.measures(&model, day, known_at)
}

fn page_of(
    mut desk: Desk,
    measures: &Measures,
    school: Option<SchoolNo>,
    known: Known,
) -> Result<MeasuresPage, AppError> {
    known.tell(&mut desk);
    let frame = &desk.frame;
    let unit = match school {
        None => measures.whole.as_ref().or(measures.schools.first()),
        Some(no) => measures.schools.iter().find(|unit| unit.school == Some(no)),
    };
    let unit = unit.ok_or(AppError::NotFound("school"))?;
    let asked = known
        .past
        .map_or_else(String::new, |(day, _)| day.to_string());
    let query = match asked.is_empty() {
        true => String::new(),
        false => format!("?known={asked}"),
    };
    let mut charts = vec![
        pictures::kinds(frame, measures, unit),
        pictures::limits(frame, measures, unit),
    ];
    if unit.school.is_none() {
        charts.push(pictures::absent_by_school(frame, measures));
        charts.push(pictures::limit_by_school(frame, measures));
    }
    let pupils = frame.count("signals.pupils", unit.pupils);
    let page = MeasuresPage {
        title: frame.text("measures.title"),
        of: format!("{} · {pupils}", unit.name),
        units: units(measures, unit, &query),
        figures: figures(frame, unit),
        charts,
        caption: frame.fill("measures.caption", &[("name", &unit.name)]),
        rows: rows(frame, unit),
        contacts: contacts(frame, unit),
        rests_on: rests_on(frame, unit),
        query,
        known: asked,
        frame: Frame::new(frame.chosen),
    };
    let frame = match known.past {
        Some((day, _)) => desk.frame.known_on(day),
        None => desk.frame.knowing(desk.now),
    };
    Ok(MeasuresPage { frame, ..page })
}

/// The provider first, then its schools by name; nothing to choose for who reaches one school.
fn units(measures: &Measures, shown: &Unit, query: &str) -> Vec<(String, String, bool)> {
    if measures.whole.is_none() {
        return Vec::new();
    }
    let all = measures.whole.iter().chain(&measures.schools);
    all.map(|unit| {
        let path = unit
            .school
            .map_or_else(|| "/measures".to_owned(), |no| format!("/measures/{no}"));
        (
            format!("{path}{query}"),
            unit.name.clone(),
            unit.school == shown.school,
        )
    })
    .collect()
}

/// A share, or the word for what is not shown.
fn share_text(frame: &Frame, share: Option<Share>, hidden: bool) -> String {
    if hidden {
        return frame.text("measures.hidden");
    }
    frame.percent(share)
}

fn counted_text(frame: &Frame, counted: &Counted) -> String {
    share_text(frame, counted.share(), counted.part.is_none())
}

fn figures(frame: &Frame, unit: &Unit) -> Vec<Figure> {
    let year = &unit.year;
    let marked = frame.percent(year.completeness());
    let width = year
        .completeness()
        .map_or(0, |share| share.hundredths_shown() / 100);
    let meter = |text: String| Some((width, text));
    let told = frame.fill("signals.marked", &[("percent", &marked)]);
    let unmarked = Share::new(year.possible - year.marked, year.possible);
    let over = unit.limits()[1];
    let absent = year.shares().unwrap_or_default()[0];
    let hidden = year.marked > 0 && absent.is_none();
    let figure = |number: String, key: &str| Figure {
        number,
        text: frame.text(key),
        meter: meter(told.clone()),
    };
    vec![
        figure(
            share_text(frame, absent, hidden),
            "signals.absent_of_marked",
        ),
        figure(counted_text(frame, &over), "measures.pupils_over"),
        figure(
            counted_text(frame, &unit.unresolved),
            "measures.pupils_unresolved",
        ),
        Figure {
            number: frame.percent(unmarked),
            text: frame.text("measures.unmarked"),
            meter: None,
        },
    ]
}

fn rows(frame: &Frame, unit: &Unit) -> Vec<MeasureRow> {
    let row = |code: String, counted: &Counted| MeasureRow {
        name: frame.code("measure", &code),
        part: match counted.part {
            Some(part) => format!("{} / {}", frame.number(part), frame.number(counted.whole)),
            None => frame.text("measures.hidden"),
        },
        share: counted_text(frame, counted),
    };
    let limits = unit.limits();
    let mut rows: Vec<MeasureRow> = LIMITS
        .iter()
        .zip(&limits)
        .map(|(limit, counted)| row(format!("at_least_{limit}"), counted))
        .collect();
    rows.push(row("ten_days".to_owned(), &unit.ten_days));
    rows.push(row("unresolved_7".to_owned(), &unit.unresolved));
    rows
}

/// How soon somebody was reached, in sentences.
fn contacts(frame: &Frame, unit: &Unit) -> Vec<String> {
    let contacts = &unit.contacts;
    let number =
        |n: Option<u64>| n.map_or_else(|| frame.text("measures.hidden"), |n| frame.number(n));
    let mut all = vec![
        frame.fill(
            "measures.reached",
            &[
                ("reached", &number(contacts.reached)),
                ("all", &number(contacts.on_steps)),
            ],
        ),
        frame.fill("measures.late", &[("n", &number(contacts.late))]),
    ];
    let days = contacts.median_days.map(u64::from);
    all.extend(days.map(|days| frame.count("measures.median_days", days)));
    all
}

/// What the figures rest on where it is not a timetable with registers.
fn rests_on(frame: &Frame, unit: &Unit) -> Vec<String> {
    let norm = unit.year.norm.then(|| frame.text("measures.norm"));
    let presumed = unit.year.presumed.then(|| frame.text("measures.presumed"));
    norm.into_iter().chain(presumed).collect()
}

/// `GET /measures.csv`: the same numbers, of every unit and month, for a spreadsheet.
pub(crate) async fn export(visit: Visit) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let known = Known::of(&query, desk.today);
            known.or_refuse()?;
            let measures = measures_of(&desk, known)?;
            let text = sheet::sheet(&desk.frame, &measures);
            Ok(Reply::File(
                "text/csv; charset=utf-8",
                "lasna-measures.csv",
                text,
            ))
        })
        .await
}
