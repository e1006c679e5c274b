//! The watch list of a school.
//!
//! Invariant: who has no right to a school learns nothing of it, not even that it exists.

use crate::ask::{Answer, ask_with};
use crate::town::KNOWN;
use crate::{LIST, Server, both};
use axum::http::HeaderMap;
use serde_json::json;

const FIELDS: [&str; 12] = [
    "pupil",
    "school",
    "class",
    "step",
    "rule",
    "first_day",
    "counted",
    "absent",
    "marked",
    "possible",
    "completeness",
    "denominator",
];

fn pupils(answer: &Answer) -> Vec<String> {
    let mut pupils: Vec<String> = answer
        .rows()
        .iter()
        .map(|row| row["pupil"].as_str().unwrap().to_owned())
        .collect();
    pupils.dedup();
    pupils
}

#[test]
fn a_list_has_exactly_these_fields_and_figures() {
    both("fields", |server| {
        for token in ["token-a", "token-machine"] {
            let answer = server.get(LIST, Some(token));
            let rows = answer.rows();
            assert!(!rows.is_empty(), "{token}");
            for row in &rows {
                let fields: Vec<&String> = row.as_object().unwrap().keys().collect();
                assert_eq!(fields, FIELDS, "{token}");
                assert_eq!(row["pupil"], "pupil-a1");
                assert_eq!(row["school"], "school-a");
                assert_eq!(row["class"], "class-a");
                // Three lessons of five, of an hour each, all registers taken.
                assert_eq!(row["absent"], 180);
                assert_eq!(row["marked"], 300);
                assert_eq!(row["possible"], 300);
                assert_eq!(row["completeness"], "recorded");
                assert_eq!(row["denominator"], "timetable");
                assert!(row["counted"].as_u64().unwrap() > 0);
                assert!(!row["rule"].as_str().unwrap().is_empty());
            }
            let first = rows.iter().find(|row| row["step"] == "first-talk").unwrap();
            assert_eq!(first["first_day"], json!("2026-08-17"));
            assert!(!answer.body.contains("ZZNAMEZZ"), "a name is in the list");
            assert!(!answer.body.contains("pupil-b"), "another school is in it");
        }
    });
}

#[test]
fn without_a_right_token_there_is_no_list() {
    both("token", |server| {
        let audit = server.audit().len();
        for value in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Bearer wrong"),
            Some("Bearer token-a token-a"),
            Some("Bearer TOKEN-A"),
            Some("Bearer ' or '1'='1"),
            Some("Basic dG9rZW4tYTo="),
            Some("token-a"),
        ] {
            let answer = ask_with(&server.router, "GET", LIST, value);
            let (key, message) = answer.problem(401);
            assert_eq!(key, "unauthorised.token", "{value:?}");
            assert!(message.contains("Authorization: Bearer"), "{value:?}");
            answer.says_nothing();
        }
        for path in [
            format!("{LIST}?token=token-a"),
            format!("{LIST}?access_token=token-a"),
        ] {
            server.get(&path, None).problem(401);
        }
        assert_eq!(server.audit().len(), audit);
    });
}

#[test]
fn another_school_is_answered_as_one_that_does_not_exist() {
    both("another", |server| {
        let audit = server.audit().len();
        let list = |school: &str| format!("/api/v1/schools/{school}/watch-list");
        let unknown = server.get(&list("school-x"), Some("token-b"));
        unknown.problem(404);
        for school in [
            "school-a",
            "",
            "town",
            "class-b",
            "pupil-b1",
            "school-b%20",
            "..",
            "%27%20or%20%271%27=%271",
        ] {
            let answer = server.get(&list(school), Some("token-b"));
            assert_eq!(answer.status, unknown.status, "{school}");
            assert_eq!(answer.body, unknown.body, "{school}");
            assert_eq!(unnumbered(&answer), unnumbered(&unknown), "{school}");
            answer.says_nothing();
        }
        // The coordinator has no right to the list of any school.
        for school in ["school-a", "school-b", "school-x"] {
            let answer = server.get(&list(school), Some("token-all"));
            assert_eq!(
                (answer.status, &answer.body),
                (404, &unknown.body),
                "{school}"
            );
        }
        // Tries at schools that there are; of others there is nothing to tell.
        assert_eq!(
            server.audit().len(),
            audit + 4,
            "refused tries are recorded"
        );
        let own = server.get(&list("school-b"), Some("token-b"));
        assert_eq!(pupils(&own), ["pupil-b1"]);
    });
}

#[test]
fn a_read_is_recorded_with_who_what_why_and_how_far() {
    both("recorded", |server| {
        let before = server.audit();
        server.get(LIST, Some("token-a")).rows();
        let after = server.audit();
        assert_eq!(after[..before.len()], before[..]);
        let new = &after[before.len()..];
        assert_eq!(new.len(), 1, "{new:?}");
        assert_eq!(new[0].actor, "user:1");
        assert_eq!(new[0].action, "read_watch_list");
        assert_eq!(new[0].reason, "follow_absence");
        assert!(new[0].reach.starts_with("school:"), "{}", new[0].reach);
        assert!(new[0].target.starts_with("watch-list"), "{}", new[0].target);
        assert_eq!(new[0].at, crate::now());
        server.get(LIST, Some("token-machine")).rows();
        assert_eq!(server.audit().len(), before.len() + 2);
    });
}

#[test]
fn a_list_is_as_of_a_day_and_as_known_on_an_instant() {
    both("as_of", |server| {
        let list = |query: &str| server.get(&format!("{LIST}?{query}"), Some("token-a"));
        let absent = |query: &str| {
            let rows = list(query).rows();
            rows.first().map(|row| row["absent"].as_u64().unwrap())
        };
        assert_eq!(absent("as_of=2026-08-14"), None);
        assert_eq!(absent("as_of=2026-08-18"), Some(120));
        assert_eq!(absent("as_of=2026-08-19"), Some(180));
        assert_eq!(
            absent("as_of=2027-05-31&unknown=1"),
            None,
            "it counts each term"
        );
        assert_eq!(absent("as_of=2027-08-01"), None, "another school year");
        assert_eq!(absent(&format!("known_at={KNOWN}")), Some(180));
        assert_eq!(absent("known_at=2026-08-25T11:59:59.999999Z"), None);
        assert_eq!(absent("known_at=2026-08-25T14:00:00%2B02:00"), Some(180));
    });
}

fn is_refused(server: &Server, query: &str, parameter: &str) {
    let audit = server.audit().len();
    let answer = server.get(&format!("{LIST}?{query}"), Some("token-a"));
    assert!([400, 422].contains(&answer.status), "{query}: {answer:?}");
    let (key, message) = answer.problem(answer.status);
    assert!(message.contains(parameter), "{query}: {message}");
    assert!(!key.is_empty());
    answer.says_nothing();
    assert_eq!(server.audit().len(), audit, "{query}");
}

#[test]
fn a_wrong_parameter_is_named() {
    both("parameter", |server| {
        for value in [
            "",
            "yesterday",
            "2026-8-1",
            "11.8.2026",
            "2026-02-30",
            "2026-08-11T00:00:00Z",
        ] {
            is_refused(server, &format!("as_of={value}"), "as_of");
        }
        for value in ["", "yesterday", "2026-08-11", "2026-08-11T25:00:00Z"] {
            is_refused(server, &format!("known_at={value}"), "known_at");
        }
        is_refused(server, "as_of=2026-08-11&known_at=ZZNAMEZZ", "known_at");
        is_refused(server, "as_of=2026-08-11&as_of=2026-08-12", "as_of");
    });
}

#[test]
fn a_day_far_away_is_no_failure() {
    both("far", |server| {
        for day in [
            "0000-01-01",
            "0001-01-01",
            "1970-01-01",
            "9999-07-31",
            "9999-12-31",
        ] {
            let answer = server.get(&format!("{LIST}?as_of={day}"), Some("token-a"));
            assert!(answer.status < 500, "{day}: {answer:?}");
        }
        for at in [
            "-009999-01-02T01:59:59Z",
            "9999-12-30T22:00:00Z",
            "0000-01-01T00:00:00Z",
        ] {
            let answer = server.get(&format!("{LIST}?known_at={at}"), Some("token-a"));
            assert!(answer.status < 500, "{at}: {answer:?}");
        }
    });
}

#[test]
fn an_id_that_is_no_text_is_no_failure() {
    both("utf8", |server| {
        for id in ["%FF", "%00", "%F0%9F%98%80", "a%2Fb"] {
            let path = format!("/api/v1/schools/{id}/watch-list");
            let answer = server.get(&path, Some("token-a"));
            assert!([400, 404].contains(&answer.status), "{id}: {answer:?}");
            answer.problem(answer.status);
            answer.says_nothing();
        }
    });
}

/// The headers without the number, which is another for each request.
fn unnumbered(answer: &Answer) -> HeaderMap {
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id");
    headers
}
