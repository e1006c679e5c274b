//! Standard measures of schools: a bar for each share, with what it was before and how complete it is.
//!
//! Invariant: rows stand in the order given, so a list by name never becomes a league table; no share
//! is shown without its completeness.

use super::axis::{TEXT, stride};
use super::svg::{Anchor, Canvas, Drawing, Fill, Pattern, id_of};
use super::table::{Cell, Table, TableRow};
use super::text::{shorten, width, wrap};
use super::writing::{Share, Writing};
use super::{LegendItem, NARROW, Picture, Svg, WIDE};

/// A school with its measure.
#[derive(Clone, Debug)]
pub(crate) struct ShareRow {
    pub label: String,
    /// `None` where the number is too small to show.
    pub share: Option<Share>,
    /// Lessons marked of lessons held.
    pub marked: Share,
    /// The measure of the period before, where it is known.
    pub previous: Option<Share>,
}

/// The words of the bars.
#[derive(Clone, Debug)]
pub(crate) struct SharesWords {
    pub writing: Writing,
    pub caption: String,
    /// How many of what is counted make one in the table: 60 where minutes are told as hours.
    pub per: u64,
    /// Heads of columns; the same words stand in the legend.
    pub label: String,
    pub share: String,
    pub part: String,
    pub whole: String,
    pub previous: String,
    pub marked: String,
    /// What stands for a number that is not shown.
    pub hidden: String,
}

/// Bars, one row for each school.
#[derive(Clone, Debug)]
pub(crate) struct SharesPicture {
    pub words: SharesWords,
    pub rows: Vec<ShareRow>,
}

/// Places of a drawing.
struct Layout {
    width: u32,
    /// Where bars begin; at 0 the label stands above its bar.
    bars: f64,
    /// Room after the longest bar, for its number.
    after: f64,
}

/// Length of the meter that tells completeness.
const METER: f64 = 104.0;

impl SharesPicture {
    /// The share at the end of the scale, in tenths of a percent.
    fn full(&self) -> u32 {
        let shares = self.rows.iter().flat_map(|row| [row.share, row.previous]);
        let max = shares
            .flatten()
            .map(Share::tenths)
            .max()
            .unwrap_or(0)
            .max(1);
        if max > 500 {
            return max.max(1000);
        }
        max.div_ceil(stride(max)) * stride(max)
    }

    fn paint(&self, ids: &str, layout: &Layout) -> Drawing {
        let mut canvas = Canvas::new(ids, layout.width);
        let room = f64::from(layout.width) - layout.bars - layout.after;
        let long = |share: Share| f64::from(share.tenths()) * room / f64::from(self.full());
        let mut top = 2.0;
        for row in &self.rows {
            let label_room = if layout.bars > 0.0 {
                layout.bars - 16.0
            } else {
                f64::from(layout.width)
            };
            let lines = wrap(&row.label, TEXT + 1.0, label_room, 3);
            for (at, line) in lines.iter().enumerate() {
                let place = (0.0, top + 13.0 + at as f64 * 17.0);
                canvas.text("c-label", Anchor::Start, place, line);
            }
            let under = lines.len() as f64 * 17.0;
            let mut y = if layout.bars > 0.0 {
                top
            } else {
                top + under + 3.0
            };
            self.paint_share(&mut canvas, row, (layout.bars, y), &long);
            y += 17.0;
            if let Some(previous) = row.previous {
                canvas.bar(
                    Fill::Tone("c-before"),
                    (layout.bars, y),
                    (long(previous), 8.0),
                );
                let text = self.words.writing.share(previous);
                let place = (layout.bars + long(previous) + 7.0, y + 8.5);
                canvas.text("c-soft c-small", Anchor::Start, place, &text);
                y += 14.0;
            }
            self.paint_marked(&mut canvas, row, (layout.bars, y));
            y += 13.0;
            top = y.max(top + under) + 16.0;
        }
        canvas.finish(top - 12.0)
    }

    fn paint_share(
        &self,
        canvas: &mut Canvas,
        row: &ShareRow,
        (x, y): (f64, f64),
        long: &dyn Fn(Share) -> f64,
    ) {
        match row.share {
            None => {
                let room = canvas.width() - x;
                let text = shorten(&self.words.hidden, TEXT, room);
                canvas.text("c-soft", Anchor::Start, (x, y + 12.0), &text);
            }
            Some(share) => {
                canvas.bar(Fill::Tone("c-lake"), (x, y), (long(share), 14.0));
                let place = (x + long(share) + 7.0, y + 12.0);
                let text = self.words.writing.share(share);
                canvas.text("c-strong", Anchor::Start, place, &text);
            }
        }
    }

    /// A thin meter: solid is marked, hatched is not.
    fn paint_marked(&self, canvas: &mut Canvas, row: &ShareRow, (x, y): (f64, f64)) {
        let marked = METER * f64::from(row.marked.tenths().min(1000)) / 1000.0;
        let middle = y + 4.0;
        canvas.bar(Fill::Tone("c-marked"), (x, middle), (marked, 4.0));
        let gap = (METER - marked, 4.0);
        canvas.bar(Fill::Pattern(Pattern::Gap), (x + marked, middle), gap);
        canvas.bar(Fill::Tone("c-frame"), (x, middle), (METER, 4.0));
        let number = self.words.writing.share(row.marked);
        let text = format!("{} {number}", self.words.marked);
        let room = canvas.width() - x - METER - 8.0;
        // A long word goes before the number does.
        let text = if width(&text, TEXT - 1.0) > room {
            number
        } else {
            text
        };
        let place = (x + METER + 8.0, y + 10.0);
        canvas.text("c-soft c-small", Anchor::Start, place, &text);
    }

    fn legend(&self, ids: &str) -> Vec<LegendItem> {
        let swatch = |at: u32, paint: &dyn Fn(&mut Canvas)| {
            let mut canvas = Canvas::new(&format!("{ids}-key{at}"), 22);
            paint(&mut canvas);
            canvas.finish(16.0)
        };
        let item = |swatch: Drawing, word: &String| LegendItem {
            swatch,
            word: word.clone(),
            amount: None,
            narrow_only: false,
        };
        let share = swatch(0, &|canvas| {
            canvas.bar(Fill::Tone("c-lake"), (0.0, 2.0), (22.0, 12.0));
        });
        let before = swatch(1, &|canvas| {
            canvas.bar(Fill::Tone("c-before"), (0.0, 4.0), (22.0, 8.0));
        });
        let marked = swatch(2, &|canvas| {
            canvas.bar(Fill::Tone("c-marked"), (0.0, 6.0), (13.0, 4.0));
            canvas.bar(Fill::Pattern(Pattern::Gap), (13.0, 6.0), (9.0, 4.0));
            canvas.bar(Fill::Tone("c-frame"), (0.0, 6.0), (22.0, 4.0));
        });
        let mut items = vec![item(share, &self.words.share)];
        if self.rows.iter().any(|row| row.previous.is_some()) {
            items.push(item(before, &self.words.previous));
        }
        items.push(item(marked, &self.words.marked));
        items
    }
}

impl Picture for SharesPicture {
    fn table(&self) -> Table {
        let words = &self.words;
        let before = self.rows.iter().any(|row| row.previous.is_some());
        let share = |share: Option<Share>| match share {
            Some(share) => Cell::Number(words.writing.share(share)),
            None => Cell::missing(),
        };
        let row = |row: &ShareRow| {
            let per = words.per.max(1);
            let whole = |number: u64| words.writing.count((number + per / 2) / per);
            let counts = match row.share {
                Some(share) => [whole(share.part), whole(share.whole)],
                None => [Cell::missing(), Cell::missing()],
            };
            let first = match row.share {
                Some(_) => share(row.share),
                None => Cell::Number(words.hidden.clone()),
            };
            let mut cells = vec![first];
            cells.extend(counts);
            cells.extend(before.then(|| share(row.previous)));
            cells.push(share(Some(row.marked)));
            TableRow::new(row.label.clone(), cells)
        };
        let mut head = vec![&words.label, &words.share, &words.part, &words.whole];
        head.extend(before.then_some(&words.previous));
        head.push(&words.marked);
        Table {
            caption: words.caption.clone(),
            head: head.into_iter().cloned().collect(),
            rows: self.rows.iter().map(row).collect(),
        }
    }

    fn draw(&self, ids: &str) -> Svg {
        if self.rows.is_empty() {
            return Svg::nothing(ids, &self.words.writing.nothing);
        }
        let ids = id_of(ids);
        let wide = Layout {
            width: WIDE,
            bars: 236.0,
            after: 64.0,
        };
        let narrow = Layout {
            width: NARROW,
            bars: 0.0,
            after: 64.0,
        };
        Svg {
            wide: self.paint(&format!("{ids}-wide"), &wide),
            narrow: self.paint(&format!("{ids}-narrow"), &narrow),
            legend: self.legend(&ids),
        }
    }
}
