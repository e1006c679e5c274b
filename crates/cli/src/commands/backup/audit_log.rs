//! The one place where a restored audit log is looked at.
//!
//! Invariant: a log that nothing looked at is told as such.

use crate::log_folder::Folder;
use lasna_app::audit_log::{Compare, verify};
use lasna_app::backup::{Checked, Level};
use lasna_store::Store;
use std::path::Path;

const NAME: &str = "audit log";

/// Looks at the log of a restored store, with the tiles and the checkpoint below its folder.
pub fn audit_log(store: &Store, data: &Path) -> Checked {
    let folder = Folder::to_read(&data.join("audit"));
    let compare = Compare {
        store: Some(store),
        tiles: data.join("audit").is_dir().then_some(&folder as _),
        ..Compare::default()
    };
    match verify(&compare) {
        Ok(Ok(whole)) => {
            let text = format!(
                "{} entries, {} erased, {} under a checkpoint: whole",
                whole.entries, whole.erased, whole.size
            );
            Checked::new(NAME, Level::Ok, text)
        }
        Ok(Err(wrong)) => Checked::new(NAME, Level::Fail, wrong.to_string()),
        Err(error) => Checked::new(NAME, Level::Fail, error.to_string()),
    }
}
