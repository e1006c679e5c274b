//! Stories of the driver layer, each told to both engines. It needs PostgreSQL for the second
//! telling, and says aloud where there is none.
//!
//! Invariant: what one engine answers, the other answers too.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod bulk;
mod postgres;
mod sqlite;
mod stories;
mod tls;

use lasna_store::db::{Database, DbError, Place, Tx};
use lasna_testkit::temp::{TempDir, folder};

/// A database with a table of pupils and one of marks.
struct Opened {
    db: Database,
    place: Place,
    // Removed after the database is closed.
    _folder: Option<TempDir>,
}

const SCHEMA: &str = "
    create table pupil (no bigint primary key, name text not null unique, photo BYTES,
        level bigint check (level between 1 and 10));
    create table mark (pupil bigint not null references pupil (no), day bigint not null,
        text text, primary key (pupil, day));";

fn make(place: Place, folder: Option<TempDir>, bytes: &str) -> Opened {
    let db = Database::open(place.clone()).unwrap();
    db.write_here(|tx| tx.execute_batch(&SCHEMA.replace("BYTES", bytes)))
        .unwrap();
    Opened {
        db,
        place,
        _folder: folder,
    }
}

fn sqlite() -> Opened {
    let folder = folder();
    make(
        Place::Folder(folder.path().join("new/data")),
        Some(folder),
        "blob",
    )
}

fn postgres(name: &str) -> Option<Opened> {
    let url = lasna_testkit::postgres::database(name)?;
    Some(make(Place::Url(url), None, "bytea"))
}

/// Tells a story to both engines.
fn both(name: &str, story: impl Fn(&Opened)) {
    story(&sqlite());
    if let Some(opened) = postgres(name) {
        story(&opened);
    }
}

fn add_pupil(tx: &mut Tx<'_>, no: i64) -> Result<(), DbError> {
    let sql = "insert into pupil (no, name) values ($1, $2)";
    tx.execute(sql, &[no.into(), (&format!("pupil {no}")).into()])
        .map(drop)
}

fn count(db: &Database, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    db.read(|r| r.query_one(&sql, &[])?.unwrap().get(0))
        .unwrap()
}
