//! Versions of roster records: every kind goes in and comes out, and the latest is in sight.
//!
//! Invariant: an older version stays, whatever comes after it.

use crate::catalogue::{Holds, columns};
use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::BatchNo;
use lasna_domain::roster::RecordKind;
use lasna_store::db::{Constraint, DbError, Value};
use lasna_store::{Batch, Record, Visible, table_of};
use std::collections::BTreeMap;

/// Provider, id, instant, import, ended.
const COMMON: usize = 5;

/// A record whose fields all differ; an empty one has none.
fn record(o: &Opened, kind: RecordKind, known_at: i64, seed: i64, empty: bool) -> Record {
    let own = columns(o, table_of(kind)).into_iter().skip(COMMON);
    let values = own.enumerate().map(|(at, column)| match column.holds {
        _ if empty => Value::Null,
        Holds::Integer => Value::Int(seed * 1000 + at as i64),
        Holds::Text => Value::Text(format!("Ä, \"{seed}\"\n{at}")),
        Holds::Bytes => panic!("a record holds no bytes"),
    });
    Record {
        known_at: Instant(known_at),
        ended: false,
        values: values.collect(),
    }
}

fn insert(
    o: &Opened,
    scope: &Scope,
    kind: RecordKind,
    batch: u32,
    new: &[(&str, &Record)],
) -> Result<u64, DbError> {
    o.store.change(scope, Instant(9), "roster", |tx| {
        Record::insert(tx, scope, kind, BatchNo(batch), new.iter().copied())
    })
}

fn in_sight(o: &Opened, scope: &Scope, kind: RecordKind, at: i64) -> BTreeMap<String, Record> {
    o.store
        .look(scope, Instant(9), "roster", |read| {
            let visible = Visible::of(&Batch::list(read, scope.provider())?, Instant(at));
            Record::in_sight(read, scope, kind, &visible)
        })
        .unwrap()
}

#[test]
fn every_kind_comes_back_as_it_went() {
    both("kinds", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 0).unwrap();
        for &kind in RecordKind::ALL {
            let full = record(o, kind, 10, 3, false);
            let empty = Record {
                ended: true,
                ..record(o, kind, -10, 0, true)
            };
            assert!(!full.values.is_empty(), "{kind:?}");
            let new = [("id-1", &full), ("ID-1", &empty)];
            assert_eq!(insert(o, &scope, kind, 1, &new), Ok(2), "{kind:?}");
            let seen = in_sight(o, &scope, kind, i64::MAX);
            let expected = BTreeMap::from([("id-1".to_owned(), full), ("ID-1".to_owned(), empty)]);
            assert_eq!(seen, expected, "{kind:?}");
        }
    });
}

#[test]
fn the_latest_version_in_sight_is_the_record() {
    both("versions", |o| {
        let scope = o.provider("town");
        for (no, at) in [(1, 100), (2, 200), (3, 300)] {
            o.batch(&scope, no, at).unwrap();
        }
        for &kind in RecordKind::ALL {
            let first = record(o, kind, 100, 1, false);
            let second = record(o, kind, 200, 2, false);
            // The third is known from the same instant as the second: the later import counts.
            let third = Record {
                ended: true,
                ..record(o, kind, 200, 3, false)
            };
            for (no, version) in (1..).zip([&first, &second, &third]) {
                insert(o, &scope, kind, no, &[("x", version)]).unwrap();
            }
            let at = |at| in_sight(o, &scope, kind, at).remove("x");
            assert_eq!(at(99), None, "{kind:?}");
            assert_eq!(at(199), Some(first), "{kind:?}");
            assert_eq!(at(200), Some(third.clone()), "{kind:?}");
            assert_eq!(at(i64::MAX), Some(third), "{kind:?}");
        }
        o.undo(&scope, 3, 400).unwrap();
        for &kind in RecordKind::ALL {
            let seen = |at| in_sight(o, &scope, kind, at).remove("x").unwrap();
            assert!(!seen(400).ended && seen(399).ended, "{kind:?}");
            assert_eq!(seen(400), record(o, kind, 200, 2, false), "{kind:?}");
            assert_eq!(o.count(table_of(kind)), 3, "{kind:?}");
        }
    });
}

#[test]
fn a_version_is_kept_once_and_only_with_its_import() {
    both("once", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 0).unwrap();
        for &kind in RecordKind::ALL {
            let version = record(o, kind, 10, 1, false);
            let twice = [("x", &version), ("x", &version)];
            let error = insert(o, &scope, kind, 1, &twice).unwrap_err();
            assert!(error.breaks(Constraint::Unique), "{kind:?} {error:?}");
            let error = insert(o, &scope, kind, 2, &[("x", &version)]).unwrap_err();
            assert!(error.breaks(Constraint::ForeignKey), "{kind:?} {error:?}");
            assert_eq!(o.count(table_of(kind)), 0, "{kind:?}");
        }
    });
}
