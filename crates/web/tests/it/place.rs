//! The list as a place of work: filters of one's own, and the way from pupil to pupil and back.
//!
//! Invariant: the name of a filter is on its person's page and in no address.

use crate::ask::{Answer, ask, send};
use crate::html::{Page, check};
use crate::{Server, both};
use axum::Router;

const NOON: &str = "2026-08-28T06:00:00Z";
const WORKER: &str = "session-worker-a";

fn page(router: &Router, path: &str, session: &str) -> Page {
    let answer = ask(router, "GET", path, Some(session));
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    check(&answer.body, "fi", path)
}

#[track_caller]
fn leads_to(answer: &Answer, path: &str) {
    let got = (answer.status, answer.header("location"));
    assert_eq!(got, (303, path), "{}", answer.body);
}

/// The ways of a page whose address begins so.
fn ways(page: &Page, attribute: &str, lead: &str) -> Vec<String> {
    let all = page.tags.iter().filter_map(|tag| tag.get(attribute));
    let ours = all.filter(|way| way.starts_with(lead));
    ours.map(|way| way.replace("&#38;", "&")).collect()
}

/// A router, and the ways to the pupils of the list of a class.
fn filled(server: &Server) -> (Router, Vec<String>) {
    let (router, _) = server.router_at(NOON);
    let list = page(&router, "/watch-list?class=7", WORKER);
    (router, ways(&list, "href", "/pupils/"))
}

#[test]
fn a_filter_is_saved_shown_as_a_chip_and_removed() {
    both("save_filter", |server| {
        let (router, _) = server.router_at(NOON);
        let save = |query: &str, name: &str| {
            let path = format!("/watch-list{query}");
            send(&router, &path, Some(WORKER), &format!("name={name}"))
        };
        assert!(
            ways(
                &page(&router, "/watch-list", WORKER),
                "action",
                "/watch-list?"
            )
            .is_empty()
        );
        let form = page(&router, "/watch-list?class=7&show=new", WORKER);
        assert_eq!(
            ways(&form, "action", "/watch-list?"),
            ["/watch-list?show=new&class=7"]
        );
        let saved = save("?class=7&show=new", "%3Cb%3EZZFILTERZZ");
        leads_to(&saved, "/watch-list?show=new&class=7");
        let list = page(&router, saved.header("location"), WORKER);
        assert!(list.says("&#60;b&#62;ZZFILTERZZ"));
        let current = list
            .tags
            .iter()
            .filter(|tag| tag.get("aria-current") == Some("true"));
        let current: Vec<_> = current.filter_map(|tag| tag.get("href")).collect();
        assert_eq!(current, ["/watch-list?show=new&#38;class=7"]);
        let all = list.tags.iter().flat_map(|tag| &tag.attributes);
        let carries = |(name, value): &&(String, String)| {
            ["href", "action", "id"].contains(&name.as_str()) && value.contains("ZZFILTERZZ")
        };
        assert_eq!(all.filter(carries).count(), 0, "a name in an address");
        // On another list the chip is a way, and it is removed where it is chosen.
        let other = page(&router, "/watch-list", WORKER);
        assert!(other.says("ZZFILTERZZ"));
        assert!(ways(&other, "action", "/watch-list/filters/").is_empty());
        let removes = ways(&list, "action", "/watch-list/filters/");
        assert_eq!(removes, ["/watch-list/filters/1/remove?show=new&class=7"]);
        assert!(!page(&router, "/watch-list", "session-principal-a").says("ZZFILTERZZ"));
        let others = send(&router, &removes[0], Some("session-principal-a"), "");
        leads_to(&others, "/watch-list?show=new&class=7");
        assert!(page(&router, "/watch-list", WORKER).says("ZZFILTERZZ"));
        let removed = send(&router, &removes[0], Some(WORKER), "");
        leads_to(&removed, "/watch-list?show=new&class=7");
        assert!(!page(&router, "/watch-list", WORKER).says("ZZFILTERZZ"));
        let odd = send(&router, "/watch-list/filters/x/remove", Some(WORKER), "");
        assert_eq!(odd.status, 404);
        assert!(!format!("{:?}", server.audit()).contains("ZZFILTERZZ"));
    });
}

#[test]
fn what_is_wrong_with_a_filter_is_told_beside_it() {
    both("wrong_filter", |server| {
        let (router, _) = server.router_at(NOON);
        let refused = |query: &str, name: &str, words: &str| {
            let path = format!("/watch-list{query}");
            let answer = send(&router, &path, Some(WORKER), &format!("name={name}"));
            assert_eq!(answer.status, 422, "{path} {name}");
            let page = check(&answer.body, "fi", &path);
            assert!(page.says(words), "{path} {name}");
            assert_eq!(ways(&page, "href", "#name"), ["#name"]);
            page
        };
        refused("?show=late", "", "Kirjoita rajaukselle nimi");
        let long = refused("?show=late", &"x".repeat(41), "liian pitkä");
        assert_eq!(long.value("name"), "x".repeat(41), "what was sent stays");
        refused("", "oma", "Valitse ensin");
        refused("?show=dance&step=x", "oma", "Valitse ensin");
        for n in 0..12 {
            let answer = send(
                &router,
                "/watch-list?step=1",
                Some(WORKER),
                &format!("name=r{n}"),
            );
            leads_to(&answer, "/watch-list?step=1");
        }
        refused("?step=1", "yksi+liikaa", "12");
    });
}

#[test]
fn the_place_in_the_list_goes_with_the_pupil_and_with_every_act() {
    both("keeps_place", |server| {
        let (router, rows) = filled(server);
        let (pupil, _) = server.numbers();
        assert_eq!(rows, [format!("/pupils/{pupil}?class=7")]);
        let at = |query: &str| page(&router, &format!("/pupils/{pupil}{query}"), WORKER);
        let open = at("?class=7&show=new");
        assert!(open.says("1 / 1") && open.says("uudet · 7"));
        let back = format!("/watch-list?show=new&class=7#pupil-{pupil}");
        assert_eq!(ways(&open, "href", "/watch-list?"), [back]);
        let carried = format!("/pupils/{pupil}/contact?show=new&class=7&at=1");
        assert!(ways(&open, "href", "/pupils/").contains(&carried));
        // The form carries it on, also when it is refused.
        let refused = send(&router, &carried, Some(WORKER), "once=0123456789abcdef0000");
        assert_eq!(refused.status, 422);
        let form = check(&refused.body, "fi", "refused");
        assert_eq!(ways(&form, "action", "/pupils/"), [carried.as_str()]);
        let there = format!("/pupils/{pupil}?show=new&class=7&at=1");
        assert_eq!(
            ways(&form, "href", "/pupils/"),
            [there.clone(), there.clone()]
        );
        let done = format!("{there}#done");
        let contact = "contact_with=home&contact_outcome=agreed";
        for (no, (act, body)) in (1..).zip([
            ("contact", contact),
            ("raise", ""),
            ("done", "outcome=meeting:held"),
            ("no-concern", "no_concern=known&review=2026-09-10"),
            ("withdraw", "act=4"),
            ("acknowledge", ""),
        ]) {
            let path = format!("/pupils/{pupil}/{act}?at=1&class=7&known=2026-08-27&show=new&x=y");
            let body = format!("once=0123456789abcdef{no:04}&{body}");
            leads_to(&send(&router, &path, Some(WORKER), &body), &done);
        }
        // Nobody new is left: said, and the list is one press away.
        let gone = at("?show=new&class=7&at=1");
        assert!(gone.says("Luettelossa ei ole nyt ketään"));
        assert_eq!(
            ways(&gone, "href", "/watch-list?"),
            ["/watch-list?show=new&class=7"]
        );
        // In the whole list there still is a first one.
        let other = page(&router, &format!("/pupils/{}", pupil + 1), WORKER);
        assert!(other.says("ei ole nyt tässä luettelossa"));
        assert!(other.says("Luettelon ensimmäinen"));
        assert!(ways(&other, "href", "/pupils/").contains(&format!("/pupils/{pupil}")));
    });
}

#[test]
fn a_choice_of_language_keeps_the_filter() {
    both("language_back", |server| {
        let (router, _) = server.router_at(NOON);
        let list = page(&router, "/watch-list?show=late&class=%22%3E7", WORKER);
        let back = list.value("back").replace("&#38;", "&");
        assert_eq!(back, "/watch-list?show=late&class=%22%3E7");
    });
}
