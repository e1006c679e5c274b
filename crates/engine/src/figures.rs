//! Figures of every level, to date.
//!
//! The provider is the sum of its schools, a school of its homes (school, class and flags): each
//! minute is added once, in [`crate::kernel`].
//!
//! Invariant: levels add to the minute.

use crate::columns::{Engine, Plane};
use crate::kernel::{Rows, Sums, sum_rows};
use lasna_domain::attendance::{Figures, Levels};
use lasna_domain::calendar::Day;
use lasna_domain::ids::{GroupNo, PupilNo, SchoolNo};
use std::ops::Range;

/// Figures of a school or class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct LevelRow {
    pub school: SchoolNo,
    pub class: Option<GroupNo>,
    pub figures: Figures,
}

/// Figures of a pupil, with the school and class of the latest day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PupilFigures {
    pub pupil: PupilNo,
    pub school: SchoolNo,
    pub class: Option<GroupNo>,
    pub figures: Figures,
}

impl Engine {
    /// Rows of a pupil up to and with a day.
    pub(crate) fn rows_until(&self, index: usize, as_of: Day) -> Range<usize> {
        let rows = self.rows_of(index);
        let offset = as_of.0 - self.year.from.0;
        let count = self.day[rows.clone()].partition_point(|&day| i32::from(day) <= offset);
        rows.start..rows.start + count
    }

    fn sum_range(&self, rows: Range<usize>, sums: &mut [Sums]) {
        sum_rows(
            Rows {
                patterns: &self.patterns,
                pattern: &self.pattern[rows.clone()],
                home: &self.home[rows.clone()],
                taken: &self.taken[rows.clone()],
                planes: &self.planes[rows.clone()],
            },
            sums,
        );
        self.each_short(rows, |short| {
            let sum = &mut sums[self.home[short.row as usize] as usize];
            let minutes = u64::from(short.minutes);
            match short.plane {
                Plane::Elsewhere => sum.elsewhere -= minutes,
                Plane::Authorised => sum.authorised -= minutes,
                Plane::Unauthorised => sum.unauthorised -= minutes,
                Plane::Unresolved => sum.unresolved -= minutes,
                Plane::Late => sum.late -= minutes,
            }
        });
    }

    fn figures_of(&self, home: usize, sums: &Sums) -> Figures {
        let flags = self.homes[home];
        let gone = sums.elsewhere + sums.authorised + sums.unauthorised + sums.unresolved;
        Figures {
            possible: sums.possible,
            present: sums.marked - gone,
            elsewhere: sums.elsewhere,
            authorised: sums.authorised,
            unauthorised: sums.unauthorised,
            unresolved: sums.unresolved,
            unmarked: sums.possible - sums.marked,
            late: sums.late,
            days: sums.days,
            norm: flags.norm && sums.days > 0,
            presumed: flags.presumed && sums.days > 0,
        }
    }

    /// Figures of one pupil; `None` where there is no possible day yet.
    pub fn pupil(&self, pupil: PupilNo, as_of: Day) -> Option<PupilFigures> {
        let index = self.pupils.binary_search(&pupil).ok()?;
        self.pupil_at(index, as_of)
    }

    pub(crate) fn pupil_at(&self, index: usize, as_of: Day) -> Option<PupilFigures> {
        let rows = self.rows_until(index, as_of);
        let last = self.homes[self.home[rows.clone().next_back()?] as usize];
        let mut figures = Figures::default();
        // A pupil has few homes: sum run by run.
        let mut from = rows.start;
        while from < rows.end {
            let home = self.home[from];
            let run = self.home[from..rows.end]
                .iter()
                .take_while(|&&h| h == home)
                .count();
            figures += self.run_figures(from..from + run, home as usize);
            from += run;
        }
        Some(PupilFigures {
            pupil: self.pupils[index],
            school: last.school,
            class: last.class,
            figures,
        })
    }

    pub(crate) fn run_figures(&self, rows: Range<usize>, home: usize) -> Figures {
        let mut sums = Sums::default();
        let mut shorts = [0_u64; 5];
        for row in rows.clone() {
            let planes = &self.planes[row];
            let minutes = |plane: u16| u64::from(self.patterns.minutes(self.pattern[row], plane));
            sums.possible += u64::from(self.patterns.total[self.pattern[row] as usize]);
            sums.marked += minutes(self.taken[row] | planes.said);
            sums.elsewhere += minutes(planes.elsewhere);
            sums.authorised += minutes(planes.authorised);
            sums.unauthorised += minutes(planes.unauthorised);
            sums.unresolved += minutes(planes.unresolved);
            sums.late += minutes(planes.late);
            sums.days += 1;
        }
        self.each_short(rows, |short| {
            shorts[short.plane as usize] += u64::from(short.minutes)
        });
        sums.elsewhere -= shorts[Plane::Elsewhere as usize];
        sums.authorised -= shorts[Plane::Authorised as usize];
        sums.unauthorised -= shorts[Plane::Unauthorised as usize];
        sums.unresolved -= shorts[Plane::Unresolved as usize];
        sums.late -= shorts[Plane::Late as usize];
        self.figures_of(home, &sums)
    }

    pub(crate) fn each_short(
        &self,
        rows: Range<usize>,
        mut take: impl FnMut(&crate::columns::Short),
    ) {
        let first = self
            .shorts
            .partition_point(|short| (short.row as usize) < rows.start);
        self.shorts[first..]
            .iter()
            .take_while(|short| (short.row as usize) < rows.end)
            .filter(|short| !self.short_overlay.contains_key(&short.row))
            .for_each(&mut take);
        self.short_overlay
            .range(rows.start as u32..rows.end as u32)
            .flat_map(|(_, shorts)| shorts)
            .for_each(take);
    }

    /// Figures of every pupil with a possible day, by number.
    pub fn all_pupils(&self, as_of: Day) -> Vec<PupilFigures> {
        (0..self.pupils.len())
            .filter_map(|index| self.pupil_at(index, as_of))
            .collect()
    }

    /// Figures of every school and class, by number.
    pub fn classes(&self, as_of: Day) -> Vec<LevelRow> {
        let mut sums = vec![Sums::default(); self.homes.len()];
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let chunk = self.pupils.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let parts: Vec<_> = (0..self.pupils.len())
                .step_by(chunk)
                .map(|from| {
                    let to = (from + chunk).min(self.pupils.len());
                    scope.spawn(move || self.sum_pupils(from..to, as_of))
                })
                .collect();
            for part in parts {
                let part = part
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                for (sum, more) in sums.iter_mut().zip(part) {
                    add(sum, &more);
                }
            }
        });
        let mut rows: std::collections::BTreeMap<(SchoolNo, Option<GroupNo>), Figures> =
            std::collections::BTreeMap::new();
        for (home, sum) in sums.iter().enumerate().filter(|(_, sum)| sum.days > 0) {
            let key = (self.homes[home].school, self.homes[home].class);
            *rows.entry(key).or_default() += self.figures_of(home, sum);
        }
        rows.into_iter()
            .map(|((school, class), figures)| LevelRow {
                school,
                class,
                figures,
            })
            .collect()
    }

    fn sum_pupils(&self, pupils: Range<usize>, as_of: Day) -> Vec<Sums> {
        let mut sums = vec![Sums::default(); self.homes.len()];
        if as_of.next() >= self.year.to {
            let from = self.rows_of(pupils.start).start;
            let to = self.rows_of(pupils.end - 1).end;
            self.sum_range(from..to, &mut sums);
        } else {
            for index in pupils {
                self.sum_range(self.rows_until(index, as_of), &mut sums);
            }
        }
        sums
    }

    /// Figures of every level at once.
    pub fn levels(&self, as_of: Day) -> Levels {
        let mut levels = Levels::default();
        for row in self.classes(as_of) {
            levels.provider += row.figures;
            *levels.schools.entry(row.school).or_default() += row.figures;
            levels.classes.insert((row.school, row.class), row.figures);
        }
        for row in self.all_pupils(as_of) {
            levels.pupils.insert(row.pupil, row.figures);
        }
        levels
    }
}

fn add(sum: &mut Sums, more: &Sums) {
    sum.possible += more.possible;
    sum.marked += more.marked;
    sum.elsewhere += more.elsewhere;
    sum.authorised += more.authorised;
    sum.unauthorised += more.unauthorised;
    sum.unresolved += more.unresolved;
    sum.late += more.late;
    sum.days += more.days;
}
