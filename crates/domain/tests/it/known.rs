//! Readings as known on an instant: neither order, repetition nor later facts change one.
//!
//! Source: docs/areas/attendance.md.
//!
//! Invariant: a failure names its seed.

use lasna_domain::attendance::{Facts, PupilDay, SchoolYear, View};
use lasna_domain::calendar::{Instant, Span};
use lasna_domain::ids::PupilNo;
use lasna_testkit::world::{Dice, days_of, instants_of, known_by, random_world, shuffled};

/// All that a view says of the days of a world.
#[derive(Debug, PartialEq)]
struct Reading {
    days: Vec<(PupilNo, Vec<PupilDay>)>,
    years: Vec<SchoolYear>,
}

fn read(facts: &Facts, known_at: Instant, span: Span) -> Reading {
    let view = View::new(facts, known_at);
    let days = view
        .pupils()
        .map(|pupil| (pupil, view.pupil_days(pupil, span)))
        .collect();
    let mut schools: Vec<_> = facts.schools.iter().map(|school| school.no).collect();
    schools.sort_unstable();
    schools.dedup();
    let years = schools
        .iter()
        .map(|&school| SchoolYear::of(&view, &view.school(school), span.from))
        .collect();
    Reading { days, years }
}

/// Some instants of a world: before, after and between.
fn some_instants(facts: &Facts, seed: u64) -> Vec<Instant> {
    let known = instants_of(facts);
    let mut dice = Dice::new(seed);
    let mut some: Vec<Instant> = (0..2)
        .filter(|_| !known.is_empty())
        .map(|_| dice.pick(&known))
        .collect();
    some.push(Instant::LATEST);
    some
}

#[test]
fn neither_order_nor_repetition_matters() {
    for seed in 10_000..11_200 {
        let facts = random_world(seed);
        let span = days_of(&facts);
        let other = shuffled(&facts, seed);
        for known_at in some_instants(&facts, seed) {
            let (a, b) = (read(&facts, known_at, span), read(&other, known_at, span));
            assert_eq!(a, b, "seed {seed} as known at {known_at}");
        }
        // What is resolved is resolved: once more changes nothing.
        let once = facts.as_known(Instant::LATEST);
        assert_eq!(other.as_known(Instant::LATEST), once, "seed {seed}");
        assert_eq!(once.as_known(Instant::LATEST), once, "seed {seed}");
    }
}

#[test]
fn a_replay_is_what_was_read_then() {
    let mut changed = 0;
    for seed in 20_000..21_600 {
        let facts = random_world(seed);
        let span = days_of(&facts);
        for known_at in some_instants(&facts, seed) {
            // What a system without the later facts read, and what this one replays.
            let then = read(&known_by(&facts, known_at), Instant::LATEST, span);
            let replayed = read(&facts, known_at, span);
            assert_eq!(then, replayed, "seed {seed} as known at {known_at}");
            assert_eq!(format!("{then:?}"), format!("{replayed:?}"), "seed {seed}");
            changed += usize::from(replayed != read(&facts, Instant::LATEST, span));
        }
    }
    // Corrections did move figures, or nothing was tried.
    assert!(changed > 500, "{changed}");
}

#[test]
fn facts_that_arrive_later_are_not_read_earlier() {
    for seed in 30_000..30_400 {
        let (mut facts, later) = (random_world(seed), random_world(seed + 1));
        let known_at = instants_of(&facts)
            .last()
            .copied()
            .unwrap_or(Instant::ALWAYS);
        let span = days_of(&facts);
        let before = read(&facts, known_at, span);
        // Another world's marks, all of them known afterwards.
        let after = Instant(known_at.0.saturating_add(1));
        facts.marks.extend(
            later
                .marks
                .iter()
                .map(|mark| lasna_domain::attendance::Mark {
                    known_at: mark.known_at.max(after),
                    ..*mark
                }),
        );
        facts.lessons.extend(
            later
                .lessons
                .iter()
                .map(|l| lasna_domain::attendance::Lesson {
                    known_at: l.known_at.max(after),
                    ..*l
                }),
        );
        assert_eq!(read(&facts, known_at, span), before, "seed {seed}");
    }
}
