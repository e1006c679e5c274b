//! The municipality: its schools, their sizes, languages, habits, and the groups in each.
//!
//! Small enough to be held whole for a nation; everything larger is drawn again from it, school by
//! school. What it is not: it knows no pupil by name.
//!
//! Invariant: the pupils of the schools add up to the number asked for.

use crate::calendar::{Calendar, DayNo};
use crate::dice::{Dice, Purpose};
use crate::profile::Profile;
use crate::town::TownPlan;
use crate::{Error, names};

/// Pupils for each class at most; classes come out at about twenty.
const CLASS_SIZE_MAX: u32 = 22;
/// Pupils for each optional group.
const GROUP_SIZE: u32 = 18;
/// Subjects of the optional groups.
pub(crate) const OPTIONAL_SUBJECTS: [&str; 6] = ["LI", "KU", "KS", "MU", "KO", "TT"];
/// The most pupils that fit the identifiers.
const PUPILS_MAX: u32 = 2_000_000;

/// Which grades a school has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchoolKind {
    /// Grades 5–6 (of a lower school).
    Lower,
    /// Grades 7–9.
    Upper,
    /// Grades 5–9.
    Unified,
}

impl SchoolKind {
    const ALL: [SchoolKind; 3] = [SchoolKind::Unified, SchoolKind::Upper, SchoolKind::Lower];

    /// First and last grade.
    pub(crate) const fn grades(self) -> (u8, u8) {
        match self {
            SchoolKind::Lower => (5, 6),
            SchoolKind::Upper => (7, 9),
            SchoolKind::Unified => (5, 9),
        }
    }

    /// Share of the municipality's pupils; grades 5–6, two of the five, come to 39 % of them.
    const fn share(self) -> f64 {
        match self {
            SchoolKind::Lower => 0.255,
            SchoolKind::Upper => 0.395,
            SchoolKind::Unified => 0.35,
        }
    }

    /// Quantiles of the number of pupils, with a heavy tail.
    const fn sizes(self) -> &'static [f64] {
        match self {
            SchoolKind::Lower => &[14., 26., 40., 55., 70., 85., 105., 130., 165., 220., 310.],
            SchoolKind::Upper => &[
                70., 130., 180., 230., 270., 310., 360., 420., 500., 620., 900.,
            ],
            SchoolKind::Unified => &[
                25., 70., 110., 160., 210., 250., 300., 360., 440., 580., 1000.,
            ],
        }
    }
}

/// The language of teaching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Finnish,
    Swedish,
}

/// A class or an optional teaching group.
#[derive(Clone, Debug)]
pub(crate) struct GroupPlan {
    pub id: String,
    pub title: String,
    pub grade: u8,
    /// The subject of an optional group; `None` for a homeroom class.
    pub subject: Option<&'static str>,
}

/// One school.
#[derive(Clone, Debug)]
pub(crate) struct SchoolPlan {
    pub no: u32,
    pub id: String,
    pub name: String,
    pub language: Language,
    pub kind: SchoolKind,
    /// Pupils in grades 5–9 at the start of the year.
    pub by_grade: [u32; 5],
    /// Homeroom classes first, grade by grade, then optional groups.
    pub groups: Vec<GroupPlan>,
    pub classes: usize,
    /// Teachers, of whom the first have a class each.
    pub teachers: usize,
    /// Share of registers that are never taken.
    pub missing_share: f64,
    /// Whether grades 7–9 have lessons of 75 minutes.
    pub long_lessons: bool,
    pub winter_week: u8,
    /// Whether a Saturday in September is worked for a Friday off in May.
    pub work_saturday: bool,
}

/// The whole municipality.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub seed: u64,
    pub calendar: Calendar,
    pub schools: Vec<SchoolPlan>,
    pub profile: Profile,
    /// What the demo town has beside; `None` anywhere else.
    pub town: Option<TownPlan>,
}

impl Plan {
    /// Draws the municipality.
    pub(crate) fn of(pupils: u32, seed: u64, weeks: u16) -> Result<Plan, Error> {
        if pupils == 0 || pupils > PUPILS_MAX {
            return Err(Error::Pupils {
                pupils_max: PUPILS_MAX,
            });
        }
        if weeks == 0 {
            return Err(Error::Weeks);
        }
        let mut dice = Dice::of(seed, Purpose::Plan, u64::from(pupils), 0);
        let nation = pupils > 50_000;
        let town_week = 8 + dice.below(3) as u8;
        let mut schools: Vec<SchoolPlan> = Vec::new();
        let mut by_kind = [0.0; 3];
        let (mut swedish, mut done) = (0.0, 0);
        while done < pupils {
            let place = |i: &usize| by_kind[*i] / SchoolKind::ALL[*i].share();
            let least = (0..3)
                .min_by(|a, b| place(a).total_cmp(&place(b)))
                .unwrap_or(0);
            let kind = SchoolKind::ALL[least];
            let mut size = (dice.even_quantiles(kind.sizes()) as u32).min(pupils - done);
            if pupils - done - size < 25 {
                size = pupils - done;
            }
            done += size;
            by_kind[least] += f64::from(size);
            let is_swedish = 0.06 * f64::from(done) - swedish > 0.5 * f64::from(size);
            let language = if is_swedish {
                Language::Swedish
            } else {
                Language::Finnish
            };
            if is_swedish {
                swedish += f64::from(size);
            }
            let winter_week = if nation {
                8 + dice.below(3) as u8
            } else {
                town_week
            };
            let no = schools.len() as u32;
            schools.push(SchoolPlan::draw(
                seed,
                no,
                kind,
                language,
                size,
                winter_week,
            ));
        }
        name_schools(&mut schools);
        let calendar = Calendar::of(weeks, &schools);
        Ok(Plan {
            seed,
            calendar,
            schools,
            profile: Profile::general(),
            town: None,
        })
    }

    /// Days for which lessons and marks are generated.
    pub(crate) fn taught_days(&self) -> std::ops::Range<DayNo> {
        crate::calendar::YEAR_FROM..self.calendar.horizon
    }
}

fn name_schools(schools: &mut [SchoolPlan]) {
    let (mut finnish, mut swedish) = (0, 0);
    for school in schools {
        match school.language {
            Language::Finnish => {
                let suffix = match school.kind {
                    SchoolKind::Lower => "koulu",
                    SchoolKind::Upper => "yläkoulu",
                    SchoolKind::Unified => "yhtenäiskoulu",
                };
                school.name = names::finnish_school(finnish, suffix);
                finnish += 1;
            }
            Language::Swedish => {
                let upper = school.kind == SchoolKind::Upper;
                let suffix = if upper { "högstadium" } else { "skola" };
                school.name = names::swedish_school(swedish, suffix);
                swedish += 1;
            }
        }
    }
}

impl SchoolPlan {
    fn draw(
        seed: u64,
        no: u32,
        kind: SchoolKind,
        language: Language,
        size: u32,
        winter_week: u8,
    ) -> SchoolPlan {
        let mut dice = Dice::of(seed, Purpose::School, u64::from(no), 0);
        let (first, last) = kind.grades();
        let mut by_grade = [0; 5];
        let count = u32::from(last - first) + 1;
        for n in 0..size {
            let turn = if n < size / count * count {
                n % count
            } else {
                dice.below(count)
            };
            by_grade[(first - 5) as usize + turn as usize] += 1;
        }
        SchoolPlan {
            missing_share: 0.01 + 0.07 * dice.unit() * dice.unit(),
            long_lessons: kind != SchoolKind::Lower && dice.chance(0.4),
            winter_week,
            work_saturday: dice.chance(0.1),
            ..SchoolPlan::of(no, kind, language, by_grade)
        }
    }

    /// A school of these grades without habits of its own.
    pub(crate) fn of(
        no: u32,
        kind: SchoolKind,
        language: Language,
        by_grade: [u32; 5],
    ) -> SchoolPlan {
        let id = format!("s{:04}", no + 1);
        let groups = groups_of(&id, language, &by_grade);
        let classes = groups.iter().filter(|g| g.subject.is_none()).count();
        SchoolPlan {
            no,
            name: String::new(),
            language,
            kind,
            by_grade,
            classes,
            teachers: classes,
            groups,
            id,
            missing_share: 0.0,
            long_lessons: false,
            winter_week: 8,
            work_saturday: false,
        }
    }

    /// Pupils at the start of the year.
    pub(crate) fn pupils(&self) -> u32 {
        self.by_grade.iter().sum()
    }

    /// The homeroom classes.
    pub(crate) fn homerooms(&self) -> &[GroupPlan] {
        &self.groups[..self.classes]
    }

    /// The places in `groups` of the homerooms (or else the optional groups) of a grade.
    pub(crate) fn of_grade(&self, grade: u8, homeroom: bool) -> std::ops::Range<usize> {
        let fits = |g: &GroupPlan| g.grade == grade && g.subject.is_none() == homeroom;
        let from = self.groups.iter().position(fits).unwrap_or(0);
        from..from + self.groups.iter().filter(|g| fits(g)).count()
    }

    /// Whether lessons of this grade are 75 minutes.
    pub(crate) const fn long(&self, grade: u8) -> bool {
        self.long_lessons && grade >= 7
    }
}

fn groups_of(school: &str, language: Language, by_grade: &[u32; 5]) -> Vec<GroupPlan> {
    let optional = match language {
        Language::Finnish => "Valinnainen",
        Language::Swedish => "Valfritt",
    };
    let subjects = OPTIONAL_SUBJECTS;
    let mut groups = Vec::new();
    let grades = || (5_u8..).zip(by_grade).filter(|&(_, &pupils)| pupils > 0);
    for (grade, &pupils) in grades() {
        for n in 0..pupils.div_ceil(CLASS_SIZE_MAX) {
            let title = format!("{grade}{}", letters(n));
            groups.push(GroupPlan {
                id: format!("{school}-{title}"),
                title,
                grade,
                subject: None,
            });
        }
    }
    for (grade, &pupils) in grades() {
        for n in 0..pupils.div_ceil(GROUP_SIZE) {
            let subject = subjects[n as usize % subjects.len()];
            groups.push(GroupPlan {
                id: format!("{school}-{grade}v{}", n + 1),
                title: format!("{optional} {grade} {subject}{}", n + 1),
                grade,
                subject: Some(subject),
            });
        }
    }
    groups
}

/// A, B … Z, AA, AB …
fn letters(n: u32) -> String {
    let letter = |n: u32| char::from(b'A' + (n % 26) as u8);
    if n < 26 {
        letter(n).to_string()
    } else {
        format!("{}{}", letter(n / 26 - 1), letter(n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schools_add_up_and_look_finnish() {
        for pupils in [1, 37, 900, 5_000, 310_000] {
            let plan = Plan::of(pupils, 3, 10).unwrap();
            assert_eq!(
                plan.schools.iter().map(SchoolPlan::pupils).sum::<u32>(),
                pupils
            );
        }
        let plan = Plan::of(310_000, 3, 10).unwrap();
        let pupils = |swedish: bool| -> u32 {
            let fits = |s: &&SchoolPlan| (s.language == Language::Swedish) == swedish;
            plan.schools
                .iter()
                .filter(fits)
                .map(SchoolPlan::pupils)
                .sum()
        };
        let share = f64::from(pupils(true)) / 310_000.0;
        assert!((0.05..0.07).contains(&share), "{share}");
        let lower: u32 = plan
            .schools
            .iter()
            .map(|s| s.by_grade[0] + s.by_grade[1])
            .sum();
        assert!((0.37..0.41).contains(&(f64::from(lower) / 310_000.0)));
        let classes: usize = plan.schools.iter().map(|s| s.classes).sum();
        let size = 310_000.0 / classes as f64;
        assert!((16.0..22.0).contains(&size), "{size}");
        let largest = plan.schools.iter().map(SchoolPlan::pupils).max().unwrap();
        assert!(largest > 700, "{largest}");
        assert!(
            plan.schools
                .iter()
                .all(|s| (0.01..0.08).contains(&s.missing_share))
        );
    }

    #[test]
    fn impossible_options_are_refused() {
        assert!(matches!(Plan::of(0, 1, 10), Err(Error::Pupils { .. })));
        assert!(matches!(Plan::of(10, 1, 0), Err(Error::Weeks)));
    }
}
