//! Files that were given and are not done with, each upload in a folder of its own.
//!
//! A folder has a random name, is for its owner only, and gets its final name when everything in it
//! is written: what has no final name when the server starts is half an upload and is removed. Files
//! are numbered, since a file's name may be a pupil's id; the names stand in a file beside them.
//!
//! Invariant: nothing outside the folder of uploads is written or removed.

use lasna_domain::calendar::Instant;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Before the name of a folder that is being filled.
const PART: &str = "part-";
/// The file that says what the others are.
const NOTE: &str = "upload.json";

/// A file of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StagedFile {
    pub name: String,
    pub bytes: u64,
}

/// What stands beside the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// What the form carried.
    pub once: String,
    pub at: i64,
    /// Who gave it, by name.
    pub by: String,
    pub files: Vec<StagedFile>,
}

impl Note {
    pub fn at(&self) -> Instant {
        Instant(self.at)
    }
}

/// The folder of all uploads.
#[derive(Clone, Debug)]
pub(super) struct Place(PathBuf);

impl Place {
    pub fn new(folder: PathBuf) -> Place {
        Place(folder)
    }

    fn folder(&self, id: &str) -> PathBuf {
        self.0.join(id)
    }

    /// Begins an upload; the id is a token in hex.
    pub fn begin(&self, id: &str) -> io::Result<Part> {
        let folder = self.folder(&format!("{PART}{id}"));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        Ok(Part {
            place: self.clone(),
            id: id.to_owned(),
            folder,
            files: Vec::new(),
            kept: false,
        })
    }

    /// A file of an upload, to be read.
    pub fn open(&self, id: &str, no: usize) -> io::Result<BufReader<File>> {
        let file = File::open(self.folder(id).join(no.to_string()))?;
        Ok(BufReader::with_capacity(1 << 18, file))
    }

    /// Removes an upload.
    pub fn remove(&self, id: &str) {
        if let Err(error) = fs::remove_dir_all(self.folder(id))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an upload could not be removed");
        }
    }

    /// Every upload that is whole; halves are removed.
    pub fn load(&self) -> Vec<(String, Note)> {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let text = fs::read_to_string(entry.path().join(NOTE)).unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(note) if is_id(&name) => all.push((name, note)),
                _ if name.strip_prefix(PART).is_some_and(is_id) => self.remove(&name),
                _ => {}
            }
        }
        all
    }
}

/// Whether a text can be the id of an upload: it becomes a part of a path.
fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// An upload that is being filled; dropped before it is kept, it is removed.
pub(crate) struct Part {
    place: Place,
    id: String,
    folder: PathBuf,
    pub files: Vec<StagedFile>,
    kept: bool,
}

impl Part {
    fn path(&self, no: usize) -> PathBuf {
        self.folder.join(no.to_string())
    }

    /// Begins the next file.
    pub fn create(&mut self, name: &str) -> io::Result<File> {
        let file = private_file(&self.path(self.files.len()))?;
        self.files.push(StagedFile {
            name: name.to_owned(),
            bytes: 0,
        });
        Ok(file)
    }

    /// Writes to the file that was begun last.
    pub fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)?;
        if let Some(last) = self.files.last_mut() {
            last.bytes += bytes.len() as u64;
        }
        Ok(())
    }

    /// Takes a file of this machine in, as it is now.
    pub fn take(&mut self, name: &str, from: &Path) -> io::Result<()> {
        let to = self.path(self.files.len());
        // A link costs nothing; across file systems it is a copy.
        if fs::hard_link(from, &to).is_err() {
            let mut file = private_file(&to)?;
            io::copy(&mut File::open(from)?, &mut file)?;
        }
        let bytes = fs::metadata(&to)?.len();
        self.files.push(StagedFile {
            name: name.to_owned(),
            bytes,
        });
        Ok(())
    }

    /// Takes a file of another upload in.
    pub fn take_staged(&mut self, other: &str, no: usize, name: &str) -> io::Result<()> {
        let from = self.place.folder(other).join(no.to_string());
        self.take(name, &from)
    }

    /// Gives the upload its final name.
    pub(super) fn keep(mut self, once: &str, at: Instant, by: &str) -> io::Result<Note> {
        let note = Note {
            once: once.to_owned(),
            at: at.0,
            by: by.to_owned(),
            files: std::mem::take(&mut self.files),
        };
        let text = serde_json::to_string(&note).map_err(io::Error::other)?;
        let mut written = private_file(&self.folder.join(NOTE))?;
        written.write_all(text.as_bytes())?;
        written.sync_all()?;
        for no in 0..note.files.len() {
            File::open(self.path(no))?.sync_all()?;
        }
        // The names are safe before the upload has its own.
        File::open(&self.folder)?.sync_all()?;
        fs::rename(&self.folder, self.place.folder(&self.id))?;
        File::open(&self.place.0)?.sync_all()?;
        self.kept = true;
        Ok(note)
    }

    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            self.place.remove(&format!("{PART}{}", self.id));
        }
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// The files of a folder of the operator, by name; folders inside it are not looked into.
pub(crate) fn files_of(folder: &Path) -> io::Result<Vec<(String, PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let about = fs::metadata(&path)?;
        if let (true, Ok(name)) = (about.is_file(), entry.file_name().into_string()) {
            files.push((name, path, about.len()));
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_whole_or_not_there() {
        let folder = lasna_testkit::temp::folder();
        let place = Place::new(folder.path().join("uploads"));
        let (one, two) = ("a".repeat(64), "b".repeat(64));
        let mut part = place.begin(&one).unwrap();
        let mut file = part.create("marks.csv").unwrap();
        part.write(&mut file, b"pupil").unwrap();
        let note = part.keep("once", Instant(7), "Zz Staff").unwrap();
        assert_eq!(note.files[0].bytes, 5);
        // Half an upload, as a program that died would leave it.
        std::mem::forget(place.begin(&two).unwrap());
        drop(place.begin(&"c".repeat(64)).unwrap());
        assert_eq!(place.load(), [(one.clone(), note)]);
        let left = fs::read_dir(folder.path().join("uploads")).unwrap().count();
        assert_eq!(left, 1);
        place.remove(&one);
        assert_eq!(place.load(), []);
    }

    #[test]
    fn an_id_is_no_path() {
        assert!(is_id(&"0f".repeat(32)));
        for text in ["", "..", "../../etc", &"/".repeat(64), &"a".repeat(63)] {
            assert!(!is_id(text), "{text}");
        }
    }
}
