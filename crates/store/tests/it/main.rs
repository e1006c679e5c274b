//! Stories of the tables, each told to both engines: schema, sight, audit, providers. The driver
//! layer underneath has its own stories in `tests/db`. It needs PostgreSQL for the second telling,
//! and says aloud where there is none.
//!
//! Invariant: what one engine answers, the other answers too.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says how much it checked"
)]

mod accounts;
mod acts;
mod audit;
mod audit_log;
mod backup;
mod carried;
mod catalogue;
mod facts;
mod filters;
mod guard;
mod keys;
mod people;
mod providers;
mod records;
mod saves;
mod schema;
mod sealed;
mod sight;
mod upgrade_kill;

use lasna_domain::access::{Action, Actor, Reach, Request, Scope, grant};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{BatchNo, ProviderNo};
use lasna_store::db::{DbError, Place};
use lasna_store::{Batch, Store};
use lasna_testkit::temp::{TempDir, folder};

/// A store of its own.
struct Opened {
    store: Store,
    place: Place,
    // Removed after the store is closed.
    _folder: Option<TempDir>,
}

/// Tells a story to both engines.
fn both(name: &str, story: impl Fn(&Opened)) {
    let folder = folder();
    let place = Place::Folder(folder.path().join("data"));
    story(&open(place, Some(folder)));
    if let Some(url) = lasna_testkit::postgres::database(name) {
        story(&open(Place::Url(url), None));
    }
}

fn open(place: Place, folder: Option<TempDir>) -> Opened {
    Opened {
        store: Store::open(place.clone(), lasna_testkit::keys::fixed()).unwrap(),
        place,
        _folder: folder,
    }
}

/// The operator's scope of a provider.
fn scope(provider: ProviderNo) -> Scope {
    let request = Request {
        provider,
        action: Action::Import,
        purpose: None,
        reach: Reach::Provider,
    };
    grant(&Actor::Operator, request).unwrap()
}

impl Opened {
    /// The scope of a provider, which is made where it is new.
    fn provider(&self, id: &str) -> Scope {
        scope(self.store.provider(id, Instant(1)).unwrap())
    }

    /// Adds an import with nothing in it.
    fn batch(&self, scope: &Scope, no: u32, at: i64) -> Result<BatchNo, DbError> {
        let batch = Batch {
            no: BatchNo(no),
            applied_at: Instant(at),
            undone_at: None,
            digest: format!("digest {no}"),
        };
        self.store
            .change(scope, Instant(at), &format!("import:{no}"), |tx| {
                Batch::insert(tx, scope.provider(), &batch, "operator")
            })?;
        Ok(batch.no)
    }

    fn undo(&self, scope: &Scope, no: u32, at: i64) -> Result<(), DbError> {
        self.store
            .change(scope, Instant(at), &format!("import:{no}"), |tx| {
                Batch::undo(tx, scope.provider(), BatchNo(no), Instant(at), "operator")
            })
    }

    fn count(&self, table: &str) -> i64 {
        let sql = format!("select count(*) from {table}");
        self.store
            .ask(|read| read.query_one(&sql, &[])?.unwrap().get(0))
            .unwrap()
    }

    /// Runs statements that no program of ours would run.
    fn meddle(&self, sql: &str) -> Result<(), DbError> {
        self.store.database().write_here(|tx| tx.execute_batch(sql))
    }
}
