//! Register exports: CSV files explained by a mapping, and saved pages of a register.
//!
//! [`mapping`] says what the columns and codes of one provider's register mean, [`table`] reads the
//! five files with it, [`rejects`] writes the rows that were refused back for mending, and
//! [`wilma`] reads a saved page of lesson notes. What it is not: a client of any register; callers
//! bring bytes.
//!
//! Invariant: a code that the mapping does not name is refused, never guessed.

mod cells;
mod columns;
pub mod mapping;
pub mod rejects;
pub mod table;
pub mod wilma;

pub use mapping::{Mapping, MappingProblem, preset, preset_text, read_mapping};
pub use table::{Table, read_table};
