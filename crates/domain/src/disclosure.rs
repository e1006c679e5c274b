//! Which numbers of a table of sums may be shown, so that nothing is said of one to four people.
//!
//! A cell of fewer than [`PEOPLE_MIN`] people is hidden, and so are as many others as it takes that
//! nobody computes it back from totals, from the other rows or from neighbouring limits. Source of the
//! rule: `docs/areas/access.md`, "Small numbers". What is not here: what a cell counts, and rounding.
//!
//! Invariant: of what [`Release::shows`] lets through, no protected number can be bounded more
//! narrowly than its guard by adding and subtracting.

/// Fewer people than this are not told apart.
pub const PEOPLE_MIN: u64 = 5;

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
    guard: Option<Guard>,
    /// It may be hidden so that others stay hidden.
    may_hide: bool,
    /// Hidden for others' sake only where nothing else would do.
    dear: bool,
    shown: bool,
}

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

    /// As [`Table::amount`], where all that is shown is the share of `whole` in tenths of a percent:
    /// what is no more than a tenth is blurred by the rounding alone.
    pub fn share(&mut self, value: u64, people: u64, whole: u64) -> Cell {
        let seen = value.saturating_mul(1_000) > whole;
        self.amount(value, if seen { people } else { 0 }, whole)
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
            match self.next_to_hide(at) {
                Some(other) => self.entries[other].shown = false,
                // All around it is hidden: what can still be known, everybody knows anyway.
                None => given_up[at] = true,
            }
        }
        Release(self.entries.iter().map(|entry| entry.shown).collect())
    }

    /// The shown cell nearest to one that is told: the smallest that is large enough to blur it, else
    /// the largest; one that is dear only where there is no other, however far.
    fn next_to_hide(&self, from: usize) -> Option<usize> {
        self.nearest(from, false)
            .or_else(|| self.nearest(from, true))
    }

    fn nearest(&self, from: usize, dear: bool) -> Option<usize> {
        let told = &self.entries[from];
        let blur = told.guard.map_or(0, |guard| {
            let up = guard.high.saturating_sub(told.value);
            up.max(told.value.saturating_sub(guard.low)).max(1)
        });
        let mut near = vec![false; self.entries.len()];
        near[from] = true;
        loop {
            let mut wider = near.clone();
            for (whole, parts) in &self.sums {
                let all = || std::iter::once(*whole).chain(parts.iter().copied());
                // A way leads on only through what is not shown.
                if all().any(|at| near[at] && (at == from || !self.entries[at].shown)) {
                    all().for_each(|at| wider[at] = true);
                }
            }
            let found = (0..self.entries.len()).filter(|&at| {
                let entry = &self.entries[at];
                wider[at] && entry.shown && entry.may_hide && entry.dear == dear
            });
            let key = |at: &usize| {
                let value = self.entries[*at].value;
                match value >= blur {
                    true => (0, value),
                    false => (1, blur - value),
                }
            };
            if let Some(at) = found.min_by_key(key) {
                return Some(at);
            }
            if wider == near {
                return None;
            }
            near = wider;
        }
    }

    /// What a reader of the shown cells can bound each cell by.
    fn bounds(&self) -> Vec<(u64, u64)> {
        let start = |entry: &Entry| match entry.shown {
            true => (entry.value, entry.value),
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

fn narrow(bound: &mut (u64, u64), low: u64, high: u64) -> bool {
    let new = (bound.0.max(low), bound.1.min(high));
    let changed = new != *bound;
    *bound = new;
    changed
}
