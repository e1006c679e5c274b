//! The hot loop: minutes of all planes of a slice of rows, summed by home.
//!
//! One generic body, compiled twice: as the target allows and with `popcnt` where the running
//! processor has it. The naive twin is in the tests.
//!
//! Invariant: both compilations give the same sums.

use crate::columns::{Patterns, Planes};

/// Sums of one home, in minutes; part-lesson shorts are taken off later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub possible: u64,
    pub marked: u64,
    pub elsewhere: u64,
    pub authorised: u64,
    pub unauthorised: u64,
    pub unresolved: u64,
    pub late: u64,
    pub days: u64,
}

/// A slice of rows, column by column, all of one length.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub patterns: &'a Patterns,
    pub pattern: &'a [u32],
    pub home: &'a [u32],
    pub taken: &'a [u16],
    pub planes: &'a [Planes],
}

/// The processor features that the kernel uses on this machine.
pub fn cpu_features() -> &'static str {
    if has_popcnt() { "popcnt" } else { "none" }
}

#[cfg(target_arch = "x86_64")]
fn has_popcnt() -> bool {
    std::arch::is_x86_feature_detected!("popcnt")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_popcnt() -> bool {
    false
}

/// Adds the rows' minutes to the sums of their homes.
pub(crate) fn sum_rows(rows: Rows<'_>, sums: &mut [Sums]) {
    #[cfg(target_arch = "x86_64")]
    if has_popcnt() {
        #[allow(
            unsafe_code,
            reason = "calls a function compiled for a feature checked just above"
        )]
        // SAFETY: the processor has popcnt, as `has_popcnt` has just said.
        return unsafe { sum_rows_popcnt(rows, sums) };
    }
    sum_rows_plain(rows, sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn sum_rows_popcnt(rows: Rows<'_>, sums: &mut [Sums]) {
    sum_rows_body(rows, sums);
}

fn sum_rows_plain(rows: Rows<'_>, sums: &mut [Sums]) {
    sum_rows_body(rows, sums);
}

#[inline(always)]
fn sum_rows_body(rows: Rows<'_>, sums: &mut [Sums]) {
    let Rows {
        patterns,
        pattern,
        home,
        taken,
        planes,
    } = rows;
    for (((&pattern, &home), &taken), planes) in pattern.iter().zip(home).zip(taken).zip(planes) {
        let sum = &mut sums[home as usize];
        let total = u64::from(patterns.total[pattern as usize]);
        let minutes = |plane: u16| match plane {
            0 => 0,
            _ => u64::from(patterns.minutes(pattern, plane)),
        };
        sum.possible += total;
        sum.marked += minutes(taken | planes.said);
        sum.days += 1;
        if planes.said != 0 {
            sum.elsewhere += minutes(planes.elsewhere);
            sum.authorised += minutes(planes.authorised);
            sum.unauthorised += minutes(planes.unauthorised);
            sum.unresolved += minutes(planes.unresolved);
            sum.late += minutes(planes.late);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::PatternSlot;
    use lasna_domain::calendar::TimeOfDay;
    use lasna_domain::ids::{GroupNo, SubjectNo};

    #[test]
    fn both_compilations_agree_with_counting_bit_by_bit() {
        let mut patterns = Patterns::default();
        let slot = |start, minutes| PatternSlot {
            group: GroupNo(1),
            start: TimeOfDay(start),
            subject: SubjectNo(0),
            minutes,
        };
        let even: Vec<_> = (0..6).map(|i| slot(480 + 60 * i, 45)).collect();
        let mixed: Vec<_> = (0..5)
            .map(|i| slot(480 + 90 * i, [45, 75][usize::from(i % 2)]))
            .collect();
        let ids = [patterns.intern(&even), patterns.intern(&mixed)];
        let (mut pattern, mut home, mut taken, mut planes) = (vec![], vec![], vec![], vec![]);
        for n in 0..4096_u32 {
            pattern.push(ids[(n % 2) as usize]);
            home.push(n % 3);
            let bits = (n.wrapping_mul(2_654_435_761) >> 16) as u16 & 31;
            taken.push(bits);
            let said = (n as u16 >> 3) & 31;
            planes.push(Planes {
                said,
                authorised: said & 5,
                late: said & 2,
                ..Planes::default()
            });
        }
        let rows = Rows {
            patterns: &patterns,
            pattern: &pattern,
            home: &home,
            taken: &taken,
            planes: &planes,
        };
        let (mut plain, mut chosen) = ([Sums::default(); 3], [Sums::default(); 3]);
        sum_rows_plain(rows, &mut plain);
        sum_rows(rows, &mut chosen);
        assert_eq!(plain, chosen);
        let slow: u64 = (0..4096)
            .flat_map(|i| {
                let slots = patterns.of(pattern[i]);
                let marked = taken[i] | planes[i].said;
                slots
                    .iter()
                    .enumerate()
                    .filter(move |(p, _)| marked >> p & 1 == 1)
            })
            .map(|(_, slot)| u64::from(slot.minutes))
            .sum();
        assert_eq!(plain.iter().map(|sum| sum.marked).sum::<u64>(), slow);
    }
}
