//! Everything in sight as files: the roster as OneRoster 1.2, tables that can be imported, and all
//! facts in one list.
//!
//! Used to move to another system, and to show that an undone import left nothing: the same state
//! gives the same bytes. `facts.csv` keeps the source's own codes and is for reading only.
//!
//! Invariant: rows are in order of their source ids.

mod tables;

use crate::import::records::row_of;
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::ids::PersonNo;
use lasna_domain::roster::RecordKind;
use lasna_formats::csv_out::formula_safe;
use lasna_formats::oneroster::{Bundle, write_bundle};
use lasna_formats::rows::Row;
use lasna_store::db::{DbError, Read};
use lasna_store::{Batch, EntityKind, FactRow, FactTable, Record, Visible};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek, Write};

impl App {
    /// Writes the roster in sight as a OneRoster 1.2 bundle.
    ///
    /// # Errors
    /// [`AppError`], also where the bundle cannot be written.
    pub fn export_roster(&self, out: impl Write + Seek) -> Result<(), AppError> {
        let scope = self.scope(Action::Export, Reach::Provider)?;
        let hidden = self.hidden()?;
        let bundle = self.look(&scope, "export:roster", |read| {
            let visible = Visible::of(&Batch::list(read, scope.provider())?, Instant::LATEST);
            let mut bundle = Bundle::default();
            let hidden = Hidden::read(read, &scope, &hidden)?;
            for &kind in RecordKind::ALL {
                for (id, record) in Record::in_sight(read, &scope, kind, &visible)? {
                    let row = hidden.without(row_of(kind, &id, &record));
                    if let Some(row) = row.filter(|_| !record.ended) {
                        put(&mut bundle, row);
                    }
                }
            }
            Ok(bundle)
        })?;
        write_bundle(&bundle, out)
            .map(drop)
            .map_err(|error| AppError::Problem(format!("the bundle cannot be written: {error}")))
    }

    /// Writes every fact in sight, with the instant it became known, as CSV rows.
    ///
    /// # Errors
    /// [`AppError`], also where the file cannot be written.
    pub fn export_facts(&self, out: &mut dyn Write) -> Result<(), AppError> {
        let scope = self.scope(Action::Export, Reach::Provider)?;
        let hidden = self.hidden()?;
        let mut trouble = None;
        // Rows of the tables have different columns; the first cell says which table.
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
        self.look(&scope, "export:facts", |read| {
            let visible = Visible::of(&Batch::list(read, scope.provider())?, Instant::LATEST);
            let ids = Ids::read(read, &scope)?;
            let codes = Codes::new();
            for table in FactTable::ALL {
                let mut lines = Vec::new();
                FactRow::each(read, &scope, table, &visible, |row| {
                    if is_of(table, &row, &hidden) {
                        return Ok(());
                    }
                    lines.push(cells_of(table, &row, &ids, &codes));
                    Ok::<(), DbError>(())
                })?;
                lines.sort();
                for line in lines {
                    let safe = line.iter().map(|cell| formula_safe(cell).into_owned());
                    if let Err(error) = writer.write_record(safe) {
                        trouble.get_or_insert_with(|| error.to_string());
                    }
                }
            }
            if let Err(error) = writer.flush() {
                trouble.get_or_insert_with(|| error.to_string());
            }
            Ok(())
        })?;
        match trouble {
            None => Ok(()),
            Some(error) => Err(AppError::Problem(format!(
                "the facts cannot be written: {error}"
            ))),
        }
    }
}

/// Codes of the dimensions of a mark, as the files spell them.
struct Codes {
    presence: Vec<&'static str>,
    approval: Vec<&'static str>,
    reason: Vec<&'static str>,
}

impl Codes {
    fn new() -> Codes {
        Codes {
            presence: Presence::ALL.iter().map(|p| p.as_code()).collect(),
            approval: Approval::ALL.iter().map(|a| a.as_code()).collect(),
            reason: Reason::ALL.iter().map(|r| r.as_code()).collect(),
        }
    }
}

/// The code of an index; `None` where there is none, as of a mark without a kind.
fn word(at: i32, of: &[&'static str]) -> Option<&'static str> {
    usize::try_from(at).ok().and_then(|at| of.get(at).copied())
}

/// Source ids by kind and number.
struct Ids(BTreeMap<EntityKind, Vec<String>>);

impl Ids {
    fn read(read: &mut Read<'_>, scope: &Scope) -> Result<Ids, DbError> {
        let mut ids = Ids(BTreeMap::new());
        for kind in EntityKind::ALL {
            ids.0.insert(kind, kind.ids(read, scope)?);
        }
        Ok(ids)
    }

    /// Empty for 0, which is nobody and nothing.
    fn of(&self, kind: EntityKind, no: i32) -> String {
        let ids = self.0.get(&kind);
        let id = usize::try_from(no).ok().and_then(|no| ids?.get(no));
        id.cloned().unwrap_or_default()
    }
}

/// Start of a lesson, or `day` where a mark is about the whole day.
fn start(start: i32) -> String {
    u16::try_from(start).map_or_else(|_| "day".into(), |start| TimeOfDay(start).to_string())
}

/// The cells of a fact: its table, key, values, and the instant it became known.
fn cells_of(table: FactTable, row: &FactRow, ids: &Ids, codes: &Codes) -> Vec<String> {
    let [a, b, c, d] = row.key;
    let v = row.values;
    let named = |kind: EntityKind, no: i32| ids.of(kind, no);
    let code = |at: i32, of: &[&'static str]| word(at, of).unwrap_or("withdrawn").to_owned();
    let number = |at: usize| v[at].to_string();
    let day = Day(b).to_string();
    let (name, mut cells) = match table {
        FactTable::Setting => ("setting", vec![named(EntityKind::Org, a), number(0)]),
        FactTable::Calendar => {
            let label = named(EntityKind::Word, v[1]);
            let org = named(EntityKind::Org, a);
            ("calendar", vec![org, day, number(0), label])
        }
        FactTable::Lesson => {
            let group = named(EntityKind::Group, a);
            let subject = named(EntityKind::Subject, v[1]);
            let teacher = named(EntityKind::Person, v[2]);
            let cells = vec![group, day, start(c), number(0), subject, teacher, number(3)];
            ("lesson", cells)
        }
        FactTable::Register => {
            let group = named(EntityKind::Group, a);
            let teacher = named(EntityKind::Person, v[1]);
            ("register", vec![group, day, start(c), number(0), teacher])
        }
        FactTable::Mark => {
            let about = [named(EntityKind::Person, a), day, start(c)];
            let group = named(EntityKind::Group, d);
            let presence = code(v[1], &codes.presence);
            let approval = code(v[2], &codes.approval);
            let word = named(EntityKind::Word, v[4]);
            let said = [group, number(0), presence, approval, number(3), word];
            ("mark", about.into_iter().chain(said).collect())
        }
        FactTable::Reason => {
            let pupil = named(EntityKind::Person, a);
            let group = named(EntityKind::Group, d);
            let reason = code(v[0], &codes.reason);
            ("reason", vec![pupil, day, start(c), group, reason])
        }
    };
    cells.insert(0, name.to_owned());
    cells.push(row.known_at.to_string());
    cells
}

/// Whether a fact is about one of some people.
fn is_of(table: FactTable, row: &FactRow, people: &BTreeSet<PersonNo>) -> bool {
    let about = matches!(table, FactTable::Mark | FactTable::Reason);
    about && people.contains(&PersonNo(row.key[0] as u32))
}

/// Source ids of people who are in no file.
struct Hidden(BTreeSet<String>);

impl Hidden {
    fn read(
        read: &mut Read<'_>,
        scope: &Scope,
        people: &BTreeSet<PersonNo>,
    ) -> Result<Hidden, DbError> {
        if people.is_empty() {
            return Ok(Hidden(BTreeSet::new()));
        }
        let ids = EntityKind::Person.ids(read, scope)?;
        let id = |no: &PersonNo| ids.get(no.index()).cloned();
        Ok(Hidden(people.iter().filter_map(id).collect()))
    }

    /// A row without them; nothing where it is about one of them.
    fn without(&self, mut row: Row) -> Option<Row> {
        let about = match &row {
            Row::User(r) => &r.id,
            Row::Role(r) => &r.user,
            Row::Enrolment(r) => &r.user,
            Row::Demographics(r) => &r.id,
            Row::Timetable(r) => &r.pupil,
            _ => return Some(row),
        };
        if self.0.contains(about) {
            return None;
        }
        if let Row::User(user) = &mut row {
            user.agents.retain(|agent| !self.0.contains(agent));
        }
        Some(row)
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
