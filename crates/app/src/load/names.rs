//! What schools, groups and people are called, and who teaches and leads what.
//!
//! Invariant: a name is only for showing; nothing is decided or found by it.

use super::{Loaded, Roster};
use crate::import::records::Fields;
use lasna_domain::calendar::TimeOfDay;
use lasna_domain::ids::{GroupNo, OrgNo, PersonNo, SchoolNo, SubjectNo};
use lasna_domain::roster::RecordKind;
use lasna_store::db::DbError;
use lasna_store::{EntityKind, FactRow, Record};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What things are called, by number; empty where nothing is known.
#[derive(Debug, Default)]
pub struct Names {
    orgs: Vec<String>,
    groups: Vec<String>,
    /// Given name and family name.
    people: Vec<(String, String)>,
    subjects: Vec<String>,
}

/// Who teaches and leads what, and where groups belong.
#[derive(Debug, Default)]
pub struct Staff {
    /// Groups with lessons of a teacher in the year.
    pub teaches: BTreeMap<PersonNo, BTreeSet<GroupNo>>,
    /// Own classes of a teacher.
    pub leads: BTreeMap<PersonNo, BTreeSet<GroupNo>>,
    /// The school of each group.
    pub schools: BTreeMap<GroupNo, SchoolNo>,
    /// Own classes, as opposed to teaching groups.
    pub homerooms: BTreeSet<GroupNo>,
    /// Grades of own classes; 0 where a class is of both lower and upper grades, or says none.
    pub grades: BTreeMap<GroupNo, u8>,
}

fn at(names: &[String], index: usize) -> &str {
    names.get(index).map_or("", String::as_str)
}

impl Names {
    /// What a school is called.
    pub fn org(&self, no: OrgNo) -> &str {
        at(&self.orgs, no.index())
    }

    /// What a class or group is called.
    pub fn group(&self, no: GroupNo) -> &str {
        at(&self.groups, no.index())
    }

    /// The source's word for a subject.
    pub fn subject(&self, no: SubjectNo) -> &str {
        at(&self.subjects, no.index())
    }

    /// Given name, then family name.
    pub fn person(&self, no: PersonNo) -> String {
        let (given, family) = self.parts(no);
        format!("{given} {family}").trim().to_owned()
    }

    /// Family name, given name: as registers sort.
    pub fn listed(&self, no: PersonNo) -> String {
        match self.parts(no) {
            ("", only) | (only, "") => only.to_owned(),
            (given, family) => format!("{family}, {given}"),
        }
    }

    /// The given name.
    pub fn given(&self, no: PersonNo) -> &str {
        self.parts(no).0
    }

    fn parts(&self, no: PersonNo) -> (&str, &str) {
        let parts = self.people.get(no.index());
        parts.map_or(("", ""), |(given, family)| (given, family))
    }
}

impl Staff {
    /// Who leads a class: the first by number where there are more.
    pub fn leader(&self, class: GroupNo) -> Option<PersonNo> {
        let mut all = self.leads.iter();
        all.find(|(_, classes)| classes.contains(&class))
            .map(|(person, _)| *person)
    }

    /// The grade of an own class; 0 where it is not known.
    pub fn grade(&self, class: GroupNo) -> u8 {
        self.grades.get(&class).copied().unwrap_or_default()
    }

    /// Own classes of a school, by number.
    pub fn classes(&self, school: SchoolNo) -> impl Iterator<Item = GroupNo> + '_ {
        let own = move |class: &&GroupNo| self.schools.get(class) == Some(&school);
        self.homerooms.iter().filter(own).copied()
    }
}

/// The lowest grade of a class whose grades have the same kind of teacher: 1 to 6, or 7 to 9.
fn grade_of(grades: &[String]) -> u8 {
    let grades = grades.iter().filter_map(|text| text.parse().ok());
    let grades: BTreeSet<u8> = grades.filter(|grade| (1..=9).contains(grade)).collect();
    match (grades.first(), grades.last()) {
        (Some(&low), Some(&high)) if (low > 6) == (high > 6) => low,
        _ => 0,
    }
}

fn put<T: Default>(list: &mut Vec<T>, index: usize, value: T) {
    if list.len() <= index {
        list.resize_with(index + 1, T::default);
    }
    list[index] = value;
}

impl Roster<'_, '_> {
    pub(super) fn names(
        &mut self,
        loaded: &mut Loaded,
        orgs: &BTreeMap<String, Record>,
    ) -> Result<(), DbError> {
        let numbers = EntityKind::Org.numbers(self.read, self.scope)?;
        for (id, org) in orgs {
            if let Some(&no) = numbers.get(id) {
                let name = Fields(&org.values).str(0).to_owned();
                put(&mut loaded.names.orgs, no as usize, name);
            }
        }
        loaded.names.subjects = EntityKind::Subject.ids(self.read, self.scope)?;
        let school_nos = numbers;
        let numbers = EntityKind::Group.numbers(self.read, self.scope)?;
        for (id, group) in self.records(RecordKind::Group)? {
            let Some(&no) = numbers.get(&id) else {
                continue;
            };
            let fields = Fields(&group.values);
            put(
                &mut loaded.names.groups,
                no as usize,
                fields.str(0).to_owned(),
            );
            if fields.str(2) == "homeroom" && !group.ended {
                loaded.staff.homerooms.insert(GroupNo(no));
                let grade = grade_of(&fields.list(3));
                loaded.staff.grades.insert(GroupNo(no), grade);
            }
            if let Some(&school) = school_nos.get(fields.str(5)) {
                loaded.staff.schools.insert(GroupNo(no), OrgNo(school));
            }
        }
        let numbers = EntityKind::Person.numbers(self.read, self.scope)?;
        for (id, person) in self.records(RecordKind::Person)? {
            if let Some(&no) = numbers.get(&id) {
                let fields = Fields(&person.values);
                let pick = |preferred: usize, own: usize| {
                    let preferred = fields.str(preferred);
                    let name = if preferred.is_empty() {
                        fields.str(own)
                    } else {
                        preferred
                    };
                    name.to_owned()
                };
                let name = (pick(4, 1), pick(5, 2));
                put(&mut loaded.names.people, no as usize, name);
            }
        }
        Ok(())
    }

    /// Notes whom an enrolment of a teacher makes the leader of a class.
    pub(super) fn leads(
        &self,
        loaded: &mut Loaded,
        group_nos: &HashMap<String, u32>,
        person_nos: &HashMap<String, u32>,
        groups: &BTreeMap<String, Record>,
        enrolment: Fields<'_>,
    ) {
        let (Some(&group), Some(&person)) = (
            group_nos.get(enrolment.str(0)),
            person_nos.get(enrolment.str(2)),
        ) else {
            return;
        };
        let homeroom = groups
            .get(enrolment.str(0))
            .is_some_and(|class| Fields(&class.values).str(2) == "homeroom");
        if homeroom {
            let leads = loaded.staff.leads.entry(PersonNo(person)).or_default();
            leads.insert(GroupNo(group));
        }
    }
}

/// Notes whose lesson it is.
pub(super) fn teaches(staff: &mut Staff, row: &FactRow) {
    let (group, teacher) = (GroupNo(row.key[0] as u32), PersonNo(row.values[2] as u32));
    if teacher.0 != 0 && row.values[3] == 0 {
        staff.teaches.entry(teacher).or_default().insert(group);
    }
}

/// A lesson with its teacher, as a day's timetable shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TaughtLesson {
    pub day: lasna_domain::calendar::Day,
    pub start: TimeOfDay,
    pub group: GroupNo,
    pub minutes: u16,
    pub subject: SubjectNo,
    pub teacher: PersonNo,
}

#[cfg(test)]
mod tests {
    use super::grade_of;

    #[test]
    fn a_class_of_lower_and_upper_grades_has_no_grade() {
        let of = |grades: &[&str]| {
            let grades: Vec<String> = grades.iter().map(ToString::to_string).collect();
            grade_of(&grades)
        };
        assert_eq!(of(&["05"]), 5);
        assert_eq!(of(&["6", "5"]), 5);
        assert_eq!(of(&["9"]), 9);
        assert_eq!(of(&["6", "7"]), 0);
        assert_eq!(of(&["KG"]), 0);
        assert_eq!(of(&[]), 0);
    }
}
