//! What may be shown of a table, against a reader who tries every table that could have been.
//!
//! Invariant: a failing case prints the table.

use lasna_domain::disclosure::{Cell, PEOPLE_MIN, Release, Table, tenths};
use proptest::prelude::{Strategy, any, proptest};
use proptest::{collection::vec, prop_assert, prop_assert_eq};

/// Schools with pupils and with those over a first and a second limit, and the provider's total.
type School = (u64, u64, u64);

/// Pupils over the first and the second limit.
type Pair = (u64, u64);

struct Town {
    schools: Vec<School>,
    cells: Vec<[Cell; 2]>,
    release: Release,
}

fn town(schools: &[School]) -> Town {
    let mut table = Table::default();
    let mut row = |&(n, first, second): &School| {
        let pupils = table.open(n);
        let cells = [table.count(first, n), table.count(second, n)];
        let others = table.others(n - first, n);
        let between = table.between(first - second, n);
        table.sum(pupils, [others, cells[0]]);
        table.sum(cells[0], [between, cells[1]]);
        cells
    };
    let mut cells: Vec<[Cell; 2]> = schools.iter().map(&mut row).collect();
    let total = schools
        .iter()
        .fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
    let whole = row(&total);
    for (limit, &whole) in whole.iter().enumerate() {
        table.sum(whole, cells.iter().map(|row| row[limit]));
    }
    cells.push(whole);
    let mut all = schools.to_vec();
    all.push(total);
    Town {
        schools: all,
        cells,
        release: table.release(),
    }
}

impl Town {
    fn value(&self, row: usize, limit: usize) -> u64 {
        let (_, first, second) = self.schools[row];
        [first, second][limit]
    }

    fn shown(&self, row: usize, limit: usize) -> Option<u64> {
        self.release
            .shows(self.cells[row][limit])
            .then(|| self.value(row, limit))
    }

    /// Of each row and limit, all values in tables that look the same: the plain reader.
    fn possible(&self) -> Vec<[Vec<u64>; 2]> {
        let count = self.schools.len() - 1;
        let mut seen = vec![[Vec::new(), Vec::new()]; count + 1];
        let mut rows = vec![(0, 0); count];
        self.each(0, &mut rows, &mut |rows| {
            let total = rows.iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
            let fits = |limit: usize, value: u64| {
                self.shown(count, limit).is_none_or(|known| known == value)
            };
            if fits(0, total.0) && fits(1, total.1) {
                for (at, row) in rows.iter().chain([&total]).enumerate() {
                    seen[at][0].push(row.0);
                    seen[at][1].push(row.1);
                }
            }
        });
        seen
    }

    fn each(&self, at: usize, rows: &mut Vec<Pair>, take: &mut dyn FnMut(&[Pair])) {
        if at == rows.len() {
            return take(rows);
        }
        for first in 0..=self.schools[at].0 {
            if self.shown(at, 0).is_some_and(|known| known != first) {
                continue;
            }
            for second in 0..=first {
                if self.shown(at, 1).is_none_or(|known| known == second) {
                    rows[at] = (first, second);
                    self.each(at + 1, rows, take);
                }
            }
        }
    }
}

fn small(value: u64) -> bool {
    (1..PEOPLE_MIN).contains(&value)
}

fn school() -> impl Strategy<Value = School> {
    (1_u64..16, any::<u64>(), any::<u64>()).prop_map(|(n, first, second)| {
        // Low numbers more often, as in schools.
        let first = first % (n + 1) % (1 + first % 16);
        (n, first, second % (first + 1))
    })
}

proptest! {
    /// No small number can be computed back: not from the total, the other schools or the limits.
    #[test]
    fn nobody_computes_a_small_number_back(schools in vec(school(), 1..4)) {
        let town = town(&schools);
        let possible = town.possible();
        for (row, &(n, ..)) in town.schools.iter().enumerate() {
            for (limit, values) in possible[row].iter().enumerate() {
                let value = town.value(row, limit);
                let mut values = values.clone();
                values.sort_unstable();
                values.dedup();
                prop_assert!(values.contains(&value), "{schools:?}");
                if small(value) {
                    prop_assert_eq!(town.shown(row, limit), None, "{:?}", schools);
                    prop_assert!(values.len() > 1 || n == 0, "{schools:?} row {row} limit {limit}");
                }
                // That it holds of nearly everybody says it of each.
                if limit == 0 && n - value < PEOPLE_MIN && n > 0 {
                    prop_assert_eq!(town.shown(row, limit), None, "{:?}", schools);
                }
            }
            // Nor the few between two limits.
            let between: Vec<u64> = possible[row][0]
                .iter()
                .zip(&possible[row][1])
                .map(|(first, second)| first - second)
                .collect();
            let (first, second) = (town.value(row, 0), town.value(row, 1));
            if small(first - second) {
                let own = between.iter().any(|&other| other != first - second);
                prop_assert!(own, "{schools:?} row {row}: {}", first - second);
            }
        }
    }
}

#[test]
fn where_nothing_is_small_everything_is_shown() {
    let town = town(&[(400, 40, 12), (350, 30, 0), (90, 12, 5)]);
    for row in 0..4 {
        for limit in 0..2 {
            assert!(town.shown(row, limit).is_some(), "{row} {limit}");
        }
    }
}

#[test]
fn one_small_school_hides_a_second_one_and_never_the_total() {
    let town = town(&[(400, 40, 12), (350, 30, 3), (300, 50, 9)]);
    let second: Vec<Option<u64>> = (0..4).map(|row| town.shown(row, 1)).collect();
    assert_eq!(second, [Some(12), None, None, Some(24)]);
    let first: Vec<Option<u64>> = (0..4).map(|row| town.shown(row, 0)).collect();
    assert_eq!(first, [Some(40), Some(30), Some(50), Some(120)]);
}

#[test]
fn amounts_of_few_people_are_hidden_and_blurred() {
    let mut table = Table::default();
    let marked: Vec<Cell> = [9_000, 8_000, 17_000].map(|all| table.open(all)).into();
    let of_few = table.amount(90, 2, 9_000);
    let of_many = table.amount(400, 30, 8_000);
    let whole = table.amount(490, 32, 17_000);
    for ((all, part), value) in marked
        .iter()
        .zip([of_few, of_many, whole])
        .zip([8_910, 7_600, 16_510])
    {
        let left = table.left(value);
        table.sum(*all, [part, left]);
    }
    table.sum(whole, [of_few, of_many]);
    let release = table.release();
    assert!(!release.shows(of_few));
    assert!(release.shows(of_many) != release.shows(whole));
}

#[test]
fn a_rounded_share_hides_what_is_less_than_its_last_place() {
    let mut table = Table::default();
    let little = table.share(100, 1, 100_000);
    let more = table.share(101, 1, 100_000);
    let release = table.release();
    assert!(release.shows(little));
    assert!(!release.shows(more));
}

#[test]
fn what_is_dear_is_hidden_last() {
    let mut table = Table::default();
    let parts = [
        table.count(2, 100),
        table.count(60, 100),
        table.count(30, 100),
    ];
    let whole = table.count(92, 300);
    table.hold_dear(parts[2]);
    table.hold_dear(whole);
    table.sum(whole, parts);
    let release = table.release();
    assert_eq!(parts.map(|cell| release.shows(cell)), [false, false, true]);
    assert!(release.shows(whole));
}

#[test]
fn rounding_keeps_a_large_total_from_telling_a_small_part() {
    // Of a whole town's minutes a tenth of a percent is more than the few have.
    let told = |whole: u64| {
        let mut table = Table::default();
        let few = table.share(30, 1, 1_000);
        let many = table.share(200, 9, whole - 1_000);
        let all = table.share(230, 10, whole);
        table.sum(all, [few, many]);
        let release = table.release();
        assert!(!release.shows(few));
        release.shows(many) && release.shows(all)
    };
    assert!(told(1_000_000));
    assert!(!told(5_000), "the total less the others tells it");
}

/// Whether a rounded share of many stays beside an amount of few, where their sum is open.
fn stays_beside(few: u64, many: u64) -> bool {
    let mut table = Table::default();
    let whole = table.open(few + many);
    let few = table.amount(few, 2, 100_000);
    let many = table.share(many, 30, 100_000);
    table.sum(whole, [few, many]);
    let release = table.release();
    assert!(!release.shows(few));
    release.shows(many)
}

#[test]
fn an_amount_of_few_is_blurred_by_half_of_it_on_both_sides() {
    // The share tells 49 950 to 50 049: the amount is known from 49 below to 50 above it.
    assert!(stays_beside(98, 50_000));
    assert!(!stays_beside(99, 50_000));
    // From 50 below to 49 above.
    assert!(stays_beside(98, 49_999));
    // From 99 below to the amount itself.
    assert!(!stays_beside(98, 49_950));
}

#[test]
fn what_nobody_has_and_what_enough_have_not_is_shown() {
    let mut table = Table::default();
    let none = table.amount(0, 2, 100);
    let half = table.count(PEOPLE_MIN, 2 * PEOPLE_MIN);
    let other_half = table.others(PEOPLE_MIN, 2 * PEOPLE_MIN);
    let whole = table.open(2 * PEOPLE_MIN);
    table.sum(whole, [half, other_half]);
    let release = table.release();
    assert!(release.shows(none) && release.shows(half));
    assert!(!release.shows(other_half));
    assert_eq!((tenths(1, 2), tenths(1, 2_001)), (Some(500), Some(0)));
}
