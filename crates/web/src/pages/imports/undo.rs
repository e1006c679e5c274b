//! Taking the newest import back, after a question.
//!
//! Invariant: what is asked about is what is taken back, or nothing is.

use super::overview::{ImportView, import_view};
use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::import::ImportRow;
use lasna_app::{AppError, ImportStop};
use lasna_domain::access::Action;

#[derive(Template)]
#[template(path = "import_undo.html")]
struct UndoPage {
    frame: Frame,
    title: String,
    import: ImportView,
    /// Whether it is the newest in force.
    can: bool,
}

/// `GET /imports/undo/{no}`
pub(crate) async fn ask(visit: Visit, Path(no): Path<String>) -> Response {
    visit
        .desk(move |desk| {
            let row = row_of(&desk, &no)?;
            desk.app.fresh_for(Action::UndoImport)?;
            Reply::page(&page_of(desk, &row))
        })
        .await
}

/// `POST /imports/undo/{no}`
pub(crate) async fn undo(visit: Visit, Path(no): Path<String>) -> Response {
    visit
        .desk(move |desk| {
            let row = row_of(&desk, &no)?;
            desk.app.fresh_for(Action::UndoImport)?;
            // Two clicks take back once.
            if row.undone.is_none() {
                match desk.app.undo_import(row.no) {
                    Ok(()) => {}
                    Err(AppError::Import(ImportStop::NotNewest { .. })) => {
                        return Reply::refused(&page_of(desk, &row));
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(Reply::Go(format!("/imports#import-{}", row.no)))
        })
        .await
}

fn row_of(desk: &Desk, no: &str) -> Result<ImportRow, AppError> {
    let rows = desk.app.imports()?;
    let found = rows.into_iter().find(|row| row.no.to_string() == no);
    found.ok_or(AppError::NotFound("import"))
}

fn page_of(desk: Desk, row: &ImportRow) -> UndoPage {
    let frame = desk.frame;
    let no = row.no.to_string();
    UndoPage {
        title: frame.fill("imports.undo_title", &[("no", &no)]),
        can: row.newest,
        import: import_view(&frame, row),
        frame,
    }
}
