//! `lasna upgrade`: a newer schema, rehearsed on a copy first, with a backup before it.
//!
//! Invariant: the database is migrated only after a copy of it was.

use super::Outcome;
use super::backup::{Source, files, prove};
use crate::args::Args;
use crate::backup_args::UpgradeArgs;
use crate::{context, output};
use anyhow::{Context as _, bail};
use lasna_app::backup::{Checked, Level, inspect};
use lasna_store::db::Place;
use lasna_store::{MigrationStep, Store};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// How a migration went on a copy.
pub struct Rehearsal {
    from: i64,
    rows: u64,
    bytes: u64,
    needed: u64,
    free: u64,
    millis: u128,
    checks: Vec<Checked>,
}

impl Rehearsal {
    pub fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.level != Level::Fail)
    }

    fn to_json(&self) -> Value {
        json!({
            "ok": self.is_ok(),
            "from": self.from,
            "to": Store::schema_known(),
            "rows": self.rows,
            "bytes": self.bytes,
            "needed_bytes": self.needed,
            "free_bytes": self.free,
            "milliseconds": self.millis,
            "checks": prove::checks_json(&self.checks),
        })
    }

    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "rehearsed on a copy: schema {} to {}, {} rows, {} bytes, in {} ms; room needed {} \
             bytes, free {}",
            self.from,
            Store::schema_known(),
            self.rows,
            self.bytes,
            self.millis,
            self.needed,
            self.free
        )];
        lines.extend(prove::checks_lines(&self.checks));
        lines
    }
}

/// Free bytes and all bytes of the disk that a folder is on.
pub fn disk(folder: &Path) -> anyhow::Result<(u64, u64)> {
    let there = folder.ancestors().find(|path| path.exists());
    let there = there.filter(|path| !path.as_os_str().is_empty());
    let seen = rustix::fs::statvfs(there.unwrap_or_else(|| Path::new(".")))
        .with_context(|| folder.display().to_string())?;
    let block = seen.f_frsize;
    Ok((seen.f_bavail * block, seen.f_blocks * block))
}

/// Copies a database beside itself, migrates the copy and looks at it.
pub fn rehearse(store: &Store, data: Option<&Path>) -> anyhow::Result<Rehearsal> {
    let begun = std::time::Instant::now();
    let beside: PathBuf = data.map_or_else(std::env::temp_dir, Path::to_owned);
    let (bytes, from) = (store.bytes()?, store.schema()?);
    let (free, _) = disk(&beside)?;
    let needed = bytes / 2 * 5;
    if free < needed {
        bail!(
            "the disk of {} has {free} bytes free, an upgrade needs {needed}: make room first",
            beside.display()
        );
    }
    store.database().integrity()?;
    let folder = tempfile::Builder::new()
        .prefix(".lasna-rehearsal-")
        .tempdir_in(&beside)?;
    let place = Place::Folder(folder.path().join("copy"));
    let (copy, rows) = store.copy_to(place)?;
    let token = context::token()?;
    let checks = inspect(&copy, context::now(), Some(&token))?;
    drop(copy);
    Ok(Rehearsal {
        from,
        rows,
        bytes,
        needed,
        free,
        millis: begun.elapsed().as_millis(),
        checks,
    })
}

/// The database as it is; `None` where there is none yet.
pub fn as_it_is(args: &Args) -> anyhow::Result<Option<Store>> {
    let place = context::place(args);
    if let Place::Folder(folder) = &place
        && !folder.join("lasna.sqlite3").exists()
    {
        return Ok(None);
    }
    let keys = crate::key_file::source(args, &place);
    let store = Store::as_it_is(place, keys)?;
    Ok((store.schema()? > 0).then_some(store))
}

/// Before a service opens an older database: the migration is rehearsed, and refused where that fails.
pub fn before_serving(args: &Args) -> anyhow::Result<()> {
    let Some(store) = as_it_is(args)? else {
        return Ok(());
    };
    store.quick_check()?;
    if store.schema()? >= Store::schema_known() {
        return Ok(());
    }
    let data = files::data_folder(args);
    let rehearsal = rehearse(&store, args.database.is_none().then_some(data.as_path()))?;
    if !rehearsal.is_ok() {
        bail!(
            "the schema was not changed: {}",
            rehearsal.lines().join("; ")
        );
    }
    Ok(())
}

pub fn run(args: &Args, asked: &UpgradeArgs) -> anyhow::Result<Outcome> {
    let Some(store) = as_it_is(args)? else {
        bail!("there is no database yet: the first start makes the newest schema");
    };
    let data = files::data_folder(args);
    let (from, to) = (store.schema()?, Store::schema_known());
    if from >= to {
        admit(&store, asked)?;
        let text = format!("schema {from}: this program knows {to}, there is nothing to do");
        if args.json {
            output::json(&json!({ "ok": from == to, "from": from, "to": to, "done": text }))?;
        } else {
            output::lines([text])?;
        }
        return Ok(if from == to {
            Outcome::Ok
        } else {
            Outcome::Problems
        });
    }
    let rehearsal = rehearse(&store, args.database.is_none().then_some(data.as_path()))?;
    let go_on = rehearsal.is_ok() && !asked.dry_run;
    let mut lines = rehearsal.lines();
    let mut report = rehearsal.to_json();
    if go_on {
        let backup = backup_before(args, asked, &data, &store, from)?;
        report["backup"] = json!(backup);
        lines.push(backup.map_or_else(
            || "no backup was made: no recipient is configured".to_owned(),
            |file| format!("backup of schema {from}: {}", file.display()),
        ));
        store.bring_up(&|step| match step {
            MigrationStep::Begins(no) => tracing::info!(no, "a migration begins"),
            MigrationStep::Ran(no) => tracing::info!(no, "a migration has run"),
            MigrationStep::Committed => tracing::info!("all is committed"),
        })?;
        store.database().integrity()?;
        admit(&store, asked)?;
        lines.push(format!("upgraded: schema {from} to {}", store.schema()?));
    }
    report["upgraded"] = json!(go_on);
    if args.json {
        output::json(&report)?;
    } else {
        output::lines(lines)?;
    }
    Ok(if rehearsal.is_ok() {
        Outcome::Ok
    } else {
        Outcome::Problems
    })
}

/// Lets the role that the service signs in to the server with do what it does.
fn admit(store: &Store, asked: &UpgradeArgs) -> anyhow::Result<()> {
    if let Some(role) = asked.app_role.as_deref().filter(|_| !asked.dry_run) {
        store.admit(role)?;
    }
    Ok(())
}

/// A backup of the old schema, where somebody can open it.
fn backup_before(
    args: &Args,
    asked: &UpgradeArgs,
    data: &Path,
    store: &Store,
    from: i64,
) -> anyhow::Result<Option<PathBuf>> {
    let recipients = files::recipients(&asked.recipients, data)?;
    if recipients.is_empty() {
        return Ok(None);
    }
    let at = context::now();
    let file = match &asked.backup {
        Some(file) => file.clone(),
        None => {
            let drill = files::settings(data)?.drill;
            let folder = drill.map_or_else(|| data.to_owned(), |drill| drill.folder);
            let day = at.to_string().replace(':', "");
            folder.join(format!("before-upgrade-{from}-{day}.age"))
        }
    };
    let source = Source {
        store,
        data,
        key: super::backup::key_of(args),
        at,
    };
    source.write(&file, &recipients)?;
    Ok(Some(file))
}
