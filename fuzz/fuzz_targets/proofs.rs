//! Tiles and proofs of the log: the bytes say how large trees are, what is changed in their tiles, and proofs.
//!
//! Invariant: what is proven is so; a changed tile leads to another root or to none.

#![no_main]

use lasna_seal::Hash;
use lasna_seal::tree::{
    Check, Growing, Nodes, Tiles, extend, leaf_hash, partials, verify_consistency, verify_inclusion,
};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Tiles for Memory {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).cloned())
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}

fn leaf(at: u64) -> Hash {
    leaf_hash(&at.to_be_bytes())
}

fn root(size: u64) -> Hash {
    let mut tree = Growing::default();
    (0..size).for_each(|at| tree.push(leaf(at)));
    tree.root()
}

/// Numbers and proofs that mean nothing.
fn made_up(data: &[u8]) {
    let Some((head, rest)) = data.split_first_chunk::<16>() else {
        return;
    };
    let word = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap_or_default());
    let (one, two) = (word(0), word(8));
    let proof = rest.as_chunks::<32>().0;
    let (first, last) = (leaf(1), leaf(2));
    assert!(verify_inclusion(&first, one, (two, &last), proof).is_err());
    assert!(verify_consistency((one, &first), (two, &last), proof).is_err());
    let mut tiles = Memory::default();
    for path in partials(one) {
        tiles.0.insert(path, rest.to_vec());
    }
    let nodes = Nodes::new(&tiles, one);
    let _root = nodes.root();
    let _proof = nodes.inclusion(two);
    let _proof = nodes.consistency(two);
}

fuzz_target!(|data: &[u8]| {
    made_up(data);
    let Some((head, rest)) = data.split_first_chunk::<7>() else {
        return;
    };
    let word = |at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]])) % 1_500;
    let (new, old, at) = (word(0) + 1, word(2), word(4));
    let (old, at) = (old % (new + 1), at % new);
    let mut tiles = Memory::default();
    let mut leaves = |range: std::ops::Range<u64>| Ok(range.map(leaf).collect());
    assert_eq!(extend(&mut tiles, 0, old, &mut leaves), Ok(()));
    assert_eq!(extend(&mut tiles, old, new, &mut leaves), Ok(()));
    let (old_root, new_root) = (root(old), root(new));
    let nodes = Nodes::new(&tiles, new);
    assert_eq!(nodes.root().as_ref(), Ok(&new_root));
    let proof = nodes.inclusion(at).unwrap_or_default();
    let proven = |proof: &[Hash]| verify_inclusion(&leaf(at), at, (new, &new_root), proof).is_ok();
    assert!(proven(&proof));
    let grown = nodes.consistency(old).unwrap_or_default();
    let whole = verify_consistency((old, &old_root), (new, &new_root), &grown);
    assert!(whole.is_ok());
    // Other bytes in a tile, or fewer.
    let count = tiles.0.len();
    let Some(tile) = tiles.0.values_mut().nth(usize::from(head[6]) % count) else {
        return;
    };
    let before = tile.clone();
    for (place, byte) in rest.as_chunks::<2>().0.iter().map(|[a, b]| (*a, *b)) {
        let place = usize::from(place) * 31 % tile.len().max(1);
        if byte == 0 {
            tile.truncate(place);
        } else if let Some(there) = tile.get_mut(place) {
            *there ^= byte;
        }
    }
    let changed = *tile != before;
    let mut check = Check::new(Some(&tiles), new, &[new]);
    let taken = (0..new).try_for_each(|at| check.leaf(leaf(at)));
    let found = taken.is_err() || check.finish().is_err();
    // A narrow tile that a wider one has replaced is read no more.
    assert!(!found || changed);
});
