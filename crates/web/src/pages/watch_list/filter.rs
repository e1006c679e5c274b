//! What of the list is shown: the choices, and the filters that are one press away.
//!
//! Invariant: every filter is a way that the list itself understands.

use super::way::Way;
use crate::pages::frame::Frame;
use lasna_app::signals::{ListFilter, OwnFilter, SignalList};
use lasna_domain::model::Model;
use lasna_domain::signals::ListShow;

/// A choice of the filter.
pub(super) struct FilterView {
    pub name: &'static str,
    pub label: String,
    pub options: Vec<(String, String, bool)>,
}

/// A filter that is one press away.
pub(super) struct ChipView {
    pub href: String,
    pub text: String,
    pub current: bool,
    /// Where it is removed, of one's own.
    pub remove: Option<String>,
}

pub(super) fn filters(
    frame: &Frame,
    model: &Model,
    list: &SignalList,
    filter: &ListFilter,
) -> Vec<FilterView> {
    let all = |text: String| (String::new(), text, false);
    let mut classes: Vec<&String> = list.rows.iter().map(|row| &row.class).collect();
    classes.sort();
    classes.dedup();
    let class = std::iter::once(all(frame.text("signals.all_classes")));
    let class = class.chain(
        classes
            .iter()
            .map(|&class| (class.clone(), class.clone(), *class == filter.class)),
    );
    let steps = model.steps.iter().zip(1..).map(|(step, no)| {
        let title = format!("{no}. {}", step.title.get(frame.chosen));
        (no.to_string(), title, no == filter.step)
    });
    let step = std::iter::once(all(frame.text("signals.all_steps"))).chain(steps);
    let shows = ListShow::ALL.iter().map(|&show| {
        let code = show.as_code();
        let text = frame.code("show", code);
        (code.to_owned(), text, Some(show) == filter.show)
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

/// A filter in a few words; of the whole list none.
pub(crate) fn filter_text(frame: &Frame, filter: &ListFilter) -> String {
    let show = filter.show.map(|show| frame.code("show", show.as_code()));
    let class = Some(filter.class.clone()).filter(|class| !class.is_empty());
    let step = filter.step.to_string();
    let step = (filter.step > 0).then(|| frame.fill("filters.from_step", &[("n", &step)]));
    let parts: Vec<String> = show.into_iter().chain(class).chain(step).collect();
    parts.join(" · ")
}

/// The filters that everybody needs, then one's own.
pub(super) fn chips(frame: &Frame, way: &Way, own: Vec<OwnFilter>) -> Vec<ChipView> {
    let chip = |filter: ListFilter, text: String, remove: Option<String>| {
        let current = filter == way.filter;
        let to = Way {
            filter,
            known: way.known,
            before: None,
        };
        ChipView {
            href: to.list(),
            text,
            current,
            remove,
        }
    };
    let all = chip(ListFilter::default(), frame.text("signals.show_all"), None);
    let ready = ListShow::ALL.iter().map(|&show| {
        let filter = ListFilter {
            show: Some(show),
            ..ListFilter::default()
        };
        chip(filter, frame.code("show", show.as_code()), None)
    });
    let own = own.into_iter().map(|own| {
        let remove = format!("/watch-list/filters/{}/remove", own.no);
        chip(
            own.filter,
            own.name,
            Some(super::way::path(&remove, &way.query())),
        )
    });
    std::iter::once(all).chain(ready).chain(own).collect()
}
