//! The first page of those who see no pupil: registers, signals as sums, the ladder, imports, accounts.
//!
//! Invariant: schools stand by name; a sum is shown only as the use case lets it through.

use super::frame::{Frame, day_text, time_text};
use super::visit::Desk;
use lasna_app::model::{ModelVersion, Stand, model_name};
use lasna_app::{AppError, Completeness};
use lasna_domain::access::UserRole;
use lasna_domain::attendance::Share;
use lasna_domain::calendar::{Day, Instant};

/// A row of a school: name, cells and the width of the meter in percent.
pub(crate) struct SchoolRow {
    pub name: String,
    pub cells: Vec<String>,
    pub meter: u64,
}

/// Sentences with the ways on.
pub(crate) struct Card {
    pub id: &'static str,
    pub title: String,
    pub lines: Vec<String>,
    pub links: Vec<(&'static str, String)>,
}

/// What stands on the page.
pub(crate) struct Overview {
    /// Numbers with their words and the way on.
    pub counts: Vec<(String, String, &'static str)>,
    pub head: Vec<String>,
    pub schools: Vec<SchoolRow>,
    pub cards: Vec<Card>,
}

/// The page of a coordinator or administrator; `None` for others.
pub(crate) fn overview(desk: &Desk) -> Result<Option<Overview>, AppError> {
    match desk.me()?.role {
        UserRole::Coordinator => coordinator(desk).map(Some),
        UserRole::Administrator => administrator(desk).map(Some),
        _ => Ok(None),
    }
}

fn marked(frame: &Frame, rows: &[Completeness]) -> String {
    let sum = rows.iter().fold((0, 0), |sum, row| {
        (sum.0 + row.marked, sum.1 + row.possible)
    });
    frame.percent(Share::new(sum.0, sum.1))
}

fn school_row(frame: &Frame, row: &Completeness) -> SchoolRow {
    let text = frame.percent(row.share());
    let presumed = row.presumed.then(|| frame.text("overview.presumed"));
    SchoolRow {
        name: row.name.clone(),
        cells: vec![match presumed {
            Some(word) => format!("{text} ({word})"),
            None => text,
        }],
        meter: row
            .share()
            .map_or(0, |share| share.hundredths_shown() / 100),
    }
}

fn coordinator(desk: &Desk) -> Result<Overview, AppError> {
    let frame = &desk.frame;
    let complete = desk.app.completeness(desk.today)?;
    let model = desk.model()?;
    let measures = desk.app.measures(&model, desk.today, Instant::LATEST)?;
    let number =
        |n: Option<u64>| n.map_or_else(|| frame.text("measures.hidden"), |n| frame.number(n));
    let mut schools: Vec<SchoolRow> = complete.iter().map(|row| school_row(frame, row)).collect();
    for (row, of) in schools.iter_mut().zip(&complete) {
        let mut units = measures.schools.iter();
        let unit = units.find(|unit| unit.school == Some(of.school));
        let contacts = unit.map(|unit| unit.contacts).unwrap_or_default();
        row.cells.push(number(contacts.on_steps));
        row.cells.push(number(contacts.late));
    }
    let whole = measures.whole.map(|unit| unit.contacts).unwrap_or_default();
    Ok(Overview {
        counts: vec![
            (number(whole.late), frame.text("overview.late"), "/measures"),
            (
                number(whole.on_steps),
                frame.text("overview.on_steps"),
                "/measures",
            ),
            (
                marked(frame, &complete),
                frame.text("overview.marked"),
                "#schools",
            ),
        ],
        head: ["school", "marked", "on_steps", "late"]
            .map(|name| frame.code("overview_column", name))
            .into(),
        schools,
        cards: vec![ladder_card(desk)?, imports_card(desk, &[])?],
    })
}

fn administrator(desk: &Desk) -> Result<Overview, AppError> {
    let frame = &desk.frame;
    let complete = desk.app.completeness(desk.today)?;
    let accounts = desk.app.first_passwords()?;
    let links = ["/imports", "/codes"];
    Ok(Overview {
        counts: vec![
            (
                marked(frame, &complete),
                frame.text("overview.marked"),
                "#schools",
            ),
            (
                frame.number(accounts),
                frame.count("overview.first_passwords", accounts),
                "#accounts",
            ),
        ],
        head: ["school", "marked"]
            .map(|name| frame.code("overview_column", name))
            .into(),
        schools: complete.iter().map(|row| school_row(frame, row)).collect(),
        cards: vec![
            imports_card(desk, &links)?,
            Card {
                id: "accounts",
                title: frame.text("overview.accounts"),
                lines: vec![match accounts {
                    0 => frame.text("overview.accounts_done"),
                    _ => frame.count("overview.accounts_open", accounts),
                }],
                links: Vec::new(),
            },
        ],
    })
}

/// The ladder in force and the next change of it.
fn ladder_card(desk: &Desk) -> Result<Card, AppError> {
    let frame = &desk.frame;
    let versions = desk.app.model_versions(desk.today)?;
    let now = versions
        .iter()
        .find(|version| version.stand == Stand::InForce);
    let ahead = versions
        .iter()
        .filter(|version| version.stand == Stand::Ahead);
    let next = ahead.min_by_key(|version| version.valid);
    let line = |key: &str, version: &ModelVersion, valid: Option<Day>| {
        let date = valid.map(day_text).unwrap_or_default();
        let name = version_name(frame, version);
        frame.fill(key, &[("name", &name), ("date", &date)])
    };
    let mut lines: Vec<String> = now
        .iter()
        .map(|now| match now.no {
            0 => line("overview.ladder_preset", now, None),
            _ => line("overview.ladder_now", now, now.valid),
        })
        .collect();
    lines.push(match next {
        Some(next) => line("overview.ladder_next", next, next.valid),
        None => frame.text("overview.ladder_no_next"),
    });
    Ok(Card {
        id: "ladder",
        title: frame.text("frame.ladder"),
        lines,
        links: vec![
            ("/ladder", frame.text("overview.ladder_open")),
            ("/ladder/versions", frame.text("versions.title")),
        ],
    })
}

/// What people call a version; its reference where it cannot be read.
pub(crate) fn version_name(frame: &Frame, version: &ModelVersion) -> String {
    match &version.model {
        Ok(model) => model_name(model, frame.chosen),
        Err(_) => version.reference.clone(),
    }
}

/// When data came last.
fn imports_card(desk: &Desk, links: &[&'static str]) -> Result<Card, AppError> {
    let frame = &desk.frame;
    let mut lines = Vec::new();
    match desk.app.last_import()? {
        None => lines.push(frame.text("overview.no_import")),
        Some(at) => {
            let (day, time) = (at.day_in_finland(), at.time_in_finland());
            let values = [("date", &*day_text(day)), ("time", &*time_text(time))];
            lines.push(frame.fill("overview.last_import", &values));
            let age = desk.today.0 - day.0;
            if age > 1 {
                lines.push(frame.count("overview.import_age", age as u64));
            }
        }
    }
    Ok(Card {
        id: "imports",
        title: frame.text("overview.imports"),
        lines,
        links: links
            .iter()
            .map(|&href| {
                (
                    href,
                    frame.code("overview_way", href.trim_start_matches('/')),
                )
            })
            .collect(),
    })
}
