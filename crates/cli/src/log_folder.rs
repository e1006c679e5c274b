//! The folder of the audit's tiles and checkpoint, and who writes it while the service runs.
//!
//! Invariant: a file is written whole, synced, and then given its name.

use crate::durable;
use lasna_app::audit_log::{self, LogFolder};
use lasna_seal::tree::Tiles;
use lasna_store::Store;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// How long after a checkpoint the next one comes.
const BETWEEN: Duration = Duration::from_secs(600);

/// A folder with tiles.
pub struct Folder {
    path: PathBuf,
    /// Held while somebody reads or writes.
    lock: Option<File>,
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

impl Folder {
    /// To write into; waits for others.
    pub fn to_write(path: &Path) -> Result<Folder, String> {
        durable::make_folder(path).map_err(|error| told(path, &error))?;
        let lock = lock_file(path, true)?;
        lock.lock().map_err(|error| told(path, &error))?;
        Ok(Folder {
            path: path.to_owned(),
            lock: Some(lock),
        })
    }

    /// To read; a folder that cannot be locked is a copy that nobody writes.
    pub fn to_read(path: &Path) -> Folder {
        let lock = lock_file(path, false).ok();
        Folder {
            path: path.to_owned(),
            lock: lock.filter(|lock| lock.lock_shared().is_ok()),
        }
    }
}

fn lock_file(folder: &Path, make: bool) -> Result<File, String> {
    let path = folder.join(".lock");
    let mut options = File::options();
    options.read(true).write(make).create(make);
    options.open(&path).map_err(|error| told(&path, &error))
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.lock.take());
    }
}

impl Tiles for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.path.join(path);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(told(&path, &error)),
        }
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.replace(path, bytes)
    }
}

impl LogFolder for Folder {
    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.path.join(path);
        let folder = path.parent().unwrap_or(&self.path);
        let new = self.path.join(".new");
        (|| {
            fs::create_dir_all(folder)?;
            let mut file = File::create(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            // The folders that may be new, up to the log's own.
            for folder in path.ancestors().skip(1) {
                File::open(folder)?.sync_all()?;
                if folder == self.path {
                    break;
                }
            }
            Ok(())
        })()
        .map_err(|error| told(&path, &error))
    }

    fn remove(&mut self, path: &str) -> Result<(), String> {
        let path = self.path.join(path);
        match fs::remove_file(&path) {
            Ok(()) => {
                // The folder of a tile's widths goes with the last of them.
                if let Some(folder) = path.parent() {
                    drop(fs::remove_dir(folder));
                }
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(told(&path, &error)),
        }
    }
}

/// Writes tiles and a checkpoint once.
pub fn publish(store: &Store, folder: &Path) -> anyhow::Result<lasna_seal::Checkpoint> {
    let mut folder = Folder::to_write(folder).map_err(anyhow::Error::msg)?;
    Ok(audit_log::publish(store, &mut folder)?)
}

/// Writes tiles and checkpoints at the start, from time to time, and when it is dropped.
pub struct Sealer {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Sealer {
    /// Begins.
    pub fn start(store: Store, folder: PathBuf) -> std::io::Result<Sealer> {
        let (stop, stopped) = mpsc::channel();
        let run = move || {
            loop {
                if let Err(error) = publish(&store, &folder) {
                    // The log may have been meddled with; schools go on.
                    eprintln!("lasna: no checkpoint of the audit was written: {error:#}");
                    tracing::error!("no checkpoint of the audit: {error:#}");
                }
                match stopped.recv_timeout(BETWEEN) {
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Ok(()) => return,
                    // The last one, after the last request.
                    Err(mpsc::RecvTimeoutError::Disconnected) => {
                        drop(publish(&store, &folder));
                        return;
                    }
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("sealer".to_owned())
            .spawn(run)?;
        Ok(Sealer {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
