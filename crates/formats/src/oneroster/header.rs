//! The first row of a file against the columns of the standard (`E05`, `E06`).
//!
//! It never repeats a header in a message: a file without one has a person in its first row.
//!
//! Invariant: a column is found by its exact name only, in the standard's order.

use super::columns::{DROPPED, FileKind};
use super::csv::Record;
use super::{Version, columns};
use crate::finding::{Finding, Severity};

/// Where the columns of one file stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    places: Vec<(&'static str, usize)>,
    /// Number of fields of a row.
    pub width: usize,
    /// Columns whose values are counted and dropped.
    pub dropped: Vec<(String, usize)>,
}

impl Columns {
    /// The place of a column; `None` where the file's version does not have it.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, at)| *at)
    }

    /// The name of the column at a place, for messages; `None` past the standard's columns.
    pub fn name_at(&self, at: usize) -> Option<&'static str> {
        self.places
            .iter()
            .find(|(_, place)| *place == at)
            .map(|(name, _)| *name)
    }
}

/// Compares a header with the layouts of its file; `None` where it does not do.
pub(super) fn match_columns(
    file: &str,
    header: &Record<'_>,
    kind: FileKind,
    version: Version,
    findings: &mut Vec<Finding>,
) -> Option<Columns> {
    let names: Vec<&str> = header.iter().collect();
    let is_extension = |name: &str| name.starts_with("metadata.");
    let fixed: Vec<(&str, usize)> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !is_extension(name))
        .map(|(at, name)| (*name, at))
        .collect();
    let layouts = kind.layouts(version);
    let same = |layout: &&&[&str]| {
        fixed
            .iter()
            .map(|(name, _)| *name)
            .eq(layout.iter().copied())
    };
    let Some(layout) = layouts.iter().find(same) else {
        findings.push(difference(file, &fixed, layouts));
        return None;
    };
    let mut extensions: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| is_extension(name))
        .collect();
    extensions.sort_unstable();
    if extensions
        .windows(2)
        .any(|pair| pair.first() == pair.last())
    {
        let message = "two metadata columns have the same name; rename one";
        findings.push(wrong(
            file,
            None,
            "E05",
            Severity::Fatal,
            message.to_owned(),
        ));
        return None;
    }
    if names
        .iter()
        .take(layout.len())
        .any(|name| is_extension(name))
    {
        let message =
            "a metadata column stands before a column of the standard; move it to the right";
        findings.push(wrong(
            file,
            None,
            "E06",
            Severity::Warning,
            message.to_owned(),
        ));
    }
    let dropped = names
        .iter()
        .enumerate()
        .filter(|(_, name)| is_extension(name) || DROPPED.contains(name))
        .map(|(at, name)| ((*name).to_owned(), at))
        .collect();
    let places = layout
        .iter()
        .copied()
        .zip(fixed.iter().map(|(_, at)| *at))
        .collect();
    Some(Columns {
        places,
        width: names.len(),
        dropped,
    })
}

/// Says where a header first differs from the layout that it is nearest to.
fn difference(file: &str, fixed: &[(&str, usize)], layouts: &[&[&'static str]]) -> Finding {
    let common = |layout: &&[&str]| {
        layout
            .iter()
            .zip(fixed)
            .take_while(|(right, (name, _))| *right == name)
            .count()
    };
    let nearest = layouts
        .iter()
        .max_by_key(|layout| (common(layout), usize::MAX - layout.len()));
    let layout = nearest.copied().unwrap_or(columns::ORGS);
    let at = common(&layout);
    let place = fixed.get(at).map_or(at, |(_, place)| *place) + 1;
    let message = match layout.get(at) {
        Some(right) if at == 0 => {
            format!("the first row must be the header and begin with {right}")
        }
        Some(right) if fixed.iter().any(|(name, _)| name == right) => {
            format!(
                "column {place} of the header must be {right}, which stands elsewhere; reorder it"
            )
        }
        Some(right) => format!(
            "column {place} of the header must be {right}, letter for letter; correct the header"
        ),
        None => format!(
            "column {place} of the header is not of the standard; remove it, or name it metadata.…"
        ),
    };
    wrong(
        file,
        layout.get(at).copied(),
        "E05",
        Severity::Fatal,
        message,
    )
}

fn wrong(
    file: &str,
    column: Option<&str>,
    code: &'static str,
    severity: Severity,
    message: String,
) -> Finding {
    Finding {
        file: file.to_owned(),
        row: 0,
        column: column.map(str::to_owned),
        code,
        severity,
        message,
        values: Vec::new(),
    }
}
