//! From counts to what may be shown of them.
//!
//! Invariant: a sum that is shown anywhere is a sum of the table that is released, so that nothing can
//! be computed back from it: months and the year, kinds and all absence, schools and the provider.

use super::count::{KINDS, Raw, RawMonth, RawUnit, kinds};
use super::signals::Told;
use super::{Contacts, Counted, Kinds, Measures, Month, Unit};
use crate::held::HeldYear;
use lasna_domain::attendance::Figures;
use lasna_domain::disclosure::{CROWD_MIN, Cell, PEOPLE_MIN, Release, Table, tenths};
use lasna_domain::ids::SchoolNo;
use std::collections::BTreeMap;

pub(super) fn release(year: &HeldYear, raw: Raw, told: &BTreeMap<SchoolNo, Told>) -> Measures {
    let mut units: Vec<Unit> = raw
        .units
        .iter()
        .map(|unit| Unit {
            school: unit.school,
            name: match unit.school {
                Some(no) => year.loaded.names.org(no).to_owned(),
                None => year.loaded.provider_name().to_owned(),
            },
            pupils: unit.pupils,
            months: vec![Month::default(); unit.months.len()],
            ..Unit::default()
        })
        .collect();
    amounts(&raw.units, &mut units);
    let months = raw.units.first().map_or(0, |unit| unit.months.len());
    for month in 0..months {
        limits(&raw.units, &mut units, month);
    }
    pupils(
        &raw.units,
        &mut units,
        |unit| unit.ten_days,
        |unit| &mut unit.ten_days,
    );
    pupils(
        &raw.units,
        &mut units,
        |unit| unit.unresolved,
        |unit| &mut unit.unresolved,
    );
    contacts(told, &mut units);
    let whole = units.pop();
    Measures {
        whole,
        schools: units,
        months: raw.months,
    }
}

/// The last of the units is the sum of the others.
fn sum_of_schools(table: &mut Table, cells: &[Cell]) {
    if let Some((whole, schools)) = cells.split_last() {
        table.sum(*whole, schools.iter().copied());
    }
}

fn year_of(unit: &RawUnit) -> RawMonth {
    let mut year = RawMonth::default();
    for month in &unit.months {
        year.figures += month.figures;
        year.pupils = year.pupils.max(month.pupils);
        // At least as many people as in the fullest month: rather too few than too many.
        for (all, people) in year.people.iter_mut().zip(month.people) {
            *all = people.max(*all);
        }
    }
    year
}

type KindCells = [Cell; KINDS];

fn amount_cells(table: &mut Table, month: &RawMonth) -> KindCells {
    let marked = month.figures.marked();
    let values = kinds(&month.figures);
    let mut at = 0;
    let cells = values.map(|value| {
        let people = match month.pupils >= CROWD_MIN {
            true => month.pupils,
            false => month.people[at],
        };
        let cell = match at {
            0 => table.amount(value, people, marked),
            _ => table.share(value, people, marked),
        };
        at += 1;
        cell
    });
    // All absence is the headline: kinds are hidden before it is.
    table.hold_dear(cells[0]);
    let (all, left) = (table.open(marked), table.left(marked - values[0]));
    table.sum(all, [cells[0], left]);
    table.sum(cells[0], cells[1..].iter().copied());
    cells
}

/// Minutes by kind, of every unit, month and the year at once.
fn amounts(raw: &[RawUnit], units: &mut [Unit]) {
    let mut table = Table::default();
    let years: Vec<RawMonth> = raw.iter().map(year_of).collect();
    let cells: Vec<Vec<KindCells>> = raw
        .iter()
        .zip(&years)
        .map(|(unit, year)| {
            let times = unit.months.iter().chain([year]);
            times.map(|month| amount_cells(&mut table, month)).collect()
        })
        .collect();
    for kind in 0..KINDS {
        for times in &cells {
            if let Some((year, months)) = times.split_last() {
                table.sum(year[kind], months.iter().map(|month| month[kind]));
            }
        }
        for time in 0..cells.first().map_or(0, Vec::len) {
            let column: Vec<Cell> = cells.iter().map(|times| times[time][kind]).collect();
            sum_of_schools(&mut table, &column);
        }
    }
    let release = table.release();
    for (at, unit) in units.iter_mut().enumerate() {
        let all = raw[at].months.iter().chain([&years[at]]);
        let mut shown: Vec<Kinds> = all
            .zip(&cells[at])
            .map(|(month, cells)| kinds_of(&release, &month.figures, cells))
            .collect();
        unit.year = shown.pop().unwrap_or_default();
        for (month, kinds) in unit.months.iter_mut().zip(shown) {
            month.kinds = kinds;
        }
    }
}

fn kinds_of(release: &Release, figures: &Figures, cells: &KindCells) -> Kinds {
    let values = kinds(figures);
    let shown = |kind: usize| {
        let shown = release.shows(cells[kind]);
        tenths(values[kind], figures.marked()).filter(|_| shown)
    };
    Kinds {
        possible: figures.possible,
        marked: figures.marked(),
        absent: release.shows(cells[0]).then_some(values[0]),
        authorised: shown(1),
        unauthorised: shown(2),
        unresolved: shown(3),
        norm: figures.norm,
        presumed: figures.presumed,
    }
}

/// Pupils at the limits at the end of a month.
fn limits(raw: &[RawUnit], units: &mut [Unit], month: usize) {
    let mut table = Table::default();
    let mut cells: Vec<[Cell; 4]> = Vec::new();
    for unit in raw {
        let (judged, counts) = (unit.months[month].judged, unit.months[month].limits);
        let row = counts.map(|count| table.count(count, judged));
        let mut over = table.open(judged);
        let mut higher = judged;
        for (at, (&cell, count)) in row.iter().zip(counts).enumerate() {
            let between = match at {
                0 => table.others(higher - count, judged),
                _ => table.between(higher - count, judged),
            };
            table.sum(over, [between, cell]);
            (over, higher) = (cell, count);
        }
        cells.push(row);
    }
    for limit in 0..4 {
        let column: Vec<Cell> = cells.iter().map(|row| row[limit]).collect();
        sum_of_schools(&mut table, &column);
    }
    let release = table.release();
    for ((unit, raw), row) in units.iter_mut().zip(raw).zip(&cells) {
        let from = &raw.months[month];
        let mut at = 0;
        unit.months[month].limits = from.limits.map(|count| {
            let shown = release.shows(row[at]);
            at += 1;
            Counted {
                part: shown.then_some(count),
                whole: from.judged,
            }
        });
        unit.months[month].to_date = (from.to_date.marked(), from.to_date.possible);
    }
}

/// One count of pupils.
fn pupils(
    raw: &[RawUnit],
    units: &mut [Unit],
    count: impl Fn(&RawUnit) -> u64,
    place: impl Fn(&mut Unit) -> &mut Counted,
) {
    let mut table = Table::default();
    let cells: Vec<Cell> = raw
        .iter()
        .map(|unit| {
            let (all, cell) = (
                table.open(unit.pupils),
                table.count(count(unit), unit.pupils),
            );
            let others = table.others(unit.pupils - count(unit), unit.pupils);
            table.sum(all, [cell, others]);
            cell
        })
        .collect();
    sum_of_schools(&mut table, &cells);
    let release = table.release();
    for ((unit, raw), cell) in units.iter_mut().zip(raw).zip(cells) {
        *place(unit) = Counted {
            part: release.shows(cell).then(|| count(raw)),
            whole: raw.pupils,
        };
    }
}

/// Signals: pupils on steps, of them those reached and those with a duty overdue.
fn contacts(told: &BTreeMap<SchoolNo, Told>, units: &mut [Unit]) {
    let mut sums: Vec<Told> = units
        .iter()
        .map(|unit| {
            unit.school
                .and_then(|no| told.get(&no))
                .cloned()
                .unwrap_or_default()
        })
        .collect();
    let mut whole = Told::default();
    sums.iter().for_each(|sum| whole.add(sum));
    if let Some(last) = sums.last_mut() {
        *last = whole;
    }
    let mut table = Table::default();
    let mut cells: Vec<[Cell; 3]> = Vec::new();
    for (sum, unit) in sums.iter().zip(units.iter()) {
        let n = unit.pupils.max(sum.on_steps);
        let counts = [sum.on_steps, sum.reached(), sum.late];
        let row = counts.map(|count| table.count(count, n));
        let all = table.open(n);
        let others = table.others(n - sum.on_steps, n);
        table.sum(all, [row[0], others]);
        for at in [1, 2] {
            let rest = table.between(sum.on_steps - counts[at], n);
            table.sum(row[0], [row[at], rest]);
        }
        cells.push(row);
    }
    for at in 0..3 {
        let column: Vec<Cell> = cells.iter().map(|row| row[at]).collect();
        sum_of_schools(&mut table, &column);
    }
    let release = table.release();
    for ((unit, sum), row) in units.iter_mut().zip(&sums).zip(&cells) {
        let shown = |at: usize, count: u64| release.shows(row[at]).then_some(count);
        let reached = shown(1, sum.reached());
        unit.contacts = Contacts {
            on_steps: shown(0, sum.on_steps),
            reached,
            late: shown(2, sum.late),
            median_days: sum
                .median()
                .filter(|_| reached.is_some() && sum.reached() >= PEOPLE_MIN),
        };
    }
}
