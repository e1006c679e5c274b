//! The columns: one row for each pupil and day with possible minutes, bit planes over its lessons.
//!
//! A row's lessons are a *pattern* of a shared dictionary (group, start, subject, minutes); a plane
//! has one bit for each lesson of the pattern, in order. Minutes of a plane are the pattern's minutes
//! under its bits, less the *shorts*: lessons of which a mark says only a part.
//!
//! Invariant: rows are sorted by pupil and day; bits beyond the pattern's length are zero.

use lasna_domain::attendance::{Mark, MarkPlace, SchoolYear};
use lasna_domain::calendar::{Day, Span, TimeOfDay};
use lasna_domain::ids::{GroupNo, PupilNo, SchoolNo, SubjectNo};
use std::collections::{BTreeMap, HashMap};

/// Lessons that a day can hold; more is a [`Problem`].
pub(crate) const SLOTS_MAX: usize = 16;

/// Something in the facts that the columns cannot hold; the figures of that day are short of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whose day.
    pub pupil: PupilNo,
    /// The day with more than 16 lessons.
    pub day: Day,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PatternSlot {
    pub group: GroupNo,
    pub start: TimeOfDay,
    pub subject: SubjectNo,
    pub minutes: u16,
}

/// The dictionary of day patterns.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub ends: Vec<u32>,
    pub slots: Vec<PatternSlot>,
    /// Minutes of each lesson where all are as long, else 0.
    pub uniform: Vec<u16>,
    /// Minutes of all lessons.
    pub total: Vec<u16>,
    known: HashMap<Vec<PatternSlot>, u32>,
}

impl Patterns {
    pub fn intern(&mut self, slots: &[PatternSlot]) -> u32 {
        if let Some(&known) = self.known.get(slots) {
            return known;
        }
        let no = self.ends.len() as u32;
        self.slots.extend_from_slice(slots);
        self.ends.push(self.slots.len() as u32);
        let first = slots.first().map_or(0, |slot| slot.minutes);
        let uniform = slots.iter().all(|slot| slot.minutes == first);
        self.uniform.push(if uniform { first } else { 0 });
        self.total.push(slots.iter().map(|slot| slot.minutes).sum());
        self.known.insert(slots.to_vec(), no);
        no
    }

    pub fn of(&self, pattern: u32) -> &[PatternSlot] {
        let index = pattern as usize;
        let from = if index == 0 {
            0
        } else {
            self.ends[index - 1] as usize
        };
        &self.slots[from..self.ends[index] as usize]
    }

    /// Minutes under the bits of a plane.
    pub fn minutes(&self, pattern: u32, plane: u16) -> u32 {
        let uniform = self.uniform[pattern as usize];
        if uniform != 0 {
            return u32::from(uniform) * plane.count_ones();
        }
        let mut left = plane;
        let mut sum = 0;
        let slots = self.of(pattern);
        while left != 0 {
            sum += u32::from(slots[left.trailing_zeros() as usize].minutes);
            left &= left - 1;
        }
        sum
    }

    fn bytes(&self) -> usize {
        let slot = size_of::<PatternSlot>();
        // The dictionary's keys hold each pattern once more.
        2 * self.slots.len() * slot + self.ends.len() * (4 + 2 + 2 + 4 + size_of::<Vec<u8>>())
    }
}

/// Where a row is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Home {
    pub school: SchoolNo,
    pub class: Option<GroupNo>,
    pub norm: bool,
    pub presumed: bool,
}

/// What a part-lesson mark leaves out of a plane's minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    pub row: u32,
    pub plane: Plane,
    pub minutes: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plane {
    Elsewhere,
    Authorised,
    Unauthorised,
    Unresolved,
    Late,
}

/// Bit planes of one row that marks decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Planes {
    /// A mark speaks of the lesson.
    pub said: u16,
    pub elsewhere: u16,
    pub authorised: u16,
    pub unauthorised: u16,
    pub unresolved: u16,
    pub late: u16,
}

/// One school year of pupils, as known on one instant.
#[derive(Debug)]
pub struct Engine {
    pub(crate) year: Span,
    pub(crate) pupils: Vec<PupilNo>,
    /// Rows of pupil `i` are `row_ends[i - 1]..row_ends[i]`.
    pub(crate) row_ends: Vec<u32>,
    /// Day of the row, as days since the year began.
    pub(crate) day: Vec<u16>,
    pub(crate) pattern: Vec<u32>,
    pub(crate) home: Vec<u32>,
    /// A register says so, or absence of marks is presumed presence.
    pub(crate) taken: Vec<u16>,
    pub(crate) planes: Vec<Planes>,
    /// By row; rows in `short_overlay` are replaced.
    pub(crate) shorts: Vec<Short>,
    pub(crate) short_overlay: BTreeMap<u32, Vec<Short>>,
    pub(crate) patterns: Patterns,
    pub(crate) homes: Vec<Home>,
    /// Marks in force, by pupil, day and place.
    pub(crate) marks: Vec<Mark>,
    pub(crate) mark_ends: Vec<u32>,
    pub(crate) mark_overlay: BTreeMap<(PupilNo, Day, MarkPlace), Mark>,
    pub(crate) members: HashMap<GroupNo, Vec<u32>>,
    pub(crate) years: BTreeMap<SchoolNo, SchoolYear>,
    pub(crate) problems: Vec<Problem>,
}

impl Engine {
    /// The school year that it holds.
    pub const fn year(&self) -> Span {
        self.year
    }

    /// Pupils with an enrolment, by number.
    pub fn pupils(&self) -> &[PupilNo] {
        &self.pupils
    }

    /// Pupil-days with possible minutes.
    pub fn rows(&self) -> usize {
        self.day.len()
    }

    /// Pupil-lessons: the lessons of all rows.
    pub fn lessons(&self) -> u64 {
        self.pattern
            .iter()
            .map(|&pattern| self.patterns.of(pattern).len() as u64)
            .sum()
    }

    /// What could not be held.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The calendar of a school, where the engine has pupils of it.
    pub fn school_year(&self, school: SchoolNo) -> Option<&SchoolYear> {
        self.years.get(&school)
    }

    /// Bytes held by the columns, the dictionary and the marks (without allocator overhead).
    pub fn bytes(&self) -> usize {
        self.pupils.len() * (4 + 4 + 4)
            + self.day.len() * (2 + 4 + 4 + 2 + size_of::<Planes>())
            + self.shorts.len() * size_of::<Short>()
            + self
                .short_overlay
                .values()
                .map(|v| 64 + v.len() * size_of::<Short>())
                .sum::<usize>()
            + self.patterns.bytes()
            + self.homes.len() * size_of::<Home>()
            + self.marks.len() * size_of::<Mark>()
            + self.mark_overlay.len() * (size_of::<Mark>() + 32)
            + self
                .members
                .values()
                .map(|v| 32 + 4 * v.len())
                .sum::<usize>()
    }

    /// Rows of the pupil at an index.
    pub(crate) fn rows_of(&self, index: usize) -> std::ops::Range<usize> {
        let from = if index == 0 {
            0
        } else {
            self.row_ends[index - 1] as usize
        };
        from..self.row_ends[index] as usize
    }

    /// The row of a pupil's day.
    pub(crate) fn row_at(&self, index: usize, day: Day) -> Option<usize> {
        let offset = u16::try_from(day.0 - self.year.from.0).ok()?;
        let rows = self.rows_of(index);
        let found = self.day[rows.clone()].binary_search(&offset).ok()?;
        Some(rows.start + found)
    }

    pub(crate) fn day_of(&self, row: usize) -> Day {
        self.year.from.plus(i32::from(self.day[row]))
    }
}
