//! Timetables of the town in which nobody stands in two places at once.
//!
//! The weeks are drawn as anywhere; then long days get a double lesson, and teachers are dealt out.
//! What it is not: a solver; whoever teaches a subject in a class mostly does so all week.
//!
//! Invariant: no teacher has two lessons at the same time, and every lesson has a teacher.

use super::staff::DEMO_TEACHER;
use super::{DEMO_WEEKDAY, KUUSIKKO};
use crate::plan::{Plan, SchoolPlan};
use crate::week::{Slot, Week, week_of};

/// Starts of the two lessons that a double of a long day takes.
const PAIRS: [u16; 3] = [600, 720, 495];
/// Lessons of 45 minutes a day at most, so that one day away stays below six lessons.
const LESSONS_MAX: usize = 5;
/// What the demo teacher gives.
const SUBJECT: &str = "MA";
/// The demo teacher's classes: grade, place in it, and the start on the town's day, 0 for none.
const DEMO_CLASSES: [(u8, usize, u16); 6] = [
    (8, 1, 540),
    (8, 0, 495),
    (9, 0, 720),
    (8, 2, 765),
    (9, 1, 0),
    (9, 2, 0),
];

/// The weeks of all groups of a school.
pub(super) fn weeks_of(plan: &Plan, place: usize) -> Vec<Week> {
    let school = &plan.schools[place];
    let mut weeks: Vec<Week> = (0..school.groups.len())
        .map(|group| week_of(plan, school, group))
        .collect();
    if !school.long_lessons {
        for week in weeks.iter_mut().take(school.classes) {
            for (weekday, day) in week.iter_mut().enumerate() {
                shorten(day, weekday);
            }
        }
    }
    if place == KUUSIKKO {
        for (grade, class, start) in DEMO_CLASSES {
            let group = school.of_grade(grade, true).start + class;
            demo_day(&mut weeks[group][DEMO_WEEKDAY], start);
        }
    }
    deal(school, place == KUUSIKKO, &mut weeks);
    weeks
}

/// Makes a double of two lessons where the day has too many; the optional lesson is one of them.
fn shorten(day: &mut Vec<Slot>, weekday: usize) {
    let optional = usize::from(crate::week::OPTIONAL_DAYS.contains(&weekday));
    for start in PAIRS {
        if day.len() + optional <= LESSONS_MAX {
            return;
        }
        double(day, start);
    }
}

/// Joins the two lessons of a pair where both are single.
fn double(day: &mut Vec<Slot>, start: u16) {
    let single = |at: u16| {
        day.iter()
            .position(|slot| slot.start == at && slot.minutes == 45)
    };
    let (Some(first), Some(second)) = (single(start), single(start + 45)) else {
        return;
    };
    day[first].minutes = 90;
    day[first].subject = match start {
        600 => "KS",
        720 => "LI",
        _ => "KO",
    };
    day.remove(second);
}

/// The town's day of a class of the demo teacher: one double, and the teacher's subject at `start`.
fn demo_day(day: &mut Vec<Slot>, start: u16) {
    for at in [495, 720] {
        let Some(place) = day.iter().position(|s| s.start == at && s.minutes == 90) else {
            continue;
        };
        let slot = day[place];
        let half = |start, subject| Slot {
            start,
            minutes: 45,
            subject,
            ..slot
        };
        day.splice(place..=place, [half(at, "AI"), half(at + 45, "EN")]);
    }
    double(day, 600);
    for slot in day {
        if slot.start == start {
            slot.subject = SUBJECT;
        }
    }
}

/// Who is taken at which minutes, by teacher and weekday.
type Taken = Vec<[Vec<(u16, u16)>; 5]>;

fn is_free(taken: &Taken, teacher: usize, weekday: usize, slot: &Slot) -> bool {
    taken[teacher][weekday]
        .iter()
        .all(|&(from, to)| slot.start + slot.minutes <= from || to <= slot.start)
}

/// Gives each lesson a teacher: the demo teacher's first, then class teachers' own, then the rest.
fn deal(school: &SchoolPlan, demo: bool, weeks: &mut [Week]) {
    let teachers = school.teachers;
    let mut taken: Taken = vec![Default::default(); teachers];
    let mut dealt: Vec<[Vec<bool>; 5]> = weeks
        .iter()
        .map(|week| std::array::from_fn(|day| vec![false; week[day].len()]))
        .collect();
    let mut give = |weeks: &mut [Week], at: (usize, usize, usize), teacher: usize| {
        let (group, day, place) = at;
        let slot = &mut weeks[group][day][place];
        if dealt[group][day][place] || !is_free(&taken, teacher, day, slot) {
            return dealt[group][day][place];
        }
        slot.teacher = teacher as u16;
        taken[teacher][day].push((slot.start, slot.start + slot.minutes));
        dealt[group][day][place] = true;
        true
    };
    let each: Vec<(usize, usize, usize)> = (0..weeks.len())
        .flat_map(|group| (0..5).map(move |day| (group, day)))
        .flat_map(|(group, day)| (0..weeks[group][day].len()).map(move |n| (group, day, n)))
        .collect();
    if demo {
        for (grade, class, start) in DEMO_CLASSES {
            let own = school.of_grade(grade, true).start + class;
            for &at in each.iter().filter(|at| at.0 == own) {
                let slot = weeks[at.0][at.1][at.2];
                let today = at.1 == DEMO_WEEKDAY;
                if slot.subject == SUBJECT && (!today || slot.start == start) {
                    give(weeks, at, DEMO_TEACHER);
                }
            }
        }
    }
    for &at in &each {
        let slot = weeks[at.0][at.1][at.2];
        let homeroom = at.0 < school.classes && school.groups[at.0].grade < 7;
        if homeroom && usize::from(slot.teacher) == at.0 {
            give(weeks, at, at.0);
        }
    }
    for &at in &each {
        // The roster enrols the teachers of optional groups in the same order.
        let optional = school.groups[at.0].subject.is_some();
        let first = if optional {
            at.0 % school.classes
        } else {
            usize::from(weeks[at.0][at.1][at.2].teacher)
        };
        // The demo teacher's own classes are known; other lessons must not fill that week up.
        let may = |teacher| !demo || teacher != DEMO_TEACHER || (optional && teacher == first);
        (first..teachers)
            .chain(0..first)
            .filter(|&teacher| may(teacher))
            .any(|teacher| give(weeks, at, teacher));
    }
    debug_assert!(dealt.iter().flatten().flatten().all(|&done| done));
}
