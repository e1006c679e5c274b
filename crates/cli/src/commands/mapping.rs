//! `lasna mapping …`: what a register's columns and codes mean.
//!
//! Invariant: a mapping that passes here is read by an import without a problem.

use super::{Outcome, checked};
use crate::args::Args;
use crate::{context, output};
use anyhow::anyhow;
use clap::Subcommand;
use lasna_formats::sis::mapping::PRESETS;
use lasna_formats::sis::{preset_text, read_mapping};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// The presets that come with the program
    List,
    /// Print a preset, to write into mapping.toml and change
    Show {
        /// One of the list
        name: String,
    },
    /// Say what is wrong in a mapping, with line and column
    Check {
        /// The file; - reads standard input
        file: String,
    },
}

pub fn run(args: &Args, command: &MappingCommand) -> anyhow::Result<Outcome> {
    match command {
        MappingCommand::List => {
            if args.json {
                output::json(&PRESETS)?;
            } else {
                output::lines(PRESETS.map(str::to_owned))?;
            }
            Ok(Outcome::Ok)
        }
        MappingCommand::Show { name } => {
            let text = preset_text(name)
                .ok_or_else(|| anyhow!("no preset is called {name}: see lasna mapping list"))?;
            if args.json {
                output::json(&json!({ "preset": name, "toml": text }))?;
            } else {
                output::lines([text.trim_end().to_owned()])?;
            }
            Ok(Outcome::Ok)
        }
        MappingCommand::Check { file } => check(args, file),
    }
}

fn check(args: &Args, file: &str) -> anyhow::Result<Outcome> {
    let problems = read_mapping(&context::file_text(file)?)
        .err()
        .unwrap_or_default();
    checked(args, file, &problems, |p| {
        json!({
            "file": file, "line": p.line, "column": p.column, "code": p.code,
            "message": p.message,
        })
    })
}
