//! Absence arithmetic: marks, possible minutes, figures, spells, patterns, measures.
//!
//! This is the plain implementation that reads like `arithmetic.md`; `lasna-engine` computes the
//! same over columns and must agree to the minute. It is not fast and does not try to be.
//!
//! Invariant, for every pupil and day and so for every sum:
//! `possible = present + elsewhere + authorised + unauthorised + unresolved + unmarked`.

mod mark;

pub(crate) use mark::codes;
pub use mark::{Approval, Mark, MarkAbout, MarkKind, MarkKindError, Presence, Reason};
