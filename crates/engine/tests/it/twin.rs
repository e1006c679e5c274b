//! Figures and crossings of random worlds: the engine equals `View`, `levels` and `Judge`.
//!
//! Invariant: a failing seed is printed and is all that is needed to see it again.

use lasna_domain::attendance::{SchoolYear, View, levels};
use lasna_domain::calendar::{Day, Instant, Span, school_year_of};
use lasna_domain::model::evaluate::Judge;
use lasna_engine::Engine;
use lasna_testkit::world::{days_of, instants_of, random_model, random_world};

/// Worlds of each run, beside those of `figures_many`.
const WORLDS: u64 = 9_000;
const MODELS: u64 = 1_500;

fn span_to(year: Span, as_of: Day) -> Span {
    Span {
        from: year.from,
        to: as_of.next(),
    }
}

#[test]
fn figures_of_random_worlds_are_equal_at_every_level() {
    let mut minutes = 0;
    for seed in 0..WORLDS {
        let facts = random_world(seed);
        let days = days_of(&facts);
        let as_of = Day(days.from.0 + (seed as i32 * 7) % (days.to.0 - days.from.0).max(1));
        let year = school_year_of(as_of);
        let instants = instants_of(&facts);
        let known_at = match seed % 3 {
            0 => Instant::LATEST,
            _ => instants
                .get(seed as usize % instants.len().max(1))
                .copied()
                .unwrap_or(Instant::LATEST),
        };
        let plain = levels(&View::new(&facts, known_at), span_to(year, as_of));
        let engine = Engine::build(&facts.as_known(known_at), year);
        assert!(engine.problems().is_empty(), "seed {seed}");
        assert_eq!(
            engine.levels(as_of),
            plain,
            "seed {seed}, as of {as_of}, known at {known_at}"
        );
        minutes += plain.provider.possible;
        let sum: lasna_domain::attendance::Figures = plain.schools.values().copied().sum();
        assert_eq!(sum, plain.provider, "seed {seed}");
        assert!(plain.provider.holds(), "seed {seed}");
    }
    assert!(minutes > 0, "the worlds have no lessons");
}

#[test]
fn crossings_of_random_models_are_equal() {
    let mut found = 0;
    for seed in 0..MODELS {
        let facts = random_world(seed);
        let model = random_model(seed ^ 0x5a5a);
        let days = days_of(&facts);
        let as_of = days.to.plus(-1);
        let year = school_year_of(as_of);
        let current = facts.as_known(Instant::LATEST);
        let engine = Engine::build(&current, year);
        let view = View::new(&facts, Instant::LATEST);
        for pupil in view.pupils() {
            let days = view.pupil_days(pupil, year);
            let seen = days.iter().rfind(|day| day.day <= as_of);
            let plain = match seen {
                None => Vec::new(),
                Some(last) => {
                    let school_year = SchoolYear::of(&view, &view.school(last.school), as_of);
                    Judge {
                        model: &model,
                        year: &school_year,
                        days: &days,
                    }
                    .crossings(as_of)
                }
            };
            let columnar = engine
                .pupil_crossings(pupil, &model, as_of)
                .map(|found| found.crossings)
                .unwrap_or_default();
            assert_eq!(
                columnar, plain,
                "seed {seed}, pupil {pupil}, model {model:#?}"
            );
            found += plain.len();
        }
    }
    assert!(found > 1_000, "only {found} crossings were compared");
}

#[test]
fn all_crossings_are_those_of_each_pupil() {
    for seed in 0..100 {
        let facts = random_world(seed).as_known(Instant::LATEST);
        let model = random_model(seed);
        let as_of = days_of(&facts).to.plus(-1);
        let engine = Engine::build(&facts, school_year_of(as_of));
        let each: Vec<_> = engine
            .pupils()
            .iter()
            .filter_map(|&pupil| engine.pupil_crossings(pupil, &model, as_of))
            .collect();
        assert_eq!(engine.crossings(&model, as_of), each, "seed {seed}");
    }
}

#[test]
fn the_days_of_a_pupil_are_the_plain_ones() {
    let mut lessons = 0;
    for seed in 0..2_000 {
        let facts = random_world(seed);
        let as_of = days_of(&facts).to.plus(-1);
        let year = school_year_of(as_of);
        let view = View::new(&facts, Instant::LATEST);
        let engine = Engine::build(&facts.as_known(Instant::LATEST), year);
        for pupil in view.pupils() {
            let plain = view.pupil_days(pupil, span_to(year, as_of));
            assert_eq!(engine.pupil_days(pupil, as_of), plain, "seed {seed}");
            for day in &plain {
                for slot in &day.slots {
                    let there = engine.lesson(slot.group, day.day, slot.start);
                    let own = there.iter().find(|(who, _)| *who == pupil);
                    // A day by the norm belongs to no timetable, so its lessons may have no group.
                    if !day.norm {
                        assert_eq!(own.map(|(_, day)| day), Some(day), "seed {seed}");
                        lessons += 1;
                    }
                }
            }
        }
    }
    assert!(lessons > 10_000, "only {lessons} lessons were compared");
}
