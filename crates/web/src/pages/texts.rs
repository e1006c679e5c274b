//! Texts of pages by key and language.
//!
//! Invariant: every language has every key with the same blanks; a key that is missing shows itself.

use lasna_domain::model::Language;
use std::collections::HashMap;
use std::sync::LazyLock;

type Table = HashMap<String, HashMap<String, String>>;

static FI: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../locales/fi/frame.toml")));
static SV: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../locales/sv/frame.toml")));
static EN: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../locales/en/frame.toml")));

fn read(text: &str) -> Table {
    // The files are part of the program and a test reads them.
    toml::from_str(text).unwrap_or_default()
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub(super) struct Texts(&'static Table);

impl Texts {
    pub fn of(language: Language) -> Texts {
        Texts(match language {
            Language::Fi => &FI,
            Language::Sv => &SV,
            Language::En => &EN,
        })
    }

    /// The text of a key, `area.name`, with its blanks filled.
    pub fn text(self, key: &str, values: &[(&str, &str)]) -> String {
        let (area, name) = key.split_once('.').unwrap_or(("", key));
        let Some(text) = self.0.get(area).and_then(|area| area.get(name)) else {
            return key.to_owned();
        };
        let mut filled = text.clone();
        for (name, value) in values {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(table: &Table) -> Vec<String> {
        let of = |(area, texts): (&String, &HashMap<String, String>)| {
            texts
                .keys()
                .map(|name| format!("{area}.{name}"))
                .collect::<Vec<_>>()
        };
        let mut keys: Vec<String> = table.iter().flat_map(of).collect();
        keys.sort();
        keys
    }

    #[test]
    fn every_key_is_there_in_every_language_and_used() {
        let sources = [
            include_str!("../../templates/frame.html"),
            include_str!("../../templates/ladder.html"),
            include_str!("ladder.rs"),
        ];
        let fi = keys(&FI);
        assert!(fi.len() > 8);
        assert_eq!(fi, keys(&SV));
        assert_eq!(fi, keys(&EN));
        for key in &fi {
            let quoted = format!("\"{key}\"");
            assert!(
                sources.iter().any(|text| text.contains(&quoted)),
                "{key} is not used"
            );
        }
        for source in sources {
            for part in source.split("text(\"").skip(1) {
                let key = part.split('"').next().unwrap().to_owned();
                assert!(fi.contains(&key), "{key} is missing");
            }
        }
    }

    #[test]
    fn blanks_are_filled() {
        let text = Texts::of(Language::En).text(
            "ladder.in_force",
            &[("date", "today"), ("reference", "a@1")],
        );
        assert_eq!(text, "In force from today: a@1");
    }
}
