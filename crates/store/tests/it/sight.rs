//! Which rows are in sight at an instant: known by then, of an import that was not undone by then.
//!
//! Invariant: a reading at a past instant never changes.

use crate::both;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::BatchNo;
use lasna_store::db::{Constraint, DbError};
use lasna_store::{Batch, FactRow, FactTable, Visible};

fn batch(no: u32, applied_at: i64, undone_at: Option<i64>) -> Batch {
    Batch {
        no: BatchNo(no),
        applied_at: Instant(applied_at),
        undone_at: undone_at.map(Instant),
        digest: String::new(),
    }
}

#[test]
fn a_row_is_seen_when_known_and_not_undone() {
    let batches = [batch(1, 100, None), batch(2, 200, Some(300))];
    // The asked instant; the row's batch and instant; whether it is in sight.
    let cases = [
        (i64::MAX, 1, 100, true),
        (100, 1, 100, true),
        (99, 1, 100, false),
        (i64::MIN, 1, i64::MIN, true),
        (i64::MAX, 1, i64::MAX, true),
        (299, 2, 200, true),
        (300, 2, 200, false),
        (301, 2, 200, false),
        (i64::MAX, 2, 200, false),
        // Known from earlier on, as the source said; undone all the same.
        (250, 2, 50, true),
        (300, 2, 50, false),
        // Of an import that is not there.
        (i64::MAX, 3, 0, false),
        (i64::MAX, 0, 0, false),
    ];
    for (asked, no, known, expected) in cases {
        let visible = Visible::of(&batches, Instant(asked));
        let sees = visible.sees(Instant(known), BatchNo(no));
        assert_eq!(sees, expected, "at {asked}: batch {no} known at {known}");
    }
}

#[test]
fn nothing_is_seen_without_imports() {
    let visible = Visible::of(&[], Instant::LATEST);
    assert!(!visible.sees(Instant(0), BatchNo(0)));
    assert!(!visible.sees(Instant(0), BatchNo(1)));
}

#[test]
fn imports_are_listed_with_their_undoing() {
    both("batches", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 100).unwrap();
        o.batch(&scope, 2, 200).unwrap();
        o.undo(&scope, 2, 300).unwrap();
        let listed = o
            .store
            .ask(|read| Batch::list(read, scope.provider()))
            .unwrap();
        let expected = [(1, 100, None, "digest 1"), (2, 200, Some(300), "digest 2")];
        let expected = expected.map(|(no, at, undone, digest)| Batch {
            digest: digest.into(),
            ..batch(no, at, undone)
        });
        assert_eq!(listed, expected);
    });
}

#[test]
fn a_number_is_of_one_import_and_is_undone_once() {
    both("numbers", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 100).unwrap();
        let audit = o.count("audit");
        let taken = o.batch(&scope, 1, 200).unwrap_err();
        assert!(taken.breaks(Constraint::Unique), "{taken:?}");
        let unknown = o.undo(&scope, 7, 200).unwrap_err();
        assert!(unknown.breaks(Constraint::ForeignKey), "{unknown:?}");
        assert_eq!(o.count("audit"), audit, "a refused change was recorded");
        o.undo(&scope, 1, 300).unwrap();
        let twice = o.undo(&scope, 1, 400).unwrap_err();
        assert!(twice.breaks(Constraint::Unique), "{twice:?}");
        let listed = o
            .store
            .ask(|read| Batch::list(read, scope.provider()))
            .unwrap();
        assert_eq!(listed[0].undone_at, Some(Instant(300)));
    });
}

/// A mark of pupil 1 on day 5 by its presence.
fn mark(presence: i32, known_at: i64, batch: u32) -> FactRow {
    FactRow {
        key: [1, 5, 495, 3],
        known_at: Instant(known_at),
        batch: BatchNo(batch),
        values: [100, presence, 0, -1, 0],
    }
}

#[test]
fn a_reading_of_the_past_is_the_same_after_corrections_and_undoing() {
    both("replay", |o| {
        let scope = o.provider("town");
        let write = |no: u32, at: i64, rows: &[FactRow]| {
            o.batch(&scope, no, at).unwrap();
            o.store
                .change(&scope, Instant(at), "marks", |tx| {
                    FactRow::insert(tx, &scope, FactTable::Mark, rows)
                })
                .unwrap();
        };
        // What is in force at an instant, by presence.
        let in_force = |at: i64| {
            let mut last = None;
            o.store
                .look(&scope, Instant(at), "marks", |read| {
                    let batches = Batch::list(read, scope.provider())?;
                    let visible = Visible::of(&batches, Instant(at));
                    FactRow::each(read, &scope, FactTable::Mark, &visible, |row| {
                        last = Some(row.values[1]);
                        Ok::<(), DbError>(())
                    })
                })
                .unwrap();
            last
        };
        write(1, 100, &[mark(2, 100, 1)]);
        let first = [50, 99, 100, 150, 199].map(in_force);
        assert_eq!(first, [None, None, Some(2), Some(2), Some(2)]);
        // A correction, a withdrawal, and a correction that is known from the same instant.
        write(2, 200, &[mark(1, 200, 2)]);
        write(3, 300, &[mark(-1, 300, 3)]);
        write(4, 400, &[mark(0, 300, 4)]);
        assert_eq!([50, 99, 100, 150, 199].map(in_force), first);
        assert_eq!([200, 299, 300, 400].map(in_force), [1, 1, 0, 0].map(Some));
        o.undo(&scope, 4, 500).unwrap();
        assert_eq!(
            [150, 299, 499, 500, 9_999].map(in_force),
            [2, 1, 0, -1, -1].map(Some)
        );
        assert_eq!(o.count("mark_fact"), 4, "a row went away");
    });
}
