//! Who is still here, and on which day the others left.
//!
//! A pupil or teacher is here as long as an enrolment runs; where the source ended the person or the
//! enrolment, until it became known. A guardian is here as long as one of the children is.
//!
//! Invariant: of whom nothing says that they left, it is not assumed.

use crate::AppError;
use crate::import::records::Fields;
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PersonNo;
use lasna_domain::roster::RecordKind;
use lasna_store::db::Read;
use lasna_store::retention::PersonTable;
use lasna_store::{Batch, Record, Visible};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Somebody with a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub no: PersonNo,
    pub id: String,
    /// `None` while the person is here.
    pub left: Option<Day>,
}

/// The last day of what was said: a later one wins, and what is open wins over all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    On(Day),
    Open,
}

impl Last {
    fn or(self, other: Last) -> Last {
        match (self, other) {
            (Last::On(a), Last::On(b)) => Last::On(a.max(b)),
            _ => Last::Open,
        }
    }
}

/// Whether a role is one that a child brings along.
fn is_of_family(role: &str) -> bool {
    matches!(role, "guardian" | "parent" | "relative")
}

fn ends_of_groups(
    groups: &BTreeMap<String, Record>,
    sessions: &BTreeMap<String, Record>,
) -> HashMap<String, Day> {
    let end = |term: &String| sessions.get(term).and_then(|s| Fields(&s.values).day(3));
    groups
        .iter()
        .filter_map(|(id, group)| {
            let terms = Fields(&group.values).list(6);
            Some((id.clone(), terms.iter().filter_map(end).max()?))
        })
        .collect()
}

/// Everybody who was not erased, with the day on which they left.
pub(super) fn people(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<Person>, AppError> {
    let batches = Batch::list(read, scope.provider())?;
    let visible = Visible::of(&batches, Instant::LATEST);
    let mut records = |kind| Record::in_sight(read, scope, kind, &visible);
    let (people, enrolments) = (
        records(RecordKind::Person)?,
        records(RecordKind::Enrolment)?,
    );
    let (roles, groups) = (records(RecordKind::Role)?, records(RecordKind::Group)?);
    let ends = ends_of_groups(&groups, &records(RecordKind::Session)?);
    let mut last: HashMap<String, Last> = HashMap::new();
    let mut say = |person: &str, one: Last| {
        let known = last.entry(person.to_owned()).or_insert(one);
        *known = known.or(one);
    };
    for record in enrolments.values() {
        let f = Fields(&record.values);
        let end = match (record.ended, f.day(6)) {
            (true, end) => Some(
                record
                    .known_at
                    .day_in_finland()
                    .min(end.unwrap_or(Day(i32::MAX))),
            ),
            (false, Some(end)) => Some(end),
            (false, None) => ends.get(f.str(0)).copied(),
        };
        say(f.str(2), end.map_or(Last::Open, Last::On));
    }
    let mut of_family: HashSet<String> = HashSet::new();
    let mut of_pupils: HashMap<String, Last> = HashMap::new();
    for record in roles.values() {
        let f = Fields(&record.values);
        if is_of_family(f.str(2)) {
            of_family.insert(f.text(0));
            continue;
        }
        let end = match record.ended {
            true => Some(record.known_at.day_in_finland()),
            false => f.day(5),
        };
        let one = end.map_or(Last::Open, Last::On);
        // Staff is here without a class too; a pupil's role speaks where no enrolment does.
        let all = match f.str(2) {
            "student" => &mut of_pupils,
            _ => &mut last,
        };
        let known = all.entry(f.text(0)).or_insert(one);
        *known = known.or(one);
    }
    for (id, one) in of_pupils {
        last.entry(id).or_insert(one);
    }
    for (id, record) in people.iter().filter(|(_, record)| record.ended) {
        let known = Last::On(record.known_at.day_in_finland());
        last.insert(id.clone(), known);
    }
    families(read, scope, (&people, &of_family), &mut last)?;
    let undone = batches.iter().filter_map(|batch| batch.undone_at).max();
    let everybody = PersonTable::everybody(read, scope)?;
    Ok(everybody
        .into_iter()
        .map(|(no, id)| {
            let left = match last.get(&id) {
                Some(Last::On(day)) => Some(*day),
                Some(Last::Open) => None,
                // In no import in force: what undone ones brought.
                None if !people.contains_key(&id) => undone.map(Instant::day_in_finland),
                None => None,
            };
            Person { no, id, left }
        })
        .collect())
}

/// Adults who are here for a child only leave with the last of the children.
fn families(
    read: &mut Read<'_>,
    scope: &Scope,
    (people, of_family): (&BTreeMap<String, Record>, &HashSet<String>),
    last: &mut HashMap<String, Last>,
) -> Result<(), AppError> {
    let ids: HashMap<PersonNo, String> = PersonTable::everybody(read, scope)?.into_iter().collect();
    let mut tied: HashMap<String, HashSet<String>> = HashMap::new();
    let mut tie = |one: &str, other: &str| {
        tied.entry(one.to_owned())
            .or_default()
            .insert(other.to_owned());
    };
    for (child, adult) in PersonTable::pairs(read, scope)? {
        if let (Some(child), Some(adult)) = (ids.get(&child), ids.get(&adult)) {
            tie(adult, child);
        }
    }
    for (id, record) in people {
        for other in Fields(&record.values).list(9) {
            tie(id, &other);
            tie(&other, id);
        }
    }
    let mut found = Vec::new();
    for (id, record) in people {
        let adult = of_family.contains(id) || tied.contains_key(id);
        if last.contains_key(id) || !adult {
            continue;
        }
        let children = tied.get(id).into_iter().flatten();
        let children: Vec<Last> = children
            .filter_map(|child| last.get(child).copied())
            .collect();
        // Without a child that is known any more: since the person was last spoken of.
        let heard = Last::On(record.known_at.day_in_finland());
        found.push((
            id.clone(),
            children.into_iter().reduce(Last::or).unwrap_or(heard),
        ));
    }
    last.extend(found);
    Ok(())
}
