//! Imports: give files, look at the difference, write it, mend what was refused, take it back.
//!
//! Invariant: nothing is written that was not shown before as it would be.

pub(crate) mod codes;
pub(crate) mod overview;
pub(crate) mod receive;
mod report;
pub(crate) mod staged;
pub(crate) mod undo;

use super::frame::{Frame, day_text, time_text};
use super::visit::Desk;
use crate::uploads::{Upload, Uploads};
use lasna_app::AppError;
use lasna_app::import::recognised;
use lasna_domain::calendar::Instant;
use std::sync::Arc;

/// The page of an upload.
fn path_of(id: &str) -> String {
    format!("/imports/uploads/{id}")
}

/// Where uploads are kept; without it nothing can be given here.
fn uploads_of(desk: &Desk) -> Result<Arc<Uploads>, AppError> {
    desk.uploads().ok_or(AppError::NotFound("uploads"))
}

/// The place and the name of the mapping among the files of an upload.
fn mapping_of(upload: &Upload) -> Option<(usize, String)> {
    let names: Vec<&str> = upload.files.iter().map(|file| file.name.as_str()).collect();
    let words = recognised(&names);
    let no = words.iter().position(|word| *word == Some("mapping"))?;
    Some((no, names[no].to_owned()))
}

/// A day and time as people write them.
fn moment(frame: &Frame, at: Instant) -> String {
    let (day, time) = (
        day_text(at.day_in_finland()),
        time_text(at.time_in_finland()),
    );
    frame.fill("imports.moment", &[("day", &day), ("time", &time)])
}

/// Who did something; `None` is whoever runs the program.
fn who(frame: &Frame, by: Option<&str>) -> String {
    by.map_or_else(|| frame.text("imports.operator"), str::to_owned)
}

/// Files of an upload that its name tells.
const NAMES_TOLD: usize = 3;

/// An upload by its files, when they came and from whom.
fn upload_name(frame: &Frame, upload: &Upload) -> String {
    let names = upload.files.iter().take(NAMES_TOLD);
    let names: Vec<&str> = names.map(|file| file.name.as_str()).collect();
    let mut files = names.join(", ");
    let more = upload.files.len().saturating_sub(NAMES_TOLD) as u64;
    if more > 0 {
        files = format!("{files} {}", frame.count("imports.more_files", more));
    }
    let at = moment(frame, upload.at);
    let values = [("at", &*at), ("files", &*files), ("name", &*upload.by)];
    frame.fill("imports.upload_name", &values)
}

/// The size of a file in words.
fn size(frame: &Frame, bytes: u64) -> String {
    let (n, unit) = match bytes {
        0..1_000_000 => (bytes.div_ceil(1_000), "kb"),
        _ => (bytes.div_ceil(1_000_000), "mb"),
    };
    format!("{}\u{a0}{}", frame.number(n), frame.code("size", unit))
}

/// What a file is, by its name.
struct FileView {
    name: String,
    what: String,
    is_read: bool,
    size: String,
}

fn file_views(frame: &Frame, files: &[(&str, u64)]) -> Vec<FileView> {
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let words = recognised(&names);
    let view = |(&(name, bytes), word): (&(&str, u64), &Option<&str>)| FileView {
        name: name.to_owned(),
        what: frame.code("reader", word.unwrap_or("nothing")),
        is_read: word.is_some(),
        size: size(frame, bytes),
    };
    files.iter().zip(&words).map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasna_domain::model::Language;

    #[test]
    fn thousands_stand_apart() {
        let text = |language, n: u64| Frame::new(language).number(n);
        assert_eq!(text(Language::Fi, 1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(text(Language::En, 1_234), "1,234");
        assert_eq!(text(Language::Sv, 999), "999");
        assert_eq!(text(Language::Sv, 1_000), "1\u{a0}000");
        let frame = Frame::new(Language::En);
        assert_eq!(size(&frame, 1_500), "2\u{a0}kB");
    }
}
