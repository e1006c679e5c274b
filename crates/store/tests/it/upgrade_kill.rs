//! A program that dies at each step of a migration; another one starts after it.
//!
//! The dying one is this test binary itself, run again with a place and a step in its environment.
//!
//! Invariant: after a death the schema is the old one with all rows, or the new one with all rows.

use lasna_store::db::{DbError, Param, Place};
use lasna_store::{MigrationStep, Store};
use lasna_testkit::temp::folder;
use std::process::Command;

const PLACE: &str = "LASNA_TEST_UPGRADE_PLACE";
const STEP: &str = "LASNA_TEST_UPGRADE_STEP";

fn place_of(text: &str) -> Place {
    match text.starts_with("postgres") {
        true => Place::Url(text.to_owned()),
        false => Place::Folder(text.into()),
    }
}

/// Does nothing unless it is run again by the test below.
#[test]
fn the_one_that_dies() {
    let (Ok(place), Ok(wanted)) = (std::env::var(PLACE), std::env::var(STEP)) else {
        return;
    };
    let store = Store::as_it_is(place_of(&place), lasna_testkit::keys::fixed()).unwrap();
    let seen = std::cell::Cell::new(0_u32);
    let wanted: u32 = wanted.parse().unwrap();
    store
        .bring_up(&|_: MigrationStep| {
            seen.set(seen.get() + 1);
            if seen.get() == wanted {
                std::process::abort();
            }
        })
        .unwrap();
}

/// A database of the first schema with a row in it.
fn oldest(place: Place) {
    let filled = Store::filled((place, lasna_testkit::keys::fixed()), 1, |filling| {
        let columns = ["no", "id", "created_at"];
        filling.fill("provider", &columns, |put| {
            let row: [Param<'_>; 3] = [1.into(), "town".into(), 5.into()];
            put(&row)
        })
    });
    let rows: u64 = filled.map_err(|error: DbError| error).unwrap().1;
    assert_eq!(rows, 1);
}

fn die_at(place: &str, step: u32) -> bool {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "upgrade_kill::the_one_that_dies"])
        .env(PLACE, place)
        .env(STEP, step.to_string())
        .output()
        .unwrap();
    !run.status.success()
}

/// Dies at each step in turn; gives how many deaths there were.
fn deaths(
    name: &str,
    make: impl Fn(u32) -> Option<(String, Option<lasna_testkit::temp::TempDir>)>,
) {
    let known = Store::schema_known();
    // Before and after the statements of each number, and once after the commit.
    let steps = 2 * (known as u32 - 1) + 1;
    let (mut old, mut new) = (0, 0);
    for step in 1..=steps {
        let Some((place, _kept)) = make(step) else {
            return;
        };
        oldest(place_of(&place));
        assert!(die_at(&place, step), "step {step} was not reached");
        let store = Store::as_it_is(place_of(&place), lasna_testkit::keys::fixed()).unwrap();
        store.database().integrity().unwrap();
        match store.schema().unwrap() {
            1 => old += 1,
            schema if schema == known => new += 1,
            schema => panic!("half an upgrade: {schema}"),
        }
        drop(store);
        let store = Store::open(place_of(&place), lasna_testkit::keys::fixed()).unwrap();
        assert_eq!(store.schema().unwrap(), known);
        assert_eq!(store.providers().unwrap().len(), 1);
        store.database().integrity().unwrap();
    }
    println!("F21 {name}: {steps} deaths, {old} left the old schema, {new} the new one");
    assert_eq!((old, new), (steps - 1, 1));
}

#[test]
fn a_killed_upgrade_leaves_the_old_schema_and_goes_on_at_the_next_start() {
    deaths("SQLite", |_| {
        let folder = folder();
        let place = folder.path().join("data").display().to_string();
        Some((place, Some(folder)))
    });
    deaths("PostgreSQL", |step| {
        let name = format!("upgrade_{step}");
        lasna_testkit::postgres::database(&name).map(|url| (url, None))
    });
}
