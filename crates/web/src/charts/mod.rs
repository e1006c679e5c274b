//! Charts: SVG made on the server, without a script, each with the table of its numbers.
//!
//! A [`Picture`] is typed input that gives both a table and a drawing; [`Chart`] joins them with the
//! finding in words. Every word comes from the caller. What is not here: what the numbers mean, and
//! who may see them.
//!
//! Invariant: there is no chart without its table and no spark without its sentence.

pub(crate) mod accumulation;
mod axis;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod sample;
pub(crate) mod shares;
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "rows of the list draw their own small bars for now"
    )
)]
mod spark;
mod svg;
mod table;
mod text;
pub(crate) mod trend;
mod writing;
pub(crate) mod year;

pub(crate) use writing::{Share, Writing, grouped};

use askama::Template;
use svg::{Anchor, Canvas, Drawing, id_of};
use table::Table;

/// Widths of drawings in their units. The narrow one keeps its letters readable at 320 pixels, where a
/// card leaves it about 240.
const WIDE: u32 = 680;
const NARROW: u32 = 260;

/// An entry of the legend: a swatch, its word and, where it is counted, how much of it there is.
#[derive(Clone, Debug)]
pub(crate) struct LegendItem {
    swatch: Drawing,
    word: String,
    amount: Option<String>,
    /// Whether the wide drawing says it beside its own marks.
    narrow_only: bool,
}

/// A picture for wide places, the same for narrow ones, and the legend of both.
#[derive(Clone, Debug)]
pub(crate) struct Svg {
    wide: Drawing,
    narrow: Drawing,
    legend: Vec<LegendItem>,
}

impl Svg {
    /// A word where there is nothing to draw.
    fn nothing(ids: &str, word: &str) -> Svg {
        let blank = |part: &str, width: u32| {
            let mut canvas = Canvas::new(&format!("{ids}-{part}"), width);
            canvas.text("c-soft", Anchor::Start, (0.0, 18.0), word);
            canvas.finish(26.0)
        };
        Svg {
            wide: blank("wide", WIDE),
            narrow: blank("narrow", NARROW),
            legend: Vec::new(),
        }
    }
}

/// Typed input that is both drawn and told in a table.
pub(crate) trait Picture {
    /// The numbers.
    fn table(&self) -> Table;
    /// The drawing of the same numbers; every id in it begins with `ids`.
    fn draw(&self, ids: &str) -> Svg;
}

/// The words around a picture.
#[derive(Clone, Debug)]
pub(crate) struct ChartWords {
    /// What makes the ids of this chart different from those of others on the page.
    pub id: String,
    /// The title: what the picture shows, as a sentence.
    pub finding: String,
    /// What somebody hears who cannot see the drawing.
    pub description: String,
    /// The word that opens the table.
    pub summary: String,
}

/// A picture with its finding, its description and its table. Print it with `{{ chart|safe }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    id: String,
    words: ChartWords,
    svg: Svg,
    table: Table,
}

impl Chart {
    /// The chart of a picture.
    pub fn of(picture: &impl Picture, words: ChartWords) -> Chart {
        let id = id_of(&words.id);
        Chart {
            svg: picture.draw(&id),
            table: picture.table(),
            id,
            words,
        }
    }
}
