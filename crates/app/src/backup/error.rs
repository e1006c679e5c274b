//! What can go wrong with a backup, with the part that is damaged.
//!
//! Invariant: no message holds a key or a value of a row.

use crate::AppError;
use lasna_store::db::DbError;
use std::fmt;

/// Where in a backup something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The lock around everything: recipients and their seals.
    Lock,
    /// What the backup says of itself.
    #[default]
    Header,
    /// A file that was carried along.
    File(String),
    /// The list of tables.
    Schema,
    /// A table, after so many of its rows.
    Table(String, u64),
    /// The end: counts and the hash of everything.
    Trailer,
    /// Bytes after the end.
    After,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Lock => f.write_str("lock (the first bytes, before the content)"),
            Part::Header => f.write_str("header"),
            Part::File(path) => write!(f, "file {path}"),
            Part::Schema => f.write_str("list of tables"),
            Part::Table(name, rows) => write!(f, "table {name}, after about row {rows}"),
            Part::Trailer => f.write_str("trailer"),
            Part::After => f.write_str("bytes after the trailer"),
        }
    }
}

/// Why a backup was not made, proven or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store.
    #[error(transparent)]
    Store(#[from] DbError),
    /// A use case on what was restored.
    #[error(transparent)]
    App(#[from] AppError),
    /// Writing the backup, or reading what goes into it.
    #[error("the backup cannot be written: {0}")]
    Write(std::io::Error),
    /// A part of the backup cannot be read or is not what it was.
    #[error("damaged: {part}: {why}")]
    Damaged {
        /// Where.
        part: Part,
        /// What was seen.
        why: String,
    },
    /// The key does not fit, or none was given.
    #[error("{0}")]
    Key(String),
    /// A restored file cannot be put into its place.
    #[error("the file {0} cannot be put into its place: {1}")]
    Place(String, std::io::Error),
    /// An erasure list that cannot be read.
    #[error("line {0} of the erasure list cannot be read: keep every line as it was written")]
    Erased(usize),
}

impl BackupError {
    pub(super) fn damaged(part: &Part, why: impl Into<String>) -> BackupError {
        BackupError::Damaged {
            part: part.clone(),
            why: why.into(),
        }
    }
}
