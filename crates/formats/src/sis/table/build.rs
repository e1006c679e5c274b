//! One record to one row, or the reason why not.
//!
//! What it is not: it does not know the file, the row's number or the order of columns.
//!
//! Invariant: a refusal never repeats a cell, except the code that the mapping does not name.

use super::super::cells;
use super::super::columns::Columns;
use super::super::mapping::{CodeRule, Mapping};
use super::{Table, decode};
use crate::csv_out::formula_plain;
use crate::finding::code_told;
use crate::rows::{
    CalendarRow, LessonRow, MarkRow, RegisterRow, Row, RowAbout, RowState, TimetableRow,
};
use csv::ByteRecord;
use lasna_domain::attendance::{MarkKindError, Reason};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use std::borrow::Cow;

/// The code of a refusal where the mapping does not name the mark's own.
pub(super) const UNKNOWN_CODE: &str = "C02";

/// Why a row is not used.
pub(super) struct Refusal {
    pub code: &'static str,
    /// The place of the field in its table.
    pub field: Option<usize>,
    pub message: String,
}

type Read<T> = Result<T, Refusal>;

fn refuse<T>(code: &'static str, field: usize, message: &str) -> Read<T> {
    Err(Refusal {
        code,
        field: Some(field),
        message: message.to_owned(),
    })
}

/// The cells of one record, by field.
pub(super) struct Cells<'a> {
    record: &'a ByteRecord,
    columns: &'a Columns,
    mapping: &'a Mapping,
}

impl<'a> Cells<'a> {
    pub fn new(record: &'a ByteRecord, columns: &'a Columns, mapping: &'a Mapping) -> Self {
        Cells {
            record,
            columns,
            mapping,
        }
    }

    /// The cell of a field; empty where the file does not have the column.
    fn cell(&self, field: usize) -> Read<Cow<'a, str>> {
        let place = self.columns.places.get(field).copied().flatten();
        let Some(bytes) = place.and_then(|at| self.record.get(at)) else {
            return Ok(Cow::Borrowed(""));
        };
        let Some(text) = decode(bytes, self.mapping.encoding) else {
            return refuse("C07", field, "not in the encoding of the mapping");
        };
        Ok(match text {
            // A rejected-rows file was made safe for spreadsheets.
            Cow::Borrowed(text) if self.columns.rejects => Cow::Borrowed(plain(text)),
            Cow::Owned(text) if self.columns.rejects => Cow::Owned(plain(&text).to_owned()),
            text => text,
        })
    }

    fn full(&self, field: usize) -> Read<Cow<'a, str>> {
        let cell = self.cell(field)?;
        if cell.is_empty() {
            refuse("C09", field, "the cell is empty")
        } else {
            Ok(cell)
        }
    }

    fn name(&self, field: usize) -> Read<String> {
        self.full(field).map(Cow::into_owned)
    }

    fn optional_name(&self, field: usize) -> Read<Option<String>> {
        let cell = self.cell(field)?;
        Ok(if cell.is_empty() {
            None
        } else {
            Some(cell.into_owned())
        })
    }

    /// A value where the cell is not empty.
    fn optional<T>(
        &self,
        field: usize,
        code: &'static str,
        wrong: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Read<Option<T>> {
        let cell = self.cell(field)?;
        if cell.is_empty() {
            return Ok(None);
        }
        match read(&cell) {
            None => refuse(code, field, wrong),
            value => Ok(value),
        }
    }

    fn needed<T>(
        &self,
        field: usize,
        code: &'static str,
        wrong: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Read<T> {
        match read(&self.full(field)?) {
            None => refuse(code, field, wrong),
            Some(value) => Ok(value),
        }
    }

    fn day(&self, field: usize) -> Read<Day> {
        let form = self.mapping.date;
        self.needed(
            field,
            "C03",
            "not a day in the form of the mapping",
            |text| cells::day(text, form),
        )
    }

    fn start(&self, field: usize) -> Read<TimeOfDay> {
        self.needed(field, "C04", "not a time of day like 08:15", cells::time)
    }

    fn minutes(&self, field: usize) -> Read<Option<u16>> {
        let decimal = self.mapping.decimal;
        self.optional(field, "C05", "not whole minutes from 0 to 1440", |text| {
            cells::minutes(text, decimal)
        })
    }

    fn needed_minutes(&self, field: usize, least: u16) -> Read<u16> {
        match self.minutes(field)? {
            None => refuse("C09", field, "the cell is empty"),
            Some(minutes) if minutes < least => refuse("C05", field, "a lesson has minutes"),
            Some(minutes) => Ok(minutes),
        }
    }

    /// The code of a mark, as it stands.
    pub fn mark_code(&self) -> Option<Cow<'_, str>> {
        self.cell(6).ok()
    }

    fn flag(&self, field: usize) -> Read<Option<bool>> {
        self.optional(field, "C13", "must be true or false", cells::flag)
    }

    fn instant(&self, field: usize) -> Read<Option<Instant>> {
        let wrong = "not an instant like 2026-10-05T06:00:00Z";
        self.optional(field, "C03", wrong, |text| text.parse().ok())
    }
}

fn plain(text: &str) -> &str {
    formula_plain(text).trim()
}

/// Builds the row; `None` where the mapping leaves its code out.
pub(super) fn row(table: Table, cells: &Cells<'_>) -> Read<Option<Row>> {
    Ok(match table {
        Table::Calendar => Some(Row::Calendar(calendar(cells)?)),
        Table::Lessons => Some(Row::Lesson(lesson(cells)?)),
        Table::Registers => Some(Row::Register(register(cells)?)),
        Table::Timetables => Some(Row::Timetable(timetable(cells)?)),
        Table::Marks => mark(cells)?.map(Row::Mark),
    })
}

fn calendar(cells: &Cells<'_>) -> Read<CalendarRow> {
    let Some(school_day) = cells.flag(2)? else {
        return refuse("C09", 2, "the cell is empty");
    };
    Ok(CalendarRow {
        school: cells.optional_name(0)?,
        day: cells.day(1)?,
        school_day,
        label: cells.cell(3)?.into_owned(),
        known_at: cells.instant(4)?,
    })
}

fn lesson(cells: &Cells<'_>) -> Read<LessonRow> {
    let start = cells.start(2)?;
    let minutes = cells.needed_minutes(3, 1)?;
    if start.0 + minutes > cells::DAY_END.0 {
        return refuse("C10", 3, "the lesson ends after midnight");
    }
    Ok(LessonRow {
        class: cells.name(0)?,
        day: cells.day(1)?,
        start,
        minutes,
        subject: cells.cell(4)?.into_owned(),
        teacher: cells.optional_name(5)?,
        cancelled: cells.flag(6)?.unwrap_or(false),
        known_at: cells.instant(7)?,
    })
}

fn register(cells: &Cells<'_>) -> Read<RegisterRow> {
    let Some(taken) = cells.flag(3)? else {
        return refuse("C09", 3, "the cell is empty");
    };
    Ok(RegisterRow {
        class: cells.name(0)?,
        day: cells.day(1)?,
        start: cells.start(2)?,
        taken,
        by: cells.optional_name(4)?,
        known_at: cells.instant(5)?,
    })
}

fn timetable(cells: &Cells<'_>) -> Read<TimetableRow> {
    let from = cells.day(2)?;
    let form = cells.mapping.date;
    let to = cells.optional(3, "C03", "not a day in the form of the mapping", |text| {
        cells::day(text, form)
    })?;
    let span = to.map_or(Span::open(from), |to| Span { from, to });
    if span.is_empty() {
        return refuse("C10", 3, "the end is not after the beginning");
    }
    let time = "not a time of day like 08:15";
    let start_from = cells
        .optional(5, "C04", time, cells::time)?
        .unwrap_or(TimeOfDay(0));
    let start_to = cells
        .optional(6, "C04", time, cells::time_end)?
        .unwrap_or(cells::DAY_END);
    if start_from >= start_to {
        return refuse("C10", 6, "no lesson starts between the two times");
    }
    let state = cells.optional(9, "C13", "must be active or ended", |word| match word {
        "active" | "voimassa" => Some(RowState::Active),
        "ended" | "päättynyt" => Some(RowState::Ended),
        _ => None,
    })?;
    Ok(TimetableRow {
        id: cells.name(0)?,
        state: state.unwrap_or(RowState::Active),
        pupil: cells.name(1)?,
        span,
        weekdays: cells
            .optional(4, "C06", "not days of the week like 12345", cells::weekdays)?
            .unwrap_or(0b111_1111),
        start_from,
        start_to,
        subject: cells.optional_name(7)?,
        minutes: cells.needed_minutes(8, 0)?,
        known_at: cells.instant(10)?,
    })
}

fn mark(cells: &Cells<'_>) -> Read<Option<MarkRow>> {
    let day = cells.day(2)?;
    let withdrawn = cells.flag(10)?.unwrap_or(false);
    let code = cells.cell(6)?;
    let minutes = cells.minutes(7)?;
    let rule = match cells.mapping.rule(day, &code) {
        Some(CodeRule::Ignore) => return Ok(None),
        Some(rule) => Some(rule),
        None if code.is_empty() && withdrawn => None,
        None if code.is_empty() => return refuse("C09", 6, "the cell is empty"),
        None => return Err(unknown_code(&code)),
    };
    let kind = match rule {
        Some(rule) if !withdrawn => match rule.kind(minutes) {
            Ok(kind) => kind,
            Err(fault @ MarkKindError::LatenessWithoutMinutes) => {
                return refuse("C05", 7, &fault.to_string());
            }
            Err(fault) => return refuse("C10", 6, &fault.to_string()),
        },
        _ => None,
    };
    Ok(Some(MarkRow {
        pupil: cells.name(0)?,
        school: cells.optional_name(1)?,
        day,
        about: about(cells)?,
        kind: kind.map(|(kind, _)| kind),
        reason: kind.map_or(Reason::Unknown, |(_, reason)| reason),
        source_code: code.into_owned(),
        known_at: cells.instant(9)?,
    }))
}

fn about(cells: &Cells<'_>) -> Read<RowAbout> {
    let decimal = cells.mapping.decimal;
    let class = cells.optional_name(3)?;
    let start = cells.optional(4, "C04", "not a time of day like 08:15", cells::time)?;
    let ordinal = cells.optional(5, "C06", "not the number of a lesson, 1 to 24", |text| {
        cells::whole(text)
            .filter(|n| (1..=24).contains(n))
            .and_then(|n| u8::try_from(n).ok())
    })?;
    let wrong =
        "not a part of a day: write hundredths like 50 and 100, or a decimal number up to one";
    let part = cells.optional(8, "C06", wrong, |text| cells::day_part(text, decimal))?;
    match (start, ordinal, part) {
        (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => refuse(
            "C10",
            8,
            "a mark is about a lesson or about a part of a day, not both",
        ),
        (Some(start), _, None) => Ok(RowAbout::Lesson { class, start }),
        (None, Some(ordinal), None) => Ok(RowAbout::Ordinal { class, ordinal }),
        (None, None, None) if class.is_some() => refuse(
            "C10",
            3,
            "the row names a class but no lesson of it and no part of the day",
        ),
        (None, None, part) => Ok(RowAbout::Day {
            hundredths: part.unwrap_or(100),
        }),
    }
}

fn unknown_code(code: &str) -> Refusal {
    let message = format!(
        "the mapping does not say what {} means on this day",
        code_told(code)
    );
    Refusal {
        code: UNKNOWN_CODE,
        field: Some(6),
        message,
    }
}
