//! Figures of a level.
//!
//! Invariant: figures of pupils are for nobody who may only read sums.

use crate::ask::Answer;
use crate::{Server, both};

const FIELDS: [&str; 14] = [
    "id",
    "possible",
    "present",
    "elsewhere",
    "authorised",
    "unauthorised",
    "unresolved",
    "unmarked",
    "late",
    "absent",
    "marked",
    "days",
    "denominator",
    "completeness",
];

fn figures(server: &Server, query: &str, token: &str) -> Answer {
    server.get(&format!("/api/v1/figures?{query}"), Some(token))
}

#[test]
fn sums_have_exactly_these_fields_and_add_up() {
    both("sums", |server| {
        let before = server.audit().len();
        // Two schools of two pupils, five lessons of an hour each, three of them missed by one.
        for (level, ids, possible) in [
            ("provider", &["town"][..], 1200),
            ("school", &["school-a", "school-b"], 600),
            ("class", &["class-a", "class-b"], 600),
        ] {
            let answer = figures(server, &format!("level={level}"), "token-all");
            let rows = answer.rows();
            let got: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
            assert_eq!(got, ids);
            for row in &rows {
                let fields: Vec<&String> = row.as_object().unwrap().keys().collect();
                assert_eq!(fields, FIELDS, "{level}");
                assert_eq!(row["possible"], possible, "{level}");
                assert_eq!(row["unauthorised"], possible * 3 / 10, "{level}");
                assert_eq!(row["present"], possible * 7 / 10, "{level}");
                assert_eq!(row["denominator"], "timetable", "{level}");
                assert_eq!(row["completeness"], "recorded", "{level}");
            }
            assert!(!answer.body.contains("pupil-"), "{level}");
            assert!(!answer.body.contains("ZZNAMEZZ"), "{level}");
        }
        let new = &server.audit()[before..];
        assert_eq!(new.len(), 3);
        assert!(
            new.iter().all(|row| row.action == "read_figures"),
            "{new:?}"
        );
    });
}

#[test]
fn who_may_not_read_them_learns_nothing() {
    both("not_these", |server| {
        let audit = server.audit().len();
        for (query, token) in [
            ("level=pupil", "token-all"),
            // A machine reads no single pupil's figures.
            ("level=pupil", "token-machine"),
            // These reach one school, and the question is of all.
            ("level=provider", "token-a"),
            ("level=provider", "token-machine"),
        ] {
            let answer = figures(server, query, token);
            let (key, _) = answer.problem(404);
            assert_eq!(key, "not_found", "{query} {token}");
            answer.says_nothing();
        }
        figures(server, "level=school", "wrong").problem(401);
        // Four tries were refused, and the log says so.
        assert_eq!(server.audit().len(), audit + 4);
    });
}

#[test]
fn an_account_of_a_school_reads_that_school_and_is_recorded_with_its_reach() {
    both("own_school", |server| {
        for (query, token) in [
            ("level=school", "token-machine"),
            ("level=pupil", "token-a"),
        ] {
            let before = server.audit().len();
            let rows = figures(server, query, token).rows();
            let text = format!("{rows:?}");
            assert!(!rows.is_empty() && !text.contains("school-b"), "{text}");
            assert!(!text.contains("pupil-b"), "{text}");
            let audit = server.audit();
            assert_eq!(audit.len(), before + 1);
            assert!(
                audit[before].reach.starts_with("school:"),
                "{:?}",
                audit[before]
            );
        }
    });
}

#[test]
fn a_wrong_parameter_is_named() {
    both("figures_parameter", |server| {
        let audit = server.audit().len();
        for (query, parameter) in [
            ("", "level"),
            ("level=", "level"),
            ("level=ZZNAMEZZ", "level"),
            ("level=school&level=class", "level"),
            ("level=school&as_of=11.8.2026", "as_of"),
            ("level=school&known_at=yesterday", "known_at"),
        ] {
            let answer = figures(server, query, "token-all");
            let (_, message) = answer.problem(400);
            assert!(message.contains(parameter), "{query}: {message}");
            assert!(!message.contains("ZZNAMEZZ"), "{message}");
        }
        assert_eq!(server.audit().len(), audit);
    });
}

#[test]
fn figures_that_cannot_be_recorded_are_not_given() {
    both("figures_closed", |server| {
        assert_eq!(figures(server, "level=school", "token-all").rows().len(), 2);
        server.meddle("drop table audit");
        let answer = figures(server, "level=school", "token-all");
        answer.problem(500);
        answer.says_nothing();
    });
}
