//! Absence arithmetic: marks, possible minutes, figures, spells, patterns, measures.
//!
//! This is the plain implementation that reads like `docs/areas/attendance.md`; `lasna-engine`
//! computes the same over columns and must agree to the minute. It is not fast and does not try to
//! be.
//!
//! Invariant, for every pupil and day and so for every sum:
//! `possible = present + elsewhere + authorised + unauthorised + unresolved + unmarked`.

mod derived;
mod facts;
mod figures;
mod levels;
mod mark;
mod norm;
mod slots;
mod standard;
mod timetable;
mod windows;

pub use derived::{Pattern, PatternKey, Spell, Trend, patterns, runs, spells, trend};
pub use facts::{
    CalendarDay, Enrolment, Facts, Lesson, MarkPlace, Register, School, TimetableException,
};
pub use figures::{Figures, Share};
pub use levels::{Levels, levels};
pub(crate) use mark::codes;
pub use mark::{Approval, Mark, MarkAbout, MarkKind, MarkKindError, Presence, Reason};
pub use norm::{NORM_START, norm_lessons, norm_slot_start, norm_start_near};
pub use slots::{PupilDay, Slot, SlotMinutes};
pub use standard::{LIMITS, StandardMeasures, limits_reached, standard_measures};
pub use timetable::View;
pub use windows::{SchoolYear, TREND_EARLIER_DAYS, TREND_RECENT_DAYS};
