//! The end of a session in the middle of work, the way back, and errors that no page answers.
//!
//! Invariant: every error of a page's address is a page with a way on, in the reader's language.

use crate::ask::{Answer, ask, run, send};
use crate::html::{Page, check};
use crate::{Server, both, settings};
use axum::Router;
use axum::http::Request;
use lasna_web::Settings;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const NOON: &str = "2026-09-01T06:00:00Z";
const GONE: Option<&str> = Some("session-of-yesterday");
const RIGHT: &str = "login=new&password=a+first+password";

#[track_caller]
fn leads_to(answer: &Answer, path: &str) {
    let got = (answer.status, answer.header("location"));
    assert_eq!(got, (303, path), "{}", answer.body);
}

/// Where an answer leads to, opened by nobody.
fn follow(router: &Router, answer: &Answer) -> Answer {
    ask(router, "GET", answer.header("location"), None)
}

#[test]
fn who_is_no_longer_signed_in_comes_back_to_the_page() {
    both("way_back", |server| {
        let (router, _) = server.router_at(NOON);
        let (pupil, group) = server.numbers();
        let get = |path: &str, session| ask(&router, "GET", path, session);
        let list = "/sign-in?to=%2Fwatch-list%3Fclass%3D8B";
        leads_to(&get("/watch-list?class=8B", None), list);
        leads_to(
            &get("/watch-list?class=8B", GONE),
            &format!("{list}&why=ended"),
        );
        leads_to(&get("/today", None), "/sign-in");
        leads_to(&get("/", None), "/sign-in");
        leads_to(&get("/today", GONE), "/sign-in?why=ended");
        leads_to(&get("/watch-list.csv", None), "/sign-in");
        let post = |path: &str, session| send(&router, path, session, "note=ZZSECRETZZ");
        for (path, page) in [
            (
                format!("/pupils/{pupil}/contact?at=1"),
                format!("%2Fpupils%2F{pupil}%2Fcontact%3Fat%3D1"),
            ),
            (
                format!("/pupils/{pupil}/raise"),
                format!("%2Fpupils%2F{pupil}"),
            ),
            (
                format!("/registers/{group}/2026-08-21/495/undo"),
                format!("%2Fregisters%2F{group}%2F2026-08-21%2F495"),
            ),
            ("/substitutes/take-back".into(), "%2Fsubstitutes".into()),
        ] {
            for session in [None, GONE] {
                let answer = post(&path, session);
                leads_to(&answer, &format!("/sign-in?to={page}&why=lost"));
                assert!(!follow(&router, &answer).body.contains("ZZSECRETZZ"));
            }
        }
        // Who signs out has written nothing.
        leads_to(&post("/sign-out", GONE), "/sign-in");
        leads_to(&post("/language", None), "/sign-in");
    });
}

#[test]
fn the_page_for_signing_in_says_why_and_leads_back() {
    both("why", |server| {
        let (router, _) = server.router_at(NOON);
        let lost = send(&router, "/codes", GONE, "");
        let page = follow(&router, &lost);
        let read = check(&page.body, "fi", "lost");
        assert!(read.says("Istuntosi päättyi, eikä lähettämiäsi tietoja tallennettu."));
        assert_eq!(read.value("to"), "/codes");
        // Another language keeps the way and the reason.
        let href = read
            .tags
            .iter()
            .find(|tag| tag.get("hreflang") == Some("sv"))
            .and_then(|tag| tag.get("href"));
        let swedish = format!("/sign-in{}", href.unwrap().replace("&#38;", "&"));
        assert_eq!(swedish, "/sign-in?to=%2Fcodes&why=lost&lang=sv");
        let swedish = ask(&router, "GET", &swedish, None);
        let swedish = check(&swedish.body, "sv", "lost");
        assert!(swedish.says("det du skickade sparades inte"));
        assert_eq!(swedish.value("to"), "/codes");
        let ended = follow(&router, &ask(&router, "GET", "/measures", GONE));
        assert!(check(&ended.body, "fi", "ended").says("Istuntosi päättyi. Kirjaudu"));
        // A wrong password keeps the way.
        let wrong = send(
            &router,
            "/sign-in",
            None,
            "login=new&password=x&to=%2Fmeasures",
        );
        assert_eq!(wrong.status, 422);
        let read = check(&wrong.body, "fi", "wrong");
        assert_eq!(read.value("to"), "/measures");
        // The first password comes before everything.
        let first = send(
            &router,
            "/sign-in",
            None,
            &format!("{RIGHT}&to=%2Fmeasures"),
        );
        leads_to(&first, "/password");
    });
}

#[test]
fn after_signing_in_one_is_where_one_was_and_never_elsewhere() {
    both("way_in", |server| {
        let (router, clock) = server.router_at(NOON);
        let first = send(&router, "/sign-in", None, RIGHT);
        let session = first.header("set-cookie").split(';').next().unwrap();
        let session = session.strip_prefix("__Host-lasna_session=").unwrap();
        let change = "old=a+first+password&password=long+enough+words&again=long+enough+words";
        clock.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let changed = send(&router, "/password", Some(session), change);
        leads_to(&changed, "/today");
        for (to, lands) in [
            (
                "%2Fwatch-list%3Fclass%3D7%26show%3Dnew",
                "/watch-list?class=7&show=new",
            ),
            ("", "/today"),
            ("%2F%2Fhost%2Ftoday", "/today"),
            ("https%3A%2F%2Fhost", "/today"),
            ("%2Fsign-out", "/today"),
            ("%2Fwatch-list.csv", "/today"),
            ("%2Fpupils%2F1%2Fraise", "/today"),
        ] {
            let body = format!("login=new&password=long+enough+words&to={to}");
            leads_to(&send(&router, "/sign-in", None, &body), lands);
        }
    });
}

fn cookie(session: &str) -> String {
    format!("__Host-lasna_session={session}")
}

/// A request that goes wrong before any page is asked.
fn odd(server: &Server, method: &str, path: &str, headers: [&str; 2], language: &str) -> Answer {
    let [kind, site] = headers;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("accept-language", language)
        .header("cookie", cookie("session-worker-a"))
        .header("content-type", kind)
        .header("sec-fetch-site", site)
        .header("host", "127.0.0.1");
    run(&server.router, method, path, request, "a=b".to_owned())
}

/// What goes wrong: method, path, content type, site, status, the page to open again, and words in
/// each language.
const ODD: &str = r"
GET | /pupils/{no}/raise | - | none | 405 | /pupils/{no} | ei voi avata näin ; inte öppnas så ; cannot be opened
GET | /sign-out | - | none | 405 | | ei voi avata näin ; inte öppnas så ; cannot be opened
POST | /today | form | same-origin | 405 | /today | ei voi avata näin ; inte öppnas så ; cannot be opened
POST | /pupils/{no}/contact | form | cross-site | 403 | /pupils/{no}/contact | omalta sivulta ; egna sidor ; a page of
POST | /pupils/{no}/contact | text/plain | same-origin | 415 | /pupils/{no}/contact | ei voitu lukea ; inte läsas ; not be read
POST | /sign-in | application/json | same-origin | 415 | | ei voitu lukea ; inte läsas ; not be read
GET | /nothing | - | none | 404 | | ei löydy ; finns inte ; not found
";

/// The ways on that a page offers as buttons.
fn buttons(page: &Page) -> Vec<&str> {
    let is_button = |class: &str| class.starts_with("button");
    let all = page.tags.iter();
    all.filter(|tag| tag.get("class").is_some_and(is_button))
        .filter_map(|tag| tag.get("href"))
        .collect()
}

#[test]
fn every_error_of_a_page_is_a_page() {
    both("error_pages", |server| {
        let (pupil, _) = server.numbers();
        let all = ODD
            .replace("{no}", &pupil.to_string())
            .replace("| form |", "| application/x-www-form-urlencoded |");
        for line in all.trim().lines() {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [method, path, kind, site, status, again, words] = parts[..] else {
                panic!("seven parts: {line}");
            };
            let status: u16 = status.parse().unwrap();
            for (language, words) in ["fi", "sv", "en"].into_iter().zip(words.split(" ; ")) {
                let told = format!("{method} {path} {language}");
                let answer = odd(server, method, path, [kind, site], language);
                assert_eq!(answer.status, status, "{told}: {}", answer.body);
                let page = check(&answer.body, language, &told);
                assert!(page.says(words), "{told}: {}", answer.body);
                let wanted = [again, "/today"].into_iter().filter(|way| !way.is_empty());
                assert_eq!(buttons(&page), wanted.collect::<Vec<_>>(), "{told}");
                // What may be sent there is told to machines, as before.
                assert_eq!(status == 405, !answer.header("allow").is_empty(), "{told}");
            }
        }
    });
}

#[test]
fn what_is_for_machines_gets_no_page() {
    both("error_machines", |server| {
        let head = odd(server, "HEAD", "/sign-out", ["-", "none"], "fi");
        assert_eq!((head.status, &*head.body), (405, ""));
        for path in ["/healthz", "/assets/0/style.css", "/api/v1/figures"] {
            let kind = "application/x-www-form-urlencoded";
            let answer = odd(server, "POST", path, [kind, "same-origin"], "fi");
            assert_eq!(answer.status, 405, "{path}");
            assert!(!answer.body.contains("<html"), "{path}");
        }
    });
}

#[test]
fn a_page_that_fails_says_so_in_the_readers_language() {
    both("failed_page", |server| {
        let router = lasna_web::router(Settings {
            random: every_second_fails(),
            ..settings(server.store.clone(), Arc::new(|_, _| Ok(crate::model())))
        });
        let (pupil, _) = server.numbers();
        let path = format!("/pupils/{pupil}");
        for (language, words) in [
            ("fi", "Palvelussa on vika."),
            ("sv", "fel"),
            ("en", "Something is wrong"),
        ] {
            let request = Request::builder()
                .method("GET")
                .uri(&path)
                .header("accept-language", language)
                .header("cookie", cookie("session-worker-a"));
            let answer = run(&router, "GET", &path, request, String::new());
            assert_eq!(answer.status, 500, "{language}");
            let page = check(&answer.body, language, "failed");
            assert!(page.says(words), "{language}: {}", answer.body);
            // What to say to whoever looks into the log.
            assert!(page.says(answer.header("x-request-id")), "{}", answer.body);
            answer.says_nothing();
        }
    });
}

/// Randomness that is enough for the number of a request, and fails the page.
fn every_second_fails() -> Arc<dyn Fn() -> Result<[u8; 32], String> + Send + Sync> {
    let calls = AtomicU64::new(0);
    Arc::new(move || match calls.fetch_add(1, Ordering::Relaxed) % 2 {
        0 => crate::random(),
        _ => panic!("ZZNAMEZZ"),
    })
}
