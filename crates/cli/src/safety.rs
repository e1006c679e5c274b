//! Refuses to serve with a set-up that would show data to others.
//!
//! Invariant: each refusal names what is wrong and how to mend it; nothing is mended silently.

use crate::args::{Args, ServeArgs};
use lasna_store::db::Place;
use lasna_web::UploadSettings;
use std::fmt;
use std::net::ToSocketAddrs as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Why the service does not start.
#[derive(Debug)]
pub struct Unsafe(String);

impl Unsafe {
    /// A set-up that is refused, and how to mend it.
    pub const fn new(text: String) -> Unsafe {
        Unsafe(text)
    }
}

impl fmt::Display for Unsafe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsafe {}

/// Rights of users who are neither the owner nor of the group.
const OTHERS: u32 = 0o007;

/// Looks at the set-up before anything is opened.
///
/// # Errors
/// The first thing that is unsafe.
pub fn check(
    args: &Args,
    place: &Place,
    serve: &ServeArgs,
    uploads: &UploadSettings,
) -> Result<(), Unsafe> {
    if serve.insecure_dev {
        eprintln!("lasna: --insecure-dev: an unsafe set-up is not refused; use no real data");
        return Ok(());
    }
    listens(&serve.listen, serve.tls_proxy)?;
    if let Place::Folder(folder) = place {
        database(folder)?;
    }
    if let Some(folder) = &args.data {
        closed(&folder.join("uploads"), "of uploads")?;
    }
    closed(&uploads.folder, "of uploads")?;
    match &uploads.import_folder {
        Some(folder) => closed(folder, "of imports"),
        None => Ok(()),
    }
}

/// An address that others reach needs TLS before it.
fn listens(listen: &str, tls_proxy: bool) -> Result<(), Unsafe> {
    // An address that cannot be read is told by who opens the socket.
    let mut addresses = listen.to_socket_addrs().into_iter().flatten();
    if tls_proxy || addresses.all(|address| address.ip().is_loopback()) {
        return Ok(());
    }
    Err(Unsafe(format!(
        "--listen {listen}: other machines would reach it without TLS. Listen on 127.0.0.1, or \
         put a proxy with TLS before it and say --tls-proxy"
    )))
}

/// The file and its log, where others could come to them.
fn database(folder: &Path) -> Result<(), Unsafe> {
    if rights(folder) & OTHERS == 0 {
        return Ok(());
    }
    for name in ["lasna.sqlite3", "lasna.sqlite3-wal"] {
        closed(&folder.join(name), "of the database")?;
    }
    Ok(())
}

fn closed(path: &Path, what: &str) -> Result<(), Unsafe> {
    let rights = rights(path);
    if rights & OTHERS == 0 {
        return Ok(());
    }
    let shown = path.display();
    let kind = if path.is_dir() { "folder" } else { "file" };
    Err(Unsafe(format!(
        "{shown}: every user of this machine may use the {kind} {what} (rights {rights:03o}). \
         Say chmod o-rwx {shown}"
    )))
}

/// The rights of what is there; what is not is made for its owner alone.
fn rights(path: &Path) -> u32 {
    std::fs::metadata(path).map_or(0, |found| found.permissions().mode() & 0o777)
}
