//! The files of backups: what is carried along, where it goes, keys, and how a backup gets its name.
//!
//! Invariant: a backup has its name only once it is whole and on the disk, and never takes the name of a
//! file that is there.

use crate::args::Args;
use crate::backup_args::{Opening, Recipients};
use crate::durable;
use anyhow::{Context as _, bail};
use lasna_app::backup::{
    BackupSettings, CarriedFile, ERASED_FILE, Erasures, FilePlace, Identity, Recipient,
    SETTINGS_FILE,
};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The folder of files beside the database; the usual one where that is PostgreSQL.
pub fn data_folder(args: &Args) -> PathBuf {
    args.data.clone().unwrap_or_else(|| "lasna-data".into())
}

/// The settings of a data folder; those of nobody where there is no file.
pub fn settings(data: &Path) -> anyhow::Result<BackupSettings> {
    match fs::read_to_string(data.join(SETTINGS_FILE)) {
        Ok(text) => Ok(BackupSettings::read(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BackupSettings::default()),
        Err(error) => Err(error).context(SETTINGS_FILE),
    }
}

/// For whom: by the options, else by the settings.
pub fn recipients(given: &Recipients, data: &Path) -> anyhow::Result<Vec<Recipient>> {
    let mut all = given
        .recipient
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<Recipient>, _>>()?;
    if let Some(file) = &given.recipients {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        all.extend(Recipient::list(&text)?);
    }
    if all.is_empty() {
        all = settings(data)?.recipients()?;
    }
    Ok(all)
}

/// The keys of the options.
pub fn identities(opening: &Opening) -> anyhow::Result<Vec<Identity>> {
    let Some(file) = &opening.identity else {
        bail!("which key opens it? Give --identity FILE, or set LASNA_BACKUP_IDENTITY");
    };
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(Identity::list(&text)?)
}

/// What was erased: by the option, else the list beside the backup.
pub fn erasures(opening: &Opening, backup: &Path) -> anyhow::Result<(Erasures, String)> {
    let file = match &opening.erased {
        Some(file) => file.clone(),
        None => backup.with_file_name(ERASED_FILE),
    };
    match fs::read_to_string(&file) {
        Ok(text) => Ok((Erasures::read(&text)?, text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && opening.erased.is_none() => {
            Ok((Erasures::default(), String::new()))
        }
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}

/// Makes a key; the file is for its owner to read only.
pub fn keygen(file: &Path) -> anyhow::Result<Recipient> {
    let identity = Identity::generate();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o400);
    let mut out = options
        .open(file)
        .with_context(|| file.display().to_string())?;
    out.write_all(identity.file_text().as_bytes())?;
    out.sync_all()?;
    Ok(identity.recipient())
}

/// What the log's newest state is signed in.
const CHECKPOINT: &str = "audit/checkpoint";

/// The files of a data folder that go along: the log, its checkpoint first, and the keys.
pub fn carried(data: &Path, key: Option<&Path>) -> anyhow::Result<Vec<CarriedFile>> {
    // The checkpoint is read before the tiles are listed: they only grow, so that all it needs is there.
    // Without one there is no log to carry, and the next start makes it from the database.
    let checkpoint = fs::read(data.join(CHECKPOINT)).ok();
    let mut paths = Vec::new();
    if checkpoint.is_some() {
        below(&data.join("audit"), "audit", &mut paths)?;
    }
    paths.retain(|path| path != CHECKPOINT);
    paths.sort();
    let file = |(path, whole): (String, PathBuf)| CarriedFile {
        path,
        open: Box::new(move || Ok(Box::new(File::open(&whole)?))),
    };
    let mut all: Vec<(String, PathBuf)> = Vec::new();
    for path in paths {
        let whole = data.join(&path);
        all.push((path, whole));
    }
    // Under this name wherever it lies.
    if let Some(key) = key.filter(|key| key.exists()) {
        all.push(("keys/master.key".to_owned(), key.to_owned()));
    }
    let first = checkpoint.map(|bytes| CarriedFile {
        path: CHECKPOINT.to_owned(),
        open: Box::new(move || Ok(Box::new(io::Cursor::new(bytes.clone())))),
    });
    Ok(first.into_iter().chain(all.into_iter().map(file)).collect())
}

fn below(folder: &Path, name: &str, paths: &mut Vec<String>) -> anyhow::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    };
    for entry in entries {
        let entry = entry?;
        let Ok(own) = entry.file_name().into_string() else {
            bail!(
                "a file in {} has a name that is not UTF-8",
                folder.display()
            );
        };
        // A file that the service is still writing gets its name when it is whole.
        if own.starts_with('.') || own.ends_with(".new") {
            continue;
        }
        let path = format!("{name}/{own}");
        // Links are not followed: a backup holds what is in the folder.
        if entry.file_type()?.is_dir() {
            below(&entry.path(), &path, paths)?;
        } else if entry.file_type()?.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

/// Puts carried files below a folder, for their owner only.
pub struct FolderPlace {
    folder: PathBuf,
    file: Option<File>,
    made: Vec<PathBuf>,
}

impl FolderPlace {
    pub fn new(folder: &Path) -> FolderPlace {
        FolderPlace {
            folder: folder.to_owned(),
            file: None,
            made: Vec::new(),
        }
    }

    /// Takes the files away again, after a restore that failed.
    pub fn undo(&mut self) -> io::Result<()> {
        self.file = None;
        self.made.drain(..).try_for_each(fs::remove_file)
    }
}

impl FilePlace for FolderPlace {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        let whole = self.folder.join(path);
        if let Some(folder) = whole.parent() {
            private_folder(folder)?;
        }
        let mode = if path.starts_with("keys/") {
            0o400
        } else {
            0o600
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(mode);
        self.file = Some(options.open(&whole)?);
        self.made.push(whole);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file
            .as_mut()
            .map_or(Ok(()), |file| file.write_all(bytes))
    }

    fn end(&mut self) -> io::Result<()> {
        self.file.take().map_or(Ok(()), |file| file.sync_all())
    }
}

/// Makes a folder that only its owner can open.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    durable::make_folder(folder)
}

/// Writes a file under another name, and gives it its own once it is on the disk.
pub fn write_whole<T>(
    file: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let shown = || file.display().to_string();
    if file.exists() {
        bail!(
            "{} is there already: a backup never replaces a file",
            shown()
        );
    }
    let Some(name) = file.file_name() else {
        bail!("{} is no name of a file", shown());
    };
    let mut part = name.to_owned();
    part.push(".part");
    let part = file.with_file_name(part);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let out = options.open(&part).with_context(|| {
        format!(
            "{} (if another backup left it behind, remove it)",
            part.display()
        )
    })?;
    let written = (|| {
        let mut out = io::BufWriter::with_capacity(1 << 18, out);
        let value = write(&mut out)?;
        out.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        take_name(&part, file).with_context(shown)?;
        Ok(value)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn take_name(part: &Path, file: &Path) -> io::Result<()> {
    // A link fails where the name is taken, which a renaming would not.
    match fs::hard_link(part, file) {
        Ok(()) => fs::remove_file(part)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => fs::rename(part, file)?,
    }
    durable::sync_name(file)
}
