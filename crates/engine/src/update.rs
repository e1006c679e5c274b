//! Keeping the columns in step with the store, mark by mark and register by register.
//!
//! Structure (lessons, enrolments, calendar, timetables) is not updated here: the engine is rebuilt.
//!
//! Invariant: an older record never replaces a newer one, whatever the order of arrival.

use crate::columns::Engine;
use crate::rows::{expand, planes};
use lasna_domain::attendance::{Mark, MarkPlace, Register};

impl Engine {
    /// Takes one mark; says whether the pupil has a row that day.
    pub fn apply_mark(&mut self, mark: Mark) -> bool {
        let Ok(index) = self.pupils.binary_search(&mark.pupil) else {
            return false;
        };
        let place = MarkPlace::from(mark.about);
        let old = self
            .marks_of(index, mark.day)
            .into_iter()
            .find(|old| MarkPlace::from(old.about) == place);
        if old.is_some_and(|old| old.precedence() >= mark.precedence()) {
            return true;
        }
        self.mark_overlay
            .insert((mark.pupil, mark.day, place), mark);
        let Some(row) = self.row_at(index, mark.day) else {
            return false;
        };
        let pattern = self.patterns.of(self.pattern[row]);
        let marks = self.marks_of(index, mark.day);
        let mut shorts = Vec::new();
        self.planes[row] = planes(
            row as u32,
            pattern,
            &expand(pattern, marks.iter()),
            &mut shorts,
        );
        self.short_overlay.insert(row as u32, shorts);
        true
    }

    /// Takes one register; returns how many rows it is about. The caller passes registers of a
    /// lesson in the order they became known.
    pub fn apply_register(&mut self, register: &Register) -> usize {
        let members = self
            .members
            .get(&register.group)
            .cloned()
            .unwrap_or_default();
        let mut touched = 0;
        for index in members {
            let Some(row) = self.row_at(index as usize, register.day) else {
                continue;
            };
            let found = self
                .patterns
                .of(self.pattern[row])
                .iter()
                .position(|slot| slot.group == register.group && slot.start == register.start);
            let Some(place) = found else { continue };
            touched += 1;
            let presumed = self.homes[self.home[row] as usize].presumed;
            if register.taken || presumed {
                self.taken[row] |= 1 << place;
            } else {
                self.taken[row] &= !(1 << place);
            }
        }
        touched
    }
}
