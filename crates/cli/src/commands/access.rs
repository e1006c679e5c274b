//! `lasna access`: the policy as a matrix; families and protected people from files.
//!
//! Invariant: a file is taken whole or not at all, and nothing of a line is repeated in an answer.

use super::Outcome;
use crate::args::{AccessCommand, Args};
use crate::{context, output};
use lasna_domain::access::family::FamilyTie;
use lasna_domain::access::{Cell, cells};
use lasna_formats::family::{FamilyProblem, read_protected, read_relations};
use lasna_store::Protection;
use serde_json::json;

pub fn access(args: &Args, command: &AccessCommand) -> anyhow::Result<Outcome> {
    match command {
        AccessCommand::Matrix if args.json => {
            output::json(&cells().map(row).collect::<Vec<_>>())?;
        }
        AccessCommand::Matrix => {
            let allowed = cells().filter_map(|cell| {
                let (purpose, reason) = cell.allowed?;
                Some(format!(
                    "{} may {} {} by {}, for {}: {}",
                    cell.role.as_code(),
                    cell.verb.as_code(),
                    cell.class.as_code(),
                    cell.relation.as_code(),
                    purpose.as_code(),
                    reason.as_code()
                ))
            });
            output::lines(allowed)?;
        }
        AccessCommand::Relations { file } => return relations(args, file),
        AccessCommand::Protected { file } => return protected(args, file),
    }
    Ok(Outcome::Ok)
}

/// A line that names somebody whom no roster has.
fn unknown(line: u64, column: &str) -> FamilyProblem {
    FamilyProblem {
        line,
        column: column.to_owned(),
        mend: "this id is in no roster: import the roster first, or correct it".to_owned(),
    }
}

fn refused(args: &Args, file: &str, problems: &[FamilyProblem]) -> anyhow::Result<Outcome> {
    super::checked(
        args,
        file,
        problems,
        |problem| json!({ "line": problem.line, "column": problem.column, "mend": problem.mend }),
    )
}

fn said(args: &Args, what: &str, lines: usize, added: usize) -> anyhow::Result<Outcome> {
    if args.json {
        output::json(&json!({ "lines": lines, "added": added }))?;
    } else {
        output::lines([format!("{what}: {lines} lines read, {added} of them new")])?;
    }
    Ok(Outcome::Ok)
}

fn relations(args: &Args, file: &str) -> anyhow::Result<Outcome> {
    let read = match read_relations(&context::file_text(file)?) {
        Ok(read) => read,
        Err(problems) => return refused(args, file, &problems),
    };
    let app = context::app(args)?;
    let (mut ties, mut problems) = (Vec::new(), Vec::new());
    for row in &read {
        let mut person = |id: &str, column: &str| match app.pupil_no(id) {
            Ok(no) => Some(no),
            Err(_) => {
                problems.push(unknown(row.line, column));
                None
            }
        };
        let (child, adult) = (person(&row.child, "child"), person(&row.adult, "adult"));
        if let (Some(child), Some(adult)) = (child, adult) {
            ties.push(FamilyTie {
                child,
                adult,
                kind: row.kind,
                decides: row.decides,
                informed: row.informed,
                from: row.from,
                to: row.to,
                source: row.source,
                contact: row.contact,
            });
        }
    }
    if !problems.is_empty() {
        return refused(args, file, &problems);
    }
    let added = app.set_relations(&ties)?;
    said(args, "relations", read.len(), added)
}

fn protected(args: &Args, file: &str) -> anyhow::Result<Outcome> {
    let read = match read_protected(&context::file_text(file)?) {
        Ok(read) => read,
        Err(problems) => return refused(args, file, &problems),
    };
    let app = context::app(args)?;
    let (mut answer, mut problems) = (Vec::new(), Vec::new());
    for row in &read {
        match app.pupil_no(&row.person) {
            Ok(person) => {
                let (from, to) = (row.from, row.to);
                answer.push((Protection { person, from, to }, row.facts.clone()));
            }
            Err(_) => problems.push(unknown(row.line, "person")),
        }
    }
    if !problems.is_empty() {
        return refused(args, file, &problems);
    }
    app.set_protected(&answer)?;
    said(args, "protected", read.len(), read.len())
}

fn row(cell: Cell) -> serde_json::Value {
    json!({
        "role": cell.role.as_code(),
        "class": cell.class.as_code(),
        "action": cell.verb.as_code(),
        "relation": cell.relation.as_code(),
        "purpose": cell.allowed.map(|(purpose, _)| purpose.as_code()),
        "allowed": cell.allowed.is_some(),
        "reason": cell.allowed.map_or("no_right", |(_, reason)| reason.as_code()),
    })
}
