//! Registers that are kept here: a day's lessons, the sheet of one lesson, saving it, undoing it.
//!
//! A save says that the register is taken and adds a mark for each pupil of whom something else
//! holds than before; all others stay as they are. Whose lesson it is decides who may save.
//!
//! Invariant: nobody becomes present by silence: only a register that was taken says so.

mod lessons;
mod save;
mod sheet;
mod teachers;

use crate::held::HeldYear;
use crate::load::TaughtLesson;
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope, Ties, UserRole};
use lasna_domain::attendance::{Approval, MarkKind, Presence, PupilDay, Slot};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::ids::{GroupNo, PersonNo, PupilNo, SubjectNo, UserNo};
use lasna_store::db::{Read, Tx};
use lasna_store::{Batch, FactRow, FactTable, RegisterSave, Visible};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a save can be undone as a whole; later one corrects it.
pub const UNDO_MINUTES: i64 = 10;
/// School days back that marking debt is looked for, in calendar days.
pub const DEBT_DAYS: i32 = 14;

/// Names one lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct LessonKey {
    pub group: GroupNo,
    pub day: Day,
    pub start: TimeOfDay,
}

/// How the register of a lesson stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterState {
    /// The lesson has not begun.
    Ahead,
    /// It runs, and the register is not taken.
    Open,
    /// It is over, and the register was not taken.
    Missing,
    /// Taken.
    Taken,
}

/// A lesson of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct LessonRow {
    pub key: LessonKey,
    pub group: String,
    pub minutes: u16,
    pub subject: String,
    pub teacher: String,
    pub state: RegisterState,
}

/// What a register says of one pupil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// There from start to end.
    Present,
    /// Not there.
    Absent,
    /// Came so many minutes late.
    Late(u16),
    /// In other school activity.
    Elsewhere,
}

/// What was known of a pupil's lesson before the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// An absence that is explained; why is not shown.
    Explained,
    /// An absence that nobody has explained.
    Unexplained,
    /// Other school activity.
    Elsewhere,
}

/// One pupil on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SheetRow {
    pub pupil: PupilNo,
    pub listed: String,
    pub name: String,
    pub entry: Entry,
    pub known: Known,
}

/// The register of one lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Sheet {
    pub lesson: LessonRow,
    pub rows: Vec<SheetRow>,
    /// The latest save, 0 before the first.
    pub base: u32,
    pub saved: Option<SavedBy>,
}

/// Who saved a register and when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SavedBy {
    pub no: u32,
    pub at: Instant,
    pub by: UserNo,
    pub name: String,
    /// Whether whoever looks can still undo it as a whole.
    pub undo: bool,
    /// Whether it took the save before it back.
    pub undone: bool,
}

/// A register to be saved.
#[derive(Clone, Debug)]
pub struct NewRegister<'a> {
    /// Of which lesson.
    pub key: LessonKey,
    /// The latest save that the writer had seen.
    pub base: u32,
    /// What the form carried, so that a repeated sending is known.
    pub once: &'a str,
    /// What is said of each pupil of the lesson.
    pub entries: BTreeMap<PupilNo, Entry>,
}

/// What a save came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept; this is its number.
    Kept(u32),
    /// Somebody else saved meanwhile, and says something else: nothing was changed.
    Conflict,
    /// Pupils of the lesson are not named: nothing was changed, as nobody is there by silence.
    Incomplete,
    /// A lateness is not from one minute to the length of the lesson: nothing was changed.
    Minutes,
}

/// Lessons without a register, by teacher.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Debt {
    pub teacher: PersonNo,
    pub name: String,
    /// By day and start.
    pub lessons: Vec<LessonRow>,
}

struct LessonFact {
    taught: TaughtLesson,
    cancelled: bool,
    taken: bool,
}

fn entry_of(slot: &Slot) -> (Entry, Known) {
    let Some((kind, _, minutes)) = slot.mark else {
        return (Entry::Present, Known::Nothing);
    };
    match (kind.presence(), kind.approval()) {
        (Presence::Absent, Approval::Authorised) => (Entry::Absent, Known::Explained),
        (Presence::Absent, _) => (Entry::Absent, Known::Unexplained),
        (Presence::Late, _) => (Entry::Late(minutes), Known::Nothing),
        (Presence::Elsewhere, _) => (Entry::Elsewhere, Known::Elsewhere),
        (Presence::Present | Presence::Removed, _) => (Entry::Present, Known::Nothing),
    }
}

impl Entry {
    fn kind(self) -> Option<MarkKind> {
        match self {
            Entry::Present => Some(MarkKind::PRESENT),
            Entry::Absent => MarkKind::new(Presence::Absent, Approval::Unresolved, None).ok(),
            Entry::Late(minutes) => {
                MarkKind::new(Presence::Late, Approval::NotNeeded, Some(minutes)).ok()
            }
            Entry::Elsewhere => MarkKind::new(Presence::Elsewhere, Approval::NotNeeded, None).ok(),
        }
    }
}

/// What a save that takes another back carries in place of what a form carried.
const UNDO: &str = "undo:";

fn slot_of(day: &PupilDay, key: LessonKey) -> Option<&Slot> {
    let mut slots = day.slots.iter();
    slots.find(|slot| slot.group == key.group && slot.start == key.start)
}

fn mark_row(key: LessonKey, pupil: PupilNo, kind: MarkKind, at: Instant) -> FactRow {
    let minutes = kind.minutes().map_or(-1, i32::from);
    FactRow {
        key: [
            pupil.0 as i32,
            key.day.0,
            i32::from(key.start.0),
            key.group.0 as i32,
        ],
        known_at: at,
        values: [
            100,
            kind.presence().index() as i32,
            kind.approval().index() as i32,
            minutes,
            0,
        ],
        ..FactRow::default()
    }
}

fn register_row(key: LessonKey, taken: i32, by: Option<PersonNo>, at: Instant) -> FactRow {
    FactRow {
        key: [key.group.0 as i32, key.day.0, i32::from(key.start.0), 0],
        known_at: at,
        values: [taken, by.map_or(0, |no| no.0 as i32), 0, 0, 0],
        ..FactRow::default()
    }
}
