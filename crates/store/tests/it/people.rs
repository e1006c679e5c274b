//! Accounts of people: profiles, passwords, languages, sessions, passes for a day.
//!
//! Invariant: what counts is the latest row, and every earlier one is still there.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::UserNo;
use lasna_store::db::{Constraint, DbError, ErrorKind, Read, Tx};
use lasna_store::{Account, DayPass, NewSession, Password, Profile};

pub fn change<T>(
    o: &Opened,
    scope: &Scope,
    at: i64,
    change: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError>,
) -> Result<T, DbError> {
    o.store.change(scope, Instant(at), "test", change)
}

/// Makes the account of a login.
pub fn person(o: &Opened, scope: &Scope, login: &str, at: i64) -> Result<Account, DbError> {
    change(o, scope, at, |tx| {
        Account::insert_person(tx, scope, "teacher", Some("school-a"), login, Instant(at))?;
        let profile = Profile {
            user: Profile::last_user(tx)?,
            login: login.into(),
            name: format!("Name {login}"),
            person: Some(format!("p-{login}")),
        };
        profile.insert(tx, scope, Instant(at))?;
        Ok(Account::by_login(tx, login)?.unwrap())
    })
}

pub fn password(hash: &str, once: bool) -> Password {
    Password {
        hash: hash.into(),
        once,
    }
}

#[test]
fn a_login_leads_to_one_account_and_no_token_opens_it() {
    both("login", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        let eero = person(o, &scope, "eero", 5).unwrap();
        assert_ne!(aino.no, eero.no);
        assert_eq!(aino.school.as_deref(), Some("school-a"));
        o.store
            .ask(|read| {
                assert_eq!(Account::by_login(read, "aino")?, Some(aino.clone()));
                for other in ["Aino", "aino ", "", "a"] {
                    assert_eq!(Account::by_login(read, other)?, None, "{other:?}");
                }
                // What stands where the digest of a token stands is not to be guessed from outside.
                for word in ["person:aino:5", "person:aino", "aino", ""] {
                    assert_eq!(Account::by_token(read, word)?, None, "{word:?}");
                }
                let profile = Profile::of(read, aino.provider, aino.no)?.unwrap();
                assert_eq!(
                    (profile.user, profile.name.as_str()),
                    (aino.no, "Name aino")
                );
                let all = Profile::list(read, scope.provider())?;
                assert_eq!(all.len(), 2);
                assert_eq!(Profile::last_user(read)?, eero.no);
                Ok::<(), DbError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_login_that_is_taken_leaves_no_account_and_no_audit() {
    both("taken", |o| {
        let scope = o.provider("town");
        person(o, &scope, "aino", 5).unwrap();
        let tables = ["user_account", "user_profile", "audit"];
        let before = tables.map(|table| o.count(table));
        let taken = person(o, &scope, "aino", 6).unwrap_err();
        assert!(taken.breaks(Constraint::Unique), "{taken:?}");
        assert_eq!(tables.map(|table| o.count(table)), before);
    });
}

#[test]
fn the_latest_password_and_language_count_and_none_is_lost() {
    both("latest", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        let now = |o: &Opened| {
            let ask = |read: &mut Read<'_>| {
                Ok::<_, DbError>((aino.password(read)?, aino.language(read)?))
            };
            o.store.ask(ask).unwrap()
        };
        assert_eq!(now(o), (None, None));
        for (at, hash, once, language) in [(6, "first", true, "fi"), (8, "own", false, "sv")] {
            change(o, &scope, at, |tx| {
                aino.set_password(tx, &password(hash, once), Instant(at))?;
                aino.set_language(tx, language, Instant(at))
            })
            .unwrap();
            let expected = (Some(password(hash, once)), Some(language.to_owned()));
            assert_eq!(now(o), expected);
        }
        // A row that came late with an earlier instant changes nothing.
        change(o, &scope, 9, |tx| {
            aino.set_password(tx, &password("between", true), Instant(7))?;
            aino.set_language(tx, "en", Instant(7))
        })
        .unwrap();
        let expected = (Some(password("own", false)), Some("sv".to_owned()));
        assert_eq!(now(o), expected);
        assert_eq!((o.count("user_password"), o.count("user_language")), (3, 3));
        // Another account has its own.
        let eero = person(o, &scope, "eero", 5).unwrap();
        assert_eq!(o.store.ask(|read| eero.password(read)).unwrap(), None);
    });
}

#[test]
fn a_session_runs_until_it_ends_or_is_ended() {
    both("session", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        let eero = person(o, &scope, "eero", 5).unwrap();
        for (account, token) in [(&aino, "one"), (&aino, "two"), (&eero, "three")] {
            change(o, &scope, 10, |tx| {
                account.sign_in(tx, &NewSession::plain(token, Instant(10), Instant(20)))
            })
            .unwrap();
        }
        let of = |token: &str, at: i64| {
            let ask = |read: &mut Read<'_>| Account::by_session(read, token, Instant(at));
            o.store.ask(ask).unwrap().map(|account| account.no)
        };
        assert_eq!(
            (of("one", 10), of("one", 19)),
            (Some(aino.no), Some(aino.no))
        );
        assert_eq!((of("one", 20), of("one", 21)), (None, None));
        assert_eq!((of("four", 12), of("", 12)), (None, None));
        assert_eq!(of("three", 12), Some(eero.no));
        change(o, &scope, 12, |tx| {
            Account::sign_out(tx, "one", Instant(12))
        })
        .unwrap();
        // From that moment on, and the other session of the same person goes on.
        assert_eq!((of("one", 12), of("one", 11)), (None, None));
        assert_eq!(of("two", 12), Some(aino.no));
        let twice = change(o, &scope, 13, |tx| {
            Account::sign_out(tx, "one", Instant(13))
        });
        assert!(twice.unwrap_err().breaks(Constraint::Unique));
        let never = change(o, &scope, 13, |tx| {
            Account::sign_out(tx, "four", Instant(13))
        });
        assert!(never.unwrap_err().breaks(Constraint::ForeignKey));
        let again = change(o, &scope, 13, |tx| {
            eero.sign_in(tx, &NewSession::plain("two", Instant(13), Instant(20)))
        });
        assert!(
            again.unwrap_err().breaks(Constraint::Unique),
            "a token is one session's"
        );
        assert_eq!((o.count("sign_in"), o.count("sign_out")), (3, 1));
    });
}

#[test]
fn other_sessions_end_with_the_change_and_not_without() {
    both("others", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        let eero = person(o, &scope, "eero", 5).unwrap();
        for (account, token, ends) in [
            (&aino, "one", 20),
            (&aino, "two", 20),
            (&aino, "old", 11),
            (&eero, "three", 20),
        ] {
            change(o, &scope, 10, |tx| {
                account.sign_in(tx, &NewSession::plain(token, Instant(10), Instant(ends)))
            })
            .unwrap();
        }
        let run = |o: &Opened| {
            ["one", "two", "three"].map(|token| {
                let ask = |read: &mut Read<'_>| Account::by_session(read, token, Instant(12));
                o.store.ask(ask).unwrap().is_some()
            })
        };
        let others = |tx: &mut Tx<'_>| {
            aino.set_password(tx, &password("own", false), Instant(12))?;
            aino.sign_out_others(tx, "one", Instant(12))
        };
        // The change fails after all of it was written.
        let failed = change(o, &scope, 12, |tx| {
            others(tx)?;
            Err::<(), _>(DbError::new(ErrorKind::Value, "a rule"))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(run(o), [true; 3]);
        for _ in 0..2 {
            change(o, &scope, 12, |tx| {
                aino.sign_out_others(tx, "one", Instant(12))
            })
            .unwrap();
            assert_eq!(run(o), [true, false, true]);
        }
        assert_eq!(
            o.count("sign_out"),
            1,
            "what had ended by itself has no row"
        );
    });
}

#[test]
fn neither_token_nor_session_is_in_the_file() {
    both("digest", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        change(o, &scope, 10, |tx| {
            aino.sign_in(
                tx,
                &NewSession::plain("zztokenzz", Instant(10), Instant(20)),
            )
        })
        .unwrap();
        let (kept, length): (Vec<u8>, i64) = o
            .store
            .ask(|read| {
                let sql = "select token_hash, length(token_hash) from sign_in";
                let row = read.query_one(sql, &[])?.unwrap();
                Ok::<_, DbError>((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(length, 32);
        assert!(!kept.windows(9).any(|part| part == b"zztokenzz"));
    });
}

#[test]
fn a_pass_is_for_one_day_and_given_once() {
    both("pass", |o| {
        let scope = o.provider("town");
        let sijainen = person(o, &scope, "sijainen", 5).unwrap();
        let pass = |day: i32, teacher: &str, given: bool, once: &str| {
            change(o, &scope, 6, |tx| {
                let of = (sijainen.no, Day(day), teacher);
                DayPass::act(tx, &scope, of, given, (Instant(6), once))
            })
        };
        pass(100, "t2", true, "one").unwrap();
        pass(100, "t1", true, "two").unwrap();
        pass(101, "t3", true, "three").unwrap();
        let on = |day: i32| -> Vec<String> {
            let passes = o
                .store
                .ask(|read| DayPass::of_day(read, scope.provider(), Day(day)));
            passes
                .unwrap()
                .into_iter()
                .map(|pass| pass.teacher)
                .collect()
        };
        assert_eq!(on(99), Vec::<String>::new());
        assert_eq!(
            (on(100), on(101)),
            (vec!["t1".into(), "t2".into()], vec!["t3".into()])
        );
        pass(100, "t1", false, "four").unwrap();
        assert_eq!(
            (on(100), o.count("day_pass_act")),
            (vec!["t2".to_owned()], 4)
        );
        let unknown = Account {
            no: UserNo(77),
            ..sijainen.clone()
        };
        let refused = change(o, &scope, 7, |tx| {
            let of = (unknown.no, Day(100), "t1");
            DayPass::act(tx, &scope, of, true, (Instant(7), "five"))
        });
        assert!(refused.unwrap_err().breaks(Constraint::ForeignKey));
    });
}

#[test]
fn nothing_of_a_person_changes_without_its_audit_row() {
    both("people_audit", |o| {
        let scope = o.provider("town");
        let aino = person(o, &scope, "aino", 5).unwrap();
        let tables = [
            "user_password",
            "user_language",
            "sign_in",
            "day_pass_act",
            "audit",
        ];
        let before = tables.map(|table| o.count(table));
        // The change fails after all of it was written.
        let failed = change(o, &scope, 6, |tx| {
            aino.set_password(tx, &password("x", false), Instant(6))?;
            aino.set_language(tx, "sv", Instant(6))?;
            aino.sign_in(tx, &NewSession::plain("one", Instant(6), Instant(9)))?;
            let of = (aino.no, Day(1), "t1");
            DayPass::act(tx, &scope, of, true, (Instant(6), "six"))?;
            Err::<(), _>(DbError::new(ErrorKind::Value, "a rule"))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(tables.map(|table| o.count(table)), before);
        // The audit row cannot be written: no session begins.
        o.meddle("drop table audit").unwrap();
        let refused = change(o, &scope, 7, |tx| {
            aino.sign_in(tx, &NewSession::plain("two", Instant(7), Instant(9)))
        });
        assert!(refused.is_err());
        assert_eq!(o.count("sign_in"), before[2]);
    });
}
