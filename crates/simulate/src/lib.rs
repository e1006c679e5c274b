//! A synthetic municipality or nation from a seed: roster, calendar, lessons, registers, marks, and
//! the figures that any reading of them must come to.
//!
//! Everything is drawn school by school from one plan, so that a nation fits in little memory and
//! the same seed gives the same bytes. What it is not: real, or a forecast; every title says so.
//! It depends on no other crate of the workspace, and its truth file is counted apart from them.
//!
//! Invariant: the bytes written depend on the options alone.

#![forbid(unsafe_code)]

mod absence;
mod book;
mod calendar;
mod codes;
mod dice;
mod marks;
mod names;
mod output;
mod people;
mod plan;
mod profile;
mod pupil;
mod registers;
mod roster;
mod town;
mod truth;
mod week;

pub use output::{MemoryOutput, Output};
pub use town::{CastMember, Town, TownGuardian, TownStaff, write_town};

use plan::Plan;
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

/// Teaching weeks where the options name none.
const WEEKS_DEFAULT: u16 = 10;

/// What to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Pupils in grades 5–9 at the start of the year.
    pub pupils: u32,
    /// The seed: the same one gives the same bytes.
    pub seed: u64,
    /// Teaching weeks with lessons and marks; `None` is ten, more than the year has is all of it.
    pub weeks: Option<u16>,
    /// Whether to write `truth.json`, which counts every lesson of every pupil.
    pub truth: bool,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Data rows by file; the members of `roster.zip` by their own names without an ending.
    pub rows: BTreeMap<&'static str, u64>,
    /// Schools.
    pub schools: u64,
    /// Homeroom classes.
    pub classes: u64,
    /// Pupils.
    pub pupils: u64,
    /// The last generated day.
    pub as_of: jiff::civil::Date,
}

/// Why nothing, or not all, was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The number of pupils is nought or does not fit the identifiers.
    #[error("the number of pupils must be from 1 to {pupils_max}")]
    Pupils {
        /// The largest number.
        pupils_max: u32,
    },
    /// No week was asked for.
    #[error("the number of teaching weeks must be at least 1")]
    Weeks,
    /// The output refused.
    #[error("writing failed: {0}")]
    Io(#[from] std::io::Error),
    /// A row of the roster could not be written.
    #[error("writing the roster failed: {0}")]
    Csv(#[from] csv::Error),
    /// The roster could not be packed.
    #[error("packing the roster failed: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// Writes `roster.zip`, `calendar.csv`, `lessons.csv`, `registers.csv`, `timetables.csv`,
/// `marks.csv`, `mapping.toml` and, where asked for, `truth.json`.
///
/// ```
/// use lasna_simulate::{MemoryOutput, Options, write};
/// let mut output = MemoryOutput::default();
/// let options = Options { pupils: 40, seed: 1, weeks: Some(2), truth: true };
/// let summary = write(&options, &mut output)?;
/// assert_eq!(summary.pupils, 40);
/// assert!(output.files().contains_key("marks.csv"));
/// # Ok::<(), lasna_simulate::Error>(())
/// ```
///
/// # Errors
/// See [`Error`]. Files may be there in part after an error of the output.
pub fn write(options: &Options, output: &mut dyn Output) -> Result<Summary, Error> {
    let weeks = options.weeks.unwrap_or(WEEKS_DEFAULT);
    let plan = Plan::of(options.pupils, options.seed, weeks)?;
    write_plan(&plan, options.truth, output)
}

fn write_plan(plan: &Plan, truth: bool, output: &mut dyn Output) -> Result<Summary, Error> {
    let mut summary = Summary {
        rows: BTreeMap::new(),
        schools: plan.schools.len() as u64,
        classes: plan
            .schools
            .iter()
            .map(|school| school.classes as u64)
            .sum(),
        pupils: plan
            .schools
            .iter()
            .map(|school| u64::from(school.pupils()))
            .sum(),
        as_of: calendar::date_of(plan.calendar.horizon - 1),
    };
    summary.rows.extend(roster::write(plan, output)?);
    output
        .create("mapping.toml")?
        .write_all(codes::mapping().as_bytes())?;
    registers::write_calendar(plan, output, &mut summary)?;
    let mut tables = registers::Tables::create(output)?;
    let mut truth = truth.then(|| truth::Truth::begin(plan));
    for school in 0..plan.schools.len() {
        tables.school(plan, school, truth.as_mut())?;
    }
    tables.finish(&mut summary)?;
    if let Some(truth) = truth {
        let mut file = BufWriter::new(output.create("truth.json")?);
        truth.write(plan, &mut file)?;
        file.flush()?;
    }
    Ok(summary)
}
