//! Help: a guide for each role in each language, the same for everybody.
//!
//! Invariant: every link and picture of a guide leads somewhere, and a guide names nobody of the town.

use crate::ask::ask;
use crate::html::{Page, check};
use crate::{Server, both};
use std::collections::BTreeSet;

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];
const ROLES: [&str; 6] = [
    "teacher",
    "substitute",
    "sky-worker",
    "principal",
    "coordinator",
    "administrator",
];

fn page(server: &Server, path: &str, session: Option<&str>, language: &str) -> Page {
    let answer = ask(&server.router, "GET", path, session);
    assert_eq!(answer.status, 200, "{path}");
    answer.says_nothing();
    check(&answer.body, language, path)
}

fn all<'p>(page: &'p Page, tag: &str, attribute: &str) -> Vec<&'p str> {
    let tags = page.tags.iter().filter(|found| found.name == tag);
    tags.filter_map(|found| found.get(attribute)).collect()
}

/// The levels of headings, each at most one below the one before it.
fn headings_are_in_order(page: &Page, at: &str) {
    let levels = page.tags.iter().filter_map(|tag| match &*tag.name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        _ => None,
    });
    let mut before = 0;
    let mut count = 0;
    for level in levels {
        assert!(level <= before + 1, "{at}: h{level} after h{before}");
        before = level;
        count += 1;
    }
    assert!(count > 4, "{at}: {count} headings");
}

#[test]
fn every_role_has_a_guide_in_every_language() {
    both("guides", |server| {
        for role in ROLES {
            let mut sections = BTreeSet::new();
            for language in LANGUAGES {
                let path = format!("/help/{role}?lang={language}");
                let page = page(server, &path, None, language);
                headings_are_in_order(&page, &path);
                // The same sections in the same order, so that help leads to the same in each.
                let ids = page.tags.iter().filter_map(|tag| tag.get("id"));
                sections.insert(ids.map(str::to_owned).collect::<Vec<_>>());
            }
            assert_eq!(sections.len(), 1, "{role}: {sections:?}");
        }
    });
}

#[test]
fn links_and_pictures_of_a_guide_lead_somewhere() {
    both("guide_links", |server| {
        let mut pictures = BTreeSet::new();
        for path in ROLES.map(|role| format!("/help/{role}")) {
            for language in LANGUAGES {
                let path = format!("{path}?lang={language}");
                let page = page(server, &path, None, language);
                let ids: BTreeSet<&str> = page.tags.iter().filter_map(|t| t.get("id")).collect();
                for link in all(&page, "a", "href") {
                    if let Some(id) = link.strip_prefix('#') {
                        assert!(ids.contains(id), "{path}: {link}");
                    } else if link.starts_with("/help") {
                        let answer = ask(&server.router, "GET", link, None);
                        assert_eq!(answer.status, 200, "{path}: {link}");
                    }
                }
                for picture in page.tags.iter().filter(|tag| tag.name == "img") {
                    let told = picture.get("alt").unwrap_or_default();
                    assert!(told.len() > 30, "{path}: {told:?}");
                    assert_eq!(picture.get("loading"), Some("lazy"), "{path}");
                    let source = picture.get("src").unwrap_or_default();
                    assert!(source.ends_with(&format!("-{language}.png")), "{source}");
                    pictures.insert(source.to_owned());
                }
            }
        }
        let mut sum = 0;
        for source in &pictures {
            let answer = server.get(source, None);
            assert_eq!(answer.header("content-type"), "image/png", "{source}");
            let size: usize = answer.header("content-length").parse().unwrap();
            assert!(size <= 40_000, "{source}: {size}");
            sum += size;
        }
        assert!(pictures.len() >= 30, "{}", pictures.len());
        assert!(sum < 1_500_000, "{sum}");
    });
}

#[test]
fn who_is_signed_in_sees_the_own_guide_first_and_a_visitor_the_list() {
    both("own_guide", |server| {
        let visitor = page(server, "/help?lang=sv", None, "sv");
        let links = all(&visitor, "a", "href");
        for role in ROLES {
            assert!(links.contains(&&*format!("/help/{role}?lang=sv")), "{role}");
        }
        for (session, role) in [
            ("session-teacher-a", "teacher"),
            ("session-substitute-a", "substitute"),
            ("session-worker-a", "sky-worker"),
            ("session-principal-a", "principal"),
            ("session-coordinator", "coordinator"),
            ("session-administrator", "administrator"),
        ] {
            let own = page(server, "/help", Some(session), "fi");
            let of_role = page(server, &format!("/help/{role}"), None, "fi");
            assert_eq!(
                all(&own, "img", "src"),
                all(&of_role, "img", "src"),
                "{role}"
            );
            let links = all(&own, "a", "href");
            let others = ROLES.iter().filter(|other| **other != role);
            for other in others {
                assert!(
                    links.contains(&&*format!("/help/{other}")),
                    "{role}: {other}"
                );
            }
        }
    });
}

#[test]
fn help_on_a_page_leads_to_its_section_from_the_same_place() {
    both("help_on_a_page", |server| {
        for (path, session, way) in [
            ("/today", "session-teacher-a", "/help/teacher#today"),
            (
                "/watch-list",
                "session-worker-a",
                "/help/sky-worker#watch-list",
            ),
            (
                "/measures",
                "session-principal-a",
                "/help/principal#measures",
            ),
            (
                "/substitutes",
                "session-principal-a",
                "/help/principal#substitutes",
            ),
            (
                "/imports",
                "session-administrator",
                "/help/administrator#imports",
            ),
            (
                "/codes",
                "session-administrator",
                "/help/administrator#codes",
            ),
            ("/password", "session-coordinator", "/help/coordinator"),
        ] {
            let page = page_of_people(server, path, session);
            let last = all(&page, "a", "href").pop().unwrap_or_default().to_owned();
            assert_eq!(last, way, "{path}");
            let (guide, section) = way.split_once('#').unwrap_or((way, "content"));
            let guide = server.get(guide, Some(session));
            assert!(guide.body.contains(&format!("id=\"{section}\"")), "{way}");
        }
        let open = page(server, "/sign-in?lang=en", None, "en");
        assert_eq!(all(&open, "a", "href").last(), Some(&"/help?lang=en"));
    });
}

fn page_of_people(server: &Server, path: &str, session: &str) -> Page {
    let answer = server.get(path, Some(session));
    assert_eq!(answer.status, 200, "{path}");
    check(&answer.body, "fi", path)
}

#[test]
fn a_role_that_nobody_has_is_a_missing_page() {
    both("no_guide", |server| {
        for path in [
            "/help/nobody?lang=en",
            "/help/service?lang=en",
            "/help/..?lang=en",
        ] {
            let answer = server.get(path, None);
            assert_eq!(answer.status, 404, "{path}");
            check(&answer.body, "en", path);
            assert!(answer.body.contains("Page not found"), "{path}");
        }
    });
}
