//! What is due, what is overdue, and what comes next.
//!
//! Invariant: the report names nobody.

use super::left::{Person, people};
use super::rules::{Clock, Rule, Rules};
use crate::{App, AppError};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PersonNo;
use lasna_store::db::Read;
use lasna_store::retention::{Hold, PERSON_RULES, PersonTable, RetentionRun, aged_tables};
use std::collections::BTreeSet;

/// Days after which what is due should have gone.
pub const OVERDUE_DAYS: i32 = 7;

/// One rule, and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RuleReport {
    pub rule: Rule,
    /// Rows, or people where the clock begins when a person left.
    pub due: u64,
    /// Of them, those that are due for longer than [`OVERDUE_DAYS`].
    pub overdue: u64,
    /// What would be due, and is held back.
    pub held: u64,
    /// Since when the oldest of them is due.
    pub oldest: Option<Day>,
    /// When something is due next.
    pub next: Option<Day>,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RetentionReport {
    pub at: Instant,
    pub last_run: Option<Instant>,
    /// The clock jumped since the last run, or there was none: a person must confirm it.
    pub clock_waits: bool,
    /// People of whom nothing says that they left.
    pub here: u64,
    pub rules: Vec<RuleReport>,
}

impl RetentionReport {
    /// How much is overdue.
    pub fn overdue(&self) -> u64 {
        self.rules.iter().map(|rule| rule.overdue).sum()
    }
}

impl App {
    /// What has passed its time.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn retention_report(&self, rules: &Rules) -> Result<RetentionReport, AppError> {
        let scope = self.retention_scope()?;
        self.store
            .look(&scope, self.now, "retention:report", |read| {
                let people = people(read, &scope)?;
                let held: BTreeSet<PersonNo> = Hold::people(read, &scope)?.into_iter().collect();
                let last_run = RetentionRun::last(read)?.map(|run| run.at);
                let mut told = Vec::new();
                for rule in rules.all() {
                    told.push(match of_people(rule) {
                        Some(tables) => {
                            let own = concerned(read, &scope, (rule, tables), &people)?;
                            self.told_people(rule, &own, &held)
                        }
                        None => self.told_rows(read, &scope, rule)?,
                    });
                }
                Ok::<_, AppError>(RetentionReport {
                    at: self.now,
                    last_run,
                    clock_waits: super::run::clock_waits(last_run, self.now),
                    here: people.iter().filter(|one| one.left.is_none()).count() as u64,
                    rules: told,
                })
            })
    }

    fn told_rows(
        &self,
        read: &mut Read<'_>,
        scope: &Scope,
        rule: &Rule,
    ) -> Result<RuleReport, AppError> {
        let mut told = RuleReport::empty(rule);
        let week_ago = Instant(self.now.0 - i64::from(OVERDUE_DAYS) * 86_400_000_000);
        for aged in aged_tables(&rule.name) {
            let due = aged.due(read, scope, rule.cutoff(aged.unit, self.now))?;
            let late = aged.due(read, scope, rule.cutoff(aged.unit, week_ago))?;
            told.due += due.rows;
            told.overdue += late.rows;
            told.held += due.held;
            let day = |age: Option<i64>| age.map(|age| rule.due_day(aged.unit, age));
            told.oldest = told.oldest.into_iter().chain(day(due.oldest)).min();
            told.next = told.next.into_iter().chain(day(due.next)).min();
        }
        Ok(told)
    }

    fn told_people(&self, rule: &Rule, own: &[&Person], held: &BTreeSet<PersonNo>) -> RuleReport {
        let mut told = RuleReport::empty(rule);
        let today = self.now.day_in_finland();
        for person in own {
            let Some(due) = person.left.map(|left| rule.due_after_leaving(left)) else {
                continue;
            };
            if due > today {
                told.next = told.next.into_iter().chain([due]).min();
                continue;
            }
            told.oldest = told.oldest.into_iter().chain([due]).min();
            if held.contains(&person.no) {
                told.held += 1;
                continue;
            }
            told.due += 1;
            told.overdue += u64::from(due.plus(OVERDUE_DAYS) <= today);
        }
        told
    }
}

impl RuleReport {
    fn empty(rule: &Rule) -> RuleReport {
        RuleReport {
            rule: rule.clone(),
            due: 0,
            overdue: 0,
            held: 0,
            oldest: None,
            next: None,
        }
    }
}

/// The tables of a rule whose clock begins when a person left.
pub(super) fn of_people(rule: &Rule) -> Option<&'static [PersonTable]> {
    let found = PERSON_RULES.iter().find(|(name, _)| *name == rule.name);
    found
        .filter(|_| rule.clock == Clock::Left)
        .map(|(_, tables)| *tables)
}

/// The people of whom a rule has something: of the roster everybody who was not erased.
pub(super) fn concerned<'p>(
    read: &mut Read<'_>,
    scope: &Scope,
    (rule, tables): (&Rule, &[PersonTable]),
    people: &'p [Person],
) -> Result<Vec<&'p Person>, AppError> {
    if rule.name == "roster" {
        return Ok(people.iter().collect());
    }
    let mut known = BTreeSet::new();
    for table in tables {
        known.extend(table.people(read, scope)?);
    }
    Ok(people
        .iter()
        .filter(|one| known.contains(&one.no))
        .collect())
}
