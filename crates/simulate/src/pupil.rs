//! A pupil's year: where enrolled and when, how much away, and what the own timetable says.
//!
//! Drawn from the plan and the pupil's number alone. What it is not: it holds no name; those are in
//! [`crate::people`].
//!
//! Invariant: the stays of a pupil follow each other and never overlap.

use crate::book::Lesson;
use crate::calendar::{DayNo, Minute, YEAR_FROM, YEAR_TO};
use crate::dice::{Dice, Propensity, Purpose};
use crate::plan::{Plan, SchoolPlan};
use crate::town::cast::Part;

/// Enrolled in a class and an optional group of a school, `to` excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stay {
    /// Place of the school in the plan.
    pub school: usize,
    /// Place of the homeroom class in the school.
    pub class: usize,
    /// Place of the optional group in the school.
    pub optional: usize,
    pub from: DayNo,
    pub to: DayNo,
}

/// One record of an exception to the timetable; a later one with the same id supersedes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExceptionRecord {
    pub active: bool,
    /// The day after the last; `None` is open.
    pub to: Option<DayNo>,
    pub known_at: Minute,
}

/// An exception of one pupil to the lessons of the groups.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    pub from: DayNo,
    pub weekdays: &'static str,
    pub start_from: u16,
    pub start_to: u16,
    pub subject: Option<&'static str>,
    pub minutes: u16,
    /// In order of becoming known.
    pub records: Vec<ExceptionRecord>,
}

impl Exception {
    /// The minutes that the pupil is to attend of a lesson, as known at an instant.
    pub(crate) fn possible(&self, lesson: &Lesson, day: DayNo, weekday: u8, at: Minute) -> u16 {
        let Some(record) = self.records.iter().rev().find(|r| r.known_at <= at) else {
            return lesson.minutes;
        };
        let covers = record.active
            && self.from <= day
            && record.to.is_none_or(|to| day < to)
            && self.weekdays.bytes().any(|digit| digit == b'0' + weekday)
            && (self.start_from..self.start_to).contains(&lesson.start)
            && self.subject.is_none_or(|subject| subject == lesson.subject);
        if covers {
            lesson.minutes.min(self.minutes)
        } else {
            lesson.minutes
        }
    }
}

/// One pupil.
#[derive(Clone, Debug)]
pub(crate) struct Pupil {
    pub id: String,
    /// Number within the school of the first enrolment, from 0.
    pub no: u32,
    pub grade: u8,
    pub propensity: Propensity,
    pub stays: Vec<Stay>,
    pub exception: Option<Exception>,
    /// The part of a named pupil of the demo town.
    pub part: Option<&'static Part>,
}

/// The pupils who begin the year (or join it) in a school, in order.
pub(crate) fn pupils_of<'a>(plan: &'a Plan, school: usize) -> impl Iterator<Item = Pupil> + 'a {
    let facts = &plan.schools[school];
    let grades = (5_u8..)
        .zip(facts.by_grade)
        .flat_map(|(grade, n)| (0..n).map(move |i| (grade, i)));
    (0_u32..)
        .zip(grades)
        .map(move |(no, (grade, i))| Pupil::draw(plan, school, no, grade, i))
}

impl Pupil {
    fn draw(plan: &Plan, school: usize, no: u32, grade: u8, in_grade: u32) -> Pupil {
        let facts = &plan.schools[school];
        let mut dice = Dice::of(
            plan.seed,
            Purpose::Pupil,
            u64::from(facts.no),
            u64::from(no),
        );
        let propensity = plan.profile.propensity(&mut dice, grade);
        let stays = stays_of(plan, school, grade, in_grade, &mut dice);
        let part_time = if propensity.severe { 0.25 } else { 0.010 };
        let exception = dice
            .chance(part_time)
            .then(|| exception_of(plan, &mut dice));
        let part = Part::of(plan, school, grade, in_grade);
        let (stays, exception) = match part {
            Some(part) => (part.stays(plan, stays[0]), part.exception(plan)),
            None => (stays, exception),
        };
        Pupil {
            id: id_of(facts, no),
            no,
            grade,
            propensity,
            stays,
            exception,
            part,
        }
    }

    /// Where the pupil is enrolled on a day.
    pub(crate) fn stay(&self, day: DayNo) -> Option<&Stay> {
        self.stays
            .iter()
            .find(|stay| stay.from <= day && day < stay.to)
    }
}

/// The id of a pupil by number in the school.
pub(crate) fn id_of(school: &SchoolPlan, no: u32) -> String {
    format!("{}-p{:04}", school.id, no + 1)
}

fn stays_of(plan: &Plan, school: usize, grade: u8, in_grade: u32, dice: &mut Dice) -> Vec<Stay> {
    let place =
        |range: std::ops::Range<usize>, n: u32| range.start + n as usize % range.len().max(1);
    let facts = &plan.schools[school];
    let classes = facts.of_grade(grade, true);
    let class = place(classes.clone(), in_grade);
    let optional = place(facts.of_grade(grade, false), dice.below(1 << 16));
    let all = Stay {
        school,
        class,
        optional,
        from: YEAR_FROM,
        to: YEAR_TO,
    };
    let days = plan.taught_days();
    let day = dice.between(u32::from(days.start) + 1, u32::from(days.end) - 1) as DayNo;
    let fate = dice.unit();
    let other = dice.below(1 << 16);
    let before = Stay { to: day, ..all };
    match fate {
        f if f < 0.008 && classes.len() > 1 => {
            let step = 1 + other as usize % (classes.len() - 1);
            let class = classes.start + (class - classes.start + step) % classes.len();
            vec![
                before,
                Stay {
                    class,
                    from: day,
                    ..all
                },
            ]
        }
        f if (0.008..0.014).contains(&f) => match other_school(plan, facts, grade, dice) {
            Some(school) => {
                let facts = &plan.schools[school];
                let class = place(facts.of_grade(grade, true), other);
                let optional = place(facts.of_grade(grade, false), other / 7);
                vec![
                    before,
                    Stay {
                        school,
                        class,
                        optional,
                        from: day,
                        to: YEAR_TO,
                    },
                ]
            }
            None => vec![all],
        },
        f if (0.014..0.018).contains(&f) => vec![before],
        f if (0.018..0.020).contains(&f) && day + 15 < days.end => {
            vec![
                before,
                Stay {
                    from: day + 15,
                    ..all
                },
            ]
        }
        f if (0.020..0.024).contains(&f) => vec![Stay { from: day, ..all }],
        _ => vec![all],
    }
}

/// Another school that has the grade, where a few tries find one.
fn other_school(plan: &Plan, not: &SchoolPlan, grade: u8, dice: &mut Dice) -> Option<usize> {
    let has = |s: &SchoolPlan| s.by_grade[usize::from(grade - 5)] > 0 && s.no != not.no;
    (0..20)
        .map(|_| dice.below(plan.schools.len() as u32) as usize)
        .find(|&place| has(&plan.schools[place]))
}

fn exception_of(plan: &Plan, dice: &mut Dice) -> Exception {
    let days = plan.taught_days();
    let closing = plan.calendar.closing();
    let from = dice.between(u32::from(days.start), u32::from(days.end) - 1) as DayNo;
    let to = dice
        .chance(0.7)
        .then(|| (from + dice.between(14, 60) as DayNo).min(YEAR_TO));
    // Most are decided before they begin; some are written down afterwards.
    let decided = if dice.chance(0.2) {
        (from + 4).min(days.end - 1)
    } else {
        from - 3
    };
    let known_at = plan.calendar.instant(decided, 12 * 60).min(closing);
    let mut records = vec![ExceptionRecord {
        active: true,
        to,
        known_at,
    }];
    let later = known_at + 1440 * dice.between(5, 20);
    if dice.chance(0.2) && later <= closing {
        let active = dice.chance(0.6);
        let to = if active {
            Some(from + dice.between(4, 13) as DayNo)
        } else {
            to
        };
        records.push(ExceptionRecord {
            active,
            to,
            known_at: later,
        });
    }
    let end = 23 * 60 + 59;
    let (weekdays, start_from, start_to, subject, minutes) = match dice.below(4) {
        0 => ("12345", 0, 10 * 60, None, 0),
        1 => ("35", 0, end, None, 0),
        2 => ("12345", 0, end, Some(dice.pick(&["MA", "EN", "LI"])), 0),
        _ => ("12345", 11 * 60 + 30, end, None, 20),
    };
    Exception {
        from,
        weekdays,
        start_from,
        start_to,
        subject,
        minutes,
        records,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_follow_each_other_within_the_grade() {
        let plan = Plan::of(8_000, 4, 10).unwrap();
        let (mut classes, mut schools, mut leavers, mut joiners, mut parts) = (0, 0, 0, 0, 0);
        for school in 0..plan.schools.len() {
            for pupil in pupils_of(&plan, school) {
                for stay in &pupil.stays {
                    assert!(stay.from < stay.to && stay.to <= YEAR_TO);
                    let facts = &plan.schools[stay.school];
                    assert!(facts.groups[stay.class].subject.is_none());
                    assert!(facts.groups[stay.optional].subject.is_some());
                    for group in [stay.class, stay.optional] {
                        assert_eq!(facts.groups[group].grade, pupil.grade);
                    }
                }
                for pair in pupil.stays.windows(2) {
                    assert!(pair[0].to <= pair[1].from);
                    schools += i32::from(pair[0].school != pair[1].school);
                    classes += i32::from(pair[0].class != pair[1].class);
                }
                leavers += i32::from(pupil.stays.last().is_some_and(|s| s.to < YEAR_TO));
                joiners += i32::from(pupil.stays[0].from > YEAR_FROM);
                parts += i32::from(pupil.exception.is_some());
            }
        }
        assert!(
            schools > 20 && classes > schools + 20,
            "{schools} {classes}"
        );
        assert!(
            leavers > 10 && joiners > 10 && parts > 60,
            "{leavers} {joiners} {parts}"
        );
    }
}
