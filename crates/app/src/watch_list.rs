//! Which pupils have reached which step, since when and why.
//!
//! One row for each pupil and step that was reached in the counting period that is running on the
//! asked day: a step that counts each term is listed for this term only.
//!
//! Invariant: nobody is ranked: rows are in order of school, class, pupil and step.

use crate::{App, AppError, Loaded, PupilSignals};
use lasna_domain::access::{Action, Reach};
use lasna_domain::attendance::{Figures, SchoolYear};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::evaluate::Crossing;
use lasna_domain::model::{CountsAgain, Model};

/// One pupil and one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchRow {
    /// Source id.
    pub pupil: String,
    /// Source id of the school of the pupil's latest day.
    pub school: String,
    /// Source id of the class; empty for none.
    pub class: String,
    /// The step's id in the model.
    pub step: String,
    /// What held, in the words of the model file.
    pub rule: String,
    /// The first day it held.
    pub first_day: Day,
    /// What was counted on that day, in the rule's unit.
    pub counted: u64,
    /// School year to date.
    pub figures: Figures,
}

impl App {
    /// The watch list of one school, or of all.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn watch_list(
        &self,
        model: &Model,
        school: Option<&str>,
        as_of: Day,
        known_at: Instant,
    ) -> Result<Vec<WatchRow>, AppError> {
        let only = school.map(|id| self.school(id)).transpose()?;
        let reach = only.map_or(Reach::Provider, Reach::School);
        let scope = self.scope(Action::ReadWatchList, reach)?;
        let target = only.map_or("watch-list".to_owned(), |no| {
            format!("watch-list:school:{no}")
        });
        let year = self.year(&scope, &target, known_at, as_of)?;
        let mut rows: Vec<WatchRow> = Vec::new();
        let hidden = self.hidden()?;
        for pupil in year.signals(model, as_of, only) {
            if hidden.contains(&pupil.pupil) {
                continue;
            }
            let of = |crossing| row_of(model, &year.loaded, &pupil, crossing);
            rows.extend(pupil.crossings.iter().map(of));
        }
        rows.sort_by(|a, b| {
            (&a.school, &a.class, &a.pupil, &a.step).cmp(&(&b.school, &b.class, &b.pupil, &b.step))
        });
        Ok(rows)
    }
}

/// Of each step the latest crossing of the counting period that runs on a day.
pub(crate) fn running<'c>(
    model: &Model,
    year: &SchoolYear,
    crossings: &'c [Crossing],
    as_of: Day,
) -> Vec<&'c Crossing> {
    let mut latest: Vec<&Crossing> = Vec::new();
    for crossing in crossings {
        let Some(step) = model.steps.get(crossing.step) else {
            continue;
        };
        let runs = match step.counts_again {
            CountsAgain::EachTerm => year.term_of(crossing.day) == year.term_of(as_of),
            CountsAgain::EachQuarter => year.quarter_of(crossing.day) == year.quarter_of(as_of),
            CountsAgain::Once | CountsAgain::AfterReset | CountsAgain::AfterTeachingWeeks(_) => {
                true
            }
        };
        if runs {
            latest.retain(|other| other.step != crossing.step);
            latest.push(crossing);
        }
    }
    latest
}

fn row_of(model: &Model, loaded: &Loaded, figures: &PupilSignals, crossing: &Crossing) -> WatchRow {
    let step = &model.steps[crossing.step];
    WatchRow {
        pupil: loaded.person(figures.pupil).to_owned(),
        school: loaded.school(figures.school).to_owned(),
        class: loaded.class(figures.class).to_owned(),
        step: step.id.clone(),
        rule: step
            .any
            .get(crossing.condition)
            .map(|&condition| crate::rule::rule_text(model, condition))
            .unwrap_or_default(),
        first_day: crossing.day,
        counted: crossing.counted,
        figures: figures.figures,
    }
}
