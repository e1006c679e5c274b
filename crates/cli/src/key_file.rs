//! The file of the master key: where it is, who may read it, and how it is made and changed.
//!
//! Invariant: a key file that others than its owner may read is refused.

use crate::args::Args;
use crate::{context, durable};
use anyhow::Context as _;
use lasna_seal::{KeySource, MasterKey};
use lasna_store::db::Place;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of a systemd credential.
const CREDENTIAL: &str = "lasna-master";

/// A key file.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: Option<PathBuf>,
    is_credential: bool,
}

impl KeyFile {
    /// The one that is named, else the credential of the service, else the one of the data folder.
    pub fn of(args: &Args, place: &Place) -> KeyFile {
        if let Some(path) = &args.key {
            return KeyFile {
                path: Some(path.clone()),
                is_credential: false,
            };
        }
        let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
            .map(|folder| Path::new(&folder).join(CREDENTIAL))
            .filter(|path| path.exists());
        let is_credential = credential.is_some();
        let path = credential.or(match place {
            Place::Folder(folder) => Some(folder.join("keys/master.key")),
            Place::Url(_) => None,
        });
        KeyFile {
            path,
            is_credential,
        }
    }

    /// The one of a data folder.
    pub fn in_folder(folder: &Path) -> KeyFile {
        KeyFile {
            path: Some(folder.join("keys/master.key")),
            is_credential: false,
        }
    }

    /// Where it is.
    pub fn path(&self) -> Result<&Path, String> {
        self.path.as_deref().ok_or_else(|| {
            "for a PostgreSQL database name the file of the master key: --key FILE".to_owned()
        })
    }

    /// Whether the program may write it.
    pub const fn is_credential(&self) -> bool {
        self.is_credential
    }

    /// The keys in it; `None` where there is no file.
    pub fn read(&self) -> Result<Option<Vec<MasterKey>>, String> {
        let path = self.path()?;
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let mode = match fs::metadata(path) {
            Ok(metadata) => metadata.mode(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(told(&error)),
        };
        // A credential belongs to the system's user and may be open to the service's group.
        let others = if self.is_credential { 0o007 } else { 0o077 };
        if mode & others != 0 {
            return Err(told(
                &"others may read the master key: chmod 400, and think of it as known",
            ));
        }
        let text = zeroize::Zeroizing::new(fs::read_to_string(path).map_err(|e| told(&e))?);
        MasterKey::parse_all(&text)
            .map(Some)
            .map_err(|error| told(&error))
    }

    /// Makes a key where there is no file; another program that is quicker wins.
    fn make(&self) -> anyhow::Result<()> {
        let path = self.path().map_err(anyhow::Error::msg)?;
        let random = context::random().map_err(anyhow::Error::msg)?;
        let new = write_beside(path, &[MasterKey::from_bytes(random)])?;
        let linked = fs::hard_link(&new, path);
        fs::remove_file(&new)?;
        match linked {
            Ok(()) => {
                durable::sync_name(path)?;
                eprintln!(
                    "lasna: made the master key {}: keep a copy of it apart from the database, \
                     without it nothing sealed can be read",
                    path.display()
                );
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Puts other keys into the file.
    pub fn replace(&self, keys: &[MasterKey]) -> anyhow::Result<()> {
        let path = self.path().map_err(anyhow::Error::msg)?;
        let new = write_beside(path, keys)?;
        fs::rename(&new, path).with_context(|| path.display().to_string())?;
        Ok(durable::sync_name(path)?)
    }

    /// Keeps a key that is no longer in force in a file of its own, for older backups.
    pub fn keep_old(&self, key: &MasterKey) -> anyhow::Result<PathBuf> {
        let path = self.path().map_err(anyhow::Error::msg)?;
        let old = path.with_file_name(format!("old-{}.key", key.id()));
        let new = write_beside(&old, std::slice::from_ref(key))?;
        fs::rename(&new, &old).with_context(|| old.display().to_string())?;
        durable::sync_name(&old)?;
        Ok(old)
    }
}

/// Writes keys into a file beside, which only its owner can read, and in a folder of the same sort.
fn write_beside(path: &Path, keys: &[MasterKey]) -> anyhow::Result<PathBuf> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        durable::make_folder(folder).with_context(|| folder.display().to_string())?;
    }
    let name = context::token()?;
    let new = path.with_file_name(format!(".{}.new", &name[..16]));
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o400)
        .open(&new)
        .with_context(|| new.display().to_string())?;
    for key in keys {
        file.write_all(key.text().as_bytes())?;
    }
    file.sync_all()?;
    Ok(new)
}

impl KeySource for KeyFile {
    fn masters(&self, may_make: bool) -> Result<Vec<MasterKey>, String> {
        if let Some(keys) = self.read()? {
            return Ok(keys);
        }
        let path = self.path()?;
        if !may_make {
            return Err(format!(
                "the master key {} is not there: put it back, or name it with --key",
                path.display()
            ));
        }
        self.make().map_err(|error| format!("{error:#}"))?;
        self.read()?
            .ok_or_else(|| format!("the master key {} is not there", path.display()))
    }

    fn random(&self) -> Result<[u8; 32], String> {
        context::random()
    }
}

/// The keys for a place.
pub fn source(args: &Args, place: &Place) -> Arc<dyn KeySource> {
    Arc::new(KeyFile::of(args, place))
}
