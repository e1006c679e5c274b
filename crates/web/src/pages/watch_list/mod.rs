//! The list of pupils to reach, with the reason beside each row.
//!
//! Invariant: the order is that of the use case: overdue, then silent; a filter only leaves out.

mod filter;
mod row;
mod sheet;
mod way;

pub(crate) use filter::filter_text;
pub(crate) use row::{RowView, late_text, reason_text, rows_of};
pub(crate) use sheet::export;
pub(crate) use way::{Way, path};

use super::frame::Frame;
use super::register::field;
use super::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::extract::{Form, Path};
use axum::response::Response;
use filter::{ChipView, FilterView, chips, filters};
use lasna_app::AppError;
use lasna_app::model::model_name;
use lasna_app::signals::{FILTER_NAME_MAX, ListRow, SignalList};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::Day;
use row::marked_text;

struct Strip {
    number: String,
    text: String,
    meter: Option<(u64, String)>,
}

/// What a person wants to save, and what is wrong with it.
#[derive(Default)]
struct Naming<'n> {
    name: &'n str,
    wrong: Option<&'n str>,
}

#[derive(Template)]
#[template(path = "watch_list.html")]
struct ListPage {
    frame: Frame,
    title: String,
    of: String,
    strip: Vec<Strip>,
    filters: Vec<FilterView>,
    /// Whether the choices are other than those of a chip.
    chosen: bool,
    known: String,
    list: String,
    sheet: String,
    chips: Vec<ChipView>,
    /// The filter in words, where there is one to save.
    filter: Option<String>,
    name: String,
    name_hint: String,
    error: Option<String>,
    shown: String,
    rows: Vec<RowView>,
    empty: String,
    source: String,
}

/// `GET /watch-list`
pub(crate) async fn watch_list(visit: Visit) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let way = Way::of(&query, desk.today);
            Reply::page(&page_of(desk, &way, &Naming::default())?)
        })
        .await
}

/// `POST /watch-list`: saves the filter of the address under a name.
pub(crate) async fn save(visit: Visit, Form(sent): Form<Vec<(String, String)>>) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let way = Way::of(&query, desk.today);
            let name = field(&sent, "name");
            match desk.app.save_filter(name, &way.filter) {
                Ok(()) => Ok(Reply::Go(way.list())),
                Err(AppError::Problem(key)) => {
                    let wrong = Some(key.as_str());
                    Reply::refused(&page_of(desk, &way, &Naming { name, wrong })?)
                }
                Err(error) => Err(error),
            }
        })
        .await
}

/// `POST /watch-list/filters/{no}/remove`
pub(crate) async fn remove(visit: Visit, Path(no): Path<String>) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let no = no.parse().map_err(|_| AppError::NotFound("filter"))?;
            desk.app.remove_filter(no)?;
            Ok(Reply::Go(Way::of(&query, desk.today).list()))
        })
        .await
}

/// The list, the rows of it that are shown, and its day.
fn list_of(desk: &Desk, way: &Way) -> Result<(SignalList, Vec<ListRow>, Day), AppError> {
    let (day, known_at) = way.as_of(desk.today);
    let list = desk.app.signal_list(&*desk.model()?, day, known_at)?;
    let rows = kept(&list, way, day);
    Ok((list, rows, day))
}

/// The rows that the filter keeps.
fn kept(list: &SignalList, way: &Way, day: Day) -> Vec<ListRow> {
    let kept = list.rows.iter().filter(|row| way.filter.keeps(row, day));
    kept.cloned().collect()
}

fn page_of(mut desk: Desk, way: &Way, naming: &Naming<'_>) -> Result<ListPage, AppError> {
    way.known.tell(&mut desk);
    let (list, rows, day) = list_of(&desk, way)?;
    let model = desk.model()?;
    let own = desk.app.own_filters()?;
    let frame = &desk.frame;
    let of_pupils = frame.count("signals.pupils", list.pupils as u64);
    let number = |rows: &[ListRow]| frame.number(rows.len() as u64);
    let (shown, all) = (number(&rows), number(&list.rows));
    let name = model_name(&model, frame.chosen);
    let filter = &way.filter;
    let own_class = desk.me()?.role == UserRole::Teacher;
    let title = frame.text(if own_class {
        "frame.my_class"
    } else {
        "signals.title"
    });
    let chips = chips(frame, way, own);
    let is_chip = chips.iter().any(|chip| chip.current) && way.known.past.is_none();
    let n = FILTER_NAME_MAX.to_string();
    let page = ListPage {
        title: match naming.wrong {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title,
        },
        of: if list.of.is_empty() {
            of_pupils
        } else {
            format!("{} · {of_pupils}", list.of)
        },
        strip: strip(frame, &list, day),
        filters: filters(frame, &model, &list, filter),
        chosen: !is_chip,
        known: way
            .known
            .past
            .map_or(String::new(), |(day, _)| day.to_string()),
        list: way.list(),
        sheet: path("/watch-list.csv", &way.query()),
        chips,
        filter: (!filter.is_all() || naming.wrong.is_some()).then(|| filter_text(frame, filter)),
        name: naming.name.to_owned(),
        name_hint: frame.fill("filters.hint", &[("n", &n)]),
        error: naming.wrong.map(|key| frame.text(key)),
        shown: frame.fill("signals.shown", &[("shown", &shown), ("all", &all)]),
        rows: rows_of(frame, &model, &rows, (day, way)),
        empty: if list.rows.is_empty() {
            frame.text("signals.empty")
        } else {
            frame.text("signals.empty_filter")
        },
        source: frame.fill("signals.source", &[("name", &name)]),
        frame: Frame::new(frame.chosen),
    };
    let frame = match way.known.past {
        Some((day, _)) => desk.frame.known_on(day),
        None => desk.frame.knowing(desk.now),
    };
    Ok(ListPage { frame, ..page })
}

fn strip(frame: &Frame, list: &SignalList, day: Day) -> Vec<Strip> {
    let count = |test: &dyn Fn(&&ListRow) -> bool| list.rows.iter().filter(test).count() as u64;
    let plain = |number: u64, key: &str| Strip {
        number: frame.number(number),
        text: frame.count_code("today", key, number),
        meter: None,
    };
    let due = |row: &&ListRow| row.late() == 0 && row.next.is_some_and(|c| c.due <= day);
    vec![
        plain(count(&|row| row.late() > 0), "count_late"),
        plain(count(&due), "count_due"),
        plain(count(&|row| row.is_silent()), "count_silent"),
        Strip {
            number: frame.percent(list.figures.rate()),
            text: frame.text("signals.absent_of_marked"),
            meter: Some(marked_text(frame, &list.figures)),
        },
    ]
}
