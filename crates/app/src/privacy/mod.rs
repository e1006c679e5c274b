//! Papers of data protection: the record of processing, a draft of the impact assessment, notices; and
//! the copy of everything about one pupil.
//!
//! Invariant: what a paper says of data comes from the manifest of columns and from the rules.

mod copy;
mod papers;
mod register;
mod render;
mod words;

pub use copy::{COPY_EXCEPTIONS, Prepared, SubjectCopy, Waiting};
pub use papers::{Reader, dpia, notice, record};
pub use register::{ColumnSays, Entry, Manifest, PurposeSays, Register, manifest};
