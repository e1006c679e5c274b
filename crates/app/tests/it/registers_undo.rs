//! Taking a save back: what held before holds again, for ten minutes and for the writer alone.
//!
//! Invariant: nothing is removed; an undoing is a save of its own.

use crate::people::{
    NOW, at, holding, is_missing, later, lesson, peopled, problem, pupil, save, session,
};
use crate::{Node, both, day};
use lasna_app::HeldYears;
use lasna_app::registers::{Entry, RegisterState, Saved};
use lasna_domain::attendance::Mark;
use lasna_domain::calendar::Instant;
use std::sync::Arc;

/// Marks in force of a pupil, without the instants at which they became known.
fn marks(node: &Node, id: &str) -> Vec<Mark> {
    let scope = crate::scope(&node.store);
    let no = pupil(node, id);
    let loaded = node
        .app(later(60))
        .load(&scope, "test", Instant::LATEST, day("2026-08-24"));
    let own = loaded
        .unwrap()
        .facts
        .marks
        .into_iter()
        .filter(|mark| mark.pupil == no);
    let said = own.filter(|mark| mark.kind.is_some());
    said.map(|mark| Mark {
        known_at: Instant(0),
        ..mark
    })
    .collect()
}

const EVERYBODY: [&str; 5] = ["p01", "p02", "p04", "p06", "p07"];

#[test]
fn an_undone_save_leaves_what_held_before_with_its_reasons() {
    both("undo_register", |node| {
        peopled(node);
        let held = Arc::new(HeldYears::default());
        let key = lesson(node, "a7", 24, "08:15");
        let aino = || holding(node, "aino", later(9), &held);
        let fresh = || session(node, "aino", later(9)).sheet(key).unwrap();
        let of =
            |ids: &[&str]| -> Vec<Vec<Mark>> { ids.iter().map(|id| marks(node, id)).collect() };
        let (sheet, before) = (fresh(), of(&EVERYBODY));
        assert_eq!(before[4].len(), 1, "leave with its reason");
        let app = holding(node, "aino", at(NOW), &held);
        let entries = [
            ("p01", Entry::Absent),
            ("p02", Entry::Late(7)),
            ("p06", Entry::Elsewhere),
            ("p07", Entry::Present),
        ];
        assert_eq!(
            save(&app, node, key, 0, "a", &entries).unwrap(),
            Saved::Kept(1)
        );
        assert_ne!(of(&EVERYBODY), before);
        let facts = ["mark_fact", "register_fact", "register_save"].map(|table| node.count(table));
        aino().undo_register(key, 1).unwrap();
        assert_eq!(of(&EVERYBODY), before, "also why p07 is away");
        let now = fresh();
        assert_eq!(
            (now.rows.clone(), now.lesson.state),
            (sheet.rows.clone(), RegisterState::Missing)
        );
        assert_eq!(aino().sheet(key).unwrap().rows, sheet.rows);
        // Added, not removed; an undoing cannot be undone, only once is it done.
        let after = ["mark_fact", "register_fact", "register_save"].map(|table| node.count(table));
        assert_eq!([facts[0] + 4, facts[1] + 1, facts[2] + 1], after);
        assert!(!now.saved.as_ref().unwrap().undo);
        aino().undo_register(key, 1).unwrap();
        assert_eq!(problem(aino().undo_register(key, 2)), "register.undo_late");
        let again = ["mark_fact", "register_fact", "register_save"].map(|table| node.count(table));
        assert_eq!(again, after);
        // As it was known in between, the save still stands.
        let scope = crate::scope(&node.store);
        let then = node
            .app(later(60))
            .load(&scope, "test", later(1), day("2026-08-24"))
            .unwrap();
        let no = pupil(node, "p02");
        assert!(
            then.facts
                .marks
                .iter()
                .any(|mark| mark.pupil == no && mark.known_at == at(NOW))
        );
    });
}

#[test]
fn a_second_save_is_undone_to_the_first() {
    both("undo_second", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "08:15");
        let aino = session(node, "aino", at(NOW));
        save(&aino, node, key, 0, "a", &[("p01", Entry::Absent)]).unwrap();
        let first = aino.sheet(key).unwrap();
        // Of the same instant: the second is known just after the first all the same.
        save(
            &aino,
            node,
            key,
            1,
            "b",
            &[("p01", Entry::Present), ("p02", Entry::Absent)],
        )
        .unwrap();
        assert_eq!(problem(aino.undo_register(key, 1)), "register.undo_late");
        aino.undo_register(key, 2).unwrap();
        let now = aino.sheet(key).unwrap();
        assert_eq!(
            (now.rows, now.lesson.state),
            (first.rows, RegisterState::Taken)
        );
        // Whoever had the second save before them is told.
        let older = save(&aino, node, key, 2, "c", &[("p03", Entry::Absent)]).unwrap();
        assert_eq!(older, Saved::Conflict);
    });
}

#[test]
fn only_the_writer_undoes_and_for_ten_minutes() {
    both("undo_who", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "08:15");
        let aino = session(node, "aino", at(NOW));
        save(&aino, node, key, 0, "a", &[("p01", Entry::Absent)]).unwrap();
        let rehtori = session(node, "rehtori", later(1));
        assert!(!rehtori.sheet(key).unwrap().saved.unwrap().undo);
        assert_eq!(problem(rehtori.undo_register(key, 1)), "register.undo_late");
        is_missing(session(node, "eero", later(1)).undo_register(key, 1));
        let at_ten = session(node, "aino", later(10));
        assert!(!at_ten.sheet(key).unwrap().saved.unwrap().undo);
        assert_eq!(problem(at_ten.undo_register(key, 1)), "register.undo_late");
        assert_eq!(problem(at_ten.undo_register(key, 7)), "register.undo_late");
        let just = session(node, "aino", Instant(later(10).0 - 1));
        assert!(just.sheet(key).unwrap().saved.unwrap().undo);
        just.undo_register(key, 1).unwrap();
        assert_eq!(node.count("register_save"), 2);
    });
}

#[test]
fn an_import_can_be_undone_behind_a_save_and_leaves_it() {
    both("undo_import_save", |node| {
        peopled(node);
        let held = Arc::new(HeldYears::default());
        let key = lesson(node, "a7", 24, "08:15");
        let aino = || holding(node, "aino", later(9), &held);
        save(&aino(), node, key, 0, "a", &[("p01", Entry::Absent)]).unwrap();
        let before = aino().sheet(key).unwrap();
        // An import corrects another pupil's mark, and is taken back.
        let correction = crate::town::marks(&["p07,,2026-08-24,a7,08:15,,health,,,,"]);
        let app = node.app(later(12));
        let report = crate::import(&app, &correction, lasna_app::import::Options::default());
        let no = report.unwrap().import_id.unwrap();
        assert_eq!(
            aino().sheet(key).unwrap(),
            session(node, "aino", later(9)).sheet(key).unwrap()
        );
        node.app(later(13)).undo_import(no).unwrap();
        let after = aino().sheet(key).unwrap();
        assert_eq!((&after.rows, after.base), (&before.rows, 1));
        // The next import is the first one: the batch of registers is none.
        let refused = node.app(later(14)).undo_import(2).unwrap_err();
        let refused = format!("{refused:?}");
        assert!(refused.contains("newest: Some(1)"), "{refused}");
    });
}

/// An import holds its lock while it writes and takes the audit's last; the first save of a provider
/// needs both.
#[test]
fn a_first_save_waits_for_an_import_and_both_are_kept() {
    both("first_save", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "08:15");
        let scope = crate::scope(&node.store);
        let aino = session(node, "aino", at(NOW));
        let (held, waits) = std::sync::mpsc::channel();
        std::thread::scope(|threads| {
            let import = threads.spawn(move || {
                node.store.change_long(&scope, later(1), "import", |tx| {
                    lasna_store::Batch::hold(tx)?;
                    held.send(()).unwrap();
                    // Until the save has come as far as it can.
                    std::thread::sleep(std::time::Duration::from_millis(300));
                    Ok::<(), lasna_store::db::DbError>(())
                })
            });
            waits.recv().unwrap();
            let saved = save(&aino, node, key, 0, "a", &[("p01", Entry::Absent)]);
            assert_eq!(saved.unwrap(), Saved::Kept(1));
            import.join().unwrap().unwrap();
        });
        assert_eq!(node.count("register_save"), 1);
    });
}
