//! `backup.toml`: for whom backups are made, where they go, when, and how many stay.
//!
//! Invariant: a key that nobody knows is refused, since a misspelt one would mean no backup.

use super::error::BackupError;
use super::seal::Recipient;
use lasna_domain::calendar::{Day, Instant};
use serde::Deserialize;
use std::path::PathBuf;

/// The name of the file in the data folder.
pub const SETTINGS_FILE: &str = "backup.toml";

/// The settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupSettings {
    /// Public halves of keys, `age1…`.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// The weekly drill, where there is one.
    pub drill: Option<Drill>,
}

/// The weekly drill: a backup that is proven at once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Where backups go: another disk or machine.
    pub folder: PathBuf,
    /// `mon` to `sun`, or `daily`.
    pub weekday: String,
    /// The hour in UTC.
    #[serde(default = "night")]
    pub hour: u8,
    /// How many backups stay.
    #[serde(default = "keep")]
    pub keep: usize,
}

const fn night() -> u8 {
    1
}

const fn keep() -> usize {
    8
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MICROS: i64 = 86_400_000_000;

impl BackupSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`BackupError::Key`] with what is wrong.
    pub fn read(text: &str) -> Result<BackupSettings, BackupError> {
        let wrong = |why: String| BackupError::Key(format!("{SETTINGS_FILE}: {why}"));
        let settings: BackupSettings =
            toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
        settings.recipients()?;
        if let Some(drill) = &settings.drill {
            if drill.weekday != "daily" && !DAYS.contains(&drill.weekday.as_str()) {
                return Err(wrong("weekday is mon, tue, … sun, or daily".to_owned()));
            }
            if drill.hour > 23 || drill.keep == 0 {
                return Err(wrong("hour is 0 to 23, keep at least 1".to_owned()));
            }
            if settings.recipients.is_empty() {
                return Err(wrong("a drill needs recipients".to_owned()));
            }
        }
        Ok(settings)
    }

    /// For whom backups are made.
    ///
    /// # Errors
    /// [`BackupError::Key`].
    pub fn recipients(&self) -> Result<Vec<Recipient>, BackupError> {
        self.recipients.iter().map(|text| text.parse()).collect()
    }
}

impl Drill {
    /// The latest instant at which the drill was due.
    pub fn due(&self, now: Instant) -> Instant {
        let hour = i64::from(self.hour) * 3_600_000_000;
        let mut day = (now.0 - hour).div_euclid(DAY_MICROS);
        let wanted = DAYS.iter().position(|name| *name == self.weekday);
        while wanted.is_some_and(|wanted| Day(day as i32).weekday().index() != wanted) {
            day -= 1;
        }
        Instant(day * DAY_MICROS + hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::Identity;

    fn settings(weekday: &str) -> Result<BackupSettings, BackupError> {
        let own = Identity::generate().recipient();
        BackupSettings::read(&format!(
            "recipients = [\"{own}\"]\n[drill]\nfolder = \"/b\"\nweekday = \"{weekday}\"\n"
        ))
    }

    #[test]
    fn a_drill_is_due_once_a_week_at_its_hour() {
        let drill = settings("sun").unwrap().drill.unwrap();
        for (now, due) in [
            ("2026-11-22T01:00:00Z", "2026-11-22T01:00:00Z"),
            ("2026-11-22T00:59:59Z", "2026-11-15T01:00:00Z"),
            ("2026-11-25T12:00:00Z", "2026-11-22T01:00:00Z"),
            ("2026-11-28T23:59:59Z", "2026-11-22T01:00:00Z"),
        ] {
            assert_eq!(drill.due(now.parse().unwrap()).to_string(), due, "{now}");
        }
        let daily = settings("daily").unwrap().drill.unwrap();
        let due = daily.due("2026-11-25T00:30:00Z".parse().unwrap());
        assert_eq!(due.to_string(), "2026-11-24T01:00:00Z");
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        assert!(settings("sunday").is_err());
        assert!(BackupSettings::read("recipient = []").is_err());
        assert!(BackupSettings::read("recipients = [\"age1x\"]").is_err());
        let none = "[drill]\nfolder = \"/b\"\nweekday = \"mon\"\n";
        assert!(BackupSettings::read(none).is_err());
        assert!(BackupSettings::read("").unwrap().recipients.is_empty());
    }
}
