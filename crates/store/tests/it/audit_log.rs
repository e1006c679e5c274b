//! The audit as a log: what of it can go, and what is found where somebody changes a row.
//!
//! Invariant: an entry that was changed is named, and one that was erased is not missed.

use crate::{Opened, both};
use lasna_domain::access::{Action, Actor, Reach, Request, Scope, UserRole, grant};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{OrgNo, PersonNo, UserNo};
use lasna_seal::leaf_hash;
use lasna_store::db::{DbError, Engine};
use lasna_store::{AuditRow, LogBody, LogEntry};

fn log(o: &Opened) -> Vec<LogEntry> {
    let mut all = Vec::new();
    let each = |entry| {
        all.push(entry);
        Ok::<(), DbError>(())
    };
    o.store.ask(|read| LogEntry::each(read, each)).unwrap();
    all
}

fn look(o: &Opened, scope: &Scope, at: i64, target: &str) {
    let none = |_: &mut lasna_store::db::Read<'_>| Ok::<(), DbError>(());
    o.store.look(scope, Instant(at), target, none).unwrap();
}

fn user(of: &Scope, no: u32) -> Scope {
    let actor = Actor::User {
        no: UserNo(no),
        role: UserRole::Principal,
        reach: Reach::School(OrgNo(4)),
        ties: std::sync::Arc::default(),
    };
    let request = Request {
        provider: of.provider(),
        action: Action::ExplainPupil,
        purpose: None,
        reach: Reach::School(OrgNo(4)),
    };
    grant(&actor, request).unwrap()
}

/// Looks of two people at three pupils and a list.
fn town(o: &Opened) -> Scope {
    let own = o.provider("town");
    look(o, &own, 5, "import:1");
    for (at, no, target) in [
        (6, 7, "pupil:11"),
        (7, 7, "watch-list:school:4"),
        (8, 8, "pupil:11"),
        (9, 8, "pupil:12"),
        (10, 7, "pupil:13:hours"),
    ] {
        look(o, &user(&own, no), at, target);
    }
    own
}

fn numbers(rows: &[AuditRow]) -> Vec<i64> {
    rows.iter().map(|row| row.no).collect()
}

#[test]
fn entries_are_found_by_pupil_and_by_who_looked() {
    both("log_found", |o| {
        let own = town(o);
        let about = |no| {
            let rows = o
                .store
                .ask(|read| AuditRow::about(read, &own, PersonNo(no)));
            rows.unwrap()
        };
        assert_eq!(numbers(&about(11)), [2, 4]);
        assert_eq!(numbers(&about(13)), [6]);
        assert_eq!(about(11)[1].user, Some(UserNo(8)));
        assert_eq!(about(11)[1].target, "pupil:11");
        assert!(about(4).is_empty(), "a list is about nobody alone");
        let by = |no| {
            let rows = o.store.ask(|read| AuditRow::by(read, &own, UserNo(no)));
            rows.unwrap()
        };
        assert_eq!(
            (numbers(&by(7)), numbers(&by(8))),
            (vec![2, 3, 6], vec![4, 5])
        );
        let other = o.provider("village");
        let none = o
            .store
            .ask(|read| AuditRow::about(read, &other, PersonNo(11)));
        assert_eq!(none.unwrap(), []);
    });
}

#[test]
fn what_is_erased_of_a_person_leaves_the_log_whole() {
    both("log_erase", |o| {
        let own = town(o);
        let before = log(o);
        let copy = "create table copy_of_key as select * from data_key; \
                    create table copy_of_body as select * from audit_body";
        o.meddle(copy).unwrap();
        let gone = o.store.change(&own, Instant(20), "erase:person:11", |tx| {
            AuditRow::erase_about(tx, &own, PersonNo(11))
        });
        assert_eq!(gone.unwrap(), 2);
        let after = log(o);
        assert_eq!(after.len(), before.len() + 1);
        for (then, now) in before.iter().zip(&after) {
            assert_eq!((then.no, then.leaf), (now.no, now.leaf));
            let expected = if [2, 4].contains(&now.no) {
                LogBody::Erased
            } else {
                LogBody::Whole
            };
            assert_eq!(now.body, expected, "{}", now.no);
        }
        let rows = o.store.ask(|read| AuditRow::list(read, &own)).unwrap();
        let erased: Vec<i64> = rows
            .iter()
            .filter(|row| row.erased)
            .map(|row| row.no)
            .collect();
        assert_eq!(erased, [2, 4]);
        assert!(rows[1].actor.is_empty() && rows[1].target.is_empty());
        // A body from an older copy does not open: its key is gone.
        o.meddle("insert into audit_body select * from copy_of_body where no = 2")
            .unwrap();
        let rows = o.store.ask(|read| AuditRow::list(read, &own)).unwrap();
        assert!(rows[1].erased && rows[1].target.is_empty());
        // A new look at the same pupil has a key of its own, which opens nothing old.
        look(o, &own, 21, "pupil:11");
        let rows = o
            .store
            .ask(|read| AuditRow::about(read, &own, PersonNo(11)));
        let refused = rows.unwrap_err().to_string();
        assert!(refused.contains("entry 2"), "{refused}");
        o.meddle("delete from audit_body where no = 2").unwrap();
        let rows = o
            .store
            .ask(|read| AuditRow::about(read, &own, PersonNo(11)));
        assert_eq!(numbers(&rows.unwrap()), [8]);
    });
}

#[test]
fn a_changed_row_is_named() {
    both("log_changed", |o| {
        town(o);
        for (sql, back) in [
            (
                "update audit set at = at + 1 where no = 4",
                "update audit set at = at - 1 where no = 4",
            ),
            (
                "update audit set provider_no = 2 where no = 4",
                "update audit set provider_no = 1 where no = 4",
            ),
            (
                "update audit_body set person_no = 12 where no = 4",
                "update audit_body set person_no = 11 where no = 4",
            ),
            (
                "update audit_body set person_no = null where no = 4",
                "update audit_body set person_no = 11 where no = 4",
            ),
            (
                "update audit_body set user_no = 7 where no = 4",
                "update audit_body set user_no = 8 where no = 4",
            ),
            (
                "update audit_body set reach = reach || '1' where no = 4",
                "update audit_body set reach = substr(reach, 1, length(reach) - 1) where no = 4",
            ),
            (
                "update audit_body set provider_no = 2 where no = 4",
                "update audit_body set provider_no = 1 where no = 4",
            ),
        ] {
            o.meddle(sql).unwrap();
            let changed: Vec<i64> = log(o)
                .iter()
                .filter(|entry| entry.body == LogBody::Changed)
                .map(|entry| entry.no)
                .collect();
            assert_eq!(changed, [4], "{sql}");
            o.meddle(back).unwrap();
        }
        assert!(log(o).iter().all(|entry| entry.body == LogBody::Whole));
    });
}

#[test]
fn a_byte_that_turned_is_named() {
    both("log_bytes", |o| {
        town(o);
        for (table, column) in [
            ("audit", "leaf"),
            ("audit_body", "salt"),
            ("audit_body", "body"),
        ] {
            let sql = format!("select {column} from {table} where no = 4");
            let row = o
                .store
                .ask(|read| read.query_one(&sql, &[]))
                .unwrap()
                .unwrap();
            let bytes: Vec<u8> = row.get(0).unwrap();
            let put = |bytes: &[u8]| {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                let bytes = match o.store.database().engine() {
                    Engine::Sqlite => format!("x'{hex}'"),
                    Engine::Postgres => format!("'\\x{hex}'"),
                };
                o.meddle(&format!(
                    "update {table} set {column} = {bytes} where no = 4"
                ))
                .unwrap();
            };
            for at in 0..bytes.len() {
                let mut other = bytes.clone();
                other[at] ^= 0x10;
                put(&other);
                assert_eq!(log(o)[3].body, LogBody::Changed, "{table}.{column} {at}");
            }
            put(&bytes[1..]);
            assert_eq!(log(o)[3].body, LogBody::Changed, "{table}.{column} shorter");
            put(&bytes);
            assert_eq!(log(o)[3].body, LogBody::Whole);
        }
    });
}

#[test]
fn leaves_say_nothing_alone_and_are_those_of_the_rows() {
    both("log_leaves", |o| {
        let own = town(o);
        let leaves = o.store.ask(|read| LogEntry::leaves(read, 1..4)).unwrap();
        let entries: Vec<_> = log(o).iter().map(|entry| entry.leaf).collect();
        assert_eq!(leaves, entries[1..4]);
        assert_eq!(o.store.ask(LogEntry::count).unwrap(), 6);
        // The same look twice has two leaves.
        look(o, &own, 30, "pupil:11");
        look(o, &own, 30, "pupil:11");
        let all = log(o);
        assert_ne!(all[6].leaf, all[7].leaf);
        assert!(all.iter().all(|entry| entry.leaf != leaf_hash(b"")));
    });
}

#[test]
fn a_log_key_is_made_once() {
    both("log_key", |o| {
        assert!(o.store.log_key_made().unwrap().is_none());
        let first = o.store.log_key().unwrap();
        let again = o.store.log_key_made().unwrap().unwrap();
        assert_eq!(first.verifier(), again.verifier());
    });
}
