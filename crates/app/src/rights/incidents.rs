//! Incidents: what an account or a session touched, the 72 hours, and whom letters are for.
//!
//! What was touched comes out of the sealed log: pupils who were looked at alone, and everybody whom a
//! list, class or school held that was looked at.
//!
//! Invariant: whoever is protected gets no letter from here, and is told by number for a person to reach.

use crate::{App, AppError};
use lasna_domain::access::{Action, DataClass, Reach};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{GroupNo, OrgNo, PersonNo, UserNo};
use lasna_store::{AuditRow, FamilyTies, Incident};
use std::collections::{BTreeMap, BTreeSet};

/// Hours within which the authority is told (GDPR 33).
pub const TELL_HOURS: i64 = 72;

/// An incident in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct IncidentRow {
    pub incident: Incident,
    /// Whole hours of the 72 that are left; below 0 they are over.
    pub hours_left: i64,
}

/// A person whom an incident touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Touched {
    pub classes: BTreeSet<DataClass>,
    /// Looked at alone; else only in a list.
    pub alone: bool,
    pub first: Instant,
    pub last: Instant,
}

/// What an incident touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct IncidentScope {
    pub people: BTreeMap<PersonNo, Touched>,
    /// Entries of the log behind it, and those whose body was erased.
    pub entries: u32,
    pub erased: u32,
}

/// To whom a letter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LetterFor {
    /// An adult of a pupil.
    Guardian,
    /// The pupil.
    Pupil,
    /// Somebody else of the roster: staff.
    Staff,
}

/// Letters of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Letters {
    /// Recipient, what is called so in the roster, and the classes that were touched.
    pub drafts: Vec<(LetterFor, PersonNo, String, BTreeSet<DataClass>)>,
    /// To be reached by a person: they, a child or an adult of theirs is protected.
    pub by_hand: Vec<PersonNo>,
}

fn reach_of(text: &str) -> Option<Reach> {
    if text == "provider" {
        return Some(Reach::Provider);
    }
    let (kind, no) = text.split_once(':')?;
    let no: u32 = no.parse().ok()?;
    match kind {
        "school" => Some(Reach::School(OrgNo(no))),
        "group" => Some(Reach::Group(GroupNo(no))),
        "pupil" => Some(Reach::Pupil(PersonNo(no))),
        _ => None,
    }
}

impl App {
    /// Enters an incident: an account and a span of time; gives its number.
    ///
    /// # Errors
    /// [`AppError`]; a span that ends before it begins.
    pub fn enter_incident(
        &self,
        user: UserNo,
        (from, to): (Instant, Instant),
        noticed_at: Instant,
    ) -> Result<u32, AppError> {
        let scope = self.scope(Action::KeepIncident, Reach::Provider)?;
        if from >= to || noticed_at > self.now {
            let text = "an incident begins before it ends and was noticed by now";
            return Err(AppError::Problem(text.to_owned()));
        }
        let incident = Incident {
            no: 0,
            at: self.now,
            noticed_at,
            user,
            from,
            to,
            ended: None,
        };
        self.change(&scope, "incident", |tx| Ok(incident.insert(tx, &scope)?))
    }

    /// Ends an incident: its entries are kept no longer than others.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where none is open under the number.
    pub fn end_incident(&self, no: u32) -> Result<(), AppError> {
        let scope = self.scope(Action::KeepIncident, Reach::Provider)?;
        self.change(&scope, &format!("incident:{no}:end"), |tx| {
            let all = Incident::list(tx, scope.provider())?;
            let open = all.iter().any(|one| one.no == no && one.ended.is_none());
            match open {
                true => Ok(Incident::end(tx, &scope, no, self.now)?),
                false => Err(AppError::NotFound("incident")),
            }
        })
    }

    /// All incidents with the hours that are left, the latest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn incidents(&self) -> Result<Vec<IncidentRow>, AppError> {
        let scope = self.scope(Action::KeepIncident, Reach::Provider)?;
        let all = self.look(&scope, "incidents", |read| {
            Ok(Incident::list(read, scope.provider())?)
        })?;
        let row = |incident: Incident| IncidentRow {
            incident,
            hours_left: TELL_HOURS - (self.now.0 - incident.noticed_at.0).div_euclid(3_600_000_000),
        };
        Ok(all.into_iter().rev().map(row).collect())
    }

    /// When a session of an account began and ended, by the id that its owner sees.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn session_span(&self, session: &str) -> Result<(UserNo, Instant, Instant), AppError> {
        let scope = self.scope(Action::KeepIncident, Reach::Provider)?;
        let accounts = self
            .store
            .ask(|read| Ok::<_, AppError>(lasna_store::AccountRow::list(read, &scope)?))?;
        for row in accounts {
            let user = row.account.no;
            let all = self
                .store
                .ask(|read| Incident::sessions(read, &scope, user))?;
            for (hash, from, to) in all {
                let digits: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
                if digits == session {
                    return Ok((user, from, Instant(to.0 + 1)));
                }
            }
        }
        Err(AppError::NotFound("session"))
    }

    /// Every person and class of data that an account touched from an instant up to another.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn incident_scope(
        &self,
        user: UserNo,
        (from, to): (Instant, Instant),
        today: Day,
    ) -> Result<IncidentScope, AppError> {
        let scope = self.scope(Action::KeepIncident, Reach::Provider)?;
        let year = self.unseen_year(&scope, today)?;
        let entries = self.look(&scope, &format!("incident:user:{user}"), |read| {
            Ok(AuditRow::by(read, &scope, user)?)
        })?;
        let mut touched = IncidentScope::default();
        for entry in entries {
            let inside = from <= entry.at && entry.at < to;
            if !inside || entry.outcome == "refused" || entry.outcome == lasna_store::HELD_BACK {
                continue;
            }
            touched.entries += 1;
            touched.erased += u32::from(entry.erased);
            let action = Action::from_code(&entry.action);
            if !action.is_some_and(lasna_domain::access::reading::touches_pupils) {
                continue;
            }
            let people = match (entry.person, reach_of(&entry.reach)) {
                (Some(pupil), _) => vec![pupil],
                (None, Some(reach)) => year.pupils_of(&year.live(), reach),
                (None, None) => Vec::new(),
            };
            let classes: Vec<DataClass> = entry
                .classes
                .split(',')
                .filter_map(DataClass::from_code)
                .collect();
            for person in people {
                let one = touched.people.entry(person).or_insert_with(|| Touched {
                    first: entry.at,
                    ..Touched::default()
                });
                one.classes.extend(&classes);
                one.alone |= entry.person.is_some();
                one.last = entry.at;
            }
        }
        Ok(touched)
    }

    /// Whom to write to about what was touched; whoever is protected is for a person to reach.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn incident_letters(
        &self,
        touched: &IncidentScope,
        today: Day,
    ) -> Result<Letters, AppError> {
        let scope = self.scope(Action::KeepIncident, Reach::Provider)?;
        let year = self.unseen_year(&scope, today)?;
        let protected = self.protected()?;
        let names = &year.loaded.names;
        let mut letters = Letters::default();
        let mut adults: BTreeMap<PersonNo, BTreeSet<DataClass>> = BTreeMap::new();
        let mut by_hand = BTreeSet::new();
        for (person, one) in &touched.people {
            let ties = self
                .store
                .ask(|read| FamilyTies::of_child(read, scope.provider(), *person))?;
            let running: Vec<PersonNo> = ties
                .iter()
                .filter(|tie| tie.runs(today))
                .map(|tie| tie.adult)
                .collect();
            if protected.has(*person) || running.iter().any(|adult| protected.has(*adult)) {
                by_hand.insert(*person);
                continue;
            }
            let is_pupil = year.live().engine.pupil(*person, today).is_some();
            let who = match is_pupil {
                true => LetterFor::Pupil,
                false => LetterFor::Staff,
            };
            let draft = (who, *person, names.person(*person), one.classes.clone());
            letters.drafts.push(draft);
            for adult in running {
                adults.entry(adult).or_default().extend(&one.classes);
            }
        }
        for (adult, classes) in adults {
            let draft = (LetterFor::Guardian, adult, names.person(adult), classes);
            letters.drafts.push(draft);
        }
        letters.by_hand = by_hand.into_iter().collect();
        Ok(letters)
    }
}
