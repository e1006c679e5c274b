//! The audit row stands or falls with what it is about.
//!
//! Invariant: nobody looks without a row, and no row tells of a change that was not made.

use crate::{Opened, both, scope};
use lasna_domain::access::{Action, Actor, Reach, Request, Scope, UserRole, grant};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{OrgNo, ProviderNo, UserNo};
use lasna_store::db::{DbError, Engine, ErrorKind, Read, Tx};
use lasna_store::{AuditRow, EntityKind, Store};
use std::cell::Cell;

fn add_person(tx: &mut Tx<'_>, scope: &Scope, no: u32) -> Result<(), DbError> {
    EntityKind::Person.insert(tx, scope, &[(no, format!("p{no}"))])
}

fn rows(o: &Opened, scope: &Scope) -> Vec<AuditRow> {
    o.store.ask(|read| AuditRow::list(read, scope)).unwrap()
}

/// A person who reads a list of one school.
fn reader(provider: ProviderNo) -> Scope {
    let actor = Actor::User {
        no: UserNo(7),
        role: UserRole::Principal,
        reach: Reach::School(OrgNo(4)),
        ties: std::sync::Arc::default(),
    };
    let request = Request {
        provider,
        action: Action::ReadWatchList,
        purpose: None,
        reach: Reach::School(OrgNo(4)),
    };
    grant(&actor, request).unwrap()
}

/// Ways in which an audit row cannot be written.
fn breakages(engine: Engine) -> [&'static str; 2] {
    let trigger = match engine {
        Engine::Sqlite => {
            "create trigger refuse before insert on audit begin select raise(abort, 'no'); end"
        }
        Engine::Postgres => {
            "create function refuse() returns trigger language plpgsql as \
             $$ begin raise exception 'no'; end $$; \
             create trigger refuse before insert on audit for each row execute function refuse()"
        }
    };
    [trigger, "drop table audit"]
}

/// The two ways in which a store is changed.
type Change =
    fn(&Store, &Scope, &mut dyn FnMut(&mut Tx<'_>) -> Result<(), DbError>) -> Result<(), DbError>;

const CHANGES: [Change; 2] = [
    |store, scope, change| store.change(scope, Instant(5), "test", change),
    |store, scope, change| store.change_long(scope, Instant(5), "test", change),
];

#[test]
fn a_row_says_who_what_why_how_far_and_at_what() {
    both("says", |o| {
        let own = o.provider("town");
        o.store
            .change(&own, Instant(5), "import:1", |tx| add_person(tx, &own, 1))
            .unwrap();
        let reader = reader(own.provider());
        o.store
            .look(&reader, Instant(6), "watch-list:school:4", |_| {
                Ok::<(), DbError>(())
            })
            .unwrap();
        let row =
            |no, at, actor: &str, action: &str, reason: &str, reach: &str, target: &str| AuditRow {
                no,
                at: Instant(at),
                actor: actor.into(),
                action: action.into(),
                reason: reason.into(),
                reach: reach.into(),
                target: target.into(),
                outcome: "done".into(),
                ..AuditRow::default()
            };
        let list = "watch-list:school:4";
        let expected = [
            row(
                1,
                5,
                "operator",
                "import",
                "operation",
                "provider",
                "import:1",
            ),
            row(
                2,
                6,
                "user:7",
                "read_watch_list",
                "follow_absence",
                "school:4",
                list,
            ),
        ];
        let mut expected = expected;
        expected[0].role = "operator".into();
        expected[0].organisation = "provider".into();
        expected[0].purpose = "administration".into();
        expected[0].classes = "marks,roster,reasons,imports".into();
        expected[1].purpose = "education".into();
        expected[1].classes = "signals,roster".into();
        expected[1].role = "principal".into();
        expected[1].organisation = "school:4".into();
        expected[1].user = Some(UserNo(7));
        assert_eq!(rows(o, &own), expected);
    });
}

#[test]
fn a_change_and_its_row_are_there_together() {
    both("together", |o| {
        let scope = o.provider("town");
        for (no, change) in (1..).zip(CHANGES) {
            change(&o.store, &scope, &mut |tx| add_person(tx, &scope, no)).unwrap();
            assert_eq!(rows(o, &scope).len(), no as usize);
            assert_eq!(o.count("entity"), i64::from(no));
        }
    });
}

#[test]
fn a_change_that_fails_leaves_neither() {
    both("neither", |o| {
        let scope = o.provider("town");
        for change in CHANGES {
            let refused = change(&o.store, &scope, &mut |tx| {
                add_person(tx, &scope, 1)?;
                Err(DbError::new(ErrorKind::Value, "a rule"))
            });
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Value);
            let broken = change(&o.store, &scope, &mut |tx| {
                add_person(tx, &scope, 1)?;
                add_person(tx, &scope, 1)
            });
            assert!(matches!(
                broken.unwrap_err().kind(),
                ErrorKind::Constraint(_)
            ));
            let hidden = change(&o.store, &scope, &mut |tx| {
                add_person(tx, &scope, 1)?;
                let _ = add_person(tx, &scope, 1);
                Ok(())
            });
            assert!(hidden.is_err());
        }
        assert_eq!((rows(o, &scope).len(), o.count("entity")), (0, 0));
    });
}

#[test]
fn a_change_that_cannot_be_recorded_is_not_made() {
    both("unrecorded", |o| {
        let scope = o.provider("town");
        for breakage in breakages(o.store.database().engine()) {
            o.meddle(breakage).unwrap();
            for change in CHANGES {
                let refused = change(&o.store, &scope, &mut |tx| add_person(tx, &scope, 1));
                assert!(refused.is_err(), "{breakage}");
                assert_eq!(o.count("entity"), 0, "{breakage}");
            }
            // A short change is not even begun.
            let begun = Cell::new(false);
            let refused = o.store.change(&scope, Instant(5), "test", |_| {
                begun.set(true);
                Ok::<(), DbError>(())
            });
            assert!(refused.is_err() && !begun.get(), "{breakage}");
        }
    });
}

#[test]
fn a_look_is_recorded_before_anything_is_read() {
    both("before", |o| {
        let scope = o.provider("town");
        let seen = o
            .store
            .look(&scope, Instant(5), "list", |read| {
                Ok::<_, DbError>(AuditRow::list(read, &scope)?.len())
            })
            .unwrap();
        assert_eq!(seen, 1);
        // Also a look that then fails has been taken.
        let failed = o
            .store
            .look(&scope, Instant(6), "list", |read: &mut Read<'_>| {
                read.query("select nothing from nowhere", &[]).map(drop)
            });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Sql);
        assert_eq!(rows(o, &scope).len(), 2);
    });
}

#[test]
fn a_look_that_cannot_be_recorded_is_not_taken() {
    both("closed", |o| {
        let scope = o.provider("town");
        let taken = Cell::new(0);
        let look = || {
            o.store.look(&scope, Instant(5), "list", |_| {
                taken.set(taken.get() + 1);
                Ok::<(), DbError>(())
            })
        };
        look().unwrap();
        for breakage in breakages(o.store.database().engine()) {
            o.meddle(breakage).unwrap();
            assert!(look().is_err(), "{breakage}");
            assert_eq!(taken.get(), 1, "{breakage}");
        }
    });
}

#[test]
fn an_entry_without_its_body_is_no_entry() {
    for breakage in 0..2 {
        both("no_body", |o| {
            let scope = o.provider("town");
            let trigger = breakages(o.store.database().engine())[0];
            let of_body = trigger.replace(" on audit ", " on audit_body ");
            assert_ne!(of_body, trigger);
            let all = [of_body.as_str(), "drop table audit_body"];
            o.meddle(all[breakage]).unwrap();
            let looked = Cell::new(false);
            let refused = o.store.look(&scope, Instant(5), "list", |_| {
                looked.set(true);
                Ok::<(), DbError>(())
            });
            assert!(refused.is_err() && !looked.get(), "{}", all[breakage]);
            for change in CHANGES {
                let refused = change(&o.store, &scope, &mut |tx| add_person(tx, &scope, 1));
                assert!(refused.is_err(), "{}", all[breakage]);
            }
            assert_eq!((o.count("entity"), o.count("audit")), (0, 0));
        });
    }
}

#[test]
fn rows_of_many_at_once_are_numbered_without_a_gap() {
    both("numbered", |o| {
        let own = o.provider("town");
        let other = o.provider("village");
        std::thread::scope(|s| {
            for worker in 0..8 {
                let provider = if worker % 2 == 0 { &own } else { &other };
                s.spawn(move || {
                    let scope = scope(provider.provider());
                    for round in 0..10 {
                        let target = format!("{worker}:{round}");
                        let done =
                            o.store
                                .change(&scope, Instant(round), &target, |_| match round % 5 {
                                    4 => Err(DbError::new(ErrorKind::Value, "on purpose")),
                                    _ => Ok(()),
                                });
                        assert_eq!(done.is_ok(), round % 5 != 4, "{target}");
                    }
                });
            }
        });
        let mut numbers: Vec<i64> = [&own, &other]
            .iter()
            .flat_map(|scope| rows(o, scope))
            .map(|row| row.no)
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=8 * 8).collect::<Vec<i64>>());
    });
}
