//! Who looked at a pupil's data, as the pupil and the home are told.
//!
//! Every entry of the log that is about the pupil, and every look at a list, class, school or file that
//! holds the pupil. A line says the day, in which organisation and role somebody looked, what for, and
//! how often; it names no member of staff.
//!
//! Left out by rule, and said so on the page: looks of the pupil are shown to the pupil alone; looks of
//! another adult to that adult alone; whatever is about a protected person; and a broken glass in a
//! matter of danger, child welfare or police until it was judged, and while telling is put off.
//!
//! Invariant: an entry is shown or falls under a rule; nothing else is left out.

use crate::{App, AppError};
use lasna_domain::access::glass::{GLASS_REVIEW_HOURS, GlassCategory};
use lasna_domain::access::reading::touches_pupils;
use lasna_domain::access::{Action, Purpose, Reach, UserRole};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{GroupNo, OrgNo, PersonNo, UserNo};
use lasna_store::{AuditRow, StoredGlass};
use std::collections::{BTreeMap, BTreeSet};

/// In which organisation somebody looked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogPlace {
    /// A school, by name.
    School(String),
    /// The provider.
    Provider,
    /// The machine on which the service runs.
    Machine,
}

/// Looks of a day that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct LogLine {
    pub day: Day,
    pub place: LogPlace,
    pub role: UserRole,
    pub purpose: Option<Purpose>,
    pub action: Action,
    /// About the pupil alone, or about many.
    pub alone: bool,
    /// A try that was refused.
    pub refused: bool,
    pub times: u32,
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AccessLog {
    /// The latest day first.
    pub lines: Vec<LogLine>,
    /// Entries behind the lines.
    pub entries: u32,
}

/// Why an entry is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// It touches nothing of the pupil.
    NotAbout,
    /// The pupil or another adult looked.
    Family,
    /// It is about a protected person.
    Protected,
    /// A broken glass that is not told yet.
    Glass,
}

/// Who asks for the log, and what the rules need to know.
pub(crate) struct Teller<'a> {
    pub asker: UserNo,
    pub now: Instant,
    /// Broken glass of the pupil.
    pub glass: &'a [StoredGlass],
}

impl Teller<'_> {
    /// Why an entry is not shown; `None` where it is.
    pub fn redaction(&self, entry: &AuditRow) -> Option<Redaction> {
        let Some(action) = Action::from_code(&entry.action) else {
            // Of an older program: told as it is, under the nearest word, is not possible.
            return Some(Redaction::NotAbout);
        };
        let role = UserRole::from_code(&entry.role);
        if matches!(
            action,
            Action::ReadProtected | Action::SetProtected | Action::SetRelations
        ) {
            return Some(Redaction::Protected);
        }
        if matches!(role, Some(UserRole::Pupil | UserRole::Guardian))
            && entry.user != Some(self.asker)
        {
            return Some(Redaction::Family);
        }
        if matches!(
            action,
            Action::BreakGlass | Action::ReadByGlass | Action::ReviewGlass
        ) {
            return (!self.glass_told(entry.at)).then_some(Redaction::Glass);
        }
        if entry.person.is_none() && !touches_pupils(action) {
            return Some(Redaction::NotAbout);
        }
        None
    }

    /// Whether the glass that was broken last before an instant may be told of.
    fn glass_told(&self, at: Instant) -> bool {
        let broken = self.glass.iter().rev().find(|one| one.glass.at <= at);
        let Some(one) = broken else { return true };
        if one.delayed.is_some_and(|until| self.now < until) {
            return false;
        }
        let open = one.glass.category == GlassCategory::NoGuardian;
        let late = Instant(one.glass.at.0 + GLASS_REVIEW_HOURS * 3_600_000_000);
        open || one.glass.verdict.is_some() || self.now > late
    }
}

fn place_of(entry: &AuditRow, school: impl Fn(OrgNo) -> String) -> LogPlace {
    if entry.actor == "operator" {
        return LogPlace::Machine;
    }
    let no = entry.organisation.strip_prefix("school:");
    match no.and_then(|no| no.parse().ok()) {
        Some(no) => LogPlace::School(school(OrgNo(no))),
        None => LogPlace::Provider,
    }
}

impl App {
    /// Who looked at a child's data in a span of days.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for anybody's child but one's own.
    pub fn access_log(
        &self,
        pupil: PersonNo,
        (from, to): (Day, Day),
        today: Day,
    ) -> Result<AccessLog, AppError> {
        let scope = self.scope(Action::ReadAccessLog, Reach::Pupil(pupil));
        let scope = scope.map_err(|_| AppError::NotFound("pupil"))?;
        let year = self.unseen_year(&scope, today)?;
        let mut reaches = vec![Reach::Provider];
        {
            let live = year.live();
            let days = live.engine.pupil_year(pupil);
            // All schools of the year: whoever moved was on the lists of both.
            let schools: BTreeSet<OrgNo> = days.iter().map(|day| day.school).collect();
            let all = year.loaded.staff.schools.iter();
            let groups = all.filter(|(_, school)| schools.contains(school));
            let own = |group: &GroupNo| live.engine.members_of(*group).contains(&pupil);
            reaches.extend(
                groups
                    .map(|(group, _)| *group)
                    .filter(own)
                    .map(Reach::Group),
            );
            reaches.extend(schools.into_iter().map(Reach::School));
        }
        let span = (
            Instant::midnight_in_finland(from),
            Instant::midnight_in_finland(to.next()),
        );
        let target = format!("pupil:{pupil}:log");
        let (entries, glass) = self.look(&scope, &target, |read| {
            let mut entries = AuditRow::about_between(read, &scope, pupil, span)?;
            for reach in reaches {
                entries.extend(AuditRow::of_reach(read, &scope, reach, span)?);
            }
            let glass = StoredGlass::all(read, scope.provider())?;
            Ok::<_, AppError>((entries, glass))
        })?;
        let glass: Vec<StoredGlass> = glass
            .into_iter()
            .filter(|one| one.glass.pupil == pupil)
            .collect();
        let teller = Teller {
            asker: self.actor.user().unwrap_or_default(),
            now: self.now,
            glass: &glass,
        };
        let names = &year.loaded.names;
        Ok(told(&teller, &entries, |no| names.org(no).to_owned()))
    }
}

/// The lines of entries, alike ones of a day together.
fn told(teller: &Teller<'_>, entries: &[AuditRow], school: impl Fn(OrgNo) -> String) -> AccessLog {
    let mut lines: BTreeMap<_, LogLine> = BTreeMap::new();
    let mut count = 0;
    for entry in entries {
        if teller.redaction(entry).is_some() || entry.erased {
            continue;
        }
        let (Some(action), role) = (Action::from_code(&entry.action), role_of(entry)) else {
            continue;
        };
        count += 1;
        let day = entry.at.day_in_finland();
        let place = place_of(entry, &school);
        let (alone, refused) = (entry.person.is_some(), entry.outcome != "done");
        let purpose = Purpose::from_code(&entry.purpose);
        let key = (
            std::cmp::Reverse(day),
            place.clone(),
            role,
            action,
            alone,
            refused,
        );
        let line = lines.entry(key).or_insert(LogLine {
            day,
            place,
            role,
            purpose,
            action,
            alone,
            refused,
            times: 0,
        });
        line.times += 1;
    }
    AccessLog {
        lines: lines.into_values().collect(),
        entries: count,
    }
}

/// The role of an entry; those from before roles were kept are the machine's or an account's.
fn role_of(entry: &AuditRow) -> UserRole {
    UserRole::from_code(&entry.role).unwrap_or(UserRole::Operator)
}
