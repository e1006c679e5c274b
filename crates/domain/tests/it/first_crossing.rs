//! Random models on random worlds: each step fires at most once in each counting period.
//!
//! Invariant: a failure names its seed.

use lasna_domain::attendance::{SchoolYear, View};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::evaluate::{Crossing, Judge, compare};
use lasna_domain::model::{Condition, CountsAgain, Step};
use lasna_testkit::world::{WorldSize, days_of, random_model, world_of};

/// Whether any condition of a step holds on a day, counted from `reset` on.
fn holds(judge: &Judge<'_>, step: &Step, day: Day, reset: Day) -> bool {
    step.any
        .iter()
        .any(|&condition| judge.judge(condition, day, reset).holds)
}

fn check_pair(judge: &Judge<'_>, step: &Step, pair: [Day; 2], seed: u64) {
    let [last, day] = pair;
    let year = judge.year;
    assert!(last < day, "seed {seed}");
    match step.counts_again {
        CountsAgain::Once => panic!("seed {seed}: {last} and again {day}"),
        CountsAgain::EachTerm => assert_ne!(year.term_of(last), year.term_of(day), "seed {seed}"),
        CountsAgain::EachQuarter => {
            assert_ne!(year.quarter_of(last), year.quarter_of(day), "seed {seed}");
        }
        CountsAgain::AfterReset => {
            let between = (last.0 + 1..day.0).map(Day);
            for earlier in between {
                assert!(
                    !holds(judge, step, earlier, last.next()),
                    "seed {seed}: {earlier}"
                );
            }
        }
        CountsAgain::AfterTeachingWeeks(weeks) => {
            assert!(
                year.teaching_weeks_between(last, day) >= usize::from(weeks),
                "seed {seed}"
            );
            let mut between = judge.days.iter().filter(|d| last < d.day && d.day < day);
            assert!(
                between.any(|d| !holds(judge, step, d.day, year.span.from)),
                "seed {seed}: {last} held until {day}"
            );
        }
    }
}

fn check_step(judge: &Judge<'_>, index: usize, crossings: &[Crossing], as_of: Day, seed: u64) {
    let step = &judge.model.steps[index];
    let days: Vec<Day> = crossings
        .iter()
        .filter(|c| c.step == index)
        .map(|c| c.day)
        .collect();
    for pair in days.windows(2) {
        check_pair(judge, step, [pair[0], pair[1]], seed);
    }
    // The first crossing is the first day on which the step holds; without one there is none.
    let start = judge.year.span.from;
    let until = days.first().copied().unwrap_or(as_of.next());
    let from = judge.days.first().map_or(until, |d| d.day);
    for day in (from.0..until.0).map(Day) {
        assert!(
            !holds(judge, step, day, start),
            "seed {seed}: step {index} held on {day}"
        );
    }
    if let Some(&first) = days.first() {
        assert!(holds(judge, step, first, start), "seed {seed}");
    }
}

/// Checks one world; says how many crossings there were.
fn check_world(seed: u64) -> usize {
    let size = WorldSize {
        schools: 1 + seed as u32 % 2,
        pupils: 3,
        weeks: 1 + seed as u32 % 12,
    };
    let facts = world_of(seed, size);
    let model = random_model(seed);
    let span = days_of(&facts);
    let view = View::new(&facts, Instant::LATEST);
    let mut found = 0;
    for pupil in view.pupils() {
        let Some(school) = view.pupil_days(pupil, span).last().map(|day| day.school) else {
            continue;
        };
        let year = SchoolYear::of(&view, &view.school(school), span.from);
        let days = view.pupil_days(pupil, year.span.meet(span));
        let judge = Judge {
            model: &model,
            year: &year,
            days: &days,
        };
        let as_of = span.to.min(year.span.to).plus(-1);
        let crossings = judge.crossings(as_of);
        for index in 0..model.steps.len() {
            check_step(&judge, index, &crossings, as_of, seed);
        }
        // Judged on an earlier day, history is the same up to that day.
        let middle = Day(span.from.0.midpoint(as_of.0));
        let earlier: Vec<Crossing> = crossings
            .iter()
            .filter(|c| c.day <= middle)
            .copied()
            .collect();
        assert_eq!(judge.crossings(middle), earlier, "seed {seed}");
        assert_eq!(
            compare(&crossings, &judge.crossings(as_of)),
            (vec![], vec![])
        );
        found += crossings.len();
    }
    found
}

#[test]
fn each_step_fires_once_in_each_counting_period() {
    let found: usize = (0..600).map(check_world).sum();
    println!("{found} crossings");
    assert!(found > 1_000, "{found}");
}

#[test]
fn a_concern_never_fires_by_itself() {
    for seed in 0..60 {
        let mut model = random_model(seed);
        for step in &mut model.steps {
            step.any = vec![Condition::Concern];
        }
        let facts = world_of(
            seed,
            WorldSize {
                schools: 1,
                pupils: 2,
                weeks: 3,
            },
        );
        let view = View::new(&facts, Instant::LATEST);
        for pupil in view.pupils() {
            let days = view.pupil_days(pupil, days_of(&facts));
            let Some(last) = days.last() else { continue };
            let year = SchoolYear::of(&view, &view.school(last.school), last.day);
            let judge = Judge {
                model: &model,
                year: &year,
                days: &days,
            };
            assert_eq!(judge.crossings(last.day), [], "seed {seed}");
        }
    }
}
