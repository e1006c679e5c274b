//! How long what is kept: the rules of the program, with a provider's own times over them.
//!
//! Invariant: a rule or key that nobody knows is refused, since a misspelt one would keep data too long.

use lasna_domain::calendar::{Day, Instant, school_year_of};
use lasna_store::retention::{AgeUnit, RULES_TEXT};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The name of the provider's file in the data folder.
pub const RETENTION_FILE: &str = "retention.toml";

/// From when the time of a row runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The end of the school year that it is about.
    SchoolYear,
    /// The end of the last school year of the person.
    Left,
    /// Its own instant.
    Log,
    /// The last day of a protection.
    Ended,
    /// The end of the account.
    Account,
    /// It stays.
    None,
}

impl Clock {
    /// The word of the file.
    pub const fn as_code(self) -> &'static str {
        match self {
            Clock::SchoolYear => "school-year",
            Clock::Left => "left",
            Clock::Log => "log",
            Clock::Ended => "ended",
            Clock::Account => "account",
            Clock::None => "none",
        }
    }
}

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Whole years.
    Years(u8),
    /// Days.
    Days(u8),
}

impl Time {
    fn read(text: &str) -> Option<Time> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let number = number.parse().ok()?;
        match unit {
            "y" => Some(Time::Years(number)),
            "d" => Some(Time::Days(number)),
            _ => None,
        }
    }

    const fn days(self) -> u32 {
        match self {
            Time::Years(years) => years as u32 * 365,
            Time::Days(days) => days as u32,
        }
    }

    fn before(self, day: Day) -> Day {
        match self {
            Time::Years(years) => shifted(day, -i16::from(years)),
            Time::Days(days) => day.plus(-i32::from(days)),
        }
    }

    fn after(self, day: Day) -> Day {
        match self {
            Time::Years(years) => shifted(day, i16::from(years)),
            Time::Days(days) => day.plus(i32::from(days)),
        }
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Time::Years(years) => write!(f, "{years}y"),
            Time::Days(days) => write!(f, "{days}d"),
        }
    }
}

/// The same date some years off; the 29th of February is the 28th there.
fn shifted(day: Day, years: i16) -> Day {
    let date = day.to_date();
    let there = |of: i8| Day::from_ymd(date.year().saturating_add(years), date.month(), of);
    there(date.day()).or_else(|| there(28)).unwrap_or(day)
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Rule {
    pub name: String,
    pub clock: Clock,
    pub time: Time,
    /// Who says so.
    pub source: String,
    /// Whether the provider's own file says so.
    pub own: bool,
    pub tables: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Built {
    clock: Clock,
    time: String,
    least: String,
    most: String,
    source: String,
    tables: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    time: String,
    decided: String,
}

/// All rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// The rules of the program with those of a provider's file over them.
    ///
    /// # Errors
    /// What is wrong in the file, and how to mend it.
    pub fn read(own: &str) -> Result<Rules, String> {
        let wrong = |why: String| format!("{RETENTION_FILE}: {why}");
        let built: BTreeMap<String, Built> =
            toml::from_str(RULES_TEXT).map_err(|error| wrong(error.to_string()))?;
        let mut own: BTreeMap<String, Own> =
            toml::from_str(own).map_err(|error| wrong(error.to_string().trim().to_owned()))?;
        let mut rules = Vec::new();
        for (name, built) in built {
            let of_own = own.remove(&name);
            rules.push(rule_of(name, built, of_own).map_err(wrong)?);
        }
        if let Some(name) = own.keys().next() {
            let known: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
            return Err(wrong(format!(
                "there is no rule [{name}]; the rules are {}",
                known.join(", ")
            )));
        }
        let rules = Rules(rules);
        let days = |name| rules.get(name).map_or(0, |rule| rule.time.days());
        if days("reasons") > days("attendance") {
            return Err(wrong(
                "[reasons] is longer than [attendance]: a reason is not kept without its mark"
                    .to_owned(),
            ));
        }
        Ok(rules)
    }

    /// The rules in the order of their names.
    pub fn all(&self) -> &[Rule] {
        &self.0
    }

    /// One rule.
    pub fn get(&self, name: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.name == name)
    }

    /// The rule of a table.
    pub fn of_table(&self, table: &str) -> Option<&Rule> {
        self.0
            .iter()
            .find(|rule| rule.tables.iter().any(|t| t == table))
    }
}

fn rule_of(name: String, built: Built, own: Option<Own>) -> Result<Rule, String> {
    let read = |text: &str| {
        Time::read(text)
            .ok_or_else(|| format!("[{name}] time {text:?} is no time: \"2y\" or \"7d\""))
    };
    let (least, most) = (read(&built.least)?, read(&built.most)?);
    let Some(own) = own else {
        return Ok(Rule {
            time: read(&built.time)?,
            clock: built.clock,
            source: built.source,
            own: false,
            tables: built.tables,
            name,
        });
    };
    let time = read(&own.time)?;
    if built.clock == Clock::None {
        return Err(format!("[{name}] stays: it names nobody and has no time"));
    }
    let by_year = matches!(built.clock, Clock::SchoolYear | Clock::Left);
    if by_year && matches!(time, Time::Days(_)) {
        return Err(format!("[{name}] counts whole years: time = \"1y\""));
    }
    if time.days() < least.days() || time.days() > most.days() {
        return Err(format!(
            "[{name}] time {time} is not between {least} and {most}"
        ));
    }
    if own.decided.trim().is_empty() {
        return Err(format!(
            "[{name}] decided is empty: say who decided it and when"
        ));
    }
    Ok(Rule {
        time,
        clock: built.clock,
        source: own.decided,
        own: true,
        tables: built.tables,
        name,
    })
}

impl Rule {
    /// The age before which a row of a table is due at an instant.
    pub fn cutoff(&self, unit: AgeUnit, now: Instant) -> i64 {
        let today = now.day_in_finland();
        let day = match self.clock {
            Clock::SchoolYear | Clock::Left => self.time.before(school_year_of(today).from),
            _ => self.time.before(today),
        };
        match (unit, self.time) {
            (AgeUnit::Day, _) => day.0.into(),
            (AgeUnit::Instant, Time::Days(days)) => now.0 - i64::from(days) * 86_400_000_000,
            (AgeUnit::Instant, _) => Instant::midnight_in_finland(day).0,
        }
    }

    /// The day on which a row of an age is due.
    pub fn due_day(&self, unit: AgeUnit, age: i64) -> Day {
        let day = match unit {
            AgeUnit::Day => Day(i32::try_from(age).unwrap_or(i32::MAX / 2)),
            AgeUnit::Instant => Instant(age).day_in_finland(),
        };
        match self.clock {
            Clock::SchoolYear => self.time.after(school_year_of(day).to),
            _ => self.time.after(day).next(),
        }
    }

    /// The day on which what is about a person who left on a day is due.
    pub fn due_after_leaving(&self, left: Day) -> Day {
        self.time.after(school_year_of(left).to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn noon(text: &str) -> Instant {
        format!("{text}T10:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_school_year_is_due_a_year_after_it_ended() {
        let rules = Rules::read("").unwrap();
        let rule = rules.get("attendance").unwrap();
        for (now, cutoff) in [
            ("2027-07-31", "2025-08-01"),
            ("2027-08-01", "2026-08-01"),
            ("2028-03-01", "2026-08-01"),
        ] {
            let cutoff = i64::from(day(cutoff).0);
            assert_eq!(rule.cutoff(AgeUnit::Day, noon(now)), cutoff, "{now}");
        }
        let due = rule.due_day(AgeUnit::Day, day("2026-05-20").0.into());
        assert_eq!(due, day("2027-08-01"));
        assert_eq!(rule.due_after_leaving(day("2026-08-15")), day("2028-08-01"));
    }

    #[test]
    fn a_log_is_due_after_five_years_and_tries_after_a_day() {
        let rules = Rules::read("").unwrap();
        let log = rules.get("log_of_pupils").unwrap();
        let cutoff = log.cutoff(AgeUnit::Instant, noon("2032-02-29"));
        assert_eq!(Instant(cutoff).day_in_finland(), day("2027-02-28"));
        let tries = rules.get("tries").unwrap();
        let cutoff = tries.cutoff(AgeUnit::Instant, noon("2032-02-29"));
        assert_eq!(Instant(cutoff), noon("2032-02-28"));
    }

    #[test]
    fn a_provider_decides_and_what_is_wrong_is_said() {
        let own = "[attendance]\ntime = \"3y\"\ndecided = \"Board 2026-09-01\"\n";
        let rules = Rules::read(own).unwrap();
        let rule = rules.get("attendance").unwrap();
        assert_eq!((rule.time, rule.own), (Time::Years(3), true));
        assert_eq!(rule.source, "Board 2026-09-01");
        for (text, says) in [
            ("[marks]\ntime = \"1y\"\ndecided = \"x\"", "no rule [marks]"),
            ("[roster]\ntime = \"1y\"", "missing field `decided`"),
            ("[roster]\ntime = \"1y\"\ndecided = \" \"", "who decided"),
            (
                "[roster]\nyears = 1\ndecided = \"x\"",
                "unknown field `years`",
            ),
            ("[roster]\ntime = \"long\"\ndecided = \"x\"", "is no time"),
            ("[roster]\ntime = \"90d\"\ndecided = \"x\"", "whole years"),
            (
                "[roster]\ntime = \"40y\"\ndecided = \"x\"",
                "between 1y and 30y",
            ),
            ("[kept]\ntime = \"1y\"\ndecided = \"x\"", "it names nobody"),
            (
                "[reasons]\ntime = \"2y\"\ndecided = \"x\"",
                "longer than [attendance]",
            ),
            ("[roster\n", "line 1"),
        ] {
            let error = Rules::read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
            assert!(error.starts_with("retention.toml: "), "{error}");
        }
    }
}
