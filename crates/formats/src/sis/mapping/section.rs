//! A TOML table of a mapping under reading: each getter checks the type and notes what is wrong.
//!
//! What it is not: it knows no key of mappings but `version`.
//!
//! Invariant: a value that is wrong leaves one problem at its own place, and reading goes on.

use super::MappingProblem;
use lasna_domain::calendar::Day;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Problems so far, and the text they are in.
pub(super) struct Notes<'t> {
    text: &'t str,
    pub list: Vec<MappingProblem>,
}

impl<'t> Notes<'t> {
    pub fn new(text: &'t str) -> Self {
        Notes {
            text,
            list: Vec::new(),
        }
    }

    pub fn add(&mut self, at: &Range<usize>, code: &'static str, message: impl Into<String>) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.list.push(MappingProblem {
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
            code,
            message: message.into(),
        });
    }

    pub fn sorted(mut self) -> Vec<MappingProblem> {
        self.list.sort();
        self.list.dedup();
        self.list
    }
}

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// A table with its place and its name in messages.
#[derive(Clone)]
pub(super) struct Section<'a, 'i> {
    pub table: &'a DeTable<'i>,
    pub at: Range<usize>,
    pub name: String,
}

impl<'a, 'i> Section<'a, 'i> {
    pub fn only(&self, notes: &mut Notes<'_>, known: &[&str]) {
        for key in self.table.keys() {
            let word: &str = key.get_ref().as_ref();
            if !known.contains(&word) {
                let message = format!(
                    "{} has no key `{word}`; known: {}",
                    self.name,
                    known.join(", ")
                );
                notes.add(&key.span(), "P02", message);
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<&'a Value<'i>> {
        self.table.get(key)
    }

    pub fn text(&self, notes: &mut Notes<'_>, key: &str) -> Option<(&'a str, Range<usize>)> {
        let value = self.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            notes.add(
                &value.span(),
                "P04",
                format!("`{key}` must be a text in quotes"),
            );
        }
        text.map(|text| (text, value.span()))
    }

    /// A word of a closed set, given as its words and values.
    pub fn word<T: Copy>(&self, notes: &mut Notes<'_>, key: &str, set: &[(&str, T)]) -> Option<T> {
        let (text, at) = self.text(notes, key)?;
        let found = set
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = set.iter().map(|(word, _)| *word).collect();
            let message = format!("`{key}` must be one of: {}", words.join(", "));
            notes.add(&at, "P05", message);
        }
        found
    }

    pub fn section(&self, notes: &mut Notes<'_>, key: &str) -> Option<Section<'a, 'i>> {
        section(notes, self.get(key)?, &format!("[{key}]"))
    }

    /// A version: a text or a whole number.
    pub fn version(&self, notes: &mut Notes<'_>) -> Option<String> {
        let Some(value) = self.get("version") else {
            notes.add(&self.at, "P03", format!("{} needs a `version`", self.name));
            return None;
        };
        let version = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::String(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        if version.is_empty() {
            notes.add(
                &value.span(),
                "P04",
                "`version` must be a whole number or a text",
            );
            return None;
        }
        Some(version)
    }

    pub fn day(&self, notes: &mut Notes<'_>, key: &str) -> Option<Day> {
        let (text, at) = self.text(notes, key)?;
        let day = text.parse().ok();
        if day.is_none() {
            notes.add(
                &at,
                "P07",
                format!("`{key}` must be a day like \"2026-08-11\""),
            );
        }
        day
    }
}

pub(super) fn section<'a, 'i>(
    notes: &mut Notes<'_>,
    value: &'a Value<'i>,
    name: &str,
) -> Option<Section<'a, 'i>> {
    let table = value.get_ref().as_table();
    if table.is_none() {
        notes.add(&value.span(), "P04", format!("{name} must be a table"));
    }
    table.map(|table| Section {
        table,
        at: value.span(),
        name: name.to_owned(),
    })
}
