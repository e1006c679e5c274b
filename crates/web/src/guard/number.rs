//! The number of a request: what a person says to whoever looks into the log.
//!
//! Invariant: it is made by chance here and says nothing of the request; none is taken from a
//! caller.

use crate::server::Shared;
use std::fmt;

/// Twelve digits, to be read aloud in groups of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number(u64);

impl Number {
    /// A new one; where there is no randomness, of the clock, which is enough to find a line.
    pub fn new(shared: &Shared) -> Number {
        let drawn = (shared.settings.random)().map(|bytes| {
            let lead = bytes.iter().take(8);
            lead.fold(0, |all, byte| all << 8 | u64::from(*byte))
        });
        let number = drawn.unwrap_or_else(|_| (shared.settings.clock)().0.unsigned_abs());
        Number(number % 1_000_000_000_000)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = (self.0 / 10_000, self.0 % 10_000);
        write!(f, "{:04}-{:04}-{low:04}", high / 10_000, high % 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn a_number_is_three_groups_of_four_digits() {
        assert_eq!(Number(0).to_string(), "0000-0000-0000");
        assert_eq!(Number(123_456_789_012).to_string(), "1234-5678-9012");
    }
}
