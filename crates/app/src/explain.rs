//! Why a pupil is on the list: the crossings, and every lesson that was counted.
//!
//! This is the plain implementation at work on one pupil's facts, so that what is shown was not
//! computed the same way as what is checked.
//!
//! Invariant: the marks listed are those in force as known on the instant.

use crate::{App, AppError, Loaded, WatchRow};
use lasna_domain::access::{Action, Reach};
use lasna_domain::attendance::{
    Approval, Figures, Presence, PupilDay, SchoolYear, StandardMeasures, View, standard_measures,
};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::ids::PersonNo;
use lasna_domain::model::Model;
use lasna_domain::model::evaluate::Judge;
use lasna_store::EntityKind;

/// A lesson of which a mark says something other than presence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CountedMark {
    pub day: Day,
    pub start: TimeOfDay,
    pub class: String,
    pub presence: Presence,
    pub approval: Approval,
    /// Minutes that the mark is about.
    pub minutes: u16,
    /// Minutes of the lesson.
    pub possible: u16,
}

/// What is known of one pupil's year to date.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Explanation {
    pub steps: Vec<WatchRow>,
    pub marks: Vec<CountedMark>,
    pub figures: Figures,
    pub measures: StandardMeasures,
}

impl App {
    /// Steps, figures and counted marks of one pupil.
    ///
    /// # Errors
    /// [`AppError`]; a pupil that is not known.
    pub fn explain(
        &self,
        model: &Model,
        pupil: &str,
        as_of: Day,
        known_at: Instant,
    ) -> Result<Explanation, AppError> {
        let scope = self.scope(Action::ExplainPupil, self.reach())?;
        // Whom the look is about stands in the audit row, by number; so it is found first.
        let numbers = self
            .store()
            .ask(|read| EntityKind::Person.numbers(read, &scope))?;
        let no = numbers.get(pupil).ok_or(AppError::NotFound("pupil"))?;
        let no = PersonNo(*no);
        if self.hidden()?.contains(&no) {
            return Err(AppError::NotFound("pupil"));
        }
        let loaded = self.load(&scope, &format!("pupil:{no}"), known_at, as_of)?;
        let year = loaded.year.ok_or(AppError::NotFound("school year"))?;
        let facts = of_pupil(&loaded.facts, no);
        let view = View::new(&facts, Instant::LATEST);
        let all = view.pupil_days(no, year);
        let days = view.pupil_days(
            no,
            Span {
                from: year.from,
                to: as_of.next(),
            },
        );
        let inside = match scope.reach() {
            Reach::Provider => true,
            Reach::School(own) => days.last().is_some_and(|day| day.school == own),
            Reach::Group(own) => days.last().is_some_and(|day| day.class == Some(own)),
            Reach::Pupil(own) => own == no,
        };
        if !inside {
            return Err(AppError::NotFound("pupil"));
        }
        let figures: Figures = days.iter().map(PupilDay::figures).sum();
        let mut steps = Vec::new();
        if let Some(last) = days.last() {
            let school_year = SchoolYear::of(&view, &view.school(last.school), as_of);
            let judge = Judge {
                model,
                year: &school_year,
                days: &all,
            };
            for crossing in judge.crossings(as_of) {
                let step = &model.steps[crossing.step];
                steps.push(WatchRow {
                    pupil: pupil.to_owned(),
                    school: loaded.school(last.school).to_owned(),
                    class: loaded.class(last.class).to_owned(),
                    step: step.id.clone(),
                    rule: crate::rule::rule_text(model, step.any[crossing.condition]),
                    first_day: crossing.day,
                    counted: crossing.counted,
                    figures,
                });
            }
        }
        let marks = counted_marks(&loaded, &days);
        let measures = standard_measures(&days, as_of);
        Ok(Explanation {
            steps,
            marks,
            figures,
            measures,
        })
    }
}

/// Every lesson of which a mark says something other than presence.
fn counted_marks(loaded: &Loaded, days: &[PupilDay]) -> Vec<CountedMark> {
    days.iter()
        .flat_map(|day| day.slots.iter().map(move |slot| (day.day, slot)))
        .filter_map(|(day, slot)| {
            let (kind, _, minutes) = slot.mark?;
            (kind.presence() != Presence::Present).then(|| CountedMark {
                day,
                start: slot.start,
                class: loaded.class(Some(slot.group)).to_owned(),
                presence: kind.presence(),
                approval: kind.approval(),
                minutes,
                possible: slot.possible,
            })
        })
        .collect()
}

/// The facts that concern one pupil; lessons of others stay where their school needs them to be
/// known as a school with lessons.
fn of_pupil(
    facts: &lasna_domain::attendance::Facts,
    pupil: lasna_domain::ids::PupilNo,
) -> lasna_domain::attendance::Facts {
    let mut own = facts.clone();
    let schools: Vec<_> = own
        .enrolments
        .iter()
        .filter(|e| e.pupil == pupil)
        .map(|e| e.school)
        .collect();
    own.marks.retain(|mark| mark.pupil == pupil);
    own.exceptions.retain(|exception| exception.pupil == pupil);
    // The other pupils' enrolments tell which school a lesson belongs to.
    own.enrolments
        .retain(|e| e.pupil == pupil || schools.contains(&e.school));
    let groups: std::collections::BTreeSet<_> = own.enrolments.iter().map(|e| e.group).collect();
    own.lessons.retain(|lesson| groups.contains(&lesson.group));
    own.registers
        .retain(|register| groups.contains(&register.group));
    own
}
