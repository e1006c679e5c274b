//! What is sent from elsewhere is refused, and what is asked for changes nothing.
//!
//! Invariant: every row of the store is compared, except those that looks add to.

use crate::ask::{ask, run};
use crate::routes::{FORM, path_of, token_for};
use crate::{Server, both};
use axum::http::Request;
use lasna_store::db::{DbError, Row, Value};
use lasna_web::routes::ROUTES;
use std::collections::BTreeMap;

/// What looks add to: the log with its keys, and how much was read.
const OF_LOOKS: [&str; 5] = [
    "audit",
    "audit_body",
    "data_key",
    "page_read",
    "reading_alarm",
];

/// The rows of each table, in an order of their own.
type Rows = BTreeMap<String, Vec<String>>;

fn rows(server: &Server) -> Rows {
    let classes = include_str!("../../../store/data-classes.toml");
    let tables: toml::Table = toml::from_str(classes).unwrap();
    let of = |table: &String| {
        let columns = tables[table].as_table().unwrap().keys().cloned();
        let sql = format!(
            "select {} from {table}",
            columns.collect::<Vec<_>>().join(", ")
        );
        let rows: Result<Vec<Row>, DbError> =
            server.store.database().read(|read| read.query(&sql, &[]));
        let mut rows: Vec<String> = rows.unwrap().iter().map(told).collect();
        rows.sort();
        (table.clone(), rows)
    };
    tables
        .keys()
        .filter(|table| !OF_LOOKS.contains(&table.as_str()))
        .map(of)
        .collect()
}

/// All of a row: its debug form says of texts and bytes how long they are, no more.
pub fn told(row: &Row) -> String {
    let value = |value: &Value| match value {
        Value::Null => "null".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => format!("{bytes:?}"),
    };
    row.values().iter().map(value).collect::<Vec<_>>().join("|")
}

#[track_caller]
fn same(before: &Rows, after: &Rows, asked: &str) {
    for (table, rows) in before {
        assert_eq!(rows, &after[table], "{asked} changed {table}");
    }
}

#[test]
fn a_form_from_elsewhere_is_refused_at_every_address() {
    both("elsewhere", |server| {
        let mut refused = 0;
        let paths: Vec<_> = ROUTES
            .iter()
            .filter(|row| row.method == "POST")
            .map(|row| (row, path_of(server, row.path)))
            .collect();
        let before = rows(server);
        for (row, path) in paths {
            let token = token_for(row.path, row.action).unwrap_or("session-worker-a");
            for headers in [
                [("sec-fetch-site", "cross-site"), ("x-own", "1")],
                [("sec-fetch-site", "same-site"), ("x-own", "1")],
                [("origin", "https://elsewhere.example.org"), ("host", "own")],
                [("origin", "null"), ("host", "own")],
            ] {
                let mut request = Request::builder().method("POST").uri(&path);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                let request = request
                    .header("cookie", format!("__Host-lasna_session={token}"))
                    .header("content-type", "application/x-www-form-urlencoded");
                let answer = run(&server.router, "POST", &path, request, FORM.to_owned());
                assert_eq!(answer.status, 403, "{path} {headers:?}");
                refused += 1;
            }
        }
        same(&before, &rows(server), "a form from elsewhere");
        assert!(refused >= 80, "{refused}");
    });
}

#[test]
fn asking_changes_nothing() {
    both("safe", |server| {
        let paths: Vec<_> = ROUTES
            .iter()
            .filter(|row| row.method == "GET")
            .map(|row| (row, path_of(server, row.path)))
            .collect();
        let before = rows(server);
        assert!(before.values().any(|rows| !rows.is_empty()));
        let mut asked = 0;
        for (row, path) in paths {
            let token = token_for(row.path, row.action);
            for query in ["", "?lang=sv&save=1&done=1&withdraw=1&undo=1"] {
                let path = match path.contains('?') {
                    true => path.clone(),
                    false => format!("{path}{query}"),
                };
                for method in ["GET", "HEAD"] {
                    let answer = ask(&server.router, method, &path, token);
                    assert!(answer.status < 500, "{path}: {}", answer.status);
                    asked += 1;
                }
            }
            same(&before, &rows(server), &path);
        }
        assert!(asked > 120, "{asked}");
    });
}
