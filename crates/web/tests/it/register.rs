//! The register as a form without a script sends it: saved, in conflict, taken back.
//!
//! Invariant: what is sent is read off the page that was shown.

use crate::ask::{Answer, ask, send};
use crate::esimerkkila::Esimerkkila;
use crate::html::{Page, check};
use crate::{Server, both};
use axum::Router;
use std::sync::atomic::Ordering;

const NOON: &str = "2026-09-01T06:00:00Z";
const TEACHER: &str = "session-teacher-a";
const PRINCIPAL: &str = "session-principal-a";

fn path(server: &Server) -> String {
    let (_, group) = server.numbers();
    format!("/registers/{group}/2026-08-21/495")
}

fn sheet(router: &Router, path: &str, session: &str) -> Page {
    let answer = ask(router, "GET", path, Some(session));
    assert_eq!(answer.status, 200, "{}", answer.body);
    check(&answer.body, "fi", path)
}

/// The form of a page with some values in the place of its own.
fn form(page: &Page, said: &[(&str, &str)]) -> String {
    let of = |name: &str| {
        let said = said.iter().find(|(known, _)| *known == name);
        said.map_or_else(|| page.value(name), |(_, value)| value)
            .to_owned()
    };
    let mut names: Vec<&str> = page
        .tags
        .iter()
        .filter(|tag| tag.name == "input")
        .filter_map(|tag| tag.get("name"))
        .filter(|name| *name != "back" && *name != "save")
        .collect();
    names.dedup();
    let parts: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={}", of(name)))
        .collect();
    parts.join("&")
}

#[track_caller]
fn is_saved(answer: &Answer, path: &str) {
    let lands = format!("{path}?saved");
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, lands.as_str()),
        "{}",
        answer.body
    );
}

#[test]
fn a_register_is_saved_once_and_taken_back() {
    both("register", |server| {
        let (router, clock) = server.router_at(NOON);
        let path = path(server);
        let (pupil, _) = server.numbers();
        let entry = format!("entry-{pupil}");
        let minutes = format!("minutes-{pupil}");
        let page = sheet(&router, &path, TEACHER);
        assert_eq!((page.value("base"), page.value(&entry)), ("0", "present"));
        let late = form(&page, &[(&entry, "late"), (&minutes, "7")]);
        for _ in 0..2 {
            is_saved(&send(&router, &path, Some(TEACHER), &late), &path);
        }
        let saved = sheet(&router, &format!("{path}?saved"), TEACHER);
        assert_eq!(
            (
                saved.value("base"),
                saved.value(&entry),
                saved.value(&minutes)
            ),
            ("1", "late", "7")
        );
        assert!(saved.says("Zz Staff"));
        let undo = format!("{path}/undo");
        // Not another's, and not without saying which.
        for (session, body) in [(PRINCIPAL, "save=1"), (TEACHER, ""), (TEACHER, "save=9")] {
            let answer = send(&router, &undo, Some(session), body);
            assert_eq!(answer.status, 422, "{session} {body}");
            check(&answer.body, "fi", "undo");
        }
        let answer = send(
            &router,
            &undo,
            Some(TEACHER),
            &format!("save={}", saved.value("save")),
        );
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, path.as_str())
        );
        assert_eq!(sheet(&router, &path, TEACHER).value(&entry), "present");
        // After ten minutes there is no button, and nothing to press.
        let page = sheet(&router, &path, TEACHER);
        is_saved(
            &send(
                &router,
                &path,
                Some(TEACHER),
                &form(&page, &[(&entry, "absent")]),
            ),
            &path,
        );
        clock.fetch_add(10 * 60 * 1_000_000 + 9, Ordering::Relaxed);
        let page = sheet(&router, &path, TEACHER);
        assert!(page.tags.iter().all(|tag| tag.get("action") != Some(&undo)));
        assert_eq!(send(&router, &undo, Some(TEACHER), "save=3").status, 422);
        assert_eq!(sheet(&router, &path, TEACHER).value(&entry), "absent");
    });
}

#[test]
fn who_saves_second_sees_both_values_and_decides() {
    both("both_values", |server| {
        let (router, _) = server.router_at(NOON);
        let path = path(server);
        let (pupil, _) = server.numbers();
        let (one, other) = (format!("entry-{pupil}"), format!("entry-{}", pupil + 1));
        let differing = |page: &Page| {
            let rows = page.tags.iter();
            rows.filter(|tag| tag.get("class") == Some("differs"))
                .count()
        };
        let save = |session: &str, page: &Page, said: &[(&str, &str)]| {
            send(&router, &path, Some(session), &form(page, said))
        };
        let teacher = sheet(&router, &path, TEACHER);
        let principal = sheet(&router, &path, PRINCIPAL);
        let said = [(&*one, "absent"), (&*other, "absent")];
        is_saved(&save(PRINCIPAL, &principal, &said), &path);
        let answer = save(TEACHER, &teacher, &[(&one, "late")]);
        assert_eq!(answer.status, 409);
        let conflict = check(&answer.body, "fi", "conflict");
        // One's own choice is set and the other's is told; a row left alone shows what the other
        // saved; and nothing is saved yet.
        let shown = |page: &Page| [page.value(&one).to_owned(), page.value(&other).to_owned()];
        assert_eq!(shown(&conflict), ["late", "absent"]);
        assert_eq!(differing(&conflict), 1);
        let alerts = conflict.tags.iter();
        assert_eq!(
            alerts
                .filter(|tag| tag.get("role") == Some("alert"))
                .count(),
            1
        );
        assert_eq!(shown(&sheet(&router, &path, TEACHER)), ["absent", "absent"]);
        assert_ne!(conflict.value("once"), teacher.value("once"));
        assert_eq!(conflict.value("base"), "1");
        is_saved(&save(TEACHER, &conflict, &[]), &path);
        let second = sheet(&router, &path, PRINCIPAL);
        assert_eq!(shown(&second), ["late", "absent"]);
        // Each another pupil: both are on the form, and nothing differs.
        let same = sheet(&router, &path, TEACHER);
        is_saved(&save(PRINCIPAL, &second, &[(&other, "elsewhere")]), &path);
        let answer = save(TEACHER, &same, &[(&one, "present")]);
        assert_eq!(answer.status, 409);
        let joined = check(&answer.body, "fi", "joined");
        assert_eq!(
            (shown(&joined), differing(&joined)),
            (["present".into(), "elsewhere".into()], 0)
        );
        assert!(joined.says("omiesi lisäksi"));
        is_saved(&save(TEACHER, &joined, &[]), &path);
        // Back in the browser: the first form again, with another choice, is not dropped.
        let again = send(
            &router,
            &path,
            Some(PRINCIPAL),
            &form(&principal, &[(&one, "elsewhere")]),
        );
        is_saved(&again, &path);
        assert_eq!(
            sheet(&router, &path, PRINCIPAL).value(&one),
            "present",
            "it was kept before"
        );
    });
}

#[test]
fn a_form_that_is_not_ours_changes_nothing() {
    both("not_ours", |server| {
        let (router, _) = server.router_at(NOON);
        let path = path(server);
        let (pupil, group) = server.numbers();
        let once = "once=0123456789abcdef0123";
        let other_pupil = pupil + 100;
        for body in [
            String::new(),
            format!("base=0&entry-{pupil}=absent"),
            format!("once=short&base=0&entry-{pupil}=absent"),
            format!("once=undo:1aaaaaaaaaaaaaaaa&base=0&entry-{pupil}=absent"),
            format!("once={}&entry-{pupil}=absent", "a".repeat(81)),
        ] {
            let answer = send(&router, &path, Some(TEACHER), &body);
            assert_eq!(answer.status, 422, "{body}");
            check(&answer.body, "fi", &body);
        }
        for elsewhere in [
            format!("/registers/{group}/2026-08-22/495"),
            format!("/registers/{group}/2026-08-21/496"),
            format!("/registers/{}/2026-08-21/495", group + 1),
            format!("/registers/{group}/x/495"),
            "/registers/-1/2026-08-21/99999".to_owned(),
        ] {
            let body = format!("{once}&entry-{pupil}=absent");
            assert_eq!(
                send(&router, &elsewhere, Some(TEACHER), &body).status,
                404,
                "{elsewhere}"
            );
        }
        let count = |table: &str| {
            let sql = format!("select count(*) from {table}");
            let ask = |read: &mut lasna_store::db::Read<'_>| {
                read.query_one(&sql, &[])?.unwrap().get::<i64>(0)
            };
            server.store.ask(ask).unwrap()
        };
        assert_eq!(count("register_save"), 0);
        // A word that is no choice and a pupil who is not there are left out, and so not all are named.
        let marks = count("mark_fact");
        let body =
            format!("{once}&base=x&entry-{pupil}=dances&entry-{other_pupil}=absent&entry-=late");
        let answer = send(&router, &path, Some(TEACHER), &body);
        assert_eq!(answer.status, 409);
        let page = check(&answer.body, "fi", "incomplete");
        assert!(page.says("joten mitään ei tallennettu"));
        // What is no lateness is said beside the field, with what was typed.
        let (entry, field) = (format!("entry-{pupil}"), format!("minutes-{pupil}"));
        for minutes in ["x", "", "-5", "7,5", "0", "61", "999", "99999"] {
            let page = sheet(&router, &path, TEACHER);
            let body = form(&page, &[(&entry, "late"), (&field, minutes)]);
            let answer = send(&router, &path, Some(TEACHER), &body);
            assert_eq!(answer.status, 422, "{minutes}");
            let page = check(&answer.body, "fi", minutes);
            assert!(page.says("1–60"), "{minutes}");
            assert_eq!((page.value(&entry), page.value(&field)), ("late", minutes));
            let wrong = page
                .tags
                .iter()
                .filter(|tag| tag.get("aria-invalid").is_some());
            assert_eq!(wrong.count(), 1);
            assert!(answer.body.contains("<title>Virhe: "), "{minutes}");
        }
        assert_eq!((count("register_save"), count("mark_fact")), (0, marks));
        let page = sheet(&router, &path, TEACHER);
        let body = form(&page, &[(&entry, "late"), (&field, " 60 ")]);
        is_saved(&send(&router, &path, Some(TEACHER), &body), &path);
        assert_eq!(sheet(&router, &path, TEACHER).value(&field), "60");
    });
}

#[test]
fn an_undo_says_what_holds_now() {
    let town = Esimerkkila::new();
    let router = town.router();
    let session = "session-teacher";
    let today = ask(&router, "GET", "/today", Some(session)).body;
    let row = |row: &&str| row.contains("/registers/") && row.contains("merkitsemättä");
    let row = today.split("<li").find(row).unwrap();
    let path = row.split('"').find(|part| part.starts_with("/registers/"));
    let path = path.unwrap();
    let undo = format!("{path}/undo");
    for says in ["Tunti on merkitsemättä.", "Edelliset merkinnät"] {
        let save = || {
            let page = sheet(&router, path, session);
            is_saved(&send(&router, path, Some(session), &form(&page, &[])), path);
            sheet(&router, path, session).value("save").to_owned()
        };
        let no = save();
        send(&router, &undo, Some(session), &format!("save={no}"));
        let page = sheet(&router, path, session);
        assert!(page.says("Tallennus peruttu") && page.says(says), "{says}");
        save();
    }
}

#[test]
fn a_teacher_goes_back_to_the_lessons_of_a_day_before() {
    let town = Esimerkkila::new();
    let router = town.router();
    let open = |query: &str, session: &str| {
        let path = format!("/today{query}");
        let answer = ask(&router, "GET", &path, Some(session));
        assert_eq!(answer.status, 200, "{path}");
        check(&answer.body, "fi", &path);
        answer.body
    };
    let of = |body: &str, day: &str| {
        let (_, card) = body.split_once("id=\"lessons\"").unwrap();
        let (card, _) = card.split_once("</section>").unwrap();
        (card.matches(day).count(), card.to_owned())
    };
    let today = open("", "session-teacher");
    assert!(of(&today, "/2027-03-10/").0 > 0);
    assert!(today.contains("/today?lessons=2027-03-09#lessons"));
    // A Tuesday, with the ways to Monday and to today; the register of a past lesson opens.
    let (lessons, card) = of(
        &open("?lessons=2027-03-09", "session-teacher"),
        "/2027-03-09/",
    );
    assert!(lessons > 0 && card.contains("ti 9.3.") && !card.contains("/2027-03-10/"));
    let way = card
        .split('"')
        .find(|part| part.starts_with("/registers/"))
        .unwrap();
    assert_eq!(
        ask(&router, "GET", way, Some("session-teacher")).status,
        200
    );
    assert!(card.contains("lessons=2027-03-08") && card.contains("lessons=2027-03-10"));
    // From Monday one goes to Friday.
    let monday = open("?lessons=8.3.2027", "session-teacher");
    assert!(monday.contains("/today?lessons=2027-03-05#lessons"));
    for odd in ["x", "2027-03-11", "2026-07-31", "2031-01-01", ""] {
        let page = open(&format!("?lessons={odd}"), "session-teacher");
        assert!(of(&page, "/2027-03-10/").0 > 0, "{odd}");
    }
    // The pass of a substitute is for today.
    let substitute = open("?lessons=2027-03-09", "session-substitute");
    assert!(!substitute.contains("#lessons") && of(&substitute, "/2027-03-10/").0 > 0);
}
