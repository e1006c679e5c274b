//! Compares leaves with tiles, leaf by leaf, and gives the roots on the way.
//!
//! Invariant: the first entry that is wrong is the one that is named.

use super::tiles::{read_tile, tile_root};
use super::{Growing, Hash, TILE, Tiles};

/// What is wrong, and from which entry on; entries count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry}: {what}")]
pub struct Bad {
    /// The first entry that it touches.
    pub entry: u64,
    /// In words.
    pub what: String,
}

impl Bad {
    /// Of an entry.
    pub fn new(entry: u64, what: impl Into<String>) -> Bad {
        let what = what.into();
        Bad { entry, what }
    }
}

/// A comparison under way.
pub struct Check<'a> {
    tiles: Option<&'a dyn Tiles>,
    size: u64,
    wanted: Vec<u64>,
    tree: Growing,
    roots: Vec<(u64, Hash)>,
    /// The tile of leaves that is being compared.
    row: Vec<Hash>,
    /// At each level above the hashes since the last whole tile, and that tile's number.
    above: Vec<(u64, Vec<Hash>)>,
}

impl<'a> Check<'a> {
    /// With tiles of a tree of that size, and the sizes at which roots are wanted.
    pub fn new(tiles: Option<&'a dyn Tiles>, size: u64, wanted: &[u64]) -> Check<'a> {
        let mut check = Check {
            tiles,
            size,
            wanted: wanted.to_vec(),
            tree: Growing::default(),
            roots: Vec::new(),
            row: Vec::new(),
            above: Vec::new(),
        };
        check.note_root();
        check
    }

    fn note_root(&mut self) {
        let size = self.tree.size();
        if self.wanted.contains(&size) {
            self.roots.push((size, self.tree.root()));
        }
    }

    /// How many leaves have come.
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The next tile of leaves, for a check that has nothing but tiles.
    ///
    /// # Errors
    /// [`Bad`] where the tile is not there or too short.
    pub fn own_leaves(&self) -> Result<Vec<Hash>, Bad> {
        let at = self.size();
        match self.tiles {
            Some(tiles) if at < self.size => {
                read_tile(tiles, (0, at / TILE), (self.size, self.size))
                    .map_err(|text| Bad::new(at + 1, text))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Takes the next leaf.
    ///
    /// # Errors
    /// [`Bad`] where a tile says something else.
    pub fn leaf(&mut self, leaf: Hash) -> Result<(), Bad> {
        let at = self.tree.size();
        if let Some(tiles) = self.tiles
            && at < self.size
        {
            if at.is_multiple_of(TILE) {
                self.row = read_tile(tiles, (0, at / TILE), (self.size, self.size))
                    .map_err(|text| Bad::new(at + 1, text))?;
            }
            if self.row.get((at % TILE) as usize) != Some(&leaf) {
                return Err(Bad::new(at + 1, "the tile holds another hash"));
            }
            if at % TILE == TILE - 1 {
                let root = tile_root(&self.row);
                self.hash(0, root)?;
            }
        }
        self.tree.push(leaf);
        self.note_root();
        Ok(())
    }

    /// A hash of the level over `below`.
    fn hash(&mut self, below: usize, hash: Hash) -> Result<(), Bad> {
        if self.above.len() == below {
            self.above.push((0, Vec::new()));
        }
        self.above[below].1.push(hash);
        if self.above[below].1.len() as u64 == TILE {
            self.compare(below)?;
            let (index, row) = &mut self.above[below];
            let root = tile_root(row);
            *index += 1;
            row.clear();
            self.hash(below + 1, root)?;
        }
        Ok(())
    }

    fn compare(&self, below: usize) -> Result<(), Bad> {
        let (index, row) = &self.above[below];
        let Some(tiles) = self.tiles else {
            return Ok(());
        };
        let level = below as u8 + 1;
        let entry = |at: u64| ((index * TILE + at) << (8 * u32::from(level))) + 1;
        let kept = read_tile(tiles, (level, *index), (self.size, self.size))
            .map_err(|text| Bad::new(entry(0), text))?;
        match kept.iter().zip(row).position(|(a, b)| a != b) {
            Some(at) => {
                let what = format!("the tile of level {level} holds another hash");
                Err(Bad::new(entry(at as u64), what))
            }
            None => Ok(()),
        }
    }

    /// The roots that were wanted, where as many leaves came.
    ///
    /// # Errors
    /// [`Bad`] where leaves are missing, or a tile that is not whole says something else.
    pub fn finish(self) -> Result<Vec<(u64, Hash)>, Bad> {
        let most = self.wanted.iter().copied().fold(self.size, u64::max);
        if self.tree.size() < most {
            return Err(Bad::new(self.tree.size() + 1, "is missing"));
        }
        for below in 0..self.above.len() {
            if !self.above[below].1.is_empty() {
                self.compare(below)?;
            }
        }
        Ok(self.roots)
    }
}
