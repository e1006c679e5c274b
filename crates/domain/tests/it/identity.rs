//! The identity on every lesson of random worlds, and that levels add.
//!
//! Invariant: a failure names its seed.

use lasna_domain::attendance::{Facts, Figures, Levels, PupilDay, View, levels};
use lasna_domain::calendar::{Instant, Span};
use lasna_testkit::world::{days_of, random_world, worlds};
use proptest::prelude::*;

fn check_day(day: &PupilDay, seed: u64) {
    assert!(
        !day.slots.is_empty() && day.slots.len() <= 16,
        "seed {seed}"
    );
    assert!(
        day.slots.is_sorted_by_key(|slot| (slot.start, slot.group)),
        "seed {seed}"
    );
    for slot in &day.slots {
        let m = slot.minutes;
        let sum = m.present + m.elsewhere + m.absent() + m.unmarked;
        assert!(
            slot.possible > 0 && sum == slot.possible,
            "seed {seed}: {slot:?}"
        );
        assert!(m.late <= m.present, "seed {seed}: {slot:?}");
        assert!(
            m.unmarked == 0 || m.unmarked == slot.possible,
            "seed {seed}: {slot:?}"
        );
        assert!(!day.presumed || m.unmarked == 0, "seed {seed}: {slot:?}");
        if let Some((kind, _, about)) = slot.mark {
            assert!(about <= slot.possible, "seed {seed}: {slot:?}");
            assert_eq!(
                m.absent() > 0,
                kind.is_absence() && about > 0,
                "seed {seed}: {slot:?}"
            );
        }
    }
    let figures = day.figures();
    assert!(figures.holds() && figures.days == 1, "seed {seed}");
    assert_eq!(figures.possible, u64::from(day.possible()));
    assert_eq!(figures.absent(), u64::from(day.absent()));
}

fn check_levels(found: &Levels, seed: u64) {
    let sum = |parts: &mut dyn Iterator<Item = &Figures>| parts.copied().sum::<Figures>();
    assert_eq!(
        sum(&mut found.schools.values()),
        found.provider,
        "seed {seed}"
    );
    assert_eq!(
        sum(&mut found.pupils.values()),
        found.provider,
        "seed {seed}"
    );
    for (school, figures) in &found.schools {
        let mut classes = found
            .classes
            .iter()
            .filter(|((of, _), _)| of == school)
            .map(|(_, figures)| figures);
        assert_eq!(sum(&mut classes), *figures, "seed {seed}");
    }
    let every = [&found.provider].into_iter().chain(found.classes.values());
    for figures in every.chain(found.pupils.values()) {
        assert!(figures.holds(), "seed {seed}: {figures:?}");
        assert!(figures.days <= figures.possible, "seed {seed}: {figures:?}");
    }
}

fn added(mut a: Levels, b: Levels) -> Levels {
    a.provider += b.provider;
    b.schools
        .into_iter()
        .for_each(|(key, f)| *a.schools.entry(key).or_default() += f);
    b.classes
        .into_iter()
        .for_each(|(key, f)| *a.classes.entry(key).or_default() += f);
    b.pupils
        .into_iter()
        .for_each(|(key, f)| *a.pupils.entry(key).or_default() += f);
    a
}

fn check_world(facts: &Facts, seed: u64) -> u64 {
    let view = View::new(facts, Instant::LATEST);
    let span = days_of(facts);
    for pupil in view.pupils() {
        view.pupil_days(pupil, span)
            .iter()
            .for_each(|day| check_day(day, seed));
    }
    let whole = levels(&view, span);
    check_levels(&whole, seed);
    // Two stretches of days add to the whole, wherever they are cut.
    let length = (span.to.0 - span.from.0).max(1);
    let cut = span.from.plus((seed % length as u64) as i32);
    let first = levels(
        &view,
        Span {
            from: span.from,
            to: cut,
        },
    );
    let second = levels(
        &view,
        Span {
            from: cut,
            to: span.to,
        },
    );
    let provider = whole.provider;
    assert_eq!(added(first, second), whole, "seed {seed}");
    provider.days
}

#[test]
fn identity_and_addition_on_random_worlds() {
    let days: u64 = (0..6_000)
        .map(|seed| check_world(&random_world(seed), seed))
        .sum();
    println!("{days} pupil-days");
    assert!(days > 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn identity_and_addition_on_worlds_that_shrink(facts in worlds(), cut in 0..1000_u64) {
        check_world(&facts, cut);
    }

    #[test]
    fn figures_add_in_any_order(parts in prop::collection::vec(0..1_000_u64, 6..60)) {
        let figures: Vec<Figures> = parts
            .chunks_exact(6)
            .map(|part| Figures {
                possible: part.iter().sum(),
                present: part[0],
                elsewhere: part[1],
                authorised: part[2],
                unauthorised: part[3],
                unresolved: part[4],
                unmarked: part[5],
                late: part[0] / 2,
                days: 1,
                norm: part[0] % 7 == 0,
                presumed: part[1] % 7 == 0,
            })
            .collect();
        let forwards: Figures = figures.iter().copied().sum();
        let backwards: Figures = figures.iter().rev().copied().sum();
        prop_assert_eq!(forwards, backwards);
        prop_assert!(forwards.holds());
    }
}
