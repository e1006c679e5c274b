//! A pupil's absences day by day: spells by kind, how they are explained, lateness, the rest.
//!
//! A two-state chain whose long-run share is the pupil's propensity, with seasons and Mondays and
//! Fridays (`docs/areas/simulate.md`). What it is not: a model of anything but plausible volume and
//! shape.
//!
//! Invariant: draws go forward only; the same pupil and days give the same states.

use crate::calendar::{Calendar, DayNo, Minute};
use crate::codes::Code;
use crate::dice::{Dice, Propensity};

/// What kind of absence, and how often, how long, how fast it is explained.
struct Kind {
    code: Code,
    /// Share of absent time; for a pupil of the severe part of the mixture the second.
    share: [f64; 2],
    /// Mean days of a spell of whole days.
    days: [f64; 2],
    /// Share of spells that are one or two lessons.
    part: f64,
    /// Share that is explained before the lesson.
    direct: f64,
}

const KINDS: [Kind; 4] = [
    Kind {
        code: Code::Health,
        share: [0.57, 0.45],
        days: [2.2, 7.0],
        part: 0.25,
        direct: 0.75,
    },
    Kind {
        code: Code::Leave,
        share: [0.25, 0.05],
        days: [2.5, 2.5],
        part: 0.15,
        direct: 1.0,
    },
    Kind {
        code: Code::Other,
        share: [0.06, 0.15],
        days: [1.3, 6.0],
        part: 0.4,
        direct: 0.6,
    },
    Kind {
        code: Code::Truancy,
        share: [0.12, 0.35],
        days: [1.2, 4.0],
        part: 0.75,
        direct: 0.0,
    },
];
/// Share of a day that a spell of one or two lessons takes.
const PART_DAY: f64 = 0.28;
/// Share of the absences not explained at first that nobody ever explains.
const NEVER: f64 = 0.18;

/// How an absence is explained: the first code and the correction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Explained {
    pub first: Code,
    /// The code that supersedes, and when.
    pub then: Option<(Code, Minute)>,
}

/// One day of a pupil.
#[derive(Clone, Copy, Debug)]
pub(crate) enum State {
    /// Nothing to mark.
    There,
    /// Away all day.
    Away(Explained),
    /// Away from `count` lessons, the first picked by `first` (to be taken modulo the lessons).
    Part {
        explained: Explained,
        first: u8,
        count: u8,
        minutes: Option<u16>,
    },
    /// Something in one lesson: late, sent out, taught elsewhere.
    OneLesson {
        code: Code,
        first: u8,
        minutes: Option<u16>,
    },
}

/// The chain.
pub(crate) struct Absences {
    share: f64,
    severe: usize,
    spell: Option<(u32, Explained)>,
    /// Chance of beginning a spell of each kind on an average day.
    begin: [f64; KINDS.len()],
}

impl Absences {
    /// Begins a pupil's year.
    pub(crate) fn begin(propensity: Propensity, calendar: &Calendar, dice: &mut Dice) -> Absences {
        let severe = usize::from(propensity.severe);
        let share = propensity.share;
        let begin = std::array::from_fn(|k| {
            let kind = &KINDS[k];
            let days = kind.part * PART_DAY + (1.0 - kind.part) * kind.days[severe];
            kind.share[severe] * share / (1.0 - share) / days
        });
        let mut absences = Absences {
            share,
            severe,
            spell: None,
            begin,
        };
        if propensity.severe && dice.chance(share) {
            let days = dice.geometric(KINDS[0].days[1], 60);
            let explained = absences.explain(0, crate::calendar::YEAR_FROM, calendar, dice);
            absences.spell = Some((days, explained));
        }
        absences
    }

    /// The state of the next school day.
    pub(crate) fn day(&mut self, day: DayNo, calendar: &Calendar, dice: &mut Dice) -> State {
        if let Some((left, explained)) = self.spell {
            self.spell = (left > 1).then_some((left - 1, explained));
            return State::Away(explained);
        }
        let facts = calendar.facts(day);
        let weekday = if matches!(facts.weekday, 1 | 5) {
            1.15
        } else {
            0.9
        };
        let mut u = dice.unit();
        for (k, begin) in self.begin.into_iter().enumerate() {
            let season = if k == 0 {
                season(facts.month, facts.week)
            } else {
                1.0
            };
            let chance = begin * weekday * season;
            if u < chance {
                return self.fall(k, day, calendar, dice);
            }
            u -= chance;
        }
        self.small(u, dice)
    }

    fn fall(&mut self, k: usize, day: DayNo, calendar: &Calendar, dice: &mut Dice) -> State {
        let explained = self.explain(k, day, calendar, dice);
        let kind = &KINDS[k];
        if dice.chance(kind.part) {
            let first = dice.below(240) as u8;
            if dice.chance(0.15) {
                let minutes = Some(dice.between(10, 40) as u16);
                return State::Part {
                    explained,
                    first,
                    count: 1,
                    minutes,
                };
            }
            return State::Part {
                explained,
                first,
                count: dice.between(1, 2) as u8,
                minutes: None,
            };
        }
        let days = dice.geometric(kind.days[self.severe], 60);
        self.spell = (days > 1).then_some((days - 1, explained));
        State::Away(explained)
    }

    fn explain(&self, k: usize, day: DayNo, calendar: &Calendar, dice: &mut Dice) -> Explained {
        let kind = &KINDS[k];
        if dice.chance(kind.direct) {
            return Explained {
                first: kind.code,
                then: None,
            };
        }
        let days = dice.geometric(if self.severe == 1 { 5.0 } else { 2.5 }, 25);
        let when = (usize::from(day) + days as usize).min(calendar.days.len() - 1) as DayNo;
        let at = calendar.instant(when, 7 * 60 + dice.below(9 * 60) as u16);
        let then = (!dice.chance(NEVER)).then_some((kind.code, at));
        Explained {
            first: Code::Unresolved,
            then,
        }
    }

    /// What else there is in a day of a pupil who came; `u` is mostly above all of these.
    fn small(&self, mut u: f64, dice: &mut Dice) -> State {
        let steps = [
            (Code::Late, 0.015 + 0.10 * self.share),
            (Code::TaughtElsewhere, 0.003),
            (Code::SentOut, 0.0006 + 0.002 * self.share),
            (Code::SentHome, 0.0003),
        ];
        for (code, chance) in steps {
            if u < chance {
                let late = code == Code::Late;
                let minutes = late.then(|| 1 + dice.below(30).min(dice.below(60)) as u16);
                // Lateness falls mostly on the first lesson.
                let first = if late && dice.chance(0.7) {
                    0
                } else {
                    dice.below(240) as u8
                };
                return State::OneLesson {
                    code,
                    first,
                    minutes,
                };
            }
            u -= chance;
        }
        State::There
    }
}

/// Illness by season; weeks 5–9 are the influenza weeks.
const fn season(month: u8, week: u8) -> f64 {
    match (month, week) {
        (_, 5..=9) => 1.35,
        (8, _) => 0.70,
        (9, _) => 0.95,
        (10, _) => 1.0,
        (11 | 12, _) => 1.10,
        (1, _) => 1.05,
        (3, _) => 1.05,
        (4, _) => 0.95,
        _ => 0.80,
    }
}
