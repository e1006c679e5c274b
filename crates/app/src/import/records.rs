//! Roster rows as records of the store, and back.
//!
//! Lists are joined by commas: the format forbids commas inside their items.
//!
//! Invariant: `row_of(kind, id, record_of(row)) == row`, so that an export gives back an import.

use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::roster::RecordKind;
use lasna_formats::rows::{
    ClassRow, CourseRow, DemographicsRow, EnrolmentRow, OrgRow, RoleRow, Row, RowState, SessionRow,
    TimetableRow, UserRow,
};
use lasna_store::Record;
use lasna_store::db::Value;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn maybe(text: Option<&String>) -> Value {
    text.map_or(Value::Null, |text| Value::Text(text.clone()))
}

fn day(day: Option<Day>) -> Value {
    day.map_or(Value::Null, |day| Value::Int(day.0.into()))
}

fn list(items: &[String]) -> Value {
    Value::Text(items.join(","))
}

fn flag(flag: bool) -> Value {
    Value::Int(flag.into())
}

fn pairs(pairs: &[(String, String)]) -> Value {
    let items: Vec<String> = pairs
        .iter()
        .map(|(kind, id)| format!("{{{kind}:{id}}}"))
        .collect();
    Value::Text(items.join(","))
}

/// A roster row as kind, id and record; `None` for rows that are facts.
pub(super) fn record_of(row: Row, known_at: Instant) -> Option<(RecordKind, String, Record)> {
    let (kind, id, state, values) = match row {
        Row::Org(r) => (RecordKind::Org, r.id.clone(), r.state, org_values(&r)),
        Row::Session(r) => (
            RecordKind::Session,
            r.id.clone(),
            r.state,
            session_values(&r),
        ),
        Row::Course(r) => (RecordKind::Course, r.id.clone(), r.state, course_values(&r)),
        Row::Class(r) => (RecordKind::Group, r.id.clone(), r.state, class_values(&r)),
        Row::User(r) => (RecordKind::Person, r.id.clone(), r.state, user_values(&r)),
        Row::Role(r) => (RecordKind::Role, r.id.clone(), r.state, role_values(&r)),
        Row::Enrolment(r) => {
            let values = enrolment_values(&r);
            (RecordKind::Enrolment, r.id, r.state, values)
        }
        Row::Demographics(r) => {
            let values = vec![day(r.birth_date), text(&r.sex)];
            (RecordKind::Demographics, r.id, r.state, values)
        }
        Row::Timetable(r) => {
            let values = timetable_values(&r);
            (RecordKind::Timetable, r.id, r.state, values)
        }
        Row::Calendar(_) | Row::Lesson(_) | Row::Register(_) | Row::Mark(_) => return None,
    };
    let ended = state == RowState::Ended;
    let record = Record {
        known_at,
        ended,
        values,
    };
    Some((kind, id, record))
}

fn org_values(r: &OrgRow) -> Vec<Value> {
    vec![
        text(&r.name),
        text(&r.kind),
        text(&r.identifier),
        maybe(r.parent.as_ref()),
    ]
}

fn session_values(r: &SessionRow) -> Vec<Value> {
    vec![
        text(&r.title),
        text(&r.kind),
        day(Some(r.span.from)),
        day(Some(r.span.to)),
        maybe(r.parent.as_ref()),
        Value::Int(r.school_year.into()),
        maybe(r.school.as_ref()),
    ]
}

fn course_values(r: &CourseRow) -> Vec<Value> {
    vec![
        text(&r.title),
        text(&r.code),
        list(&r.grades),
        text(&r.org),
        maybe(r.session.as_ref()),
        list(&r.subjects),
    ]
}

fn class_values(r: &ClassRow) -> Vec<Value> {
    vec![
        text(&r.title),
        text(&r.code),
        text(&r.kind),
        list(&r.grades),
        maybe(r.course.as_ref()),
        text(&r.school),
        list(&r.terms),
        list(&r.subjects),
    ]
}

fn user_values(r: &UserRow) -> Vec<Value> {
    vec![
        flag(r.enabled),
        text(&r.given_name),
        text(&r.family_name),
        text(&r.middle_name),
        text(&r.preferred_given_name),
        text(&r.preferred_family_name),
        text(&r.username),
        text(&r.identifier),
        pairs(&r.user_ids),
        list(&r.agents),
        list(&r.grades),
        maybe(r.primary_org.as_ref()),
    ]
}

fn role_values(r: &RoleRow) -> Vec<Value> {
    vec![
        text(&r.user),
        flag(r.primary),
        text(&r.role),
        text(&r.org),
        day(r.from),
        day(r.to),
    ]
}

fn enrolment_values(r: &EnrolmentRow) -> Vec<Value> {
    vec![
        text(&r.class),
        text(&r.school),
        text(&r.user),
        text(&r.role),
        flag(r.primary),
        day(r.from),
        day(r.to),
    ]
}

fn timetable_values(r: &TimetableRow) -> Vec<Value> {
    vec![
        text(&r.pupil),
        day(Some(r.span.from)),
        day(Some(r.span.to)),
        Value::Int(r.weekdays.into()),
        Value::Int(r.start_from.0.into()),
        Value::Int(r.start_to.0.into()),
        maybe(r.subject.as_ref()),
        Value::Int(r.minutes.into()),
    ]
}

/// Fields of a stored record, by place; a wrong type reads as nothing, since the columns are typed.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub &'a [Value]);

impl Fields<'_> {
    pub fn text(&self, at: usize) -> String {
        self.maybe(at).unwrap_or_default()
    }

    pub fn str(&self, at: usize) -> &str {
        match self.0.get(at) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    pub fn maybe(&self, at: usize) -> Option<String> {
        match self.0.get(at) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    pub fn int(&self, at: usize) -> Option<i64> {
        match self.0.get(at) {
            Some(Value::Int(n)) => Some(*n),
            _ => None,
        }
    }

    pub fn day(&self, at: usize) -> Option<Day> {
        self.int(at).and_then(|n| i32::try_from(n).ok()).map(Day)
    }

    pub fn small<T: TryFrom<i64> + Default>(&self, at: usize) -> T {
        self.int(at)
            .and_then(|n| T::try_from(n).ok())
            .unwrap_or_default()
    }

    pub fn flag(&self, at: usize) -> bool {
        self.int(at) == Some(1)
    }

    pub fn list(&self, at: usize) -> Vec<String> {
        self.str(at)
            .split(',')
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn pairs(&self, at: usize) -> Vec<(String, String)> {
        self.list(at)
            .iter()
            .filter_map(|item| item.strip_prefix('{')?.strip_suffix('}')?.split_once(':'))
            .map(|(kind, id)| (kind.to_owned(), id.to_owned()))
            .collect()
    }

    pub fn span(&self, from: usize, to: usize) -> Span {
        Span {
            from: self.day(from).unwrap_or(Day(i32::MIN / 2)),
            to: self.day(to).unwrap_or(Day(i32::MAX)),
        }
    }
}

/// A stored record as the row it came from.
pub(crate) fn row_of(kind: RecordKind, id: &str, record: &Record) -> Row {
    let f = Fields(&record.values);
    let id = id.to_owned();
    let state = if record.ended {
        RowState::Ended
    } else {
        RowState::Active
    };
    match kind {
        RecordKind::Org => Row::Org(OrgRow {
            id,
            state,
            name: f.text(0),
            kind: f.text(1),
            identifier: f.text(2),
            parent: f.maybe(3),
        }),
        RecordKind::Session => Row::Session(SessionRow {
            id,
            state,
            title: f.text(0),
            kind: f.text(1),
            span: f.span(2, 3),
            parent: f.maybe(4),
            school_year: f.small(5),
            school: f.maybe(6),
        }),
        RecordKind::Course => Row::Course(CourseRow {
            id,
            state,
            title: f.text(0),
            code: f.text(1),
            grades: f.list(2),
            org: f.text(3),
            session: f.maybe(4),
            subjects: f.list(5),
        }),
        RecordKind::Group => Row::Class(ClassRow {
            id,
            state,
            title: f.text(0),
            code: f.text(1),
            kind: f.text(2),
            grades: f.list(3),
            course: f.maybe(4),
            school: f.text(5),
            terms: f.list(6),
            subjects: f.list(7),
        }),
        RecordKind::Person => Row::User(user_of(id, state, &f)),
        RecordKind::Role => Row::Role(RoleRow {
            id,
            state,
            user: f.text(0),
            primary: f.flag(1),
            role: f.text(2),
            org: f.text(3),
            from: f.day(4),
            to: f.day(5),
        }),
        RecordKind::Enrolment => Row::Enrolment(EnrolmentRow {
            id,
            state,
            class: f.text(0),
            school: f.text(1),
            user: f.text(2),
            role: f.text(3),
            primary: f.flag(4),
            from: f.day(5),
            to: f.day(6),
        }),
        RecordKind::Demographics => Row::Demographics(DemographicsRow {
            id,
            state,
            birth_date: f.day(0),
            sex: f.text(1),
        }),
        RecordKind::Timetable => Row::Timetable(TimetableRow {
            id,
            state,
            pupil: f.text(0),
            span: f.span(1, 2),
            weekdays: f.small(3),
            start_from: TimeOfDay(f.small(4)),
            start_to: TimeOfDay(f.small(5)),
            subject: f.maybe(6),
            minutes: f.small(7),
            known_at: Some(record.known_at),
        }),
    }
}

fn user_of(id: String, state: RowState, f: &Fields<'_>) -> UserRow {
    UserRow {
        id,
        state,
        enabled: f.flag(0),
        given_name: f.text(1),
        family_name: f.text(2),
        middle_name: f.text(3),
        preferred_given_name: f.text(4),
        preferred_family_name: f.text(5),
        username: f.text(6),
        identifier: f.text(7),
        user_ids: f.pairs(8),
        agents: f.list(9),
        grades: f.list(10),
        primary_org: f.maybe(11),
    }
}
