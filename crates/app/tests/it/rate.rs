//! How much one person reads, told to both engines and to two programs at once.
//!
//! Invariant: each page is a request of its own, as over HTTP.

use crate::people::{NOW, at, is_missing, later, model, peopled, pupil, session};
use crate::{Node, both};
use lasna_app::identity::Proof;
use lasna_app::rights::AlarmRow;
use lasna_app::{App, AppError, HeldYears};
use lasna_domain::access::UserRole;
use lasna_domain::access::reading::{READING_LIMITS, ReadingKind, ReadingSpan};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PupilNo;
use lasna_store::db::Place;
use lasna_store::{AuditRow, HELD_BACK, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Somebody who asks for pages with one session.
struct Reader {
    store: Store,
    token: String,
    pupil: PupilNo,
    held: Arc<HeldYears>,
}

fn today() -> Day {
    at(NOW).day_in_finland()
}

fn seconds(count: i64) -> Instant {
    Instant(at(NOW).0 + count * 1_000_000)
}

impl Reader {
    fn new(node: &Node, login: &str, now: Instant) -> Reader {
        let token = format!("reads-{login}-{}", now.0);
        App::sign_in_to_demo(&node.store, now, login, &token).unwrap();
        Reader {
            store: node.store.clone(),
            token,
            pupil: pupil(node, "p01"),
            held: Arc::default(),
        }
    }

    fn app(&self, now: Instant) -> App {
        let app = App::with_session(self.store.clone(), now, &self.token).unwrap();
        app.holding(self.held.clone()).tied().unwrap()
    }

    /// A pupil's page as it is served: the pupil, and the list for the place in it.
    fn page(&self, now: Instant) -> Result<(), AppError> {
        let (app, model) = (self.app(now), model());
        app.pupil_page(&model, self.pupil, today(), Instant::LATEST)?;
        app.signal_list(&model, today(), Instant::LATEST).map(drop)
    }

    fn step_up(&mut self, now: Instant) {
        let token = format!("{}-again", self.token);
        self.app(now).step_up(Proof::Demo, &token).unwrap();
        self.token = token;
    }
}

#[track_caller]
fn is_held_back<T: std::fmt::Debug>(done: Result<T, AppError>) {
    assert!(
        matches!(done, Err(AppError::ReadMuch { again: None })),
        "{done:?}"
    );
}

fn alarms(node: &Node, login: &str) -> Result<Vec<AlarmRow>, AppError> {
    session(node, login, later(600)).reading_alarms(at(NOW))
}

#[test]
fn after_sixty_pages_in_ten_minutes_a_fresh_proof_is_asked() {
    both("sixty", |node| {
        peopled(node);
        let mut tuki = Reader::new(node, "tuki", seconds(0));
        let rehtori = Reader::new(node, "rehtori", seconds(0));
        for n in 1..=60 {
            tuki.page(seconds(n)).unwrap();
        }
        is_held_back(tuki.page(seconds(61)));
        is_held_back(tuki.page(seconds(62)));
        let list = tuki.app(seconds(63));
        is_held_back(list.signal_list(&model(), today(), Instant::LATEST));
        // Waiting is no proof, and nobody else is held back.
        is_held_back(tuki.page(seconds(1000)));
        rehtori.page(seconds(64)).unwrap();
        tuki.step_up(seconds(1001));
        for n in 1..=60 {
            tuki.page(seconds(1001 + n)).unwrap();
        }
        is_held_back(tuki.page(seconds(1062)));
        let who = tuki.app(seconds(1063)).me().unwrap().user;
        let told = alarms(node, "rehtori").unwrap();
        let seen: Vec<_> = told.iter().map(|a| (a.user, a.kind, a.span)).collect();
        let one = (who, ReadingKind::Page, ReadingSpan::TenMinutes);
        assert_eq!(seen, [one, one]);
        assert_eq!(alarms(node, "yllapito").unwrap(), told);
        assert_eq!(alarms(node, "rektor").unwrap(), [], "of another school");
        is_missing(alarms(node, "tuki"));
        let scope = crate::scope(&node.store);
        let rows = node.store.ask(|read| AuditRow::list(read, &scope)).unwrap();
        let own: Vec<_> = rows.iter().filter(|row| row.user == Some(who)).collect();
        let looks = |outcome: &str| {
            let pages = own.iter().filter(|row| row.action == "explain_pupil");
            pages.filter(|row| row.outcome == outcome).count()
        };
        assert_eq!((looks("done"), looks(HELD_BACK)), (120, 4));
    });
}

#[test]
fn a_day_has_two_hundred_pages() {
    both("two_hundred", |node| {
        peopled(node);
        let mut tuki = Reader::new(node, "tuki", seconds(0));
        for n in 1..=200 {
            tuki.page(seconds(n * 65)).unwrap();
        }
        is_held_back(tuki.page(seconds(201 * 65)));
        tuki.step_up(seconds(201 * 65 + 1));
        tuki.page(seconds(201 * 65 + 2)).unwrap();
        let told = alarms(node, "rehtori").unwrap();
        let spans: Vec<_> = told.iter().map(|alarm| alarm.span).collect();
        assert_eq!(spans, [ReadingSpan::Day]);
    });
}

#[test]
fn files_are_counted_apart_and_what_shows_nobody_is_not_counted() {
    both("apart", |node| {
        peopled(node);
        let tuki = Reader::new(node, "tuki", seconds(0));
        let file = |n| {
            let app = tuki.app(seconds(n));
            app.exported_list(&model(), today(), Instant::LATEST)
        };
        for n in 1..=20 {
            file(n).unwrap();
        }
        is_held_back(file(21));
        for n in 1..=60 {
            tuki.page(seconds(30 + n)).unwrap();
        }
        let planner = Reader::new(node, "suunnittelija", seconds(0));
        for n in 1..=70 {
            let app = planner.app(seconds(n));
            app.measures(&model(), today(), Instant::LATEST).unwrap();
        }
        assert_eq!(node.count("page_read"), 80);
    });
}

#[test]
fn a_token_waits_and_is_told_how_long() {
    both("token", |node| {
        peopled(node);
        let operator = node.app(at(NOW));
        let school = Some("school-a");
        operator
            .add_user(UserRole::Service, school, "machine")
            .unwrap();
        let list = |n| {
            let app = App::with_token(node.store.clone(), seconds(n), "machine").unwrap();
            app.watch_list(&model(), school, today(), Instant::LATEST)
        };
        for n in 1..=60 {
            list(n).unwrap();
        }
        for n in [61, 62] {
            let again = match list(n) {
                Err(AppError::ReadMuch { again }) => again.unwrap(),
                other => panic!("{other:?}"),
            };
            assert!((1..=601).contains(&again), "{again}");
        }
        // One alarm, and after the wait it goes on.
        assert_eq!(node.count("reading_alarm"), 1);
        list(62 + 601).unwrap();
    });
}

#[test]
fn two_programs_that_serve_at_once_let_sixty_pass() {
    let folder = lasna_testkit::temp::folder();
    let mut places = vec![Place::Folder(folder.path().join("data"))];
    places.extend(lasna_testkit::postgres::database("rate_two").map(Place::Url));
    for place in places {
        let open = || Store::open(place.clone(), lasna_testkit::keys::fixed()).unwrap();
        let node = Node {
            store: open(),
            _folder: None,
        };
        peopled(&node);
        let first = Reader::new(&node, "tuki", seconds(0));
        let second = Reader {
            store: open(),
            token: first.token.clone(),
            ..Reader::new(&node, "rehtori", seconds(0))
        };
        let passed = AtomicUsize::new(0);
        std::thread::scope(|threads| {
            for reader in [&first, &second, &first, &second] {
                threads.spawn(|| {
                    for n in 0..20 {
                        match reader.page(seconds(1 + n)) {
                            Ok(()) => drop(passed.fetch_add(1, Ordering::Relaxed)),
                            Err(AppError::ReadMuch { .. }) => {}
                            Err(other) => panic!("{other:?}"),
                        }
                    }
                });
            }
        });
        assert_eq!(passed.into_inner(), 60);
    }
}

#[test]
fn the_limits_are_those_that_were_decided() {
    let of = |kind, span| {
        let mut limits = READING_LIMITS.iter();
        limits.find(|limit| (limit.kind, limit.span) == (kind, span))
    };
    let most = |kind, span| of(kind, span).map(|limit| limit.most);
    assert_eq!(most(ReadingKind::Page, ReadingSpan::TenMinutes), Some(60));
    assert_eq!(most(ReadingKind::Page, ReadingSpan::Day), Some(200));
}
