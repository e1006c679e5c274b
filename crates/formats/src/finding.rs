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
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.row > 0 {
            write!(f, ", row {}", self.row)?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {} {}", self.code, self.message)
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
