//! What a provider says of itself and its keys: fetched, held for a while, asked again with restraint.
//!
//! After a failure it is left alone for longer and longer; what was known before is used meanwhile.
//!
//! Invariant: every address that is used is of the issuer that was set, and of a host that is allowed.

use super::settings::host_of;
use super::{Ask, Provider, Refusal};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use lasna_domain::calendar::Instant;
use serde::Deserialize;
use std::sync::{MutexGuard, PoisonError};
use url::Url;

const SECOND: i64 = 1_000_000;
/// How old what is known may be where somebody is about to be sent there.
const FRESH: i64 = 5 * SECOND;
/// How old keys may be before they are asked for again.
const KEYS_FRESH: i64 = 3_600 * SECOND;
/// How long what cannot be asked for again is still used.
const STALE: i64 = 24 * 3_600 * SECOND;
/// How often an unknown key may make the keys be asked for.
const KEYS_EVERY: i64 = 60 * SECOND;
/// How long a provider is left alone after one failure; it doubles with each, four times.
const REST: i64 = 15 * SECOND;
/// Keys of a provider at most.
const KEYS_MOST: usize = 50;

/// What a provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[allow(
    missing_docs,
    reason = "the names are those of OpenID Connect Discovery"
)]
pub struct Known {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    pub code_challenge_methods_supported: Option<Vec<String>>,
}

#[derive(Default)]
pub(super) struct Held {
    known: Option<(Known, Instant)>,
    keys: Option<(Vec<Jwk>, Instant)>,
    /// When the keys were asked for last, with or without an answer.
    keys_asked: Option<Instant>,
    failures: u32,
    rests_until: Option<Instant>,
}

impl Held {
    fn rests(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    fn failed(&mut self, now: Instant) {
        let rest = REST << self.failures.min(4);
        self.failures = self.failures.saturating_add(1);
        self.rests_until = Some(Instant(now.0 + rest));
    }

    fn worked(&mut self) {
        self.failures = 0;
        self.rests_until = None;
    }
}

impl Provider {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_down(&self, now: Instant) -> bool {
        self.held().rests(now)
    }

    /// Asks the provider; a missing answer or a fault of its own lets it rest.
    pub(super) fn ask(&self, ask: &Ask, now: Instant) -> Result<(u16, serde_json::Value), Refusal> {
        self.ask_in(&mut self.held(), ask, now)
    }

    fn ask_in(
        &self,
        held: &mut Held,
        ask: &Ask,
        now: Instant,
    ) -> Result<(u16, serde_json::Value), Refusal> {
        if held.rests(now) {
            return Err(Refusal::Down);
        }
        let id = &self.settings.id;
        let answer = match self.out.send(ask) {
            Ok(answer) if answer.status < 500 => answer,
            Ok(answer) => {
                tracing::warn!(provider = id, status = answer.status, "a provider failed");
                held.failed(now);
                return Err(Refusal::Down);
            }
            Err(error) => {
                tracing::warn!(provider = id, error, "a provider did not answer");
                held.failed(now);
                return Err(Refusal::Down);
            }
        };
        held.worked();
        let body = serde_json::from_slice(&answer.body).unwrap_or_default();
        Ok((answer.status, body))
    }

    /// What the provider says of itself now: for who is about to be sent there.
    pub(super) fn fresh(&self, now: Instant) -> Result<Known, Refusal> {
        let mut held = self.held();
        if let Some((known, at)) = &held.known
            && !held.rests(now)
            && now.0 - at.0 < FRESH
        {
            return Ok(known.clone());
        }
        let known = self.fetch(&mut held, now)?;
        held.known = Some((known.clone(), now));
        Ok(known)
    }

    /// What the provider said of itself lately.
    pub(super) fn known(&self, now: Instant) -> Result<Known, Refusal> {
        if let Some((known, at)) = &self.held().known
            && now.0 - at.0 < STALE
        {
            return Ok(known.clone());
        }
        self.fresh(now)
    }

    fn fetch(&self, held: &mut Held, now: Instant) -> Result<Known, Refusal> {
        let issuer = &self.settings.issuer;
        let url = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let ask = Ask {
            url,
            ..Ask::default()
        };
        let (status, body) = self.ask_in(held, &ask, now)?;
        let known: Option<Known> = serde_json::from_value(body).ok();
        let told = match known {
            Some(known) if status == 200 => self.check(&known).map(|()| known),
            _ => Err("it does not say what it is"),
        };
        told.map_err(|error| {
            let id = &self.settings.id;
            tracing::error!(provider = id, error, "a provider is not as it was set up");
            held.failed(now);
            Refusal::Down
        })
    }

    fn check(&self, known: &Known) -> Result<(), &'static str> {
        if known.issuer != self.settings.issuer {
            return Err("it names another issuer");
        }
        let needed = [
            &known.authorization_endpoint,
            &known.token_endpoint,
            &known.jwks_uri,
        ];
        let more = [&known.userinfo_endpoint, &known.end_session_endpoint];
        let more = more.into_iter().flatten();
        if !needed.into_iter().chain(more).all(|url| self.may_ask(url)) {
            return Err("it names a host that is not allowed: see hosts in its settings");
        }
        let methods = known.code_challenge_methods_supported.as_ref();
        if methods.is_some_and(|all| !all.iter().any(|method| method == "S256")) {
            return Err("it does not take PKCE with S256");
        }
        Ok(())
    }

    /// Whether an address is one of this provider.
    fn may_ask(&self, text: &str) -> bool {
        let Ok(url) = Url::parse(text) else {
            return false;
        };
        let safe = url.scheme() == "https" || self.settings.loopback && url.scheme() == "http";
        let host = host_of(&url);
        safe && host.is_some_and(|host| self.settings.hosts.contains(&host))
    }

    /// The keys that may have signed a token: of its name, or all where it has none.
    pub(super) fn keys(&self, name: Option<&str>, now: Instant) -> Result<Vec<Jwk>, Refusal> {
        let uri = self.known(now)?.jwks_uri;
        let mut held = self.held();
        let found = |held: &Held, oldest: i64| -> Vec<Jwk> {
            let known = held.keys.as_ref().filter(|(_, at)| now.0 - at.0 < oldest);
            let named = |key: &&Jwk| name.is_none() || key.common.key_id.as_deref() == name;
            let all = known.into_iter().flat_map(|(keys, _)| keys);
            all.filter(named).cloned().collect()
        };
        let fresh = found(&held, KEYS_FRESH);
        let just_asked = held.keys_asked.is_some_and(|at| now.0 - at.0 < KEYS_EVERY);
        if !fresh.is_empty() || just_asked && held.keys.is_some() {
            return Ok(if fresh.is_empty() {
                found(&held, STALE)
            } else {
                fresh
            });
        }
        held.keys_asked = Some(now);
        let ask = Ask {
            url: uri,
            ..Ask::default()
        };
        match self.ask_in(&mut held, &ask, now) {
            Ok((200, body)) => {
                let all = body.get("keys").and_then(|keys| keys.as_array().cloned());
                let keys = all.unwrap_or_default().into_iter().take(KEYS_MOST);
                // A key of a sort that is not known here is no fault.
                let keys = keys.filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
                let set = JwkSet {
                    keys: keys.collect(),
                };
                held.keys = Some((set.keys, now));
            }
            Ok(_) => tracing::warn!(provider = self.settings.id, "a provider shows no keys"),
            Err(refusal) if held.keys.is_none() => return Err(refusal),
            Err(_) => {}
        }
        Ok(found(&held, STALE))
    }
}
