//! Values, errors, transactions, snapshots.
//!
//! Invariant: every story here is told to both engines.

use crate::{add_pupil, both, count};
use lasna_store::db::{Constraint, DbError, ErrorKind, Param, Value};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::channel;

#[test]
fn values_come_back_as_they_went() {
    both("values", |o| {
        let texts = ["", "Äiti ’n €😀", "it's $1 -- \"x\"", "line\nline"];
        let ints = [0, 1, -1, i64::MIN, i64::MAX, 1 << 53, -(1 << 31) - 1];
        let bytes: [&[u8]; 3] = [b"", b"\0\xff\xfe", &[7; 100_000]];
        let mut expected = vec![Value::Null];
        expected.extend(texts.map(|t| Value::Text(t.to_owned())));
        expected.extend(ints.map(Value::Int));
        expected.extend(bytes.map(|b| Value::Bytes(b.to_vec())));
        o.db.write_here(|tx| {
            let made = "create table v (no bigint primary key, i bigint, t text, b BYTES)";
            let bytes = if o.is_sqlite() { "blob" } else { "bytea" };
            tx.execute_batch(&made.replace("BYTES", bytes))
        })
        .unwrap();
        for (no, value) in expected.iter().enumerate() {
            let column = match value {
                Value::Null | Value::Int(_) => "i",
                Value::Text(_) => "t",
                Value::Bytes(_) => "b",
            };
            let back: Result<Value, DbError> = o.db.write(|tx| {
                let sql = format!("insert into v (no, {column}) values ($1, $2)");
                assert_eq!(tx.execute(&sql, &[(no as i64).into(), value.into()])?, 1);
                let sql = format!("select {column} from v where no = $1");
                let row = tx.query_one(&sql, &[(no as i64).into()])?.unwrap();
                Ok(row.values()[0].clone())
            });
            assert!(back.as_ref() == Ok(value), "{back:?} {value:?}");
        }
    });
}

#[test]
fn columns_are_read_as_what_they_are() {
    both("columns", |o| {
        let sql = "select cast(5 as integer), cast(null as bigint), cast('x' as text), \
                   cast(70000 as bigint)";
        let row = o.db.read(|r| r.query_one(sql, &[])).unwrap().unwrap();
        assert_eq!(row.get::<i64>(0), Ok(5));
        assert_eq!(row.get::<u8>(0), Ok(5));
        assert_eq!(row.get::<Option<i64>>(1), Ok(None));
        assert_eq!(row.get::<Option<i32>>(0), Ok(Some(5)));
        assert_eq!(row.get::<&str>(2), Ok("x"));
        let kind = |result: Result<(), DbError>| result.unwrap_err().kind();
        assert_eq!(kind(row.get::<i64>(1).map(drop)), ErrorKind::Value);
        assert_eq!(kind(row.get::<i64>(2).map(drop)), ErrorKind::Value);
        assert_eq!(kind(row.get::<u16>(3).map(drop)), ErrorKind::Value);
        assert_eq!(kind(row.get::<bool>(0).map(drop)), ErrorKind::Value);
        assert_eq!(kind(row.get::<String>(4).map(drop)), ErrorKind::Value);
        let real =
            o.db.read(|r| r.query("select cast(0.5 as double precision)", &[]));
        assert_eq!(real.unwrap_err().kind(), ErrorKind::Value);
    });
}

#[test]
fn parameters_are_numbers_and_strings_are_left_alone() {
    both("parameters", |o| {
        let sql = "select '$1' || $2, $1 /* $3 '*/ , \"no\" -- $9 '\n\
                   from (select cast($1 as bigint) as no) as x where $1 = no and $2 <> 'it''s $1'";
        let rows =
            o.db.read(|r| r.query(sql, &[5.into(), "b".into()]))
                .unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get(0), Ok("$1b"));
        assert_eq!(rows[0].get(1), Ok(5_i64));
        let few = o.db.read(|r| r.query(sql, &[5.into()]));
        assert_eq!(few.unwrap_err().kind(), ErrorKind::Sql);
    });
}

#[test]
fn a_text_with_u0000_is_refused() {
    both("nul", |o| {
        let sql = "insert into pupil (no, name) values ($1, $2)";
        let refused = o.db.write(|tx| tx.execute(sql, &[1.into(), "a\0b".into()]));
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Value);
        let refused = o.db.write(|tx| {
            tx.copy_in(
                "pupil",
                &["no", "name"],
                [[Param::Int(1), Param::Text("\0")]],
            )
        });
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(count(&o.db, "pupil"), 0);
    });
}

#[test]
fn an_error_undoes_the_change_and_only_it() {
    #[derive(Debug, PartialEq)]
    enum Refused {
        Rule,
        Db(DbError),
    }
    impl From<DbError> for Refused {
        fn from(error: DbError) -> Refused {
            Refused::Db(error)
        }
    }
    both("undo", |o| {
        o.db.write(|tx| add_pupil(tx, 1)).unwrap();
        let refused: Result<(), Refused> = o.db.write(|tx| {
            add_pupil(tx, 2)?;
            Err(Refused::Rule)
        });
        assert_eq!(refused, Err(Refused::Rule));
        let refused: Result<(), Refused> = o.db.write_here(|tx| {
            add_pupil(tx, 3)?;
            Ok(add_pupil(tx, 1)?)
        });
        assert!(matches!(refused, Err(Refused::Db(_))));
        assert_eq!(count(&o.db, "pupil"), 1);
    });
}

#[test]
fn a_hidden_error_of_a_statement_is_not_committed() {
    both("hidden", |o| {
        let hidden = o.db.write(|tx| {
            add_pupil(tx, 1)?;
            let _ = add_pupil(tx, 1);
            Ok::<_, DbError>(())
        });
        assert!(hidden.unwrap_err().breaks(Constraint::Unique));
        assert_eq!(count(&o.db, "pupil"), 0);
    });
}

#[test]
fn a_panic_undoes_the_change_and_the_next_one_works() {
    both("panic", |o| {
        let run = || {
            o.db.write(|tx| {
                add_pupil(tx, 1)?;
                if count(&o.db, "pupil") == 0 {
                    panic!("a bug");
                }
                Ok::<_, DbError>(())
            })
        };
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
        o.db.write(|tx| add_pupil(tx, 2)).unwrap();
        assert_eq!(count(&o.db, "pupil"), 1);
    });
}

#[test]
fn each_constraint_has_its_kind() {
    both("constraints", |o| {
        o.db.write(|tx| add_pupil(tx, 1)).unwrap();
        let cases = [
            (
                "insert into pupil (no, name) values (1, 'x')",
                Constraint::Unique,
            ),
            (
                "insert into pupil (no, name) values (2, 'pupil 1')",
                Constraint::Unique,
            ),
            ("insert into pupil (no) values (2)", Constraint::NotNull),
            (
                "insert into pupil (no, name, level) values (2, 'x', 11)",
                Constraint::Check,
            ),
            (
                "insert into mark (pupil, day) values (99, 1)",
                Constraint::ForeignKey,
            ),
        ];
        for (sql, constraint) in cases {
            let error = o.db.write(|tx| tx.execute(sql, &[])).unwrap_err();
            assert!(error.breaks(constraint), "{sql}: {error:?}");
            assert!(
                !error.to_string().contains("pupil 1"),
                "a value is quoted: {error}"
            );
        }
        let error =
            o.db.write(|tx| tx.execute("insert into nothing values (1)", &[]));
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Sql);
    });
}

#[test]
fn a_read_sees_one_snapshot() {
    both("snapshot", |o| {
        o.db.write(|tx| add_pupil(tx, 1)).unwrap();
        o.db.read(|r| {
            let sql = "select count(*) from pupil";
            let mut ask = || r.query_one(sql, &[])?.unwrap().get::<i64>(0);
            assert_eq!(ask(), Ok(1));
            o.db.write(|tx| add_pupil(tx, 2)).unwrap();
            assert_eq!(count(&o.db, "pupil"), 2);
            assert_eq!(ask(), Ok(1));
            Ok::<_, DbError>(())
        })
        .unwrap();
    });
}

#[test]
fn a_read_changes_nothing() {
    both("readonly", |o| {
        let tried =
            o.db.read(|r| r.query("insert into pupil values (1, 'x') returning no", &[]));
        assert!(tried.is_err());
        assert_eq!(count(&o.db, "pupil"), 0);
        o.db.read(|r| r.query("select 1", &[])).unwrap();
    });
}

#[test]
fn what_is_acknowledged_is_committed() {
    both("acknowledged", |o| {
        let next = AtomicI64::new(0);
        std::thread::scope(|s| {
            for _ in 0..8 {
                s.spawn(|| {
                    for round in 0..40 {
                        let no = next.fetch_add(1, Ordering::Relaxed);
                        let change = o.db.write(|tx| {
                            add_pupil(tx, no)?;
                            let fail = round % 5 == 4;
                            let wrong = || DbError::new(ErrorKind::Value, "on purpose");
                            if fail { Err(wrong()) } else { Ok(()) }
                        });
                        let sql = "select no from pupil where no = $1";
                        let seen = o.db.read(|r| r.query_one(sql, &[no.into()])).unwrap();
                        assert_eq!(seen.is_some(), change.is_ok(), "{no}");
                        assert_eq!(change.is_ok(), round % 5 != 4, "{no}: {change:?}");
                    }
                });
            }
        });
        assert_eq!(count(&o.db, "pupil"), 8 * 32);
    });
}

#[test]
fn a_lock_makes_changes_follow_one_another() {
    both("lock", |o| {
        let (locked, has_lock) = channel();
        std::thread::scope(|s| {
            s.spawn(|| {
                o.db.write_here(|tx| {
                    tx.lock(7)?;
                    locked.send(()).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(200));
                    add_pupil(tx, 1)
                })
                .unwrap();
            });
            has_lock.recv().unwrap();
            let seen: i64 =
                o.db.write(|tx| {
                    tx.lock(7)?;
                    tx.query_one("select count(*) from pupil", &[])?
                        .unwrap()
                        .get(0)
                })
                .unwrap();
            assert_eq!(seen, 1);
        });
    });
}

#[test]
fn a_wrong_statement_is_found_before_it_runs() {
    both("prepare", |o| {
        let refused =
            o.db.prepare_all(&[
                "select no from pupil where name = $1",
                "select no from pupils",
                "insert into mark (pupil, day) values ($1, $2) on conflict do nothing",
                "select \"nmae\" from pupil",
                "selct 1",
            ])
            .unwrap();
        let indexes: Vec<usize> = refused.iter().map(|(index, _)| *index).collect();
        assert_eq!(indexes, [1, 3, 4], "{refused:?}");
        assert_eq!(count(&o.db, "mark"), 0);
        o.db.integrity().unwrap();
    });
}

#[test]
fn statements_survive_a_change_of_the_schema() {
    both("schema", |o| {
        o.db.write(|tx| add_pupil(tx, 1)).unwrap();
        let columns = || {
            let row =
                o.db.read(|r| r.query_one("select * from pupil", &[]))
                    .unwrap();
            row.unwrap().values().len()
        };
        // Several connections that know the statement.
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| assert_eq!(columns(), 4));
            }
        });
        let add = "alter table pupil add column shoe bigint";
        o.db.write_here(|tx| tx.execute_batch(add)).unwrap();
        for _ in 0..4 {
            assert_eq!(columns(), 5);
        }
    });
}
