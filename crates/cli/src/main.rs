//! `lasna`: the one binary.
//!
//! It reads the clock, the environment and files, opens the store, and hands everything else to
//! `lasna-app`. Exit codes: 0 ok, 1 problems found, 2 usage, 78 configuration.
//!
//! Invariant: with `--json` one JSON document goes to standard output and nothing else.

#![forbid(unsafe_code)]

mod args;
mod backup_args;
mod commands;
mod context;
mod durable;
mod identity_args;
mod key_file;
mod log_folder;
mod output;
mod privacy_args;
mod providers;
mod safety;

use clap::{CommandFactory, Parser};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    if args.data.is_some() && args.database.is_some() {
        // Clap sees only those that stand on one side of the subcommand.
        let message = "--data and --database name two places: give one of them";
        let conflict = clap::error::ErrorKind::ArgumentConflict;
        args::Args::command().error(conflict, message).exit();
    }
    context::start_log();
    match commands::run(&args) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            output::error(&error);
            if context::is_configuration(&error) {
                ExitCode::from(78)
            } else {
                ExitCode::from(1)
            }
        }
    }
}
