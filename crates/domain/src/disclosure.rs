//! Which numbers of a table of sums may be shown, so that nothing is said of one to four people.
//!
//! A cell of fewer than [`PEOPLE_MIN`] people is hidden, and so are as many others as it takes that
//! nobody computes it back from totals, from the other rows or from neighbouring limits. Source of the
//! rule: `docs/areas/access.md`, "Small numbers". What is not here: what a cell counts, and rounding.
//!
//! Invariant: of what [`Release::shows`] lets through, no protected number can be bounded more
//! narrowly than its guard by adding and subtracting.

use crate::attendance::Share;
use std::collections::BTreeSet;

/// Fewer people than this are not told apart.
pub const PEOPLE_MIN: u64 = 5;

/// In a crowd of so many, minutes that a few of them missed do not lead to the few; their number does.
pub const CROWD_MIN: u64 = 50;

/// A part of a whole in tenths of a percent, rounded half up; `None` of nothing.
///
/// ```
/// use lasna_domain::disclosure::tenths;
/// assert_eq!(tenths(1, 2_000), Some(1));
/// assert_eq!(tenths(1, 2_001), Some(0));
/// assert_eq!(tenths(0, 0), None);
/// ```
pub fn tenths(part: u64, whole: u64) -> Option<u64> {
    Share::new(part, whole).map(Share::tenths_shown)
}

/// No bound is known.
const OPEN: u64 = u64::MAX / 4;

/// A cell by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell(usize);

/// What a reader must not be able to exclude: that the number is as low as `low`, or as high as `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Guard {
    low: u64,
    high: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    value: u64,
    /// What is known of it where it is shown: itself, or what rounds to the same.
    told: (u64, u64),
    guard: Option<Guard>,
    /// It may be hidden so that others stay hidden.
    may_hide: bool,
    /// Hidden for others' sake only where nothing else would do.
    dear: bool,
    shown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Low,
    High,
}

impl Side {
    const fn other(self) -> Side {
        match self {
            Side::Low => Side::High,
            Side::High => Side::Low,
        }
    }
}

/// A bound of a cell.
type Way = (usize, Side);

/// A table of numbers and of the sums among them.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
    /// A whole and its parts.
    sums: Vec<(usize, Vec<usize>)>,
}

/// Which cells may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release(Vec<bool>);

impl Release {
    /// Whether the number of a cell may be shown.
    pub fn shows(&self, cell: Cell) -> bool {
        self.0.get(cell.0).copied().unwrap_or(false)
    }
}

impl Table {
    fn add(&mut self, value: u64, guard: Option<Guard>, shown: bool, may_hide: bool) -> Cell {
        self.entries.push(Entry {
            value,
            told: (value, value),
            guard,
            may_hide,
            dear: false,
            shown: shown && guard.is_none(),
        });
        Cell(self.entries.len() - 1)
    }

    /// A number that everybody may know: how many pupils a school has, how much is marked.
    pub fn open(&mut self, value: u64) -> Cell {
        self.add(value, None, true, false)
    }

    /// So many of `whole` people.
    pub fn count(&mut self, value: u64, whole: u64) -> Cell {
        let small = (1..PEOPLE_MIN).contains(&value) || (1..PEOPLE_MIN).contains(&whole);
        self.add(value, small.then(|| Guard::of(whole)), true, true)
    }

    /// A number that is not shown itself and that follows where others are: people between two limits.
    pub fn between(&mut self, value: u64, whole: u64) -> Cell {
        let small = (1..PEOPLE_MIN).contains(&value);
        self.add(value, small.then(|| Guard::of(whole)), false, false)
    }

    /// The people of whom the thing does not hold: that it holds of all of them says it of each.
    pub fn others(&mut self, value: u64, whole: u64) -> Cell {
        let small = value < PEOPLE_MIN && whole > 0;
        self.add(value, small.then(|| Guard::of(whole)), false, false)
    }

    /// An amount, minutes for example, that so many people have of at most `whole`.
    pub fn amount(&mut self, value: u64, people: u64, whole: u64) -> Cell {
        let small = (1..PEOPLE_MIN).contains(&people) && value > 0;
        let guard = Guard {
            low: value / 2,
            high: (value + value / 2).min(whole),
        };
        self.add(value, small.then_some(guard), true, true)
    }

    /// As [`Table::amount`], where all that is shown is [`tenths`] of `whole`: what is no more than a
    /// tenth is blurred by the rounding alone, and others know no more of it than what rounds alike.
    pub fn share(&mut self, value: u64, people: u64, whole: u64) -> Cell {
        let seen = value.saturating_mul(1_000) > whole;
        let cell = self.amount(value, if seen { people } else { 0 }, whole);
        if let Some(shown) = tenths(value, whole) {
            let bound = |halves: u64| u128::from(halves) * u128::from(whole);
            let low = bound((2 * shown).saturating_sub(1)).div_ceil(2_000);
            let high = (bound(2 * shown + 1) - 1) / 2_000;
            self.entries[cell.0].told = (low as u64, (high as u64).min(whole));
        }
        cell
    }

    /// Says that a cell is what readers come for: for others' sake it is hidden last.
    pub fn hold_dear(&mut self, cell: Cell) {
        if let Some(entry) = self.entries.get_mut(cell.0) {
            entry.dear = true;
        }
    }

    /// What is left of an amount's whole; never shown.
    pub fn left(&mut self, value: u64) -> Cell {
        self.add(value, None, false, false)
    }

    /// Says that a cell is the sum of others.
    pub fn sum(&mut self, whole: Cell, parts: impl IntoIterator<Item = Cell>) {
        let parts: Vec<usize> = parts.into_iter().map(|part| part.0).collect();
        let there = |at: usize| self.entries.get(at).map_or(0, |entry| entry.value);
        debug_assert_eq!(
            there(whole.0),
            parts.iter().map(|&at| there(at)).sum::<u64>()
        );
        self.sums.push((whole.0, parts));
    }

    /// Hides what must be hidden, and what else it takes.
    pub fn release(mut self) -> Release {
        let mut given_up = vec![false; self.entries.len()];
        loop {
            let bounds = self.bounds();
            let told = self.entries.iter().enumerate().find(|(at, entry)| {
                let (low, high) = bounds[*at];
                let tells = |guard: Guard| low > guard.low || high < guard.high;
                !given_up[*at] && entry.guard.is_some_and(tells)
            });
            let Some((at, _)) = told else {
                break;
            };
            match self.next_to_hide(at, &bounds) {
                Some(other) => self.entries[other].shown = false,
                // All around it is hidden: what can still be known, everybody knows anyway.
                None => given_up[at] = true,
            }
        }
        Release(self.entries.iter().map(|entry| entry.shown).collect())
    }

    /// Of the shown cells by which one is told, the nearest: the smallest that is large enough to blur
    /// it, else the largest; a dear one where no other is as near.
    fn next_to_hide(&self, from: usize, bounds: &[(u64, u64)]) -> Option<usize> {
        let told = &self.entries[from];
        let guard = told.guard.unwrap_or(Guard { low: 0, high: 0 });
        let up = guard.high.saturating_sub(told.value);
        let blur = up.max(told.value.saturating_sub(guard.low)).max(1);
        let (low, high) = bounds[from];
        let mut ways: Vec<Way> = Vec::new();
        ways.extend((low > guard.low).then_some((from, Side::Low)));
        ways.extend((high < guard.high).then_some((from, Side::High)));
        let mut seen: BTreeSet<Way> = ways.iter().copied().collect();
        while !ways.is_empty() {
            let next: BTreeSet<Way> = ways
                .iter()
                .flat_map(|&way| self.told_by(way, bounds))
                .collect();
            let hideable = next.iter().map(|(at, _)| *at).filter(|&at| {
                let entry = &self.entries[at];
                at != from && entry.shown && entry.may_hide
            });
            let key = |at: &usize| {
                let entry = &self.entries[*at];
                match entry.value >= blur {
                    true => (entry.dear, 0, entry.value),
                    false => (entry.dear, 1, blur - entry.value),
                }
            };
            if let Some(at) = hideable.min_by_key(key) {
                return Some(at);
            }
            // A shown cell needs no other to be known.
            ways = next
                .into_iter()
                .filter(|way| !self.entries[way.0].shown && seen.insert(*way))
                .collect();
        }
        None
    }

    /// The bounds from which a bound of a cell follows.
    fn told_by(&self, (at, side): Way, bounds: &[(u64, u64)]) -> Vec<Way> {
        let bound = |(at, side): Way| match side {
            Side::Low => bounds[at].0,
            Side::High => bounds[at].1,
        };
        let mut ways = Vec::new();
        for sum in self
            .sums
            .iter()
            .filter(|sum| members(sum).any(|member| member == at))
        {
            let Some((low, high)) = implied(sum, at, bounds) else {
                continue;
            };
            let follows = match side {
                Side::Low => low,
                Side::High => high,
            };
            if follows != bound((at, side)) {
                continue;
            }
            let (whole, parts) = sum;
            if *whole == at {
                ways.extend(parts.iter().map(|&part| (part, side)));
            } else {
                ways.push((*whole, side));
                let others = parts.iter().filter(|&&part| part != at);
                ways.extend(others.map(|&part| (part, side.other())));
            }
        }
        // A number is never below nothing, and where nothing is known there is nothing to hide.
        ways.retain(|&way| match way.1 {
            Side::Low => bound(way) > 0,
            Side::High => bound(way) < OPEN,
        });
        ways
    }

    /// What a reader of the shown cells can bound each cell by.
    fn bounds(&self) -> Vec<(u64, u64)> {
        let start = |entry: &Entry| match entry.shown {
            true => entry.told,
            false => (0, OPEN),
        };
        let mut bounds: Vec<(u64, u64)> = self.entries.iter().map(start).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for (whole, parts) in &self.sums {
                let low: u64 = parts.iter().map(|&at| bounds[at].0).sum();
                let high = parts.iter().fold(0, |sum: u64, &at| {
                    sum.saturating_add(bounds[at].1).min(OPEN)
                });
                changed |= narrow(&mut bounds[*whole], low, high);
                let (whole_low, whole_high) = bounds[*whole];
                let open = parts.iter().filter(|&&at| bounds[at].1 == OPEN).count();
                for &at in parts {
                    let (own_low, own_high) = bounds[at];
                    let others_low = low.saturating_sub(own_low);
                    let others_high = match open {
                        0 => high.saturating_sub(own_high),
                        1 if own_high == OPEN => parts
                            .iter()
                            .filter(|&&other| other != at)
                            .map(|&other| bounds[other].1)
                            .sum(),
                        _ => OPEN,
                    };
                    let most = match whole_high {
                        OPEN => OPEN,
                        known => known.saturating_sub(others_low),
                    };
                    changed |= narrow(&mut bounds[at], whole_low.saturating_sub(others_high), most);
                }
            }
        }
        bounds
    }
}

impl Guard {
    fn of(whole: u64) -> Guard {
        let high = (PEOPLE_MIN - 1).min(whole);
        Guard {
            low: 1.min(high),
            high,
        }
    }
}

/// The cells of a sum.
fn members((whole, parts): &(usize, Vec<usize>)) -> impl Iterator<Item = usize> + '_ {
    std::iter::once(*whole).chain(parts.iter().copied())
}

/// What one sum says of one of its cells; `None` where it is none of them.
fn implied(sum: &(usize, Vec<usize>), at: usize, bounds: &[(u64, u64)]) -> Option<(u64, u64)> {
    let (whole, parts) = sum;
    let others = parts.iter().filter(|&&other| other != at);
    let (low, high) = others.fold((0_u64, 0_u64), |(low, high), &other| {
        let (more_low, more_high) = bounds[other];
        (low + more_low, (high + more_high).min(OPEN))
    });
    if *whole == at {
        return Some((low, high));
    }
    let (whole_low, whole_high) = bounds[*whole];
    let most = match whole_high {
        OPEN => OPEN,
        known => known.saturating_sub(low),
    };
    parts
        .contains(&at)
        .then(|| (whole_low.saturating_sub(high), most))
}

fn narrow(bound: &mut (u64, u64), low: u64, high: u64) -> bool {
    let new = (bound.0.max(low), bound.1.min(high));
    let changed = new != *bound;
    *bound = new;
    changed
}
