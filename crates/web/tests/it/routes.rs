//! The route table against the router.
//!
//! Invariant: what is not a row of the table is not there.

use crate::ask::ask;
use crate::{LIST, PEOPLE, Server, both};
use lasna_domain::access::Action;
use lasna_web::routes::ROUTES;
use std::collections::BTreeSet;

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ZZMETHOD",
];

/// A path of a row, with ids of the town and what must be asked.
pub fn path_of(server: &Server, pattern: &str) -> String {
    let query = match pattern {
        "/api/v1/figures" => "?level=school",
        _ => "",
    };
    let (pupil, group) = server.numbers();
    if let Some(path) = crate::rights::path_of(server, pattern) {
        return path;
    }
    let upload = match pattern.contains("{upload}") {
        true => crate::imports::refused_upload(server),
        false => String::new(),
    };
    pattern
        .replace("{id}", "school-a")
        .replace("{school}", &server.school().to_string())
        .replace("{pupil}", &pupil.to_string())
        .replace("{group}", &group.to_string())
        .replace("{day}", "2026-08-21")
        .replace("{start}", "495")
        .replace("{role}", "teacher")
        .replace("{build}", "0")
        .replace("{name}", "style.css")
        .replace("{upload}", &upload)
        .replace("{file}", "0")
        .replace("{no}", "1")
        .replace("{version}", "0")
        + query
}

pub fn is_page(path: &str) -> bool {
    !path.starts_with("/api/")
}

/// The token or session of somebody who may do an action.
pub fn token_for(path: &str, action: Option<Action>) -> Option<&'static str> {
    match action? {
        Action::GiveDayPass => Some("session-principal-a"),
        Action::ReadFigures if is_page(path) => Some("session-principal-a"),
        Action::ReadFigures => Some("token-all"),
        _ if !is_page(path) => Some("token-a"),
        Action::ReadImports | Action::Import | Action::UndoImport => Some("session-administrator"),
        Action::ReadRegister | Action::TakeRegister | Action::ReadMarkingDebt => {
            Some("session-teacher-a")
        }
        Action::NameChild | Action::ReadAccessLog => Some("session-guardian-a"),
        Action::ReviewGlass | Action::GiveGrant => Some("session-principal-a"),
        Action::ReviewAccess => Some("session-administrator"),
        _ => Some("session-worker-a"),
    }
}

#[test]
fn the_table_names_each_route_once() {
    let rows: BTreeSet<_> = ROUTES.iter().map(|r| (r.method, r.path)).collect();
    assert_eq!(rows.len(), ROUTES.len());
    assert!(rows.contains(&("GET", "/healthz")));
    assert!(
        ROUTES
            .iter()
            .any(|row| row.path.replace("{id}", "school-a") == LIST)
    );
}

#[test]
fn every_row_answers_and_no_other_method_does() {
    both("table", |server| {
        for row in ROUTES {
            let path = path_of(server, row.path);
            let of_path = |method: &str| {
                let same = |other: &&lasna_web::routes::Route| other.path == row.path;
                ROUTES
                    .iter()
                    .filter(same)
                    .any(|other| other.method == method)
            };
            for method in METHODS {
                let token = token_for(row.path, row.action);
                // A form is sent as one; what it lacks is told, not missing.
                let answer = match (method, is_page(&path)) {
                    ("POST", true) => server.post(&path, token, ""),
                    _ => ask(&server.router, method, &path, token),
                };
                // HTTP gives every GET a HEAD.
                let known = of_path(method) || method == "HEAD" && of_path("GET");
                let demo = row.path.starts_with("/demo/");
                if known && !demo {
                    assert!(
                        ![404, 405].contains(&answer.status),
                        "{method} {path} {token:?} {}",
                        answer.status
                    );
                    assert!(answer.status < 500, "{method} {path}: {}", answer.status);
                    let fails = answer.status >= 400;
                    assert!(
                        !fails || method == "POST",
                        "{method} {path}: {}",
                        answer.status
                    );
                } else if !known {
                    assert!([403, 405].contains(&answer.status), "{method} {path}");
                    answer.says_nothing();
                }
                if method == "HEAD" {
                    assert_eq!(answer.body, "", "{path}");
                }
            }
            // The next row finds its session again.
            server.sign_in_again();
        }
    });
}

#[test]
fn a_row_with_an_action_needs_somebody_and_one_without_does_not() {
    both("actions", |server| {
        for row in ROUTES {
            // Also a request that is wrong in itself is asked for a token first.
            for path in [&path_of(server, row.path), row.path] {
                let path = path.replace("{id}", "x").replace("{name}", "style.css");
                let path = path.replace(['{', '}'], "");
                let answer = match row.method {
                    "POST" => server.post(&path, None, ""),
                    method => ask(&server.router, method, &path, None),
                };
                match row.action {
                    Some(_) if is_page(&path) => {
                        assert_eq!(answer.status, 303, "{path}");
                        let location = answer.header("location");
                        let at = location.split('?').next();
                        assert_eq!(at, Some("/sign-in"), "{path}");
                    }
                    Some(_) => drop(answer.problem(401)),
                    None if row.path.starts_with("/demo/") => assert_eq!(answer.status, 404),
                    None if path.ends_with("/version") => assert_eq!(answer.status, 404),
                    None if path == "/help/role" => assert_eq!(answer.status, 404),
                    // No provider is set up: nothing begins, and a word of one is not taken.
                    None if path.contains("/with/") && row.method == "POST" => {
                        assert_eq!(answer.status, 400, "{path}");
                    }
                    None if path.contains("/with/") => {
                        assert_eq!(answer.status, 303, "{path}");
                        assert_eq!(answer.header("location"), "/sign-in", "{path}");
                    }
                    None if row.method == "POST" => assert_eq!(answer.status, 422, "{path}"),
                    None => assert_eq!(answer.status, 200, "{path}"),
                }
                answer.says_nothing();
            }
        }
    });
}

/// The people of the town who may open a page; `None` where everybody finds something of one's own.
fn who_may(path: &str, action: Option<Action>) -> Option<&'static [&'static str]> {
    Some(match action? {
        // A page of one's own debts: who has no lessons has none, and sees nobody's.
        Action::SignIn | Action::ReadMarkingDebt => return None,
        Action::ReadRegister | Action::TakeRegister => &["teacher-a", "principal-a"],
        Action::ReadImports | Action::Import | Action::UndoImport | Action::ReviewAccess => {
            &["administrator"]
        }
        // Each reader sees the own school there, and the coordinator the provider.
        Action::ReadFigures if path.contains('{') => {
            &["worker-a", "principal-a", "coordinator", "oversight"]
        }
        Action::ReadFigures => &[
            "worker-a",
            "principal-a",
            "principal-b",
            "coordinator",
            "oversight",
        ],
        // The principal of another school opens the own page there.
        Action::GiveDayPass => &["principal-a", "principal-b"],
        Action::ReadWatchList | Action::ExportWatchList => &[
            "teacher-a",
            "worker-a",
            "principal-a",
            "principal-b",
            "substitute-a",
        ],
        Action::ReviewGlass => &["principal-a", "principal-b", "oversight"],
        Action::GiveGrant => &["principal-a", "principal-b", "administrator"],
        Action::BreakGlass => &["worker-a", "principal-a", "principal-b"],
        Action::ReadByGlass | Action::ReadProtected => &["worker-a"],
        Action::ReadOwnActs => &[
            "teacher-a",
            "worker-a",
            "principal-a",
            "principal-b",
            "substitute-a",
            "coordinator",
            "administrator",
            "oversight",
        ],
        // The pages of the home are for the home alone.
        Action::NameChild | Action::ReadAccessLog => &["guardian-a", "pupil-a"],
        _ => &["teacher-a", "worker-a", "principal-a"],
    })
}

/// Every page of people as everybody who may not open it.
#[test]
fn a_page_of_people_is_not_there_for_who_has_no_right_to_it() {
    both("wrong_people", |server| {
        let mut refused = 0;
        for row in ROUTES.iter().filter(|row| is_page(row.path)) {
            let Some(may) = who_may(row.path, row.action) else {
                continue;
            };
            let all = PEOPLE.iter().map(|(login, ..)| *login);
            let strangers = all.filter(|login| *login != "new" && !may.contains(login));
            let path = path_of(server, row.path);
            for stranger in strangers {
                let session = format!("session-{stranger}");
                let answer = match row.method {
                    "POST" => server.post(&path, Some(&session), FORM),
                    method => ask(&server.router, method, &path, Some(&session)),
                };
                assert_eq!(answer.status, 404, "{stranger} {} {path}", row.method);
                answer.says_nothing();
                refused += 1;
            }
        }
        assert!(refused > 300, "{refused}");
    });
}

/// A form that lacks nothing, for any of the pages.
pub const FORM: &str = "once=0123456789abcdef0123&contact_with=home&contact_outcome=reached\
    &no_concern=known&review=2026-09-10&outcome=meeting:held&act=1&save=1";

#[test]
fn a_form_from_elsewhere_is_refused() {
    both("elsewhere", |server| {
        for row in ROUTES.iter().filter(|row| row.method == "POST") {
            let path = path_of(server, row.path);
            let session = token_for(row.path, row.action).unwrap_or("session-worker-a");
            for site in ["cross-site", "same-site"] {
                let request = axum::http::Request::builder()
                    .method("POST")
                    .uri(&path)
                    .header("cookie", format!("__Host-lasna_session={session}"))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .header("sec-fetch-site", site)
                    .header("host", "127.0.0.1");
                let answer =
                    crate::ask::run(&server.router, "POST", &path, request, FORM.to_owned());
                assert_eq!(answer.status, 403, "{path} {site}");
                answer.says_nothing();
            }
        }
    });
}

#[test]
fn other_paths_are_not_there() {
    both("paths", |server| {
        let audit = server.audit().len();
        for path in [
            "/healthz/",
            "/HEALTHZ",
            "/index.html",
            "/api/v1/schools",
            "/api/v1/schools/school-a",
            "/api/v1/schools/school-a/watch-list/",
            "/api/v1/schools/school-a/watch-list/pupil-a1",
            "/api/v1/schools/school-a/../school-a/watch-list",
            "/api/v2/schools/school-a/watch-list",
            "/api/v1/pupils/pupil-a1",
            "/.env",
        ] {
            for token in [None, Some("token-a"), Some("token-all")] {
                let answer = server.get(path, token);
                assert_eq!(answer.status, 404, "{path} {token:?}");
                if is_page(path) {
                    assert!(
                        answer.header("content-type").starts_with("text/html"),
                        "{path}"
                    );
                } else {
                    assert_eq!(answer.problem(404).0, "not_found", "{path}");
                }
                answer.says_nothing();
            }
        }
        assert_eq!(server.audit().len(), audit);
    });
}

#[test]
fn the_process_says_that_it_lives_and_is_ready() {
    both("ready", |server| {
        let audit = server.audit().len();
        assert_eq!(server.get("/healthz", None).body, "ok\n");
        assert_eq!(server.get("/readyz", None).body, "ready\n");
        let wrong = server.get("/healthz", Some("wrong"));
        assert_eq!(
            wrong.status, 200,
            "a token that is not asked for is not judged"
        );
        assert_eq!(server.audit().len(), audit, "nobody was looked at");
    });
}
