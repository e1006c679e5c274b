//! Hours counted over a term against the steps of the ladder, with the contacts that were made.
//!
//! Invariant: a step is a line of its own with its words, not a colour; crossing it is a row of the
//! table.

mod labels;
mod paint;
#[cfg(test)]
mod tests;

use super::svg::id_of;
use super::table::{Cell, Table, TableRow};
use super::writing::Writing;
use super::{NARROW, Picture, Svg, WIDE};
use lasna_domain::calendar::Day;

/// The sum at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub day: Day,
    pub hours: u32,
}

/// A step of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepLine {
    pub hours: u32,
    /// Its name without its hours, which the drawing writes after it.
    pub label: String,
}

/// How a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContactKind {
    /// Tried, nobody answered.
    NotReached,
    Reached,
    /// Reached, and something was agreed.
    Agreed,
}

impl ContactKind {
    /// All of them, in the order of the legend.
    pub const ALL: [ContactKind; 3] = [
        ContactKind::NotReached,
        ContactKind::Reached,
        ContactKind::Agreed,
    ];
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub day: Day,
    pub kind: ContactKind,
    pub label: String,
}

/// The words of an accumulation.
#[derive(Clone, Debug)]
pub(crate) struct AccumulationWords {
    pub writing: Writing,
    pub caption: String,
    /// Heads of the three columns.
    pub when: String,
    pub what: String,
    pub hours: String,
    /// What a row of a week is called.
    pub sum: String,
    /// What stands before the name of a step in the row of its crossing.
    pub crossed: String,
    /// What stands for the date of a step that is ahead.
    pub not_crossed: String,
    /// Names in the order of [`ContactKind::ALL`].
    pub contacts: [String; 3],
    pub today: String,
    /// The unit after a sum.
    pub unit: String,
}

/// Hours counted over the days of a term or a year.
#[derive(Clone, Debug)]
pub(crate) struct AccumulationPicture {
    pub words: AccumulationWords,
    /// First and last day of the term.
    pub first: Day,
    pub last: Day,
    /// Where the line ends.
    pub today: Day,
    pub points: Vec<Point>,
    pub steps: Vec<StepLine>,
    pub contacts: Vec<Contact>,
}

impl AccumulationPicture {
    /// Points of the term in order of days, none after today.
    fn points(&self) -> Vec<Point> {
        let end = self.today.min(self.last);
        let within = |point: &&Point| (self.first..=end).contains(&point.day);
        let mut points: Vec<Point> = self.points.iter().filter(within).copied().collect();
        points.sort_by_key(|point| point.day);
        points
    }

    /// The sum at the end of a day.
    fn hours_at(&self, day: Day) -> u32 {
        let points = self.points();
        let before = points.iter().rev().find(|point| point.day <= day);
        before.map_or(0, |point| point.hours)
    }

    /// The highest sum of the term.
    fn hours_max(&self) -> u32 {
        let hours = self.points().into_iter().map(|point| point.hours);
        hours.max().unwrap_or_default()
    }

    /// Steps up to the first one that is ahead; those beyond would press the line flat.
    fn steps(&self) -> Vec<&StepLine> {
        let mut steps: Vec<&StepLine> = self.steps.iter().collect();
        steps.sort_by_key(|step| step.hours);
        let passed = steps.partition_point(|step| step.hours <= self.hours_max());
        let next = steps.get(passed).map(|step| step.hours);
        steps.retain(|step| next.is_none_or(|next| step.hours <= next));
        steps
    }

    /// Contacts of the term in order of days, none after today.
    fn contacts(&self) -> Vec<&Contact> {
        let days = self.first..=self.today.min(self.last);
        let within = |contact: &&Contact| days.contains(&contact.day);
        let mut contacts: Vec<&Contact> = self.contacts.iter().filter(within).collect();
        contacts.sort_by_key(|contact| contact.day);
        contacts
    }

    fn contact_name(&self, kind: ContactKind) -> &str {
        &self.words.contacts[kind as usize]
    }

    /// Weeks of the term up to today.
    fn mondays(&self) -> impl Iterator<Item = Day> {
        let end = self.today.min(self.last).0;
        (self.first.monday().0..=end).step_by(7).map(Day)
    }
}

impl Picture for AccumulationPicture {
    fn table(&self) -> Table {
        let words = &self.words;
        // Rows with the day that orders them; what happens in a week stands before its sum.
        let mut rows: Vec<(Day, TableRow)> = Vec::new();
        let mut row = |day: Day, when: String, what: String, hours: u32| {
            let cells = vec![Cell::Text(what), words.writing.count(hours)];
            rows.push((day, TableRow::new(when, cells)));
        };
        let date = words.writing.date;
        for contact in self.contacts() {
            let what = contact.label.clone();
            let hours = self.hours_at(contact.day);
            row(contact.day, date(contact.day), what, hours);
        }
        for step in self.steps() {
            let mut points = self.points().into_iter();
            let crossing = points.find(|point| point.hours >= step.hours);
            match crossing {
                Some(point) => {
                    let what = format!("{}: {}", words.crossed, step.label);
                    row(point.day, date(point.day), what, step.hours);
                }
                None => {
                    let when = words.not_crossed.clone();
                    row(Day(i32::MAX), when, step.label.clone(), step.hours);
                }
            }
        }
        for monday in self.mondays() {
            let sunday = monday.plus(6);
            let week = words.writing.week(monday);
            row(sunday, week, words.sum.clone(), self.hours_at(sunday));
        }
        rows.sort_by_key(|(day, _)| *day);
        Table {
            caption: words.caption.clone(),
            head: vec![words.when.clone(), words.what.clone(), words.hours.clone()],
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        }
    }

    fn draw(&self, ids: &str) -> Svg {
        if self.points().is_empty() && self.contacts().is_empty() {
            return Svg::nothing(ids, &self.words.writing.nothing);
        }
        let ids = id_of(ids);
        Svg {
            wide: paint::paint(self, &format!("{ids}-wide"), WIDE),
            narrow: paint::paint(self, &format!("{ids}-narrow"), NARROW),
            legend: paint::legend(self, &ids),
        }
    }
}
