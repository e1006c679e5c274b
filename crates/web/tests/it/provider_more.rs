//! Signing out with a provider, MPASSid, and a second factor beside a provider.
//!
//! Invariant: what a provider says reaches the sessions that began with it, and no other.

use crate::ask::run;
use crate::both;
use crate::html::check;
use crate::identity::{cookie, get, leads_to, post};
use crate::provider::operator;
use crate::provider_fake::{FILE, ISSUER, Odd, SUBJECT, is_refused, world};
use serde_json::json;

#[test]
fn signing_out_says_that_the_provider_still_knows_and_shows_the_way() {
    both("provider_sign_out", |server| {
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        let session = cookie(&world.sign_in(), "lasna_session");
        let out = post(&world.router, "/sign-out", &session, "");
        leads_to(&out, "/sign-in?out=town");
        let page = get(&world.router, "/sign-in?out=town", "");
        assert!(check(&page.body, "fi", "out").says("voi vielä muistaa sinut"));
        assert!(page.body.contains("href=\"/sign-in/with/town/leave\""));
        let leave = get(&world.router, "/sign-in/with/town/leave", "");
        let way = leave.header("location");
        assert!(
            way.starts_with("https://idp.example/end?client_id=lasna&post_logout_redirect_uri="),
            "{way}"
        );
        leads_to(
            &get(&world.router, "/sign-in/with/none/leave", ""),
            "/sign-in",
        );
        leads_to(
            &post(
                &world.router,
                "/sign-out",
                "__Host-lasna_session=session-worker-a",
                "",
            ),
            "/sign-in",
        );
    });
}

#[test]
fn a_word_of_the_provider_ends_the_sessions_that_began_with_it() {
    both("provider_back_channel", |server| {
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        let session = cookie(&world.sign_in(), "lasna_session");
        let word = |change: &dyn Fn(&mut serde_json::Value)| {
            let now = world.town.now();
            let event = "http://schemas.openid.net/event/backchannel-logout";
            let mut claims = json!({
                "iss": ISSUER, "aud": "lasna", "iat": now, "exp": now + 120,
                "jti": format!("j{now}"), "sid": "session-1", "events": {event: {}},
            });
            change(&mut claims);
            world.town.sign(&claims)
        };
        let send = |token: &str| {
            let body = format!("logout_token={token}");
            post(&world.router, "/sign-in/with/town/sign-out", "", &body).status
        };
        for change in [
            (|c: &mut serde_json::Value| c["nonce"] = json!("x")) as fn(&mut serde_json::Value),
            |c| c["events"] = json!({}),
            |c| c["iss"] = json!("https://other.example"),
            |c| c["aud"] = json!("another"),
            |c| c["iat"] = json!(c["iat"].as_i64().unwrap() - 900),
            |c| drop(c.as_object_mut().unwrap().remove("jti")),
            |c| drop(c.as_object_mut().unwrap().remove("sid")),
        ] {
            assert_eq!(send(&word(&change)), 400);
        }
        assert_eq!(send("rubbish"), 400);
        assert_eq!(get(&world.router, "/today", &session).status, 200);
        assert_eq!(send(&word(&|c| c["sid"] = json!("session-2"))), 200);
        assert_eq!(
            get(&world.router, "/today", &session).status,
            200,
            "another's session"
        );
        world.pass(1);
        let token = word(&|_| {});
        assert_eq!(send(&token), 200);
        assert_ne!(get(&world.router, "/today", &session).status, 200);
        assert_eq!(send(&token), 400, "a word counts once");
        // By the subject: all that began with this person.
        let two = [0, 1].map(|_| cookie(&world.sign_in(), "lasna_session"));
        world.pass(1);
        let token = word(&|c| {
            c["sub"] = json!(SUBJECT);
            c.as_object_mut().unwrap().remove("sid");
        });
        assert_eq!(send(&token), 200);
        for session in two {
            assert_ne!(get(&world.router, "/today", &session).status, 200);
        }
        let other = "__Host-lasna_session=session-worker-a";
        assert_eq!(get(&world.router, "/today", other).status, 200);
    });
}

const MPASSID: &str = r#"
[[provider]]
id = "town"
preset = "mpassid"
issuer = "https://idp.example"
client_id = "lasna"
client_secret_credential = "town"
any_strength = true
education_provider = "1.2.246.562.10.00000000001"
"#;
const LEARNER: &str = "1.2.246.562.24.12345678901";

#[test]
fn mpassid_knows_people_by_the_learner_number_and_their_role() {
    both("provider_mpassid", |server| {
        let world = world(server, MPASSID, false);
        operator(server, &world)
            .link_account("teacher-a", (ISSUER, LEARNER))
            .unwrap();
        operator(server, &world)
            .link_account("worker-a", (ISSUER, "1.2.246.562.24.12345678902"))
            .unwrap();
        let said = |learner: &str, provider: &str, code: &str| {
            json!({
                "sub": SUBJECT,
                "urn:oid:1.3.6.1.4.1.16161.1.1.27": learner,
                "urn:mpass.id:role": [format!("{provider};00001;7B;x;{code};1.2.246.562.10.3;")],
            })
        };
        let here = "1.2.246.562.10.00000000001";
        let come = |person: serde_json::Value| {
            world.odd(|odd| odd.person = Some(person));
            world.sign_in()
        };
        let going = world.go("/sign-in/with/town", "");
        assert_eq!(going.asked["scope"], "openid profile");
        leads_to(&come(said(LEARNER, here, "2")), "/today");
        is_refused(&come(said(LEARNER, here, "1")), "unknown");
        is_refused(
            &come(said(LEARNER, "1.2.246.562.10.00000000002", "2")),
            "unknown",
        );
        is_refused(
            &come(said("1.2.246.562.24.99999999999", here, "2")),
            "unknown",
        );
        is_refused(
            &come(said("1.2.246.562.198.12345678901", here, "2")),
            "refused",
        );
        is_refused(&come(json!({"sub": SUBJECT})), "refused");
        // A role that the preset does not open: it is given in the file where it is wanted.
        is_refused(
            &come(said("1.2.246.562.24.12345678902", here, "2")),
            "unknown",
        );
        // What another's token opened.
        let mut other = said(LEARNER, here, "2");
        other["sub"] = json!("another");
        is_refused(&come(other), "refused");
    });
}

#[test]
fn an_account_with_a_second_factor_is_asked_for_it_after_one_factor_of_a_provider() {
    both("provider_owes", |server| {
        // The service does not want two of everybody.
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        let weak = || Odd {
            claims: Some(Box::new(|claims| {
                claims["acr"] = json!("middle");
                claims["amr"] = json!([]);
            })),
            ..Odd::default()
        };
        world.odd(|odd| *odd = weak());
        let first = cookie(&world.sign_in(), "lasna_session");
        assert_eq!(get(&world.router, "/today", &first).status, 200);
        crate::identity::enrol(&world.router, &world.clock, &first);
        let second = world.sign_in();
        leads_to(&second, "/step-up?to=%2Ftoday");
        let one = cookie(&second, "lasna_session");
        leads_to(&get(&world.router, "/today", &one), "/second-factor");
    });
}

#[test]
fn another_site_begins_and_ends_nothing_for_a_person() {
    both("provider_elsewhere", |server| {
        let world = world(server, FILE, false);
        for path in ["/sign-in/with/town", "/sign-in/with/town/leave"] {
            for (site, is_own) in [
                ("cross-site", false),
                ("same-site", false),
                ("same-origin", true),
                ("none", true),
            ] {
                let request = axum::http::Request::builder().uri(path);
                let request = request.header("sec-fetch-site", site);
                let answer = run(&world.router, "GET", path, request, String::new());
                let way = answer.header("location");
                assert_eq!(way.starts_with(ISSUER), is_own, "{path} {site}: {way}");
                assert!(is_own || way == "/sign-in");
            }
        }
    });
}
