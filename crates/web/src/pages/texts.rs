//! Texts of pages by key and language.
//!
//! A text with a number has two forms, `one` and `other`; blanks are filled in one pass, so that
//! what is filled in is never itself read as a blank.
//!
//! Invariant: every language has every key with the same blanks; a key that is missing shows itself.

use crate::charts::grouped;
use lasna_domain::model::Language;
use std::collections::HashMap;
use std::sync::LazyLock;

type Table = HashMap<String, toml::Value>;

macro_rules! language {
    ($name:ident, $folder:literal) => {
        static $name: LazyLock<Table> = LazyLock::new(|| {
            read(&[
                include_str!(concat!("../../locales/", $folder, "/frame.toml")),
                include_str!(concat!("../../locales/", $folder, "/sign_in.toml")),
                include_str!(concat!("../../locales/", $folder, "/identity.toml")),
                include_str!(concat!("../../locales/", $folder, "/provider.toml")),
                include_str!(concat!("../../locales/", $folder, "/rights.toml")),
                include_str!(concat!("../../locales/", $folder, "/today.toml")),
                include_str!(concat!("../../locales/", $folder, "/signals.toml")),
                include_str!(concat!("../../locales/", $folder, "/pupil.toml")),
                include_str!(concat!("../../locales/", $folder, "/register.toml")),
                include_str!(concat!("../../locales/", $folder, "/imports.toml")),
                include_str!(concat!("../../locales/", $folder, "/codes.toml")),
                include_str!(concat!("../../locales/", $folder, "/measures.toml")),
                include_str!(concat!("../../locales/", $folder, "/versions.toml")),
                include_str!(concat!("../../locales/", $folder, "/substitutes.toml")),
                include_str!(concat!("../../locales/", $folder, "/help.toml")),
                include_str!(concat!("../../locales/", $folder, "/tour.toml")),
                include_str!(concat!("../../locales/", $folder, "/home.toml")),
            ])
        });
    };
}

language!(FI, "fi");
language!(SV, "sv");
language!(EN, "en");

fn read(files: &[&str]) -> Table {
    let mut all = Table::new();
    for text in files {
        // The files are part of the program and a test reads them.
        let areas: Table = toml::from_str(text).unwrap_or_default();
        all.extend(areas);
    }
    all
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub(crate) struct Texts(&'static Table, char);

impl Texts {
    pub fn of(language: Language) -> Texts {
        match language {
            Language::Fi => Texts(&FI, '\u{a0}'),
            Language::Sv => Texts(&SV, '\u{a0}'),
            Language::En => Texts(&EN, ','),
        }
    }

    /// The sign between the thousands of a number.
    pub fn thousands(self) -> char {
        self.1
    }

    fn find(self, key: &str) -> Option<&'static toml::Value> {
        let mut parts = key.split('.');
        let area = self.0.get(parts.next()?)?;
        parts.try_fold(area, |value, part| value.get(part))
    }

    /// The text of a key, `area.name`, with its blanks filled.
    pub fn text(self, key: &str, values: &[(&str, &str)]) -> String {
        match self.find(key).and_then(toml::Value::as_str) {
            Some(text) => fill(text, values),
            None => key.to_owned(),
        }
    }

    /// The text of a key in the form of a number, which fills `{n}`.
    pub fn count(self, key: &str, n: u64, values: &[(&str, &str)]) -> String {
        let form = if n == 1 { "one" } else { "other" };
        let n = grouped(n, self.1);
        let values = [&[("n", n.as_str())], values].concat();
        self.text(&format!("{key}.{form}"), &values)
    }

    /// The text of a code, from the group of all texts for codes of its kind.
    pub fn code(self, group: &str, code: &str) -> String {
        self.text(&format!("{group}.{code}"), &[])
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
