//! Rights for a time, broken glass and the review of access, as pages.
//!
//! Invariant: a protected pupil is named by exact words alone, and what is refused shows nothing.

use crate::html::check;
use crate::{Server, both, now};
use lasna_app::App;
use lasna_app::rights::{NewGlass, NewGrant};
use lasna_domain::access::Reach;
use lasna_domain::access::glass::GlassCategory;
use lasna_domain::access::grants::{GrantKind, GrantStep};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_store::Protection;

const WORKER: Option<&str> = Some("session-worker-a");
const PRINCIPAL: Option<&str> = Some("session-principal-a");
const OVERSIGHT: Option<&str> = Some("session-oversight");
const ADMINISTRATOR: Option<&str> = Some("session-administrator");
const GUARDIAN: Option<&str> = Some("session-guardian-a");
/// What nobody without a grant may see.
const CANARY: &str = "Salakuja 7 B 3";
/// The name of every pupil of the town.
const NAME: &str = "ZZNAMEZZ ZZNAMEZZ";

fn today() -> Day {
    "2026-08-24".parse().unwrap()
}

fn app(server: &Server, login: &str) -> App {
    let session = format!("session-{login}");
    let app = App::with_session(server.store.clone(), now(), &session).unwrap();
    app.tied().unwrap()
}

fn pupil(server: &Server, id: &str) -> PersonNo {
    let app = App::operator(server.store.clone(), now()).unwrap();
    app.pupil_no(id).unwrap()
}

fn protect(server: &Server, id: &str) {
    let app = App::operator(server.store.clone(), now()).unwrap();
    let protection = Protection {
        person: pupil(server, id),
        from: Day(0),
        to: Day(i32::MAX - 1),
    };
    app.set_protected(&[(protection, CANARY.to_owned())])
        .unwrap();
}

fn user(server: &Server, login: &str) -> UserNo {
    app(server, login).me().unwrap().user
}

/// Gives the SKY worker a right to a pupil, which is accepted.
fn grant(server: &Server, id: &str) -> u32 {
    let new = NewGrant {
        subject: user(server, "worker-a"),
        kind: GrantKind::Protected,
        reach: Reach::Pupil(pupil(server, id)),
        starts: now(),
        ends: Instant(now().0 + 86_400_000_000),
    };
    let no = app(server, "principal-a").give_grant(&new).unwrap();
    app(server, "worker-a")
        .step_grant(no, GrantStep::Accept)
        .unwrap();
    no
}

fn broken(server: &Server, once: &str) -> u32 {
    let new = NewGlass {
        pupil: pupil(server, "pupil-a1"),
        category: GlassCategory::Danger,
        reason: "Oppilas ei ole tullut kotiin koulusta",
        once,
    };
    let worker = app(server, "worker-a");
    worker.break_glass(&new, today()).unwrap()
}

/// The address of a route of these pages, with what must be there before it is asked.
pub fn path_of(server: &Server, pattern: &str) -> Option<String> {
    let first = pattern.split('/').nth(1)?;
    match (first, pattern.contains('{')) {
        ("glass", true) => {
            let no = broken(server, pattern);
            let pupil = pupil(server, "pupil-a1").to_string();
            Some(
                pattern
                    .replace("{no}", &no.to_string())
                    .replace("{pupil}", &pupil),
            )
        }
        ("protected", true) => {
            protect(server, "pupil-a2");
            grant(server, "pupil-a2");
            let pupil = pupil(server, "pupil-a2").to_string();
            Some(pattern.replace("{pupil}", &pupil))
        }
        _ => None,
    }
}

/// A form of the glass for a pupil of class A.
fn form(name: &str, category: &str, reason: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("once", "0123456789abcdef0123")
        .append_pair("name", name)
        .append_pair("class", "7")
        .append_pair("category", category)
        .append_pair("reason", reason);
    form.finish()
}

#[test]
fn a_glass_is_broken_for_exact_words_seen_through_judged_and_told() {
    both("glass_pages", |server| {
        let page = server.get("/glass?lang=en", WORKER);
        assert_eq!(page.status, 200);
        check(&page.body, "en", "glass");
        let reason = "Oppilas ei ole tullut kotiin koulusta";
        for (name, category, reason, says) in [
            ("", "danger", reason, "Write the name"),
            (NAME, "", reason, "Choose what it is about"),
            (NAME, "danger", "hätä", "at least 20"),
            ("Nobody Atall", "danger", reason, "no pupil of this name"),
            // Two pupils of the class are called so.
            (NAME, "danger", reason, "same name"),
        ] {
            let answer = server.post("/glass?lang=en", WORKER, &form(name, category, reason));
            assert_eq!(answer.status, 422, "{says}");
            check(&answer.body, "en", says);
            assert!(answer.body.contains(says), "{says}: {}", answer.body);
        }
        let pupil = pupil(server, "pupil-a1");
        let through = format!("/glass/pupils/{pupil}?lang=en");
        assert_eq!(server.get(&through, WORKER).status, 404);
        let no = broken(server, "one");
        let seen = server.get(&through, WORKER);
        assert_eq!(seen.status, 200);
        check(&seen.body, "en", "through");
        assert!(seen.body.contains("Emergency look"));
        for language in ["fi", "sv"] {
            let path = format!("/glass/pupils/{pupil}?lang={language}");
            check(&server.get(&path, WORKER).body, language, "through");
        }
        for other in [PRINCIPAL, OVERSIGHT, GUARDIAN] {
            assert_eq!(server.get(&through, other).status, 404);
        }
        // Who oversees sees the reason and no name; the principal sees both.
        let review = server.get("/glass/review?lang=en", OVERSIGHT);
        assert!(review.body.contains(reason) && !review.body.contains("ZZNAMEZZ"));
        check(&review.body, "en", "review");
        let review = server.get("/glass/review?lang=en", PRINCIPAL);
        assert!(review.body.contains(reason) && review.body.contains("ZZNAMEZZ"));
        let rights = server.get("/rights?lang=en", PRINCIPAL);
        check(&rights.body, "en", "rights");
        assert!(rights.body.contains("1 waits to be judged"));
        // Half a year is the longest that the home waits.
        let send =
            |body: &str| server.post(&format!("/glass/review/{no}?lang=en"), PRINCIPAL, body);
        let ground = "ground=delay_child_interest&until=";
        for day in ["", "2026-08-31", "2027-09-01", "x"] {
            assert_eq!(send(&format!("{ground}{day}")).status, 422, "{day}");
        }
        assert_eq!(send("").status, 422);
        assert_eq!(send(&format!("{ground}2026-09-10")).status, 303);
        assert_eq!(send("verdict=justified").status, 303);
        assert_eq!(send("verdict=unjustified").status, 404, "judged once");
        let log = format!("/home/{pupil}/log?lang=en");
        assert!(!server.get(&log, GUARDIAN).body.contains("emergency"));
        let later = server.router_at("2026-09-11T06:00:00Z").0;
        App::sign_in_to_demo(
            &server.store,
            "2026-09-11T05:59:00Z".parse().unwrap(),
            "guardian-a",
            "session-later",
        )
        .unwrap();
        let told = crate::ask::ask(&later, "GET", &log, Some("session-later"));
        assert_eq!(told.status, 200);
        assert!(told.body.contains("looked at the data in an emergency"));
        // Closed at once: nothing more is seen.
        let closed = server.post(&format!("/glass/give-up/{no}"), WORKER, "");
        assert_eq!(closed.status, 303);
        assert_eq!(server.get(&through, WORKER).status, 404);
    });
}

#[test]
fn a_right_for_a_time_is_given_accepted_held_back_and_ended() {
    both("grant_pages", |server| {
        protect(server, "pupil-a1");
        let pupil = pupil(server, "pupil-a1");
        let page = format!("/pupils/{pupil}");
        assert_eq!(server.get(&page, WORKER).status, 404);
        let facts = format!("/protected/{pupil}");
        let grants = server.get("/grants?lang=en", PRINCIPAL);
        check(&grants.body, "en", "grants");
        for (body, says) in [
            ("", "Choose to whom"),
            ("user=9999", "Choose to whom"),
            (
                &*format!("user={}", user(server, "worker-a")),
                "Write the name",
            ),
        ] {
            let answer = server.post("/grants?lang=en", PRINCIPAL, body);
            assert_eq!(answer.status, 422);
            assert!(answer.body.contains(says), "{says}");
            check(&answer.body, "en", says);
        }
        let no = grant(server, "pupil-a1");
        assert_eq!(server.get(&page, WORKER).status, 200);
        let seen = server.get(&facts, WORKER);
        assert!(seen.body.contains(CANARY));
        for language in ["fi", "sv", "en"] {
            let page = server.get(&format!("{facts}?lang={language}"), WORKER);
            check(&page.body, language, "facts");
        }
        for other in [PRINCIPAL, OVERSIGHT, GUARDIAN, ADMINISTRATOR] {
            let answer = server.get(&facts, other);
            assert_eq!(answer.status, 404);
            assert!(!answer.body.contains(CANARY));
        }
        let own = server.get("/rights?lang=en", WORKER);
        assert!(own.body.contains("Following a protected pupil") && own.body.contains("in force"));
        assert!(!own.body.contains("ZZNAMEZZ"));
        let step = |who, step: &str| {
            let body = format!("step={step}&back=grants");
            server.post(&format!("/grants/{no}"), who, &body).status
        };
        assert_eq!(step(OVERSIGHT, "end"), 404);
        assert_eq!(step(PRINCIPAL, "suspend"), 303);
        assert_eq!(server.get(&page, WORKER).status, 404, "at the next request");
        assert_eq!(step(WORKER, "resume"), 404);
        assert_eq!(step(PRINCIPAL, "resume"), 303);
        assert_eq!(server.get(&page, WORKER).status, 200);
        assert_eq!(step(WORKER, "end"), 303);
        assert_eq!(server.get(&page, WORKER).status, 404);
        assert_eq!(server.get(&facts, WORKER).status, 404);
        // Once its time has passed it is over by itself.
        grant(server, "pupil-a1");
        let (after, _) = server.router_at("2026-09-02T07:00:00Z");
        App::sign_in_to_demo(
            &server.store,
            "2026-09-02T06:59:00Z".parse().unwrap(),
            "worker-a",
            "session-expired",
        )
        .unwrap();
        for path in [&page, &facts] {
            let answer = crate::ask::ask(&after, "GET", path, Some("session-expired"));
            assert_eq!(answer.status, 404, "{path}");
        }
    });
}

#[test]
fn access_is_confirmed_or_ended_one_by_one_and_never_ones_own() {
    both("standing_pages", |server| {
        let page = server.get("/access-review?lang=en", ADMINISTRATOR);
        assert_eq!(page.status, 200);
        check(&page.body, "en", "standing");
        assert!(page.body.contains("your own account"));
        let send = |login: &str, body: &str| {
            let path = format!("/access-review/{}", user(server, login));
            server.post(&path, ADMINISTRATOR, body)
        };
        assert_eq!(send("worker-a", "").status, 422);
        assert_eq!(send("worker-a", "answer=confirm").status, 303);
        let page = server.get("/access-review?lang=en", ADMINISTRATOR);
        assert!(page.body.contains("Confirmed on 1.9.2026"));
        assert_eq!(send("administrator", "answer=end").status, 422);
        assert_eq!(send("worker-a", "answer=end").status, 303);
        let gone = server.get("/today", WORKER);
        assert!(gone.header("location").starts_with("/sign-in"));
    });
}

#[test]
fn ones_own_acts_are_told_and_nobody_elses() {
    both("own_acts", |server| {
        let (pupil, _) = server.numbers();
        server.get(&format!("/pupils/{pupil}"), WORKER);
        let page = server.get("/own-acts?lang=en", WORKER);
        assert_eq!(page.status, 200);
        check(&page.body, "en", "own acts");
        assert!(page.body.contains("Looked at the pupil’s page"));
        let other = server.get("/own-acts?lang=en", PRINCIPAL);
        assert!(!other.body.contains("Looked at the pupil’s page"));
    });
}
