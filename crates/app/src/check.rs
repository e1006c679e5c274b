//! Contradictions in what is stored, for `lasna check`: nothing is mended, everything is said.
//!
//! Invariant: a finding names source ids and days only.

use crate::{App, AppError, Loaded};
use lasna_domain::access::{Action, Reach};
use lasna_domain::attendance::{Facts, Lesson, Mark, MarkAbout, norm_slot_start};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::ids::{GroupNo, PupilNo, SchoolNo};
use std::collections::{BTreeMap, BTreeSet};

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
        let scope = self.scope(Action::Check, Reach::Provider)?;
        self.store().database().integrity()?;
        let loaded = self.load(&scope, "check", Instant::LATEST, day)?;
        let mut seen = Seen::default();
        let slots = Slots::of(&loaded.facts);
        seen.lessons(&loaded);
        seen.homes(&loaded);
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
                "marks of pupils outside their enrolment in the class count nowhere: mend the \
                 enrolments or the marks",
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
            seen.two_homes.into_finding(
                "K06",
                "pupils in two homerooms on the same days count in both: end one enrolment",
            ),
            seen.overlap.into_finding(
                "K07",
                "lessons of a class that overlap are all counted: mend their start or length",
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
    two_homes: Found,
    overlap: Found,
}

/// Where lessons are, and which schools go by lessons.
struct Slots {
    lessons: BTreeSet<(GroupNo, Day, TimeOfDay)>,
    /// Of each pupil the groups with the days in them.
    enrolled: BTreeMap<PupilNo, Vec<(GroupNo, Span)>>,
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
        let mut enrolled: BTreeMap<PupilNo, Vec<(GroupNo, Span)>> = BTreeMap::new();
        for e in &facts.enrolments {
            enrolled.entry(e.pupil).or_default().push((e.group, e.span));
        }
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
            enrolled,
            by_lessons: of_schools.map(|enrolment| enrolment.group).collect(),
        }
    }

    /// Whether the pupil was in the mark's class that day; for a mark of the day, in any.
    fn is_enrolled(&self, mark: &Mark) -> bool {
        let groups = self.enrolled.get(&mark.pupil).into_iter().flatten();
        let mut that_day = groups.filter(|(_, span)| span.contains(mark.day));
        match mark.about {
            MarkAbout::Lesson { group, .. } => that_day.any(|(own, _)| *own == group),
            MarkAbout::Day { .. } => that_day.next().is_some(),
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

    fn homes(&mut self, loaded: &Loaded) {
        let mut homes: BTreeMap<PupilNo, Vec<Span>> = BTreeMap::new();
        for e in loaded.facts.enrolments.iter().filter(|e| e.homeroom) {
            let known = homes.entry(e.pupil).or_default();
            if let Some(other) = known.iter().find(|other| !other.meet(e.span).is_empty()) {
                let from = other.meet(e.span).from;
                self.two_homes
                    .note(|| format!("{} {from}", loaded.person(e.pupil)));
            }
            known.push(e.span);
        }
        // In order of class, day and start: an overlap is with the lesson before.
        let held = loaded
            .facts
            .lessons
            .iter()
            .filter(|lesson| !lesson.cancelled);
        let mut before: Option<&Lesson> = None;
        for lesson in held {
            let overlaps = before.is_some_and(|b| {
                (b.group, b.day) == (lesson.group, lesson.day)
                    && b.start.0 + b.minutes > lesson.start.0
            });
            if overlaps {
                self.overlap
                    .note(|| format!("{} {}", loaded.class(Some(lesson.group)), lesson.day));
            }
            before = Some(lesson);
        }
    }

    fn marks(&mut self, loaded: &Loaded, slots: &Slots) {
        let in_force = loaded.facts.marks.iter().filter(|mark| mark.kind.is_some());
        for mark in in_force {
            let example = || format!("{} {}", loaded.person(mark.pupil), mark.day);
            if !slots.is_enrolled(mark) {
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
