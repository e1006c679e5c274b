//! Whether a token of a provider holds: signature, issuer, audience, time, nonce, strength.
//!
//! Invariant: the algorithm is one of a fixed list with public keys, whatever the token says.

use super::{Provider, Refusal};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use lasna_domain::calendar::Instant;
use serde_json::{Map, Value};

/// Seconds by which clocks may differ.
const LEEWAY: i64 = 60;
/// Seconds since a token was made, at most.
const AGE_MOST: i64 = 600;
/// What a token may be signed with: public keys alone.
const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

pub(super) type Claims = Map<String, Value>;

pub(super) const fn seconds(at: Instant) -> i64 {
    at.0.div_euclid(1_000_000)
}

pub(super) fn text<'c>(claims: &'c Claims, name: &str) -> &'c str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn number(claims: &Claims, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    value.as_i64().or_else(|| value.as_f64().map(|n| n as i64))
}

/// The methods of a sign-in, as the token says.
pub(super) fn methods(claims: &Claims) -> Vec<String> {
    let all = claims.get("amr").and_then(Value::as_array);
    let words = all.into_iter().flatten().filter_map(Value::as_str);
    words
        .take(20)
        .map(|word| word.chars().take(40).collect())
        .collect()
}

impl Provider {
    /// The claims of a token whose signature, issuer and audience hold, and which was made lately.
    pub(super) fn claims(&self, token: &str, now: Instant) -> Result<Claims, Refusal> {
        let header = decode_header(token).or(Err(Refusal::Wrong("no token")))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Refusal::Wrong("algorithm"));
        }
        let keys = self.keys(header.kid.as_deref(), now)?;
        let signs = |key: &&Jwk| {
            let public = key.common.public_key_use.as_ref();
            public.is_none_or(|known| *known == PublicKeyUse::Signature)
        };
        let keys: Vec<&Jwk> = keys.iter().filter(signs).collect();
        // Without a name there must be no choice.
        let ([key] | [key, ..]) = keys[..] else {
            return Err(Refusal::Wrong("no key"));
        };
        if keys.len() > 1 && header.kid.is_none() {
            return Err(Refusal::Wrong("key without a name"));
        }
        let mut validation = Validation::new(header.alg);
        validation.algorithms = vec![header.alg];
        validation.required_spec_claims.clear();
        // Times are held against the caller's clock, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_jwk(key).or(Err(Refusal::Wrong("key")))?;
        let read = decode::<Claims>(token, &key, &validation);
        let claims = read.or(Err(Refusal::Wrong("signature")))?.claims;
        self.check_party(&claims)?;
        check_times(&claims, seconds(now))?;
        Ok(claims)
    }

    fn check_party(&self, claims: &Claims) -> Result<(), Refusal> {
        if text(claims, "iss") != self.settings.issuer {
            return Err(Refusal::Wrong("issuer"));
        }
        let own = &self.settings.client_id;
        let is_own = match claims.get("aud") {
            Some(Value::String(one)) => one == own,
            // Others in it are trusted by nobody here.
            Some(Value::Array(all)) => all.len() == 1 && all[0].as_str() == Some(own),
            _ => false,
        };
        if !is_own {
            return Err(Refusal::Wrong("audience"));
        }
        if claims.contains_key("azp") && text(claims, "azp") != own {
            return Err(Refusal::Wrong("party"));
        }
        Ok(())
    }

    /// Whether the sign-in was strong enough, and whether it counts as two factors.
    pub(super) fn strength(&self, claims: &Claims) -> Result<bool, Refusal> {
        let strength = &self.settings.strength;
        let acr = text(claims, "acr").to_owned();
        let amr = methods(claims);
        let enough = strength.accepted.is_empty() || strength.accepted.contains(&acr);
        let by_all = strength.methods.iter().all(|method| amr.contains(method));
        if !enough || !by_all {
            return Err(Refusal::Weak);
        }
        let two = &strength.two_factors_methods;
        Ok(strength.two_factors.contains(&acr) || two.iter().any(|method| amr.contains(method)))
    }
}

fn check_times(claims: &Claims, now: i64) -> Result<(), Refusal> {
    match number(claims, "exp") {
        Some(exp) if exp + LEEWAY > now => {}
        _ => return Err(Refusal::Wrong("expired")),
    }
    match number(claims, "iat") {
        Some(iat) if iat <= now + LEEWAY && now - iat <= AGE_MOST => {}
        _ => return Err(Refusal::Wrong("time")),
    }
    match number(claims, "nbf") {
        Some(nbf) if nbf > now + LEEWAY => Err(Refusal::Wrong("time")),
        _ => Ok(()),
    }
}

/// When the person proved to be who it is, where the token says; never later than now.
pub(super) fn proved(claims: &Claims, now: i64) -> Option<i64> {
    number(claims, "auth_time")
        .filter(|at| *at >= 0)
        .map(|at| at.min(now))
}

/// Whether a proof is of the time after an instant, by the leeway of clocks.
pub(super) fn is_after(proved: Option<i64>, since: Instant) -> bool {
    proved.is_some_and(|at| at + LEEWAY >= seconds(since))
}
