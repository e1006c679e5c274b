//! The audit as a log that others can check: tiles and checkpoints in a folder, and what is wrong.
//!
//! Nothing here opens an entry, so no scope is needed: what is read is hashes.
//!
//! Invariant: a checkpoint is written only over tiles that grew from those of the checkpoint before.

use crate::AppError;
use lasna_seal::tree::{Bad, Check, ExtendError, Nodes, Tiles, extend, partials, verify_inclusion};
use lasna_seal::{Checkpoint, Hash, VerifierKey, hex};
use lasna_store::{LogBody, LogEntry, Store};

/// The name of the newest checkpoint in a folder.
pub const CHECKPOINT: &str = "checkpoint";
/// The name of the text of the key that checkpoints are read with.
pub const VKEY: &str = "vkey";

/// A folder of tiles whose checkpoint is replaced.
pub trait LogFolder: Tiles {
    /// Puts bytes in the place of those under a name, whole or not at all.
    ///
    /// # Errors
    /// In words, where the folder cannot be written.
    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), String>;

    /// Removes a narrow tile that a wider one has replaced.
    ///
    /// # Errors
    /// In words, where the folder cannot be written.
    fn remove(&mut self, path: &str) -> Result<(), String>;
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The first bad entry, where one can be named.
    pub entry: Option<u64>,
    /// In words.
    pub what: String,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Wrong {
        let (entry, what) = (None, what.into());
        Wrong { entry, what }
    }
}

impl From<Bad> for Wrong {
    fn from(bad: Bad) -> Wrong {
        Wrong {
            entry: Some(bad.entry),
            what: bad.what,
        }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "entry {entry}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// A log that is whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// The name of the log; empty where there is no checkpoint yet.
    pub origin: String,
    /// Entries that were looked at.
    pub entries: u64,
    /// How many of them have no body any more.
    pub erased: u64,
    /// Entries under the checkpoint.
    pub size: u64,
    /// The root of the checkpoint, in hex.
    pub root: String,
}

fn text_of(tiles: &dyn Tiles, name: &str) -> Result<Option<String>, String> {
    let bytes = tiles.read(name)?;
    bytes
        .map(|bytes| String::from_utf8(bytes).map_err(|_| format!("{name} is not a text")))
        .transpose()
}

/// The checkpoint of a folder, read with a key.
///
/// # Errors
/// In words, where it is not signed with that key.
pub fn checkpoint_of(tiles: &dyn Tiles, key: &VerifierKey) -> Result<Option<Checkpoint>, String> {
    let note = text_of(tiles, CHECKPOINT)?;
    note.map(|note| {
        key.read(&note)
            .map_err(|error| format!("the checkpoint: {error}"))
    })
    .transpose()
}

/// The key that a folder names.
///
/// # Errors
/// In words, where there is none.
pub fn key_of(tiles: &dyn Tiles) -> Result<VerifierKey, String> {
    let text = text_of(tiles, VKEY)?.ok_or("the folder has no vkey")?;
    VerifierKey::parse(&text).map_err(|error| format!("the vkey: {error}"))
}

/// Writes the tiles of all entries so far and a signed checkpoint; gives the state.
///
/// # Errors
/// Where the folder belongs to another log, or the entries are not those of its tiles.
pub fn publish(store: &Store, folder: &mut dyn LogFolder) -> Result<Checkpoint, AppError> {
    let key = store.log_key()?;
    let size = store.ask(LogEntry::count)?;
    grow(store, folder, key.verifier(), size)
        .and_then(|old| {
            let root = Nodes::new(&*folder, size).root()?;
            let text = key.verifier().text() + "\n";
            if folder.read(VKEY)?.as_deref() != Some(text.as_bytes()) {
                folder.replace(VKEY, text.as_bytes())?;
            }
            folder.replace(CHECKPOINT, key.sign(size, &root).as_bytes())?;
            let kept = partials(size);
            for path in partials(old) {
                if !kept.contains(&path) {
                    folder.remove(&path)?;
                }
            }
            Ok(Checkpoint {
                origin: key.verifier().name().to_owned(),
                size,
                root,
            })
        })
        .map_err(AppError::Problem)
}

/// Adds the tiles that are missing; gives the size of the checkpoint before.
fn grow(
    store: &Store,
    folder: &mut dyn LogFolder,
    key: &VerifierKey,
    size: u64,
) -> Result<u64, String> {
    let old = match checkpoint_of(&*folder, key)? {
        Some(old) => {
            if old.size > size {
                return Err(format!(
                    "the log has {size} entries, its checkpoint tells of {}",
                    old.size
                ));
            }
            if Nodes::new(&*folder, old.size).root()? != old.root {
                return Err("the tiles do not lead to their checkpoint".to_owned());
            }
            old.size
        }
        None => 0,
    };
    let mut leaves = |range| {
        store
            .ask(|read| LogEntry::leaves(read, range))
            .map_err(|error| error.to_string())
    };
    extend(&mut ByTiles(folder), old, size, &mut leaves).map_err(|error| match error {
        ExtendError::Place(text) => text,
        ExtendError::Differs(_) => error.to_string(),
    })?;
    Ok(old)
}

/// The tiles of a folder.
struct ByTiles<'a>(&'a mut dyn LogFolder);

impl Tiles for ByTiles<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        self.0.read(path)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.write(path, bytes)
    }
}

/// What a log is compared with.
#[derive(Default)]
pub struct Compare<'a> {
    /// The database, for its entries.
    pub store: Option<&'a Store>,
    /// The tiles.
    pub tiles: Option<&'a dyn Tiles>,
    /// A key kept elsewhere.
    pub key: Option<VerifierKey>,
    /// A checkpoint kept elsewhere.
    pub note: Option<String>,
}

/// Compares entries, tiles and checkpoints with each other.
///
/// # Errors
/// The store's. What is wrong with the log is in the answer.
pub fn verify(compare: &Compare<'_>) -> Result<Result<Whole, Wrong>, AppError> {
    let key = match signer(compare)? {
        Ok(key) => key,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let (state, other) = match states(compare, key.as_ref()) {
        Ok(states) => states,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let size = state.as_ref().map_or(0, |state| state.size);
    let tiles = compare.tiles.filter(|_| state.is_some());
    let wanted: Vec<u64> = [&state, &other]
        .into_iter()
        .flatten()
        .map(|one| one.size)
        .collect();
    let mut check = Check::new(tiles, size, &wanted);
    let mut erased = 0;
    let taken = match compare.store {
        Some(store) => take_entries(store, &mut check, &mut erased)?,
        None => take_tiles(&mut check),
    };
    Ok(taken.and_then(|()| {
        let entries = check.size();
        let roots = check.finish()?;
        for one in [&state, &other].into_iter().flatten() {
            if !roots.contains(&(one.size, one.root)) {
                let what = format!(
                    "the entries up to {} do not lead to the root of the checkpoint",
                    one.size
                );
                return Err(Wrong::new(what));
            }
        }
        let state = state.unwrap_or_else(|| Checkpoint {
            origin: String::new(),
            size: 0,
            root: Hash::default(),
        });
        Ok(Whole {
            entries,
            erased,
            size: state.size,
            root: hex(&state.root),
            origin: state.origin,
        })
    }))
}

/// The key that checkpoints are read with: the database's, one kept elsewhere, else the folder's.
fn signer(compare: &Compare<'_>) -> Result<Result<Option<VerifierKey>, Wrong>, AppError> {
    let own = match compare.store {
        Some(store) => store.log_key_made()?.map(|key| key.verifier().clone()),
        None => None,
    };
    let given = compare.key.clone();
    if let (Some(own), Some(given)) = (&own, &given)
        && own != given
    {
        let what = "the key that was given is not the one of this log";
        return Ok(Err(Wrong::new(what)));
    }
    if let Some(tiles) = compare.tiles
        && tiles.read(VKEY).map_err(AppError::Problem)?.is_some()
    {
        return Ok(match (key_of(tiles), own.or(given)) {
            (Err(text), _) => Err(Wrong::new(text)),
            (Ok(named), Some(key)) if named != key => Err(Wrong::new(
                "the vkey of the folder is not the key of this log",
            )),
            (Ok(named), _) => Ok(Some(named)),
        });
    }
    Ok(Ok(own.or(given)))
}

type States = (Option<Checkpoint>, Option<Checkpoint>);

/// The checkpoint of the folder, and the one kept elsewhere.
fn states(compare: &Compare<'_>, key: Option<&VerifierKey>) -> Result<States, Wrong> {
    let Some(key) = key else {
        if compare.note.is_some() || compare.store.is_none() {
            return Err(Wrong::new("there is no key to read a checkpoint with"));
        }
        return Ok((None, None));
    };
    let state = match compare.tiles {
        Some(tiles) => checkpoint_of(tiles, key).map_err(Wrong::new)?,
        None => None,
    };
    // Whoever has made a key has signed with it.
    if state.is_none() {
        return Err(Wrong::new("the checkpoint is not there"));
    }
    let other = compare
        .note
        .as_deref()
        .map(|note| key.read(note))
        .transpose()
        .map_err(|error| Wrong::new(format!("the checkpoint kept elsewhere: {error}")))?;
    Ok((state, other))
}

fn take_entries(
    store: &Store,
    check: &mut Check<'_>,
    erased: &mut u64,
) -> Result<Result<(), Wrong>, AppError> {
    /// Ends the reading at the first that is wrong.
    enum Stop {
        Wrong(Wrong),
        Store(AppError),
    }
    impl From<lasna_store::db::DbError> for Stop {
        fn from(error: lasna_store::db::DbError) -> Stop {
            Stop::Store(error.into())
        }
    }
    let taken = store.ask(|read| {
        LogEntry::each(read, |entry| {
            let next = check.size() + 1;
            let bad = |what: &str| Stop::Wrong(Bad::new(next, what).into());
            if entry.no != next as i64 {
                return Err(bad("is missing"));
            }
            match entry.body {
                LogBody::Changed => return Err(bad("the entry does not lead to its leaf")),
                LogBody::Erased => *erased += 1,
                LogBody::Whole => {}
            }
            check
                .leaf(entry.leaf)
                .map_err(|bad| Stop::Wrong(bad.into()))
        })
    });
    match taken {
        Ok(()) => Ok(Ok(())),
        Err(Stop::Wrong(wrong)) => Ok(Err(wrong)),
        Err(Stop::Store(error)) => Err(error),
    }
}

fn take_tiles(check: &mut Check<'_>) -> Result<(), Wrong> {
    loop {
        let row = check.own_leaves()?;
        if row.is_empty() {
            return Ok(());
        }
        for leaf in row {
            check.leaf(leaf)?;
        }
    }
}

/// Proves that an entry is in a log, and checks the proof.
///
/// # Errors
/// In words, where there is no such entry or it is another.
pub fn prove(
    tiles: &dyn Tiles,
    state: &Checkpoint,
    no: u64,
    leaf: Option<Hash>,
) -> Result<(Hash, Vec<Hash>), String> {
    let nodes = Nodes::new(tiles, state.size);
    let index = no.checked_sub(1).ok_or("entries count from 1")?;
    let proof = nodes.inclusion(index)?;
    let own = nodes.leaf(index)?;
    let leaf = leaf.unwrap_or(own);
    verify_inclusion(&leaf, index, (state.size, &state.root), &proof)
        .map_err(|error| format!("entry {no}: {error}"))?;
    Ok((leaf, proof))
}
