//! Saves of registers: numbered, once, with the facts they brought, and never changed.
//!
//! Invariant: a save and its facts and its audit row are there together or not at all.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::ids::{BatchNo, GroupNo, PersonNo, UserNo};
use lasna_store::db::{Constraint, DbError, Engine, ErrorKind, Read, Tx};
use lasna_store::{Account, Batch, FactRow, FactTable, RegisterSave, Visible};
use std::collections::BTreeSet;

fn save(no: u32, at: i64, lesson: (u32, i32, u16), once: &str) -> RegisterSave {
    RegisterSave {
        no,
        at: Instant(at),
        by: UserNo(1),
        group: GroupNo(lesson.0),
        day: Day(lesson.1),
        start: TimeOfDay(lesson.2),
        once: once.into(),
    }
}

fn with_account(o: &Opened, scope: &Scope) {
    o.store
        .change(scope, Instant(2), "user", |tx| {
            Account::insert(tx, scope, "teacher", None, "token", Instant(2))
        })
        .unwrap();
}

/// Keeps a save under the next number, with a register and a mark, as the program does.
fn keep(tx: &mut Tx<'_>, scope: &Scope, save: &RegisterSave) -> Result<u32, DbError> {
    RegisterSave::hold(tx)?;
    if let Some(known) = RegisterSave::of_once(tx, scope, &save.once)? {
        return Ok(known.no);
    }
    let batch = Batch::own(tx, scope, save.at)?;
    let (group, day, start) = (save.group.0 as i32, save.day.0, i32::from(save.start.0));
    let register = FactRow {
        key: [group, day, start, 0],
        known_at: save.at,
        batch,
        values: [1, 0, 0, 0, 0],
    };
    let mark = FactRow {
        key: [7, day, start, group],
        values: [100, 1, 2, -1, 0],
        ..register
    };
    FactRow::insert(tx, scope, FactTable::Register, [&register])?;
    FactRow::insert(tx, scope, FactTable::Mark, [&mark])?;
    let no = RegisterSave::last(tx, scope.provider())? + 1;
    RegisterSave { no, ..save.clone() }.insert(tx, scope)?;
    Ok(no)
}

fn all(o: &Opened, scope: &Scope, after: u32) -> Vec<RegisterSave> {
    let ask = |read: &mut Read<'_>| RegisterSave::since(read, scope.provider(), after);
    o.store.ask(ask).unwrap()
}

const TABLES: [&str; 5] = [
    "register_save",
    "register_fact",
    "mark_fact",
    "import_batch",
    "audit",
];

#[test]
fn saves_are_read_back_as_they_were_by_number_lesson_and_key() {
    both("saves", |o| {
        let scope = o.provider("town");
        with_account(o, &scope);
        let told = [
            save(1, 10, (3, 100, 495), "a"),
            save(2, 11, (3, 100, 495), "b"),
            save(3, 12, (3, 100, 555), "c"),
            save(4, 13, (4, 100, 495), "d"),
        ];
        for one in &told {
            let kept = o
                .store
                .change(&scope, one.at, "register", |tx| keep(tx, &scope, one))
                .unwrap();
            assert_eq!(kept, one.no);
        }
        assert_eq!(all(o, &scope, 0), told);
        assert_eq!(all(o, &scope, 3), told[3..]);
        assert_eq!(all(o, &scope, 4), []);
        o.store
            .ask(|read| {
                let lesson = |group, start| (GroupNo(group), Day(100), TimeOfDay(start));
                let of =
                    |read: &mut Read<'_>, lesson| RegisterSave::of_lesson(read, &scope, lesson);
                assert_eq!(of(read, lesson(3, 495))?, Some(told[1].clone()));
                assert_eq!(of(read, lesson(4, 495))?, Some(told[3].clone()));
                assert_eq!(of(read, lesson(4, 555))?, None);
                let once = |read: &mut Read<'_>, once| RegisterSave::of_once(read, &scope, once);
                assert_eq!(once(read, "c")?, Some(told[2].clone()));
                assert_eq!(once(read, "C")?, None);
                assert_eq!(RegisterSave::last(read, scope.provider())?, 4);
                Ok::<(), DbError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_key_and_a_number_are_of_one_save() {
    both("save_once", |o| {
        let scope = o.provider("town");
        with_account(o, &scope);
        let first = save(1, 10, (3, 100, 495), "a");
        let keep_one = |one: &RegisterSave| {
            o.store
                .change(&scope, one.at, "register", |tx| keep(tx, &scope, one))
        };
        keep_one(&first).unwrap();
        let before = TABLES.map(|table| o.count(table));
        // Sent again: the same number, and nothing but the look is added.
        assert_eq!(keep_one(&save(0, 11, (3, 100, 495), "a")).unwrap(), 1);
        let mut after = before;
        after[4] += 1;
        assert_eq!(TABLES.map(|table| o.count(table)), after);
        // The keys hold also where a program does not ask first.
        for taken in [
            save(1, 12, (3, 100, 495), "b"),
            save(2, 12, (3, 100, 495), "a"),
        ] {
            let refused = o.store.change(&scope, Instant(12), "register", |tx| {
                taken.insert(tx, &scope)
            });
            assert!(refused.unwrap_err().breaks(Constraint::Unique), "{taken:?}");
        }
        let unknown = RegisterSave {
            by: UserNo(9),
            ..save(2, 12, (3, 100, 495), "b")
        };
        let refused = o.store.change(&scope, Instant(12), "register", |tx| {
            unknown.insert(tx, &scope)
        });
        assert!(refused.unwrap_err().breaks(Constraint::ForeignKey));
        assert_eq!(TABLES.map(|table| o.count(table)), after);
    });
}

#[test]
fn a_save_that_fails_leaves_nothing_wherever_it_fails() {
    both("save_fault", |o| {
        let scope = o.provider("town");
        with_account(o, &scope);
        let before = TABLES.map(|table| o.count(table));
        let one = save(1, 10, (3, 100, 495), "a");
        let failed = o.store.change(&scope, one.at, "register", |tx| {
            keep(tx, &scope, &one)?;
            Err::<(), _>(DbError::new(ErrorKind::Value, "a rule"))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(TABLES.map(|table| o.count(table)), before);
        for table in [
            "register_fact",
            "mark_fact",
            "register_save",
            "import_batch",
            "audit",
        ] {
            let (make, drop) = trigger(o.store.database().engine(), table);
            o.meddle(&make).unwrap();
            let refused = o
                .store
                .change(&scope, one.at, "register", |tx| keep(tx, &scope, &one));
            assert!(refused.is_err(), "{table}");
            assert_eq!(TABLES.map(|table| o.count(table)), before, "{table}");
            o.meddle(&drop).unwrap();
        }
        let kept = o
            .store
            .change(&scope, one.at, "register", |tx| keep(tx, &scope, &one));
        assert_eq!(kept.unwrap(), 1);
    });
}

/// A table that refuses rows, and how it takes them again.
fn trigger(engine: Engine, table: &str) -> (String, String) {
    match engine {
        Engine::Sqlite => (
            format!(
                "create trigger refuse before insert on {table} begin select raise(abort, 'no'); end"
            ),
            "drop trigger refuse".into(),
        ),
        Engine::Postgres => (
            format!(
                "create or replace function refuse() returns trigger language plpgsql as \
                 $$ begin raise exception 'no'; end $$; create trigger refuse before insert \
                 on {table} for each row execute function refuse()"
            ),
            format!("drop trigger refuse on {table}"),
        ),
    }
}

#[test]
fn the_batch_of_ones_own_registers_is_one_and_no_import() {
    both("own_batch", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 5).unwrap();
        let own = || {
            o.store
                .change(&scope, Instant(6), "register", |tx| {
                    Batch::own(tx, &scope, Instant(6))
                })
                .unwrap()
        };
        assert_eq!((own(), own()), (BatchNo(2), BatchNo(2)));
        o.batch(&scope, 3, 7).unwrap();
        assert_eq!(own(), BatchNo(2));
        let listed = o
            .store
            .ask(|read| Batch::list(read, scope.provider()))
            .unwrap();
        let own: Vec<bool> = listed.iter().map(Batch::is_own).collect();
        assert_eq!(own, [false, true, false]);
        // Another provider has its own.
        let other = o.provider("village");
        let no = o.store.change(&other, Instant(8), "register", |tx| {
            Batch::own(tx, &other, Instant(8))
        });
        assert_eq!(no.unwrap(), BatchNo(1));
    });
}

#[test]
fn an_undone_import_leaves_the_facts_of_saves_in_sight() {
    both("save_sight", |o| {
        let scope = o.provider("town");
        with_account(o, &scope);
        o.batch(&scope, 1, 5).unwrap();
        let one = save(1, 10, (3, 100, 495), "a");
        o.store
            .change(&scope, one.at, "register", |tx| keep(tx, &scope, &one))
            .unwrap();
        o.undo(&scope, 1, 20).unwrap();
        let marks = |known_at: i64| {
            o.store
                .ask(|read| {
                    let batches = Batch::list(read, scope.provider())?;
                    let visible = Visible::of(&batches, Instant(known_at));
                    let mut seen = Vec::new();
                    let pupil = (PersonNo(7), Day(100));
                    let table = FactTable::Mark;
                    FactRow::each_of_pupil_day(read, &scope, table, &visible, pupil, |row| {
                        seen.push(row.key);
                        Ok::<(), DbError>(())
                    })?;
                    let days = Span {
                        from: Day(100),
                        to: Day(101),
                    };
                    let lesson = (GroupNo(3), days);
                    let table = FactTable::Register;
                    FactRow::each_of_group(read, &scope, table, &visible, lesson, |row| {
                        seen.push(row.key);
                        Ok::<(), DbError>(())
                    })?;
                    Ok::<_, DbError>(seen)
                })
                .unwrap()
        };
        let both = vec![[7, 100, 495, 3], [3, 100, 495, 0]];
        assert_eq!(
            (marks(9), marks(10), marks(30)),
            (vec![], both.clone(), both)
        );
    });
}

#[test]
fn saves_of_many_at_once_are_numbered_without_a_gap_and_once() {
    both("save_many", |o| {
        let scope = o.provider("town");
        with_account(o, &scope);
        std::thread::scope(|threads| {
            for worker in 0..6u32 {
                let scope = &scope;
                threads.spawn(move || {
                    for round in 0..8u16 {
                        // Each key is sent by two workers.
                        let once = format!("{}-{round}", worker / 2);
                        let at = 10 + i64::from(worker) * 100 + i64::from(round);
                        let one = save(0, at, (worker / 2, 100, round), &once);
                        o.store
                            .change(scope, one.at, "register", |tx| keep(tx, scope, &one))
                            .unwrap();
                    }
                });
            }
        });
        let kept = all(o, &scope, 0);
        let numbers: Vec<u32> = kept.iter().map(|save| save.no).collect();
        assert_eq!(numbers, (1..=24).collect::<Vec<u32>>());
        let keys: BTreeSet<&str> = kept.iter().map(|save| save.once.as_str()).collect();
        assert_eq!(keys.len(), 24);
        assert_eq!(o.count("register_fact"), 24);
    });
}
