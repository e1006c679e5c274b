//! What is wrong in a model file: place, code, message and mend.
//!
//! Codes are stable: `M01` not TOML · `M02` unknown key · `M03` missing key · `M04` wrong type ·
//! `M05` language missing or empty · `M06` impossible date · `M07` unknown measure · `M08` unknown
//! word · `M09` id twice · `M10` number out of range · `M11` can never be true · `M12` step never
//! first · `M13` ladder out of order · `M14` base not found or broken · `M15` looser than the base
//! · `M16` duty that contradicts itself · `M17` bad id. This module does not read anything.
//!
//! Invariant: line and column are 1 or more and lie in the text that was read.

use std::fmt;
use std::ops::Range;

/// One mistake in a model file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModelProblem {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The stable code, `M01` and on.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for ModelProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            code,
            message,
            mend,
        } = self;
        write!(f, "{line}:{column}: {code} {message}; {mend}")
    }
}

/// Collects problems while a text is read; knows where its lines begin.
#[derive(Debug)]
pub(super) struct Problems<'t> {
    text: &'t str,
    list: Vec<ModelProblem>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Problems {
            text,
            list: Vec::new(),
        }
    }

    /// Adds a problem at a byte range of the text.
    pub(super) fn add(
        &mut self,
        at: &Range<usize>,
        code: &'static str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let mut start = at.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.list.push(ModelProblem {
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
            code,
            message: message.into(),
            mend: mend.into(),
        });
    }

    /// All problems in the order of the text, each once.
    pub(super) fn into_sorted(mut self) -> Vec<ModelProblem> {
        self.list.sort();
        self.list.dedup();
        self.list
    }

    pub(super) fn append(&mut self, more: Vec<ModelProblem>) {
        self.list.extend(more);
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The mend for a word outside a closed list: the nearest word where one is near, and the list.
pub(super) fn choose(wrong: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .map(|word| (distance(wrong, word), *word))
        .min()
        .filter(|(steps, word)| *steps < word.len() && *steps <= 2.max(word.len() / 3));
    match near {
        Some((_, word)) => format!("write `{word}` (known: {})", known.join(", ")),
        None => format!("use one of: {}", known.join(", ")),
    }
}

/// Number of one-letter changes between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // Words of a file have no bound of their own; beyond 64 letters nothing is near.
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_not_bytes() {
        let text = "a = 1\nö = \"ä\" x\n";
        let mut problems = Problems::new(text);
        let at = text.find('x').unwrap();
        problems.add(&(at..at + 1), "M01", "m", "n");
        let found = problems.into_sorted();
        assert_eq!((found[0].line, found[0].column), (2, 9));
    }

    #[test]
    fn the_nearest_word_is_offered_first() {
        assert!(choose("windw", &["hours", "window"]).starts_with("write `window`"));
        assert!(choose("xyz", &["hours", "window"]).starts_with("use one of"));
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
