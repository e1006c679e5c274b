//! One request to a router, and what came of it.
//!
//! Invariant: every answer has the headers of the server, checked here once for all stories.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use serde_json::Value;
use tower::ServiceExt as _;

/// What every answer of the server has, word for word.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'; object-src 'none'",
    ),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

/// Asks a router; a token goes into the header where it belongs, a session into the cookie.
pub fn ask(router: &Router, method: &str, path: &str, token: Option<&str>) -> Answer {
    if let Some(session) = token.filter(|token| token.starts_with("session-")) {
        let cookie = format!("other=1; __Host-lasna_session={session}");
        let request = Request::builder().method(method).uri(path);
        return run(
            router,
            method,
            path,
            request.header(header::COOKIE, cookie),
            String::new(),
        );
    }
    let value = token.map(|token| format!("Bearer {token}"));
    ask_with(router, method, path, value.as_deref())
}

/// As [`ask`], with the whole value of the header `Authorization`.
pub fn ask_with(router: &Router, method: &str, path: &str, authorization: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    run(router, method, path, request, String::new())
}

/// Sends a form, as a browser does from a page of the server.
pub fn send(router: &Router, path: &str, session: Option<&str>, body: &str) -> Answer {
    let mut request = Request::builder().method("POST").uri(path);
    if let Some(session) = session {
        request = request.header(header::COOKIE, format!("__Host-lasna_session={session}"));
    }
    let request = request
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    run(router, "POST", path, request, body.to_owned())
}

/// Sends a form with files, as a browser does; fields first.
pub fn send_files(
    router: &Router,
    path: &str,
    session: Option<&str>,
    fields: &[(&str, &str)],
    files: &[(&str, &str)],
) -> Answer {
    let mut body = String::new();
    let part = "--ZZZZ\r\nContent-Disposition: form-data; name=";
    for (name, value) in fields {
        body += &format!("{part}\"{name}\"\r\n\r\n{value}\r\n");
    }
    for (name, text) in files {
        body += &format!(
            "{part}\"files\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n"
        );
    }
    body += "--ZZZZ--\r\n";
    let mut request = Request::builder().method("POST").uri(path);
    if let Some(session) = session {
        request = request.header(header::COOKIE, format!("__Host-lasna_session={session}"));
    }
    let request = request
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=ZZZZ")
        .header("sec-fetch-site", "same-origin");
    run(router, "POST", path, request, body)
}

/// Asks with a request that is all but finished.
pub fn run(
    router: &Router,
    method: &str,
    path: &str,
    request: axum::http::request::Builder,
    body: String,
) -> Answer {
    let request = request.body(Body::from(body)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answer = runtime.block_on(async {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    });
    answer.has_the_servers_headers(&format!("{method} {path}"));
    answer
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn has_the_servers_headers(&self, asked: &str) {
        // What is not of a person may be kept; the rest never.
        let kept = match self.header("cache-control") {
            kept @ "public, max-age=31536000, immutable" if asked.starts_with("GET /assets/") => {
                kept
            }
            _ => "no-store",
        };
        for (name, value) in [("cache-control", kept)].iter().chain(HEADERS) {
            assert_eq!(self.header(name), *value, "{asked}: {}", self.status);
            assert_eq!(self.headers.get_all(*name).iter().count(), 1, "{asked}");
        }
        let number = self.header("x-request-id");
        let groups: Vec<&str> = number.split('-').collect();
        let digits = |group: &&str| group.len() == 4 && group.bytes().all(|b| b.is_ascii_digit());
        assert!(
            groups.len() == 3 && groups.iter().all(digits),
            "{asked}: {number}"
        );
        let devices = self.header("permissions-policy");
        for device in ["camera=()", "microphone=()", "geolocation=()", "usb=()"] {
            assert!(devices.contains(device), "{asked}: {devices}");
        }
        assert!(!devices.contains('*'), "{asked}: {devices}");
        assert_eq!(
            self.status == 503,
            self.header("retry-after") == "2",
            "{asked}"
        );
        for name in ["server", "x-powered-by", "access-control-allow-origin"] {
            assert_eq!(self.header(name), "", "{asked}");
        }
        let cookie = self.header("set-cookie");
        let signs = [
            "/sign-in",
            "/sign-out",
            "/demo/",
            "/sessions/end",
            "/second-factor/new",
            "/passkeys/new",
            "/step-up",
            "/first",
            "/invitation",
        ];
        assert!(
            cookie.is_empty() || signs.iter().any(|path| asked.contains(path)),
            "{asked}: {cookie}"
        );
    }

    pub fn json(&self) -> Value {
        assert!(self.header("content-type").contains("json"), "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }

    /// The rows of a list.
    pub fn rows(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(self.header("content-type"), "application/json");
        self.json().as_array().unwrap().clone()
    }

    /// The key and the message of a problem of this status.
    pub fn problem(&self, status: u16) -> (String, String) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let json = self.json();
        let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["type", "status", "key", "message", "detail"]);
        assert_eq!(json["status"], status);
        let text = |field: &str| json[field].as_str().unwrap().to_owned();
        assert!(!text("message").is_empty() && !text("detail").is_empty());
        (text("key"), text("message"))
    }

    /// Whether nothing of the town is in the body.
    pub fn says_nothing(&self) {
        for word in [
            "pupil-", "class-a", "class-b", "school-", "ZZNAMEZZ", "token-", "town",
        ] {
            assert!(!self.body.contains(word), "{word}: {}", self.body);
        }
    }
}
