//! One function for each command.
//!
//! Invariant: a command prints its result as text or JSON from the same values.

mod access;
mod audit;
mod backup;
mod demo;
mod demo_export;
mod demo_people;
mod doctor;
mod gdpr;
mod import;
mod incident;
mod keys;
mod links;
mod lists;
mod mapping;
mod model;
mod retention;
mod sbom;
mod service;
mod subject;
mod upgrade;
mod user;

pub use audit::AuditCommand;
pub use incident::IncidentCommand;
pub use keys::KeysCommand;
pub use mapping::MappingCommand;

use crate::args::{Args, Command};
use crate::output;
use crate::privacy_args::PrivacyCommand;
use std::fmt::Display;
use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Ok,
    /// Problems were found and said.
    Problems,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Ok => ExitCode::SUCCESS,
            Outcome::Problems => ExitCode::from(1),
        }
    }
}

/// Says what is wrong in a file, with its places, or that nothing is.
fn checked<P: Display>(
    args: &Args,
    file: &str,
    problems: &[P],
    json: impl Fn(&P) -> serde_json::Value,
) -> anyhow::Result<Outcome> {
    if args.json {
        output::json(&problems.iter().map(json).collect::<Vec<_>>())?;
    } else if problems.is_empty() {
        output::lines([format!("{file}: no problems")])?;
    } else {
        output::lines(problems.iter().map(|problem| format!("{file}:{problem}")))?;
    }
    Ok(if problems.is_empty() {
        Outcome::Ok
    } else {
        Outcome::Problems
    })
}

/// Runs a command.
pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::Simulate {
            pupils,
            seed,
            out,
            weeks,
            no_truth,
        } => {
            let options = lasna_simulate::Options {
                pupils: *pupils,
                seed: *seed,
                weeks: *weeks,
                truth: !no_truth,
            };
            service::simulate(args, &options, out)
        }
        Command::Import {
            undo: Some(crate::args::ImportCommand::Undo { id }),
            ..
        } => import::undo(args, *id),
        Command::Import {
            paths,
            dry_run,
            accept_ended,
            stdin_name,
            rejects,
            ..
        } => {
            let asked = import::Asked {
                paths,
                dry_run: *dry_run,
                accept_ended: *accept_ended,
                stdin_name,
                rejects: rejects.as_deref(),
            };
            import::import(args, &asked)
        }
        Command::Figures { level, when } => lists::figures(args, *level, when),
        Command::WatchList {
            school,
            when,
            model,
        } => lists::watch_list(args, school.as_deref(), when, model.as_deref()),
        Command::Explain { pupil, when, model } => {
            lists::explain(args, pupil, when, model.as_deref())
        }
        Command::Export { out } => lists::export(args, out),
        Command::Model { command } => model::run(args, command),
        Command::Mapping { command } => mapping::run(args, command),
        Command::Check { as_of } => service::check(args, as_of.as_deref()),
        Command::Doctor { certificate } => doctor::doctor(args, certificate.as_deref()),
        Command::Backup { command } => backup::run(args, command),
        Command::Upgrade(asked) => upgrade::run(args, asked),
        Command::Serve {
            serve,
            uploads,
            identity,
        } => service::serve(args, serve, uploads, identity),
        Command::Sbom => sbom::sbom(),
        Command::Demo { port, identity } => {
            let folder = args.data.clone().unwrap_or_else(|| "lasna-demo".into());
            demo::run(args, &folder, *port, identity.as_deref())
        }
        Command::Access { command } => access::access(args, command),
        Command::Audit { command } => audit::run(args, command),
        Command::Incident { command } => incident::run(args, command),
        Command::Keys { command } => keys::run(args, command),
        Command::Privacy(command) => privacy(args, command),
        Command::User { command } => user::user(args, command),
    }
}

fn privacy(args: &Args, command: &PrivacyCommand) -> anyhow::Result<Outcome> {
    match command {
        PrivacyCommand::Retention { command } => retention::run(args, command),
        PrivacyCommand::Gdpr { command } => gdpr::run(args, command),
        PrivacyCommand::Subject { command } => subject::run(args, command),
    }
}
