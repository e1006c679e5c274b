//! The named pupils of the demo town: who they are, where they are, and what happens to them.
//!
//! Each stands in the place of a drawn pupil of the class. What it is not: real people; the stories
//! are made so that each shows another part of the product.
//!
//! Invariant: a story can be recounted from the files on the town's day.

use super::script::Line;
use super::stories;
use super::{HARJUNRINNE, KUUSIKKO, STRANDSKOLAN};
use crate::calendar::{DayNo, YEAR_FROM, YEAR_TO, day_no};
use crate::plan::{Plan, SchoolPlan};
use crate::pupil::{Exception, ExceptionRecord, Stay};

/// One named pupil.
#[derive(Debug)]
pub(crate) struct Part {
    pub key: &'static str,
    pub given: &'static str,
    pub family: &'static str,
    pub female: bool,
    /// Place of the school at the start of the year.
    pub school: usize,
    pub grade: u8,
    /// The class among those of the grade, from 0 for A.
    pub class: u32,
    /// Which pupil of the class is replaced, from 0.
    pub place: u32,
    pub script: &'static [Line],
    pub story: &'static str,
}

/// A part in the main school, whose class is given as grade and letter.
const fn part(
    key: &'static str,
    name: (&'static str, &'static str, bool),
    (grade, class, place): (u8, u8, u32),
    script: &'static [Line],
    story: &'static str,
) -> Part {
    Part {
        key,
        given: name.0,
        family: name.1,
        female: name.2,
        school: KUUSIKKO,
        grade,
        class: (class - b'A') as u32,
        place,
        script,
        story,
    }
}

/// Everybody who has a name of their own.
pub(crate) const CAST: [Part; 12] = [
    part(
        "prolonged",
        ("Veeti", "Korhonen", false),
        (8, b'B', 3),
        &stories::PROLONGED,
        "Away more and more since November: the first lesson on Mondays, then whole days that \
         nobody has approved.",
    ),
    part(
        "run",
        ("Elsa", "Lindroos", true),
        (7, b'A', 2),
        &stories::RUN,
        "Ill at home for eleven school days in a row, today included.",
    ),
    part(
        "early",
        ("Noor", "Hassan", true),
        (6, b'C', 5),
        &stories::EARLY,
        "Hardly ever away before February, and clearly more in the last twenty school days.",
    ),
    part(
        "illness",
        ("Oskari", "Mäkelä", false),
        (9, b'A', 4),
        &stories::ILLNESS,
        "Away for some fifty-five lessons this term, nearly all of them ill and approved.",
    ),
    part(
        "spells",
        ("Ida-Maria", "Vanhatalo-Rantala", true),
        (5, b'B', 6),
        &stories::SPELLS,
        "Many short absences of a lesson or two, thirty-one lessons in all this term.",
    ),
    part(
        "part_time",
        ("Aatos", "Karppinen", false),
        (8, b'B', 7),
        &stories::PART_TIME,
        "Came back in January after an autumn at home, and attends in the mornings only.",
    ),
    Part {
        key: "transfer",
        given: "Saga",
        family: "Blomqvist",
        female: true,
        school: STRANDSKOLAN,
        grade: 8,
        class: 0,
        place: 3,
        script: &stories::TRANSFER,
        story: "Moved in the middle of a week in October from Strandskolan to Harjunrinne.",
    },
    part(
        "protected",
        ("Vilja", "Jokela", true),
        (8, b'B', 9),
        &stories::PROTECTED,
        "Has a protected identity, which the files do not say, and attends as most do.",
    ),
    part(
        "guardian_of_two_a",
        ("Eino", "Laine", false),
        (8, b'B', 11),
        &stories::GUARDIAN_OF_TWO_A,
        "Has the same guardian, Katja Laine, as his sister Helmi in 5A.",
    ),
    part(
        "guardian_of_two_b",
        ("Helmi", "Laine", true),
        (5, b'A', 8),
        &stories::GUARDIAN_OF_TWO_B,
        "Has the same guardian, Katja Laine, as her brother Eino in 8B.",
    ),
    part(
        "unresolved",
        ("Leyla", "Ahmed", true),
        (8, b'B', 13),
        &stories::UNRESOLVED,
        "Four lessons that nobody has explained for more than seven days.",
    ),
    part(
        "present",
        ("Aada", "Nieminen", true),
        (8, b'B', 15),
        &[],
        "Never away and never late.",
    ),
];

/// The day on which the one who moves begins in the new school, a Wednesday.
const MOVE: (i8, i8) = (10, 28);
/// The pupil whose household the shared guardian is written with, and the other one.
const SIBLINGS: [&str; 2] = ["guardian_of_two_a", "guardian_of_two_b"];
/// The guardian of the two.
pub(crate) const GUARDIAN_OF_TWO: (&str, &str) = ("Katja", "Laine");

impl Part {
    /// The part of a pupil of a grade, where there is one.
    pub(crate) fn of(
        plan: &Plan,
        school: usize,
        grade: u8,
        in_grade: u32,
    ) -> Option<&'static Part> {
        plan.town.as_ref()?;
        CAST.iter().find(|part| {
            (part.school, part.grade) == (school, grade)
                && part.in_grade(&plan.schools[school]) == in_grade
        })
    }

    /// The number among the pupils of the grade: they are dealt to the classes one by one.
    fn in_grade(&self, school: &SchoolPlan) -> u32 {
        self.class + self.place * school.of_grade(self.grade, true).len() as u32
    }

    /// The pupil's number in the school.
    fn no(&self, school: &SchoolPlan) -> u32 {
        let before: u32 = school.by_grade[..usize::from(self.grade - 5)].iter().sum();
        before + self.in_grade(school)
    }

    /// The pupil's id.
    pub(crate) fn id(&self, plan: &Plan) -> String {
        let school = &plan.schools[self.school];
        crate::pupil::id_of(school, self.no(school))
    }

    /// Where the pupil is enrolled, from what was drawn for the place.
    pub(crate) fn stays(&self, plan: &Plan, drawn: Stay) -> Vec<Stay> {
        let all = Stay {
            from: YEAR_FROM,
            to: YEAR_TO,
            ..drawn
        };
        if self.key != "transfer" {
            return vec![all];
        }
        let day = day_no(MOVE.0, MOVE.1);
        let to = &plan.schools[HARJUNRINNE];
        vec![
            Stay { to: day, ..all },
            Stay {
                school: HARJUNRINNE,
                class: to.of_grade(self.grade, true).start + 2,
                optional: to.of_grade(self.grade, false).start + 1,
                from: day,
                to: YEAR_TO,
            },
        ]
    }

    /// The own timetable: mornings only, open to the end.
    pub(crate) fn exception(&self, plan: &Plan) -> Option<Exception> {
        (self.key == "part_time").then(|| Exception {
            from: crate::calendar::SPRING_FROM,
            weekdays: "12345",
            start_from: 11 * 60 + 30,
            start_to: 23 * 60 + 59,
            subject: None,
            minutes: 0,
            records: vec![ExceptionRecord {
                active: true,
                to: None,
                known_at: plan.calendar.instant(day_no(1, 4), 12 * 60),
            }],
        })
    }

    /// Ids of the pupils whom the shared guardian has, the first the one it is written with.
    pub(crate) fn siblings(&self, plan: &Plan) -> Option<[String; 2]> {
        let id = |key: &str| CAST.iter().find(|part| part.key == key).map(|p| p.id(plan));
        if !SIBLINGS.contains(&self.key) {
            return None;
        }
        Some([id(SIBLINGS[0])?, id(SIBLINGS[1])?])
    }

    /// Place of the school and of the class on a day.
    pub(crate) fn home(&self, plan: &Plan, day: DayNo) -> (usize, usize) {
        let school = &plan.schools[self.school];
        let class = school.of_grade(self.grade, true).start + self.class as usize;
        let drawn = Stay {
            school: self.school,
            class,
            optional: class,
            from: YEAR_FROM,
            to: YEAR_TO,
        };
        let stays = self.stays(plan, drawn);
        stays
            .iter()
            .find(|stay| (stay.from..stay.to).contains(&day))
            .map_or((self.school, class), |stay| (stay.school, stay.class))
    }
}
