//! The first page of imports: give files, what waits, and what was imported before.
//!
//! Invariant: a form that was sent with something wrong is shown again with what is wrong.

use super::{FileView, file_views, moment, path_of, size, upload_name, who};
use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use crate::uploads::{KEPT_DAYS, State, UNKNOWN, Upload, UploadSettings, files_of};
use askama::Template;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::import::{Counts, ImportRow};
use std::collections::BTreeMap;

/// What is wrong with what was sent: the field, and the key of its sentence.
pub(super) struct Wrong {
    pub field: &'static str,
    pub key: &'static str,
}

impl Wrong {
    pub const fn new(field: &'static str, key: &'static str) -> Wrong {
        Wrong { field, key }
    }

    pub const fn too_large() -> Wrong {
        Wrong::new("files", "imports.too_large")
    }
}

/// An upload that is not done with.
struct UploadView {
    href: String,
    name: String,
    state: String,
    tone: &'static str,
}

/// Rows of one kind of an import.
pub(super) struct KindView {
    pub name: String,
    pub added: String,
    pub changed: String,
    pub ended: String,
    pub unchanged: String,
    pub rejected: String,
}

/// An import of the history.
pub(super) struct ImportView {
    pub no: u32,
    pub title: String,
    pub about: String,
    pub sum: String,
    pub kinds: Vec<KindView>,
    pub undone: Option<String>,
    /// Where it can be taken back.
    pub undo: Option<String>,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct ImportsPage {
    frame: Frame,
    title: String,
    /// The title of the window, which says so where something is wrong.
    window: String,
    errors: Vec<(String, String)>,
    /// Whether files can be given here.
    open: bool,
    once: String,
    folder_once: String,
    limit: String,
    folder: Option<Vec<FileView>>,
    uploads: Vec<UploadView>,
    kept: String,
    imports: Vec<ImportView>,
}

/// `GET /imports`
pub(crate) async fn show(visit: Visit) -> Response {
    visit.desk(|desk| page(desk, None)).await
}

pub(super) fn page(desk: Desk, wrong: Option<Wrong>) -> Result<Reply, AppError> {
    let rows = desk.app.imports()?;
    let uploads = desk.uploads();
    let frame = &desk.frame;
    let limit = uploads.as_ref().map_or(0, |all| all.settings.bytes_max);
    let limit = size(frame, limit);
    let errors = wrong.as_ref().map(|wrong| {
        let text = frame.fill(wrong.key, &[("limit", &limit)]);
        (wrong.field.to_owned(), text)
    });
    let title = frame.text("imports.title");
    let listed = uploads.as_ref().map(|all| all.list(desk.now));
    let page = ImportsPage {
        window: match wrong {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title.clone(),
        },
        title,
        errors: errors.into_iter().collect(),
        open: uploads.is_some(),
        once: desk.token()?,
        folder_once: desk.token()?,
        limit: frame.fill("imports.limit", &[("limit", &limit)]),
        folder: uploads
            .as_ref()
            .and_then(|all| folder_views(frame, &all.settings)),
        uploads: listed
            .unwrap_or_default()
            .iter()
            .filter(|upload| !upload.is_done())
            .map(|upload| upload_view(frame, upload))
            .collect(),
        kept: frame.count("imports.kept", KEPT_DAYS.unsigned_abs()),
        imports: rows.iter().map(|row| import_view(frame, row)).collect(),
        frame: desk.frame,
    };
    if page.errors.is_empty() {
        Reply::page(&page)
    } else {
        Reply::refused(&page)
    }
}

fn folder_views(frame: &Frame, settings: &UploadSettings) -> Option<Vec<FileView>> {
    let folder = settings.import_folder.as_ref()?;
    let files = files_of(folder).unwrap_or_default();
    let named: Vec<(&str, u64)> = files
        .iter()
        .map(|(name, _, bytes)| (name.as_str(), *bytes))
        .collect();
    Some(file_views(frame, &named))
}

fn upload_view(frame: &Frame, upload: &Upload) -> UploadView {
    let (state, tone) = match upload.state() {
        State::Unread => ("unread", "wait"),
        State::Waiting => ("waiting", "quiet"),
        State::Reading => ("reading", "quiet"),
        State::Ready { report, .. } if report.is_fatal() => ("fatal", "due"),
        State::Ready { report, .. } if report.is_empty() => ("empty", "due"),
        State::Ready { report, .. } if report.alters_nothing() => ("nothing", "quiet"),
        State::Ready { .. } => ("ready", "wait"),
        State::Writing => ("writing", "quiet"),
        State::Done(_) => ("mend", "wait"),
        State::Stopped(UNKNOWN) => ("unknown", "due"),
        State::Stopped(_) => ("stopped", "due"),
    };
    UploadView {
        href: path_of(&upload.id),
        name: upload_name(frame, upload),
        state: frame.code("upload_state", state),
        tone,
    }
}

/// Kinds in the order in which they build on each other.
const KINDS: [&str; 14] = [
    "orgs",
    "academicSessions",
    "courses",
    "classes",
    "users",
    "roles",
    "enrollments",
    "demographics",
    "calendar",
    "lessons",
    "timetables",
    "registers",
    "marks",
    "settings",
];

/// The counts by kind, those that say nothing left out.
pub(super) fn kind_views<'c>(
    frame: &Frame,
    counts: impl Iterator<Item = (&'c str, &'c Counts)>,
) -> Vec<KindView> {
    let mut counts: Vec<(&str, &Counts)> = counts
        .filter(|(_, c)| c.read > 0 || c.altering() > 0)
        .collect();
    counts.sort_by_key(|(kind, _)| KINDS.iter().position(|known| known == kind));
    counts
        .into_iter()
        .map(|(kind, c)| KindView {
            name: frame.code("import_kind", kind),
            added: frame.number(c.added),
            changed: frame.number(c.changed),
            ended: frame.number(c.ended),
            unchanged: frame.number(c.unchanged),
            rejected: frame.number(c.rejected),
        })
        .collect()
}

pub(super) fn import_view(frame: &Frame, row: &ImportRow) -> ImportView {
    let readers: Vec<String> = row
        .readers
        .iter()
        .map(|reader| frame.code("reader", reader))
        .collect();
    let by = who(frame, row.by.as_deref());
    let undone = row.undone.as_ref().map(|(at, by)| {
        let (at, by) = (moment(frame, *at), who(frame, by.as_deref()));
        frame.fill("imports.undone", &[("at", &at), ("name", &by)])
    });
    let counts = row.counts.iter().map(|(kind, c)| (kind.as_str(), c));
    ImportView {
        no: row.no,
        title: {
            let (no, at) = (row.no.to_string(), moment(frame, row.at));
            frame.fill("imports.import_title", &[("no", &no), ("at", &at)])
        },
        about: match readers.is_empty() {
            true => by,
            false => format!("{by} · {}", readers.join(", ")),
        },
        sum: sum_text(frame, &row.counts),
        kinds: kind_views(frame, counts),
        undone,
        undo: row.newest.then(|| format!("/imports/undo/{}", row.no)),
    }
}

/// How many rows are new, changed, ended and refused, over all kinds.
fn sum_text(frame: &Frame, counts: &BTreeMap<String, Counts>) -> String {
    let sum = |of: fn(&Counts) -> u64| frame.number(counts.values().map(of).sum::<u64>());
    let (added, changed) = (sum(|c| c.added), sum(|c| c.changed));
    let (ended, rejected) = (sum(|c| c.ended), sum(|c| c.rejected));
    if counts.is_empty() {
        return frame.text("imports.no_counts");
    }
    let values = [
        ("added", &*added),
        ("changed", &*changed),
        ("ended", &*ended),
        ("rejected", &*rejected),
    ];
    frame.fill("imports.sum", &values)
}
