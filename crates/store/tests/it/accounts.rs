//! Accounts that are listed, get a new first password, and end.
//!
//! Invariant: what has ended is opened by nothing, and none of its rows is gone.

use crate::people::{change, password, person};
use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_store::db::{Constraint, DbError, ErrorKind, Read};
use lasna_store::{Account, AccountRow, NewSession, Profile};

/// Whether token, login and session lead to an account at instant 12.
fn opens(o: &Opened, token: &str, login: &str, session: &str) -> [bool; 3] {
    let ask = |read: &mut Read<'_>| {
        Ok::<_, DbError>([
            Account::by_token(read, token)?.is_some(),
            Account::by_login(read, login)?.is_some(),
            Account::by_session(read, session, Instant(12))?.is_some(),
        ])
    };
    o.store.ask(ask).unwrap()
}

/// How many have a first password, and how many teachers the school has.
fn counts(o: &Opened, scope: &Scope) -> (u64, usize) {
    let ask = |read: &mut Read<'_>| {
        let teachers = Profile::of_role(read, scope.provider(), "teacher", "school-a")?;
        let first = Account::first_passwords(read, scope.provider())?;
        Ok::<_, DbError>((first, teachers.len()))
    };
    o.store.ask(ask).unwrap()
}

/// Gives two people passwords and sessions, and makes the account of a machine.
fn in_use(o: &Opened, scope: &Scope, [aino, eero]: [&Account; 2]) -> Account {
    let machine = change(o, scope, 6, |tx| {
        Account::insert(
            tx,
            scope,
            "service",
            Some("school-a"),
            "machine",
            Instant(6),
        )?;
        Ok(Account::by_token(tx, "machine")?.unwrap())
    })
    .unwrap();
    for (account, session) in [(aino, "one"), (aino, "two"), (eero, "three")] {
        change(o, scope, 10, |tx| {
            account.sign_in(tx, &NewSession::plain(session, Instant(10), Instant(20)))
        })
        .unwrap();
    }
    for account in [aino, eero] {
        change(o, scope, 10, |tx| {
            account.set_password(tx, &password("first", true), Instant(10))
        })
        .unwrap();
    }
    machine
}

#[test]
fn an_ended_account_is_opened_by_nothing_and_stays() {
    both("ended", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        let eero = person(o, &scope, "eero", 5).unwrap();
        let machine = in_use(o, &scope, [&aino, &eero]);
        assert_eq!(opens(o, "machine", "aino", "one"), [true; 3]);
        assert_eq!(counts(o, &scope), (2, 2));
        // The change fails after all of it was written: nothing has ended.
        let tables = ["user_end", "sign_out", "audit"];
        let before = tables.map(|table| o.count(table));
        let failed = change(o, &scope, 11, |tx| {
            aino.end(tx, &scope, Instant(11))?;
            Err::<(), _>(DbError::new(ErrorKind::Value, "a rule"))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(tables.map(|table| o.count(table)), before);
        assert_eq!(opens(o, "machine", "aino", "one"), [true; 3]);

        for account in [&aino, &machine] {
            change(o, &scope, 11, |tx| account.end(tx, &scope, Instant(11))).unwrap();
        }
        assert_eq!(opens(o, "machine", "aino", "one"), [false; 3]);
        assert_eq!(opens(o, "", "eero", "three"), [false, true, true]);
        assert_eq!(counts(o, &scope), (1, 1));
        assert_eq!(o.count("sign_out"), 2, "each session has its end");
        let twice = change(o, &scope, 12, |tx| aino.end(tx, &scope, Instant(12)));
        assert!(twice.unwrap_err().breaks(Constraint::Unique));
        // The rows stay: the login is not given again, and the list says when it ended.
        assert_eq!((o.count("user_account"), o.count("user_profile")), (3, 2));
        let rows = o
            .store
            .ask(|read| {
                assert!(Account::is_login_taken(read, "aino")?);
                assert!(!Account::is_login_taken(read, "liisa")?);
                AccountRow::list(read, &scope)
            })
            .unwrap();
        let short = |row: &AccountRow| (row.login.clone(), row.ended);
        let short: Vec<_> = rows.iter().map(short).collect();
        let ended = Some(Instant(11));
        assert_eq!(
            short,
            [
                (Some("aino".into()), ended),
                (Some("eero".into()), None),
                (None, ended)
            ]
        );
        assert_eq!(rows[2].account, machine);
    });
}

#[test]
fn all_sessions_of_one_person_end_and_of_nobody_else() {
    both("sign_out_all", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        let eero = person(o, &scope, "eero", 5).unwrap();
        for (account, session, ends) in [
            (&aino, "one", 20),
            (&aino, "two", 20),
            (&aino, "old", 11),
            (&eero, "three", 20),
        ] {
            change(o, &scope, 10, |tx| {
                account.sign_in(tx, &NewSession::plain(session, Instant(10), Instant(ends)))
            })
            .unwrap();
        }
        for _ in 0..2 {
            change(o, &scope, 12, |tx| aino.sign_out_all(tx, Instant(12))).unwrap();
            let run = ["one", "two", "three"].map(|session| opens(o, "", "aino", session)[2]);
            assert_eq!(run, [false, false, true]);
            assert_eq!(o.count("sign_out"), 2);
        }
        assert_eq!(
            opens(o, "", "aino", "one"),
            [false, true, false],
            "the account goes on"
        );
    });
}
