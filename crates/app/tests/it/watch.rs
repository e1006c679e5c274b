//! The digest of a week, incidents and their letters, told to both engines.
//!
//! Invariant: what was seeded is known, so that what is told can be compared with it whole.

use crate::people::{at, files, model, peopled, pupil, session};
use crate::rights::tie;
use crate::town::{enrolment, role, user};
use crate::{Node, both, import};
use lasna_app::import::Options;
use lasna_app::rights::{AnomalyRow, IncidentScope, LetterFor, letter};
use lasna_app::signals::NewAct;
use lasna_app::{App, AppError};
use lasna_domain::access::DataClass;
use lasna_domain::access::anomaly::AnomalyKind;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_domain::signals::ActWhat;
use lasna_store::{Protection, Store};
use std::collections::{BTreeMap, BTreeSet};

const START: &str = "2026-08-24T06:20:00Z";
const CANARY: &str = "Salakuja 7 B 3";

fn today() -> Day {
    at(START).day_in_finland()
}

fn minute(count: i64) -> Instant {
    Instant(at(START).0 + count * 60_000_000)
}

/// Thirty pupils of class a7.
fn thirty(node: &Node) -> Vec<PersonNo> {
    let mut files = files();
    for n in 25..=30 {
        let id = format!("p{n}");
        files = files
            .add("users.csv", &user(&id, 'a', ","))
            .add("roles.csv", &role(&id, 'a', ","))
            .add("enrollments.csv", &enrolment(&id, 'a', ","));
    }
    let report = import(
        &node.app(at("2026-08-11T12:00:00Z")),
        &files,
        Options::default(),
    );
    assert_eq!(report.unwrap().rejected, []);
    (1..=30).map(|n| pupil(node, &format!("p{n:02}"))).collect()
}

fn page(app: &App, pupil: PersonNo) -> Result<(), AppError> {
    app.pupil_page(&model(), pupil, today(), Instant::LATEST)
        .map(drop)
}

fn no_of(node: &Node, login: &str) -> UserNo {
    session(node, login, minute(0)).me().unwrap().user
}

fn told(rows: &[AnomalyRow], user: UserNo) -> BTreeMap<AnomalyKind, u32> {
    let own = rows.iter().filter(|row| row.user == user);
    own.flat_map(|row| row.told.iter().copied()).collect()
}

fn protect(node: &Node, id: &str, now: Instant) {
    let protection = Protection {
        person: pupil(node, id),
        from: Day(0),
        to: today().plus(400),
    };
    let answer = [(protection, CANARY.to_owned())];
    node.app(now).set_protected(&answer).unwrap();
}

#[test]
fn who_opens_unrelated_pupils_is_told_and_who_works_at_tasks_is_not() {
    both("digest", |node| {
        peopled(node);
        let pupils = thirty(node);
        // A teacher of another school tries thirty pupils that are none of hers.
        let bertil = session(node, "bertil", minute(1));
        for pupil in &pupils {
            assert!(page(&bertil, *pupil).is_err());
        }
        // A SKY worker logs a contact with each home and opens each page, twice.
        for (n, pupil) in (0_i64..).zip(&pupils) {
            let tuki = session(node, "tuki", minute(2 + 2 * n));
            let act = NewAct {
                pupil: *pupil,
                what: ActWhat::Acknowledge,
                day: None,
                note: "",
                sure: true,
                once: &format!("act-{n}"),
            };
            tuki.log_act(&act, today()).unwrap();
            page(&tuki, *pupil).unwrap();
            page(&tuki, *pupil).unwrap();
        }
        // A principal leafs through the school, and a teacher looks at her own child.
        for (n, pupil) in (0_i64..).zip(&pupils) {
            page(&session(node, "rehtori", minute(70 + n)), *pupil).unwrap();
        }
        let ties = [tie(node, "p05", "t-ma")];
        node.app(minute(100)).set_relations(&ties).unwrap();
        page(&session(node, "aino", minute(101)), pupils[4]).unwrap();
        let rows = node.app(minute(110)).anomalies(&model(), today()).unwrap();
        let of = |login: &str| told(&rows, no_of(node, login));
        let bertil = of("bertil");
        assert_eq!(bertil.get(&AnomalyKind::Unrelated), Some(&30));
        assert_eq!(bertil.get(&AnomalyKind::Refused), Some(&30));
        assert_eq!(of("tuki"), BTreeMap::new());
        assert!(of("rehtori").get(&AnomalyKind::Unrelated) >= Some(&20));
        assert_eq!(of("aino"), [(AnomalyKind::OwnFamily, 1)].into());
        // A principal is told of the own school alone, a worker and an administrator nothing.
        let own = session(node, "rektor", minute(111));
        let own = own.anomalies(&model(), today()).unwrap();
        let users: BTreeSet<UserNo> = own.iter().map(|row| row.user).collect();
        assert_eq!(users, [no_of(node, "bertil")].into());
        for login in ["tuki", "aino", "yllapito", "suunnittelija"] {
            let app = session(node, login, minute(112));
            assert!(app.anomalies(&model(), today()).is_err(), "{login}");
        }
        // A week later it is over.
        let later = node.app(minute(8 * 24 * 60));
        let rows = later.anomalies(&model(), today().plus(8)).unwrap();
        assert_eq!(rows, []);
    });
}

/// The child whose guardian is protected is for a person to reach.
fn letters_of(node: &Node, scope: &IncidentScope, touched: [PersonNo; 3]) {
    protect(node, "t-b", minute(61));
    let letters = node
        .app(minute(62))
        .incident_letters(scope, today())
        .unwrap();
    let to: Vec<_> = letters
        .drafts
        .iter()
        .map(|(to, who, ..)| (*to, *who))
        .collect();
    let guardian = pupil(node, "t-ai");
    assert_eq!(
        to,
        [
            (LetterFor::Pupil, touched[0]),
            (LetterFor::Pupil, touched[1]),
            (LetterFor::Guardian, guardian)
        ]
    );
    assert_eq!(letters.by_hand, [touched[2]]);
    for (to, _, name, classes) in &letters.drafts {
        let text = letter(*to, name, classes);
        assert!(!text.contains(CANARY) && !text.contains("p03"), "{text}");
    }
}

/// Entries are kept while it is open, and the hours run from when it was noticed.
fn keeps_entries(node: &Node, tuki: UserNo, span: (Instant, Instant), entries: u32) {
    let frozen = || {
        let provider = node.store.providers().unwrap()[0].0;
        let ask = |read: &mut lasna_store::db::Read<'_>| Store::frozen_entries(read, provider);
        node.store.ask(ask).unwrap().len() as u32
    };
    assert_eq!(frozen(), 0);
    let app = node.app(minute(120));
    let no = app.enter_incident(tuki, span, minute(60)).unwrap();
    assert!(frozen() >= entries);
    assert_eq!(app.incidents().unwrap()[0].hours_left, 71);
    let late = node.app(minute(60 + 75 * 60)).incidents().unwrap();
    assert_eq!(late[0].hours_left, -3);
    app.end_incident(no).unwrap();
    assert!(app.end_incident(no).is_err());
    assert_eq!(frozen(), 0);
    assert!(session(node, "rehtori", minute(121)).incidents().is_err());
}

#[test]
fn the_scope_of_an_incident_is_what_was_touched_and_its_entries_are_kept() {
    both("incident", |node| {
        peopled(node);
        let operator = node.app(minute(0));
        let ties = [tie(node, "p01", "t-ai"), tie(node, "p03", "t-b")];
        operator.set_relations(&ties).unwrap();
        let tuki = no_of(node, "tuki");
        let touched = ["p01", "p02", "p03"].map(|id| pupil(node, id));
        // Before and after the span, and somebody else meanwhile.
        page(&session(node, "tuki", minute(1)), pupil(node, "p09")).unwrap();
        for (n, pupil) in (0_i64..).zip(touched) {
            page(&session(node, "tuki", minute(10 + n)), pupil).unwrap();
        }
        let other_school = session(node, "tuki", minute(14));
        assert!(page(&other_school, pupil(node, "q01")).is_err());
        page(&session(node, "rehtori", minute(15)), pupil(node, "p11")).unwrap();
        page(&session(node, "tuki", minute(30)), pupil(node, "p10")).unwrap();
        let span = (minute(10), minute(20));
        let app = node.app(minute(60));
        let scope = app.incident_scope(tuki, span, today()).unwrap();
        let people: Vec<PersonNo> = scope.people.keys().copied().collect();
        assert_eq!(people, touched);
        let first = &scope.people[&touched[0]];
        let classes = [
            DataClass::Roster,
            DataClass::Marks,
            DataClass::Signals,
            DataClass::Contacts,
        ];
        assert_eq!(first.classes, classes.into());
        assert!(first.alone);
        // A list touches everybody of the school, and says that it was a list.
        let list = session(node, "tuki", minute(40));
        list.signal_list(&model(), today(), Instant::LATEST)
            .unwrap();
        let wide = app
            .incident_scope(tuki, (minute(40), minute(41)), today())
            .unwrap();
        assert_eq!(wide.people.len(), 24);
        assert!(wide.people.values().all(|one| !one.alone));
        letters_of(node, &scope, touched);
        keeps_entries(node, tuki, span, scope.entries);
        // A session is found by the id that its owner sees.
        let own = session(node, "tuki", minute(130));
        let id = own.own_sessions().unwrap();
        let id = &id.iter().find(|one| one.current).unwrap().id;
        let (user, from, _) = app.session_span(id).unwrap();
        assert_eq!((user, from), (tuki, minute(130)));
    });
}
