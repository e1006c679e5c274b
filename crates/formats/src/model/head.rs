//! The `[model]` section: what the model is called, since when, by whom, on what ground.
//!
//! Reading of the file named in `extends` is not done here.
//!
//! Invariant: a head without problems has every needed key.

use super::problem::Problems;
use super::section::{TEXTS, needed};
use super::table::{At, Table};
use super::words;
use lasna_domain::calendar::Day;
use lasna_domain::model::{Approved, Hour, Text};
use std::ops::Range;

/// What the `[model]` section says, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) extends: Option<At<String>>,
    pub(super) valid: Option<Day>,
    pub(super) hour: Option<Hour>,
    pub(super) hour_at: Range<usize>,
    pub(super) approved: Option<Approved>,
    pub(super) title: Option<Text>,
    pub(super) source: Option<String>,
    pub(super) assumptions: Vec<Text>,
}

pub(super) fn read_head(problems: &mut Problems<'_>, table: &Table<'_, '_>) -> Head {
    let p = problems;
    table.only(
        p,
        &[
            "id",
            "version",
            "extends",
            "valid",
            "hour",
            "approved",
            "title",
            "source",
            "assumptions",
        ],
    );
    let id = needed(p, table, "id", "\"esimerkkila\"", None, |p| {
        table.id(p, "id")
    });
    let version = needed(p, table, "version", "\"2026.1\"", None, |p| {
        table.text(p, "version")
    });
    let version = version.and_then(|version| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-".contains(&b);
        let good = version.value.len() <= 32 && version.value.bytes().all(plain);
        if !good {
            let mend = "use digits, letters, `.` and `-`, like 2026.1";
            p.add(&version.at, "M17", "`version` is not a version", mend);
        }
        good.then_some(version.value)
    });
    let approved = table
        .has("approved")
        .then(|| read_approved(p, table))
        .flatten();
    let assumptions = table.tables(p, "assumptions");
    Head {
        id: id.map(|id| id.value),
        version,
        extends: table.text(p, "extends"),
        valid: needed(p, table, "valid", "2026-08-01", None, |p| {
            table.day(p, "valid")
        }),
        hour_at: table.place("hour"),
        hour: table.word(p, "hour", words::parse_hour, words::HOURS),
        approved,
        title: needed(p, table, "title", TEXTS, None, |p| {
            table.languages(p, "title")
        }),
        source: needed(p, table, "source", "\"…\"", None, |p| {
            table.text(p, "source")
        })
        .map(|source| source.value),
        assumptions: assumptions
            .iter()
            .map(|table| table.as_languages(p))
            .collect(),
    }
}

fn read_approved(problems: &mut Problems<'_>, table: &Table<'_, '_>) -> Option<Approved> {
    let table = table.table(problems, "approved", "{ by = \"…\", on = 2026-06-10 }")?;
    table.only(problems, &["by", "on"]);
    let by = needed(problems, &table, "by", "\"…\"", None, |p| {
        table.text(p, "by")
    });
    let on = needed(problems, &table, "on", "2026-06-10", None, |p| {
        table.day(p, "on")
    });
    Some(Approved {
        by: by?.value,
        on: on?,
    })
}
