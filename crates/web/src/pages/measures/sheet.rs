//! The measures as a sheet: a line for each unit, time and measure.
//!
//! Invariant: what is hidden on the page is hidden here, by the same word.

use super::{counted_text, share_text};
use crate::pages::frame::{Frame, day_text};
use lasna_app::measures::{Counted, Measures, Unit};
use lasna_domain::attendance::{LIMITS, Share};

type Line = [String; 7];

const KINDS: [&str; 4] = ["absent", "authorised", "unauthorised", "unresolved"];

pub(super) fn sheet(frame: &Frame, measures: &Measures) -> String {
    let head = [
        "unit", "until", "measure", "part", "whole", "share", "marked",
    ];
    let head = head.map(|name| frame.code("measure_column", name));
    let mut lines: Vec<Line> = Vec::new();
    for unit in measures.whole.iter().chain(&measures.schools) {
        lines.extend(of_unit(frame, measures, unit));
    }
    lasna_formats::csv_out::sheet(&head, lines)
}

fn of_unit(frame: &Frame, measures: &Measures, unit: &Unit) -> Vec<Line> {
    let mut lines = Vec::new();
    let to_date = unit
        .months
        .last()
        .and_then(|month| month.completeness_to_date());
    let mut last = String::new();
    for (span, month) in measures.months.iter().zip(&unit.months) {
        last = day_text(span.to.plus(-1));
        let marked = month.kinds.completeness();
        for (code, share) in KINDS.iter().zip(month.kinds.shares().unwrap_or_default()) {
            let name = frame.code("kind_sheet", code);
            let hidden = month.kinds.marked > 0 && share.is_none();
            let text = share_text(frame, share, hidden);
            let cells = [String::new(), String::new(), text];
            lines.push(line_of(frame, unit, &last, name, cells, marked));
        }
        for (limit, counted) in LIMITS.iter().zip(&month.limits) {
            let name = frame.code("measure", &format!("at_least_{limit}"));
            let cells = cells_of(frame, *counted);
            let marked = month.completeness_to_date();
            lines.push(line_of(frame, unit, &last, name, cells, marked));
        }
    }
    for (code, counted) in [
        ("ten_days", unit.ten_days),
        ("unresolved_7", unit.unresolved),
    ] {
        let name = frame.code("measure", code);
        let cells = cells_of(frame, counted);
        lines.push(line_of(frame, unit, &last, name, cells, to_date));
    }
    lines
}

/// Part, whole and share of a count of pupils.
fn cells_of(frame: &Frame, counted: Counted) -> [String; 3] {
    let part = counted.part.map(|part| part.to_string());
    [
        part.unwrap_or_else(|| frame.text("measures.hidden")),
        counted.whole.to_string(),
        counted_text(frame, &counted),
    ]
}

fn line_of(
    frame: &Frame,
    unit: &Unit,
    until: &str,
    name: String,
    [part, whole, share]: [String; 3],
    marked: Option<Share>,
) -> Line {
    let marked = frame.percent(marked);
    [
        unit.name.clone(),
        until.to_owned(),
        name,
        part,
        whole,
        share,
        marked,
    ]
}
