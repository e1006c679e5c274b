//! Retention and the register of incidents, on both engines.
//!
//! Invariant: what is looked for after a run was there before it.

use crate::both;
use crate::people::{at, later, session};
use crate::retention::{List, run, town};
use lasna_store::Store;
use lasna_store::db::{DbError, Read};
use std::collections::BTreeSet;

#[test]
fn entries_of_an_open_incident_stay_until_it_has_ended() {
    both("retention_incident", |node| {
        town(node);
        let tuki = session(node, "tuki", later(1)).me().unwrap().user;
        let app = node.app(at("2026-09-02T08:00:00Z"));
        let no = app
            .enter_incident(tuki, (later(0), later(60)), later(60))
            .unwrap();
        let kept = || {
            let read = |read: &mut Read<'_>| {
                let provider = node.store.providers()?[0].0;
                Store::frozen_entries(read, provider)
            };
            node.store.ask(read).unwrap()
        };
        let bodies = |numbers: &BTreeSet<i64>| {
            let rows = node.store.ask(|read| {
                let rows = read.query("SELECT no FROM audit_body", &[])?;
                rows.iter().map(|row| row.get(0)).collect()
            });
            let there: Result<BTreeSet<i64>, DbError> = rows;
            numbers.intersection(&there.unwrap()).count()
        };
        let frozen = kept();
        assert!(frozen.len() >= 4, "{frozen:?}");
        run(node, "2034-09-01T08:00:00Z", "", &mut List::default());
        assert_eq!(bodies(&frozen), frozen.len(), "an open incident keeps them");
        node.app(at("2034-09-02T08:00:00Z"))
            .end_incident(no)
            .unwrap();
        run(node, "2034-09-03T08:00:00Z", "", &mut List::default());
        assert_eq!(bodies(&frozen), 0, "after its end their time has passed");
    });
}
