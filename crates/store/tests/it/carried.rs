//! A database of an older program: nothing of it is lost, and nothing of it stays plain.
//!
//! Invariant: an entry of the audit keeps its number and its instant.

use crate::scope;
use crate::sealed::{CANARY, everything, holds, reasons_of};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{PersonNo, ProviderNo, UserNo};
use lasna_store::db::{Database, DbError, Engine, Place};
use lasna_store::{AuditRow, LogBody, LogEntry, Store, StoredAct};
use lasna_testkit::keys;

const OLD: [&str; 7] = [
    include_str!("../../migrations/0001_start.sql"),
    include_str!("../../migrations/0002_people_act.sql"),
    include_str!("../../migrations/0003_imports.sql"),
    include_str!("../../migrations/0004_passes_and_adopters.sql"),
    include_str!("../../migrations/0005_list_filters.sql"),
    include_str!("../../migrations/0006_act_day.sql"),
    include_str!("../../migrations/0007_ended_accounts.sql"),
];

/// A database of an older program, with plain rows.
fn old_database(place: &Place, entries: u32, reasons: u32) {
    let db = Database::open(place.clone()).unwrap();
    db.write_here(|tx| {
        let sqlite = tx.engine() == Engine::Sqlite;
        let kind = if sqlite { "INTEGER" } else { "BIGINT" };
        let sql = format!("CREATE TABLE schema_version (no {kind} NOT NULL PRIMARY KEY)");
        tx.execute_batch(&sql)?;
        for (no, text) in (1_i64..).zip(OLD) {
            let text = if sqlite {
                text.replace("BYTEA", "BLOB")
                    .replace("BIGINT", "INTEGER")
                    .replace("/*strict*/", "STRICT")
                    .replace("/*clustered*/", "STRICT, WITHOUT ROWID")
            } else {
                text.to_owned()
            };
            tx.execute_batch(&text)?;
            tx.execute("INSERT INTO schema_version (no) VALUES ($1)", &[no.into()])?;
        }
        let rows = format!(
            "INSERT INTO provider (no, id, created_at) VALUES (1, 'town', 1); \
             INSERT INTO import_batch (provider_no, no, applied_at, actor, digest) \
             VALUES (1, 1, 2, 'operator', 'digest'); \
             INSERT INTO user_account (no, provider_no, role, token_hash, created_at) \
             VALUES (7, 1, 'principal', {}, 1); \
             INSERT INTO signal_act (provider_no, no, pupil_no, at, user_no, kind, once) \
             VALUES (1, 1, 11, 5, 7, 'raise', 'a'), (1, 2, 12, 6, 7, 'raise', 'b'); \
             INSERT INTO signal_note (provider_no, act_no, note) VALUES (1, 2, '{CANARY} note')",
            if sqlite { "x'00'" } else { "'\\x00'" },
        );
        tx.execute_batch(&rows)?;
        for no in 1..=entries {
            let target = if no % 2 == 0 {
                format!("pupil:{}", no % 7)
            } else {
                format!("{CANARY}:{no}")
            };
            let sql = "INSERT INTO audit (no, provider_no, at, actor, action, reason, reach, target) \
                       VALUES ($1, 1, $2, 'user:7', 'explain_pupil', 'operation', 'school:4', $3)";
            tx.execute(sql, &[no.into(), (1000 + no).into(), (&target).into()])?;
        }
        for no in 1..=reasons {
            let sql = "INSERT INTO mark_reason (provider_no, pupil_no, day, start, group_no, \
                       known_at, batch_no, reason) VALUES (1, $1, 20000, 480, 3, 9, 1, $2)";
            tx.execute(sql, &[no.into(), (no % 5).into()])?;
        }
        Ok::<(), DbError>(())
    })
    .unwrap();
}

/// Tells a story of an old database to both engines.
fn on_old(name: &str, story: impl Fn(&Place)) {
    let folder = lasna_testkit::temp::folder();
    story(&Place::Folder(folder.path().join("data")));
    if let Some(url) = lasna_testkit::postgres::database(name) {
        story(&Place::Url(url));
    }
}

#[test]
fn plain_rows_of_an_older_program_are_carried_over() {
    on_old("carried", |place| {
        old_database(place, 11_003, 10_007);
        let store = Store::open(place.clone(), keys::fixed()).unwrap();
        let scope = scope(ProviderNo(1));
        let rows = store.ask(|read| AuditRow::list(read, &scope)).unwrap();
        assert_eq!(rows.len(), 11_003);
        for (no, row) in (1..).zip(&rows) {
            assert_eq!((row.no, row.at), (no, Instant(1000 + no)));
            let person = (no % 2 == 0).then_some(PersonNo((no % 7) as u32));
            assert_eq!((row.person, row.user), (person, Some(UserNo(7))));
            let said = [&row.actor, &row.action, &row.reason, &row.reach];
            assert_eq!(said, ["user:7", "explain_pupil", "operation", "school:4"]);
            assert!(
                row.target
                    .contains(if no % 2 == 0 { "pupil" } else { CANARY })
            );
        }
        let mut whole = 0;
        let each = |entry: LogEntry| {
            whole += i32::from(entry.body == LogBody::Whole);
            Ok::<(), DbError>(())
        };
        store.ask(|read| LogEntry::each(read, each)).unwrap();
        assert_eq!(whole, 11_003);
        let reasons: Vec<(i32, i32)> = (1..=10_007).map(|no| (no, no % 5)).collect();
        assert_eq!(reasons_of(&store, &scope), reasons);
        let acts = store.ask(|read| StoredAct::since(read, &scope, 0)).unwrap();
        let notes: Vec<&str> = acts.iter().map(|act| act.note.as_str()).collect();
        assert_eq!(notes, ["", &format!("{CANARY} note")]);
        // The next entry follows on.
        store
            .change(&scope, Instant(20_000), "import:2", |_| {
                Ok::<(), DbError>(())
            })
            .unwrap();
        assert_eq!(store.ask(LogEntry::count).unwrap(), 11_004);
        drop(store);
        let store = Store::open(place.clone(), keys::fixed()).unwrap();
        assert!(!holds(&everything(&store, place), CANARY), "{place:?}");
    });
}
