//! What only a server does: connections that break, settings, integer types.
//!
//! Invariant: no story here passes for want of a server without saying so.

use crate::{add_pupil, count, postgres};
use lasna_store::db::{Database, DbError, ErrorKind, Place};

#[test]
fn a_server_elsewhere_is_refused_without_tls() {
    let url = "postgres://lasna:hunter2@db.example.org/lasna";
    let Err(error) = Database::open(Place::Url(url.into())) else {
        panic!("it was opened")
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("TLS"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn a_server_that_is_away_is_lost() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("postgres://lasna:hunter2@127.0.0.1:{port}/lasna");
    let Err(error) = Database::open(Place::Url(url)) else {
        panic!("it was opened")
    };
    assert_eq!(error.kind(), ErrorKind::Lost);
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn a_server_that_answers_before_its_disk_is_refused() {
    let Some(o) = postgres("settings") else {
        return;
    };
    let Place::Url(url) = &o.place else {
        panic!("not a server")
    };
    let hasty = format!("{url}?options=-c%20synchronous_commit%3Doff");
    let Err(error) = Database::open(Place::Url(hasty)) else {
        panic!("it was opened")
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let missing = Database::open(Place::Url(format!("{url}_missing")));
    assert_eq!(
        missing.err().map(|e| e.kind()),
        Some(ErrorKind::Configuration)
    );
}

#[test]
fn broken_connections_are_replaced() {
    let Some(o) = postgres("broken") else { return };
    let other = Database::open(o.place.clone()).unwrap();
    let end_others = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                      where datname = current_database() and pid <> pg_backend_pid()";
    for round in 0..3 {
        std::thread::scope(|s| {
            for no in 0..4 {
                let o = &o;
                s.spawn(move || o.db.write(|tx| add_pupil(tx, round * 4 + no)).unwrap());
            }
        });
        other.read(|r| r.query(end_others, &[])).unwrap();
    }
    assert_eq!(count(&o.db, "pupil"), 12);
    // One that breaks in the middle of a change.
    let lost = o.db.write(|tx| {
        add_pupil(tx, 100)?;
        other.read(|r| r.query(end_others, &[])).unwrap();
        add_pupil(tx, 101)
    });
    assert_eq!(lost.unwrap_err().kind(), ErrorKind::Lost);
    assert_eq!(count(&o.db, "pupil"), 12);
}

#[test]
fn smaller_integers_are_read_and_never_cut() {
    let Some(o) = postgres("integers") else {
        return;
    };
    o.db.write_here(|tx| {
        tx.execute_batch("create table n (a integer, b smallint, c boolean, d bigint)")
    })
    .unwrap();
    let sql = "insert into n values ($1, $2, $3, $4)";
    let add = |a: i64, b: i64, c: i64| {
        o.db.write(|tx| tx.execute(sql, &[a.into(), b.into(), c.into(), a.into()]))
    };
    add(i64::from(i32::MIN), i64::from(i16::MAX), 1).unwrap();
    for (a, b, c) in [(1 << 31, 0, 0), (0, 1 << 15, 0), (0, 0, 2)] {
        assert_eq!(add(a, b, c).unwrap_err().kind(), ErrorKind::Value);
    }
    let row =
        o.db.read(|r| r.query_one("select a, b, c from n", &[]))
            .unwrap()
            .unwrap();
    assert_eq!(
        (row.get(0), row.get(1)),
        (Ok(i64::from(i32::MIN)), Ok(i64::from(i16::MAX)))
    );
    assert_eq!(row.get(2), Ok(true));
    let copied: Result<u64, DbError> = o.db.write(|tx| {
        tx.copy_in(
            "n",
            &["a", "b"],
            [[5.into(), 6.into()], [(1_i64 << 40).into(), 6.into()]],
        )
    });
    assert_eq!(copied.unwrap_err().kind(), ErrorKind::Value);
}

#[test]
fn types_without_a_value_are_found_by_preparing() {
    let Some(o) = postgres("types") else { return };
    let all = [
        "select sum(no) from pupil",
        "select cast(sum(no) as bigint) from pupil",
        "select now()",
        "select no from pupil where name = $1",
    ];
    let refused = o.db.prepare_all(&all).unwrap();
    let indexes: Vec<usize> = refused.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, [0, 2]);
}

#[test]
fn a_value_in_a_message_of_the_server_is_cut_off() {
    let Some(o) = postgres("message") else { return };
    let sql = "select cast($1 as text)::bigint";
    let error =
        o.db.read(|r| r.query(sql, &["Aino Virtanen".into()]))
            .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!error.to_string().contains("Aino"), "{error}");
}

#[test]
fn a_lock_of_another_is_waited_for_and_not_for_ever() {
    let Some(o) = postgres("waiting") else { return };
    o.db.write(|tx| add_pupil(tx, 1)).unwrap();
    let update = "update pupil set level = 1 where no = 1";
    let busy = o.db.write(|tx| {
        tx.execute(update, &[])?;
        let busy = o.db.write(|tx| tx.execute(update, &[])).unwrap_err();
        Ok::<_, DbError>(busy)
    });
    assert_eq!(busy.unwrap().kind(), ErrorKind::Busy);
}
