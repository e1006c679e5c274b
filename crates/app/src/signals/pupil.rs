//! One pupil's page, and the scope in which it may be looked at.
//!
//! Invariant: a pupil out of reach is not found, and no more is said.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// The scope with which whoever is signed in may do something about one pupil.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the pupil is out of reach: no more is said.
    pub(super) fn pupil_scope(
        &self,
        action: Action,
        pupil: PupilNo,
        as_of: Day,
    ) -> Result<(Scope, Arc<HeldYear>), AppError> {
        if self.hidden()?.contains(&pupil) {
            return Err(AppError::NotFound("pupil"));
        }
        let own = self.scope(Action::SignIn, self.reach())?;
        let year = self.unseen_year(&own, as_of)?;
        let home = year
            .live()
            .engine
            .pupil(pupil, as_of)
            .map(|figures| (figures.school, figures.class));
        let (school, class) = home.ok_or(AppError::NotFound("pupil"))?;
        // A grant for this very pupil is the reason, where there is one.
        if self.may(action, Reach::Pupil(pupil)) {
            let scope = self.scope(action, Reach::Pupil(pupil))?;
            // This is the page of staff: being a child's guardian does not open it.
            if scope.relation() == Relation::Granted {
                return Ok((scope, year));
            }
        }
        for reach in self.follow_reach() {
            let inside = match reach {
                Reach::Provider => true,
                Reach::School(own) => own == school,
                Reach::Group(own) => class == Some(own),
                Reach::Pupil(own) => own == pupil,
            };
            if inside {
                return Ok((self.scope(action, reach)?, year));
            }
        }
        // A try at a pupil of somebody else's is in the log before it is answered.
        let who = (self.provider, &self.actor);
        let asked = (action, Reach::Pupil(pupil));
        self.store().refused(who, asked, self.now())?;
        Err(AppError::NotFound("pupil"))
    }

    /// One pupil's year, signals and what was done about them.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn pupil_page(
        &self,
        model: &Model,
        pupil: PupilNo,
        as_of: Day,
        known_at: Instant,
    ) -> Result<PupilPage, AppError> {
        let (scope, _) = self.pupil_scope(Action::ExplainPupil, pupil, as_of)?;
        let year = self.year(&scope, &format!("pupil:{pupil}"), known_at, as_of)?;
        let acts = year.live().acts(pupil).to_vec();
        let users = self.user_names(acts.iter().map(|act| act.by))?;
        let live = year.live();
        let figures = live.engine.pupil(pupil, as_of);
        let figures = figures.ok_or(AppError::NotFound("pupil"))?;
        let school_year = live.engine.school_year(figures.school);
        let school_year = school_year.ok_or(AppError::NotFound("pupil"))?;
        let found = live.engine.pupil_crossings(pupil, model, as_of);
        let all = found.map(|found| found.crossings).unwrap_or_default();
        let running = crate::watch_list::running(model, school_year, &all, as_of);
        let days = live.engine.pupil_year(pupil);
        let past = days.partition_point(|day| day.day <= as_of);
        let force = in_force(&acts);
        let standing = Standing {
            today: as_of,
            school_days: &school_year.school_days,
            marks_explained: is_explained(&days[..past]),
        };
        let signals: Vec<Signal> = running.iter().map(|c| (c.step, c.day)).collect();
        let class = figures.class;
        let names = &year.loaded.names;
        Ok(PupilPage {
            row: PupilHead {
                pupil,
                name: names.person(pupil),
                given: names.given(pupil).to_owned(),
                class: class.map_or_else(String::new, |no| names.group(no).to_owned()),
                school: names.org(figures.school).to_owned(),
                leader: class
                    .and_then(|no| year.loaded.staff.leader(no))
                    .map(|no| names.person(no)),
                grade: class.map_or(0, |no| year.loaded.staff.grade(no)),
            },
            school_days: school_year.school_days.clone(),
            term: school_year.term_of(as_of),
            measures: lasna_domain::attendance::standard_measures(&days[..past], as_of),
            figures: figures.figures,
            silence: silence(&signals, &force, standing),
            signals: running
                .iter()
                .map(|&crossing| {
                    let signal = (crossing.step, crossing.day);
                    let state = state(signal, &force, as_of);
                    (*crossing, state, clocks(model, signal, &force, standing))
                })
                .collect(),
            acts: force
                .iter()
                .map(|&act| {
                    let by = users.get(&act.by).cloned().unwrap_or_default();
                    (act.clone(), by)
                })
                .collect(),
            reason: scope.reason(),
            days,
        })
    }
}

/// Whether no absence waits for an explanation.
fn is_explained(days: &[PupilDay]) -> bool {
    let mut slots = days.iter().flat_map(|day| &day.slots);
    !slots.any(|slot| slot.minutes.unresolved > 0)
}
