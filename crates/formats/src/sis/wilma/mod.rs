//! A saved page of lesson notes of one pupil, as Wilma shows it to a guardian.
//!
//! The page has a row for each date and columns whose widths are minutes; a legend says which code
//! and label a mark's type has. A code is looked up in the mapping, then its label, and last the
//! label in [`proposal`]; a code that none of them knows is refused. Notes on behaviour
//! (`at-tp-other`) are no attendance and are left out and counted. What it is not: a client; the
//! page does not name the pupil, so the caller does. Free text and teachers' names are
//! never taken from the page.
//!
//! Codes: `H01` code unknown · `H02` date · `H03` type not in the legend · `H04` not such a page ·
//! `H05` notes on behaviour left out · `H06` read by the proposal · `H07` printed total differs ·
//! `H08` lateness without minutes · `H09` left out by the mapping · `H10` outside the school year ·
//! `H11` not UTF-8.
//!
//! Invariant: every mark of the page is told by `Sink::read` once, and then by a row, by one
//! refusal, or in the sum of `H05` or `H09`.

mod depth;
mod page;
mod proposal;

pub use proposal::proposal;

use super::cells;
use super::mapping::{CodeRule, DateForm, Mapping};
use crate::finding::{Finding, Severity, code_told};
use crate::limits::Limits;
use crate::rows::{Flow, MarkRow, Placed, Row, RowAbout, Sink};
use lasna_domain::attendance::{MarkKind, MarkKindError, Presence, Reason};
use lasna_domain::calendar::{Day, Span, school_year_of};
use page::{Event, Kind, Notes};
use std::collections::BTreeMap;

/// Largest page: a school year of one pupil is far less.
const PAGE_BYTES_MAX: usize = 8 << 20;

/// Whose page it is, which the page itself does not say.
#[derive(Clone, Copy, Debug)]
pub struct PageOf<'a> {
    /// The pupil, by the source's id.
    pub pupil: &'a str,
    /// The school, where it is known.
    pub school: Option<&'a str>,
    /// A day in the school year of the page: gives dates without a year their year, and refuses
    /// marks of other school years. `None` takes every date as it is printed.
    pub year_of: Option<Day>,
}

/// What came of one page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageOutcome {
    /// Nothing of the page may be used.
    pub fatal: bool,
    /// Marks of every kind on the page.
    pub marks: u64,
    /// Notes on behaviour, left out.
    pub behaviour: u64,
    /// Marks that are absences.
    pub absences: u64,
    /// The sum that the page itself prints.
    pub printed_total: Option<u64>,
}

/// Reads one saved page.
pub fn read_lesson_notes(
    file: &str,
    html: &[u8],
    page_of: &PageOf<'_>,
    mapping: &Mapping,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> PageOutcome {
    let mut told = Told { file, sink };
    let notes = match open(html, limits) {
        Ok(notes) => notes,
        Err((code, message)) => {
            told.say(0, None, code, Severity::Fatal, message);
            return PageOutcome {
                fatal: true,
                ..PageOutcome::default()
            };
        }
    };
    let mut reading = Reading {
        page_of,
        mapping,
        year: page_of.year_of.map(school_year_of),
        notes: &notes,
        outcome: PageOutcome {
            printed_total: notes.printed_total,
            ..PageOutcome::default()
        },
        sums: BTreeMap::new(),
    };
    for event in &notes.events {
        if reading.event(&mut told, event) == Flow::Stop {
            return reading.outcome;
        }
    }
    reading.close(&mut told);
    reading.outcome
}

/// Checks the limits and parses the page; the code and message where it cannot be used.
fn open(html: &[u8], limits: &Limits) -> Result<Notes, (&'static str, String)> {
    let most = PAGE_BYTES_MAX.min(usize::try_from(limits.bytes_max).unwrap_or(usize::MAX));
    if html.len() > most {
        return Err((
            "X01",
            format!("the page is larger than the limit of {most} bytes"),
        ));
    }
    let Ok(text) = std::str::from_utf8(html) else {
        return Err((
            "H11",
            "the page is not in UTF-8: save it again as a web page".to_owned(),
        ));
    };
    if !depth::within(text, limits.nesting_max) {
        let message = format!("elements are nested deeper than {}", limits.nesting_max);
        return Err(("X04", message));
    }
    let notes = page::parse(text).map_err(|why| ("H04", why.to_owned()))?;
    if notes.events.len() as u64 > limits.rows_max {
        return Err((
            "X02",
            format!("the page has more marks than {}", limits.rows_max),
        ));
    }
    Ok(notes)
}

/// The kind with the minutes of its cell, where the rule does not say minutes and they mean
/// something: the width of a cell is how long a pupil was away, not how late or how long there.
fn measured(kind: MarkKind, cell: u16) -> MarkKind {
    let (presence, approval) = (kind.presence(), kind.approval());
    let away = matches!(
        presence,
        Presence::Absent | Presence::Elsewhere | Presence::Removed
    );
    if !away || kind.minutes().is_some() {
        return kind;
    }
    MarkKind::new(presence, approval, Some(cell)).unwrap_or(kind)
}

/// Where findings of one page go.
struct Told<'a> {
    file: &'a str,
    sink: &'a mut dyn Sink,
}

impl Told<'_> {
    fn say(
        &mut self,
        row: u64,
        column: Option<String>,
        code: &'static str,
        severity: Severity,
        message: String,
    ) -> Flow {
        let file = self.file.to_owned();
        self.sink.finding(Finding {
            file,
            row,
            column,
            code,
            severity,
            message,
            values: Vec::new(),
        })
    }
}

/// One page under reading.
struct Reading<'a> {
    page_of: &'a PageOf<'a>,
    mapping: &'a Mapping,
    year: Option<Span>,
    notes: &'a Notes,
    outcome: PageOutcome,
    /// Marks for each warning that is said once, by warning and source code.
    sums: BTreeMap<(&'static str, String), u64>,
}

impl Reading<'_> {
    fn event(&mut self, told: &mut Told<'_>, event: &Event) -> Flow {
        told.sink.read(told.file, "marks");
        self.outcome.marks += 1;
        let row = self.outcome.marks;
        let kind = match &event.kind {
            Kind::Behaviour => {
                self.outcome.behaviour += 1;
                self.count("H05", "");
                return Flow::On;
            }
            Kind::Type(kind) => Some(kind),
            Kind::Unknown => None,
        };
        let refuse = |told: &mut Told<'_>, code, message: String| {
            let place = Some(event.date.chars().take(10).collect());
            told.say(row, place, code, Severity::Rejected, message)
        };
        let Some(day) = self.day(&event.date) else {
            return refuse(told, "H02", "not a day like 5.10.2026".to_owned());
        };
        if self.year.is_some_and(|year| !year.contains(day)) {
            return refuse(told, "H10", "the day is outside the school year".to_owned());
        }
        let Some((code, label)) = kind.and_then(|kind| self.notes.legend.get(kind)) else {
            return refuse(
                told,
                "H03",
                "the mark's type is not in the page's legend".to_owned(),
            );
        };
        let Some(rule) = self.rule(day, code, label) else {
            told.sink.unknown_code(code);
            let shown = code_told(code);
            let message = format!("neither the mapping nor the proposal says what {shown} means");
            return refuse(told, "H01", message);
        };
        let Some((kind, reason)) = self.kind(rule, code) else {
            self.count("H09", code);
            return Flow::On;
        };
        let kind = measured(kind, event.minutes);
        self.outcome.absences += u64::from(kind.is_absence());
        let value = Row::Mark(MarkRow {
            pupil: self.page_of.pupil.to_owned(),
            school: self.page_of.school.map(str::to_owned),
            day,
            about: RowAbout::Lesson {
                class: event.course.clone(),
                start: event.start,
            },
            kind: Some(kind),
            reason,
            source_code: code.clone(),
            known_at: None,
        });
        told.sink.row(told.file, Placed { row, value })
    }

    fn count(&mut self, warning: &'static str, code: &str) {
        *self.sums.entry((warning, code.to_owned())).or_default() += 1;
    }

    /// The day of a printed date; one without a year lies in the school year of the page.
    fn day(&self, date: &str) -> Option<Day> {
        if let Some(year) = self.year
            && date.ends_with('.')
        {
            return [year.from, year.to]
                .into_iter()
                .filter_map(|end| {
                    cells::day(&format!("{date}{}", end.year()), DateForm::DayMonthYear)
                })
                .find(|day| year.contains(*day));
        }
        cells::day(date, DateForm::DayMonthYear)
    }

    fn rule(&mut self, day: Day, code: &str, label: &str) -> Option<CodeRule> {
        let mapped = self
            .mapping
            .rule(day, code)
            .or_else(|| self.mapping.rule(day, label));
        if mapped.is_some() {
            return mapped;
        }
        let proposed = proposal(label)?;
        self.count("H06", code);
        Some(proposed)
    }

    /// The kind of a rule; `None` where it is left out. A lateness whose minutes nobody says counts
    /// as present, which it is.
    fn kind(&mut self, rule: CodeRule, code: &str) -> Option<(MarkKind, Reason)> {
        match rule.kind(None) {
            Ok(kind) => kind,
            Err(MarkKindError::LatenessWithoutMinutes) => {
                self.count("H08", code);
                Some((MarkKind::PRESENT, Reason::Unknown))
            }
            Err(_) => None,
        }
    }

    /// Says the warnings that are sums.
    fn close(&self, told: &mut Told<'_>) {
        for ((warning, code), n) in &self.sums {
            let message = match *warning {
                "H05" => format!("{n} notes on behaviour are left out: they are no attendance"),
                "H06" => format!(
                    "code \"{code}\" ({n} marks) is read by the proposal for its label: \
                     confirm it in the mapping"
                ),
                "H08" => format!(
                    "code \"{code}\" ({n} marks) is a lateness without minutes: read as present"
                ),
                _ => format!("code \"{code}\" ({n} marks) is left out by the mapping"),
            };
            if told.say(0, None, warning, Severity::Warning, message) == Flow::Stop {
                return;
            }
        }
        let outcome = &self.outcome;
        if let Some(printed) = outcome.printed_total.filter(|&sum| sum != outcome.absences) {
            let message = format!(
                "the page prints {printed} hours of absence, {} marks are absences",
                outcome.absences
            );
            told.say(0, None, "H07", Severity::Warning, message);
        }
    }
}
