//! Files and folders with what was done to them since they were last safe.
//!
//! Invariant: what was synced is in every outcome; after a sync that failed the pages before it may be
//! lost although later syncs succeed.

use super::{CUT, Cut, FAIL, LINK, MAKE, MAKE_DIR, RENAME, Record, SYNC, UNLINK, WRITE};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Safe {
    No,
    /// Its sync failed: no later one makes up for it.
    Never,
    Yes,
}

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Arc<[u8]>),
    Length(u64),
    /// Gives a node a name in a folder; takes another name of it away.
    Name {
        folder: usize,
        name: String,
        node: usize,
        from: Option<(usize, String)>,
    },
    Remove {
        folder: usize,
        name: String,
    },
}

/// A file, or a folder with names.
#[derive(Clone, Debug)]
enum Node {
    File(Arc<[u8]>),
    Folder(BTreeMap<String, usize>),
}

/// All that is on a disk.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// As they were at first; the first is the root.
    nodes: Vec<Node>,
    /// Names as the program sees them.
    live: HashMap<usize, BTreeMap<String, usize>>,
    by_number: HashMap<u64, usize>,
    changes: Vec<(usize, Change, Safe)>,
    /// Of each node the first change that may not be safe.
    open: HashMap<usize, usize>,
}

/// Chance from a seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Whether something of so many in 256 happens.
    fn falls(&mut self, chance: u64) -> bool {
        self.next() % 256 < chance
    }
}

impl Model {
    /// A folder as it is.
    pub(super) fn of(root: &Path) -> Model {
        let mut model = Model {
            nodes: Vec::new(),
            live: HashMap::new(),
            by_number: HashMap::new(),
            changes: Vec::new(),
            open: HashMap::new(),
        };
        model.read(root);
        model
    }

    fn read(&mut self, path: &Path) -> usize {
        let about = fs::metadata(path);
        let about = about.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let no = self.nodes.len();
        self.by_number.insert(about.ino(), no);
        if about.is_file() {
            let bytes = fs::read(path).unwrap_or_else(|error| panic!("{error}"));
            self.nodes.push(Node::File(bytes.into()));
            return no;
        }
        self.nodes.push(Node::Folder(BTreeMap::new()));
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(path).unwrap_or_else(|error| panic!("{error}")) {
            let entry = entry.unwrap_or_else(|error| panic!("{error}"));
            let name = entry.file_name().to_string_lossy().into_owned();
            names.insert(name, self.read(&entry.path()));
        }
        self.live.insert(no, names.clone());
        self.nodes[no] = Node::Folder(names);
        no
    }

    fn node(&self, number: u64) -> usize {
        let node = self.by_number.get(&number);
        *node.unwrap_or_else(|| panic!("nobody made file {number}"))
    }

    fn new_node(&mut self, number: u64, node: Node) -> usize {
        let no = self.nodes.len();
        if matches!(node, Node::Folder(_)) {
            self.live.insert(no, BTreeMap::new());
        }
        self.nodes.push(node);
        self.by_number.insert(number, no);
        no
    }

    fn add(&mut self, node: usize, change: Change) {
        self.open.entry(node).or_insert(self.changes.len());
        self.changes.push((node, change, Safe::No));
    }

    fn name(&mut self, folder: usize, name: String, node: usize, from: Option<(usize, String)>) {
        if let Some(names) = self.live.get_mut(&folder) {
            names.insert(name.clone(), node);
        }
        let change = Change::Name {
            folder,
            name,
            node,
            from,
        };
        self.add(folder, change);
    }

    fn forget(&mut self, folder: usize, name: &str) -> usize {
        let names = self.live.get_mut(&folder);
        let node = names.and_then(|names| names.remove(name));
        node.unwrap_or_else(|| panic!("nobody made {name}"))
    }

    /// Takes what a program did.
    pub(super) fn take(&mut self, record: &Record) {
        let text = || String::from_utf8_lossy(&record.bytes).into_owned();
        let node = |model: &Model| model.node(record.file);
        match record.kind {
            WRITE => {
                let change = Change::Write(record.at, record.bytes.clone().into());
                self.add(node(self), change);
            }
            CUT => self.add(node(self), Change::Length(record.at)),
            SYNC => self.settle(node(self), Safe::Yes),
            FAIL => self.settle(node(self), Safe::Never),
            MAKE => {
                let made = self.new_node(record.other, Node::File(Arc::default()));
                self.name(node(self), text(), made, None);
            }
            MAKE_DIR => {
                let made = self.new_node(record.other, Node::Folder(BTreeMap::new()));
                self.name(node(self), text(), made, None);
            }
            LINK => self.name(node(self), text(), self.node(record.other), None),
            UNLINK => {
                let (folder, name) = (node(self), text());
                self.forget(folder, &name);
                self.add(folder, Change::Remove { folder, name });
            }
            RENAME => {
                let names = text();
                let (old, new) = names.split_once('\0').unwrap_or_default();
                let from = self.node(record.at);
                let moved = self.forget(from, old);
                let from = Some((from, old.to_owned()));
                self.name(node(self), new.to_owned(), moved, from);
            }
            other => panic!("a record of kind {other}"),
        }
    }

    fn settle(&mut self, node: usize, safe: Safe) {
        let Some(first) = self.open.remove(&node) else {
            return;
        };
        for (of, _, so_far) in &mut self.changes[first..] {
            if *of == node && *so_far == Safe::No {
                *so_far = safe;
            }
        }
    }

    /// Writes what a power cut leaves.
    pub(super) fn write(mut self, cut: Cut, to: &Path) {
        let mut dice = Dice(cut.seed);
        // Now and then nothing of what was not synced is there, or nearly all.
        let chance = [0, 64, 128, 240][dice.next() as usize % 4];
        let changes = std::mem::take(&mut self.changes);
        let mut files: HashMap<usize, Vec<u8>> = HashMap::new();
        // Of a folder changes reach the disk in their order: after one that did not, none does.
        let mut stuck: HashMap<usize, bool> = HashMap::new();
        for (node, change, safe) in changes {
            let safe = safe == Safe::Yes;
            if let Node::File(first) = &self.nodes[node] {
                let bytes = files.entry(node).or_insert_with(|| first.to_vec());
                change.on_file(bytes, cut.piece, || safe || dice.falls(chance));
            } else {
                let stuck = stuck.entry(node).or_default();
                *stuck = !safe && (*stuck || !dice.falls(chance));
                if !*stuck {
                    self.on_folder(change);
                }
            }
        }
        self.write_node(0, &files, to);
    }

    fn names(&mut self, folder: usize) -> &mut BTreeMap<String, usize> {
        match &mut self.nodes[folder] {
            Node::Folder(names) => names,
            Node::File(_) => panic!("a file with names"),
        }
    }

    fn on_folder(&mut self, change: Change) {
        match change {
            Change::Name {
                folder,
                name,
                node,
                from,
            } => {
                self.names(folder).insert(name, node);
                if let Some((from, old)) = from
                    && self.names(from).get(&old) == Some(&node)
                {
                    self.names(from).remove(&old);
                }
            }
            Change::Remove { folder, name } => drop(self.names(folder).remove(&name)),
            Change::Write(..) | Change::Length(_) => panic!("a folder is written"),
        }
    }

    fn write_node(&self, node: usize, files: &HashMap<usize, Vec<u8>>, to: &Path) {
        let done = match &self.nodes[node] {
            Node::Folder(names) => {
                let made = fs::DirBuilder::new().mode(0o700).recursive(true).create(to);
                for (name, node) in names {
                    self.write_node(*node, files, &to.join(name));
                }
                made
            }
            Node::File(first) => {
                let bytes = files.get(&node).map_or(&first[..], |bytes| &bytes[..]);
                let mut options = fs::OpenOptions::new();
                options.write(true).create_new(true).mode(0o600);
                let file = options.open(to);
                file.and_then(|mut file| std::io::Write::write_all(&mut file, bytes))
            }
        };
        done.unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    }
}

impl Change {
    fn on_file(&self, bytes: &mut Vec<u8>, piece: usize, mut reaches: impl FnMut() -> bool) {
        match self {
            Change::Write(at, written) => {
                let (mut at, mut rest) = (*at as usize, &written[..]);
                while !rest.is_empty() {
                    // Up to where the next page or sector begins.
                    let (now, later) = rest.split_at(rest.len().min(piece - at % piece));
                    if reaches() {
                        bytes.resize(bytes.len().max(at + now.len()), 0);
                        bytes[at..at + now.len()].copy_from_slice(now);
                    }
                    (at, rest) = (at + now.len(), later);
                }
            }
            Change::Length(length) if reaches() => bytes.resize(*length as usize, 0),
            Change::Length(_) => {}
            Change::Name { .. } | Change::Remove { .. } => panic!("a file with names"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u64, file: u64, at: u64, other: u64, bytes: &[u8]) -> Record {
        Record {
            kind,
            file,
            at,
            other,
            bytes: bytes.to_vec(),
            end: 0,
        }
    }

    /// Outcomes of many cuts, as the content of a file, where it is there.
    fn outcomes(records: &[Record], name: &str) -> Vec<Option<Vec<u8>>> {
        let folder = crate::temp::folder();
        let start = folder.path().join("start");
        fs::create_dir(&start).unwrap();
        let mut model = Model::of(&start);
        let root = fs::metadata(&start).unwrap().ino();
        for record in records {
            let file = if record.file == 0 { root } else { record.file };
            let at = if record.kind == RENAME {
                root
            } else {
                record.at
            };
            model.take(&Record {
                file,
                at,
                bytes: record.bytes.clone(),
                ..*record
            });
        }
        let cut = |seed| {
            let to = folder.path().join(format!("cut{seed}"));
            let cut = Cut {
                after: 0,
                seed,
                piece: 4,
            };
            model.clone().write(cut, &to);
            fs::read(to.join(name)).ok()
        };
        let mut all: Vec<_> = (0..300).map(cut).collect();
        all.sort();
        all.dedup();
        all
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_comes_in_pieces() {
        let mut records = vec![
            record(MAKE, 0, 0, u64::MAX, b"a"),
            record(WRITE, u64::MAX, 0, 0, b"oldOLDED"),
            record(SYNC, u64::MAX, 0, 0, b""),
        ];
        let some = |texts: &[&str]| -> Vec<_> {
            texts.iter().map(|t| Some(t.as_bytes().to_vec())).collect()
        };
        // Its folder was not synced: it may have no name yet.
        let mut with_none = vec![None];
        with_none.extend(some(&["oldOLDED"]));
        assert_eq!(outcomes(&records, "a"), with_none);
        records.push(record(SYNC, 0, 0, 0, b""));
        assert_eq!(outcomes(&records, "a"), some(&["oldOLDED"]));
        records.push(record(WRITE, u64::MAX, 0, 0, b"newsNEWS"));
        // Pieces of four bytes: each is the old or the new one.
        let torn = some(&["newsLDED", "newsNEWS", "oldOLDED", "oldONEWS"]);
        assert_eq!(outcomes(&records, "a"), torn);
    }

    #[test]
    fn a_sync_that_failed_makes_nothing_safe_and_neither_does_the_next() {
        let records = [
            record(MAKE, 0, 0, u64::MAX, b"a"),
            record(SYNC, 0, 0, 0, b""),
            record(WRITE, u64::MAX, 0, 0, b"one"),
            record(FAIL, u64::MAX, 0, 0, b""),
            record(SYNC, u64::MAX, 0, 0, b""),
        ];
        let found = outcomes(&records, "a");
        assert_eq!(found, [Some(Vec::new()), Some(b"one".to_vec())]);
    }

    #[test]
    fn a_file_is_renamed_whole_or_not_at_all() {
        let records = [
            record(MAKE, 0, 0, u64::MAX, b"new"),
            record(SYNC, 0, 0, 0, b""),
            record(RENAME, 0, 0, 0, b"new\0old"),
        ];
        assert_eq!(outcomes(&records, "old"), [None, Some(Vec::new())]);
        assert_eq!(outcomes(&records, "new"), [None, Some(Vec::new())]);
    }
}
