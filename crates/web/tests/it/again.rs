//! Back in the browser and sent again: asked, never logged twice; and the day of a contact.
//!
//! Invariant: the question carries what was written, so that the answer needs no writing.

use crate::ask::{Answer, ask, send};
use crate::html::{Page, check};
use crate::{Server, both};
use axum::Router;

const NOON: &str = "2026-08-28T06:00:00Z";
const WORKER: &str = "session-worker-a";
const MINUTE: i64 = 60_000_000;

fn once(no: u32) -> String {
    format!("once=0123456789abcdef{no:04}")
}

fn acts(server: &Server) -> i64 {
    let sql = "select count(*) from signal_act";
    let count = |read: &mut lasna_store::db::Read<'_>| read.query_one(sql, &[])?.unwrap().get(0);
    server.store.ask(count).unwrap()
}

fn page(router: &Router, path: &str) -> Page {
    let answer = ask(router, "GET", path, Some(WORKER));
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    check(&answer.body, "fi", path)
}

/// The hidden fields of a question, as its form sends them.
fn answered(question: &Answer) -> String {
    let page = check(&question.body, "fi", "question");
    let hidden = page
        .tags
        .iter()
        .filter(|tag| tag.get("type") == Some("hidden"));
    let mut form = form_urlencoded::Serializer::new(String::new());
    for tag in hidden {
        let (name, value) = (tag.get("name").unwrap(), tag.get("value").unwrap());
        form.append_pair(name, &value.replace("&#38;", "&"));
    }
    form.finish()
}

#[test]
fn what_was_logged_just_now_is_asked_for_before_it_is_logged_again() {
    both("again", |server| {
        let (router, clock) = server.router_at(NOON);
        let (pupil, _) = server.numbers();
        let sent = |name: &str, body: &str| {
            let path = format!("/pupils/{pupil}/{name}?class=7&at=1");
            send(&router, &path, Some(WORKER), body)
        };
        let contact = "contact_with=home&contact_outcome=not_reached&day=2026-08-28";
        for (name, body, told) in [
            ("contact", contact, "koti: ei tavoitettu"),
            ("raise", "", "Otettu puheeksi"),
            ("done", "outcome=meeting:held", "tapaaminen pidetty"),
        ] {
            let before = acts(server);
            let key = |no: usize| format!("once=0123456789abcdef{:02}{no:02}&{body}", name.len());
            let first = sent(name, &key(1));
            assert_eq!(first.status, 303, "{name}: {}", first.body);
            assert_eq!(acts(server), before + 1, "{name}");
            // A new key, as the form has one after Back.
            let note = if name == "contact" { "&note=a%26b" } else { "" };
            let again = sent(name, &format!("{}{note}", key(2)));
            assert_eq!(again.status, 409, "{name}: {}", again.body);
            assert_eq!(again.header("cache-control"), "no-store");
            let question = check(&again.body, "fi", name);
            assert!(question.says("Kirjasit tämän juuri"), "{name}");
            assert!(
                question.says("Kirjaatko toisen?") && question.says(told),
                "{name}"
            );
            assert_eq!(acts(server), before + 1, "{name}");
            let yes = sent(name, &answered(&again));
            let lands = format!("/pupils/{pupil}?class=7&at=1#done");
            assert_eq!(
                (yes.status, yes.header("location")),
                (303, &*lands),
                "{name}"
            );
            assert_eq!(acts(server), before + 2, "{name}");
            // The answer sent again is one act.
            assert_eq!(sent(name, &answered(&again)).status, 303);
            assert_eq!(acts(server), before + 2, "{name}");
        }
        assert!(page(&router, &format!("/pupils/{pupil}")).says("a&#38;b"));
        // Later it is another call.
        clock.fetch_add(10 * MINUTE, std::sync::atomic::Ordering::Relaxed);
        let later = sent("contact", &format!("{}&{contact}", once(77)));
        assert_eq!(later.status, 303, "{}", later.body);
    });
}

#[test]
fn a_second_decision_says_that_one_is_in_force() {
    both("decided", |server| {
        let (router, clock) = server.router_at(NOON);
        let (pupil, _) = server.numbers();
        let sent = |body: &str| {
            let path = format!("/pupils/{pupil}/no-concern");
            send(&router, &path, Some(WORKER), body)
        };
        let first = format!("{}&no_concern=known&review=10.9.2026", once(1));
        assert_eq!(sent(&first).status, 303);
        // It stands until its review, not for minutes alone.
        clock.fetch_add(25 * MINUTE, std::sync::atomic::Ordering::Relaxed);
        let second = format!("{}&no_concern=support_runs&review=2026-09-14", once(2));
        let asked = sent(&second);
        assert_eq!(asked.status, 409, "{}", asked.body);
        let question = check(&asked.body, "fi", "decided");
        assert!(question.says("Päätös on jo voimassa"));
        assert!(question.says("tarkistetaan 10.9.2026. Muutatko päätöstä?"));
        assert_eq!(acts(server), 1);
        assert_eq!(sent(&answered(&asked)).status, 303);
        assert_eq!(acts(server), 2);
        assert!(page(&router, &format!("/pupils/{pupil}")).says("14.9.2026"));
    });
}

#[test]
fn a_contact_has_a_day_and_says_when_it_was_written() {
    both("contact_day", |server| {
        let (router, _) = server.router_at(NOON);
        let (pupil, _) = server.numbers();
        let path = format!("/pupils/{pupil}/contact");
        let form = page(&router, &path);
        assert_eq!(form.value("day"), "2026-08-28", "today is proposed");
        let sent = |no: u32, day: &str| {
            let body = "contact_with=home&contact_outcome=agreed&note=Soitin.%0D%0ASovittu.";
            let body = format!("{}&{body}&day={day}", once(no));
            send(&router, &path, Some(WORKER), &body)
        };
        for day in [
            "",
            "x",
            "31.2.2026",
            "2026-08-29",
            "2026-07-31",
            "2025-08-28",
        ] {
            let answer = sent(1, day);
            assert_eq!(answer.status, 422, "{day}");
            let page = check(&answer.body, "fi", day);
            assert!(
                page.says("Valitse päivä väliltä 1.8.2026–28.8.2026."),
                "{day}"
            );
            let field = page.tags.iter().find(|tag| tag.get("id") == Some("day"));
            let field = field.unwrap();
            assert_eq!(field.get("aria-invalid"), Some("true"));
            assert_eq!(field.get("aria-describedby"), Some("day-error day-hint"));
        }
        assert_eq!(acts(server), 0);
        assert_eq!(sent(2, "26.8.2026").status, 303);
        let page = page(&router, &format!("/pupils/{pupil}"));
        assert!(page.says("ke 26.8. · Zz Staff · kirjattu pe 28.8."));
        assert!(page.says("Soitin.\nSovittu."), "the lines stay");
    });
}

#[test]
fn what_turns_the_text_round_is_left_at_the_door() {
    both("bidi", |server| {
        let (router, _) = server.router_at(NOON);
        let (pupil, _) = server.numbers();
        let path = format!("/pupils/{pupil}/contact");
        // Right-to-left override, a null, an isolate.
        let note = "%E2%80%AEhuomenna%00%E2%81%A7.";
        let body = format!("{}&contact_with=home&note={note}", once(1));
        let refused = send(&router, &path, Some(WORKER), &body);
        assert_eq!(refused.status, 422);
        let logged = format!("{body}&contact_outcome=agreed");
        assert_eq!(send(&router, &path, Some(WORKER), &logged).status, 303);
        let pupil = format!("/pupils/{pupil}");
        let shown = ask(&router, "GET", &pupil, Some(WORKER));
        for answer in [refused, shown] {
            assert!(answer.body.contains("huomenna."));
            assert!(!answer.body.contains(['\u{202e}', '\u{2067}', '\0']));
        }
    });
}
