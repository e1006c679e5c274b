//! The operating model as data: measures, steps, duties, in words that a council can decide on.
//!
//! A model is written by people, versioned and immutable once adopted (`docs/areas/model.md`). This
//! module holds the checked form; `lasna-formats` reads the file with places and mends,
//! [`mod@evaluate`] is the plain evaluation and `lasna-engine` the columnar one. It never learns
//! anything from data and never ranks children.
//!
//! Invariant: every index ([`MeasureNo`]) points into the same model's tables.

mod duties;
pub mod evaluate;

pub use duties::{Duty, Escalation, Outcome, Role, UniversalDuty, Within};

use crate::attendance::{Approval, MarkKind, Presence, Reason};
use crate::calendar::Day;

/// A text in the three languages; none may be empty in a published model.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "language codes")]
pub struct Text {
    pub fi: String,
    pub sv: String,
    pub en: String,
}

/// A language of pages and guides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "language codes")]
pub enum Language {
    Fi,
    Sv,
    En,
}

impl Text {
    /// The text in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Fi => &self.fi,
            Language::Sv => &self.sv,
            Language::En => &self.en,
        }
    }
}

/// What a model calls an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hour {
    /// A lesson, whatever its length: a lesson with any counted minute is one hour.
    Lesson,
    /// So many minutes, 45 or 60.
    Minutes(u16),
}

/// Index of a measure in [`Model::measures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeasureNo(pub usize);

/// A set of codes, by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeSet(pub u16);

impl CodeSet {
    /// The set with one more member.
    pub const fn with(self, index: usize) -> CodeSet {
        CodeSet(self.0 | 1 << index)
    }

    /// Whether the index is in.
    pub const fn has(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }
}

/// A named sum of minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The name that steps use, for example `total`.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// Presences that count, by [`Presence::index`].
    pub presence: CodeSet,
    /// Approvals that count, by [`Approval::index`].
    pub approval: CodeSet,
    /// Reasons that are left out, by [`Reason::index`].
    pub except_reason: CodeSet,
}

impl Measure {
    /// Whether a mark counts.
    pub fn counts(&self, kind: MarkKind, reason: Reason) -> bool {
        self.presence.has(kind.presence().index())
            && self.approval.has(kind.approval().index())
            && !self.except_reason.has(reason.index())
    }
}

/// The stretch of days over which a condition counts, always ending on the day that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// The day itself.
    Day,
    /// From Monday.
    Week,
    /// From the first of the calendar month.
    Month,
    /// From the start of the calendar quarter.
    Quarter,
    /// From the start of the period (jakso); the term where the school has no periods.
    Period,
    /// From the start of the term (lukukausi); the school year where the school has no terms.
    Term,
    /// From the start of the school year.
    Year,
    /// The last so many possible days of the pupil.
    RollingDays(u16),
    /// This and the previous teaching weeks, so many in all; a week without a school day of the
    /// school is not a teaching week.
    RollingTeachingWeeks(u16),
}

/// What a share is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareOf {
    /// Counted minutes of the marked minutes in the window so far.
    MarkedMinutes,
    /// Possible days with any counted minute, of all possible days of the whole window, also those
    /// to come (the Danish quarter).
    WindowDays,
}

/// What a pattern is a pattern of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternOf {
    /// The same weekday.
    Weekday,
    /// The same lesson of the day.
    LessonOfDay,
    /// The same subject.
    Subject,
}

/// One condition of a step; any one of a step's conditions is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// At least so many hours of the measure in the window.
    Hours {
        /// What is counted.
        measure: MeasureNo,
        /// How many, in the model's [`Hour`].
        hours: u32,
        /// Over what.
        window: Window,
    },
    /// At least so many possible days with any counted minute in the window.
    Days {
        /// What is counted.
        measure: MeasureNo,
        /// How many days.
        days: u32,
        /// Over what.
        window: Window,
    },
    /// At least such a share.
    Share {
        /// What is counted.
        measure: MeasureNo,
        /// The limit in hundredths of a percent: 10 % is 1000.
        percent_hundredths: u32,
        /// Over what.
        window: Window,
        /// Share of what.
        of: ShareOf,
        /// Not before so many possible days in the window (20 unless the model says otherwise).
        days_min: u16,
    },
    /// A lesson unresolved for more than so many calendar days.
    Unresolved {
        /// Days after the lesson's day.
        days: u16,
    },
    /// So many consecutive possible days with absence.
    Run {
        /// How many days.
        days: u16,
        /// Whether each day must be missed from first to last lesson.
        full: bool,
    },
    /// So many spells of absence begun in the window.
    Spells {
        /// How many.
        count: u16,
        /// Over what.
        window: Window,
    },
    /// A weekday, lesson or subject holds such a share of the missed lessons.
    Pattern {
        /// What repeats.
        of: PatternOf,
        /// The share of missed lessons that it holds, in percent.
        share_percent: u16,
        /// At least so many missed lessons in it.
        count_min: u16,
        /// Over what.
        window: Window,
    },
    /// Absence has risen: the share of the last 20 possible days is at least `factor` times the
    /// share of the 60 before, and at least `percent_min` of marked minutes.
    Trend {
        /// How many times the earlier share, in tenths: 20 is twice.
        factor_tenths: u16,
        /// The least share of the recent days, in percent.
        percent_min: u16,
    },
    /// A person's concern; never computed.
    Concern,
}

/// When a step that has fired may fire again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountsAgain {
    /// Never in the school year.
    Once,
    /// In the next term.
    EachTerm,
    /// In the next calendar quarter.
    EachQuarter,
    /// At once: counting starts from nothing on the day after (the Dutch report).
    AfterReset,
    /// After so many teaching weeks, when its condition becomes true anew.
    AfterTeachingWeeks(u16),
}

/// One step of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The name, unique in the model.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// Any one of these is enough; never empty.
    pub any: Vec<Condition>,
    /// When it may fire again.
    pub counts_again: CountsAgain,
    /// What is then to be done.
    pub duties: Vec<Duty>,
}

/// Who adopted the model and when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Approved {
    pub by: String,
    pub on: Day,
}

/// A checked operating model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Stable name, for example `esimerkkila`.
    pub id: String,
    /// Version, for example `2026.1`.
    pub version: String,
    /// The model it states differences to, as `id@version`.
    pub extends: Option<String>,
    /// In force from.
    pub valid: Day,
    /// What it calls an hour.
    pub hour: Hour,
    /// Who adopted it.
    pub approved: Option<Approved>,
    /// What people call it.
    pub title: Text,
    /// Where its content comes from.
    pub source: String,
    /// What the source does not say and the file had to assume.
    pub assumptions: Vec<Text>,
    /// Named sums.
    pub measures: Vec<Measure>,
    /// The ladder, lowest step first.
    pub steps: Vec<Step>,
    /// What is done for everybody.
    pub duties: Vec<UniversalDuty>,
}

impl Model {
    /// `id@version`, as cases and figures name it.
    pub fn reference(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// The step of a name.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// The measure that every model has without saying so: all absence, whatever the reason.
pub fn total_measure() -> Measure {
    let absent = CodeSet::default()
        .with(Presence::Absent.index())
        .with(Presence::Removed.index());
    let approved = CodeSet::default()
        .with(Approval::Unresolved.index())
        .with(Approval::Authorised.index())
        .with(Approval::Unauthorised.index());
    Measure {
        id: "total".into(),
        title: Text {
            fi: "kaikki poissaolot".into(),
            sv: "all frånvaro".into(),
            en: "all absence".into(),
        },
        presence: absent,
        approval: approved,
        except_reason: CodeSet::default(),
    }
}
