//! How much room a text needs, and how it is broken where there is less.
//!
//! The server has no fonts, so widths are those of Arial by kinds of letters, rounded up: a label
//! must rather move than touch another.
//!
//! Invariant: nothing here changes a word; what does not fit ends with an ellipsis.

/// The room that a text needs at a size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let letter = |sign: char| match sign {
        'i' | 'j' | 'l' | 'I' | '|' | '\'' | '.' | ',' | ':' | ';' | '!' => 0.29,
        ' ' | '\u{a0}' | 't' | 'f' | 'r' | '(' | ')' | '-' | '·' | '/' => 0.35,
        'm' | 'M' | 'W' | '@' | '%' | '…' => 0.92,
        'w' | 'O' | 'Ö' | 'G' | 'Q' => 0.8,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' => 0.51,
        _ if sign.is_uppercase() => 0.72,
        _ => 0.58,
    };
    text.chars().map(letter).sum::<f64>() * size * 1.01
}

/// Breaks a text into at most `lines_max` lines of at most `room`.
pub(super) fn wrap(text: &str, size: f64, room: f64, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match (joined, lines.last_mut()) {
            (Some(joined), Some(line)) if width(&joined, size) <= room => *line = joined,
            _ => lines.extend(pieces(word, size, room)),
        }
    }
    let cut = lines.len() > lines_max;
    lines.truncate(lines_max);
    let last = lines.len();
    for (at, line) in lines.iter_mut().enumerate() {
        if cut && at + 1 == last {
            line.push('…');
        }
        if width(line, size) > room {
            *line = shorten(line, size, room);
        }
    }
    lines
}

/// A word that is longer than a line, with hyphens where it is broken.
fn pieces(word: &str, size: f64, room: f64) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for sign in word.chars() {
        let Some(piece) = pieces.last_mut() else {
            break;
        };
        // At least two letters stand before a hyphen, however narrow the room.
        let long = width(piece, size) + width("mm-", size) > room && width(word, size) > room;
        if long && piece.chars().count() > 1 {
            piece.push('-');
            pieces.push(sign.to_string());
        } else {
            piece.push(sign);
        }
    }
    pieces
}

/// A text that ends with an ellipsis where it does not fit.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = text.trim_end_matches('…').to_owned();
    while !short.is_empty() && width(&short, size) + width("…", size) > room {
        short.pop();
    }
    format!("{}…", short.trim_end())
}

/// A rectangle that is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Taken {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Taken {
    /// The room of a text that begins at a point on its baseline.
    pub fn by_text(text: &str, size: f64, (x, y): (f64, f64)) -> Taken {
        Taken {
            left: x,
            top: y - size,
            right: x + width(text, size),
            bottom: y + size * 0.25,
        }
    }

    /// Whether two rectangles share a point.
    pub fn meets(&self, other: &Taken) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}
