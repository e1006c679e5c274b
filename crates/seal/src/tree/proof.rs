//! Proofs of RFC 6962: that an entry is in a tree, and that a tree grew from an earlier one.
//!
//! Entries count from 0 here, as in the RFC; the log's own numbers count from 1.
//!
//! Invariant: a proof that is too long or too short is refused.

use super::{Hash, Nodes, node_hash};
use std::ops::Range;

/// A proof that does not prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the root")]
pub struct ProofError;

impl Nodes<'_> {
    /// The hashes that lead from entry `index` to the root.
    ///
    /// # Errors
    /// In words, where there is no such entry or a tile is missing.
    pub fn inclusion(&self, index: u64) -> Result<Vec<Hash>, String> {
        if index >= self.size() {
            return Err(format!("the tree has {} entries", self.size()));
        }
        let mut proof = Vec::new();
        self.path(index, 0..self.size(), &mut proof)?;
        Ok(proof)
    }

    fn path(&self, index: u64, range: Range<u64>, proof: &mut Vec<Hash>) -> Result<(), String> {
        let length = range.end - range.start;
        if length <= 1 {
            return Ok(());
        }
        let middle = range.start + (1 << (length - 1).ilog2());
        let (into, beside) = if index < middle {
            (range.start..middle, middle..range.end)
        } else {
            (middle..range.end, range.start..middle)
        };
        self.path(index, into, proof)?;
        proof.push(self.range(beside)?);
        Ok(())
    }

    /// The hashes that show that this tree grew from one of `old` entries.
    ///
    /// # Errors
    /// In words, where the tree is smaller or a tile is missing.
    pub fn consistency(&self, old: u64) -> Result<Vec<Hash>, String> {
        if old > self.size() {
            return Err(format!("the tree has {} entries", self.size()));
        }
        let mut proof = Vec::new();
        if old > 0 && old < self.size() {
            self.part(old, 0..self.size(), true, &mut proof)?;
        }
        Ok(proof)
    }

    fn part(
        &self,
        old: u64,
        range: Range<u64>,
        is_known: bool,
        proof: &mut Vec<Hash>,
    ) -> Result<(), String> {
        if old == range.end {
            if !is_known {
                proof.push(self.range(range)?);
            }
            return Ok(());
        }
        let middle = range.start + (1 << (range.end - range.start - 1).ilog2());
        if old <= middle {
            self.part(old, range.start..middle, is_known, proof)?;
            proof.push(self.range(middle..range.end)?);
        } else {
            self.part(old, middle..range.end, false, proof)?;
            proof.push(self.range(range.start..middle)?);
        }
        Ok(())
    }
}

/// Checks that a leaf is entry `index` of the tree of that size and root.
///
/// # Errors
/// [`ProofError`]
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    (size, root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return Err(ProofError);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(beside, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last == 0 && hash == *root {
        Ok(())
    } else {
        Err(ProofError)
    }
}

/// Checks that the second tree grew from the first.
///
/// # Errors
/// [`ProofError`]
pub fn verify_consistency(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    let right = |right: bool| if right { Ok(()) } else { Err(ProofError) };
    if old == 0 {
        return right(proof.is_empty() && *old_root == super::empty_root());
    }
    if old == new {
        return right(proof.is_empty() && old_root == new_root);
    }
    if old > new {
        return Err(ProofError);
    }
    let mut beside = proof.iter();
    let first = if old.is_power_of_two() {
        *old_root
    } else {
        *beside.next().ok_or(ProofError)?
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut of_old, mut of_new) = (first, first);
    for beside in beside {
        if last == 0 {
            return Err(ProofError);
        }
        if at & 1 == 1 || at == last {
            of_old = node_hash(beside, &of_old);
            of_new = node_hash(beside, &of_new);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            of_new = node_hash(&of_new, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    right(last == 0 && of_old == *old_root && of_new == *new_root)
}
