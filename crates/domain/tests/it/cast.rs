//! One made-up school with one pupil, lesson by lesson, for cases that are computed by hand.
//!
//! Without a calendar of its own unless a case writes one. The class is group 1 of school 1.
//!
//! Invariant: what a case does not say is not there.

use lasna_domain::attendance::{
    Approval, CalendarDay, Enrolment, Facts, Lesson, Mark, MarkAbout, MarkKind, Presence, PupilDay,
    Reason, Register, School, SchoolYear, View,
};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay, school_year_of};
use lasna_domain::ids::{EnrolmentNo, GroupNo, OrgNo, PersonNo, SubjectNo};
use lasna_domain::model::evaluate::{Crossing, Judge};
use lasna_domain::model::{
    Condition, CountsAgain, Hour, Measure, Model, Step, Text, total_measure,
};

pub const PUPIL: PersonNo = PersonNo(1);
pub const CLASS: GroupNo = GroupNo(1);
pub const SCHOOL: OrgNo = OrgNo(1);

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn span(from: &str, to: &str) -> Span {
    Span {
        from: day(from),
        to: day(to),
    }
}

/// Start of the lesson at a place of the day, 0 for the first.
pub fn start(place: u16) -> TimeOfDay {
    TimeOfDay(480 + 60 * place)
}

/// Weekdays (Monday to Friday) of so many weeks.
pub fn weekdays(monday: &str, weeks: i32) -> Vec<Day> {
    let monday = day(monday);
    assert_eq!(monday, monday.monday());
    (0..7 * weeks)
        .map(|n| monday.plus(n))
        .filter(|d| d.weekday().index() < 5)
        .collect()
}

pub fn absent(approval: Approval) -> MarkKind {
    MarkKind::new(Presence::Absent, approval, None).unwrap()
}

pub fn late(minutes: u16) -> MarkKind {
    MarkKind::new(Presence::Late, Approval::NotNeeded, Some(minutes)).unwrap()
}

#[derive(Clone)]
pub struct Cast {
    pub facts: Facts,
}

impl Cast {
    /// A pupil of grade 5 in the class since August 2026.
    pub fn new() -> Cast {
        let mut facts = Facts::default();
        facts.schools.push(School {
            no: SCHOOL,
            ..School::default()
        });
        facts.enrolments.push(Enrolment {
            no: EnrolmentNo(1),
            pupil: PUPIL,
            group: CLASS,
            school: SCHOOL,
            homeroom: true,
            grade: 5,
            span: Span::open(day("2026-08-01")),
            known_at: Instant::ALWAYS,
        });
        Cast { facts }
    }

    /// The same with so many lessons of 45 minutes on each day, every register taken.
    pub fn with_days(days: &[Day], lessons: u16) -> Cast {
        let mut cast = Cast::new();
        for &day in days {
            for place in 0..lessons {
                cast.lesson(day, place, 45);
                cast.taken(day, place);
            }
        }
        cast
    }

    pub fn calendar_day(&mut self, day: Day, school_day: bool) {
        let known_at = Instant::ALWAYS;
        self.facts.calendar.push(CalendarDay {
            school: None,
            day,
            school_day,
            known_at,
        });
    }

    pub fn lesson(&mut self, day: Day, place: u16, minutes: u16) -> &mut Lesson {
        self.facts.lessons.push(Lesson {
            group: CLASS,
            day,
            start: start(place),
            minutes,
            subject: SubjectNo(u32::from(place)),
            cancelled: false,
            known_at: Instant::ALWAYS,
        });
        self.facts.lessons.last_mut().unwrap()
    }

    pub fn taken(&mut self, day: Day, place: u16) {
        let (group, start, known_at) = (CLASS, start(place), Instant::ALWAYS);
        self.facts.registers.push(Register {
            group,
            day,
            start,
            taken: true,
            known_at,
        });
    }

    /// A mark of a lesson, known from the start.
    pub fn mark(&mut self, day: Day, place: u16, kind: MarkKind) -> &mut Mark {
        let about = MarkAbout::Lesson {
            group: CLASS,
            start: start(place),
        };
        self.say(day, about, kind)
    }

    /// A mark of a day or a lesson, known from the start.
    pub fn say(&mut self, day: Day, about: MarkAbout, kind: MarkKind) -> &mut Mark {
        self.facts.marks.push(Mark {
            pupil: PUPIL,
            day,
            about,
            known_at: Instant::ALWAYS,
            kind: Some(kind),
            reason: Reason::Unknown,
        });
        self.facts.marks.last_mut().unwrap()
    }

    pub fn view(&self) -> View {
        View::new(&self.facts, Instant::LATEST)
    }

    /// The pupil's days of the school year 2026–27.
    pub fn days(&self) -> Vec<PupilDay> {
        self.view()
            .pupil_days(PUPIL, school_year_of(day("2026-08-11")))
    }

    pub fn year(&self) -> SchoolYear {
        let view = self.view();
        SchoolYear::of(&view, &view.school(SCHOOL), day("2026-08-11"))
    }

    /// Crossings of a model in the whole of 2026–27.
    pub fn crossings(&self, model: &Model) -> Vec<Crossing> {
        let (year, days) = (self.year(), self.days());
        Judge {
            model,
            year: &year,
            days: &days,
        }
        .crossings(year.span.to)
    }
}

/// A model of steps with one condition each; measure 0 is all absence.
pub fn model(hour: Hour, steps: &[(Condition, CountsAgain)]) -> Model {
    let steps = steps
        .iter()
        .enumerate()
        .map(|(no, &(condition, counts_again))| Step {
            id: format!("step-{no}"),
            title: Text::default(),
            any: vec![condition],
            counts_again,
            duties: Vec::new(),
        });
    Model {
        id: "case".into(),
        version: "1".into(),
        extends: None,
        valid: day("2026-08-01"),
        hour,
        approved: None,
        title: Text::default(),
        source: "computed by hand".into(),
        assumptions: Vec::new(),
        measures: vec![total_measure()],
        steps: steps.collect(),
        duties: Vec::new(),
    }
}

/// The same model counting only what a measure counts.
pub fn with_measure(mut model: Model, measure: Measure) -> Model {
    model.measures = vec![measure];
    model
}

/// Days on which a step fired.
pub fn fired(crossings: &[Crossing], step: usize) -> Vec<Day> {
    crossings
        .iter()
        .filter(|c| c.step == step)
        .map(|c| c.day)
        .collect()
}
