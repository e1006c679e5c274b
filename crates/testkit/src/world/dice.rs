//! Repeatable chance for sample worlds: splitmix64, nothing more.
//!
//! It is not for anything that must be unguessable.
//!
//! Invariant: the same seed gives the same throws on every machine.

/// A stream of throws.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a seed.
    pub const fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// The next 64 bits.
    pub const fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number from 0 up to, not with, `end`; 0 where there is none.
    pub const fn below(&mut self, end: u32) -> u32 {
        // The upper half times the bound: nearly even, which is enough here.
        (((self.throw() >> 32) * end as u64) >> 32) as u32
    }

    /// A number from `least` to `most`, both included.
    pub const fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most - least + 1)
    }

    /// True in so many of a hundred throws.
    pub const fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of several; there must be one.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }

    /// Puts a list in another order and repeats one in ten of its entries.
    pub fn shuffle<T: Clone>(&mut self, list: &mut Vec<T>) {
        for index in 0..list.len() {
            if self.chance(10) {
                list.push(list[index].clone());
            }
        }
        for index in (1..list.len()).rev() {
            list.swap(index, self.below(index as u32 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_repeat_and_stay_inside() {
        let (mut a, mut b) = (Dice::new(7), Dice::new(7));
        let mut seen = [0_u32; 6];
        for _ in 0..6000 {
            let throw = a.below(6);
            assert_eq!(throw, b.below(6));
            seen[throw as usize] += 1;
        }
        assert!(
            seen.iter().all(|&times| (800..1200).contains(&times)),
            "{seen:?}"
        );
        assert_eq!(a.below(0), 0);
    }
}
