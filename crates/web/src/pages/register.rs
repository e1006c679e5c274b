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
use axum::http::StatusCode;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::registers::{
    Entry, Known, LessonKey, NewRegister, RegisterState, Saved, SavedBy, Sheet, SheetRow,
};
use lasna_domain::calendar::TimeOfDay;
use lasna_domain::ids::{GroupNo, PersonNo, PupilNo};
use std::collections::BTreeMap;

/// Minutes that stand in the field before anybody types.
const LATE_BEFORE: u16 = 10;

struct RowView {
    pupil: PupilNo,
    name: String,
    known: Option<String>,
    entry: &'static str,
    /// What is saved, as the form carries it back.
    was: String,
    minutes: String,
    /// What the other saved, where the writer says something else of the same pupil.
    theirs: Option<String>,
    /// What is wrong with the minutes.
    error: Option<String>,
}

/// Why a save was refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Conflict,
    Incomplete,
    Minutes,
}

/// What a form says of one pupil.
struct Asked {
    entry: Entry,
    /// What was on the sheet that the writer had seen.
    was: Option<Entry>,
    /// The minutes as they were typed.
    typed: String,
}

struct AlertView {
    title: String,
    text: String,
    links: Vec<(String, String)>,
    /// Whether the saved register may be left as it is.
    keep: bool,
}

struct SavedView {
    text: String,
    undo: Option<u32>,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    heading: String,
    title: String,
    about: String,
    lesson: LessonView,
    rows: Vec<RowView>,
    base: u32,
    once: String,
    saved: Option<SavedView>,
    alert: Option<AlertView>,
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

/// What a row shows of a sheet that somebody wrote on: rows that the writer left alone show what is
/// saved, and only where both changed a pupil they differ.
fn shown_of(saved: Entry, asked: Option<&Asked>) -> (Entry, bool) {
    match asked {
        Some(asked) if asked.was != Some(asked.entry) => {
            let both = asked.was != Some(saved) && asked.entry != saved;
            (asked.entry, both)
        }
        _ => (saved, false),
    }
}

/// A lateness that the writer may not have meant.
fn is_odd(asked: &Asked, minutes: u16) -> bool {
    matches!(asked.entry, Entry::Late(late) if late == 0 || late > minutes)
}

fn row_view(frame: &Frame, row: &SheetRow, asked: Option<&Asked>, minutes: u16) -> RowView {
    let (shown, differs) = shown_of(row.entry, asked);
    let known = match row.known {
        Known::Nothing => None,
        Known::Explained => Some("explained"),
        Known::Unexplained => Some("unexplained"),
        Known::Elsewhere => Some("elsewhere"),
    };
    let odd = asked.filter(|asked| is_odd(asked, minutes));
    RowView {
        pupil: row.pupil,
        name: row.listed.clone(),
        known: known.map(|code| frame.code("known", code)),
        entry: code_of(shown),
        was: form_of(row.entry),
        minutes: match (odd, shown) {
            (Some(odd), _) => odd.typed.clone(),
            (None, Entry::Late(minutes)) => minutes.to_string(),
            _ => minutes.min(LATE_BEFORE).to_string(),
        },
        theirs: differs.then(|| entry_text(frame, row.entry)),
        error: odd.map(|_| minutes_text(frame, minutes)),
    }
}

fn minutes_text(frame: &Frame, minutes: u16) -> String {
    frame.fill("register.minutes_wrong", &[("n", &minutes.to_string())])
}

/// An entry as a form carries it: a code, and minutes behind it.
fn form_of(entry: Entry) -> String {
    match entry {
        Entry::Late(minutes) => format!("late-{minutes}"),
        other => code_of(other).to_owned(),
    }
}

/// An entry of what a form carried.
fn entry_from(text: &str) -> Option<Entry> {
    match text {
        "present" => Some(Entry::Present),
        "absent" => Some(Entry::Absent),
        "elsewhere" => Some(Entry::Elsewhere),
        late => Some(Entry::Late(late.strip_prefix("late-")?.parse().ok()?)),
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
    let of = |code: &str| rows.iter().filter(|row| row.entry == code).count();
    let values =
        ["present", "absent", "late", "elsewhere"].map(|code| (code, of(code).to_string()));
    let values: Vec<(&str, &str)> = values.iter().map(|(code, n)| (*code, &**n)).collect();
    let more = of("elsewhere") > 0;
    frame.fill(
        if more {
            "register.sum_more"
        } else {
            "register.sum"
        },
        &values,
    )
}

fn saved_view(frame: &Frame, saved: &SavedBy, taken: bool) -> SavedView {
    let time = time_text(saved.at.time_in_finland());
    let values = [("time", &*time), ("name", &*saved.name)];
    let key = match (saved.undone, taken) {
        (false, _) => "register.saved",
        (true, true) => "register.undone",
        (true, false) => "register.undone_open",
    };
    SavedView {
        text: frame.fill(key, &values),
        undo: saved.undo.then_some(saved.no),
    }
}

fn alert_view(frame: &Frame, sheet: &Sheet, rows: &[RowView], why: Refusal) -> AlertView {
    let wrong = rows.iter().filter(|row| row.error.is_some());
    let link = |row: &RowView| (format!("m{}", row.pupil), row.name.clone());
    let (time, name) = sheet.saved.as_ref().map_or_else(Default::default, |saved| {
        (time_text(saved.at.time_in_finland()), saved.name.clone())
    });
    let (title, text) = match why {
        Refusal::Conflict if rows.iter().any(|row| row.theirs.is_some()) => {
            ("register.conflict_title", "register.conflict")
        }
        Refusal::Conflict => ("register.conflict_title", "register.joined"),
        Refusal::Incomplete => ("register.incomplete_title", "register.incomplete"),
        Refusal::Minutes => ("frame.errors", "register.minutes_wrong"),
    };
    let minutes = sheet.lesson.minutes.to_string();
    let values = [("time", &*time), ("name", &*name), ("n", &*minutes)];
    AlertView {
        title: frame.text(title),
        text: frame.fill(text, &values),
        links: wrong.map(link).collect(),
        keep: why == Refusal::Conflict,
    }
}

/// The page of a sheet; `asked` is what the writer of a refused save had said.
fn page_of(
    desk: Desk,
    sheet: &Sheet,
    asked: Option<(&BTreeMap<PupilNo, Asked>, Refusal)>,
    done: bool,
    once: String,
) -> RegisterPage {
    let frame = desk.frame;
    let lesson = &sheet.lesson;
    let of = |pupil| asked.and_then(|(asked, _)| asked.get(&pupil));
    let rows: Vec<RowView> = sheet
        .rows
        .iter()
        .map(|row| row_view(&frame, row, of(row.pupil), lesson.minutes))
        .collect();
    let end = TimeOfDay(lesson.key.start.0 + lesson.minutes);
    let times = format!("{}–{}", time_text(lesson.key.start), time_text(end));
    let day = frame.weekday(lesson.key.day);
    let pupils = frame.count("register.pupils", sheet.rows.len() as u64);
    let taken = lesson.state == RegisterState::Taken;
    let saved = sheet.saved.as_ref();
    let view = lesson_view(&frame, lesson, false);
    let alert = asked.map(|(_, why)| alert_view(&frame, sheet, &rows, why));
    let title = view.name.clone();
    RegisterPage {
        heading: match alert {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title.clone(),
        },
        title,
        about: format!("{day} · {times} · {pupils}"),
        sum: sum_text(&frame, &rows),
        rows,
        base: sheet.base,
        once,
        saved: saved.map(|saved| saved_view(&frame, saved, taken)),
        alert,
        done,
        ahead: lesson.state == RegisterState::Ahead,
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

fn asked_of(form: &[(String, String)]) -> BTreeMap<PupilNo, Asked> {
    let fields: BTreeMap<&str, &str> = form
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let of = |name: &str, pupil: &str| fields.get(&*format!("{name}-{pupil}")).copied();
    let mut all = BTreeMap::new();
    for (name, value) in form {
        let Some((text, pupil)) = name
            .strip_prefix("entry-")
            .and_then(|text| Some((text, text.parse().ok()?)))
        else {
            continue;
        };
        let typed = of("minutes", text).unwrap_or_default().trim();
        let entry = match value.as_str() {
            // What is no number of minutes fits no lesson.
            "late" => Some(Entry::Late(typed.parse().unwrap_or(0))),
            other => entry_from(other),
        };
        let asked = entry.map(|entry| Asked {
            entry,
            was: of("was", text).and_then(entry_from),
            typed: typed.chars().take(12).collect(),
        });
        all.extend(asked.map(|asked| (PersonNo(pupil), asked)));
    }
    all
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
            let asked = asked_of(&form);
            let new = NewRegister {
                key,
                base: field(&form, "base").parse().unwrap_or(0),
                once: once_of(&form)?,
                entries: asked.iter().map(|(no, asked)| (*no, asked.entry)).collect(),
            };
            let (why, status) = match desk.app.save_register(&new)? {
                Saved::Kept(_) => return Ok(Reply::Go(format!("{}?saved", path_of(key)))),
                Saved::Conflict => (Refusal::Conflict, StatusCode::CONFLICT),
                Saved::Incomplete => (Refusal::Incomplete, StatusCode::CONFLICT),
                Saved::Minutes => (Refusal::Minutes, StatusCode::UNPROCESSABLE_ENTITY),
            };
            let sheet = desk.app.sheet(key)?;
            let once = fresh.map_err(AppError::Problem)?;
            let page = page_of(desk, &sheet, Some((&asked, why)), false, once);
            Ok(match Reply::page(&page)? {
                Reply::Page(html) => Reply::Refused(status, html),
                other => other,
            })
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
