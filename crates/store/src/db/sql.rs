//! One SQL text for two engines: `$1` becomes `?1` for SQLite.
//!
//! SQLite would take `$1` too, but as a name whose number is its order of appearance; `?1` is the
//! number that is meant. What this is not: a parser. It knows strings, quoted names and comments,
//! and nothing else of SQL.
//!
//! Invariant: text inside strings, quoted names and comments is never changed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

/// The statement with `?n` for each `$n`.
pub(super) fn for_sqlite(sql: &str) -> Cow<'_, str> {
    if !sql.contains('$') {
        return Cow::Borrowed(sql);
    }
    let bytes = sql.as_bytes();
    let mut out = String::with_capacity(sql.len());
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        at = match bytes[at] {
            quote @ (b'\'' | b'"') => after(sql, at + 1, char::from(quote)),
            b'-' if next == Some(b'-') => after(sql, at + 2, '\n'),
            b'/' if next == Some(b'*') => sql[at + 2..]
                .find("*/")
                .map_or(bytes.len(), |n| at + 2 + n + 2),
            b'$' if next.is_some_and(|b| b.is_ascii_digit()) => {
                out.push_str(&sql[copied..at]);
                out.push('?');
                copied = at + 1;
                at + 1
            }
            // A whole name or number: a `$` inside it belongs to it.
            byte if is_word(byte) => {
                let end = bytes[at..].iter().position(|&b| !is_word(b) && b != b'$');
                end.map_or(bytes.len(), |n| at + n)
            }
            _ => at + 1,
        };
    }
    out.push_str(&sql[copied..]);
    Cow::Owned(out)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The place after the next `end`; a doubled quote is found again as a string of its own.
fn after(sql: &str, from: usize, end: char) -> usize {
    sql[from..].find(end).map_or(sql.len(), |n| from + n + 1)
}

/// Statements kept; a program has a few hundred, so more means that texts are being built.
const TEXTS_MAX: usize = 1024;

/// The rewritten statements of one connection.
#[derive(Default)]
pub(super) struct SqlCache {
    texts: RefCell<HashMap<Box<str>, Box<str>>>,
}

impl SqlCache {
    /// Calls `with` with the statement as SQLite takes it.
    pub(super) fn with<T>(&self, sql: &str, with: impl FnOnce(&str) -> T) -> T {
        if !sql.contains('$') {
            return with(sql);
        }
        let mut texts = self.texts.borrow_mut();
        if let Some(text) = texts.get(sql) {
            return with(text);
        }
        if texts.len() >= TEXTS_MAX {
            texts.clear();
        }
        let text = for_sqlite(sql);
        let result = with(&text);
        texts.insert(sql.into(), text.into());
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_rewritten_and_nothing_else_is() {
        for (sql, expected) in [
            ("select 1", "select 1"),
            (
                "select $1, $12 from t where a=$2",
                "select ?1, ?12 from t where a=?2",
            ),
            ("select '$1', $1", "select '$1', ?1"),
            ("select 'it''s $1' || $2", "select 'it''s $1' || ?2"),
            (
                "select \"$1\" , \"a\"\"$1\", $1",
                "select \"$1\" , \"a\"\"$1\", ?1",
            ),
            ("select $1 -- not $2\n, $3", "select ?1 -- not $2\n, ?3"),
            ("select /* $1 ' */ $2 /* $3", "select /* $1 ' */ ?2 /* $3"),
            (
                "select a$1, $$, $x, 'open $1",
                "select a$1, $$, $x, 'open $1",
            ),
            (
                "select 'ä$1ö', ä$1, $1-$2/$3",
                "select 'ä$1ö', ä$1, ?1-?2/?3",
            ),
            ("$1", "?1"),
            ("$", "$"),
            ("-- $1", "-- $1"),
        ] {
            assert_eq!(for_sqlite(sql), expected, "{sql}");
        }
    }

    #[test]
    fn the_cache_gives_the_same_text_again_and_stays_bounded() {
        let cache = SqlCache::default();
        for _ in 0..2 {
            assert_eq!(cache.with("select $1", str::to_owned), "select ?1");
        }
        for n in 0..3 * TEXTS_MAX {
            cache.with(&format!("select $1 + {n}"), |text| {
                assert!(text.contains("?1"))
            });
        }
        assert!(cache.texts.borrow().len() <= TEXTS_MAX);
    }
}
