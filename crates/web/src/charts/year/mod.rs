//! The year of one pupil: days times lessons, presence quiet and absence speaking.
//!
//! Invariant: a lesson is in exactly one category, so the columns of the table add up to its total.

mod paint;
#[cfg(test)]
mod tests;

use super::svg::{Canvas, id_of};
use super::table::{Cell, Table, TableRow};
use super::writing::{Writing, grouped, week_number};
use super::{LegendItem, Picture, Svg};
use lasna_domain::calendar::Day;
use paint::Layout;

/// What is known of one lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lesson {
    Present,
    /// Away from the group with the school's knowledge: a visit, support, work practice.
    Elsewhere,
    Late,
    Authorised,
    Unauthorised,
    Unresolved,
    /// Held, and nobody has marked it. Never presence.
    Unmarked,
    /// Not held yet.
    Ahead,
}

impl Lesson {
    /// All of them, in the order of legend and table.
    pub const ALL: [Lesson; 8] = [
        Lesson::Present,
        Lesson::Elsewhere,
        Lesson::Late,
        Lesson::Authorised,
        Lesson::Unauthorised,
        Lesson::Unresolved,
        Lesson::Unmarked,
        Lesson::Ahead,
    ];
}

/// One day of a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SchoolDay {
    /// Before the year or after it, or a Saturday without school.
    Outside,
    /// A holiday.
    Free,
    /// A school day to come whose lessons are not known.
    Ahead,
    /// A school day with its lessons in order.
    Lessons(Vec<Lesson>),
}

/// A week, Monday to Saturday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchoolWeek {
    pub monday: Day,
    pub days: [SchoolDay; 6],
}

impl SchoolWeek {
    fn lessons(&self) -> impl Iterator<Item = Lesson> {
        self.days
            .iter()
            .flat_map(|day| match day {
                SchoolDay::Lessons(lessons) => lessons.as_slice(),
                _ => &[],
            })
            .copied()
    }

    fn count(&self, lesson: Lesson) -> u32 {
        self.lessons().filter(|other| *other == lesson).count() as u32
    }

    fn held(&self) -> u32 {
        self.lessons()
            .filter(|lesson| *lesson != Lesson::Ahead)
            .count() as u32
    }

    /// Whether all of the week is still to come.
    fn is_ahead(&self) -> bool {
        let coming = self.days.contains(&SchoolDay::Ahead) || self.lessons().next().is_some();
        self.held() == 0 && coming
    }

    /// Whether the week has no school day, past or to come.
    fn is_free(&self) -> bool {
        let school = |day: &SchoolDay| matches!(day, SchoolDay::Ahead | SchoolDay::Lessons(_));
        !self.days.iter().any(school)
    }
}

/// The words of a year.
#[derive(Clone, Debug)]
pub(crate) struct YearWords {
    pub writing: Writing,
    /// Monday to Saturday, short.
    pub weekdays: [String; 6],
    /// Names in the order of [`Lesson::ALL`].
    pub lessons: [String; 8],
    pub holiday: String,
    pub caption: String,
    /// Heads of the columns with weeks, dates and lessons held.
    pub week: String,
    pub dates: String,
    pub held: String,
    /// The header of the last row.
    pub total: String,
    /// The unit after an amount in the legend.
    pub unit: String,
}

/// The year of one pupil.
#[derive(Clone, Debug)]
pub(crate) struct YearPicture {
    pub words: YearWords,
    pub weeks: Vec<SchoolWeek>,
}

/// What the table and the legend count.
const COUNTED: usize = 7;

impl YearPicture {
    /// Five rows, or six where some Saturday is a school day.
    fn weekdays(&self) -> usize {
        let school =
            |week: &SchoolWeek| !matches!(week.days[5], SchoolDay::Outside | SchoolDay::Free);
        if self.weeks.iter().any(school) { 6 } else { 5 }
    }

    /// How many lessons the longest day has.
    fn slots(&self) -> usize {
        let days = self.weeks.iter().flat_map(|week| &week.days);
        let lessons = days.map(|day| match day {
            SchoolDay::Lessons(lessons) => lessons.len(),
            _ => 0,
        });
        lessons.max().unwrap_or_default().max(5)
    }

    fn total(&self, lesson: Lesson) -> u32 {
        self.weeks.iter().map(|week| week.count(lesson)).sum()
    }

    fn row(&self, week: &SchoolWeek) -> TableRow {
        let last = week.monday.plus(self.weekdays() as i32 - 1);
        let date = self.words.writing.date;
        // Word joiners keep a span of days on one line of its cell.
        let dates = format!("{}\u{2060}–\u{2060}{}", date(week.monday), date(last));
        let mut cells = vec![Cell::Text(dates)];
        // A week without lessons says why: noughts would look like numbers.
        let instead = if week.is_free() {
            Some(&self.words.holiday)
        } else if week.is_ahead() {
            Some(&self.words.lessons[Lesson::Ahead as usize])
        } else {
            None
        };
        if let Some(word) = instead {
            cells.push(Cell::Number(word.clone()));
            cells.extend((0..COUNTED).map(|_| Cell::missing()));
        } else {
            cells.push(self.words.writing.count(week.held()));
            let counted = Lesson::ALL.iter().take(COUNTED);
            cells.extend(counted.map(|lesson| self.words.writing.count(week.count(*lesson))));
        }
        TableRow::new(week_number(week.monday).to_string(), cells)
    }

    fn legend(&self, ids: &str) -> Vec<LegendItem> {
        let item = |at: usize, word: &String, amount: Option<String>| LegendItem {
            swatch: paint::swatch(&format!("{ids}-key{at}"), Lesson::ALL.get(at).copied()),
            word: word.clone(),
            amount,
            narrow_only: false,
        };
        let mut items = Vec::new();
        for (at, lesson) in Lesson::ALL.into_iter().enumerate() {
            let (count, word) = (self.total(lesson), &self.words.lessons[at]);
            if lesson == Lesson::Ahead {
                let unknown = self
                    .weeks
                    .iter()
                    .any(|week| week.days.contains(&SchoolDay::Ahead));
                if count > 0 || unknown {
                    items.push(item(at, word, None));
                }
            } else if count > 0 {
                let count = grouped(count.into(), self.words.writing.thousands);
                let amount = format!("{count}\u{a0}{}", self.words.unit);
                items.push(item(at, word, Some(amount)));
            }
        }
        if self
            .weeks
            .iter()
            .any(|week| week.days.contains(&SchoolDay::Free))
        {
            items.push(item(Lesson::ALL.len(), &self.words.holiday, None));
        }
        items
    }
}

impl Picture for YearPicture {
    fn table(&self) -> Table {
        let words = &self.words;
        let mut head = vec![words.week.clone(), words.dates.clone(), words.held.clone()];
        head.extend(words.lessons.iter().take(COUNTED).cloned());
        let mut rows: Vec<TableRow> = self.weeks.iter().map(|week| self.row(week)).collect();
        if !rows.is_empty() {
            let held: u32 = self.weeks.iter().map(SchoolWeek::held).sum();
            let mut cells = vec![Cell::Text("–".to_owned()), words.writing.count(held)];
            let counted = Lesson::ALL.iter().take(COUNTED);
            cells.extend(counted.map(|lesson| words.writing.count(self.total(*lesson))));
            rows.push(TableRow {
                header: words.total.clone(),
                cells,
                total: true,
            });
        }
        Table {
            caption: words.caption.clone(),
            head,
            rows,
        }
    }

    fn draw(&self, ids: &str) -> Svg {
        if self.weeks.is_empty() {
            return Svg::nothing(ids, &self.words.writing.nothing);
        }
        let ids = id_of(ids);
        let wide = Layout::wide(self);
        let mut canvas = Canvas::new(&format!("{ids}-wide"), wide.width);
        wide.name(&mut canvas, self);
        wide.paint(&mut canvas, self);
        let wide = canvas.finish(wide.height);
        let narrow = Layout::narrow(self);
        let mut canvas = Canvas::new(&format!("{ids}-narrow"), narrow.width);
        narrow.name(&mut canvas, self);
        narrow.paint(&mut canvas, self);
        Svg {
            wide,
            narrow: canvas.finish(narrow.height),
            legend: self.legend(&ids),
        }
    }
}
