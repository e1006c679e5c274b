//! Everything in sight as files: the roster as OneRoster 1.2, the facts as canonical CSV.
//!
//! Used to move to another system, and to show that an undone import left nothing: the same state
//! gives the same bytes.
//!
//! Invariant: rows are in order of their source ids.

use crate::import::records::row_of;
use crate::{App, AppError};
use lasna_domain::access::{AccessReason, Action, Reach};
use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::roster::RecordKind;
use lasna_formats::oneroster::{Bundle, write_bundle};
use lasna_formats::rows::Row;
use lasna_store::db::DbError;
use lasna_store::{Batch, EntityKind, FactRow, FactTable, Record, Visible};
use std::io::{Seek, Write};

impl App {
    /// Writes the roster in sight as a OneRoster 1.2 bundle.
    ///
    /// # Errors
    /// [`AppError`], also where the bundle cannot be written.
    pub fn export_roster(&self, out: impl Write + Seek) -> Result<(), AppError> {
        let scope = self.scope(Action::Export, AccessReason::Operation, Reach::Provider)?;
        let bundle = self.store().look(&scope, self.now(), "export:roster", |read| {
            let visible = Visible::of(&Batch::list(read, scope.provider())?, Instant::LATEST);
            let mut bundle = Bundle::default();
            for &kind in RecordKind::ALL {
                for (id, record) in Record::in_sight(read, &scope, kind, &visible)? {
                    if !record.ended {
                        put(&mut bundle, row_of(kind, &id, &record));
                    }
                }
            }
            Ok::<Bundle, DbError>(bundle)
        })?;
        write_bundle(&bundle, out)
            .map(drop)
            .map_err(|error| AppError::Problem(format!("the bundle cannot be written: {error}")))
    }

    /// Writes every fact in sight, with the instant it became known, as lines of text.
    ///
    /// # Errors
    /// [`AppError`], also where the file cannot be written.
    pub fn export_facts(&self, out: &mut dyn Write) -> Result<(), AppError> {
        let scope = self.scope(Action::Export, AccessReason::Operation, Reach::Provider)?;
        let mut trouble = None;
        self.store().look(&scope, self.now(), "export:facts", |read| {
            let visible = Visible::of(&Batch::list(read, scope.provider())?, Instant::LATEST);
            let mut ids = std::collections::BTreeMap::new();
            for kind in EntityKind::ALL {
                ids.insert(kind, kind.ids(read, &scope)?);
            }
            let id = |kind: EntityKind, no: i32| {
                ids.get(&kind).and_then(|ids| ids.get(no as usize)).map_or("", String::as_str)
            };
            for table in FactTable::ALL {
                let mut lines = Vec::new();
                FactRow::each(read, &scope, table, &visible, |row| {
                    lines.push(line_of(table, &row, &id));
                    Ok::<(), DbError>(())
                })?;
                lines.sort();
                for line in lines {
                    if let Err(error) = writeln!(out, "{line}") {
                        trouble.get_or_insert(error);
                    }
                }
            }
            Ok::<(), DbError>(())
        })?;
        match trouble {
            None => Ok(()),
            Some(error) => {
                Err(AppError::Problem(format!("the facts cannot be written: {}", error.kind())))
            }
        }
    }
}

fn line_of<'i>(
    table: FactTable,
    row: &FactRow,
    id: &impl Fn(EntityKind, i32) -> &'i str,
) -> String {
    let [a, b, c, d] = row.key;
    let v = row.values;
    let code = |at: i32, of: &[&'static str]| {
        usize::try_from(at).ok().and_then(|at| of.get(at).copied()).unwrap_or("withdrawn")
    };
    let start = |start: i32| match u16::try_from(start) {
        Ok(start) => TimeOfDay(start).to_string(),
        Err(_) => "day".into(),
    };
    let at = row.known_at;
    match table {
        FactTable::Setting => format!("setting,{},{},{at}", id(EntityKind::Org, a), v[0]),
        FactTable::Calendar => {
            let label = id(EntityKind::Word, v[1]);
            format!("calendar,{},{},{},{label},{at}", id(EntityKind::Org, a), Day(b), v[0])
        }
        FactTable::Lesson => format!(
            "lesson,{},{},{},{},{},{},{},{at}",
            id(EntityKind::Group, a),
            Day(b),
            start(c),
            v[0],
            id(EntityKind::Subject, v[1]),
            id(EntityKind::Person, v[2]),
            v[3]
        ),
        FactTable::Register => format!(
            "register,{},{},{},{},{},{at}",
            id(EntityKind::Group, a),
            Day(b),
            start(c),
            v[0],
            id(EntityKind::Person, v[1])
        ),
        FactTable::Mark => {
            let presence: Vec<&str> = Presence::ALL.iter().map(|p| p.as_code()).collect();
            let approval: Vec<&str> = Approval::ALL.iter().map(|a| a.as_code()).collect();
            format!(
                "mark,{},{},{},{},{},{},{},{},{},{at}",
                id(EntityKind::Person, a),
                Day(b),
                start(c),
                id(EntityKind::Group, d),
                v[0],
                code(v[1], &presence),
                code(v[2], &approval),
                v[3],
                id(EntityKind::Word, v[4])
            )
        }
        FactTable::Reason => {
            let reasons: Vec<&str> = Reason::ALL.iter().map(|r| r.as_code()).collect();
            format!(
                "reason,{},{},{},{},{},{at}",
                id(EntityKind::Person, a),
                Day(b),
                start(c),
                id(EntityKind::Group, d),
                code(v[0], &reasons)
            )
        }
    }
}

fn put(bundle: &mut Bundle, row: Row) {
    match row {
        Row::Org(r) => bundle.orgs.push(r),
        Row::Session(r) => bundle.sessions.push(r),
        Row::Course(r) => bundle.courses.push(r),
        Row::Class(r) => bundle.classes.push(r),
        Row::User(r) => bundle.users.push(r),
        Row::Role(r) => bundle.roles.push(r),
        Row::Enrolment(r) => bundle.enrolments.push(r),
        Row::Demographics(r) => bundle.demographics.push(r),
        _ => {}
    }
}
