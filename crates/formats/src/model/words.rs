//! The words of a model file for windows, repetition, spans of time, hours and months, both ways.
//!
//! Roles, outcomes and codes of marks have their words in `lasna_domain`; these are the rest.
//! Reading is exact: one spelling for each value.
//!
//! Invariant: `parse(word(x)) == x` for every value.

use lasna_domain::model::{CountsAgain, Hour, PatternOf, ShareOf, Window};

pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

pub(super) const WINDOWS: &[&str] = &[
    "day",
    "week",
    "month",
    "quarter",
    "period",
    "term",
    "year",
    "rolling 30 days",
    "rolling 4 teaching weeks",
];

pub(super) const COUNTS_AGAIN: &[&str] = &[
    "once",
    "each term",
    "each quarter",
    "after reset",
    "after 4 teaching weeks",
];

const FIXED_WINDOWS: [Window; 7] = [
    Window::Day,
    Window::Week,
    Window::Month,
    Window::Quarter,
    Window::Period,
    Window::Term,
    Window::Year,
];

const FIXED_AGAIN: [CountsAgain; 4] = [
    CountsAgain::Once,
    CountsAgain::EachTerm,
    CountsAgain::EachQuarter,
    CountsAgain::AfterReset,
];

pub(super) fn parse_window(text: &str) -> Option<Window> {
    if let Some(place) = WINDOWS[..7].iter().position(|word| *word == text) {
        return Some(FIXED_WINDOWS[place]);
    }
    let rolling = text.strip_prefix("rolling ")?;
    if let Some(n) = rolling.strip_suffix(" teaching weeks") {
        return number(n).map(Window::RollingTeachingWeeks);
    }
    number(rolling.strip_suffix(" days")?).map(Window::RollingDays)
}

pub(super) fn window_word(window: Window) -> String {
    match window {
        Window::RollingDays(n) => format!("rolling {n} days"),
        Window::RollingTeachingWeeks(n) => format!("rolling {n} teaching weeks"),
        fixed => FIXED_WINDOWS
            .iter()
            .position(|other| *other == fixed)
            .map_or(String::new(), |place| WINDOWS[place].to_owned()),
    }
}

pub(super) fn parse_counts_again(text: &str) -> Option<CountsAgain> {
    if let Some(place) = COUNTS_AGAIN[..4].iter().position(|word| *word == text) {
        return Some(FIXED_AGAIN[place]);
    }
    let weeks = text
        .strip_prefix("after ")?
        .strip_suffix(" teaching weeks")?;
    number(weeks).map(CountsAgain::AfterTeachingWeeks)
}

pub(super) fn counts_again_word(again: CountsAgain) -> String {
    match again {
        CountsAgain::AfterTeachingWeeks(n) => format!("after {n} teaching weeks"),
        fixed => FIXED_AGAIN
            .iter()
            .position(|other| *other == fixed)
            .map_or(String::new(), |place| COUNTS_AGAIN[place].to_owned()),
    }
}

pub(super) const PATTERNS: &[&str] = &["weekday", "lesson", "subject"];
const PATTERN_KINDS: [PatternOf; 3] = [
    PatternOf::Weekday,
    PatternOf::LessonOfDay,
    PatternOf::Subject,
];

pub(super) fn parse_pattern(text: &str) -> Option<PatternOf> {
    PATTERNS
        .iter()
        .position(|word| *word == text)
        .map(|place| PATTERN_KINDS[place])
}

pub(super) fn pattern_word(of: PatternOf) -> &'static str {
    match of {
        PatternOf::Weekday => PATTERNS[0],
        PatternOf::LessonOfDay => PATTERNS[1],
        PatternOf::Subject => PATTERNS[2],
    }
}

pub(super) const SHARES: &[&str] = &["marked minutes", "window days"];

pub(super) fn parse_share(text: &str) -> Option<ShareOf> {
    match text {
        "marked minutes" => Some(ShareOf::MarkedMinutes),
        "window days" => Some(ShareOf::WindowDays),
        _ => None,
    }
}

pub(super) fn share_word(of: ShareOf) -> &'static str {
    match of {
        ShareOf::MarkedMinutes => SHARES[0],
        ShareOf::WindowDays => SHARES[1],
    }
}

pub(super) const HOURS: &[&str] = &["lesson", "45 minutes", "60 minutes"];

pub(super) fn parse_hour(text: &str) -> Option<Hour> {
    match text {
        "lesson" => Some(Hour::Lesson),
        "45 minutes" => Some(Hour::Minutes(45)),
        "60 minutes" => Some(Hour::Minutes(60)),
        _ => None,
    }
}

pub(super) fn hour_word(hour: Hour) -> String {
    match hour {
        Hour::Lesson => "lesson".into(),
        Hour::Minutes(n) => format!("{n} minutes"),
    }
}

/// Digits only: no sign, no space, no needless zero before.
fn number(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// A number with so many decimals as a whole number of the last decimal: `12.5` with 2 is 1250.
pub(super) fn parse_decimal(text: &str, decimals: usize) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > decimals {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
}

/// The other way of [`parse_decimal`], without needless zeros.
pub(super) fn decimal(value: u32, decimals: usize) -> String {
    let unit = 10_u32.pow(u32::try_from(decimals).unwrap_or(0));
    let part = format!("{:0>decimals$}", value % unit);
    let part = part.trim_end_matches('0');
    let dot = if part.is_empty() { "" } else { "." };
    format!("{}{dot}{part}", value / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for word in WINDOWS {
            assert_eq!(parse_window(word).map(window_word).as_deref(), Some(*word));
        }
        for word in COUNTS_AGAIN {
            assert_eq!(
                parse_counts_again(word).map(counts_again_word).as_deref(),
                Some(*word)
            );
        }
        for word in HOURS {
            assert_eq!(parse_hour(word).map(hour_word).as_deref(), Some(*word));
        }
        for word in PATTERNS {
            assert_eq!(parse_pattern(word).map(pattern_word), Some(*word));
        }
        for word in SHARES {
            assert_eq!(parse_share(word).map(share_word), Some(*word));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for word in [
            "Term",
            "rolling 030 days",
            "rolling +3 days",
            "rolling 3 weeks",
            "rolling",
            "",
        ] {
            assert_eq!(parse_window(word), None, "{word}");
        }
        assert_eq!(parse_counts_again("after  teaching weeks"), None);
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(parse_decimal("10", 2), Some(1000));
        assert_eq!(parse_decimal("12.5", 2), Some(1250));
        assert_eq!(parse_decimal("0.01", 2), Some(1));
        assert_eq!(parse_decimal("1.50", 1), Some(15));
        assert_eq!(parse_decimal("1.234", 2), None);
        assert_eq!(parse_decimal("-1", 2), None);
        assert_eq!(parse_decimal("1e3", 2), None);
        for value in [0, 1, 10, 99, 100, 1000, 1250, 4_294_967_295] {
            assert_eq!(parse_decimal(&decimal(value, 2), 2), Some(value));
        }
    }
}
