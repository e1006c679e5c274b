//! `lasna backup verify` and `restore`: both restore and look; one throws the copy away.
//!
//! Invariant: a place is there under its own name only after nothing failed.

use super::audit_log::audit_log;
use super::files::{self, FolderPlace};
use crate::args::Args;
use crate::backup_args::Opening;
use crate::commands::Outcome;
use crate::key_file::{self, KeyFile};
use crate::{context, durable, output};
use anyhow::{Context as _, bail};
use lasna_app::App;
use lasna_app::backup::{
    Checked, Counted, ERASED_FILE, Erasures, Identity, Level, Restored, digest, inspect,
    lost_window, restore as restore_into,
};
use lasna_domain::calendar::Instant;
use lasna_seal::{KeySource, MasterKey};
use lasna_store::db::Place;
use lasna_store::{BackupRun, Store};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a backup was found to be.
pub struct Proven {
    restored: Option<Restored>,
    checks: Vec<Checked>,
    bytes: u64,
    sha256: String,
    millis: u128,
}

pub fn counted(all: &[Counted]) -> Vec<Value> {
    all.iter()
        .map(|one| json!({ "name": one.name, "count": one.count, "sha256": one.sha256 }))
        .collect()
}

impl Proven {
    pub fn is_ok(&self) -> bool {
        self.restored.is_some() && self.checks.iter().all(|check| check.level != Level::Fail)
    }

    fn at(&self) -> Instant {
        self.restored
            .as_ref()
            .map_or(Instant(0), |restored| Instant(restored.header.at))
    }

    pub fn to_json(&self) -> Value {
        let restored = self.restored.as_ref().map(|restored| {
            json!({
                "at": self.at().to_string(),
                "program": restored.header.program,
                "engine": restored.header.engine,
                "schema": restored.schema,
                "providers": restored.providers,
                "rows": restored.rows,
                "erased": restored.erased,
                "tables": counted(&restored.tables),
                "files": counted(&restored.files),
            })
        });
        json!({
            "ok": self.is_ok(),
            "backup": restored,
            "checks": checks_json(&self.checks),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "milliseconds": self.millis,
        })
    }

    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(restored) = &self.restored {
            lines.push(format!(
                "restored: {} rows of {} tables and {} files as of {}, made by {} on {}; {} bytes \
                 in {} ms",
                restored.rows,
                restored.tables.len(),
                restored.files.len(),
                self.at(),
                restored.header.program,
                restored.header.engine,
                self.bytes,
                self.millis
            ));
            if restored.erased > 0 {
                lines.push(format!("held back as erased: {} rows", restored.erased));
            }
        }
        lines.extend(checks_lines(&self.checks));
        lines.push(if self.is_ok() {
            "proven: this backup can be restored".to_owned()
        } else {
            "NOT proven: do not count on this backup, take an older one".to_owned()
        });
        lines
    }

    /// Remembers it.
    pub fn note(&self, store: &Store, at: Instant) -> anyhow::Result<()> {
        self.note_as(store, at, "verify")
    }

    fn note_as(&self, store: &Store, at: Instant, kind: &str) -> anyhow::Result<()> {
        let run = BackupRun {
            at,
            kind: kind.to_owned(),
            made_at: self.at(),
            rows: self.restored.as_ref().map_or(0, |restored| restored.rows),
            bytes: self.bytes,
            digest: self.sha256.clone(),
            outcome: if self.is_ok() { "ok" } else { "failed" }.to_owned(),
        };
        Ok(App::operator(store.clone(), at)?.note_backup(&run)?)
    }
}

pub fn checks_json(checks: &[Checked]) -> Vec<Value> {
    checks
        .iter()
        .map(|c| json!({ "name": c.name, "level": c.level.as_code(), "detail": c.detail, "next": c.next }))
        .collect()
}

pub fn checks_lines(checks: &[Checked]) -> impl Iterator<Item = String> {
    checks.iter().map(|c| {
        let next = if c.next.is_empty() {
            String::new()
        } else {
            format!(" → {}", c.next)
        };
        format!("{:<5} {:<16} {}{next}", c.level.as_code(), c.name, c.detail)
    })
}

/// The erasures of a data folder.
pub fn erased_of(data: &Path) -> anyhow::Result<Erasures> {
    match fs::read_to_string(data.join(ERASED_FILE)) {
        Ok(text) => Ok(Erasures::read(&text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Erasures::default()),
        Err(error) => Err(error).context(ERASED_FILE),
    }
}

/// Restores a backup into a place and looks at it. A damaged backup is no error but a failed check.
fn restore_and_look(
    file: &Path,
    identities: &[Identity],
    erased: &Erasures,
    (place, keys): (Place, Arc<dyn KeySource>),
    folder: &Path,
    token: Option<&str>,
) -> anyhow::Result<(Option<Store>, Proven)> {
    let begun = std::time::Instant::now();
    let open = || File::open(file).with_context(|| file.display().to_string());
    let (bytes, sha256) = digest(&mut open()?)?;
    let input = BufReader::with_capacity(1 << 17, open()?);
    let mut carried = FolderPlace::new(folder);
    let done = restore_into(input, identities, (place, keys), erased, &mut carried);
    let (store, restored, checks) = match done {
        Ok((store, restored)) => {
            let whole = format!(
                "{} tables, {} rows, {} files: every hash and count fits, and came out of the \
                 database again",
                restored.tables.len(),
                restored.rows,
                restored.files.len()
            );
            let mut checks = vec![Checked::new("content", Level::Ok, whole)];
            let now = context::now();
            checks.extend(inspect(
                &store,
                now.max(Instant(restored.header.at)),
                token,
            )?);
            checks.push(audit_log(&store, folder));
            (Some(store), Some(restored), checks)
        }
        Err(error) => {
            carried.undo()?;
            let check = Checked::new("content", Level::Fail, error.to_string());
            (None, None, vec![check])
        }
    };
    let proven = Proven {
        restored,
        checks,
        bytes,
        sha256,
        millis: begun.elapsed().as_millis(),
    };
    Ok((store, proven))
}

/// The master keys of a backup: those that it carried, else others.
struct Carried {
    own: KeyFile,
    other: Option<Arc<dyn KeySource>>,
}

impl Carried {
    fn keys(folder: &Path, other: Option<Arc<dyn KeySource>>) -> Arc<dyn KeySource> {
        let own = KeyFile::in_folder(folder);
        Arc::new(Carried { own, other })
    }
}

impl KeySource for Carried {
    fn masters(&self, make: bool) -> Result<Vec<MasterKey>, String> {
        match &self.other {
            Some(other) if !self.own.path()?.exists() => other.masters(make),
            _ => self.own.masters(make),
        }
    }

    fn random(&self) -> Result<[u8; 32], String> {
        self.own.random()
    }
}

/// Proves a backup in a temporary place; the keys are those that it carries, else others.
pub fn prove(
    file: &Path,
    identities: &[Identity],
    erased: &Erasures,
    other: Option<Arc<dyn KeySource>>,
) -> anyhow::Result<Proven> {
    let folder = tempfile::Builder::new().prefix("lasna-verify-").tempdir()?;
    let copy = folder.path().join("copy");
    files::private_folder(&copy)?;
    let token = context::token()?;
    let place = (Place::Folder(copy.clone()), Carried::keys(&copy, other));
    let (store, proven) = restore_and_look(file, identities, erased, place, &copy, Some(&token))?;
    drop(store);
    Ok(proven)
}

pub fn verify(args: &Args, file: &Path, opening: &Opening) -> anyhow::Result<Outcome> {
    let identities = files::identities(opening)?;
    let (erased, _) = files::erasures(opening, file)?;
    // Where there is no installation, as on the machine with the key, nothing is remembered.
    let known = args.database.is_some() || files::data_folder(args).join("lasna.sqlite3").exists();
    let other =
        (known || args.key.is_some()).then(|| key_file::source(args, &context::place(args)));
    let proven = prove(file, &identities, &erased, other)?;
    if known {
        proven.note(&context::store(args)?, context::now())?;
    }
    if args.json {
        output::json(&proven.to_json())?;
    } else {
        output::lines(proven.lines())?;
    }
    Ok(outcome(&proven))
}

fn outcome(proven: &Proven) -> Outcome {
    if proven.is_ok() {
        Outcome::Ok
    } else {
        Outcome::Problems
    }
}

/// Where a restored folder is made before it gets its name.
fn unfinished(data: &Path) -> anyhow::Result<PathBuf> {
    let Some(name) = data.file_name() else {
        bail!("{} is no name of a folder", data.display());
    };
    let mut own = std::ffi::OsString::from(".");
    own.push(name);
    own.push(".restoring");
    Ok(data.with_file_name(own))
}

fn place_key(carried: &Path, named: &Path) -> anyhow::Result<()> {
    if named.exists() || !carried.exists() {
        return Ok(());
    }
    if let Some(folder) = named.parent() {
        files::private_folder(folder)?;
    }
    fs::copy(carried, named).with_context(|| named.display().to_string())?;
    Ok(())
}

fn is_empty(folder: &Path) -> anyhow::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| folder.display().to_string()),
    }
}

pub fn restore(args: &Args, file: &Path, opening: &Opening) -> anyhow::Result<Outcome> {
    if args.data.is_none() && args.database.is_none() {
        bail!("where to? Name an empty folder with --data, or a database with --database");
    }
    let data = files::data_folder(args);
    let identities = files::identities(opening)?;
    let (erased, list) = files::erasures(opening, file)?;
    let whole = args.database.is_none();
    if whole && !is_empty(&data)? {
        bail!(
            "{} is not empty: a backup is restored into an empty place only",
            data.display()
        );
    }
    let work = if whole {
        unfinished(&data)?
    } else {
        data.clone()
    };
    if whole && work.exists() {
        fs::remove_dir_all(&work).with_context(|| work.display().to_string())?;
    }
    let place = if whole {
        files::private_folder(&work)?;
        Place::Folder(work.clone())
    } else {
        context::place(args)
    };
    let other = (!whole || args.key.is_some()).then(|| key_file::source(args, &place));
    let keys = Carried::keys(&work, other);
    let looked = restore_and_look(file, &identities, &erased, (place, keys), &work, None);
    if looked.is_err() && whole {
        fs::remove_dir_all(&work)?;
    }
    let (store, proven) = looked?;
    let now = context::now();
    let mut told = Vec::new();
    if !whole && store.is_some() && !proven.is_ok() {
        told.push("the database holds rows that were not proven: empty it".to_owned());
    }
    if let (Some(named), true) = (&args.key, proven.is_ok()) {
        // A key that came along goes where the installation looks for it.
        place_key(&work.join("keys/master.key"), named)?;
    }
    if let Some(store) = store.filter(|_| proven.is_ok()) {
        proven.note_as(&store, now, "restore")?;
        told = lost_window(&store, proven.at(), now)?;
        drop(store);
        if !list.is_empty() {
            files::private_folder(&work)?;
            fs::write(work.join(ERASED_FILE), list)?;
        }
        if whole {
            if data.exists() {
                fs::remove_dir(&data).with_context(|| data.display().to_string())?;
            }
            let shown = || data.display().to_string();
            durable::sync_folders(&work).with_context(shown)?;
            fs::rename(&work, &data).with_context(shown)?;
            durable::sync_name(&data).with_context(shown)?;
        }
    } else if whole {
        fs::remove_dir_all(&work)?;
    }
    if args.json {
        let mut report = proven.to_json();
        report["lost"] = json!(told);
        output::json(&report)?;
    } else {
        output::lines(proven.lines().into_iter().chain(told))?;
    }
    Ok(outcome(&proven))
}
