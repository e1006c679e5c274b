//! SQLite: one writer whose changes share commits, many readers.
//!
//! Invariant: there is one writing connection, and after the storage failed under it nothing is
//! written any more.

mod conn;
mod group;
mod readers;

pub(super) use conn::{Conn, Insert, column};
pub(super) use group::Sharing;

use super::error::{DbError, ErrorKind};
use super::tx::{self, Read, Tx};
use conn::Access;
use group::Writer;
use readers::Readers;
use std::path::Path;

/// The file of a folder.
const FILE: &str = "lasna.sqlite3";

/// An open file.
pub(super) struct Sqlite {
    // Closed before the writer, which then empties the log and removes it.
    readers: Readers,
    writer: Writer,
}

impl Sqlite {
    pub(super) fn open(folder: &Path) -> Result<Sqlite, DbError> {
        create_folder(folder).map_err(|error| {
            let text = format!("cannot create the folder {}: {error}", folder.display());
            DbError::new(ErrorKind::Configuration, text)
        })?;
        let file = folder.join(FILE);
        create_file(&file).map_err(|error| {
            let text = format!("cannot make {}: {error}", file.display());
            DbError::new(ErrorKind::Configuration, text)
        })?;
        let conn = Conn::open(&file, Access::Write)?;
        // The log has its name by now.
        sync_folder(folder).map_err(|error| {
            let text = format!("the folder of the database cannot be synced: {error}");
            DbError::new(ErrorKind::Broken, text)
        })?;
        Ok(Sqlite {
            writer: Writer::new(conn, &file),
            readers: Readers::new(file),
        })
    }

    pub(super) fn keep_rows(
        &self,
        changing: Vec<(&'static str, &'static str)>,
    ) -> Result<(), DbError> {
        self.writer.keep_rows(changing)
    }

    pub(super) fn on_fatal(&self, hook: group::Hook) {
        self.writer.on_fatal(hook);
    }

    pub(super) fn write<T, E: From<DbError>>(
        &self,
        sharing: Sharing,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.writer.write(sharing, change)
    }

    pub(super) fn read<T, E: From<DbError>>(
        &self,
        query: impl FnOnce(&mut Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.with(|conn| {
            conn.execute_batch("begin deferred")?;
            query(&mut Read::new(tx::Conn::Sqlite(conn)))
        })
    }

    pub(super) fn prepare_all(
        &self,
        statements: &[&str],
    ) -> Result<Vec<(usize, DbError)>, DbError> {
        self.readers.with(|conn| {
            let refused = statements.iter().enumerate();
            Ok(refused
                .filter_map(|(n, sql)| conn.prepare(sql).err().map(|e| (n, e)))
                .collect())
        })
    }

    pub(super) fn scrub(&self) -> Result<(), DbError> {
        self.writer.scrub()
    }

    pub(super) fn integrity(&self) -> Result<(), DbError> {
        self.readers.with(|conn| {
            all_well(conn, "pragma integrity_check(1)")?;
            match first(conn, "pragma foreign_key_check")? {
                Some(table) => broken(format!("a row of {table} refers to nothing")),
                None => Ok(()),
            }
        })
    }

    pub(super) fn quick_check(&self) -> Result<(), DbError> {
        self.readers
            .with(|conn| all_well(conn, "pragma quick_check(1)"))
    }
}

fn first(conn: &Conn, sql: &str) -> Result<Option<String>, DbError> {
    let mut found = None;
    conn.query_each(sql, &[], &mut |row| {
        found = row.get::<String>(0).ok();
        false
    })?;
    Ok(found)
}

fn broken<T>(text: String) -> Result<T, DbError> {
    Err(DbError::new(ErrorKind::Broken, text))
}

fn all_well(conn: &Conn, check: &str) -> Result<(), DbError> {
    match first(conn, check)? {
        Some(text) if text == "ok" => Ok(()),
        Some(text) => broken(text),
        None => broken("the check gave no answer".to_owned()),
    }
}

/// Creates the folder for its owner only: the file holds what a school knows of its pupils.
///
/// A database that is synced is lost all the same where a power cut takes the name of its folder, so
/// each folder that is made here is synced into the one above it.
fn create_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent();
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    create_folder(parent)?;
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        done => done?,
    }
    sync_folder(parent)
}

/// Creates the file for its owner only, where it is missing; SQLite gives its log the same rights.
fn create_file(file: &Path) -> std::io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?;
    sync_folder(file.parent().unwrap_or_else(|| Path::new(".")))
}

/// Puts the names in a folder on the disk. SQLite does so too, but passes over an error of it.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}
