//! Steps of a model over the columns: each pupil's days as prefix sums, pupils shared by cores.
//!
//! [`crate::judge`] reads the sums; the plain twin is `lasna_domain::model::evaluate`.
//!
//! Invariant: crossings equal the plain ones, in day, condition and count.

use crate::columns::Engine;
use crate::judge::Judge;
use lasna_domain::attendance::{Approval, Presence};
use lasna_domain::calendar::Day;
use lasna_domain::ids::{PupilNo, SchoolNo};
use lasna_domain::model::evaluate::Crossing;
use lasna_domain::model::{Condition, Model};

/// Crossings of one pupil, school year to date.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PupilCrossings {
    pub pupil: PupilNo,
    /// The school whose calendar judged: that of the pupil's latest day.
    pub school: SchoolNo,
    pub crossings: Vec<Crossing>,
}

/// A missed lesson, for patterns.
#[derive(Clone, Copy)]
pub(crate) struct Missed {
    pub row: u32,
    pub keys: [u32; 3],
}

/// The days of one pupil as prefix sums: entry `i` sums days before `i`.
#[derive(Default)]
pub(crate) struct Days {
    pub day: Vec<Day>,
    pub marked: Vec<u64>,
    pub absent: Vec<u64>,
    pub full: Vec<bool>,
    pub unresolved: Vec<u32>,
    /// By measure: minutes, lessons and days with any counted minute.
    pub minutes: Vec<Vec<u64>>,
    pub lessons: Vec<Vec<u32>>,
    pub days: Vec<Vec<u32>>,
    /// By row: the units in order, missed, attended or neither.
    pub units: Vec<Vec<Option<bool>>>,
    pub missed: Vec<Missed>,
}

impl Engine {
    /// Crossings of every pupil who has any, by number.
    pub fn crossings(&self, model: &Model, as_of: Day) -> Vec<PupilCrossings> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let chunk = self.pupils.len().div_ceil(threads * 4).max(1);
        let next = std::sync::atomic::AtomicUsize::new(0);
        let mut parts: Vec<(usize, Vec<PupilCrossings>)> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut found = Vec::new();
                        loop {
                            let part = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                            let from = part * chunk;
                            if from >= self.pupils.len() {
                                break found;
                            }
                            let to = (from + chunk).min(self.pupils.len());
                            let of = (from..to)
                                .filter_map(|index| self.crossings_at(index, model, as_of))
                                .collect();
                            found.push((from, of));
                        }
                    })
                })
                .collect();
            workers
                .into_iter()
                .flat_map(|w| w.join().unwrap_or_else(|p| std::panic::resume_unwind(p)))
                .collect()
        });
        parts.sort_by_key(|(from, _)| *from);
        parts.into_iter().flat_map(|(_, found)| found).collect()
    }

    /// Crossings of one pupil; `None` where there are none.
    pub fn pupil_crossings(
        &self,
        pupil: PupilNo,
        model: &Model,
        as_of: Day,
    ) -> Option<PupilCrossings> {
        let index = self.pupils.binary_search(&pupil).ok()?;
        self.crossings_at(index, model, as_of)
    }

    fn crossings_at(&self, index: usize, model: &Model, as_of: Day) -> Option<PupilCrossings> {
        let rows = self.rows_of(index);
        let until = self.rows_until(index, as_of);
        let school = self.homes[self.home[until.clone().next_back()?] as usize].school;
        let quiet = self.planes[until].iter().all(|planes| planes.said == 0);
        if quiet && !fires_on_nothing(model) {
            return None;
        }
        let days = self.days(index, rows, model, as_of);
        let judge = Judge {
            model,
            year: self.years.get(&school)?,
            days: &days,
        };
        let crossings = judge.crossings(as_of);
        (!crossings.is_empty()).then_some(PupilCrossings {
            pupil: self.pupils[index],
            school,
            crossings,
        })
    }

    fn days(&self, index: usize, rows: std::ops::Range<usize>, model: &Model, as_of: Day) -> Days {
        let measures = model.measures.len();
        let mut days = Days {
            marked: vec![0],
            absent: vec![0],
            unresolved: vec![0],
            minutes: vec![vec![0]; measures],
            lessons: vec![vec![0]; measures],
            days: vec![vec![0]; measures],
            ..Days::default()
        };
        for row in rows {
            let day = self.day_of(row);
            days.day.push(day);
            if day <= as_of {
                self.push_day(index, row, model, &mut days);
            }
        }
        days
    }

    fn push_day(&self, index: usize, row: usize, model: &Model, days: &mut Days) {
        let pattern = self.patterns.of(self.pattern[row]);
        let said = self.said_of(index, row);
        let marked_plane = self.taken[row] | self.planes[row].said;
        let (mut absent, mut unresolved) = (0_u64, 0);
        let mut counts = vec![(0_u64, 0_u32); model.measures.len()];
        let mut units = Vec::with_capacity(pattern.len());
        for (place, slot) in pattern.iter().enumerate() {
            let mut missed = false;
            if let Some((kind, reason, about)) = said.slots[place] {
                if kind.is_absence() && kind.presence() != Presence::Elsewhere && about > 0 {
                    missed = true;
                    absent += u64::from(about);
                    let approval = kind.approval();
                    unresolved += u32::from(approval == Approval::Unresolved);
                }
                for (measure, count) in model.measures.iter().zip(&mut counts) {
                    if about > 0 && measure.counts(kind, reason) {
                        count.0 += u64::from(about);
                        count.1 += 1;
                    }
                }
            }
            let attended = marked_plane >> place & 1 == 1;
            units.push(if missed {
                Some(true)
            } else {
                attended.then_some(false)
            });
            if missed {
                let weekday = self.day_of(row).weekday().index() as u32;
                let keys = [weekday, place as u32 + 1, slot.subject.0];
                days.missed.push(Missed {
                    row: days.units.len() as u32,
                    keys,
                });
            }
        }
        let total = u64::from(self.patterns.total[self.pattern[row] as usize]);
        let marked = u64::from(self.patterns.minutes(self.pattern[row], marked_plane));
        push_sum(&mut days.marked, marked);
        push_sum(&mut days.absent, absent);
        days.full.push(absent == total);
        push_sum(&mut days.unresolved, unresolved);
        for (no, (minutes, lessons)) in counts.into_iter().enumerate() {
            push_sum(&mut days.minutes[no], minutes);
            push_sum(&mut days.lessons[no], lessons);
            push_sum(&mut days.days[no], u32::from(lessons > 0));
        }
        days.units.push(units);
    }
}

fn push_sum<T: Copy + std::ops::Add<Output = T> + Default>(sums: &mut Vec<T>, more: T) {
    let last = sums.last().copied().unwrap_or_default();
    sums.push(last + more);
}

/// Whether a condition of the model could hold of a pupil of whom no mark speaks.
fn fires_on_nothing(model: &Model) -> bool {
    model
        .steps
        .iter()
        .flat_map(|step| &step.any)
        .any(|condition| match *condition {
            Condition::Hours { hours, .. } => hours == 0,
            Condition::Days { days, .. } => days == 0,
            Condition::Share {
                percent_hundredths, ..
            } => percent_hundredths == 0,
            Condition::Run { days, .. } => days == 0,
            Condition::Spells { count, .. } => count == 0,
            _ => false,
        })
}
