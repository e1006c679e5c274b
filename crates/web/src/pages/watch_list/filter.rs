//! What of the list is shown: the choices, and which rows they keep.
//!
//! Invariant: a filter only leaves out; it changes no order.

use crate::pages::frame::Frame;
use crate::pages::today::is_silent;
use lasna_app::signals::{ListRow, SignalList};
use lasna_domain::calendar::Day;
use lasna_domain::model::Model;
use lasna_domain::signals::SignalState;
use serde::Deserialize;

/// A choice of the filter.
pub(super) struct FilterView {
    pub name: &'static str,
    pub label: String,
    pub options: Vec<(String, String, bool)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    pub class: String,
    #[serde(default)]
    pub step: String,
    #[serde(default)]
    pub show: String,
    #[serde(default)]
    pub known: String,
}

const SHOWS: [&str; 5] = ["late", "due", "silent", "new", "no_concern"];

pub(super) fn keeps(row: &ListRow, query: &ListQuery, today: Day) -> bool {
    let class = query.class.is_empty() || row.class == query.class;
    let step = query
        .step
        .parse::<usize>()
        .map_or(true, |step| row.highest.step + 1 >= step);
    let show = match query.show.as_str() {
        "late" => row.late() > 0,
        "due" => row.late() == 0 && row.next.is_some_and(|clock| clock.due <= today),
        "silent" => is_silent(row),
        "new" => row.state == SignalState::New,
        "no_concern" => matches!(row.state, SignalState::NoConcern(_)),
        _ => true,
    };
    class && step && show
}

pub(super) fn filters(
    frame: &Frame,
    model: &Model,
    list: &SignalList,
    query: &ListQuery,
) -> Vec<FilterView> {
    let all = |text: String| (String::new(), text, false);
    let mut classes: Vec<&String> = list.rows.iter().map(|row| &row.class).collect();
    classes.sort();
    classes.dedup();
    let class = std::iter::once(all(frame.text("signals.all_classes")));
    let class = class.chain(
        classes
            .iter()
            .map(|&class| (class.clone(), class.clone(), *class == query.class)),
    );
    let steps = model.steps.iter().enumerate().map(|(no, step)| {
        let value = (no + 1).to_string();
        let title = format!("{value}. {}", step.title.get(frame.chosen));
        let current = value == query.step;
        (value, title, current)
    });
    let step = std::iter::once(all(frame.text("signals.all_steps"))).chain(steps);
    let shows = SHOWS.iter().map(|&show| {
        let text = frame.code("show", show);
        (show.to_owned(), text, show == query.show)
    });
    let show = std::iter::once(all(frame.text("signals.show_all"))).chain(shows);
    let filter = |name, key: &str, options: Vec<_>| FilterView {
        name,
        label: frame.text(key),
        options,
    };
    vec![
        filter("show", "signals.filter_show", show.collect()),
        filter("class", "signals.filter_class", class.collect()),
        filter("step", "signals.filter_step", step.collect()),
    ]
}

/// The filters that everybody needs, one click each.
pub(super) fn saved(frame: &Frame, query: &ListQuery) -> Vec<(String, String, bool)> {
    let plain = query.class.is_empty() && query.step.is_empty();
    let all = (
        "/watch-list".to_owned(),
        frame.text("signals.show_all"),
        plain && query.show.is_empty(),
    );
    let shows = SHOWS.iter().map(|&show| {
        let href = format!("/watch-list?show={show}");
        (href, frame.code("show", show), plain && show == query.show)
    });
    std::iter::once(all).chain(shows).collect()
}
