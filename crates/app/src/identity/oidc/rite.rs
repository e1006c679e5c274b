//! Going to a provider and coming back: what the browser keeps meanwhile, and what is derived from it.
//!
//! The browser keeps a seed with a signature of this process. State, nonce and verifier are digests of
//! the seed under a key that never leaves the process; nothing of a sign-in that was begun is in a store.
//!
//! Invariant: an answer is taken only with the state of the same browser, for the same provider, once.

use super::{Provider, Providers, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use lasna_domain::calendar::Instant;
use sha2::{Digest as _, Sha256};

/// How long one may stay at the provider.
pub const RITE_MINUTES: i64 = 10;
/// Bytes of a way on that is kept.
const TO_MOST: usize = 1000;

/// What a sign-in is begun with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begin<'a> {
    /// The page that was asked for.
    pub to: &'a str,
    /// Whether others use the machine too.
    pub shared: bool,
    /// The token of the session that is to be proved anew.
    pub step_of: Option<&'a str>,
    /// The code of an invitation, as it was typed.
    pub invitation: &'a str,
    /// The language of the person, two letters.
    pub language: &'a str,
}

/// Where the browser goes, and what it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The address at the provider.
    pub address: String,
    /// The text of the cookie.
    pub cookie: String,
}

/// What a browser brought back of its going.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rite {
    seed: String,
    pub at: Instant,
    pub shared: bool,
    /// The digest of the session that is to be proved anew; empty where one is to begin.
    pub step: String,
    pub to: String,
    pub invitation: String,
}

impl Providers {
    fn digest(&self, what: &str, text: &str) -> [u8; 32] {
        let mut mac: Hmac<Sha256> = match Hmac::new_from_slice(&self.key) {
            Ok(mac) => mac,
            // A key of any length is taken.
            Err(_) => return [0; 32],
        };
        mac.update(what.as_bytes());
        mac.update(b"\0");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn of_seed(&self, what: &str, provider: &Provider, seed: &str) -> String {
        let text = format!("{}\0{seed}", provider.settings.issuer);
        B64.encode(self.digest(what, &text))
    }

    pub(super) fn state(&self, provider: &Provider, rite: &Rite) -> String {
        self.of_seed("state", provider, &rite.seed)
    }

    pub(super) fn nonce(&self, provider: &Provider, rite: &Rite) -> String {
        self.of_seed("nonce", provider, &rite.seed)
    }

    pub(super) fn verifier(&self, provider: &Provider, rite: &Rite) -> String {
        self.of_seed("verifier", provider, &rite.seed)
    }

    /// What ties a going to the session of a token.
    pub(super) fn step_mark(&self, token: &str) -> String {
        HEXLOWER.encode(&self.digest("session", token)[..16])
    }

    /// Begins a sign-in: where to go, and what to keep.
    ///
    /// # Errors
    /// [`Refusal::Down`]; [`Refusal::Wrong`] where there is no such provider.
    pub fn begin(&self, id: &str, begin: &Begin<'_>, random: &[u8; 32]) -> Result<Begun, Refusal> {
        let provider = self.of(id).ok_or(Refusal::Wrong("no such provider"))?;
        let now = self.now();
        let known = provider.fresh(now)?;
        let rite = Rite {
            seed: HEXLOWER.encode(random),
            at: now,
            shared: begin.shared,
            step: begin
                .step_of
                .map(|token| self.step_mark(token))
                .unwrap_or_default(),
            to: begin
                .to
                .get(..begin.to.len().min(TO_MOST))
                .unwrap_or_default()
                .to_owned(),
            invitation: begin.invitation.to_owned(),
        };
        let verifier = self.verifier(provider, &rite);
        let challenge = B64.encode(Sha256::digest(verifier.as_bytes()));
        let scope = ["openid".to_owned()]
            .into_iter()
            .chain(provider.settings.scopes.clone());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.settings.client_id)
            .append_pair("redirect_uri", &self.back(provider))
            .append_pair("scope", &scope.collect::<Vec<_>>().join(" "))
            .append_pair("state", &self.state(provider, &rite))
            .append_pair("nonce", &self.nonce(provider, &rite))
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if !provider.settings.strength.accepted.is_empty() {
            let wanted = provider.settings.strength.accepted.join(" ");
            query.append_pair("acr_values", &wanted);
        }
        if !begin.language.is_empty() {
            query.append_pair("ui_locales", begin.language);
        }
        if !rite.step.is_empty() {
            query
                .append_pair("prompt", "login")
                .append_pair("max_age", "0");
        }
        let sign = if known.authorization_endpoint.contains('?') {
            '&'
        } else {
            '?'
        };
        Ok(Begun {
            address: format!("{}{sign}{}", known.authorization_endpoint, query.finish()),
            cookie: self.write(provider, &rite),
        })
    }

    fn write(&self, provider: &Provider, rite: &Rite) -> String {
        let text = format!(
            "{}.{}.{}.{}.{}.{}",
            rite.seed,
            rite.at.0,
            u8::from(rite.shared),
            rite.step,
            B64.encode(&rite.to),
            B64.encode(&rite.invitation),
        );
        let sign = self.of_seed("cookie", provider, &text);
        format!("{text}.{sign}")
    }

    /// What a browser brought back, where it is of this process, this provider and these minutes.
    pub(super) fn read(&self, provider: &Provider, cookie: &str, now: Instant) -> Option<Rite> {
        let (text, sign) = cookie.rsplit_once('.')?;
        if !is_same(&self.of_seed("cookie", provider, text), sign) {
            return None;
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [seed, at, shared, step, to, invitation] = parts[..] else {
            return None;
        };
        let plain = |text: &str| String::from_utf8(B64.decode(text).ok()?).ok();
        let at = Instant(at.parse().ok()?);
        let age = now.0 - at.0;
        let lives = (0..RITE_MINUTES * super::super::MINUTE).contains(&age);
        lives.then_some(Rite {
            seed: seed.to_owned(),
            at,
            shared: shared == "1",
            step: step.to_owned(),
            to: plain(to)?,
            invitation: plain(invitation)?,
        })
    }
}

/// Whether two texts are the same; it takes as long wherever they differ.
pub(super) fn is_same(known: &str, said: &str) -> bool {
    let pairs = known.bytes().zip(said.bytes());
    known.len() == said.len() && pairs.fold(0, |odd, (a, b)| odd | (a ^ b)) == 0
}
