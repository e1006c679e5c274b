//! The description of the machine endpoints against what they answer, for each role.
//!
//! Invariant: the golden list names every key that a role can ever get.

use crate::ask::{Answer, ask};
use crate::{LIST, Server, both, now};
use lasna_app::App;
use lasna_domain::access::UserRole;
use lasna_web::routes::ROUTES;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const DOCUMENT: &str = "/api/v1/openapi.json";
const WATCH: &str = "absent class completeness counted denominator first_day marked possible pupil \
    rule school step";
const FIGURES: &str = "absent authorised completeness days denominator elsewhere id late marked \
    possible present unauthorised unmarked unresolved";
const PROBLEM: &str = "detail key message status type";

/// What each role gets: of the list of its school, and of figures by provider, school, class, pupil.
const GOLDEN: [(&str, [&str; 5]); 6] = [
    ("token-a", [WATCH, PROBLEM, FIGURES, FIGURES, FIGURES]),
    ("token-sky", [WATCH, PROBLEM, FIGURES, FIGURES, FIGURES]),
    ("token-machine", [WATCH, PROBLEM, FIGURES, FIGURES, PROBLEM]),
    ("token-b", [PROBLEM, PROBLEM, FIGURES, FIGURES, FIGURES]),
    ("token-all", [PROBLEM, FIGURES, FIGURES, FIGURES, PROBLEM]),
    ("token-nobody", [PROBLEM; 5]),
];

fn document(server: &Server) -> Value {
    let answer = server.get(DOCUMENT, None);
    assert_eq!(answer.status, 200);
    answer.json()
}

/// The keys of all objects of an answer; `-` where it has none.
fn keys(answer: &Answer) -> String {
    let json = answer.json();
    let objects = match &json {
        Value::Array(rows) => rows.clone(),
        other => vec![other.clone()],
    };
    let all: BTreeSet<String> = objects
        .iter()
        .flat_map(|row| row.as_object().unwrap().keys().cloned())
        .collect();
    all.into_iter().collect::<Vec<_>>().join(" ")
}

/// The keys that the document declares for an answer, after checking that it declares the answer.
fn declared(document: &Value, path: &str, answer: &Answer) -> String {
    let answers = &document["paths"][path]["get"]["responses"];
    let status = answer.status.to_string();
    let mut found = &answers[&status];
    assert!(!found.is_null(), "{path}: {status} is not declared");
    if let Some(name) = found["$ref"].as_str() {
        found = document.pointer(name.strip_prefix('#').unwrap()).unwrap();
    }
    let kind = answer.header("content-type");
    let schema = &found["content"][kind]["schema"];
    assert!(
        !schema.is_null(),
        "{path}: {status} as {kind} is not declared"
    );
    let of = schema["items"]["$ref"].as_str().or(schema["$ref"].as_str());
    let object = document
        .pointer(of.unwrap().strip_prefix('#').unwrap())
        .unwrap();
    assert_eq!(object["additionalProperties"], false);
    let names = object["properties"].as_object().unwrap().keys();
    let names: BTreeSet<&str> = names.map(String::as_str).collect();
    let required = object["required"].as_array().unwrap();
    let required: BTreeSet<&str> = required.iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(names, required, "{path}");
    names.into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_role_gets_exactly_the_declared_fields() {
    both("declared", |server| {
        let app = App::operator(server.store.clone(), now()).unwrap();
        app.add_user(UserRole::SkyWorker, Some("school-a"), "token-sky")
            .unwrap();
        let document = document(server);
        let levels = ["provider", "school", "class", "pupil"];
        for (token, golden) in GOLDEN {
            let list = server.get(LIST, Some(token));
            let figures = levels.map(|level| {
                let path = format!("/api/v1/figures?level={level}");
                server.get(&path, Some(token))
            });
            let paths = [
                "/api/v1/schools/{id}/watch-list",
                "/api/v1/figures",
                "/api/v1/figures",
                "/api/v1/figures",
                "/api/v1/figures",
            ];
            for ((answer, path), golden) in std::iter::once(&list)
                .chain(&figures)
                .zip(paths)
                .zip(golden)
            {
                assert_eq!(keys(answer), golden, "{token} {path}: {}", answer.body);
                assert_eq!(declared(&document, path, answer), golden, "{token} {path}");
            }
        }
    });
}

#[test]
fn every_refusal_is_declared() {
    both("refusals", |server| {
        let document = document(server);
        let figures = "/api/v1/figures";
        for (path, token, status) in [
            ("/api/v1/figures?level=x", "token-a", 400),
            ("/api/v1/figures?level=school&as_of=x", "token-a", 400),
            ("/api/v1/figures?level=school&known_at=x", "token-a", 400),
            ("/api/v1/figures?level=school&level=class", "token-a", 400),
            ("/api/v1/figures?level=school", "token-x", 401),
            ("/api/v1/figures?level=provider", "token-a", 404),
        ] {
            let answer = server.get(path, Some(token));
            answer.problem(status);
            declared(&document, figures, &answer);
        }
        let answer = ask(&server.router, "PUT", figures, Some("token-a"));
        assert_eq!(answer.problem(405).0, "bad_request.method");
        assert!(answer.header("allow").contains("GET"), "{answer:?}");
        declared(&document, figures, &answer);
    });
}

#[test]
fn every_machine_endpoint_is_in_the_document() {
    both("document", |server| {
        let document = document(server);
        assert_eq!(document["openapi"], "3.1.0");
        let described: BTreeSet<&str> = document["paths"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let machine = ["/api/", "/healthz", "/readyz", "/metrics"];
        let routes: BTreeSet<&str> = ROUTES
            .iter()
            .map(|row| row.path)
            .filter(|path| machine.iter().any(|lead| path.starts_with(lead)))
            .collect();
        assert_eq!(described, routes);
        for row in ROUTES.iter().filter(|row| routes.contains(row.path)) {
            assert_eq!(row.method, "GET", "{}", row.path);
            let security = &document["paths"][row.path]["get"]["security"];
            let open = security.as_array().unwrap().is_empty();
            assert_eq!(open, row.action.is_none(), "{}", row.path);
        }
    });
}

/// After a change: ask a running service for the document and put it there.
#[test]
fn the_document_is_the_one_in_the_repository() {
    both("golden", |server| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            kept == server.get(DOCUMENT, None).body,
            "docs/openapi.json is not what GET {DOCUMENT} answers"
        );
    });
}
