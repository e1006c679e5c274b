//! Figures of a level, as of a day and as known on an instant.
//!
//! Invariant: the levels add, because they are sums of the same rows.

use crate::{App, AppError, Loaded};
use lasna_domain::access::{Action, Reach};
use lasna_domain::attendance::Figures;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::SchoolNo;
use lasna_engine::Engine;

/// The level that figures are asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the levels")]
pub enum Level {
    Provider,
    School,
    Class,
    Pupil,
}

/// Figures of one provider, school, class or pupil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureRow {
    /// Source id; for pupils of no class the school's id, a slash and a dash.
    pub id: String,
    /// School year to date.
    pub figures: Figures,
}

impl App {
    /// Figures of every unit of a level, school year to date, by source id; for an account of one
    /// school the units of that school.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn figures(
        &self,
        level: Level,
        as_of: Day,
        known_at: Instant,
    ) -> Result<Vec<FigureRow>, AppError> {
        let action = match level {
            Level::Pupil => Action::ReadPupilFigures,
            _ => Action::ReadFigures,
        };
        let reach = match level {
            Level::Provider => Reach::Provider,
            _ => self.reach(),
        };
        let scope = self.scope(action, reach)?;
        let year = self.year(&scope, "figures", known_at, as_of)?;
        let inside = |school| reach == Reach::Provider || reach == Reach::School(school);
        let mut rows = rows_of(level, &year.loaded, &year.live().engine, as_of, inside);
        if level == Level::Pupil {
            let hidden = self.hidden()?;
            let hidden: Vec<&str> = hidden.iter().map(|no| year.loaded.person(*no)).collect();
            rows.retain(|row| !hidden.contains(&row.id.as_str()));
        }
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}

impl Loaded {
    /// The columns of the year.
    ///
    /// A pupil-day with more lessons than a day can hold is counted by its first lessons, which is
    /// said in the log and by `lasna check` (K05): one wrong timetable must not stop the others.
    ///
    /// # Errors
    /// Where no school year is known.
    pub fn engine(&self) -> Result<Engine, AppError> {
        let year = self.year.ok_or(AppError::NotFound("school year"))?;
        let engine = Engine::build(&self.facts, year);
        if !engine.problems().is_empty() {
            tracing::warn!(
                pupil_days = engine.problems().len(),
                "days with more than 16 lessons are counted by their first 16: see lasna check"
            );
        }
        Ok(engine)
    }
}

fn rows_of(
    level: Level,
    loaded: &Loaded,
    engine: &Engine,
    as_of: Day,
    inside: impl Fn(SchoolNo) -> bool,
) -> Vec<FigureRow> {
    match level {
        Level::Provider => {
            let figures = engine
                .classes(as_of)
                .into_iter()
                .map(|row| row.figures)
                .sum();
            vec![FigureRow {
                id: loaded.provider.clone(),
                figures,
            }]
        }
        Level::School => {
            let mut sums: std::collections::BTreeMap<_, Figures> = loaded
                .schools
                .iter()
                .map(|&no| (no, Figures::default()))
                .collect();
            for row in engine.classes(as_of) {
                *sums.entry(row.school).or_default() += row.figures;
            }
            sums.into_iter()
                .filter(|(no, _)| inside(*no))
                .map(|(no, figures)| FigureRow {
                    id: loaded.school(no).to_owned(),
                    figures,
                })
                .collect()
        }
        Level::Class => engine
            .classes(as_of)
            .into_iter()
            .filter(|row| inside(row.school))
            .map(|row| {
                let id = match row.class {
                    Some(_) => loaded.class(row.class).to_owned(),
                    None => format!("{}/-", loaded.school(row.school)),
                };
                FigureRow {
                    id,
                    figures: row.figures,
                }
            })
            .collect(),
        Level::Pupil => engine
            .all_pupils(as_of)
            .into_iter()
            .filter(|row| inside(row.school))
            .map(|row| FigureRow {
                id: loaded.person(row.pupil).to_owned(),
                figures: row.figures,
            })
            .collect(),
    }
}
