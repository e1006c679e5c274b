//! Retention: time travel on both engines, the clock, parts that are undone, and a restored backup.
//!
//! Invariant: what is looked for after a run was there before it.

use crate::people::{at, contact, peopled, pupil};
use crate::town::{self, delta};
use crate::{Node, both, day};
use lasna_app::audit_log::{Compare, verify};
use lasna_app::backup::{Erasures, FilePlace, Identity, create, restore};
use lasna_app::import::Options;
use lasna_app::retention::{ErasureList, Rules, RunStep, WhatCame};
use lasna_app::{AppError, Level};
use lasna_domain::calendar::Instant;
use lasna_store::db::{Engine, Param, Place, Read};
use lasna_store::retention::HoldKind;
use std::cell::Cell;
use std::collections::BTreeMap;

const NOTE: &str = "ZZNOTEZZ told at home";
const LONG: &str = "[attendance]\ntime = \"10y\"\ndecided = \"the board\"\n\
    [reasons]\ntime = \"10y\"\ndecided = \"the board\"\n";

/// An erasure list in memory.
#[derive(Default)]
pub struct List(Vec<u8>);

impl ErasureList for List {
    fn add(&mut self, lines: &[u8]) -> std::io::Result<()> {
        self.0.extend_from_slice(lines);
        Ok(())
    }
}

fn rules(own: &str) -> Rules {
    Rules::read(own).unwrap()
}

/// A run that is confirmed; gives what was taken by rule and table.
pub fn run(node: &Node, now: &str, own: &str, list: &mut List) -> BTreeMap<String, u64> {
    let app = node.app(at(now));
    let came = app
        .retention_run(&rules(own), true, list, &|_| Ok(()))
        .unwrap();
    let WhatCame::Done(taken) = came else {
        panic!("{came:?}")
    };
    let name = |one: &lasna_app::retention::Taken| format!("{}:{}", one.rule, one.table);
    taken.iter().map(|one| (name(one), one.rows)).collect()
}

/// The town with people, a contact with a note, and p03 who leaves on 1 September.
pub fn town(node: &Node) {
    peopled(node);
    contact(node, "p03", NOTE);
    contact(node, "p01", "another");
    let state = "tobedeleted,2026-09-01T08:00:00Z";
    let gone = delta(
        &[town::user("p03", 'a', state)],
        &[town::role("p03", 'a', state)],
        &[town::enrolment("p03", 'a', state)],
    );
    let app = node.app(at("2026-09-01T10:00:00Z"));
    crate::import(&app, &gone, Options::default()).unwrap();
}

/// Every value of every table, and on SQLite the bytes of the files.
fn everything(node: &Node) -> Vec<u8> {
    let mut all = Vec::new();
    node.store
        .snapshot(|snapshot| {
            for shape in snapshot.tables().to_vec() {
                snapshot.rows(&shape, |row| {
                    for value in row.to_row()?.values() {
                        match value.as_param() {
                            Param::Text(text) => all.extend_from_slice(text.as_bytes()),
                            Param::Bytes(bytes) => all.extend_from_slice(bytes),
                            _ => {}
                        }
                        all.push(0);
                    }
                    Ok::<(), lasna_store::db::DbError>(())
                })?;
            }
            Ok::<(), lasna_store::db::DbError>(())
        })
        .unwrap();
    if let Some(folder) = &node._folder {
        for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                all.extend(std::fs::read(path).unwrap());
            }
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

fn scrub(node: &Node) {
    let tables = ["person_version", "entity", "signal_note"];
    node.store.database().scrub(&tables).unwrap();
}

fn is_whole(node: &Node) -> u64 {
    let compare = Compare {
        store: Some(&node.store),
        ..Compare::default()
    };
    let found = verify(&compare).unwrap();
    found.unwrap_or_else(|wrong| panic!("{wrong}")).erased
}

#[test]
fn years_later_nothing_is_overdue_and_no_byte_of_a_pupil_is_left() {
    both("retention_years", |node| {
        town(node);
        assert!(holds(&everything(node), "Familyp03") && holds(&everything(node), "Familyp01"));
        assert!(node.count("mark_fact") > 0 && node.count("mark_reason") > 0);
        let held = pupil(node, "p07");
        let app = node.app(at("2026-10-01T10:00:00Z"));
        app.hold(HoldKind::Incident, Some(held), None).unwrap();
        let now = "2034-09-01T10:00:00Z";
        let before = node.app(at(now)).retention_report(&rules("")).unwrap();
        assert!(before.overdue() > 0, "{before:?}");
        let mut list = List::default();
        let taken = run(node, now, "", &mut list);
        assert!(taken["roster:person_version"] > 25, "{taken:?}");
        assert!(taken["attendance:mark_fact"] > 0, "{taken:?}");
        let after = node.app(at(now)).retention_report(&rules("")).unwrap();
        assert_eq!(after.overdue(), 0, "{after:#?}");
        let left: Vec<_> = after.rules.iter().filter(|rule| rule.due > 0).collect();
        assert!(left.is_empty(), "{left:#?}");
        let held: u64 = after.rules.iter().map(|rule| rule.held).sum();
        assert!(held > 0, "the hold still holds");
        scrub(node);
        let bytes = everything(node);
        for text in ["Familyp01", "Familyp03", "Givenq06", NOTE] {
            assert!(!holds(&bytes, text), "{text}");
        }
        assert!(holds(&bytes, "Familyp07"), "whoever is held stays");
        assert!(!holds(&list.0, "p03"), "the list names nobody");
        assert!(is_whole(node) > 0);
        let app = node.app(at("2034-09-01T11:00:00Z"));
        app.end_hold(1).unwrap();
        run(node, "2034-09-01T12:00:00Z", "", &mut list);
        scrub(node);
        assert!(!holds(&everything(node), "Familyp07"));
        is_whole(node);
    });
}

#[test]
fn who_left_goes_alone_and_the_figures_of_the_others_stay() {
    both("retention_left", |node| {
        town(node);
        let figures = |now: &str| {
            let app = node.app(at(now));
            let rows = app.figures(Level::Pupil, day(town::LAST_DAY), Instant::LATEST);
            rows.unwrap()
        };
        // The others stay another year.
        let more: Vec<String> = town::pupils()
            .iter()
            .filter(|(id, _)| id != "p03")
            .map(|(id, letter)| {
                let row = town::enrolment(id, *letter, "active,2026-09-02T08:00:00Z");
                row.replace("2027-06-05", "2030-06-05")
            })
            .collect();
        let app = node.app(at("2026-09-02T10:00:00Z"));
        crate::import(&app, &delta(&[], &[], &more), Options::default()).unwrap();
        let before = figures("2026-10-01T10:00:00Z");
        let no = pupil(node, "p03");
        // Left in the school year of 2026: a year after it ended, and not a day before.
        let mut list = List::default();
        let early = run(node, "2028-07-31T10:00:00Z", LONG, &mut list);
        assert!(!early.contains_key("roster:person_version"), "{early:?}");
        let taken = run(node, "2028-08-01T10:00:00Z", LONG, &mut list);
        assert_eq!(taken["roster:entity"], 1, "{taken:?}");
        assert_eq!(taken["support:signal_note"], 1, "{taken:?}");
        let after = figures("2028-08-01T11:00:00Z");
        let others: Vec<_> = before.into_iter().filter(|row| row.id != "p03").collect();
        assert_eq!(after, others);
        assert_eq!(others.len(), 29);
        is_whole(node);
        // The number is not given again, and a look that was logged is still there.
        let sql = format!("select id from entity where kind = 'person' and no = {no}");
        let row = node
            .store
            .ask(|read: &mut Read<'_>| read.query_one(&sql, &[]));
        let id: String = row.unwrap().unwrap().get(0).unwrap();
        assert_eq!(id, format!("erased:{no}"));
        let sql = format!("select count(*) from audit_body where person_no = {no}");
        let row = node.store.ask(|read| read.query_one(&sql, &[]));
        assert!(row.unwrap().unwrap().get::<i64>(0).unwrap() > 0);
    });
}

#[test]
fn a_clock_that_jumped_erases_nothing_until_it_is_confirmed() {
    both("retention_clock", |node| {
        town(node);
        let rows =
            |node: &Node| ["mark_fact", "person_version", "audit_body"].map(|t| node.count(t));
        let go = |now: &str, confirmed| {
            let app = node.app(at(now));
            let came = app.retention_run(&rules(""), confirmed, &mut List::default(), &|_| Ok(()));
            came.unwrap()
        };
        let waits = |last: Option<&str>| WhatCame::ClockWaits { last: last.map(at) };
        let first = "2026-09-02T01:00:00Z";
        assert_eq!(go(first, false), waits(None));
        assert!(matches!(go(first, true), WhatCame::Done(_)));
        let second = "2026-09-03T01:00:00Z";
        assert!(matches!(go(second, false), WhatCame::Done(_)));
        for jump in ["2026-09-04T02:00:01Z", "2036-09-03T01:00:00Z"] {
            let before = rows(node);
            assert_eq!(go(jump, false), waits(Some(second)), "{jump}");
            let after = rows(node);
            assert_eq!(before[..2], after[..2]);
            // The refusal itself is in the log.
            assert_eq!(before[2] + 1, after[2]);
            let report = node.app(at(jump)).retention_report(&rules("")).unwrap();
            assert!(report.clock_waits);
        }
        // An hour ahead on a night with a longer day is no jump.
        assert!(matches!(
            go("2026-09-04T02:00:00Z", false),
            WhatCame::Done(_)
        ));
        let before = rows(node);
        assert!(matches!(
            go("2036-09-03T01:00:00Z", true),
            WhatCame::Done(_)
        ));
        let after = rows(node);
        // The roles of the three teachers have no end: they are here.
        assert_eq!((after[0], after[1]), (0, 3), "{before:?}");
        println!("F9: {before:?} rows stayed through two jumps, {after:?} after it was confirmed");
    });
}

#[test]
fn a_part_that_dies_leaves_all_or_nothing() {
    both("retention_parts", |node| {
        town(node);
        let now = "2034-09-01T10:00:00Z";
        let counts = |node: &Node| {
            [
                "mark_fact",
                "lesson_fact",
                "person_version",
                "signal_act",
                "data_key",
                "entity",
            ]
            .map(|table| node.count(table))
        };
        let mut deaths = 0;
        let mut list = List::default();
        for nth in 0.. {
            for dying in [RunStep::Listed, RunStep::Taken] {
                let (seen, last) = (Cell::new(0), Cell::new(counts(node)));
                let step = |step: RunStep| {
                    if step == RunStep::Committed {
                        last.set(counts(node));
                    }
                    seen.set(seen.get() + u32::from(step == dying));
                    match step == dying && seen.get() == nth + 1 {
                        true => Err(AppError::Problem("dies".to_owned())),
                        false => Ok(()),
                    }
                };
                let died = node
                    .app(at(now))
                    .retention_run(&rules(""), true, &mut list, &step);
                if died.is_err() {
                    deaths += 1;
                    assert_eq!(counts(node), last.get(), "{dying:?} in part {nth}");
                    is_whole(node);
                }
            }
            if nth > 3 {
                break;
            }
        }
        assert!(deaths >= 2, "{deaths}");
        run(node, now, "", &mut list);
        let report = node.app(at(now)).retention_report(&rules("")).unwrap();
        assert_eq!(report.overdue(), 0);
        // What was taken is counted once, in the transactions that took it.
        let taken = node
            .store
            .ask(lasna_store::retention::ErasedCount::list)
            .unwrap();
        let people: u64 = taken
            .iter()
            .filter(|one| one.table == "entity")
            .map(|one| one.rows)
            .sum();
        let erased = "select count(*) from entity where id like 'erased:%'";
        let row = node.store.ask(|read| read.query_one(erased, &[]));
        assert_eq!(people, row.unwrap().unwrap().get::<u64>(0).unwrap());
        println!(
            "{deaths} parts died on {:?}",
            node.store.database().engine()
        );
    });
}

struct NoFiles;

impl FilePlace for NoFiles {
    fn begin(&mut self, _: &str) -> std::io::Result<()> {
        Ok(())
    }
    fn write(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
    fn end(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_older_backup_does_not_bring_back_what_was_erased() {
    both("retention_restore", |node| {
        town(node);
        let key = Identity::generate();
        let mut backup = Vec::new();
        let made = at("2026-10-01T10:00:00Z");
        create(
            &node.store,
            "test",
            made,
            &[],
            &[key.recipient()],
            &mut backup,
        )
        .unwrap();
        let mut list = List::default();
        let app = node.app(at("2026-10-01T10:00:00Z"));
        app.hold(HoldKind::Legal, Some(pupil(node, "p07")), None)
            .unwrap();
        run(node, "2034-09-01T10:00:00Z", "", &mut list);
        let erasures = Erasures::read(&String::from_utf8(list.0).unwrap()).unwrap();
        let folder = lasna_testkit::temp::folder();
        let place = Place::Folder(folder.path().join("data"));
        let keys = lasna_testkit::keys::fixed();
        let (store, restored) =
            restore(&backup[..], &[key], (place, keys), &erasures, &mut NoFiles).unwrap();
        assert!(restored.erased > 100, "{}", restored.erased);
        store.database().integrity().unwrap();
        let again = Node {
            store,
            _folder: Some(folder),
        };
        let bytes = everything(&again);
        for text in ["Familyp01", "Familyp03", "Givenq06", NOTE] {
            assert!(!holds(&bytes, text), "{text}");
        }
        assert!(holds(&bytes, "Familyp07"), "what was held comes back");
        assert_eq!(again.count("mark_fact"), node.count("mark_fact"));
        assert!(node.count("mark_fact") > 0);
        assert_eq!(
            again.count("entity"),
            node.count("entity"),
            "numbers stay given"
        );
        is_whole(&again);
        assert_eq!(again.store.database().engine(), Engine::Sqlite);
    });
}
