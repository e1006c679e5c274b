//! What is counted before anything is released: minutes by kind, pupils by limit.
//!
//! Invariant: the provider is counted beside its schools, each pupil once.

use crate::held::HeldYear;
use lasna_domain::attendance::{Figures, limits_reached};
use lasna_domain::calendar::{Day, Span};
use lasna_domain::ids::SchoolNo;
use lasna_engine::{Engine, PupilPeriod};

/// Kinds of absence in the order of [`kinds`].
pub(super) const KINDS: usize = 4;

/// All absence, then authorised, unauthorised, unresolved.
pub(super) fn kinds(figures: &Figures) -> [u64; KINDS] {
    [
        figures.absent(),
        figures.authorised,
        figures.unauthorised,
        figures.unresolved,
    ]
}

/// A month of a unit.
#[derive(Clone, Debug, Default)]
pub(super) struct RawMonth {
    pub figures: Figures,
    /// Pupils with a day.
    pub pupils: u64,
    /// Those who have any of each kind.
    pub people: [u64; KINDS],
    pub to_date: Figures,
    /// Pupils of whom a percentage can be said, and those at each limit.
    pub judged: u64,
    pub limits: [u64; 4],
}

/// A unit.
#[derive(Clone, Debug, Default)]
pub(super) struct RawUnit {
    pub school: Option<SchoolNo>,
    pub months: Vec<RawMonth>,
    pub pupils: u64,
    pub ten_days: u64,
    pub unresolved: u64,
}

/// Schools by number, the provider last.
pub(super) struct Raw {
    pub units: Vec<RawUnit>,
    /// Those with a possible minute.
    pub months: Vec<Span>,
}

/// The months of the school year up to a day.
fn months(engine: &Engine, as_of: Day) -> Vec<Span> {
    let year = engine.year();
    let mut months: Vec<Span> = Vec::new();
    for day in (year.from.0..year.to.0.min(as_of.0 + 1)).map(Day) {
        match months.last_mut() {
            Some(month) if month.from.month() == day.month() => month.to = day.next(),
            _ => months.push(Span {
                from: day,
                to: day.next(),
            }),
        }
    }
    months
}

pub(super) fn count(year: &HeldYear, as_of: Day) -> Raw {
    let months = months(&year.live().engine, as_of);
    let schools = &year.loaded.schools;
    let mut units: Vec<RawUnit> = schools
        .iter()
        .map(|&no| Some(no))
        .chain([None])
        .map(|school| RawUnit {
            school,
            months: vec![RawMonth::default(); months.len()],
            ..RawUnit::default()
        })
        .collect();
    let whole = units.len() - 1;
    let place = |school: SchoolNo| schools.binary_search(&school).ok();
    let ends: Vec<Day> = months.iter().map(|month| month.to.plus(-1)).collect();
    year.each_period(&ends, |engine, pupil| {
        let last = pupil.period + 1 == ends.len();
        let waits = last
            && pupil.to_date.unresolved > 0
            && engine.unresolved_before(pupil.pupil, as_of.plus(-7));
        let mut all = Figures::default();
        for (school, figures) in &pupil.parts {
            // Minutes at no school that is known are nobody's.
            if let Some(at) = place(*school) {
                all += *figures;
                units[at].months[pupil.period].add(figures);
            }
        }
        if all.days > 0 {
            units[whole].months[pupil.period].add(&all);
        }
        let home = place(pupil.school).map(|at| [at, whole]);
        for at in home.into_iter().flatten() {
            units[at].months[pupil.period].judge(pupil);
            if last {
                units[at].pupils += 1;
                units[at].ten_days += u64::from(pupil.longest_run >= 10);
                units[at].unresolved += u64::from(waits);
            }
        }
    });
    let held: Vec<bool> = units[whole]
        .months
        .iter()
        .map(|month| month.figures.possible > 0)
        .collect();
    for unit in &mut units {
        unit.months = kept(std::mem::take(&mut unit.months), &held);
    }
    Raw {
        units,
        months: kept(months, &held),
    }
}

fn kept<T>(all: Vec<T>, held: &[bool]) -> Vec<T> {
    let both = all.into_iter().zip(held);
    both.filter(|(_, held)| **held)
        .map(|(one, _)| one)
        .collect()
}

impl RawMonth {
    fn add(&mut self, figures: &Figures) {
        self.figures += *figures;
        self.pupils += 1;
        for (people, minutes) in self.people.iter_mut().zip(kinds(figures)) {
            *people += u64::from(minutes > 0);
        }
    }

    fn judge(&mut self, pupil: &PupilPeriod) {
        self.to_date += pupil.to_date;
        let Some(limits) = limits_reached(&pupil.to_date) else {
            return;
        };
        self.judged += 1;
        for (count, reached) in self.limits.iter_mut().zip(limits) {
            *count += u64::from(reached);
        }
    }
}
