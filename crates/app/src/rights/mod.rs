//! Who may do what, as it stands in the store: families, protected people, grants, broken glass.
//!
//! A protected pupil is in no list, file or search of anybody but whoever holds a grant for that pupil;
//! the register of a lesson shows the name, because a lesson is held for whoever is there.
//!
//! Invariant: rights are read anew for each request, and what cannot be read gives no right.

mod anomalies;
mod family;
mod glass;
mod grants;
mod home;
mod incidents;
mod letters;
mod log;
mod people;
mod protected;
mod rate;
mod stand;

pub use anomalies::{AnomalyRow, DIGEST_DAYS};
pub use family::FamilyStop;
pub use glass::{GlassRow, GlassWaiting, NewGlass, OpenGlass, ThroughGlass};
pub use grants::{GrantRow, NewGrant, ReviewRow};
pub use home::{Child, HOME_DAYS, HomeAttendance, HomeDay, HomeToday};
pub use incidents::{IncidentRow, IncidentScope, LetterFor, Letters, TELL_HOURS, Touched};
pub use letters::letter;
pub use log::{AccessLog, LogLine, LogPlace, Redaction};
pub use people::{Grantee, NamedGrant, OwnAct};
pub use rate::AlarmRow;
pub(crate) use rate::Counted;
pub(crate) use stand::Grounds;

use crate::{App, AppError};
use lasna_domain::access::family::Circumstances;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PersonNo;
use lasna_store::Protection;
use lasna_store::db::Read;
use std::collections::BTreeSet;

/// Hours after which the answer of the population register is too old to act by.
pub const FEED_HOURS: i64 = 48;

/// Who is protected, at the moment of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Protected {
    people: BTreeSet<PersonNo>,
    /// A register is asked, and its last answer is too old.
    pub stale: bool,
}

impl Protected {
    /// As known now. A protection that has run out stays until the register has said so.
    pub fn read(
        read: &mut Read<'_>,
        provider: lasna_domain::ids::ProviderNo,
        now: Instant,
    ) -> Result<Protected, AppError> {
        let today = now.day_in_finland();
        let fed = Protection::last_fed(read, provider)?;
        let holds = |one: &Protection| {
            let confirmed = fed.map(|at| at.day_in_finland());
            one.from <= today && (today <= one.to || confirmed.is_some_and(|day| day <= one.to))
        };
        let all = Protection::all(read, provider)?;
        Ok(Protected {
            people: all
                .iter()
                .filter(|one| holds(one))
                .map(|one| one.person)
                .collect(),
            stale: fed.is_some_and(|at| now.0 - at.0 > FEED_HOURS * 3_600_000_000),
        })
    }

    pub fn has(&self, person: PersonNo) -> bool {
        self.people.contains(&person)
    }

    /// What goes before the rights of an adult in a child's matters.
    pub fn circumstances(
        &self,
        (child, asker): (PersonNo, PersonNo),
        adults: &[PersonNo],
        (admitted, in_care): (Option<Day>, bool),
        today: Day,
    ) -> Circumstances {
        Circumstances {
            child_protected: self.has(child),
            adult_protected: adults.iter().any(|adult| self.has(*adult)),
            asker_protected: self.has(asker),
            admitted: admitted.is_some_and(|ends| today <= ends),
            in_care,
        }
    }
}

impl App {
    /// Pupils who are in no list of whoever asks: the protected ones without a grant for them.
    pub(crate) fn hidden(&self) -> Result<BTreeSet<PersonNo>, AppError> {
        let hidden = stand::hidden_from(self.protected()?, self.ties());
        self.grounds.left_out(&hidden);
        Ok(hidden)
    }

    pub(crate) fn protected(&self) -> Result<Protected, AppError> {
        let (provider, now) = (self.provider, self.now);
        self.store()
            .ask(|read| Protected::read(read, provider, now))
    }
}
