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
    if !data.join("audit/checkpoint").exists() {
        // Made before the log was first signed; a restored service signs it at its start.
        let text = "the backup carries no checkpoint: the log was compared with nothing";
        return Checked::new(NAME, Level::Warn, text).with_next("lasna audit checkpoint");
    }
    let folder = Folder::to_read(&data.join("audit"));
    let compare = Compare {
        store: Some(store),
        tiles: Some(&folder),
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
