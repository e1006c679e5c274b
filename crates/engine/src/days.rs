//! One pupil's days lesson by lesson, in the shape of the plain pupil day.
//!
//! What was counted can be shown, and the plain functions on days (spells, patterns, measures) work
//! on the columns of a held year without another reading of the store.
//!
//! Invariant: the days equal those of the plain [`lasna_domain::attendance::View`].

use crate::columns::Engine;
use lasna_domain::attendance::{MarkKind, PupilDay, Slot, SlotMinutes};
use lasna_domain::calendar::{Day, TimeOfDay};
use lasna_domain::ids::{GroupNo, PupilNo};

impl Engine {
    /// The possible days of a pupil up to and with a day, with every lesson of them.
    pub fn pupil_days(&self, pupil: PupilNo, as_of: Day) -> Vec<PupilDay> {
        let Ok(index) = self.pupils.binary_search(&pupil) else {
            return Vec::new();
        };
        let rows = self.rows_until(index, as_of);
        rows.map(|row| self.pupil_day(index, row)).collect()
    }

    /// The whole year's possible days of a pupil, those ahead too.
    pub fn pupil_year(&self, pupil: PupilNo) -> Vec<PupilDay> {
        self.pupil_days(pupil, self.year.to)
    }

    /// Who is to attend a lesson, each with the whole day, by number.
    pub fn lesson(&self, group: GroupNo, day: Day, start: TimeOfDay) -> Vec<(PupilNo, PupilDay)> {
        let members = self.members.get(&group).map_or(&[][..], Vec::as_slice);
        let attends = |row: usize| {
            let slots = self.patterns.of(self.pattern[row]);
            slots.iter().any(|s| s.group == group && s.start == start)
        };
        let mut found: Vec<(PupilNo, PupilDay)> = members
            .iter()
            .filter_map(|&index| {
                let index = index as usize;
                let row = self.row_at(index, day).filter(|&row| attends(row))?;
                Some((self.pupils[index], self.pupil_day(index, row)))
            })
            .collect();
        found.sort_by_key(|(pupil, _)| *pupil);
        found.dedup_by_key(|(pupil, _)| *pupil);
        found
    }

    /// Pupils who were ever enrolled in a group this year, by number.
    pub fn members_of(&self, group: GroupNo) -> Vec<PupilNo> {
        let members = self.members.get(&group).map_or(&[][..], Vec::as_slice);
        let mut pupils: Vec<PupilNo> = members.iter().map(|&i| self.pupils[i as usize]).collect();
        pupils.sort_unstable();
        pupils.dedup();
        pupils
    }

    /// Hands over each missed lesson of a pupil on days from (included) to (included), with whether
    /// it is without leave or explanation.
    pub fn each_missed(&self, pupil: PupilNo, from: Day, to: Day, mut each: impl FnMut(Day, bool)) {
        let Ok(index) = self.pupils.binary_search(&pupil) else {
            return;
        };
        for row in self.rows_until(index, to).rev() {
            let (day, planes) = (self.day_of(row), self.planes[row]);
            if day < from {
                break;
            }
            let unexplained = planes.unauthorised | planes.unresolved;
            (0..planes.authorised.count_ones()).for_each(|_| each(day, false));
            (0..unexplained.count_ones()).for_each(|_| each(day, true));
        }
    }

    /// Whether a pupil has an absence on a day before a day that waits for an explanation.
    pub fn unresolved_before(&self, pupil: PupilNo, before: Day) -> bool {
        let Ok(index) = self.pupils.binary_search(&pupil) else {
            return false;
        };
        let mut rows = self.rows_until(index, before.plus(-1));
        rows.any(|row| self.planes[row].unresolved != 0)
    }

    fn pupil_day(&self, index: usize, row: usize) -> PupilDay {
        let home = self.homes[self.home[row] as usize];
        let said = self.said_of(index, row);
        let slots = self.patterns.of(self.pattern[row]).iter().enumerate();
        PupilDay {
            day: self.day_of(row),
            school: home.school,
            class: home.class,
            slots: slots
                .map(|(place, slot)| {
                    let mark = said.slots[place];
                    let minutes = match mark {
                        Some((kind, _, about)) => SlotMinutes::of_mark(kind, about, slot.minutes),
                        None if (self.taken[row] | said.said) >> place & 1 == 1 => {
                            SlotMinutes::of_mark(MarkKind::PRESENT, 0, slot.minutes)
                        }
                        None => SlotMinutes {
                            unmarked: slot.minutes,
                            ..SlotMinutes::default()
                        },
                    };
                    Slot {
                        group: slot.group,
                        start: slot.start,
                        subject: slot.subject,
                        possible: slot.minutes,
                        minutes,
                        mark,
                    }
                })
                .collect(),
            norm: home.norm,
            presumed: home.presumed,
        }
    }
}
