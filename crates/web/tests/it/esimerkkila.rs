//! The demo town Esimerkkilä in a store of its own, with its people signed in.
//!
//! Invariant: its clock stands; everybody has the session `session-` and the login.

use crate::settings;
use axum::Router;
use lasna_app::import::{Input, Options};
use lasna_app::signals::NewAct;
use lasna_app::{App, NewPerson};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::signals::{ActWhat, ContactOutcome, ContactWith, NoConcernReason};
use lasna_formats::model::{preset, read_model};
use lasna_simulate::{MemoryOutput, Town};
use lasna_store::Store;
use lasna_store::db::Place;
use lasna_testkit::temp::{TempDir, folder};
use lasna_web::{DemoPerson, Settings};
use std::io::Cursor;
use std::sync::Arc;

/// Login, role, the word for it in the town.
const PEOPLE: [(&str, UserRole, &str); 7] = [
    ("teacher", UserRole::Teacher, "class_teacher"),
    ("worker", UserRole::SkyWorker, "sky_worker"),
    ("principal", UserRole::Principal, "principal"),
    ("rektor", UserRole::Principal, "principal"),
    ("coordinator", UserRole::Coordinator, "coordinator"),
    ("administrator", UserRole::Administrator, "administrator"),
    ("substitute", UserRole::Substitute, "substitute"),
];

pub struct Esimerkkila {
    store: Store,
    town: Town,
    people: Vec<DemoPerson>,
    // Removed after the store is closed.
    _folder: TempDir,
}

impl Esimerkkila {
    pub fn new() -> Esimerkkila {
        let folder = folder();
        let store = Store::open(
            Place::Folder(folder.path().join("data")),
            lasna_testkit::keys::fixed(),
        )
        .unwrap();
        let mut files = MemoryOutput::default();
        let town = lasna_simulate::write_town(&mut files).unwrap();
        let app = App::operator(store.clone(), now(&town)).unwrap();
        let input = |(name, bytes): (&String, Vec<u8>)| Input {
            name: name.clone(),
            bytes: Box::new(Cursor::new(bytes)),
        };
        let files = files.files();
        let inputs = files
            .iter()
            .map(|(name, bytes)| input((name, bytes.clone())));
        let report = app.import(inputs.collect(), Options::default(), &mut |_| {});
        assert_eq!(report.unwrap().rejected, []);
        let mut people = Vec::new();
        for (login, role, of) in PEOPLE {
            people.push(add(&app, &town, login, role, of));
            App::sign_in_to_demo(&store, now(&town), login, &format!("session-{login}")).unwrap();
        }
        let staff = town.staff.iter().find(|staff| staff.role == "substitute");
        let school = staff.unwrap().school.clone().unwrap();
        let today = Day::from_date(town.today);
        let teacher = app.teacher_with_lessons(&school, today, None).unwrap();
        app.give_day_pass("substitute", today, &teacher).unwrap();
        Esimerkkila {
            store,
            town,
            people,
            _folder: folder,
        }
    }

    pub fn router(&self) -> Router {
        let (now, today) = (now(&self.town), Day::from_date(self.town.today));
        let ladder = read_model(&preset("esimerkkila").unwrap(), &preset).unwrap();
        lasna_web::router(Settings {
            clock: Arc::new(move || now),
            today: Arc::new(move || today),
            demo: Some(self.people.clone()),
            ..settings(self.store.clone(), Arc::new(move |_, _| Ok(ladder.clone())))
        })
    }

    /// The number of a pupil of the worker's school, about whom something of every kind was done.
    pub fn busy_pupil(&self) -> u32 {
        let worker = self
            .town
            .staff
            .iter()
            .find(|staff| staff.role == "sky_worker")
            .unwrap();
        let keys = ["prolonged", "run", "illness"];
        let own = |key: &str| {
            let mut cast = self.town.cast.iter();
            cast.find(|one| one.key == key && Some(&one.school) == worker.school.as_ref())
        };
        let cast = keys.into_iter().find_map(own).unwrap();
        let today = Day::from_date(self.town.today);
        let app = App::with_session(self.store.clone(), now(&self.town), "session-worker").unwrap();
        let app = app.holding(Arc::default());
        let no = app.pupil_no(&cast.pupil).unwrap();
        for (n, what) in (0..).zip(every_kind(today)) {
            let new = NewAct {
                pupil: no,
                what,
                note: "<b>huomenna</b> & \"9.15\"",
                day: None,
                sure: false,
                once: &format!("sample-{n}"),
            };
            app.log_act(&new, today).unwrap();
        }
        no.0
    }
}

fn now(town: &Town) -> Instant {
    Instant(town.now.as_microsecond())
}

fn every_kind(today: Day) -> [ActWhat; 6] {
    [
        ActWhat::Acknowledge,
        ActWhat::Contact(ContactWith::Home, ContactOutcome::NotReached),
        ActWhat::Contact(ContactWith::Pupil, ContactOutcome::Agreed),
        ActWhat::Raise,
        ActWhat::NoConcern(NoConcernReason::Other, today.plus(9)),
        ActWhat::Contact(ContactWith::Home, ContactOutcome::Reached),
    ]
}

fn add(app: &App, town: &Town, login: &str, role: UserRole, of: &str) -> DemoPerson {
    // Of the principals one leads the Swedish school.
    let swedish = login == "rektor";
    let mut staff = town.staff.iter().filter(|staff| staff.role == of);
    let staff = staff
        .find(|staff| (staff.language == "sv") == swedish)
        .unwrap();
    let whole = role.is_of_provider();
    let new = NewPerson {
        role,
        school: staff.school.as_deref().filter(|_| !whole),
        login,
        name: &staff.name,
        person: staff.person.as_deref(),
        password: None,
        language: None,
    };
    app.add_person(&new).unwrap();
    DemoPerson {
        role: login.replace("worker", "sky-worker"),
        login: login.into(),
        name: staff.name.clone(),
    }
}
