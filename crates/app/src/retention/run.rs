//! The run: part by part, each whole or not at all.
//!
//! Invariant: a row goes only after the erasure list that names it is durable.

use super::left::people;
use super::report::{concerned, of_people};
use super::rules::{Rule, Rules};
use super::told::{entity_of, told_rows, told_values};
use crate::{App, AppError};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::PersonNo;
use lasna_store::db::{Tx, Value};
use lasna_store::retention::{Aged, Hold, PERSON_RULES, PersonTable, RetentionRun, aged_tables};
use std::collections::BTreeSet;

/// A run that comes more hours after the last one waits for a person: the clock may be wrong.
pub const CLOCK_HOURS: i64 = 25;
/// A cutoff, and the numbers of a part of a large table.
pub(super) type Part = (i64, Option<(i64, i64)>);

/// People who are erased in one transaction.
const PEOPLE_AT_ONCE: usize = 50;

/// The erasure list: durable when it returns.
pub trait ErasureList {
    /// Adds lines.
    ///
    /// # Errors
    /// Those of the file.
    fn add(&mut self, lines: &[u8]) -> std::io::Result<()>;
}

/// Where a part stands, for who follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStep {
    /// The erasure list is durable.
    Listed,
    /// The rows are gone, in a transaction that is open.
    Taken,
    /// It is committed.
    Committed,
}

/// What was taken of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Taken {
    pub rule: String,
    pub table: &'static str,
    pub rows: u64,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhatCame {
    /// Everything that was due is gone.
    Done(Vec<Taken>),
    /// Nothing was done: a person must confirm the clock.
    ClockWaits {
        /// The run before, where there was one.
        last: Option<Instant>,
    },
}

pub(super) fn clock_waits(last: Option<Instant>, now: Instant) -> bool {
    last.is_none_or(|last| now.0 - last.0 > CLOCK_HOURS * 3_600_000_000)
}

/// What a run works with.
struct Work<'w> {
    app: &'w App,
    scope: &'w Scope,
    run: RetentionRun,
    list: &'w mut dyn ErasureList,
    step: &'w dyn Fn(RunStep) -> Result<(), AppError>,
    taken: Vec<Taken>,
}

impl App {
    /// Erases what has passed its time. `step` hears of each part; where it fails, the part is undone.
    ///
    /// # Errors
    /// [`AppError`]; parts that were committed before stay so.
    pub fn retention_run(
        &self,
        rules: &Rules,
        confirmed: bool,
        list: &mut dyn ErasureList,
        step: &dyn Fn(RunStep) -> Result<(), AppError>,
    ) -> Result<WhatCame, AppError> {
        let scope = self.retention_scope()?;
        let now = self.now;
        let begun = self.store.change_told(&scope, now, |tx| {
            RetentionRun::hold(tx)?;
            let last = RetentionRun::last(tx)?.map(|run| run.at);
            if !confirmed && clock_waits(last, now) {
                return Ok::<_, AppError>((Err(last), "retention:clock".to_owned()));
            }
            let run = RetentionRun::begin(tx, &scope, now, confirmed)?;
            Ok((Ok(run), format!("retention:{}", run.no)))
        })?;
        let run = match begun {
            Ok(run) => run,
            Err(last) => return Ok(WhatCame::ClockWaits { last }),
        };
        let mut work = Work {
            app: self,
            scope: &scope,
            run,
            list,
            step,
            taken: Vec::new(),
        };
        for rule in rules.all() {
            work.rows(rule)?;
        }
        // What takes everything of a person comes last.
        for rule in PERSON_RULES.iter().filter_map(|(name, _)| rules.get(name)) {
            work.people(rule)?;
        }
        work.log_keys()?;
        Ok(WhatCame::Done(work.taken))
    }
}

impl Work<'_> {
    /// One part: list, rows, counts and the entry of the log, or nothing of them.
    fn part(
        &mut self,
        rule: &str,
        tell: impl FnOnce(&mut Tx<'_>, &mut Vec<u8>) -> Result<(), AppError>,
        erase: impl FnOnce(&mut Tx<'_>) -> Result<Vec<(&'static str, u64)>, AppError>,
    ) -> Result<(), AppError> {
        let (scope, run, step) = (self.scope, self.run, self.step);
        let list = &mut *self.list;
        let taken = self.app.store.change_told(scope, self.app.now, |tx| {
            RetentionRun::hold(tx)?;
            let mut lines = Vec::new();
            tell(tx, &mut lines)?;
            list.add(&lines).map_err(|error| {
                AppError::Problem(format!("the erasure list cannot be written: {error}"))
            })?;
            step(RunStep::Listed)?;
            let taken = erase(tx)?;
            for (table, rows) in &taken {
                run.took(tx, (rule, table), *rows)?;
            }
            step(RunStep::Taken)?;
            let counts: Vec<String> = taken.iter().map(|(t, n)| format!("{t}={n}")).collect();
            let target = format!("retention:{}:{rule}:{}", run.no, counts.join(","));
            Ok::<_, AppError>((taken, target))
        })?;
        (self.step)(RunStep::Committed)?;
        for (table, rows) in taken {
            let known = self
                .taken
                .iter_mut()
                .find(|one| (one.rule.as_str(), one.table) == (rule, table));
            match known {
                Some(known) => known.rows += rows,
                None => self.taken.push(Taken {
                    rule: rule.to_owned(),
                    table,
                    rows,
                }),
            }
        }
        Ok(())
    }

    /// Tables whose rows pass their time one by one: the small ones of a rule together, the large ones
    /// in parts.
    fn rows(&mut self, rule: &Rule) -> Result<(), AppError> {
        let (scope, now) = (self.scope, self.app.now);
        let mut small: Vec<(&'static Aged, i64)> = Vec::new();
        let mut parts: Vec<(&'static Aged, Part)> = Vec::new();
        self.app.store.ask(|read| {
            for aged in aged_tables(&rule.name) {
                let cutoff = rule.cutoff(aged.unit, now);
                match aged.parts(read)? {
                    None if aged.due_in(read, scope, (cutoff, None))? > 0 => {
                        small.push((aged, cutoff));
                    }
                    None => {}
                    Some(all) => {
                        for part in all {
                            let part = (cutoff, Some(part));
                            if aged.due_in(read, scope, part)? > 0 {
                                parts.push((aged, part));
                            }
                        }
                    }
                }
            }
            Ok::<(), AppError>(())
        })?;
        if !small.is_empty() {
            let all: Vec<_> = small
                .iter()
                .map(|(aged, cut)| (*aged, (*cut, None)))
                .collect();
            self.aged_part(rule, &all)?;
        }
        for part in parts {
            self.aged_part(rule, &[part])?;
        }
        Ok(())
    }

    fn aged_part(&mut self, rule: &Rule, tables: &[(&'static Aged, Part)]) -> Result<(), AppError> {
        let (scope, now) = (self.scope, self.app.now);
        self.part(
            &rule.name,
            |tx, lines| {
                for (aged, part) in tables {
                    told_rows(tx, scope, (aged, *part), now, lines)?;
                }
                Ok(())
            },
            |tx| {
                let mut taken = Vec::new();
                for (aged, part) in tables {
                    taken.push((aged.table, aged.erase(tx, scope, *part)?));
                }
                Ok(taken)
            },
        )
    }

    /// People who left, all of a rule about each.
    fn people(&mut self, rule: &Rule) -> Result<(), AppError> {
        let Some(tables) = of_people(rule) else {
            return Ok(());
        };
        let (scope, today) = (self.scope, self.app.now.day_in_finland());
        let due: Vec<(PersonNo, String)> = self.app.store.ask(|read| {
            let people = people(read, scope)?;
            let held: BTreeSet<PersonNo> = Hold::people(read, scope)?.into_iter().collect();
            let own = concerned(read, scope, (rule, tables), &people)?;
            let is_due = |left| rule.due_after_leaving(left) <= today;
            Ok::<_, AppError>(
                own.into_iter()
                    .filter(|one| one.left.is_some_and(is_due) && !held.contains(&one.no))
                    .map(|one| (one.no, one.id.clone()))
                    .collect(),
            )
        })?;
        for some in due.chunks(PEOPLE_AT_ONCE) {
            self.people_part(rule, tables, some)?;
        }
        Ok(())
    }

    fn people_part(
        &mut self,
        rule: &Rule,
        tables: &'static [PersonTable],
        people: &[(PersonNo, String)],
    ) -> Result<(), AppError> {
        let (scope, now, whole) = (self.scope, self.app.now, rule.name == "roster");
        self.part(
            &rule.name,
            |tx, lines| {
                for (no, id) in people {
                    for table in tables {
                        for told in table.told(tx, scope, (*no, id))? {
                            told_values(lines, now, table.table, &told)?;
                        }
                    }
                    for told in PersonTable::told_keys(&rule.name, scope, *no) {
                        told_values(lines, now, "data_key", &told)?;
                    }
                    if whole {
                        told_values(lines, now, "entity", &entity_of(scope, *no))?;
                    }
                }
                Ok(())
            },
            |tx| {
                let mut taken: Vec<(&'static str, u64)> =
                    tables.iter().map(|table| (table.table, 0)).collect();
                let (mut keys, mut forgotten) = (0, 0);
                for (no, id) in people {
                    for (table, count) in tables.iter().zip(&mut taken) {
                        count.1 += table.erase(tx, scope, (*no, id))?;
                    }
                    keys += PersonTable::erase_keys(&rule.name, tx, scope, *no)?;
                    if whole {
                        forgotten += PersonTable::forget(tx, scope, *no)?;
                    }
                }
                taken.extend([("data_key", keys), ("entity", forgotten)]);
                taken.retain(|(_, rows)| *rows > 0);
                Ok(taken)
            },
        )
    }

    /// Keys of entries about people of whom nothing is left.
    fn log_keys(&mut self) -> Result<(), AppError> {
        let (scope, now) = (self.scope, self.app.now);
        let idle = self
            .app
            .store
            .ask(|read| PersonTable::idle_keys(read, scope))?;
        if idle.is_empty() {
            return Ok(());
        }
        self.part(
            "log_of_pupils",
            |_, lines| {
                for no in &idle {
                    let told = [
                        ("provider_no", Value::Int(scope.provider().0.into())),
                        ("kind", Value::Text("person".to_owned())),
                        ("subject_no", Value::Int(no.0.into())),
                    ];
                    told_values(lines, now, "data_key", &told)?;
                }
                Ok(())
            },
            |tx| {
                let mut gone = 0;
                for no in &idle {
                    gone += PersonTable::erase_log_key(tx, scope, *no)?;
                }
                Ok(vec![("data_key", gone)])
            },
        )
    }
}
