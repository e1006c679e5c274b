//! Signals at work: the list of pupils to reach, one pupil's page, and what people do about them.
//!
//! The columns of the held year say which steps are reached; `lasna_domain::signals` says whose turn
//! it is. What is not here: words, which pages add in the reader's language.
//!
//! Invariant: a list is ordered by overdue duties and silence, never by a score of pupils.

mod act;
mod filter;
mod list;
mod note;
mod place;
mod pupil;

pub use filter::{FILTER_NAME_MAX, FILTERS_MAX, ListFilter, OwnFilter};
pub use note::{NOTE_MAX, clean_note, note_over};
pub use place::Place;

use crate::held::HeldYear;
use crate::live::{Live, PupilSignals};
use crate::standing::summed_day;
use crate::{App, AppError};
use lasna_domain::access::{AccessReason, Action, Reach, Relation, Scope, UserRole};
use lasna_domain::attendance::{Figures, PupilDay};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{GroupNo, PersonNo, PupilNo, SchoolNo};
use lasna_domain::model::evaluate::Crossing;
use lasna_domain::model::{Model, Role};
use lasna_domain::signals::{
    Act, ActWhat, Clock, Signal, SignalState, Standing, clocks, in_force, next, silence, state,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Weeks of the small picture in a list's row.
pub const WEEKS_SHOWN: usize = 8;

/// School days without anybody being reached, after which a pupil counts as silent.
const SILENT_DAYS: u32 = 5;

/// Lessons missed in a week, and how many of them without leave or explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WeekMissed {
    pub monday: Day,
    pub missed: u32,
    pub unexplained: u32,
}

/// One pupil of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ListRow {
    pub pupil: PupilNo,
    pub name: String,
    pub listed: String,
    pub class: String,
    pub class_no: Option<GroupNo>,
    pub school: SchoolNo,
    /// The crossing of the highest step.
    pub highest: Crossing,
    /// Steps that run, by index.
    pub steps: Vec<usize>,
    /// The clock that is due first.
    pub next: Option<Clock>,
    pub state: SignalState,
    /// School days without anybody being reached.
    pub silence: u32,
    /// The latest contact or attempt.
    pub last_contact: Option<Act>,
    pub weeks: Vec<WeekMissed>,
    /// School year to date.
    pub figures: Figures,
}

impl ListRow {
    /// School days that the next duty is late; 0 where nothing is.
    pub fn late(&self) -> u32 {
        self.next.map_or(0, |clock| clock.late)
    }

    /// Whether something is open and nobody was reached for long.
    pub fn is_silent(&self) -> bool {
        self.next.is_some() && self.silence > SILENT_DAYS
    }
}

/// The list of a school or of a class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SignalList {
    pub rows: Vec<ListRow>,
    /// What the school or class is called.
    pub of: String,
    /// Pupils of the school or class with a day so far.
    pub pupils: usize,
    /// The sums of all of them, not of the listed ones alone.
    pub figures: Figures,
    /// Of all of them: with an absence unexplained for more than seven days.
    pub unresolved: usize,
}

/// Everything about one pupil's year.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PupilPage {
    pub row: PupilHead,
    /// Every possible day of the year, those ahead too.
    pub days: Vec<PupilDay>,
    pub school_days: Vec<Day>,
    /// The term that runs.
    pub term: lasna_domain::calendar::Span,
    pub signals: Vec<(Crossing, SignalState, Vec<Clock>)>,
    /// In force, in order.
    pub acts: Vec<(Act, String)>,
    pub figures: Figures,
    pub measures: lasna_domain::attendance::StandardMeasures,
    pub silence: u32,
    pub reason: AccessReason,
}

/// Who a page is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PupilHead {
    pub pupil: PupilNo,
    pub name: String,
    pub given: String,
    pub class: String,
    pub school: String,
    pub leader: Option<String>,
    /// Of the class, 1 to 9; 0 where it is not known.
    pub grade: u8,
}

/// What somebody wants to log.
#[derive(Clone, Debug)]
pub struct NewAct<'a> {
    /// About whom.
    pub pupil: PupilNo,
    /// What was done.
    pub what: ActWhat,
    /// The day of a contact; the day of the logging where it is not said, and of any other act.
    pub day: Option<Day>,
    /// A few words.
    pub note: &'a str,
    /// Whether the person was asked, and meant it, where the same was done a moment ago or a decision
    /// is in force.
    pub sure: bool,
    /// What the form carried, so that a repeated sending is known.
    pub once: &'a str,
}

impl App {
    /// How far whoever is signed in looks at signals: the school, or the class led.
    fn follow_reach(&self) -> Vec<Reach> {
        match (self.actor.role(), self.ties()) {
            (UserRole::Teacher, Some(ties)) => {
                ties.leads.iter().copied().map(Reach::Group).collect()
            }
            _ => vec![self.reach()],
        }
    }

    /// The list of whoever is signed in, the most overdue and the longest silent first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn signal_list(
        &self,
        model: &Model,
        as_of: Day,
        known_at: Instant,
    ) -> Result<SignalList, AppError> {
        self.signal_list_for(Action::ReadWatchList, model, as_of, known_at)
    }

    /// The same list, to be taken out as a file.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn exported_list(
        &self,
        model: &Model,
        as_of: Day,
        known_at: Instant,
    ) -> Result<SignalList, AppError> {
        self.signal_list_for(Action::ExportWatchList, model, as_of, known_at)
    }

    fn signal_list_for(
        &self,
        action: Action,
        model: &Model,
        as_of: Day,
        known_at: Instant,
    ) -> Result<SignalList, AppError> {
        let mut list = SignalList::default();
        let hidden = self.hidden()?;
        let reaches = self.follow_reach();
        if reaches.is_empty() {
            // Without a class of one's own there is nobody to follow; a scope is still needed.
            self.scope(Action::SignIn, Reach::Provider)?;
        }
        for reach in reaches {
            let scope = self.scope(action, reach)?;
            let target = match reach {
                Reach::Group(no) => format!("watch-list:group:{no}"),
                Reach::School(no) => format!("watch-list:school:{no}"),
                Reach::Provider => "watch-list".to_owned(),
                Reach::Pupil(no) => format!("pupil:{no}"),
            };
            let year = self.year(&scope, &target, known_at, as_of)?;
            let days = (as_of, summed_day(as_of, self.now()));
            list.add(model, &year, (reach, &hidden), days);
        }
        list.rows.sort_by(|a, b| {
            let key = |row: &ListRow| {
                let due = row.next.map_or(Day(i32::MAX), |clock| clock.due);
                let late = std::cmp::Reverse(row.late());
                (late, std::cmp::Reverse(row.silence), due)
            };
            (key(a), &a.class, &a.listed).cmp(&(key(b), &b.class, &b.listed))
        });
        Ok(list)
    }
}

/// Which role of a duty an account has.
pub const fn duty_role(role: UserRole) -> Option<Role> {
    match role {
        UserRole::Principal => Some(Role::Principal),
        UserRole::SkyWorker => Some(Role::SkyWorker),
        UserRole::Teacher => Some(Role::ClassTeacher),
        UserRole::Coordinator => Some(Role::Coordinator),
        _ => None,
    }
}

/// The number of a pupil out of an address.
pub fn pupil_of(text: &str) -> Result<PupilNo, AppError> {
    text.parse()
        .map(PersonNo)
        .map_err(|_| AppError::NotFound("pupil"))
}
