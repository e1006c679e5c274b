//! The route table against the router.
//!
//! Invariant: what is not a row of the table is not there.

use crate::ask::ask;
use crate::{LIST, both};
use lasna_domain::access::Action;
use lasna_web::routes::ROUTES;
use std::collections::BTreeSet;

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ZZMETHOD",
];

/// A path of a row, with an id and what must be asked.
fn path_of(pattern: &str) -> String {
    let query = match pattern {
        "/api/v1/figures" => "?level=school",
        _ => "",
    };
    pattern.replace("{id}", "school-a") + query
}

/// The token of somebody who may do an action.
fn token_for(action: Option<Action>) -> Option<&'static str> {
    match action? {
        Action::ReadFigures => Some("token-all"),
        _ => Some("token-a"),
    }
}

#[test]
fn the_table_names_each_route_once() {
    let rows: BTreeSet<_> = ROUTES.iter().map(|r| (r.method, r.path)).collect();
    assert_eq!(rows.len(), ROUTES.len());
    assert!(rows.contains(&("GET", "/healthz")));
    assert!(ROUTES.iter().any(|row| path_of(row.path) == LIST));
}

#[test]
fn every_row_answers_and_no_other_method_does() {
    both("table", |server| {
        for row in ROUTES {
            let path = path_of(row.path);
            let of_path = |method: &str| {
                let same = |other: &&lasna_web::routes::Route| other.path == row.path;
                ROUTES
                    .iter()
                    .filter(same)
                    .any(|other| other.method == method)
            };
            for method in METHODS {
                let answer = ask(&server.router, method, &path, token_for(row.action));
                // HTTP gives every GET a HEAD.
                let known = of_path(method) || method == "HEAD" && of_path("GET");
                if known {
                    assert!(![404, 405].contains(&answer.status), "{method} {path}");
                    assert!(answer.status < 300, "{method} {path}: {}", answer.status);
                } else {
                    assert_eq!(answer.status, 405, "{method} {path}");
                    assert!(answer.header("allow").contains(row.method), "{path}");
                    answer.says_nothing();
                }
                if method == "HEAD" {
                    assert_eq!(answer.body, "", "{path}");
                }
            }
        }
    });
}

#[test]
fn a_row_with_an_action_needs_a_token_and_one_without_does_not() {
    both("actions", |server| {
        for row in ROUTES {
            // Also a request that is wrong in itself is asked for a token first.
            for path in [&path_of(row.path), row.path] {
                let answer = ask(&server.router, row.method, &path.replace("{id}", "x"), None);
                match row.action {
                    Some(_) => drop(answer.problem(401)),
                    None => assert_eq!(answer.status, 200, "{path}"),
                }
                answer.says_nothing();
            }
        }
    });
}

#[test]
fn other_paths_are_not_there() {
    both("paths", |server| {
        let audit = server.audit().len();
        for path in [
            "/",
            "/healthz/",
            "/HEALTHZ",
            "/index.html",
            "/api/v1/schools",
            "/api/v1/schools/school-a",
            "/api/v1/schools/school-a/watch-list/",
            "/api/v1/schools/school-a/watch-list/pupil-a1",
            "/api/v1/schools/school-a/../school-a/watch-list",
            "/api/v2/schools/school-a/watch-list",
            "/api/v1/pupils/pupil-a1",
            "/.env",
        ] {
            for token in [None, Some("token-a"), Some("token-all")] {
                let answer = server.get(path, token);
                assert_eq!(answer.status, 404, "{path} {token:?}");
                let (key, _) = answer.problem(404);
                assert_eq!(key, "not_found", "{path}");
                answer.says_nothing();
            }
        }
        assert_eq!(server.audit().len(), audit);
    });
}

#[test]
fn the_process_says_that_it_lives_and_is_ready() {
    both("ready", |server| {
        let audit = server.audit().len();
        assert_eq!(server.get("/healthz", None).body, "ok\n");
        assert_eq!(server.get("/readyz", None).body, "ready\n");
        let wrong = server.get("/healthz", Some("wrong"));
        assert_eq!(
            wrong.status, 200,
            "a token that is not asked for is not judged"
        );
        assert_eq!(server.audit().len(), audit, "nobody was looked at");
    });
}
