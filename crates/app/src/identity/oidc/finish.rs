//! Coming back from a provider: the answer is held against what was asked, and a session begins.
//!
//! Invariant: every answer is used up before the provider is asked about it, and every refusal is in
//! the audit.

use super::links::mark_of;
use super::rite::{Rite, is_same};
use super::token::{Claims, is_after, methods, proved, seconds, text};
use super::{Ask, Preset, Provider, Providers, Refusal, mpassid};
use crate::identity::sessions::new_session;
use crate::identity::tries::Try;
use crate::identity::{Method, SESSION_HOURS, Wish, after};
use crate::{App, AppError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lasna_domain::access::{Action, UserRole};
use lasna_domain::calendar::Instant;
use lasna_store::{Account, NewSession, ProviderSaid, Store, sid_digest, use_answer};
use serde_json::Value;

/// What coming back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishedWay {
    /// A session runs.
    Ready,
    /// A session runs, and a second factor of the account is asked before anything else.
    Prove,
}

/// A sign-in that has succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Finished {
    pub way: FinishedWay,
    /// The page that was asked for.
    pub to: String,
}

/// An answer that holds: whom the provider knows, and what it said.
struct Answered {
    mark: Vec<u8>,
    said: ProviderSaid,
    two_factors: bool,
    /// When the person proved to be who it is, in seconds there.
    proved: Option<i64>,
    claims: Claims,
}

/// A field of an answer: said once or not at all.
fn field(query: &str, name: &str) -> Result<Option<String>, Refusal> {
    let all = form_urlencoded::parse(query.as_bytes());
    let mut said = all.filter(|(key, _)| key == name).map(|(_, value)| value);
    let first = said.next().map(|value| value.into_owned());
    match said.next() {
        Some(_) => Err(Refusal::Wrong("said twice")),
        None => Ok(first),
    }
}

impl Provider {
    /// Exchanges a code for the claims of the person.
    fn exchange(
        &self,
        back: &str,
        code: &str,
        verifier: &str,
        now: Instant,
    ) -> Result<(Claims, String), Refusal> {
        let known = self.known(now)?;
        let settings = &self.settings;
        let mut form: Vec<(String, String)> = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let mut authorization = None;
        if settings.secret_in_body {
            form.push(("client_id".into(), settings.client_id.clone()));
            form.push(("client_secret".into(), self.secret.clone()));
        } else {
            let part =
                |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", part(&settings.client_id), part(&self.secret));
            authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
        }
        let ask = Ask {
            url: known.token_endpoint,
            form: Some(form),
            authorization,
        };
        let (status, body) = self.ask(&ask, now)?;
        let word = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if status != 200 || !word("token_type").eq_ignore_ascii_case("bearer") {
            return Err(Refusal::Wrong("code"));
        }
        let claims = self.claims(word("id_token"), now)?;
        Ok((claims, word("access_token").to_owned()))
    }

    /// Adds what the provider says apart from the token, where more is needed.
    fn with_person(&self, claims: &mut Claims, access: &str, now: Instant) -> Result<(), Refusal> {
        let is_whole = claims.contains_key(&self.settings.subject_claim);
        let Some(url) = self.known(now)?.userinfo_endpoint else {
            return Ok(());
        };
        if is_whole && self.settings.preset != Preset::Mpassid {
            return Ok(());
        }
        let ask = Ask {
            url,
            authorization: Some(format!("Bearer {access}")),
            ..Ask::default()
        };
        let (status, body) = self.ask(&ask, now)?;
        let Some(person) = body.as_object().filter(|_| status == 200) else {
            return Err(Refusal::Wrong("person"));
        };
        // Of another person than the token: a token was put in another's place.
        if text(person, "sub").is_empty() || text(person, "sub") != text(claims, "sub") {
            return Err(Refusal::Wrong("another person"));
        }
        for (name, value) in person {
            claims.entry(name).or_insert_with(|| value.clone());
        }
        Ok(())
    }

    /// Whom the provider knows.
    fn subject(&self, claims: &Claims) -> Result<String, Refusal> {
        let subject = text(claims, &self.settings.subject_claim).trim();
        let learner = self.settings.subject_claim == super::presets::LEARNER_NUMBER;
        if subject.is_empty() || text(claims, "sub").is_empty() || subject.len() > 255 {
            return Err(Refusal::Wrong("subject"));
        }
        if learner && !mpassid::is_learner_number(subject, self.settings.test_learners) {
            return Err(Refusal::Wrong("learner number"));
        }
        Ok(subject.to_owned())
    }

    /// Whether it opens accounts of a role for a person with these claims.
    fn opens(&self, role: &str, claims: &Claims) -> bool {
        let Some(role) = UserRole::from_code(role) else {
            return false;
        };
        let settings = &self.settings;
        let known = settings.roles.is_empty() || settings.roles.contains(&role);
        known
            && (settings.preset != Preset::Mpassid || {
                let person = mpassid::read_person(claims);
                person.may_open(role, settings.education_provider.as_deref())
            })
    }
}

impl App {
    /// Takes the answer of a provider: begins a session, or proves the one that asked anew.
    ///
    /// # Errors
    /// Why not; it is in the audit.
    pub fn finish_provider(
        store: &Store,
        now: Instant,
        providers: &Providers,
        (id, cookie, query): (&str, &str, &str),
        (wish, old): (&Wish<'_>, Option<&str>),
    ) -> Result<Finished, Refusal> {
        let done = Self::try_finish(store, now, providers, (id, cookie, query), (wish, old));
        if let Err(refusal) = &done {
            let known = providers.of(id).map_or("-", |one| &one.settings.id);
            tracing::info!(provider = known, why = %refusal, "a sign-in by a provider was refused");
            let target = format!("provider-refused:{known}:{}", refusal.as_code());
            store.change_as_nobody(now, &target, |_| Ok::<_, AppError>(()))?;
        }
        done
    }

    fn try_finish(
        store: &Store,
        now: Instant,
        providers: &Providers,
        (id, cookie, query): (&str, &str, &str),
        (wish, old): (&Wish<'_>, Option<&str>),
    ) -> Result<Finished, Refusal> {
        let provider = providers.of(id).ok_or(Refusal::Wrong("no such provider"))?;
        let there = providers.now();
        let rite = providers.read(provider, cookie, there);
        let rite = rite.ok_or(Refusal::Wrong("state"))?;
        let state = providers.state(provider, &rite);
        if !field(query, "state")?.is_some_and(|said| is_same(&state, &said)) {
            return Err(Refusal::Wrong("state"));
        }
        let known = provider.known(there)?;
        match field(query, "iss")? {
            Some(said) if said != provider.settings.issuer => return Err(Refusal::Wrong("mix-up")),
            None if known.authorization_response_iss_parameter_supported => {
                return Err(Refusal::Wrong("mix-up"));
            }
            _ => {}
        }
        let tried = Try::count(store, now, ("provider", &state), wish.address)?;
        if !store.note(|tx| use_answer(tx, &state, now))? {
            return Err(Refusal::Wrong("used"));
        }
        if let Some(error) = field(query, "error")? {
            return Err(match &*error {
                "access_denied" => Refusal::Cancelled,
                "unmet_authentication_requirements" => Refusal::Weak,
                "temporarily_unavailable" | "server_error" => Refusal::Down,
                _ => Refusal::Wrong("error"),
            });
        }
        let done = Self::take(store, now, providers, (provider, &rite), query, (wish, old));
        // Whom the provider let in guesses nothing.
        let is_guess = !matches!(
            done,
            Ok(_) | Err(Refusal::Unknown | Refusal::Weak | Refusal::Down)
        );
        if !is_guess {
            tried.succeeded(store)?;
        }
        done
    }

    /// Takes an answer that is of this browser, for the first time.
    fn take(
        store: &Store,
        now: Instant,
        providers: &Providers,
        (provider, rite): (&Provider, &Rite),
        query: &str,
        (wish, old): (&Wish<'_>, Option<&str>),
    ) -> Result<Finished, Refusal> {
        let there = providers.now();
        let code = field(query, "code")?.ok_or(Refusal::Wrong("no code"))?;
        let answered = Self::answered(store, providers, (provider, rite), &code, now)?;
        match rite.step.is_empty() {
            true => Self::enter(store, now, (provider, rite), &answered, (wish, there)),
            false => Self::prove_anew(store, now, providers, rite, &answered, (wish, old)),
        }
    }

    /// Asks the provider who it is, and holds the answer against what was asked.
    fn answered(
        store: &Store,
        providers: &Providers,
        (provider, rite): (&Provider, &Rite),
        code: &str,
        now: Instant,
    ) -> Result<Answered, Refusal> {
        let there = providers.now();
        let (back, verifier) = (providers.back(provider), providers.verifier(provider, rite));
        let (mut claims, access) = provider.exchange(&back, code, &verifier, there)?;
        if !is_same(&providers.nonce(provider, rite), text(&claims, "nonce")) {
            return Err(Refusal::Wrong("nonce"));
        }
        let two_factors = provider.strength(&claims)?;
        let proved = proved(&claims, seconds(there));
        if !rite.step.is_empty() && !is_after(proved, rite.at) {
            return Err(Refusal::Wrong("old proof"));
        }
        let said = ProviderSaid {
            issuer: provider.settings.issuer.clone(),
            mark: Vec::new(),
            sid: sid_digest(text(&claims, "sid")),
            acr: text(&claims, "acr").chars().take(200).collect(),
            amr: methods(&claims).join(" "),
        };
        provider.with_person(&mut claims, &access, there)?;
        let subject = provider.subject(&claims)?;
        let issuer = &provider.settings.issuer;
        let making = !rite.invitation.is_empty();
        let mark = mark_of(store, now, (issuer, &subject), making)?;
        let said = ProviderSaid {
            mark: mark.clone(),
            ..said
        };
        Ok(Answered {
            mark,
            said,
            two_factors,
            proved,
            claims,
        })
    }

    fn enter(
        store: &Store,
        now: Instant,
        (provider, rite): (&Provider, &Rite),
        answered: &Answered,
        (wish, there): (&Wish<'_>, Instant),
    ) -> Result<Finished, Refusal> {
        let found = store.ask(|read| Account::by_mark(read, &answered.mark))?;
        let account = match (found, rite.invitation.is_empty()) {
            (Some(account), true) => account,
            (None, true) => return Err(Refusal::Unknown),
            // Who is linked already needs no invitation; it is not used up.
            (Some(_), false) => return Err(Refusal::Wrong("linked already")),
            (None, false) => {
                let whose = Self::invited(store, now, &rite.invitation)?;
                if !provider.opens(&whose.role, &answered.claims) {
                    return Err(Refusal::Unknown);
                }
                let of = (&*provider.settings.issuer, &*answered.mark);
                Self::link_by_invitation(store, now, (&whose, &rite.invitation), of)?;
                whose
            }
        };
        // What is not said of somebody whom the provider may not open is who that is.
        if !provider.opens(&account.role, &answered.claims) {
            return Err(Refusal::Unknown);
        }
        let wish = Wish {
            shared: rite.shared,
            ..*wish
        };
        let auth_at = auth_at(now, answered.proved, seconds(there));
        let codes = words(answered.two_factors);
        let new = NewSession {
            auth_at,
            ..new_session(now, &wish, codes)
        };
        let app = App::of_account(store.clone(), now, &account)?;
        let scope = app.scope(Action::SignIn, app.reach())?;
        let target = format!("sign-in:{}", account.no);
        store.change(&scope, now, &target, |tx| {
            account.sign_in(tx, &new)?;
            answered.said.insert(tx, wish.token)
        })?;
        let owes = !answered.two_factors && App::factors_of(store, &account)?.is_any();
        Ok(Finished {
            way: if owes {
                FinishedWay::Prove
            } else {
                FinishedWay::Ready
            },
            to: rite.to.clone(),
        })
    }

    fn prove_anew(
        store: &Store,
        now: Instant,
        providers: &Providers,
        rite: &Rite,
        answered: &Answered,
        (wish, old): (&Wish<'_>, Option<&str>),
    ) -> Result<Finished, Refusal> {
        let old = old.filter(|old| is_same(&rite.step, &providers.step_mark(old)));
        let old = old.ok_or(Refusal::Wrong("another session"))?;
        let app = App::with_session(store.clone(), now, old)?;
        let session = app.session.clone().ok_or(AppError::NoAccount)?;
        let before = store.ask(|read| ProviderSaid::of(read, &session))?;
        if before.is_none_or(|before| before.mark != answered.mark) {
            return Err(Refusal::Wrong("another person"));
        }
        let auth_at = auth_at(now, answered.proved, seconds(providers.now()));
        let codes = words(answered.two_factors);
        app.of_me("step-up", |tx, _, _| {
            let methods = Method::of_codes(codes);
            app.renew_with(tx, wish.token, (&methods, auth_at), Some(&answered.said))
        })?;
        Ok(Finished {
            way: FinishedWay::Ready,
            to: rite.to.clone(),
        })
    }
}

const fn words(two_factors: bool) -> &'static str {
    if two_factors {
        "oidc oidc_strong"
    } else {
        "oidc"
    }
}

/// When the proof was, by the clock here; where it is not said it was long ago.
fn auth_at(now: Instant, proved: Option<i64>, there: i64) -> Instant {
    match proved {
        Some(at) => Instant(now.0 - (there - at).max(0) * 1_000_000),
        None => after(now, -SESSION_HOURS * 60),
    }
}
