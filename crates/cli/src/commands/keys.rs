//! `lasna keys`: which master key is in force, and a new one.
//!
//! Invariant: a master key goes from the file only when no data key is wrapped with it.

use super::Outcome;
use crate::args::Args;
use crate::key_file::KeyFile;
use crate::{context, output};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use lasna_seal::MasterKey;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Print the id of the master key in force, and of those in the file
    ShowId,
    /// Put a new master key in force while the service runs; one that was interrupted goes on
    Rotate,
}

pub fn run(args: &Args, command: &KeysCommand) -> anyhow::Result<Outcome> {
    match command {
        KeysCommand::ShowId => show_id(args),
        KeysCommand::Rotate => rotate(args),
    }
}

fn ids(keys: &[MasterKey]) -> Vec<String> {
    keys.iter().map(MasterKey::id).collect()
}

fn show_id(args: &Args) -> anyhow::Result<Outcome> {
    let file = KeyFile::of(args, &context::place(args));
    let in_force = context::store(args)?.master_id()?;
    let keys = file.read().map_err(anyhow::Error::msg)?.unwrap_or_default();
    if args.json {
        output::json(&json!({ "in_force": in_force, "in_file": ids(&keys) }))?;
    } else {
        output::lines([in_force])?;
    }
    Ok(Outcome::Ok)
}

fn rotate(args: &Args) -> anyhow::Result<Outcome> {
    let file = KeyFile::of(args, &context::place(args));
    if file.is_credential() {
        bail!(
            "the master key is a credential of the service, which cannot be written from here: \
             stop the service and name its source with --key"
        );
    }
    // Opened once first, so that a wrong key changes nothing.
    let in_force = context::store(args)?.master_id()?;
    let mut keys = file
        .read()
        .map_err(anyhow::Error::msg)?
        .context("there is no key file")?;
    // A rotation that was interrupted has left its new key before the one in force.
    if keys.first().map(MasterKey::id) == Some(in_force) {
        let random = context::random().map_err(anyhow::Error::msg)?;
        keys.insert(0, MasterKey::from_bytes(random));
        file.replace(&keys)?;
    }
    let (new, old) = keys.split_first().context("there is no key")?;
    let store = context::store(args)?;
    let mut wrapped = 0;
    loop {
        let (some, is_done) = store.rewrap(&new.id())?;
        wrapped += some;
        if is_done {
            break;
        }
    }
    let mut kept = Vec::new();
    for key in old {
        kept.push(file.keep_old(key)?.display().to_string());
    }
    file.replace(std::slice::from_ref(new))?;
    if args.json {
        output::json(&json!({ "in_force": new.id(), "wrapped": wrapped, "old": kept }))?;
    } else {
        output::lines([format!(
            "master key {} is in force, {wrapped} data keys are wrapped with it",
            new.id()
        )])?;
        for path in kept {
            eprintln!("lasna: {path} opens older backups: take it away from this machine");
        }
    }
    Ok(Outcome::Ok)
}
