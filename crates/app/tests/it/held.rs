//! School years held between questions answer as the store does, and no question goes unrecorded.
//!
//! Invariant: each comparison is with an `App` that holds nothing.

use crate::files::Files;
use crate::town::{everything, marks};
use crate::{Node, both, day, noon};
use lasna_app::{App, FigureRow, HeldYears, Level, WatchRow};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::Instant;
use lasna_domain::model::Model;
use lasna_formats::model::{preset, read_model};
use std::sync::Arc;

const LEVELS: [Level; 4] = [Level::Provider, Level::School, Level::Class, Level::Pupil];

/// A ladder whose first step is reached by so many hours.
fn ladder(hours: u32) -> Model {
    let text = preset("sky-fi").unwrap();
    let text = text.replace("hours = 30", &format!("hours = {hours}"));
    let model = read_model(&text, &preset).unwrap();
    Model {
        version: format!("test-{hours}"),
        ..model
    }
}

/// Everything that can be asked of a day.
fn answers(app: &App, on: &str, known_at: Instant) -> (Vec<Vec<FigureRow>>, Vec<Vec<WatchRow>>) {
    let figures = LEVELS.map(|level| app.figures(level, day(on), known_at).unwrap());
    let mut lists = Vec::new();
    for hours in [1, 2] {
        for school in [None, Some("school-a"), Some("school-b")] {
            let list = app.watch_list(&ladder(hours), school, day(on), known_at);
            lists.push(list.unwrap());
        }
    }
    (figures.to_vec(), lists)
}

/// The town with enough marks for steps.
fn marked() -> Files {
    let mut files = everything();
    for d in [18, 19, 20, 21] {
        for (pupil, class) in [("p06", "a7"), ("q02", "b7")] {
            let row = format!("{pupil},,2026-08-{d},{class},08:15,,truancy,,,,");
            files = files.add("marks.csv", &row);
        }
    }
    files
}

fn same(node: &Node, held: &Arc<HeldYears>, what: &str) -> usize {
    let direct = node.app(noon(28));
    let holding = node.app(noon(28)).holding(held.clone());
    let mut rows = 0;
    for on in ["2026-08-19", "2026-08-24", "2025-09-30"] {
        for known_at in [Instant::LATEST, noon(3), noon(5)] {
            let expected = answers(&direct, on, known_at);
            assert_eq!(answers(&holding, on, known_at), expected, "{what} {on}");
            // Once more, now out of memory.
            assert_eq!(answers(&holding, on, known_at), expected, "{what} {on}");
            rows += expected.1.iter().map(Vec::len).sum::<usize>();
        }
    }
    rows
}

#[test]
fn a_held_year_follows_every_import_and_undoing() {
    both("held", |node| {
        let held = Arc::new(HeldYears::default());
        node.import(1, &marked());
        assert!(same(node, &held, "first") > 10);
        node.import(4, &marks(&["p06,,2026-08-18,a7,08:15,,health,,,,"]));
        same(node, &held, "corrected");
        node.app(noon(6)).undo_import(2).unwrap();
        same(node, &held, "undone");
        assert!(held.bytes() > 0);
    });
}

#[test]
fn a_question_is_answered_out_of_memory_and_recorded() {
    both("memory", |node| {
        let held = Arc::new(HeldYears::default());
        node.import(1, &marked());
        let app = node.app(noon(2)).holding(held.clone());
        let before = answers(&app, "2026-08-24", Instant::LATEST);
        let direct = answers(&node.app(noon(2)), "2026-08-24", Instant::LATEST);
        let audit = node.count("audit");
        // What nobody does: the marks are gone, and no import says so.
        node.meddle("delete from mark_reason; delete from mark_fact");
        assert_eq!(answers(&app, "2026-08-24", Instant::LATEST), before);
        assert_eq!(before, direct);
        assert_ne!(
            answers(&node.app(noon(2)), "2026-08-24", Instant::LATEST),
            before
        );
        // Ten questions of each.
        assert_eq!(node.count("audit"), audit + 20);
        node.meddle("drop table audit");
        let figures = app.figures(Level::School, day("2026-08-24"), Instant::LATEST);
        assert!(figures.is_err());
        let list = app.watch_list(&ladder(1), None, day("2026-08-24"), Instant::LATEST);
        assert!(list.is_err());
    });
}

#[test]
fn a_held_year_gives_an_account_its_own_school_only() {
    both("reach", |node| {
        let held = Arc::new(HeldYears::default());
        node.import(1, &marked());
        let operator = node.app(noon(2)).holding(held.clone());
        answers(&operator, "2026-08-24", Instant::LATEST);
        operator
            .add_user(UserRole::Principal, Some("school-b"), "b")
            .unwrap();
        let app = App::with_token(node.store.clone(), noon(3), "b").unwrap();
        let app = app.holding(held.clone());
        let (on, at) = (day("2026-08-24"), Instant::LATEST);
        let list = app
            .watch_list(&ladder(1), Some("school-b"), on, at)
            .unwrap();
        assert!(list.iter().any(|row| row.pupil == "q02"));
        assert!(list.iter().all(|row| row.school == "school-b"));
        assert!(
            app.watch_list(&ladder(1), Some("school-a"), on, at)
                .is_err()
        );
        assert!(app.watch_list(&ladder(1), None, on, at).is_err());
        let pupils = app.figures(Level::Pupil, on, at).unwrap();
        assert_eq!(pupils.len(), 6);
        assert!(pupils.iter().all(|row| row.id.starts_with('q')));
    });
}

#[test]
fn many_questions_at_once_are_answered_alike() {
    both("at_once", |node| {
        let held = Arc::new(HeldYears::default());
        node.import(1, &marked());
        let expected = answers(&node.app(noon(2)), "2026-08-24", Instant::LATEST);
        std::thread::scope(|scope| {
            let ask = || {
                answers(
                    &node.app(noon(2)).holding(held.clone()),
                    "2026-08-24",
                    Instant::LATEST,
                )
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), expected);
            }
        });
    });
}
