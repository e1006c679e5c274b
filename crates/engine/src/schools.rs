//! The school days and school years that columns are built on.
//!
//! A school's own calendar goes before the common one; where no calendar of the year is known, every
//! day with a lesson that is held is a school day.
//!
//! Invariant: a school day here is one for the plain view of `lasna-domain`.

use crate::build::Builder;
use lasna_domain::attendance::{School, SchoolYear};
use lasna_domain::ids::{GroupNo, SchoolNo};
use std::collections::{BTreeSet, HashMap};

impl Builder<'_> {
    /// School days of every school with pupils, and which schools have lessons this year.
    pub(crate) fn prepare_schools(&mut self) {
        let facts = self.facts;
        let mut group_schools: HashMap<GroupNo, Vec<SchoolNo>> = HashMap::new();
        let mut schools: BTreeSet<SchoolNo> = facts.schools.iter().map(|s| s.no).collect();
        for enrolment in &facts.enrolments {
            schools.insert(enrolment.school);
            let known = group_schools.entry(enrolment.group).or_default();
            if !known.contains(&enrolment.school) {
                known.push(enrolment.school);
            }
        }
        let mut held: HashMap<SchoolNo, Vec<bool>> = HashMap::new();
        for lesson in facts
            .lessons
            .iter()
            .filter(|lesson| self.year.contains(lesson.day))
        {
            for &school in group_schools.get(&lesson.group).into_iter().flatten() {
                // The key alone says that the school has lessons this year.
                let days = held
                    .entry(school)
                    .or_insert_with(|| vec![false; self.length()]);
                days[self.offset(lesson.day)] |= !lesson.cancelled;
            }
        }
        let mut own: HashMap<Option<SchoolNo>, Vec<Option<bool>>> = HashMap::new();
        for day in facts
            .calendar
            .iter()
            .filter(|day| self.year.contains(day.day))
        {
            let offset = self.offset(day.day);
            own.entry(day.school)
                .or_insert_with(|| vec![None; self.length()])[offset] = Some(day.school_day);
        }
        let common = own.get(&None);
        for &school in &schools {
            let mine = own.get(&Some(school));
            let lessons = held
                .get(&school)
                .filter(|_| mine.is_none() && common.is_none());
            let days: Vec<bool> = (0..self.length())
                .map(|offset| {
                    mine.and_then(|days| days[offset])
                        .or_else(|| common.and_then(|days| days[offset]))
                        .unwrap_or_else(|| lessons.is_some_and(|days| days[offset]))
                })
                .collect();
            self.school_days.insert(school, days);
        }
        self.lesson_schools.extend(held.keys());
        let described: HashMap<SchoolNo, &School> = facts
            .schools
            .iter()
            .map(|school| (school.no, school))
            .collect();
        for &no in &schools {
            let plain = School {
                no,
                ..School::default()
            };
            let school = described.get(&no).copied().unwrap_or(&plain);
            if school.presumed {
                self.presumed.insert(no);
            }
            let days = &self.school_days[&no];
            let year = SchoolYear::new(school, self.year, |day| days[self.offset(day)]);
            self.engine.years.insert(no, year);
        }
    }
}
