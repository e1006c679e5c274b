//! The page of standard measures and its sheet.
//!
//! Invariant: a number on the page is one that the use case lets through.

use crate::{Server, both, town};

const COORDINATOR: Option<&str> = Some("session-coordinator");
const PRINCIPAL: Option<&str> = Some("session-principal-a");

/// The cells of the sheet's lines of a time's measure, by unit in the order of the sheet.
fn lines(server: &Server, session: Option<&str>, measure: &str) -> Vec<Vec<String>> {
    let answer = server.get("/measures.csv", session);
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("text/csv"));
    let rows = answer.body.trim_start_matches('\u{feff}').lines().skip(1);
    rows.map(|line| line.split(';').map(str::to_owned).collect::<Vec<_>>())
        .filter(|cells| cells[2] == measure)
        .collect()
}

fn shares(server: &Server, session: Option<&str>, measure: &str) -> Vec<String> {
    let lines = lines(server, session, measure);
    lines.into_iter().map(|cells| cells[5].clone()).collect()
}

#[test]
fn figures_are_those_of_the_use_case_with_their_completeness() {
    both("equal", |server| {
        town::grow(&server.store, [(20, 8), (10, 5)]);
        // Three of five lessons: 8 · 3 / 100, 5 · 3 / 50 and both.
        let absent = ["26,0\u{a0}%", "24,0\u{a0}%", "30,0\u{a0}%"];
        assert_eq!(shares(server, COORDINATOR, "Poissa"), absent);
        assert_eq!(shares(server, COORDINATOR, "Poissa luvattomasti"), absent);
        for cells in lines(server, COORDINATOR, "Poissa") {
            assert_eq!(cells[6], "100,0\u{a0}%", "{cells:?}");
            assert_eq!(cells[1], "24.8.2026");
        }
        let page = server.get("/measures", COORDINATOR);
        assert_eq!(page.status, 200);
        assert!(page.body.contains("26,0\u{a0}%"));
        assert!(page.body.contains("merkitty 100,0\u{a0}%"));
        assert_eq!(page.body.matches("<figure").count(), 4);
        assert_eq!(
            page.body.matches("<table").count(),
            5,
            "a table beside each picture"
        );
        assert!(!page.body.contains("pupil-"));
    });
}

#[test]
fn small_counts_are_hidden_also_from_subtraction() {
    both("hidden", |server| {
        town::grow(&server.store, [(20, 8), (10, 3)]);
        let shares = shares(server, COORDINATOR, "Poissa");
        let [whole, a, b] = shares.as_slice() else {
            panic!("{shares:?}");
        };
        assert_eq!(b, "piilotettu");
        assert!(a == "piilotettu" || whole == "piilotettu", "{shares:?}");
        let page = server.get("/measures", COORDINATOR);
        assert!(page.body.contains("piilotettu"));
        assert!(
            !page.body.contains("18,0\u{a0}%"),
            "school B's share is told"
        );
    });
}

#[test]
fn a_principal_sees_the_own_school_and_no_other() {
    both("own_school", |server| {
        town::grow(&server.store, [(20, 8), (10, 5)]);
        assert_eq!(shares(server, PRINCIPAL, "Poissa"), ["24,0\u{a0}%"]);
        let own = format!("/measures/{}", server.school());
        for path in ["/measures", &own] {
            let page = server.get(path, PRINCIPAL);
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.body.matches("<figure").count(), 2, "{path}");
            assert!(!page.body.contains("30,0"), "{path}");
        }
        assert_eq!(server.get(&own, COORDINATOR).status, 200);
        for (path, session) in [
            (own.as_str(), "session-principal-b"),
            ("/measures/0", "session-coordinator"),
            ("/measures/x", "session-coordinator"),
            ("/measures", "session-teacher-a"),
            ("/measures", "session-administrator"),
            ("/measures.csv", "session-substitute-a"),
        ] {
            let answer = server.get(path, Some(session));
            assert_eq!(answer.status, 404, "{path} {session}");
            answer.says_nothing();
        }
    });
}

#[test]
fn measures_are_as_known_on_a_day_and_each_look_is_recorded() {
    both("known_then", |server| {
        town::grow(&server.store, [(20, 8), (10, 5)]);
        let before = server.audit().len();
        let then = server.get("/measures?known=2026-08-21", COORDINATOR);
        assert_eq!(then.status, 200);
        assert!(then.body.contains("21.8.2026"));
        assert!(!then.body.contains("26,0"));
        for wrong in ["2026-08-99", "x", "2026-13-01", "%22%3E", "2030-01-01"] {
            let answer = server.get(&format!("/measures?known={wrong}"), COORDINATOR);
            assert_eq!(answer.status, 200, "{wrong}");
            assert!(answer.body.contains("26,0"), "{wrong}");
            assert!(answer.body.contains("Sivulla on tämä päivä."), "{wrong}");
        }
        let new = &server.audit()[before..];
        assert_eq!(new.len(), 6);
        for row in new {
            assert_eq!((&*row.action, &*row.target), ("read_figures", "measures"));
        }
    });
}

#[test]
fn who_sees_no_pupil_sees_on_the_first_page_how_things_stand() {
    both("overview", |server| {
        town::grow(&server.store, [(20, 8), (10, 3)]);
        let page = server.get("/today", COORDINATOR);
        assert_eq!(page.status, 200);
        for text in [
            "Koulujen tilanne",
            "100,0\u{a0}%",
            "piilotettu",
            "Läsnän mukana tuleva malli: Sitouttavan kouluyhteisötyön kansallinen pohjamalli 20",
            "Muutoksia ei ole tulossa.",
            "Tietoja tuotiin viimeksi 25.8.2026 klo 15.00.",
            "href=\"/ladder/versions\"",
        ] {
            assert!(page.body.contains(text), "{text}");
        }
        // Three pupils of school B are on a step: eleven of all would tell it.
        assert!(!page.body.contains("<b>11</b>") || !page.body.contains(">8<"));
        let page = server.get("/today", Some("session-administrator"));
        assert_eq!(page.status, 200);
        for text in [
            "Koulujen tilanne",
            "1 tunnuksella on yhä ensimmäinen salasana",
            "href=\"/imports\"",
            "href=\"/codes\"",
        ] {
            assert!(page.body.contains(text), "{text}");
        }
        assert!(
            !page.body.contains("Portaalla"),
            "signals are not the administrator's"
        );
        for session in ["session-coordinator", "session-administrator"] {
            let page = server.get("/today", Some(session));
            assert!(!page.body.contains("/pupils/") && !page.body.contains("pupil-"));
        }
    });
}
