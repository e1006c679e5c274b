//! How a language writes what is not a word of its own: months, dates, numbers, shares.
//!
//! Invariant: a share is written from its two whole numbers, the same in drawing and table.

use super::table::Cell;
use lasna_domain::calendar::Day;

/// What every picture needs of a language. All of it comes from the caller.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    /// January first; short or long, a name that does not fit is left out.
    pub months: [String; 12],
    /// The word before the number of a week.
    pub week: String,
    /// A date without its year.
    pub date: fn(Day) -> String,
    /// The sign between whole and tenths.
    pub decimal: char,
    /// The sign between thousands.
    pub thousands: char,
    /// The sign of a percentage with what is before it.
    pub percent: String,
    /// What stands where there is nothing to draw.
    pub nothing: String,
}

impl Writing {
    /// The name of a day's month.
    pub fn month(&self, day: Day) -> &str {
        let at = usize::try_from(day.month() - 1).unwrap_or_default();
        self.months.get(at).map_or("", String::as_str)
    }

    /// A cell with a whole number.
    pub fn count(&self, number: impl Into<u64>) -> Cell {
        Cell::Number(grouped(number.into(), self.thousands))
    }

    /// A share in percent with one decimal.
    pub fn share(&self, share: Share) -> String {
        let tenths = share.tenths();
        let (whole, rest) = (tenths / 10, tenths % 10);
        format!("{whole}{}{rest}{}", self.decimal, self.percent)
    }

    /// A mark of a scale in whole percent.
    pub fn percent(&self, whole: u32) -> String {
        format!("{whole}{}", self.percent)
    }

    /// A week by its number of ISO 8601.
    pub fn week(&self, monday: Day) -> String {
        format!("{}\u{a0}{}", self.week, week_number(monday))
    }
}

/// A whole number with a sign between its thousands.
pub(crate) fn grouped(number: u64, sign: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(sign);
        }
        text.push(digit);
    }
    text
}

/// The number of a day's week after ISO 8601.
pub(super) fn week_number(day: Day) -> i8 {
    day.to_date().iso_week_date().week()
}

/// A part of a whole, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub part: u64,
    pub whole: u64,
}

impl Share {
    /// Tenths of a percent, rounded half up; of nothing it is nothing.
    pub fn tenths(self) -> u32 {
        let exact = lasna_domain::attendance::Share::new(self.part, self.whole);
        let tenths = exact.map_or(0, lasna_domain::attendance::Share::tenths_shown);
        tenths.try_into().unwrap_or(u32::MAX)
    }
}
