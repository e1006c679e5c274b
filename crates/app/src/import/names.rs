//! Numbers for source ids while an import is staged: the store's, and new ones beside them.
//!
//! Invariant: an id keeps its number; new numbers follow the highest of the store.

use lasna_domain::access::Scope;
use lasna_store::EntityKind;
use lasna_store::db::{DbError, Read, Tx};
use std::collections::{BTreeMap, HashMap};

/// The numbers of every kind.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<EntityKind, HashMap<String, u32>>,
    new: BTreeMap<EntityKind, Vec<(u32, String)>>,
    last: BTreeMap<EntityKind, u32>,
}

impl Names {
    pub fn load(read: &mut Read<'_>, scope: &Scope) -> Result<Names, DbError> {
        let mut names = Names::default();
        for kind in EntityKind::ALL {
            let numbers = kind.numbers(read, scope)?;
            names
                .last
                .insert(kind, numbers.values().copied().max().unwrap_or(0));
            names.known.insert(kind, numbers);
        }
        Ok(names)
    }

    /// The number of an id that is known.
    pub fn number(&self, kind: EntityKind, id: &str) -> Option<u32> {
        self.known.get(&kind)?.get(id).copied()
    }

    /// The number of an id, given where it is new.
    pub fn give(&mut self, kind: EntityKind, id: &str) -> u32 {
        let known = self.known.entry(kind).or_default();
        if let Some(&no) = known.get(id) {
            return no;
        }
        let last = self.last.entry(kind).or_default();
        *last += 1;
        known.insert(id.to_owned(), *last);
        self.new
            .entry(kind)
            .or_default()
            .push((*last, id.to_owned()));
        *last
    }

    /// As [`Self::give`], 0 for an empty id.
    pub fn give_some(&mut self, kind: EntityKind, id: &str) -> i32 {
        if id.is_empty() {
            0
        } else {
            self.give(kind, id) as i32
        }
    }

    /// The numbers that were given, by kind.
    pub fn given(&self) -> &BTreeMap<EntityKind, Vec<(u32, String)>> {
        &self.new
    }

    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<(), DbError> {
        for (kind, new) in &self.new {
            kind.insert(tx, scope, new)?;
        }
        Ok(())
    }
}
