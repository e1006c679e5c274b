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

/// Every route of the server.
pub const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        path: "/healthz",
        action: None,
    },
    Route {
        method: "GET",
        path: "/readyz",
        action: None,
    },
    Route {
        method: "GET",
        path: "/metrics",
        action: None,
    },
    Route {
        method: "GET",
        path: "/api/v1/schools/{id}/watch-list",
        action: Some(Action::ReadWatchList),
    },
    Route {
        method: "GET",
        path: "/ladder",
        action: None,
    },
    Route {
        method: "GET",
        path: "/assets/style.css",
        action: None,
    },
    // Asking for pupils needs another action, which the use case checks.
    Route {
        method: "GET",
        path: "/api/v1/figures",
        action: Some(Action::ReadFigures),
    },
];
