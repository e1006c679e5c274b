//! A TOML table under reading: each getter checks the type and notes what is wrong, with its place.
//!
//! A getter gives `None` both for an absent and for a wrong value, so that reading goes on and
//! finds every mistake at once; the caller stops in the end if anything was noted. This module
//! knows TOML and nothing of models except texts in three languages and days.
//!
//! Invariant: a value that is wrong leaves exactly one problem at its own place.

use super::problem::{Problems, choose};
use lasna_domain::calendar::Day;
use lasna_domain::model::Text;
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with the bytes it stands in.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) at: Range<usize>,
}

/// One table, and the place to blame for what is missing in it.
#[derive(Clone, Debug)]
pub(super) struct Table<'a, 'i> {
    table: &'a DeTable<'i>,
    pub(super) at: Range<usize>,
    /// How messages name it, for example `step first-talk`.
    pub(super) name: String,
}

impl<'a, 'i> Table<'a, 'i> {
    pub(super) fn new(table: &'a DeTable<'i>, at: Range<usize>, name: &str) -> Self {
        Table {
            table,
            at,
            name: name.to_owned(),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Notes every key that is not in the list.
    pub(super) fn only(&self, problems: &mut Problems<'_>, known: &[&str]) {
        for key in self.table.keys() {
            let word = key.get_ref().as_ref();
            if !known.contains(&word) {
                let message = format!("unknown key `{word}` in {}", self.name);
                problems.add(&key.span(), "M02", message, choose(word, known));
            }
        }
    }

    /// Notes that a key is missing.
    pub(super) fn missing(&self, problems: &mut Problems<'_>, key: &str, example: &str) {
        let message = format!("`{key}` is missing in {}", self.name);
        problems.add(&self.at, "M03", message, format!("add `{key} = {example}`"));
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.table.get(key)
    }

    /// Where the value of a key stands; the table's own place where there is none.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.get(key).map_or(self.at.clone(), Spanned::span)
    }

    pub(super) fn text(&self, problems: &mut Problems<'_>, key: &str) -> Option<At<String>> {
        let value = self.get(key)?;
        let Some(text) = value.get_ref().as_str() else {
            return wrong_type(problems, key, value, "a text in quotes", "\"…\"");
        };
        if text.trim().is_empty() {
            let message = format!("`{key}` is empty in {}", self.name);
            problems.add(
                &value.span(),
                "M03",
                message,
                format!("write a text for `{key}`"),
            );
            return None;
        }
        Some(At {
            value: text.to_owned(),
            at: value.span(),
        })
    }

    /// A name: small letters, digits, `-` and `_`.
    pub(super) fn id(&self, problems: &mut Problems<'_>, key: &str) -> Option<At<String>> {
        let id = self.text(problems, key)?;
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
        if id.value.len() <= 64 && id.value.bytes().all(letter) {
            return Some(id);
        }
        let message = format!("`{key}` is not a name",);
        let mend = "use at most 64 small letters a–z, digits, `-` and `_`";
        problems.add(&id.at, "M17", message, mend);
        None
    }

    pub(super) fn flag(&self, problems: &mut Problems<'_>, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        match value.get_ref().as_bool() {
            Some(flag) => Some(flag),
            None => wrong_type(problems, key, value, "true or false", "true"),
        }
    }

    /// A whole number in a range.
    pub(super) fn whole(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        range: RangeInclusive<u16>,
    ) -> Option<u16> {
        let value = self.get(key)?;
        let Some(number) = value.get_ref().as_integer().filter(|n| n.radix() == 10) else {
            return wrong_type(
                problems,
                key,
                value,
                "a whole number",
                &range.start().to_string(),
            );
        };
        let found = number
            .as_str()
            .parse::<u16>()
            .ok()
            .filter(|n| range.contains(n));
        if found.is_none() {
            let message = format!("`{key}` is {}", number.as_str());
            let mend = format!("write a number from {} to {}", range.start(), range.end());
            problems.add(&value.span(), "M10", message, mend);
        }
        found
    }

    /// A number with at most so many decimals, counted in the last decimal.
    pub(super) fn decimal(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        decimals: usize,
        range: RangeInclusive<u32>,
    ) -> Option<u32> {
        let value = self.get(key)?;
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return wrong_type(problems, key, value, "a number", "10"),
        };
        let found = super::words::parse_decimal(text, decimals).filter(|n| range.contains(n));
        if found.is_none() {
            let (from, to) = (range.start(), range.end());
            let (from, to) = (
                super::words::decimal(*from, decimals),
                super::words::decimal(*to, decimals),
            );
            let mend = format!("write a number from {from} to {to}, at most {decimals} decimals");
            problems.add(&value.span(), "M10", format!("`{key}` is {text}"), mend);
        }
        found
    }

    pub(super) fn day(&self, problems: &mut Problems<'_>, key: &str) -> Option<Day> {
        let value = self.get(key)?;
        let found = match value.get_ref() {
            DeValue::Datetime(at) => {
                let date = at.date.filter(|_| at.time.is_none());
                date.and_then(|d| {
                    let year = i16::try_from(d.year).ok()?;
                    let (month, day) = (i8::try_from(d.month).ok()?, i8::try_from(d.day).ok()?);
                    Day::from_ymd(year, month, day)
                })
            }
            // Dates in quotes are read too: people write them so.
            DeValue::String(text) => text.parse().ok(),
            _ => return wrong_type(problems, key, value, "a date", "2026-08-01"),
        };
        if found.is_none() {
            impossible_date(problems, &value.span());
        }
        found
    }

    /// A word of a closed list.
    pub(super) fn word<T>(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
        known: &[&str],
    ) -> Option<T> {
        let text = self.text(problems, key)?;
        let found = parse(&text.value);
        if found.is_none() {
            unknown_word(problems, key, &text, known);
        }
        found
    }

    /// One word or a list of words of a closed list.
    pub(super) fn words<T>(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
        known: &[&str],
    ) -> Option<Vec<T>> {
        let value = self.get(key)?;
        let single = std::slice::from_ref(value);
        let items: Vec<_> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => single.iter().collect(),
        };
        let (mut found, empty) = (Vec::new(), items.is_empty());
        for item in items {
            let Some(text) = item.get_ref().as_str() else {
                return wrong_type(problems, key, item, "a word in quotes", known[0]);
            };
            match parse(text) {
                Some(word) => found.push(word),
                None => {
                    let text = At {
                        value: text.to_owned(),
                        at: item.span(),
                    };
                    unknown_word(problems, key, &text, known);
                }
            }
        }
        // Where every word was wrong, nothing is known of the list.
        (!found.is_empty() || empty).then_some(found)
    }

    /// A text in the three languages.
    pub(super) fn languages(&self, problems: &mut Problems<'_>, key: &str) -> Option<Text> {
        let table = self.table(problems, key, "{ fi = \"…\", sv = \"…\", en = \"…\" }")?;
        Some(table.as_languages(problems))
    }

    /// This table as a text in the three languages.
    pub(super) fn as_languages(&self, problems: &mut Problems<'_>) -> Text {
        const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];
        self.only(problems, &LANGUAGES);
        let mut get = |language: &str| {
            let value = self.get(language);
            let text = value.map_or(Some(""), |value| value.get_ref().as_str());
            let Some(text) = text else {
                return value.and_then(|v| wrong_type(problems, language, v, "a text", "\"…\""));
            };
            if text.trim().is_empty() {
                let message = format!("the text in `{language}` is missing in {}", self.name);
                let mend =
                    format!("write `{language} = \"…\"`; every text is needed in fi, sv, en");
                problems.add(&self.place(language), "M05", message, mend);
            }
            Some(text.to_owned())
        };
        let [fi, sv, en] = LANGUAGES.map(|language| get(language).unwrap_or_default());
        Text { fi, sv, en }
    }

    pub(super) fn table(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        example: &str,
    ) -> Option<Table<'a, 'i>> {
        let value = self.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            return wrong_type(problems, key, value, "a table", example);
        };
        Some(Table::new(
            table,
            value.span(),
            &format!("`{key}` of {}", self.name),
        ))
    }

    /// The tables of a list; none where the key is absent.
    pub(super) fn tables(&self, problems: &mut Problems<'_>, key: &str) -> Vec<Table<'a, 'i>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            let mend = format!("write `[[{key}]]` or `{key} = [ {{ … }} ]`");
            let message = format!("`{key}` is {}, not a list", a_type(value.get_ref()));
            problems.add(&value.span(), "M04", message, mend);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Table::new(table, item.span(), key)),
                None => {
                    wrong_type::<()>(problems, key, item, "a table", "{ … }");
                }
            }
        }
        tables
    }
}

fn unknown_word(problems: &mut Problems<'_>, key: &str, text: &At<String>, known: &[&str]) {
    let message = format!("`{}` is not known as `{key}`", text.value);
    problems.add(&text.at, "M08", message, choose(&text.value, known));
}

pub(super) fn impossible_date(problems: &mut Problems<'_>, at: &Range<usize>) {
    problems.add(
        at,
        "M06",
        "there is no such day",
        "write a day that exists, like 2026-08-01",
    );
}

fn a_type(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn wrong_type<T>(
    problems: &mut Problems<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    wanted: &str,
    example: &str,
) -> Option<T> {
    let message = format!("`{key}` is {}, not {wanted}", a_type(value.get_ref()));
    problems.add(
        &value.span(),
        "M04",
        message,
        format!("write it like `{key} = {example}`"),
    );
    None
}
