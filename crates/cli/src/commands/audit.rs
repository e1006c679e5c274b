//! `lasna audit`: checkpoints, proofs, and whether the log is whole.
//!
//! Invariant: nothing here opens an entry; what is printed is numbers and hashes.

use super::Outcome;
use crate::args::Args;
use crate::log_folder::{Folder, publish};
use crate::{context, output};
use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use lasna_app::audit_log::{self, Compare, VKEY};
use lasna_seal::tree::{Nodes, Tiles};
use lasna_seal::{Checkpoint, Hash, VerifierKey, hex, unhex};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Say whether the log is whole, or name the first bad entry
    Verify {
        /// A checkpoint that was kept elsewhere
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// Only this folder of tiles with its checkpoint: no database, no key
        #[arg(long, value_name = "DIR")]
        tiles: Option<PathBuf>,
        /// The verifier key of the log, kept elsewhere
        #[arg(long, value_name = "TEXT")]
        vkey: Option<String>,
        /// Also prove that an entry has this leaf, as N=HEX
        #[arg(long, value_name = "N=HEX")]
        entry: Option<String>,
    },
    /// Write the tiles of all entries and a signed checkpoint now
    Checkpoint,
    /// Accounts that passed a fixed threshold in the last week, by number
    Anomalies,
    /// Who read more than the limit, by number of the account
    Alarms,
    /// Prove that an entry is in the log
    Prove {
        /// Its number
        no: u64,
        /// Only this folder of tiles with its checkpoint
        #[arg(long, value_name = "DIR")]
        tiles: Option<PathBuf>,
    },
    /// Prove that the log of B entries grew from that of A
    Consistency {
        a: u64,
        b: u64,
        /// Only this folder of tiles with its checkpoint
        #[arg(long, value_name = "DIR")]
        tiles: Option<PathBuf>,
    },
}

/// Where the tiles are: named, else in the data folder.
pub fn folder_of(args: &Args) -> PathBuf {
    let data = args.data.clone().unwrap_or_else(|| "lasna-data".into());
    args.audit_folder
        .clone()
        .unwrap_or_else(|| data.join("audit"))
}

pub fn run(args: &Args, command: &AuditCommand) -> anyhow::Result<Outcome> {
    match command {
        AuditCommand::Verify { .. } => verify(args, command),
        AuditCommand::Checkpoint => {
            let state = publish(&context::store(args)?, &folder_of(args))?;
            let root = hex(&state.root);
            if args.json {
                output::json(&json!({
                    "origin": state.origin, "size": state.size, "root": root,
                }))?;
            } else {
                output::lines([format!("{} entries, root {root}", state.size)])?;
            }
            Ok(Outcome::Ok)
        }
        AuditCommand::Anomalies => anomalies(args),
        AuditCommand::Alarms => alarms(args),
        AuditCommand::Prove { no, tiles } => prove(args, *no, tiles.as_deref()),
        AuditCommand::Consistency { a, b, tiles } => consistency(args, (*a, *b), tiles.as_deref()),
    }
}

fn anomalies(args: &Args) -> anyhow::Result<Outcome> {
    let app = context::app(args)?;
    let today = app.now().day_in_finland();
    let model = context::model(&app, None, today)?;
    let rows = app.anomalies(&model, today)?;
    if args.json {
        let row = |row: &lasna_app::rights::AnomalyRow| {
            let told = row.told.iter();
            let told = told.map(|(kind, count)| (kind.as_code().to_owned(), json!(count)));
            json!({
                "account": row.user.0,
                "role": row.role,
                "place": row.place,
                "told": told.collect::<serde_json::Map<_, _>>(),
            })
        };
        output::json(&rows.iter().map(row).collect::<Vec<_>>())?;
    } else {
        output::lines(rows.iter().map(|row| {
            let told = row.told.iter();
            let told = told.map(|(kind, count)| format!("{} {count}", kind.as_code()));
            let told: Vec<String> = told.collect();
            let (user, role, place) = (row.user, &row.role, &row.place);
            format!("account {user}, {role}, {place}: {}", told.join(", "))
        }))?;
    }
    Ok(Outcome::Ok)
}

fn alarms(args: &Args) -> anyhow::Result<Outcome> {
    let rows = context::app(args)?.reading_alarms(lasna_domain::calendar::Instant(0))?;
    if args.json {
        let row = |row: &lasna_app::rights::AlarmRow| {
            json!({
                "no": row.no,
                "at": row.at.to_string(),
                "account": row.user.0,
                "role": row.role,
                "school": row.school,
                "kind": row.kind.as_code(),
                "span": row.span.as_code(),
            })
        };
        output::json(&rows.iter().map(row).collect::<Vec<_>>())?;
    } else {
        output::lines(rows.iter().map(|row| {
            let (at, user, role) = (row.at, row.user, &row.role);
            let (kind, span) = (row.kind.as_code(), row.span.as_code());
            format!("{at}: account {user}, {role}: {kind} in {span}")
        }))?;
    }
    Ok(Outcome::Ok)
}

fn entry_of(text: &str) -> anyhow::Result<(u64, Hash)> {
    let parts = text.split_once('=');
    let parsed = parts.and_then(|(no, leaf)| Some((no.parse().ok()?, unhex(leaf)?)));
    parsed.with_context(|| format!("--entry {text}: a number, = and 64 digits"))
}

fn verify(args: &Args, command: &AuditCommand) -> anyhow::Result<Outcome> {
    let AuditCommand::Verify {
        checkpoint,
        tiles,
        vkey,
        entry,
    } = command
    else {
        return Ok(Outcome::Problems);
    };
    let key = vkey.as_deref().map(VerifierKey::parse).transpose()?;
    let read =
        |path: &PathBuf| std::fs::read_to_string(path).with_context(|| path.display().to_string());
    let note = checkpoint.as_ref().map(read).transpose()?;
    let entry = entry.as_deref().map(entry_of).transpose()?;
    let path = tiles.clone().unwrap_or_else(|| folder_of(args));
    let store = match tiles {
        Some(_) => None,
        None => Some(context::store(args)?),
    };
    let folder = Folder::to_read(&path);
    let compare = Compare {
        store: store.as_ref(),
        tiles: Some(&folder),
        key,
        note,
    };
    let found = audit_log::verify(&compare)?;
    let proven = match (&found, entry) {
        (Ok(_), Some((no, leaf))) => state_of(&folder)
            .and_then(|state| audit_log::prove(&folder, &state, no, Some(leaf)).map(drop)),
        _ => Ok(()),
    };
    match (found, proven) {
        (Ok(whole), Ok(())) => {
            if args.json {
                output::json(&json!({
                    "whole": true, "origin": whole.origin, "entries": whole.entries,
                    "erased": whole.erased, "size": whole.size, "root": whole.root,
                }))?;
            } else {
                let under = match whole.size {
                    0 => "no checkpoint yet".to_owned(),
                    size => format!("{size} under the checkpoint of {}", whole.origin),
                };
                let (entries, erased) = (whole.entries, whole.erased);
                output::lines([format!(
                    "whole: {entries} entries, {erased} erased, {under}"
                )])?;
            }
            Ok(Outcome::Ok)
        }
        (found, proven) => {
            let wrong = found.err();
            let at = wrong.as_ref().and_then(|wrong| wrong.entry);
            let what = wrong.map_or_else(|| proven.err(), |wrong| Some(wrong.to_string()));
            let what = what.unwrap_or_default();
            if args.json {
                output::json(&json!({ "whole": false, "entry": at, "what": what }))?;
            } else {
                output::lines([format!("bad: {what}")])?;
            }
            Ok(Outcome::Problems)
        }
    }
}

/// The checkpoint of a folder, read with the folder's own key.
fn state_of(tiles: &dyn Tiles) -> Result<Checkpoint, String> {
    let key = audit_log::key_of(tiles)?;
    audit_log::checkpoint_of(tiles, &key)?
        .ok_or_else(|| "the folder has no checkpoint: lasna audit checkpoint".to_owned())
}

fn hexes(proof: &[Hash]) -> Vec<String> {
    proof.iter().map(|hash| hex(hash)).collect()
}

fn say(args: &Args, value: &serde_json::Value) -> anyhow::Result<Outcome> {
    if args.json {
        output::json(value)?;
    } else if let Some(fields) = value.as_object() {
        output::lines(fields.iter().flat_map(|(key, value)| {
            match value.as_array() {
                Some(hashes) => hashes
                    .iter()
                    .map(|hash| format!("{key} {}", hash.as_str().unwrap_or_default()))
                    .collect(),
                None => vec![format!("{key} {}", value.to_string().trim_matches('"'))],
            }
        }))?;
    }
    Ok(Outcome::Ok)
}

fn prove(args: &Args, no: u64, tiles: Option<&Path>) -> anyhow::Result<Outcome> {
    let path = tiles.map_or_else(|| folder_of(args), Path::to_owned);
    let folder = Folder::to_read(&path);
    let state = state_of(&folder).map_err(|text| anyhow!(text))?;
    let proven = audit_log::prove(&folder, &state, no, None);
    let (leaf, proof) = proven.map_err(|text| anyhow!(text))?;
    let value = json!({
        "entry": no, "leaf": hex(&leaf), "size": state.size, "root": hex(&state.root),
        "proof": hexes(&proof),
        "checkpoint": text(&folder, audit_log::CHECKPOINT)?, "vkey": text(&folder, VKEY)?.trim(),
    });
    say(args, &value)
}

fn text(folder: &Folder, name: &str) -> anyhow::Result<String> {
    let bytes = folder.read(name).map_err(|text| anyhow!(text))?;
    Ok(String::from_utf8(bytes.unwrap_or_default())?)
}

fn consistency(args: &Args, (a, b): (u64, u64), tiles: Option<&Path>) -> anyhow::Result<Outcome> {
    let path = tiles.map_or_else(|| folder_of(args), Path::to_owned);
    let folder = Folder::to_read(&path);
    let proven = (|| {
        let state = state_of(&folder)?;
        if a > b || b > state.size {
            return Err(format!("the log has {} entries", state.size));
        }
        let (first, second) = (
            Nodes::earlier(&folder, a, state.size),
            Nodes::earlier(&folder, b, state.size),
        );
        let (old, new, proof) = (first.root()?, second.root()?, second.consistency(a)?);
        lasna_seal::tree::verify_consistency((a, &old), (b, &new), &proof)
            .map_err(|error| error.to_string())?;
        Ok(json!({
            "from": a, "from_root": hex(&old), "to": b, "to_root": hex(&new),
            "proof": hexes(&proof),
        }))
    })();
    say(args, &proven.map_err(|text: String| anyhow!(text))?)
}
