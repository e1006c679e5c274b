//! The named staff of the town, and teachers who owe registers.
//!
//! What it is not: accounts; those who show the town make them from this.
//!
//! Invariant: whoever is named with an id is in the roster under that id.

use super::{HARJUNRINNE, KUUSIKKO, STRANDSKOLAN, TownStaff};
use crate::people::Person;
use crate::plan::{Plan, SchoolPlan};
use crate::roster::PROVIDER;

/// Teachers beside the class teachers, so that all lessons of a time find somebody.
pub(super) const TEACHERS_MORE: usize = 6;
/// Place of the demo teacher among the teachers of the main school: that of class 8B.
pub(super) const DEMO_TEACHER: usize = 19;

/// One named person: roles in the town, the word of the roster, the school, and the end of the id.
struct Named {
    roles: &'static [&'static str],
    word: &'static str,
    school: Option<usize>,
    end: &'static str,
    given: &'static str,
    family: &'static str,
    language: &'static str,
}

const fn named(
    roles: &'static [&'static str],
    word: &'static str,
    (school, end): (Option<usize>, &'static str),
    (given, family): (&'static str, &'static str),
    language: &'static str,
) -> Named {
    Named {
        roles,
        word,
        school,
        end,
        given,
        family,
        language,
    }
}

const NAMED: [Named; 8] = [
    named(
        &["teacher", "class_teacher"],
        "teacher",
        (Some(KUUSIKKO), "t20"),
        ("Liisa", "Mäkinen"),
        "fi",
    ),
    named(
        &["sky_worker"],
        "counselor",
        (Some(KUUSIKKO), "k1"),
        ("Aino", "Salmi"),
        "fi",
    ),
    named(
        &["principal"],
        "principal",
        (Some(KUUSIKKO), "r1"),
        ("Petri", "Halonen"),
        "fi",
    ),
    named(
        &["principal"],
        "principal",
        (Some(STRANDSKOLAN), "r1"),
        ("Maria", "Lindqvist"),
        "sv",
    ),
    named(
        &["sky_worker"],
        "counselor",
        (Some(STRANDSKOLAN), "k1"),
        ("Emma", "Holm"),
        "sv",
    ),
    named(
        &["coordinator"],
        "districtAdministrator",
        (None, "c1"),
        ("Sanna", "Virtanen"),
        "fi",
    ),
    named(
        &["administrator"],
        "systemAdministrator",
        (None, "a1"),
        ("Jukka", "Nieminen"),
        "fi",
    ),
    named(
        &["substitute"],
        "teacher",
        (Some(KUUSIKKO), "v1"),
        ("Onni", "Laakso"),
        "fi",
    ),
];

impl Named {
    fn id(&self, plan: &Plan) -> String {
        let of = self
            .school
            .map_or(PROVIDER, |school| plan.schools[school].id.as_str());
        format!("{of}-{}", self.end)
    }

    fn person(&self, plan: &Plan) -> Person {
        Person {
            id: self.id(plan),
            given: self.given,
            family: self.family,
            role: self.word,
        }
    }
}

/// Puts the named people in the place of the drawn ones of a school, and adds those who are new.
pub(crate) fn rename(plan: &Plan, school: &SchoolPlan, people: &mut Vec<Person>) {
    let here = |named: &&Named| named.school == Some(school.no as usize);
    for person in NAMED.iter().filter(here).map(|named| named.person(plan)) {
        match people.iter_mut().find(|other| other.id == person.id) {
            Some(place) => *place = person,
            None => people.push(person),
        }
    }
}

/// The people of the provider itself, who are there in the town only.
pub(crate) fn of_provider(plan: &Plan) -> Vec<Person> {
    let named = NAMED.iter().filter(|named| named.school.is_none());
    match plan.town {
        Some(_) => named.map(|named| named.person(plan)).collect(),
        None => Vec::new(),
    }
}

/// The named staff for those who show the town; a person has a row for each role.
pub(super) fn list(plan: &Plan) -> Vec<TownStaff> {
    let rows = |named: &'static Named| {
        named.roles.iter().map(move |&role| TownStaff {
            role,
            person: Some(named.id(plan)),
            name: format!("{} {}", named.given, named.family),
            school: named.school.map(|school| plan.schools[school].id.clone()),
            language: named.language,
        })
    };
    NAMED.iter().flat_map(rows).collect()
}

/// Whether a teacher forgets registers of late.
pub(super) const fn is_debtor(school: usize, teacher: u16) -> bool {
    match school {
        KUUSIKKO => matches!(teacher, 3 | 14 | 23 | 28),
        HARJUNRINNE => matches!(teacher, 5 | 17),
        _ => teacher == 6,
    }
}
