//! The standard measures of the provider and its schools over time, as they may be shown.
//!
//! The numbers are those of the columns; what would say something of one to four people is hidden, and
//! what would lead to it ([`lasna_domain::disclosure`]). One release is made of the whole provider and
//! every reader is answered out of it, so that two readers together see no more than one.
//!
//! Invariant: a number leaves here only as a release lets it; schools stand by name.

mod count;
mod release;
mod signals;

use crate::held::HeldYear;
use crate::standing::summed_day;
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::attendance::Share;
use lasna_domain::calendar::{Day, Instant, Span};
use lasna_domain::ids::SchoolNo;
use lasna_domain::model::Model;
use std::sync::Arc;

/// Minutes and kinds of absence; `None` where a number may not be shown.
///
/// Kinds leave here as rounded shares, since the rounding hides the few minutes of a few.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Kinds {
    pub possible: u64,
    pub marked: u64,
    pub absent: Option<u64>,
    /// Of marked, in tenths of a percent.
    pub authorised: Option<u64>,
    /// Of marked, in tenths of a percent.
    pub unauthorised: Option<u64>,
    /// Of marked, in tenths of a percent.
    pub unresolved: Option<u64>,
    /// Some of `possible` is the grade's norm.
    pub norm: bool,
    /// Some of what is marked is presumed.
    pub presumed: bool,
}

impl Kinds {
    /// All absence, authorised, unauthorised and unresolved of what is marked; of each `None` where
    /// it may not be shown. Nothing where nothing is marked.
    pub fn shares(&self) -> Option<[Option<Share>; 4]> {
        let of = |tenths: Option<u64>| Share::new(tenths?, 1_000);
        (self.marked > 0).then(|| {
            [
                self.absent.and_then(|part| Share::new(part, self.marked)),
                of(self.authorised),
                of(self.unauthorised),
                of(self.unresolved),
            ]
        })
    }

    /// Marked of possible.
    pub const fn completeness(&self) -> Option<Share> {
        Share::new(self.marked, self.possible)
    }
}

/// So many of the pupils of whom it can be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// `None` where it may not be shown.
    pub part: Option<u64>,
    /// Of so many.
    pub whole: u64,
}

impl Counted {
    /// The share; `None` where it is hidden or of nobody.
    pub fn share(&self) -> Option<Share> {
        Share::new(self.part?, self.whole)
    }
}

/// A month of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// Minutes of the month alone.
    pub kinds: Kinds,
    /// Pupils at or over 5, 10, 20 and 50 percent, school year to the end of the month.
    pub limits: [Counted; 4],
    /// What the limits rest on: school year to the end of the month.
    pub to_date: (u64, u64),
}

impl Month {
    /// Marked of possible, school year to the end of the month.
    pub const fn completeness_to_date(&self) -> Option<Share> {
        Share::new(self.to_date.0, self.to_date.1)
    }
}

/// How soon somebody was reached after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// Pupils on a step now with whom, or with whose home, somebody has talked since.
    pub reached: Option<u64>,
    /// Pupils on a step now.
    pub on_steps: Option<u64>,
    /// Pupils with a duty that is overdue.
    pub late: Option<u64>,
    /// School days from the step to that talk, in the middle of those who were reached.
    pub median_days: Option<u32>,
}

/// The measures of the provider or of a school.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// `None` is the provider.
    pub school: Option<SchoolNo>,
    /// What it is called.
    pub name: String,
    /// Pupils with a day so far.
    pub pupils: u64,
    /// One for each of [`Measures::months`].
    pub months: Vec<Month>,
    /// School year to date.
    pub year: Kinds,
    /// Pupils with at least ten possible days in a row with absence.
    pub ten_days: Counted,
    /// Pupils with an absence that nobody has explained in more than seven days.
    pub unresolved: Counted,
    /// Signals.
    pub contacts: Contacts,
}

impl Unit {
    /// The limits today: those of the last month.
    pub fn limits(&self) -> [Counted; 4] {
        self.months
            .last()
            .map_or_else(Default::default, |month| month.limits)
    }
}

/// What whoever asks may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// The provider, for who reaches it.
    pub whole: Option<Unit>,
    /// By name.
    pub schools: Vec<Unit>,
    /// Months of the school year with a school day so far.
    pub months: Vec<Span>,
}

/// The release of a year.
fn made(
    model: &Model,
    year: &HeldYear,
    (as_of, summed): (Day, Day),
    known_at: Instant,
) -> Measures {
    let raw = count::count(year, summed);
    let told = signals::told(model, year, as_of, known_at);
    let mut measures = release::release(year, raw, &told);
    measures.schools.sort_by(|a, b| {
        let by = |unit: &Unit| (unit.name.to_lowercase(), unit.school);
        by(a).cmp(&by(b))
    });
    measures
}

impl App {
    /// The year of the whole provider for a scope that answers only as far as it reaches.
    fn whole_year(
        &self,
        scope: &Scope,
        target: &str,
        known_at: Instant,
        as_of: Day,
    ) -> Result<Arc<HeldYear>, AppError> {
        if known_at == Instant::LATEST && self.held.is_some() {
            return self.year(scope, target, known_at, as_of);
        }
        // One release needs every school, also where the answer is of one.
        self.look(scope, target, |_| Ok(()))?;
        let loaded = self.load_within(scope, Reach::Provider, known_at, as_of)?;
        Ok(Arc::new(HeldYear::new(loaded)?))
    }

    /// The measures of the provider and its schools, or of the one school in reach: minutes and
    /// pupils up to the last day that is over, steps and duties as of the day.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn measures(
        &self,
        model: &Model,
        as_of: Day,
        known_at: Instant,
    ) -> Result<Measures, AppError> {
        let reach = self.reach();
        let scope = self.scope(Action::ReadFigures, reach)?;
        let year = self.whole_year(&scope, "measures", known_at, as_of)?;
        let days = (as_of, summed_day(as_of, self.now()));
        let key = (model.clone(), days, known_at);
        let seen = || year.live().seen();
        let released = year
            .released
            .get(key, self.now(), seen, || made(model, &year, days, known_at));
        let mut measures = (*released).clone();
        if let Reach::School(own) = reach {
            measures.whole = None;
            measures.schools.retain(|unit| unit.school == Some(own));
        }
        Ok(measures)
    }
}
