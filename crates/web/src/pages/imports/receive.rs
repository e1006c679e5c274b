//! Takes files in: sent by a browser, or from the folder that the operator named.
//!
//! Invariant: nothing is taken from who has no right to import, and no more than the limit is kept.

use super::overview::{self, Wrong};
use crate::pages::visit::{Desk, Reply, Visit};
use crate::uploads::{FILES_MAX, Part, Uploads, files_of};
use axum::extract::Form;
use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use axum::response::Response;
use lasna_app::AppError;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;

type Sent = Vec<(String, String)>;
/// Longest name of a file, and longest value of a field that is none.
const NAME_MAX: usize = 200;
/// What is over the limit is read to its end, so that the browser hears the answer, up to so many
/// times the limit.
const DRAINED: u64 = 4;

/// What came with a form.
struct Received {
    once: String,
    /// The upload whose mapping is to be used again.
    with: String,
    part: Part,
}

/// `POST /imports`: files of a browser.
pub(crate) async fn upload(visit: Visit, sent: Result<Multipart, MultipartRejection>) -> Response {
    let handle = Handle::current();
    let fresh = visit.shared.token();
    visit
        .desk(move |desk| {
            desk.app.may_import()?;
            let uploads = super::uploads_of(&desk)?;
            let id = fresh.map_err(AppError::Problem)?;
            let received = match sent {
                Ok(multipart) => receive(&handle, multipart, &uploads, &id),
                Err(_) => Err(Wrong::new("files", "imports.no_file")),
            };
            match received.and_then(|received| with_mapping(&uploads, received)) {
                Ok(received) => keep(&desk, &uploads, received.part, &received.once),
                Err(wrong) => overview::page(desk, Some(wrong)),
            }
        })
        .await
}

/// `POST /imports/folder`: the files that lie in the operator's folder.
pub(crate) async fn folder(visit: Visit, Form(sent): Form<Sent>) -> Response {
    let fresh = visit.shared.token();
    visit
        .desk(move |desk| {
            desk.app.may_import()?;
            let uploads = super::uploads_of(&desk)?;
            let once = crate::pages::register::once_of(&sent)?;
            let id = fresh.map_err(AppError::Problem)?;
            let folder = uploads.settings.import_folder.clone();
            let taken = folder
                .ok_or(Wrong::new("folder", "imports.folder_gone"))
                .and_then(|folder| take_folder(&folder, &uploads, &id));
            match taken {
                Ok(part) => keep(&desk, &uploads, part, once),
                Err(wrong) => overview::page(desk, Some(wrong)),
            }
        })
        .await
}

/// Keeps the upload and shows it; one that was sent before is shown again.
fn keep(desk: &Desk, uploads: &Arc<Uploads>, part: Part, once: &str) -> Result<Reply, AppError> {
    if let Some(known) = uploads.of_once(once) {
        return Ok(Reply::Go(super::path_of(&known.id)));
    }
    let way = super::path_of(part.id());
    let by = desk.me()?.name.clone();
    uploads.keep(part, once, &desk.app, &by).map_err(not_kept)?;
    Ok(Reply::Go(way))
}

fn not_kept(error: std::io::Error) -> AppError {
    tracing::error!(kind = %error.kind(), "an upload could not be kept");
    AppError::Problem("imports.not_kept".into())
}

fn take_folder(folder: &Path, uploads: &Uploads, id: &str) -> Result<Part, Wrong> {
    let gone = |_| Wrong::new("folder", "imports.folder_gone");
    let files = files_of(folder).map_err(gone)?;
    if files.is_empty() {
        return Err(Wrong::new("folder", "imports.folder_empty"));
    }
    if files.len() > FILES_MAX {
        return Err(Wrong::new("folder", "imports.too_many"));
    }
    let mut part = uploads.begin(id).map_err(gone)?;
    for (name, path, _) in files {
        part.take(&name, &path).map_err(gone)?;
    }
    Ok(part)
}

fn receive(
    handle: &Handle,
    mut multipart: Multipart,
    uploads: &Uploads,
    id: &str,
) -> Result<Received, Wrong> {
    let broken = |_| Wrong::new("files", "imports.broken");
    let full = |_| Wrong::new("files", "imports.not_kept");
    let (mut once, mut with) = (String::new(), String::new());
    let mut part = uploads.begin(id).map_err(full)?;
    let mut meter = Meter::new(uploads.settings.bytes_max);
    while let Some(mut field) = handle.block_on(multipart.next_field()).map_err(broken)? {
        let Some(name) = field.file_name().map(base_name) else {
            let value = value_of(handle, &mut field)?;
            match field.name() {
                Some("once") => once = value,
                Some("with") => with = value,
                _ => {}
            }
            continue;
        };
        // A browser sends an empty file where none was chosen.
        if name.is_empty() {
            continue;
        }
        if part.files.len() == FILES_MAX {
            return Err(Wrong::new("files", "imports.too_many"));
        }
        if part.files.iter().any(|file| file.name == name) {
            return Err(Wrong::new("files", "imports.twice"));
        }
        let mut file = part.create(&name).map_err(full)?;
        while let Some(chunk) = handle.block_on(field.chunk()).map_err(broken)? {
            if meter.takes(chunk.len())? {
                part.write(&mut file, &chunk).map_err(full)?;
            }
        }
    }
    if meter.is_over() {
        return Err(Wrong::too_large());
    }
    if part.files.is_empty() {
        return Err(Wrong::new("files", "imports.no_file"));
    }
    if once.len() < 16 {
        return Err(Wrong::new("files", "frame.stale"));
    }
    Ok(Received { once, with, part })
}

/// Counts bytes against the limit.
struct Meter {
    sum: u64,
    max: u64,
}

impl Meter {
    fn new(max: u64) -> Meter {
        Meter { sum: 0, max }
    }

    /// Whether the bytes are kept; an error where there is no end of them.
    fn takes(&mut self, bytes: usize) -> Result<bool, Wrong> {
        self.sum += bytes as u64;
        if self.sum > self.max.saturating_mul(DRAINED) {
            return Err(Wrong::too_large());
        }
        Ok(!self.is_over())
    }

    fn is_over(&self) -> bool {
        self.sum > self.max
    }
}

fn value_of(handle: &Handle, field: &mut Field<'_>) -> Result<String, Wrong> {
    let mut bytes = Vec::new();
    let broken = |_| Wrong::new("files", "imports.broken");
    while let Some(chunk) = handle.block_on(field.chunk()).map_err(broken)? {
        if bytes.len() + chunk.len() > NAME_MAX {
            return Err(Wrong::new("files", "imports.broken"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Wrong::new("files", "imports.broken"))
}

/// The last part of a file's name, as the readers know it.
fn base_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars()
        .filter(|c| !c.is_control())
        .take(NAME_MAX)
        .collect()
}

/// Where mended rows come alone, the mapping of the upload that they are from comes with them.
fn with_mapping(uploads: &Uploads, mut received: Received) -> Result<Received, Wrong> {
    let names: Vec<&str> = received
        .part
        .files
        .iter()
        .map(|f| f.name.as_str())
        .collect();
    let is_mapping = |word: &Option<&str>| *word == Some("mapping");
    let has = lasna_app::import::recognised(&names).iter().any(is_mapping);
    let Some(other) = uploads.find(&received.with).filter(|_| !has) else {
        return Ok(received);
    };
    if let Some((no, name)) = super::mapping_of(&other) {
        received
            .part
            .take_staged(&other.id, no, &name)
            .map_err(|_| Wrong::new("files", "imports.files_gone"))?;
    }
    Ok(received)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        for (given, name) in [
            ("marks.csv", "marks.csv"),
            ("../../etc/marks.csv", "marks.csv"),
            ("C:\\export\\marks.csv", "marks.csv"),
            ("..", ".."),
            ("export/", ""),
            ("ma\0rks\n.csv", "marks.csv"),
        ] {
            assert_eq!(base_name(given), name);
        }
    }

    #[test]
    fn what_is_over_the_limit_is_read_and_not_kept() {
        let mut meter = Meter::new(10);
        assert_eq!(meter.takes(10).ok(), Some(true));
        assert_eq!(meter.takes(1).ok(), Some(false));
        assert!(meter.is_over());
        assert!(meter.takes(30).is_err());
    }
}
