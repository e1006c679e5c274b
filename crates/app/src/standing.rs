//! How the service stands, for those who run it: registers, imports, accounts.
//!
//! Invariant: nothing here is of a pupil; lessons, instants and numbers of accounts are counted.

use crate::held::HeldYear;
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach};
use lasna_domain::attendance::{Figures, Share};
use lasna_domain::calendar::{Day, Instant, school_year_of};
use lasna_domain::ids::SchoolNo;
use lasna_store::{Account, Batch};
use std::collections::BTreeMap;

/// Days back that a register counts as recent: two school weeks.
pub const RECENT_DAYS: i32 = 14;

/// The last day up to `as_of` of which sums are made: today's lessons are not all held, so today is
/// summed from tomorrow on. On the first day of a school year it is that day.
pub(crate) fn summed_day(as_of: Day, now: Instant) -> Day {
    let before = now.day_in_finland().plus(-1).min(as_of);
    if school_year_of(before) == school_year_of(as_of) {
        before
    } else {
        as_of
    }
}

/// How complete the registers of a school are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Completeness {
    pub school: SchoolNo,
    pub name: String,
    pub marked: u64,
    pub possible: u64,
    pub presumed: bool,
}

impl Completeness {
    /// Marked of possible.
    pub const fn share(&self) -> Option<Share> {
        Share::new(self.marked, self.possible)
    }
}

impl App {
    /// How complete the registers of the last two weeks are, by school: lessons, of nobody.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn completeness(&self, today: Day) -> Result<Vec<Completeness>, AppError> {
        let scope = self.scope(Action::ReadCompleteness, Reach::Provider)?;
        let year = self.unseen_year(&scope, today)?;
        let seen = || year.live().seen();
        let made = || year.complete_on(today);
        Ok((*year.complete.get(today, self.now(), seen, made)).clone())
    }

    /// When data was imported last, of what is in sight; `None` before the first import.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn last_import(&self) -> Result<Option<Instant>, AppError> {
        self.scope(Action::ReadCompleteness, Reach::Provider)?;
        let provider = self.provider;
        let batches = self.store.ask(|read| Batch::list(read, provider))?;
        let imports = batches
            .iter()
            .filter(|batch| !batch.is_own() && batch.undone_at.is_none());
        Ok(imports.map(|batch| batch.applied_at).max())
    }

    /// How many accounts still have the password they were given.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn first_passwords(&self) -> Result<u64, AppError> {
        self.scope(Action::ReadAccounts, Reach::Provider)?;
        let provider = self.provider;
        Ok(self
            .store
            .ask(|read| Account::first_passwords(read, provider))?)
    }
}

impl HeldYear {
    fn complete_on(&self, today: Day) -> Vec<Completeness> {
        let names = &self.loaded.names;
        let mut sums: BTreeMap<SchoolNo, Figures> = self
            .loaded
            .schools
            .iter()
            .map(|&no| (no, Figures::default()))
            .collect();
        let ends = [today.plus(-RECENT_DAYS), today.plus(-1)];
        self.each_period(&ends, |_, pupil| {
            if pupil.period == 1 {
                for (school, figures) in &pupil.parts {
                    *sums.entry(*school).or_default() += *figures;
                }
            }
        });
        let row = |(school, sum): (SchoolNo, Figures)| Completeness {
            school,
            name: names.org(school).to_owned(),
            marked: sum.marked(),
            possible: sum.possible,
            presumed: sum.presumed,
        };
        let mut rows: Vec<Completeness> = sums.into_iter().map(row).collect();
        rows.sort_by_key(|row| (row.name.to_lowercase(), row.school));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_summed_from_tomorrow_on() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        // Half past one at night in Finland.
        let now: Instant = "2026-11-24T23:30:00Z".parse().unwrap();
        let summed = |as_of| summed_day(day(as_of), now).to_string();
        assert_eq!(summed("2026-11-25"), "2026-11-24");
        assert_eq!(summed("2026-11-26"), "2026-11-24");
        assert_eq!(summed("2026-11-24"), "2026-11-24");
        assert_eq!(summed("2026-10-01"), "2026-10-01");
        let first: Instant = "2026-08-01T06:00:00Z".parse().unwrap();
        assert_eq!(summed_day(day("2026-08-01"), first), day("2026-08-01"));
    }
}
