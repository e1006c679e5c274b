//! Ed-Fi 5.2 interchange XML: pupils, organisations, calendars, associations, attendance events.
//!
//! One file is read as a stream of records. `category` says what the attendance categories mean,
//! `events` how an event becomes a mark, `records` the rest; `leaves` is the XML. Elements that are
//! not read are counted. What it is not: it does not join files; whether a pupil or a school of an
//! event exists is for the caller.
//!
//! Codes: `A01` not well-formed or not an interchange · `A02` document type or entity · `A03`
//! missing or empty · `A04` day, time or number · `A05` category unknown · `A06` duration missing,
//! read as a whole day · `A07` second event of a pupil on a day · `A08` lateness or part of a day
//! without minutes · `A09` elements not read · `A10` section event without a lesson · `A11` day of
//! a calendar of single pupils.
//!
//! Invariant: of a pupil only the id and the names are read, of an event never its reason's text.

mod associations;
mod category;
mod events;
mod leaves;
mod records;

use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::rows::{Flow, Placed, Row, Sink};
use leaves::{Next, Record, Records};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

/// Names of elements that are counted when they are not read.
const NAMES_MAX: usize = 64;

/// What came of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Nothing of the file may be used; rows that were handed over before are to be dropped.
    pub fatal: bool,
    /// The sink asked to stop, so what was handed over is not all.
    pub stopped: bool,
}

/// Why a record is not used.
struct Refusal {
    code: &'static str,
    element: &'static str,
    message: Cow<'static, str>,
}

impl Refusal {
    const fn of(code: &'static str, element: &'static str, message: &'static str) -> Refusal {
        Refusal {
            code,
            element,
            message: Cow::Borrowed(message),
        }
    }
}

/// What one record gives.
#[derive(Default)]
struct Given {
    rows: Vec<Row>,
    warnings: Vec<(&'static str, &'static str)>,
}

/// The records that are read.
#[derive(Clone, Copy)]
enum Kind {
    Org(&'static str),
    Student,
    Session,
    GradingPeriod,
    CalendarDate,
    SchoolAssociation,
    SectionAssociation,
    SchoolEvent,
    SectionEvent,
}

impl Kind {
    fn of(element: &str) -> Option<Kind> {
        Some(match element {
            "LocalEducationAgency" => Kind::Org("district"),
            "School" => Kind::Org("school"),
            "Student" => Kind::Student,
            "Session" => Kind::Session,
            "GradingPeriod" => Kind::GradingPeriod,
            "CalendarDate" => Kind::CalendarDate,
            "StudentSchoolAssociation" => Kind::SchoolAssociation,
            "StudentSectionAssociation" => Kind::SectionAssociation,
            "StudentSchoolAttendanceEvent" => Kind::SchoolEvent,
            "StudentSectionAttendanceEvent" => Kind::SectionEvent,
            _ => return None,
        })
    }

    /// The kind of row, as the import report names it.
    const fn rows(self) -> &'static str {
        match self {
            Kind::Org(_) => "orgs",
            Kind::Student => "users",
            Kind::Session | Kind::GradingPeriod => "academicSessions",
            Kind::CalendarDate => "calendar",
            Kind::SchoolAssociation => "roles",
            Kind::SectionAssociation => "enrollments",
            Kind::SchoolEvent | Kind::SectionEvent => "marks",
        }
    }
}

/// Reads one interchange file.
pub fn read_interchange(
    file: &str,
    reader: impl Read,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Outcome {
    let mut reading = Reading {
        file,
        sink,
        unread: BTreeMap::new(),
        seen: events::Seen::default(),
        known: records::Known::default(),
        classes: associations::Classes::default(),
    };
    let mut records = Records::new(reader, limits);
    loop {
        let flow = match records.next() {
            Ok(Next::End) => break,
            Ok(Next::Record(record)) => reading.record(&record),
            Err(trouble) => {
                let (code, message) = (trouble.code(), trouble.to_string());
                reading.say(trouble.row(), None, code, Severity::Fatal, message);
                return Outcome {
                    fatal: true,
                    stopped: false,
                };
            }
        };
        if flow == Flow::Stop {
            return Outcome {
                fatal: false,
                stopped: true,
            };
        }
    }
    reading.close();
    Outcome::default()
}

/// One file under reading.
struct Reading<'a> {
    file: &'a str,
    sink: &'a mut dyn Sink,
    /// Records that are not read, by their element.
    unread: BTreeMap<String, u64>,
    seen: events::Seen,
    known: records::Known,
    classes: associations::Classes,
}

impl Reading<'_> {
    fn record(&mut self, record: &Record<'_>) -> Flow {
        if record.element == "Calendar" {
            self.known.calendar(record);
            return Flow::On;
        }
        let Some(kind) = Kind::of(record.element) else {
            // A hostile file has as many names as it likes.
            let room = self.unread.len() < NAMES_MAX;
            if let Some(n) = self.unread.get_mut(record.element) {
                *n += 1;
            } else if room {
                self.unread.insert(record.element.to_owned(), 1);
            }
            return Flow::On;
        };
        let row = record.row;
        self.sink.read(self.file, kind.rows());
        let given = match kind {
            Kind::Org(kind) => records::org(record, kind, &mut self.known),
            Kind::Student => records::student(record),
            Kind::Session => records::session(record),
            Kind::GradingPeriod => records::grading_period(record),
            Kind::CalendarDate => records::calendar_date(record, &self.known),
            Kind::SchoolAssociation => associations::school(record, &mut self.classes),
            Kind::SectionAssociation => associations::section(record, &mut self.classes),
            Kind::SchoolEvent => events::school(record, &mut self.seen),
            Kind::SectionEvent => events::section(record, &mut self.seen),
        };
        let given = match given {
            Ok(given) => given,
            Err(Refusal {
                code,
                element,
                message,
            }) => {
                let element = Some(element.to_owned());
                return self.say(row, element, code, Severity::Rejected, message.into_owned());
            }
        };
        for (code, message) in given.warnings {
            if self.say(row, None, code, Severity::Warning, message.to_owned()) == Flow::Stop {
                return Flow::Stop;
            }
        }
        for value in given.rows {
            if self.sink.row(self.file, Placed { row, value }) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::On
    }

    fn close(&mut self) {
        for (element, n) in std::mem::take(&mut self.unread) {
            let message = format!("{n} elements of this name are not read");
            if self.say(0, Some(element), "A09", Severity::Warning, message) == Flow::Stop {
                return;
            }
        }
    }

    fn say(
        &mut self,
        row: u64,
        column: Option<String>,
        code: &'static str,
        severity: Severity,
        message: String,
    ) -> Flow {
        let file = self.file.to_owned();
        self.sink.finding(Finding {
            file,
            row,
            column,
            code,
            severity,
            message,
            values: Vec::new(),
        })
    }
}
