//! The clocks of Finland: the civil day and the time of day at an instant.
//!
//! Invariant: no table of time zones is needed; a test holds this against one.

use super::{Day, Instant, TimeOfDay};

impl Instant {
    /// Minutes since 1970-01-01 00:00 on the clocks of Finland: UTC and two hours, in summer three.
    ///
    /// Summer time runs from the last Sunday of March to the last Sunday of October, 01:00 UTC
    /// (directive 2000/84/EC); before 2002 the same rule is taken.
    fn minutes_in_finland(self) -> i64 {
        const MINUTE: i64 = 60_000_000;
        const HOUR: i64 = 60 * MINUTE;
        let utc = self.0.saturating_add(2 * HOUR).div_euclid(24 * HOUR);
        let winter = Day(utc.try_into().unwrap_or(i32::MAX / 2));
        let turn = |month: i8| {
            let last = Day::from_ymd(winter.year(), month, 31).unwrap_or(winter);
            // The Sunday before the Monday of the next day's week.
            Instant::midnight(last.next().monday().plus(-1)).0 + HOUR
        };
        let summer = (turn(3)..turn(10)).contains(&self.0);
        self.0
            .saturating_add(if summer { 3 } else { 2 } * HOUR)
            .div_euclid(MINUTE)
    }

    /// The first instant of a civil day in Finland.
    ///
    /// ```
    /// use lasna_domain::calendar::Instant;
    /// let midnight = |day: &str| Instant::midnight_in_finland(day.parse().unwrap()).to_string();
    /// assert_eq!(midnight("2026-08-22"), "2026-08-21T21:00:00Z");
    /// assert_eq!(midnight("2026-12-22"), "2026-12-21T22:00:00Z");
    /// // Clocks are turned at night, but after midnight.
    /// assert_eq!(midnight("2026-03-29"), "2026-03-28T22:00:00Z");
    /// assert_eq!(midnight("2026-10-25"), "2026-10-24T21:00:00Z");
    /// ```
    pub fn midnight_in_finland(day: Day) -> Instant {
        const HOUR: i64 = 3_600_000_000;
        let summer = Instant(Instant::midnight(day).0 - 3 * HOUR);
        if summer.day_in_finland() == day {
            summer
        } else {
            Instant(summer.0 + HOUR)
        }
    }

    /// The civil day in Finland at the instant.
    pub fn day_in_finland(self) -> Day {
        let day = self.minutes_in_finland().div_euclid(24 * 60);
        Day(day.try_into().unwrap_or(i32::MAX / 2))
    }

    /// The time of day in Finland at the instant, without its seconds.
    pub fn time_in_finland(self) -> TimeOfDay {
        TimeOfDay(self.minutes_in_finland().rem_euclid(24 * 60) as u16)
    }
}
