//! The home's page: one's own children, or oneself, with today and the absences of the last weeks.
//!
//! What stands here is what the marks say, lesson by lesson: no sum, no step, nothing of anybody else.
//!
//! Invariant: absences are read only where one is to be told of attendance; the name alone otherwise.

use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, UserRole};
use lasna_domain::attendance::{PupilDay, Slot};
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::ids::PersonNo;

/// Days of which absences are shown.
pub const HOME_DAYS: i32 = 28;

/// A child of whoever is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Child {
    pub pupil: PersonNo,
    pub name: String,
    pub given: String,
    pub class: String,
    pub school: String,
    /// `None` where one is not to be told of attendance.
    pub attendance: Option<HomeAttendance>,
}

/// What the marks of a child say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeAttendance {
    /// Today.
    pub today: HomeToday,
    /// Days with an absence or lateness, the latest first.
    pub days: Vec<HomeDay>,
}

/// Whether a child is at school, by the lesson that began last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeToday {
    /// No lesson today.
    Free,
    /// No lesson has begun.
    Ahead,
    /// The register of the lesson that began last is not taken.
    Unmarked,
    /// At school, or with the school elsewhere.
    Present,
    /// Away.
    Absent,
    /// The last lesson is over.
    Over,
}

/// Lessons of a day by what is said of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct HomeDay {
    pub day: Day,
    pub authorised: u16,
    pub unauthorised: u16,
    pub unresolved: u16,
    pub late: u16,
}

impl HomeDay {
    fn of(day: &PupilDay) -> Option<HomeDay> {
        let count = |of: fn(&Slot) -> u16| {
            let slots = day.slots.iter().filter(|slot| of(slot) > 0);
            slots.count() as u16
        };
        let told = HomeDay {
            day: day.day,
            authorised: count(|slot| slot.minutes.authorised),
            unauthorised: count(|slot| slot.minutes.unauthorised),
            unresolved: count(|slot| slot.minutes.unresolved),
            late: count(|slot| slot.minutes.late),
        };
        let any = told.authorised + told.unauthorised + told.unresolved + told.late;
        (any > 0).then_some(told)
    }
}

impl HomeToday {
    fn of(days: &[PupilDay], today: Day, now: TimeOfDay) -> HomeToday {
        let Some(day) = days.iter().find(|day| day.day == today) else {
            return HomeToday::Free;
        };
        let Some(last) = day.slots.iter().rfind(|slot| slot.start <= now) else {
            return HomeToday::Ahead;
        };
        let minutes = last.minutes;
        let is_last = day.slots.last() == Some(last);
        if is_last && now.0 >= last.start.0 + last.possible {
            HomeToday::Over
        } else if minutes.present + minutes.elsewhere > 0 {
            HomeToday::Present
        } else if minutes.authorised + minutes.unauthorised + minutes.unresolved > 0 {
            HomeToday::Absent
        } else {
            HomeToday::Unmarked
        }
    }
}

impl App {
    /// The children of whoever is signed in, or the pupil who is: each look is in the log.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn own_children(&self, today: Day) -> Result<Vec<Child>, AppError> {
        let mut children = Vec::new();
        for pupil in self.own_pupils()? {
            let told = self.may(Action::ReadHome, Reach::Pupil(pupil));
            let action = if told {
                Action::ReadHome
            } else {
                Action::NameChild
            };
            children.extend(self.child((pupil, action), today)?);
        }
        Ok(children)
    }

    /// The name and class of one of them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for anybody else.
    pub fn own_child(&self, pupil: PersonNo, today: Day) -> Result<Child, AppError> {
        let child = match self.own_pupils()?.contains(&pupil) {
            true => self.child((pupil, Action::NameChild), today)?,
            // The refused try is in the log.
            false => return Err(self.not_mine(pupil)),
        };
        child.ok_or(AppError::NotFound("pupil"))
    }

    fn not_mine(&self, pupil: PersonNo) -> AppError {
        match self.scope(Action::NameChild, Reach::Pupil(pupil)) {
            Err(AppError::Store(error)) => AppError::Store(error),
            _ => AppError::NotFound("pupil"),
        }
    }

    fn own_pupils(&self) -> Result<Vec<PersonNo>, AppError> {
        let ties = self.ties().ok_or(AppError::NotFound("page"))?;
        match self.actor.role() {
            UserRole::Guardian => Ok(ties.children.iter().map(|(child, _)| *child).collect()),
            UserRole::Pupil => Ok(ties.own.into_iter().collect()),
            _ => Err(AppError::NotFound("page")),
        }
    }

    fn child(
        &self,
        (pupil, action): (PersonNo, Action),
        today: Day,
    ) -> Result<Option<Child>, AppError> {
        let scope = self.scope(action, Reach::Pupil(pupil))?;
        let year = self.year(&scope, &format!("pupil:{pupil}"), Instant::LATEST, today)?;
        let live = year.live();
        let Some(found) = live.engine.pupil(pupil, today) else {
            return Ok(None);
        };
        let attendance = (action == Action::ReadHome).then(|| {
            let year = live.engine.pupil_year(pupil);
            let shown = year
                .iter()
                .filter(|day| day.day <= today && today.0 - day.day.0 < HOME_DAYS);
            let mut days: Vec<HomeDay> = shown.filter_map(HomeDay::of).collect();
            days.reverse();
            HomeAttendance {
                today: HomeToday::of(&year, today, self.now.time_in_finland()),
                days,
            }
        });
        let names = &year.loaded.names;
        let class = found.class;
        Ok(Some(Child {
            pupil,
            name: names.person(pupil),
            given: names.given(pupil).to_owned(),
            class: class.map_or_else(String::new, |no| names.group(no).to_owned()),
            school: names.org(found.school).to_owned(),
            attendance,
        }))
    }
}
