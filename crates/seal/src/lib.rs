//! Keys, sealed bytes and the Merkle log of the audit.
//!
//! Pure: what is random, secret or read from a disk is given by the caller. `keys` wraps data keys
//! under a master key and seals bytes with them; `tree` hashes as RFC 6962 has it and keeps the hashes
//! in tiles (C2SP tlog-tiles); `checkpoint` signs the size and root of a tree (C2SP signed note).
//!
//! Invariant: no key is ever printed by a debug form.
#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod keys;
pub mod tree;

pub use checkpoint::{Checkpoint, LogKey, NoteError, VerifierKey};
pub use keys::{DataKey, KeyError, KeySource, MasterKey, NONCE, SealError, nonce_of};
pub use tree::{Hash, entry_hash, leaf_hash};

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a hex text of that many bytes.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    // A sign would pass as part of a number.
    (!text.contains('+')).then_some(bytes)
}
