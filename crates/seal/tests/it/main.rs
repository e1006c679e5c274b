//! The tree against a plain recursive one: roots, tiles, proofs, and what is found when a byte changes.
//!
//! Invariant: the plain tree shares no code with the crate but the two hash functions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use lasna_seal::tree::{
    Bad, Check, ExtendError, Growing, Nodes, TILE, Tiles, empty_root, extend, node_hash, partials,
    verify_consistency, verify_inclusion,
};
use lasna_seal::{Hash, hex, leaf_hash};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

#[derive(Clone, Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Tiles for Memory {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).cloned())
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        assert!(!self.0.contains_key(path), "{path} is written twice");
        self.0.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}

fn leaf(n: u64) -> Hash {
    leaf_hash(&n.to_be_bytes())
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(leaf).collect()
}

fn plain_root(leaves: &[Hash]) -> Hash {
    match leaves.len() {
        0 => empty_root(),
        1 => leaves[0],
        n => {
            let mut k = 1;
            while 2 * k < n {
                k *= 2;
            }
            node_hash(&plain_root(&leaves[..k]), &plain_root(&leaves[k..]))
        }
    }
}

fn grow(tiles: &mut Memory, old: u64, new: u64) -> Result<(), ExtendError> {
    extend(tiles, old, new, &mut |range: Range<u64>| {
        Ok(range.map(leaf).collect())
    })
}

fn check(tiles: &Memory, size: u64, leaves: &[Hash]) -> Result<Vec<(u64, Hash)>, Bad> {
    let mut check = Check::new(Some(tiles), size, &[size]);
    for &leaf in leaves {
        check.leaf(leaf)?;
    }
    check.finish()
}

#[test]
fn proofs_are_those_of_another_program() {
    // Leaf n holds the one byte n; made with Python's hashlib.
    let mut tiles = Memory::default();
    let bytes = |range: Range<u64>| Ok(range.map(|n| leaf_hash(&[n as u8])).collect());
    extend(&mut tiles, 0, 7, &mut { bytes }).unwrap();
    let nodes = Nodes::new(&tiles, 7);
    let shown = |proof: Vec<Hash>| proof.iter().map(|hash| hex(hash)).collect::<Vec<_>>();
    assert_eq!(
        shown(nodes.inclusion(4).unwrap()),
        [
            "9f1afa4dc124cba73134e82ff50f17c8f7164257c79fed9a13f5943a6acb8e3d",
            "40d88127d4d31a3891f41598eeed41174e5bc89b1eb9bbd66a8cbfc09956a3fd",
            "9bcd51240af4005168f033121ba85be5a6ed4f0e6a5fac262066729b8fbfdecb",
        ]
    );
    assert_eq!(
        shown(nodes.consistency(3).unwrap()),
        [
            "fcf0a6c700dd13e274b6fba8deea8dd9b26e4eedde3495717cac8408c9c5177f",
            "583c7dfb7b3055d99465544032a571e10a134b1b6f769422bbb71fd7fa167a5d",
            "a20bf9a7cc2dc8a08f5f415a71b19f6ac427bab54d24eec868b5d3103449953a",
            "89c929834ed1459b07f65b5e1a2143a8cf5d8efdf30f49ffffa328bb1d9133bb",
        ]
    );
}

#[test]
fn a_tree_of_three_levels_of_tiles_grows_in_steps() {
    let sizes = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000];
    let all = leaves(66_000);
    let mut tiles = Memory::default();
    let mut tree = Growing::default();
    for pair in sizes.windows(2) {
        grow(&mut tiles, pair[0], pair[1]).unwrap();
        all[pair[0] as usize..pair[1] as usize]
            .iter()
            .for_each(|&leaf| tree.push(leaf));
        let nodes = Nodes::new(&tiles, pair[1]);
        assert_eq!(nodes.root().unwrap(), tree.root(), "{}", pair[1]);
        let found = check(&tiles, pair[1], &all[..pair[1] as usize]);
        assert_eq!(found, Ok(vec![(pair[1], tree.root())]));
    }
    assert!(tiles.0.contains_key("tile/0/255") && tiles.0.contains_key("tile/2/000.p/1"));
    // A tree as it was, after its narrow tiles have gone.
    let kept = partials(66_000);
    for path in partials(65_537).iter().filter(|path| !kept.contains(path)) {
        assert!(tiles.0.remove(path).is_some(), "{path}");
    }
    let earlier = Nodes::earlier(&tiles, 65_537, 66_000);
    assert_eq!(earlier.root().unwrap(), plain_root(&all[..65_537]));
    assert_eq!(earlier.leaf(65_536).unwrap(), all[65_536]);
    assert!(earlier.leaf(65_537).is_err());
    // Proofs over the whole of it, from trees whose own narrow tiles are gone.
    for size in sizes {
        partials(size).iter().for_each(|path| {
            if size != 66_000 && !partials(66_000).contains(path) {
                tiles.0.remove(path);
            }
        });
    }
    let nodes = Nodes::new(&tiles, 66_000);
    let root = nodes.root().unwrap();
    for old in sizes {
        let old_root = plain_root(&all[..old as usize]);
        let proof = nodes.consistency(old).unwrap();
        verify_consistency((old, &old_root), (66_000, &root), &proof).unwrap();
    }
    for index in [0, 255, 256, 65_535, 65_536, 65_999] {
        let proof = nodes.inclusion(index).unwrap();
        verify_inclusion(&leaf(index), index, (66_000, &root), &proof).unwrap();
    }
    assert!(nodes.inclusion(66_000).is_err() && nodes.consistency(66_001).is_err());
}

#[test]
fn any_changed_byte_of_a_tile_is_found_and_named() {
    let size = 600;
    let all = leaves(size);
    let mut tiles = Memory::default();
    grow(&mut tiles, 0, size).unwrap();
    let paths: Vec<String> = tiles.0.keys().cloned().collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
    for path in paths {
        let (level, index) = match path.as_str() {
            "tile/0/000" => (0, 0),
            "tile/0/001" => (0, 1),
            "tile/0/002.p/88" => (0, 2),
            "tile/1/000.p/2" => (1, 0),
            other => panic!("{other}"),
        };
        for at in 0..tiles.0[&path].len() {
            let mut other = tiles.clone();
            other.0.get_mut(&path).unwrap()[at] ^= 0x40;
            let bad = check(&other, size, &all).unwrap_err();
            let hash = index * TILE + at as u64 / 32;
            assert_eq!(bad.entry, (hash << (8 * level)) + 1, "{path} {at}");
            // With nothing but the tiles the root or a higher tile tells of it.
            let mut alone = Check::new(Some(&other), size, &[size]);
            let told = loop {
                let row = alone.own_leaves().unwrap();
                if row.is_empty() {
                    break alone.finish();
                }
                if let Err(bad) = row.into_iter().try_for_each(|leaf| alone.leaf(leaf)) {
                    break Err(bad);
                }
            };
            assert!(told != Ok(vec![(size, plain_root(&all))]), "{path} {at}");
        }
    }
}

#[test]
fn tiles_are_not_written_over() {
    let mut tiles = Memory::default();
    grow(&mut tiles, 0, 300).unwrap();
    let before = tiles.0.clone();
    let changed = |at: u64| {
        move |range: Range<u64>| -> Result<Vec<Hash>, String> {
            let row = range.map(|n| if n == at { leaf(99_999) } else { leaf(n) });
            Ok(row.collect())
        }
    };
    let again = extend(&mut tiles, 300, 400, &mut changed(270));
    assert_eq!(again, Err(ExtendError::Differs(271)));
    let anew = extend(&mut tiles, 0, 400, &mut changed(5));
    assert_eq!(anew, Err(ExtendError::Differs(6)));
    let short = extend(&mut tiles, 300, 400, &mut |_| Ok(Vec::new()));
    assert!(matches!(short, Err(ExtendError::Place(_))));
    assert_eq!(tiles.0, before);
    // A writer that died after its tiles and before its checkpoint begins again.
    grow(&mut tiles, 0, 300).unwrap();
    assert_eq!(tiles.0, before);
}

#[test]
fn leaves_that_are_missing_are_told() {
    let mut tiles = Memory::default();
    grow(&mut tiles, 0, 300).unwrap();
    let bad = check(&tiles, 300, &leaves(299)).unwrap_err();
    assert_eq!(bad.entry, 300);
    tiles.0.remove("tile/0/000");
    assert_eq!(check(&tiles, 300, &leaves(300)).unwrap_err().entry, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn roots_and_proofs_equal_the_plain_ones(size in 1_u64..900, cuts in prop::collection::vec(0_u64..900, 0..4), pick in any::<prop::sample::Index>()) {
        let all = leaves(size);
        let root = plain_root(&all);
        let mut tiles = Memory::default();
        let mut steps: Vec<u64> = cuts.into_iter().filter(|cut| *cut < size).collect();
        steps.sort_unstable();
        steps.push(size);
        let mut old = 0;
        for step in steps {
            grow(&mut tiles, old, step).unwrap();
            old = step;
        }
        let nodes = Nodes::new(&tiles, size);
        prop_assert_eq!(nodes.root().unwrap(), root);
        let index = pick.index(size as usize) as u64;
        let proof = nodes.inclusion(index).unwrap();
        prop_assert!(verify_inclusion(&leaf(index), index, (size, &root), &proof).is_ok());
        prop_assert!(verify_inclusion(&leaf(index + 1), index, (size, &root), &proof).is_err());
        prop_assert!(verify_inclusion(&leaf(index), index + 1, (size, &root), &proof).is_err() || size == 1);
        let grown = nodes.consistency(index).unwrap();
        let old_root = plain_root(&all[..index as usize]);
        prop_assert!(verify_consistency((index, &old_root), (size, &root), &grown).is_ok());
        if index > 0 {
            prop_assert!(verify_consistency((index, &leaf(1)), (size, &root), &grown).is_err());
            prop_assert!(verify_consistency((index, &old_root), (size, &leaf(1)), &grown).is_err());
        }
        for at in 0..proof.len() {
            let mut other = proof.clone();
            other[at][7] ^= 1;
            prop_assert!(verify_inclusion(&leaf(index), index, (size, &root), &other).is_err());
            prop_assert!(verify_inclusion(&leaf(index), index, (size, &root), &proof[..at]).is_err());
        }
        let longer = [proof.clone(), vec![root]].concat();
        prop_assert!(verify_inclusion(&leaf(index), index, (size, &root), &longer).is_err());
    }
}
