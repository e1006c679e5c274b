//! Counts of requests for Prometheus.
//!
//! The recorder is the process's, so other stories may count beside this one: what is asserted is
//! of every line, or of growth.
//!
//! Invariant: a label is a pattern of the table, a method that is known, or a status.

use crate::ask::{Answer, ask};
use crate::{FIRST, LIST, both};
use lasna_web::routes::ROUTES;

const NAME: &str = "http_requests_total";

fn metrics() -> Answer {
    let answer = ask(&FIRST, "GET", "/metrics", None);
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("text/plain"));
    answer
}

/// The labels of every sample, in their order, with the count.
fn samples(text: &str) -> Vec<(Vec<(String, String)>, u64)> {
    let mut samples = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let (labels, count) = line
            .strip_prefix(NAME)
            .and_then(|rest| rest.strip_prefix('{'))
            .and_then(|rest| rest.split_once("} "))
            .unwrap_or_else(|| panic!("not a count of requests: {line}"));
        let pair = |pair: &str| {
            let (name, value) = pair.split_once("=\"").unwrap();
            (name.to_owned(), value.trim_end_matches('"').to_owned())
        };
        let labels = labels.split("\",").map(pair).collect();
        samples.push((labels, count.parse().unwrap()));
    }
    samples
}

fn count_of(path: &str, method: &str, status: &str) -> u64 {
    let wanted = [("path", path), ("method", method), ("status", status)];
    let wanted = wanted.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let is_it = |labels: &[(String, String)]| wanted.iter().all(|pair| labels.contains(pair));
    let found = samples(&metrics().body);
    found
        .into_iter()
        .filter(|(labels, _)| is_it(labels))
        .map(|(_, count)| count)
        .sum()
}

#[test]
fn requests_are_counted_by_pattern_method_and_status() {
    both("counted", |server| {
        let pattern = "/api/v1/schools/{id}/watch-list";
        let counts = || {
            [
                count_of(pattern, "GET", "200"),
                count_of(pattern, "GET", "404"),
                count_of(pattern, "GET", "401"),
                count_of("other", "GET", "404"),
            ]
        };
        let before = counts();
        server.get(LIST, Some("token-a")).rows();
        server.get(LIST, Some("token-b")).problem(404);
        server.get(LIST, None).problem(401);
        assert_eq!(server.get("/pupil-a1", None).status, 404);
        for (before, after) in before.into_iter().zip(counts()) {
            assert!(after > before, "{before} {after}");
        }
    });
}

#[test]
fn labels_hold_no_id_no_name_and_no_word_of_a_caller() {
    both("labels", |server| {
        for (method, path) in [
            ("GET", LIST),
            ("GET", "/api/v1/schools/school-x/watch-list"),
            ("GET", "/api/v1/schools/school-a/watch-list?as_of=ZZNAMEZZ"),
            ("POST", LIST),
            ("ZZNAMEZZ", LIST),
            ("PUPIL-A1", "/pupil-a1"),
            ("GET", "/ZZNAMEZZ"),
        ] {
            ask(&server.router, method, path, Some("token-a"));
        }
        let answer = metrics();
        answer.says_nothing();
        assert!(!answer.body.contains("PUPIL"), "{}", answer.body);
        let samples = samples(&answer.body);
        assert!(samples.len() >= 4, "{}", answer.body);
        let methods = [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other",
        ];
        for (labels, _) in samples {
            let names: Vec<&str> = labels.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["path", "method", "status"]);
            let [path, method, status] = [0, 1, 2].map(|at| labels[at].1.as_str());
            assert!(
                path == "other" || ROUTES.iter().any(|row| row.path == path),
                "{path}"
            );
            assert!(methods.contains(&method), "{method}");
            assert!(
                status.parse::<u16>().is_ok_and(|s| (200..600).contains(&s)),
                "{status}"
            );
        }
    });
}
