//! Where the shared real data lies, and how many tests went without it.
//!
//! It does not read the files: each test opens its own. The folder is named by `LASNA_SHARED`, or
//! lies beside the repository.
//!
//! Invariant: a test that cannot run for want of data says so aloud and is counted.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

static SKIPPED: AtomicUsize = AtomicUsize::new(0);

/// The shared folder, where there is one.
pub fn shared_folder() -> Option<PathBuf> {
    let named = std::env::var_os("LASNA_SHARED").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    Some(named.unwrap_or_else(beside)).filter(|folder| folder.is_dir())
}

/// A file or folder below the shared folder; where it is missing, says so and counts it.
pub fn shared_path(below: &str) -> Option<PathBuf> {
    let found = shared_folder()
        .map(|folder| folder.join(below))
        .filter(|path| path.exists());
    if found.is_none() {
        SKIPPED.fetch_add(1, Ordering::Relaxed);
        eprintln!("skipped: no shared data at {below} (set LASNA_SHARED)");
    }
    found
}

/// How often [`shared_path`] has found nothing in this process.
pub fn skipped() -> usize {
    SKIPPED.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_counted() {
        let before = skipped();
        assert_eq!(shared_path("no/such/file"), None);
        assert!(skipped() > before);
    }
}
