//! The digest of a week of looking: which accounts passed a fixed threshold, by number, without names.
//!
//! Invariant: what a task or a signal explains is told of nobody.

use crate::{App, AppError};
use lasna_domain::access::anomaly::{AnomalyKind, Tally, is_night};
use lasna_domain::access::reading::touches_pupils;
use lasna_domain::access::{Action, Reach, UserRole};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_domain::model::Model;
use lasna_store::{AuditRow, FamilyTies, HELD_BACK, StoredAct};
use std::collections::{BTreeMap, BTreeSet};

/// How long a digest looks back.
pub const DIGEST_DAYS: i32 = 7;

/// An account in the digest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AnomalyRow {
    pub user: UserNo,
    pub role: String,
    /// The place of the account, as the log says it.
    pub place: String,
    pub told: Vec<(AnomalyKind, u32)>,
}

/// What explains a look.
struct Known {
    /// Pupils with a signal.
    signals: BTreeSet<PersonNo>,
    /// Who logged something about whom.
    acts: BTreeSet<(UserNo, PersonNo)>,
    /// Children of accounts whose person is in the roster.
    families: BTreeMap<UserNo, BTreeSet<PersonNo>>,
}

impl Known {
    fn count(&self, tally: &mut Tally, user: UserNo, entry: &AuditRow) {
        let refused = entry.outcome == "refused";
        tally.refused += u32::from(refused);
        tally.bulk += u32::from(entry.outcome == HELD_BACK);
        let Some(action) = Action::from_code(&entry.action) else {
            return;
        };
        let taken_out = lasna_domain::access::needs(action)
            .iter()
            .any(|(verb, _)| *verb == lasna_domain::access::Verb::Export);
        tally.bulk += u32::from(taken_out && !refused);
        let Some(pupil) = entry.person.filter(|_| touches_pupils(action)) else {
            return;
        };
        let explained = self.signals.contains(&pupil) || self.acts.contains(&(user, pupil));
        // By a class, a grant or a broken glass the pupil is the looker's own task.
        let at_large = ["follow_absence", ""].contains(&entry.reason.as_str());
        if refused || at_large && !explained {
            tally.unrelated.insert(pupil);
        }
        tally.night += u32::from(!refused && is_night(entry.at));
        let family = self.families.get(&user);
        tally.own_family += u32::from(family.is_some_and(|own| own.contains(&pupil)));
    }
}

impl App {
    /// The accounts in one's reach that passed a threshold in the week that ends now.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn anomalies(&self, model: &Model, today: Day) -> Result<Vec<AnomalyRow>, AppError> {
        let reach = self.reach();
        let scope = self.scope(Action::OverseeLog, reach)?;
        let from = Instant::midnight_in_finland(today.plus(1 - DIGEST_DAYS));
        let span = (from, Instant(self.now.0 + 1));
        let year = self.unseen_year(&scope, today)?;
        let signals = year.signals(model, today, None);
        let signals = signals.iter().map(|pupil| pupil.pupil).collect();
        let (entries, acts, people) = self.look(&scope, "anomalies", |read| {
            let entries = AuditRow::between(read, &scope, span)?;
            let acts = StoredAct::since(read, &scope, 0)?;
            let users: BTreeSet<UserNo> = entries.iter().filter_map(|entry| entry.user).collect();
            let mut people = Vec::new();
            for user in users {
                let profile = lasna_store::Profile::of(read, scope.provider(), user)?;
                let Some(id) = profile.and_then(|profile| profile.person) else {
                    continue;
                };
                let kind = lasna_store::EntityKind::Person;
                let Some(no) = kind.number_of(read, &scope, &id)? else {
                    continue;
                };
                let ties = FamilyTies::of_adult(read, scope.provider(), PersonNo(no))?;
                people.push((user, ties.into_iter().map(|tie| tie.child).collect()));
            }
            Ok((entries, acts, people))
        })?;
        let known = Known {
            signals,
            acts: acts.iter().map(|act| (act.by, act.pupil)).collect(),
            families: people.into_iter().collect(),
        };
        let own_place = match reach {
            Reach::School(no) => Some(format!("school:{no}")),
            _ => None,
        };
        let home = [UserRole::Guardian.as_code(), UserRole::Pupil.as_code()];
        let mut rows: BTreeMap<UserNo, (Tally, &AuditRow)> = BTreeMap::new();
        for entry in &entries {
            let Some(user) = entry.user.filter(|_| !entry.erased) else {
                continue;
            };
            let inside = own_place
                .as_ref()
                .is_none_or(|own| *own == entry.organisation);
            if inside && !home.contains(&entry.role.as_str()) {
                let (tally, _) = rows.entry(user).or_insert((Tally::default(), entry));
                known.count(tally, user, entry);
            }
        }
        let told = rows.into_iter().map(|(user, (tally, entry))| AnomalyRow {
            user,
            role: entry.role.clone(),
            place: entry.organisation.clone(),
            told: tally.told(),
        });
        Ok(told.filter(|row| !row.told.is_empty()).collect())
    }
}
