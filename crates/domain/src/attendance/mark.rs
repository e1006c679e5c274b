//! What is said of one pupil in one lesson: presence, approval, reason.
//!
//! Three orthogonal fields instead of one code (`docs/areas/attendance.md`). The reason is the
//! dangerous field: it is stored apart, and it is in memory only where a rule that a person wrote
//! needs it. A mark never says anything of a pupil that was not asked about: unmarked is the
//! absence of a mark and of a register, not a value here.
//!
//! Invariant: a combination that means nothing cannot be built, see [`MarkKind::new`].

use crate::calendar::{Day, Instant, TimeOfDay};
use crate::ids::{GroupNo, PupilNo};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The code used in files, in the database and in models.
            pub const fn as_code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            /// The value of a code, where there is one.
            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }

            /// The place in [`Self::ALL`], for small tables.
            pub const fn index(self) -> usize {
                self as usize
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// Whether the pupil was there.
    Presence {
        /// In the lesson.
        Present = "present",
        /// In the lesson after its start; counted as present, with its minutes beside it.
        Late = "late",
        /// Not in the lesson.
        Absent = "absent",
        /// In other school activity, taught elsewhere, in work practice: not an absence.
        Elsewhere = "elsewhere",
        /// Sent out of the lesson or home by the school.
        Removed = "removed",
    }
}

codes! {
    /// What the school has decided of an absence.
    Approval {
        /// There is nothing to approve.
        NotNeeded = "not_needed",
        /// Nobody has explained it yet (selvittämätön).
        Unresolved = "unresolved",
        /// Explained and accepted.
        Authorised = "authorised",
        /// Explained or not, and not accepted (luvaton).
        Unauthorised = "unauthorised",
    }
}

codes! {
    /// Why, as far as the school needs to know. Stored apart from the mark.
    Reason {
        /// Nothing is known.
        Unknown = "unknown",
        /// Health.
        Health = "health",
        /// Leave applied for in advance (ennalta anottu vapaa).
        Leave = "leave",
        /// Explained otherwise.
        Other = "other",
        /// Truancy.
        Truancy = "truancy",
        /// The school sent or asked the pupil to stay home.
        School = "school",
        /// Transport failed.
        Transport = "transport",
    }
}

/// A combination of presence, approval and minutes that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkKindError {
    /// An absence must be authorised, unauthorised or unresolved.
    #[error("an absence needs an approval: authorised, unauthorised or unresolved")]
    AbsenceWithoutApproval,
    /// Only an absence or a removal can be approved.
    #[error("only an absence or a removal has an approval")]
    ApprovalWithoutAbsence,
    /// A lateness without its minutes cannot be counted.
    #[error("a lateness needs its minutes")]
    LatenessWithoutMinutes,
}

/// A checked combination of presence, approval and minutes.
///
/// `minutes` is the part of the lesson the mark is about: minutes late, minutes missed, minutes
/// elsewhere. `None` is the whole lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkKind {
    presence: Presence,
    approval: Approval,
    minutes: Option<u16>,
}

impl MarkKind {
    /// In the lesson from start to end.
    pub const PRESENT: MarkKind = MarkKind {
        presence: Presence::Present,
        approval: Approval::NotNeeded,
        minutes: None,
    };

    /// Checks a combination.
    ///
    /// A removal may be approved (then its minutes are absence by the school's own act) or carry no
    /// approval (then it is a note on behaviour and the pupil counts as present).
    ///
    /// ```
    /// use lasna_domain::attendance::{Approval, MarkKind, MarkKindError, Presence};
    /// assert!(MarkKind::new(Presence::Absent, Approval::Unresolved, None).is_ok());
    /// assert_eq!(
    ///     MarkKind::new(Presence::Absent, Approval::NotNeeded, None),
    ///     Err(MarkKindError::AbsenceWithoutApproval)
    /// );
    /// ```
    ///
    /// # Errors
    /// See [`MarkKindError`].
    pub const fn new(
        presence: Presence,
        approval: Approval,
        minutes: Option<u16>,
    ) -> Result<MarkKind, MarkKindError> {
        let approved = !matches!(approval, Approval::NotNeeded);
        match presence {
            Presence::Absent if !approved => Err(MarkKindError::AbsenceWithoutApproval),
            Presence::Present | Presence::Late | Presence::Elsewhere if approved => {
                Err(MarkKindError::ApprovalWithoutAbsence)
            }
            Presence::Late if minutes.is_none() => Err(MarkKindError::LatenessWithoutMinutes),
            _ => Ok(MarkKind {
                presence,
                approval,
                minutes,
            }),
        }
    }

    /// Whether the pupil was there.
    pub const fn presence(self) -> Presence {
        self.presence
    }

    /// What the school decided.
    pub const fn approval(self) -> Approval {
        self.approval
    }

    /// The part of the lesson in minutes; `None` is all of it.
    pub const fn minutes(self) -> Option<u16> {
        self.minutes
    }

    /// Whether any of its minutes are absence.
    pub const fn is_absence(self) -> bool {
        !matches!(self.approval, Approval::NotNeeded)
    }
}

/// What a mark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkAbout {
    /// The whole day. With `hundredths` of the day missed; 100 is all of it.
    ///
    /// Registers that know only days (Ed-Fi's event duration in days) speak so.
    Day {
        /// The part of the day, 1–100.
        hundredths: u8,
    },
    /// One lesson, by its group and start.
    Lesson {
        /// The teaching group.
        group: GroupNo,
        /// The lesson's start.
        start: TimeOfDay,
    },
}

/// One record about a pupil in a lesson or on a day. Append-only: a later record supersedes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The pupil.
    pub pupil: PupilNo,
    /// The school day it is about.
    pub day: Day,
    /// The lesson or the day.
    pub about: MarkAbout,
    /// The instant it became known.
    pub known_at: Instant,
    /// What is said; `None` withdraws what was said before.
    pub kind: Option<MarkKind>,
    /// Why, where the reader is entitled to it and it is known.
    pub reason: Reason,
}

impl Mark {
    /// Orders records of the same pupil and lesson: the greatest is in force.
    ///
    /// The instant decides; two records of one instant are ordered by their content, so that the
    /// order of input never matters.
    pub fn precedence(&self) -> (Instant, Option<MarkKind>, Reason, MarkAbout) {
        (self.known_at, self.kind, self.reason, self.about)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_round_trips() {
        for &p in Presence::ALL {
            assert_eq!(Presence::from_code(p.as_code()), Some(p));
        }
        for &a in Approval::ALL {
            assert_eq!(Approval::from_code(a.as_code()), Some(a));
        }
        for &r in Reason::ALL {
            assert_eq!(Reason::from_code(r.as_code()), Some(r));
        }
        assert_eq!(Presence::from_code("Absent"), None);
    }

    #[test]
    fn only_meaningful_combinations_exist() {
        let mut built = 0;
        for &p in Presence::ALL {
            for &a in Approval::ALL {
                for m in [None, Some(10)] {
                    built += usize::from(MarkKind::new(p, a, m).is_ok());
                }
            }
        }
        // present 2, late 1 (with minutes), absent 3×2, elsewhere 2, removed 4×2.
        assert_eq!(built, 2 + 1 + 6 + 2 + 8);
    }
}
