//! The lines of the erasure list for what is about to go.
//!
//! Invariant: a line names a table, columns and digests or cutoffs, and nobody.

use super::run::Part;
use crate::AppError;
use crate::backup::{ErasedRange, ErasedRows, note_erased, note_erased_range};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::PersonNo;
use lasna_store::db::{Param, Tx, Value};
use lasna_store::retention::{Aged, Told};

pub(super) fn entity_of(scope: &Scope, no: PersonNo) -> [(&'static str, Value); 3] {
    [
        ("provider_no", Value::Int(scope.provider().0.into())),
        ("kind", Value::Text("person".to_owned())),
        ("no", Value::Int(no.0.into())),
    ]
}

fn written(done: std::io::Result<()>) -> Result<(), AppError> {
    done.map_err(|error| AppError::Problem(format!("the erasure list: {error}")))
}

pub(super) fn told_values(
    lines: &mut Vec<u8>,
    at: Instant,
    table: &str,
    values: &[(&'static str, Value)],
) -> Result<(), AppError> {
    let values: Vec<(&str, Param<'_>)> = values
        .iter()
        .map(|(column, value)| (*column, value.as_param()))
        .collect();
    let rows = ErasedRows {
        table,
        values: &values,
    };
    written(note_erased(lines, at, &[rows]))
}

/// The lines of the rows of a table that are about to go.
pub(super) fn told_rows(
    tx: &mut Tx<'_>,
    scope: &Scope,
    (aged, part): (&Aged, Part),
    at: Instant,
    lines: &mut Vec<u8>,
) -> Result<(), AppError> {
    let range = |column, from, to, except| ErasedRange {
        table: aged.table,
        column,
        from,
        to,
        except,
    };
    match aged.told {
        Told::Before(column) => {
            let held = aged.held_people(tx, scope)?;
            let held = held.map(|(column, people)| {
                (column, people.iter().map(|no| i64::from(no.0)).collect())
            });
            written(note_erased_range(
                lines,
                at,
                &range(column, None, part.0, held),
            ))
        }
        Told::Runs(column) => {
            let mut run: Option<(i64, i64)> = None;
            for row in aged.told_rows(tx, scope, part)? {
                let Some(&Value::Int(no)) = row.first() else {
                    continue;
                };
                run = match run {
                    Some((from, to)) if to == no => Some((from, no + 1)),
                    Some((from, to)) => {
                        written(note_erased_range(
                            lines,
                            at,
                            &range(column, Some(from), to, None),
                        ))?;
                        Some((no, no + 1))
                    }
                    None => Some((no, no + 1)),
                };
            }
            run.map_or(Ok(()), |(from, to)| {
                written(note_erased_range(
                    lines,
                    at,
                    &range(column, Some(from), to, None),
                ))
            })
        }
        Told::Values(columns) => {
            for row in aged.told_rows(tx, scope, part)? {
                let values: Vec<(&'static str, Value)> = columns.iter().copied().zip(row).collect();
                told_values(lines, at, aged.table, &values)?;
            }
            Ok(())
        }
    }
}
