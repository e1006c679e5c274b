//! Pupils at the ends of periods of random worlds: the engine equals the plain pupil days.
//!
//! Invariant: a failing seed is printed and is all that is needed to see it again.

use lasna_domain::attendance::{Figures, PupilDay, View, runs};
use lasna_domain::calendar::{Day, Instant, school_year_of};
use lasna_domain::ids::SchoolNo;
use lasna_engine::{Engine, PupilPeriod};
use lasna_testkit::world::{days_of, random_world};
use std::collections::BTreeMap;

const WORLDS: u64 = 1_500;

fn plain(days: &[PupilDay], period: usize, after: Day, end: Day) -> Option<PupilPeriod> {
    let until: Vec<PupilDay> = days.iter().filter(|d| d.day <= end).cloned().collect();
    let last = until.last()?;
    let mut parts: BTreeMap<SchoolNo, Figures> = BTreeMap::new();
    for day in until.iter().filter(|day| day.day > after) {
        *parts.entry(day.school).or_default() += day.figures();
    }
    Some(PupilPeriod {
        pupil: lasna_domain::ids::PersonNo(0),
        period,
        school: last.school,
        parts: parts.into_iter().collect(),
        to_date: until.iter().map(PupilDay::figures).sum(),
        longest_run: runs(&until, false).into_iter().max().unwrap_or(0),
    })
}

#[test]
fn periods_of_random_worlds_are_equal() {
    let mut compared = 0;
    for seed in 0..WORLDS {
        let facts = random_world(seed);
        let days = days_of(&facts);
        let year = school_year_of(days.from);
        let step = 3 + (seed % 17) as i32;
        let ends: Vec<Day> = (0..5).map(|n| days.from.plus(n * step)).collect();
        let engine = Engine::build(&facts.as_known(Instant::LATEST), year);
        let mut found: BTreeMap<_, PupilPeriod> = BTreeMap::new();
        // In two parts, as a service asks for them.
        let all = engine.pupils().len();
        for part in [0..all / 2, all / 2..all] {
            engine.each_period(part, &ends, |one| {
                let mut one = one.clone();
                one.parts.sort_by_key(|(school, _)| *school);
                found.insert((one.pupil, one.period), one);
            });
        }
        let view = View::new(&facts, Instant::LATEST);
        for pupil in view.pupils() {
            let days = view.pupil_days(pupil, year);
            let mut after = year.from.plus(-1);
            for (period, &end) in ends.iter().enumerate() {
                let expected = plain(&days, period, after, end)
                    .map(|expected| PupilPeriod { pupil, ..expected });
                let one = found.remove(&(pupil, period));
                assert_eq!(one, expected, "seed {seed}, period {period}");
                compared += usize::from(one.is_some());
                after = end;
            }
        }
        assert!(found.is_empty(), "seed {seed}: {found:?}");
    }
    assert!(compared > 1_000, "{compared}");
}
