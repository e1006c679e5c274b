//! Chance: one ChaCha stream for each thing that is drawn, and distributions as tables.
//!
//! A stream is keyed by seed, purpose and two numbers, so that any pupil, class or day can be drawn
//! again on its own, in any order. Distributions are quantile tables: no logarithm or power of the
//! platform can change a byte. What it is not: a general random library.
//!
//! Invariant: the same key gives the same draws on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for; part of its key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Plan = 1,
    School = 2,
    Week = 3,
    Book = 4,
    Events = 5,
    Pupil = 6,
    Days = 7,
    Staff = 8,
}

/// One stream of draws.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a key.
    pub(crate) fn of(seed: u64, purpose: Purpose, a: u64, b: u64) -> Dice {
        let mut key = [0_u8; 32];
        for (place, part) in key.chunks_exact_mut(8).zip([seed, purpose as u64, a, b]) {
            place.copy_from_slice(&part.to_le_bytes());
        }
        Dice(ChaCha8Rng::from_seed(key))
    }

    /// A number in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether a thing of this probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// One of the items.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }

    /// Puts the items in a random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }

    /// A whole number of at least 1 with this mean, falling geometrically; at most `max`.
    pub(crate) fn geometric(&mut self, mean: f64, max: u32) -> u32 {
        let mut n = 1;
        while n < max && self.chance(1.0 - 1.0 / mean) {
            n += 1;
        }
        n
    }

    /// A draw from a distribution given by its quantiles at even steps.
    pub(crate) fn even_quantiles(&mut self, values: &[f64]) -> f64 {
        let place = self.unit() * (values.len() - 1) as f64;
        let step = place as usize;
        values[step] + (values[step + 1] - values[step]) * (place - step as f64)
    }
}

/// Quantiles of Gamma with shape 1.3 and mean 1, as (probability, value).
const GAMMA: [(f64, f64); 29] = [
    (0.0, 0.0),
    (0.01, 0.0254),
    (0.02, 0.0438),
    (0.05, 0.091),
    (0.1, 0.1612),
    (0.15, 0.2284),
    (0.2, 0.2955),
    (0.25, 0.3639),
    (0.3, 0.4345),
    (0.35, 0.5083),
    (0.4, 0.5862),
    (0.45, 0.6692),
    (0.5, 0.7585),
    (0.55, 0.8556),
    (0.6, 0.9626),
    (0.65, 1.0823),
    (0.7, 1.2187),
    (0.75, 1.3781),
    (0.8, 1.5709),
    (0.85, 1.8164),
    (0.9, 2.1582),
    (0.925, 2.3983),
    (0.95, 2.7342),
    (0.97, 3.1539),
    (0.98, 3.4848),
    (0.99, 4.0472),
    (0.995, 4.606),
    (0.998, 5.3408),
    (1.0, 6.4458),
];

/// Quantiles of Beta(1.3, 2.2) at steps of a twentieth.
const BETA: [f64; 21] = [
    0.0, 0.0493, 0.0858, 0.1194, 0.1517, 0.1834, 0.2149, 0.2465, 0.2786, 0.3112, 0.3447, 0.3793,
    0.4154, 0.4532, 0.4934, 0.5367, 0.5842, 0.6377, 0.7011, 0.7839, 1.0,
];

/// How much of the year a pupil tends to be away, and whether from the severe part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Propensity {
    /// Share of teaching time, 0–1.
    pub share: f64,
    /// From the severe part of the mixture: long spells.
    pub severe: bool,
    /// Seldom away, and never much at once, where the place keeps such pupils apart.
    pub calm: bool,
}

impl Propensity {
    /// Most pupils little, a few much (`docs/areas/simulate.md`), before the factor of the grade.
    pub(crate) fn draw(dice: &mut Dice, severe_share: f64) -> Propensity {
        if dice.chance(severe_share) {
            return Propensity {
                share: 0.20 + 0.80 * dice.even_quantiles(&BETA),
                severe: true,
                calm: false,
            };
        }
        let u = dice.unit();
        let above = GAMMA
            .iter()
            .position(|&(p, _)| p > u)
            .unwrap_or(GAMMA.len() - 1)
            .max(1);
        let ((p0, v0), (p1, v1)) = (GAMMA[above - 1], GAMMA[above]);
        let value = v0 + (v1 - v0) * (u - p0) / (p1 - p0);
        Propensity {
            share: 0.055 * value,
            severe: false,
            calm: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixture_has_the_shape_it_was_tuned_for() {
        let mut dice = Dice::of(1, Purpose::Plan, 0, 0);
        let mut shares: Vec<f64> = (0..200_000)
            .map(|_| Propensity::draw(&mut dice, 0.025).share)
            .collect();
        shares.sort_by(f64::total_cmp);
        let n = shares.len() as f64;
        let mean = shares.iter().sum::<f64>() / n;
        let over = |x: f64| shares.iter().filter(|&&s| s > x).count() as f64 / n;
        assert!((mean - 0.066).abs() < 0.002, "mean {mean}");
        assert!((shares[100_000] - 0.043).abs() < 0.002);
        assert!((over(0.10) - 0.17).abs() < 0.02, "{}", over(0.10));
        assert!((over(0.20) - 0.041).abs() < 0.012, "{}", over(0.20));
        assert!((over(0.50) - 0.012).abs() < 0.004, "{}", over(0.50));
    }

    #[test]
    fn a_key_is_a_stream_of_its_own() {
        let draw = |b| Dice::of(7, Purpose::Pupil, 3, b).below(1_000_000);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let mut dice = Dice::of(7, Purpose::Pupil, 3, 1);
        assert!((0..1000).all(|_| (2..=4).contains(&dice.between(2, 4))));
        assert_eq!(dice.below(0), 0);
    }
}
