//! Two providers in one database: a scope of one sees nothing of the other.
//!
//! Invariant: the same numbers and ids at both are not the same rows.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant, Span};
use lasna_domain::ids::{BatchNo, PersonNo};
use lasna_domain::roster::RecordKind;
use lasna_store::db::{DbError, Value};
use lasna_store::{
    Account, AuditRow, Batch, EntityKind, FactRow, FactTable, Record, StoredModel, Visible,
};

/// Everything that a scope can read, as text.
fn all_of(o: &Opened, scope: &Scope) -> Vec<String> {
    let mut seen = Vec::new();
    let days = Span {
        from: Day(0),
        to: Day(100),
    };
    o.store
        .ask(|read| {
            let batches = Batch::list(read, scope.provider())?;
            let visible = Visible::of(&batches, Instant::LATEST);
            seen.push(format!("{batches:?}"));
            for kind in EntityKind::ALL {
                seen.push(format!("{:?}", kind.ids(read, scope)?));
                let mut numbers: Vec<_> = kind.numbers(read, scope)?.into_iter().collect();
                numbers.sort();
                seen.push(format!("{numbers:?}"));
            }
            for &kind in RecordKind::ALL {
                for (id, record) in Record::in_sight(read, scope, kind, &visible)? {
                    // The debug form of a value hides it.
                    let values = record.values.iter().map(|value| match value {
                        Value::Text(text) => text.clone(),
                        other => format!("{other:?}"),
                    });
                    seen.push(format!("{kind:?} {id} {:?}", values.collect::<Vec<_>>()));
                }
            }
            for table in FactTable::ALL {
                let mut note = |way: &str, row: FactRow| {
                    seen.push(format!("{table:?} {way} {row:?}"));
                    Ok::<(), DbError>(())
                };
                FactRow::each(read, scope, table, &visible, |row| note("all", row))?;
                if table != FactTable::Setting {
                    FactRow::each_of_days(read, scope, table, &visible, days, |row| {
                        note("days", row)
                    })?;
                }
                if matches!(table, FactTable::Mark | FactTable::Reason) {
                    let pupil = PersonNo(1);
                    FactRow::each_of_pupil(read, scope, table, &visible, pupil, |row| {
                        note("pupil", row)
                    })?;
                }
            }
            seen.extend(
                StoredModel::list(read, scope.provider())?
                    .iter()
                    .map(|m| format!("{m:?}")),
            );
            seen.extend(
                AuditRow::list(read, scope)?
                    .iter()
                    .map(|a| format!("{a:?}")),
            );
            Ok::<(), DbError>(())
        })
        .unwrap();
    seen
}

/// Fills every table with rows that say whose they are.
fn fill(o: &Opened, scope: &Scope, word: &str, number: i32) {
    let batch = o.batch(scope, 1, 10).unwrap();
    let at = Instant(10);
    let model = StoredModel {
        id: "ladder".into(),
        version: "1".into(),
        adopted_at: at,
        valid: Day(5),
        text: format!("{word} model"),
        resolved: format!("{word} resolved"),
    };
    o.store
        .change(scope, at, &format!("{word} target"), |tx| {
            for kind in EntityKind::ALL {
                kind.insert(tx, scope, &[(1, "same".into()), (2, format!("{word} id"))])?;
            }
            for &kind in RecordKind::ALL {
                let width = crate::catalogue::columns(o, lasna_store::table_of(kind)).len() - 5;
                let record = Record {
                    known_at: at,
                    ended: false,
                    values: vec![Value::Null; width],
                };
                let id = format!("{word} {}", kind.as_code());
                Record::insert(tx, scope, kind, batch, [("same", &record), (&id, &record)])?;
            }
            for table in FactTable::ALL {
                let mut row = FactRow {
                    key: [1, 5, 0, 0],
                    known_at: at,
                    batch: BatchNo(1),
                    values: [number, 0, 0, 0, 0],
                };
                row.key[table.key().len()..].fill(0);
                FactRow::insert(tx, scope, table, [&row])?;
            }
            model.insert(tx, scope)?;
            Account::insert(tx, scope, "principal", Some("same"), word, at)
        })
        .unwrap();
}

#[test]
fn a_scope_sees_nothing_of_another_provider() {
    both("two", |o| {
        let (town, village) = (o.provider("town"), o.provider("village"));
        let empty = all_of(o, &village);
        fill(o, &town, "ZZTOWN", 77_001);
        assert_eq!(all_of(o, &village), empty, "another's rows are in sight");
        let before = all_of(o, &town);
        fill(o, &village, "ZZVILLAGE", 77_002);
        assert_eq!(all_of(o, &town), before, "another's rows are in sight");
        let others = |scope: &Scope, words: [&str; 2]| {
            let seen = all_of(o, scope);
            words.map(|word| seen.iter().filter(|line| line.contains(word)).count())
        };
        let own = others(&town, ["ZZTOWN", "77001"]);
        assert!(own[0] > 10 && own[1] > 10, "{own:?}");
        assert_eq!(others(&town, ["ZZVILLAGE", "77002"]), [0, 0]);
        assert_eq!(others(&village, ["ZZTOWN", "77001"]), [0, 0]);
        assert_eq!(others(&village, ["ZZVILLAGE", "77002"]), own);
    });
}

#[test]
fn undoing_at_one_provider_leaves_the_other_in_sight() {
    both("undoing", |o| {
        let (town, village) = (o.provider("town"), o.provider("village"));
        fill(o, &town, "ZZTOWN", 77_001);
        fill(o, &village, "ZZVILLAGE", 77_002);
        let facts = |scope: &Scope| {
            let seen = all_of(o, scope);
            seen.iter().filter(|line| line.contains("7700")).count()
        };
        let before = facts(&town);
        o.undo(&village, 1, 20).unwrap();
        assert_eq!(facts(&village), 0);
        assert_eq!(facts(&town), before);
        assert!(before > 0);
    });
}

#[test]
fn an_account_is_of_its_own_provider() {
    both("whose", |o| {
        let (town, village) = (o.provider("town"), o.provider("village"));
        fill(o, &town, "ZZTOWN", 1);
        fill(o, &village, "ZZVILLAGE", 2);
        for (token, scope) in [("ZZTOWN", &town), ("ZZVILLAGE", &village)] {
            let account = o.store.ask(|read| Account::by_token(read, token)).unwrap();
            assert_eq!(account.unwrap().provider, scope.provider());
        }
    });
}
