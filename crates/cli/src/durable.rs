//! Folders and names that a power cut does not take away.
//!
//! A file that was synced is lost all the same where its name is not on the disk: the name belongs to
//! the folder, which is synced by itself, and so on upwards.
//!
//! Invariant: a folder that was made here has its name on the disk before anything is written into it.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// The folder that holds a path.
fn parent(path: &Path) -> &Path {
    let parent = path.parent();
    parent
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

/// Puts the names in the folder of a path on the disk.
pub fn sync_name(path: &Path) -> io::Result<()> {
    File::open(parent(path))?.sync_all()
}

/// Makes a folder, and those above it that are missing, for its owner only.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    make_folder(parent(folder))?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        done => done?,
    }
    sync_name(folder)
}

/// Puts the names in a folder, in those below it and its own on the disk.
pub fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()?;
    sync_name(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_for_their_owner_and_only_once() {
        use std::os::unix::fs::MetadataExt as _;
        let place = lasna_testkit::temp::folder();
        let deep = place.path().join("a/b/c");
        make_folder(&deep).unwrap();
        make_folder(&deep).unwrap();
        for folder in ["a", "a/b", "a/b/c"] {
            let mode = fs::metadata(place.path().join(folder)).unwrap().mode();
            assert_eq!(mode & 0o777, 0o700, "{folder}");
        }
        sync_folders(place.path()).unwrap();
        fs::write(place.path().join("file"), "").unwrap();
        assert!(make_folder(&place.path().join("file/below")).is_err());
    }
}
