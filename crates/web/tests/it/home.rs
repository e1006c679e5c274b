//! The home's pages: one's own child and nobody else's, and who looked.
//!
//! Invariant: no name of staff stands on a page of the home.

use crate::html::check;
use crate::{Server, both};
use lasna_domain::access::{Action, Purpose};
use lasna_store::EntityKind;

const GUARDIAN: Option<&str> = Some("session-guardian-a");
const PUPIL: Option<&str> = Some("session-pupil-a");
const WORKER: Option<&str> = Some("session-worker-a");

/// The number of another family's child.
fn other_child(server: &Server) -> u32 {
    let scope = crate::town::scope(&server.store);
    let no = server
        .store
        .ask(|read| EntityKind::Person.number_of(read, &scope, "pupil-a2"));
    no.unwrap().unwrap()
}

/// How many entries the log of a page counts.
fn entries(server: &Server, session: Option<&str>) -> u32 {
    let (pupil, _) = server.numbers();
    let path = format!("/home/{pupil}/log?lang=en");
    let page = server.get(&path, session);
    assert_eq!(page.status, 200);
    let at = page.body.find("The data were touched ").unwrap();
    let rest = &page.body[at + "The data were touched ".len()..];
    rest[..rest.find(' ').unwrap()].parse().unwrap()
}

#[test]
fn a_guardian_and_a_pupil_see_their_own_page_and_no_page_of_staff() {
    both("home_pages", |server| {
        let (pupil, _) = server.numbers();
        for language in ["fi", "sv", "en"] {
            for path in ["/home".to_owned(), format!("/home/{pupil}/log")] {
                let page = server.get(&format!("{path}?lang={language}"), GUARDIAN);
                check(&page.body, language, &path);
            }
        }
        for (session, title) in [(GUARDIAN, "My children"), (PUPIL, "My page")] {
            let page = server.get("/home?lang=en", session);
            assert_eq!(page.status, 200);
            check(&page.body, "en", "home");
            assert!(page.body.contains(title), "{title}");
            assert!(page.body.contains(&format!("/home/{pupil}/log")));
            // Three lessons without leave, one a day; no sum and no step.
            assert_eq!(page.body.matches("1 lesson without leave").count(), 3);
            assert!(!page.body.contains('%') && !page.body.contains("Zz Staff Zz"));
            let today = server.get("/today", session);
            assert_eq!((today.status, today.header("location")), (303, "/home"));
            for path in [
                format!("/pupils/{pupil}"),
                format!("/pupils/{pupil}/contact"),
                format!("/home/{}/log", other_child(server)),
                "/home/999999/log".to_owned(),
                "/watch-list".to_owned(),
                "/watch-list.csv".to_owned(),
                "/measures".to_owned(),
                "/imports".to_owned(),
            ] {
                let answer = server.get(&path, session);
                assert_eq!(answer.status, 404, "{path}");
                answer.says_nothing();
            }
        }
    });
}

#[test]
fn the_log_counts_each_look_and_names_nobody() {
    both("home_log", |server| {
        let (pupil, _) = server.numbers();
        let before = entries(server, GUARDIAN);
        // The look at the log itself: the name, and the entries.
        assert_eq!(entries(server, GUARDIAN), before + 2);
        for _ in 0..3 {
            assert_eq!(server.get(&format!("/pupils/{pupil}"), WORKER).status, 200);
        }
        let list = server.get("/watch-list", Some("session-principal-a"));
        assert_eq!(list.status, 200);
        // Another family's and another school's looks are not of this pupil.
        assert_eq!(
            server
                .get("/watch-list", Some("session-principal-b"))
                .status,
            200
        );
        // The pupil's own look is the pupil's alone.
        assert_eq!(server.get("/home", PUPIL).status, 200);
        let now = entries(server, GUARDIAN);
        let page = server.get(&format!("/home/{pupil}/log?lang=en"), GUARDIAN);
        check(&page.body, "en", "log");
        assert!(page.body.contains("looked at the pupil’s page"));
        assert!(page.body.contains("3 times"));
        assert!(page.body.contains("Guardian (you)"));
        // The one who is signed in is called so too, in the head of the page.
        assert_eq!(page.body.matches("Zz Staff").count(), 1);
        let pages = server.audit();
        let looks = pages.iter().filter(|row| row.action == "explain_pupil");
        assert_eq!(looks.count(), 3);
        assert!(now > before + 4 + 3, "{before} {now}");
        // A month without anything says so.
        let empty = server.get(
            &format!("/home/{pupil}/log?month=1999-01&lang=en"),
            GUARDIAN,
        );
        assert_eq!(empty.status, 200, "an unknown month is the present one");
    });
}

#[test]
fn each_task_and_purpose_has_words_for_the_home() {
    for language in ["fi", "sv", "en"] {
        let file = format!(
            "{}/locales/{language}/home.toml",
            env!("CARGO_MANIFEST_DIR")
        );
        let texts: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
        let has = |group: &str, code: &str| texts[group].get(code).is_some();
        for action in Action::ALL {
            assert!(has("log_action", action.as_code()), "{language} {action:?}");
        }
        for purpose in Purpose::ALL {
            assert!(
                has("log_purpose", purpose.as_code()),
                "{language} {purpose:?}"
            );
        }
    }
}
