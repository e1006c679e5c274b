//! Imports and who may read what, told through [`lasna_app::App`] to SQLite and PostgreSQL.
//!
//! It needs PostgreSQL for the second telling, and says aloud where there is none.
//!
//! Invariant: every story works on a database of its own, and its instants are given.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod accounts;
mod acts;
mod adoption;
mod bulk;
mod factors;
mod fatal;
mod files;
mod filters;
mod first;
mod follow;
mod held;
mod identity;
mod lessons;
mod marks;
mod measures;
mod order;
mod people;
mod privacy;
mod providers;
mod rate;
mod refused;
mod registers;
mod registers_undo;
mod retention;
mod retention_incident;
mod rights;
mod sign_in;
mod signals;
mod structure;
mod together;
mod town;
mod undo;
mod unsaid;
mod watch;
mod withdrawn;

use files::Files;
use lasna_app::import::{Options, Report};
use lasna_app::{App, AppError, FigureRow, Level};
use lasna_domain::access::{Action, Actor, Reach, Request, Scope, grant};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::roster::RecordKind;
use lasna_store::db::{DbError, Place};
use lasna_store::{Batch, FactTable, Record, Store, Visible, table_of};
use lasna_testkit::temp::{TempDir, folder};
use std::collections::BTreeMap;
use std::io::Cursor;

/// A database of its own.
struct Node {
    store: Store,
    // Removed after the store is closed.
    _folder: Option<TempDir>,
}

/// Tells a story to both engines.
fn both(name: &str, story: impl Fn(&Node)) {
    let folder = folder();
    let store = Store::open(
        Place::Folder(folder.path().join("data")),
        lasna_testkit::keys::fixed(),
    )
    .unwrap();
    let _folder = Some(folder);
    story(&Node { store, _folder });
    if let Some(url) = lasna_testkit::postgres::database(name) {
        let store = Store::open(Place::Url(url), lasna_testkit::keys::fixed()).unwrap();
        let _folder = None;
        story(&Node { store, _folder });
    }
}

/// An instant of September 2026 by its day, at noon.
fn noon(day: u32) -> Instant {
    format!("2026-09-{day:02}T12:00:00Z").parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Everything that two readings can differ in.
#[derive(Clone, Debug, PartialEq)]
struct State {
    roster: Vec<u8>,
    facts: String,
    figures: Vec<FigureRow>,
}

impl Node {
    /// The operator at an instant.
    fn app(&self, now: Instant) -> App {
        App::operator(self.store.clone(), now).unwrap()
    }

    /// Imports at noon of a day.
    fn import(&self, on: u32, files: &Files) -> Report {
        let options = Options::default();
        import(&self.app(noon(on)), files, options).unwrap()
    }

    /// What is exported and counted now.
    fn state(&self) -> State {
        let app = self.app(noon(30));
        let (mut roster, mut facts) = (Cursor::new(Vec::new()), Vec::new());
        app.export_roster(&mut roster).unwrap();
        app.export_facts(&mut facts).unwrap();
        State {
            roster: roster.into_inner(),
            facts: String::from_utf8(facts).unwrap(),
            figures: self.figures(Instant::LATEST),
        }
    }

    /// Figures of every pupil at the end of the town's lessons, as known on an instant.
    fn figures(&self, known_at: Instant) -> Vec<FigureRow> {
        let app = self.app(noon(30));
        app.figures(Level::Pupil, day(town::LAST_DAY), known_at)
            .unwrap()
    }

    /// Rows of every table that an import writes; the audit has a row for each look beside.
    fn rows(&self) -> BTreeMap<&'static str, i64> {
        let tables = RecordKind::ALL.iter().map(|&kind| table_of(kind));
        let facts = FactTable::ALL.iter().map(|table| table.name());
        let others = ["entity", "import_batch", "import_undo"];
        tables
            .chain(facts)
            .chain(others)
            .map(|table| (table, self.count(table)))
            .collect()
    }

    fn count(&self, table: &str) -> i64 {
        let sql = format!("select count(*) from {table}");
        self.store
            .ask(|read| read.query_one(&sql, &[])?.unwrap().get(0))
            .unwrap()
    }

    /// Records of a kind in sight at an instant, ended ones too.
    fn records(&self, kind: RecordKind, at: Instant) -> BTreeMap<String, Record> {
        let scope = scope(&self.store);
        self.store
            .ask(|read| {
                let visible = Visible::of(&Batch::list(read, scope.provider())?, at);
                Record::in_sight(read, &scope, kind, &visible)
            })
            .unwrap()
    }

    /// Runs statements that no program of ours would run.
    fn meddle(&self, sql: &str) {
        let done: Result<(), DbError> =
            self.store.database().write_here(|tx| tx.execute_batch(sql));
        done.unwrap();
    }
}

fn import(app: &App, files: &Files, options: Options) -> Result<Report, AppError> {
    app.import(files.inputs(), options, &mut |_| {})
}

fn scope(store: &Store) -> Scope {
    let request = Request {
        provider: store.providers().unwrap()[0].0,
        action: Action::Export,
        purpose: None,
        reach: Reach::Provider,
    };
    grant(&Actor::Operator, request).unwrap()
}

/// Minutes of one pupil: possible, present, absent, unmarked.
fn minutes(figures: &[FigureRow], pupil: &str) -> [u64; 4] {
    let row = figures.iter().find(|row| row.id == pupil).unwrap();
    let f = row.figures;
    [f.possible, f.present, f.absent(), f.unmarked]
}
