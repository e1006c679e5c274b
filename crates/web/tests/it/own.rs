//! One's own sessions and passkeys as pages, and the page that asks for a fresh proof.
//!
//! Invariant: no token stands on a page.

use crate::ask::{ask, send};
use crate::both;
use crate::html::check;
use crate::identity::{MINUTE, NOON, RIGHT, cookie, get, leads_to, post, strict, with_password};
use lasna_app::{App, NewPerson};
use lasna_domain::access::UserRole;
use std::sync::atomic::Ordering;

#[test]
fn what_is_grave_leads_to_a_proof_and_back() {
    both("step_up_page", |server| {
        let (router, clock) = server.router_at(NOON);
        let app = App::operator(server.store.clone(), NOON.parse().unwrap()).unwrap();
        app.add_person(&NewPerson {
            role: UserRole::Administrator,
            school: None,
            login: "chief",
            name: "Zz Chief",
            person: None,
            password: Some(("a first password", [3; 16])),
            language: None,
        })
        .unwrap();
        let right = "login=chief&password=a+first+password";
        let one = cookie(&send(&router, "/sign-in", None, right), "lasna_session");
        clock.fetch_add(1, Ordering::Relaxed);
        let own = "old=a+first+password&password=long+enough+words&again=long+enough+words";
        leads_to(&post(&router, "/password", &one, own), "/today");
        assert_eq!(get(&router, "/imports/undo/1", &one).status, 200);
        clock.fetch_add(11 * MINUTE, Ordering::Relaxed);
        for answer in [
            get(&router, "/imports/undo/1", &one),
            post(&router, "/imports/undo/1", &one, ""),
        ] {
            leads_to(&answer, "/step-up?to=%2Fimports%2Fundo%2F1");
        }
        let page = get(&router, "/step-up?to=%2Fimports%2Fundo%2F1", &one);
        check(&page.body, "fi", "step up");
        assert!(page.body.contains("type=\"password\""));
        for body in [
            "password=wrong",
            "demo=1",
            "code=123456",
            "answer=%7B%7D&asked=x",
            "",
        ] {
            let refused = post(&router, "/step-up", &one, body);
            assert_eq!(refused.status, 422, "{body}");
            assert_eq!(refused.header("set-cookie"), "");
            check(&refused.body, "fi", body);
        }
        let sent = "password=long+enough+words&to=%2Fimports%2Fundo%2F1";
        let done = post(&router, "/step-up", &one, sent);
        leads_to(&done, "/imports/undo/1");
        let two = cookie(&done, "lasna_session");
        assert_eq!(get(&router, "/imports/undo/1", &two).status, 200);
        assert!(
            get(&router, "/today", &one)
                .header("location")
                .starts_with("/sign-in")
        );
        // Whoever has no right is not asked for a proof of anything.
        let stranger = ask(&router, "GET", "/imports/undo/1", Some("session-worker-a"));
        assert_eq!(stranger.status, 404);
    });
}

#[test]
fn sessions_are_shown_and_ended_and_the_browser_forgets() {
    both("sessions_page", |server| {
        let (router, clock) = server.router_at(NOON);
        let sign_in = |body: &str| cookie(&send(&router, "/sign-in", None, body), "lasna_session");
        let (one, shared) = (sign_in(RIGHT), sign_in(&format!("{RIGHT}&shared=1")));
        clock.fetch_add(1, Ordering::Relaxed);
        let own = "old=a+first+password&password=long+enough+words&again=long+enough+words";
        leads_to(&post(&router, "/password", &one, own), "/today");
        assert_ne!(
            get(&router, "/today", &shared).status,
            200,
            "another password ends it"
        );
        let words = "login=new&password=long+enough+words";
        let (shared, third) = (sign_in(&format!("{words}&shared=1")), sign_in(words));
        let page = get(&router, "/sessions", &one);
        let seen = check(&page.body, "fi", "sessions");
        assert!(seen.says("yhteiskäyttöinen kone") && seen.says("tämä selain"));
        assert_eq!(page.body.matches("name=\"session\"").count(), 3 + 1 - 1);
        for token in [&one, &shared, &third] {
            let token = token.split('=').nth(1).unwrap();
            assert!(!page.body.contains(token), "no token on a page");
        }
        // The notice of the password stays until a press, whoever looks.
        for _ in 0..2 {
            assert!(
                get(&router, "/today", &third)
                    .body
                    .contains("/notices/read")
            );
        }
        leads_to(
            &post(&router, "/notices/read", &third, "up_to=1&back=%2Fladder"),
            "/ladder",
        );
        assert!(!get(&router, "/today", &one).body.contains("/notices/read"));
        // A shared machine is left alone for five minutes.
        clock.fetch_add(5 * MINUTE, Ordering::Relaxed);
        assert_eq!(get(&router, "/today", &third).status, 200);
        assert!(
            get(&router, "/today", &shared)
                .header("location")
                .starts_with("/sign-in")
        );
        assert_eq!(
            post(&router, "/sessions/end", &one, "session=0011").status,
            422
        );
        leads_to(
            &post(&router, "/sessions/end-others", &one, ""),
            "/sessions",
        );
        assert!(
            get(&router, "/today", &third)
                .header("location")
                .starts_with("/sign-in")
        );
        let out = post(&router, "/sign-out", &one, "");
        assert_eq!(out.header("clear-site-data"), "\"cookies\", \"storage\"");
        // In use, it goes on; idle, it does not.
        let four = sign_in(words);
        for _ in 0..3 {
            clock.fetch_add(29 * MINUTE, Ordering::Relaxed);
            assert_eq!(get(&router, "/today", &four).status, 200);
        }
        clock.fetch_add(30 * MINUTE, Ordering::Relaxed);
        assert_eq!(
            get(&router, "/today", &four).header("location"),
            "/sign-in?why=ended"
        );
    });
}

#[test]
fn a_passkey_is_asked_in_the_page_and_rubbish_is_refused() {
    both("passkey_pages", |server| {
        let (router, clock) = strict(server);
        let one = with_password(&router, &clock);
        let page = get(&router, "/passkeys/new", &one);
        let seen = check(&page.body, "fi", "new");
        assert!(seen.says("JavaScriptin"), "what it needs is said");
        let form = seen
            .tags
            .iter()
            .find(|tag| tag.get("data-passkey").is_some())
            .unwrap();
        let options = form
            .get("data-options")
            .unwrap()
            .replace("&quot;", "\"")
            .replace("&#34;", "\"");
        let options: serde_json::Value = serde_json::from_str(&options).unwrap();
        assert_eq!(options["rp"]["id"], "lasna.example");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(
            options["authenticatorSelection"]["userVerification"],
            "required"
        );
        let id = seen.value("asked").to_owned();
        for answer in ["", "%7B%7D", "x"] {
            let body = format!("asked={id}&answer={answer}");
            assert_eq!(post(&router, "/passkeys/new", &one, &body).status, 422);
            let refused = post(&router, "/sign-in/passkey", "", &body);
            assert_eq!((refused.status, refused.header("set-cookie")), (422, ""));
            check(&refused.body, "fi", "refused");
        }
        let page = get(&router, "/sign-in", "");
        assert!(page.body.contains("/sign-in/passkey"));
        let (plain, _) = server.router_at(NOON);
        assert!(
            !get(&plain, "/sign-in", "")
                .body
                .contains("/sign-in/passkey")
        );
        leads_to(
            &ask(&plain, "GET", "/passkeys/new", Some("session-worker-a")),
            "/passkeys",
        );
    });
}
