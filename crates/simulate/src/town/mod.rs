//! The demo town *Esimerkkilä*: three schools on a morning in March, with a named cast and staff.
//!
//! It is drawn like any other place, with a profile and timetables of its own, and scripts for the
//! cast. What it is not: an option of the general simulation, or real.
//!
//! Invariant: the town takes no option; its bytes are always the same, and nothing in it is known
//! after its clock.

pub(crate) mod cast;
pub(crate) mod script;
pub(crate) mod staff;
mod stories;
mod weeks;

use crate::book::Register;
use crate::calendar::{Calendar, DayNo, Minute, day_no};
use crate::output::Output;
use crate::people::household_of;
use crate::plan::{Language, Plan, SchoolKind, SchoolPlan};
use crate::profile::{Calm, Profile};
use crate::pupil::pupils_of;
use crate::week::{Slot, Week};
use crate::{Error, Summary};

/// Places of the schools.
const KUUSIKKO: usize = 0;
const HARJUNRINNE: usize = 1;
const STRANDSKOLAN: usize = 2;
/// The seed of everything that has no script.
const SEED: u64 = 20_270_310;
/// The town's day, and the minute at which its clock stands.
const TODAY: (i8, i8) = (3, 10);
const CLOCK: u16 = 9 * 60 + 14;
/// Lessons that begin today before this have their registers.
const HELD_BEFORE: u16 = 9 * 60;
/// The weekday of today, 0 Monday.
const DEMO_WEEKDAY: usize = 2;
/// The first day of the two weeks in which registers are owed by a few only.
const RECENT_FROM: (i8, i8) = (2, 22);
/// Days on which the demo teacher may owe a register, the likeliest first.
const DEBT_DAYS: [(i8, i8); 6] = [(3, 3), (3, 5), (3, 8), (3, 4), (3, 9), (3, 2)];
/// How many it is.
const DEBTS: usize = 3;

/// What the plan of the town has beside that of any place.
#[derive(Clone, Debug)]
pub(crate) struct TownPlan {
    /// Weeks by school and group.
    weeks: Vec<Vec<Week>>,
    /// Day and start of the lessons whose registers the demo teacher owes.
    debts: Vec<(DayNo, u16)>,
}

/// The town as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// The day that the town stands at.
    pub today: jiff::civil::Date,
    /// The instant that its clock shows.
    pub now: jiff::Timestamp,
    /// Named staff; a person has a row for each role.
    pub staff: Vec<TownStaff>,
    /// Named pupils.
    pub cast: Vec<CastMember>,
    /// The guardians of the named pupils.
    pub guardians: Vec<TownGuardian>,
    /// What was written.
    pub summary: Summary,
}

/// A named person who works in the town.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownStaff {
    /// `teacher`, `class_teacher`, `sky_worker`, `principal`, `coordinator`, `administrator` or
    /// `substitute`.
    pub role: &'static str,
    /// The person's id in the roster.
    pub person: Option<String>,
    /// Given and family name.
    pub name: String,
    /// The school's id; `None` for the provider's own people.
    pub school: Option<String>,
    /// `fi` or `sv`.
    pub language: &'static str,
}

/// A named pupil of the town.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastMember {
    /// What the pupil is an example of.
    pub key: &'static str,
    /// The pupil's id in the roster.
    pub pupil: String,
    /// Given and family name.
    pub name: String,
    /// The id of the school of today.
    pub school: String,
    /// The title of the class of today.
    pub class: String,
    /// One English sentence.
    pub story: &'static str,
}

/// A guardian of one or more of the named pupils.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownGuardian {
    /// The guardian's id in the roster.
    pub person: String,
    /// Given and family name.
    pub name: String,
    /// The ids of the children.
    pub children: Vec<String>,
}

/// Writes the demo town *Esimerkkilä*: the files of [`crate::write`] without `truth.json`.
///
/// ```
/// use lasna_simulate::{MemoryOutput, write_town};
/// let mut output = MemoryOutput::default();
/// let town = write_town(&mut output)?;
/// assert_eq!(town.today.to_string(), "2027-03-10");
/// assert!(town.cast.iter().any(|member| member.name == "Veeti Korhonen"));
/// # Ok::<(), lasna_simulate::Error>(())
/// ```
///
/// # Errors
/// See [`Error`]. Files may be there in part after an error of the output.
pub fn write_town(output: &mut dyn Output) -> Result<Town, Error> {
    let plan = plan();
    let summary = crate::write_plan(&plan, false, output)?;
    let today = plan.calendar.horizon - 1;
    let cast = cast::CAST.iter().map(|part| {
        let (school, class) = part.home(&plan, today);
        let school = &plan.schools[school];
        CastMember {
            key: part.key,
            pupil: part.id(&plan),
            name: format!("{} {}", part.given, part.family),
            school: school.id.clone(),
            class: school.groups[class].title.clone(),
            story: part.story,
        }
    });
    Ok(Town {
        today: summary.as_of,
        now: plan.calendar.timestamp(plan.calendar.closing()),
        staff: staff::list(&plan),
        cast: cast.collect(),
        guardians: guardians(&plan),
        summary,
    })
}

fn guardians(plan: &Plan) -> Vec<TownGuardian> {
    let mut all: Vec<TownGuardian> = Vec::new();
    for (place, school) in plan.schools.iter().enumerate() {
        for pupil in pupils_of(plan, place).filter(|p| p.part.is_some()) {
            for guardian in household_of(plan, school, &pupil).guardians {
                match all.iter_mut().find(|known| known.person == guardian.id) {
                    Some(known) => known.children.push(pupil.id.clone()),
                    None => all.push(TownGuardian {
                        name: format!("{} {}", guardian.given, guardian.family),
                        person: guardian.id,
                        children: vec![pupil.id.clone()],
                    }),
                }
            }
        }
    }
    all
}

/// The plan of the town: nothing of it but the timetables comes from dice.
fn plan() -> Plan {
    let (finnish, swedish) = (Language::Finnish, Language::Swedish);
    let schools = [
        (
            "Kuusikon yhtenäiskoulu",
            SchoolKind::Unified,
            finnish,
            [124; 5],
        ),
        (
            "Harjunrinteen yläkoulu",
            SchoolKind::Upper,
            finnish,
            [0, 0, 160, 160, 160],
        ),
        ("Strandskolan", SchoolKind::Unified, swedish, [60; 5]),
    ];
    let schools = (0_u32..)
        .zip(schools)
        .map(|(no, (name, kind, language, by_grade))| {
            let mut school = SchoolPlan::of(no, kind, language, by_grade);
            name.clone_into(&mut school.name);
            school.teachers = school.classes + staff::TEACHERS_MORE;
            school.long_lessons = no as usize == HARJUNRINNE;
            school.winter_week = 8;
            school
        })
        .collect();
    let mut plan = Plan {
        seed: SEED,
        calendar: Calendar::until(day_no(TODAY.0, TODAY.1), CLOCK),
        schools,
        profile: profile(),
        town: None,
    };
    let weeks: Vec<Vec<Week>> = (0..plan.schools.len())
        .map(|school| weeks::weeks_of(&plan, school))
        .collect();
    let debts = DEBT_DAYS
        .iter()
        .filter_map(|&(month, day)| {
            let day = day_no(month, day);
            let weekday = usize::from(plan.calendar.facts(day).weekday) - 1;
            let starts = weeks[KUUSIKKO].iter().flat_map(|week| &week[weekday]);
            let own = starts.filter(|slot| usize::from(slot.teacher) == staff::DEMO_TEACHER);
            own.map(|slot| (day, slot.start)).min()
        })
        .take(DEBTS)
        .collect();
    plan.town = Some(TownPlan { weeks, debts });
    plan
}

fn profile() -> Profile {
    Profile {
        days: [[1.9, 7.0], [1.7, 2.5], [1.2, 6.0], [1.1, 4.0]],
        spell_max: 5,
        never: 0.012,
        explained_days: [1.8, 2.5],
        explained_max: 6,
        sent_home: 0.0,
        calm: Some(Calm {
            from: day_no(11, 9),
            budget_days: 5.5,
            apart_days: 21,
            raised_share: 0.115,
            severe_share: [0.010, 0.020],
        }),
    }
}

impl TownPlan {
    /// The week of a group.
    pub(crate) fn week(&self, school: &SchoolPlan, group: usize) -> &Week {
        &self.weeks[school.no as usize][group]
    }

    /// Whether a lesson is the demo teacher's, of the weeks that are shown.
    pub(crate) fn is_shown(&self, school: &SchoolPlan, day: DayNo, slot: &Slot) -> bool {
        school.no as usize == KUUSIKKO
            && usize::from(slot.teacher) == staff::DEMO_TEACHER
            && day >= day_no(RECENT_FROM.0, RECENT_FROM.1)
    }

    /// When a register was taken and when it was declared not taken after all.
    pub(crate) fn register(
        &self,
        plan: &Plan,
        school: &SchoolPlan,
        day: DayNo,
        slot: &Slot,
        (fate, delay): (f64, Minute),
    ) -> Register {
        let calendar = &plan.calendar;
        let end = calendar.instant(day, slot.start + slot.minutes);
        let demo =
            school.no as usize == KUUSIKKO && usize::from(slot.teacher) == staff::DEMO_TEACHER;
        let taken = if day + 1 == calendar.horizon {
            let begun = slot.start < HELD_BEFORE && (demo || fate > 0.03);
            begun.then(|| calendar.instant(day, slot.start) + 5 + delay)
        } else if demo {
            (!self.debts.contains(&(day, slot.start))).then_some(end + delay)
        } else if day >= day_no(RECENT_FROM.0, RECENT_FROM.1) {
            let owed = staff::is_debtor(school.no as usize, slot.teacher) && fate < 0.2;
            (!owed).then_some(end + delay)
        } else {
            match fate {
                f if f < 0.018 => None,
                f if f < 0.030 => Some(end + 1440 + delay * 20),
                _ => Some(end + delay),
            }
        };
        let old = day < day_no(RECENT_FROM.0, RECENT_FROM.1) && !demo;
        let untaken = taken.map(|at| at + 600).filter(|_| old && fate > 0.9995);
        Register { taken, untaken }
    }
}
