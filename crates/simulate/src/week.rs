//! The weekly timetable of a class or optional group: slots, lengths, subjects, teachers.
//!
//! Minutes follow the least weekly lessons of grades 5–9 (25, 25, 30, 29, 30; VNA 112/2023) in
//! lessons of 45 minutes, with doubles of 90, or of 75 minutes. What it is not: a solved timetable;
//! a teacher may stand in two places at once.
//!
//! Invariant: the optional groups of a grade meet in slots that its classes leave free.

use crate::dice::{Dice, Purpose};
use crate::plan::{Language, Plan, SchoolPlan};

/// Starts of the 45-minute slots, in minutes of the day.
const SHORT: [u16; 6] = [495, 540, 600, 645, 720, 765];
/// Starts of the 75-minute slots.
const LONG: [u16; 4] = [495, 585, 705, 795];
/// Weekdays, 0 Monday, whose last slot is for the optional groups.
pub(crate) const OPTIONAL_DAYS: [usize; 2] = [1, 3];

/// One lesson of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub start: u16,
    pub minutes: u16,
    pub subject: &'static str,
    /// Place of the teacher in the school's staff.
    pub teacher: u16,
}

/// Lessons by weekday, 0 Monday, in order of start.
pub(crate) type Week = [Vec<Slot>; 5];

/// The week of a group of a school.
pub(crate) fn week_of(plan: &Plan, school: &SchoolPlan, group: usize) -> Week {
    let mut dice = Dice::of(plan.seed, Purpose::Week, u64::from(school.no), group as u64);
    let facts = &school.groups[group];
    let (grade, long) = (facts.grade, school.long(facts.grade));
    if let Some(subject) = facts.subject {
        let teacher = teacher_of(school, group, grade, subject);
        let mut week = Week::default();
        for day in OPTIONAL_DAYS {
            let (start, minutes) = frame(grade, long, day).pop().unwrap_or((SHORT[0], 45));
            week[day].push(Slot {
                start,
                minutes,
                subject,
                teacher,
            });
        }
        return week;
    }
    let mut deck = Deck::new(pool(school.language, grade));
    std::array::from_fn(|day| {
        let mut free = frame(grade, long, day);
        if OPTIONAL_DAYS.contains(&day) {
            free.pop();
        }
        let mut slots = Vec::with_capacity(free.len());
        let mut at = 0;
        while at < free.len() {
            let (start, minutes) = free[at];
            let next = free
                .get(at + 1)
                .is_some_and(|&(next, _)| next == start + minutes);
            let double = !long && next && dice.chance(0.25);
            let subject = if double {
                dice.pick(if grade < 7 {
                    &["KS", "LI"]
                } else {
                    &["KO", "LI", "KS"]
                })
            } else {
                deck.next(&mut dice)
            };
            let teacher = teacher_of(school, group, grade, subject);
            let minutes = if double { 2 * minutes } else { minutes };
            slots.push(Slot {
                start,
                minutes,
                subject,
                teacher,
            });
            at += if double { 2 } else { 1 };
        }
        slots
    })
}

/// Start and minutes of every slot of a grade on a weekday, 0 Monday.
fn frame(grade: u8, long: bool, day: usize) -> Vec<(u16, u16)> {
    if !long {
        let slots = match grade {
            ..=6 => 5,
            8 if day == 4 => 5,
            _ => 6,
        };
        return SHORT[..slots].iter().map(|&start| (start, 45)).collect();
    }
    let slots = if day < 3 { 4 } else { 3 };
    let mut frame: Vec<(u16, u16)> = LONG[..slots].iter().map(|&start| (start, 75)).collect();
    if grade == 8 && day == 4 {
        // 29 lessons of 45 minutes are 17 of 75 and one of 45, to a quarter of an hour.
        frame[2].1 = 45;
    }
    frame
}

/// Subjects, each as often as it weighs.
fn pool(language: Language, grade: u8) -> Vec<&'static str> {
    let (own, other) = match language {
        Language::Finnish => ("AI", "RU"),
        Language::Swedish => ("MO", "FI"),
    };
    let mut pool = vec![
        own, own, own, own, "MA", "MA", "MA", "MA", "EN", "EN", "EN", other, other,
    ];
    if grade < 7 {
        pool.extend([
            "YM", "YM", "YM", "UE", "HI", "YH", "MU", "KU", "KS", "KS", "LI", "LI",
        ]);
    } else {
        pool.extend([
            "BI", "GE", "FY", "KE", "TE", "UE", "HI", "YH", "KU", "OP", "LI", "LI",
        ]);
        pool.push(if grade == 7 { "MU" } else { "KO" });
    }
    pool
}

/// Class teachers teach most of grades 5–6, subject teachers the rest.
fn teacher_of(school: &SchoolPlan, group: usize, grade: u8, subject: &str) -> u16 {
    let staff = school.classes.max(1);
    let own = grade < 7 && group < school.classes && !matches!(subject, "EN" | "MU" | "RU" | "FI");
    let by_subject = subject
        .bytes()
        .fold(group / 3, |sum, byte| sum * 31 + usize::from(byte));
    if own {
        group as u16
    } else {
        (by_subject % staff) as u16
    }
}

/// A shuffled pool that begins again when it is used up.
struct Deck {
    cards: Vec<&'static str>,
    left: usize,
}

impl Deck {
    fn new(cards: Vec<&'static str>) -> Deck {
        Deck { cards, left: 0 }
    }

    fn next(&mut self, dice: &mut Dice) -> &'static str {
        if self.left == 0 {
            dice.shuffle(&mut self.cards);
            self.left = self.cards.len();
        }
        self.left -= 1;
        self.cards[self.left]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_have_the_minutes_of_the_grade_and_never_overlap() {
        let plan = Plan::of(6_000, 5, 10).unwrap();
        let mut lengths = std::collections::BTreeSet::new();
        for school in &plan.schools {
            for class in 0..school.classes {
                let grade = school.groups[class].grade;
                let own = week_of(&plan, school, class);
                let optional = week_of(&plan, school, school.of_grade(grade, false).start);
                let mut minutes = 0;
                for (mine, theirs) in own.iter().zip(&optional) {
                    let mut day: Vec<Slot> = mine.iter().chain(theirs).copied().collect();
                    day.sort_by_key(|slot| slot.start);
                    assert!(
                        day.windows(2)
                            .all(|w| w[0].start + w[0].minutes <= w[1].start)
                    );
                    minutes += day.iter().map(|slot| slot.minutes).sum::<u16>();
                    lengths.extend(day.iter().map(|slot| slot.minutes));
                }
                let least = [25, 25, 30, 29, 30][usize::from(grade) - 5] * 45;
                assert!((least..=least + 15).contains(&minutes), "{grade} {minutes}");
            }
        }
        assert_eq!(Vec::from_iter(lengths), [45, 75, 90]);
    }
}
