//! One's own sessions: where one is signed in, and the end of it.
//!
//! Invariant: nothing of anybody else's session is shown or ended here.

use super::moment;
use crate::pages::frame::Frame;
use crate::pages::visit::{Desk, Reply, Visit};
use crate::server::Shared;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::identity::OwnSession;
use serde::Deserialize;

struct SessionView {
    id: String,
    browser: String,
    begun: String,
    seen: String,
    methods: String,
    shared: bool,
    current: bool,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    frame: Frame,
    title: String,
    sessions: Vec<SessionView>,
    others: bool,
    /// Whether this server takes passkeys.
    passkeys: bool,
}

fn view(frame: &Frame, session: OwnSession) -> SessionView {
    let methods = session.methods.iter();
    let methods: Vec<String> = methods.map(|m| frame.code("method", m.as_code())).collect();
    SessionView {
        browser: match session.browser.is_empty() {
            true => frame.text("sessions.unknown"),
            false => session.browser,
        },
        begun: frame.fill("sessions.begun", &[("moment", &moment(frame, session.at))]),
        seen: frame.fill("sessions.seen", &[("moment", &moment(frame, session.seen))]),
        methods: frame.fill("sessions.proved", &[("methods", &methods.join(", "))]),
        id: session.id,
        shared: session.shared,
        current: session.current,
    }
}

fn page_of(desk: Desk) -> Result<SessionsPage, AppError> {
    let all = desk.app.own_sessions()?;
    let passkeys = desk.passkeys().is_some();
    let frame = desk.frame;
    let sessions = all.into_iter().map(|session| view(&frame, session));
    let sessions: Vec<SessionView> = sessions.collect();
    Ok(SessionsPage {
        title: frame.text("sessions.title"),
        others: sessions.iter().any(|session| !session.current),
        sessions,
        passkeys,
        frame,
    })
}

/// `GET /sessions`
pub(crate) async fn sessions(visit: Visit) -> Response {
    visit.desk(|desk| Reply::page(&page_of(desk)?)).await
}

#[derive(Deserialize)]
pub(crate) struct EndForm {
    #[serde(default)]
    session: String,
}

/// `POST /sessions/end`
pub(crate) async fn end(
    State(shared): State<Shared>,
    visit: Visit,
    Form(form): Form<EndForm>,
) -> Response {
    let ended = visit
        .desk(move |desk| match desk.app.end_own_session(&form.session) {
            Ok(true) => Ok(Reply::Go("/sign-in".into())),
            Ok(false) => Ok(Reply::Go("/sessions".into())),
            // Two clicks end it once.
            Err(AppError::NotFound(_)) => Err(AppError::Problem("sessions.over".into())),
            Err(error) => Err(error),
        })
        .await;
    let own = ended
        .headers()
        .get("location")
        .is_some_and(|to| to == "/sign-in");
    if own {
        return super::signed_out(&shared, ended);
    }
    ended
}

/// `POST /sessions/end-others`
pub(crate) async fn end_others(visit: Visit) -> Response {
    visit
        .desk(|desk| {
            desk.app.end_other_sessions()?;
            Ok(Reply::Go("/sessions".into()))
        })
        .await
}
