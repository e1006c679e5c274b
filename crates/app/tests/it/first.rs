//! A first import, the same again, and a look only.
//!
//! Invariant: what is counted is what is written.

use crate::files::Files;
use crate::town::{POSSIBLE, everything, marks, pupils, simulated};
use crate::{Node, both, import, minutes, noon};
use lasna_app::import::{Counts, Options, Report};
use lasna_app::{App, AppError};
use lasna_domain::calendar::Instant;
use lasna_store::db::Place;
use lasna_store::{Batch, Store};

fn added(rows: u64) -> Counts {
    Counts {
        read: rows,
        added: rows,
        ..Counts::default()
    }
}

/// Every row is counted once.
fn adds_up(report: &Report) {
    for (kind, c) in &report.kinds {
        let sum = c.added + c.changed + c.unchanged + c.rejected;
        assert_eq!(c.read, sum, "{kind}: {c:?}");
    }
}

#[test]
fn a_first_import_counts_every_row_as_added() {
    both("first", |node| {
        let files = everything();
        let report = node.import(1, &files);
        assert_eq!(report.rejected, []);
        assert_eq!(report.import_id, Some(1));
        assert!(!report.is_fatal() && !report.alters_nothing());
        for name in files.0.keys().filter(|name| *name != "manifest.csv") {
            let kind = name.trim_end_matches(".csv");
            assert_eq!(report.kinds[kind], added(files.rows(name)), "{kind}");
        }
        assert_eq!(report.kinds.len(), files.0.len() - 1);
        let rows = node.rows();
        assert_eq!(rows["person_version"], 30);
        assert_eq!(rows["lesson_fact"], 30);
        assert_eq!(rows["mark_fact"], 5);
        // A reason is kept apart, where one is known.
        assert_eq!(rows["mark_reason"], 1);
        assert_eq!(rows["import_batch"], 1);
    });
}

#[test]
fn the_figures_are_those_counted_by_hand() {
    both("by_hand", |node| {
        node.import(1, &everything());
        let figures = node.figures(Instant::LATEST);
        assert_eq!(figures.len(), pupils().len());
        assert!(figures.iter().all(|row| row.figures.holds()));
        let [a, b] = POSSIBLE;
        for (pupil, expected) in [
            ("p01", [a, a - 45, 45, 0]),
            ("p02", [a, a - 45, 45, 0]),
            ("p03", [a, a, 0, 0]),
            ("p04", [a, a - 90, 90, 0]),
            // Five lessons of one subject are left out by the plan.
            ("p05", [a - 225, a - 225, 0, 0]),
            ("p06", [a, a, 0, 0]),
            // No register says that the others were there.
            ("q01", [b, 0, 60, b - 60]),
            ("q02", [b, 0, 0, b]),
        ] {
            assert_eq!(minutes(&figures, pupil), expected, "{pupil}");
        }
        let late = figures.iter().find(|row| row.id == "p03").unwrap();
        assert_eq!(late.figures.late, 10);
    });
}

/// Imports twice; nothing but a look is left of the second time.
fn again_alters_nothing(node: &Node, files: &Files) {
    let first = node.import(1, files);
    assert_eq!(first.import_id, Some(1));
    let (rows, state) = (node.rows(), node.state());
    let audit = node.count("audit");
    let second = node.import(2, files);
    assert_eq!(second.import_id, None);
    assert!(second.alters_nothing());
    assert_eq!(second.rejected, first.rejected);
    for (kind, counts) in &second.kinds {
        let first = &first.kinds[kind];
        let unchanged = Counts {
            read: first.read,
            unchanged: first.read - first.rejected,
            rejected: first.rejected,
            ..Counts::default()
        };
        assert_eq!(*counts, unchanged, "{kind}");
    }
    assert_eq!(node.rows(), rows);
    assert_eq!(node.count("audit"), audit + 1, "one look");
    assert_eq!(node.state(), state);
}

#[test]
fn the_same_town_again_alters_nothing() {
    both("again", |node| again_alters_nothing(node, &everything()));
}

#[test]
fn the_same_municipality_again_alters_nothing() {
    both("municipality", |node| {
        again_alters_nothing(node, &simulated(60, 5));
    });
}

#[test]
fn a_look_counts_what_the_import_then_does() {
    both("dry_run", |node| {
        let options = Options {
            dry_run: true,
            ..Options::default()
        };
        let steps = [
            everything(),
            everything()
                .without("users.csv", "p24,")
                .replace("marks.csv", "unresolved", "authorised")
                .add("marks.csv", "p09,,2026-08-20,a7,08:15,,truancy,,,,"),
        ];
        for (on, files) in (1..).zip(steps) {
            let before = (node.rows(), node.count("audit"));
            let looked = import(&node.app(noon(on)), &files, options).unwrap();
            assert_eq!(looked.import_id, None);
            assert_eq!(node.rows(), before.0, "a look has written");
            assert_eq!(node.count("audit"), before.1 + 1, "one look");
            let mut done = node.import(on, &files);
            assert_eq!(done.import_id.take(), Some(on));
            assert_eq!(looked, done);
            assert!(!done.alters_nothing());
            adds_up(&done);
        }
    });
}

#[test]
fn files_that_nobody_reads_are_named() {
    both("ignored", |node| {
        let files = everything()
            .with("notes.txt", "anything")
            .with("extra.ods", "anything");
        let report = node.import(1, &files);
        assert_eq!(report.ignored, ["extra.ods", "notes.txt"]);
        assert_eq!(report.import_id, Some(1));
    });
}

#[test]
fn an_import_of_nothing_is_no_import() {
    both("nothing", |node| {
        let options = Options::default();
        for files in [Files::default(), Files::one("notes.txt", "anything")] {
            let error = import(&node.app(noon(1)), &files, options).unwrap_err();
            assert!(matches!(error, AppError::Import(_)), "{error:?}");
        }
        let report = node.import(1, &marks(&[]));
        assert_eq!(report.import_id, None);
        assert_eq!(node.count("import_batch"), 0);
    });
}

#[test]
fn the_digest_of_an_import_is_of_what_it_says() {
    let digest = |files: &Files| {
        let folder = lasna_testkit::temp::folder();
        let store = Store::open(
            Place::Folder(folder.path().into()),
            lasna_testkit::keys::fixed(),
        )
        .unwrap();
        let app = App::operator(store.clone(), noon(1)).unwrap();
        import(&app, files, Options::default()).unwrap();
        let provider = store.providers().unwrap()[0].0;
        let batches = store.ask(|read| Batch::list(read, provider)).unwrap();
        batches[0].digest.clone()
    };
    let files = everything();
    let one = digest(&files);
    assert_eq!(one.len(), 64);
    assert_eq!(digest(&files), one);
    // As many rows and as many letters each time.
    for (file, old, new) in [
        ("users.csv", "Givenp07", "Givenp70"),
        ("users.csv", "p07,,,true", "p07,,,false"),
        ("marks.csv", "p01,", "p11,"),
        ("marks.csv", "2026-08-11", "2026-08-12"),
        ("lessons.csv", "08:15,60", "08:15,61"),
        ("lessons.csv", ",MA,", ",KU,"),
    ] {
        assert_ne!(
            digest(&files.clone().replace(file, old, new)),
            one,
            "{old} {new}"
        );
    }
}
