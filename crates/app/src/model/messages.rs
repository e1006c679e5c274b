//! Message templates of a language: looked up by path, chosen by number, filled in.
//!
//! The files of `locales/` are embedded. A message that is missing shows as its own path between
//! `⟦` and `⟧`, never as an empty line; a test keeps every language complete.
//!
//! Invariant: what is filled in is never itself read as a template.

use lasna_domain::calendar::Day;
use lasna_domain::model::Language;
use std::sync::LazyLock;

/// The sentences of one language.
#[derive(Debug)]
pub(super) struct Messages {
    table: &'static toml::Table,
}

static FI: LazyLock<toml::Table> =
    LazyLock::new(|| read(include_str!("../../locales/fi/model.toml")));
static SV: LazyLock<toml::Table> =
    LazyLock::new(|| read(include_str!("../../locales/sv/model.toml")));
static EN: LazyLock<toml::Table> =
    LazyLock::new(|| read(include_str!("../../locales/en/model.toml")));

fn read(text: &str) -> toml::Table {
    // The files are part of the program and a test reads them.
    text.parse().unwrap_or_default()
}

impl Messages {
    /// The embedded messages of a language.
    pub(super) fn of(language: Language) -> Messages {
        let table = match language {
            Language::Fi => &FI,
            Language::Sv => &SV,
            Language::En => &EN,
        };
        Messages { table }
    }

    fn find(&self, path: &[&str]) -> Option<&toml::Value> {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(self.table.get(*first)?, |value, key| value.get(*key))
    }

    fn template(&self, path: &[&str]) -> String {
        let text = self.find(path).and_then(toml::Value::as_str);
        text.map_or_else(|| format!("⟦{}⟧", path.join(".")), str::to_owned)
    }

    /// The message of a path, such as `["duty", "short"]`, with its places filled.
    pub(super) fn say(&self, path: &[&str], values: &[(&str, &str)]) -> String {
        fill(&self.template(path), values)
    }

    /// The message of a path without places.
    pub(super) fn word(&self, path: &[&str]) -> String {
        self.say(path, &[])
    }

    /// The message of a path in the form of a number, which fills `{n}`.
    pub(super) fn count(&self, path: &[&str], n: u32, values: &[(&str, &str)]) -> String {
        let form = match n {
            0 if self.find(&[path, &["zero"]].concat()).is_some() => "zero",
            1 => "one",
            _ => "other",
        };
        let n = n.to_string();
        let values = [&[("n", n.as_str())], values].concat();
        fill(&self.template(&[path, &[form]].concat()), &values)
    }

    /// A number of `unit`ths with the decimal mark of the language: 125 tenths is 12,5.
    pub(super) fn decimal(&self, value: u32, unit: u32) -> String {
        let whole = value / unit;
        if value.is_multiple_of(unit) {
            return whole.to_string();
        }
        let digits = unit.to_string().len() - 1;
        let part = format!("{:0>digits$}", value % unit);
        format!(
            "{whole}{}{}",
            self.word(&["mark", "decimal"]),
            part.trim_end_matches('0')
        )
    }

    /// A share in hundredths of a percent.
    pub(super) fn percent(&self, hundredths: u32) -> String {
        let number = self.decimal(hundredths, 100);
        let form = if hundredths == 100 { "one" } else { "other" };
        self.say(&["percent", "value", form], &[("n", &number)])
    }

    /// A day as people write it.
    pub(super) fn day(&self, day: Day) -> String {
        let date = day.to_date();
        let (number, month) = (date.day().to_string(), date.month().to_string());
        let year = date.year().to_string();
        let name = self.word(&["months", &month]);
        let values = [
            ("day", &*number),
            ("month", &*month),
            ("year", &*year),
            ("name", &*name),
        ];
        self.say(&["mark", "date"], &values)
    }

    /// Text in the quotes of the language.
    pub(super) fn quoted(&self, text: &str) -> String {
        self.say(&["mark", "quote"], &[("text", text)])
    }

    /// Words as `a, b or c`.
    pub(super) fn any_of(&self, words: &[String], or: &[&str]) -> String {
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{}{}{last}", rest.join(", "), self.word(or)),
            None => String::new(),
        }
    }
}

/// Fills `{name}` in one pass.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&format!("⟦{name}⟧")),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The text with a capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const LANGUAGES: [Language; 3] = [Language::Fi, Language::Sv, Language::En];

    /// Paths of all messages with the names of their places.
    fn shape(path: &str, value: &toml::Value, out: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    shape(&format!("{path}/{key}"), value, out);
                }
            }
            value => {
                assert!(
                    value.as_str().is_some_and(|text| !text.is_empty()),
                    "{path}"
                );
                out.insert(path.to_owned());
            }
        }
    }

    #[test]
    fn every_language_has_every_message() {
        let shapes = LANGUAGES.map(|language| {
            let mut out = BTreeSet::new();
            shape(
                "",
                &toml::Value::Table(Messages::of(language).table.clone()),
                &mut out,
            );
            out
        });
        assert!(shapes[0].len() > 150);
        assert_eq!(shapes[0], shapes[1]);
        assert_eq!(shapes[0], shapes[2]);
    }

    #[test]
    fn filling_is_one_pass() {
        assert_eq!(
            fill("{a}-{b}-{c}", &[("a", "{b}"), ("b", "x")]),
            "{b}-x-⟦c⟧"
        );
        assert_eq!(fill("a { b", &[]), "a  b");
    }

    #[test]
    fn numbers_and_days_follow_the_language() {
        let [fi, sv, en] = LANGUAGES.map(Messages::of);
        assert_eq!(fi.percent(1250), "12,5 prosenttia");
        assert_eq!(fi.percent(100), "1 prosentti");
        assert_eq!(sv.percent(1005), "10,05 procent");
        assert_eq!(en.percent(1000), "10 per cent");
        let day = "2026-08-01".parse().unwrap();
        assert_eq!(fi.day(day), "1.8.2026");
        assert_eq!(en.day(day), "1 August 2026");
        assert_eq!(
            fi.count(&["within", "school_days"], 0, &[]),
            "samana koulupäivänä"
        );
        assert_eq!(sv.count(&["within", "days"], 1, &[]), "inom 1 dag");
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(en.any_of(&words, &["outcome", "or"]), "a, b or c");
        assert_eq!(capital("äiti"), "Äiti");
    }
}
