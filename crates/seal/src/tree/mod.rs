//! The Merkle tree of RFC 6962 over the entries of a log.
//!
//! [`Growing`] takes leaves one after another in logarithmic space; `tiles` keeps the hashes of a
//! tree in files that never change; `proof` proves that an entry is in a tree and that one tree grew
//! from another; `check` compares leaves with tiles.
//!
//! Invariant: the hash of a leaf and that of a node cannot be taken for each other.

mod check;
mod proof;
mod tiles;

pub use check::{Bad, Check};
pub use proof::{ProofError, verify_consistency, verify_inclusion};
pub use tiles::{ExtendError, Nodes, TILE, Tiles, extend, partials, tile_path};

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf that holds these bytes.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(entry);
    hash.finalize().into()
}

/// The hash of a node over two others.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::new().finalize().into()
}

/// The hash of an entry: of its parts, each with its length, after what it is for.
pub fn entry_hash(purpose: &str, parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A tree that grows by a leaf at a time and keeps the roots of its whole parts only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growing {
    size: u64,
    parts: Vec<Hash>,
}

impl Growing {
    /// How many leaves it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.parts.pop() {
                hash = node_hash(&left, &hash);
            }
            size >>= 1;
        }
        self.parts.push(hash);
        self.size += 1;
    }

    /// The root.
    pub fn root(&self) -> Hash {
        let mut parts = self.parts.iter().rev();
        let Some(&last) = parts.next() else {
            return empty_root();
        };
        parts.fold(last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The roots of trees whose leaf n holds the one byte n, made with Python's hashlib.
    const ROOTS: [(u64, &str); 8] = [
        (
            0,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            1,
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        ),
        (
            2,
            "a20bf9a7cc2dc8a08f5f415a71b19f6ac427bab54d24eec868b5d3103449953a",
        ),
        (
            3,
            "3b6cccd7e3e023ff393006f030315ee7ad9eb111b022b41fba7e5b7a3973f688",
        ),
        (
            7,
            "3560191803028444b232018ac047fdb561c09c23a7a6876c85e08b5e4d48e9f3",
        ),
        (
            8,
            "ef7f49b620f6c7ea9b963a214da34b5021c6ded8ed57734380a311ab726aa907",
        ),
        (
            13,
            "df5ee130e5a247600d190c31074458de3c0dc58f0b0d8a6a2b3dd4fd7e569501",
        ),
        (
            256,
            "0387b1bfaad194ad5b534d6a57c9710a83484cb544258df5f4df94bc41820b5f",
        ),
    ];

    #[test]
    fn roots_are_those_of_another_program() {
        for (size, root) in ROOTS {
            let mut tree = Growing::default();
            (0..size).for_each(|n| tree.push(leaf_hash(&[n as u8])));
            assert_eq!(crate::hex(&tree.root()), root, "{size}");
            assert_eq!(tree.size(), size);
        }
    }

    #[test]
    fn parts_of_an_entry_do_not_run_into_each_other() {
        let hash = |parts: &[&[u8]]| entry_hash("x", parts);
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_ne!(hash(&[b"ab"]), hash(&[b"ab", b""]));
        assert_ne!(entry_hash("xa", &[b"b"]), entry_hash("x", &[b"ab"]));
    }
}
