//! The one place where a restored audit log is looked at.
//!
//! Invariant: a log that nothing looked at is told as such.

use lasna_app::backup::{Checked, Level};
use std::path::Path;

/// Looks at the log below a data folder. The verifier of the log is to be called here.
pub fn audit_log(data: &Path) -> Checked {
    let name = "audit log";
    if !data.join("audit").is_dir() {
        return Checked::new(name, Level::Ok, "there is no log in this backup");
    }
    Checked::new(
        name,
        Level::Warn,
        "its files have the hashes of the backup; the tree itself was not looked at",
    )
    .with_next("lasna audit verify --data DIR")
}
