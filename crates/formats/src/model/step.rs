//! Steps of a model file: titles, conditions, repetition, duties.
//!
//! Whether the ladder as a whole makes sense is judged by [`super::ladder`].
//!
//! Invariant: a step is given even where parts of it are wrong, so that the ladder can be judged.

use super::problem::Problems;
use super::section::{Places, TEXTS, merged, needed};
use super::table::Table;
use super::{condition, duty, words};
use lasna_domain::model::{Condition, CountsAgain, Measure, Model, Step};

pub(super) fn read_steps(
    problems: &mut Problems<'_>,
    places: &mut Places,
    root: &Table<'_, '_>,
    base: Option<&Model>,
    measures: &[Measure],
) -> Vec<Step> {
    let of_base = base.map_or(&[][..], |base| &base.steps);
    merged(
        problems,
        root,
        "step",
        of_base,
        |s| &s.id,
        |p, table, id, old| read_step(p, places, table, id, old, measures),
    )
}

fn read_step(
    problems: &mut Problems<'_>,
    places: &mut Places,
    table: &Table<'_, '_>,
    id: String,
    base: Option<&Step>,
    measures: &[Measure],
) -> Option<Step> {
    let p = problems;
    table.only(p, &["id", "title", "when", "counts_again", "duty"]);
    places.set(Places::step_key(&id), &table.at);
    let title = needed(
        p,
        table,
        "title",
        TEXTS,
        base.map(|b| b.title.clone()),
        |p| table.languages(p, "title"),
    );
    let any = needed(
        p,
        table,
        "when",
        "{ any = [ … ] }",
        base.map(|b| b.any.clone()),
        |p| {
            let when = table.table(p, "when", "{ any = [ … ] }")?;
            when.only(p, &["any"]);
            places.set(Places::when_key(&id), &when.place("any"));
            let before = p.len();
            let tables = when.tables(p, "any");
            if tables.is_empty() && p.len() == before {
                when.missing(p, "any", "[ { concern = true } ]");
            }
            Some(read_conditions(p, places, &id, tables, measures))
        },
    );
    let example = "\"each term\"";
    let again = base.map(|b| b.counts_again);
    let counts_again = needed(p, table, "counts_again", example, again, |p| {
        table.word(
            p,
            "counts_again",
            words::parse_counts_again,
            words::COUNTS_AGAIN,
        )
    });
    if counts_again == Some(CountsAgain::AfterTeachingWeeks(0)) {
        let mend = "write at least `after 1 teaching weeks`, or `after reset`";
        p.add(
            &table.place("counts_again"),
            "M10",
            "a pause of nothing",
            mend,
        );
    }
    let of_base = base.map_or(&[][..], |base| &base.duties);
    let duties = merged(
        p,
        table,
        "duty",
        of_base,
        |d| &d.id,
        |p, table, duty, old| {
            places.set(Places::duty_key(&id, &duty), &table.at);
            duty::read(p, table, duty, old)
        },
    );
    Some(Step {
        id,
        title: title.unwrap_or_default(),
        any: any.unwrap_or_default(),
        counts_again: counts_again.or(again).unwrap_or(CountsAgain::Once),
        duties,
    })
}

fn read_conditions(
    problems: &mut Problems<'_>,
    places: &mut Places,
    step: &str,
    tables: Vec<Table<'_, '_>>,
    measures: &[Measure],
) -> Vec<Condition> {
    let mut any = Vec::new();
    for (no, mut table) in tables.into_iter().enumerate() {
        table.name = format!("condition {} of step {step}", no + 1);
        match condition::read(problems, &table, measures) {
            Some(condition) => {
                places.set(
                    format!("{}/{}", Places::when_key(step), any.len()),
                    &table.at,
                );
                any.push(condition);
            }
            None => places.tear(step),
        }
    }
    any
}
