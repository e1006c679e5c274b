//! Signing in and out, the language of a person, the first change of the password.
//!
//! Invariant: an answer never says whether the login or the password was wrong.

use super::door::{self, Why};
use super::frame::{Frame, LANGUAGES};
use super::identity;
use super::identity::provider::{self, ProviderLink};
use super::visit::{Desk, Reply, Visit};
use super::watch_list::path;
use crate::server::Shared;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use lasna_app::{App, AppError, NewPassword, PASSWORD_MIN, SignedIn};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    title: String,
    login: String,
    /// Where one comes afterwards, as it was asked for.
    to: String,
    /// Why one has to sign in.
    why: Option<String>,
    errors: Vec<(String, String)>,
    /// The way to signing in with a passkey, where this server takes any.
    passkey: Option<String>,
    /// The identity providers.
    providers: Vec<ProviderLink>,
    /// After signing out: that the provider may still know one, the way to leave, and its text.
    left: Option<(String, String, String)>,
    demo: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    frame: Frame,
    title: String,
    hint: String,
    /// Whether there is an old one to ask for.
    old: bool,
    /// What is wrong: the field, and the sentence.
    errors: Vec<(String, String)>,
    /// The field that is wrong, if any.
    wrong: &'static str,
}

fn page(visit: &Visit, form: &SignInForm, error: Option<&str>) -> SignInPage {
    let frame = visit.frame(visit.language);
    let people = visit.shared.settings.demo.clone().unwrap_or_default();
    let link = |person: &crate::server::DemoPerson| {
        let role = frame.code("demo_role", &person.role.replace('-', "_"));
        let name = format!("{} · {role}", person.name);
        let query = match form.to.is_empty() {
            true => String::new(),
            false => form_urlencoded::Serializer::new(String::new())
                .append_pair("to", &form.to)
                .finish(),
        };
        (path(&format!("/demo/{}", person.role), &query), name)
    };
    let why = Why::of(&visit.query).map(|why| match why {
        Why::Ended => frame.text("sign_in.ended"),
        Why::Lost => frame.text("sign_in.lost"),
    });
    let why = why.or_else(|| provider::refused(&frame, &visit.query));
    SignInPage {
        title: match error {
            Some(_) => frame.fill(
                "frame.error_in_title",
                &[("title", &frame.text("sign_in.title"))],
            ),
            None => frame.text("sign_in.title"),
        },
        login: form.login.clone(),
        to: form.to.clone(),
        why: why.filter(|_| error.is_none()),
        errors: error
            .map(|key| ("login".to_owned(), frame.text(key)))
            .into_iter()
            .collect(),
        providers: provider::links(visit, &frame, &form.to, ""),
        left: provider::left(visit, &frame),
        demo: people.iter().map(link).collect(),
        passkey: visit.shared.passkeys().map(|_| {
            let to = form_urlencoded::Serializer::new(String::new())
                .append_pair("to", &form.to)
                .finish();
            let to = if form.to.is_empty() { "" } else { &to };
            path("/sign-in/passkey", to)
        }),
        frame,
    }
}

/// `GET /`: to one's day, or to sign in.
pub(crate) async fn start(visit: Visit) -> Response {
    visit.desk(|_| Ok(Reply::Go("/today".into()))).await
}

/// `GET /sign-in`
pub(crate) async fn form(visit: Visit) -> Response {
    visit
        .anybody(|visit| {
            let form = SignInForm {
                to: door::asked(&visit.query),
                ..SignInForm::default()
            };
            Reply::page(&page(&visit, &form, None))
        })
        .await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct SignInForm {
    login: String,
    password: String,
    /// The page that was asked for.
    to: String,
    /// Whether others use the machine too.
    shared: String,
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(shared): State<Shared>,
    visit: Visit,
    Form(form): Form<SignInForm>,
) -> Response {
    let Ok(_place) = shared.sign_in_places.clone().acquire_owned().await else {
        return visit.plain_error(StatusCode::SERVICE_UNAVAILABLE, "busy");
    };
    let Ok(token) = shared.token() else {
        return visit.plain_error(StatusCode::INTERNAL_SERVER_ERROR, "failed");
    };
    let asker = visit.clone();
    let sent = (form.login.clone(), form.password.clone(), token.clone());
    let is_shared = !form.shared.is_empty();
    let settled = visit
        .settle(move |visit| {
            let (login, password, token) = &sent;
            let (store, now) = (
                &visit.shared.settings.store,
                (visit.shared.settings.clock)(),
            );
            let wish = identity::wish_of(visit, token, is_shared);
            match App::sign_in(store, now, (login, password), wish) {
                Ok(came) => Ok(Ok(came)),
                Err(AppError::NoAccount) => {
                    Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, "sign_in.wrong")))
                }
                Err(AppError::TryLater) => Ok(Err((StatusCode::TOO_MANY_REQUESTS, "sign_in.wait"))),
                Err(error) => Err(error),
            }
        })
        .await;
    match settled {
        Ok(Ok(SignedIn::Ready)) => identity::signed_in(&shared, &token, door::way_in(&form.to)),
        Ok(Ok(SignedIn::ChangePassword)) => {
            identity::signed_in(&shared, &token, "/password".to_owned())
        }
        Ok(Ok(SignedIn::SecondFactor)) => identity::code::half_way(&shared, &token, &form.to),
        Ok(Err((status, key))) => super::render_with(status, &page(&asker, &form, Some(key))),
        Err(response) => *response,
    }
}

/// `GET /demo/{role}`: signs in as a person of the demo town; there is no such path elsewhere.
pub(crate) async fn demo(
    State(shared): State<Shared>,
    Path(role): Path<String>,
    visit: Visit,
) -> Response {
    let people = shared.settings.demo.clone().unwrap_or_default();
    let found = people.iter().find(|person| person.role == role);
    let (Some(person), Ok(token)) = (found.cloned(), shared.token()) else {
        return visit.plain_error(StatusCode::NOT_FOUND, "missing");
    };
    let sent = token.clone();
    let to = door::asked(&visit.query);
    let settled = visit
        .settle(move |visit| {
            let settings = &visit.shared.settings;
            let wish = identity::wish_of(visit, &sent, false);
            App::sign_in_to_demo(&settings.store, (settings.clock)(), &person.login, wish)
                // The account of a link may have been ended.
                .or(Err(AppError::NotFound("person")))
        })
        .await;
    match settled {
        Ok(()) => {
            let mut response = identity::signed_in(&shared, &token, door::way_in(&to));
            // The tour of another person is not this one's.
            let over = super::tour::cookie(None);
            response.headers_mut().append(header::SET_COOKIE, over);
            response
        }
        Err(response) => *response,
    }
}

/// `POST /sign-out`
pub(crate) async fn sign_out(State(shared): State<Shared>, visit: Visit) -> Response {
    let token = visit.token.clone().unwrap_or_default();
    let response = visit
        .desk(move |desk| {
            let way = identity::provider::after_sign_out(&desk)?;
            desk.app.sign_out(&token)?;
            Ok(Reply::Go(way))
        })
        .await;
    identity::signed_out(&shared, response)
}

#[derive(Deserialize)]
pub(crate) struct LanguageForm {
    #[serde(default)]
    language: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`: keeps the language of whoever is signed in.
pub(crate) async fn language(visit: Visit, Form(form): Form<LanguageForm>) -> Response {
    visit
        .desk(move |desk| {
            let known = LANGUAGES.iter().find(|(_, code, _)| *code == form.language);
            if let Some((language, ..)) = known {
                desk.app.choose_language(*language)?;
            }
            Ok(Reply::Go(own_path(&form.back)))
        })
        .await
}

/// A path of this server, never an address elsewhere.
pub(crate) fn own_path(text: &str) -> String {
    // A browser passes over control characters: "/\t/host" would lead away.
    let odd = |c: char| c == '\\' || c.is_control();
    let own = text.starts_with('/') && !text.starts_with("//") && !text.contains(odd);
    if own {
        text.to_owned()
    } else {
        "/today".to_owned()
    }
}

fn password_page(desk: Desk, error: Option<&str>) -> Result<PasswordPage, AppError> {
    let old = desk.app.has_password()?;
    let frame = desk.frame;
    let n = PASSWORD_MIN.to_string();
    let title = frame.text("password.title");
    let field = match error {
        Some("password.wrong" | "sign_in.wait") if old => "old",
        Some("password.differ") => "again",
        _ => "password",
    };
    Ok(PasswordPage {
        title: match error {
            Some(_) => frame.fill("frame.error_in_title", &[("title", &title)]),
            None => title,
        },
        hint: frame.fill("password.hint", &[("n", &n)]),
        old,
        wrong: if error.is_some() { field } else { "" },
        errors: error
            .map(|key| (field.to_owned(), frame.text(key)))
            .into_iter()
            .collect(),
        frame,
    })
}

/// `GET /password`
pub(crate) async fn password_form(visit: Visit) -> Response {
    visit
        .desk(|desk| Reply::page(&password_page(desk, None)?))
        .await
}

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    #[serde(default)]
    old: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /password`
pub(crate) async fn change_password(
    State(shared): State<Shared>,
    visit: Visit,
    Form(form): Form<PasswordForm>,
) -> Response {
    let Ok(random) = (shared.settings.random)() else {
        return visit.plain_error(StatusCode::INTERNAL_SERVER_ERROR, "failed");
    };
    let Ok(_place) = shared.sign_in_places.clone().acquire_owned().await else {
        return visit.plain_error(StatusCode::SERVICE_UNAVAILABLE, "busy");
    };
    let session = visit.token.clone().unwrap_or_default();
    visit
        .desk(move |desk| {
            if form.password != form.again {
                return Reply::refused(&password_page(desk, Some("password.differ"))?);
            }
            let mut salt = [0; 16];
            salt.copy_from_slice(&random[..16]);
            let done = desk.app.change_password(&NewPassword {
                old: &form.old,
                password: &form.password,
                salt,
                session: &session,
            });
            match done {
                Ok(()) => Ok(Reply::Go("/today".into())),
                Err(error) => {
                    let (status, key) = identity::told(error)?;
                    Reply::refused_with(status, &password_page(desk, Some(&key))?)
                }
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn a_way_back_never_leads_to_another_host() {
        for path in ["/watch-list", "/pupils/7?known=2027-02-10", "/"] {
            assert_eq!(own_path(path), path);
        }
        for path in [
            "",
            "//host",
            "https://host",
            "/\\host",
            "/\t/host",
            "/a\r\nb",
        ] {
            assert_eq!(own_path(path), "/today", "{path:?}");
        }
    }
}
