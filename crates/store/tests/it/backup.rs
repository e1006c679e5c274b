//! Whole databases: what a snapshot holds, filling an empty place, older schemas, leases.
//!
//! Invariant: a table that the manifest names is in every snapshot.

use crate::{Opened, both, scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::ProviderNo;
use lasna_store::backup::TableShape;
use lasna_store::db::{DbError, ErrorKind, Param, Place, Value};
use lasna_store::{BackupRun, Lease, Store};
use lasna_testkit::temp::folder;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

type Content = Vec<(TableShape, Vec<Vec<Value>>)>;

/// Every row of every table.
fn content(store: &Store) -> Content {
    store
        .snapshot(|snapshot| {
            let shapes = snapshot.tables().to_vec();
            let mut content = Vec::new();
            for shape in shapes {
                let mut rows = Vec::new();
                snapshot.rows(&shape, |row| {
                    rows.push(row.to_row()?.values().to_vec());
                    Ok::<(), DbError>(())
                })?;
                content.push((shape, rows));
            }
            Ok::<_, DbError>(content)
        })
        .unwrap()
}

/// A value for a column; keys are told apart by `no`.
fn value(shape: &TableShape, column: usize, no: i64) -> Value {
    use lasna_store::backup::Holds;
    match shape.columns[column].1 {
        Holds::Integer => Value::Int(no),
        // Ä and å sort otherwise in most languages, and B before a by its bytes.
        Holds::Text => Value::Text(format!("{}{no}", ["å", "Ä", "a", "B"][no as usize % 4])),
        Holds::Bytes => Value::Bytes(vec![0, 255, no as u8]),
    }
}

/// Puts rows into every table, whatever tables there are.
fn fill_everything(place: Place, schema: i64) -> Store {
    let filled = Store::filled((place, lasna_testkit::keys::fixed()), schema, |filling| {
        // Which key seals is no row like others: a name that nobody has opens nothing.
        let tables = filling.tables().to_vec();
        for shape in tables.iter().filter(|shape| shape.name != "key_state") {
            let put_in = filling.fill(&shape.name, &shape.names(), |put| {
                for no in 0..9 {
                    let row: Vec<Value> = (0..shape.columns.len())
                        .map(|c| value(shape, c, no))
                        .collect();
                    put(&row.iter().map(Value::as_param).collect::<Vec<Param<'_>>>())?;
                }
                Ok::<(), DbError>(())
            })?;
            assert_eq!(put_in, 9, "{}", shape.name);
        }
        Ok::<(), DbError>(())
    });
    filled.unwrap().0
}

fn empty(name: &str) -> Vec<(Place, Option<lasna_testkit::temp::TempDir>)> {
    let folder = folder();
    let place = Place::Folder(folder.path().join("copy"));
    let mut places = vec![(place, Some(folder))];
    places.extend(lasna_testkit::postgres::database(name).map(|url| (Place::Url(url), None)));
    places
}

#[test]
fn a_snapshot_holds_every_table_of_the_manifest_with_every_column() {
    let manifest: BTreeMap<String, BTreeMap<String, toml::Value>> =
        toml::from_str(include_str!("../../data-classes.toml")).unwrap();
    both("snapshot", |o: &Opened| {
        let there: BTreeMap<String, Vec<String>> = content(&o.store)
            .into_iter()
            .map(|(shape, _)| {
                let mut names: Vec<String> = shape.names().into_iter().map(str::to_owned).collect();
                names.sort();
                (shape.name, names)
            })
            .collect();
        let named: BTreeMap<String, Vec<String>> = manifest
            .iter()
            .map(|(table, columns)| (table.clone(), columns.keys().cloned().collect()))
            .collect();
        assert_eq!(there, named);
    });
}

#[test]
fn a_copy_has_the_same_rows_in_the_same_order_on_any_engine() {
    let mut copies = 0;
    for (from, _kept) in empty("copy_from") {
        let store = fill_everything(from, Store::schema_known());
        let before = content(&store);
        assert!(
            before.len() > 30
                && before
                    .iter()
                    .all(|(shape, rows)| rows.len() == 9 || shape.name == "key_state")
        );
        for (to, _kept) in empty("copy_to") {
            let (copy, rows) = store.copy_to(to).unwrap();
            assert_eq!(rows, (before.len() as u64 - 1) * 9);
            assert!(content(&copy) == before, "{:?}", copy.database().engine());
            copy.database().integrity().unwrap();
            copies += 1;
        }
    }
    println!("{copies} copies compared");
}

#[test]
fn a_place_with_something_in_it_is_refused_and_left_alone() {
    both("not_empty", |o: &Opened| {
        o.provider("town");
        let before = content(&o.store);
        let refused = o.store.copy_to(o.place.clone()).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Configuration);
        assert!(content(&o.store) == before);
    });
    for (place, _kept) in empty("too_new") {
        let newer = Store::schema_known() + 1;
        let refused = Store::filled((place.clone(), lasna_testkit::keys::fixed()), newer, |_| {
            Ok::<(), DbError>(())
        });
        assert_eq!(refused.err().unwrap().kind(), ErrorKind::Configuration);
        let refused = Store::filled((place.clone(), lasna_testkit::keys::fixed()), 3, |_| {
            Err::<(), _>(DbError::new(ErrorKind::Value, "on purpose"))
        });
        assert_eq!(refused.err().unwrap().kind(), ErrorKind::Value);
        assert_eq!(
            Store::as_it_is(place, lasna_testkit::keys::fixed())
                .unwrap()
                .schema()
                .unwrap(),
            0
        );
    }
}

#[test]
fn every_older_schema_is_brought_up_with_its_rows() {
    for schema in 1..Store::schema_known() {
        for (place, _kept) in empty("older") {
            let store = fill_everything(place, schema);
            assert_eq!(store.schema().unwrap(), schema);
            let before = content(&store);
            store.bring_up(&|_| {}).unwrap();
            assert_eq!(store.schema().unwrap(), Store::schema_known());
            store.database().integrity().unwrap();
            let after = content(&store);
            for (shape, rows) in before {
                let (now, kept) = after
                    .iter()
                    .find(|(now, _)| now.name == shape.name)
                    .unwrap();
                // Columns that came later follow those that were there.
                let sealed = ["audit", "signal_note", "mark_reason"];
                if sealed.contains(&shape.name.as_str()) && now.columns != shape.columns
                    || shape.name != "audit" && sealed.contains(&shape.name.as_str())
                {
                    // Their rows are carried over, sealed: every one of them is there.
                    assert_eq!(kept.len(), rows.len(), "{} of schema {schema}", shape.name);
                    continue;
                }
                assert!(now.columns.starts_with(&shape.columns), "{}", shape.name);
                let width = shape.columns.len();
                let kept: Vec<Vec<Value>> = kept.iter().map(|row| row[..width].to_vec()).collect();
                assert!(kept == rows, "{} of schema {schema}", shape.name);
            }
        }
    }
}

#[test]
fn a_snapshot_is_of_one_instant_while_others_write() {
    both("instant", |o: &Opened| {
        let own = o.provider("town");
        let done = AtomicBool::new(false);
        std::thread::scope(|s| {
            s.spawn(|| {
                let mut no = 0;
                while !done.load(Ordering::Relaxed) {
                    no += 1;
                    // One row in each of two tables, in one transaction: a batch and its audit.
                    o.batch(&own, no, i64::from(no)).unwrap();
                }
            });
            for _ in 0..20 {
                let counts = o.store.snapshot(|snapshot| {
                    let mut counts = Vec::new();
                    for shape in snapshot.tables().to_vec() {
                        if ["import_batch", "audit"].contains(&shape.name.as_str()) {
                            let mut count = 0;
                            snapshot.rows(&shape, |_| {
                                count += 1;
                                Ok::<(), DbError>(())
                            })?;
                            counts.push(count);
                            std::thread::sleep(std::time::Duration::from_millis(10));
                        }
                    }
                    Ok::<Vec<i32>, DbError>(counts)
                });
                let counts = counts.unwrap();
                assert!(counts.len() == 2 && counts[0] == counts[1], "{counts:?}");
            }
            done.store(true, Ordering::Relaxed);
        });
        assert!(o.count("import_batch") > 20);
    });
}

#[test]
fn one_takes_a_job_at_a_time_and_it_ends_once() {
    both("lease", |o: &Opened| {
        let scope = scope(ProviderNo(1));
        let job = Lease {
            kind: "drill",
            due: Instant(100),
        };
        let take = |at: i64, until: i64| {
            let change =
                |tx: &mut lasna_store::db::Tx<'_>| job.take(tx, Instant(at), Instant(until));
            o.store.change(&scope, Instant(at), "job", change).unwrap()
        };
        assert!(take(100, 200));
        assert!(!take(150, 250), "it is somebody's");
        assert!(take(200, 300), "its lease has run out");
        let other = Lease {
            due: Instant(101),
            ..job
        };
        let end = |job: Lease<'_>, at: i64| {
            o.store.change(&scope, Instant(at), "job", |tx| {
                job.end(tx, Instant(at), "ok")
            })
        };
        end(job, 250).unwrap();
        assert!(end(job, 251).is_err());
        assert!(!take(400, 500), "it has ended");
        assert!(o.store.ask(|read| job.has_ended(read)).unwrap());
        assert!(!o.store.ask(|read| other.has_ended(read)).unwrap());
        // All at once: one of them has it.
        let taken: usize = std::thread::scope(|s| {
            let tries: Vec<_> = (0..8)
                .map(|_| {
                    s.spawn(|| {
                        o.store.change(&scope, Instant(600), "job", |tx| {
                            other.take(tx, Instant(600), Instant(700))
                        })
                    })
                })
                .collect();
            let tried = tries.into_iter().map(|one| one.join().unwrap().unwrap());
            tried.filter(|taken| *taken).count()
        });
        assert_eq!(taken, 1);
    });
}

#[test]
fn backups_and_starts_are_remembered_newest_first() {
    both("runs", |o: &Opened| {
        let scope = o.provider("town");
        let run = |at: i64, kind: &str| BackupRun {
            at: Instant(at),
            kind: kind.to_owned(),
            made_at: Instant(at - 1),
            rows: 7,
            bytes: 8,
            digest: "ab".to_owned(),
            outcome: "ok".to_owned(),
        };
        let all = [run(10, "create"), run(11, "verify")];
        for one in &all {
            o.store
                .change(&scope, one.at, "backup", |tx| one.insert(tx))
                .unwrap();
        }
        let listed = o.store.ask(BackupRun::list).unwrap();
        assert_eq!(listed, [all[1].clone(), all[0].clone()]);
        assert_eq!(o.store.ask(BackupRun::last_start).unwrap(), Instant(0));
        for at in [5, 9] {
            o.store
                .change(&scope, Instant(at), "start", |tx| {
                    BackupRun::started(tx, Instant(at), "1")
                })
                .unwrap();
        }
        assert_eq!(o.store.ask(BackupRun::last_start).unwrap(), Instant(9));
    });
}
