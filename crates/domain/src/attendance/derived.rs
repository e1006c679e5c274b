//! Spells, runs, trend and patterns of one pupil: counts, never causes.
//!
//! Source: `docs/areas/attendance.md`. A *unit* is a lesson of the pupil's day; it is missed where
//! any of its minutes are absence. An unmarked unit neither ends nor lengthens a spell: nobody said
//! that it was attended.
//!
//! Invariant: every function takes the pupil's possible days in ascending order.

use super::slots::{PupilDay, Slot};
use super::windows::{TREND_EARLIER_DAYS, TREND_RECENT_DAYS};
use crate::calendar::{Day, TimeOfDay, Weekday};
use crate::ids::SubjectNo;
use crate::model::PatternOf;
use std::collections::BTreeMap;

/// From the first missed unit to the last before an attended one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// Day and start of the first missed unit.
    pub first: (Day, TimeOfDay),
    /// Day and start of the last missed unit.
    pub last: (Day, TimeOfDay),
    /// Missed units.
    pub units: u32,
    /// Missed minutes.
    pub minutes: u32,
    /// No attended unit has followed yet.
    pub open: bool,
}

fn missed(slot: &Slot) -> bool {
    slot.minutes.absent() > 0
}

fn attended(slot: &Slot) -> bool {
    !missed(slot) && slot.minutes.unmarked == 0
}

/// Every spell that begins in the days given.
pub fn spells(days: &[PupilDay]) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    let mut open = false;
    for (day, slot) in days
        .iter()
        .flat_map(|day| day.slots.iter().map(|slot| (day.day, slot)))
    {
        let here = (day, slot.start);
        let minutes = u32::from(slot.minutes.absent());
        match spells.last_mut() {
            Some(spell) if open && missed(slot) => {
                spell.last = here;
                spell.units += 1;
                spell.minutes += minutes;
            }
            Some(spell) if open && attended(slot) => {
                spell.open = false;
                open = false;
            }
            _ if !open && missed(slot) => {
                spells.push(Spell {
                    first: here,
                    last: here,
                    units: 1,
                    minutes,
                    open: true,
                });
                open = true;
            }
            _ => {}
        }
    }
    spells
}

/// For each day, how many consecutive possible days up to and with it have any (or full) absence.
pub fn runs(days: &[PupilDay], full: bool) -> Vec<u32> {
    let mut length = 0;
    days.iter()
        .map(|day| {
            let counts = if full {
                day.is_full_absence()
            } else {
                day.absent() > 0
            };
            length = if counts { length + 1 } else { 0 };
            length
        })
        .collect()
}

/// The last 20 possible days against up to 60 before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Trend {
    pub recent_absent: u64,
    pub recent_marked: u64,
    pub earlier_absent: u64,
    pub earlier_marked: u64,
}

impl Trend {
    /// Whether the recent share is at least `factor_tenths` tenths of the earlier one and at least
    /// `percent_min` percent.
    pub fn has_risen(&self, factor_tenths: u16, percent_min: u16) -> bool {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        self.recent_absent > 0
            && product(self.recent_absent, self.earlier_marked) * 10
                >= product(self.earlier_absent, self.recent_marked) * u128::from(factor_tenths)
            && product(self.recent_absent, 100)
                >= product(self.recent_marked, 1) * u128::from(percent_min)
    }
}

/// The trend on the last of the days; `None` before 40 possible days or where nothing is marked.
pub fn trend(days: &[PupilDay]) -> Option<Trend> {
    if days.len() < 2 * TREND_RECENT_DAYS {
        return None;
    }
    let (before, recent) = days.split_at(days.len() - TREND_RECENT_DAYS);
    let earlier = &before[before.len().saturating_sub(TREND_EARLIER_DAYS)..];
    let sums = |days: &[PupilDay]| {
        days.iter().fold((0, 0), |(absent, marked), day| {
            let figures = day.figures();
            (absent + figures.absent(), marked + figures.marked())
        })
    };
    let ((recent_absent, recent_marked), (earlier_absent, earlier_marked)) =
        (sums(recent), sums(earlier));
    (recent_marked > 0 && earlier_marked > 0).then_some(Trend {
        recent_absent,
        recent_marked,
        earlier_absent,
        earlier_marked,
    })
}

/// What repeats in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternKey {
    /// A weekday.
    Weekday(Weekday),
    /// A place in the day, 1 for the first lesson.
    LessonOfDay(u8),
    /// A subject.
    Subject(SubjectNo),
}

/// How many of the missed lessons share a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What they share.
    pub key: PatternKey,
    /// Missed lessons that share it.
    pub missed: u32,
    /// All missed lessons.
    pub of: u32,
}

/// Missed lessons by weekday, lesson of the day or subject, the most frequent first.
pub fn patterns(days: &[PupilDay], of: PatternOf) -> Vec<Pattern> {
    let mut counts: BTreeMap<PatternKey, u32> = BTreeMap::new();
    let mut all = 0;
    for day in days {
        for (place, slot) in day
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| missed(slot))
        {
            let key = match of {
                PatternOf::Weekday => PatternKey::Weekday(day.day.weekday()),
                PatternOf::LessonOfDay => PatternKey::LessonOfDay(place as u8 + 1),
                PatternOf::Subject => PatternKey::Subject(slot.subject),
            };
            *counts.entry(key).or_default() += 1;
            all += 1;
        }
    }
    let mut found: Vec<Pattern> = counts
        .into_iter()
        .map(|(key, missed)| Pattern {
            key,
            missed,
            of: all,
        })
        .collect();
    found.sort_by_key(|pattern| (std::cmp::Reverse(pattern.missed), pattern.key));
    found
}
