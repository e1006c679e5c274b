//! Signing in as a browser does it: cookie, wrong password, waiting, the first password, language.
//!
//! Invariant: an answer to a wrong login and to a wrong password is the same page.

use crate::ask::{Answer, ask, run, send};
use crate::html::check;
use crate::{Server, both};
use axum::Router;
use std::sync::atomic::Ordering;

const NOON: &str = "2026-09-01T06:00:00Z";
const RIGHT: &str = "login=new&password=a+first+password";

/// Asks with the cookie that an answer had set.
fn get(router: &Router, path: &str, cookie: &str, language: &str) -> Answer {
    let request = axum::http::Request::builder().method("GET").uri(path);
    let request = request
        .header("cookie", cookie)
        .header("accept-language", language);
    run(router, "GET", path, request, String::new())
}

fn post(router: &Router, path: &str, cookie: &str, body: &str) -> Answer {
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(path)
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    run(router, "POST", path, request, body.to_owned())
}

/// Signs in and gives the cookie as a browser sends it back.
fn cookie_of(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(set.split("; ").any(|known| known == part), "{set}");
    }
    let (pair, _) = set.split_once(';').unwrap();
    let token = pair.strip_prefix("__Host-lasna_session=").unwrap();
    assert_eq!(token.len(), 64, "{set}");
    pair.to_owned()
}

#[test]
fn the_password_opens_and_sets_a_cookie_for_this_site_alone() {
    both("cookie", |server| {
        let answer = server.post("/sign-in", None, RIGHT);
        assert_eq!(answer.status, 303, "{}", answer.body);
        cookie_of(&answer);
        let set = answer.header("set-cookie");
        assert!(!set.contains("Domain"), "{set}");
        assert!(set.len() < 4096, "{set}");
    });
}

#[test]
fn passwords_are_typed_unseen_and_may_be_pasted() {
    both("typed", |server| {
        let new = Some("session-new");
        for (path, session) in [("/sign-in", None), ("/password", new)] {
            let answer = server.get(path, session);
            let page = crate::html::check(&answer.body, "fi", path);
            let fields = page.tags.iter().filter(|tag| tag.name == "input");
            let secret: Vec<_> = fields
                .filter(|tag| tag.get("name").is_some_and(|name| name != "login"))
                .filter(|tag| ![Some("hidden"), Some("checkbox")].contains(&tag.get("type")))
                .collect();
            assert!(!secret.is_empty(), "{path}");
            for tag in secret {
                assert_eq!(tag.get("type"), Some("password"), "{path}: {tag:?}");
                let helped = tag.get("autocomplete").unwrap_or_default();
                assert!(helped.ends_with("-password"), "{path}: {tag:?}");
                assert_eq!(tag.get("onpaste"), None);
            }
        }
    });
}

/// Where an answer leads to.
#[track_caller]
fn leads_to(answer: &Answer, path: &str) {
    // Why one has to sign in, and the way back, are told in `door.rs`.
    let location = answer.header("location");
    let at = match path {
        "/sign-in" => location.split('?').next().unwrap(),
        _ => location,
    };
    assert_eq!((answer.status, at), (303, path), "{}", answer.body);
}

#[test]
fn what_is_wrong_is_not_said_and_sets_no_cookie() {
    both("wrong", |server| {
        let (router, _) = server.router_at(NOON);
        let mut pages = Vec::new();
        for (login, password) in [
            ("new", "first passwort"),
            ("nobody", "a+first+password"),
            ("new", ""),
        ] {
            let answer = send(
                &router,
                "/sign-in",
                None,
                &format!("login={login}&password={password}"),
            );
            assert_eq!(answer.status, 422);
            assert_eq!(answer.header("set-cookie"), "");
            check(&answer.body, "fi", "wrong");
            assert!(!answer.body.contains(password) || password.is_empty());
            pages.push(answer.body.replace(&format!("value=\"{login}\""), ""));
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(pages[0], pages[2]);
        let empty = send(&router, "/sign-in", None, "");
        assert_eq!(empty.status, 422);
        // Markup in a login comes back as a text.
        let answer = send(
            &router,
            "/sign-in",
            None,
            "login=%22%3E%3Cscript%3E&password=x",
        );
        check(&answer.body, "fi", "markup");
        assert!(!answer.body.contains("\"><script>"));
    });
}

#[test]
fn after_ten_wrong_passwords_a_login_waits_and_no_other_does() {
    both("tries", |server| {
        let (router, clock) = server.router_at(NOON);
        for _ in 0..10 {
            let answer = send(&router, "/sign-in", None, "login=NEW&password=x");
            assert_eq!(answer.status, 422);
        }
        let answer = send(&router, "/sign-in", None, RIGHT);
        assert_eq!((answer.status, answer.header("set-cookie")), (429, ""));
        check(&answer.body, "fi", "wait");
        // Also a login that there is not waits, so that waiting says nothing.
        for wanted in [422; 10].into_iter().chain([429]) {
            let answer = send(&router, "/sign-in", None, "login=nobody&password=x");
            assert_eq!(answer.status, wanted);
        }
        assert_eq!(
            send(&router, "/sign-in", None, "login=other&password=x").status,
            422
        );
        clock.fetch_add(15 * 60 * 1_000_000, Ordering::Relaxed);
        leads_to(&send(&router, "/sign-in", None, RIGHT), "/password");
    });
}

#[test]
fn the_first_password_comes_before_everything() {
    both("first", |server| {
        let (router, clock) = server.router_at(NOON);
        let cookie = cookie_of(&send(&router, "/sign-in", None, RIGHT));
        let paths = [
            "/",
            "/today",
            "/watch-list",
            "/watch-list.csv",
            "/pupils/1",
            "/marking-debt",
        ];
        for path in paths {
            leads_to(&get(&router, path, &cookie, "fi"), "/password");
        }
        let acts = ["/pupils/1/raise", "/registers/1/2026-08-21/495"];
        for path in acts {
            leads_to(
                &post(&router, path, &cookie, "once=0123456789abcdef0"),
                "/password",
            );
        }
        // The language of that page can be chosen, and is kept.
        leads_to(
            &post(&router, "/language", &cookie, "language=sv&back=/password"),
            "/password",
        );
        let page = get(&router, "/password", &cookie, "fi");
        check(&page.body, "sv", "password");
        let change = |body: &str| post(&router, "/password", &cookie, body);
        wrong_passwords(&change);
        leads_to(&get(&router, "/today", &cookie, "fi"), "/password");
        clock.fetch_add(1, Ordering::Relaxed);
        leads_to(
            &change(
                "old=a+first+password&password=l%C3%A4ng+nog+mening&again=l%C3%A4ng+nog+mening",
            ),
            "/today",
        );
        let today = get(&router, "/today", &cookie, "fi");
        assert_eq!(today.status, 200);
        check(&today.body, "sv", "today");
        assert_eq!(
            send(&router, "/sign-in", None, RIGHT).status,
            422,
            "the first one is over"
        );
        let own = "login=new&password=l%C3%A4ng+nog+mening";
        leads_to(&send(&router, "/sign-in", None, own), "/today");
    });
}

/// Passwords that cannot be chosen, each with a word of why.
fn wrong_passwords(change: &impl Fn(&str) -> Answer) {
    let long = "x".repeat(513);
    for (body, wrong) in [
        ("password=long+enough+words&again=long+enough+word", "lika"),
        ("password=short&again=short", "kort"),
        (&format!("password={long}&again={long}"), "för långt"),
        ("password=long+enough+words&again=long+enough+words", "fel"),
        (
            "old=first+passwort&password=long+enough+words&again=long+enough+words",
            "fel",
        ),
        (
            "old=a+first+password&password=a+first+password&again=a+first+password",
            "nuvarande",
        ),
        ("", "kort"),
    ] {
        let answer = change(body);
        assert_eq!(answer.status, 422, "{body}");
        assert!(
            check(&answer.body, "sv", body).says(wrong),
            "{body}: {}",
            answer.body
        );
    }
}

#[test]
fn the_old_password_is_tried_ten_times_and_other_sessions_end() {
    both("old", |server| {
        let (router, clock) = server.router_at(NOON);
        let cookies = [(); 2].map(|()| cookie_of(&send(&router, "/sign-in", None, RIGHT)));
        let change = |old: &str| {
            let body = format!("old={old}&password=long+enough+words&again=long+enough+words");
            post(&router, "/password", &cookies[0], &body)
        };
        for no in 0..11 {
            let answer = change("wrong");
            assert_eq!(answer.status, if no < 10 { 422 } else { 429 });
            let page = check(&answer.body, "fi", "old");
            assert!(page.tags.iter().any(|tag| tag.get("href") == Some("#old")));
            assert!(page.says(if no < 10 {
                "väärin"
            } else {
                "viisitoista minuuttia"
            }));
        }
        let right = "a+first+password";
        assert_eq!(change(right).status, 429, "it waits");
        clock.fetch_add(15 * 60 * 1_000_000, Ordering::Relaxed);
        leads_to(&change(right), "/today");
        assert_eq!(get(&router, "/today", &cookies[0], "fi").status, 200);
        leads_to(&get(&router, "/today", &cookies[1], "fi"), "/sign-in");
    });
}

#[test]
fn a_session_ends_by_its_hours_and_by_a_press() {
    both("ends", |server| {
        let (router, clock) = server.router_at(NOON);
        let first = cookie_of(&send(&router, "/sign-in", None, RIGHT));
        let second = cookie_of(&send(&router, "/sign-in", None, RIGHT));
        assert_ne!(first, second);
        let answer = post(&router, "/sign-out", &first, "");
        leads_to(&answer, "/sign-in");
        let gone = answer.header("set-cookie");
        assert!(
            gone.starts_with("__Host-lasna_session=;") && gone.contains("Max-Age=0"),
            "{gone}"
        );
        leads_to(&get(&router, "/today", &first, "fi"), "/sign-in");
        leads_to(&get(&router, "/today", &second, "fi"), "/password");
        // In use all day.
        for _ in 0..12 * 3 - 1 {
            clock.fetch_add(20 * 60 * 1_000_000, Ordering::Relaxed);
            leads_to(&get(&router, "/today", &second, "fi"), "/password");
        }
        clock.fetch_add(20 * 60 * 1_000_000 - 1, Ordering::Relaxed);
        leads_to(&get(&router, "/today", &second, "fi"), "/password");
        clock.fetch_add(1, Ordering::Relaxed);
        leads_to(&get(&router, "/today", &second, "fi"), "/sign-in");
        for cookie in [
            "__Host-lasna_session=",
            "__Host-lasna_session=x",
            "__Host-lasna_session=token-a",
            "x=1",
            "",
        ] {
            leads_to(&get(&router, "/today", cookie, "fi"), "/sign-in");
        }
    });
}

#[test]
fn a_language_goes_with_the_person_and_back_stays_here() {
    both("language", |server| {
        let (router, clock) = server.router_at(NOON);
        let session = Some("session-worker-a");
        for (language, back, lands) in [
            ("sv", "/watch-list", "/watch-list"),
            ("en", "//evil.example", "/today"),
            ("fi", "https://evil.example", "/today"),
            ("sv", "/\\evil.example", "/today"),
            ("zz", "/today", "/today"),
        ] {
            clock.fetch_add(1, Ordering::Relaxed);
            let body = format!("language={language}&back={back}");
            leads_to(&send(&router, "/language", session, &body), lands);
            let kept = if language == "zz" { "sv" } else { language };
            let page = ask(&router, "GET", "/today", session);
            check(&page.body, kept, back);
            // Also where nothing is found.
            let page = ask(&router, "GET", "/nothing", session);
            assert_eq!(page.status, 404);
            check(&page.body, kept, back);
        }
        let other = ask(&router, "GET", "/today", Some("session-principal-a"));
        check(&other.body, "fi", "somebody else's");
    });
}

#[test]
fn errors_are_pages_in_the_visitors_language_without_data() {
    both("errors", |server| {
        let (router, _) = server.router_at(NOON);
        for language in ["fi", "sv", "en"] {
            let answer = get(
                &router,
                "/pupils/xyz",
                "__Host-lasna_session=session-worker-a",
                language,
            );
            assert_eq!(answer.status, 404);
            check(&answer.body, language, "pupil");
            answer.says_nothing();
            let answer = get(&router, "/nothing", "", language);
            assert_eq!(answer.status, 404);
            check(&answer.body, language, "nothing");
        }
        broken(server, &router);
    });
}

/// A table that is gone: said, without a word of it.
fn broken(server: &Server, router: &Router) {
    server.meddle("alter table mark_fact rename to elsewhere");
    let answer = ask(router, "GET", "/watch-list", Some("session-worker-a"));
    assert_eq!(answer.status, 500);
    check(&answer.body, "fi", "broken");
    answer.says_nothing();
    assert!(!answer.body.contains("mark_fact"));
    server.meddle("alter table sign_in rename to nowhere");
    let answer = ask(router, "GET", "/today", Some("session-worker-a"));
    assert_eq!(answer.status, 500);
    check(&answer.body, "fi", "no sessions");
    answer.says_nothing();
}
