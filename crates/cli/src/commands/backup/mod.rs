//! `lasna backup`: make, prove, restore; keys.
//!
//! Invariant: exit code 0 of `verify` and `restore` means that every check was done and none failed.

mod audit_log;
pub mod drill;
pub mod files;
pub mod prove;
pub mod sums;

use super::Outcome;
use crate::args::Args;
use crate::backup_args::{BackupCommand, Recipients};
use crate::key_file::KeyFile;
use crate::{context, output};
use lasna_app::App;
use lasna_app::backup::{Identity, Made, Recipient, create};
use lasna_domain::calendar::Instant;
use lasna_store::{BackupRun, Store};
use serde_json::json;
use std::path::{Path, PathBuf};

pub fn run(args: &Args, command: &BackupCommand) -> anyhow::Result<Outcome> {
    match command {
        BackupCommand::Create {
            file,
            recipients,
            no_keys,
            prove,
        } => make(args, file, recipients, !no_keys, *prove),
        BackupCommand::Verify { file, opening } => prove::verify(args, file, opening),
        BackupCommand::Restore { file, opening } => prove::restore(args, file, opening),
        BackupCommand::Keygen { file } => {
            let recipient = files::keygen(file)?.to_string();
            if args.json {
                output::json(&json!({ "recipient": recipient, "file": file }))?;
            } else {
                output::lines([
                    recipient,
                    format!(
                        "The key is in {}: keep it offline, in two places, and not on the server. \
                         Without it no backup can be opened. The line above goes into backup.toml.",
                        file.display()
                    ),
                ])?;
            }
            Ok(Outcome::Ok)
        }
    }
}

/// The file of the master key of an installation.
pub fn key_of(args: &Args) -> Option<PathBuf> {
    let file = KeyFile::of(args, &context::place(args));
    file.path().ok().map(Path::to_owned)
}

/// What a backup is made of.
pub struct Source<'s> {
    pub store: &'s Store,
    pub data: &'s Path,
    /// The file of the master key, where it goes along.
    pub key: Option<PathBuf>,
    pub at: Instant,
}

impl Source<'_> {
    /// Makes a backup, and remembers it where the schema is this program's.
    pub fn write(&self, file: &Path, recipients: &[Recipient]) -> anyhow::Result<Made> {
        let current = self.store.schema()? == Store::schema_known();
        let app = |at| App::operator(self.store.clone(), at);
        if current {
            app(self.at)?.begin_backup()?;
        }
        // A damaged page must not get into a backup that looks whole.
        self.store.database().integrity()?;
        sums::refuse_changed(self.store, self.data)?;
        let carried = files::carried(self.data, self.key.as_deref())?;
        let program = concat!(
            "lasna ",
            env!("CARGO_PKG_VERSION"),
            " ",
            env!("LASNA_COMMIT")
        );
        let made = files::write_whole(file, |out| {
            Ok(create(
                self.store, program, self.at, &carried, recipients, out,
            )?)
        })?;
        if current {
            app(self.at)?.note_backup(&run_of(&made, "create"))?;
            sums::renew(self.store, self.data, self.at)?;
        }
        Ok(made)
    }
}

fn run_of(made: &Made, kind: &str) -> BackupRun {
    BackupRun {
        at: made.at,
        kind: kind.to_owned(),
        made_at: made.at,
        rows: made.rows,
        bytes: made.bytes,
        digest: made.sha256.clone(),
        outcome: "ok".to_owned(),
    }
}

fn make(
    args: &Args,
    file: &Path,
    recipients: &Recipients,
    keys: bool,
    prove: bool,
) -> anyhow::Result<Outcome> {
    let data = files::data_folder(args);
    let mut recipients = files::recipients(recipients, &data)?;
    let own = prove.then(Identity::generate);
    if recipients.is_empty() {
        // Otherwise the key in memory would be the only one.
        anyhow::bail!(
            "a backup is written for a recipient only: give --recipient age1…, or name one in {}; \
             lasna backup keygen makes a key",
            data.join("backup.toml").display()
        );
    }
    recipients.extend(own.as_ref().map(Identity::recipient));
    let store = context::store(args)?;
    let begun = std::time::Instant::now();
    let source = Source {
        store: &store,
        data: &data,
        key: keys.then(|| key_of(args)).flatten(),
        at: context::now(),
    };
    let made = source.write(file, &recipients)?;
    let millis = begun.elapsed().as_millis();
    let proven = match own {
        Some(own) => Some(prove::prove(
            file,
            &[own],
            &prove::erased_of(&data)?,
            Some(store.key_source()),
        )?),
        None => None,
    };
    if let Some(proven) = &proven {
        proven.note(&store, context::now())?;
    }
    say_made(args, file, &made, (millis, proven.as_ref()))
}

/// Says what was made, and whether it was proven.
fn say_made(
    args: &Args,
    file: &Path,
    made: &Made,
    (millis, proven): (u128, Option<&prove::Proven>),
) -> anyhow::Result<Outcome> {
    let ok = proven.is_none_or(prove::Proven::is_ok);
    if args.json {
        output::json(&json!({
            "ok": ok,
            "file": file,
            "at": made.at.to_string(),
            "schema": made.schema,
            "rows": made.rows,
            "tables": prove::counted(&made.tables),
            "files": prove::counted(&made.files),
            "bytes": made.bytes,
            "sha256": made.sha256,
            "milliseconds": millis,
            "proven": proven.map(prove::Proven::to_json),
        }))?;
    } else {
        let mut lines = vec![format!(
            "{}: {} rows of {} tables and {} files, as of {}; {} bytes in {millis} ms",
            file.display(),
            made.rows,
            made.tables.len(),
            made.files.len(),
            made.at,
            made.bytes
        )];
        lines.push(format!("sha256 {}", made.sha256));
        match proven {
            Some(proven) => lines.extend(proven.lines()),
            None => lines.push(format!(
                "it counts once it is proven: lasna backup verify {}",
                file.display()
            )),
        }
        output::lines(lines)?;
    }
    Ok(if ok { Outcome::Ok } else { Outcome::Problems })
}
