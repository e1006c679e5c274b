//! The code of an invitation: typed here, it links an account to whoever signs in at a provider next.
//!
//! Invariant: the code goes into a cookie of some minutes and into no address.

use super::provider::{ProviderLink, links};
use super::{brief_cookie, name_of, told};
use crate::pages::frame::Frame;
use crate::pages::visit::{Reply, Visit};
use askama::Template;
use axum::Form;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use lasna_app::App;
use lasna_app::identity::oidc::RITE_MINUTES;
use serde::Deserialize;

const INVITATION: &str = "lasna_invitation";

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    frame: Frame,
    title: String,
    /// The providers, once the code was right.
    providers: Vec<ProviderLink>,
    right: bool,
    errors: Vec<(String, String)>,
}

/// What the cookie is called.
pub(crate) fn name(secure: bool) -> String {
    name_of(INVITATION, secure)
}

/// The cookie of a code, or its end.
pub(crate) fn cookie(code: Option<&str>, secure: bool) -> HeaderValue {
    brief_cookie(&name(secure), code, RITE_MINUTES, secure)
}

fn page(visit: &Visit, right: bool, error: Option<&str>) -> InvitationPage {
    let frame = visit.frame(visit.language);
    let title = frame.text("invitation.title");
    InvitationPage {
        title: match error {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title,
        },
        providers: match right {
            true => links(visit, &frame, "", "1"),
            false => Vec::new(),
        },
        right,
        errors: error
            .map(|key| ("code".to_owned(), frame.text(key)))
            .into_iter()
            .collect(),
        frame,
    }
}

/// `GET /invitation`
pub(crate) async fn form(visit: Visit) -> Response {
    visit
        .anybody(|visit| Reply::page(&page(&visit, false, None)))
        .await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct InvitationForm {
    code: String,
}

/// `POST /invitation`: with the right code the providers are shown.
pub(crate) async fn send(visit: Visit, Form(form): Form<InvitationForm>) -> Response {
    let secure = visit.shared.settings.secure;
    let code = App::invitation_code(&form.code);
    let kept = code.clone();
    let mut response = visit
        .anybody(move |visit| {
            let settings = &visit.shared.settings;
            let (store, now) = (&settings.store, (settings.clock)());
            match App::check_invitation(store, now, &code, visit.address.as_deref()) {
                Ok(()) => Reply::page(&page(&visit, true, None)),
                Err(error) => {
                    let (status, key) = told(error)?;
                    Reply::refused_with(status, &page(&visit, false, Some(&key)))
                }
            }
        })
        .await;
    let right = response.status().is_success().then_some(&*kept);
    let cookie = cookie(right, secure);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
