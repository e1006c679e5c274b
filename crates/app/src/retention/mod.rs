//! What has passed its time: the report, and the run that erases it with proof.
//!
//! A run is parts, each one transaction: the erasure list is written and durable first, then the rows go,
//! with their counts and an entry of the log. A clock that jumped ahead erases nothing until a person has
//! confirmed it.
//!
//! Invariant: what a hold covers stays, and what is written of a run are counts.

mod left;
mod report;
mod rules;
mod run;
mod told;

pub use report::{OVERDUE_DAYS, RetentionReport, RuleReport};
pub use rules::{Clock, RETENTION_FILE, Rule, Rules, Time};
pub use run::{CLOCK_HOURS, ErasureList, RunStep, Taken, WhatCame};

use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::PersonNo;
use lasna_store::Lease;
use lasna_store::retention::{Hold, HoldKind, RetentionRun};

const JOB: &str = "retention";

impl App {
    fn retention_scope(&self) -> Result<Scope, AppError> {
        self.scope(Action::Retain, Reach::Provider)
    }

    /// Whether anything was ever erased here: the first run needs a person.
    ///
    /// # Errors
    /// The store's.
    pub fn has_retention_run(&self) -> Result<bool, AppError> {
        Ok(self.store.ask(RetentionRun::last)?.is_some())
    }

    /// Takes the job that was due at an instant, for so many minutes.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn take_retention(&self, due: Instant, minutes: i64) -> Result<bool, AppError> {
        let lease = Lease { kind: JOB, due };
        if self.store.ask(|read| lease.has_ended(read))? {
            return Ok(false);
        }
        let scope = self.retention_scope()?;
        let until = Instant(self.now.0 + minutes * 60_000_000);
        self.store.change(&scope, self.now, "retention:take", |tx| {
            Ok(lease.take(tx, self.now, until)?)
        })
    }

    /// Ends the job.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn end_retention(&self, due: Instant, outcome: &str) -> Result<(), AppError> {
        let lease = Lease { kind: JOB, due };
        let scope = self.retention_scope()?;
        self.store.change(&scope, self.now, "retention:end", |tx| {
            Ok(lease.end(tx, self.now, outcome)?)
        })
    }

    /// What stays although its time has passed.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn holds(&self) -> Result<Vec<Hold>, AppError> {
        let scope = self.retention_scope()?;
        Ok(self
            .store
            .look(&scope, self.now, "retention:holds", |read| {
                Hold::running(read, &scope)
            })?)
    }

    /// Holds everything about a person, or the entries of the log of a time; gives its number.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn hold(
        &self,
        kind: HoldKind,
        person: Option<PersonNo>,
        entries: Option<(Instant, Instant)>,
    ) -> Result<u32, AppError> {
        let scope = self.retention_scope()?;
        if person.is_some() == entries.is_some() || entries.is_some_and(|(from, to)| from >= to) {
            return Err(AppError::Problem(
                "a hold is about a pupil, or about the log from a day up to a later one".to_owned(),
            ));
        }
        let hold = Hold {
            no: 0,
            at: self.now,
            kind,
            person,
            entries,
        };
        let target = person.map_or_else(|| "hold".to_owned(), |no| format!("person:{no}:hold"));
        Ok(self
            .store
            .change(&scope, self.now, &target, |tx| hold.insert(tx, &scope))?)
    }

    /// Ends a hold.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where none of that number runs.
    pub fn end_hold(&self, no: u32) -> Result<(), AppError> {
        let scope = self.retention_scope()?;
        let target = format!("hold:{no}:end");
        self.store.change(&scope, self.now, &target, |tx| {
            let running = Hold::running(tx, &scope)?;
            if !running.iter().any(|hold| hold.no == no) {
                return Err(AppError::NotFound("hold"));
            }
            Ok(Hold::end(tx, &scope, no, self.now)?)
        })
    }
}
