//! Days as people and browsers write them, in an address or in a form.
//!
//! Invariant: a day that is not understood is told, and never taken for another one in silence.

use super::visit::Desk;
use lasna_app::AppError;
use lasna_domain::calendar::{Day, Instant};

/// What is wrong with a day of an address: keys of sentences.
const UNREAD: &str = "day.unread";
const AHEAD: &str = "day.ahead";

/// A day as browsers send it, `2027-02-01`, or as people write it in Finland, `1.2.2027`.
pub(crate) fn day_of(text: &str) -> Option<Day> {
    let text = text.trim();
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split('.').map(str::trim).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match parts[..] {
        [day, month, year] if parts.iter().all(digits) && year.len() == 4 => {
            Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        _ => None,
    }
}

/// The values of a name in a query.
pub(crate) fn said(query: &str, name: &str) -> Vec<String> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
        .collect()
}

/// As of which day an address asks for a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The past day that was asked for, with the instant of its end.
    pub past: Option<(Day, Instant)>,
    /// What is wrong with the day, as the key of a sentence.
    pub odd: Option<&'static str>,
}

impl Known {
    /// Reads `known` out of a query; today is no past day.
    pub fn of(query: &str, today: Day) -> Known {
        let odd = |key| Known {
            past: None,
            odd: Some(key),
        };
        let said = said(query, "known");
        let text = match &said[..] {
            [] => "",
            [one] => one.trim(),
            _ => return odd(UNREAD),
        };
        match day_of(text) {
            None if text.is_empty() => Known::default(),
            None => odd(UNREAD),
            Some(day) if day > today => odd(AHEAD),
            Some(day) => {
                let end = Instant(Instant::midnight_in_finland(day.next()).0 - 1);
                Known {
                    past: (day < today).then_some((day, end)),
                    odd: None,
                }
            }
        }
    }

    /// The day and the instant as of which the page is.
    pub fn as_of(&self, today: Day) -> (Day, Instant) {
        self.past.unwrap_or((today, Instant::LATEST))
    }

    /// For a file, which has no place for a notice: the day must be one.
    pub fn or_refuse(&self) -> Result<(), AppError> {
        let refused = |key: &str| Err(AppError::Problem(key.into()));
        self.odd.map_or(Ok(()), refused)
    }

    /// Says at the head of a page that it is of today because the day was not understood.
    pub fn tell(&self, desk: &mut Desk) {
        if let Some(key) = self.odd {
            tell(desk, key);
        }
    }
}

/// The day of a query, today where none is said; what is not understood is told on the page.
pub(crate) fn day_or_today(desk: &mut Desk, query: &str) -> Day {
    let said = said(query, "day");
    let day = match &said[..] {
        [] => return desk.today,
        [one] if one.trim().is_empty() => return desk.today,
        [one] => day_of(one),
        _ => None,
    };
    if day.is_none() {
        tell(desk, UNREAD);
    }
    day.unwrap_or(desk.today)
}

fn tell(desk: &mut Desk, key: &str) {
    let frame = &desk.frame;
    desk.frame.notice = Some(format!(
        "{} {}",
        frame.text(key),
        frame.text("day.today_is_shown")
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(query: &str) -> Known {
        Known::of(query, "2027-03-10".parse().unwrap_or(Day(0)))
    }

    #[test]
    fn a_day_is_read_as_people_and_browsers_write_it() {
        for text in ["2027-02-01", "1.2.2027", "01.02.2027", " 1. 2. 2027 "] {
            assert_eq!(
                day_of(text).map(|day| day.to_string()).as_deref(),
                Some("2027-02-01")
            );
        }
        for text in [
            "",
            "abc",
            "2027-13-45",
            "31.2.2027",
            "1.2.27",
            "1.2.",
            "1.2.2027.",
            "+1.2.2027",
            "1/2/2027",
            "2027.2.1",
            "1.2.99999",
        ] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_asked_day_is_told() {
        for (query, past, odd) in [
            ("", None, None),
            ("known=", None, None),
            ("known=2027-03-10", None, None),
            ("known=2027-02-01", Some("2027-02-01"), None),
            ("x=y&known=01.02.2027", Some("2027-02-01"), None),
            ("known=abc", None, Some(UNREAD)),
            ("known=2027-13-45", None, Some(UNREAD)),
            ("known=2027-02-01&known=2027-02-01", None, Some(UNREAD)),
            ("known=2027-03-11", None, Some(AHEAD)),
            ("known=1.1.2030", None, Some(AHEAD)),
        ] {
            let known = known(query);
            let day = known.past.map(|(day, _)| day.to_string());
            assert_eq!((day.as_deref(), known.odd), (past, odd), "{query}");
        }
    }
}
