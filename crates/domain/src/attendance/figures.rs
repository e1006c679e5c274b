//! The eight sums of minutes, their identity, and the rate that carries its completeness.
//!
//! Source: `docs/areas/attendance.md`, "The identity". Nothing here rounds except
//! [`Share::hundredths_shown`] and [`Share::tenths_shown`], which are for showing.
//!
//! Invariant: `possible = present + elsewhere + authorised + unauthorised + unresolved + unmarked`.

use std::ops::{Add, AddAssign};

/// Minutes of a pupil-day or of any sum of pupil-days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Figures {
    /// Teaching minutes that were to be attended.
    pub possible: u64,
    /// There, also where presumed.
    pub present: u64,
    /// In other school activity, taught elsewhere, in work practice.
    pub elsewhere: u64,
    /// Absent, explained and accepted.
    pub authorised: u64,
    /// Absent and not accepted.
    pub unauthorised: u64,
    /// Absent and not explained yet.
    pub unresolved: u64,
    /// Nothing is said of them.
    pub unmarked: u64,
    /// Late; inside `present` and counted beside it.
    pub late: u64,
    /// Pupil-days with possible minutes.
    pub days: u64,
    /// Some of `possible` is the grade's norm, not a timetable.
    pub norm: bool,
    /// Some of `present` is presumed: the source records exceptions only.
    pub presumed: bool,
}

impl Figures {
    /// Absent minutes, whatever the reason.
    pub const fn absent(&self) -> u64 {
        self.authorised + self.unauthorised + self.unresolved
    }

    /// Minutes of which something is said.
    pub const fn marked(&self) -> u64 {
        self.possible - self.unmarked
    }

    /// Whether the identity holds.
    pub const fn holds(&self) -> bool {
        self.possible == self.present + self.elsewhere + self.absent() + self.unmarked
            && self.late <= self.present
    }

    /// Absent of marked; `None` where nothing is marked.
    pub const fn rate(&self) -> Option<Share> {
        Share::new(self.absent(), self.marked())
    }

    /// Marked of possible; `None` where nothing was possible.
    pub const fn completeness(&self) -> Option<Share> {
        Share::new(self.marked(), self.possible)
    }

    /// `timetable` or `norm`: where `possible` comes from.
    pub const fn denominator_code(&self) -> &'static str {
        if self.norm { "norm" } else { "timetable" }
    }

    /// `recorded` or `presumed`: what an unmarked lesson counts as.
    pub const fn completeness_code(&self) -> &'static str {
        if self.presumed {
            "presumed"
        } else {
            "recorded"
        }
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Figures) {
        self.possible += other.possible;
        self.present += other.present;
        self.elsewhere += other.elsewhere;
        self.authorised += other.authorised;
        self.unauthorised += other.unauthorised;
        self.unresolved += other.unresolved;
        self.unmarked += other.unmarked;
        self.late += other.late;
        self.days += other.days;
        self.norm |= other.norm;
        self.presumed |= other.presumed;
    }
}

impl Add for Figures {
    type Output = Figures;

    fn add(mut self, other: Figures) -> Figures {
        self += other;
        self
    }
}

impl std::iter::Sum for Figures {
    fn sum<I: Iterator<Item = Figures>>(all: I) -> Figures {
        all.fold(Figures::default(), Figures::add)
    }
}

/// A part of a whole, in integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    part: u64,
    whole: u64,
}

impl Share {
    /// A share; `None` of nothing.
    pub const fn new(part: u64, whole: u64) -> Option<Share> {
        if whole == 0 {
            None
        } else {
            Some(Share { part, whole })
        }
    }

    /// The part and the whole.
    pub const fn parts(self) -> (u64, u64) {
        (self.part, self.whole)
    }

    /// Whether the share is at least so many hundredths of a percent (10 % is 1000).
    ///
    /// ```
    /// use lasna_domain::attendance::Share;
    /// // 20 of 201 missed prints as 10.0 % and is not 10 %.
    /// assert!(!Share::new(20, 201).unwrap().at_least(1000));
    /// assert!(Share::new(38, 380).unwrap().at_least(1000));
    /// ```
    pub const fn at_least(self, percent_hundredths: u32) -> bool {
        self.part as u128 * 10_000 >= percent_hundredths as u128 * self.whole as u128
    }

    /// The share in hundredths of a percent, rounded half up. For showing, never for deciding.
    pub const fn hundredths_shown(self) -> u64 {
        self.shown(10_000)
    }

    /// The share in tenths of a percent, rounded half up from its two numbers and only once. For
    /// showing, never for deciding.
    ///
    /// ```
    /// use lasna_domain::attendance::Share;
    /// // 90.0497… percent: over the rounded 90.05 it would be 90.1.
    /// assert_eq!(Share::new(181, 201).unwrap().tenths_shown(), 900);
    /// ```
    pub const fn tenths_shown(self) -> u64 {
        self.shown(1_000)
    }

    /// The share in so many parts of the whole, rounded half up.
    const fn shown(self, parts: u128) -> u64 {
        let (part, whole) = (self.part as u128, self.whole as u128);
        ((part * 2 * parts + whole) / (2 * whole)) as u64
    }
}
