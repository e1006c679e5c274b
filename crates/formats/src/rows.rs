//! Typed rows that every format is read into, and the sink that takes them.
//!
//! People and organisations are named by the source's own ids (strings); numbers come later, in
//! `app`. A row is what the source says, checked for form: whether a reference leads anywhere is
//! checked by the reader where the format demands a closed set, and by `app` otherwise.
//!
//! Invariant: no row carries a password, an e-mail address, a phone number, a race or a health text;
//! readers drop such columns and count them in a warning.

use crate::finding::Finding;
use lasna_domain::attendance::{MarkKind, Reason};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};

/// Whether the source has the record in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowState {
    /// In use.
    Active,
    /// Ended (`tobedeleted` in OneRoster).
    Ended,
}

/// An organisation: `kind` is OneRoster's word (`district`, `school`, `department` …).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OrgRow {
    pub id: String,
    pub state: RowState,
    pub name: String,
    pub kind: String,
    pub identifier: String,
    pub parent: Option<String>,
}

/// A school year, term, semester or grading period; `span.to` is excluded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SessionRow {
    pub id: String,
    pub state: RowState,
    pub title: String,
    pub kind: String,
    pub span: Span,
    pub parent: Option<String>,
    pub school_year: i16,
    /// The one school it is for; `None` for all of them.
    pub school: Option<String>,
}

/// A course of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CourseRow {
    pub id: String,
    pub state: RowState,
    pub title: String,
    pub code: String,
    pub grades: Vec<String>,
    pub org: String,
    pub session: Option<String>,
    pub subjects: Vec<String>,
}

/// A class (`homeroom`) or teaching group (`scheduled`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ClassRow {
    pub id: String,
    pub state: RowState,
    pub title: String,
    pub code: String,
    pub kind: String,
    pub grades: Vec<String>,
    pub course: Option<String>,
    pub school: String,
    pub terms: Vec<String>,
    pub subjects: Vec<String>,
}

/// A person: pupil, guardian or member of staff.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct UserRow {
    pub id: String,
    pub state: RowState,
    pub enabled: bool,
    pub given_name: String,
    pub family_name: String,
    pub middle_name: String,
    pub preferred_given_name: String,
    pub preferred_family_name: String,
    pub username: String,
    pub identifier: String,
    /// External ids as `(type, id)`, for example the learner number.
    pub user_ids: Vec<(String, String)>,
    /// For a pupil the guardians, for a guardian the children.
    pub agents: Vec<String>,
    pub grades: Vec<String>,
    pub primary_org: Option<String>,
}

/// A role of a person in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RoleRow {
    pub id: String,
    pub state: RowState,
    pub user: String,
    pub primary: bool,
    pub role: String,
    pub org: String,
    pub from: Option<Day>,
    pub to: Option<Day>,
}

/// A person in a class or group; `to` is excluded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct EnrolmentRow {
    pub id: String,
    pub state: RowState,
    pub class: String,
    pub school: String,
    pub user: String,
    pub role: String,
    pub primary: bool,
    pub from: Option<Day>,
    pub to: Option<Day>,
}

/// Birth date and sex of a person; nothing else of demographics is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DemographicsRow {
    pub id: String,
    pub state: RowState,
    pub birth_date: Option<Day>,
    pub sex: String,
}

/// One day of a calendar: a school day or a day without school.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CalendarRow {
    /// The one school it is for; `None` for all of them.
    pub school: Option<String>,
    pub day: Day,
    pub school_day: bool,
    /// What the source calls it, for example a holiday's kind.
    pub label: String,
    pub known_at: Option<Instant>,
}

/// One scheduled lesson of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct LessonRow {
    pub class: String,
    pub day: Day,
    pub start: TimeOfDay,
    pub minutes: u16,
    pub subject: String,
    pub teacher: Option<String>,
    pub cancelled: bool,
    pub known_at: Option<Instant>,
}

/// An exception of one pupil to the lessons of the groups (part-time return plan, exemption).
///
/// It covers the days of `span` whose weekday is in `weekdays` (bit 0 Monday), lessons that start at
/// `start_from` or later and before `start_to`, of `subject` where given. `minutes` is what the pupil
/// is to attend of each such lesson: 0 exempts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TimetableRow {
    pub id: String,
    pub state: RowState,
    pub pupil: String,
    pub span: Span,
    pub weekdays: u8,
    pub start_from: TimeOfDay,
    pub start_to: TimeOfDay,
    pub subject: Option<String>,
    pub minutes: u16,
    pub known_at: Option<Instant>,
}

/// A register was taken (or withdrawn) of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RegisterRow {
    pub class: String,
    pub day: Day,
    pub start: TimeOfDay,
    pub taken: bool,
    pub by: Option<String>,
    pub known_at: Option<Instant>,
}

/// What a mark row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowAbout {
    /// A lesson by its class, where the source names it, and start.
    Lesson {
        /// The class; `None` where the source says only the pupil and the time.
        class: Option<String>,
        /// Start of the lesson.
        start: TimeOfDay,
    },
    /// A lesson by its place in the pupil's day, 1 for the first.
    Ordinal {
        /// The class; `None` where the source says only the pupil and the time.
        class: Option<String>,
        /// 1 for the first lesson of the pupil's day.
        ordinal: u8,
    },
    /// A day or a part of it, in hundredths; 100 is all of it.
    Day {
        /// The part of the day, 1–100.
        hundredths: u8,
    },
}

/// One mark about a pupil.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct MarkRow {
    pub pupil: String,
    /// The school, where the source names it.
    pub school: Option<String>,
    pub day: Day,
    pub about: RowAbout,
    /// `None` withdraws the mark.
    pub kind: Option<MarkKind>,
    pub reason: Reason,
    /// The source's own code or label, as mapped; kept to show where the mark came from.
    pub source_code: String,
    pub known_at: Option<Instant>,
}

/// Any row that a reader can hand over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Row {
    Org(OrgRow),
    Session(SessionRow),
    Course(CourseRow),
    Class(ClassRow),
    User(UserRow),
    Role(RoleRow),
    Enrolment(EnrolmentRow),
    Demographics(DemographicsRow),
    Calendar(CalendarRow),
    Lesson(LessonRow),
    Timetable(TimetableRow),
    Register(RegisterRow),
    Mark(MarkRow),
}

impl Row {
    /// The kind, as named in the import report.
    pub const fn kind(&self) -> &'static str {
        match self {
            Row::Org(_) => "orgs",
            Row::Session(_) => "academicSessions",
            Row::Course(_) => "courses",
            Row::Class(_) => "classes",
            Row::User(_) => "users",
            Row::Role(_) => "roles",
            Row::Enrolment(_) => "enrollments",
            Row::Demographics(_) => "demographics",
            Row::Calendar(_) => "calendar",
            Row::Lesson(_) => "lessons",
            Row::Timetable(_) => "timetables",
            Row::Register(_) => "registers",
            Row::Mark(_) => "marks",
        }
    }
}

/// A row with its place in the input, so that later checks can point at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Number of the data row in its file, 1 for the first.
    pub row: u64,
    /// The row.
    pub value: Row,
}

/// Whether the reader goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Read on.
    On,
    /// The taker has had enough (cancelled, or its own limit).
    Stop,
}

/// Takes what a reader finds, in input order.
pub trait Sink {
    /// A well-formed row of `file`.
    fn row(&mut self, file: &str, placed: Placed) -> Flow;
    /// A data row was read, well-formed or not: called once for each, before `row` or `finding`.
    fn read(&mut self, file: &str, kind: &'static str);
    /// Something to say of a row or a file.
    fn finding(&mut self, finding: Finding) -> Flow;
    /// A mark was refused because nobody has said what its code means. The cell may hold anything:
    /// it is for whoever gave the file, never for a log.
    fn unknown_code(&mut self, _code: &str) {}
}

/// A sink that keeps everything, for tests and small files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Rows in input order, with their file.
    pub rows: Vec<(String, Placed)>,
    /// Findings in input order.
    pub findings: Vec<Finding>,
    /// Data rows read, by kind.
    pub read: std::collections::BTreeMap<&'static str, u64>,
}

impl Sink for Collected {
    fn row(&mut self, file: &str, placed: Placed) -> Flow {
        self.rows.push((file.to_owned(), placed));
        Flow::On
    }

    fn read(&mut self, _file: &str, kind: &'static str) {
        *self.read.entry(kind).or_default() += 1;
    }

    fn finding(&mut self, finding: Finding) -> Flow {
        self.findings.push(finding);
        Flow::On
    }
}
