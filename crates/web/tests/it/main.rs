//! The real router in this process, asked without a socket, on SQLite and PostgreSQL.
//!
//! It needs PostgreSQL for the second telling, and says aloud where there is none.
//!
//! Invariant: every story has a database and a router of its own; the counts of requests alone are
//! the process's, as the recorder of `metrics` is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod again;
mod ask;
mod canary;
mod closed;
mod codes;
mod contacts;
mod counts;
mod days;
mod door;
mod esimerkkila;
mod figures;
mod guides;
mod hardening;
mod help;
mod home;
mod html;
mod identity;
mod imports;
mod imports_told;
mod limits;
mod list;
mod list_page;
mod measures;
mod openapi;
mod own;
mod pages;
mod place;
mod provider;
mod provider_fake;
mod provider_more;
mod provider_tokens;
mod reading;
mod register;
mod rights;
mod routes;
mod safe;
mod sign_in;
mod substitutes;
mod templates;
mod tour;
mod town;
mod versions;

use ask::{Answer, ask};
use axum::Router;
use lasna_app::{App, NewPerson};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Model;
use lasna_formats::model::{preset, read_model};
use lasna_store::db::{DbError, Place};
use lasna_store::{AuditRow, EntityKind, Store};
use lasna_testkit::temp::{TempDir, folder};
use lasna_web::{Settings, UploadSettings};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

/// The first router of the process: the counts of requests are shown by it alone.
static FIRST: LazyLock<Router> = LazyLock::new(|| {
    let folder = folder();
    let store = Store::open(
        Place::Folder(folder.path().join("data")),
        lasna_testkit::keys::fixed(),
    )
    .unwrap();
    lasna_web::router(settings(store, Arc::new(|_, _| Err("no model".into()))))
});

/// A router over a town of two schools.
struct Server {
    router: Router,
    store: Store,
    /// Uploads, and the folder that an administrator may import from.
    uploads: TempDir,
    // Removed after the store is closed.
    _folder: Option<TempDir>,
}

/// The tokens: a principal and a machine of school A, a principal of school B, and a coordinator,
/// who has no right to lists of pupils.
const TOKENS: [&str; 4] = ["token-a", "token-machine", "token-b", "token-all"];
/// People who are signed in, each with the session `session-` and the login. The last one has a
/// password that must be changed first.
const PEOPLE: [(&str, UserRole, Option<&str>, Option<&str>); 11] = [
    (
        "teacher-a",
        UserRole::Teacher,
        Some("school-a"),
        Some("teacher-a"),
    ),
    ("worker-a", UserRole::SkyWorker, Some("school-a"), None),
    ("principal-a", UserRole::Principal, Some("school-a"), None),
    ("principal-b", UserRole::Principal, Some("school-b"), None),
    ("substitute-a", UserRole::Substitute, Some("school-a"), None),
    ("coordinator", UserRole::Coordinator, None, None),
    ("administrator", UserRole::Administrator, None, None),
    ("oversight", UserRole::Oversight, None, None),
    (
        "guardian-a",
        UserRole::Guardian,
        Some("school-a"),
        Some("guardian-a"),
    ),
    (
        "pupil-a",
        UserRole::Pupil,
        Some("school-a"),
        Some("pupil-a1"),
    ),
    ("new", UserRole::SkyWorker, Some("school-a"), None),
];
const LIST: &str = "/api/v1/schools/school-a/watch-list";

/// Tells a story to both engines.
fn both(name: &str, story: impl Fn(&Server)) {
    both_with(name, || Arc::new(|_, _| Ok(model())), story);
}

/// As [`both`], with another model in force.
fn both_with(name: &str, model: impl Fn() -> Arc<ModelOf>, story: impl Fn(&Server)) {
    let folder = folder();
    let store = Store::open(
        Place::Folder(folder.path().join("data")),
        lasna_testkit::keys::fixed(),
    )
    .unwrap();
    story(&Server::new(store, Some(folder), model()));
    if let Some(url) = lasna_testkit::postgres::database(name) {
        let store = Store::open(Place::Url(url), lasna_testkit::keys::fixed()).unwrap();
        story(&Server::new(store, None, model()));
    }
}

/// Finds the model in force of a day, as the settings want it.
type ModelOf = dyn Fn(&App, Day) -> Result<Model, String> + Send + Sync;

/// One step that everybody with an hour missed has reached.
fn model() -> Model {
    let text = preset("sky-fi").unwrap();
    read_model(&text.replace("hours = 30", "hours = 1"), &preset).unwrap()
}

fn now() -> Instant {
    "2026-09-01T06:00:00Z".parse().unwrap()
}

fn settings(store: Store, model: Arc<ModelOf>) -> Settings {
    Settings {
        store,
        clock: Arc::new(now),
        today: Arc::new(|| -> Day { "2026-08-24".parse().unwrap() }),
        model,
        random: Arc::new(random),
        secure: true,
        demo: None,
        second_factor: false,
        passkeys: None,
        providers: None,
        proxies: Vec::new(),
        uploads: None,
        limits: lasna_web::Limits::default(),
    }
}

/// Where a server keeps uploads; small, so that a test can be too large.
fn upload_settings(folder: &TempDir) -> UploadSettings {
    UploadSettings {
        folder: folder.path().join("uploads"),
        import_folder: Some(folder.path().join("import")),
        bytes_max: 50_000,
    }
}

/// Numbers that nobody else draws: a test needs no secret.
fn random() -> Result<[u8; 32], String> {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let no = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut bytes = [7; 32];
    // Parts of one drawing differ too.
    for (part, at) in [0, 10, 20].into_iter().enumerate() {
        bytes[at..at + 8].copy_from_slice(&no.to_le_bytes());
        bytes[at + 8] = part as u8;
    }
    Ok(bytes)
}

impl Server {
    fn new(store: Store, folder: Option<TempDir>, model: Arc<ModelOf>) -> Server {
        LazyLock::force(&FIRST);
        town::fill(&store);
        let app = App::operator(store.clone(), now()).unwrap();
        for (token, role, school) in [
            (TOKENS[0], UserRole::Principal, Some("school-a")),
            (TOKENS[1], UserRole::Service, Some("school-a")),
            (TOKENS[2], UserRole::Principal, Some("school-b")),
            (TOKENS[3], UserRole::Coordinator, None),
        ] {
            app.add_user(role, school, token).unwrap();
        }
        town::family(&app);
        for (login, role, school, person) in PEOPLE {
            app.add_person(&NewPerson {
                role,
                school,
                login,
                name: "Zz Staff",
                person,
                password: Some(("a first password", [3; 16])).filter(|_| login == "new"),
                language: None,
            })
            .unwrap();
            let session = format!("session-{login}");
            App::sign_in_to_demo(&store, now(), login, &session).unwrap();
        }
        let uploads = lasna_testkit::temp::folder();
        let settings = Settings {
            uploads: Some(upload_settings(&uploads)),
            ..settings(store.clone(), model)
        };
        Server {
            router: lasna_web::router(settings),
            store,
            uploads,
            _folder: folder,
        }
    }

    /// The same as after a restart.
    fn again(&self) -> Router {
        lasna_web::router(Settings {
            uploads: Some(upload_settings(&self.uploads)),
            ..settings(self.store.clone(), Arc::new(|_, _| Ok(model())))
        })
    }

    /// A `GET`, with a token where there is one.
    fn get(&self, path: &str, token: Option<&str>) -> Answer {
        ask(&self.router, "GET", path, token)
    }

    /// The numbers of a pupil of school A and of its class.
    fn numbers(&self) -> (u32, u32) {
        let scope = town::scope(&self.store);
        self.store
            .ask(|read| {
                let pupil = EntityKind::Person.number_of(read, &scope, "pupil-a1")?;
                let group = EntityKind::Group.number_of(read, &scope, "class-a")?;
                Ok::<_, DbError>((pupil.unwrap(), group.unwrap()))
            })
            .unwrap()
    }

    /// The number of school A.
    fn school(&self) -> u32 {
        let scope = town::scope(&self.store);
        let no = self
            .store
            .ask(|read| EntityKind::Org.number_of(read, &scope, "school-a"));
        no.unwrap().unwrap()
    }

    /// Gives a session back to who was signed out.
    fn sign_in_again(&self) {
        for (login, ..) in PEOPLE {
            let session = format!("session-{login}");
            if App::with_session(self.store.clone(), now(), &session).is_err() {
                self.meddle("delete from sign_out");
            }
        }
    }

    /// A form that is sent.
    fn post(&self, path: &str, session: Option<&str>, body: &str) -> Answer {
        ask::send(&self.router, path, session, body)
    }

    /// Signs everybody in anew where the clock stands before: a session that began days ahead of it
    /// counts for nothing.
    fn signed_in_at(&self, instant: Instant) {
        if instant.0 > now().0 - 3_600_000_000 {
            return;
        }
        self.meddle("delete from session_seen; delete from sign_in");
        for (login, ..) in PEOPLE {
            let session = format!("session-{login}");
            App::sign_in_to_demo(&self.store, instant, login, &session).unwrap();
        }
    }

    /// A router over the same store whose clock stands at an instant and moves with the number, in
    /// microseconds.
    fn router_at(&self, instant: &str) -> (Router, Arc<AtomicI64>) {
        let instant: Instant = instant.parse().unwrap();
        self.signed_in_at(instant);
        let now = Arc::new(AtomicI64::new(instant.0));
        let clock = now.clone();
        let day_clock = now.clone();
        let at = |clock: &AtomicI64| Instant(clock.load(Ordering::Relaxed));
        let settings = Settings {
            clock: Arc::new(move || at(&clock)),
            today: Arc::new(move || at(&day_clock).day_in_finland()),
            ..settings(self.store.clone(), Arc::new(|_, _| Ok(model())))
        };
        (lasna_web::router(settings), now)
    }

    /// Every row of the audit.
    fn audit(&self) -> Vec<AuditRow> {
        let scope = town::scope(&self.store);
        self.store.ask(|read| AuditRow::list(read, &scope)).unwrap()
    }

    /// Runs statements that no program of ours would run.
    fn meddle(&self, sql: &str) {
        let done: Result<(), DbError> =
            self.store.database().write_here(|tx| tx.execute_batch(sql));
        done.unwrap();
    }
}
