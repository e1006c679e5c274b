//! Backups that are proven by restoring: made, opened, compared, looked at.
//!
//! [`create`] writes a snapshot of a store for [`Recipient`]s; [`restore`] reads it into an empty place on
//! either engine, without what [`Erasures`] hold; [`inspect`] looks at the result. Files, the clock and
//! randomness are the caller's.
//!
//! Invariant: a backup counts as proven only after its rows were put into a database and came out again.

mod archive;
mod create;
mod erased;
mod error;
mod inspect;
mod record;
mod restore;
mod rows;
mod seal;
mod settings;
mod sums;

pub use archive::{Counted, Header};
pub use create::{CarriedFile, Made, create};
pub use erased::{ERASED_FILE, ErasedRange, ErasedRows, Erasures, note_erased, note_erased_range};
pub use error::{BackupError, Part};
pub use inspect::{Checked, Level, inspect, lost_window};
pub use restore::{FilePlace, Restored, restore};
pub use seal::{Identity, Recipient};
pub use settings::{BackupSettings, Drill, SETTINGS_FILE};
pub use sums::{Compared, SUMS_FILE, compare_sums, write_sums};

/// The length and the SHA-256 of a file, in hex.
///
/// # Errors
/// Those of the file.
pub fn digest(input: &mut dyn std::io::Read) -> std::io::Result<(u64, String)> {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    let (mut length, mut bytes) = (0, vec![0; 1 << 16]);
    loop {
        let read = input.read(&mut bytes)?;
        if read == 0 {
            return Ok((length, archive::hex(hash)));
        }
        hash.update(&bytes[..read]);
        length += read as u64;
    }
}
