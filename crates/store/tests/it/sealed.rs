//! What is sealed: keys, texts, reasons, rows of an older program, and a new master key.
//!
//! Invariant: no text that was sealed is found in the bytes of a database.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{BatchNo, PersonNo, UserNo};
use lasna_domain::signals::{Act, ActWhat};
use lasna_seal::{KeySource, MasterKey};
use lasna_store::db::{DbError, Engine, ErrorKind, Place};
use lasna_store::{
    AuditRow, Batch, FactRow, FactTable, Store, StoredAct, Subject, Visible, destroy_key,
    open_text, seal_text,
};
use lasna_testkit::keys;
use std::sync::{Arc, Mutex};

pub const CANARY: &str = "ZZCANARYZZ";
pub fn reasons_of(store: &Store, scope: &Scope) -> Vec<(i32, i32)> {
    let mut all = Vec::new();
    store
        .ask(|read| {
            let batches = Batch::list(read, scope.provider())?;
            let visible = Visible::of(&batches, Instant::LATEST);
            FactRow::each(read, scope, FactTable::Reason, &visible, |row| {
                all.push((row.key[0], row.values[0]));
                Ok::<(), DbError>(())
            })
        })
        .unwrap();
    all
}

/// Every value of every table, and on SQLite the bytes of the files.
pub fn everything(store: &Store, place: &Place) -> Vec<u8> {
    let mut all = Vec::new();
    let o = Opened {
        store: store.clone(),
        place: place.clone(),
        _folder: None,
    };
    for table in crate::catalogue::tables(&o).keys() {
        let rows = store.ask(|read| read.query(&format!("select * from {table}"), &[]));
        for row in rows.unwrap() {
            for value in row.values() {
                match value.as_param() {
                    lasna_store::db::Param::Text(text) => all.extend_from_slice(text.as_bytes()),
                    lasna_store::db::Param::Bytes(bytes) => all.extend_from_slice(bytes),
                    _ => {}
                }
                all.push(0);
            }
        }
    }
    if let Place::Folder(folder) = place {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                all.extend(std::fs::read(path).unwrap());
            }
        }
    }
    all
}

pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

fn note(o: &Opened, scope: &Scope, pupil: u32, text: &str, once: &str) {
    let act = Act {
        no: 0,
        pupil: PersonNo(pupil),
        at: Instant(9),
        day: Day(20_000),
        by: UserNo(7),
        what: ActWhat::Raise,
        note: text.to_owned(),
    };
    o.store
        .change(scope, act.at, "pupil:1", |tx| {
            StoredAct::insert(tx, scope, &act, once)
        })
        .unwrap();
}

fn with_user(o: &Opened) -> Scope {
    let scope = o.provider("town");
    let hash = match o.store.database().engine() {
        Engine::Sqlite => "x'00'",
        Engine::Postgres => "'\\x00'",
    };
    o.meddle(&format!(
        "insert into user_account (no, provider_no, role, token_hash, created_at) \
         values (7, 1, 'principal', {hash}, 1)"
    ))
    .unwrap();
    scope
}

#[test]
fn a_case_that_is_erased_cannot_be_read_and_others_can() {
    both("case", |o| {
        let scope = with_user(o);
        for pupil in 1..=20 {
            note(
                o,
                &scope,
                pupil,
                &format!("{CANARY} {pupil}"),
                &pupil.to_string(),
            );
        }
        assert!(!holds(&everything(&o.store, &o.place), CANARY));
        let notes = || -> Vec<String> {
            let acts = o.store.ask(|read| StoredAct::since(read, &scope, 0));
            acts.unwrap().into_iter().map(|act| act.note).collect()
        };
        let all: Vec<String> = (1..=20).map(|pupil| format!("{CANARY} {pupil}")).collect();
        assert_eq!(notes(), all);
        for pupil in [3, 19] {
            let done = o.store.change(&scope, Instant(10), "case", |tx| {
                destroy_key(tx, scope.provider(), Subject::case(PersonNo(pupil)))
            });
            assert!(done.unwrap());
        }
        let kept = notes();
        assert_eq!((kept[2].as_str(), kept[18].as_str()), ("", ""));
        assert_eq!(
            (&kept[..2], &kept[3..18], &kept[19]),
            (&all[..2], &all[3..18], &all[19])
        );
    });
}

#[test]
fn a_text_opens_at_its_own_place_only() {
    both("place", |o| {
        let scope = o.provider("town");
        let provider = scope.provider();
        let subject = Subject::new("protected", 5);
        let sealed = o
            .store
            .change(&scope, Instant(5), "test", |tx| {
                seal_text(tx, provider, subject, "person.street/1/5", "Kuja 1 ä")
            })
            .unwrap();
        let open = |subject, place: &str, sealed: &[u8]| {
            o.store
                .ask(|read| open_text(read, provider, subject, place, sealed))
        };
        let told = open(subject, "person.street/1/5", &sealed).unwrap();
        assert_eq!(told.as_deref(), Some("Kuja 1 ä"));
        let moved = open(subject, "person.street/1/6", &sealed).unwrap_err();
        assert_eq!(moved.kind(), ErrorKind::Broken);
        let other = Subject::new("protected", 6);
        assert_eq!(open(other, "person.street/1/5", &sealed).unwrap(), None);
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone();
            bytes[at] ^= 1;
            assert!(open(subject, "person.street/1/5", &bytes).is_err());
        }
        assert!(open(subject, "person.street/1/5", &sealed[..9]).is_err());
    });
}

#[test]
fn a_reason_that_was_moved_to_another_row_does_not_open() {
    both("reason", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 2).unwrap();
        let row = |pupil: i32| FactRow {
            key: [pupil, 20_000, 480, 3],
            known_at: Instant(9),
            batch: BatchNo(1),
            values: [4, 0, 0, 0, 0],
        };
        let rows = [row(1), row(2)];
        o.store
            .change(&scope, Instant(9), "test", |tx| {
                FactRow::insert(tx, &scope, FactTable::Reason, rows.iter())
            })
            .unwrap();
        assert_eq!(reasons_of(&o.store, &scope), [(1, 4), (2, 4)]);
        let same = "select count(distinct reason) from mark_reason";
        let row = o
            .store
            .ask(|read| read.query_one(same, &[]))
            .unwrap()
            .unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 2, "equal reasons look equal");
        o.meddle("update mark_reason set pupil_no = 3 where pupil_no = 2")
            .unwrap();
        let refused = o.store.ask(|read| {
            let batches = Batch::list(read, scope.provider())?;
            let visible = Visible::of(&batches, Instant::LATEST);
            FactRow::each(read, &scope, FactTable::Reason, &visible, |_| {
                Ok::<(), DbError>(())
            })
        });
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Broken);
    });
}

/// Keys that can be changed under an open store, as a file can.
struct Changing(Mutex<Vec<[u8; 32]>>, Arc<dyn KeySource>);

impl Changing {
    fn of(keys: &[u8]) -> Arc<Changing> {
        let keys = keys.iter().map(|&byte| [byte; 32]).collect();
        Arc::new(Changing(Mutex::new(keys), keys::fixed()))
    }

    fn put(&self, keys: &[u8]) {
        *self.0.lock().unwrap() = keys.iter().map(|&byte| [byte; 32]).collect();
    }
}

impl KeySource for Changing {
    fn masters(&self, _: bool) -> Result<Vec<MasterKey>, String> {
        let keys = self.0.lock().unwrap();
        Ok(keys.iter().map(|&key| MasterKey::from_bytes(key)).collect())
    }

    fn random(&self) -> Result<[u8; 32], String> {
        self.1.random()
    }
}

#[test]
fn a_new_master_key_comes_while_others_read_and_write() {
    both("rotate", |o| {
        // The story's own store is not of these keys: a provider of the same database is enough.
        let scope = with_user(o);
        let source = Changing::of(&[7]);
        let running = Store::open(o.place.clone(), source.clone()).unwrap();
        let note = |no: u32| {
            let act = Act {
                no: 0,
                pupil: PersonNo(no),
                at: Instant(9),
                day: Day(20_000),
                by: UserNo(7),
                what: ActWhat::Raise,
                note: format!("note {no}"),
            };
            running.change(&scope, act.at, &format!("pupil:{no}"), |tx| {
                StoredAct::insert(tx, &scope, &act, &no.to_string())
            })
        };
        for no in 1..=20 {
            note(no).unwrap();
        }
        // More keys than are wrapped anew at once.
        let many = running.change(&scope, Instant(9), "test", |tx| {
            (0..2100).try_for_each(|no| {
                let subject = Subject::new("report", no);
                seal_text(tx, scope.provider(), subject, "here", "a text").map(drop)
            })
        });
        many.unwrap();
        source.put(&[8, 7]);
        let rotating = Store::open(o.place.clone(), source.clone()).unwrap();
        let new = MasterKey::from_bytes([8; 32]).id();
        let (some, done) = rotating.rewrap(&new).unwrap();
        assert_eq!((some, done), (2000, false));
        // Half of the keys are under either, and the program that began before knows.
        note(21).unwrap();
        let all = |store: &Store| {
            let acts = store.ask(|read| StoredAct::since(read, &scope, 0)).unwrap();
            let right = acts
                .iter()
                .all(|act| act.note == format!("note {}", act.pupil.0));
            (acts.len(), right)
        };
        assert_eq!(all(&running), (21, true));
        let (_, done) = rotating.rewrap(&new).unwrap();
        assert!(done);
        source.put(&[8]);
        note(22).unwrap();
        assert_eq!(all(&running), (22, true));
        assert_eq!(running.master_id().unwrap(), new);
        // The old key opens nothing any more.
        let old = Store::open(o.place.clone(), keys::of([7; 32]));
        assert_eq!(old.err().unwrap().kind(), ErrorKind::Configuration);
        let fresh = Store::open(o.place.clone(), keys::of([8; 32])).unwrap();
        assert_eq!(all(&fresh), (22, true));
        let rows = fresh.ask(|read| AuditRow::list(read, &scope)).unwrap();
        assert!(rows.iter().all(|row| !row.erased));
    });
}

#[test]
fn another_master_key_is_refused_and_nothing_is_changed() {
    both("other_key", |o| {
        let before = o.count("key_state");
        let Err(error) = Store::open(o.place.clone(), keys::of([9; 32])) else {
            panic!("it was opened")
        };
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let own = MasterKey::from_bytes([7; 32]).id();
        assert!(error.to_string().contains(&own), "{error}");
        assert_eq!(o.count("key_state"), before);
        assert_eq!(o.store.master_id().unwrap(), own);
    });
}

#[test]
fn a_key_of_a_change_that_failed_is_not_used() {
    both("failed_key", |o| {
        let scope = o.provider("town");
        let subject = Subject::new("report", 1);
        let seal = |fails: bool| {
            o.store.change(&scope, Instant(5), "test", |tx| {
                let sealed = seal_text(tx, scope.provider(), subject, "here", "a text")?;
                match fails {
                    true => Err(DbError::new(ErrorKind::Value, "a rule")),
                    false => Ok(sealed),
                }
            })
        };
        assert!(seal(true).is_err());
        let sealed = seal(false).unwrap();
        // Another program opens it with what is stored.
        let other = Store::open(o.place.clone(), keys::fixed()).unwrap();
        let told = other.ask(|read| open_text(read, scope.provider(), subject, "here", &sealed));
        assert_eq!(told.unwrap().as_deref(), Some("a text"));
    });
}
