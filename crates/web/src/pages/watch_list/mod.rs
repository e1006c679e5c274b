//! The list of pupils to reach, with the reason beside each row.
//!
//! Invariant: the order is that of the use case: overdue, then silent; a filter only leaves out.

mod filter;
mod row;

pub(crate) use row::{RowView, reason_text, rows_of};

use super::frame::Frame;
use super::today::is_silent;
use super::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use filter::{FilterView, ListQuery, filters, keeps, saved};
use lasna_app::AppError;
use lasna_app::signals::{ListRow, SignalList};
use lasna_domain::calendar::{Day, Instant};
use row::marked_text;

struct Strip {
    number: String,
    text: String,
    meter: Option<(u64, String)>,
}

#[derive(Template)]
#[template(path = "watch_list.html")]
struct ListPage {
    frame: Frame,
    title: String,
    of: String,
    strip: Vec<Strip>,
    filters: Vec<FilterView>,
    filtered: bool,
    query: String,
    saved: Vec<(String, String, bool)>,
    shown: String,
    rows: Vec<RowView>,
    empty: String,
    source: String,
}

/// `GET /watch-list`
pub(crate) async fn watch_list(
    visit: Visit,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Response {
    let Query(query) = query.unwrap_or_default_query();
    let text = visit.query.clone();
    visit
        .desk(move |desk| Reply::page(&page_of(desk, &query, text)?))
        .await
}

trait OrDefault {
    fn unwrap_or_default_query(self) -> Query<ListQuery>;
}

impl OrDefault for Result<Query<ListQuery>, QueryRejection> {
    /// An address that was typed wrong shows the whole list.
    fn unwrap_or_default_query(self) -> Query<ListQuery> {
        self.unwrap_or_else(|_| Query(ListQuery::default()))
    }
}

/// The instant as of which the list was known: the end of an asked day, or now.
pub(crate) fn known_of(text: &str, today: Day) -> Option<(Day, Instant)> {
    let day: Day = text.parse().ok()?;
    let end = Instant(Instant::midnight_in_finland(day.next()).0 - 1);
    (day < today).then_some((day, end))
}

fn list_of(desk: &Desk, query: &ListQuery) -> Result<(SignalList, Day), AppError> {
    let model = desk.model()?;
    let (day, known_at) =
        known_of(&query.known, desk.today).unwrap_or((desk.today, Instant::LATEST));
    Ok((desk.app.signal_list(&model, day, known_at)?, day))
}

fn page_of(desk: Desk, query: &ListQuery, text: String) -> Result<ListPage, AppError> {
    let (list, day) = list_of(&desk, query)?;
    let model = desk.model()?;
    let frame = &desk.frame;
    let rows: Vec<ListRow> = list
        .rows
        .iter()
        .filter(|row| keeps(row, query, day))
        .cloned()
        .collect();
    let of_pupils = frame.count("signals.pupils", list.pupils as u64);
    let filtered = rows.len() != list.rows.len();
    let (shown, all) = (rows.len().to_string(), list.rows.len().to_string());
    let reference = model.reference();
    let page = ListPage {
        title: frame.text("signals.title"),
        of: if list.of.is_empty() {
            of_pupils
        } else {
            format!("{} · {of_pupils}", list.of)
        },
        strip: strip(frame, &list, day),
        filters: filters(frame, &model, &list, query),
        filtered,
        query: text,
        saved: saved(frame, query),
        shown: frame.fill("signals.shown", &[("shown", &shown), ("all", &all)]),
        rows: rows_of(frame, &model, &rows, day),
        empty: if list.rows.is_empty() {
            frame.text("signals.empty")
        } else {
            frame.text("signals.empty_filter")
        },
        source: frame.fill("signals.source", &[("reference", &reference)]),
        frame: Frame::new(frame.chosen),
    };
    let frame = match known_of(&query.known, desk.today) {
        Some((day, _)) => desk.frame.known_on(day),
        None => desk.frame.knowing(desk.now),
    };
    Ok(ListPage { frame, ..page })
}

fn strip(frame: &Frame, list: &SignalList, day: Day) -> Vec<Strip> {
    let count =
        |test: &dyn Fn(&&ListRow) -> bool| list.rows.iter().filter(test).count().to_string();
    let plain = |number: String, key: &str| Strip {
        number,
        text: frame.text(key),
        meter: None,
    };
    let due = |row: &&ListRow| row.late() == 0 && row.next.is_some_and(|c| c.due <= day);
    vec![
        plain(count(&|row| row.late() > 0), "today.count_late"),
        plain(count(&due), "today.count_due"),
        plain(count(&|row| is_silent(row)), "today.count_silent"),
        Strip {
            number: frame.percent(list.figures.rate()),
            text: frame.text("signals.absent_of_marked"),
            meter: Some(marked_text(frame, &list.figures)),
        },
    ]
}

/// `GET /watch-list.csv`: the same list as a file for a spreadsheet.
pub(crate) async fn export(
    visit: Visit,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Response {
    let Query(query) = query.unwrap_or_default_query();
    visit
        .desk(move |desk| {
            let (list, day) = list_of(&desk, &query)?;
            let model = desk.model()?;
            let kept: Vec<ListRow> = list
                .rows
                .iter()
                .filter(|row| keeps(row, &query, day))
                .cloned()
                .collect();
            let frame = &desk.frame;
            let head = [
                "name", "class", "step", "why", "since", "absent", "marked", "task", "due",
                "contact",
            ];
            let head = head.map(|name| frame.code("column", name));
            let rows = rows_of(frame, &model, &kept, day).into_iter().map(|row| {
                [
                    row.name,
                    row.class,
                    row.step,
                    row.why,
                    row.since,
                    row.percent,
                    row.marked,
                    row.task,
                    row.due,
                    row.contact,
                ]
            });
            let text = lasna_formats::csv_out::sheet(&head, rows);
            Ok(Reply::File("text/csv; charset=utf-8", "lasna.csv", text))
        })
        .await
}
