//! One upload: it is read, it is looked at, it is written, and what was refused is mended.
//!
//! While it is worked on the page asks for itself again, without a script.
//!
//! Invariant: the button writes what this page shows, by its fingerprint.

use super::overview::Wrong;
use super::report::{ReportView, report_view, told};
use super::{FileView, file_views, mapping_of, path_of, upload_name, uploads_of};
use crate::pages::frame::Frame;
use crate::pages::register::field;
use crate::pages::visit::{Desk, Reply, Visit};
use crate::uploads::{State, UNKNOWN, Upload};
use askama::Template;
use axum::extract::{Form, Path};
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::import::{Report, refused_rows};
use lasna_formats::finding::Finding;
use lasna_formats::sis::Table;
use std::sync::Arc;

type Sent = Vec<(String, String)>;
/// Seconds after which a page of something that is worked on asks again.
const AGAIN: u8 = 2;

/// A file of refused rows.
struct RefusedView {
    href: String,
    text: String,
}

#[derive(Template)]
#[template(path = "import_upload.html")]
struct UploadPage {
    frame: Frame,
    title: String,
    /// The title of the window, which says so where something is wrong.
    window: String,
    about: String,
    path: String,
    errors: Vec<(String, String)>,
    /// What it waits for, while it is worked on.
    busy: Option<String>,
    again: bool,
    stopped: Option<String>,
    /// No file was for a reader: reading again would not help.
    unknown: bool,
    report: Option<ReportView>,
    /// Written: what came of it.
    done: Option<String>,
    files: Vec<FileView>,
    refused_files: Vec<RefusedView>,
    /// For the form of mended rows.
    once: String,
    with: String,
}

fn find(desk: &Desk, id: &str) -> Result<Arc<Upload>, AppError> {
    desk.app.may_import()?;
    let found = uploads_of(desk)?.find(id);
    found.ok_or(AppError::NotFound("upload"))
}

/// `GET /imports/uploads/{upload}`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit
        .desk(move |desk| {
            let upload = find(&desk, &id)?;
            if matches!(upload.state(), State::Unread) {
                uploads_of(&desk)?.read(&upload, &desk.app);
            }
            page(desk, &upload, None)
        })
        .await
}

/// `POST /imports/uploads/{upload}/read`: once more, where something has changed around it.
pub(crate) async fn read(visit: Visit, Path(id): Path<String>) -> Response {
    visit
        .desk(move |desk| {
            let upload = find(&desk, &id)?;
            uploads_of(&desk)?.read(&upload, &desk.app);
            Ok(Reply::Go(path_of(&id)))
        })
        .await
}

/// `POST /imports/uploads/{upload}/write`: what was looked at.
pub(crate) async fn write(
    visit: Visit,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    visit
        .desk(move |desk| {
            let upload = find(&desk, &id)?;
            let accept = field(&sent, "accept") == "yes";
            let blown = match upload.state() {
                State::Ready { report, .. } => report_view(&desk.frame, &report).fuse,
                _ => false,
            };
            if blown && !accept {
                return page(
                    desk,
                    &upload,
                    Some(Wrong::new("accept", "imports.accept_first")),
                );
            }
            let seen = field(&sent, "seen").parse().unwrap_or(0);
            uploads_of(&desk)?.write(&upload, &desk.app, seen, accept);
            Ok(Reply::Go(path_of(&id)))
        })
        .await
}

/// `POST /imports/uploads/{upload}/discard`
pub(crate) async fn discard(visit: Visit, Path(id): Path<String>) -> Response {
    visit
        .desk(move |desk| {
            desk.app.may_import()?;
            let uploads = uploads_of(&desk)?;
            // Thrown away twice is thrown away.
            if let Some(upload) = uploads.find(&id) {
                uploads.discard(&upload);
            }
            Ok(Reply::Go("/imports".into()))
        })
        .await
}

/// `GET /imports/uploads/{upload}/refused/{file}`: the refused rows of one file, to be mended.
pub(crate) async fn refused(visit: Visit, Path((id, no)): Path<(String, String)>) -> Response {
    visit
        .desk(move |desk| {
            let upload = find(&desk, &id)?;
            let missing = || AppError::NotFound("file");
            let no: usize = no.parse().map_err(|_| missing())?;
            let report = upload.report().ok_or_else(missing)?;
            let table = upload
                .files
                .get(no)
                .and_then(|file| Table::of_file_name(&file.name));
            let table = table.ok_or_else(missing)?;
            let uploads = uploads_of(&desk)?;
            let file = uploads.input(&upload, no).ok_or_else(missing)?;
            let mapping = mapping_of(&upload).and_then(|(no, _)| uploads.input(&upload, no));
            desk.app.note_refused_rows()?;
            let tell = |finding: &Finding| told(&desk.frame, finding);
            let bytes = refused_rows(file, mapping, &report, tell)?;
            let name = format!("{}.rejected.csv", table.name());
            Ok(Reply::Bytes("text/csv; charset=utf-8", name, bytes))
        })
        .await
}

fn page(desk: Desk, upload: &Upload, wrong: Option<Wrong>) -> Result<Reply, AppError> {
    let state = upload.state();
    let once = desk.token()?;
    let frame = desk.frame;
    let errors: Vec<(String, String)> = wrong
        .iter()
        .map(|wrong| (wrong.field.to_owned(), frame.text(wrong.key)))
        .collect();
    let report = match &state {
        State::Ready { report, .. } | State::Done(report) => Some(report.clone()),
        _ => None,
    };
    let title = frame.code("upload_title", title_of(&state));
    let files: Vec<(&str, u64)> = upload
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.bytes))
        .collect();
    let page = UploadPage {
        window: if errors.is_empty() {
            title.clone()
        } else {
            frame.fill("frame.error_in_title", &[("title", &title)])
        },
        title,
        about: upload_name(&frame, upload),
        path: path_of(&upload.id),
        errors,
        busy: busy_text(&frame, &state, upload.rows()),
        again: matches!(state, State::Ready { again: true, .. }),
        stopped: match &state {
            State::Stopped(key) => Some(frame.text(key)),
            _ => None,
        },
        unknown: matches!(state, State::Stopped(UNKNOWN)),
        done: match &state {
            State::Done(report) => Some(done_text(&frame, report)),
            _ => None,
        },
        refused_files: report
            .iter()
            .flat_map(|report| refused_views(&frame, upload, report))
            .collect(),
        report: report.map(|report| report_view(&frame, &report)),
        files: file_views(&frame, &files),
        once,
        with: upload.id.clone(),
        frame,
    };
    if !page.errors.is_empty() {
        return Reply::refused(&page);
    }
    match (page.busy.is_some(), Reply::page(&page)?) {
        (true, Reply::Page(html)) => Ok(Reply::Again(AGAIN, html)),
        (_, reply) => Ok(reply),
    }
}

fn title_of(state: &State) -> &'static str {
    match state {
        State::Unread | State::Waiting | State::Reading => "reading",
        State::Ready { report, .. } if report.is_fatal() => "fatal",
        State::Ready { report, .. } if report.is_empty() => "empty",
        State::Ready { .. } => "ready",
        State::Writing => "writing",
        State::Done(_) => "done",
        State::Stopped(UNKNOWN) => "unknown",
        State::Stopped(_) => "stopped",
    }
}

fn busy_text(frame: &Frame, state: &State, rows: u64) -> Option<String> {
    let rows = frame.number(rows);
    let key = match state {
        State::Unread | State::Waiting => return Some(frame.text("imports.waiting")),
        State::Reading => "imports.reading",
        State::Writing => "imports.writing",
        _ => return None,
    };
    Some(frame.fill(key, &[("n", &rows)]))
}

fn done_text(frame: &Frame, report: &Report) -> String {
    match report.import_id {
        Some(no) => frame.fill("imports.done", &[("no", &no.to_string())]),
        None => frame.text("imports.done_nothing"),
    }
}

/// The files of which register rows were refused.
fn refused_views(frame: &Frame, upload: &Upload, report: &Report) -> Vec<RefusedView> {
    if report.is_fatal() {
        return Vec::new();
    }
    let mut views = Vec::new();
    for (no, file) in upload.files.iter().enumerate() {
        let of_file = |row: &&Finding| row.row > 0 && row.file == file.name;
        let rows = report.rejected.iter().filter(of_file).count() as u64;
        if rows > 0 && Table::of_file_name(&file.name).is_some() {
            let text = frame.count("imports.refused_file", rows);
            views.push(RefusedView {
                href: format!("{}/refused/{no}", path_of(&upload.id)),
                text: format!("{} · {text}", file.name),
            });
        }
    }
    views
}
