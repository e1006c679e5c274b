//! Signing in with two factors, stepping up, sessions and their end, as a browser does it.
//!
//! Invariant: a password alone opens nothing where two factors are wanted, whatever the route.

use crate::ask::{Answer, run, send};
use crate::html::check;
use crate::{Server, both, settings};
use axum::Router;
use lasna_app::identity::{Passkeys, code_at};
use lasna_app::{App, WhichAccount};
use lasna_domain::calendar::Instant;
use lasna_web::Settings;
use lasna_web::routes::ROUTES;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub const NOON: &str = "2026-09-01T06:00:00Z";
pub const RIGHT: &str = "login=new&password=a+first+password";
pub const MINUTE: i64 = 60_000_000;

/// A router that wants two factors and takes passkeys, with a clock that moves.
pub fn strict(server: &Server) -> (Router, Arc<AtomicI64>) {
    let start: Instant = NOON.parse().unwrap();
    let now = Arc::new(AtomicI64::new(start.0));
    let clock = now.clone();
    let router = lasna_web::router(Settings {
        clock: Arc::new(move || Instant(clock.load(Ordering::Relaxed))),
        second_factor: true,
        passkeys: Some(Arc::new(Passkeys::new("https://lasna.example").unwrap())),
        ..settings(server.store.clone(), Arc::new(|_, _| Ok(crate::model())))
    });
    (router, now)
}

pub fn get(router: &Router, path: &str, cookie: &str) -> Answer {
    let request = axum::http::Request::builder().method("GET").uri(path);
    run(
        router,
        "GET",
        path,
        request.header("cookie", cookie),
        String::new(),
    )
}

pub fn post(router: &Router, path: &str, cookie: &str, body: &str) -> Answer {
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(path)
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    run(router, "POST", path, request, body.to_owned())
}

/// The cookie of a name that an answer sets, as a browser sends it back.
#[track_caller]
pub fn cookie(answer: &Answer, name: &str) -> String {
    let all = answer.headers.get_all("set-cookie").iter();
    let found = all.map(|value| value.to_str().unwrap()).find(|value| {
        value.starts_with(&format!("__Host-{name}=")) && !value.contains("Max-Age=0")
    });
    let set = found.unwrap_or_else(|| panic!("no {name}: {} {}", answer.status, answer.body));
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(set.split("; ").any(|known| known == part), "{set}");
    }
    set.split(';').next().unwrap().to_owned()
}

#[track_caller]
pub fn leads_to(answer: &Answer, path: &str) {
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, path),
        "{}",
        answer.body
    );
}

/// Somebody with a password of the own, who has signed in with it: the cookie.
pub fn with_password(router: &Router, clock: &AtomicI64) -> String {
    let first = cookie(&send(router, "/sign-in", None, RIGHT), "lasna_session");
    clock.fetch_add(1, Ordering::Relaxed);
    let own = "old=a+first+password&password=long+enough+words&again=long+enough+words";
    leads_to(&post(router, "/password", &first, own), "/today");
    first
}

/// The secret that a page shows, as bytes.
fn secret_of(page: &str) -> Vec<u8> {
    let text = page.split("class=\"secret\">").nth(1).unwrap();
    let text: String = text.split('<').next().unwrap().replace('-', "");
    let mut bits = 0_u64;
    let mut held = 0;
    let mut bytes = Vec::new();
    for letter in text.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|l| *l == letter);
        bits = bits << 5 | value.unwrap() as u64;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

fn code(secret: &[u8], clock: &AtomicI64) -> String {
    code_at(secret, Instant(clock.load(Ordering::Relaxed))).unwrap()
}

/// Puts an app in use: the secret, the new cookie, and the recovery codes.
pub fn enrol(router: &Router, clock: &AtomicI64, old: &str) -> (Vec<u8>, String, Vec<String>) {
    leads_to(
        &post(router, "/second-factor/begin", old, ""),
        "/second-factor/new",
    );
    let page = get(router, "/second-factor/new", old);
    check(&page.body, "fi", "new");
    let secret = secret_of(&page.body);
    assert_eq!(secret.len(), 20);
    let wrong = post(router, "/second-factor/new", old, "code=000000");
    assert_eq!(wrong.status, 422);
    check(&wrong.body, "fi", "wrong code");
    let sent = format!("code={}", code(&secret, clock));
    let done = post(router, "/second-factor/new", old, &sent);
    assert_eq!(done.status, 200, "{}", done.body);
    check(&done.body, "fi", "recovery");
    let codes = done
        .body
        .split("<ul class=\"plain secret\">")
        .nth(1)
        .unwrap();
    let codes = codes.split("</ul>").next().unwrap();
    let codes = codes
        .split("<li>")
        .skip(1)
        .map(|li| li.split('<').next().unwrap().to_owned());
    (secret, cookie(&done, "lasna_session"), codes.collect())
}

#[test]
fn a_password_alone_opens_nothing_but_the_way_to_a_second_factor() {
    both("two_factors", |server| {
        let (router, clock) = strict(server);
        let one = with_password(&router, &clock);
        let free = [
            "/password",
            "/language",
            "/sign-out",
            "/step-up",
            "/notices/read",
        ];
        let mut shut = 0;
        for row in ROUTES.iter().filter(|row| row.action.is_some()) {
            let is_free = free.contains(&row.path)
                || ["/api/", "/second-factor", "/passkeys", "/step-up/with"]
                    .iter()
                    .any(|p| row.path.starts_with(p));
            if is_free {
                continue;
            }
            let path = row.path.replace(['{', '}'], "");
            let answer = match row.method {
                "POST" => post(&router, &path, &one, ""),
                _ => get(&router, &path, &one),
            };
            leads_to(&answer, "/second-factor");
            shut += 1;
        }
        assert!(shut > 40, "{shut}");
        let page = get(&router, "/second-factor", &one);
        assert!(check(&page.body, "fi", "due").says("ennen kuin jatkat"));
        let (secret, two, codes) = enrol(&router, &clock, &one);
        assert_eq!(codes.len(), 8);
        assert_eq!(get(&router, "/today", &two).status, 200);
        assert!(
            get(&router, "/today", &one)
                .header("location")
                .starts_with("/sign-in")
        );
        // From now on a password leads to the code, and only that to a session.
        clock.fetch_add(MINUTE, Ordering::Relaxed);
        let right = "login=new&password=long+enough+words&to=%2Fladder%2Fversions";
        let half = send(&router, "/sign-in", None, right);
        leads_to(&half, "/sign-in/code?to=%2Fladder%2Fversions");
        let half = cookie(&half, "lasna_half");
        let as_session = half.replace("lasna_half", "lasna_session");
        assert_eq!(
            get(&router, "/today", &as_session).header("location"),
            "/sign-in?why=ended"
        );
        let wrong = post(&router, "/sign-in/code", &half, "code=123456");
        assert_eq!(wrong.status, 422);
        check(&wrong.body, "fi", "code");
        let sent = format!("code={}&to=%2Fwatch-list", code(&secret, &clock));
        assert_eq!(post(&router, "/sign-in/code", "", &sent).status, 422);
        let done = post(&router, "/sign-in/code", &half, &sent);
        leads_to(&done, "/watch-list");
        assert_eq!(
            get(&router, "/watch-list", &cookie(&done, "lasna_session")).status,
            200
        );
        // The last factor is not given up where two are wanted.
        let kept = post(&router, "/second-factor/remove", &two, "");
        assert_eq!(kept.status, 422);
        assert_eq!(get(&router, "/today", &two).status, 200);
    });
}

#[test]
fn after_the_end_every_route_answers_as_to_nobody() {
    both("left", |server| {
        let (router, clock) = strict(server);
        let one = with_password(&router, &clock);
        let (secret, two, codes) = enrol(&router, &clock, &one);
        clock.fetch_add(MINUTE, Ordering::Relaxed);
        let right = "login=new&password=long+enough+words";
        let half = cookie(&send(&router, "/sign-in", None, right), "lasna_half");
        let now = Instant(clock.load(Ordering::Relaxed));
        let operator = App::operator(server.store.clone(), now).unwrap();
        operator.end_account(WhichAccount::Login("new")).unwrap();
        for row in ROUTES.iter().filter(|row| !row.path.starts_with("/api/")) {
            let path = row.path.replace(['{', '}'], "");
            let of = |cookie: &str| match row.method {
                "POST" => post(&router, &path, cookie, ""),
                _ => get(&router, &path, cookie),
            };
            let (left, nobody) = (of(&two), of("__Host-lasna_session=nobody"));
            let seen = |answer: &Answer| (answer.status, answer.header("location").to_owned());
            assert_eq!(seen(&left), seen(&nobody), "{} {path}", row.method);
            if row.action.is_some() {
                assert_eq!(left.status, 303, "{path}");
                assert!(left.header("location").starts_with("/sign-in"), "{path}");
            }
        }
        for typed in [code(&secret, &clock), codes[0].clone()] {
            let sent = post(&router, "/sign-in/code", &half, &format!("code={typed}"));
            assert_eq!((sent.status, sent.header("set-cookie")), (422, ""));
        }
        assert_eq!(send(&router, "/sign-in", None, right).status, 422);
    });
}

#[test]
fn the_first_administrator_comes_in_by_a_code() {
    both("first_page", |server| {
        let (router, clock) = strict(server);
        let now = Instant(clock.load(Ordering::Relaxed));
        let operator = App::operator(server.store.clone(), now).unwrap();
        operator
            .end_account(WhichAccount::Login("administrator"))
            .unwrap();
        let code = operator.first_code(&[5; 32]).unwrap();
        let form = |code: &str, again: &str| {
            format!("code={code}&login=eka&name=Eka&password=long+enough+words&again={again}")
        };
        for (body, wrong) in [
            (form("ABCD", "long+enough+words"), "ei avaa"),
            (form(&code, "other+words+again"), "eivät"),
            ("".to_owned(), "lyhyt"),
        ] {
            let answer = post(&router, "/first", "", &body);
            assert_eq!((answer.status, answer.header("set-cookie")), (422, ""));
            assert!(
                check(&answer.body, "fi", wrong).says(wrong),
                "{wrong}: {}",
                answer.body
            );
            assert!(!answer.body.contains("long enough"));
        }
        let done = post(&router, "/first", "", &form(&code, "long+enough+words"));
        leads_to(&done, "/today");
        let one = cookie(&done, "lasna_session");
        leads_to(&get(&router, "/imports", &one), "/second-factor");
        let (_, two, _) = enrol(&router, &clock, &one);
        assert_eq!(get(&router, "/imports", &two).status, 200);
        let again = post(&router, "/first", "", &form(&code, "long+enough+words"));
        assert_eq!(again.status, 422);
    });
}
