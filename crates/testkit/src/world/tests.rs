//! That worlds and models hold what they promise: every kind of thing, small and soon made.
//!
//! Invariant: what is counted here is what a comparison on worlds can find.

use super::*;
use lasna_domain::attendance::{MarkAbout, Presence, View, levels};
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

#[test]
fn worlds_hold_everything_that_attendance_is_about() {
    let mut seen: BTreeSet<&'static str> = BTreeSet::new();
    for seed in 0..300 {
        let facts = random_world(seed);
        let view = View::new(&facts, Instant::LATEST);
        let resolved = facts.as_known(Instant::LATEST);
        let mut see = |what, is: bool| {
            if is {
                seen.insert(what);
            }
        };
        see(
            "presumed",
            facts.schools.iter().any(|school| school.presumed),
        );
        see(
            "no terms",
            facts.schools.iter().any(|school| school.terms.is_empty()),
        );
        see(
            "periods",
            facts
                .schools
                .iter()
                .any(|school| !school.periods.is_empty()),
        );
        see("no calendar", facts.calendar.is_empty());
        see(
            "own calendar",
            facts.calendar.iter().any(|day| day.school.is_some()),
        );
        see(
            "common calendar",
            facts.calendar.iter().any(|day| day.school.is_none()),
        );
        see("no lessons", facts.lessons.is_empty());
        see(
            "cancelled",
            resolved.lessons.iter().any(|lesson| lesson.cancelled),
        );
        see(
            "75 minutes",
            facts.lessons.iter().any(|lesson| lesson.minutes == 75),
        );
        see(
            "Sunday",
            facts
                .lessons
                .iter()
                .any(|lesson| lesson.day.weekday().index() == 6),
        );
        see("versions", resolved.lessons.len() < facts.lessons.len());
        see(
            "withdrawn register",
            resolved.registers.iter().any(|register| !register.taken),
        );
        see(
            "withdrawn mark",
            resolved.marks.iter().any(|mark| mark.kind.is_none()),
        );
        see(
            "never enrolled",
            resolved.enrolments.iter().any(|e| e.span.is_empty()),
        );
        see(
            "exemption",
            resolved
                .exceptions
                .iter()
                .any(|exception| exception.minutes == 0),
        );
        for mark in &resolved.marks {
            let Some(kind) = mark.kind else { continue };
            let day = matches!(mark.about, MarkAbout::Day { .. });
            see(
                "part of a day",
                matches!(mark.about, MarkAbout::Day { hundredths: 1..100 }),
            );
            see("minutes of a day", day && kind.minutes().is_some());
            for &presence in Presence::ALL {
                see(presence.as_code(), !day && kind.presence() == presence);
            }
        }
        let found = levels(&view, days_of(&facts));
        see("norm", found.schools.values().any(|figures| figures.norm));
        see("unmarked", found.provider.unmarked > 0);
        see("late minutes", found.provider.late > 0);
        see("unresolved minutes", found.provider.unresolved > 0);
        see(
            "no class",
            found.classes.keys().any(|(_, class)| class.is_none()),
        );
        for pupil in view.pupils() {
            let days = view.pupil_days(pupil, days_of(&facts));
            assert!(days.iter().all(|day| day.slots.len() <= 16), "seed {seed}");
            see(
                "two schools",
                days.windows(2).any(|pair| pair[0].school != pair[1].school),
            );
            let moved = |pair: &[_; 2]| {
                let [a, b]: &[lasna_domain::attendance::PupilDay; 2] = pair;
                a.class != b.class && a.day.monday() == b.day.monday()
            };
            see(
                "moved mid-week",
                days.windows(2)
                    .any(|p| moved(&[p[0].clone(), p[1].clone()])),
            );
            see("40 days", days.len() >= 40);
        }
    }
    assert_eq!(seen.len(), 30, "{seen:?}");
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
