//! Master keys for tests: a fixed one, and the one that the program made in a data folder.
//!
//! Invariant: nothing sealed with the fixed key is secret.

use lasna_seal::{KeySource, MasterKey, hex};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

/// Keys that do not change.
struct Fixed(Vec<MasterKey>);

impl KeySource for Fixed {
    fn masters(&self, _: bool) -> Result<Vec<MasterKey>, String> {
        Ok(self.0.clone())
    }

    fn random(&self) -> Result<[u8; 32], String> {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(8) {
            let word = RandomState::new().hash_one(hex(part));
            part.copy_from_slice(&word.to_ne_bytes());
        }
        Ok(bytes)
    }
}

/// The fixed key.
pub fn fixed() -> Arc<dyn KeySource> {
    of([7; 32])
}

/// A key of these bytes.
pub fn of(bytes: [u8; 32]) -> Arc<dyn KeySource> {
    Arc::new(Fixed(vec![MasterKey::from_bytes(bytes)]))
}

/// The keys that the program made in a data folder.
///
/// # Panics
/// Where there are none.
pub fn of_folder(data: &Path) -> Arc<dyn KeySource> {
    let path = data.join("keys/master.key");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let keys = MasterKey::parse_all(&text).unwrap_or_else(|error| panic!("{error}"));
    Arc::new(Fixed(keys))
}
