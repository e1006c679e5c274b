//! Contradictions in what is stored, for `lasna check`: nothing is mended, everything is said.
//!
//! Invariant: a finding names source ids and days only.

use crate::{App, AppError, Loaded};
use lasna_domain::access::{AccessReason, Action, Reach};
use lasna_domain::attendance::{Facts, MarkAbout, norm_slot_start};
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::ids::{GroupNo, PupilNo, SchoolNo};
use std::collections::BTreeSet;

/// Something that cannot be right, with how often and an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckFinding {
    /// The stable code, `K01` and on.
    pub code: &'static str,
    /// What it is and how to mend it.
    pub message: &'static str,
    /// How many.
    pub count: u64,
    /// The first: a source id and a day.
    pub example: String,
}

#[derive(Default)]
struct Found {
    count: u64,
    example: String,
}

impl Found {
    fn note(&mut self, example: impl FnOnce() -> String) {
        if self.count == 0 {
            self.example = example();
        }
        self.count += 1;
    }

    fn into_finding(self, code: &'static str, message: &'static str) -> Option<CheckFinding> {
        (self.count > 0).then_some(CheckFinding {
            code,
            message,
            count: self.count,
            example: self.example,
        })
    }
}

impl App {
    /// Looks through the school year that holds a day.
    ///
    /// # Errors
    /// [`AppError`]; damaged storage.
    pub fn check(&self, day: Day) -> Result<Vec<CheckFinding>, AppError> {
        let scope = self.scope(Action::Check, AccessReason::Operation, Reach::Provider)?;
        self.store().database().integrity()?;
        let loaded = self.load(&scope, "check", Instant::LATEST, day)?;
        let mut seen = Seen::default();
        let slots = Slots::of(&loaded.facts);
        seen.lessons(&loaded);
        seen.marks(&loaded, &slots);
        seen.registers(&loaded, &slots);
        let engine = loaded.engine()?;
        for problem in engine.problems() {
            seen.crowded
                .note(|| format!("{} {}", loaded.person(problem.pupil), problem.day));
        }
        let findings = [
            seen.no_lesson.into_finding(
                "K01",
                "marks of lessons that are not in the timetable count nowhere: import the lessons",
            ),
            seen.nobody.into_finding(
                "K02",
                "marks of pupils without an enrolment count nowhere: import the enrolments",
            ),
            seen.untaught.into_finding(
                "K03",
                "registers of lessons that are not in the timetable: import the lessons",
            ),
            seen.long.into_finding(
                "K04",
                "lessons of no minutes or of more than 300: mend their length",
            ),
            seen.crowded.into_finding(
                "K05",
                "days of a pupil with more than 16 lessons are counted by their first 16: mend the \
                 lessons or the pupil's groups",
            ),
        ];
        Ok(findings.into_iter().flatten().collect())
    }
}

/// What was found so far, by kind.
#[derive(Default)]
struct Seen {
    no_lesson: Found,
    nobody: Found,
    untaught: Found,
    long: Found,
    crowded: Found,
}

/// Where lessons are, and which schools go by lessons.
struct Slots {
    lessons: BTreeSet<(GroupNo, Day, TimeOfDay)>,
    enrolled: BTreeSet<PupilNo>,
    /// Groups of schools of which any group has a lesson; the other schools' days are by the norm.
    by_lessons: BTreeSet<GroupNo>,
}

impl Slots {
    fn of(facts: &Facts) -> Slots {
        let taught: BTreeSet<GroupNo> = facts.lessons.iter().map(|lesson| lesson.group).collect();
        let schools: BTreeSet<SchoolNo> = facts
            .enrolments
            .iter()
            .filter(|enrolment| taught.contains(&enrolment.group))
            .map(|enrolment| enrolment.school)
            .collect();
        let of_schools = facts
            .enrolments
            .iter()
            .filter(|enrolment| schools.contains(&enrolment.school));
        Slots {
            lessons: facts
                .lessons
                .iter()
                .map(|lesson| (lesson.group, lesson.day, lesson.start))
                .collect(),
            enrolled: facts.enrolments.iter().map(|e| e.pupil).collect(),
            by_lessons: of_schools.map(|enrolment| enrolment.group).collect(),
        }
    }

    fn is_lesson(&self, group: GroupNo, day: Day, start: TimeOfDay) -> bool {
        match self.by_lessons.contains(&group) {
            true => self.lessons.contains(&(group, day, start)),
            false => is_norm_start(start),
        }
    }
}

impl Seen {
    fn lessons(&mut self, loaded: &Loaded) {
        for lesson in &loaded.facts.lessons {
            if lesson.minutes == 0 || lesson.minutes > 300 {
                self.long
                    .note(|| format!("{} {}", loaded.class(Some(lesson.group)), lesson.day));
            }
        }
    }

    fn marks(&mut self, loaded: &Loaded, slots: &Slots) {
        let in_force = loaded.facts.marks.iter().filter(|mark| mark.kind.is_some());
        for mark in in_force {
            let example = || format!("{} {}", loaded.person(mark.pupil), mark.day);
            if !slots.enrolled.contains(&mark.pupil) {
                self.nobody.note(example);
            } else if let MarkAbout::Lesson { group, start } = mark.about
                && !slots.is_lesson(group, mark.day, start)
            {
                self.no_lesson.note(example);
            }
        }
    }

    fn registers(&mut self, loaded: &Loaded, slots: &Slots) {
        for register in loaded.facts.registers.iter().filter(|r| r.taken) {
            if !slots.is_lesson(register.group, register.day, register.start) {
                self.untaught
                    .note(|| format!("{} {}", loaded.class(Some(register.group)), register.day));
            }
        }
    }
}

/// Whether a lesson of a day by the norm can start then.
fn is_norm_start(start: TimeOfDay) -> bool {
    (0..16).any(|place| norm_slot_start(place) == start)
}
