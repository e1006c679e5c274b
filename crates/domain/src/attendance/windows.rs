//! Where a window of days begins: week, month, period, term, year, rolling days and weeks.
//!
//! A window always ends on the day that is judged. A teaching week is a week (Monday to Sunday)
//! with at least one school day of the school.
//!
//! Invariant: no window reaches out of the school year.

use super::facts::School;
use super::timetable::View;
use crate::calendar::{Day, Span, school_year_of};
use crate::model::Window;

/// The latest possible days that a trend looks at.
pub const TREND_RECENT_DAYS: usize = 20;
/// The possible days before them.
pub const TREND_EARLIER_DAYS: usize = 60;

/// A school's year with its terms, periods and teaching weeks, as known on an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchoolYear {
    /// 1 August to 31 July.
    pub span: Span,
    /// Terms inside the year.
    pub terms: Vec<Span>,
    /// Periods inside the year.
    pub periods: Vec<Span>,
    /// Mondays of teaching weeks, ascending.
    pub teaching_weeks: Vec<Day>,
    /// School days, ascending.
    pub school_days: Vec<Day>,
}

impl SchoolYear {
    /// The year of a school that holds a day.
    pub fn of(view: &View, school: &School, day: Day) -> SchoolYear {
        SchoolYear::new(school, school_year_of(day), |day| {
            view.is_school_day(school.no, day)
        })
    }

    /// A year of a school with its school days.
    pub fn new(school: &School, span: Span, is_school_day: impl Fn(Day) -> bool) -> SchoolYear {
        let inside = |spans: &[Span]| {
            let mut spans: Vec<Span> = spans
                .iter()
                .map(|s| s.meet(span))
                .filter(|s| !s.is_empty())
                .collect();
            spans.sort();
            spans
        };
        let school_days: Vec<Day> = (span.from.0..span.to.0)
            .map(Day)
            .filter(|&day| is_school_day(day))
            .collect();
        let mut teaching_weeks: Vec<Day> = school_days.iter().map(|day| day.monday()).collect();
        teaching_weeks.dedup();
        SchoolYear {
            span,
            terms: inside(&school.terms),
            periods: inside(&school.periods),
            teaching_weeks,
            school_days,
        }
    }

    /// The term that counts on a day: the one that holds it, else the last that began; the school
    /// year where the school has no terms or none has begun.
    pub fn term_of(&self, day: Day) -> Span {
        holding(&self.terms, day).unwrap_or(self.span)
    }

    /// The period that counts on a day, by the same rule; the term where there are no periods.
    pub fn period_of(&self, day: Day) -> Span {
        holding(&self.periods, day).unwrap_or_else(|| self.term_of(day))
    }

    /// The calendar quarter that holds a day.
    pub fn quarter_of(&self, day: Day) -> Span {
        let date = day.to_date();
        let month = (date.month() - 1) / 3 * 3 + 1;
        let first = first_of(date.year(), month);
        let next = if month == 10 {
            first_of(date.year() + 1, 1)
        } else {
            first_of(date.year(), month + 3)
        };
        Span {
            from: first,
            to: next,
        }
        .meet(self.span)
    }

    /// How many teaching weeks have begun between two days, the later day's week included and the
    /// earlier day's not.
    pub fn teaching_weeks_between(&self, earlier: Day, later: Day) -> usize {
        let begun = |day: Day| {
            self.teaching_weeks
                .partition_point(|&week| week <= day.monday())
        };
        begun(later).saturating_sub(begun(earlier))
    }

    /// The whole window that ends on or holds a day: its first day, and the day after its last.
    ///
    /// `possible` are the pupil's possible days up to and with `day`, ascending. Windows that roll
    /// end on the day itself.
    pub fn window(&self, window: Window, day: Day, possible: &[Day]) -> Span {
        let until_here = |from: Day| Span {
            from: from.max(self.span.from),
            to: day.next(),
        };
        match window {
            Window::Day => until_here(day),
            Window::Week => Span {
                from: day.monday(),
                to: day.monday().plus(7),
            }
            .meet(self.span),
            Window::Month => {
                let date = day.to_date();
                let from = first_of(date.year(), date.month());
                let to = match date.month() {
                    12 => first_of(date.year() + 1, 1),
                    month => first_of(date.year(), month + 1),
                };
                Span { from, to }.meet(self.span)
            }
            Window::Quarter => self.quarter_of(day),
            Window::Period => reaching(self.period_of(day), day),
            Window::Term => reaching(self.term_of(day), day),
            Window::Year => self.span,
            Window::RollingDays(days) => {
                let first = possible.len().saturating_sub(usize::from(days));
                until_here(possible.get(first).copied().unwrap_or(day))
            }
            Window::RollingTeachingWeeks(weeks) => {
                let begun = self.teaching_weeks.partition_point(|&week| week <= day);
                let first = begun.saturating_sub(usize::from(weeks));
                // Before the first teaching week (lessons at another school) it is the day's own week.
                let week = self.teaching_weeks[..begun].get(first).copied();
                until_here(week.unwrap_or(day.monday()))
            }
        }
    }
}

fn first_of(year: i16, month: i8) -> Day {
    Day::from_date(jiff::civil::date(year, month, 1))
}

/// The span, up to and with a day that comes after it: a day between two terms counts to the first.
fn reaching(span: Span, day: Day) -> Span {
    Span {
        to: span.to.max(day.next()),
        ..span
    }
}

fn holding(spans: &[Span], day: Day) -> Option<Span> {
    let begun = spans.partition_point(|span| span.from <= day);
    begun
        .checked_sub(1)
        .and_then(|last| spans.get(last))
        .copied()
}
