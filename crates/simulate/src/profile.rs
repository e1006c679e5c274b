//! How a simulated place behaves: how much pupils are away, how it is explained, what is forgotten.
//!
//! The general profile has the values that the shape was tuned for; the town has its own, so that a
//! list of pupils who need help is short enough to be read. What it is not: a statistic.
//!
//! Invariant: the general profile draws as it always did, so that its bytes stay the same.

use crate::calendar::DayNo;
use crate::dice::{Dice, Propensity};

/// Numbers that a place may have differently.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// Mean days of a spell by kind, ordinary and severe, in the order of the kinds.
    pub days: [[f64; 2]; 4],
    /// The longest spell of a pupil who is not severe.
    pub spell_max: u32,
    /// Share of the absences not explained at first that nobody ever explains.
    pub never: f64,
    /// Mean days until an explanation, ordinary and severe.
    pub explained_days: [f64; 2],
    /// The longest time until an explanation.
    pub explained_max: u32,
    /// Chance on a day of being sent home, for which nobody gives an approval.
    pub sent_home: f64,
    /// How pupils who are seldom away keep to it; `None` where it is left to chance.
    pub calm: Option<Calm>,
}

/// What holds for pupils who are seldom away.
#[derive(Clone, Debug)]
pub(crate) struct Calm {
    /// From this day on spells are short and lie apart.
    pub from: DayNo,
    /// Days away until then at most.
    pub budget_days: f64,
    /// School days between two spells at least.
    pub apart_days: u16,
    /// Share of pupils of the raised band, who are often away, in short spells.
    pub raised_share: f64,
    /// Share of pupils who are away for long, in grades 5–6 and 7–9.
    pub severe_share: [f64; 2],
}

impl Profile {
    /// Of any place that a seed draws.
    pub(crate) fn general() -> Profile {
        Profile {
            days: [[2.2, 7.0], [2.5, 2.5], [1.3, 6.0], [1.2, 4.0]],
            spell_max: 60,
            never: 0.18,
            explained_days: [2.5, 5.0],
            explained_max: 25,
            sent_home: 0.0003,
            calm: None,
        }
    }

    /// How much of the year a pupil of a grade tends to be away.
    pub(crate) fn propensity(&self, dice: &mut Dice, grade: u8) -> Propensity {
        let upper = usize::from(grade >= 7);
        let factor = [0.90, 0.95, 1.02, 1.10, 1.15][usize::from(grade - 5)];
        let Some(calm) = &self.calm else {
            let mut drawn = Propensity::draw(dice, [0.011, 0.025][upper]);
            drawn.share = (drawn.share * factor).min(0.93);
            return drawn;
        };
        let severe = calm.severe_share[upper];
        let band = dice.unit();
        if band < severe {
            return Propensity::draw(dice, 1.0);
        }
        if band < severe + calm.raised_share * factor {
            return Propensity {
                share: 0.105 + 0.055 * dice.unit(),
                severe: false,
                calm: false,
            };
        }
        let drawn = Propensity::draw(dice, 0.0).share;
        Propensity {
            share: ((0.040 + 0.7 * drawn) * factor).min(0.085),
            severe: false,
            calm: true,
        }
    }
}
