//! What a reader has to say of a row: code, place, message, and whether the row is refused.
//!
//! Codes are stable (`docs/areas/formats.md`): `E01`–`E26` and `W01`–`W07` are the checks of
//! OneRoster, `X..` are limits and files as a whole, `A..` Ed-Fi, `C..` register exports as CSV,
//! `H..` saved pages. Messages are English, for people on the command line; pages translate by
//! code.
//!
//! Invariant: a message never repeats a name, an identity code or free text from the file, since
//! findings are printed and logged. It may repeat dates, codes of code sets and source ids.

use std::fmt;

/// Whether the row is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The row is used; somebody should look.
    Warning,
    /// The row is not used.
    Rejected,
    /// Nothing of the file or bundle is used.
    Fatal,
}

/// One thing that is wrong, with its place and the mend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// File name inside the bundle or folder, as the user knows it.
    pub file: String,
    /// Row of data, 1 for the first row after the header; 0 for the file as a whole.
    pub row: u64,
    /// The column or element, where one is to blame.
    pub column: Option<String>,
    /// The stable code.
    pub code: &'static str,
    /// Whether the row is used.
    pub severity: Severity,
    /// What is wrong and how to mend it.
    pub message: String,
    /// Blanks of a translated sentence with what fills them; signs and numbers alone.
    pub values: Vec<(&'static str, String)>,
}

impl Finding {
    /// The row as a spreadsheet numbers it, with the header as row 1, where the file is CSV; of other
    /// files their own line or element; 0 for the file as a whole.
    ///
    /// ```
    /// # use lasna_formats::finding::{Finding, Severity};
    /// # let of = |file: &str, row| Finding { file: file.into(), row, column: None, code: "C09",
    /// #     severity: Severity::Rejected, message: String::new(), values: Vec::new() };
    /// assert_eq!(of("Marks.CSV", 1).row_shown(), 2);
    /// assert_eq!(of("mapping.toml", 1).row_shown(), 1);
    /// assert_eq!(of("marks.csv", 0).row_shown(), 0);
    /// ```
    pub fn row_shown(&self) -> u64 {
        let ending = self.file.rsplit_once('.').map_or("", |(_, ending)| ending);
        match self.row {
            row if row > 0 && ending.eq_ignore_ascii_case("csv") => row + 1,
            row => row,
        }
    }

    /// The place in the file and what is wrong there.
    pub fn told(&self) -> String {
        let mut places = Vec::new();
        if self.row > 0 {
            places.push(format!("row {}", self.row_shown()));
        }
        places.extend(
            self.column
                .as_ref()
                .map(|column| format!("column {column}")),
        );
        let text = format!("{} {}", self.code, self.message);
        match places.is_empty() {
            true => text,
            false => format!("{}: {text}", places.join(", ")),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.row > 0 || self.column.is_some();
        let between = if places { ", " } else { ": " };
        write!(f, "{}{between}{}", self.file, self.told())
    }
}
/// Longest code that a message repeats: shorter than an identity code.
const CODE_TOLD_MAX: usize = 8;

/// A code as a message may tell it: as it stands where it can be nothing but a code (short, without
/// blanks and small letters), else by its length. The row says where it is.
pub(crate) fn code_told(code: &str) -> String {
    let fits = |c: char| c.is_uppercase() || c.is_ascii_digit() || "-_./+".contains(c);
    let length = code.chars().count();
    if (1..=CODE_TOLD_MAX).contains(&length) && code.chars().all(fits) {
        format!("the code \"{code}\"")
    } else {
        format!("a code of {length} characters")
    }
}

#[cfg(test)]
mod tests {
    use super::code_told;

    #[test]
    fn only_what_can_be_nothing_but_a_code_is_repeated() {
        for code in ["POIS-T", "02", "A", "ÄÖ.1"] {
            assert!(code_told(code).contains(code), "{code}");
        }
        for text in ["Matti", "Matti Meikäläinen", "131052-308T", "POIS POIS", ""] {
            let told = code_told(text);
            assert!(text.is_empty() || !told.contains(text), "{told}");
            assert!(told.starts_with("a code of "), "{told}");
        }
    }
}
