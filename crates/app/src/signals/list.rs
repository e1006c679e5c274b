//! The rows of a list and the sums of its school or class.
//!
//! Invariant: the sums are of all pupils in reach, not of the listed ones alone.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl SignalList {
    /// Adds a school or class as of a day, with its sums up to another. Who is hidden is in the sums
    /// alone.
    pub(super) fn add(
        &mut self,
        model: &Model,
        year: &HeldYear,
        (reach, hidden): (Reach, &BTreeSet<PupilNo>),
        (as_of, summed): (Day, Day),
    ) {
        let names = &year.loaded.names;
        let (school, class) = match reach {
            Reach::Provider => (None, None),
            Reach::School(no) => (Some(no), None),
            Reach::Group(no) => (year.loaded.staff.schools.get(&no).copied(), Some(no)),
            Reach::Pupil(_) => return,
        };
        let inside = |row: &&Arc<PupilSignals>| {
            (class.is_none() || row.class == class) && !hidden.contains(&row.pupil)
        };
        let signals = year.signals(model, as_of, school);
        let live = year.live();
        let rows = signals.iter().filter(inside);
        let new = rows.filter_map(|row| list_row(model, year, &live, row, as_of));
        self.rows.extend(new);
        self.of = match (school, class) {
            (_, Some(class)) => names.group(class).to_owned(),
            (Some(school), None) => names.org(school).to_owned(),
            (None, None) => year.loaded.provider.clone(),
        };
        for pupil in year.pupils_of(&live, reach) {
            let Some(found) = live.engine.pupil(pupil, as_of) else {
                continue;
            };
            let here = match reach {
                Reach::Provider => true,
                Reach::School(no) => found.school == no,
                Reach::Group(no) => found.class == Some(no),
                Reach::Pupil(no) => pupil == no,
            };
            if here {
                self.pupils += 1;
                let sums = live.engine.pupil(pupil, summed);
                self.figures += sums.map(|sums| sums.figures).unwrap_or_default();
                let waits = found.figures.unresolved > 0
                    && live.engine.unresolved_before(pupil, as_of.plus(-7));
                self.unresolved += usize::from(waits);
            }
        }
    }
}

impl HeldYear {
    /// Pupils who may be in reach: the caller looks at each.
    pub(crate) fn pupils_of(&self, live: &Live, reach: Reach) -> Vec<PupilNo> {
        match reach {
            Reach::Provider => live.engine.pupils().to_vec(),
            Reach::Group(group) => live.engine.members_of(group),
            Reach::Pupil(pupil) => vec![pupil],
            Reach::School(school) => {
                let classes = self.loaded.staff.classes(school);
                let mut pupils: Vec<PupilNo> = classes
                    .flat_map(|class| live.engine.members_of(class))
                    .collect();
                pupils.sort_unstable();
                pupils.dedup();
                pupils
            }
        }
    }
}

fn list_row(
    model: &Model,
    year: &HeldYear,
    live: &Live,
    row: &PupilSignals,
    as_of: Day,
) -> Option<ListRow> {
    let names = &year.loaded.names;
    let school_year = live.engine.school_year(row.school)?;
    let highest = row.crossings.iter().max_by_key(|crossing| crossing.step)?;
    let acts = in_force(live.acts(row.pupil));
    let standing = row.standing(&school_year.school_days, as_of);
    let (signals, all) = (row.signals(), row.clocks(model, &acts, standing));
    let mut contacts = acts.iter().rev();
    let last_contact = contacts.find(|act| matches!(act.what, ActWhat::Contact(..)));
    Some(ListRow {
        pupil: row.pupil,
        name: names.person(row.pupil),
        listed: names.listed(row.pupil),
        class: row
            .class
            .map_or_else(String::new, |no| names.group(no).to_owned()),
        class_no: row.class,
        school: row.school,
        highest: *highest,
        steps: signals.iter().map(|(step, _)| *step).collect(),
        next: next(&all).copied(),
        state: state((highest.step, highest.day), &acts, as_of),
        silence: silence(&signals, &acts, standing),
        last_contact: last_contact.map(|&act| act.clone()),
        weeks: weeks(live, row.pupil, as_of),
        figures: row.figures,
    })
}

fn weeks(live: &Live, pupil: PupilNo, as_of: Day) -> Vec<WeekMissed> {
    let first = as_of.monday().plus(-7 * (WEEKS_SHOWN as i32 - 1));
    let mut weeks: Vec<WeekMissed> = (0..WEEKS_SHOWN as i32)
        .map(|n| WeekMissed {
            monday: first.plus(7 * n),
            ..WeekMissed::default()
        })
        .collect();
    live.engine
        .each_missed(pupil, first, as_of, |day, unexplained| {
            let place = (day.monday().0 - first.0) / 7;
            if let Some(week) = weeks.get_mut(place as usize) {
                week.missed += 1;
                week.unexplained += u32::from(unexplained);
            }
        });
    weeks
}
