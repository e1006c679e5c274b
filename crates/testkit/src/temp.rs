//! Folders that are gone after the test.
//!
//! Invariant: a folder is new, empty, and removed with its content when it is dropped.

pub use tempfile::TempDir;

/// A new empty folder.
///
/// # Panics
/// Where the system has no place for it: then no test can run.
pub fn folder() -> TempDir {
    let made = tempfile::Builder::new().prefix("lasna-test-").tempdir();
    made.unwrap_or_else(|error| panic!("no temporary folder: {error}"))
}
