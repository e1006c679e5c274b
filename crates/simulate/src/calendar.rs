//! The school year 2026–27 as days counted from 1 August, and instants as minutes from the same.
//!
//! What it is not: a general calendar; one year, Finnish holidays, Helsinki time.
//!
//! Invariant: a [`DayNo`] is within the year, and every [`Minute`] is UTC.

use crate::plan::SchoolPlan;
use jiff::civil::{Date, date};

/// Days since 2026-08-01.
pub(crate) type DayNo = u16;
/// Minutes UTC since 2026-08-01T00:00:00Z.
pub(crate) type Minute = u32;

/// The first day of the numbering.
const ORIGIN: Date = date(2026, 8, 1);
/// The same in seconds since 1970.
const ORIGIN_SECONDS: i64 = 1_785_542_400;
/// Days from 1 August 2026 to 31 July 2027.
const DAYS: u16 = 365;
/// First day of school.
pub(crate) const YEAR_FROM: DayNo = 10;
/// The day after the last day of the school year, 6 June 2027.
pub(crate) const YEAR_TO: DayNo = 309;
/// First day of the spring term, 7 January 2027.
pub(crate) const SPRING_FROM: DayNo = 159;

/// Why there is no school on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    School,
    WorkSaturday,
    Weekend,
    Autumn,
    Christmas,
    Winter,
    Easter,
    Ascension,
    Bridge,
}

impl Label {
    /// The text in the calendar file; empty for a plain school day.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Label::School => "",
            Label::WorkSaturday => "lauantaityöpäivä",
            Label::Weekend => "viikonloppu",
            Label::Autumn => "syysloma",
            Label::Christmas => "joululoma",
            Label::Winter => "talviloma",
            Label::Easter => "pääsiäinen",
            Label::Ascension => "helatorstai",
            Label::Bridge => "vapaapäivä",
        }
    }

    /// Whether there is school.
    pub(crate) const fn is_school_day(self) -> bool {
        matches!(self, Label::School | Label::WorkSaturday)
    }
}

/// What is needed of a day, looked up by its number.
#[derive(Clone, Debug)]
pub(crate) struct DayFacts {
    /// `2026-10-05`.
    pub text: String,
    /// 1 Monday to 7 Sunday.
    pub weekday: u8,
    /// ISO week.
    pub week: u8,
    /// Month, 1–12.
    pub month: u8,
    /// Minutes of local time ahead of UTC.
    pub offset: u16,
}

/// The year, and how far registers are generated.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    /// Facts by day number.
    pub days: Vec<DayFacts>,
    /// The day after the last generated day.
    pub horizon: DayNo,
    /// The minute of the last day at which the clock stands.
    pub closes_at: u16,
}

/// The number of a date of the year.
pub(crate) fn day_no(month: i8, day: i8) -> DayNo {
    let year = if month >= 8 { 2026 } else { 2027 };
    let days = ORIGIN
        .until(date(year, month, day))
        .map_or(0, |span| span.get_days());
    days.clamp(0, i32::from(DAYS) - 1) as DayNo
}

/// The date of a number.
pub(crate) fn date_of(day: DayNo) -> Date {
    ORIGIN.saturating_add(jiff::Span::new().days(i64::from(day)))
}

impl Calendar {
    /// The year with registers of the first `weeks` teaching weeks of these schools.
    pub(crate) fn of(weeks: u16, schools: &[SchoolPlan]) -> Calendar {
        let days: Vec<DayFacts> = (0..DAYS).map(facts_of).collect();
        let mut calendar = Calendar {
            days,
            horizon: YEAR_TO,
            closes_at: 23 * 60 + 59,
        };
        let mut kinds: Vec<(u8, bool)> = schools
            .iter()
            .map(|s| (s.winter_week, s.work_saturday))
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut seen = 0;
        let mut week = None;
        for day in YEAR_FROM..YEAR_TO {
            let school = kinds
                .iter()
                .any(|&(w, s)| calendar.label_of(day, w, s).is_school_day());
            let this = calendar.days[usize::from(day)].week;
            if school && week != Some(this) {
                week = Some(this);
                seen += 1;
            }
            if seen > weeks {
                break;
            }
            if school {
                calendar.horizon = day + 1;
            }
        }
        calendar
    }

    /// The year up to a minute of a day, whatever its schools do.
    pub(crate) fn until(day: DayNo, closes_at: u16) -> Calendar {
        Calendar {
            days: (0..DAYS).map(facts_of).collect(),
            horizon: day + 1,
            closes_at,
        }
    }

    /// The facts of a day.
    pub(crate) fn facts(&self, day: DayNo) -> &DayFacts {
        &self.days[usize::from(day)]
    }

    /// What a day is for a school.
    pub(crate) fn label(&self, school: &SchoolPlan, day: DayNo) -> Label {
        self.label_of(day, school.winter_week, school.work_saturday)
    }

    fn label_of(&self, day: DayNo, winter_week: u8, work_saturday: bool) -> Label {
        let facts = self.facts(day);
        let at = |month, d| day == day_no(month, d);
        match (facts.weekday, facts.week) {
            (6, _) if work_saturday && at(9, 26) => Label::WorkSaturday,
            (6 | 7, _) => Label::Weekend,
            (_, 42) => Label::Autumn,
            (_, 52 | 53) => {
                if at(12, 21) || at(12, 22) {
                    Label::School
                } else {
                    Label::Christmas
                }
            }
            (1..=3, 1) => Label::Christmas,
            (_, week) if week == winter_week => Label::Winter,
            (5, 12) | (1, 13) => Label::Easter,
            (4, 18) => Label::Ascension,
            (5, 18) if work_saturday => Label::Bridge,
            _ => Label::School,
        }
    }

    /// The days on which schools may differ.
    pub(crate) fn differs(&self, day: DayNo) -> bool {
        matches!(self.facts(day).week, 8..=10 | 18 | 39)
    }

    /// An instant from a local time of day.
    pub(crate) fn instant(&self, day: DayNo, minute_of_day: u16) -> Minute {
        let local = Minute::from(day) * 1440 + Minute::from(minute_of_day);
        local.saturating_sub(Minute::from(self.facts(day).offset))
    }

    /// The last instant that the export knows, in its last day.
    pub(crate) fn closing(&self) -> Minute {
        self.instant(self.horizon - 1, self.closes_at)
    }

    /// The same as a time stamp.
    pub(crate) fn timestamp(&self, at: Minute) -> jiff::Timestamp {
        let seconds = ORIGIN_SECONDS + i64::from(at) * 60;
        jiff::Timestamp::from_second(seconds).unwrap_or_default()
    }

    /// `2026-10-05T06:00:00Z`.
    pub(crate) fn instant_text(&self, at: Minute) -> [u8; 20] {
        let mut text = *b"0000-00-00T00:00:00Z";
        let day = ((at / 1440) as usize).min(self.days.len() - 1);
        text[..10].copy_from_slice(&self.days[day].text.as_bytes()[..10]);
        text[11..16].copy_from_slice(&clock_text((at % 1440) as u16));
        text
    }
}

/// `08:15`.
pub(crate) fn clock_text(minute_of_day: u16) -> [u8; 5] {
    let digit = |n: u16| b'0' + (n % 10) as u8;
    let (hour, minute) = (minute_of_day / 60, minute_of_day % 60);
    [
        digit(hour / 10),
        digit(hour),
        b':',
        digit(minute / 10),
        digit(minute),
    ]
}

fn facts_of(day: DayNo) -> DayFacts {
    let date = date_of(day);
    // Clocks go back on 25 October 2026 and forward on 28 March 2027, both before school.
    let winter = (day_no(10, 25)..day_no(3, 28)).contains(&day);
    DayFacts {
        text: date.to_string(),
        weekday: date.weekday().to_monday_one_offset() as u8,
        week: date.iso_week_date().week() as u8,
        month: date.month() as u8,
        offset: if winter { 120 } else { 180 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;

    #[test]
    fn the_year_has_the_working_days_of_the_law() {
        let plan = Plan::of(60, 1, 60).unwrap();
        let mut school = plan.schools[0].clone();
        for work_saturday in [false, true] {
            school.work_saturday = work_saturday;
            let days = (YEAR_FROM..YEAR_TO)
                .filter(|&d| plan.calendar.label(&school, d).is_school_day())
                .count();
            // 189 working days in 2026–27, which is 190 without Epiphany (Basic Education Act
            // 628/1998, 23 §), with a week of winter holiday inside.
            assert!((185..=190).contains(&days), "{days}");
        }
        assert_eq!(date_of(plan.calendar.horizon - 1), date(2027, 6, 4));
        assert_eq!(date_of(YEAR_FROM), date(2026, 8, 11));
        assert_eq!(date_of(YEAR_TO), date(2027, 6, 6));
        assert_eq!(date_of(SPRING_FROM), date(2027, 1, 7));
    }

    #[test]
    fn ten_weeks_end_after_the_autumn_holiday() {
        let calendar = Plan::of(60, 1, 10).unwrap().calendar;
        assert_eq!(date_of(calendar.horizon - 1), date(2026, 10, 23));
    }

    #[test]
    fn instants_follow_the_clocks() {
        let calendar = Plan::of(60, 1, 60).unwrap().calendar;
        let text = |m, d| calendar.instant_text(calendar.instant(day_no(m, d), 495));
        assert_eq!(&text(10, 23), b"2026-10-23T05:15:00Z");
        assert_eq!(&text(10, 26), b"2026-10-26T06:15:00Z");
        assert_eq!(&text(3, 30), b"2027-03-30T05:15:00Z");
    }
}
