//! Which handler answers at which path: pages, by what they are about.
//!
//! Invariant: each path here is a row of `routes.rs`; the tests ask both.

use crate::pages;
use crate::server::Shared;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tower_http::csrf::CsrfLayer;

/// Pages for people: forms post and the answer sends on.
pub(crate) fn page_routes() -> Router<Shared> {
    use pages::{act, pupil, register, sign_in, today, tour, watch_list};
    let register_path = get(register::sheet).post(register::save);
    Router::new()
        .route("/", get(sign_in::start))
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/demo/{role}", get(sign_in::demo))
        .route("/demo/tour/{step}", get(tour::go))
        .route("/language", post(sign_in::language))
        .route(
            "/password",
            get(sign_in::password_form).post(sign_in::change_password),
        )
        .route("/today", get(today::today))
        .route("/marking-debt", get(today::marking_debt))
        .route(
            "/watch-list",
            get(watch_list::watch_list).post(watch_list::save),
        )
        .route("/watch-list/filters/{no}/remove", post(watch_list::remove))
        .route("/watch-list.csv", get(watch_list::export))
        .route("/pupils/{pupil}", get(pupil::pupil))
        .route(
            "/pupils/{pupil}/contact",
            get(act::contact_form).post(act::contact),
        )
        .route(
            "/pupils/{pupil}/no-concern",
            get(act::no_concern_form).post(act::no_concern),
        )
        .route("/pupils/{pupil}/acknowledge", post(act::acknowledge))
        .route("/pupils/{pupil}/raise", post(act::raise))
        .route("/pupils/{pupil}/done", post(act::done))
        .route("/pupils/{pupil}/withdraw", post(act::withdraw))
        .route("/registers/{group}/{day}/{start}", register_path)
        .route(
            "/registers/{group}/{day}/{start}/undo",
            post(register::undo),
        )
        .merge(provider_routes())
        .merge(home_routes())
        .merge(rights_routes())
        .merge(identity_routes())
        .route("/assets/{build}/{name}", get(pages::assets::asset))
        .layer(CsrfLayer::new())
}

/// Sessions, second factors, passkeys, stepping up, the first administrator.
fn identity_routes() -> Router<Shared> {
    use pages::identity::{
        code, factor, first, invitation, notices, passkeys, provider, sessions, step_up,
    };
    let passkey_path = get(code::passkey_form).post(code::passkey);
    Router::new()
        .route("/sign-in/code", get(code::form).post(code::send))
        .route("/sign-in/passkey", passkey_path)
        .route("/sign-in/with/{provider}", get(provider::begin))
        .route("/sign-in/with/{provider}/back", get(provider::back))
        .route("/sign-in/with/{provider}/leave", get(provider::leave))
        .route(
            "/sign-in/with/{provider}/sign-out",
            post(provider::sign_out),
        )
        .route("/step-up/with/{provider}", get(provider::step_up))
        .route("/invitation", get(invitation::form).post(invitation::send))
        .route("/first", get(first::form).post(first::send))
        .route("/sessions", get(sessions::sessions))
        .route("/sessions/end", post(sessions::end))
        .route("/sessions/end-others", post(sessions::end_others))
        .route("/second-factor", get(factor::overview))
        .route("/second-factor/begin", post(factor::begin))
        .route("/second-factor/new", get(factor::new).post(factor::confirm))
        .route("/second-factor/codes", post(factor::codes))
        .route("/second-factor/remove", post(factor::remove))
        .route("/passkeys", get(passkeys::list))
        .route("/passkeys/new", get(passkeys::new).post(passkeys::add))
        .route("/passkeys/remove", post(passkeys::remove))
        .route("/step-up", get(step_up::form).post(step_up::send))
        .route("/notices/read", post(notices::read))
}

/// Imports, and what codes mean.
pub(crate) fn import_routes() -> Router<Shared> {
    use pages::imports::{codes, receive, staged, undo};
    Router::new()
        .route("/imports/folder", post(receive::folder))
        .route("/imports/uploads/{upload}", get(staged::show))
        .route("/imports/uploads/{upload}/read", post(staged::read))
        .route("/imports/uploads/{upload}/write", post(staged::write))
        .route("/imports/uploads/{upload}/discard", post(staged::discard))
        .route(
            "/imports/uploads/{upload}/refused/{file}",
            get(staged::refused),
        )
        .route("/imports/undo/{no}", get(undo::ask).post(undo::undo))
        .route("/codes", get(codes::show).post(codes::save))
        .layer(CsrfLayer::new())
}

/// Files that come in: they take longer and are larger than anything else; the handler counts them.
pub(crate) fn upload_routes() -> Router<Shared> {
    use pages::imports::{overview, receive};
    Router::new()
        .route("/imports", get(overview::show).post(receive::upload))
        .layer(DefaultBodyLimit::disable())
        .layer(CsrfLayer::new())
}

/// Pages of pupils and guardians.
fn home_routes() -> Router<Shared> {
    use pages::home;
    Router::new()
        .route("/home", get(home::home))
        .route("/home/{pupil}/log", get(home::log::log))
}

/// Rights for a time, broken glass, the review of access.
fn rights_routes() -> Router<Shared> {
    use pages::rights::{self, acts, glass, grants, review, standing};
    Router::new()
        .route("/rights", get(rights::show))
        .route("/own-acts", get(acts::show))
        .route("/glass", get(glass::form).post(glass::send))
        .route("/glass/pupils/{pupil}", get(glass::look))
        .route("/glass/give-up/{no}", post(glass::give_up))
        .route("/glass/review", get(review::show))
        .route("/glass/review/{no}", post(review::send))
        .route("/grants", get(grants::show).post(grants::give))
        .route("/grants/{no}", post(grants::step))
        .route("/protected/{pupil}", get(grants::facts))
        .route("/access-review", get(standing::show))
        .route("/access-review/{no}", post(standing::send))
}

/// Measures, substitutes, the ladder and help.
fn provider_routes() -> Router<Shared> {
    use pages::{help, ladder, measures, substitutes, versions};
    let substitutes_path = get(substitutes::substitutes).post(substitutes::give);
    Router::new()
        .route("/measures", get(measures::measures))
        .route("/measures/{school}", get(measures::school))
        .route("/measures.csv", get(measures::export))
        .route("/substitutes", substitutes_path)
        .route("/substitutes/take-back", post(substitutes::take_back))
        .route("/help", get(help::start))
        .route("/help/{role}", get(help::of_role))
        .route("/ladder", get(ladder::ladder))
        .route("/ladder/versions", get(versions::versions))
        .route("/ladder/versions/{version}", get(versions::version))
}
