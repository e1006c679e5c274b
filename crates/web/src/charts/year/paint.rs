//! The two drawings of a year: weeks side by side where it is wide, one below the other where not.
//!
//! All lessons of one category are one path, and neighbours in a day are one rectangle; lines in the
//! colour of the ground part them again. So a year stays small enough for every page.
//!
//! Invariant: both drawings are painted by the same code; only the places differ.

use super::super::axis::TEXT;
use super::super::svg::{Anchor, Canvas, DotTile, Drawing, Fill, Path, Pattern};
use super::super::text::width;
use super::super::writing::week_number;
use super::super::{NARROW, WIDE};
use super::{Lesson, SchoolDay, YearPicture};

/// Which way the weeks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Right,
    Down,
}

/// Places of a drawing.
pub(super) struct Layout {
    flow: Flow,
    pub width: u32,
    pub height: f64,
    origin: (f64, f64),
    /// From one week to the next, and from one weekday to the next.
    week: f64,
    weekday: f64,
    /// Height of a day, and width of one lesson.
    day: f64,
    slot: f64,
    slots: usize,
}

/// Room for names of weekdays at the left of the wide drawing.
const NAMES: f64 = 30.0;
/// Room for months and numbers of weeks at the left of the narrow one.
const MONTHS: f64 = 88.0;

impl Layout {
    /// Weeks as columns. Between two weeks there is as much room as a lesson takes: so all lessons
    /// stand on one raster, and the dots of each are its own.
    pub fn wide(year: &YearPicture) -> Layout {
        let slots = year.slots();
        // Whole tenths, so that places need no more signs than necessary.
        let slot = (165 / (slots + 1)) as f64 / 10.0;
        let week = slot * (slots + 1) as f64;
        let needed = NAMES + week * year.weeks.len() as f64;
        Layout {
            flow: Flow::Right,
            // A young year keeps its letters small beside the others of the page.
            width: (needed.ceil() as u32).max(WIDE),
            height: 22.0 + year.weekdays() as f64 * 32.0 + 16.0,
            origin: (NAMES, 22.0),
            week,
            weekday: 32.0,
            day: 28.0,
            slot,
            slots,
        }
    }

    /// Weeks as rows, for a telephone.
    pub fn narrow(year: &YearPicture) -> Layout {
        let (slots, days) = (year.slots(), year.weekdays());
        let room = f64::from(NARROW) - MONTHS;
        let slot = (room / (days * (slots + 1)) as f64 * 10.0).floor() / 10.0;
        Layout {
            flow: Flow::Down,
            width: NARROW,
            height: 22.0 + 15.0 * year.weeks.len() as f64,
            origin: (MONTHS, 22.0),
            week: 15.0,
            weekday: slot * (slots + 1) as f64,
            day: 12.0,
            slot,
            slots,
        }
    }

    /// One dot as wide as a lesson, and a whole number of them up and down.
    fn dots(&self) -> DotTile {
        DotTile {
            origin: self.origin,
            width: self.slot,
            height: match self.flow {
                Flow::Right => 4.0,
                Flow::Down => 3.0,
            },
        }
    }

    fn place(&self, week: usize, weekday: usize) -> (f64, f64) {
        let (x, y) = self.origin;
        let (along, across) = (week as f64 * self.week, weekday as f64 * self.weekday);
        match self.flow {
            Flow::Right => (x + along, y + across),
            Flow::Down => (x + across, y + along),
        }
    }

    /// Names of weekdays and months, numbers of weeks.
    pub fn name(&self, canvas: &mut Canvas, year: &YearPicture) {
        let names = year.words.weekdays.iter().take(year.weekdays());
        for (at, name) in names.enumerate() {
            let (x, y) = self.place(0, at);
            match self.flow {
                Flow::Right => {
                    let at = (0.0, y + self.day / 2.0 + 4.5);
                    canvas.text("c-soft", Anchor::Start, at, name);
                }
                Flow::Down => {
                    let middle = x + self.slot * self.slots as f64 / 2.0;
                    canvas.text("c-soft", Anchor::Middle, (middle, y - 8.0), name);
                }
            }
        }
        let mut free_from = f64::MIN;
        let mut month = 0;
        for (at, week) in year.weeks.iter().enumerate() {
            let (x, y) = self.place(at, 0);
            // A week belongs to the month of its Thursday, as its year does after ISO 8601.
            let thursday = week.monday.plus(3);
            let begins = thursday.month() != month;
            month = thursday.month();
            let name = year.words.writing.month(thursday);
            let number = week_number(week.monday).to_string();
            match self.flow {
                Flow::Right => {
                    if begins && x >= free_from && x + width(name, TEXT - 1.0) <= canvas.width() {
                        canvas.text("c-soft c-small", Anchor::Start, (x, 13.0), name);
                        free_from = x + width(name, TEXT - 1.0) + 3.0;
                    }
                    if at % 2 == 0 {
                        let middle = x + self.slot * self.slots as f64 / 2.0;
                        let place = (middle, self.height - 5.0);
                        canvas.text("c-soft c-small", Anchor::Middle, place, &number);
                    }
                }
                Flow::Down => {
                    let line = y + self.day / 2.0 + 4.5;
                    if begins {
                        canvas.text("c-soft c-small", Anchor::Start, (0.0, line), name);
                    }
                    let place = (MONTHS - 7.0, line);
                    canvas.text("c-soft c-small", Anchor::End, place, &number);
                }
            }
        }
    }

    /// The days.
    pub fn paint(&self, canvas: &mut Canvas, year: &YearPicture) {
        canvas.fit_dots(self.dots());
        let mut marks = Marks::default();
        for (at, week) in year.weeks.iter().enumerate() {
            for (weekday, day) in week.days.iter().take(year.weekdays()).enumerate() {
                let (x, y) = self.place(at, weekday);
                let whole = self.slot * self.slots as f64;
                match day {
                    SchoolDay::Outside => {}
                    SchoolDay::Free => marks.holiday((x, y), (whole - 0.4, self.day)),
                    SchoolDay::Ahead => marks.ahead.bar(x, y, whole - 0.4, self.day),
                    SchoolDay::Lessons(lessons) => {
                        let mut from = x;
                        for run in lessons.chunk_by(|one, next| one == next) {
                            let room = self.slot * run.len() as f64;
                            marks.add(run[0], (from, y), (room, self.day), self.slot);
                            from += room;
                        }
                    }
                }
            }
        }
        marks.draw_areas(canvas);
        let (x, y) = self.origin;
        let (right, bottom) = (f64::from(self.width), y + self.span(year));
        let seam = if self.slot < 3.0 { 0.5 } else { 1.0 };
        canvas.seams((x, y), (right, bottom), self.slot, seam);
        marks.draw_whole_days(canvas);
    }

    /// Height of all days together.
    fn span(&self, year: &YearPicture) -> f64 {
        match self.flow {
            Flow::Right => self.weekday * year.weekdays() as f64,
            Flow::Down => self.week * year.weeks.len() as f64,
        }
    }
}

/// One path for each look.
#[derive(Default)]
struct Marks {
    present: Path,
    elsewhere: Path,
    edge: Path,
    late: Path,
    authorised: Path,
    unauthorised: Path,
    unresolved: Path,
    unmarked: Path,
    ahead: Path,
    free: Path,
    dash: Path,
}

impl Marks {
    fn add(&mut self, lesson: Lesson, (x, y): (f64, f64), (room, tall): (f64, f64), slot: f64) {
        match lesson {
            Lesson::Present => self.present.bar(x, y, room, tall),
            Lesson::Elsewhere => {
                self.elsewhere.bar(x, y, room, tall);
                self.edge.bar(x, y, room, (tall / 7.0).max(2.5));
            }
            Lesson::Late => {
                // A seam between the two: ochre alone does not stand out enough from presence.
                let third = (tall / 3.0).round();
                self.present.bar(x, y, room, tall - third - 1.0);
                self.late.bar(x, y + tall - third, room, third);
            }
            Lesson::Authorised => self.authorised.bar(x, y, room, tall),
            Lesson::Unauthorised => self.unauthorised.bar(x, y, room, tall),
            Lesson::Unresolved => self.unresolved.bar(x, y, room, tall),
            Lesson::Unmarked => {
                // Outlines do not join: each lesson that nobody marked is seen by itself.
                let count = (room / slot).round() as usize;
                for at in 0..count {
                    let left = x + slot * at as f64 + 0.4;
                    self.unmarked.frame(left, y + 0.5, slot - 0.8, tall - 1.0);
                }
            }
            Lesson::Ahead => self.ahead.bar(x, y, room, tall),
        }
    }

    /// A holiday: a faint ground with a dash, unlike days ahead.
    fn holiday(&mut self, (x, y): (f64, f64), (room, tall): (f64, f64)) {
        self.free.bar(x, y, room, tall);
        self.dash
            .bar(x + room * 0.3, y + tall / 2.0 - 0.5, room * 0.4, 1.0);
    }

    fn draw_areas(&self, canvas: &mut Canvas) {
        canvas.path(Fill::Tone("c-present"), &self.present);
        canvas.path(Fill::Tone("c-elsewhere"), &self.elsewhere);
        canvas.path(Fill::Tone("c-lake"), &self.edge);
        canvas.path(Fill::Tone("c-ahead"), &self.ahead);
        canvas.path(Fill::Tone("c-ochre"), &self.late);
        canvas.path(Fill::Pattern(Pattern::Hatch), &self.authorised);
        canvas.path(Fill::Tone("c-brick"), &self.unauthorised);
        canvas.path(Fill::Pattern(Pattern::Dots), &self.unresolved);
    }

    fn draw_whole_days(&self, canvas: &mut Canvas) {
        canvas.path(Fill::Tone("c-free"), &self.free);
        canvas.path(Fill::Tone("c-gap"), &self.dash);
        canvas.path(Fill::Tone("c-unmarked"), &self.unmarked);
    }
}

/// The sign of a category in the legend; without one, a holiday's.
pub(super) fn swatch(ids: &str, lesson: Option<Lesson>) -> Drawing {
    let mut canvas = Canvas::new(ids, 14);
    let mut marks = Marks::default();
    match lesson {
        None => marks.holiday((0.0, 0.0), (14.0, 16.0)),
        Some(lesson) => marks.add(lesson, (0.0, 0.0), (14.0, 16.0), 14.0),
    }
    marks.draw_areas(&mut canvas);
    marks.draw_whole_days(&mut canvas);
    canvas.finish(16.0)
}
