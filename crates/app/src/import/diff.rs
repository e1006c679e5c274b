//! What staged records and facts alter, against what is in sight.
//!
//! Facts are merged in order of their key with the store's rows, so that memory holds the staged
//! rows only.
//!
//! Invariant: the same input twice alters nothing; the order of rows in a file never matters, except
//! that of two rows that say they became known at the same instant the later one counts.

use super::report::{Counts, Report};
use super::stage::{Records, StagedFact};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::roster::RecordKind;
use lasna_store::db::{DbError, Read};
use lasna_store::{FactRow, FactTable, Record, Visible};
use std::collections::BTreeMap;

/// Records in use from which a share of them means something.
const FUSE_FROM: u64 = 20;

/// Rows to add.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub records: BTreeMap<RecordKind, Vec<(String, Record)>>,
    pub facts: BTreeMap<FactTable, Vec<FactRow>>,
}

/// When facts of which the source says nothing became known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Now.
    pub now: Instant,
    /// For structure of which nothing was known: what the mapping says, else now. A later change of
    /// it became known now, so that the past reads as before.
    pub structure: Instant,
}

/// Compares staged records of a kind with those in sight. `bulk` says that the staged set is all.
pub(super) fn records(
    kind: RecordKind,
    staged: &BTreeMap<String, Record>,
    base: &BTreeMap<String, Record>,
    bulk: bool,
    known: Known,
    report: &mut Report,
    change: &mut Change,
) {
    let counts = report.kinds.entry(kind.as_code()).or_default();
    let mut new = Vec::new();
    let mut named = 0;
    let default = if base.is_empty() {
        known.structure
    } else {
        known.now
    };
    for (id, record) in staged {
        let old = base.get(id);
        match old {
            Some(old) if old.values == record.values && old.ended == record.ended => {
                counts.unchanged += 1;
                continue;
            }
            Some(old) if record.ended && !old.ended => {
                named += 1;
                counts.ended += 1;
                counts.changed += 1;
            }
            Some(_) => counts.changed += 1,
            None => counts.added += 1,
        }
        let said = record.known_at != Instant::LATEST;
        let known_at = if said { record.known_at } else { default };
        // A version never hides behind an older one that is known later.
        let known_at = old.map_or(known_at, |old| known_at.max(old.known_at));
        new.push((
            id.clone(),
            Record {
                known_at,
                ..record.clone()
            },
        ));
    }
    // A file may name a record twice (a timetable and its end): see `earlier`.
    let distinct = counts.added + counts.changed + counts.unchanged;
    counts.unchanged += counts
        .read
        .saturating_sub(counts.rejected)
        .saturating_sub(distinct);
    let missing = if bulk && counts.rejected == 0 {
        end_missing(staged, base, known, counts, &mut new)
    } else {
        0
    };
    let active = base.values().filter(|record| !record.ended).count() as u64;
    if active >= FUSE_FROM {
        let share = ((named + missing) * 100).div_ceil(active);
        if report.fuse.is_none_or(|(_, worst)| share > worst) {
            report.fuse = Some((kind.as_code(), share));
        }
    }
    if !new.is_empty() {
        change.records.insert(kind, new);
    }
}

/// Ends records in use that a bulk set no longer names; returns how many.
fn end_missing(
    staged: &BTreeMap<String, Record>,
    base: &BTreeMap<String, Record>,
    known: Known,
    counts: &mut Counts,
    new: &mut Vec<(String, Record)>,
) -> u64 {
    let before = new.len();
    for (id, old) in base
        .iter()
        .filter(|(id, old)| !old.ended && !staged.contains_key(*id))
    {
        let record = Record {
            known_at: known.now.max(old.known_at),
            ended: true,
            values: old.values.clone(),
        };
        new.push((id.clone(), record));
    }
    let gone = (new.len() - before) as u64;
    counts.ended += gone;
    gone
}

/// Adds versions that the same input supersedes, unless they are older than what is in sight.
///
/// They are counted as unchanged by [`records`], which knows the last version only.
pub(super) fn earlier(
    versions: Vec<(RecordKind, String, Record)>,
    base: &Records,
    change: &mut Change,
) {
    for (kind, id, record) in versions {
        let known = base
            .get(&kind)
            .and_then(|all| all.get(&id))
            .map(|old| old.known_at);
        let new = change.records.entry(kind).or_default();
        let newer = new.iter().find(|(new_id, _)| *new_id == id);
        if known.is_none_or(|known| known < record.known_at)
            && newer.is_some_and(|(_, newer)| newer.known_at > record.known_at)
        {
            let same = |(new_id, new): &&mut (String, Record)| {
                *new_id == id && new.known_at == record.known_at
            };
            match new.iter_mut().find(same) {
                Some((_, superseded)) => *superseded = record,
                None => new.push((id, record)),
            }
        }
        if new.is_empty() {
            change.records.remove(&kind);
        }
    }
}

/// What a row says, for comparison: values and, for marks, the reason.
type Said = ([i32; 5], i32);

/// Compares staged facts of a table with those in sight; the counts, and how many rows another row
/// of the same input contradicts.
pub(super) fn facts(
    read: &mut Read<'_>,
    scope: &Scope,
    table: FactTable,
    mut staged: Vec<StagedFact>,
    visible: &Visible,
    known: Known,
    change: &mut Change,
) -> Result<(Counts, u64), DbError> {
    staged.sort_by_key(|s| (s.fact.key, instant(s)));
    let mut reasons = Vec::new();
    if table == FactTable::Mark {
        FactRow::each(read, scope, FactTable::Reason, visible, |row| {
            reasons.push(row);
            Ok::<(), DbError>(())
        })?;
    }
    let structure = !matches!(table, FactTable::Mark | FactTable::Register);
    let mut merge = Merge {
        staged: staged.as_slice(),
        now: known.now,
        of_new: if structure {
            known.structure
        } else {
            known.now
        },
        counts: Counts::default(),
        contradicted: 0,
        new: Vec::new(),
        old: Vec::new(),
    };
    let mut next_reason = 0;
    FactRow::each(read, scope, table, visible, |row| {
        let id = (row.key, row.known_at, row.batch);
        while reasons
            .get(next_reason)
            .is_some_and(|r| (r.key, r.known_at, r.batch) < id)
        {
            next_reason += 1;
        }
        let reason = reasons
            .get(next_reason)
            .filter(|r| (r.key, r.known_at, r.batch) == id)
            .map_or(0, |r| r.values[0]);
        merge.row(row, reason);
        Ok::<(), DbError>(())
    })?;
    merge.end();
    let Merge {
        counts,
        contradicted,
        new,
        ..
    } = merge;
    if table == FactTable::Mark {
        change.facts.insert(FactTable::Reason, reasons_of(&new));
    }
    change
        .facts
        .insert(table, new.into_iter().map(|(row, _)| row).collect());
    Ok((counts, contradicted))
}

/// The reasons of new marks, which are stored apart from them.
fn reasons_of(marks: &[(FactRow, i32)]) -> Vec<FactRow> {
    let given = marks.iter().filter(|(_, reason)| *reason != 0);
    given
        .map(|(row, reason)| FactRow {
            values: [*reason, 0, 0, 0, 0],
            ..*row
        })
        .collect()
}

/// When a row became known; last where its source does not say.
fn instant(staged: &StagedFact) -> Instant {
    match staged.said {
        true => staged.fact.known_at,
        false => Instant::LATEST,
    }
}

struct Merge<'s> {
    staged: &'s [StagedFact],
    now: Instant,
    /// When a row of a key that nobody knew became known, where the source does not say.
    of_new: Instant,
    counts: Counts,
    /// Rows of which a later one of the same instant says something else.
    contradicted: u64,
    new: Vec<(FactRow, i32)>,
    /// Rows in sight of the key being read: instant and what it says.
    old: Vec<([i32; 4], Instant, Said)>,
}

impl Merge<'_> {
    fn row(&mut self, row: FactRow, reason: i32) {
        if self.old.first().is_some_and(|(key, ..)| *key != row.key) {
            self.key_is_read();
        }
        self.old.push((row.key, row.known_at, (row.values, reason)));
    }

    fn key_is_read(&mut self) {
        if let Some(&(key, ..)) = self.old.first() {
            self.take(|staged| staged < key, &[]);
            let old = std::mem::take(&mut self.old);
            self.take(|staged| staged == key, &old);
        }
    }

    fn end(&mut self) {
        self.key_is_read();
        self.take(|_| true, &[]);
    }

    fn take(&mut self, of: impl Fn([i32; 4]) -> bool, old: &[([i32; 4], Instant, Said)]) {
        let count = self.staged.iter().take_while(|s| of(s.fact.key)).count();
        let (now, rest) = self.staged.split_at(count);
        self.staged = rest;
        for group in now.chunk_by(|a, b| a.fact.key == b.fact.key) {
            let first = self.new.len();
            // Of rows that became known at the same instant the last one counts.
            for same in group.chunk_by(|a, b| instant(a) == instant(b)) {
                if let Some((last, superseded)) = same.split_last() {
                    self.counts.unchanged += superseded.len() as u64;
                    let says = |s: &StagedFact| (s.fact.values, s.reason);
                    let others = superseded.iter().filter(|s| says(s) != says(last));
                    self.contradicted += others.count() as u64;
                    self.one(last, first, old);
                }
            }
        }
    }

    /// Judges one staged row; `first` is where new rows of its key begin.
    fn one(&mut self, staged: &StagedFact, first: usize, old: &[([i32; 4], Instant, Said)]) {
        let said: Said = (staged.fact.values, staged.reason);
        let at = match old.last() {
            _ if staged.said => staged.fact.known_at,
            // It never hides behind a row that is known later.
            Some((_, known, _)) => self.now.max(*known),
            None if self.new.len() == first => self.of_new,
            None => self.now,
        };
        let same_instant = old.iter().rev().find(|(_, known, _)| *known == at);
        let new_same = self.new[first..]
            .iter()
            .position(|(row, _)| row.known_at == at);
        let same = if staged.said {
            match new_same {
                Some(place) => {
                    let (row, reason) = self.new[first + place];
                    (row.values, reason) == said
                }
                None => same_instant.is_some_and(|(_, _, old)| *old == said),
            }
        } else {
            let latest = self.new[first..]
                .last()
                .map(|(row, reason)| (row.values, *reason))
                .or(old.last().map(|(_, _, said)| *said));
            latest == Some(said)
        };
        if same {
            self.counts.unchanged += 1;
            return;
        }
        if old.is_empty() && self.new.len() == first {
            self.counts.added += 1;
        } else {
            self.counts.changed += 1;
        }
        let row = FactRow {
            known_at: at,
            ..staged.fact
        };
        match new_same {
            Some(place) => self.new[first + place] = (row, staged.reason),
            None => self.new.push((row, staged.reason)),
        }
    }
}
