//! Facts of a school year out of the store: calendar, lessons, registers, marks.
//!
//! Invariant: of each key the last row in sight is taken, in order of the key.

use super::{Loaded, Roster};
use lasna_domain::access::Reach;
use lasna_domain::attendance::{
    Approval, CalendarDay, Enrolment, Facts, Lesson, Mark, MarkAbout, MarkKind, Presence, Reason,
    Register,
};
use lasna_domain::calendar::{Day, Span, TimeOfDay};
use lasna_domain::ids::{GroupNo, OrgNo, PersonNo, SchoolNo, SubjectNo};
use lasna_store::db::DbError;
use lasna_store::{FactRow, FactTable};
use std::collections::HashSet;

/// Whose facts are kept; `None` keeps all.
pub(super) struct Kept {
    pupils: HashSet<PersonNo>,
    groups: HashSet<GroupNo>,
}

impl Kept {
    /// Drops the enrolments of schools that no pupil of the scope's school was in.
    ///
    /// Whole schools are kept, since a school's lessons say whether its days are by the norm.
    pub(super) fn of(reach: Reach, enrolments: &mut Vec<Enrolment>) -> Option<Kept> {
        let own = |enrolment: &&Enrolment| match reach {
            Reach::Provider => true,
            Reach::School(school) => enrolment.school == school,
            Reach::Group(group) => enrolment.group == group,
            Reach::Pupil(pupil) => enrolment.pupil == pupil,
        };
        if reach == Reach::Provider {
            return None;
        }
        let pupils: HashSet<PersonNo> = enrolments
            .iter()
            .filter(own)
            .map(|enrolment| enrolment.pupil)
            .collect();
        let schools: HashSet<SchoolNo> = enrolments
            .iter()
            .filter(|enrolment| pupils.contains(&enrolment.pupil))
            .map(|enrolment| enrolment.school)
            .collect();
        enrolments.retain(|enrolment| schools.contains(&enrolment.school));
        let groups = enrolments.iter().map(|enrolment| enrolment.group).collect();
        Some(Kept { pupils, groups })
    }
}

impl Roster<'_, '_> {
    pub(super) fn facts(
        &mut self,
        loaded: &mut Loaded,
        year: Span,
        kept: Option<&Kept>,
    ) -> Result<(), DbError> {
        let of_group = |no: i32| kept.is_none_or(|kept| kept.groups.contains(&GroupNo(no as u32)));
        let (facts, staff) = (&mut loaded.facts, &mut loaded.staff);
        self.last_of(FactTable::Calendar, year, |row, replaces| {
            let school = (row.key[0] != 0).then_some(OrgNo(row.key[0] as u32));
            let day = CalendarDay {
                school,
                day: Day(row.key[1]),
                school_day: row.values[0] == 1,
                known_at: row.known_at,
            };
            put(&mut facts.calendar, day, replaces);
        })?;
        self.last_of(FactTable::Lesson, year, |row, replaces| {
            if !of_group(row.key[0]) {
                return;
            }
            super::names::teaches(staff, &row);
            let lesson = Lesson {
                group: GroupNo(row.key[0] as u32),
                day: Day(row.key[1]),
                start: TimeOfDay(row.key[2] as u16),
                minutes: row.values[0] as u16,
                subject: SubjectNo(row.values[1] as u32),
                cancelled: row.values[3] == 1,
                known_at: row.known_at,
            };
            put(&mut facts.lessons, lesson, replaces);
        })?;
        self.last_of(FactTable::Register, year, |row, replaces| {
            if !of_group(row.key[0]) {
                return;
            }
            let register = Register {
                group: GroupNo(row.key[0] as u32),
                day: Day(row.key[1]),
                start: TimeOfDay(row.key[2] as u16),
                taken: row.values[0] == 1,
                known_at: row.known_at,
            };
            put(&mut facts.registers, register, replaces);
        })?;
        self.marks(facts, year, kept)
    }

    fn marks(&mut self, facts: &mut Facts, year: Span, kept: Option<&Kept>) -> Result<(), DbError> {
        let mut reasons: Vec<FactRow> = Vec::new();
        let reason_table = FactTable::Reason;
        FactRow::each_of_days(
            self.read,
            self.scope,
            reason_table,
            self.visible,
            year,
            |row| {
                reasons.push(row);
                Ok::<(), DbError>(())
            },
        )?;
        let mut next = 0;
        let marks = &mut facts.marks;
        self.last_of(FactTable::Mark, year, |row, replaces| {
            let pupil = PersonNo(row.key[0] as u32);
            if kept.is_some_and(|kept| !kept.pupils.contains(&pupil)) {
                return;
            }
            let id = (row.key, row.known_at, row.batch);
            while reasons
                .get(next)
                .is_some_and(|r| (r.key, r.known_at, r.batch) < id)
            {
                next += 1;
            }
            let reason = reasons
                .get(next)
                .filter(|r| (r.key, r.known_at, r.batch) == id)
                .and_then(|r| Reason::ALL.get(r.values[0] as usize).copied())
                .unwrap_or(Reason::Unknown);
            put(marks, mark_of(&row, reason), replaces);
        })
    }

    /// Hands over every row in sight; `true` where it replaces the one before (same key).
    fn last_of(
        &mut self,
        table: FactTable,
        year: Span,
        mut take: impl FnMut(FactRow, bool),
    ) -> Result<(), DbError> {
        let mut key = None;
        FactRow::each_of_days(self.read, self.scope, table, self.visible, year, |row| {
            let replaces = key == Some(row.key);
            key = Some(row.key);
            take(row, replaces);
            Ok::<(), DbError>(())
        })
    }
}

fn put<T>(list: &mut Vec<T>, item: T, replaces: bool) {
    if replaces {
        list.pop();
    }
    list.push(item);
}

pub(crate) fn mark_of(row: &FactRow, reason: Reason) -> Mark {
    let [hundredths, presence, approval, minutes, _] = row.values;
    let kind = usize::try_from(presence).ok().and_then(|presence| {
        let presence = *Presence::ALL.get(presence)?;
        let approval = *Approval::ALL.get(approval as usize)?;
        MarkKind::new(presence, approval, u16::try_from(minutes).ok()).ok()
    });
    let about = match row.key[2] {
        -1 => MarkAbout::Day {
            hundredths: hundredths as u8,
        },
        start => MarkAbout::Lesson {
            group: GroupNo(row.key[3] as u32),
            start: TimeOfDay(start as u16),
        },
    };
    Mark {
        pupil: PersonNo(row.key[0] as u32),
        day: Day(row.key[1]),
        about,
        known_at: row.known_at,
        kind,
        reason,
    }
}
