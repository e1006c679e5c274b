//! Every row of the route table at every status: headers, and bodies that tell nothing of the inside.
//!
//! The headers themselves are asserted in `ask`, on every answer of every story.
//!
//! Invariant: a fault is injected below the handlers, never in what is tested.

use crate::ask::{Answer, ask, run};
use crate::routes::{is_page, path_of, token_for};
use crate::{Server, both, settings};
use axum::Router;
use axum::http::Request;
use lasna_web::Settings;
use lasna_web::routes::{ROUTES, Route};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Words of the inside: of panics, statements, databases, paths and sources.
const INSIDE: [&str; 14] = [
    "panick",
    "backtrace",
    ".rs:",
    "select ",
    "insert ",
    "no such table",
    "relation \"",
    "sqlite",
    "postgres",
    "/tmp/",
    "crates/",
    "lasna_store",
    "zz_gone",
    "DbError",
];

fn tells_nothing_of_the_inside(answer: &Answer, asked: &str) {
    if asked.starts_with("/assets/") && answer.status == 200 {
        return;
    }
    // The field of a form is none of the inside.
    let body = answer.body.replace("<select ", "");
    for word in INSIDE {
        assert!(!body.contains(word), "{asked}: {word}: {answer:?}");
    }
}

/// Asks for a row as somebody who may.
fn ask_row(server: &Server, router: &Router, row: &Route, path: &str) -> Answer {
    let token = token_for(row.path, row.action);
    let answer = match row.method {
        "POST" => crate::ask::send(router, path, token, ""),
        method => ask(router, method, path, token),
    };
    server.sign_in_again();
    answer
}

#[test]
fn every_answer_has_the_headers() {
    both("headers", |server| {
        let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
        for row in ROUTES {
            let path = path_of(server, row.path);
            let own = ask_row(server, &server.router, row, &path);
            let wrong = ask_row(server, &server.router, row, &format!("{path}/zz-no-such"));
            let method = ask(&server.router, "PUT", &path, None);
            let nobody = ask(&server.router, row.method, &path, None);
            let large = large(&server.router, row, &path);
            let foreign = Request::builder()
                .method("POST")
                .uri(&path)
                .header("sec-fetch-site", "cross-site");
            let foreign = run(&server.router, "POST", &path, foreign, String::new());
            for answer in [own, wrong, method, nobody, large, foreign] {
                *seen.entry(answer.status).or_default() += 1;
                tells_nothing_of_the_inside(&answer, row.path);
            }
        }
        for status in [200, 303, 401, 403, 404, 405, 413, 422] {
            assert!(seen.contains_key(&status), "{status}: {seen:?}");
        }
    });
}

/// A body over the limit, which no handler is to see.
fn large(router: &Router, row: &Route, path: &str) -> Answer {
    let token = token_for(row.path, row.action).unwrap_or_default();
    let request = Request::builder()
        .method(row.method)
        .uri(path)
        .header("cookie", format!("__Host-lasna_session={token}"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = "x".repeat(1_000_001);
    let answer = run(router, row.method, path, request, body);
    if (row.method, row.path) != ("POST", "/imports") {
        assert_eq!(answer.status, 413, "{} {path}", row.method);
        assert_eq!(answer.header("connection"), "close", "{path}");
    }
    answer
}

#[test]
fn a_panic_in_any_handler_tells_nothing() {
    both("panics", |server| {
        let router = lasna_web::router(Settings {
            clock: Arc::new(|| panic!("ZZNAMEZZ at crates/web/src/x.rs:1")),
            ..settings(server.store.clone(), Arc::new(|_, _| Ok(crate::model())))
        });
        let mut failed = 0;
        for row in ROUTES {
            let path = path_of(server, row.path);
            let answer = ask_row(server, &router, row, &path);
            tells_nothing_of_the_inside(&answer, row.path);
            answer.says_nothing();
            if answer.status == 500 {
                failed += 1;
                let number = answer.header("x-request-id").to_owned();
                match is_page(&path) {
                    true => assert!(answer.body.contains(&number), "{path}"),
                    false => assert_eq!(answer.problem(500).0, "internal"),
                }
            } else {
                // What is about nobody needs no clock.
                let open = row.action.is_none();
                assert!(open, "{} {path}: {}", row.method, answer.status);
            }
        }
        assert!(failed > 45, "{failed}");
    });
}

#[test]
fn a_broken_store_tells_nothing() {
    for (table, least) in [
        ("user_account", 40),
        ("sign_in", 30),
        ("provider", 4),
        ("audit", 20),
    ] {
        both("broken", |server| {
            let paths: Vec<String> = ROUTES.iter().map(|row| path_of(server, row.path)).collect();
            server.meddle(&format!("alter table {table} rename to zz_gone"));
            let mut failed = 0;
            for (row, path) in ROUTES.iter().zip(paths) {
                let token = token_for(row.path, row.action);
                let answer = match row.method {
                    "POST" => server.post(&path, token, crate::routes::FORM),
                    method => ask(&server.router, method, &path, token),
                };
                tells_nothing_of_the_inside(&answer, row.path);
                failed += usize::from(answer.status == 500);
            }
            assert!(failed >= least, "{table}: {failed}");
        });
    }
}

#[test]
fn browsers_over_plain_http_are_not_told_to_use_tls() {
    let folder = lasna_testkit::temp::folder();
    let place = lasna_store::db::Place::Folder(folder.path().join("data"));
    let store = lasna_store::Store::open(place, lasna_testkit::keys::fixed()).unwrap();
    let router = lasna_web::router(Settings {
        secure: false,
        ..settings(store, Arc::new(|_, _| Ok(crate::model())))
    });
    let asked = async {
        let request = Request::get("/healthz").body(axum::body::Body::empty());
        tower::ServiceExt::oneshot(router, request.unwrap()).await
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answer = runtime.block_on(asked).unwrap();
    assert!(!answer.headers().contains_key("strict-transport-security"));
    assert!(answer.headers().contains_key("content-security-policy"));
}

#[test]
fn what_a_proxy_says_of_the_caller_is_not_believed() {
    both("proxy", |server| {
        let headers = [
            ("x-forwarded-for", "10.0.0.1"),
            ("x-forwarded-host", "evil.example.org"),
            ("x-forwarded-proto", "http"),
            ("forwarded", "for=10.0.0.1;host=evil.example.org"),
            ("x-real-ip", "10.0.0.1"),
            ("x-request-id", "ZZNAMEZZ"),
            ("x-http-method-override", "POST"),
        ];
        let asked = |path: &str, n: usize| {
            let mut request = Request::builder().method("POST").uri(path);
            for (name, value) in headers {
                request = request.header(name, value.replace('1', &n.to_string()));
            }
            let request = request
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded");
            let body = "login=new&password=wrong".to_owned();
            run(&server.router, "POST", path, request, body)
        };
        // Tries are counted whatever the address is said to be.
        let answers: Vec<Answer> = (0..12).map(|n| asked("/sign-in", n)).collect();
        let first = &answers[0].body;
        assert!(!first.contains("evil") && !first.contains("ZZNAMEZZ"));
        assert_eq!(answers[0].status, 422);
        assert_eq!(answers[11].status, 429, "who has failed ten times waits");
        let away = asked("/sign-out", 0);
        assert!(!away.header("location").contains("evil"), "{away:?}");
    });
}

#[test]
fn every_answer_names_its_type() {
    both("types", |server| {
        for row in ROUTES {
            let path = path_of(server, row.path);
            let answer = ask_row(server, &server.router, row, &path);
            let kind = answer.header("content-type");
            assert!(
                answer.body.is_empty() || !kind.is_empty(),
                "{} {path}: no type",
                row.method
            );
            let text = kind.starts_with("text/") && !kind.contains("event");
            assert!(!text || kind.contains("charset=utf-8"), "{path}: {kind}");
        }
    });
}
