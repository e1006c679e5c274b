//! The list as a file for a spreadsheet: a number is a number, and a day has its year.
//!
//! Invariant: the rows are those of the page with the same address; the name of the file names nobody.

use super::row::{contact_of, reason_text};
use super::way::Way;
use crate::pages::frame::{Frame, day_text};
use crate::pages::visit::{Reply, Visit};
use axum::response::Response;
use lasna_app::signals::ListRow;
use lasna_domain::calendar::Day;
use lasna_domain::model::Model;
use lasna_domain::signals::SignalState;

/// The names of the columns, in order.
const COLUMNS: [&str; 14] = [
    "name",
    "class",
    "step_no",
    "step",
    "why",
    "since",
    "absent_percent",
    "marked_percent",
    "task",
    "due_day",
    "days_late",
    "moved_up",
    "contact",
    "contact_day",
];

/// `GET /watch-list.csv`
pub(crate) async fn export(visit: Visit) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let way = Way::of(&query, desk.today);
            way.known.or_refuse()?;
            let model = desk.model()?;
            let (day, known_at) = way.as_of(desk.today);
            let list = desk.app.exported_list(&model, day, known_at)?;
            let kept = super::kept(&list, &way, day);
            let frame = &desk.frame;
            let head = COLUMNS.map(|name| frame.code("column", name));
            let rows = kept.iter().map(|row| cells(frame, &model, row));
            let text = lasna_formats::csv_out::sheet(&head, rows);
            let name = file_name(&list.of, day);
            let kind = "text/csv; charset=utf-8";
            Ok(Reply::Bytes(kind, name, text.into_bytes()))
        })
        .await
}

fn cells(frame: &Frame, model: &Model, row: &ListRow) -> [String; COLUMNS.len()] {
    let crossing = &row.highest;
    let step = &model.steps[crossing.step];
    let (task, due, late, moved_up) = task_cells(frame, model, row);
    let day = |day: Option<Day>| day.map_or(String::new(), day_text);
    [
        row.name.clone(),
        row.class.clone(),
        (crossing.step + 1).to_string(),
        step.title.get(frame.chosen).to_owned(),
        reason_text(frame, model, crossing),
        day_text(crossing.day),
        frame.decimal(row.figures.rate()).unwrap_or_default(),
        frame
            .decimal(row.figures.completeness())
            .unwrap_or_default(),
        task,
        day(due),
        late.map_or(String::new(), |late| late.to_string()),
        moved_up,
        contact_of(frame, row),
        day(row.last_contact.as_ref().map(|act| act.day)),
    ]
}

/// What is next, by which day, how many school days late, and whether it went to somebody else.
fn task_cells(
    frame: &Frame,
    model: &Model,
    row: &ListRow,
) -> (String, Option<Day>, Option<u32>, String) {
    if let SignalState::NoConcern(review) = row.state {
        let task = frame.text("signals.no_concern");
        return (task, Some(review), None, String::new());
    }
    let Some(clock) = row.next else {
        return (frame.text("signals.all_done"), None, None, String::new());
    };
    let duty = &model.steps[clock.step].duties[clock.duty];
    let task = duty.title.get(frame.chosen).to_owned();
    let moved_up = match clock.escalated {
        true => frame.code("column", "yes"),
        false => String::new(),
    };
    (task, Some(clock.due), Some(clock.late), moved_up)
}

/// The name of the file: of which school or class, and of which day.
fn file_name(of: &str, day: Day) -> String {
    let lower = of.to_lowercase();
    let plain = lower.chars().map(|sign| match sign {
        'ä' | 'å' => 'a',
        'ö' => 'o',
        sign if sign.is_ascii_alphanumeric() => sign,
        _ => '-',
    });
    let plain: String = plain.collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let day = day.to_string();
    let parts: Vec<&str> = std::iter::once("lasna")
        .chain(words)
        .chain([&*day])
        .collect();
    format!("{}.csv", parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_by_school_and_day() {
        let day: Day = "2027-03-10".parse().unwrap();
        for (of, name) in [
            (
                "Hiidenvirran koulu",
                "lasna-hiidenvirran-koulu-2027-03-10.csv",
            ),
            (
                "Åvägens/skola: \"1\"",
                "lasna-avagens-skola-1-2027-03-10.csv",
            ),
            ("8B", "lasna-8b-2027-03-10.csv"),
            ("", "lasna-2027-03-10.csv"),
        ] {
            assert_eq!(file_name(of, day), name);
        }
    }
}
