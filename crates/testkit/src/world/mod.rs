//! Small random schools and models: everything that attendance can be about, in a few days.
//!
//! A world is made from a seed, so that a failure names itself. Its numbers are not plausible: what
//! is rare in life (transfers mid-week, two own classes, corrections at one instant, lessons on the
//! Sunday when clocks change) is common here. The municipality that looks like life is
//! `lasna-simulate`'s.
//!
//! Invariant: the same seed and size give the same facts; no pupil has more than 16 lessons a day.

mod dice;
mod mark;
mod model;
mod pupil;
mod school;

pub use dice::Dice;
pub use model::random_model;

use lasna_domain::attendance::Facts;
use lasna_domain::calendar::{Day, Instant, Span};
use lasna_domain::ids::{GroupNo, SchoolNo, SubjectNo};
use lasna_domain::model::Model;
use proptest::strategy::{BoxedStrategy, Strategy};

/// How large a world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldSize {
    /// Schools, 1–4.
    pub schools: u32,
    /// Pupils, 1–12.
    pub pupils: u32,
    /// Weeks with lessons, 1–40.
    pub weeks: u32,
}

impl WorldSize {
    /// The size of a seed: mostly a few weeks, now and then a school year.
    pub fn random(seed: u64) -> WorldSize {
        let mut dice = Dice::new(!seed);
        let weeks = dice.pick(&[1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 13, 17, 26, 40]);
        WorldSize {
            schools: dice.pick(&[1, 1, 2, 2, 3, 4]),
            pupils: if weeks > 13 {
                dice.between(1, 5)
            } else {
                dice.between(1, 12)
            },
            weeks,
        }
    }
}

/// Mondays (and some other days) near which something happens: the turn of the school year, the
/// change of clocks in autumn and spring, Christmas, the turn of the year, a leap day.
const STARTS: [&str; 9] = [
    "2026-08-03",
    "2026-08-11",
    "2026-10-19",
    "2026-11-30",
    "2026-12-14",
    "2027-01-04",
    "2027-03-22",
    "2027-07-19",
    "2028-02-21",
];

/// A lesson of a group's weekly plan.
#[derive(Clone, Copy, Debug)]
struct Planned {
    weekday: usize,
    start: u16,
    minutes: u16,
    subject: SubjectNo,
}

#[derive(Clone, Debug)]
struct GroupPlan {
    no: GroupNo,
    homeroom: bool,
    week: Vec<Planned>,
}

#[derive(Clone, Debug)]
struct SchoolPlan {
    no: SchoolNo,
    /// Without lessons: its days are by the norm.
    norm: bool,
    groups: Vec<GroupPlan>,
}

/// A world under construction.
struct Builder {
    dice: Dice,
    facts: Facts,
    /// Days with lessons.
    span: Span,
    schools: Vec<SchoolPlan>,
    /// Registers are kept of so many lessons in a hundred.
    registers_percent: u32,
}

impl Builder {
    /// An instant at which something about a day may have become known, on the hour, so that two
    /// facts now and then share one.
    fn known(&mut self, day: Day) -> Instant {
        if self.dice.chance(15) {
            return Instant::ALWAYS;
        }
        hours_after(Instant::midnight(day), self.dice.below(48))
    }

    /// An instant not before another one; the same in one of five.
    fn later(&mut self, than: Instant) -> Instant {
        let than = than.max(Instant::midnight(self.span.from));
        let hours = if self.dice.chance(20) {
            0
        } else {
            self.dice.below(24 * 12)
        };
        hours_after(than, hours)
    }

    /// A day of the world, or up to a week beside it.
    fn day_near(&mut self) -> Day {
        let days = (self.span.to.0 - self.span.from.0) as u32;
        self.span.from.plus(self.dice.below(days + 14) as i32 - 7)
    }

    fn day_inside(&mut self) -> Day {
        let days = (self.span.to.0 - self.span.from.0) as u32;
        self.span.from.plus(self.dice.below(days) as i32)
    }
}

fn hours_after(instant: Instant, hours: u32) -> Instant {
    Instant(instant.0 + i64::from(hours) * 3_600_000_000)
}

/// The world of a seed, of the size of the seed.
pub fn random_world(seed: u64) -> Facts {
    world_of(seed, WorldSize::random(seed))
}

/// The world of a seed in a chosen size.
pub fn world_of(seed: u64, size: WorldSize) -> Facts {
    let mut dice = Dice::new(seed);
    let from = match dice.pick(&STARTS).parse::<Day>() {
        Ok(day) => day.plus(dice.pick(&[0, 0, 0, -2, -1, 1, 2, 3, 7, 30])),
        Err(_) => Day::default(),
    };
    let span = Span {
        from,
        to: from.plus(7 * size.weeks.max(1) as i32),
    };
    let registers_percent = dice.pick(&[0, 50, 90, 98, 100]);
    let facts = Facts::default();
    let mut builder = Builder {
        dice,
        facts,
        span,
        schools: Vec::new(),
        registers_percent,
    };
    builder.schools(size.schools.max(1));
    builder.pupils(size.pupils.max(1));
    builder.marks();
    let Builder {
        mut dice, facts, ..
    } = builder;
    shuffled(&facts, dice.throw())
}

/// The same facts in another order, with some repeated.
pub fn shuffled(facts: &Facts, seed: u64) -> Facts {
    let mut dice = Dice::new(seed);
    let mut facts = facts.clone();
    dice.shuffle(&mut facts.schools);
    dice.shuffle(&mut facts.calendar);
    dice.shuffle(&mut facts.lessons);
    dice.shuffle(&mut facts.enrolments);
    dice.shuffle(&mut facts.exceptions);
    dice.shuffle(&mut facts.registers);
    dice.shuffle(&mut facts.marks);
    facts
}

/// The days that anything but an enrolment is about; empty where there is nothing.
pub fn days_of(facts: &Facts) -> Span {
    let calendar = facts.calendar.iter().map(|day| day.day);
    let lessons = facts.lessons.iter().map(|lesson| lesson.day);
    let marks = facts.marks.iter().map(|mark| mark.day);
    let days = || calendar.clone().chain(lessons.clone()).chain(marks.clone());
    match (days().min(), days().max()) {
        (Some(from), Some(last)) => Span {
            from,
            to: last.next(),
        },
        _ => Span {
            from: Day(0),
            to: Day(0),
        },
    }
}

/// Every instant at which something became known, ascending.
pub fn instants_of(facts: &Facts) -> Vec<Instant> {
    let mut all: Vec<Instant> = facts
        .calendar
        .iter()
        .map(|day| day.known_at)
        .chain(facts.lessons.iter().map(|lesson| lesson.known_at))
        .chain(facts.enrolments.iter().map(|enrolment| enrolment.known_at))
        .chain(facts.exceptions.iter().map(|exception| exception.known_at))
        .chain(facts.registers.iter().map(|register| register.known_at))
        .chain(facts.marks.iter().map(|mark| mark.known_at))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What became known after an instant left out: what a system knew then.
pub fn known_by(facts: &Facts, known_at: Instant) -> Facts {
    let mut facts = facts.clone();
    facts.calendar.retain(|day| day.known_at <= known_at);
    facts.lessons.retain(|lesson| lesson.known_at <= known_at);
    facts
        .enrolments
        .retain(|enrolment| enrolment.known_at <= known_at);
    facts
        .exceptions
        .retain(|exception| exception.known_at <= known_at);
    facts
        .registers
        .retain(|register| register.known_at <= known_at);
    facts.marks.retain(|mark| mark.known_at <= known_at);
    facts
}

/// Worlds that shrink to fewer schools, pupils and weeks.
pub fn worlds() -> BoxedStrategy<Facts> {
    (proptest::num::u64::ANY, 1..=4_u32, 1..=12_u32, 1..=12_u32)
        .prop_map(|(seed, schools, pupils, weeks)| {
            world_of(
                seed,
                WorldSize {
                    schools,
                    pupils,
                    weeks,
                },
            )
        })
        .boxed()
}

/// Models of every seed.
pub fn models() -> BoxedStrategy<Model> {
    proptest::num::u64::ANY.prop_map(random_model).boxed()
}

#[cfg(test)]
mod tests;
