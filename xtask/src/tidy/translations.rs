//! Texts in three languages: the same files, keys and blanks, and nothing empty.
//!
//! Invariant: no language is the base; what one has, all have.

use super::{Found, Tree};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

/// Key to text.
type Texts = BTreeMap<String, String>;

pub(super) fn check(tree: &Tree, found: &mut Found) {
    // Folder of locales and file name, to the texts of each language.
    let mut sets: BTreeMap<(String, String), BTreeMap<&str, Texts>> = BTreeMap::new();
    for file in tree.under("crates/", ".toml") {
        let Some((folder, rest)) = file.path.split_once("/locales/") else {
            continue;
        };
        let named = rest
            .split_once('/')
            .and_then(|(said, name)| Some((*LANGUAGES.iter().find(|l| **l == said)?, name)));
        let Some((language, name)) = named else {
            let mend = "use locales/{fi,sv,en}/<area>.toml";
            found.add(&file.path, 1, "not the folder of a language", mend);
            continue;
        };
        match file.text.parse::<Table>() {
            Ok(table) => {
                let mut texts = Texts::new();
                flatten("", &table, &mut texts);
                let key = (format!("{folder}/locales"), name.to_owned());
                sets.entry(key).or_default().insert(language, texts);
            }
            Err(error) => found.add(&file.path, 1, "is not TOML", error.to_string()),
        }
    }
    for ((folder, name), set) in &sets {
        let keys: BTreeSet<&String> = set.values().flat_map(Texts::keys).collect();
        for language in LANGUAGES {
            let path = format!("{folder}/{language}/{name}");
            match set.get(language) {
                None => found.add(&path, 1, "the file is missing", "write it in this language"),
                Some(texts) => compare(tree, found, &path, texts, &keys),
            }
        }
    }
}

fn compare(tree: &Tree, found: &mut Found, path: &str, texts: &Texts, keys: &BTreeSet<&String>) {
    for key in keys {
        let last = key.rsplit('.').next().unwrap_or(key);
        let line = tree
            .file(path)
            .map_or(1, |file| file.line_of(&format!("{last} =")));
        match texts.get(*key) {
            None => found.add(
                path,
                1,
                format!("the key {key} is missing"),
                "translate it, or take it out of the other languages",
            ),
            Some(text) if text.trim().is_empty() => {
                found.add(path, line, format!("{key} is empty"), "translate it");
            }
            Some(_) => {}
        }
    }
}

fn flatten(prefix: &str, table: &Table, texts: &mut Texts) {
    for (key, value) in table {
        let key = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            Value::Table(inner) => flatten(&key, inner, texts),
            Value::String(text) => {
                texts.insert(key, text.clone());
            }
            other => {
                texts.insert(key, other.to_string());
            }
        }
    }
}
