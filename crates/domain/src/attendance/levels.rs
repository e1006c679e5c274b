//! Sums by pupil, class, school and provider, in one place so that they add.
//!
//! A pupil-day is attributed to the pupil's own class of that day and to its school; a pupil who
//! moves mid-week counts in both places, each for its days.
//!
//! Invariant: class + class (with the pupils of no class) = school, school + school = provider.

use super::figures::Figures;
use super::timetable::View;
use crate::calendar::Span;
use crate::ids::{GroupNo, PupilNo, SchoolNo};
use std::collections::BTreeMap;

/// Figures of every level over one span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the levels")]
pub struct Levels {
    pub provider: Figures,
    pub schools: BTreeMap<SchoolNo, Figures>,
    /// By school and class; `None` holds pupils of groups only.
    pub classes: BTreeMap<(SchoolNo, Option<GroupNo>), Figures>,
    pub pupils: BTreeMap<PupilNo, Figures>,
}

/// Sums the days of a span over all pupils.
pub fn levels(view: &View, span: Span) -> Levels {
    let mut levels = Levels::default();
    for pupil in view.pupils() {
        for day in view.pupil_days(pupil, span) {
            let figures = day.figures();
            levels.provider += figures;
            *levels.schools.entry(day.school).or_default() += figures;
            *levels.classes.entry((day.school, day.class)).or_default() += figures;
            *levels.pupils.entry(pupil).or_default() += figures;
        }
    }
    levels
}
