//! Shares over weeks or months: at most four lines, hatched where too little is marked to compare.
//!
//! Invariant: at most four lines, each as long as the stretch, so drawing and table have the same ones;
//! a share that may not be shown is a gap in the drawing and a word in the table.

use super::axis::{Days, Heights, TEXT, marks};
use super::svg::{Anchor, Canvas, Drawing, Fill, Path, Pattern, id_of};
use super::table::{Cell, Table, TableRow};
use super::text::wrap;
use super::writing::{Share, Writing};
use super::{LegendItem, NARROW, Picture, Svg, WIDE};
use lasna_domain::calendar::Day;

/// A week or month of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrendValue {
    /// `None` where the number is too small to show.
    pub share: Option<Share>,
    /// Lessons marked of lessons held.
    pub marked: Share,
}

/// How long the pieces of a line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrendStep {
    /// Told by their number; each is given by its Monday.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "the measures go by months: weeks would tell more people apart"
        )
    )]
    Week,
    /// Told by their name; each is given by its first day.
    Month,
}

/// A line; a week without a value is a gap.
#[derive(Clone, Debug)]
pub(crate) struct TrendLine {
    pub label: String,
    pub values: Vec<Option<TrendValue>>,
}

/// The words of a trend.
#[derive(Clone, Debug)]
pub(crate) struct TrendWords {
    pub writing: Writing,
    pub caption: String,
    pub step: TrendStep,
    /// The head of the column of weeks or months.
    pub when: String,
    /// What stands after a line's name over its completeness.
    pub marked: String,
    /// What stands for a number that is not shown.
    pub hidden: String,
    /// The word of the hatch: too little marked.
    pub incomplete: String,
}

/// Lines over weeks or months.
#[derive(Clone, Debug)]
pub(crate) struct TrendPicture {
    words: TrendWords,
    /// The first day of each.
    mondays: Vec<Day>,
    lines: Vec<TrendLine>,
}

/// Under this completeness, in tenths of a percent, a week is hatched.
const COMPLETE: u32 = 950;
/// Looks of lines: tone and dashes together.
const LOOKS: [&str; 4] = ["c-trend-1", "c-trend-2", "c-trend-3", "c-trend-4"];

const TOP: f64 = 14.0;
const BOTTOM: f64 = 204.0;
const SCALE: f64 = 42.0;
/// Length of the piece of a line before its name.
const SAMPLE: f64 = 18.0;

impl TrendPicture {
    /// A trend over weeks or months in order; none where there are more than four lines or one has other weeks.
    pub fn of(words: TrendWords, mondays: Vec<Day>, lines: Vec<TrendLine>) -> Option<TrendPicture> {
        let whole = lines.iter().all(|line| line.values.len() == mondays.len());
        (whole && lines.len() <= LOOKS.len()).then_some(TrendPicture {
            words,
            mondays,
            lines,
        })
    }

    #[cfg(test)]
    pub(super) fn hide(&mut self, line: usize, week: usize) {
        if let Some(value) = &mut self.lines[line].values[week] {
            value.share = None;
        }
    }

    fn shares(&self) -> impl Iterator<Item = Share> {
        let values = self.lines.iter().flat_map(|line| line.values.iter());
        values.flatten().filter_map(|value| value.share)
    }

    /// The completeness of each week where it is the same of all lines: then one column tells it.
    fn common(&self) -> Option<Vec<Option<Share>>> {
        let of = |line: &TrendLine| -> Vec<Option<Share>> {
            let values = line.values.iter();
            values
                .map(|value| value.map(|value| value.marked))
                .collect()
        };
        let first = of(self.lines.first()?);
        self.lines
            .iter()
            .all(|line| of(line) == first)
            .then_some(first)
    }

    fn is_incomplete(&self, week: usize) -> bool {
        let values = self
            .lines
            .iter()
            .filter_map(|line| line.values.get(week)?.as_ref());
        values
            .into_iter()
            .any(|value| value.marked.tenths() < COMPLETE)
    }

    fn paint(&self, ids: &str, wide: bool) -> Drawing {
        let mut canvas = Canvas::new(ids, if wide { WIDE } else { NARROW });
        let right = canvas.width() - if wide { 206.0 } else { 76.0 };
        let days = Days {
            first: self.mondays.first().copied().unwrap_or_default(),
            last: self.mondays.last().copied().unwrap_or_default(),
            left: SCALE + 4.0,
            right,
        };
        let max = self.shares().map(Share::tenths).max();
        let max = max.unwrap_or_default().max(20);
        let heights = Heights {
            top: TOP,
            bottom: BOTTOM,
            max: f64::from(max) * 1.08,
        };
        self.paint_gaps(&mut canvas, &days);
        // Whole percent only: a scale of tenths would say more than the numbers do.
        for percent in marks((max / 10).max(1)) {
            let y = heights.y(f64::from(percent * 10));
            let line = if percent == 0 { "c-axis" } else { "c-grid" };
            canvas.line(line, (SCALE, y), (right + 4.0, y));
            let text = self.words.writing.percent(percent);
            canvas.text("c-soft c-tick", Anchor::End, (SCALE - 6.0, y + 4.5), &text);
        }
        days.months(&mut canvas, BOTTOM + 18.0, &self.words.writing);
        let mut ends = Vec::new();
        for (line, look) in self.lines.iter().zip(LOOKS) {
            if let Some(end) = trace(&mut canvas, look, line, &self.mondays, &days, &heights) {
                ends.push((end, line, look));
            }
        }
        let lowest = self.paint_ends(&mut canvas, ends, wide, right);
        canvas.finish(lowest.max(BOTTOM + 24.0))
    }

    /// A hatched band over each week in which a line is not complete.
    fn paint_gaps(&self, canvas: &mut Canvas, days: &Days) {
        let mut gaps = Path::default();
        let weeks = self.mondays.len().saturating_sub(1).max(1) as f64;
        let half = (days.right - days.left) / weeks / 2.0;
        for (at, monday) in self.mondays.iter().enumerate() {
            if self.is_incomplete(at) {
                let x = days.x(*monday);
                let (from, to) = ((x - half).max(SCALE), (x + half).min(days.right + 4.0));
                gaps.bar(from, TOP, to - from, BOTTOM - TOP);
            }
        }
        canvas.path(Fill::Pattern(Pattern::Band), &gaps);
    }

    /// Names and last numbers beside the ends, pushed apart where they would touch.
    fn paint_ends(
        &self,
        canvas: &mut Canvas,
        mut ends: Vec<(End, &TrendLine, &'static str)>,
        wide: bool,
        right: f64,
    ) -> f64 {
        ends.sort_by(|(one, ..), (other, ..)| one.y.total_cmp(&other.y));
        let text = right + SAMPLE + 20.0;
        let room = canvas.width() - text;
        let texts: Vec<Vec<String>> = ends
            .iter()
            .map(|(end, line, _)| {
                let number = self.words.writing.share(end.share);
                let mut lines = vec![number];
                if wide {
                    lines.extend(wrap(&line.label, TEXT, room, 2));
                }
                lines
            })
            .collect();
        let tall = |lines: &Vec<String>| lines.len() as f64 * 15.0 + 4.0;
        let all: f64 = texts.iter().map(tall).sum();
        // Labels keep their order; those that would leave the plot push the others up.
        let mut left = all;
        let mut free_from = TOP - 6.0;
        let mut lowest = 0.0_f64;
        for ((end, _, look), lines) in ends.iter().zip(&texts) {
            let latest = (BOTTOM + 6.0 - left).max(free_from);
            let top = (end.y - 8.0).clamp(free_from, latest);
            left -= tall(lines);
            for (at, line) in lines.iter().enumerate() {
                let class = if at == 0 { "c-strong" } else { "c-label" };
                let place = (text, top + 12.0 + at as f64 * 15.0);
                canvas.text(class, Anchor::Start, place, line);
            }
            if (top + 8.0 - end.y).abs() > 4.0 {
                canvas.line("c-axis", (end.x + 5.0, end.y), (right + 12.0, top + 8.0));
            }
            let sample = (right + 13.0, right + 13.0 + SAMPLE);
            canvas.line(look, (sample.0, top + 8.0), (sample.1, top + 8.0));
            free_from = top + tall(lines);
            lowest = lowest.max(free_from);
        }
        for (end, ..) in &ends {
            canvas.circle("c-end", (end.x, end.y), 3.5);
        }
        lowest
    }

    fn legend(&self, ids: &str) -> Vec<LegendItem> {
        let mut items: Vec<LegendItem> = Vec::new();
        for (at, (line, look)) in self.lines.iter().zip(LOOKS).enumerate() {
            let mut canvas = Canvas::new(&format!("{ids}-key{at}"), 34);
            canvas.line(look, (1.0, 8.0), (33.0, 8.0));
            let shares = line.values.iter().flatten();
            let last = shares.filter_map(|value| value.share).next_back();
            items.push(LegendItem {
                swatch: canvas.finish(16.0),
                word: line.label.clone(),
                amount: last.map(|share| self.words.writing.share(share)),
                narrow_only: true,
            });
        }
        if (0..self.mondays.len()).any(|week| self.is_incomplete(week)) {
            let mut canvas = Canvas::new(&format!("{ids}-key-gap"), 22);
            canvas.bar(Fill::Pattern(Pattern::Band), (0.0, 0.0), (22.0, 16.0));
            items.push(LegendItem {
                swatch: canvas.finish(16.0),
                word: self.words.incomplete.clone(),
                amount: None,
                narrow_only: false,
            });
        }
        items
    }
}

/// Where a line ends.
#[derive(Clone, Copy)]
struct End {
    x: f64,
    y: f64,
    share: Share,
}

/// Draws a line with its gaps; a week alone between gaps is a dot.
fn trace(
    canvas: &mut Canvas,
    look: &'static str,
    line: &TrendLine,
    mondays: &[Day],
    days: &Days,
    heights: &Heights,
) -> Option<End> {
    let mut path = Path::default();
    let mut end = None;
    let shares = line.values.iter().map(|value| value.and_then(|v| v.share));
    let weeks: Vec<(&Day, Option<Share>)> = mondays.iter().zip(shares).collect();
    for run in weeks.split(|(_, share)| share.is_none()) {
        for (at, (day, share)) in run.iter().enumerate() {
            let Some(share) = *share else { continue };
            let (x, y) = (days.x(**day), heights.y(f64::from(share.tenths())));
            if at == 0 {
                path.start(x, y);
                if run.len() == 1 {
                    canvas.circle("c-end", (x, y), 2.0);
                }
            } else {
                path.to(x, y);
            }
            end = Some(End { x, y, share });
        }
    }
    // The ground shines around a line where it crosses a hatch or another line.
    canvas.path(Fill::Tone("c-under"), &path);
    canvas.path(Fill::Tone(look), &path);
    end
}

impl Picture for TrendPicture {
    fn table(&self) -> Table {
        let words = &self.words;
        let common = self.common();
        let mut head = vec![words.when.clone()];
        for line in &self.lines {
            head.push(line.label.clone());
            if common.is_none() {
                head.push(format!("{}, {}", line.label, words.marked));
            }
        }
        head.extend(common.is_some().then(|| words.marked.clone()));
        let number = |share: Option<Share>| match share {
            Some(share) => Cell::Number(words.writing.share(share)),
            None => Cell::missing(),
        };
        let row = |(at, first): (usize, &Day)| {
            let mut cells = Vec::new();
            for line in &self.lines {
                let value = line.values.get(at).copied().flatten();
                cells.push(match value {
                    Some(TrendValue { share: None, .. }) => Cell::Number(words.hidden.clone()),
                    _ => number(value.and_then(|value| value.share)),
                });
                if common.is_none() {
                    cells.push(number(value.map(|value| value.marked)));
                }
            }
            let marked = common.as_ref().and_then(|all| all.get(at).copied());
            cells.extend(marked.map(number));
            let when = match words.step {
                TrendStep::Week => words.writing.week(*first),
                TrendStep::Month => words.writing.month(*first).to_owned(),
            };
            TableRow::new(when, cells)
        };
        Table {
            caption: words.caption.clone(),
            head,
            rows: self.mondays.iter().enumerate().map(row).collect(),
        }
    }

    fn draw(&self, ids: &str) -> Svg {
        if self.shares().next().is_none() {
            return Svg::nothing(ids, &self.words.writing.nothing);
        }
        let ids = id_of(ids);
        Svg {
            wide: self.paint(&format!("{ids}-wide"), true),
            narrow: self.paint(&format!("{ids}-narrow"), false),
            legend: self.legend(&ids),
        }
    }
}
