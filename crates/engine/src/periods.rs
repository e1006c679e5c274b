//! Each pupil at the end of each of several periods, in one pass over the rows: for measures over time.
//!
//! What it is not: a sum of schools, and what may be shown of it, which is the caller's.
//!
//! Invariant: what is handed over equals the sums and runs of the plain pupil days.

use crate::columns::Engine;
use lasna_domain::attendance::Figures;
use lasna_domain::calendar::Day;
use lasna_domain::ids::{PupilNo, SchoolNo};

/// A pupil at the end of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PupilPeriod {
    pub pupil: PupilNo,
    /// Index of the period.
    pub period: usize,
    /// The school of the latest day by then.
    pub school: SchoolNo,
    /// Days of the period alone, by the school they were at.
    pub parts: Vec<(SchoolNo, Figures)>,
    /// School year to date.
    pub to_date: Figures,
    /// The longest run of possible days with any absence, to date.
    pub longest_run: u32,
}

impl Engine {
    /// Hands over each pupil of a range of [`Engine::pupils`] at the end of every period, where the
    /// pupil has a possible day by then.
    ///
    /// A period goes from after the end before it to its own end; ends ascend.
    pub fn each_period(
        &self,
        pupils: std::ops::Range<usize>,
        ends: &[Day],
        mut each: impl FnMut(&PupilPeriod),
    ) {
        for index in pupils {
            let mut from = self.rows_of(index).start;
            let mut found: Option<PupilPeriod> = None;
            let mut run = 0;
            for (period, &end) in ends.iter().enumerate() {
                let to = self.rows_until(index, end).end.max(from);
                if to > from {
                    let school = self.homes[self.home[to - 1] as usize].school;
                    let now = found.get_or_insert(PupilPeriod {
                        pupil: self.pupils[index],
                        period,
                        school,
                        parts: Vec::new(),
                        to_date: Figures::default(),
                        longest_run: 0,
                    });
                    now.school = school;
                    self.parts_of(from..to, &mut now.parts);
                    now.parts.iter().for_each(|(_, more)| now.to_date += *more);
                    for row in from..to {
                        run = if self.has_absence(row) { run + 1 } else { 0 };
                        now.longest_run = now.longest_run.max(run);
                    }
                    from = to;
                } else if let Some(now) = &mut found {
                    now.parts.clear();
                }
                if let Some(now) = &mut found {
                    now.period = period;
                    each(now);
                }
            }
        }
    }

    /// Sums of rows of one pupil by school; a pupil has few homes, so they are summed run by run.
    fn parts_of(&self, rows: std::ops::Range<usize>, parts: &mut Vec<(SchoolNo, Figures)>) {
        parts.clear();
        let mut from = rows.start;
        while from < rows.end {
            let home = self.home[from];
            let same = self.home[from..rows.end].iter();
            let to = from + same.take_while(|&&other| other == home).count();
            let figures = self.run_figures(from..to, home as usize);
            let school = self.homes[home as usize].school;
            match parts.iter_mut().find(|(known, _)| *known == school) {
                Some((_, sum)) => *sum += figures,
                None => parts.push((school, figures)),
            }
            from = to;
        }
    }

    fn has_absence(&self, row: usize) -> bool {
        let planes = &self.planes[row];
        let missed = planes.authorised | planes.unauthorised | planes.unresolved;
        // A mark of no minutes is no absence.
        missed != 0
            && self
                .run_figures(row..row + 1, self.home[row] as usize)
                .absent()
                > 0
    }
}
