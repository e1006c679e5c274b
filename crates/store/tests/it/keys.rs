//! Numbers of source ids, providers, accounts and adopted models.
//!
//! Invariant: what was given once is never given to another, and never written over.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::UserNo;
use lasna_store::db::{Constraint, DbError};
use lasna_store::{Account, EntityKind, StoredModel};
use std::collections::HashMap;

fn number(o: &Opened, scope: &Scope, kind: EntityKind, new: &[(u32, &str)]) -> Result<(), DbError> {
    let new: Vec<(u32, String)> = new.iter().map(|(no, id)| (*no, (*id).into())).collect();
    o.store.change(scope, Instant(5), "numbers", |tx| {
        kind.insert(tx, scope, &new)
    })
}

fn add_account(
    o: &Opened,
    scope: &Scope,
    school: Option<&str>,
    token: &str,
) -> Result<(), DbError> {
    o.store.change(scope, Instant(5), "user", |tx| {
        Account::insert(tx, scope, "principal", school, token, Instant(5))
    })
}

#[test]
fn ids_and_numbers_lead_to_each_other() {
    both("entities", |o| {
        let scope = o.provider("town");
        for kind in EntityKind::ALL {
            // With a hole, as an import that was given up may leave one.
            number(o, &scope, kind, &[(1, "a"), (2, "A"), (4, "å/@_-.")]).unwrap();
            let (numbers, ids) = o
                .store
                .ask(|r| Ok::<_, DbError>((kind.numbers(r, &scope)?, kind.ids(r, &scope)?)))
                .unwrap();
            let expected = [("a", 1), ("A", 2), ("å/@_-.", 4)];
            let expected = expected.map(|(id, no)| (id.to_owned(), no));
            assert_eq!(numbers, HashMap::from(expected), "{kind:?}");
            assert_eq!(ids, ["", "a", "A", "", "å/@_-."], "{kind:?}");
        }
    });
}

#[test]
fn a_number_and_an_id_are_given_once() {
    both("given", |o| {
        let scope = o.provider("town");
        for kind in EntityKind::ALL {
            number(o, &scope, kind, &[(1, "a")]).unwrap();
            for taken in [(1, "b"), (2, "a")] {
                let error = number(o, &scope, kind, &[(3, "c"), taken]).unwrap_err();
                assert!(error.breaks(Constraint::Unique), "{kind:?} {taken:?}");
            }
        }
        assert_eq!(o.count("entity"), EntityKind::ALL.len() as i64);
    });
}

#[test]
fn a_provider_is_numbered_once_also_by_many_at_once() {
    both("providers", |o| {
        std::thread::scope(|s| {
            for worker in 0..6 {
                let ids = ["town", "village"];
                s.spawn(move || o.store.provider(ids[worker % 2], Instant(1)).unwrap());
            }
        });
        let mut providers = o.store.providers().unwrap();
        assert_eq!(o.store.providers().unwrap(), providers);
        let numbers: Vec<u32> = providers.iter().map(|(no, _)| no.0).collect();
        assert_eq!(numbers, [1, 2]);
        providers.sort_by(|a, b| a.1.cmp(&b.1));
        let ids: Vec<&str> = providers.iter().map(|(_, id)| id.as_str()).collect();
        assert_eq!(ids, ["town", "village"]);
    });
}

#[test]
fn an_account_is_found_by_its_token_and_the_token_is_not_kept() {
    both("accounts", |o| {
        let scope = o.provider("town");
        add_account(o, &scope, Some("school-a"), "secret-1").unwrap();
        add_account(o, &scope, None, "secret-2").unwrap();
        let found = |token: &str| o.store.ask(|read| Account::by_token(read, token)).unwrap();
        let account = |no, school: Option<&str>| Account {
            no: UserNo(no),
            provider: scope.provider(),
            role: "principal".into(),
            school: school.map(str::to_owned),
        };
        assert_eq!(found("secret-1"), Some(account(1, Some("school-a"))));
        assert_eq!(found("secret-2"), Some(account(2, None)));
        for wrong in ["", "secret", "secret-3", "SECRET-1", "secret-1 "] {
            assert_eq!(found(wrong), None, "{wrong:?}");
        }
        let taken = add_account(o, &scope, None, "secret-1").unwrap_err();
        assert!(taken.breaks(Constraint::Unique), "{taken:?}");
        let sql = "select token_hash from user_account order by no";
        let rows = o.store.ask(|read| read.query(sql, &[])).unwrap();
        for row in rows {
            let kept: &[u8] = row.get(0).unwrap();
            assert_eq!(kept.len(), 32);
            assert!(!kept.windows(6).any(|part| part == b"secret"));
        }
    });
}

#[test]
fn adoptions_are_listed_in_their_order() {
    both("models", |o| {
        let scope = o.provider("town");
        let adopt = |version: &str, at: i64, text: &str| {
            let model = StoredModel {
                id: "ladder".into(),
                version: version.into(),
                adopted_at: Instant(at),
                valid: Day(5),
                text: text.into(),
                resolved: format!("{text}, written out"),
            };
            o.store
                .change(&scope, Instant(at), "model", |tx| model.insert(tx, &scope))
        };
        adopt("2", 10, "second").unwrap();
        adopt("1", 20, "first").unwrap();
        let error = adopt("2", 10, "changed").unwrap_err();
        assert!(error.breaks(Constraint::Unique), "{error:?}");
        adopt("2", 30, "second").unwrap();
        let list = o
            .store
            .ask(|read| StoredModel::list(read, scope.provider()))
            .unwrap();
        let told: Vec<_> = list
            .iter()
            .map(|m| (m.version.as_str(), m.adopted_at.0, m.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [("2", 10, "second"), ("1", 20, "first"), ("2", 30, "second")]
        );
        assert!(list.iter().all(|m| m.valid == Day(5)));
        assert_eq!(list[1].resolved, "first, written out");
    });
}
