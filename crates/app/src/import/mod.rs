//! Imports: staged, previewed, guarded by a fuse, applied as one unit, undone.
//!
//! Files are read into a stage, the difference to what is in sight is counted, and only then one
//! transaction writes everything: a program that dies in between leaves nothing. An import that
//! would end more than [`FUSE_PERCENT`] of the records of a kind stops unless the caller says that
//! it is meant.
//!
//! Invariant: what [`Importer::preview`] counts is what [`Importer::apply`] writes.

mod codes;
mod diff;
mod history;
mod input;
mod lessons;
mod names;
pub(crate) mod records;
mod refused;
mod report;
mod stage;

pub use codes::{CodeChange, CodePage, CodeSource, CodeUse, CodeVersionRow, Decided, MEANINGS};
pub use history::ImportRow;
pub use input::{Input, ReadSeek, recognised};
pub use refused::refused_rows;
pub use report::{Counts, Report};

use crate::{App, AppError, ImportStop};
use diff::{Change, Known};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::BatchNo;
use lasna_domain::roster::RecordKind;
use lasna_formats::finding::{Finding, Severity};
use lasna_formats::limits::Limits;
use lasna_store::db::{DbError, Value};
use lasna_store::{Batch, CodeVersion, FactTable, Record, Visible};
use sha2::{Digest, Sha256};
use stage::{Records, Stage};

/// Share of a kind's records in use that an import may end without being told so.
pub const FUSE_PERCENT: u64 = 5;

/// How an import is to be done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Count only, write nothing.
    pub dry_run: bool,
    /// The caller has looked: ending many records is meant.
    pub accept_ended: bool,
    /// The fingerprint of the report that was looked at: anything else is not written.
    pub expected: Option<u64>,
    /// What the readers refuse.
    pub limits: Limits,
}

impl App {
    /// Imports files as one unit. `progress` is called with the rows read so far.
    ///
    /// # Errors
    /// [`AppError`]; then nothing is changed.
    pub fn import(
        &self,
        inputs: Vec<Input>,
        options: Options,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report, AppError> {
        let scope = self.scope(Action::Import, Reach::Provider)?;
        let (batches, base, names, decided) =
            self.store.look(&scope, self.now, "import", |read| {
                let batches = Batch::list(read, scope.provider())?;
                let visible = Visible::of(&batches, Instant::LATEST);
                let mut base = Records::new();
                for &kind in RecordKind::ALL {
                    base.insert(kind, Record::in_sight(read, &scope, kind, &visible)?);
                }
                let names = names::Names::load(read, &scope)?;
                let decided = CodeVersion::newest(read, &scope)?;
                Ok::<_, DbError>((batches, base, names, decided))
            })?;
        let (codes_no, decided) = codes::rules_of(decided);
        let mut stage = Stage::new(names, &base, self.now, progress);
        let read = input::read_all(inputs, &options.limits, &decided, &mut stage);
        if !read.any {
            let looked = stage.report.ignored.len();
            return Err(ImportStop::NothingToRead { looked }.into());
        }
        if stage.report.is_fatal() {
            return Ok(stage.report);
        }
        let known = Known {
            now: self.now,
            structure: read
                .structure_known_from
                .map_or(self.now, |from| from.min(self.now)),
        };
        let visible = Visible::of(&batches, Instant::LATEST);
        let change = self.difference(&scope, &mut stage, &read, &visible, known)?;
        let names = stage.names;
        let mut report = stage.report;
        report.fingerprint = fingerprint_of(&report, &batches, codes_no);
        self.settle(&scope, options, &batches, &names, change, &mut report)?;
        Ok(report)
    }

    fn difference(
        &self,
        scope: &Scope,
        stage: &mut Stage<'_>,
        input: &input::ReadInputs,
        visible: &Visible,
        known: Known,
    ) -> Result<Change, AppError> {
        let mut change = Change::default();
        self.store.ask(|read| {
            lessons::place_pending(read, scope, stage, visible)?;
            let empty = std::collections::BTreeMap::new();
            for &kind in RecordKind::ALL {
                let base = stage.base.get(&kind).unwrap_or(&empty);
                let bulk = input.bulk.contains(&kind);
                let staged = stage.records.get(&kind);
                if staged.is_none() && !bulk {
                    continue;
                }
                let staged = staged.unwrap_or(&empty);
                diff::records(
                    kind,
                    staged,
                    base,
                    bulk,
                    known,
                    &mut stage.report,
                    &mut change,
                );
            }
            diff::earlier(std::mem::take(&mut stage.earlier), stage.base, &mut change);
            for (table, staged) in std::mem::take(&mut stage.facts) {
                let (counts, contradicted) =
                    diff::facts(read, scope, table, staged, visible, known, &mut change)?;
                if let Some(kind) = kind_of(table) {
                    if contradicted > 0 {
                        stage.report.note(contradictions(kind, contradicted));
                    }
                    let sum = stage.report.kinds.entry(kind).or_default();
                    sum.added += counts.added;
                    sum.changed += counts.changed;
                    sum.unchanged += counts.unchanged;
                }
            }
            Ok::<(), DbError>(())
        })?;
        Ok(change)
    }

    fn settle(
        &self,
        scope: &Scope,
        options: Options,
        batches: &[Batch],
        names: &names::Names,
        mut change: Change,
        report: &mut Report,
    ) -> Result<(), AppError> {
        let empty = change.records.is_empty() && change.facts.values().all(Vec::is_empty);
        if options
            .expected
            .is_some_and(|expected| expected != report.fingerprint)
        {
            return Err(ImportStop::Changed.into());
        }
        if options.dry_run || empty {
            return Ok(());
        }
        if let Some((kind, percent)) = report.fuse
            && percent > FUSE_PERCENT
            && !options.accept_ended
        {
            return Err(AppError::Fuse { kind, percent });
        }
        let no = BatchNo(batches.last().map_or(0, |batch| batch.no.0) + 1);
        let digest = digest_of(&change, names);
        let batch = Batch {
            no,
            applied_at: self.now,
            undone_at: None,
            digest,
        };
        let actor = scope.actor().code();
        self.store
            .change_long(scope, self.now, &format!("import:{no}"), |tx| {
                // Where another import or an undoing came between, the difference is no longer true.
                Batch::hold(tx)?;
                if Batch::list(tx, scope.provider())? != batches {
                    return Err(ImportStop::Overtaken.into());
                }
                Batch::insert(tx, scope.provider(), &batch, &actor)?;
                history::insert(tx, scope, no, report)?;
                names.insert(tx, scope)?;
                for (kind, new) in &change.records {
                    let rows = new.iter().map(|(id, record)| (id.as_str(), record));
                    Record::insert(tx, scope, *kind, no, rows)?;
                }
                for (table, rows) in &mut change.facts {
                    rows.iter_mut().for_each(|row| row.batch = no);
                    lasna_store::FactRow::insert(tx, scope, *table, rows.iter())?;
                }
                Ok::<(), AppError>(())
            })?;
        report.import_id = Some(no.0);
        Ok(())
    }

    /// Takes the newest import back: from now on it is out of sight.
    ///
    /// # Errors
    /// [`ImportStop::NotNewest`] where it is not the newest, or unknown.
    pub fn undo_import(&self, no: u32) -> Result<(), AppError> {
        let scope = self.scope(Action::UndoImport, Reach::Provider)?;
        let actor = scope.actor().code();
        self.store
            .change(&scope, self.now, &format!("import:{no}"), |tx| {
                // Inside the transaction: no import can come between.
                Batch::hold(tx)?;
                let batches = Batch::list(tx, scope.provider())?;
                let is_import = |batch: &&Batch| batch.undone_at.is_none() && !batch.is_own();
                let newest = batches.iter().rev().find(is_import);
                let newest = newest.map(|batch| batch.no.0);
                if newest != Some(no) {
                    return Err(ImportStop::NotNewest { no, newest }.into());
                }
                Batch::undo(tx, scope.provider(), BatchNo(no), self.now, &actor)?;
                Ok::<(), AppError>(())
            })
    }
}

const fn kind_of(table: FactTable) -> Option<&'static str> {
    match table {
        FactTable::Calendar => Some("calendar"),
        FactTable::Lesson => Some("lessons"),
        FactTable::Register => Some("registers"),
        FactTable::Mark => Some("marks"),
        FactTable::Setting => Some("settings"),
        FactTable::Reason => None,
    }
}

/// Of rows about the same thing the last one counts: that is said, since they cannot all be right.
fn contradictions(kind: &str, rows: u64) -> Finding {
    Finding {
        file: kind.to_owned(),
        row: 0,
        column: None,
        code: "R05",
        severity: Severity::Warning,
        message: format!(
            "{rows} rows say something else than a later row about the same thing: the last one counts"
        ),
        values: Vec::new(),
    }
}

/// SHA-256 of what an import adds, in hex: the rows in the order in which they are written.
fn digest_of(change: &Change, names: &names::Names) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}\n", names.given()));
    for (kind, records) in &change.records {
        for (id, record) in records {
            let (known_at, ended) = (record.known_at, record.ended);
            hash.update(format!("{kind:?}\0{id}\0{known_at}\0{ended}\n"));
            for value in &record.values {
                // The debug form of a text does not show it.
                hash.update(match value {
                    Value::Text(text) => format!("{text:?}\n"),
                    other => format!("{other:?}\n"),
                });
            }
        }
    }
    for (table, rows) in &change.facts {
        hash.update(format!("{table:?}\n"));
        for row in rows {
            for number in row.key.iter().chain(&row.values) {
                hash.update(number.to_le_bytes());
            }
            hash.update(row.known_at.0.to_le_bytes());
        }
    }
    hex(&hash.finalize())
}

/// What a difference was made of, and what it came to.
fn fingerprint_of(report: &Report, batches: &[Batch], codes: u32) -> u64 {
    let mut hash = Sha256::new();
    hash.update(format!("{codes}\n{:?}\n{:?}\n", report.kinds, report.fuse));
    for batch in batches.iter().filter(|batch| !batch.is_own()) {
        hash.update(format!("{}\0{:?}\n", batch.no, batch.undone_at));
    }
    let bytes = hash.finalize();
    bytes
        .iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
