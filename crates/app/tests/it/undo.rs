//! Taking an import back.
//!
//! Invariant: undoing hides from its instant on, and removes nothing.

use crate::town::{everything, marks, roster, simulated};
use crate::{Node, both, noon};
use lasna_app::AppError;
use lasna_domain::calendar::Instant;

fn undo(node: &Node, on: u32, no: u32) -> Result<(), AppError> {
    node.app(noon(on)).undo_import(no)
}

#[test]
fn what_was_before_is_there_again_byte_for_byte() {
    both("before", |node| {
        let files = everything();
        node.import(1, &files);
        let before = node.state();
        // A later file that adds, corrects, withdraws, ends and cancels.
        let changed = files
            .without("users.csv", "p24,")
            .without("enrollments.csv", "e-p24,")
            .without("roles.csv", "r-p24,")
            .replace("users.csv", "Givenp07", "Another")
            .replace(
                "lessons.csv",
                "a7,2026-08-24,09:15,45,AI,,,",
                "a7,2026-08-24,09:15,45,AI,,true,",
            )
            .replace(
                "registers.csv",
                "a7,2026-08-21,08:15,true",
                "a7,2026-08-21,08:15,false",
            )
            .replace("calendar.csv", "2026-08-20,true", "2026-08-20,false")
            .replace("timetables.csv", "plan-1,p05", "plan-1,p06")
            .replace("marks.csv", "unresolved", "health")
            .replace("marks.csv", "unauthorised,,,,", "unauthorised,,,,true")
            .add("marks.csv", "p09,,2026-08-20,a7,08:15,,truancy,,,,");
        let report = node.import(2, &changed);
        assert_eq!(report.rejected, []);
        assert_eq!(report.import_id, Some(2));
        let (after, rows) = (node.state(), node.rows());
        assert_ne!(after.roster, before.roster);
        assert_ne!(after.facts, before.facts);
        assert_ne!(after.figures, before.figures);
        undo(node, 3, 2).unwrap();
        assert_eq!(node.state(), before);
        let mut expected = rows;
        expected.insert("import_undo", 1);
        assert_eq!(node.rows(), expected, "a row went away");
    });
}

#[test]
fn an_undone_first_import_leaves_nothing_in_sight() {
    both("first_undone", |node| {
        let empty = {
            node.app(noon(1));
            node.state()
        };
        node.import(1, &simulated(40, 8));
        assert!(node.state().roster != empty.roster);
        undo(node, 2, 1).unwrap();
        assert_eq!(node.state(), empty);
    });
}

#[test]
fn a_reading_before_the_undoing_still_sees_it() {
    both("replay", |node| {
        node.import(1, &everything());
        let first = node.figures(noon(1));
        node.import(3, &marks(&["p01,,2026-08-12,a7,08:15,,truancy,,,,"]));
        let second = node.figures(noon(4));
        assert_ne!(first, second);
        undo(node, 5, 1).unwrap_err();
        undo(node, 5, 2).unwrap();
        let before = |on| Instant(noon(on).0 - 1);
        for (known_at, expected) in [
            (before(3), &first),
            (noon(3), &second),
            (before(5), &second),
            (noon(5), &first),
            (Instant::LATEST, &first),
        ] {
            assert_eq!(&node.figures(known_at), expected, "{known_at}");
        }
    });
}

#[test]
fn only_the_newest_in_force_can_be_undone() {
    both("newest", |node| {
        let refuses = |on, no| {
            let before = (node.rows(), node.count("audit"));
            let error = undo(node, on, no).unwrap_err();
            assert!(matches!(error, AppError::Import(_)), "{no}: {error:?}");
            assert_eq!((node.rows(), node.count("audit")), before, "{no}");
            error.to_string()
        };
        refuses(1, 1);
        node.import(1, &roster());
        node.import(2, &everything());
        node.import(3, &marks(&["p01,,2026-08-12,a7,08:15,,truancy,,,,"]));
        for no in [0, 1, 2, 4, u32::MAX] {
            let text = refuses(4, no);
            assert!(text.contains("which is 3"), "{text}");
        }
        undo(node, 4, 3).unwrap();
        let text = refuses(5, 3);
        assert!(text.contains("which is 2"), "{text}");
        undo(node, 5, 2).unwrap();
        undo(node, 6, 1).unwrap();
        refuses(7, 1);
        assert_eq!(node.count("import_undo"), 3);
    });
}

#[test]
fn after_an_undoing_the_same_files_are_new_again() {
    both("anew", |node| {
        let files = everything();
        let first = node.import(1, &files);
        let figures = node.figures(Instant::LATEST);
        let entities = node.rows()["entity"];
        undo(node, 2, 1).unwrap();
        let second = node.import(3, &files);
        assert_eq!(second.kinds, first.kinds);
        assert_eq!(second.import_id, Some(2), "a number is never used again");
        assert_eq!(node.figures(Instant::LATEST), figures);
        assert_eq!(node.rows()["entity"], entities, "ids keep their numbers");
    });
}
