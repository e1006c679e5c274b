//! When something is broken the server says so and shows nothing.
//!
//! Invariant: no failure gives data, and none gives its own text.

use crate::{LIST, ModelOf, both, both_with};
use lasna_store::db::Engine;
use std::sync::Arc;

#[test]
fn a_list_that_cannot_be_recorded_is_not_given() {
    both("unrecorded", |server| {
        server.get(LIST, Some("token-a")).rows();
        let trigger = match server.store.database().engine() {
            Engine::Sqlite => {
                "create trigger refuse before insert on audit \
                 begin select raise(abort, 'ZZNAMEZZ'); end"
            }
            Engine::Postgres => {
                "create function refuse() returns trigger language plpgsql as \
                 $$ begin raise exception 'ZZNAMEZZ'; end $$; \
                 create trigger refuse before insert on audit for each row \
                 execute function refuse()"
            }
        };
        for breakage in [trigger, "drop table audit"] {
            server.meddle(breakage);
            for token in ["token-a", "token-machine"] {
                let answer = server.get(LIST, Some(token));
                let (key, _) = answer.problem(500);
                assert_eq!(key, "internal", "{breakage}");
                answer.says_nothing();
                assert!(!answer.body.contains("audit"), "{}", answer.body);
            }
            // What is not about people goes on.
            assert_eq!(server.get("/readyz", None).status, 200);
        }
    });
}

#[test]
fn a_table_that_is_gone_is_a_failure_without_data() {
    for table in ["mark_fact", "enrolment_version", "user_account"] {
        both("gone", |server| {
            server.meddle(&format!("alter table {table} rename to elsewhere"));
            let answer = server.get(LIST, Some("token-a"));
            answer.problem(500);
            answer.says_nothing();
            assert!(!answer.body.contains(table), "{}", answer.body);
        });
    }
}

#[test]
fn a_server_without_its_store_lives_and_is_not_ready() {
    both("unready", |server| {
        server.meddle("alter table provider rename to elsewhere");
        let answer = server.get("/readyz", None);
        assert!(answer.status >= 500, "{answer:?}");
        answer.problem(answer.status);
        assert_eq!(server.get("/healthz", None).status, 200);
    });
}

#[test]
fn a_model_that_cannot_be_read_gives_no_list() {
    let broken = || -> Arc<ModelOf> { Arc::new(|_, _| Err("line 3".into())) };
    both_with("no_model", broken, |server| {
        let answer = server.get(LIST, Some("token-a"));
        let (_, message) = answer.problem(422);
        assert_eq!(message, "line 3");
        // Who may not sign in does not learn of it.
        server.get(LIST, Some("wrong")).problem(401);
    });
}

#[test]
fn a_panic_gives_neither_data_nor_its_text() {
    let panics = || -> Arc<ModelOf> { Arc::new(|_, _| panic!("ZZNAMEZZ")) };
    both_with("panic", panics, |server| {
        let answer = server.get(LIST, Some("token-a"));
        answer.problem(500);
        answer.says_nothing();
        assert_eq!(server.get("/readyz", None).status, 200);
    });
}
