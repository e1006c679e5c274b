//! The refused rows of a register file as a file that a person mends and gives again.
//!
//! Invariant: only rows of the file itself are written, with what is wrong as the last column.

use super::{Input, Report};
use crate::AppError;
use lasna_formats::finding::Finding;
use lasna_formats::limits::Limits;
use lasna_formats::sis::rejects::{problems, write_rejects};
use lasna_formats::sis::{self, Mapping};
use std::io::Read as _;

/// The refused rows of one file, read a second time; `mapping` is the file beside it, where there
/// was one; `tell` says what is wrong with a row. Empty where nothing of the file was refused.
///
/// # Errors
/// Where a file cannot be read again.
pub fn refused_rows(
    file: Input,
    mapping: Option<Input>,
    report: &Report,
    tell: impl Fn(&Finding) -> String,
) -> Result<Vec<u8>, AppError> {
    let problems = problems(&file.name, &report.rejected, tell);
    let mut out = Vec::new();
    if problems.is_empty() {
        return Ok(out);
    }
    let mapping = mapping_of(mapping).ok_or(AppError::NotFound("mapping"))?;
    write_rejects(
        file.bytes,
        &mapping,
        &problems,
        &Limits::default(),
        &mut out,
    )
    .map_err(|_| AppError::NotFound("file"))?;
    Ok(out)
}

fn mapping_of(input: Option<Input>) -> Option<Mapping> {
    let Some(mut input) = input else {
        return sis::preset("canonical");
    };
    let mut text = String::new();
    input.bytes.read_to_string(&mut text).ok()?;
    sis::read_mapping(&text).ok()
}
