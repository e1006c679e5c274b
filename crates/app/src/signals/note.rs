//! A note as it is kept: the words of whoever wrote it, and nothing that changes how a page reads.
//!
//! Invariant: what is kept has no control character but the end of a line, and none that turns the
//! direction of the text round it.

/// Characters of a note at most.
pub const NOTE_MAX: usize = 500;

/// Marks, embeddings, overrides and isolates of direction; a page needs none of them in a note.
const fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// A note without what a person cannot have meant to write, its lines kept.
pub fn clean_note(note: &str) -> String {
    let lines = note.replace("\r\n", "\n");
    let kept = lines.chars().filter_map(|c| match c {
        '\n' => Some('\n'),
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        c if c.is_control() || turns(c) || c == '\u{feff}' => None,
        c => Some(c),
    });
    kept.collect::<String>().trim().to_owned()
}

/// How many characters a note has too many.
pub fn note_over(note: &str) -> usize {
    clean_note(note).chars().count().saturating_sub(NOTE_MAX)
}

#[cfg(test)]
mod tests {
    use super::{NOTE_MAX, clean_note, note_over};

    #[test]
    fn lines_stay_and_what_turns_the_text_goes() {
        for (sent, kept) in [
            ("  a\r\nb\rc\n\nd \r\n", "a\nb\nc\n\nd"),
            ("a\tb\u{0}\u{7}\u{1b}[31m", "a b[31m"),
            (
                "\u{202e}kana\u{202c} \u{2067}x\u{2069}\u{200f}\u{61c}",
                "kana x",
            ),
            ("a\u{2028}b\u{feff}", "a\nb"),
            ("👩\u{200d}🏫 ä ö שלום", "👩\u{200d}🏫 ä ö שלום"),
            ("\u{202e}\r\n", ""),
        ] {
            assert_eq!(clean_note(sent), kept, "{sent:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_counted_as_it_would_be_kept() {
        let full = "ä".repeat(NOTE_MAX);
        assert_eq!(note_over(&full), 0);
        assert_eq!(note_over(&format!(" {full}\u{202e} ")), 0);
        assert_eq!(note_over(&format!("{full}äää")), 3);
        // A browser sends the end of a line as two characters; it is one.
        assert_eq!(note_over(&format!("a\r\n{}", "b".repeat(NOTE_MAX - 2))), 0);
    }
}
