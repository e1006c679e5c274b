//! `lasna import` and `lasna import undo`.
//!
//! Invariant: exit code 1 says that rows were refused; what was not refused is applied all the same,
//! except where a file as a whole was refused.

use super::Outcome;
use crate::args::Args;
use crate::{context, output};
use anyhow::{Context as _, anyhow, bail};
use lasna_app::import::{Input, Options, Report};
use lasna_formats::finding::Finding;
use lasna_formats::limits::Limits;
use lasna_formats::sis::{self, Mapping, Table, rejects};
use lasna_web::json::ReportJson;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// What was asked.
pub struct Asked<'a> {
    pub paths: &'a [PathBuf],
    pub dry_run: bool,
    pub accept_ended: bool,
    pub stdin_name: &'a str,
    pub rejects: Option<&'a Path>,
}

pub fn import(args: &Args, asked: &Asked<'_>) -> anyhow::Result<Outcome> {
    let files = files_of(asked.paths)?;
    if let Some(folder) = asked.rejects {
        check_rejects(&files)?;
        // Before anything is applied: afterwards it would be too late to say no.
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let mut inputs = Vec::new();
    for file in &files {
        inputs.push(input_of(file, asked.stdin_name)?);
    }
    let app = context::app(args)?;
    let bar = output::progress("reading");
    let options = Options {
        dry_run: asked.dry_run,
        accept_ended: asked.accept_ended,
        ..Options::default()
    };
    let report = app.import(inputs, options, &mut |rows| bar.set_position(rows))?;
    bar.finish_and_clear();
    if args.json {
        output::json(&ReportJson::new(&report, asked.dry_run))?;
    } else {
        output::lines(text_of(&report, asked.dry_run))?;
    }
    if let Some(folder) = asked.rejects {
        write_rejects(&report, &files, folder)?;
    }
    Ok(if report.rejected.is_empty() {
        Outcome::Ok
    } else {
        Outcome::Problems
    })
}

pub fn undo(args: &Args, id: u32) -> anyhow::Result<Outcome> {
    context::app(args)?.undo_import(id)?;
    if args.json {
        output::json(&serde_json::json!({ "undone": id }))?;
    } else {
        output::lines([format!("import {id} is undone")])?;
    }
    Ok(Outcome::Ok)
}

/// Files of the paths, folders taken whole (their own files, sorted by name).
fn files_of(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut inside = Vec::new();
        let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
        for entry in entries {
            let entry = entry.with_context(|| path.display().to_string())?.path();
            if entry.is_file() {
                inside.push(entry);
            }
        }
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

fn input_of(path: &Path, stdin_name: &str) -> anyhow::Result<Input> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("standard input")?;
        return Ok(Input {
            name: stdin_name.to_owned(),
            bytes: Box::new(Cursor::new(bytes)),
        });
    }
    let file = File::open(path).with_context(|| path.display().to_string())?;
    Ok(Input {
        name: name_of(path),
        bytes: Box::new(BufReader::with_capacity(1 << 18, file)),
    })
}

/// Writes the refused rows of each register file beside a column that says why.
fn write_rejects(report: &Report, files: &[PathBuf], folder: &Path) -> anyhow::Result<()> {
    let mapping = mapping_of(files)?;
    for path in files {
        let name = name_of(path);
        let problems = rejects::problems(&name, &report.rejected, Finding::told);
        let Some(table) = Table::of_file_name(&name).filter(|_| !problems.is_empty()) else {
            continue;
        };
        let input = File::open(path).with_context(|| path.display().to_string())?;
        let out = folder.join(format!("{}.rejected.csv", table.name()));
        let file = output::private_file(&out)?;
        rejects::write_rejects(input, &mapping, &problems, &Limits::default(), file)
            .with_context(|| out.display().to_string())?;
    }
    Ok(())
}

/// Refused rows are told apart by the file's name, and are read a second time.
fn check_rejects(files: &[PathBuf]) -> anyhow::Result<()> {
    let mut tables = std::collections::BTreeSet::new();
    for path in files {
        let table = Table::of_file_name(&name_of(path));
        if path.as_os_str() == "-" || table.is_some_and(|table| !tables.insert(table)) {
            bail!(
                "--rejects needs files, one of each kind: import a second file of a kind, and \
                 standard input, on their own"
            );
        }
    }
    Ok(())
}

/// The mapping among the files, else the canonical one.
fn mapping_of(files: &[PathBuf]) -> anyhow::Result<Mapping> {
    let named = files.iter().find(|path| name_of(path).contains("mapping"));
    let read = match named {
        Some(path) => sis::read_mapping(&std::fs::read_to_string(path)?).ok(),
        None => sis::preset("canonical"),
    };
    read.ok_or_else(|| anyhow!("the mapping has problems: mend it first"))
}

fn text_of(report: &Report, dry_run: bool) -> Vec<String> {
    let mut lines = vec![format!(
        "{:<18}{:>10}{:>10}{:>10}{:>8}{:>11}{:>10}",
        "", "read", "added", "changed", "ended", "unchanged", "rejected"
    )];
    for (kind, c) in &report.kinds {
        lines.push(format!(
            "{kind:<18}{:>10}{:>10}{:>10}{:>8}{:>11}{:>10}",
            c.read, c.added, c.changed, c.ended, c.unchanged, c.rejected
        ));
    }
    lines.extend(
        report
            .rejected
            .iter()
            .take(50)
            .map(|finding| format!("rejected: {finding}")),
    );
    if report.rejected.len() > 50 {
        lines.push(format!(
            "… and {} more; --json lists all",
            report.rejected.len() - 50
        ));
    }
    lines.extend(
        report
            .warnings
            .iter()
            .take(20)
            .map(|finding| format!("warning: {finding}")),
    );
    let more = report.warnings.len().saturating_sub(20) as u64 + report.warnings_cut;
    if more > 0 {
        lines.push(format!("… and {more} more warnings"));
    }
    lines.extend(
        report
            .ignored
            .iter()
            .map(|file| format!("not read: {file}")),
    );
    if let Some((kind, percent)) = report.fuse.filter(|(_, percent)| *percent > 0) {
        lines.push(format!("this ends {percent} % of {kind} in use"));
    }
    lines.push(match report.import_id {
        Some(id) => format!("import {id} is applied; take it back with: lasna import undo {id}"),
        None if dry_run => "nothing was written (--dry-run)".into(),
        None => "nothing was altered".into(),
    });
    lines
}
