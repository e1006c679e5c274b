//! From a signal to an outcome by forms: a contact, a decision, raising, taking back.
//!
//! Invariant: what is wrong with a form is told beside what was sent.

use crate::ask::{Answer, ask, send};
use crate::html::{Page, check};
use crate::{Server, both};
use axum::Router;

const NOON: &str = "2026-08-28T06:00:00Z";
const WORKER: &str = "session-worker-a";

struct Desk<'s> {
    server: &'s Server,
    router: Router,
    pupil: u32,
}

impl Desk<'_> {
    fn page(&self) -> Page {
        let path = format!("/pupils/{}", self.pupil);
        let answer = ask(&self.router, "GET", &path, Some(WORKER));
        assert_eq!(answer.status, 200, "{}", answer.body);
        check(&answer.body, "fi", &path)
    }

    fn post(&self, what: &str, body: &str) -> Answer {
        let path = format!("/pupils/{}/{what}", self.pupil);
        send(&self.router, &path, Some(WORKER), body)
    }

    #[track_caller]
    fn logs(&self, what: &str, body: &str) {
        let answer = self.post(what, body);
        let lands = format!("/pupils/{}#done", self.pupil);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, lands.as_str()),
            "{}",
            answer.body
        );
    }

    /// A form that is refused: the ids of the fields that are wrong, and the page.
    #[track_caller]
    fn refuses(&self, what: &str, body: &str) -> (Vec<String>, Page) {
        let acts = self.acts();
        let answer = self.post(what, body);
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
        let page = check(&answer.body, "fi", body);
        let errors = page
            .tags
            .iter()
            .filter_map(|tag| tag.get("href")?.strip_prefix('#'));
        let errors = errors
            .filter(|id| *id != "content")
            .map(str::to_owned)
            .collect();
        assert_eq!(self.acts(), acts, "{body}");
        (errors, page)
    }

    fn acts(&self) -> i64 {
        let sql = "select count(*) from signal_act";
        let ask = |read: &mut lasna_store::db::Read<'_>| read.query_one(sql, &[])?.unwrap().get(0);
        self.server.store.ask(ask).unwrap()
    }
}

fn told(name: &str, story: impl Fn(&Desk<'_>)) {
    both(name, |server| {
        let (router, _) = server.router_at(NOON);
        let (pupil, _) = server.numbers();
        story(&Desk {
            server,
            router,
            pupil,
        });
    });
}

fn once(no: u32) -> String {
    format!("once=0123456789abcdef{no:04}")
}

/// Lines of what was done, the latest first.
fn timeline(page: &Page) -> usize {
    let tones = ["plain", "out", "miss"];
    let lines = page.tags.iter().filter(|tag| tag.name == "li");
    lines
        .filter(|tag| tag.get("class").is_some_and(|class| tones.contains(&class)))
        .count()
}

#[test]
fn a_contact_is_logged_by_whom_and_what_came_of_it() {
    told("contact", |desk| {
        let (errors, _) = desk.refuses("contact", &once(1));
        assert_eq!(errors, ["contact_with-home", "contact_outcome-reached"]);
        let half = format!("{}&contact_with=home&note=huomenna", once(1));
        let (errors, page) = desk.refuses("contact", &half);
        assert_eq!(errors, ["contact_outcome-reached"]);
        assert_eq!(
            page.value("contact_with"),
            "home",
            "what was chosen stays chosen"
        );
        assert!(page.says("huomenna"));
        let long = format!(
            "{}&contact_with=home&contact_outcome=agreed&note={}",
            once(1),
            "x".repeat(501)
        );
        let (errors, page) = desk.refuses("contact", &long);
        assert_eq!(errors, ["note"]);
        assert!(page.says("Muistiinpanossa on 1 merkki liikaa."));
        // All that is wrong is told at once.
        let all = format!("{}&day=x&note={}", once(1), "x".repeat(520));
        let (errors, page) = desk.refuses("contact", &all);
        let fields = [
            "contact_with-home",
            "contact_outcome-reached",
            "day",
            "note",
        ];
        assert_eq!(errors, fields);
        assert!(page.says("20 merkkiä liikaa"));
        let tried = format!("{}&contact_with=home&contact_outcome=not_reached", once(2));
        desk.logs("contact", &tried);
        desk.logs("contact", &tried);
        assert_eq!((desk.acts(), timeline(&desk.page())), (1, 1));
        // The same form with another choice: told, with what to do.
        let other = tried.replace("not_reached", "agreed");
        let (_, page) = desk.refuses("contact", &other);
        assert!(page.says("vanhentunut"));
        desk.logs(
            "contact",
            &format!(
                "{}&contact_with=home&contact_outcome=agreed&note=%3Cb%3E",
                once(3)
            ),
        );
        let page = desk.page();
        assert_eq!(timeline(&page), 2);
        assert!(page.says("&#60;b&#62;") && page.says("Zz Staff"));
    });
}

#[test]
fn no_concern_needs_a_reason_and_a_day_of_review() {
    told("no_concern", |desk| {
        let (errors, page) = desk.refuses("no-concern", &format!("{}&review=", once(1)));
        assert_eq!(errors, ["no_concern-known", "review"]);
        assert_eq!(page.value("review"), "", "what was emptied stays so");
        let form = ask(
            &desk.router,
            "GET",
            &format!("/pupils/{}/no-concern", desk.pupil),
            Some(WORKER),
        );
        let form = check(&form.body, "fi", "no-concern");
        assert_eq!(form.value("review"), "2026-09-18", "three weeks ahead");
        assert!(form.says("Koulupäivä, viimeistään 25.12.2026."));
        for (review, fits) in [
            ("2026-08-28", false),
            ("27.8.2026", false),
            ("2027-01-01", false),
            ("5.9.2026", false),
            ("2026-12-26", false),
            ("soon", false),
            ("31.2.2026", false),
        ] {
            let body = format!("{}&no_concern=known&review={review}", once(1));
            assert!(!fits);
            let (errors, page) = desk.refuses("no-concern", &body);
            assert_eq!(errors, ["review"], "{review}");
            assert!(page.says("viimeistään 25.12.2026"), "{review}");
        }
        let other = format!("{}&no_concern=other&review=2026-09-10&note=+", once(1));
        assert_eq!(desk.refuses("no-concern", &other).0, ["note"]);
        let list = |show: &str| {
            let answer = ask(
                &desk.router,
                "GET",
                &format!("/watch-list?show={show}"),
                Some(WORKER),
            );
            check(&answer.body, "fi", show);
            answer.body.contains("href=\"/pupils/")
        };
        assert!(list("new") && !list("no_concern"));
        desk.logs(
            "no-concern",
            &format!("{}&no_concern=other&review=10.9.2026&note=x", once(2)),
        );
        assert!(desk.page().says("10.9.2026"));
        assert!(!list("new") && list("no_concern") && !list("late"));
    });
}

#[test]
fn one_press_acknowledges_raises_logs_and_takes_back() {
    told("press", |desk| {
        let page = desk.page();
        let forms = |page: &Page, what: &str| page.forms(what);
        assert_eq!(
            (
                forms(&page, "/acknowledge"),
                forms(&page, "/raise"),
                forms(&page, "/withdraw")
            ),
            (1, 1, 0)
        );
        // Every form of the page has a key of its own: one press never swallows another.
        let keys: Vec<&str> = page
            .tags
            .iter()
            .filter(|tag| tag.get("name") == Some("once"))
            .filter_map(|tag| tag.get("value"))
            .collect();
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(keys.len(), different.len());
        assert!(keys.len() >= 2, "{keys:?}");
        desk.logs("acknowledge", &format!("once={}", keys[0]));
        assert_eq!(forms(&desk.page(), "/acknowledge"), 0, "it is taken on");
        desk.logs("raise", &once(2));
        desk.logs("done", &format!("{}&outcome=meeting:held", once(3)));
        for outcome in ["", "marks:explained", "contact:reached", "dance"] {
            let body = format!("{}&outcome={outcome}", once(4));
            desk.refuses("done", &body);
        }
        let page = desk.page();
        assert_eq!((timeline(&page), forms(&page, "/withdraw")), (3, 3));
        desk.logs("withdraw", &format!("{}&act=2", once(5)));
        assert_eq!(timeline(&desk.page()), 2);
        for act in ["", "x", "99"] {
            let answer = desk.post("withdraw", &format!("{}&act={act}", once(6)));
            assert_eq!(answer.status, 404, "{act}");
        }
        // Somebody else's is not theirs to take back.
        let path = format!("/pupils/{}/withdraw", desk.pupil);
        let body = format!("{}&act=1", once(7));
        let answer = send(&desk.router, &path, Some("session-principal-a"), &body);
        assert_eq!(answer.status, 404);
        assert_eq!(desk.acts(), 4);
    });
}

#[test]
fn what_one_logs_the_principal_sees_at_once() {
    told("seen", |desk| {
        let list = || {
            let answer = ask(
                &desk.router,
                "GET",
                "/watch-list",
                Some("session-principal-a"),
            );
            answer.body
        };
        let before = list();
        assert!(
            before.contains("ei yhteydenottoja") || !before.contains("28.8."),
            "{before}"
        );
        desk.logs(
            "contact",
            &format!("{}&contact_with=home&contact_outcome=not_reached", once(1)),
        );
        let after = list();
        assert_ne!(before, after);
        check(&after, "fi", "list");
        assert!(after.contains("28.8."), "{after}");
    });
}
