//! A group's lessons of the year as they were held: cancelled ones, registers, whole-class events.
//!
//! Drawn from the plan alone, day by day, so that the lessons of another school can be had for a
//! pupil who moved there. What it is not: it knows no pupil.
//!
//! Invariant: lessons of a day stand in order of start, and nothing is known after the closing.

use crate::calendar::{DayNo, Label, Minute};
use crate::codes::Code;
use crate::dice::{Dice, Purpose};
use crate::plan::{Plan, SchoolPlan};
use crate::week::{Slot, Week, week_of};

/// One lesson of a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lesson {
    /// Place of the group in its school.
    pub group: u16,
    pub start: u16,
    pub minutes: u16,
    pub subject: &'static str,
    pub teacher: u16,
    pub cancelled: bool,
    /// When the register was taken, where it was.
    pub taken: Option<Minute>,
    /// When it was declared not taken after all.
    pub untaken: Option<Minute>,
}

/// When a register was taken, and when it was declared not taken after all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Register {
    pub taken: Option<Minute>,
    pub untaken: Option<Minute>,
}

impl Register {
    /// What becomes of a register, from a draw and from how long it takes to write it.
    fn draw(
        plan: &Plan,
        school: &SchoolPlan,
        day: DayNo,
        slot: &Slot,
        (fate, delay): (f64, Minute),
    ) -> Register {
        let end = plan.calendar.instant(day, slot.start + slot.minutes);
        let taken = match fate {
            f if f < school.missing_share => None,
            f if f < school.missing_share + 0.02 => Some(end + 1440 + delay * 20),
            _ => Some(end + delay),
        };
        let untaken = taken.map(|at| at + 600).filter(|_| fate > 0.999);
        Register { taken, untaken }
    }
}

/// The lessons of one group.
#[derive(Debug)]
pub(crate) struct Book {
    lessons: Vec<Lesson>,
    /// Where the lessons of each day begin; one more than there are days.
    begins: Vec<u32>,
    /// What the whole class does elsewhere, by day.
    events: Vec<Option<Code>>,
    /// Whether each day is a school day.
    school_days: Vec<bool>,
}

impl Book {
    /// The lessons of a group of a school, up to the horizon.
    pub(crate) fn of(plan: &Plan, school: &SchoolPlan, group: usize) -> Book {
        let week = match &plan.town {
            Some(town) => town.week(school, group).clone(),
            None => week_of(plan, school, group),
        };
        let mut book = Book {
            lessons: Vec::new(),
            begins: vec![0; usize::from(plan.taught_days().start)],
            events: events_of(plan, school, group),
            school_days: vec![false; usize::from(plan.taught_days().start)],
        };
        let key = u64::from(school.no) << 16 | group as u64;
        // Some exports carry lessons into a holiday; the calendar says that they do not count.
        let strays = Dice::of(plan.seed, Purpose::Book, key, u64::MAX).chance(0.05);
        for day in plan.taught_days() {
            book.begins.push(book.lessons.len() as u32);
            let label = plan.calendar.label(school, day);
            book.school_days.push(label.is_school_day());
            let stray = strays && label == Label::Autumn && plan.calendar.facts(day).weekday == 1;
            if label.is_school_day() || stray {
                let mut dice = Dice::of(plan.seed, Purpose::Book, key, u64::from(day));
                book.hold(plan, school, group, &week, day, &mut dice);
            }
        }
        book.begins.push(book.lessons.len() as u32);
        book
    }

    fn hold(
        &mut self,
        plan: &Plan,
        school: &SchoolPlan,
        group: usize,
        week: &Week,
        day: DayNo,
        dice: &mut Dice,
    ) {
        // A worked Saturday follows the Friday it is worked for.
        let weekday = usize::from(plan.calendar.facts(day).weekday.min(5)) - 1;
        let school_day = self.school_days[usize::from(day)];
        let closing = plan.calendar.closing();
        for slot in &week[weekday] {
            let town = plan.town.as_ref();
            let shown = town.is_some_and(|town| town.is_shown(school, day, slot));
            let cancelled = dice.chance(0.01) && !shown;
            let fate = dice.unit();
            let delay = 1 + dice.below(40).min(dice.below(40));
            let held = school_day && !cancelled;
            let register = match town {
                _ if !held => Register::default(),
                Some(town) => town.register(plan, school, day, slot, (fate, delay)),
                None => Register::draw(plan, school, day, slot, (fate, delay)),
            };
            let by_now = |at: Option<Minute>| at.filter(|&at| at <= closing);
            self.lessons.push(Lesson {
                group: group as u16,
                start: slot.start,
                minutes: slot.minutes,
                subject: slot.subject,
                teacher: slot.teacher,
                cancelled,
                taken: by_now(register.taken),
                untaken: by_now(register.untaken),
            });
        }
    }

    /// The lessons of a day.
    pub(crate) fn day(&self, day: DayNo) -> &[Lesson] {
        let day = usize::from(day);
        &self.lessons[self.begins[day] as usize..self.begins[day + 1] as usize]
    }

    /// Whether the school is open on a day.
    pub(crate) fn is_school_day(&self, day: DayNo) -> bool {
        self.school_days[usize::from(day)]
    }

    /// What the whole class does elsewhere on a day.
    pub(crate) fn event(&self, day: DayNo) -> Option<Code> {
        self.events[usize::from(day)]
    }
}

/// Outings of a class, and the week of work practice in grade 9.
fn events_of(plan: &Plan, school: &SchoolPlan, group: usize) -> Vec<Option<Code>> {
    let key = u64::from(school.no);
    let mut dice = Dice::of(plan.seed, Purpose::Events, key, group as u64);
    let facts = &school.groups[group];
    let practice = (facts.grade == 9).then(|| dice.pick(&[38_u8, 41, 46, 15, 17]));
    let mut events = vec![None; usize::from(plan.calendar.horizon)];
    if facts.subject.is_some() {
        return events;
    }
    for day in plan.taught_days() {
        let outing = dice.chance(1.0 / 90.0);
        if plan.town.is_some() && day + 1 == plan.calendar.horizon {
            // The town's day is shown lesson by lesson, so nobody is out on it.
            continue;
        }
        events[usize::from(day)] = if practice == Some(plan.calendar.facts(day).week) {
            Some(Code::WorkPractice)
        } else {
            outing.then_some(Code::SchoolEvent)
        };
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_missing_as_often_as_the_school_forgets() {
        let plan = Plan::of(3_000, 9, 10).unwrap();
        let (mut held, mut missing, mut cancelled, mut all) = (0, 0, 0, 0);
        for school in &plan.schools {
            for group in 0..school.groups.len() {
                let book = Book::of(&plan, school, group);
                for day in plan.taught_days() {
                    for lesson in book.day(day) {
                        all += 1;
                        cancelled += i32::from(lesson.cancelled);
                        if book.is_school_day(day) && !lesson.cancelled {
                            held += 1;
                            missing += i32::from(lesson.taken.is_none());
                        } else {
                            assert!(lesson.taken.is_none());
                        }
                    }
                }
            }
        }
        let share = f64::from(missing) / f64::from(held);
        assert!((0.01..0.08).contains(&share), "{share}");
        let share = f64::from(cancelled) / f64::from(all);
        assert!((0.007..0.013).contains(&share), "{share}");
    }
}
