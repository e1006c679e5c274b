//! Hashes of a tree in tiles, as C2SP tlog-tiles has them: rows of up to 256 hashes at heights 0, 8, …
//!
//! A whole tile never changes. The tile at the right edge has its width in its name and is written
//! anew under another name when it has become wider.
//!
//! Invariant: no tile is written whose hashes do not follow from the leaves and the tiles below.

use super::{Hash, empty_root, node_hash};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

/// Hashes in a whole tile.
pub const TILE: u64 = 256;

/// A place for tiles: a folder, or memory.
pub trait Tiles {
    /// The bytes under a name, where there are any.
    ///
    /// # Errors
    /// In words, where the place cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;

    /// Keeps bytes under a name, whole or not at all, and durable when it returns.
    ///
    /// # Errors
    /// In words, where the place cannot be written.
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String>;
}

/// Why a tree was not extended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtendError {
    /// The place failed, or the leaves could not be had.
    #[error("{0}")]
    Place(String),
    /// A leaf is another one than the tiles hold; entries count from 1.
    #[error("entry {0} is not the one that the tiles hold")]
    Differs(u64),
}

impl From<String> for ExtendError {
    fn from(text: String) -> ExtendError {
        ExtendError::Place(text)
    }
}

/// The name of a tile, with its width where it is not whole.
pub fn tile_path(level: u8, index: u64, width: u64) -> String {
    let mut name = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        name = format!("x{:03}/{name}", rest % 1000);
        rest /= 1000;
    }
    let part = if width == TILE {
        String::new()
    } else {
        format!(".p/{width}")
    };
    format!("tile/{level}/{name}{part}")
}

/// How many hashes a tree of that size has at a level of tiles.
const fn hashes_at(level: u8, size: u64) -> u64 {
    let bits = 8 * level as u32;
    if bits >= 64 { 0 } else { size >> bits }
}

fn width_at(level: u8, index: u64, size: u64) -> u64 {
    hashes_at(level, size)
        .saturating_sub(index * TILE)
        .min(TILE)
}

/// The names of the tiles of a tree that are not whole.
pub fn partials(size: u64) -> Vec<String> {
    (0..8)
        .map(|level| (level, hashes_at(level, size)))
        .filter(|(_, hashes)| hashes % TILE != 0)
        .map(|(level, hashes)| tile_path(level, hashes / TILE, hashes % TILE))
        .collect()
}

/// The root of a row of up to 256 hashes, and of any other number.
fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        more => {
            let left = (more.len() - 1).ilog2();
            let (left, right) = more.split_at(1 << left);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

pub(super) fn tile_root(hashes: &[Hash]) -> Hash {
    root_of(hashes)
}

fn hashes_of(path: &str, bytes: &[u8], width: u64) -> Result<Vec<Hash>, String> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() || (hashes.len() as u64) < width {
        return Err(format!("{path} has {} bytes", bytes.len()));
    }
    Ok(hashes[..width as usize].to_vec())
}

/// A tile of a tree of the first size: under its own name, else from the tiles of a tree grown since.
pub(super) fn read_tile(
    tiles: &dyn Tiles,
    (level, index): (u8, u64),
    (size, grown): (u64, u64),
) -> Result<Vec<Hash>, String> {
    let width = width_at(level, index, size);
    for there in [width, width_at(level, index, grown), TILE] {
        let path = tile_path(level, index, there);
        if let Some(bytes) = tiles.read(&path)? {
            return hashes_of(&path, &bytes, width);
        }
    }
    let path = tile_path(level, index, width);
    Err(format!("{path} is not there"))
}

/// Adds the leaves from `old` up to `new` to tiles that hold a tree of size `old`.
///
/// `leaves` gives those of a range. The leaves of the last tile that is not whole are compared.
///
/// # Errors
/// [`ExtendError`]
pub fn extend(
    tiles: &mut dyn Tiles,
    old: u64,
    new: u64,
    leaves: &mut dyn FnMut(Range<u64>) -> Result<Vec<Hash>, String>,
) -> Result<(), ExtendError> {
    let mut above = Vec::new();
    for index in old / TILE..new.div_ceil(TILE) {
        let first = index * TILE;
        let row = leaves(first..(first + TILE).min(new))?;
        let width = width_at(0, index, new);
        if row.len() as u64 != width {
            return Err(ExtendError::Place(format!(
                "{} leaves after entry {first}, expected {width}",
                row.len()
            )));
        }
        if first < old {
            let kept = read_tile(tiles, (0, index), (old, old))?;
            if let Some(at) = kept.iter().zip(&row).position(|(a, b)| a != b) {
                return Err(ExtendError::Differs(first + at as u64 + 1));
            }
        }
        write_tile(tiles, 0, index, &row)?;
        above.extend((width == TILE).then(|| tile_root(&row)));
    }
    let mut level = 1;
    while hashes_at(level, new) > 0 {
        above = extend_level(tiles, level, (old, new), above)?;
        level += 1;
    }
    Ok(())
}

/// Adds hashes to a level of tiles; gives the roots of the tiles that became whole.
fn extend_level(
    tiles: &mut dyn Tiles,
    level: u8,
    (old, new): (u64, u64),
    added: Vec<Hash>,
) -> Result<Vec<Hash>, ExtendError> {
    let (had, has) = (hashes_at(level, old), hashes_at(level, new));
    let mut added = added.into_iter();
    let mut above = Vec::new();
    for index in had / TILE..has.div_ceil(TILE) {
        let mut row = Vec::with_capacity(TILE as usize);
        if index * TILE < had {
            row = read_tile(tiles, (level, index), (old, old))?;
        }
        let missing = TILE as usize - row.len();
        row.extend(added.by_ref().take(missing));
        write_tile(tiles, level, index, &row)?;
        above.extend((row.len() as u64 == TILE).then(|| tile_root(&row)));
    }
    Ok(above)
}

fn write_tile(
    tiles: &mut dyn Tiles,
    level: u8,
    index: u64,
    row: &[Hash],
) -> Result<(), ExtendError> {
    let path = tile_path(level, index, row.len() as u64);
    let bytes = row.concat();
    match tiles.read(&path)? {
        Some(kept) if kept == bytes => Ok(()),
        // A whole tile under this name says something else: nothing is written over it.
        Some(kept) => {
            let at = kept.chunks(32).zip(row).position(|(a, b)| a != b);
            let at = index * TILE + at.unwrap_or_default() as u64;
            Err(ExtendError::Differs((at << (8 * u32::from(level))) + 1))
        }
        None => Ok(tiles.write(&path, &bytes)?),
    }
}

/// Hashes of any part of a tree, from its tiles.
pub struct Nodes<'a> {
    tiles: &'a dyn Tiles,
    size: u64,
    grown: u64,
    read: RefCell<HashMap<(u8, u64), Vec<Hash>>>,
}

impl<'a> Nodes<'a> {
    /// Of a tree of that size.
    pub fn new(tiles: &'a dyn Tiles, size: u64) -> Nodes<'a> {
        Nodes::earlier(tiles, size, size)
    }

    /// Of a tree as it was at the first size, from tiles of the second.
    pub fn earlier(tiles: &'a dyn Tiles, size: u64, grown: u64) -> Nodes<'a> {
        Nodes {
            tiles,
            size,
            grown,
            read: RefCell::default(),
        }
    }

    /// The size of the tree.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the whole tree.
    ///
    /// # Errors
    /// In words, where a tile is missing or too short.
    pub fn root(&self) -> Result<Hash, String> {
        self.range(0..self.size)
    }

    /// A leaf; entries count from 0.
    ///
    /// # Errors
    /// In words, where there is no such entry or a tile is missing.
    pub fn leaf(&self, index: u64) -> Result<Hash, String> {
        if index >= self.size {
            return Err(format!("the tree has {} entries", self.size));
        }
        self.whole(0, index)
    }

    /// The root over the leaves of a range that begins where a part of its length may begin.
    pub(super) fn range(&self, range: Range<u64>) -> Result<Hash, String> {
        let length = range.end - range.start;
        if length == 0 {
            return Ok(empty_root());
        }
        if length.is_power_of_two() {
            return self.whole(length.ilog2(), range.start);
        }
        let left = 1 << (length - 1).ilog2();
        let middle = range.start + left;
        Ok(node_hash(
            &self.range(range.start..middle)?,
            &self.range(middle..range.end)?,
        ))
    }

    /// The root of a whole part of 2^`height` leaves.
    fn whole(&self, height: u32, start: u64) -> Result<Hash, String> {
        let level = (height / 8) as u8;
        let place = start >> (8 * u32::from(level));
        let (index, at) = (place / TILE, (place % TILE) as usize);
        let mut read = self.read.borrow_mut();
        let row = match read.entry((level, index)) {
            std::collections::hash_map::Entry::Occupied(row) => row.into_mut(),
            std::collections::hash_map::Entry::Vacant(free) => {
                let sizes = (self.size, self.grown);
                free.insert(read_tile(self.tiles, (level, index), sizes)?)
            }
        };
        let end = at + (1 << (height % 8));
        row.get(at..end)
            .map(tile_root)
            .ok_or_else(|| format!("{} is too short", tile_path(level, index, TILE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tiles_are_those_of_the_form() {
        for (level, index, width, path) in [
            (0, 67, TILE, "tile/0/067"),
            (0, 1_067, TILE, "tile/0/x001/067"),
            (1, 1_234_067, TILE, "tile/1/x001/x234/067"),
            (0, 273, 112, "tile/0/273.p/112"),
        ] {
            assert_eq!(tile_path(level, index, width), path);
        }
        assert_eq!(
            partials(70_000),
            ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
        );
        assert!(partials(0).is_empty());
        assert_eq!(partials(256), ["tile/1/000.p/1"]);
    }
}
