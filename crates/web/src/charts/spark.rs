//! Eight weeks in the row of a list: lessons missed, and of them those without an explanation.
//!
//! What a table is for a chart, a sentence is here; it is read aloud and the bars are not.
//!
//! Invariant: there is no spark without its sentence.

use super::svg::{Canvas, Fill, Path, escape};

/// Lessons missed in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SparkWeek {
    pub missed: u32,
    /// Of them unauthorised or unresolved.
    pub open: u32,
}

/// Eight small bars with their sentence.
#[derive(Clone, Debug)]
pub(crate) struct WeeksSpark {
    weeks: [Option<SparkWeek>; 8],
    full: u32,
    sentence: String,
}

/// From one bar to the next, width of a bar, and height of the highest.
const STEP: f64 = 11.0;
const BAR: f64 = 8.0;
const TALL: f64 = 24.0;

impl WeeksSpark {
    /// A spark, where there is a sentence for it.
    ///
    /// A week of holiday is `None`. `full` is the number of lessons that fills the height; the same
    /// for every row of a list, so that rows compare.
    pub fn of(weeks: [Option<SparkWeek>; 8], full: u32, sentence: &str) -> Option<WeeksSpark> {
        let sentence = sentence.trim();
        (!sentence.is_empty()).then(|| WeeksSpark {
            weeks,
            full,
            sentence: sentence.to_owned(),
        })
    }

    /// The markup. Print it with `|safe`.
    pub fn html(&self) -> String {
        let mut canvas = Canvas::new("spark", (STEP * 8.0) as u32);
        let highest = self.weeks.iter().flatten().map(|week| week.missed).max();
        let full = f64::from(self.full.max(highest.unwrap_or_default()).max(1));
        let (mut outline, mut open, mut free) = (Path::default(), Path::default(), Path::default());
        for (at, week) in self.weeks.iter().enumerate() {
            let x = at as f64 * STEP + 1.0;
            let Some(week) = week else {
                free.start(x + 1.0, TALL + 1.0);
                free.level(x + BAR - 1.0);
                continue;
            };
            let tall = |lessons: u32| f64::from(lessons) * TALL / full;
            // One lesson is seen, even where a full week is forty.
            let seen = |lessons: u32| {
                if lessons > 0 {
                    tall(lessons).max(2.0)
                } else {
                    0.0
                }
            };
            let (all, dark) = (seen(week.missed), seen(week.open.min(week.missed)));
            if all > dark {
                outline.frame(x + 0.5, TALL + 1.0 - all + 0.5, BAR - 1.0, all - 0.5);
            }
            if dark > 0.0 {
                open.bar(x, TALL + 1.0 - dark, BAR, dark);
            }
        }
        canvas.path(Fill::Tone("c-explained"), &outline);
        canvas.path(Fill::Tone("c-brick"), &open);
        canvas.line("c-axis", (0.0, TALL + 1.5), (STEP * 8.0, TALL + 1.5));
        canvas.path(Fill::Tone("c-holiday"), &free);
        let drawing = canvas.finish(TALL + 3.0);
        format!(
            r#"<span class="spark"><svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true" focusable="false">{body}</svg><span class="spark-sentence">{sentence}</span></span>"#,
            w = drawing.width(),
            h = drawing.height(),
            body = drawing.body(),
            sentence = escape(&self.sentence),
        )
    }
}
