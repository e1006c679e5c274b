//! What the codes of a register mean: those without a meaning, those in use, earlier versions.
//!
//! Invariant: a code is shown to who may import, and stands in no address and no title.

use super::{moment, who};
use crate::pages::frame::Frame;
use crate::pages::register::{field, once_of};
use crate::pages::visit::{Desk, Reply, Visit};
use askama::Template;
use axum::extract::Form;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::import::{CodeChange, CodePage, CodeVersionRow, Decided, MEANINGS};
use std::collections::BTreeMap;

type Sent = Vec<(String, String)>;

/// A choice of a meaning.
struct ChoiceView {
    value: &'static str,
    text: String,
    chosen: bool,
}

/// A code and what it means.
struct CodeView {
    no: usize,
    code: String,
    /// Source and how many marks, or how many rows were refused for want of a meaning.
    uses: Vec<String>,
    read_as: Vec<String>,
    /// What holds where nothing is chosen.
    without: String,
    unknown: bool,
    /// Codes of Ed-Fi have their meaning in the standard.
    fixed: bool,
    choices: Vec<ChoiceView>,
    minutes: String,
    error: Option<String>,
}

struct VersionView {
    title: String,
    rules: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "codes.html")]
struct CodesPage {
    frame: Frame,
    title: String,
    /// The title of the window, which says so where something is wrong.
    window: String,
    saved: bool,
    errors: Vec<(String, String)>,
    unknown: Vec<CodeView>,
    known: Vec<CodeView>,
    versions: Vec<VersionView>,
    base: u32,
    once: String,
    can_save: bool,
}

/// `GET /codes`
pub(crate) async fn show(visit: Visit) -> Response {
    let saved = visit.query == "saved";
    visit
        .desk(move |desk| {
            let known = desk.app.code_page()?;
            let once = desk.token()?;
            Reply::page(&page_of(desk, &known, &Vec::new(), &[], saved, once))
        })
        .await
}

/// What is wrong with a form: the place of the row, where one is to blame, and a sentence.
type Wrong = (Option<usize>, String);

/// `POST /codes`
pub(crate) async fn save(visit: Visit, Form(sent): Form<Sent>) -> Response {
    visit
        .desk(move |desk| {
            desk.app.may_import()?;
            let once = once_of(&sent)?;
            let base = field(&sent, "base").parse().unwrap_or(0);
            let (changes, mut wrong) = changes_of(&sent);
            if wrong.is_empty() {
                match desk.app.save_codes(base, &changes, once) {
                    Ok(()) => {
                        if let Some(uploads) = desk.uploads() {
                            uploads.read_again(&desk.app);
                        }
                        return Ok(Reply::Go("/codes?saved".into()));
                    }
                    Err(AppError::Problem(key)) if key.starts_with("codes.") => {
                        wrong.push((None, key));
                    }
                    Err(error) => return Err(error),
                }
            }
            let known = desk.app.code_page()?;
            let once = desk.token()?;
            Reply::refused(&page_of(desk, &known, &sent, &wrong, false, once))
        })
        .await
}

/// What a form says of each code, and what of it cannot be.
fn changes_of(sent: &Sent) -> (Vec<CodeChange>, Vec<Wrong>) {
    let (mut changes, mut wrong) = (Vec::new(), Vec::new());
    for (name, code) in sent {
        let Some(no) = name.strip_prefix("code-").and_then(|no| no.parse().ok()) else {
            continue;
        };
        match decided_of(sent, no) {
            Ok(decided) => changes.push((code.clone(), decided)),
            Err(AppError::Problem(key)) => wrong.push((Some(no), key)),
            Err(_) => wrong.push((Some(no), "codes.unknown_meaning".into())),
        }
    }
    (changes, wrong)
}

fn decided_of(sent: &Sent, no: usize) -> Result<Option<Decided>, AppError> {
    let meaning = field(sent, &format!("meaning-{no}"));
    let minutes = field(sent, &format!("minutes-{no}")).trim();
    if meaning.is_empty() {
        return Ok(None);
    }
    let minutes = match minutes {
        _ if meaning != "late" => None,
        "" => None,
        text => {
            let wrong = |_| AppError::Problem("codes.minutes_range".into());
            Some(text.parse::<u16>().map_err(wrong)?)
        }
    };
    Decided::new(meaning, minutes).map(Some)
}

/// How often a code was met, by how it was met.
#[derive(Default)]
struct Met {
    refused: u64,
    uses: Vec<String>,
    read_as: Vec<String>,
    /// It was read by something else than Ed-Fi.
    own: bool,
}

fn met(desk: &Desk, known: &CodePage) -> BTreeMap<String, Met> {
    let frame = &desk.frame;
    let mut all: BTreeMap<String, Met> = BTreeMap::new();
    for upload in desk.uploads().iter().flat_map(|all| all.list(desk.now)) {
        for (code, marks) in upload.report().iter().flat_map(|r| &r.unknown_codes) {
            let of_code = all.entry(code.clone()).or_default();
            of_code.refused += marks;
            of_code.own = true;
        }
    }
    for source in &known.sources {
        let reader = frame.code("reader", &source.reader);
        for (code, used) in &source.codes {
            let of_code = all.entry(code.clone()).or_default();
            of_code.own |= source.reader != "edfi";
            let marks = frame.count("codes.marks", used.marks);
            of_code.uses.push(format!("{reader} · {marks}"));
            for (presence, approval) in used.read_as.keys() {
                let code = match approval.as_code() {
                    "not_needed" => presence.as_code().to_owned(),
                    approval => format!("{}_{approval}", presence.as_code()),
                };
                let text = frame.code("read_as", &code);
                if !of_code.read_as.contains(&text) {
                    of_code.read_as.push(text);
                }
            }
        }
    }
    // What was decided before any mark came.
    for code in known.versions.first().iter().flat_map(|v| v.rules.keys()) {
        all.entry(code.clone()).or_default().own = true;
    }
    for (_, of_code) in all.iter_mut().filter(|(_, met)| met.refused > 0) {
        let text = frame.count("codes.refused", of_code.refused);
        of_code.uses.push(text);
    }
    all
}

fn page_of(
    desk: Desk,
    known: &CodePage,
    sent: &Sent,
    wrong: &[Wrong],
    saved: bool,
    once: String,
) -> CodesPage {
    let newest = known.versions.first();
    let decided = newest
        .map(|version| version.rules.clone())
        .unwrap_or_default();
    let met = met(&desk, known);
    let can_save = desk.app.may_import().is_ok();
    let frame = desk.frame;
    let mut views: Vec<CodeView> = Vec::new();
    for (no, (code, met)) in met.into_iter().enumerate() {
        let view = code_view(&frame, no, code, met, &decided, sent);
        views.push(view);
    }
    let mut errors = Vec::new();
    for (row, key) in wrong {
        let text = frame.text(key);
        // Rows may have other places by now: the code tells which it was.
        let code = row.map(|no| field(sent, &format!("code-{no}")).to_owned());
        let view = code.and_then(|code| views.iter_mut().find(|view| view.code == code));
        let place = match view {
            Some(view) => {
                view.error = Some(text.clone());
                format!("minutes-{}", view.no)
            }
            None => "codes".to_owned(),
        };
        errors.push((place, text));
    }
    let (unknown, known_views) = views.into_iter().partition(|view| view.unknown);
    let title = frame.text("codes.title");
    CodesPage {
        window: if errors.is_empty() {
            title.clone()
        } else {
            frame.fill("frame.error_in_title", &[("title", &title)])
        },
        title,
        saved,
        errors,
        unknown,
        known: known_views,
        versions: known
            .versions
            .iter()
            .map(|v| version_view(&frame, v))
            .collect(),
        base: newest.map_or(0, |version| version.no),
        once,
        can_save,
        frame,
    }
}

fn code_view(
    frame: &Frame,
    no: usize,
    code: String,
    met: Met,
    decided: &BTreeMap<String, Decided>,
    sent: &Sent,
) -> CodeView {
    let held = decided.get(&code);
    // What was sent for this code, whatever its row was then.
    let row = sent.iter().find_map(|(name, value)| {
        let row = name.strip_prefix("code-")?;
        (*value == code).then(|| row.to_owned())
    });
    let of_form = |field_name: &str| {
        row.as_ref()
            .map(|row| field(sent, &format!("{field_name}-{row}")).to_owned())
    };
    let held_minutes = held.and_then(|held| held.minutes);
    let chosen = of_form("meaning")
        .unwrap_or_else(|| held.map_or(String::new(), |held| held.meaning.to_owned()));
    let minutes = of_form("minutes")
        .unwrap_or_else(|| held_minutes.map_or(String::new(), |minutes| minutes.to_string()));
    let unknown = met.refused > 0 && held.is_none();
    let choice = |&value: &&'static str| ChoiceView {
        value,
        text: frame.code("meaning", value),
        chosen: chosen == value,
    };
    CodeView {
        no,
        code,
        uses: met.uses,
        read_as: met.read_as,
        without: frame.text(if unknown {
            "codes.without_unknown"
        } else {
            "codes.without_known"
        }),
        unknown,
        fixed: !met.own,
        choices: MEANINGS.iter().map(choice).collect(),
        minutes,
        error: None,
    }
}

fn version_view(frame: &Frame, version: &CodeVersionRow) -> VersionView {
    let no = frame.number(version.no);
    let at = moment(frame, version.at);
    let by = who(frame, version.by.as_deref());
    let values = [("no", &*no), ("at", &*at), ("name", &*by)];
    let rule = |(code, decided): (&String, &Decided)| {
        let meaning = frame.code("meaning", decided.meaning);
        let text = match decided.minutes {
            Some(minutes) => format!("{meaning}, {minutes} min"),
            None => meaning,
        };
        (code.clone(), text)
    };
    VersionView {
        title: frame.fill("codes.version", &values),
        rules: version.rules.iter().map(rule).collect(),
    }
}
