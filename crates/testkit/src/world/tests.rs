//! That worlds and models hold what they promise: every kind of thing, small and soon made.
//!
//! Invariant: what is counted here is what a comparison on worlds can find.

use super::*;
use lasna_domain::attendance::{MarkAbout, Presence, View, levels};
use lasna_domain::calendar::Weekday;
use lasna_domain::model::{Condition, CountsAgain, Hour};
use std::collections::BTreeSet;

#[test]
fn a_seed_names_its_world() {
    for seed in 0..20 {
        assert_eq!(random_world(seed), random_world(seed));
        assert_eq!(random_model(seed), random_model(seed));
    }
    assert_ne!(random_world(1), random_world(2));
}

/// What of all that attendance is about has been seen.
#[derive(Default)]
struct Seen(BTreeSet<&'static str>);

impl Seen {
    fn see(&mut self, what: &'static str, is: bool) {
        if is {
            self.0.insert(what);
        }
    }

    fn structure(&mut self, facts: &Facts, resolved: &Facts) {
        let Facts {
            schools,
            calendar,
            lessons,
            ..
        } = facts;
        self.see("presumed", schools.iter().any(|school| school.presumed));
        self.see(
            "no terms",
            schools.iter().any(|school| school.terms.is_empty()),
        );
        self.see(
            "periods",
            schools.iter().any(|school| !school.periods.is_empty()),
        );
        self.see("no calendar", calendar.is_empty());
        self.see(
            "own calendar",
            calendar.iter().any(|day| day.school.is_some()),
        );
        self.see(
            "common calendar",
            calendar.iter().any(|day| day.school.is_none()),
        );
        self.see("no lessons", lessons.is_empty());
        self.see(
            "75 minutes",
            lessons.iter().any(|lesson| lesson.minutes == 75),
        );
        self.see(
            "Sunday",
            lessons.iter().any(|l| l.day.weekday() == Weekday::Sunday),
        );
        self.see("versions", resolved.lessons.len() < lessons.len());
        self.see(
            "cancelled",
            resolved.lessons.iter().any(|lesson| lesson.cancelled),
        );
        self.see(
            "never enrolled",
            resolved.enrolments.iter().any(|e| e.span.is_empty()),
        );
        self.see(
            "exemption",
            resolved.exceptions.iter().any(|e| e.minutes == 0),
        );
    }

    fn said(&mut self, resolved: &Facts) {
        self.see(
            "withdrawn register",
            resolved.registers.iter().any(|r| !r.taken),
        );
        self.see(
            "withdrawn mark",
            resolved.marks.iter().any(|mark| mark.kind.is_none()),
        );
        for mark in &resolved.marks {
            let Some(kind) = mark.kind else { continue };
            let day = matches!(mark.about, MarkAbout::Day { .. });
            self.see(
                "part of a day",
                matches!(mark.about, MarkAbout::Day { hundredths: 1..100 }),
            );
            self.see("minutes of a day", day && kind.minutes().is_some());
            self.see("part of a lesson", !day && kind.minutes().is_some());
            self.see(kind.presence().as_code(), !day);
        }
    }

    fn days(&mut self, view: &View, span: Span) {
        let found = levels(view, span);
        self.see("norm", found.schools.values().any(|figures| figures.norm));
        self.see("unmarked", found.provider.unmarked > 0);
        self.see("late minutes", found.provider.late > 0);
        self.see("unresolved minutes", found.provider.unresolved > 0);
        self.see(
            "no class",
            found.classes.keys().any(|(_, class)| class.is_none()),
        );
        for pupil in view.pupils() {
            let days = view.pupil_days(pupil, span);
            assert!(days.iter().all(|day| day.slots.len() <= 16));
            self.see("40 days", days.len() >= 40);
            for pair in days.windows(2) {
                let same_week = pair[0].day.monday() == pair[1].day.monday();
                self.see("two schools", pair[0].school != pair[1].school);
                self.see(
                    "moved mid-week",
                    same_week && pair[0].class != pair[1].class,
                );
            }
        }
    }
}

#[test]
fn worlds_hold_everything_that_attendance_is_about() {
    let mut seen = Seen::default();
    for seed in 0..300 {
        let facts = random_world(seed);
        let resolved = facts.as_known(Instant::LATEST);
        seen.structure(&facts, &resolved);
        seen.said(&resolved);
        seen.days(&View::new(&facts, Instant::LATEST), days_of(&facts));
    }
    assert!(
        Presence::ALL
            .iter()
            .all(|presence| seen.0.contains(presence.as_code()))
    );
    assert_eq!(seen.0.len(), 31, "{:?}", seen.0);
}

#[test]
fn models_hold_every_rule() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let first_word = |debug: String| {
        debug
            .split([' ', '(', '{'])
            .next()
            .map(str::to_owned)
            .unwrap_or_default()
    };
    for seed in 0..400 {
        let model = random_model(seed);
        seen.insert(match model.hour {
            Hour::Lesson => "lesson".into(),
            Hour::Minutes(minutes) => format!("{minutes} minutes"),
        });
        if model
            .measures
            .iter()
            .any(|measure| measure.except_reason.0 != 0)
        {
            seen.insert("except reason".into());
        }
        for step in &model.steps {
            assert!(!step.any.is_empty());
            seen.insert(match step.counts_again {
                CountsAgain::AfterTeachingWeeks(_) => "weeks again".into(),
                other => format!("{other:?} again"),
            });
            for &condition in &step.any {
                seen.insert(first_word(format!("{condition:?}")));
                if let Condition::Hours { window, .. } = condition {
                    seen.insert(format!("over {}", first_word(format!("{window:?}"))));
                }
            }
        }
    }
    // Three hours, reasons left out, five ways to count again, nine conditions, nine windows.
    assert_eq!(seen.len(), 3 + 1 + 5 + 9 + 9, "{seen:?}");
}

#[test]
fn what_is_known_by_an_instant_grows() {
    for seed in 0..40 {
        let facts = random_world(seed);
        let instants = instants_of(&facts);
        let count = |at| {
            let known = known_by(&facts, at);
            known.marks.len() + known.lessons.len() + known.enrolments.len()
        };
        let counts: Vec<usize> = instants
            .iter()
            .step_by(1 + instants.len() / 8)
            .map(|&at| count(at))
            .collect();
        assert!(counts.is_sorted(), "seed {seed}: {counts:?}");
        assert_eq!(known_by(&facts, Instant::LATEST), facts);
    }
}
