//! Civil days, instants, school years and terms.
//!
//! A school date is a civil date without a zone; an instant is UTC and is used only for when a fact
//! became known, for sessions and for logs. This module does not know which days are school days of
//! a school: that is a fact in [`crate::attendance::World`].
//!
//! Invariant: nothing here reads a clock.

mod finland;

use jiff::civil::Date;

/// A civil day as the number of days since 1970-01-01.
///
/// ```
/// use lasna_domain::calendar::Day;
/// let day: Day = "2026-08-11".parse().unwrap();
/// assert_eq!(day.next().to_string(), "2026-08-12");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// Days of the week, Monday first as in ISO 8601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// 0 for Monday to 6 for Sunday.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A text that is not a civil day, an instant or a time of day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {expected}: write it like {example}")]
pub struct CalendarTextError {
    /// What was expected, in words.
    pub expected: &'static str,
    /// A right example.
    pub example: &'static str,
}

impl Day {
    /// The day of a year, month and day of month, where such a day exists.
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day::from_date)
    }

    /// The civil date as `jiff` names it.
    pub fn to_date(self) -> Date {
        // Days outside jiff's range (an open end) cannot be built by parsing; they become its ends.
        if self.0 > Day::from_date(Date::MAX).0 {
            return Date::MAX;
        }
        if self.0 < Day::from_date(Date::MIN).0 {
            return Date::MIN;
        }
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.saturating_add(jiff::Span::new().try_days(self.0).unwrap_or_default())
    }

    /// The day of a `jiff` date.
    pub fn from_date(date: Date) -> Day {
        let (y, m, d) = (
            i32::from(date.year()),
            i32::from(date.month()),
            i32::from(date.day()),
        );
        // Days from civil, after the well-known proleptic Gregorian arithmetic in eras of 400 years.
        let y = if m <= 2 { y - 1 } else { y };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Day(era * 146_097 + doe - 719_468)
    }

    /// The following day.
    pub const fn next(self) -> Day {
        Day(self.0 + 1)
    }

    /// The day `days` later (earlier where negative).
    pub const fn plus(self, days: i32) -> Day {
        Day(self.0 + days)
    }

    /// The weekday.
    pub const fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.0 + 3).rem_euclid(7) as usize]
    }

    /// The Monday of this day's week.
    pub const fn monday(self) -> Day {
        Day(self.0 - (self.0 + 3).rem_euclid(7))
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.to_date().year()
    }

    /// The calendar month, 1–12.
    pub fn month(self) -> i8 {
        self.to_date().month()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_date().fmt(f)
    }
}

impl std::str::FromStr for Day {
    type Err = CalendarTextError;

    fn from_str(text: &str) -> Result<Day, CalendarTextError> {
        let wrong = CalendarTextError {
            expected: "date",
            example: "2026-08-11",
        };
        let bytes = text.as_bytes();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        if bytes.len() != 10
            || bytes[4] != b'-'
            || bytes[7] != b'-'
            || !(digits(&bytes[..4]) && digits(&bytes[5..7]) && digits(&bytes[8..]))
        {
            return Err(wrong);
        }
        let number = |part: &[u8]| part.iter().fold(0_i16, |n, b| n * 10 + i16::from(b - b'0'));
        let (year, month, day) = (
            number(&bytes[..4]),
            number(&bytes[5..7]),
            number(&bytes[8..]),
        );
        Day::from_ymd(year, month as i8, day as i8).ok_or(wrong)
    }
}

/// An instant as microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Before everything: a fact that counts as known from the start.
    pub const ALWAYS: Instant = Instant(i64::MIN);
    /// After everything: a reading of all that is known.
    pub const LATEST: Instant = Instant(i64::MAX);

    /// Midnight UTC at the start of a day.
    pub const fn midnight(day: Day) -> Instant {
        Instant(day.0 as i64 * 86_400_000_000)
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => at.fmt(f),
            Err(_) if self.0 < 0 => f.write_str("always"),
            Err(_) => f.write_str("latest"),
        }
    }
}

impl std::str::FromStr for Instant {
    type Err = CalendarTextError;

    fn from_str(text: &str) -> Result<Instant, CalendarTextError> {
        text.parse::<jiff::Timestamp>()
            .map(|at| Instant(at.as_microsecond()))
            .map_err(|_| CalendarTextError {
                expected: "UTC instant",
                example: "2026-10-05T06:00:00Z",
            })
    }
}

/// A time of day in minutes since midnight, local to the school.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(pub u16);

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl std::str::FromStr for TimeOfDay {
    type Err = CalendarTextError;

    fn from_str(text: &str) -> Result<TimeOfDay, CalendarTextError> {
        let wrong = CalendarTextError {
            expected: "time of day",
            example: "08:15",
        };
        let (hours, minutes) = text.split_once([':', '.']).ok_or_else(|| wrong.clone())?;
        let hours: u16 = hours.parse().map_err(|_| wrong.clone())?;
        // Seconds are accepted and dropped: exports write 08:15:00.
        let minutes: u16 = minutes
            .split(':')
            .next()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| wrong.clone())?;
        if hours > 23 || minutes > 59 {
            Err(wrong)
        } else {
            Ok(TimeOfDay(hours * 60 + minutes))
        }
    }
}

/// A span of days: from (included) to (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First day.
    pub from: Day,
    /// The day after the last day.
    pub to: Day,
}

impl Span {
    /// A span without end: validity that nobody has closed.
    pub const fn open(from: Day) -> Span {
        Span {
            from,
            to: Day(i32::MAX),
        }
    }

    /// Whether the day is inside.
    pub const fn contains(self, day: Day) -> bool {
        self.from.0 <= day.0 && day.0 < self.to.0
    }

    /// The days that both spans hold; empty where there are none.
    pub fn meet(self, other: Span) -> Span {
        Span {
            from: self.from.max(other.from),
            to: self.to.min(other.to),
        }
    }

    /// Whether no day is inside.
    pub fn is_empty(self) -> bool {
        self.from >= self.to
    }
}

/// The Finnish school year that holds a day: from 1 August to 31 July.
///
/// The Basic Education Act (628/1998) 23 § begins the school year on 1 August.
pub fn school_year_of(day: Day) -> Span {
    let date = day.to_date();
    let start = if date.month() >= 8 {
        date.year()
    } else {
        date.year() - 1
    };
    // The calendar has a first and a last year; their school years are cut.
    let first = |year: i16| Day::from_ymd(year, 8, 1);
    Span {
        from: first(start).unwrap_or(Day::from_date(Date::MIN)),
        to: first(start + 1).unwrap_or(Day::from_date(Date::MAX).next()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_the_calendar_library() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for n in (-100_000..100_000).step_by(37) {
            let day = Day(n);
            let date = day.to_date();
            assert_eq!(Day::from_date(date), day);
            let until = epoch.until(date).unwrap();
            assert_eq!(until.get_days(), n);
            let monday_zero = date.weekday().to_monday_zero_offset();
            assert_eq!(day.weekday().index() as i8, monday_zero);
        }
    }

    #[test]
    fn texts_that_are_not_days_are_refused() {
        for text in [
            "2026-8-11",
            "11.8.2026",
            "2026-02-30",
            "",
            "2026-08-11 ",
            "+026-08-11",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        assert_eq!("1969-12-31".parse::<Day>(), Ok(Day(-1)));
    }

    #[test]
    fn the_school_year_turns_on_the_first_of_august() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let year = school_year_of(day("2027-03-05"));
        assert_eq!((year.from, year.to), (day("2026-08-01"), day("2027-08-01")));
        assert!(school_year_of(day("2026-08-01")) == year);
        assert!(!year.contains(day("2027-08-01")));
        // The ends of the calendar have a school year too.
        for day in ["9999-12-31", "9999-07-31", "0000-01-01"].map(day) {
            assert!(school_year_of(day).contains(day), "{day}");
        }
        assert!(school_year_of(Day(i32::MIN)).from < Day(0));
    }

    #[test]
    fn days_in_finland_agree_with_the_time_zone_library() {
        let zone = jiff::tz::TimeZone::get("Europe/Helsinki").unwrap();
        let from = Instant::midnight("2005-01-01".parse().unwrap()).0;
        for step in 0..60_000 {
            // Odd minutes over 25 years, so that both turns of each year are met from both sides.
            let instant = Instant(from + step * 13_171 * 1_000_000);
            let there = jiff::Timestamp::from_microsecond(instant.0).unwrap();
            let expected = Day::from_date(zone.to_datetime(there).date());
            assert_eq!(instant.day_in_finland(), expected, "{instant}");
        }
        for text in [
            "2026-03-28T21:59:59Z",
            "2026-03-28T22:00:00Z",
            "2026-10-24T20:59:59Z",
            "2026-10-24T21:00:00Z",
            "2026-10-25T21:59:59Z",
            "2026-10-25T22:00:00Z",
        ] {
            let instant: Instant = text.parse().unwrap();
            let there = jiff::Timestamp::from_microsecond(instant.0).unwrap();
            let expected = Day::from_date(zone.to_datetime(there).date());
            assert_eq!(instant.day_in_finland(), expected, "{text}");
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!("08:15".parse(), Ok(TimeOfDay(495)));
        assert_eq!("8.15".parse(), Ok(TimeOfDay(495)));
        assert_eq!("08:15:00".parse(), Ok(TimeOfDay(495)));
        assert!("24:00".parse::<TimeOfDay>().is_err());
        assert_eq!(TimeOfDay(495).to_string(), "08:15");
    }
}
