//! Signing out at the provider too, and being signed out by it.
//!
//! Invariant: a word of a provider ends sessions that began with it, and none else.

use super::links::mark_of;
use super::token::text;
use super::{Providers, Refusal};
use crate::{App, AppError};
use lasna_domain::calendar::Instant;
use lasna_store::{ProviderSaid, Store, sid_digest, use_answer};
use serde_json::Value;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

impl Providers {
    /// Where one signs out at a provider, and comes back from; none where it has no such page.
    pub fn end_session(&self, id: &str) -> Option<String> {
        let provider = self.of(id)?;
        let known = provider.known(self.now()).ok()?;
        let address = known.end_session_endpoint?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("client_id", &provider.settings.client_id)
            .append_pair(
                "post_logout_redirect_uri",
                &format!("{}/sign-in", self.origin),
            );
        let sign = if address.contains('?') { '&' } else { '?' };
        Some(format!("{address}{sign}{}", query.finish()))
    }
}

impl App {
    /// The issuer that the session began with, where it did.
    ///
    /// # Errors
    /// The store's.
    pub fn session_issuer(&self) -> Result<Option<String>, AppError> {
        let Some(session) = &self.session else {
            return Ok(None);
        };
        let said = self.store.ask(|read| ProviderSaid::of(read, session))?;
        Ok(said.map(|said| said.issuer))
    }

    /// Ends the sessions that a provider says are over. Gives how many.
    ///
    /// # Errors
    /// [`Refusal::Wrong`] where the word does not hold.
    pub fn signed_out_by_provider(
        store: &Store,
        now: Instant,
        providers: &Providers,
        (id, token): (&str, &str),
    ) -> Result<usize, Refusal> {
        let provider = providers.of(id).ok_or(Refusal::Wrong("no such provider"))?;
        let claims = provider.claims(token, providers.now())?;
        let events = claims.get("events").and_then(Value::as_object);
        if !events.is_some_and(|events| events.contains_key(EVENT)) {
            return Err(Refusal::Wrong("event"));
        }
        // A token of a sign-in is no word of a sign-out.
        if claims.contains_key("nonce") {
            return Err(Refusal::Wrong("nonce"));
        }
        let (sid, sub, jti) = (
            text(&claims, "sid"),
            text(&claims, "sub"),
            text(&claims, "jti"),
        );
        let issuer = &provider.settings.issuer;
        let by_sub = provider.settings.subject_claim == "sub" && !sub.is_empty();
        if jti.is_empty() || (sid.is_empty() && !by_sub) {
            return Err(Refusal::Wrong("subject"));
        }
        let mark = match sid.is_empty() {
            true => mark_of(store, now, (issuer, sub), false)?,
            false => Vec::new(),
        };
        let target = format!("provider-sign-out:{}", provider.settings.id);
        store.change_as_nobody(now, &target, |tx| {
            if !use_answer(tx, &format!("{issuer}\0{jti}"), now)? {
                return Err(Refusal::Wrong("used"));
            }
            let which = (issuer.as_str(), &*sid_digest(sid), &*mark);
            Ok(ProviderSaid::end_sessions(tx, which, now)?)
        })
    }
}
