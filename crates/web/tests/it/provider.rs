//! Signing in by an identity provider, as a browser does it: linked people, invitations, stepping up,
//! signing out, a provider that is down.
//!
//! Invariant: what a provider calls a person is in no answer, no audit row and no file in plain.

use crate::html::check;
use crate::identity::{cookie, get, leads_to, post};
use crate::provider_fake::{FILE, ISSUER, SUBJECT, World, is_refused, world};
use crate::{Server, both};
use lasna_app::{App, WhichAccount};
use lasna_domain::calendar::Instant;
use serde_json::json;
use std::sync::atomic::Ordering;

pub fn operator(server: &Server, world: &World) -> App {
    let now = Instant(world.clock.load(Ordering::Relaxed));
    App::operator(server.store.clone(), now).unwrap()
}

fn targets(server: &Server) -> Vec<String> {
    server.audit().into_iter().map(|row| row.target).collect()
}

#[test]
fn a_linked_person_signs_in_and_nobody_else() {
    both("provider_linked", |server| {
        let world = world(server, FILE, true);
        // Nobody is linked: the answer is the same as for one who is somebody else's.
        let unknown = world.sign_in();
        is_refused(&unknown, "unknown");
        let page = get(&world.router, unknown.header("location"), "");
        assert!(check(&page.body, "fi", "unknown").says("Pyydä kutsu"));
        assert!(targets(server).contains(&"provider-refused:town:unknown".to_owned()));
        world.link(server, "teacher-a", ISSUER);
        let going = world.go("/sign-in/with/town?to=%2Fladder%2Fversions", "");
        for (name, value) in [
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", "lasna"),
            ("code_challenge_method", "S256"),
            ("ui_locales", "fi"),
        ] {
            assert_eq!(going.asked[name], value);
        }
        for name in ["state", "nonce", "code_challenge"] {
            assert_eq!(going.asked[name].len(), 43, "{name}: 256 bits");
        }
        let done = world.come(&going);
        leads_to(&done, "/today");
        let session = cookie(&done, "lasna_session");
        assert_eq!(get(&world.router, "/today", &session).status, 200);
        let page = get(&world.router, "/sessions", &session);
        assert!(check(&page.body, "fi", "sessions").says("tunnistuspalvelu"));
        let notice = get(&world.router, "/today", &session);
        assert!(check(&notice.body, "fi", "today").says("Tilisi yhdistettiin"));
        for text in [&page.body, &notice.body, &targets(server).join(" ")] {
            assert!(!text.contains(SUBJECT));
        }
        // The end of the link is the end of the session, and the end of the account of both.
        let app = operator(server, &world);
        assert_eq!(
            app.unlink_account("teacher-a", Some("https://x"))
                .unwrap()
                .1,
            0
        );
        assert_eq!(get(&world.router, "/today", &session).status, 200);
        assert_eq!(app.unlink_account("teacher-a", None).unwrap().1, 1);
        assert_ne!(get(&world.router, "/today", &session).status, 200);
        is_refused(&world.sign_in(), "unknown");
        world.link(server, "teacher-a", ISSUER);
        let again = cookie(&world.sign_in(), "lasna_session");
        app.end_account(WhichAccount::Login("teacher-a")).unwrap();
        assert_ne!(get(&world.router, "/today", &again).status, 200);
        is_refused(&world.sign_in(), "unknown");
        // What an account that has ended was linked to is free for another.
        world.link(server, "worker-a", ISSUER);
        leads_to(&world.sign_in(), "/today");
        let taken = operator(server, &world).link_account("principal-a", (ISSUER, SUBJECT));
        assert!(
            taken
                .unwrap_err()
                .to_string()
                .contains("linked to an account")
        );
    });
}

#[test]
fn what_a_provider_calls_a_person_is_in_no_file() {
    let folder = lasna_testkit::temp::folder();
    let place = lasna_store::db::Place::Folder(folder.path().join("data"));
    let store = lasna_store::Store::open(place, lasna_testkit::keys::fixed()).unwrap();
    let server = Server::new(store, None, std::sync::Arc::new(|_, _| Ok(crate::model())));
    let world = world(&server, FILE, false);
    world.link(&server, "teacher-a", ISSUER);
    leads_to(&world.sign_in(), "/today");
    let mut seen = 0;
    for file in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        seen += bytes.len();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(SUBJECT));
    }
    assert!(seen > 10_000, "{seen}");
}

#[test]
fn an_invitation_links_once_and_for_nobody_else_of_the_browser() {
    both("provider_invitation", |server| {
        let world = world(server, FILE, false);
        let app = operator(server, &world);
        let code = app.invite("teacher-a", &[9; 32]).unwrap();
        let page = get(&world.router, "/invitation", "");
        check(&page.body, "fi", "invitation");
        let wrong = post(&world.router, "/invitation", "", "code=AAAA-AAAA");
        assert_eq!(wrong.status, 422);
        check(&wrong.body, "fi", "wrong invitation");
        let sent = format!("code={}", code.to_lowercase());
        let right = post(&world.router, "/invitation", "", &sent);
        assert_eq!(right.status, 200, "{}", right.body);
        assert!(check(&right.body, "fi", "invited").says("Koodi on oikein"));
        assert!(!right.body.contains(&code.replace('-', "")));
        let held = cookie(&right, "lasna_invitation");
        // Whoever signs in on this browser without coming from the page is not linked.
        let plain = world.go("/sign-in/with/town", &held);
        is_refused(&world.come(&plain), "unknown");
        // Weak, and not used up by it.
        world.odd(|odd| odd.claims = Some(Box::new(|claims| claims["acr"] = json!("low"))));
        let going = world.go("/sign-in/with/town?invited=1", &held);
        is_refused(&world.come(&going), "weak");
        world.odd(|_| {});
        let going = world.go("/sign-in/with/town?invited=1", &held);
        let done = world.come(&going);
        leads_to(&done, "/today");
        let session = cookie(&done, "lasna_session");
        assert_eq!(get(&world.router, "/today", &session).status, 200);
        leads_to(&world.sign_in(), "/today");
        // Once, and for one person.
        let again = post(&world.router, "/invitation", "", &sent);
        assert_eq!(again.status, 422);
        world.odd(|odd| odd.claims = Some(Box::new(|claims| claims["sub"] = json!("another"))));
        let going = world.go("/sign-in/with/town?invited=1", &held);
        is_refused(&world.come(&going), "refused");
        is_refused(&world.sign_in(), "unknown");
        // After its days it is over.
        let late = app.invite("worker-a", &[8; 32]).unwrap();
        world.pass(73 * 3600);
        let sent = format!("code={late}");
        assert_eq!(post(&world.router, "/invitation", "", &sent).status, 422);
    });
}

#[test]
fn stepping_up_goes_to_the_provider_and_wants_a_new_proof() {
    both("provider_step_up", |server| {
        let world = world(server, FILE, true);
        world.link(server, "administrator", ISSUER);
        // An old sign-in of the provider is taken, and is no fresh proof.
        world.odd(|odd| {
            odd.claims = Some(Box::new(|claims| {
                claims["auth_time"] = json!(claims["iat"].as_i64().unwrap() - 3600);
            }));
        });
        let session = cookie(&world.sign_in(), "lasna_session");
        let page = get(&world.router, "/step-up?to=%2Fimports", &session);
        assert!(check(&page.body, "fi", "step up").says("Vahvista: Kunnan tunnistus"));
        assert!(page.body.contains("/step-up/with/town?to=%2Fimports"));
        leads_to(
            &post(&world.router, "/second-factor/begin", &session, ""),
            "/step-up?to=%2Fsecond-factor",
        );
        let going = world.go("/step-up/with/town?to=%2Fimports", &session);
        assert_eq!(
            (&*going.asked["prompt"], &*going.asked["max_age"]),
            ("login", "0")
        );
        let both_cookies =
            |going: &crate::provider_fake::Going| format!("{session}; {}", going.cookie);
        let come = |going: &crate::provider_fake::Going| {
            let code = world.town.let_in(&going.asked);
            let query = [("code", &*code), ("state", &*going.asked["state"])];
            world.come_to("town", &both_cookies(going), &query)
        };
        // The provider did not ask anew.
        is_refused(&come(&going), "refused");
        // It does not say when.
        world.odd(|odd| {
            odd.claims = Some(Box::new(|claims| {
                drop(claims.as_object_mut().unwrap().remove("auth_time"))
            }))
        });
        is_refused(&come(&world.go("/step-up/with/town", &session)), "refused");
        // Somebody else, who has an account too.
        operator(server, &world)
            .link_account("teacher-a", (ISSUER, "another"))
            .unwrap();
        world.odd(|odd| odd.claims = Some(Box::new(|claims| claims["sub"] = json!("another"))));
        is_refused(&come(&world.go("/step-up/with/town", &session)), "refused");
        world.odd(|odd| odd.claims = Some(Box::new(|claims| claims["acr"] = json!("low"))));
        is_refused(&come(&world.go("/step-up/with/town", &session)), "weak");
        // For another session than the one that asked.
        world.odd(|_| {});
        let going = world.go("/step-up/with/town", &session);
        is_refused(&world.come(&going), "refused");
        let done = come(&world.go("/step-up/with/town?to=%2Fimports", &session));
        leads_to(&done, "/imports");
        let fresh = cookie(&done, "lasna_session");
        assert_ne!(fresh, session);
        assert_ne!(
            get(&world.router, "/today", &session).status,
            200,
            "the old token is dead"
        );
        leads_to(
            &post(&world.router, "/second-factor/begin", &fresh, ""),
            "/second-factor/new",
        );
        // Ten minutes on it is old again; the way is still known.
        world.pass(11 * 60);
        leads_to(
            &post(&world.router, "/second-factor/begin", &fresh, ""),
            "/step-up?to=%2Fsecond-factor",
        );
        let page = get(&world.router, "/step-up", &fresh);
        assert!(page.body.contains("/step-up/with/town"));
    });
}

#[test]
fn a_provider_that_is_down_is_told_left_alone_and_comes_back() {
    both("provider_down", |server| {
        let world = world(server, FILE, true);
        world.link(server, "teacher-a", ISSUER);
        let session = cookie(&world.sign_in(), "lasna_session");
        world.pass(6);
        world.odd(|odd| odd.down = true);
        let down = get(
            &world.router,
            "/sign-in/with/town?to=%2Fladder%2Fversions",
            "",
        );
        leads_to(&down, "/sign-in?refused=down&to=%2Fladder%2Fversions");
        let page = get(&world.router, down.header("location"), "");
        let shown = check(&page.body, "fi", "down");
        assert!(shown.says("Tunnistuspalvelu ei vastaa nyt"));
        assert!(shown.says("Kunnan tunnistus ei vastaa nyt"));
        assert!(
            page.body.contains("name=\"password\""),
            "the other way is there"
        );
        assert_eq!(
            get(&world.router, "/today", &session).status,
            200,
            "who is in stays in"
        );
        let asked = || world.town.asked.lock().unwrap().len();
        let before = asked();
        for _ in 0..50 {
            leads_to(
                &get(&world.router, "/sign-in/with/town", ""),
                "/sign-in?refused=down",
            );
        }
        assert_eq!(asked(), before, "it rests");
        // Once for each rest, which grows: an hour makes few questions.
        for _ in 0..3600 {
            world.pass(1);
            get(&world.router, "/sign-in/with/town", "");
        }
        let asked_in_an_hour = asked() - before;
        assert!((10..25).contains(&asked_in_an_hour), "{asked_in_an_hour}");
        world.odd(|_| {});
        world.pass(241);
        leads_to(&world.sign_in(), "/today");
        let page = get(&world.router, "/sign-in", "");
        assert!(!check(&page.body, "fi", "up").says("ei vastaa nyt"));
        // It breaks while somebody is there.
        let going = world.go("/sign-in/with/town", "");
        world.odd(|odd| odd.status = Some(503));
        is_refused(&world.come(&going), "down");
        world.pass(16);
        world.odd(|_| {});
        let going = world.go("/sign-in/with/town", "");
        let query = [
            ("error", "access_denied"),
            ("state", &*going.asked["state"]),
        ];
        is_refused(&world.come_with(&going, &query), "cancelled");
    });
}

#[test]
fn keys_that_change_are_found_and_asked_for_seldom() {
    both("provider_keys", |server| {
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        leads_to(&world.sign_in(), "/today");
        let asked = || {
            let all = world.town.asked.lock().unwrap();
            all.iter().filter(|path| *path == "/keys").count()
        };
        assert_eq!(asked(), 1);
        world.pass(61);
        world.odd(|odd| odd.kid = Some("two".into()));
        leads_to(&world.sign_in(), "/today");
        assert_eq!(asked(), 2);
        // Tokens with made-up names of keys do not make the provider be asked each time.
        for _ in 0..20 {
            world.odd(|odd| {
                odd.sign = Some(std::sync::Arc::new(
                    |_: &crate::provider_fake::Fake, claims: &serde_json::Value| {
                        crate::provider_fake::sign_with(
                            &crate::provider_fake::new_pair(),
                            Some("x"),
                            claims,
                        )
                    },
                ));
            });
            is_refused(&world.sign_in(), "refused");
        }
        assert_eq!(asked(), 2);
    });
}
