//! Contradictions in what is stored, for `lasna check`: nothing is mended, everything is said.
//!
//! Invariant: a finding names source ids and days only.

use crate::{App, AppError};
use lasna_domain::access::{AccessReason, Action, Reach};
use lasna_domain::attendance::MarkAbout;
use lasna_domain::calendar::{Day, Instant};
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
        let facts = &loaded.facts;
        let (mut no_lesson, mut nobody, mut untaught, mut long) = (
            Found::default(),
            Found::default(),
            Found::default(),
            Found::default(),
        );
        let enrolled: BTreeSet<_> = facts.enrolments.iter().map(|e| e.pupil).collect();
        let mut with_lessons: BTreeSet<_> = BTreeSet::new();
        for lesson in &facts.lessons {
            with_lessons.insert((lesson.group, lesson.day, lesson.start));
            if lesson.minutes == 0 || lesson.minutes > 300 {
                long.note(|| format!("{} {}", loaded.class(Some(lesson.group)), lesson.day));
            }
        }
        for mark in facts.marks.iter().filter(|mark| mark.kind.is_some()) {
            let example = || format!("{} {}", loaded.person(mark.pupil), mark.day);
            if !enrolled.contains(&mark.pupil) {
                nobody.note(example);
            } else if let MarkAbout::Lesson { group, start } = mark.about
                && !facts.lessons.is_empty()
                && !with_lessons.contains(&(group, mark.day, start))
            {
                no_lesson.note(example);
            }
        }
        for register in facts.registers.iter().filter(|register| register.taken) {
            if !with_lessons.contains(&(register.group, register.day, register.start)) {
                untaught
                    .note(|| format!("{} {}", loaded.class(Some(register.group)), register.day));
            }
        }
        let engine_problem = loaded.engine().err();
        let mut findings: Vec<CheckFinding> = [
            no_lesson.into_finding(
                "K01",
                "marks of lessons that are not in the timetable count nowhere: import the lessons",
            ),
            nobody.into_finding(
                "K02",
                "marks of pupils without an enrolment count nowhere: import the enrolments",
            ),
            untaught.into_finding(
                "K03",
                "registers of lessons that are not in the timetable: import the lessons",
            ),
            long.into_finding(
                "K04",
                "lessons of no minutes or of more than 300: mend their length",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let Some(problem) = engine_problem {
            findings.push(CheckFinding {
                code: "K05",
                message: "a day has more lessons than a day can hold",
                count: 1,
                example: problem.to_string(),
            });
        }
        Ok(findings)
    }
}
