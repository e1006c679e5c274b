//! The pictures of the measures: kinds and limits over months, and schools beside each other.
//!
//! Invariant: every share has its completeness, and a picture is made of released numbers alone.

use crate::charts::shares::{ShareRow, SharesPicture, SharesWords};
use crate::charts::trend::{TrendLine, TrendPicture, TrendStep, TrendValue, TrendWords};
use crate::charts::{Chart, ChartWords, Share};
use crate::pages::frame::Frame;
use crate::pages::pupil_charts::{html, writing};
use lasna_app::measures::{Measures, Month, Unit};
use lasna_domain::attendance::{LIMITS, Share as Shown};

/// The limit that schools are shown by: ten percent.
const LIMIT: usize = 1;

const fn share(part: u64, whole: u64) -> Share {
    Share { part, whole }
}

fn words(frame: &Frame, id: &str, finding: String, description: &str) -> ChartWords {
    ChartWords {
        id: id.to_owned(),
        finding,
        description: frame.text(description),
        summary: frame.text("chart.table"),
    }
}

fn trend(
    frame: &Frame,
    measures: &Measures,
    caption: String,
    lines: Vec<TrendLine>,
    words: ChartWords,
) -> String {
    let trend_words = TrendWords {
        writing: writing(frame),
        caption,
        step: TrendStep::Month,
        when: frame.text("measures.month"),
        marked: frame.text("measures.marked"),
        hidden: frame.text("measures.hidden"),
        incomplete: frame.text("measures.incomplete"),
    };
    let months = measures.months.iter().map(|month| month.from).collect();
    let picture = TrendPicture::of(trend_words, months, lines);
    picture.map_or_else(String::new, |picture| html(&Chart::of(&picture, words)))
}

/// A line of values of the months; none where nothing is there to measure.
fn line(
    label: String,
    unit: &Unit,
    value: impl Fn(&Month) -> Option<(Option<Shown>, (u64, u64))>,
) -> TrendLine {
    let values = unit.months.iter().map(|month| {
        let (shown, (marked, possible)) = value(month)?;
        Some(TrendValue {
            share: shown.map(|shown| share(shown.parts().0, shown.parts().1)),
            marked: share(marked, possible),
        })
    });
    TrendLine {
        label,
        values: values.collect(),
    }
}

/// Absence by kind, month by month.
pub(super) fn kinds(frame: &Frame, measures: &Measures, unit: &Unit) -> String {
    let codes = ["absent", "authorised", "unauthorised", "unresolved"];
    let lines: Vec<TrendLine> = (0..codes.len())
        .map(|at| {
            line(frame.code("kind", codes[at]), unit, |month| {
                let share = month.kinds.shares()?[at];
                Some((share, (month.kinds.marked, month.kinds.possible)))
            })
        })
        .collect();
    let all = unit.year.shares().and_then(|shares| shares[0]);
    let finding = match all {
        None => frame.text("measures.kinds"),
        of => frame.fill("measures.kinds_finding", &[("percent", &frame.percent(of))]),
    };
    let words = words(frame, "kinds", finding, "measures.kinds_description");
    let caption = frame.text("measures.kinds");
    trend(frame, measures, caption, lines, words)
}

/// Pupils at or over each limit, at the end of each month.
pub(super) fn limits(frame: &Frame, measures: &Measures, unit: &Unit) -> String {
    let lines = LIMITS.iter().enumerate().map(|(at, limit)| {
        let label = frame.fill("measures.at_least", &[("n", &limit.to_string())]);
        line(label, unit, |month| {
            let counted = month.limits[at];
            (counted.whole > 0).then(|| (counted.share(), month.to_date))
        })
    });
    let now = unit.limits()[LIMIT];
    let finding = match now.part {
        None => frame.text("measures.limits"),
        Some(part) => frame.fill(
            "measures.limits_finding",
            &[
                ("part", &frame.number(part)),
                ("whole", &frame.number(now.whole)),
            ],
        ),
    };
    let words = words(frame, "limits", finding, "measures.limits_description");
    let caption = frame.text("measures.limits");
    trend(frame, measures, caption, lines.collect(), words)
}

/// A bar for each school.
fn bars(frame: &Frame, measures: &Measures, row: impl Fn(&Unit) -> ShareRow, of: Bars) -> String {
    let shares = SharesWords {
        writing: writing(frame),
        caption: frame.text(of.caption),
        per: of.per,
        label: frame.text("measures.school"),
        share: frame.text(of.share),
        part: frame.text(of.part),
        whole: frame.text(of.whole),
        previous: String::new(),
        marked: frame.text("measures.marked"),
        hidden: frame.text("measures.hidden"),
    };
    let words = words(
        frame,
        of.id,
        frame.text(of.caption),
        "measures.schools_description",
    );
    let picture = SharesPicture {
        words: shares,
        rows: measures.schools.iter().map(row).collect(),
    };
    html(&Chart::of(&picture, words))
}

/// The keys of the words of bars.
struct Bars {
    id: &'static str,
    caption: &'static str,
    share: &'static str,
    part: &'static str,
    whole: &'static str,
    per: u64,
}

/// Absence of each school, school year to date.
pub(super) fn absent_by_school(frame: &Frame, measures: &Measures) -> String {
    let row = |unit: &Unit| ShareRow {
        label: unit.name.clone(),
        share: unit.year.absent.map(|part| share(part, unit.year.marked)),
        marked: share(unit.year.marked, unit.year.possible),
        previous: None,
    };
    let of = Bars {
        id: "schools-absent",
        caption: "measures.schools_absent",
        share: "signals.absent_of_marked",
        part: "measures.hours_absent",
        whole: "measures.hours_marked",
        per: 60,
    };
    bars(frame, measures, row, of)
}

/// Pupils of each school at or over ten percent.
pub(super) fn limit_by_school(frame: &Frame, measures: &Measures) -> String {
    let row = |unit: &Unit| {
        let counted = unit.limits()[LIMIT];
        let to_date = unit.months.last().map_or((0, 0), |month| month.to_date);
        ShareRow {
            label: unit.name.clone(),
            share: counted.part.map(|part| share(part, counted.whole)),
            marked: share(to_date.0, to_date.1),
            previous: None,
        }
    };
    let of = Bars {
        id: "schools-limit",
        caption: "measures.schools_limit",
        share: "measures.pupils_over",
        part: "measures.pupils_part",
        whole: "measures.pupils_whole",
        per: 1,
    };
    bars(frame, measures, row, of)
}
