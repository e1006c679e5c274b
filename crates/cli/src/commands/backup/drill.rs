//! The weekly drill: `serve` makes a backup by its own clock and proves it at once.
//!
//! The proof needs no key on the machine: for each drill a key is made in memory, the backup is locked
//! for it beside the recipients, and it is forgotten afterwards. What this cannot show is that the keeper
//! of the offline key still has it.
//!
//! Invariant: an older backup goes only after a newer one was proven.

use super::prove::{self, prove};
use super::{Source, files, sums};
use crate::context;
use anyhow::{Context as _, bail};
use lasna_app::App;
use lasna_app::backup::{BackupSettings, Drill, ERASED_FILE, Identity};
use lasna_store::Store;
use lasna_store::db::{DbError, Engine, ErrorKind};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(30);
/// Looks at the clock between two looks at the storage: a day.
const STORAGE_LOOKS: u32 = 2880;
/// How long a drill may take before another service may take it over.
const LEASE_MINUTES: i64 = 180;

/// Begins to look at the clock; ends when the sender is dropped.
pub fn begin(store: Store, data: PathBuf, key: Option<PathBuf>) -> Sender<()> {
    let (keep, ended) = channel();
    std::thread::spawn(move || {
        for round in 0_u32.. {
            if round.is_multiple_of(STORAGE_LOOKS) {
                stop_if_damaged(&store, &data);
            }
            match files::settings(&data) {
                Ok(settings) => {
                    if let Some(drill) = &settings.drill
                        && let Err(error) = look(&store, (&data, key.clone()), &settings, drill)
                    {
                        tracing::error!("the backup drill failed, it is tried again: {error:#}");
                    }
                }
                Err(error) => tracing::error!("the backup drill cannot begin: {error:#}"),
            }
            if ended.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
    });
    keep
}

/// A row that is not what it was is not served: at the start and each day after it.
fn stop_if_damaged(store: &Store, data: &Path) {
    let quick = store.quick_check().map_err(anyhow::Error::from);
    if let Err(error) = quick.and_then(|()| sums::refuse_changed(store, data)) {
        // A server that is away for a moment is no damage.
        if store.database().engine() == Engine::Sqlite && !is_passing(&error) {
            eprintln!("lasna: stopping: {error:#}");
            std::process::exit(1);
        }
        tracing::error!("the storage could not be looked at: {error:#}");
    }
}

fn is_passing(error: &anyhow::Error) -> bool {
    let known = error.downcast_ref::<DbError>();
    known.is_some_and(|error| error.kind() != ErrorKind::Broken)
}

fn look(
    store: &Store,
    (data, key): (&Path, Option<PathBuf>),
    settings: &BackupSettings,
    drill: &Drill,
) -> anyhow::Result<()> {
    let now = context::now();
    let due = drill.due(now);
    let app = |at| App::operator(store.clone(), at);
    if !app(now)?.take_drill(due, LEASE_MINUTES)? {
        return Ok(());
    }
    files::private_folder(&drill.folder).with_context(|| drill.folder.display().to_string())?;
    let day = now.to_string().replace(':', "");
    let file = drill.folder.join(format!("lasna-{day}.age"));
    let own = Identity::generate();
    let mut recipients = settings.recipients()?;
    recipients.push(own.recipient());
    let source = Source {
        store,
        data,
        key,
        at: now,
    };
    let made = source.write(&file, &recipients)?;
    let proven = prove(
        &file,
        &[own],
        &prove::erased_of(data)?,
        Some(store.key_source()),
    )?;
    proven.note(store, context::now())?;
    if !proven.is_ok() {
        fs::rename(&file, file.with_extension("unproven"))?;
        bail!(
            "{} was not proven: {}",
            file.display(),
            proven.lines().join("; ")
        );
    }
    copy_erased(data, &drill.folder)?;
    let gone = keep_newest(&drill.folder, drill.keep)?;
    app(context::now())?.end_drill(due, "ok")?;
    tracing::info!(
        bytes = made.bytes,
        rows = made.rows,
        gone,
        "a backup was made and proven; that the offline key opens it is yours to try"
    );
    Ok(())
}

/// The list goes where the backups go, so that it is there when the machine is not.
fn copy_erased(data: &Path, folder: &Path) -> anyhow::Result<()> {
    let list = data.join(ERASED_FILE);
    if list.exists() {
        fs::copy(list, folder.join(ERASED_FILE)).context(ERASED_FILE)?;
    }
    Ok(())
}

/// Removes all but the newest backups of drills; gives how many went.
fn keep_newest(folder: &Path, keep: usize) -> anyhow::Result<usize> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string()
            && name.starts_with("lasna-")
            && name.ends_with(".age")
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    let old = names.len().saturating_sub(keep);
    for name in &names[..old] {
        fs::remove_file(folder.join(name))?;
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stay_and_other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "lasna-1.age",
            "lasna-2.age",
            "lasna-3.age",
            "own.age",
            "lasna-0.txt",
        ] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        assert_eq!(keep_newest(folder.path(), 2).unwrap(), 1);
        assert_eq!(keep_newest(folder.path(), 2).unwrap(), 0);
        assert!(!folder.path().join("lasna-1.age").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }
}
