//! `lasna demo`: the made-up town Esimerkkilä, with a link for each role.
//!
//! The town's clock stands at a fixed morning when it is made and goes on from there; a second start
//! goes on from the latest thing that was done. Nobody in it is real, and a folder that holds
//! anything else is refused.
//!
//! Invariant: links that sign in without a password are served for a town that this command made.

use super::demo_people::{families, people_of};
use super::{Outcome, service};
use crate::args::Args;
use crate::log_folder::Sealer;
use crate::{context, output};
use anyhow::{Context as _, bail};
use lasna_app::import::{Input, Options};
use lasna_app::signals::NewAct;
use lasna_app::{App, NewPerson};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Outcome as Came;
use lasna_domain::signals::{ActWhat, ContactOutcome, ContactWith};
use lasna_formats::model::preset;
use lasna_simulate::{MemoryOutput, Town};
use lasna_store::Store;
use lasna_store::db::Place;
use lasna_web::UploadSettings;
use serde_json::json;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

/// A file beside the database that says what it is.
const NOTE: &str = "DEMO.txt";
const NOTE_TEXT: &str = "This folder holds the made-up town of lasna demo. Nobody in it is real.\n";

pub fn run(
    args: &Args,
    folder: &Path,
    port: u16,
    identity: Option<&Path>,
) -> anyhow::Result<Outcome> {
    if identity.is_some() && port == 0 {
        bail!("a provider sends people back to one address: name a port with --port");
    }
    let origin = format!("http://127.0.0.1:{port}");
    let providers = identity.map(|file| crate::providers::read(file, &origin));
    let providers = providers.transpose()?;
    let mut files = MemoryOutput::default();
    let town = lasna_simulate::write_town(&mut files)?;
    let is_new = prepare(folder)?;
    let store = context::store_at(args, Place::Folder(folder.join("db")))?;
    let started = Instant(town.now.as_microsecond());
    if is_new {
        super::demo_export::write(&folder.join("import"), &files.files())?;
        fill(&store, &town, files, started)?;
        backup_key(folder)?;
        std::fs::write(folder.join(NOTE), NOTE_TEXT)
            .with_context(|| folder.join(NOTE).display().to_string())?;
    }
    let people = people_of(&town);
    let app = App::operator(store.clone(), started)?;
    let from = app.latest_audit()?.max(started);
    let clock = context::clock_from(from);
    let day_clock = clock.clone();
    let settings = lasna_web::Settings {
        store,
        clock,
        today: Arc::new(move || day_clock().day_in_finland()),
        model: Arc::new(context::in_force),
        random: Arc::new(context::random),
        secure: false,
        demo: Some(people.iter().map(|person| person.demo.clone()).collect()),
        second_factor: false,
        // Made when the port is known.
        passkeys: None,
        providers,
        proxies: Vec::new(),
        uploads: Some(UploadSettings {
            folder: folder.join("uploads"),
            import_folder: Some(folder.join("import")),
            bytes_max: 100_000_000,
        }),
        limits: lasna_web::Limits::default(),
    };
    let links = move |address: &std::net::SocketAddr| {
        let links: Vec<(String, String)> = people
            .iter()
            .map(|person| {
                let role = person.demo.role.clone();
                let link = format!("http://{address}/demo/{role}");
                (role, link)
            })
            .collect();
        say(args, &links)
    };
    let _sealer = Sealer::start(settings.store.clone(), folder.join("db/audit"))?;
    service::serve_with(settings, &format!("127.0.0.1:{port}"), links)
}

/// Whether a folder of a database is that of the town.
pub fn is_town(data: &Path) -> bool {
    let note = data.parent().map(|folder| folder.join(NOTE));
    note.is_some_and(|note| std::fs::read_to_string(note).is_ok_and(|text| text == NOTE_TEXT))
}

/// A key for backups of the town, so that the guide's commands work on it. A real one is kept offline.
fn backup_key(folder: &Path) -> anyhow::Result<()> {
    let recipient = super::backup::files::keygen(&folder.join("backup.key"))?;
    let text = format!("recipients = [\"{recipient}\"]\n");
    let file = folder.join("db").join(lasna_app::backup::SETTINGS_FILE);
    std::fs::write(&file, text).with_context(|| file.display().to_string())
}

fn say(args: &Args, links: &[(String, String)]) -> anyhow::Result<()> {
    if args.json {
        let links: serde_json::Map<String, serde_json::Value> = links
            .iter()
            .map(|(role, link)| (role.clone(), json!(link)))
            .collect();
        return output::json(&json!({ "synthetic": true, "links": links }));
    }
    output::lines(links.iter().map(|(role, link)| format!("{role} {link}")))
}

/// Whether the folder is to be filled; anything that this command did not make is refused.
fn prepare(folder: &Path) -> anyhow::Result<bool> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    if std::fs::read_to_string(folder.join(NOTE)).is_ok_and(|text| text == NOTE_TEXT) {
        return Ok(false);
    }
    let empty = std::fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .next()
        .is_none();
    if !empty {
        bail!(
            "{} holds something that lasna demo did not make: choose an empty folder with --data",
            folder.display()
        );
    }
    Ok(true)
}

fn fill(store: &Store, town: &Town, files: MemoryOutput, at: Instant) -> anyhow::Result<()> {
    let app = App::operator(store.clone(), at)?;
    let inputs = files
        .files()
        .into_iter()
        .map(|(name, bytes)| Input {
            name: name.clone(),
            bytes: Box::new(Cursor::new(bytes)),
        })
        .collect();
    let report = app.import(inputs, Options::default(), &mut |_| {})?;
    if !report.rejected.is_empty() {
        bail!(
            "{} rows of the demo town were refused",
            report.rejected.len()
        );
    }
    let name = "esimerkkila";
    let text = preset(name).with_context(|| format!("no preset {name}"))?;
    let (model, text) = context::parse_model(&text)
        .map(|model| (model, text))
        .map_err(|problems| anyhow::anyhow!("{name}: {}", problems.len()))?;
    app.adopt_model(&model, &text)?;
    let people = people_of(town);
    for person in &people {
        let whole = person.role.is_of_provider();
        app.add_person(&NewPerson {
            role: person.role,
            school: person.school.as_deref().filter(|_| !whole),
            login: &person.demo.login,
            name: &person.demo.name,
            person: person.person.as_deref(),
            password: None,
            language: Some(person.language),
        })?;
    }
    families(&app, town)?;
    substitute(&app, town)?;
    contacts(store, town)
}

/// What was done about pupils of the cast before today: who, how many days ago, by whom, what.
const DONE: [(&str, i64, &str, ActWhat); 6] = [
    ("prolonged", 14, "teacher", home(ContactOutcome::NotReached)),
    (
        "prolonged",
        7,
        "sky-worker",
        home(ContactOutcome::NotReached),
    ),
    ("run", 8, "sky-worker", ActWhat::Acknowledge),
    ("run", 8, "sky-worker", home(ContactOutcome::Reached)),
    ("illness", 21, "sky-worker", home(ContactOutcome::Agreed)),
    (
        "part_time",
        2,
        "sky-worker",
        ActWhat::Contact(ContactWith::Pupil, ContactOutcome::Agreed),
    ),
];

const fn home(outcome: ContactOutcome) -> ActWhat {
    ActWhat::Contact(ContactWith::Home, outcome)
}

fn contacts(store: &Store, town: &Town) -> anyhow::Result<()> {
    let held = Arc::new(lasna_app::HeldYears::default());
    for (no, (key, days, link, what)) in DONE.into_iter().enumerate() {
        let cast = town.cast.iter().find(|member| member.key == key);
        let Some(cast) = cast else { continue };
        let at = Instant(town.now.as_microsecond() - days * 86_400_000_000 + no as i64);
        let token = context::token()?;
        App::sign_in_to_demo(store, at, &format!("demo-{link}"), &token)?;
        let app = App::with_session(store.clone(), at, &token)?
            .holding(held.clone())
            .tied()?;
        let act = NewAct {
            pupil: app.pupil_no(&cast.pupil)?,
            what,
            note: "",
            day: None,
            sure: true,
            once: &context::token()?,
        };
        // As of today: the year that is held is the one of the town's morning.
        app.log_act(&act, Day::from_date(town.today))?;
    }
    for link in ["sky-worker", "rektor"] {
        routine(store, town, &held, link)?;
    }
    Ok(())
}

/// All that the steps of the town ask for.
const FULL: [ActWhat; 7] = [
    ActWhat::Contact(ContactWith::Pupil, ContactOutcome::Reached),
    home(ContactOutcome::Agreed),
    ActWhat::Raise,
    ActWhat::Done(Came::CausesMapped),
    ActWhat::Done(Came::MeetingHeld),
    ActWhat::Done(Came::PlanSigned),
    ActWhat::Done(Came::OutsideContacted),
];

/// What was done about everybody else, as schools do: most are reached soon, some are not.
fn routine(
    store: &Store,
    town: &Town,
    held: &Arc<lasna_app::HeldYears>,
    link: &str,
) -> anyhow::Result<()> {
    let today = Day::from_date(town.today);
    let now = Instant(town.now.as_microsecond());
    let login = format!("demo-{link}");
    let token = context::token()?;
    // A session that began in the morning of the first day that something was done.
    App::sign_in_to_demo(store, Instant(now.0 - 1), &login, &token)?;
    let text = preset("esimerkkila").context("no preset esimerkkila")?;
    let model = context::parse_model(&text).map_err(|_| anyhow::anyhow!("esimerkkila"))?;
    let app = App::with_session(store.clone(), now, &token)?.holding(held.clone());
    let list = app.signal_list(&model, today, Instant::LATEST)?;
    let cast: Vec<&str> = town
        .cast
        .iter()
        .map(|member| member.pupil.as_str())
        .collect();
    let mut known = Vec::new();
    for pupil in cast {
        known.push(app.pupil_no(pupil)?);
    }
    for (no, row) in list
        .rows
        .iter()
        .filter(|row| !known.contains(&row.pupil))
        .enumerate()
    {
        let age = today.0 - row.highest.day.0;
        let done: &[ActWhat] = match no % 24 {
            0 => &[],
            1 => &[home(ContactOutcome::NotReached)],
            2 | 3 => &[home(ContactOutcome::Reached)],
            _ => &FULL,
        };
        for (after, what) in done.iter().enumerate() {
            let mut days = i64::from(age) - 1 - 2 * after as i64;
            // Nobody is at work on a Saturday or a Sunday.
            if today.plus(-days as i32).weekday().index() > 4 {
                days -= 2;
            }
            if days < 0 {
                break;
            }
            let at = Instant(now.0 - days * 86_400_000_000 + no as i64 * 1_000 + after as i64);
            let act = NewAct {
                pupil: row.pupil,
                what: *what,
                note: "",
                day: None,
                sure: true,
                once: &context::token()?,
            };
            app.clone().at(at).log_act(&act, today)?;
        }
    }
    Ok(())
}

/// The substitute gives the lessons of one teacher of the school today.
fn substitute(app: &App, town: &Town) -> anyhow::Result<()> {
    let of = |role: &str| town.staff.iter().find(|staff| staff.role == role);
    let Some(staff) = of("substitute") else {
        return Ok(());
    };
    let today = Day::from_date(town.today);
    let own = of("teacher").and_then(|teacher| teacher.person.clone());
    let school = staff.school.clone().unwrap_or_default();
    let teacher = app.teacher_with_lessons(&school, today, own.as_deref())?;
    app.give_day_pass("demo-substitute", today, &teacher)?;
    Ok(())
}
