//! A past day in the address: it goes with every way on, and one that is no day is told.
//!
//! Invariant: nobody gets today's list for another day without a word.

use crate::ask::ask;
use crate::both;
use crate::html::{Page, check};
use axum::Router;

const MORNING: &str = "2026-09-01T06:00:00Z";
const WORKER: &str = "session-worker-a";
const PRINCIPAL: &str = "session-principal-a";

fn page(router: &Router, path: &str, session: &str) -> Page {
    let answer = ask(router, "GET", path, Some(session));
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    check(&answer.body, "fi", path)
}

/// The ways of a page whose address begins so.
fn ways(page: &Page, attribute: &str, lead: &str) -> Vec<String> {
    let all = page.tags.iter().filter_map(|tag| tag.get(attribute));
    let ours = all.filter(|way| way.starts_with(lead));
    ours.map(|way| way.replace("&#38;", "&")).collect()
}

#[test]
fn a_day_that_is_none_is_told_wherever_one_is_asked_for() {
    both("odd_day", |server| {
        let (router, _) = server.router_at(MORNING);
        let (pupil, _) = server.numbers();
        let pupil = format!("/pupils/{pupil}");
        let unread = "Osoitteen päivää ei voi lukea. Kirjoita päivä näin: 1.2.2027";
        for path in ["/watch-list", &pupil, "/measures"] {
            for day in [
                "abc",
                "2027-13-45",
                "31.2.2026",
                "%22%3E",
                "1.9.2026&known=x",
            ] {
                let page = page(&router, &format!("{path}?known={day}"), PRINCIPAL);
                assert!(page.says(unread), "{path} {day}");
                assert!(page.says("Sivulla on tämä päivä."), "{path} {day}");
            }
            for day in ["2026-09-02", "1.1.2030"] {
                let page = page(&router, &format!("{path}?known={day}"), PRINCIPAL);
                assert!(page.says("Osoitteen päivä on tulevaisuudessa."), "{path}");
            }
            for day in ["", "known=", "known=2026-09-01", "known=31.08.2026"] {
                let page = page(&router, &format!("{path}?{day}"), PRINCIPAL);
                assert!(!page.says("Osoitteen päivä"), "{path} {day}");
            }
        }
        let page = page(&router, "/substitutes?day=abc", PRINCIPAL);
        assert!(page.says(unread));
        assert_eq!(page.value("day"), "2026-09-01");
    });
}

#[test]
fn a_file_is_never_of_another_day_than_asked() {
    both("odd_file", |server| {
        let (router, _) = server.router_at(MORNING);
        for path in ["/watch-list.csv", "/measures.csv"] {
            for day in ["abc", "2030-01-01"] {
                let answer = ask(
                    &router,
                    "GET",
                    &format!("{path}?known={day}"),
                    Some(PRINCIPAL),
                );
                assert_eq!(answer.status, 422, "{path} {day}");
                let page = check(&answer.body, "fi", path);
                assert!(page.says("Osoitteen päivä"), "{path} {day}");
            }
            let answer = ask(
                &router,
                "GET",
                &format!("{path}?known=31.8.2026"),
                Some(PRINCIPAL),
            );
            assert_eq!(answer.status, 200, "{path}");
        }
    });
}

#[test]
fn the_past_day_goes_with_every_way_on_and_back() {
    both("past_day", |server| {
        let (router, _) = server.router_at(MORNING);
        let (pupil, _) = server.numbers();
        let list = page(&router, "/watch-list?class=7&known=31.8.2026", WORKER);
        let asked = |way: &String| way.contains("known=2026-08-31");
        for lead in ["/watch-list?", "/watch-list.csv", "/pupils/"] {
            let found = ways(&list, "href", lead);
            assert!(!found.is_empty() && found.iter().all(asked), "{found:?}");
        }
        let field = list.tags.iter().find(|tag| tag.get("id") == Some("known"));
        assert_eq!(field.unwrap().get("value"), Some("2026-08-31"));
        // Chips keep it, also the one that shows all.
        let chips = ways(&list, "href", "/watch-list?");
        assert!(chips.contains(&"/watch-list?known=2026-08-31".to_owned()));
        let there = format!("/pupils/{pupil}?class=7&known=2026-08-31");
        let open = page(&router, &there, WORKER);
        let back = ways(&open, "href", "/watch-list?");
        assert_eq!(
            back,
            [format!(
                "/watch-list?class=7&known=2026-08-31#pupil-{pupil}"
            )]
        );
        // The form leads back to the day; what is done in it is done today.
        let form = ways(&open, "href", &format!("/pupils/{pupil}/contact"));
        assert!(form.iter().all(asked) && !form.is_empty(), "{form:?}");
        let form = page(&router, &form[0], WORKER);
        let cancel = ways(&form, "href", &format!("/pupils/{pupil}?"));
        assert!(cancel.iter().all(asked) && !cancel.is_empty(), "{cancel:?}");
        let action = ways(&form, "action", "/pupils/");
        let sent = "once=0123456789abcdef0001&contact_with=home&contact_outcome=agreed";
        let answer = crate::ask::send(&router, &action[0], Some(WORKER), sent);
        let lands = format!("/pupils/{pupil}?class=7&at=1#done");
        assert_eq!((answer.status, answer.header("location")), (303, &*lands));
    });
}
