//! Facts of one school year out of the store, as known on an instant, ready for the engine.
//!
//! Records become typed facts here: an enrolment or person that the source has ended counts up to
//! the day on which that became known. Of each fact the last row in sight is taken, so the lists are
//! sorted and hold one version of each, as `Engine::build` wants them.
//!
//! Invariant: numbers of people, classes, schools and subjects are the store's, so two readings can
//! be compared; those of enrolments and exceptions only put them in order.

mod facts;
mod names;

pub(crate) use facts::mark_of;
pub use names::{Names, Staff, TaughtLesson};

use crate::import::records::Fields;
use crate::{App, AppError};
use facts::Kept;
use lasna_domain::access::{Reach, Scope};
use lasna_domain::attendance::{Enrolment, Facts, School, TimetableException};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay, school_year_of};
use lasna_domain::ids::{EnrolmentNo, GroupNo, OrgNo, PersonNo, SchoolNo, SubjectNo};
use lasna_domain::roster::RecordKind;
use lasna_domain::signals::Act;
use lasna_store::db::{DbError, Read};
use lasna_store::retention::RetentionRun;
use lasna_store::{
    Batch, EntityKind, FactRow, FactTable, Record, RegisterSave, StoredAct, Visible,
};
use std::collections::{BTreeMap, HashMap};

/// Facts with the source ids of their numbers.
#[derive(Debug, Default)]
pub struct Loaded {
    /// One version of each fact.
    pub facts: Facts,
    /// The school year.
    pub year: Option<Span>,
    /// Source ids by number.
    pub orgs: Vec<String>,
    /// Source ids by number.
    pub groups: Vec<String>,
    /// Source ids by number.
    pub people: Vec<String>,
    /// What the provider calls itself: the id of its one district, else `provider`.
    pub provider: String,
    /// Numbers of schools.
    pub schools: Vec<SchoolNo>,
    /// The imports that there were, undone ones too.
    pub batches: Vec<Batch>,
    /// What things are called.
    pub names: Names,
    /// Who teaches and leads what.
    pub staff: Staff,
    /// The latest save of a register and the latest act that this reading holds.
    pub saves: u32,
    /// What was done about signals, in order.
    pub acts: Vec<Act>,
    /// Grows with what was erased because its time had passed.
    pub taken: i64,
}

impl Loaded {
    /// What the provider is called; its id where it has no name.
    pub fn provider_name(&self) -> &str {
        let no = self.orgs.iter().position(|id| *id == self.provider);
        match no.map_or("", |no| self.names.org(OrgNo(no as u32))) {
            "" => &self.provider,
            name => name,
        }
    }

    /// The source id of a school.
    pub fn school(&self, no: SchoolNo) -> &str {
        self.orgs.get(no.index()).map_or("", String::as_str)
    }

    /// The source id of a class; empty for none.
    pub fn class(&self, no: Option<GroupNo>) -> &str {
        no.and_then(|no| self.groups.get(no.index()))
            .map_or("", String::as_str)
    }

    /// The source id of a person.
    pub fn person(&self, no: PersonNo) -> &str {
        self.people.get(no.index()).map_or("", String::as_str)
    }

    /// The number of a person.
    pub fn person_no(&self, id: &str) -> Option<PersonNo> {
        self.people
            .iter()
            .position(|known| known == id)
            .map(|no| PersonNo(no as u32))
    }
}

impl App {
    /// Loads the school year that holds a day, as known on an instant; writes an audit row.
    ///
    /// Of a scope that reaches one school, marks are loaded of pupils who were ever enrolled there,
    /// and lessons and enrolments of every school that these pupils were in.
    ///
    /// # Errors
    /// The store's.
    pub fn load(
        &self,
        scope: &Scope,
        target: &str,
        known_at: Instant,
        day: Day,
    ) -> Result<Loaded, AppError> {
        self.look(scope, target, |read| {
            Ok(load(read, scope, scope.reach(), known_at, day)?)
        })
    }

    /// As [`App::load`] for a look that is in the audit already, as far as `reach`.
    pub(crate) fn load_within(
        &self,
        scope: &Scope,
        reach: Reach,
        known_at: Instant,
        day: Day,
    ) -> Result<Loaded, AppError> {
        Ok(self
            .store()
            .ask(|read| load(read, scope, reach, known_at, day))?)
    }
}

fn load(
    read: &mut Read<'_>,
    scope: &Scope,
    reach: Reach,
    known_at: Instant,
    day: Day,
) -> Result<Loaded, DbError> {
    let batches = Batch::list(read, scope.provider())?;
    let visible = Visible::of(&batches, known_at);
    let mut loaded = Loaded {
        year: Some(school_year_of(day)),
        orgs: EntityKind::Org.ids(read, scope)?,
        groups: EntityKind::Group.ids(read, scope)?,
        people: EntityKind::Person.ids(read, scope)?,
        ..Loaded::default()
    };
    let mut roster = Roster {
        read,
        scope,
        visible: &visible,
    };
    roster.structure(&mut loaded)?;
    loaded.saves = RegisterSave::last(roster.read, scope.provider())?;
    loaded.taken = RetentionRun::last_taken(roster.read)?;
    loaded.acts = StoredAct::since(roster.read, scope, 0)?;
    loaded.acts.retain(|act| act.at <= known_at);
    let kept = Kept::of(reach, &mut loaded.facts.enrolments);
    roster.facts(&mut loaded, school_year_of(day), kept.as_ref())?;
    loaded.batches = batches;
    Ok(loaded)
}

struct Roster<'a, 'r> {
    read: &'a mut Read<'r>,
    scope: &'a Scope,
    visible: &'a Visible,
}

impl Roster<'_, '_> {
    fn records(&mut self, kind: RecordKind) -> Result<BTreeMap<String, Record>, DbError> {
        Record::in_sight(self.read, self.scope, kind, self.visible)
    }

    fn structure(&mut self, loaded: &mut Loaded) -> Result<(), DbError> {
        let org_nos = EntityKind::Org.numbers(self.read, self.scope)?;
        let orgs = self.records(RecordKind::Org)?;
        let districts: Vec<&String> = orgs
            .iter()
            .filter(|(_, org)| Fields(&org.values).str(1) == "district")
            .map(|o| o.0)
            .collect();
        loaded.provider = match districts.as_slice() {
            [one] => (*one).clone(),
            _ => "provider".to_owned(),
        };
        let mut presumed = HashMap::new();
        FactRow::each(
            self.read,
            self.scope,
            FactTable::Setting,
            self.visible,
            |row| {
                presumed.insert(row.key[0], row.values[0] == 1);
                Ok::<(), DbError>(())
            },
        )?;
        let sessions = self.records(RecordKind::Session)?;
        let is_school = |org: &Record| Fields(&org.values).str(1) == "school";
        for (id, _) in orgs.iter().filter(|(_, org)| is_school(org)) {
            let Some(&no) = org_nos.get(id) else { continue };
            let own = presumed
                .get(&(no as i32))
                .or(presumed.get(&0))
                .copied()
                .unwrap_or(false);
            loaded.facts.schools.push(School {
                no: OrgNo(no),
                terms: spans_of(&sessions, id, &["term", "semester"]),
                periods: spans_of(&sessions, id, &["gradingPeriod"]),
                presumed: own,
            });
        }
        loaded.facts.schools.sort_by_key(|school| school.no);
        loaded.schools = loaded
            .facts
            .schools
            .iter()
            .map(|school| school.no)
            .collect();
        self.names(loaded, &orgs)?;
        self.enrolments(loaded, &org_nos)?;
        self.exceptions(loaded)
    }

    fn enrolments(
        &mut self,
        loaded: &mut Loaded,
        org_nos: &HashMap<String, u32>,
    ) -> Result<(), DbError> {
        let group_nos = EntityKind::Group.numbers(self.read, self.scope)?;
        let person_nos = EntityKind::Person.numbers(self.read, self.scope)?;
        let groups = self.records(RecordKind::Group)?;
        let people = self.records(RecordKind::Person)?;
        let enrolments = self.records(RecordKind::Enrolment)?;
        for (index, (_, record)) in enrolments.iter().enumerate() {
            let f = Fields(&record.values);
            if f.str(3) == "teacher" && !record.ended {
                self.leads(loaded, &group_nos, &person_nos, &groups, f);
            }
            if f.str(3) != "student" {
                continue;
            }
            let (Some(&group), Some(&pupil)) = (group_nos.get(f.str(0)), person_nos.get(f.str(2)))
            else {
                continue;
            };
            let class = groups.get(f.str(0));
            let person = people.get(f.str(2));
            let mut span = f.span(5, 6);
            for ended in [Some(record), person]
                .into_iter()
                .flatten()
                .filter(|r| r.ended)
            {
                span.to = span.to.min(ended.known_at.day_in_finland());
            }
            loaded.facts.enrolments.push(Enrolment {
                no: EnrolmentNo(index as u32),
                pupil: PersonNo(pupil),
                group: GroupNo(group),
                school: OrgNo(org_nos.get(f.str(1)).copied().unwrap_or(0)),
                homeroom: class.is_some_and(|c| Fields(&c.values).str(2) == "homeroom"),
                grade: grade_of(class, person),
                span,
                known_at: record.known_at,
            });
        }
        Ok(())
    }

    fn exceptions(&mut self, loaded: &mut Loaded) -> Result<(), DbError> {
        let person_nos = EntityKind::Person.numbers(self.read, self.scope)?;
        let subject_nos = EntityKind::Subject.numbers(self.read, self.scope)?;
        let timetables = self.records(RecordKind::Timetable)?;
        for (index, (_, record)) in timetables.iter().enumerate() {
            let f = Fields(&record.values);
            let Some(&pupil) = person_nos.get(f.str(0)) else {
                continue;
            };
            let subject = f.maybe(6);
            let subject_no = subject.as_ref().map(|s| subject_nos.get(s).copied());
            // A subject that no lesson has leaves the exception without effect.
            let subject = subject_no.map(|no| SubjectNo(no.unwrap_or(u32::MAX)));
            if record.ended {
                // Withdrawn: to end an exception, the source gives it a last day.
                continue;
            }
            loaded.facts.exceptions.push(TimetableException {
                no: index as u32,
                pupil: PersonNo(pupil),
                span: f.span(1, 2),
                weekdays: f.small(3),
                start_from: TimeOfDay(f.small(4)),
                start_to: TimeOfDay(f.small(5)),
                subject,
                minutes: f.small(7),
                known_at: record.known_at,
            });
        }
        loaded
            .facts
            .exceptions
            .sort_by_key(|exception| (exception.pupil, exception.no));
        Ok(())
    }
}

fn spans_of(sessions: &BTreeMap<String, Record>, school: &str, kinds: &[&str]) -> Vec<Span> {
    let mut spans: Vec<Span> = sessions
        .values()
        .filter(|session| !session.ended)
        .map(|session| Fields(&session.values))
        .filter(|f| kinds.contains(&f.str(1)) && f.maybe(6).is_none_or(|own| own == school))
        .map(|f| f.span(2, 3))
        .collect();
    spans.sort();
    spans.dedup();
    spans
}

/// The grade of a pupil in a class: the class's where it has one, in a combined class the pupil's
/// own; 0 where nobody says.
fn grade_of(class: Option<&Record>, person: Option<&Record>) -> u8 {
    let grades = |record: Option<&Record>, at: usize| -> Vec<u8> {
        let texts = record.map_or_else(Vec::new, |record| Fields(&record.values).list(at));
        let numbers = texts.iter().filter_map(|text| text.parse().ok());
        numbers.filter(|grade| (1..=9).contains(grade)).collect()
    };
    let (of_class, own) = (grades(class, 3), grades(person, 10));
    match (of_class.as_slice(), own.as_slice()) {
        ([one], _) => *one,
        (_, [first, ..]) | ([first, ..], []) => *first,
        ([], []) => 0,
    }
}
