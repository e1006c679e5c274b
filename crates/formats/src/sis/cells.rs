//! Cells to values: days, times, numbers, words.
//!
//! Each function takes a cell without the blanks around it and gives `None` where it is not what it
//! should be; the caller says so with the place. What it is not: it knows no column.
//!
//! Invariant: no function guesses: `1.2.2027` is a day only where the mapping says `d.m.yyyy`.

use super::mapping::DateForm;
use lasna_domain::calendar::{Day, TimeOfDay};

/// Minutes in a day: the end of the last minute, as an excluded end.
pub(super) const DAY_END: TimeOfDay = TimeOfDay(1440);

/// A whole number of at most six digits.
pub(super) fn whole(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > 6 {
        return None;
    }
    bytes.iter().try_fold(0_u32, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}

/// A day in the form of the mapping.
pub(super) fn day(text: &str, form: DateForm) -> Option<Day> {
    match form {
        DateForm::YearMonthDay => text.parse().ok(),
        DateForm::DayMonthYear => {
            let (d, rest) = text.split_once('.')?;
            let (m, y) = rest.split_once('.')?;
            if d.len() > 2 || m.len() > 2 || y.len() != 4 {
                return None;
            }
            Day::from_ymd(
                i16::try_from(whole(y)?).ok()?,
                i8::try_from(whole(m)?).ok()?,
                i8::try_from(whole(d)?).ok()?,
            )
        }
    }
}

/// A time of day: `08:15`, `8.15`, `08:15:00`.
pub(super) fn time(text: &str) -> Option<TimeOfDay> {
    let mut parts = text.split([':', '.']);
    let two = |part: &str| if part.len() <= 2 { whole(part) } else { None };
    let hours = two(parts.next()?)?;
    let minutes = parts
        .next()
        .filter(|part| part.len() == 2)
        .and_then(whole)?;
    let seconds = parts.next().map_or(Some(0), two)?;
    if hours > 23 || minutes > 59 || seconds > 59 || parts.next().is_some() {
        return None;
    }
    u16::try_from(hours * 60 + minutes).ok().map(TimeOfDay)
}

/// An excluded end of a time span: a time of day, or 24:00.
pub(super) fn time_end(text: &str) -> Option<TimeOfDay> {
    if matches!(text, "24:00" | "24.00" | "24:00:00") {
        Some(DAY_END)
    } else {
        time(text)
    }
}

/// Minutes within a day; a decimal part may only be zeros.
pub(super) fn minutes(text: &str, decimal: char) -> Option<u16> {
    let (number, part) = text.split_once(decimal).unwrap_or((text, "0"));
    if part.is_empty() || part.bytes().any(|byte| byte != b'0') {
        return None;
    }
    whole(number)
        .filter(|&n| n <= 1440)
        .and_then(|n| u16::try_from(n).ok())
}

/// A part of a day: hundredths as a whole number from 2, or a decimal number up to one.
///
/// `1` alone may be a hundredth or the whole day, so it is refused.
pub(super) fn day_part(text: &str, decimal: char) -> Option<u8> {
    let hundredths = match text.split_once(decimal) {
        None => whole(text).filter(|&n| n != 1)?,
        Some((number, part)) => {
            let tenths = part.as_bytes();
            let zeros = tenths.iter().skip(2).all(|&byte| byte == b'0');
            if tenths.is_empty() || tenths.len() > 6 || !zeros {
                return None;
            }
            let cut = part.get(..2).unwrap_or(part);
            let scale = if cut.len() == 1 { 10 } else { 1 };
            whole(number)?.checked_mul(100)? + whole(cut)? * scale
        }
    };
    u8::try_from(hundredths)
        .ok()
        .filter(|n| (1..=100).contains(n))
}

/// Days of the week as digits, 1 for Monday: `12345`. Bit 0 is Monday.
pub(super) fn weekdays(text: &str) -> Option<u8> {
    let mut bits = 0;
    for byte in text.bytes() {
        let bit = match byte {
            b'1'..=b'7' => 1_u8 << (byte - b'1'),
            b' ' | b',' => continue,
            _ => return None,
        };
        bits |= bit;
    }
    (bits != 0).then_some(bits)
}

/// Yes or no.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" | "kyllä" => Some(true),
        "false" | "0" | "ei" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_only_in_the_form_of_the_mapping() {
        let first = Day::from_ymd(2027, 2, 1);
        assert_eq!(day("2027-02-01", DateForm::YearMonthDay), first);
        assert_eq!(day("1.2.2027", DateForm::DayMonthYear), first);
        assert_eq!(day("01.02.2027", DateForm::DayMonthYear), first);
        for wrong in [
            "31.2.2027",
            "1.2.27",
            "1.2.",
            "2027-02-01",
            "1.2.2027 8:00",
            "+1.2.2027",
        ] {
            assert_eq!(day(wrong, DateForm::DayMonthYear), None, "{wrong}");
        }
        assert_eq!(day("1.2.2027", DateForm::YearMonthDay), None);
    }

    #[test]
    fn times_and_minutes() {
        for text in ["08:15", "8:15", "8.15", "08:15:59"] {
            assert_eq!(time(text), Some(TimeOfDay(495)), "{text}");
        }
        for text in [
            "24:00",
            "8",
            "8:5",
            "8:60",
            "815",
            "08:15:00:00",
            "-8:15",
            "",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(time_end("24:00"), Some(DAY_END));
        assert_eq!(minutes("45,0", ','), Some(45));
        for text in ["45.5", "1441", "-1", "", "45.", "4 5"] {
            assert_eq!(minutes(text, '.'), None, "{text}");
        }
    }

    #[test]
    fn parts_of_days_and_weekdays() {
        let cases = [
            ("50", 50),
            ("100", 100),
            ("0.5", 50),
            ("1.0", 100),
            ("0.33", 33),
            ("0.330", 33),
        ];
        for (text, hundredths) in cases {
            assert_eq!(day_part(text, '.'), Some(hundredths), "{text}");
        }
        for text in [
            "1", "0", "0.0", "1.5", "101", "0.333", "0,5", "", ".5", "0.",
        ] {
            assert_eq!(day_part(text, '.'), None, "{text}");
        }
        assert_eq!(day_part("0,5", ','), Some(50));
        assert_eq!(weekdays("12345"), Some(0b1_1111));
        assert_eq!(weekdays("1,7"), Some(0b100_0001));
        assert_eq!((weekdays("8"), weekdays("")), (None, None));
    }
}
