//! Signing in by an identity provider: going there, coming back, stepping up, leaving.
//!
//! One goes by a link: a form may lead nowhere else. Where coming back fails, the page for signing in
//! says so, and its address holds nothing of the answer.
//!
//! Invariant: nothing tells whether somebody has an account here.

use super::{brief_cookie, name_of, signed_in, wish_of};
use crate::pages::day::said;
use crate::pages::door;
use crate::pages::frame::{Frame, LANGUAGES};
use crate::pages::visit::{Desk, Reply, Visit, cookie};
use crate::pages::watch_list::path;
use crate::server::Shared;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use lasna_app::identity::oidc::{Begin, FinishedWay, Provider, RITE_MINUTES, Refusal};
use lasna_app::{App, AppError};
use lasna_domain::model::Language;
use serde::Deserialize;

/// The cookie of whoever is at a provider.
const GOING: &str = "lasna_going";
/// Why coming back failed, as an address says it.
const CODES: [&str; 6] = ["unknown", "weak", "refused", "down", "cancelled", "wait"];

/// What a browser keeps for a provider: while one is there, and the code of an invitation.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    going: Option<String>,
    invitation: Option<String>,
}

impl Kept {
    pub fn of(parts: &Parts, secure: bool) -> Kept {
        Kept {
            going: cookie(parts, &name_of(GOING, secure)),
            invitation: cookie(parts, &super::invitation::name(secure)),
        }
    }
}

fn going(text: Option<&str>, secure: bool) -> HeaderValue {
    brief_cookie(&name_of(GOING, secure), text, RITE_MINUTES, secure)
}

/// A provider on the page for signing in.
pub(crate) struct ProviderLink {
    pub text: String,
    pub way: String,
    /// The same on a machine that others use too.
    pub shared: String,
    /// What is said where it does not answer now.
    pub down: Option<String>,
}

/// What a provider is called in a language.
pub(crate) fn name(provider: &Provider, frame: &Frame) -> String {
    let at = match frame.chosen {
        Language::Fi => 0,
        Language::Sv => 1,
        Language::En => 2,
    };
    provider.settings.names[at].clone()
}

fn with_query(at: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(key, value);
    }
    path(at, &query.finish())
}

/// The providers that one may sign in by; `more` is said to each.
pub(crate) fn links(visit: &Visit, frame: &Frame, to: &str, invited: &str) -> Vec<ProviderLink> {
    let Some(providers) = visit.shared.providers() else {
        return Vec::new();
    };
    let link = |one: &Provider| {
        let id = &one.settings.id;
        let name = name(one, frame);
        let at = format!("/sign-in/with/{id}");
        let values = [("provider", &*name)];
        ProviderLink {
            text: frame.fill("provider.sign_in", &values),
            way: with_query(&at, &[("to", to), ("invited", invited)]),
            shared: with_query(&at, &[("to", to), ("invited", invited), ("shared", "1")]),
            down: providers
                .is_down(id)
                .then(|| frame.fill("provider.down", &values)),
        }
    };
    providers.all().iter().map(link).collect()
}

/// Why signing in by a provider has failed, as the address of the page says it.
pub(crate) fn refused(frame: &Frame, query: &str) -> Option<String> {
    let code = said(query, "refused").pop()?;
    let known = CODES.into_iter().find(|known| *known == code)?;
    Some(frame.code("provider_refused", known))
}

/// What is said after signing out: the provider may still know whoever it was. With the way to leave.
pub(crate) fn left(visit: &Visit, frame: &Frame) -> Option<(String, String, String)> {
    let id = said(&visit.query, "out").pop()?;
    let providers = visit.shared.providers()?;
    let provider = providers.of(&id)?;
    let name = name(provider, frame);
    let values = [("provider", &*name)];
    Some((
        frame.fill("provider.left", &values),
        format!("/sign-in/with/{id}/leave"),
        frame.fill("provider.leave", &values),
    ))
}

/// Where one goes who was refused.
fn back_to_sign_in(refusal: &Refusal, to: &str) -> String {
    with_query("/sign-in", &[("refused", refusal.as_code()), ("to", to)])
}

fn language(visit: &Visit) -> &'static str {
    let known = LANGUAGES
        .iter()
        .find(|(language, ..)| *language == visit.language);
    known.map_or("", |(_, code, _)| code)
}

/// Whether another site sent the browser here: a session begins and ends by a person's own press.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

/// `GET /sign-in/with/{provider}`: to the provider.
pub(crate) async fn begin(Path(id): Path<String>, headers: HeaderMap, visit: Visit) -> Response {
    if is_from_elsewhere(&headers) {
        return Reply::Go("/sign-in".into()).into_response();
    }
    let secure = visit.shared.settings.secure;
    let mut response = visit
        .anybody(move |visit| {
            let to = door::asked(&visit.query);
            let Some(providers) = visit.shared.providers() else {
                return Ok(Reply::Go("/sign-in".into()));
            };
            // An invitation counts where one comes from its page, and for nobody after.
            let invited = said(&visit.query, "invited").pop().is_some();
            let code = visit
                .kept
                .invitation
                .clone()
                .filter(|_| invited)
                .unwrap_or_default();
            let begin = Begin {
                to: &to,
                shared: said(&visit.query, "shared").pop().is_some(),
                step_of: None,
                invitation: &code,
                language: language(&visit),
            };
            let random = (visit.shared.settings.random)().map_err(AppError::Problem)?;
            Ok(match providers.begin(&id, &begin, &random) {
                Ok(begun) => Reply::GoWith(begun.address, going(Some(&begun.cookie), secure)),
                Err(refusal) => Reply::Go(back_to_sign_in(&refusal, &to)),
            })
        })
        .await;
    let over = super::invitation::cookie(None, secure);
    response.headers_mut().append(header::SET_COOKIE, over);
    response
}

/// `GET /sign-in/with/{provider}/back`: from the provider.
pub(crate) async fn back(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    visit: Visit,
) -> Response {
    let settled = visit
        .settle(move |visit| {
            let shared = &visit.shared;
            let token = shared.token().map_err(AppError::Problem)?;
            let Some(providers) = shared.providers() else {
                return Ok(Err("/sign-in".to_owned()));
            };
            let (store, now) = (&shared.settings.store, (shared.settings.clock)());
            let kept = visit.kept.going.clone().unwrap_or_default();
            let wish = wish_of(visit, &token, false);
            let answer = (id.as_str(), kept.as_str(), visit.query.as_str());
            let old = visit.token.as_deref();
            match App::finish_provider(store, now, &providers, answer, (&wish, old)) {
                Ok(done) => {
                    let to = door::way_in(&done.to);
                    let way = match done.way {
                        FinishedWay::Ready => to,
                        FinishedWay::Prove => with_query("/step-up", &[("to", &to)]),
                    };
                    Ok(Ok((token, way)))
                }
                Err(refusal @ Refusal::App(_)) => {
                    tracing::error!(%refusal, "a sign-in by a provider failed");
                    Err(AppError::Problem("provider failed".into()))
                }
                Err(refusal) => Ok(Err(back_to_sign_in(&refusal, ""))),
            }
        })
        .await;
    let mut response = match settled {
        Ok(Ok((token, way))) => signed_in(&shared, &token, way),
        Ok(Err(way)) => Reply::Go(way).into_response(),
        Err(response) => *response,
    };
    let over = going(None, shared.settings.secure);
    response.headers_mut().append(header::SET_COOKIE, over);
    response
}

/// `GET /step-up/with/{provider}`: to the provider, to prove anew who one is.
pub(crate) async fn step_up(Path(id): Path<String>, visit: Visit) -> Response {
    let to = door::asked(&visit.query);
    let (token, language) = (visit.token.clone().unwrap_or_default(), language(&visit));
    visit
        .desk(move |desk| {
            let down = || with_query("/step-up", &[("to", &to), ("refused", "down")]);
            let Some(providers) = desk.shared().providers() else {
                return Ok(Reply::Go("/step-up".into()));
            };
            let begin = Begin {
                to: &to,
                step_of: Some(&token),
                language,
                ..Begin::default()
            };
            let settings = &desk.shared().settings;
            let random = (settings.random)().map_err(AppError::Problem)?;
            Ok(match providers.begin(&id, &begin, &random) {
                Ok(begun) => {
                    Reply::GoWith(begun.address, going(Some(&begun.cookie), settings.secure))
                }
                Err(_) => Reply::Go(down()),
            })
        })
        .await
}

/// The way to prove anew at the provider of the session, and what it is called.
pub(crate) fn step_way(desk: &Desk, to: &str) -> Result<Option<(String, String)>, AppError> {
    let (Some(providers), Some(issuer)) = (desk.shared().providers(), desk.app.session_issuer()?)
    else {
        return Ok(None);
    };
    Ok(providers.of_issuer(&issuer).map(|provider| {
        let name = name(provider, &desk.frame);
        let way = format!("/step-up/with/{}", provider.settings.id);
        let text = desk.frame.fill("provider.step_up", &[("provider", &name)]);
        (with_query(&way, &[("to", to)]), text)
    }))
}

/// Where signing out leads: to what says that the provider may still know one.
pub(crate) fn after_sign_out(desk: &Desk) -> Result<String, AppError> {
    let issuer = desk.app.session_issuer()?.unwrap_or_default();
    let providers = desk.shared().providers();
    let known = providers.as_ref().and_then(|all| all.of_issuer(&issuer));
    let id = known.map_or("", |provider| &provider.settings.id);
    Ok(with_query("/sign-in", &[("out", id)]))
}

/// `GET /sign-in/with/{provider}/leave`: to the page of the provider for signing out there.
pub(crate) async fn leave(Path(id): Path<String>, headers: HeaderMap, visit: Visit) -> Response {
    if is_from_elsewhere(&headers) {
        return Reply::Go("/sign-in".into()).into_response();
    }
    visit
        .anybody(move |visit| {
            let providers = visit.shared.providers();
            let way = providers.and_then(|providers| providers.end_session(&id));
            Ok(Reply::Go(way.unwrap_or_else(|| "/sign-in".into())))
        })
        .await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct SignOutForm {
    logout_token: String,
}

/// `POST /sign-in/with/{provider}/sign-out`: the provider says that a session is over.
pub(crate) async fn sign_out(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Form(form): Form<SignOutForm>,
) -> Response {
    let done = tokio::task::spawn_blocking(move || {
        let settings = &shared.settings;
        let Some(providers) = shared.providers() else {
            return StatusCode::BAD_REQUEST;
        };
        let word = (id.as_str(), form.logout_token.as_str());
        let now = (settings.clock)();
        match App::signed_out_by_provider(&settings.store, now, &providers, word) {
            Ok(_) => StatusCode::OK,
            Err(Refusal::App(error)) => {
                tracing::error!(%error, "a sign-out by a provider failed");
                StatusCode::SERVICE_UNAVAILABLE
            }
            Err(refusal) => {
                tracing::info!(why = %refusal, "a sign-out by a provider was refused");
                StatusCode::BAD_REQUEST
            }
        }
    });
    let status = done.await.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    status.into_response()
}
