//! Takes rows from the readers and holds them until the difference is known.
//!
//! Roster rows become records, the others facts with numbers; a reference to a class or pupil that
//! nobody knows refuses the row. Marks that name no lesson wait for [`super::lessons`].
//!
//! Invariant: each data row is counted once as read, and at most once as rejected.

use super::names::Names;
use super::records::record_of;
use super::report::Report;
use lasna_domain::attendance::{MarkKind, Reason};
use lasna_domain::calendar::{Instant, TimeOfDay};
use lasna_domain::roster::RecordKind;
use lasna_formats::finding::{Finding, Severity};
use lasna_formats::rows::{ClassRow, Flow, MarkRow, Placed, Row, RowAbout, Sink};
use lasna_store::{EntityKind, FactRow, FactTable, Record};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Records by kind and id.
pub(crate) type Records = BTreeMap<RecordKind, BTreeMap<String, Record>>;

/// A fact with its place; `known_at` of the row counts only where `said`.
#[derive(Clone, Copy, Debug)]
pub(super) struct StagedFact {
    pub fact: FactRow,
    /// The source says when it became known.
    pub said: bool,
    /// Marks: the reason, 0 where unknown.
    pub reason: i32,
}

/// A mark that names no lesson of a class.
#[derive(Clone, Debug)]
pub(super) struct PendingMark {
    pub file: Rc<str>,
    pub row: u64,
    pub mark: MarkRow,
}

pub(super) struct Stage<'a> {
    pub names: Names,
    pub base: &'a Records,
    pub records: Records,
    /// Versions that the same input supersedes, with the instant they became known.
    pub earlier: Vec<(RecordKind, String, Record)>,
    pub facts: BTreeMap<FactTable, Vec<StagedFact>>,
    pub pending: Vec<PendingMark>,
    pub report: Report,
    /// Called with the rows read so far, now and then.
    pub progress: &'a mut dyn FnMut(u64),
    pub rows_read: u64,
    now: Instant,
    /// Kind of the row being read, and whether it has been rejected already.
    current: Option<(&'static str, bool)>,
}

impl<'a> Stage<'a> {
    pub fn new(
        names: Names,
        base: &'a Records,
        now: Instant,
        progress: &'a mut dyn FnMut(u64),
    ) -> Stage<'a> {
        Stage {
            names,
            base,
            records: Records::new(),
            earlier: Vec::new(),
            facts: BTreeMap::new(),
            pending: Vec::new(),
            report: Report::default(),
            progress,
            rows_read: 0,
            now,
            current: None,
        }
    }

    fn knows(&self, kind: RecordKind, id: &str) -> bool {
        let has = |records: &Records| records.get(&kind).is_some_and(|all| all.contains_key(id));
        has(&self.records) || has(self.base)
    }

    pub fn reject(&mut self, kind: &'static str, finding: Finding) {
        self.report.kinds.entry(kind).or_default().rejected += 1;
        self.report.note(finding);
    }

    fn unknown(
        &mut self,
        file: &str,
        row: u64,
        kind: &'static str,
        column: &str,
        code: &'static str,
        what: &str,
    ) {
        let message =
            format!("{what} is not in the roster: import the roster with it first, or mend the id");
        let finding = Finding {
            file: file.to_owned(),
            row,
            column: Some(column.to_owned()),
            code,
            severity: Severity::Rejected,
            message,
            values: Vec::new(),
        };
        self.mark_rejected();
        self.reject(kind, finding);
    }

    fn mark_rejected(&mut self) {
        if let Some((_, rejected)) = &mut self.current {
            *rejected = true;
        }
    }

    fn push(&mut self, table: FactTable, key: [i32; 4], values: [i32; 5], at: Option<Instant>) {
        let known_at = at.unwrap_or(self.now);
        let fact = FactRow {
            key,
            known_at,
            values,
            ..FactRow::default()
        };
        let staged = StagedFact {
            fact,
            said: at.is_some(),
            reason: 0,
        };
        self.facts.entry(table).or_default().push(staged);
    }

    /// Sets how the source keeps registers.
    pub fn set_presumed(&mut self, presumed: bool) {
        self.report.kinds.entry("settings").or_default().read += 1;
        self.push(
            FactTable::Setting,
            [0; 4],
            [presumed.into(), 0, 0, 0, 0],
            None,
        );
    }

    /// The key and values of a mark, once its lesson is known (`start` −1 for the day).
    pub fn push_mark(&mut self, mark: &MarkRow, start: i32, group: i32, hundredths: i32) {
        let pupil = self.names.give(EntityKind::Person, &mark.pupil) as i32;
        let source = self.names.give_some(EntityKind::Word, &mark.source_code);
        let (presence, approval, minutes) = mark.kind.map_or((-1, 0, -1), |kind: MarkKind| {
            (
                kind.presence().index() as i32,
                kind.approval().index() as i32,
                kind.minutes().map_or(-1, i32::from),
            )
        });
        let reason = if mark.kind.is_some() && mark.reason != Reason::Unknown {
            mark.reason.index() as i32
        } else {
            0
        };
        let fact = FactRow {
            key: [pupil, mark.day.0, start, group],
            known_at: mark.known_at.unwrap_or(self.now),
            values: [hundredths, presence, approval, minutes, source],
            ..FactRow::default()
        };
        let staged = StagedFact {
            fact,
            said: mark.known_at.is_some(),
            reason,
        };
        self.facts.entry(FactTable::Mark).or_default().push(staged);
    }

    fn take_mark(&mut self, file: &str, row: u64, mark: MarkRow) {
        if !self.knows(RecordKind::Person, &mark.pupil) {
            return self.unknown(file, row, "marks", "pupil", "R01", "this pupil");
        }
        match &mark.about {
            RowAbout::Day { hundredths } => {
                let hundredths = i32::from(*hundredths);
                self.push_mark(&mark, -1, 0, hundredths);
            }
            RowAbout::Lesson {
                class: Some(class),
                start,
            } => {
                if !self.knows(RecordKind::Group, class) {
                    return self.unknown(file, row, "marks", "class", "R02", "this class");
                }
                let group = self.names.give(EntityKind::Group, class) as i32;
                let start: TimeOfDay = *start;
                self.push_mark(&mark, i32::from(start.0), group, 100);
            }
            _ => {
                let file: Rc<str> = match self.pending.last() {
                    Some(last) if &*last.file == file => last.file.clone(),
                    _ => file.into(),
                };
                self.pending.push(PendingMark { file, row, mark });
            }
        }
    }

    fn take_fact(&mut self, file: &str, placed: Placed) {
        let row = placed.row;
        let school = |stage: &mut Self, school: &Option<String>| match school {
            Some(id) => stage.names.give(EntityKind::Org, id) as i32,
            None => 0,
        };
        match placed.value {
            Row::Calendar(r) => {
                if r.school
                    .as_deref()
                    .is_some_and(|id| !self.knows(RecordKind::Org, id))
                {
                    return self.unknown(file, row, "calendar", "school", "R03", "this school");
                }
                let school = school(self, &r.school);
                let label = self.names.give_some(EntityKind::Word, &r.label);
                let values = [r.school_day.into(), label, 0, 0, 0];
                self.push(
                    FactTable::Calendar,
                    [school, r.day.0, 0, 0],
                    values,
                    r.known_at,
                );
            }
            Row::Lesson(r) => {
                if !self.knows(RecordKind::Group, &r.class) {
                    return self.unknown(file, row, "lessons", "class", "R02", "this class");
                }
                let group = self.names.give(EntityKind::Group, &r.class) as i32;
                let subject = self.names.give_some(EntityKind::Subject, &r.subject);
                let teacher = self
                    .names
                    .give_some(EntityKind::Person, r.teacher.as_deref().unwrap_or(""));
                let values = [
                    i32::from(r.minutes),
                    subject,
                    teacher,
                    r.cancelled.into(),
                    0,
                ];
                let key = [group, r.day.0, i32::from(r.start.0), 0];
                self.push(FactTable::Lesson, key, values, r.known_at);
            }
            Row::Register(r) => {
                if !self.knows(RecordKind::Group, &r.class) {
                    return self.unknown(file, row, "registers", "class", "R02", "this class");
                }
                let group = self.names.give(EntityKind::Group, &r.class) as i32;
                let by = self
                    .names
                    .give_some(EntityKind::Person, r.by.as_deref().unwrap_or(""));
                let key = [group, r.day.0, i32::from(r.start.0), 0];
                self.push(
                    FactTable::Register,
                    key,
                    [r.taken.into(), by, 0, 0, 0],
                    r.known_at,
                );
            }
            Row::Mark(mark) => self.take_mark(file, row, mark),
            Row::Timetable(r) => {
                if !self.knows(RecordKind::Person, &r.pupil) {
                    return self.unknown(file, row, "timetables", "pupil", "R01", "this pupil");
                }
                let at = r.known_at;
                self.take_record(Row::Timetable(r), at);
            }
            Row::Class(class) if self.is_stub(file, &class) => {}
            other => self.take_record(other, None),
        }
    }

    /// Whether a class was made from an association of an interchange file, which knows only its
    /// id, while a fuller one is there.
    fn is_stub(&self, file: &str, class: &ClassRow) -> bool {
        file.ends_with(".xml")
            && class.title == class.id
            && self.knows(RecordKind::Group, &class.id)
    }

    fn take_record(&mut self, row: Row, said: Option<Instant>) {
        let entity = match &row {
            Row::Org(_) => Some(EntityKind::Org),
            Row::Class(_) => Some(EntityKind::Group),
            Row::User(_) => Some(EntityKind::Person),
            _ => None,
        };
        let known_at = said.unwrap_or(Instant::LATEST);
        if let Some((kind, id, record)) = record_of(row, known_at) {
            if let Some(entity) = entity {
                self.names.give(entity, &id);
            }
            let all = self.records.entry(kind).or_default();
            // Of two versions the one known later is the record, whichever row comes first.
            let (latest, old) = match all.remove(&id) {
                Some(there) if there.known_at > record.known_at => (there, Some(record)),
                there => (record, there),
            };
            all.insert(id.clone(), latest);
            if let Some(old) = old.filter(|old| old.known_at != Instant::LATEST) {
                self.earlier.push((kind, id, old));
            }
        }
    }
}

impl Sink for Stage<'_> {
    fn row(&mut self, file: &str, placed: Placed) -> Flow {
        self.take_fact(file, placed);
        Flow::On
    }

    fn read(&mut self, _file: &str, kind: &'static str) {
        self.current = Some((kind, false));
        self.report.kinds.entry(kind).or_default().read += 1;
        self.rows_read += 1;
        if self.rows_read.is_multiple_of(4096) {
            (self.progress)(self.rows_read);
        }
    }

    fn finding(&mut self, finding: Finding) -> Flow {
        if finding.severity == Severity::Rejected
            && let Some((kind, rejected)) = &mut self.current
            && !*rejected
        {
            *rejected = true;
            self.report.kinds.entry(kind).or_default().rejected += 1;
        }
        self.report.note(finding);
        Flow::On
    }

    fn unknown_code(&mut self, code: &str) {
        self.report.unknown_code(code);
    }
}
