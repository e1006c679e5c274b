//! Signals of a school as sums: pupils on steps, with whom somebody talked, with a duty overdue.
//!
//! Invariant: no pupil is named or numbered here.

use crate::PupilSignals;
use crate::held::{HeldYear, PART, give_way};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::SchoolNo;
use lasna_domain::model::Model;
use lasna_domain::signals::{Act, in_force, next};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is counted of a school.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub on_steps: u64,
    pub late: u64,
    /// School days from the step to the first talk, of each pupil with whom there was one.
    pub days: Vec<u32>,
}

impl Told {
    pub fn reached(&self) -> u64 {
        self.days.len() as u64
    }

    /// The day in the middle; the lower of two.
    pub fn median(&self) -> Option<u32> {
        let mut days = self.days.clone();
        days.sort_unstable();
        days.get(days.len().checked_sub(1)? / 2).copied()
    }

    pub fn add(&mut self, other: &Told) {
        self.on_steps += other.on_steps;
        self.late += other.late;
        self.days.extend_from_slice(&other.days);
    }
}

pub(super) fn told(
    model: &Model,
    year: &HeldYear,
    as_of: Day,
    known_at: Instant,
) -> BTreeMap<SchoolNo, Told> {
    let rows = year.signals(model, as_of, None);
    let mut told: BTreeMap<SchoolNo, Told> = BTreeMap::new();
    for part in rows.chunks(PART) {
        add_part((model, year), part, (as_of, known_at), &mut told);
        give_way();
    }
    told
}

fn add_part(
    (model, year): (&Model, &HeldYear),
    rows: &[Arc<PupilSignals>],
    (as_of, known_at): (Day, Instant),
    told: &mut BTreeMap<SchoolNo, Told>,
) {
    let live = year.live();
    for row in rows {
        let Some(school_year) = live.engine.school_year(row.school) else {
            continue;
        };
        let known = |act: &&Act| act.at <= known_at && act.day <= as_of;
        let acts: Vec<Act> = live.acts(row.pupil).iter().filter(known).cloned().collect();
        let acts = in_force(&acts);
        let standing = row.standing(&school_year.school_days, as_of);
        let all = row.clocks(model, &acts, standing);
        let sum = told.entry(row.school).or_default();
        sum.on_steps += 1;
        sum.late += u64::from(next(&all).is_some_and(|clock| clock.late > 0));
        let days = row.crossings.iter().map(|crossing| crossing.day);
        let first = days.min().unwrap_or(as_of);
        let talk = acts
            .iter()
            .find(|act| act.day >= first && act.what.reaches());
        sum.days.extend(talk.map(|act| {
            let until = |day: Day| standing.school_days.partition_point(|&known| known <= day);
            until(act.day).saturating_sub(until(first)) as u32
        }));
    }
}
