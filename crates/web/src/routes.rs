//! The route table: each path with the method and the action that it needs.
//!
//! Invariant: a route without a row here does not exist; a test asks every row.

use lasna_domain::access::Action;

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, as the router writes it.
    pub path: &'static str,
    /// What the caller must be allowed to do; `None` is open and shows nothing of people.
    pub action: Option<Action>,
}

/// A route that is open: it shows nothing of people.
const fn open(method: &'static str, path: &'static str) -> Route {
    Route {
        method,
        path,
        action: None,
    }
}

/// A route for who may do an action.
const fn needs(method: &'static str, path: &'static str, action: Action) -> Route {
    Route {
        method,
        path,
        action: Some(action),
    }
}

/// Every route of the server.
pub const ROUTES: &[Route] = &[
    open("GET", "/healthz"),
    open("GET", "/readyz"),
    open("GET", "/metrics"),
    needs(
        "GET",
        "/api/v1/schools/{id}/watch-list",
        Action::ReadWatchList,
    ),
    // Asking for pupils needs another action, which the use case checks.
    needs("GET", "/api/v1/figures", Action::ReadFigures),
    open("GET", "/api/v1/openapi.json"),
    needs("GET", "/", Action::SignIn),
    open("GET", "/sign-in"),
    open("POST", "/sign-in"),
    open("GET", "/sign-in/code"),
    open("POST", "/sign-in/code"),
    open("GET", "/sign-in/passkey"),
    open("POST", "/sign-in/passkey"),
    open("GET", "/sign-in/with/{provider}"),
    open("GET", "/sign-in/with/{provider}/back"),
    open("GET", "/sign-in/with/{provider}/leave"),
    open("POST", "/sign-in/with/{provider}/sign-out"),
    open("GET", "/invitation"),
    open("POST", "/invitation"),
    open("GET", "/first"),
    open("POST", "/first"),
    needs("POST", "/sign-out", Action::SignIn),
    needs("GET", "/sessions", Action::SignIn),
    needs("POST", "/sessions/end", Action::SignIn),
    needs("POST", "/sessions/end-others", Action::SignIn),
    needs("GET", "/second-factor", Action::SignIn),
    needs("POST", "/second-factor/begin", Action::SignIn),
    needs("GET", "/second-factor/new", Action::SignIn),
    needs("POST", "/second-factor/new", Action::SignIn),
    needs("POST", "/second-factor/codes", Action::SignIn),
    needs("POST", "/second-factor/remove", Action::SignIn),
    needs("GET", "/passkeys", Action::SignIn),
    needs("GET", "/passkeys/new", Action::SignIn),
    needs("POST", "/passkeys/new", Action::SignIn),
    needs("POST", "/passkeys/remove", Action::SignIn),
    needs("GET", "/step-up", Action::SignIn),
    needs("POST", "/step-up", Action::SignIn),
    needs("GET", "/step-up/with/{provider}", Action::SignIn),
    needs("POST", "/notices/read", Action::SignIn),
    open("GET", "/demo/{role}"),
    needs("POST", "/language", Action::SignIn),
    needs("GET", "/password", Action::SignIn),
    needs("POST", "/password", Action::SignIn),
    needs("GET", "/demo/tour/{step}", Action::SignIn),
    needs("GET", "/today", Action::SignIn),
    needs("GET", "/home", Action::NameChild),
    needs("GET", "/home/{pupil}/log", Action::ReadAccessLog),
    needs("GET", "/rights", Action::SignIn),
    needs("GET", "/own-acts", Action::ReadOwnActs),
    needs("GET", "/glass", Action::BreakGlass),
    needs("POST", "/glass", Action::BreakGlass),
    needs("GET", "/glass/pupils/{pupil}", Action::ReadByGlass),
    needs("POST", "/glass/give-up/{no}", Action::SignIn),
    needs("GET", "/glass/review", Action::ReviewGlass),
    needs("POST", "/glass/review/{no}", Action::ReviewGlass),
    needs("GET", "/grants", Action::GiveGrant),
    needs("POST", "/grants", Action::GiveGrant),
    needs("POST", "/grants/{no}", Action::SignIn),
    needs("GET", "/protected/{pupil}", Action::ReadProtected),
    needs("GET", "/access-review", Action::ReviewAccess),
    needs("POST", "/access-review/{no}", Action::ReviewAccess),
    needs("GET", "/marking-debt", Action::ReadMarkingDebt),
    needs("GET", "/watch-list", Action::ReadWatchList),
    needs("POST", "/watch-list", Action::ReadWatchList),
    needs(
        "POST",
        "/watch-list/filters/{no}/remove",
        Action::ReadWatchList,
    ),
    needs("GET", "/watch-list.csv", Action::ExportWatchList),
    needs("GET", "/pupils/{pupil}", Action::ExplainPupil),
    needs("GET", "/pupils/{pupil}/contact", Action::ActOnSignal),
    needs("POST", "/pupils/{pupil}/contact", Action::ActOnSignal),
    needs("GET", "/pupils/{pupil}/no-concern", Action::ActOnSignal),
    needs("POST", "/pupils/{pupil}/no-concern", Action::ActOnSignal),
    needs("POST", "/pupils/{pupil}/acknowledge", Action::ActOnSignal),
    needs("POST", "/pupils/{pupil}/raise", Action::ActOnSignal),
    needs("POST", "/pupils/{pupil}/done", Action::ActOnSignal),
    needs("POST", "/pupils/{pupil}/withdraw", Action::ActOnSignal),
    needs(
        "GET",
        "/registers/{group}/{day}/{start}",
        Action::ReadRegister,
    ),
    needs(
        "POST",
        "/registers/{group}/{day}/{start}",
        Action::TakeRegister,
    ),
    needs(
        "POST",
        "/registers/{group}/{day}/{start}/undo",
        Action::TakeRegister,
    ),
    needs("GET", "/measures", Action::ReadFigures),
    needs("GET", "/measures/{school}", Action::ReadFigures),
    needs("GET", "/measures.csv", Action::ReadFigures),
    needs("GET", "/substitutes", Action::GiveDayPass),
    needs("POST", "/substitutes", Action::GiveDayPass),
    needs("POST", "/substitutes/take-back", Action::GiveDayPass),
    needs("GET", "/imports", Action::ReadImports),
    needs("POST", "/imports", Action::Import),
    needs("POST", "/imports/folder", Action::Import),
    needs("GET", "/imports/uploads/{upload}", Action::Import),
    needs("POST", "/imports/uploads/{upload}/read", Action::Import),
    needs("POST", "/imports/uploads/{upload}/write", Action::Import),
    needs("POST", "/imports/uploads/{upload}/discard", Action::Import),
    needs(
        "GET",
        "/imports/uploads/{upload}/refused/{file}",
        Action::Import,
    ),
    needs("GET", "/imports/undo/{no}", Action::ReadImports),
    needs("POST", "/imports/undo/{no}", Action::UndoImport),
    needs("GET", "/codes", Action::ReadImports),
    needs("POST", "/codes", Action::Import),
    open("GET", "/ladder"),
    open("GET", "/ladder/versions"),
    open("GET", "/ladder/versions/{version}"),
    open("GET", "/help"),
    open("GET", "/help/{role}"),
    open("GET", "/assets/{build}/{name}"),
];

/// Whether an address is one of a path of the table.
fn is_of(pattern: &str, path: &str) -> bool {
    let (mut known, mut asked) = (pattern.split('/'), path.split('/'));
    loop {
        match (known.next(), asked.next()) {
            (None, None) => return true,
            (Some(known), Some(asked)) if known == asked => {}
            (Some(known), Some(asked)) if known.starts_with('{') && !asked.is_empty() => {}
            _ => return false,
        }
    }
}

/// The page of people that an address belongs to: itself where it can be opened, else the nearest
/// one above it. A file, a link of the demo town and what is for machines are no pages.
pub(crate) fn page_above(path: &str) -> Option<&str> {
    let is_page = |route: &&Route| {
        route.method == "GET"
            && route.action.is_some()
            && !["/api/", "/demo/", "/step-up/with/"]
                .iter()
                .any(|lead| route.path.starts_with(lead))
            && !route.path.ends_with(".csv")
            && !route.path.contains("{file}")
    };
    let mut at = path;
    while !at.is_empty() {
        if ROUTES
            .iter()
            .filter(is_page)
            .any(|route| is_of(route.path, at))
        {
            return Some(at);
        }
        at = &at[..at.rfind('/')?];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::page_above;

    #[test]
    fn every_address_of_people_has_a_page_to_go_on_from() {
        for (path, page) in [
            ("/today", Some("/today")),
            ("/pupils/7", Some("/pupils/7")),
            ("/pupils/7/contact", Some("/pupils/7/contact")),
            ("/pupils/7/raise", Some("/pupils/7")),
            (
                "/registers/1/2027-03-10/495/undo",
                Some("/registers/1/2027-03-10/495"),
            ),
            ("/watch-list/filters/3/remove", Some("/watch-list")),
            ("/substitutes/take-back", Some("/substitutes")),
            ("/imports/uploads/x/refused/0", Some("/imports/uploads/x")),
            ("/imports/folder", Some("/imports")),
            ("/watch-list.csv", None),
            ("/sign-out", None),
            ("/language", None),
            ("/sign-in", None),
            ("/demo/tour/1", None),
            ("/api/v1/figures", None),
            ("/assets/0/style.css", None),
            ("/pupils/", None),
            ("/pupils//contact", None),
            ("/", Some("/")),
            ("", None),
        ] {
            assert_eq!(page_above(path), page, "{path}");
        }
    }
}
