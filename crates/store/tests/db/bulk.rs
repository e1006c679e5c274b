//! Many rows in, many rows out.
//!
//! Invariant: a bulk insert is whole or not there.

use crate::{add_pupil, both, count};
use lasna_store::db::{Constraint, DbError, ErrorKind, Param};

const ROWS: i64 = 100_000;
const COLUMNS: [&str; 3] = ["pupil", "day", "text"];

fn rows(upto: i64) -> impl Iterator<Item = [Param<'static>; 3]> {
    (0..upto).map(|n| {
        let text = if n % 7 == 0 {
            Param::Null
        } else {
            Param::Text("poissa")
        };
        [Param::Int(1), Param::Int(n), text]
    })
}

#[test]
fn a_hundred_thousand_rows_go_in_and_come_out() {
    both("bulk", |o| {
        let inserted: Result<u64, DbError> = o.db.write_here(|tx| {
            add_pupil(tx, 1)?;
            tx.copy_in("mark", &COLUMNS, rows(ROWS))
        });
        assert_eq!(inserted, Ok(ROWS as u64));
        let (mut seen, mut sum, mut nulls) = (0, 0, 0);
        let sql = "select day, text from mark where pupil = $1 order by day";
        o.db.read(|r| {
            r.query_each(sql, &[1.into()], |row| {
                assert_eq!(row.get::<i64>(0)?, seen);
                seen += 1;
                sum += row.get::<i64>(0)?;
                nulls += i64::from(row.get::<Option<&str>>(1)?.is_none());
                Ok::<_, DbError>(())
            })
        })
        .unwrap();
        assert_eq!((seen, sum), (ROWS, ROWS * (ROWS - 1) / 2));
        assert_eq!(nulls, (ROWS + 6) / 7);
    });
}

#[test]
fn a_stream_ends_at_the_callers_error() {
    both("stream", |o| {
        o.db.write_here(|tx| {
            add_pupil(tx, 1)?;
            tx.copy_in("mark", &COLUMNS, rows(5_000))
        })
        .unwrap();
        let mut seen = 0;
        let ended = o.db.read(|r| {
            let first = r.query_each("select day from mark", &[], |_| {
                seen += 1;
                let enough = || DbError::new(ErrorKind::Busy, "enough");
                if seen == 10 { Err(enough()) } else { Ok(()) }
            });
            // The same snapshot still answers.
            assert_eq!(r.query("select day from mark", &[])?.len(), 5_000);
            first
        });
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Busy);
        assert_eq!(seen, 10);
    });
}

#[test]
fn rows_one_by_one_borrow_what_they_need() {
    both("rows", |o| {
        let added: Result<u64, DbError> = o.db.write(|tx| {
            let mut copy = tx.copy("pupil", &["no", "name", "photo"])?;
            let mut name = String::new();
            for no in 0..100_i64 {
                name.clear();
                name.push_str(&format!("pupil {no}"));
                copy.row(&[no.into(), name.as_str().into(), name.as_bytes().into()])?;
            }
            let rows = copy.finish()?;
            // The transaction goes on after it.
            add_pupil(tx, 100)?;
            Ok(rows)
        });
        assert_eq!(added, Ok(100));
        assert_eq!(count(&o.db, "pupil"), 101);
    });
}

#[test]
fn a_bad_row_undoes_the_bulk_insert() {
    both("badrow", |o| {
        let twice = o.db.write_here(|tx| {
            add_pupil(tx, 1)?;
            tx.copy_in("mark", &COLUMNS, rows(100).chain(rows(1)))
        });
        assert!(twice.unwrap_err().breaks(Constraint::Unique));
        let orphans = o.db.write_here(|tx| tx.copy_in("mark", &COLUMNS, rows(3)));
        assert!(orphans.unwrap_err().breaks(Constraint::ForeignKey));
        let narrow =
            o.db.write(|tx| tx.copy_in("mark", &COLUMNS, [[Param::Int(1)]]));
        assert_eq!(narrow.unwrap_err().kind(), ErrorKind::Value);
        // An error that the closure hides, and an insert that it forgets.
        let hidden = o.db.write(|tx| {
            let _ = tx.copy_in("mark", &COLUMNS, rows(3));
            Ok::<_, DbError>(())
        });
        assert!(hidden.unwrap_err().breaks(Constraint::ForeignKey));
        let forgotten = o.db.write(|tx| {
            add_pupil(tx, 1)?;
            let mut copy = tx.copy("mark", &COLUMNS)?;
            for row in rows(10) {
                copy.row(&row)?;
            }
            drop(copy);
            Ok::<_, DbError>(())
        });
        assert_eq!(forgotten.unwrap_err().kind(), ErrorKind::Sql);
        assert_eq!((count(&o.db, "pupil"), count(&o.db, "mark")), (0, 0));
    });
}
