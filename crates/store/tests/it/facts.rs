//! Facts go in and come out as they are, in order of their key.
//!
//! Invariant: a fact without its import is nowhere.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant, Span};
use lasna_domain::ids::{BatchNo, PersonNo};
use lasna_store::db::{Constraint, DbError};
use lasna_store::{Batch, FactRow, FactTable, Visible};

/// Rows of a table whose places all differ, with both ends of what is kept.
fn rows(table: FactTable) -> Vec<FactRow> {
    let mut rows = Vec::new();
    for (n, &first) in [0, 1, 7, i32::MAX].iter().enumerate() {
        let n = n as i32;
        for day in [i32::MIN, -1, 20_000, i32::MAX] {
            let (mut key, mut values) =
                ([first, day, -1 + n, n], [n, -n, 1440, i32::MIN, i32::MAX]);
            key[table.key().len()..].fill(0);
            values[table.values().len()..].fill(0);
            rows.push(FactRow {
                key,
                known_at: Instant(i64::from(n) * 10 - 5),
                batch: BatchNo(1),
                values,
            });
        }
    }
    rows.sort_unstable();
    rows.dedup_by_key(|row| (row.key, row.known_at));
    rows
}

fn insert(o: &Opened, scope: &Scope, table: FactTable, rows: &[FactRow]) -> Result<u64, DbError> {
    o.store.change(scope, Instant(9), table.name(), |tx| {
        FactRow::insert(tx, scope, table, rows)
    })
}

/// Collects what a reading hands over.
fn read(
    o: &Opened,
    scope: &Scope,
    reading: impl FnOnce(
        &mut lasna_store::db::Read<'_>,
        &Visible,
        &mut dyn FnMut(FactRow) -> Result<(), DbError>,
    ) -> Result<(), DbError>,
) -> Vec<FactRow> {
    let mut seen = Vec::new();
    o.store
        .look(scope, Instant(9), "facts", |read| {
            let visible = Visible::of(&Batch::list(read, scope.provider())?, Instant::LATEST);
            reading(read, &visible, &mut |row| {
                seen.push(row);
                Ok(())
            })
        })
        .unwrap();
    seen
}

#[test]
fn facts_come_back_as_they_went_in_order_of_their_key() {
    both("facts", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 0).unwrap();
        for table in FactTable::ALL {
            let rows = rows(table);
            let mut mixed = rows.clone();
            mixed.reverse();
            mixed.swap(0, 1);
            let inserted = insert(o, &scope, table, &mixed).unwrap();
            assert_eq!(inserted, rows.len() as u64, "{table:?}");
            let seen = read(o, &scope, |r, visible, each| {
                FactRow::each(r, &scope, table, visible, each)
            });
            assert_eq!(seen, rows, "{table:?}");
        }
    });
}

#[test]
fn days_are_read_from_the_first_to_before_the_last() {
    both("days", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 0).unwrap();
        for table in FactTable::ALL {
            if table == FactTable::Setting {
                continue;
            }
            let rows = rows(table);
            insert(o, &scope, table, &rows).unwrap();
            for (from, to) in [(-1, 20_000), (-1, 20_001), (20_000, 20_000), (0, i32::MAX)] {
                let days = Span {
                    from: Day(from),
                    to: Day(to),
                };
                let seen = read(o, &scope, |r, visible, each| {
                    FactRow::each_of_days(r, &scope, table, visible, days, each)
                });
                let inside = |row: &&FactRow| days.contains(Day(row.key[1]));
                let expected: Vec<FactRow> = rows.iter().filter(inside).copied().collect();
                assert_eq!(seen, expected, "{table:?} {from}..{to}");
            }
        }
    });
}

#[test]
fn one_pupils_marks_are_read_alone() {
    both("pupil", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 0).unwrap();
        for table in [FactTable::Mark, FactTable::Reason] {
            let rows = rows(table);
            insert(o, &scope, table, &rows).unwrap();
            for pupil in [1, 2] {
                let seen = read(o, &scope, |r, visible, each| {
                    FactRow::each_of_pupil(r, &scope, table, visible, PersonNo(pupil), each)
                });
                let own = |row: &&FactRow| row.key[0] == pupil as i32;
                let expected: Vec<FactRow> = rows.iter().filter(own).copied().collect();
                assert_eq!(seen, expected, "{table:?} {pupil}");
                assert_eq!(seen.is_empty(), pupil == 2);
            }
        }
    });
}

#[test]
fn a_fact_without_its_import_is_refused() {
    both("no_import", |o| {
        let scope = o.provider("town");
        for table in FactTable::ALL {
            let error = insert(o, &scope, table, &rows(table)).unwrap_err();
            assert!(error.breaks(Constraint::ForeignKey), "{table:?} {error:?}");
            assert_eq!(o.count(table.name()), 0, "{table:?}");
        }
        assert_eq!(o.count("audit"), 0);
    });
}

#[test]
fn one_import_says_one_thing_of_a_key_at_an_instant() {
    both("twice", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 0).unwrap();
        o.batch(&scope, 2, 0).unwrap();
        for table in FactTable::ALL {
            let row = rows(table)[0];
            let other = FactRow {
                values: [5, 0, 0, 0, 0],
                ..row
            };
            insert(o, &scope, table, &[row]).unwrap();
            let error = insert(o, &scope, table, &[other]).unwrap_err();
            assert!(error.breaks(Constraint::Unique), "{table:?} {error:?}");
            let later = FactRow {
                batch: BatchNo(2),
                ..other
            };
            insert(o, &scope, table, &[later]).unwrap();
            let seen = read(o, &scope, |r, visible, each| {
                FactRow::each(r, &scope, table, visible, each)
            });
            assert_eq!(seen, [row, later], "{table:?}");
        }
    });
}
