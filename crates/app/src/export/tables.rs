//! The facts in sight as the tables and the mapping that an import reads.
//!
//! Every version is written with the instant it became known, so that an import of the files into an
//! empty database replays the past as here. Codes of marks are made from what they mean; the
//! source's own are in `facts.csv`. Of individual timetables the version in sight is written.
//!
//! Invariant: the mapping has a code for every mark of the tables.

use super::{Codes, Hidden, Ids, is_of, start, word};
use crate::import::records::row_of;
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PersonNo;
use lasna_domain::roster::RecordKind;
use lasna_formats::csv_out::formula_safe;
use lasna_formats::rows::{Row, RowState, TimetableRow};
use lasna_store::db::Read;
use lasna_store::{Batch, EntityKind, FactRow, FactTable, Record, Visible};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// Makes a file of a name.
pub type Create<'a> = dyn FnMut(&str) -> std::io::Result<Box<dyn Write>> + 'a;

const CALENDAR: &[&str] = &["school", "date", "school_day", "label", "known_at"];
const LESSONS: &[&str] = &[
    "class",
    "date",
    "start",
    "minutes",
    "subject",
    "teacher",
    "cancelled",
    "known_at",
];
const REGISTERS: &[&str] = &["class", "date", "start", "taken", "by", "known_at"];
const TIMETABLES: &[&str] = &[
    "id",
    "pupil",
    "from",
    "to",
    "weekdays",
    "start_from",
    "start_to",
    "subject",
    "minutes",
    "status",
    "known_at",
];
const MARKS: &[&str] = &[
    "pupil",
    "date",
    "class",
    "start",
    "code",
    "minutes",
    "day_part",
    "known_at",
    "withdrawn",
];

/// One table, its rows as lines of CSV.
#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn push(&mut self, cells: &[String]) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(cells.iter().map(|cell| formula_safe(cell).into_owned()))?;
        let bytes = writer.into_inner().map_err(|error| error.into_error())?;
        self.0.push(String::from_utf8_lossy(&bytes).into_owned());
        Ok(())
    }

    fn write(mut self, columns: &[&str], out: &mut dyn Write) -> std::io::Result<()> {
        self.0.sort();
        writeln!(out, "{}", columns.join(","))?;
        for line in &self.0 {
            out.write_all(line.as_bytes())?;
        }
        out.flush()
    }
}

impl App {
    /// Writes `calendar.csv`, `lessons.csv`, `timetables.csv`, `registers.csv`, `marks.csv` and the
    /// `mapping.toml` that reads them.
    ///
    /// # Errors
    /// [`AppError`], also where a file cannot be written.
    pub fn export_tables(&self, create: &mut Create<'_>) -> Result<(), AppError> {
        let scope = self.scope(Action::Export, Reach::Provider)?;
        let hidden = self.hidden()?;
        let tables = self.look(&scope, "export:tables", |read| {
            Tables::read(read, &scope, &hidden)
        })?;
        let mapping = tables.mapping();
        let files = [
            ("calendar.csv", CALENDAR, tables.calendar),
            ("lessons.csv", LESSONS, tables.lessons),
            ("timetables.csv", TIMETABLES, tables.timetables),
            ("registers.csv", REGISTERS, tables.registers),
            ("marks.csv", MARKS, tables.marks),
        ];
        for (name, columns, lines) in files {
            create(name)
                .and_then(|mut out| lines.write(columns, &mut out))
                .map_err(|error| cannot(&error))?;
        }
        create("mapping.toml")
            .and_then(|mut out| out.write_all(mapping.as_bytes()).and_then(|()| out.flush()))
            .map_err(|error| cannot(&error))
    }
}

fn cannot(error: &dyn std::error::Error) -> AppError {
    AppError::Problem(format!("the tables cannot be written: {error}"))
}

#[derive(Default)]
struct Tables {
    calendar: Lines,
    lessons: Lines,
    timetables: Lines,
    registers: Lines,
    marks: Lines,
    /// Presence, approval and reason of the codes in use.
    codes: BTreeSet<[&'static str; 3]>,
    presumed: bool,
    /// When the first record of the roster became known.
    known_from: Option<Instant>,
}

fn flag(value: i32) -> String {
    (value == 1).to_string()
}

impl Tables {
    fn read(
        read: &mut Read<'_>,
        scope: &Scope,
        people: &BTreeSet<PersonNo>,
    ) -> Result<Tables, AppError> {
        let hidden = Hidden::read(read, scope, people)?;
        let visible = Visible::of(&Batch::list(read, scope.provider())?, Instant::LATEST);
        let ids = Ids::read(read, scope)?;
        let mut tables = Tables::default();
        let mut reasons = BTreeMap::new();
        let codes = Codes::new();
        for table in [
            FactTable::Setting,
            FactTable::Reason,
            FactTable::Calendar,
            FactTable::Lesson,
            FactTable::Register,
            FactTable::Mark,
        ] {
            FactRow::each(read, scope, table, &visible, |row| match table {
                _ if is_of(table, &row, people) => Ok(()),
                FactTable::Setting => {
                    tables.presumed = row.values[0] == 1;
                    Ok(())
                }
                FactTable::Reason => {
                    reasons.insert((row.key, row.known_at, row.batch), row.values[0]);
                    Ok(())
                }
                FactTable::Mark => {
                    let reason = reasons.get(&(row.key, row.known_at, row.batch));
                    tables.mark(&row, reason.copied().unwrap_or(0), &ids, &codes)
                }
                _ => tables.structure(table, &row, &ids),
            })?;
        }
        for &kind in RecordKind::ALL {
            for (id, record) in Record::in_sight(read, scope, kind, &visible)? {
                let first = tables
                    .known_from
                    .map_or(record.known_at, |at| at.min(record.known_at));
                tables.known_from = Some(first);
                if let Some(Row::Timetable(row)) = hidden.without(row_of(kind, &id, &record)) {
                    tables.timetable(&row).map_err(|error| cannot(&error))?;
                }
            }
        }
        Ok(tables)
    }

    fn structure(&mut self, table: FactTable, row: &FactRow, ids: &Ids) -> Result<(), AppError> {
        let [a, b, c, _] = row.key;
        let v = row.values;
        let (day, at) = (Day(b).to_string(), row.known_at.to_string());
        let group = || ids.of(EntityKind::Group, a);
        let pushed = match table {
            FactTable::Calendar => {
                let label = ids.of(EntityKind::Word, v[1]);
                let school = ids.of(EntityKind::Org, a);
                self.calendar.push(&[school, day, flag(v[0]), label, at])
            }
            FactTable::Lesson => {
                let subject = ids.of(EntityKind::Subject, v[1]);
                let teacher = ids.of(EntityKind::Person, v[2]);
                let minutes = v[0].to_string();
                let cancelled = flag(v[3]);
                self.lessons.push(&[
                    group(),
                    day,
                    start(c),
                    minutes,
                    subject,
                    teacher,
                    cancelled,
                    at,
                ])
            }
            _ => {
                let by = ids.of(EntityKind::Person, v[1]);
                self.registers
                    .push(&[group(), day, start(c), flag(v[0]), by, at])
            }
        };
        pushed.map_err(|error| cannot(&error))
    }

    fn mark(
        &mut self,
        row: &FactRow,
        reason: i32,
        ids: &Ids,
        codes: &Codes,
    ) -> Result<(), AppError> {
        let [pupil, day, at, group] = row.key;
        let [hundredths, presence, approval, minutes, _] = row.values;
        let kind = word(presence, &codes.presence).map(|presence| {
            let approval = word(approval, &codes.approval).unwrap_or("not_needed");
            [
                presence,
                approval,
                word(reason, &codes.reason).unwrap_or("unknown"),
            ]
        });
        self.codes.extend(kind);
        let whole = at < 0;
        let cells = [
            ids.of(EntityKind::Person, pupil),
            Day(day).to_string(),
            if whole {
                String::new()
            } else {
                ids.of(EntityKind::Group, group)
            },
            if whole { String::new() } else { start(at) },
            kind.map_or_else(String::new, |kind| kind.join("-")),
            if minutes < 0 {
                String::new()
            } else {
                minutes.to_string()
            },
            if whole {
                format!("{}.{:02}", hundredths / 100, hundredths % 100)
            } else {
                String::new()
            },
            row.known_at.to_string(),
            kind.is_none().to_string(),
        ];
        self.marks.push(&cells).map_err(|error| cannot(&error))
    }

    fn timetable(&mut self, row: &TimetableRow) -> Result<(), csv::Error> {
        let weekdays = (0..7).filter(|bit| row.weekdays & (1 << bit) != 0);
        let to = row.span.to;
        self.timetables.push(&[
            row.id.clone(),
            row.pupil.clone(),
            row.span.from.to_string(),
            if to == Day(i32::MAX) {
                String::new()
            } else {
                to.to_string()
            },
            weekdays.map(|bit| char::from(b'1' + bit)).collect(),
            row.start_from.to_string(),
            if row.start_to.0 >= 1440 {
                "24:00".into()
            } else {
                row.start_to.to_string()
            },
            row.subject.clone().unwrap_or_default(),
            row.minutes.to_string(),
            if row.state == RowState::Ended {
                "ended".into()
            } else {
                "active".into()
            },
            row.known_at.map_or_else(String::new, |at| at.to_string()),
        ])
    }

    fn mapping(&self) -> String {
        let registers = if self.presumed {
            "exceptions_only"
        } else {
            "file"
        };
        let mut text = format!("[mapping]\nversion = 1\nregisters = \"{registers}\"\n");
        if let Some(from) = self.known_from {
            text.push_str(&format!("structure_known_from = \"{from}\"\n"));
        }
        for [presence, approval, reason] in &self.codes {
            text.push_str(&format!(
                "\n[codes.\"{presence}-{approval}-{reason}\"]\npresence = \"{presence}\"\n\
                 approval = \"{approval}\"\nreason = \"{reason}\"\n"
            ));
        }
        if self.codes.is_empty() {
            text.push_str("\n[codes]\n");
        }
        text
    }
}
