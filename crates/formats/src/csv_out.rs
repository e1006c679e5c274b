//! Cells of CSV files that people open in a spreadsheet.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe in front; a plain number
//! stays a number. What it is not: a CSV writer, quoting is the `csv` crate's.
//!
//! Invariant: `formula_plain(formula_safe(cell)) == cell` for every cell.

use std::borrow::Cow;

/// Starts of a cell that a spreadsheet may calculate.
const STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The cell as it is safe to open in a spreadsheet.
///
/// ```
/// use lasna_formats::csv_out::formula_safe;
/// assert_eq!(formula_safe("=1+1"), "'=1+1");
/// assert_eq!(formula_safe("-4,5"), "-4,5");
/// assert_eq!(formula_safe("7A"), "7A");
/// ```
pub fn formula_safe(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) || is_guarded(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// A whole sheet for a person's spreadsheet: cells apart by semicolons, as Finnish programs expect,
/// and a mark at the start that says UTF-8. Every cell is safe to open.
///
/// ```
/// use lasna_formats::csv_out::sheet;
/// let text = sheet(&["a", "b"], [["1;2", "=x"]]);
/// assert_eq!(text, "\u{feff}a;b\r\n\"1;2\";'=x\r\n");
/// ```
pub fn sheet<R: IntoIterator<Item = C>, C: AsRef<str>, H: AsRef<str>>(
    head: &[H],
    rows: impl IntoIterator<Item = R>,
) -> String {
    let mut text = String::from("\u{feff}");
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let quoted = |cell: String| {
            let cell = formula_safe(&cell).into_owned();
            if cell.contains([';', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        };
        let cells: Vec<String> = cells.map(quoted).collect();
        text.push_str(&cells.join(";"));
        text.push_str("\r\n");
    };
    line(&mut head.iter().map(|cell| cell.as_ref().to_owned()));
    for row in rows {
        line(&mut row.into_iter().map(|cell| cell.as_ref().to_owned()));
    }
    text
}

/// The cell as it was before [`formula_safe`].
pub fn formula_plain(cell: &str) -> &str {
    if is_guarded(cell) {
        cell.get(1..).unwrap_or(cell)
    } else {
        cell
    }
}

/// The same for bytes of a file whose encoding keeps ASCII in place.
pub(crate) fn formula_safe_bytes(cell: &[u8]) -> Cow<'_, [u8]> {
    let text = ascii_view(cell);
    match formula_safe(&text) {
        Cow::Owned(_) => Cow::Owned([b"'", cell].concat()),
        Cow::Borrowed(_) => Cow::Borrowed(cell),
    }
}

/// The bytes with anything outside ASCII blurred, which is enough to tell a formula.
fn ascii_view(cell: &[u8]) -> String {
    cell.iter()
        .map(|&byte| {
            if byte.is_ascii() {
                char::from(byte)
            } else {
                '?'
            }
        })
        .collect()
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(STARTS) && !is_number(cell)
}

/// Apostrophes and then something that would be a formula: what [`formula_safe`] may have written.
fn is_guarded(cell: &str) -> bool {
    cell.starts_with('\'') && is_formula(cell.trim_start_matches('\''))
}

/// A sign, digits, and at most one decimal point or comma between digits.
fn is_number(cell: &str) -> bool {
    let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let (whole, part) = unsigned.split_once(['.', ',']).unwrap_or((unsigned, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_get_an_apostrophe_and_lose_it_again() {
        let guarded = [
            "=1", "+x", "-x", "@a", "\tx", "\r=1", "'=1", "''-x", "-1-1", "+", "-1,2,3",
        ];
        let plain = [
            "",
            "a",
            "'",
            "'a",
            "-1",
            "+2,5",
            "-0.5",
            "1+1",
            "ä=1",
            "12.5.2027",
        ];
        for cell in guarded {
            assert_eq!(formula_safe(cell), format!("'{cell}"), "{cell:?}");
            assert_eq!(
                formula_safe_bytes(cell.as_bytes()),
                format!("'{cell}").as_bytes()
            );
        }
        for cell in plain {
            assert_eq!(formula_safe(cell), cell, "{cell:?}");
        }
        for cell in guarded.iter().chain(&plain) {
            assert_eq!(formula_plain(&formula_safe(cell)), *cell);
        }
        assert_eq!(formula_safe_bytes(b"=\xE4"), &b"'=\xE4"[..]);
    }
}
