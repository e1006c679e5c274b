//! An identity provider in this process, and a browser that goes to it and comes back.
//!
//! Invariant: it does by itself what an honest one does; a test says where it does not.

use crate::ask::Answer;
use crate::identity::{NOON, get};
use crate::{Server, settings};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use lasna_app::App;
use lasna_app::identity::oidc::{Answer as Out, Ask, Outbound, Provider, Providers, read_settings};
use lasna_domain::calendar::Instant;
use lasna_web::Settings;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

pub const ISSUER: &str = "https://idp.example";
pub const OTHER: &str = "https://other.example";
pub const SUBJECT: &str = "ZZSUBJECTZZ";
/// Two providers, the first with levels.
pub const FILE: &str = r#"
[[provider]]
id = "town"
preset = "generic"
name = { fi = "Kunnan tunnistus", sv = "Kommunens identifiering", en = "Town sign-in" }
issuer = "https://idp.example"
client_id = "lasna"
client_secret_credential = "town"
acr_levels = ["low", "middle", "high"]
min_acr = "middle"
two_factors_acr = "high"
two_factors_amr = ["mfa"]

[[provider]]
id = "other"
preset = "generic"
name = { fi = "Toinen", sv = "En annan", en = "Other" }
issuer = "https://other.example"
client_id = "lasna"
client_secret_credential = "other"
any_strength = true
"#;

/// Changes the claims of a token before it is signed.
pub type Tweak = dyn Fn(&mut Value) + Send + Sync;

/// Signs claims otherwise than it should.
pub type Sign = dyn Fn(&Fake, &Value) -> String + Send + Sync;

/// What a provider does otherwise than it should.
#[derive(Default)]
pub struct Odd {
    pub claims: Option<Box<Tweak>>,
    pub person: Option<Value>,
    pub known: Option<Box<Tweak>>,
    /// Signs the whole token otherwise.
    pub sign: Option<Arc<Sign>>,
    pub down: bool,
    pub status: Option<u16>,
    pub kid: Option<String>,
}

pub struct Fake {
    pub issuer: String,
    pair: Vec<u8>,
    pub odd: Mutex<Odd>,
    /// Codes that were given, with what was asked for each.
    codes: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    pub asked: Mutex<Vec<String>>,
    pub clock: Arc<AtomicI64>,
}

impl Fake {
    fn new(issuer: &str, clock: Arc<AtomicI64>) -> Fake {
        Fake {
            issuer: issuer.to_owned(),
            pair: new_pair(),
            odd: Mutex::default(),
            codes: Mutex::default(),
            asked: Mutex::default(),
            clock,
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed) / 1_000_000
    }

    fn kid(&self) -> String {
        let odd = self.odd.lock().unwrap();
        odd.kid.clone().unwrap_or_else(|| "one".into())
    }

    pub fn known(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/auth"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
            "userinfo_endpoint": at("/me"),
            "end_session_endpoint": at("/end"),
            "code_challenge_methods_supported": ["S256"],
        })
    }

    pub fn key(&self) -> Value {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pair).unwrap();
        let public = pair.public_key().as_ref().to_vec();
        let part = |range: std::ops::Range<usize>| B64.encode(&public[range]);
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid(),
            "x": part(1..33), "y": part(33..65)})
    }

    pub fn sign(&self, claims: &Value) -> String {
        sign_with(&self.pair, Some(&self.kid()), claims)
    }

    /// What an honest token says of a person.
    pub fn claims(&self, asked: &BTreeMap<String, String>) -> Value {
        json!({
            "iss": self.issuer, "aud": "lasna", "sub": SUBJECT, "nonce": asked["nonce"],
            "iat": self.now(), "exp": self.now() + 300, "auth_time": self.now(),
            "acr": "high", "amr": ["pwd", "mfa"], "sid": "session-1",
        })
    }

    /// Lets a person in who was sent here: the code.
    pub fn let_in(&self, asked: &BTreeMap<String, String>) -> String {
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code-{}", self.asked.lock().unwrap().len() + codes.len());
        codes.insert(code.clone(), asked.clone());
        code
    }

    fn token(&self, ask: &Ask) -> (u16, Value) {
        let form: BTreeMap<_, _> = ask.form.clone().unwrap().into_iter().collect();
        let basic = format!("Basic {}", STANDARD.encode("lasna:se%2Bcret"));
        assert_eq!(ask.authorization.as_deref(), Some(&*basic));
        assert_eq!(form["grant_type"], "authorization_code");
        let Some(asked) = self.codes.lock().unwrap().remove(&form["code"]) else {
            return (400, json!({"error": "invalid_grant"}));
        };
        use sha2::Digest as _;
        let challenge = B64.encode(sha2::Sha256::digest(form["code_verifier"].as_bytes()));
        if challenge != asked["code_challenge"] || form["redirect_uri"] != asked["redirect_uri"] {
            return (400, json!({"error": "invalid_grant"}));
        }
        let mut claims = self.claims(&asked);
        let odd = self.odd.lock().unwrap();
        if let Some(tweak) = &odd.claims {
            tweak(&mut claims);
        }
        let sign = odd.sign.clone();
        drop(odd);
        let token = match sign {
            Some(sign) => sign(self, &claims),
            None => self.sign(&claims),
        };
        (
            200,
            json!({"token_type": "Bearer", "access_token": "access", "id_token": token}),
        )
    }
}

pub fn new_pair() -> Vec<u8> {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
    made.unwrap().as_ref().to_vec()
}

pub fn sign_with(pair: &[u8], kid: Option<&str>, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = kid.map(str::to_owned);
    encode(&header, claims, &EncodingKey::from_ec_der(pair)).unwrap()
}

impl Outbound for Fake {
    fn send(&self, ask: &Ask) -> Result<Out, String> {
        let path = ask
            .url
            .strip_prefix(&self.issuer)
            .unwrap_or("elsewhere")
            .to_owned();
        self.asked.lock().unwrap().push(path.clone());
        let (down, status) = {
            let odd = self.odd.lock().unwrap();
            (odd.down, odd.status)
        };
        if down {
            return Err("no connection".into());
        }
        let (found, body) = match &*path {
            "/.well-known/openid-configuration" => {
                let mut known = self.known();
                if let Some(tweak) = &self.odd.lock().unwrap().known {
                    tweak(&mut known);
                }
                (200, known)
            }
            "/keys" => (200, json!({"keys": [{"kty": "new"}, self.key()]})),
            "/token" => self.token(ask),
            "/me" => {
                assert_eq!(ask.authorization.as_deref(), Some("Bearer access"));
                let person = self.odd.lock().unwrap().person.clone();
                (200, person.unwrap_or_else(|| json!({"sub": SUBJECT})))
            }
            _ => panic!("{}", ask.url),
        };
        Ok(Out {
            status: status.unwrap_or(found),
            body: body.to_string().into_bytes(),
        })
    }
}

struct Shared(Arc<Fake>);

impl Outbound for Shared {
    fn send(&self, ask: &Ask) -> Result<Out, String> {
        self.0.send(ask)
    }
}

/// A router with the two providers, and a browser's way to them.
pub struct World {
    pub router: Router,
    pub town: Arc<Fake>,
    pub other: Arc<Fake>,
    pub clock: Arc<AtomicI64>,
}

pub fn world(server: &Server, file: &str, second_factor: bool) -> World {
    let start: Instant = NOON.parse().unwrap();
    let clock = Arc::new(AtomicI64::new(start.0));
    let town = Arc::new(Fake::new(ISSUER, clock.clone()));
    let other = Arc::new(Fake::new(OTHER, clock.clone()));
    let all = read_settings(file).unwrap().into_iter().map(|known| {
        let fake = if known.issuer == ISSUER {
            &town
        } else {
            &other
        };
        Provider::new(known, "se+cret".into(), Arc::new(Shared(fake.clone())))
    });
    let there = clock.clone();
    let now = Arc::new(move || Instant(there.load(Ordering::Relaxed)));
    let providers = Providers::new(all.collect(), now.clone(), "https://lasna.example", [7; 32]);
    let router = lasna_web::router(Settings {
        clock: now,
        second_factor,
        providers: Some(Arc::new(providers)),
        ..settings(server.store.clone(), Arc::new(|_, _| Ok(crate::model())))
    });
    World {
        router,
        town,
        other,
        clock,
    }
}

/// A going: the cookie that the browser keeps, and what the provider was asked.
#[derive(Clone, Debug)]
pub struct Going {
    pub cookie: String,
    pub asked: BTreeMap<String, String>,
}

impl World {
    pub fn link(&self, server: &Server, login: &str, issuer: &str) {
        let now = Instant(self.clock.load(Ordering::Relaxed));
        let app = App::operator(server.store.clone(), now).unwrap();
        app.link_account(login, (issuer, SUBJECT)).unwrap();
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub fn odd(&self, change: impl FnOnce(&mut Odd)) {
        let mut odd = Odd::default();
        change(&mut odd);
        *self.town.odd.lock().unwrap() = odd;
    }

    /// Goes to a provider.
    #[track_caller]
    pub fn go(&self, path: &str, cookie: &str) -> Going {
        let answer = get(&self.router, path, cookie);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let address = answer.header("location").to_owned();
        let (at, query) = address.split_once('?').unwrap();
        assert!(at.ends_with(".example/auth"), "{address}");
        Going {
            cookie: going_cookie(&answer),
            asked: fields(query),
        }
    }

    /// Comes back with what the provider would answer.
    pub fn come(&self, going: &Going) -> Answer {
        let code = self.town.let_in(&going.asked);
        self.come_with(going, &[("code", &code), ("state", &going.asked["state"])])
    }

    pub fn come_with(&self, going: &Going, query: &[(&str, &str)]) -> Answer {
        self.come_to("town", &going.cookie, query)
    }

    pub fn come_to(&self, id: &str, cookie: &str, query: &[(&str, &str)]) -> Answer {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(query);
        let path = format!("/sign-in/with/{id}/back?{}", text.finish());
        get(&self.router, &path, cookie)
    }

    /// Signs in from the beginning.
    pub fn sign_in(&self) -> Answer {
        self.come(&self.go("/sign-in/with/town", ""))
    }
}

pub fn fields(query: &str) -> BTreeMap<String, String> {
    let all = form_urlencoded::parse(query.as_bytes());
    all.map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect()
}

#[track_caller]
fn going_cookie(answer: &Answer) -> String {
    let all = answer.headers.get_all("set-cookie").iter();
    let found = all
        .map(|value| value.to_str().unwrap())
        .find(|value| value.starts_with("__Host-lasna_going="));
    let set = found.unwrap();
    for part in [
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/",
        "Max-Age=600",
    ] {
        assert!(set.split("; ").any(|known| known == part), "{set}");
    }
    set.split(';').next().unwrap().to_owned()
}

/// Whether an answer begins no session, and says why in its way alone.
#[track_caller]
pub fn is_refused(answer: &Answer, why: &str) {
    let way = format!("/sign-in?refused={why}");
    assert_eq!((answer.status, answer.header("location")), (303, &*way));
    for value in answer.headers.get_all("set-cookie") {
        assert!(value.to_str().unwrap().contains("Max-Age=0"), "{value:?}");
    }
}
