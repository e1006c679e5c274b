//! The sums of all rows beside a database of SQLite: compared before a backup, by `check` and `doctor`,
//! and taken anew after a backup.
//!
//! Invariant: sums are taken anew only after the rows were found to be those of the sums before.

use super::prove::erased_of;
use anyhow::Context as _;
use lasna_app::backup::{
    BackupError, Checked, Compared, Level, SUMS_FILE, compare_sums, write_sums,
};
use lasna_domain::calendar::Instant;
use lasna_store::Store;
use lasna_store::db::{Engine, ErrorKind};
use std::fs::{self, File};
use std::path::Path;

/// Compares the rows with the sums of a data folder; nothing where there are none.
pub fn compare(store: &Store, data: &Path) -> anyhow::Result<Option<Checked>> {
    let file = data.join(SUMS_FILE);
    // A server has sums of its own for its pages.
    if store.database().engine() != Engine::Sqlite || !file.exists() {
        return Ok(None);
    }
    let compared = compare_sums(store, erased_of(data)?.len(), || File::open(&file));
    let name = "rows";
    Ok(Some(match compared {
        Ok(Compared::Same { at, rows }) => {
            Checked::new(name, Level::Ok, format!("{rows} are as they were at {at}"))
        }
        Ok(Compared::OtherSchema) => Checked::new(
            name,
            Level::Ok,
            "not compared: their sums are of an older schema",
        ),
        Ok(Compared::Changed {
            at,
            table,
            after,
            erased_since: true,
        }) => Checked::new(
            name,
            Level::Warn,
            format!(
                "{table} has lost a row after its row {after} since {at}; rows were erased since"
            ),
        ),
        Ok(Compared::Changed {
            at, table, after, ..
        }) => Checked::new(
            name,
            Level::Fail,
            format!("{table}: after its row {after} a row is not what it was at {at}"),
        )
        .with_next("lasna backup restore FILE --data DIR"),
        // A row that cannot be read at all is damage of the storage, not of the sums.
        Err(BackupError::Store(error)) if error.kind() == ErrorKind::Broken => {
            Checked::new(name, Level::Fail, error.to_string())
                .with_next("lasna backup restore FILE --data DIR")
        }
        Err(error) => Checked::new(name, Level::Warn, error.to_string())
            .with_next(format!("rm {}", file.display())),
    }))
}

/// Refuses where a row is not what it was.
pub fn refuse_changed(store: &Store, data: &Path) -> anyhow::Result<()> {
    match compare(store, data)? {
        Some(checked) if checked.level == Level::Fail => {
            anyhow::bail!(
                "the storage is damaged: {}. Stop the service and restore the newest backup from \
                 before it into another folder",
                checked.detail
            )
        }
        _ => Ok(()),
    }
}

/// Takes the sums of the rows as they are.
pub fn renew(store: &Store, data: &Path, at: Instant) -> anyhow::Result<()> {
    if store.database().engine() != Engine::Sqlite {
        return Ok(());
    }
    let file = data.join(SUMS_FILE);
    let part = file.with_extension("part");
    let shown = || file.display().to_string();
    let out = crate::output::private_file(&part)?;
    let mut out = std::io::BufWriter::new(out);
    write_sums(store, at, erased_of(data)?.len(), &mut out)?;
    let out = out
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error);
    out.with_context(shown)?.sync_all().with_context(shown)?;
    fs::rename(&part, &file).with_context(shown)
}
