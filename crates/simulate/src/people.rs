//! Who people are: names, birth dates and guardians of pupils, and the staff of a school.
//!
//! Drawn again whenever the roster needs them. What it is not: it decides nothing about attendance.
//!
//! Invariant: ids are made of the school's id, so that they are unique without a list.

use crate::dice::{Dice, Purpose};
use crate::names::Naming;
use crate::plan::{Language, Plan, SchoolPlan};
use crate::pupil::Pupil;
use crate::town::cast::{GUARDIAN_OF_TWO, Part};

/// A name and whose it is.
pub(crate) struct Person {
    pub id: String,
    pub given: &'static str,
    pub family: &'static str,
    /// The role in the school, in OneRoster's words.
    pub role: &'static str,
}

/// What the roster says of a pupil beside the enrolments.
pub(crate) struct Household {
    pub pupil: Person,
    pub female: bool,
    /// `2013-02-28`.
    pub birth_date: String,
    /// A learner number of the test range, unique in the plan.
    pub learner_number: String,
    pub guardians: Vec<Person>,
}

impl Household {
    /// Gives the household the names of a part. The family's guardians come along; two pupils who
    /// share a guardian have that one alone.
    fn play(&mut self, plan: &Plan, part: &Part) {
        let before = self.pupil.family;
        (self.pupil.given, self.pupil.family) = (part.given, part.family);
        self.female = part.female;
        for guardian in &mut self.guardians {
            if guardian.family == before {
                guardian.family = part.family;
            }
        }
        if let Some([first, _]) = part.siblings(plan) {
            let (given, family) = GUARDIAN_OF_TWO;
            self.guardians = vec![Person {
                id: format!("{first}-h1"),
                given,
                family,
                role: "guardian",
            }];
        }
    }
}

/// Ids of the teachers of a school, first one for each class.
pub(crate) fn teacher_ids(school: &SchoolPlan) -> Vec<String> {
    (1..=school.teachers)
        .map(|n| format!("{}-t{n:02}", school.id))
        .collect()
}

/// The staff of a school: teachers, a principal, a school social worker.
pub(crate) fn staff_of(plan: &Plan, school: &SchoolPlan) -> Vec<Person> {
    let mut dice = Dice::of(plan.seed, Purpose::Staff, u64::from(school.no), 0);
    let teachers = teacher_ids(school).into_iter().map(|id| (id, "teacher"));
    let others = [
        (format!("{}-r1", school.id), "principal"),
        (format!("{}-k1", school.id), "counselor"),
    ];
    let naming = naming_of(school.language);
    let mut people: Vec<Person> = teachers
        .chain(others)
        .map(|(id, role)| {
            let female = dice.chance(0.75);
            let given = given(&mut dice, naming, female);
            Person {
                id,
                given,
                family: dice.pick(naming.family()),
                role,
            }
        })
        .collect();
    if plan.town.is_some() {
        crate::town::staff::rename(plan, school, &mut people);
    }
    people
}

/// A pupil's names and guardians.
pub(crate) fn household_of(plan: &Plan, school: &SchoolPlan, pupil: &Pupil) -> Household {
    let key = 1 + u64::from(pupil.no);
    let mut dice = Dice::of(plan.seed, Purpose::Staff, u64::from(school.no), key);
    let other = dice.chance(0.12);
    let naming = if other {
        Naming::Other
    } else {
        naming_of(school.language)
    };
    let female = dice.chance(0.488);
    let family = dice.pick(naming.family());
    let birth_date = format!(
        "{}-{:02}-{:02}",
        2020 - i32::from(pupil.grade),
        1 + dice.below(12),
        1 + dice.below(28)
    );
    let first = given(&mut dice, naming, female);
    let guardians = (1..=1 + u32::from(dice.chance(0.78)))
        .map(|n| {
            let given = given(&mut dice, naming, n == 1);
            let family = if dice.chance(0.8) {
                family
            } else {
                dice.pick(naming.family())
            };
            Person {
                id: format!("{}-h{n}", pupil.id),
                given,
                family,
                role: "guardian",
            }
        })
        .collect();
    let serial = 1_000_000_000 + u64::from(school.no) * 10_000 + u64::from(pupil.no);
    let mut household = Household {
        pupil: Person {
            id: pupil.id.clone(),
            given: first,
            family,
            role: "student",
        },
        female,
        birth_date,
        learner_number: format!("1.2.246.562.98.{serial}{}", luhn(serial)),
        guardians,
    };
    if let Some(part) = pupil.part {
        household.play(plan, part);
    }
    household
}

fn naming_of(language: Language) -> Naming {
    match language {
        Language::Finnish => Naming::Finnish,
        Language::Swedish => Naming::Swedish,
    }
}

fn given(dice: &mut Dice, naming: Naming, female: bool) -> &'static str {
    dice.pick(if female {
        naming.female()
    } else {
        naming.male()
    })
}

/// The check digit of Luhn's rule.
fn luhn(mut number: u64) -> u64 {
    let (mut sum, mut double) = (0, true);
    while number > 0 {
        let digit = number % 10 * if double { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
        double = !double;
        number /= 10;
    }
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits() {
        // The worked example of ISO/IEC 7812-1: 7992739871 has check digit 3.
        assert_eq!(luhn(7_992_739_871), 3);
        assert_eq!(luhn(0), 0);
    }

    #[test]
    fn pupils_of_grade_seven_turn_thirteen_in_2026() {
        let plan = Plan::of(400, 2, 5).unwrap();
        for pupil in crate::pupil::pupils_of(&plan, 0) {
            let household = household_of(&plan, &plan.schools[0], &pupil);
            let year: i32 = household.birth_date[..4].parse().unwrap();
            assert_eq!(2026 - year, i32::from(pupil.grade) + 6);
            assert_eq!(household.learner_number.len(), 26);
            assert!((1..=2).contains(&household.guardians.len()));
        }
    }
}
