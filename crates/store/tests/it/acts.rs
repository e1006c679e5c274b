//! What was done about signals: every kind comes back as it went in, once, in order.
//!
//! Invariant: a note is in a table of its own, and only where there is one.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_domain::model::Outcome;
use lasna_domain::signals::{Act, ActWhat, ContactOutcome, ContactWith, NoConcernReason};
use lasna_store::db::{Constraint, DbError, ErrorKind};
use lasna_store::{Account, StoredAct};

/// Every act that there can be.
fn every_what() -> Vec<ActWhat> {
    let mut all = vec![ActWhat::Acknowledge, ActWhat::Raise, ActWhat::Withdraw(3)];
    for &with in ContactWith::ALL {
        for &came in ContactOutcome::ALL {
            all.push(ActWhat::Contact(with, came));
        }
    }
    for &reason in NoConcernReason::ALL {
        all.push(ActWhat::NoConcern(reason, Day(20_700)));
    }
    all.extend(Outcome::ALL.iter().map(|&outcome| ActWhat::Done(outcome)));
    all
}

fn act(pupil: u32, at: &str, what: ActWhat, note: &str) -> Act {
    let at: Instant = at.parse().unwrap();
    Act {
        no: 0,
        pupil: PersonNo(pupil),
        at,
        day: at.day_in_finland(),
        by: UserNo(1),
        what,
        note: note.into(),
    }
}

fn town(o: &Opened) -> Scope {
    let scope = o.provider("town");
    o.store
        .change(&scope, Instant(2), "user", |tx| {
            Account::insert(tx, &scope, "teacher", None, "token", Instant(2))
        })
        .unwrap();
    scope
}

fn log(o: &Opened, scope: &Scope, act: &Act, once: &str) -> Result<u32, DbError> {
    o.store.change(scope, act.at, "act", |tx| {
        StoredAct::insert(tx, scope, act, once)
    })
}

fn since(o: &Opened, scope: &Scope, no: u32) -> Vec<Act> {
    o.store
        .ask(|read| StoredAct::since(read, scope, no))
        .unwrap()
}

#[test]
fn every_act_comes_back_as_it_went_in() {
    both("acts", |o| {
        let scope = town(o);
        let mut told = Vec::new();
        for (no, what) in (1u32..).zip(every_what()) {
            let note = if no % 2 == 0 {
                "Sovittu: ”huomenna” 9.15\n😀"
            } else {
                ""
            };
            let mut one = act(no % 3, "2026-08-20T09:00:00Z", what, note);
            assert_eq!(log(o, &scope, &one, &format!("once-{no}")).unwrap(), no);
            one.no = no;
            told.push(one);
        }
        assert!(told.len() > 20);
        assert_eq!(since(o, &scope, 0), told);
        assert_eq!(since(o, &scope, 20), told[20..]);
        let noted = told.iter().filter(|act| !act.note.is_empty()).count();
        assert_eq!(o.count("signal_note"), noted as i64);
        let last = o.store.ask(|read| StoredAct::last(read, &scope)).unwrap();
        assert_eq!(last as usize, told.len());
        for one in &told {
            let once = format!("once-{}", one.no);
            let found = o.store.ask(|read| StoredAct::of_once(read, &scope, &once));
            assert_eq!(found.unwrap().as_ref(), Some(one));
        }
        let none = o
            .store
            .ask(|read| StoredAct::of_once(read, &scope, "once-0"));
        assert_eq!(none.unwrap(), None);
    });
}

#[test]
fn the_day_of_an_act_is_the_day_at_the_school() {
    both("act_day", |o| {
        let scope = town(o);
        // Half past midnight in Finland.
        let late = act(1, "2026-08-20T21:30:00Z", ActWhat::Raise, "");
        log(o, &scope, &late, "a").unwrap();
        assert_eq!(since(o, &scope, 0)[0].day.to_string(), "2026-08-21");
        // What was done before it was logged keeps both: the day here, the instant beside it.
        let before = Act {
            day: "2026-08-18".parse().unwrap(),
            ..act(1, "2026-08-21T09:00:00Z", ActWhat::Acknowledge, "")
        };
        log(o, &scope, &before, "b").unwrap();
        let kept = &since(o, &scope, 1)[0];
        assert_eq!((kept.day, kept.at), (before.day, before.at));
    });
}

#[test]
fn an_act_that_was_sent_before_is_refused_with_its_note_and_audit() {
    both("act_once", |o| {
        let scope = town(o);
        let one = act(1, "2026-08-20T09:00:00Z", ActWhat::Raise, "a note");
        log(o, &scope, &one, "a").unwrap();
        let tables = ["signal_act", "signal_note", "audit"];
        let before = tables.map(|table| o.count(table));
        assert!(
            log(o, &scope, &one, "a")
                .unwrap_err()
                .breaks(Constraint::Unique)
        );
        let unknown = Act {
            by: UserNo(9),
            ..one.clone()
        };
        assert!(
            log(o, &scope, &unknown, "b")
                .unwrap_err()
                .breaks(Constraint::ForeignKey)
        );
        let failed = o.store.change(&scope, one.at, "act", |tx| {
            StoredAct::insert(tx, &scope, &one, "c")?;
            Err::<(), _>(DbError::new(ErrorKind::Value, "a rule"))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(tables.map(|table| o.count(table)), before);
        o.meddle("drop table signal_note").unwrap();
        assert!(log(o, &scope, &one, "d").is_err());
        assert_eq!(o.count("signal_act"), before[0], "an act without its note");
    });
}

#[test]
fn providers_see_their_own_acts_only() {
    both("act_providers", |o| {
        let scope = town(o);
        let other = o.provider("village");
        let one = act(1, "2026-08-20T09:00:00Z", ActWhat::Raise, "of the town");
        log(o, &scope, &one, "a").unwrap();
        assert_eq!(since(o, &other, 0), []);
        assert_eq!(log(o, &other, &one, "a").unwrap(), 1);
        assert_eq!(
            (since(o, &scope, 0).len(), since(o, &other, 0).len()),
            (1, 1)
        );
    });
}

#[test]
fn an_act_of_a_newer_program_is_said() {
    both("act_newer", |o| {
        let scope = town(o);
        log(
            o,
            &scope,
            &act(1, "2026-08-20T09:00:00Z", ActWhat::Raise, ""),
            "a",
        )
        .unwrap();
        o.meddle("update signal_act set kind = 'dance'").unwrap();
        let refused = o
            .store
            .ask(|read| StoredAct::since(read, &scope, 0))
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Configuration);
        assert!(refused.to_string().contains("newer program"), "{refused}");
        assert!(!refused.to_string().contains("dance"), "{refused}");
    });
}

#[test]
fn acts_of_many_at_once_are_numbered_without_a_gap() {
    both("act_many", |o| {
        let scope = town(o);
        std::thread::scope(|threads| {
            for worker in 0..6 {
                let scope = &scope;
                threads.spawn(move || {
                    for round in 0..8 {
                        let one = act(worker, "2026-08-20T09:00:00Z", ActWhat::Raise, "x");
                        log(o, scope, &one, &format!("{worker}-{round}")).unwrap();
                    }
                });
            }
        });
        let numbers: Vec<u32> = since(o, &scope, 0).iter().map(|act| act.no).collect();
        assert_eq!(numbers, (1..=48).collect::<Vec<u32>>());
        assert_eq!(o.count("signal_note"), 48);
    });
}
