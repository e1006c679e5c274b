//! The guided tour of the demo town: each role walks it by its links, in each language.
//!
//! Invariant: where data may be real there is no card and no step.

use crate::ask::{Answer, ask, run};
use crate::both;
use crate::esimerkkila::Esimerkkila;
use crate::html::{Page, check};
use axum::Router;
use std::collections::BTreeSet;

/// A browser with its cookies, reading one language.
struct Browser<'r> {
    router: &'r Router,
    session: String,
    tour: String,
    language: &'static str,
}

impl Browser<'_> {
    fn get(&mut self, path: &str) -> Answer {
        let cookies = format!(
            "__Host-lasna_session=session-{}; {}",
            self.session, self.tour
        );
        let request = axum::http::Request::builder()
            .method("GET")
            .uri(path)
            .header("cookie", cookies)
            .header("accept-language", self.language);
        let answer = run(self.router, "GET", path, request, String::new());
        let cookie = answer.header("set-cookie");
        if let Some(cookie) = cookie.split(';').next().filter(|_| !cookie.is_empty()) {
            assert!(cookie.starts_with("lasna_tour="), "{cookie}");
            self.tour = cookie.to_owned();
        }
        answer
    }

    /// A page, where one is sent on by way of a step.
    fn page(&mut self, path: &str) -> (String, Page) {
        let answer = self.get(path);
        let way = answer.header("location").to_owned();
        if answer.status == 303 {
            assert!(path.starts_with("/demo/tour/"), "{path} leads to {way}");
            return self.page(&way);
        }
        assert_eq!(answer.status, 200, "{path}");
        let at = format!("{} {} {path}", self.session, self.language);
        (path.to_owned(), check(&answer.body, self.language, &at))
    }
}

/// The ways of the card on a page.
fn ways(page: &Page) -> Vec<String> {
    let hrefs = page.tags.iter().filter_map(|tag| tag.get("href"));
    let ours = hrefs.filter(|href| href.starts_with("/demo/tour/"));
    ours.map(str::to_owned).collect()
}

/// The number of steps of a role, and a part of the address of each page.
const ROLES: [(&str, &str); 7] = [
    (
        "teacher",
        "/today /registers/ /registers/ /watch-list /marking-debt",
    ),
    ("substitute", "/today /registers/ /registers/ /ladder"),
    (
        "worker",
        "/today /watch-list /pupils/ /contact /watch-list?show=late",
    ),
    ("principal", "/today /marking-debt /substitutes /measures"),
    ("rektor", "/today /marking-debt /substitutes /measures"),
    ("coordinator", "/today /measures /ladder/versions /ladder"),
    ("administrator", "/today /imports /imports /codes"),
];

#[test]
fn every_role_walks_the_whole_tour_in_every_language() {
    let town = Esimerkkila::new();
    let router = town.router();
    for (login, pages) in ROLES {
        let mut told = BTreeSet::new();
        let pages: Vec<&str> = pages.split(' ').collect();
        for language in ["fi", "sv", "en"] {
            let mut browser = Browser {
                router: &router,
                session: login.into(),
                tour: String::new(),
                language,
            };
            let (_, mut page) = browser.page("/today");
            assert_eq!(ways(&page).len(), 1, "only a start");
            for (at, part) in pages.iter().enumerate() {
                let no = at + 1;
                let lead = format!("/demo/tour/{no}?from=");
                let next = ways(&page).into_iter().find(|way| way.starts_with(&lead));
                let next = next.unwrap_or_else(|| panic!("{login}: no way to step {no}"));
                let (path, opened) = browser.page(&next);
                assert!(path.contains(part), "{login} step {no}: {path}");
                assert!(opened.says(&format!("{no}/{}.", pages.len())), "{path}");
                let bold = opened
                    .texts
                    .iter()
                    .position(|text| text.contains(&format!("{no}/")));
                told.insert(opened.texts[bold.unwrap() + 1].clone());
                page = opened;
            }
            // The last one leads to the end, and then the tour can be started again.
            assert_eq!(ways(&page), ["/demo/tour/end"]);
            let (path, page) = browser.page("/demo/tour/end");
            assert_eq!(
                (path.as_str(), browser.tour.as_str()),
                ("/today", "lasna_tour=")
            );
            assert!(ways(&page)[0].starts_with("/demo/tour/1?"));
        }
        assert_eq!(
            told.len(),
            3 * pages.len(),
            "{login}: a text for each step and language"
        );
    }
}

#[test]
fn a_step_stays_where_one_is_and_is_found_again_from_elsewhere() {
    let town = Esimerkkila::new();
    let router = town.router();
    let mut browser = Browser {
        router: &router,
        session: "worker".into(),
        tour: String::new(),
        language: "fi",
    };
    let (_, list) = browser.page("/watch-list");
    assert_eq!(
        ways(&list),
        [""; 0],
        "no card before the start but on the first page"
    );
    let other = list.tags.iter().filter_map(|tag| tag.get("href"));
    let other = other.filter_map(|way| way.strip_prefix("/pupils/")).nth(3);
    let other = other.unwrap().to_owned();
    // Step 3 is a pupil: the one that is open, not the first of the list.
    let (path, _) = browser.page(&format!("/demo/tour/3?from=/pupils/{other}"));
    assert_eq!(path, format!("/pupils/{other}"));
    let (path, _) = browser.page(&format!("/demo/tour/4?from=/pupils/{other}"));
    assert_eq!(path, format!("/pupils/{other}/contact"));
    // Elsewhere the card leads back to the page of the step.
    let (_, ladder) = browser.page("/ladder");
    assert!(ladder.says("4/5."));
    let back = "/demo/tour/4?from=/ladder";
    assert_eq!(ways(&ladder)[0], back);
    let (path, _) = browser.page(back);
    assert!(path.starts_with("/pupils/") && path.ends_with("/contact"));
    // What is no step, and no page of ours, leads nowhere else.
    for odd in ["0", "6", "x", "99999999999999999999999"] {
        assert_eq!(
            browser.get(&format!("/demo/tour/{odd}")).status,
            404,
            "{odd}"
        );
    }
    for from in [
        "//host",
        "/pupils/x",
        "https://host",
        "/registers/%0d%0a",
        "/pupils/7?x",
    ] {
        let answer = browser.get(&format!("/demo/tour/3?from={from}"));
        let way = answer.header("location");
        assert_eq!(answer.status, 303, "{from}");
        assert!(
            way.starts_with("/pupils/") && !way.contains("host"),
            "{from}: {way}"
        );
    }
    // A number that this role has not is no tour.
    browser.tour = "lasna_tour=17".into();
    assert!(ways(&browser.page("/today").1)[0].starts_with("/demo/tour/1?"));
    // Who signs in as another person begins anew.
    let answer = ask(&router, "GET", "/demo/principal", None);
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert!(cookies.iter().any(|cookie| {
        let text = cookie.to_str().unwrap();
        text.starts_with("lasna_tour=;") && text.contains("Max-Age=0")
    }));
}

#[test]
fn a_page_that_the_page_of_a_step_leads_to_is_no_detour() {
    let town = Esimerkkila::new();
    let router = town.router();
    let mut browser = Browser {
        router: &router,
        session: "coordinator".into(),
        tour: "lasna_tour=2".into(),
        language: "fi",
    };
    let (_, measures) = browser.page("/measures");
    let mut hrefs = measures.tags.iter().filter_map(|tag| tag.get("href"));
    let school = hrefs.find(|href| href.starts_with("/measures/")).unwrap();
    let (_, page) = browser.page(school);
    assert!(
        ways(&page)[0].starts_with("/demo/tour/3?"),
        "{:?}",
        ways(&page)
    );
    let (_, page) = browser.page("/today");
    assert_eq!(ways(&page)[0], "/demo/tour/2?from=/today");
}

#[test]
fn there_is_no_tour_where_data_may_be_real() {
    both("no_tour", |server| {
        for login in [
            "teacher-a",
            "worker-a",
            "principal-a",
            "coordinator",
            "administrator",
        ] {
            let mut browser = Browser {
                router: &server.router,
                session: login.into(),
                tour: "lasna_tour=2".into(),
                language: "fi",
            };
            let (_, page) = browser.page("/today");
            assert_eq!(ways(&page), [""; 0], "{login}");
            for step in ["1", "2", "end"] {
                let answer = browser.get(&format!("/demo/tour/{step}"));
                assert_eq!((answer.status, answer.header("set-cookie")), (404, ""));
            }
        }
        let nobody = ask(&server.router, "GET", "/demo/tour/1", None);
        assert_eq!(nobody.header("location"), "/sign-in");
    });
}
