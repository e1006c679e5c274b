//! A pupil's day as lessons with their minutes, and how a mark splits the minutes.
//!
//! Source: `docs/areas/attendance.md`, "The identity" and the rules after it. Which lessons were to
//! be attended is decided in [`super::timetable`].
//!
//! Invariant: the parts of [`SlotMinutes`] other than `late` add to the slot's possible minutes.

use super::figures::Figures;
use super::mark::{Approval, MarkKind, Presence, Reason};
use crate::calendar::{Day, TimeOfDay};
use crate::ids::{GroupNo, SchoolNo, SubjectNo};

/// Minutes of one slot by what is said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of Figures")]
pub struct SlotMinutes {
    pub present: u16,
    pub elsewhere: u16,
    pub authorised: u16,
    pub unauthorised: u16,
    pub unresolved: u16,
    pub unmarked: u16,
    pub late: u16,
}

impl SlotMinutes {
    /// Absent minutes.
    pub const fn absent(self) -> u16 {
        self.authorised + self.unauthorised + self.unresolved
    }

    /// The split of `possible` minutes by a mark of which `minutes` (at most `possible`) are about.
    ///
    /// A removal without approval is a note on behaviour: the pupil counts as present. A lateness
    /// counts as present, with its minutes beside it.
    pub const fn of_mark(kind: MarkKind, minutes: u16, possible: u16) -> SlotMinutes {
        let mut split = SlotMinutes {
            present: 0,
            elsewhere: 0,
            authorised: 0,
            unauthorised: 0,
            unresolved: 0,
            unmarked: 0,
            late: 0,
        };
        let part = if minutes < possible {
            minutes
        } else {
            possible
        };
        let mut taken = part;
        match (kind.presence(), kind.approval()) {
            (Presence::Elsewhere, _) => split.elsewhere = part,
            (Presence::Late, _) => {
                split.late = part;
                taken = 0;
            }
            (Presence::Present, _) | (_, Approval::NotNeeded) => taken = 0,
            (_, Approval::Authorised) => split.authorised = part,
            (_, Approval::Unauthorised) => split.unauthorised = part,
            (_, Approval::Unresolved) => split.unresolved = part,
        }
        split.present = possible - taken;
        split
    }
}

/// One lesson of a pupil's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The group; the pupil's class where the day is by the norm.
    pub group: GroupNo,
    /// Start.
    pub start: TimeOfDay,
    /// What is taught.
    pub subject: SubjectNo,
    /// Minutes to attend, greater than zero.
    pub possible: u16,
    /// What is said of them.
    pub minutes: SlotMinutes,
    /// The mark in force with the minutes it is about here; `None` where only a register, or
    /// nothing, speaks.
    pub mark: Option<(MarkKind, Reason, u16)>,
}

/// One day of a pupil with possible minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PupilDay {
    /// The day.
    pub day: Day,
    /// The school it is attributed to.
    pub school: SchoolNo,
    /// The pupil's own class that day, where there is one.
    pub class: Option<GroupNo>,
    /// Lessons by start, then group; never empty.
    pub slots: Vec<Slot>,
    /// Possible minutes by the norm.
    pub norm: bool,
    /// Unmarked counts as presumed present.
    pub presumed: bool,
}

impl PupilDay {
    /// The sums of the day.
    pub fn figures(&self) -> Figures {
        let mut sum = Figures {
            days: 1,
            norm: self.norm,
            presumed: self.presumed,
            ..Figures::default()
        };
        for slot in &self.slots {
            sum.possible += u64::from(slot.possible);
            sum.present += u64::from(slot.minutes.present);
            sum.elsewhere += u64::from(slot.minutes.elsewhere);
            sum.authorised += u64::from(slot.minutes.authorised);
            sum.unauthorised += u64::from(slot.minutes.unauthorised);
            sum.unresolved += u64::from(slot.minutes.unresolved);
            sum.unmarked += u64::from(slot.minutes.unmarked);
            sum.late += u64::from(slot.minutes.late);
        }
        sum
    }

    /// Absent minutes of the day.
    pub fn absent(&self) -> u32 {
        self.slots
            .iter()
            .map(|slot| u32::from(slot.minutes.absent()))
            .sum()
    }

    /// Possible minutes of the day.
    pub fn possible(&self) -> u32 {
        self.slots.iter().map(|slot| u32::from(slot.possible)).sum()
    }

    /// Whether every minute was missed.
    pub fn is_full_absence(&self) -> bool {
        self.absent() == self.possible()
    }
}

pub(super) fn slot(group: GroupNo, start: TimeOfDay, subject: SubjectNo, possible: u16) -> Slot {
    Slot {
        group,
        start,
        subject,
        possible,
        minutes: SlotMinutes::default(),
        mark: None,
    }
}

pub(super) fn say_slot(slot: &mut Slot, kind: MarkKind, reason: Reason, minutes: u16) {
    let about = minutes.min(slot.possible);
    slot.minutes = SlotMinutes::of_mark(kind, about, slot.possible);
    slot.mark = Some((kind, reason, about));
}

pub(super) fn say_day(slots: &mut [Slot], kind: MarkKind, reason: Reason, hundredths: u8) {
    let day: u32 = slots.iter().map(|slot| u32::from(slot.possible)).sum();
    let mut left = match kind.minutes() {
        Some(minutes) => u32::from(minutes).min(day),
        None => (day * u32::from(hundredths) + 50) / 100,
    };
    for slot in slots {
        let about = u32::from(slot.possible).min(left) as u16;
        left -= u32::from(about);
        if about > 0 {
            say_slot(slot, kind, reason, about);
        } else {
            slot.minutes = SlotMinutes {
                present: slot.possible,
                ..SlotMinutes::default()
            };
        }
    }
}
