//! One pupil's steps, judged day by day over prefix sums.
//!
//! A window is two look-ups instead of a new sum. The same rules as
//! `lasna_domain::model::evaluate`, which reads like the rules and is the twin.
//!
//! Invariant: `seen` is the stretch of rows from the last reset up to and with the judged day.

use crate::steps::Days;
use lasna_domain::attendance::{SchoolYear, TREND_EARLIER_DAYS, TREND_RECENT_DAYS, Trend};
use lasna_domain::calendar::{Day, Span};
use lasna_domain::model::evaluate::{Crossing, Judged};
use lasna_domain::model::{
    Condition, CountsAgain, Hour, MeasureNo, Model, PatternOf, ShareOf, Step, Window,
};
use std::ops::Range;

pub(crate) struct Judge<'a> {
    pub model: &'a Model,
    pub year: &'a SchoolYear,
    pub days: &'a Days,
}

impl Judge<'_> {
    pub fn crossings(&self, as_of: Day) -> Vec<Crossing> {
        let mut found = Vec::new();
        for (index, step) in self.model.steps.iter().enumerate() {
            self.step(index, step, as_of, &mut found);
        }
        found
    }

    fn step(&self, index: usize, step: &Step, as_of: Day, found: &mut Vec<Crossing>) {
        let clock = step
            .any
            .iter()
            .any(|c| matches!(c, Condition::Unresolved { .. }));
        let mut last: Option<Day> = None;
        let mut held = true;
        let mut base = 0;
        let mut at = 0;
        let mut day = self.year.span.from;
        let end = as_of.next().min(self.year.span.to);
        while day < end {
            while at < self.days.day.len() && self.days.day[at] < day {
                at += 1;
            }
            let possible = self.days.day.get(at) == Some(&day);
            if !possible && !clock {
                // Nothing can begin to hold before the next possible day.
                match self.days.day.get(at) {
                    Some(&next) => day = next,
                    None => break,
                }
                continue;
            }
            let seen = base..at + usize::from(possible);
            let judged = step
                .any
                .iter()
                .map(|&condition| self.judge(condition, day, seen.clone(), possible))
                .enumerate()
                .find(|(_, judged)| judged.holds);
            held &= !(possible && judged.is_none());
            if let Some((condition, judged)) = judged
                && self.may_fire(step.counts_again, last, day, held)
            {
                found.push(Crossing {
                    step: index,
                    condition,
                    day,
                    counted: judged.counted,
                });
                last = Some(day);
                held = true;
                if step.counts_again == CountsAgain::AfterReset {
                    base = seen.end;
                }
                if step.counts_again == CountsAgain::Once {
                    return;
                }
            }
            day = day.next();
        }
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

    /// Judges a condition over rows `seen`, of which the last is `day` where it is possible.
    fn judge(&self, condition: Condition, day: Day, seen: Range<usize>, possible: bool) -> Judged {
        let at_least = |counted: u64, least: u64| Judged {
            counted,
            holds: counted >= least,
        };
        if let Condition::Unresolved { days } = condition {
            let until = self
                .days
                .day
                .partition_point(|d| d.plus(i32::from(days)) < day);
            let until = until.clamp(seen.start, seen.end);
            let counted = self.days.unresolved[until] - self.days.unresolved[seen.start];
            return at_least(counted.into(), 1);
        }
        if !possible || seen.is_empty() {
            return Judged::default();
        }
        match condition {
            Condition::Hours {
                measure,
                hours,
                window,
            } => {
                let from = self.first(window, day, &seen);
                at_least(self.hours(measure, from, seen.end), hours.into())
            }
            Condition::Days {
                measure,
                days,
                window,
            } => {
                let from = self.first(window, day, &seen);
                let sums = &self.days.days[measure.0];
                at_least((sums[seen.end] - sums[from]).into(), days.into())
            }
            Condition::Share {
                measure,
                percent_hundredths,
                window,
                of,
                days_min,
            } => {
                let (part, whole, days) = self.share(measure, window, of, day, &seen);
                let enough =
                    u128::from(part) * 10_000 >= u128::from(percent_hundredths) * u128::from(whole);
                let holds = whole > 0 && enough && days >= usize::from(days_min);
                Judged {
                    counted: part,
                    holds,
                }
            }
            Condition::Run { days, full } => at_least(self.run(&seen, full), days.into()),
            Condition::Spells { count, window } => {
                at_least(self.spells_begun(window, day, &seen), count.into())
            }
            Condition::Pattern {
                of,
                share_percent,
                count_min,
                window,
            } => {
                let from = self.first(window, day, &seen);
                let (top, all) = self.pattern(of, from, seen.end);
                let holds = top > 0
                    && top >= u32::from(count_min)
                    && top * 100 >= all * u32::from(share_percent);
                Judged {
                    counted: top.into(),
                    holds,
                }
            }
            Condition::Trend {
                factor_tenths,
                percent_min,
            } => self
                .trend(&seen)
                .map(|trend| Judged {
                    counted: trend.recent_absent,
                    holds: trend.has_risen(factor_tenths, percent_min),
                })
                .unwrap_or_default(),
            Condition::Unresolved { .. } | Condition::Concern => Judged::default(),
        }
    }

    fn span(&self, window: Window, day: Day, seen: &Range<usize>) -> Span {
        self.year.window(window, day, &self.days.day[seen.clone()])
    }

    /// The first row of a window.
    fn first(&self, window: Window, day: Day, seen: &Range<usize>) -> usize {
        let from = self.span(window, day, seen).from;
        seen.start + self.days.day[seen.clone()].partition_point(|&d| d < from)
    }

    fn hours(&self, measure: MeasureNo, from: usize, to: usize) -> u64 {
        match self.model.hour {
            Hour::Minutes(length) => {
                let sums = &self.days.minutes[measure.0];
                (sums[to] - sums[from]) / u64::from(length.max(1))
            }
            Hour::Lesson => {
                let sums = &self.days.lessons[measure.0];
                (sums[to] - sums[from]).into()
            }
        }
    }

    fn share(
        &self,
        measure: MeasureNo,
        window: Window,
        of: ShareOf,
        day: Day,
        seen: &Range<usize>,
    ) -> (u64, u64, usize) {
        let from = self.first(window, day, seen);
        match of {
            ShareOf::MarkedMinutes => {
                let sums = &self.days.minutes[measure.0];
                let marked = self.days.marked[seen.end] - self.days.marked[from];
                (sums[seen.end] - sums[from], marked, seen.end - from)
            }
            ShareOf::WindowDays => {
                let span = self.span(window, day, seen);
                let all = &self.days.day;
                let whole =
                    all.partition_point(|&d| d < span.to) - all.partition_point(|&d| d < span.from);
                let sums = &self.days.days[measure.0];
                (u64::from(sums[seen.end] - sums[from]), whole as u64, whole)
            }
        }
    }

    fn run(&self, seen: &Range<usize>, full: bool) -> u64 {
        let counts = |row: usize| match full {
            true => self.days.full[row],
            false => self.days.absent[row + 1] > self.days.absent[row],
        };
        seen.clone().rev().take_while(|&row| counts(row)).count() as u64
    }

    fn spells_begun(&self, window: Window, day: Day, seen: &Range<usize>) -> u64 {
        let span = self.span(window, day, seen);
        let (mut begun, mut open) = (0, false);
        for row in seen.clone() {
            for unit in &self.days.units[row] {
                match unit {
                    Some(true) if !open => {
                        open = true;
                        begun += u64::from(span.contains(self.days.day[row]));
                    }
                    Some(false) => open = false,
                    _ => {}
                }
            }
        }
        begun
    }

    /// Missed lessons of the most frequent key, and all missed lessons.
    fn pattern(&self, of: PatternOf, from: usize, to: usize) -> (u32, u32) {
        let which = match of {
            PatternOf::Weekday => 0,
            PatternOf::LessonOfDay => 1,
            PatternOf::Subject => 2,
        };
        let missed = &self.days.missed;
        let first = missed.partition_point(|m| (m.row as usize) < from);
        let last = missed.partition_point(|m| (m.row as usize) < to);
        let mut keys: Vec<u32> = missed[first..last].iter().map(|m| m.keys[which]).collect();
        keys.sort_unstable();
        let top = keys
            .chunk_by(|a, b| a == b)
            .map(<[u32]>::len)
            .max()
            .unwrap_or(0);
        (top as u32, keys.len() as u32)
    }

    fn trend(&self, seen: &Range<usize>) -> Option<Trend> {
        if seen.len() < 2 * TREND_RECENT_DAYS {
            return None;
        }
        let recent = seen.end - TREND_RECENT_DAYS;
        let earlier = recent.saturating_sub(TREND_EARLIER_DAYS).max(seen.start);
        let sum = |sums: &[u64], from: usize, to: usize| sums[to] - sums[from];
        let trend = Trend {
            recent_absent: sum(&self.days.absent, recent, seen.end),
            recent_marked: sum(&self.days.marked, recent, seen.end),
            earlier_absent: sum(&self.days.absent, earlier, recent),
            earlier_marked: sum(&self.days.marked, earlier, recent),
        };
        (trend.recent_marked > 0 && trend.earlier_marked > 0).then_some(trend)
    }
}
