//! The town of `town.rs` with teachers, people who sign in, and registers that are still to be taken.
//!
//! `t-ma` leads a7 and gives its first lesson, `t-ai` its second, `t-b` those of b7. Registers of a7
//! are taken until 18 August; the clock of the stories stands on Monday 24 August.
//!
//! Invariant: everything that comes with the files is known from 10 August on.

use crate::files::Files;
use crate::town::{LAST_DAY, enrolment, everything, role, user};
use crate::{Node, day, import};
use lasna_app::import::Options;
use lasna_app::registers::{Entry, LessonKey, NewRegister, Saved};
use lasna_app::signals::NewAct;
use lasna_app::{App, AppError, HeldYears, NewPerson};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::ids::{GroupNo, PupilNo};
use lasna_domain::model::{Language, Model};
use lasna_domain::signals::{ActWhat, ContactOutcome, ContactWith};
use lasna_formats::model::{preset, read_model};
use lasna_store::EntityKind;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Twenty past nine in Finland, in the middle of the second lesson.
pub const NOW: &str = "2026-08-24T06:20:00Z";
/// Login, role, school, person.
pub const PEOPLE: [(&str, UserRole, Option<&str>, Option<&str>); 9] = [
    ("aino", UserRole::Teacher, Some("school-a"), Some("t-ma")),
    ("eero", UserRole::Teacher, Some("school-a"), Some("t-ai")),
    ("bertil", UserRole::Teacher, Some("school-b"), Some("t-b")),
    ("sijainen", UserRole::Substitute, Some("school-a"), None),
    ("rehtori", UserRole::Principal, Some("school-a"), None),
    ("rektor", UserRole::Principal, Some("school-b"), None),
    ("tuki", UserRole::SkyWorker, Some("school-a"), None),
    ("suunnittelija", UserRole::Coordinator, None, None),
    ("yllapito", UserRole::Administrator, None, None),
];

/// One step that everybody with a missed lesson has reached.
pub fn model() -> Model {
    let text = preset("sky-fi").unwrap();
    let text = text.replace("hours = 30", "hours = 1");
    read_model(&text, &preset).unwrap()
}

/// The files.
pub fn files() -> Files {
    let mut files = everything();
    let lessons = files
        .text("lessons.csv")
        .replace(",45,MA,,", ",45,MA,t-ma,")
        .replace(",45,AI,,", ",45,AI,t-ai,")
        .replace(",60,MA,,", ",60,MA,t-b,");
    files = files.with("lessons.csv", &lessons);
    for day in [19, 20, 21, 24] {
        files = files.without("registers.csv", &format!("a7,2026-08-{day}"));
    }
    for (id, letter) in [("t-ma", 'a'), ("t-ai", 'a'), ("t-b", 'b')] {
        files = files.add("users.csv", &user(id, letter, ",")).add(
            "roles.csv",
            &role(id, letter, ",").replace("student", "teacher"),
        );
        if id != "t-ai" {
            let row = enrolment(id, letter, ",").replace("student,", "teacher,true");
            files = files.add("enrollments.csv", &row);
        }
    }
    files.add("marks.csv", "p07,,2026-08-24,a7,08:15,,leave,,,,")
}

/// Imports the town and makes the accounts.
pub fn peopled(node: &Node) {
    let app = node.app(at("2026-08-10T12:00:00Z"));
    let report = import(&app, &files(), Options::default()).unwrap();
    assert_eq!(report.rejected, []);
    for (login, role, school, person) in PEOPLE {
        let new = NewPerson {
            role,
            school,
            login,
            name: &format!("Name {login}"),
            person,
            password: None,
            language: None,
        };
        app.add_person(&new).unwrap();
    }
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The clock of the stories and so many minutes.
pub fn later(minutes: i64) -> Instant {
    Instant(at(NOW).0 + minutes * 60_000_000)
}

/// Somebody who signs in at an instant; holds nothing.
pub fn session(node: &Node, login: &str, now: Instant) -> App {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let token = format!("token-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    App::sign_in_to_demo(&node.store, now, login, &token).unwrap();
    App::with_session(node.store.clone(), now, &token)
        .unwrap()
        .tied()
        .unwrap()
}

/// The same over years that are held.
pub fn holding(node: &Node, login: &str, now: Instant, held: &Arc<HeldYears>) -> App {
    session(node, login, now).holding(held.clone())
}

/// The numbers of classes and pupils.
pub fn group(node: &Node, id: &str) -> GroupNo {
    let scope = crate::scope(&node.store);
    let ask = |read: &mut lasna_store::db::Read<'_>| EntityKind::Group.number_of(read, &scope, id);
    GroupNo(node.store.ask(ask).unwrap().unwrap())
}

pub fn pupil(node: &Node, id: &str) -> PupilNo {
    node.app(at(NOW)).pupil_no(id).unwrap()
}

/// A lesson of a class in August 2026.
pub fn lesson(node: &Node, class: &str, date: u32, start: &str) -> LessonKey {
    LessonKey {
        group: group(node, class),
        day: format!("2026-08-{date:02}").parse::<Day>().unwrap(),
        start: start.parse::<TimeOfDay>().unwrap(),
    }
}

/// Saves what is said of some pupils.
pub fn save(
    app: &App,
    node: &Node,
    key: LessonKey,
    base: u32,
    once: &str,
    said: &[(&str, Entry)],
) -> Result<Saved, AppError> {
    // Whoever is not named stays as the sheet says, as on a page.
    let sheet = app.sheet(key).into_iter().flat_map(|sheet| sheet.rows);
    let mut entries: BTreeMap<PupilNo, Entry> = sheet.map(|row| (row.pupil, row.entry)).collect();
    entries.extend(said.iter().map(|(id, entry)| (pupil(node, id), *entry)));
    app.save_register(&NewRegister {
        key,
        base,
        once,
        entries,
    })
}

/// The key of a sentence that a use case answered with.
#[track_caller]
pub fn problem<T: std::fmt::Debug>(result: Result<T, AppError>) -> String {
    match result {
        Err(AppError::Problem(key)) => key,
        other => panic!("{other:?}"),
    }
}

/// Whether it is answered as what does not exist.
#[track_caller]
pub fn is_missing<T: std::fmt::Debug>(result: Result<T, AppError>) {
    assert!(
        matches!(result, Err(AppError::NotFound(_) | AppError::Denied(_))),
        "{result:?}"
    );
}

/// The password that a new person has before choosing one.
pub const FIRST: &str = "a first password";

/// Adds a person of school A who signs in with [`FIRST`].
pub fn add_new(node: &Node, login: &str) -> Result<(), AppError> {
    let new = NewPerson {
        role: UserRole::SkyWorker,
        school: Some("school-a"),
        login,
        name: "Name Uusi",
        person: None,
        password: Some((FIRST, [9; 16])),
        language: Some(Language::Sv),
    };
    node.app(at(NOW)).add_person(&new).map(drop)
}

/// The SKY worker logs a contact with a note and opens the pupil's page.
pub fn contact(node: &Node, id: &str, note: &str) {
    let app = session(node, "tuki", later(0));
    let act = NewAct {
        pupil: pupil(node, id),
        what: ActWhat::Contact(ContactWith::Home, ContactOutcome::Reached),
        day: None,
        note,
        sure: true,
        once: id,
    };
    app.log_act(&act, day(LAST_DAY)).unwrap();
    app.pupil_page(&model(), pupil(node, id), day(LAST_DAY), Instant::LATEST)
        .unwrap();
}
