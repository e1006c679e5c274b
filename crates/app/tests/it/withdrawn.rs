//! A right that is withdrawn between the question and the look, told to both engines.
//!
//! Each story makes an [`App`], which has read its rights, changes what they rest on, and then asks.
//!
//! Invariant: nothing is shown by a right that was gone, and the try is in the log.

use crate::people::{NOW, at, group, is_missing, later, lesson, model, peopled, pupil, session};
use crate::rights::tie;
use crate::{Node, both, import};
use lasna_app::import::Options;
use lasna_app::rights::NewGrant;
use lasna_app::{App, AppError, NewPerson, WhichAccount};
use lasna_domain::access::family::FamilyTie;
use lasna_domain::access::grants::{GrantKind, GrantStep};
use lasna_domain::access::{Reach, UserRole};
use lasna_domain::calendar::{Day, Instant};
use lasna_store::Protection;
use lasna_store::db::ErrorKind;

fn today() -> Day {
    at(NOW).day_in_finland()
}

/// Entries of refused tries and of looks that were taken.
fn entries(node: &Node) -> (usize, usize) {
    let scope = crate::scope(&node.store);
    let rows = node
        .store
        .ask(|read| lasna_store::AuditRow::list(read, &scope))
        .unwrap();
    let of = |outcome: &str, action: &str| {
        let same = |row: &&lasna_store::AuditRow| row.outcome == outcome && row.action == action;
        rows.iter().filter(same).count()
    };
    (of("refused", "explain_pupil"), of("done", "explain_pupil"))
}

fn page(app: &App, node: &Node, id: &str) -> Result<(), AppError> {
    let page = app.pupil_page(&model(), pupil(node, id), today(), Instant::LATEST);
    page.map(drop)
}

fn protect(node: &Node, id: &str, now: Instant) {
    let protection = Protection {
        person: pupil(node, id),
        from: Day(0),
        to: today().plus(400),
    };
    let answer = [(protection, "Salakuja 7".to_owned())];
    node.app(now).set_protected(&answer).unwrap();
}

#[track_caller]
fn is_busy<T: std::fmt::Debug>(done: Result<T, AppError>) {
    match done {
        Err(AppError::Store(error)) if error.kind() == ErrorKind::Busy => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_grant_that_is_held_back_meanwhile_opens_nothing() {
    both("grant_gone", |node| {
        peopled(node);
        protect(node, "p01", later(1));
        let tuki = session(node, "tuki", later(2));
        let terms = NewGrant {
            subject: tuki.me().unwrap().user,
            kind: GrantKind::Protected,
            reach: Reach::Pupil(pupil(node, "p01")),
            starts: later(0),
            ends: later(60 * 24),
        };
        let rehtori = session(node, "rehtori", later(2));
        let given = rehtori.give_grant(&terms).unwrap();
        tuki.step_grant(given, GrantStep::Accept).unwrap();
        page(&session(node, "tuki", later(3)), node, "p01").unwrap();
        let before = entries(node);
        let (page_app, facts_app) = (
            session(node, "tuki", later(4)),
            session(node, "tuki", later(4)),
        );
        rehtori.step_grant(given, GrantStep::Suspend).unwrap();
        is_missing(facts_app.protected_facts(pupil(node, "p01")));
        is_missing(page(&page_app, node, "p01"));
        let after = entries(node);
        assert_eq!(after.1, before.1, "nothing was looked at");
    });
}

#[test]
fn an_account_or_session_that_has_ended_meanwhile_opens_nothing() {
    both("ended_meanwhile", |node| {
        peopled(node);
        let (one, other) = (
            session(node, "tuki", later(1)),
            session(node, "tuki", later(1)),
        );
        page(&one, node, "p01").unwrap();
        let before = entries(node);
        other.end_other_sessions().unwrap();
        assert!(matches!(page(&one, node, "p01"), Err(AppError::NoAccount)));
        page(&other, node, "p01").unwrap();
        let operator = node.app(later(2));
        operator.end_account(WhichAccount::Login("tuki")).unwrap();
        // Its session ends with it; a token has none, so the account itself is asked.
        assert!(page(&other, node, "p01").is_err());
        operator
            .add_user(UserRole::SkyWorker, Some("school-a"), "machine")
            .unwrap();
        let app = App::with_token(node.store.clone(), later(3), "machine").unwrap();
        let explain = || app.explain(&model(), "p01", today(), Instant::LATEST);
        explain().unwrap();
        let accounts = operator.accounts().unwrap();
        let no = accounts.iter().map(|account| account.no).max().unwrap();
        operator.end_account(WhichAccount::No(no)).unwrap();
        is_missing(explain());
        let after = entries(node);
        assert_eq!(after, (before.0 + 1, before.1 + 2));
    });
}

#[test]
fn a_pupil_who_is_protected_meanwhile_is_in_no_list() {
    both("protected_meanwhile", |node| {
        peopled(node);
        let app = session(node, "tuki", later(1));
        let list = || app.signal_list(&model(), today(), Instant::LATEST);
        list().unwrap();
        // As if the list of who is left out had been read before, and the pupils after.
        let scope_made = app.clone();
        protect(node, "p01", later(2));
        is_missing(page(&scope_made, node, "p01"));
        let list = session(node, "tuki", later(3))
            .signal_list(&model(), today(), Instant::LATEST)
            .unwrap();
        let gone = pupil(node, "p01");
        assert!(list.rows.iter().all(|row| row.pupil != gone));
    });
}

#[test]
fn a_child_is_out_of_sight_at_once() {
    both("child_gone", |node| {
        peopled(node);
        let new = NewPerson {
            role: UserRole::Guardian,
            school: Some("school-a"),
            login: "katja",
            name: "Name katja",
            person: Some("t-ai"),
            password: None,
            language: None,
        };
        node.app(at(NOW)).add_person(&new).unwrap();
        let own = tie(node, "p01", "t-ai");
        let operator = node.app(later(1));
        operator.set_relations(std::slice::from_ref(&own)).unwrap();
        let katja = session(node, "katja", later(2));
        katja.own_child(own.child, today()).unwrap();
        let over = FamilyTie {
            to: today().plus(-1),
            ..own.clone()
        };
        node.app(later(3)).set_relations(&[over]).unwrap();
        is_missing(katja.own_child(own.child, today()));
    });
}

#[test]
fn a_pass_that_is_taken_back_and_an_import_in_between_show_no_names() {
    both("pass_gone", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "08:15");
        let operator = node.app(at(NOW));
        operator.give_day_pass("sijainen", today(), "t-ma").unwrap();
        let sub = session(node, "sijainen", later(1));
        sub.sheet(key).unwrap();
        let (user, teacher) = (sub.me().unwrap().user, pupil(node, "t-ma"));
        let rehtori = session(node, "rehtori", later(1));
        rehtori
            .take_pass_back(user, teacher, today(), "back")
            .unwrap();
        is_missing(sub.sheet(key));
        // Who teaches what is read out of imports: one in between asks for a new question.
        let aino = session(node, "aino", later(2));
        aino.sheet(key).unwrap();
        let files = crate::people::files().add("marks.csv", "p08,,2026-08-24,a7,08:15,,leave,,,,");
        import(&node.app(later(3)), &files, Options::default()).unwrap();
        is_busy(aino.sheet(key));
        session(node, "aino", later(4)).sheet(key).unwrap();
        assert_eq!(key.group, group(node, "a7"));
    });
}
