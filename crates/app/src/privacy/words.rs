//! Texts of the papers: looked up by area and key, filled in.
//!
//! Invariant: a text that is missing shows its own key between `⟦` and `⟧`.

use lasna_domain::model::Language;
use std::sync::LazyLock;

static FI: LazyLock<toml::Table> =
    LazyLock::new(|| read(include_str!("../../locales/fi/privacy.toml")));
static SV: LazyLock<toml::Table> =
    LazyLock::new(|| read(include_str!("../../locales/sv/privacy.toml")));
static EN: LazyLock<toml::Table> =
    LazyLock::new(|| read(include_str!("../../locales/en/privacy.toml")));

fn read(text: &str) -> toml::Table {
    // The files are part of the program and a test reads them.
    text.parse().unwrap_or_default()
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub(super) struct Words(&'static toml::Table);

impl Words {
    pub fn of(language: Language) -> Words {
        Words(match language {
            Language::Fi => &FI,
            Language::Sv => &SV,
            Language::En => &EN,
        })
    }

    fn find(self, area: &str, key: &str) -> Option<&'static toml::Value> {
        self.0.get(area)?.get(key)
    }

    /// A text without blanks.
    pub fn say(self, area: &str, key: &str) -> String {
        let text = self.find(area, key).and_then(toml::Value::as_str);
        text.map_or_else(|| format!("⟦{area}.{key}⟧"), str::to_owned)
    }

    /// A text with its blanks filled.
    pub fn fill(self, area: &str, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.say(area, key);
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// A text in the form of a number.
    pub fn count(self, area: &str, key: &str, n: u32) -> String {
        let form = if n == 1 { "one" } else { "other" };
        let text = self
            .find(area, key)
            .and_then(|forms| forms.get(form)?.as_str());
        let text = text.map_or_else(|| format!("⟦{area}.{key}.{form}⟧"), str::to_owned);
        text.replace("{n}", &n.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_forms_and_what_is_missing_shows_itself() {
        let words = Words::of(Language::Fi);
        assert_eq!(words.count("time", "years", 1), "1 vuosi");
        assert_eq!(words.count("time", "years", 5), "5 vuotta");
        assert_eq!(words.say("time", "aeons"), "⟦time.aeons⟧");
    }
}
