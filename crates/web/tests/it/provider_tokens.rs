//! Answers and tokens that do not hold: each alone begins no session.
//!
//! Invariant: beside each vector the same way without it signs in, so that it is the vector that fails.

use crate::both;
use crate::identity::{cookie, get};
use crate::provider_fake::{
    FILE, Fake, Going, ISSUER, OTHER, Odd, SUBJECT, World, is_refused, new_pair, sign_with, world,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::sync::Arc;

fn claims(tweak: impl Fn(&mut Value) + Send + Sync + 'static) -> Odd {
    Odd {
        claims: Some(Box::new(tweak)),
        ..Odd::default()
    }
}

fn sign(how: impl Fn(&Fake, &Value) -> String + Send + Sync + 'static) -> Odd {
    Odd {
        sign: Some(Arc::new(how)),
        ..Odd::default()
    }
}

fn put(name: &'static str, value: Value) -> Odd {
    claims(move |claims| claims[name] = value.clone())
}

fn without(name: &'static str) -> Odd {
    claims(move |claims| drop(claims.as_object_mut().unwrap().remove(name)))
}

#[track_caller]
fn each_is_refused(world: &World, vectors: Vec<(&str, Odd)>) {
    for (what, odd) in vectors {
        world.odd(|now| *now = odd);
        let answer = world.sign_in();
        assert_eq!(
            answer.header("location"),
            "/sign-in?refused=refused",
            "{what}"
        );
        is_refused(&answer, "refused");
        world.odd(|_| {});
        let right = world.sign_in();
        assert_eq!(right.header("location"), "/today", "after {what}");
        world.pass(61);
    }
}

#[test]
fn a_token_for_another_time_party_or_sign_in_is_refused() {
    both("provider_claims", |server| {
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        let at = world.town.now();
        each_is_refused(
            &world,
            vec![
                ("wrong nonce", put("nonce", json!("another"))),
                ("no nonce", without("nonce")),
                ("wrong issuer", put("iss", json!(OTHER))),
                (
                    "issuer with a slash",
                    put("iss", json!(format!("{ISSUER}/"))),
                ),
                ("wrong audience", put("aud", json!("another"))),
                ("audience of two", put("aud", json!(["lasna", "another"]))),
                ("empty audience", put("aud", json!([]))),
                ("no audience", without("aud")),
                ("another party", put("azp", json!("another"))),
                ("expired", put("exp", json!(at - 61))),
                ("no end", without("exp")),
                ("made long ago", put("iat", json!(at - 700))),
                ("made later", put("iat", json!(at + 100_000))),
                ("no time", without("iat")),
                ("not yet", put("nbf", json!(at + 100_000))),
                ("no subject", without("sub")),
                ("empty subject", put("sub", json!(" "))),
                ("subject that is no text", put("sub", json!(7))),
            ],
        );
    });
}

#[test]
fn a_token_with_a_wrong_signature_or_algorithm_is_refused() {
    both("provider_signatures", |server| {
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        let part = |value: Value| B64.encode(value.to_string());
        each_is_refused(
            &world,
            vec![
                (
                    "alg none",
                    sign(move |_, claims| {
                        let head = part(json!({"alg": "none", "typ": "JWT"}));
                        format!("{head}.{}.", part(claims.clone()))
                    }),
                ),
                (
                    "alg none with the name of a key",
                    sign(move |_, claims| {
                        let head = part(json!({"alg": "none", "kid": "one"}));
                        format!("{head}.{}.", part(claims.clone()))
                    }),
                ),
                (
                    "the public key as a shared secret",
                    sign(|fake, claims| {
                        let mut head = Header::new(Algorithm::HS256);
                        head.kid = Some("one".into());
                        let key = fake.key().to_string();
                        encode(&head, claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
                    }),
                ),
                (
                    "the secret of the client",
                    sign(|_, claims| {
                        let mut head = Header::new(Algorithm::HS256);
                        head.kid = Some("one".into());
                        encode(&head, claims, &EncodingKey::from_secret(b"se+cret")).unwrap()
                    }),
                ),
                (
                    "another key of the same name",
                    sign(|_, claims| sign_with(&new_pair(), Some("one"), claims)),
                ),
                (
                    "a key that is not known",
                    sign(|_, claims| sign_with(&new_pair(), Some("two"), claims)),
                ),
                (
                    "a changed body",
                    sign(|_, claims| {
                        let token = sign_with(&new_pair(), Some("one"), claims);
                        let parts: Vec<&str> = token.split('.').collect();
                        let body = B64.encode(claims.to_string().replace("high", "HIGH"));
                        format!("{}.{body}.{}", parts[0], parts[2])
                    }),
                ),
                ("no token", sign(|_, _| "rubbish".into())),
                ("an empty token", sign(|_, _| String::new())),
            ],
        );
    });
}

fn good(world: &World, going: &Going) -> Vec<(&'static str, String)> {
    let code = world.town.let_in(&going.asked);
    vec![("code", code), ("state", going.asked["state"].clone())]
}

fn come(world: &World, cookie: &str, query: &[(&'static str, String)]) -> crate::Answer {
    let query: Vec<(&str, &str)> = query
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    world.come_to("town", cookie, &query)
}

#[test]
fn an_answer_holds_for_the_browser_that_asked_and_once() {
    both("provider_state", |server| {
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        let going = || world.go("/sign-in/with/town", "");
        let tokens = || {
            let asked = world.town.asked.lock().unwrap();
            asked.iter().filter(|path| *path == "/token").count()
        };
        // Another's answer in one's own browser, and one's own in another's: no code is ever sent.
        let (mine, theirs) = (going(), going());
        is_refused(
            &come(&world, &mine.cookie, &good(&world, &theirs)),
            "refused",
        );
        is_refused(&come(&world, "", &good(&world, &mine)), "refused");
        let mut query = good(&world, &mine);
        query[1].1.push('x');
        is_refused(&come(&world, &mine.cookie, &query), "refused");
        is_refused(&come(&world, &mine.cookie, &query[..1]), "refused");
        let mut twice = good(&world, &mine);
        twice.push(("state", "x".into()));
        is_refused(&come(&world, &mine.cookie, &twice), "refused");
        let at = mine.cookie.len() - 50;
        let mut torn = mine.cookie.clone();
        torn.replace_range(at..at + 1, if &torn[at..=at] == "A" { "B" } else { "A" });
        is_refused(&come(&world, &torn, &good(&world, &mine)), "refused");
        assert_eq!(tokens(), 0);
        // The right one, and then the same again, with the same code and with a new one.
        let query = good(&world, &mine);
        let right = come(&world, &mine.cookie, &query);
        assert_eq!(right.header("location"), "/today");
        is_refused(&come(&world, &mine.cookie, &query), "refused");
        is_refused(&come(&world, &mine.cookie, &good(&world, &mine)), "refused");
        assert_eq!(tokens(), 1, "what was used is not sent again");
        // A code of another going is not taken: its verifier is another.
        let (mine, theirs) = (going(), going());
        let code = world.town.let_in(&theirs.asked);
        let query = [("code", code), ("state", mine.asked["state"].clone())];
        is_refused(&come(&world, &mine.cookie, &query), "refused");
        // Who stays away too long begins anew.
        let late = going();
        world.pass(601);
        is_refused(&come(&world, &late.cookie, &good(&world, &late)), "refused");
    });
}

#[test]
fn providers_cannot_be_mixed_up() {
    both("provider_mix_up", |server| {
        let world = world(server, FILE, false);
        world.link(server, "teacher-a", ISSUER);
        let mine = world.go("/sign-in/with/town", "");
        let back = "https://lasna.example/sign-in/with/town/back";
        assert_eq!(
            mine.asked["redirect_uri"], back,
            "each has an address of its own"
        );
        // The answer of one at the address of the other.
        let query = good(&world, &mine);
        let query: Vec<(&str, &str)> = query.iter().map(|(n, v)| (*n, &**v)).collect();
        is_refused(&world.come_to("other", &mine.cookie, &query), "refused");
        // With the name of another issuer, and of the right one.
        for (issuer, way) in [(OTHER, "/sign-in?refused=refused"), (ISSUER, "/today")] {
            let mine = world.go("/sign-in/with/town", "");
            let mut query = good(&world, &mine);
            query.push(("iss", issuer.into()));
            let answer = come(&world, &mine.cookie, &query);
            assert_eq!(answer.header("location"), way);
        }
        // One that announces the name must say it.
        world.pass(10);
        world.odd(|odd| {
            odd.known = Some(Box::new(|known| {
                known["authorization_response_iss_parameter_supported"] = json!(true);
            }));
        });
        let mine = world.go("/sign-in/with/town", "");
        is_refused(&come(&world, &mine.cookie, &good(&world, &mine)), "refused");
        // The same subject of another issuer is another person.
        let mine = world.go("/sign-in/with/other", "");
        let code = world.other.let_in(&mine.asked);
        let query = [("code", &*code), ("state", &*mine.asked["state"])];
        is_refused(&world.come_to("other", &mine.cookie, &query), "unknown");
        assert!(!SUBJECT.is_empty());
    });
}

#[test]
fn a_provider_that_is_not_as_it_was_set_up_is_not_used() {
    both("provider_known", |server| {
        let vectors: [(&str, &str, Value); 6] = [
            ("another issuer", "issuer", json!(OTHER)),
            (
                "keys elsewhere",
                "jwks_uri",
                json!("https://evil.example/keys"),
            ),
            (
                "codes go elsewhere",
                "token_endpoint",
                json!("https://evil.example/token"),
            ),
            (
                "people go elsewhere",
                "authorization_endpoint",
                json!("https://evil.example/auth"),
            ),
            (
                "without TLS",
                "token_endpoint",
                json!("http://idp.example/token"),
            ),
            (
                "plain PKCE",
                "code_challenge_methods_supported",
                json!(["plain"]),
            ),
        ];
        for (what, name, value) in vectors {
            let world = world(server, FILE, false);
            world.odd(|odd| {
                odd.known = Some(Box::new(move |known| known[name] = value.clone()));
            });
            let answer = get(&world.router, "/sign-in/with/town", "");
            assert_eq!(answer.header("location"), "/sign-in?refused=down", "{what}");
        }
    });
}

#[test]
fn a_sign_in_that_is_too_weak_is_refused_and_never_lowered() {
    both("provider_strength", |server| {
        let world = world(server, FILE, true);
        world.link(server, "teacher-a", ISSUER);
        for odd in [
            put("acr", json!("low")),
            put("acr", json!("rubbish")),
            without("acr"),
            put("acr", json!(["high"])),
        ] {
            world.odd(|now| *now = odd);
            is_refused(&world.sign_in(), "weak");
        }
        let mine = world.go("/sign-in/with/town", "");
        assert_eq!(mine.asked["acr_values"], "middle high");
        let query = [
            ("error", "unmet_authentication_requirements"),
            ("state", &*mine.asked["state"]),
        ];
        is_refused(&world.come_with(&mine, &query), "weak");
        // Enough to be taken, but one factor alone: it opens the way to a second one and no more.
        world.odd(|now| {
            *now = claims(|claims| {
                claims["acr"] = json!("middle");
                claims["amr"] = json!(["pwd"]);
            });
        });
        let one = cookie(&world.sign_in(), "lasna_session");
        assert_eq!(
            get(&world.router, "/today", &one).header("location"),
            "/second-factor"
        );
        // Two factors by the method, or by the level.
        for odd in [put("acr", json!("middle")), put("amr", json!([]))] {
            world.odd(|now| *now = odd);
            let two = cookie(&world.sign_in(), "lasna_session");
            assert_eq!(get(&world.router, "/today", &two).status, 200);
        }
    });
}
