//! What guides say of the pages: every text in bold is one that the pages show.
//!
//! Invariant: the guides are read as they stand in `docs/guides`, not as they are shown.

use std::fs;
use std::path::{Path, PathBuf};

/// Most words of a sentence.
const WORDS_MAX: usize = 20;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The guides of a language: name and text, without code.
fn guides(language: &str) -> Vec<(String, String)> {
    let folder = root().join("docs/guides").join(language);
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let without_code = |text: String| {
        let parts = text.split("```").step_by(2);
        parts.collect::<Vec<_>>().join("\n\n")
    };
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path.display().to_string(), without_code(text))
    };
    files.map(read).collect()
}

fn collect(value: &toml::Value, texts: &mut Vec<String>) {
    match value {
        toml::Value::Table(inner) => inner.values().for_each(|value| collect(value, texts)),
        toml::Value::String(text) => texts.push(text.clone()),
        _ => {}
    }
}

/// All texts of the pages in a language.
fn texts(language: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let folder = root().join("crates/web/locales").join(language);
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        collect(&toml::from_str::<toml::Value>(&text).unwrap(), &mut texts);
    }
    texts
}

/// The texts in bold, each on one line.
fn quoted(text: &str) -> Vec<String> {
    let parts = text.split("**").skip(1).step_by(2);
    parts
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Whether the pages show it: a whole text, or what a text of several sentences begins with.
fn is_shown(quote: &str, texts: &[String]) -> bool {
    texts.iter().any(|text| {
        let rest = text.strip_prefix(quote);
        rest.is_some_and(|rest| {
            rest.is_empty()
                || quote.ends_with('.') && rest.starts_with(' ')
                || rest.starts_with(". ")
        })
    })
}

#[test]
fn what_guides_quote_stands_on_the_pages() {
    for language in ["fi", "sv", "en"] {
        let (guides, texts) = (guides(language), texts(language));
        assert_eq!(guides.len(), 6, "{language}");
        for (name, text) in guides {
            let quotes = quoted(&text);
            assert!(quotes.len() >= 10, "{name}: {}", quotes.len());
            for quote in quotes {
                assert!(
                    is_shown(&quote, &texts),
                    "{name}: **{quote}** is on no page"
                );
            }
        }
    }
}

#[test]
fn a_quote_that_is_on_no_page_is_found() {
    let texts = texts("en");
    for shown in [
        "Save",
        "Too many attempts",
        "You have no lessons on this day.",
    ] {
        assert!(is_shown(shown, &texts), "{shown}");
    }
    for other in ["Sav", "Saves", "", "Too many", "Press here"] {
        assert!(!is_shown(other, &texts), "{other}");
    }
    assert_eq!(quoted("a **b\n  c** d **e**"), ["b c", "e"]);
}

/// Sentences of a text, those of items and alternative texts too.
fn sentences(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in text.lines() {
        let line = line.trim();
        let item = line.starts_with("- ") || line.split(". ").next().is_some_and(is_number);
        if line.is_empty() || line.starts_with(['#', '<']) || item {
            found.push(String::new());
        }
        for word in line.split_whitespace() {
            found.last_mut().unwrap().extend([word, " "]);
            if word
                .trim_end_matches(['*', ')', ']'])
                .ends_with(['.', ':', '?', '!'])
            {
                found.push(String::new());
            }
        }
    }
    found
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[test]
fn sentences_of_guides_are_short() {
    for language in ["fi", "sv", "en"] {
        let mut count = 0;
        for (name, text) in guides(language) {
            for sentence in sentences(&text) {
                let words = sentence.split_whitespace().count();
                assert!(words <= WORDS_MAX, "{name}: {words} words: {sentence}");
                count += usize::from(words > 2);
            }
        }
        assert!(count > 200, "{language}: {count} sentences");
    }
    let long = "word ".repeat(WORDS_MAX + 1);
    assert!(
        sentences(&long)
            .iter()
            .any(|s| s.split_whitespace().count() > WORDS_MAX)
    );
}
