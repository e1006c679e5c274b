//! The plain evaluation of a model on one pupil: judged day by day, windows summed anew each time.
//!
//! Source: `docs/areas/signals.md`. It reads like the rules and is slow; `lasna-engine` judges the
//! same over columns and must give the same crossings.
//!
//! Invariant: a step fires at most once in each counting period, on the first day its condition
//! holds; replaying the same facts gives the same crossings.

use super::{Condition, CountsAgain, Hour, Measure, MeasureNo, Model, ShareOf, Step, Window};
use crate::attendance::{PupilDay, SchoolYear, Slot, patterns, runs, spells, trend};
use crate::calendar::{Day, Span};

/// A step reached on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crossing {
    /// Index of the step in the model.
    pub step: usize,
    /// Index of the first condition of the step that held.
    pub condition: usize,
    /// The first day it held in this counting period.
    pub day: Day,
    /// What was counted on that day, in the condition's unit: hours (of the model), days, minutes
    /// for a share of minutes, lessons for patterns and unresolved, spells.
    pub counted: u64,
}

/// What a condition counts on a day, and whether that is enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// In the condition's unit, see [`Crossing::counted`].
    pub counted: u64,
    /// Whether the condition holds.
    pub holds: bool,
}

impl Judged {
    fn at_least(counted: u64, least: u64) -> Judged {
        Judged {
            counted,
            holds: counted >= least,
        }
    }
}

/// Everything that a judgement looks at.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// The model.
    pub model: &'a Model,
    /// The year of the pupil's school.
    pub year: &'a SchoolYear,
    /// The pupil's possible days of the school year, ascending, also those to come.
    pub days: &'a [PupilDay],
}

impl Judge<'_> {
    /// Crossings of every step from the start of the year up to and with `as_of`, by step and day.
    pub fn crossings(&self, as_of: Day) -> Vec<Crossing> {
        let mut found = Vec::new();
        for (index, step) in self.model.steps.iter().enumerate() {
            self.step_crossings(index, step, as_of, &mut found);
        }
        found
    }

    fn step_crossings(&self, index: usize, step: &Step, as_of: Day, found: &mut Vec<Crossing>) {
        let mut last: Option<Day> = None;
        let mut held_since_last = true;
        let mut day = self.year.span.from;
        while day <= as_of && day < self.year.span.to {
            let reset = match (step.counts_again, last) {
                (CountsAgain::AfterReset, Some(last)) => last.next(),
                _ => self.year.span.from,
            };
            let judged = step
                .any
                .iter()
                .map(|&condition| self.judge(condition, day, reset))
                .enumerate()
                .find(|(_, judged)| judged.holds);
            if !self.is_possible(day) {
                // Without school only the clock of the unresolved moves.
            } else if judged.is_none() {
                held_since_last = false;
            }
            if let Some((condition, judged)) = judged
                && self.may_fire(step.counts_again, last, day, held_since_last)
            {
                found.push(Crossing {
                    step: index,
                    condition,
                    day,
                    counted: judged.counted,
                });
                last = Some(day);
                held_since_last = true;
            }
            day = day.next();
        }
    }

    fn is_possible(&self, day: Day) -> bool {
        self.days.binary_search_by_key(&day, |d| d.day).is_ok()
    }

    fn may_fire(&self, again: CountsAgain, last: Option<Day>, day: Day, held: bool) -> bool {
        let Some(last) = last else { return true };
        match again {
            CountsAgain::Once => false,
            CountsAgain::EachTerm => self.year.term_of(day) != self.year.term_of(last),
            CountsAgain::EachQuarter => self.year.quarter_of(day) != self.year.quarter_of(last),
            CountsAgain::AfterReset => true,
            CountsAgain::AfterTeachingWeeks(weeks) => {
                !held && self.year.teaching_weeks_between(last, day) >= usize::from(weeks)
            }
        }
    }

    /// What a condition counts on a day, from `reset` on.
    ///
    /// Conditions are judged on the pupil's possible days; only the clock of the unresolved also
    /// runs on the others.
    pub fn judge(&self, condition: Condition, day: Day, reset: Day) -> Judged {
        let seen = &self.days[..self.days.partition_point(|d| d.day <= day)];
        let seen = &seen[seen.partition_point(|d| d.day < reset)..];
        if let Condition::Unresolved { days } = condition {
            let counted = seen
                .iter()
                .filter(|d| d.day.plus(i32::from(days)) < day)
                .flat_map(|d| &d.slots)
                .filter(|slot| slot.minutes.unresolved > 0)
                .count() as u64;
            return Judged::at_least(counted, 1);
        }
        if !self.is_possible(day) || seen.is_empty() {
            return Judged::default();
        }
        match condition {
            Condition::Hours {
                measure,
                hours,
                window,
            } => Judged::at_least(
                self.hours(self.within(seen, window, day), measure),
                hours.into(),
            ),
            Condition::Days {
                measure,
                days,
                window,
            } => {
                let counted = self.counted_days(self.within(seen, window, day), measure);
                Judged::at_least(counted, days.into())
            }
            Condition::Share { .. } => self.share(condition, seen, day),
            Condition::Run { days, full } => {
                let length = runs(seen, full).last().copied().unwrap_or(0);
                Judged::at_least(length.into(), days.into())
            }
            Condition::Spells { count, window } => {
                let span = self.window_days(window, day, seen);
                let begun = spells(seen)
                    .iter()
                    .filter(|spell| span.contains(spell.first.0))
                    .count();
                Judged::at_least(begun as u64, count.into())
            }
            Condition::Pattern {
                of,
                share_percent,
                count_min,
                window,
            } => patterns(self.within(seen, window, day), of)
                .first()
                .map(|top| Judged {
                    counted: top.missed.into(),
                    holds: top.missed >= u32::from(count_min)
                        && top.missed * 100 >= top.of * u32::from(share_percent),
                })
                .unwrap_or_default(),
            Condition::Trend {
                factor_tenths,
                percent_min,
            } => trend(seen)
                .map(|trend| Judged {
                    counted: trend.recent_absent,
                    holds: trend.has_risen(factor_tenths, percent_min),
                })
                .unwrap_or_default(),
            Condition::Unresolved { .. } | Condition::Concern => Judged::default(),
        }
    }

    fn share(&self, condition: Condition, seen: &[PupilDay], day: Day) -> Judged {
        let Condition::Share {
            measure,
            percent_hundredths,
            window,
            of,
            days_min,
        } = condition
        else {
            return Judged::default();
        };
        let inside = self.within(seen, window, day);
        let (part, whole, days) = match of {
            ShareOf::MarkedMinutes => (
                self.minutes(inside, measure),
                inside.iter().map(|d| d.figures().marked()).sum::<u64>(),
                inside.len(),
            ),
            ShareOf::WindowDays => {
                let span = self.window_days(window, day, seen);
                let all = self.days.iter().filter(|d| span.contains(d.day)).count();
                (self.counted_days(inside, measure), all as u64, all)
            }
        };
        let enough =
            u128::from(part) * 10_000 >= u128::from(percent_hundredths) * u128::from(whole);
        Judged {
            counted: part,
            holds: whole > 0 && enough && days >= usize::from(days_min),
        }
    }

    fn window_days(&self, window: Window, day: Day, seen: &[PupilDay]) -> Span {
        let possible: Vec<Day> = seen.iter().map(|d| d.day).collect();
        self.year.window(window, day, &possible)
    }

    fn within<'d>(&self, seen: &'d [PupilDay], window: Window, day: Day) -> &'d [PupilDay] {
        let span = self.window_days(window, day, seen);
        &seen[seen.partition_point(|d| d.day < span.from)..]
    }

    fn minutes(&self, days: &[PupilDay], measure: MeasureNo) -> u64 {
        let measure = &self.model.measures[measure.0];
        days.iter()
            .flat_map(|d| &d.slots)
            .map(|slot| u64::from(counted(measure, slot)))
            .sum()
    }

    fn counted_days(&self, days: &[PupilDay], measure: MeasureNo) -> u64 {
        let measure = &self.model.measures[measure.0];
        days.iter()
            .filter(|d| d.slots.iter().any(|slot| counted(measure, slot) > 0))
            .count() as u64
    }

    fn hours(&self, days: &[PupilDay], measure: MeasureNo) -> u64 {
        match self.model.hour {
            Hour::Minutes(length) => self.minutes(days, measure) / u64::from(length.max(1)),
            Hour::Lesson => {
                let measure = &self.model.measures[measure.0];
                days.iter()
                    .flat_map(|d| &d.slots)
                    .filter(|slot| counted(measure, slot) > 0)
                    .count() as u64
            }
        }
    }
}

/// Minutes of a lesson that a measure counts: those that its mark is about.
pub fn counted(measure: &Measure, slot: &Slot) -> u16 {
    match slot.mark {
        Some((kind, reason, minutes)) if measure.counts(kind, reason) => minutes,
        _ => 0,
    }
}

/// Of two readings of the same time: what a later one added and what it took away.
///
/// A crossing that a correction took away stays visible as withdrawn.
pub fn compare(before: &[Crossing], after: &[Crossing]) -> (Vec<Crossing>, Vec<Crossing>) {
    let same = |a: &Crossing, b: &Crossing| a.step == b.step && a.day == b.day;
    let missing = |from: &[Crossing], of: &[Crossing]| {
        from.iter()
            .filter(|a| !of.iter().any(|b| same(a, b)))
            .copied()
            .collect()
    };
    (missing(after, before), missing(before, after))
}
