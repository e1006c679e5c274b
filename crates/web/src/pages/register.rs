//! The register of one lesson: all are present until somebody says otherwise.
//!
//! It is a form with a choice for each pupil, so it works without a script; the script adds keys and
//! the count on the button. What is not here: which lessons there are, which is the first page.
//!
//! Invariant: what one person saved is never replaced unseen by another's older sheet.

use super::frame::{Frame, time_text};
use super::today::{LessonView, lesson_view};
use super::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::extract::{Form, Path};
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::registers::{Entry, Known, LessonKey, NewRegister, Saved, Sheet, SheetRow};
use lasna_domain::calendar::TimeOfDay;
use lasna_domain::ids::{GroupNo, PersonNo, PupilNo};
use std::collections::BTreeMap;

struct RowView {
    pupil: PupilNo,
    name: String,
    known: Option<String>,
    entry: &'static str,
    minutes: String,
    /// What the other saved, where that differs.
    theirs: Option<String>,
    differs: bool,
}

struct SavedView {
    text: String,
    undo: Option<u32>,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    title: String,
    about: String,
    lesson: LessonView,
    rows: Vec<RowView>,
    base: u32,
    once: String,
    saved: Option<SavedView>,
    conflict: Option<String>,
    done: bool,
    ahead: bool,
    sum: String,
}

/// The words of a path, and of a key where they name a lesson.
type LessonPath = Path<(String, String, String)>;

fn key_of((group, day, start): &(String, String, String)) -> Result<LessonKey, AppError> {
    let missing = || AppError::NotFound("lesson");
    Ok(LessonKey {
        group: GroupNo(group.parse().map_err(|_| missing())?),
        day: day.parse().map_err(|_| missing())?,
        start: TimeOfDay(start.parse().map_err(|_| missing())?),
    })
}

const fn code_of(entry: Entry) -> &'static str {
    match entry {
        Entry::Present => "present",
        Entry::Absent => "absent",
        Entry::Late(_) => "late",
        Entry::Elsewhere => "elsewhere",
    }
}

fn row_view(frame: &Frame, row: &SheetRow, asked: Option<Entry>) -> RowView {
    let shown = asked.unwrap_or(row.entry);
    let known = match row.known {
        Known::Nothing => None,
        Known::Explained => Some("explained"),
        Known::Unexplained => Some("unexplained"),
        Known::Elsewhere => Some("elsewhere"),
    };
    let differs = asked.is_some_and(|asked| asked != row.entry);
    RowView {
        pupil: row.pupil,
        name: row.listed.clone(),
        known: known.map(|code| frame.code("known", code)),
        entry: code_of(shown),
        minutes: match shown {
            Entry::Late(minutes) => minutes.to_string(),
            _ => "10".to_owned(),
        },
        theirs: differs.then(|| entry_text(frame, row.entry)),
        differs,
    }
}

fn entry_text(frame: &Frame, entry: Entry) -> String {
    let text = frame.code("entry", code_of(entry));
    match entry {
        Entry::Late(minutes) => format!("{text} {minutes} min"),
        _ => text,
    }
}

fn sum_text(frame: &Frame, rows: &[RowView]) -> String {
    let of = |code: &str| {
        rows.iter()
            .filter(|row| row.entry == code)
            .count()
            .to_string()
    };
    let (present, absent, late) = (of("present"), of("absent"), of("late"));
    let values = [
        ("present", &*present),
        ("absent", &*absent),
        ("late", &*late),
    ];
    frame.fill("register.sum", &values)
}

/// The page of a sheet; `asked` is what the writer of a refused save had said.
fn page_of(
    desk: Desk,
    sheet: &Sheet,
    asked: Option<&BTreeMap<PupilNo, Entry>>,
    done: bool,
    once: String,
) -> RegisterPage {
    let frame = desk.frame;
    let lesson = &sheet.lesson;
    let rows: Vec<RowView> = sheet
        .rows
        .iter()
        .map(|row| {
            row_view(
                &frame,
                row,
                asked.and_then(|asked| asked.get(&row.pupil).copied()),
            )
        })
        .collect();
    let end = TimeOfDay(lesson.key.start.0 + lesson.minutes);
    let times = format!("{}–{}", time_text(lesson.key.start), time_text(end));
    let day = frame.weekday(lesson.key.day);
    let pupils = frame.count("register.pupils", sheet.rows.len() as u64);
    let saved = sheet.saved.as_ref().map(|saved| {
        let time = time_text(saved.at.time_in_finland());
        let values = [("time", &*time), ("name", &*saved.name)];
        SavedView {
            text: frame.fill("register.saved", &values),
            undo: saved.undo.then_some(saved.no),
        }
    });
    let conflict = asked.map(|_| {
        let (time, name) = sheet.saved.as_ref().map_or_else(Default::default, |saved| {
            (time_text(saved.at.time_in_finland()), saved.name.clone())
        });
        frame.fill("register.conflict", &[("time", &time), ("name", &name)])
    });
    let view = lesson_view(&frame, lesson, false);
    RegisterPage {
        title: view.name.clone(),
        about: format!("{day} · {times} · {pupils}"),
        sum: sum_text(&frame, &rows),
        rows,
        base: sheet.base,
        once,
        saved,
        conflict,
        done,
        ahead: lesson.state == lasna_app::registers::RegisterState::Ahead,
        lesson: view,
        frame,
    }
}

/// `GET /registers/{group}/{day}/{start}`
pub(crate) async fn sheet(visit: Visit, Path(path): LessonPath) -> Response {
    let once = visit.shared.token();
    let done = visit.query == "saved";
    visit
        .desk(move |desk| {
            let sheet = desk.app.sheet(key_of(&path)?)?;
            let once = once.map_err(AppError::Problem)?;
            Reply::page(&page_of(desk, &sheet, None, done, once))
        })
        .await
}

fn entries_of(form: &[(String, String)]) -> BTreeMap<PupilNo, Entry> {
    let minutes: BTreeMap<&str, u16> = form
        .iter()
        .filter_map(|(name, value)| {
            Some((name.strip_prefix("minutes-")?, value.trim().parse().ok()?))
        })
        .collect();
    let mut entries = BTreeMap::new();
    for (name, value) in form {
        let Some((text, pupil)) = name
            .strip_prefix("entry-")
            .and_then(|text| Some((text, text.parse().ok()?)))
        else {
            continue;
        };
        let entry = match value.as_str() {
            "present" => Entry::Present,
            "absent" => Entry::Absent,
            "late" => Entry::Late(minutes.get(text).copied().unwrap_or(10).max(1)),
            "elsewhere" => Entry::Elsewhere,
            _ => continue,
        };
        entries.insert(PersonNo(pupil), entry);
    }
    entries
}

pub(crate) fn field<'f>(form: &'f [(String, String)], name: &str) -> &'f str {
    form.iter()
        .find(|(known, _)| known == name)
        .map_or("", |(_, value)| value)
}

/// `POST /registers/{group}/{day}/{start}`
pub(crate) async fn save(
    visit: Visit,
    Path(path): LessonPath,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let fresh = visit.shared.token();
    visit
        .desk(move |desk| {
            let key = key_of(&path)?;
            let entries = entries_of(&form);
            let new = NewRegister {
                key,
                base: field(&form, "base").parse().unwrap_or(0),
                once: once_of(&form)?,
                entries: entries.clone(),
            };
            match desk.app.save_register(&new)? {
                Saved::Kept(_) => Ok(Reply::Go(format!("{}?saved", path_of(key)))),
                Saved::Conflict => {
                    let sheet = desk.app.sheet(key)?;
                    let once = fresh.map_err(AppError::Problem)?;
                    match Reply::page(&page_of(desk, &sheet, Some(&entries), false, once))? {
                        Reply::Page(html) => {
                            Ok(Reply::Refused(axum::http::StatusCode::CONFLICT, html))
                        }
                        other => Ok(other),
                    }
                }
            }
        })
        .await
}

/// What tells a repeated sending from a new one.
pub(crate) fn once_of(form: &[(String, String)]) -> Result<&str, AppError> {
    let once = field(form, "once");
    let plain = once.len() <= 80 && once.bytes().all(|byte| byte.is_ascii_hexdigit());
    if once.len() < 16 || !plain {
        return Err(AppError::Problem("frame.stale".into()));
    }
    Ok(once)
}

fn path_of(key: LessonKey) -> String {
    format!("/registers/{}/{}/{}", key.group, key.day, key.start.0)
}

/// `POST /registers/{group}/{day}/{start}/undo`
pub(crate) async fn undo(
    visit: Visit,
    Path(path): LessonPath,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    visit
        .desk(move |desk| {
            let key = key_of(&path)?;
            let no = field(&form, "save").parse().unwrap_or(0);
            desk.app.undo_register(key, no)?;
            Ok(Reply::Go(path_of(key)))
        })
        .await
}
