//! What the sections of a model file have in common: places, needed keys, differences by id.
//!
//! A thing with the id of one in the base takes its place; a thing with a new id stands after the
//! thing stated before it in the file, or first where none is. What the things are is not known
//! here.
//!
//! Invariant: merging keeps the order of the base.

use super::problem::Problems;
use super::table::Table;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How a text in three languages is written.
pub(super) const TEXTS: &str = "{ fi = \"…\", sv = \"…\", en = \"…\" }";

/// Where things stand in the file, by name; what the file does not state is at `extends`.
#[derive(Debug, Default)]
pub(super) struct Places {
    default: Range<usize>,
    named: BTreeMap<String, Range<usize>>,
    /// Steps of which a condition could not be read.
    torn: BTreeSet<String>,
}

impl Places {
    pub(super) fn with_default(at: &Range<usize>) -> Self {
        Places {
            default: at.clone(),
            ..Places::default()
        }
    }

    pub(super) fn tear(&mut self, step: &str) {
        self.torn.insert(step.to_owned());
    }

    pub(super) fn is_torn(&self, step: &str) -> bool {
        self.torn.contains(step)
    }

    pub(super) fn of(&self, key: &str) -> Range<usize> {
        self.named.get(key).unwrap_or(&self.default).clone()
    }

    pub(super) fn step(&self, step: &str) -> Range<usize> {
        self.of(&Self::step_key(step))
    }

    pub(super) fn condition(&self, step: &str, no: usize) -> Range<usize> {
        self.stated(step, no)
            .unwrap_or_else(|| self.default.clone())
    }

    /// The place of a condition that the file itself states.
    pub(super) fn stated(&self, step: &str, no: usize) -> Option<Range<usize>> {
        self.named
            .get(&format!("{}/{no}", Self::when_key(step)))
            .cloned()
    }

    pub(super) fn measure_key(id: &str) -> String {
        format!("measure/{id}")
    }

    pub(super) fn step_key(id: &str) -> String {
        format!("step/{id}")
    }

    pub(super) fn when_key(step: &str) -> String {
        format!("when/{step}")
    }

    pub(super) fn duty_key(step: &str, duty: &str) -> String {
        format!("duty/{step}/{duty}")
    }

    pub(super) fn set(&mut self, key: String, at: &Range<usize>) {
        self.named.insert(key, at.clone());
    }
}

/// What a key says; where it is absent, what the base says; where there is no base, a problem.
pub(super) fn needed<'t, T>(
    problems: &mut Problems<'t>,
    table: &Table<'_, '_>,
    key: &str,
    example: &str,
    base: Option<T>,
    read: impl FnOnce(&mut Problems<'t>) -> Option<T>,
) -> Option<T> {
    if table.has(key) {
        return read(problems);
    }
    if base.is_none() {
        table.missing(problems, key, example);
    }
    base
}

/// The base's things and the file's: namesakes in place, new ones after what is stated before them.
pub(super) fn merged<'t, T: Clone>(
    problems: &mut Problems<'t>,
    parent: &Table<'_, '_>,
    key: &str,
    base: &[T],
    id_of: impl Fn(&T) -> &String,
    mut read: impl FnMut(&mut Problems<'t>, &Table<'_, '_>, String, Option<&T>) -> Option<T>,
) -> Vec<T> {
    let mut result = base.to_vec();
    let mut next = 0;
    let mut seen: Vec<String> = Vec::new();
    for mut table in parent.tables(problems, key) {
        let name = needed(problems, &table, "id", "\"…\"", None, |p| {
            table.id(p, "id")
        });
        // Without a name the rest is read all the same, for its own mistakes.
        let id = name
            .as_ref()
            .map_or(String::new(), |name| name.value.clone());
        table.name = format!("{key} {id}");
        if seen.contains(&id) && !id.is_empty() {
            let message = format!("{key} `{id}` is stated twice");
            problems.add(
                &table.place("id"),
                "M09",
                message,
                "give it another id or remove it",
            );
        }
        let place = result.iter().position(|thing| *id_of(thing) == id);
        let old = base.iter().find(|thing| *id_of(thing) == id);
        let Some(thing) = read(problems, &table, id.clone(), old) else {
            continue;
        };
        seen.push(id);
        match place {
            Some(place) => {
                result[place] = thing;
                next = place + 1;
            }
            None => {
                result.insert(next, thing);
                next += 1;
            }
        }
    }
    result
}
