//! What of a held year changes while it is held: marks, registers, acts, and the lists made of them.
//!
//! A save of a register touches the pupils of one lesson: their rows in the lists are made anew, the
//! others stay. What is not here: imports, after which the whole year is loaded anew.
//!
//! Invariant: after [`App::follow`] the year equals one that was loaded at that moment.

use crate::held::HeldYear;
use crate::load::mark_of;
use crate::watch_list::running;
use crate::{App, AppError};
use lasna_domain::access::Scope;
use lasna_domain::attendance::{Figures, Mark, Reason, Register};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::ids::{GroupNo, PupilNo, SchoolNo};
use lasna_domain::model::Model;
use lasna_domain::model::evaluate::Crossing;
use lasna_domain::signals::{Act, Clock, Signal, Standing, clocks};
use lasna_engine::Engine;
use lasna_store::db::Read;
use lasna_store::{Batch, FactRow, FactTable, RegisterSave, StoredAct, Visible};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lists held of a year; the one used longest ago goes.
const LISTS_MAX: usize = 8;

/// A pupil with the steps that were reached in the counting periods that run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PupilSignals {
    pub pupil: PupilNo,
    /// The school of the latest day.
    pub school: SchoolNo,
    pub class: Option<GroupNo>,
    /// School year to date.
    pub figures: Figures,
    /// Never empty; in order of the day.
    pub crossings: Vec<Crossing>,
}

impl PupilSignals {
    /// The running signals: step and day of each crossing.
    pub fn signals(&self) -> Vec<Signal> {
        self.crossings.iter().map(|c| (c.step, c.day)).collect()
    }

    /// How the pupil stands on a day, by the school days of its school.
    pub fn standing<'a>(&self, school_days: &'a [Day], today: Day) -> Standing<'a> {
        Standing {
            today,
            school_days,
            marks_explained: self.figures.unresolved == 0,
        }
    }

    /// The clocks of all duties of all signals.
    pub fn clocks(&self, model: &Model, acts: &[&Act], standing: Standing<'_>) -> Vec<Clock> {
        let signals = self.signals();
        let of = |&signal: &Signal| clocks(model, signal, acts, standing);
        signals.iter().flat_map(of).collect()
    }
}

/// By school and pupil.
type Rows = BTreeMap<(SchoolNo, PupilNo), Arc<PupilSignals>>;

struct List {
    model: Model,
    as_of: Day,
    rows: Rows,
}

/// The changing part of a held year.
pub(crate) struct Live {
    pub engine: Engine,
    acts: BTreeMap<PupilNo, Vec<Act>>,
    saves_seen: u32,
    acts_seen: u32,
    lists: Vec<List>,
}

impl Live {
    pub fn new(engine: Engine, saves_seen: u32, acts: Vec<Act>) -> Live {
        let mut live = Live {
            engine,
            acts: BTreeMap::new(),
            saves_seen,
            acts_seen: 0,
            lists: Vec::new(),
        };
        live.take_acts(acts);
        live
    }

    /// Whether something was saved or logged since.
    pub const fn is_behind(&self, saves: u32, acts: u32) -> bool {
        self.saves_seen < saves || self.acts_seen < acts
    }

    /// The latest save and act that are taken in: what is made of both is the same while they are.
    pub const fn seen(&self) -> (u32, u32) {
        (self.saves_seen, self.acts_seen)
    }

    /// What was done about a pupil's signals.
    pub fn acts(&self, pupil: PupilNo) -> &[Act] {
        self.acts.get(&pupil).map_or(&[], Vec::as_slice)
    }

    fn take_acts(&mut self, acts: Vec<Act>) {
        for act in acts {
            if act.no > self.acts_seen {
                self.acts_seen = act.no;
                self.acts.entry(act.pupil).or_default().push(act);
            }
        }
    }

    /// Pupils with signals, of one school or of all, where the list is held.
    pub fn held_signals(
        &self,
        model: &Model,
        as_of: Day,
        school: Option<SchoolNo>,
    ) -> Option<Vec<Arc<PupilSignals>>> {
        let same = |list: &&List| list.as_of == as_of && list.model == *model;
        let rows = &self.lists.iter().find(same)?.rows;
        Some(match school {
            None => rows.values().cloned().collect(),
            Some(school) => {
                let first = (school, PupilNo::default());
                let own = rows.range(first..).take_while(|((at, _), _)| *at == school);
                own.map(|(_, row)| row.clone()).collect()
            }
        })
    }

    fn make_list(&mut self, model: &Model, as_of: Day) {
        if self.held_signals(model, as_of, None).is_some() {
            return;
        }
        let found = self.engine.crossings(model, as_of);
        let rows = found
            .iter()
            .filter_map(|found| self.row(model, as_of, found.pupil, &found.crossings))
            .map(|row| ((row.school, row.pupil), Arc::new(row)))
            .collect();
        if self.lists.len() == LISTS_MAX {
            self.lists.remove(0);
        }
        self.lists.push(List {
            model: model.clone(),
            as_of,
            rows,
        });
    }

    fn row(
        &self,
        model: &Model,
        as_of: Day,
        pupil: PupilNo,
        crossings: &[Crossing],
    ) -> Option<PupilSignals> {
        let figures = self.engine.pupil(pupil, as_of)?;
        let year = self.engine.school_year(figures.school)?;
        let crossings = running(model, year, crossings, as_of);
        let crossings: Vec<Crossing> = crossings.into_iter().cloned().collect();
        (!crossings.is_empty()).then_some(PupilSignals {
            pupil,
            school: figures.school,
            class: figures.class,
            figures: figures.figures,
            crossings,
        })
    }

    /// Makes the rows of pupils anew in every list.
    fn renew(&mut self, pupils: &[PupilNo]) {
        let mut lists = std::mem::take(&mut self.lists);
        for list in &mut lists {
            for &pupil in pupils {
                let Some(figures) = self.engine.pupil(pupil, list.as_of) else {
                    continue;
                };
                // Its school is of the roster, which does not change while the year is held.
                list.rows.remove(&(figures.school, pupil));
                let found = self.engine.pupil_crossings(pupil, &list.model, list.as_of);
                let crossings = found.map(|found| found.crossings).unwrap_or_default();
                if let Some(row) = self.row(&list.model, list.as_of, pupil, &crossings) {
                    list.rows.insert((row.school, pupil), Arc::new(row));
                }
            }
        }
        self.lists = lists;
    }
}

impl HeldYear {
    /// Pupils with signals on a day under a model, of one school or of all, by number.
    pub fn signals(
        &self,
        model: &Model,
        as_of: Day,
        school: Option<SchoolNo>,
    ) -> Vec<Arc<PupilSignals>> {
        if let Some(rows) = self.live().held_signals(model, as_of, school) {
            return rows;
        }
        // Made under the lock: whoever asks for the same list meanwhile waits for it.
        let mut live = self.live_mut();
        live.make_list(model, as_of);
        live.held_signals(model, as_of, school).unwrap_or_default()
    }
}

/// The facts of one saved register.
struct Saved {
    register: Option<Register>,
    marks: Vec<Mark>,
    pupils: Vec<PupilNo>,
}

impl App {
    /// Takes in what was saved and logged since a held year was read.
    pub(crate) fn follow(&self, scope: &Scope, year: &HeldYear) -> Result<(), AppError> {
        let (saves_seen, acts_seen) = {
            let live = year.live();
            (live.saves_seen, live.acts_seen)
        };
        let (saves, acts, saved) = self.store().ask(|read| {
            // With the saves themselves: the first one makes the batch that they stand under.
            let batches = Batch::list(read, scope.provider())?;
            let visible = Visible::of(&batches, Instant::LATEST);
            let saves = RegisterSave::since(read, scope.provider(), saves_seen)?;
            let acts = StoredAct::since(read, scope, acts_seen)?;
            let live = year.live();
            let mut saved = Vec::new();
            for save in &saves {
                let lesson = (save.group, save.day, save.start);
                let there = live.engine.lesson(lesson.0, lesson.1, lesson.2);
                let pupils = there.into_iter().map(|(pupil, _)| pupil).collect();
                saved.push(read_saved(read, scope, &visible, lesson, pupils)?);
            }
            Ok::<_, AppError>((saves, acts, saved))
        })?;
        let mut live = year.live_mut();
        for one in saved {
            for mark in one.marks {
                live.engine.apply_mark(mark);
            }
            if let Some(register) = &one.register {
                live.engine.apply_register(register);
            }
            live.renew(&one.pupils);
        }
        let last = saves.last().map_or(0, |save| save.no);
        live.saves_seen = live.saves_seen.max(last);
        live.take_acts(acts);
        Ok(())
    }
}

fn read_saved(
    read: &mut Read<'_>,
    scope: &Scope,
    visible: &Visible,
    (group, day, start): (GroupNo, Day, TimeOfDay),
    pupils: Vec<PupilNo>,
) -> Result<Saved, AppError> {
    let mut saved = Saved {
        register: None,
        marks: Vec::new(),
        pupils,
    };
    let days = Span {
        from: day,
        to: day.next(),
    };
    let table = FactTable::Register;
    FactRow::each_of_group(read, scope, table, visible, (group, days), |row| {
        if row.key[2] == i32::from(start.0) {
            saved.register = Some(Register {
                group,
                day,
                start,
                taken: row.values[0] == 1,
                known_at: row.known_at,
            });
        }
        Ok::<(), AppError>(())
    })?;
    for &pupil in &saved.pupils {
        let mut last: BTreeMap<[i32; 4], (FactRow, Reason)> = BTreeMap::new();
        let table = FactTable::Mark;
        FactRow::each_of_pupil_day(read, scope, table, visible, (pupil, day), |row| {
            last.insert(row.key, (row, Reason::Unknown));
            Ok::<(), AppError>(())
        })?;
        let table = FactTable::Reason;
        FactRow::each_of_pupil_day(read, scope, table, visible, (pupil, day), |row| {
            if let Some((mark, reason)) = last.get_mut(&row.key)
                && (mark.known_at, mark.batch) == (row.known_at, row.batch)
            {
                let known = Reason::ALL.get(row.values[0] as usize).copied();
                *reason = known.unwrap_or(Reason::Unknown);
            }
            Ok::<(), AppError>(())
        })?;
        let marks = last.into_values();
        saved
            .marks
            .extend(marks.map(|(row, why)| mark_of(&row, why)));
    }
    Ok(saved)
}
