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
use crate::profile::{Calm, Profile};

/// What kind of absence, and how often; how long is in the [`Profile`].
struct Kind {
    code: Code,
    /// Share of absent time; for a pupil of the severe part of the mixture the second.
    share: [f64; 2],
    /// Share of spells that are one or two lessons.
    part: f64,
    /// Share that is explained before the lesson.
    direct: f64,
}

const KINDS: [Kind; 4] = [
    Kind {
        code: Code::Health,
        share: [0.57, 0.45],
        part: 0.25,
        direct: 0.75,
    },
    Kind {
        code: Code::Leave,
        share: [0.25, 0.05],
        part: 0.15,
        direct: 1.0,
    },
    Kind {
        code: Code::Other,
        share: [0.06, 0.15],
        part: 0.4,
        direct: 0.6,
    },
    Kind {
        code: Code::Truancy,
        share: [0.12, 0.35],
        part: 0.75,
        direct: 0.0,
    },
];
/// Share of a day that a spell of one or two lessons takes.
const PART_DAY: f64 = 0.28;
/// Share of the first day of a spell of a pupil who is seldom away, who goes home from school.
const CALM_PART: f64 = 0.6;

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
pub(crate) struct Absences<'a> {
    profile: &'a Profile,
    share: f64,
    severe: usize,
    spell: Option<(u32, Explained)>,
    /// Of a pupil who is seldom away: what the place says, and how it stands.
    calm: Option<(&'a Calm, Quiet)>,
    /// Chance of beginning a spell of each kind on an average day.
    begin: [f64; KINDS.len()],
}

/// How a pupil stands who is seldom away.
struct Quiet {
    /// Days away that are left until spells lie apart.
    left: f64,
    /// School days since the latest day away.
    since: u16,
    /// The weekday of the latest whole day away, 0 before the first.
    weekday: u8,
}

impl<'a> Absences<'a> {
    /// Begins a pupil's year.
    pub(crate) fn begin(
        profile: &'a Profile,
        propensity: Propensity,
        calendar: &Calendar,
        dice: &mut Dice,
    ) -> Absences<'a> {
        let severe = usize::from(propensity.severe);
        let share = propensity.share;
        let begin = std::array::from_fn(|k| {
            let kind = &KINDS[k];
            let days = kind.part * PART_DAY + (1.0 - kind.part) * profile.days[k][severe];
            kind.share[severe] * share / (1.0 - share) / days
        });
        let quiet = |calm: &Calm| Quiet {
            left: calm.budget_days,
            since: 0,
            weekday: 0,
        };
        let calm = profile.calm.as_ref().filter(|_| propensity.calm);
        let mut absences = Absences {
            profile,
            calm: calm.map(|calm| (calm, quiet(calm))),
            share,
            severe,
            spell: None,
            begin,
        };
        if propensity.severe && dice.chance(share) {
            let days = dice.geometric(profile.days[0][1], 60);
            let explained = absences.explain(0, crate::calendar::YEAR_FROM, calendar, dice);
            absences.spell = Some((days, explained));
        }
        absences
    }

    /// The state of the next school day.
    pub(crate) fn day(&mut self, day: DayNo, calendar: &Calendar, dice: &mut Dice) -> State {
        if let Some((left, explained)) = self.spell {
            self.spell = (left > 1).then_some((left - 1, explained));
            self.spend(calendar.facts(day).weekday, 1.0);
            return State::Away(explained);
        }
        if let Some((calm, quiet)) = &mut self.calm {
            quiet.since += 1;
            if day >= calm.from {
                return self.calm_day(day, calendar, dice);
            }
            if quiet.left < 1.0 {
                let u = dice.unit();
                return self.small(u, dice);
            }
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
            self.spend(0, PART_DAY);
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
        let max = match &self.calm {
            Some((_, quiet)) => self.profile.spell_max.min(quiet.left as u32).max(1),
            None if self.severe == 1 => 60,
            None => self.profile.spell_max,
        };
        let days = dice.geometric(self.profile.days[k][self.severe], max);
        self.spell = (days > 1).then_some((days - 1, explained));
        self.spend(calendar.facts(day).weekday, 1.0);
        State::Away(explained)
    }

    /// Notes that a pupil who is seldom away was away, on a weekday where it was the whole day.
    fn spend(&mut self, weekday: u8, days: f64) {
        if let Some((_, quiet)) = &mut self.calm {
            quiet.left -= days;
            quiet.since = 0;
            if weekday > 0 {
                quiet.weekday = weekday;
            }
        }
    }

    /// A day of the time in which spells of a day or two lie apart from each other, and on other
    /// weekdays.
    fn calm_day(&mut self, day: DayNo, calendar: &Calendar, dice: &mut Dice) -> State {
        let Some((apart, since, before)) = self
            .calm
            .as_ref()
            .map(|(calm, quiet)| (calm.apart_days, quiet.since, quiet.weekday))
        else {
            return State::There;
        };
        let weekday = calendar.facts(day).weekday;
        let next = weekday % 5 + 1;
        // Those who are away more go home ill and stay away the day after.
        let long = self.share > 0.045;
        let days = if long { 1.0 + CALM_PART } else { 1.0 };
        let wait = (days / self.share - f64::from(apart) - days).max(1.5);
        let free = since > apart && before != weekday && !(long && before == next);
        if !free || !dice.chance(1.0 / wait) {
            let u = dice.unit();
            return self.small(u, dice);
        }
        let k = match dice.unit() {
            u if u < 0.66 => 0,
            u if u < 0.86 => 1,
            _ => 2,
        };
        let explained = self.explain(k, day, calendar, dice);
        if !long {
            self.spend(weekday, 1.0);
            return State::Away(explained);
        }
        self.spell = Some((1, explained));
        self.spend(0, CALM_PART);
        State::Part {
            explained,
            first: 2,
            count: 9,
            minutes: None,
        }
    }

    fn explain(&self, k: usize, day: DayNo, calendar: &Calendar, dice: &mut Dice) -> Explained {
        let kind = &KINDS[k];
        if dice.chance(kind.direct) {
            return Explained {
                first: kind.code,
                then: None,
            };
        }
        let days = dice.geometric(
            self.profile.explained_days[self.severe],
            self.profile.explained_max,
        );
        let when = (usize::from(day) + days as usize).min(calendar.days.len() - 1) as DayNo;
        let at = calendar.instant(when, 7 * 60 + dice.below(9 * 60) as u16);
        let then = (!dice.chance(self.profile.never)).then_some((kind.code, at));
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
            (Code::SentHome, self.profile.sent_home),
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
