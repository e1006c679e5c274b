//! The texts against the sources that use them.
//!
//! Invariant: a key that no source names, and a name that no file has, fail.

use super::*;
use std::collections::BTreeSet;
use std::path::Path;

fn keys_of(value: &toml::Value, prefix: &str, keys: &mut BTreeSet<String>) {
    match value.as_table() {
        Some(table) => {
            for (name, value) in table {
                keys_of(value, &format!("{prefix}.{name}"), keys);
            }
        }
        None => {
            keys.insert(prefix.to_owned());
        }
    }
}

fn keys(table: &Table) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (area, value) in table {
        keys_of(value, area, &mut keys);
    }
    keys
}

/// Every source of pages: templates and handlers.
fn sources() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    // Use cases name the sentence of what is wrong by its key.
    let mut folders = vec![
        root.join("src"),
        root.join("templates"),
        root.join("../app/src"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // Papers of the provider have texts of their own, beside them.
            if path.is_dir() && !path.ends_with("privacy") {
                folders.push(path.clone());
            }
            let test = path.ends_with("texts_tests.rs") || path.ends_with("texts.rs");
            if path.is_file() && !test {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

/// What stands between quotes after a call.
fn named<'t>(source: &'t str, call: &str) -> Vec<&'t str> {
    let parts = source.split(call).skip(1);
    parts
        .filter_map(|part| part.trim_start().strip_prefix('"')?.split('"').next())
        .collect()
}

#[test]
fn every_key_is_in_every_language_and_used() {
    let fi = keys(&FI);
    assert!(fi.len() > 100, "{}", fi.len());
    assert_eq!(fi, keys(&SV));
    assert_eq!(fi, keys(&EN));
    let sources = sources();
    let (mut texts, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for source in &sources {
        for call in ["text(", "fill(", "key: ", "Problem("] {
            texts.extend(
                named(source, call)
                    .into_iter()
                    .filter(|key| key.contains('.')),
            );
        }
        for call in ["code(", "count(", "count_code(", "subject("] {
            groups.extend(named(source, call));
        }
    }
    // Keys of sentences that use cases name.
    let quoted = |key: &str| {
        sources
            .iter()
            .any(|text| text.contains(&format!("\"{key}\"")))
    };
    for key in &fi {
        let of_group = groups.iter().any(|group| {
            key.strip_prefix(group)
                .is_some_and(|rest| rest.starts_with('.'))
        });
        assert!(
            texts.contains(key.as_str()) || of_group || quoted(key),
            "{key} is not used"
        );
    }
    for key in texts {
        assert!(fi.contains(key), "{key} is missing");
    }
    for group in groups {
        let lead = format!("{group}.");
        assert!(
            fi.iter().any(|key| key.starts_with(&lead)),
            "{group} is missing"
        );
    }
}

fn blanks(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts.filter_map(|part| part.split('}').next()).collect()
}

#[test]
fn every_language_fills_the_same_blanks() {
    for key in keys(&FI) {
        let of = |texts: Texts| texts.find(&key).unwrap().as_str().unwrap();
        let fi = of(Texts::of(Language::Fi));
        for language in [Language::Sv, Language::En] {
            assert_eq!(blanks(of(Texts::of(language))), blanks(fi), "{key}");
        }
    }
}

#[test]
fn thousands_stand_apart_in_the_way_of_the_language() {
    let of = |language, n| crate::pages::frame::Frame::new(language).count("signals.pupils", n);
    assert_eq!(of(Language::Fi, 1_400), "1\u{a0}400 oppilasta");
    assert_eq!(of(Language::En, 1_234_567), "1,234,567 pupils");
    assert_eq!(of(Language::Sv, 999), "999 elever");
}

#[test]
fn blanks_are_filled_once() {
    assert_eq!(
        fill("{a} and {b}", &[("a", "{b}"), ("b", "x")]),
        "{b} and x"
    );
    assert_eq!(fill("{a", &[("a", "x")]), "{a");
    assert_eq!(fill("{unknown}", &[]), "{unknown}");
}

/// What plain language asks of every sentence: short, no law in it, no shouting.
#[test]
fn sentences_are_plain() {
    let mut judged = 0;
    for language in [Language::Fi, Language::Sv, Language::En] {
        let texts = Texts::of(language);
        for key in keys(&FI) {
            let text = texts.find(&key).unwrap().as_str().unwrap();
            for sentence in text.split(['.', '?', '!', ':']) {
                let words = sentence.split_whitespace().count();
                assert!(words <= 20, "{language:?} {key}: {words} words: {sentence}");
            }
            for word in ["§", "TODO", "Lorem", "(s)", "  "] {
                assert!(!text.contains(word), "{language:?} {key}: {word}");
            }
            let shouted = text.split_whitespace().any(|word| {
                let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
                letters.chars().count() > 4 && letters == letters.to_uppercase()
            });
            assert!(!shouted, "{language:?} {key}: {text}");
            assert_eq!(text, text.trim(), "{key}");
            judged += 1;
        }
    }
    assert!(judged > 300);
}
