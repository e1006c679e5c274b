//! A model file to a checked model: sections in order, then the base, then the ladder as a whole.
//!
//! The base of `extends` is read first; each named thing of the file then takes from its namesake
//! in the base what it does not say itself. A thing with a new name stands after the thing stated
//! before it in the file, or first where none is.
//!
//! Invariant: a model is given only where not one problem was found.

use super::head::read_head;
use super::measure::read_measures;
use super::problem::{ModelProblem, Problems};
use super::section::{Places, merged, needed};
use super::step::read_steps;
use super::table::{At, Table, impossible_date};
use super::{duty, ladder, stricter};
use lasna_domain::model::{Hour, Model};
use toml::de::DeTable;

/// Longest chain of `extends`.
const EXTENDS_MAX: usize = 8;

/// Largest model file.
const BYTES_MAX: usize = 1 << 20;

pub(super) fn read_at_depth(
    text: &str,
    resolve: &dyn Fn(&str) -> Option<String>,
    depth: usize,
) -> Result<Model, Vec<ModelProblem>> {
    let mut problems = Problems::new(text);
    if text.len() > BYTES_MAX {
        let message = format!("the file has more than {BYTES_MAX} bytes");
        problems.add(
            &(0..0),
            "M01",
            message,
            "split the model or shorten its texts",
        );
        return Err(problems.into_sorted());
    }
    let (table, syntax) = DeTable::parse_recoverable(text);
    let root = Table::new(table.get_ref(), 0..0, "the file");
    let model = read_root(&mut problems, &root, resolve, depth);
    let torn = note_syntax(&mut problems, text, &syntax);
    match model {
        Some(model) if problems.is_empty() => Ok(model),
        _ => Err(without_echoes(problems.into_sorted(), &torn)),
    }
}

/// Notes what is not TOML; an impossible date is told as such.
fn note_syntax(problems: &mut Problems<'_>, text: &str, faults: &[toml::de::Error]) -> Vec<u32> {
    let mut syntax = Problems::new(text);
    for fault in faults {
        let at = fault.span().unwrap_or(0..0);
        let shape = |b: u8| b.is_ascii_digit() || b"-:.TZ+".contains(&b);
        let written = text.get(at.clone()).unwrap_or_default();
        let date = written.len() >= 8 && written.contains('-') && written.bytes().all(shape);
        if date {
            impossible_date(problems, &at);
        } else {
            let message = fault.message().lines().next().unwrap_or_default();
            syntax.add(&at, "M01", message, "mend the spelling of the file here");
        }
    }
    let found = syntax.into_sorted();
    let lines = found.iter().map(|problem| problem.line).collect();
    problems.append(found);
    lines
}

/// On a line that is not TOML only the first fault is told: the others follow from it.
fn without_echoes(problems: Vec<ModelProblem>, torn: &[u32]) -> Vec<ModelProblem> {
    let mut told = 0;
    let mut kept = Vec::with_capacity(problems.len());
    for problem in problems {
        let echo = torn.contains(&problem.line) && (problem.code != "M01" || told == problem.line);
        if problem.code == "M01" {
            told = problem.line;
        }
        if !echo {
            kept.push(problem);
        }
    }
    kept
}

fn read_root(
    problems: &mut Problems<'_>,
    root: &Table<'_, '_>,
    resolve: &dyn Fn(&str) -> Option<String>,
    depth: usize,
) -> Option<Model> {
    root.only(problems, &["model", "measure", "step", "duty"]);
    let head = needed(problems, root, "model", "…", None, |p| {
        root.table(p, "model", "{ … }")
    })
    .map(|table| read_head(problems, &table))
    .unwrap_or_default();
    let base = match &head.extends {
        Some(name) => Some(read_base(problems, name, resolve, depth)?),
        None => None,
    };
    let mut places = Places::default();
    if let Some(name) = &head.extends {
        places = Places::with_default(&name.at);
        places.set("hour".into(), &head.hour_at);
    }
    let measures = read_measures(problems, &mut places, root, base.as_ref());
    let steps = read_steps(problems, &mut places, root, base.as_ref(), &measures);
    let of_base = base.as_ref().map_or(&[][..], |base| &base.duties);
    let duties = merged(
        problems,
        root,
        "duty",
        of_base,
        |d| &d.id,
        duty::read_universal,
    );
    let model = Model {
        id: head.id?,
        version: head.version?,
        extends: head.extends.map(|name| name.value),
        valid: head.valid?,
        hour: head
            .hour
            .or(base.as_ref().map(|base| base.hour))
            .unwrap_or(Hour::Lesson),
        approved: head.approved,
        title: head.title?,
        source: head.source?,
        assumptions: head.assumptions,
        measures,
        steps,
        duties,
    };
    if model.steps.is_empty() {
        root.missing(problems, "step", "[ { … } ]");
    }
    ladder::check(problems, &places, &model);
    if let Some(base) = &base {
        stricter::check(problems, &places, base, &model);
    }
    Some(model)
}

fn read_base(
    problems: &mut Problems<'_>,
    name: &At<String>,
    resolve: &dyn Fn(&str) -> Option<String>,
    depth: usize,
) -> Option<Model> {
    let wanted = &name.value;
    let fault = if depth >= EXTENDS_MAX {
        Err(format!(
            "`{wanted}` extends others in a circle or too deeply"
        ))
    } else {
        match resolve(wanted).map(|text| read_at_depth(&text, resolve, depth + 1)) {
            None => Err(format!("there is no model `{wanted}`")),
            Some(Err(faults)) => {
                let first = faults.first().map(ToString::to_string).unwrap_or_default();
                Err(format!("`{wanted}` has {} problems; {first}", faults.len()))
            }
            Some(Ok(base)) if base.reference() != *wanted => Err(format!(
                "`{wanted}` is there only as `{}`",
                base.reference()
            )),
            Some(Ok(base)) => Ok(base),
        }
    };
    let mend = "name a model and version that is there, like `sky-fi@2026.1`";
    fault
        .map_err(|message| problems.add(&name.at, "M14", message, mend))
        .ok()
}
