//! One row from its marks: which lessons each speaks of, with how many minutes.
//!
//! The same rule as the plain pupil day: a mark of the day is spread over its lessons in order, a
//! mark of a lesson goes before it.
//!
//! Invariant: `expand` depends on the row's pattern and marks only, never on what was there before.

use crate::columns::{Engine, PatternSlot, Plane, Planes, Short};
use lasna_domain::attendance::{Approval, Mark, MarkAbout, MarkKind, MarkPlace, Presence, Reason};
use lasna_domain::calendar::Day;
use lasna_domain::ids::PupilNo;

/// What is said of each lesson of a row: the mark in force and the minutes it is about there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Said {
    /// Lessons of which something is said; those without an entry below are present.
    pub said: u16,
    pub slots: [Option<(MarkKind, Reason, u16)>; crate::columns::SLOTS_MAX],
}

pub(crate) fn expand<'m>(
    pattern: &[PatternSlot],
    marks: impl Iterator<Item = &'m Mark> + Clone,
) -> Said {
    let mut row = Said::default();
    for mark in marks.clone() {
        let (MarkAbout::Day { hundredths }, Some(kind)) = (mark.about, mark.kind) else {
            continue;
        };
        let day: u32 = pattern.iter().map(|slot| u32::from(slot.minutes)).sum();
        let mut left = match kind.minutes() {
            Some(minutes) => u32::from(minutes).min(day),
            None => (day * u32::from(hundredths) + 50) / 100,
        };
        for (place, slot) in pattern.iter().enumerate() {
            let about = left.min(u32::from(slot.minutes));
            left -= about;
            row.said |= 1 << place;
            row.slots[place] = (about > 0).then_some((kind, mark.reason, about as u16));
        }
    }
    for mark in marks {
        let (MarkAbout::Lesson { group, start }, Some(kind)) = (mark.about, mark.kind) else {
            continue;
        };
        if let Some(place) = pattern
            .iter()
            .position(|s| s.group == group && s.start == start)
        {
            let possible = pattern[place].minutes;
            let about = kind.minutes().unwrap_or(possible).min(possible);
            row.said |= 1 << place;
            row.slots[place] = Some((kind, mark.reason, about));
        }
    }
    row
}

/// The planes of what is said, with the shorts of part-lesson marks.
pub(crate) fn planes(
    row: u32,
    pattern: &[PatternSlot],
    said: &Said,
    shorts: &mut Vec<Short>,
) -> Planes {
    let mut planes = Planes {
        said: said.said,
        ..Planes::default()
    };
    for (place, slot) in pattern.iter().enumerate() {
        let Some((kind, _, about)) = said.slots[place] else {
            continue;
        };
        let bit = 1 << place;
        let plane = match (kind.presence(), kind.approval()) {
            (Presence::Elsewhere, _) => Plane::Elsewhere,
            (Presence::Late, _) => Plane::Late,
            (Presence::Present, _) | (_, Approval::NotNeeded) => continue,
            (_, Approval::Authorised) => Plane::Authorised,
            (_, Approval::Unauthorised) => Plane::Unauthorised,
            (_, Approval::Unresolved) => Plane::Unresolved,
        };
        match plane {
            Plane::Elsewhere => planes.elsewhere |= bit,
            Plane::Late => planes.late |= bit,
            Plane::Authorised => planes.authorised |= bit,
            Plane::Unauthorised => planes.unauthorised |= bit,
            Plane::Unresolved => planes.unresolved |= bit,
        }
        if about < slot.minutes {
            shorts.push(Short {
                row,
                plane,
                minutes: slot.minutes - about,
            });
        }
    }
    planes
}

impl Engine {
    /// Marks in force of a pupil's day, corrections of the running session included.
    pub(crate) fn marks_of(&self, index: usize, day: Day) -> Vec<Mark> {
        let from = if index == 0 {
            0
        } else {
            self.mark_ends[index - 1] as usize
        };
        let own = &self.marks[from..self.mark_ends[index] as usize];
        let first = own.partition_point(|mark| mark.day < day);
        let mut marks: Vec<Mark> = own[first..]
            .iter()
            .take_while(|mark| mark.day == day)
            .copied()
            .collect();
        if !self.mark_overlay.is_empty() {
            let pupil: PupilNo = self.pupils[index];
            for (&(whose, when, place), mark) in
                self.mark_overlay.range((pupil, day, MarkPlace::Day)..)
            {
                if (whose, when) != (pupil, day) {
                    break;
                }
                marks.retain(|old| MarkPlace::from(old.about) != place);
                marks.push(*mark);
            }
        }
        marks
    }

    /// What is said of the lessons of a row.
    pub(crate) fn said_of(&self, index: usize, row: usize) -> Said {
        if self.planes[row].said == 0 {
            return Said::default();
        }
        let marks = self.marks_of(index, self.day_of(row));
        expand(self.patterns.of(self.pattern[row]), marks.iter())
    }
}
