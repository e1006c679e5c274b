//! The words of a letter after an incident: the same text in three languages, about nobody by name.
//!
//! Invariant: a letter names its recipient and classes of data; no other person and no address.

use super::incidents::LetterFor;
use lasna_domain::access::DataClass;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const TEXTS: [&str; 3] = [
    include_str!("../../locales/fi/letters.toml"),
    include_str!("../../locales/sv/letters.toml"),
    include_str!("../../locales/en/letters.toml"),
];

type Words = BTreeMap<String, BTreeMap<String, String>>;

fn class_key(class: DataClass) -> &'static str {
    match class {
        DataClass::Roster => "roster",
        DataClass::Marks => "marks",
        DataClass::Reasons => "reasons",
        DataClass::Signals => "signals",
        DataClass::Contacts => "contacts",
        _ => "other",
    }
}

/// A draft for a recipient, in Finnish, Swedish and English.
pub fn letter(to: LetterFor, name: &str, classes: &BTreeSet<DataClass>) -> String {
    let mut letter = format!("{name}\n");
    let whose = match to {
        LetterFor::Guardian => "guardian",
        LetterFor::Pupil => "pupil",
        LetterFor::Staff => "staff",
    };
    let keys: BTreeSet<&str> = classes.iter().map(|class| class_key(*class)).collect();
    for text in TEXTS {
        let words: Words = toml::from_str(text).unwrap_or_default();
        let say = |part: &str, key: &str| {
            let found = words.get(part).and_then(|words| words.get(key));
            found.cloned().unwrap_or_default()
        };
        let line = |key: &str| say("letter", key);
        // Writing into a text does not fail.
        let _ = write!(
            letter,
            "\n{}\n\n{} {}\n\n{}\n",
            line("head"),
            line(whose),
            line("what"),
            line("classes")
        );
        for key in &keys {
            let _ = writeln!(letter, "- {}", say("class", key));
        }
        let _ = write!(
            letter,
            "\n{} {}\n\n{}\n{}\n",
            line("done"),
            line("risk"),
            line("rights"),
            line("contact")
        );
    }
    letter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_three_languages_and_no_empty_line_of_words() {
        let classes = [DataClass::Marks, DataClass::Roster].into();
        for to in [LetterFor::Guardian, LetterFor::Pupil, LetterFor::Staff] {
            let text = letter(to, "Aino Esimerkki", &classes);
            for words in [
                "Tietoja on",
                "Någon har",
                "Somebody has",
                "poissaolot",
                "frånvaro och",
            ] {
                assert!(text.contains(words), "{words}");
            }
            assert!(!text.contains("\n\n\n") && !text.contains("- \n"), "{text}");
        }
    }
}
