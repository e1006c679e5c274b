//! The list as a page and as a sheet: filters, order, reach, and as it was known on a day.
//!
//! Invariant: a filter only leaves out, and a cell of the sheet is never a formula.

use crate::ask::ask;
use crate::html::{Page, check};
use crate::{Server, both};
use axum::Router;

const NOON: &str = "2026-09-01T06:00:00Z";

fn list(router: &Router, query: &str, session: &str) -> Page {
    let path = format!("/watch-list{query}");
    let answer = ask(router, "GET", &path, Some(session));
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    check(&answer.body, "fi", &path)
}

/// Pupils of a list, by the way to their page.
fn pupils(page: &Page) -> Vec<String> {
    let ways = page
        .tags
        .iter()
        .filter_map(|tag| tag.get("href")?.strip_prefix("/pupils/"));
    let pupil = |way: &str| way.split('?').next().unwrap_or_default().to_owned();
    ways.map(pupil).collect()
}

fn sheet(router: &Router, query: &str, session: &str) -> Vec<Vec<String>> {
    let path = format!("/watch-list.csv{query}");
    let answer = ask(router, "GET", &path, Some(session));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/csv; charset=utf-8")
    );
    let name = answer.header("content-disposition");
    // The school, or the class of a class teacher, and the day.
    assert!(
        name.starts_with("attachment; filename=\"lasna-zznamezz-20") && name.ends_with(".csv\""),
        "{name}"
    );
    let text = answer.body.strip_prefix('\u{feff}').unwrap();
    text.lines()
        .map(|line| line.split(';').map(str::to_owned).collect())
        .collect()
}

#[test]
fn filters_leave_out_and_a_wrong_one_shows_all() {
    both("filters", |server| {
        let (router, _) = server.router_at(NOON);
        let worker = "session-worker-a";
        let (pupil, _) = server.numbers();
        let own = [pupil.to_string()];
        for query in [
            "",
            "?",
            "?class=7",
            "?step=1",
            "?show=late&class=7",
            "?show=new",
            "?show=dances",
            "?step=x",
            "?class=7&class=8",
            "?%zz",
        ] {
            assert_eq!(pupils(&list(&router, query, worker)), own, "{query}");
            assert_eq!(sheet(&router, query, worker).len(), 2, "{query}");
        }
        for query in [
            "?class=8",
            "?step=9",
            "?show=due",
            "?show=silent",
            "?show=no_concern",
            "?class=%22%3E%3Cscript%3E",
        ] {
            assert_eq!(pupils(&list(&router, query, worker)), [""; 0], "{query}");
            assert_eq!(sheet(&router, query, worker).len(), 1, "{query}");
        }
        // What was chosen stays chosen, and the sheet is of the same choice.
        let page = list(&router, "?show=late&class=7", worker);
        let chosen = page.tags.iter().filter(|tag| tag.get("selected").is_some());
        let chosen: Vec<&str> = chosen.filter_map(|tag| tag.get("value")).collect();
        assert!(
            chosen.contains(&"late") && chosen.contains(&"7"),
            "{chosen:?}"
        );
        assert!(page.tags.iter().any(|tag| {
            tag.get("href")
                .is_some_and(|href| href.starts_with("/watch-list.csv?show=late"))
        }));
    });
}

#[test]
fn everybody_has_the_list_of_their_own() {
    both("own_list", |server| {
        let (router, _) = server.router_at(NOON);
        let (pupil, _) = server.numbers();
        for (login, own) in [
            ("worker-a", true),
            ("principal-a", true),
            ("teacher-a", true),
            ("principal-b", false),
        ] {
            let session = format!("session-{login}");
            let listed = pupils(&list(&router, "", &session));
            assert_eq!(listed.len(), 1, "{login}");
            assert_eq!(listed[0] == pupil.to_string(), own, "{login}");
            let path = format!("/pupils/{pupil}");
            let page = ask(&router, "GET", &path, Some(&session));
            assert_eq!(page.status, if own { 200 } else { 404 }, "{login}");
        }
        // Each look is in the audit, with whose list it was: a pupil's page looks for the place in it.
        let looks = server
            .audit()
            .into_iter()
            .filter(|row| row.target.starts_with("watch-list"));
        let reaches: Vec<String> = looks.map(|row| row.reach).collect();
        assert_eq!(reaches.len(), 4 + 3);
        assert!(reaches[4].starts_with("group:"), "{reaches:?}");
    });
}

#[test]
fn a_cell_of_the_sheet_is_data() {
    both("sheet_data", |server| {
        let (router, _) = server.router_at(NOON);
        let rows = sheet(&router, "", "session-worker-a");
        let cell = |name: &str| {
            let at = rows[0].iter().position(|known| known == name);
            rows[1][at.unwrap_or_else(|| panic!("{name}: {rows:?}"))].as_str()
        };
        let number = |text: &str| text.replacen(',', ".", 1).parse::<f64>();
        for name in ["Poissa %", "Merkitty %"] {
            let text = cell(name);
            assert!(number(text).is_ok() && text.contains(','), "{name}: {text}");
        }
        for name in ["Portaan numero", "Koulupäiviä myöhässä"] {
            assert!(cell(name).parse::<u32>().is_ok(), "{name}: {rows:?}");
        }
        for name in ["Ylittyi", "Määräpäivä"] {
            let parts: Vec<&str> = cell(name).split('.').collect();
            let [day, month, year] = parts[..] else {
                panic!("{name}: {rows:?}");
            };
            assert!(day.parse::<u8>().is_ok() && month.parse::<u8>().is_ok());
            assert_eq!(year, "2026", "{name}");
        }
    });
}

#[test]
fn a_cell_of_the_sheet_is_never_a_formula() {
    both("sheet", |server| {
        rename(server, "=HYPERLINK(\"http://evil\";\"x\")");
        let (router, _) = server.router_at(NOON);
        let rows = sheet(&router, "", "session-worker-a");
        assert_eq!(rows[0].len(), 14);
        let line = rows[1].join(";");
        assert!(line.starts_with("\"'=HYPERLINK(\"\"http"), "{line}");
        rename(server, "@SUM(1)");
        let (router, _) = server.router_at(NOON);
        let rows = sheet(&router, "", "session-worker-a");
        assert_eq!(rows[1][0], "'@SUM(1)");
        assert_eq!(rows[1].len(), rows[0].len());
    });
}

/// Gives everybody one given name and no family name.
fn rename(server: &Server, name: &str) {
    server.meddle(&format!(
        "update person_version set given_name = '{name}', family_name = ''"
    ));
}

#[test]
fn a_list_and_a_pupil_are_had_as_known_on_a_day() {
    both("known_on", |server| {
        let (router, _) = server.router_at(NOON);
        let (pupil, _) = server.numbers();
        let worker = "session-worker-a";
        let raise = format!("/pupils/{pupil}/raise");
        let sent = crate::ask::send(&router, &raise, Some(worker), "once=0123456789abcdef0123");
        assert_eq!(sent.status, 303);
        // The files came on the 25th.
        let before = list(&router, "?known=2026-08-24", worker);
        assert!(pupils(&before).is_empty() && before.says("24.8.2026"));
        let then = list(&router, "?known=2026-08-31", worker);
        assert_eq!(pupils(&then).len(), 1);
        assert!(then.says("31.8.2026"));
        let shown =
            |query: &str| pupils(&list(&router, &format!("?show=new{query}"), worker)).len();
        assert_eq!(
            (shown(""), shown("&known=2026-08-31")),
            (0, 1),
            "raised today, new then"
        );
        let page = |query: &str| {
            let path = format!("/pupils/{pupil}{query}");
            let answer = ask(&router, "GET", &path, Some(worker));
            assert_eq!(answer.status, 200, "{path}");
            check(&answer.body, "fi", &path)
        };
        let acts = |page: &Page| page.forms("/withdraw");
        assert_eq!((acts(&page("")), acts(&page("?known=2026-08-31"))), (1, 0));
        assert!(page("?known=2026-08-31").says("31.8.2026"));
        let path = format!("/pupils/{pupil}?known=2026-08-24");
        assert_eq!(
            ask(&router, "GET", &path, Some(worker)).status,
            404,
            "nobody knew the pupil"
        );
    });
}

/// The end of a day is the school's, not that of the server's clock.
#[test]
fn what_came_after_midnight_in_finland_is_not_known_on_the_day() {
    both("midnight", |server| {
        let (pupil, _) = server.numbers();
        let worker = "session-worker-a";
        // 00:30 on 2 September in Finland.
        let (router, _) = server.router_at("2026-09-01T21:30:00Z");
        server.meddle("update sign_in set ends_at = 9000000000000000, idle = 900000000000");
        let raise = format!("/pupils/{pupil}/raise");
        let sent = crate::ask::send(&router, &raise, Some(worker), "once=0123456789abcdef0123");
        assert_eq!(sent.status, 303);
        let (router, _) = server.router_at("2026-09-03T06:00:00Z");
        let new = |query: &str| pupils(&list(&router, &format!("?show=new{query}"), worker)).len();
        assert_eq!((new("&known=2026-09-01"), new("&known=2026-09-02")), (1, 0));
    });
}
