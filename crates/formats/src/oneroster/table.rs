//! Look-up tables of the ids of one file: what references are checked against.
//!
//! A table is filled while its file is read. The first row with an id has it, accepted or refused;
//! a later row with the same id is a duplicate.
//!
//! Invariant: a refused row is found as refused, never as there, so refusal reaches what needs it.

use std::collections::{HashMap, HashSet};

/// How far an id that a table does not have is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// There is no such file in the bundle.
    Nothing,
    /// A delta file: other records may be known from before.
    Changes,
    /// A bulk file: there are no others.
    All,
}

/// What an id leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<T> {
    /// An accepted row.
    There(T),
    /// A row that was refused.
    Refused,
    /// Nothing, in a file that holds all.
    Missing,
    /// Nothing, in a file that holds changes only.
    Elsewhere,
    /// There is no such file.
    NoFile,
}

#[derive(Debug)]
struct Entry<T> {
    row: u64,
    /// `None` where the row was refused.
    data: Option<T>,
}

/// The ids of one file, with what later checks need of each row.
#[derive(Debug)]
pub(super) struct Table<T> {
    /// The file's name, for messages.
    pub file: &'static str,
    pub holds: Holds,
    entries: HashMap<Box<str>, Entry<T>>,
}

impl<T> Table<T> {
    pub fn new(file: &'static str, holds: Holds) -> Self {
        Table {
            file,
            holds,
            entries: HashMap::new(),
        }
    }

    pub fn find(&self, id: &str) -> Found<&T> {
        match self.entries.get(id) {
            Some(Entry {
                data: Some(data), ..
            }) => Found::There(data),
            Some(Entry { data: None, .. }) => Found::Refused,
            None => match self.holds {
                Holds::Nothing => Found::NoFile,
                Holds::Changes => Found::Elsewhere,
                Holds::All => Found::Missing,
            },
        }
    }

    /// What is kept of an accepted row.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.entries.get(id).and_then(|entry| entry.data.as_ref())
    }

    /// What is kept of an accepted row, to change it.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.entries
            .get_mut(id)
            .and_then(|entry| entry.data.as_mut())
    }

    /// Whether another row has the id already.
    pub fn is_taken(&self, id: &str, row: u64) -> bool {
        self.entries.get(id).is_some_and(|entry| entry.row != row)
    }

    /// Takes a row in, unless its id is there.
    pub fn settle(&mut self, id: &str, row: u64, data: Option<T>) {
        if !self.entries.contains_key(id) {
            self.entries.insert(id.into(), Entry { row, data });
        }
    }

    /// Marks an accepted row as refused.
    pub fn refuse(&mut self, id: &str) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.data = None;
        }
    }

    /// The accepted rows, in no order.
    pub fn accepted(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries
            .iter()
            .filter_map(|(id, entry)| Some((&**id, entry.data.as_ref()?)))
    }

    /// The ids that lie on a cycle of the parents that `parent_of` names.
    pub fn on_cycles<'a>(
        &'a self,
        parent_of: impl Fn(&'a T) -> Option<&'a str>,
    ) -> HashSet<Box<str>> {
        let parent = |id: &str| self.get(id).and_then(&parent_of);
        let mut walk_of: HashMap<&str, usize> = HashMap::new();
        let mut on_cycles = HashSet::new();
        for (walk, start) in self.accepted().map(|(id, _)| id).enumerate() {
            let mut at = start;
            let met = loop {
                if let Some(earlier) = walk_of.get(at) {
                    break (*earlier == walk).then_some(at);
                }
                walk_of.insert(at, walk);
                match parent(at) {
                    Some(next) => at = next,
                    None => break None,
                }
            };
            let Some(met) = met else { continue };
            let mut at = met;
            while on_cycles.insert(Box::from(at)) {
                let Some(next) = parent(at) else { break };
                at = next;
            }
        }
        on_cycles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_cycles(parents: &[(&str, &str)]) -> Vec<String> {
        let mut table = Table::new("orgs.csv", Holds::All);
        for (row, (id, parent)) in parents.iter().enumerate() {
            table.settle(id, row as u64 + 1, Some((*parent).to_owned()));
        }
        let found = table.on_cycles(|parent| Some(parent.as_str()).filter(|id| !id.is_empty()));
        let mut ids: Vec<String> = found.iter().map(|id| id.to_string()).collect();
        ids.sort();
        ids
    }

    #[test]
    fn cycles_are_found_without_what_hangs_on_them() {
        assert_eq!(on_cycles(&[("a", ""), ("b", "a"), ("c", "gone")]), [""; 0]);
        assert_eq!(on_cycles(&[("a", "a"), ("b", "a")]), ["a"]);
        let two = [
            ("a", "b"),
            ("b", "a"),
            ("c", "a"),
            ("d", "e"),
            ("e", "f"),
            ("f", "d"),
        ];
        assert_eq!(on_cycles(&two), ["a", "b", "d", "e", "f"]);
    }

    #[test]
    fn the_first_row_keeps_its_id() {
        let mut table = Table::new("orgs.csv", Holds::All);
        table.settle("a", 1, None::<()>);
        table.settle("a", 2, Some(()));
        assert_eq!(table.find("a"), Found::Refused);
        assert!(table.is_taken("a", 2) && !table.is_taken("a", 1));
    }
}
