//! Every template with a rich and an empty sample in every language.
//!
//! The rich ones are of the demo town Esimerkkilä, as whoever works there sees them; the empty ones
//! of the small town, where there is nothing to show.
//!
//! Invariant: a template without samples fails.

use crate::ask::{Answer, run, send};
use crate::esimerkkila::Esimerkkila;
use crate::html::{Page, check};
use crate::imports::{MAPPING, give, marks, settled};
use crate::{Server, both, settings};
use axum::Router;
use lasna_formats::model::{preset, read_model};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];
/// Parts of other templates: they are rendered with those.
const PARTS: [&str; 6] = [
    "frame.html",
    "tour.html",
    "rows.html",
    "lessons.html",
    "chart.html",
    "import_parts.html",
];

/// Samples of the demo town: the template, its path, who opens it (`-` is nobody), and what must be
/// in it so that it is rich.
const RICH: &str = r#"
sign_in.html | /sign-in | - | /demo/sky-worker ; type="password"
code.html | /sign-in/code | - | name="code"
passkey_sign_in.html | /sign-in/passkey | - | /sign-in
first.html | /first | - | name="again"
invitation.html | /invitation | - | name="code"
sessions.html | /sessions | worker | name="session"
factor.html | /second-factor | worker | /second-factor/begin
passkeys.html | /passkeys | worker | <h2
step_up.html | /step-up | worker | <form
ladder.html | /ladder | - | <section ; <h4
ladder.html | /ladder | principal | <nav class="places"
today.html | /today | teacher | class="lessons" ; /registers/ ; <table
today.html | /today | worker | class="strip"
today.html | /today | principal | /marking-debt ; <table
today.html | /today | substitute | <section
marking_debt.html | /marking-debt | principal | class="lessons"
watch_list.html | /watch-list | worker | <tbody ; <select
watch_list.html | /watch-list?show=late&step=1&known=2027-02-10 | principal | 10.2.2027 ; name="name"
pupil.html | /pupils/{pupil} | worker | <svg class="chart-wide" ; class="timeline" ; &#60;b&#62;huomenna&#60;/b&#62; &#38; ; class="signal"
pupil.html | /pupils/{pupil}?step=1 | worker | class="place" ; href="/watch-list?step=1
pupil.html | /pupils/{pupil}?known=2027-02-10 | principal | <svg class="chart-wide" ; 10.2.2027
act.html | /pupils/{pupil}/contact | worker | type="radio"
act.html | /pupils/{pupil}/no-concern | worker | type="date"
register.html | {register} | teacher | type="radio" ; data-sum
password.html | /password | worker | type="password"
measures.html | /measures | coordinator | <table
measures.html | /measures | principal | <table
overview.html | /today | coordinator | <h2
overview.html | /today | administrator | <h2
versions.html | /ladder/versions | - | <h1
version.html | /ladder/versions/0 | - | <h1
substitutes.html | /substitutes | principal | <form
imports.html | /imports | administrator | <table
import_undo.html | /imports/undo/1 | administrator | <form
codes.html | /codes | administrator | <h2
rights.html | /rights | principal | /glass/review ; /grants
glass.html | /glass | worker | type="radio" ; <textarea
glass_review.html | /glass/review | principal | <h2
grants.html | /grants | principal | <select ; type="date"
standing.html | /access-review | administrator | name="answer"
own_acts.html | /own-acts | worker | <h2
help.html | /help | worker | <img ; <nav class="places"
help.html | /help/administrator | administrator | class="contents" ; <pre>
error.html | /pupils/999999 | worker | <nav class="places"
"#;

/// The same of the small town under a model that nobody reaches.
const EMPTY: &str = r#"
sign_in.html | /sign-in | - |
today.html | /today | teacher-a |
today.html | /today | worker-a |
today.html | /today | principal-a |
today.html | /today | substitute-a |
marking_debt.html | /marking-debt | teacher-a | class="notice"
watch_list.html | /watch-list | worker-a | class="notice"
watch_list.html | /watch-list?show=silent&class=x&step=9 | teacher-a | class="notice"
pupil.html | /pupils/{pupil} | worker-a | ZZNAMEZZ
pupil.html | /pupils/{other} | worker-a | ZZNAMEZZ
register.html | {register} | teacher-a |
help.html | /help | - | class="plain guides"
error.html | /nothing | - |
"#;

/// Asks in a language that the person has not chosen.
fn get(router: &Router, path: &str, login: &str, language: &str) -> Answer {
    let mut request = axum::http::Request::builder().method("GET").uri(path);
    request = request.header("accept-language", language);
    if login != "-" {
        request = request.header("cookie", format!("__Host-lasna_session=session-{login}"));
    }
    run(router, "GET", path, request, String::new())
}

/// Opens a sample in every language.
fn visit(router: &Router, line: &str, values: &[(&str, String)], seen: &mut BTreeSet<String>) {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [template, path, login, holds] = parts[..] else {
        panic!("four parts: {line}");
    };
    let mut path = path.to_owned();
    for (name, value) in values {
        path = path.replace(name, value);
    }
    for language in LANGUAGES {
        let at = format!("{template} {path} {login} {language}");
        let answer = get(router, &path, login, language);
        let missing = template == "error.html";
        assert_eq!(answer.status, if missing { 404 } else { 200 }, "{at}");
        let page = check(&answer.body, language, &at);
        assert!(answer.body.len() < 400 << 10, "{at}: {}", answer.body.len());
        for part in holds.split(';').map(str::trim) {
            assert!(answer.body.contains(part), "{at}: no {part}");
        }
        is_translated(&page, language, &at);
    }
    seen.insert(template.to_owned());
}

/// The languages differ where they must: the footer's sentence.
fn is_translated(page: &Page, language: &str, at: &str) {
    let own = match language {
        "fi" => "avoin",
        "sv" => "öppen",
        _ => "open source",
    };
    let footer = page.texts.iter().rfind(|text| text.contains("EUPL"));
    assert!(
        footer.is_some_and(|text| text.contains(own)),
        "{at}: {footer:?}"
    );
}

#[test]
fn every_template_stands_in_every_language_full_and_empty() {
    let town = Esimerkkila::new();
    let pupil = town.busy_pupil();
    let router = town.router();
    let lessons = get(&router, "/today", "teacher", "fi").body;
    let mut ways = lessons
        .split("href=\"")
        .filter_map(|part| part.split('"').next());
    let register = ways
        .find(|way| way.starts_with("/registers/"))
        .unwrap()
        .to_owned();
    let values = [("{pupil}", pupil.to_string()), ("{register}", register)];
    let mut seen = BTreeSet::new();
    for line in RICH.trim().lines() {
        visit(&router, line, &values, &mut seen);
    }
    rich_pupil(&router, pupil);
    question(&router, pupil);
    seen.insert("act_again.html".into());
    let all = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")).unwrap();
    let name = |file: std::io::Result<std::fs::DirEntry>| file.unwrap().file_name();
    let all: BTreeSet<String> = all.map(|file| name(file).into_string().unwrap()).collect();
    seen.extend(PARTS.map(str::to_owned));
    // Of files that were given: the test of uploads.
    seen.insert("import_upload.html".into());
    // Of a second factor and a passkey that are made: the test of identity.
    let made = ["factor_new.html", "recovery.html", "passkey_new.html"];
    seen.extend(made.map(str::to_owned));
    // Of a home, a glass that was broken and a right that was given: the tests of home and rights.
    let of_rights = [
        "home.html",
        "home_log.html",
        "glass_look.html",
        "grant_rows.html",
        "protected.html",
    ];
    seen.extend(of_rights.map(str::to_owned));
    assert_eq!(all, seen, "a template without a sample here");
}

/// What is asked where something was logged just now.
fn question(router: &Router, pupil: u32) {
    let path = format!("/pupils/{pupil}/raise");
    for language in LANGUAGES {
        let request = axum::http::Request::builder()
            .method("POST")
            .uri(&path)
            .header("accept-language", language)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", "__Host-lasna_session=session-worker");
        let sent = "once=0123456789abcdef0123".to_owned();
        let answer = run(router, "POST", &path, request, sent);
        assert_eq!(answer.status, 409, "{language}: {}", answer.body);
        let page = check(&answer.body, language, &path);
        assert_eq!(page.value("sure"), "1", "{language}");
        is_translated(&page, language, &path);
    }
}

/// What a pupil's page has where much has happened.
fn rich_pupil(router: &Router, pupil: u32) {
    for language in LANGUAGES {
        let answer = get(router, &format!("/pupils/{pupil}"), "worker", language);
        let page = check(&answer.body, language, &format!("pupil {language}"));
        let kinds = page.tags.iter().filter(|tag| tag.name == "svg").count();
        assert!(kinds >= 5, "{kinds} pictures");
        let tables = page.tags.iter().filter(|tag| tag.name == "table").count();
        assert!(tables >= 3, "a picture without its table: {tables}");
        assert_eq!(page.forms("/withdraw"), 6, "{language}");
    }
}

#[test]
fn what_is_empty_is_said_in_every_language() {
    both("empty", |server| {
        // Nobody has an hour missed.
        let mut quiet = read_model(&preset("sky-fi").unwrap(), &preset).unwrap();
        quiet.steps.truncate(1);
        quiet.steps[0].any.truncate(1);
        let router = lasna_web::router(settings(
            server.store.clone(),
            Arc::new(move |_, _| Ok(quiet.clone())),
        ));
        let (pupil, group) = server.numbers();
        let mut seen = BTreeSet::new();
        let register = format!("/registers/{group}/2026-08-21/495");
        let values = [
            ("{pupil}", pupil.to_string()),
            ("{other}", (pupil + 1).to_string()),
            ("{register}", register),
        ];
        for line in EMPTY.trim().lines() {
            visit(&router, line, &values, &mut seen);
        }
        forms(server, pupil, &mut seen);
        assert_eq!(seen.len(), 10);
    });
}

#[test]
fn an_upload_stands_in_every_language_good_and_bad() {
    both("uploads_languages", |server| {
        let good = [
            ("mapping.toml", MAPPING),
            ("marks.csv", &marks(&["POIS", "POIS"])),
        ];
        let bad = [("marks.csv", &*marks(&["ZZCODE"]))];
        for (files, holds) in [(&good[..], "/write"), (&bad, "/refused/")] {
            let path = give(&server.router, "", files);
            settled(&server.router, &path);
            let line = format!("import_upload.html | {path} | administrator | {holds}");
            visit(&server.router, &line, &[], &mut BTreeSet::new());
        }
    });
}

/// Forms that were sent with nothing in them.
fn forms(server: &Server, pupil: u32, seen: &mut BTreeSet<String>) {
    let (router, clock) = server.router_at("2026-09-01T06:00:00Z");
    let once = "once=0123456789abcdef0123";
    for language in LANGUAGES {
        let chosen = format!("language={language}");
        for (template, path, login, body, errors) in [
            (
                "act.html",
                format!("/pupils/{pupil}/contact"),
                "worker-a",
                once,
                2,
            ),
            (
                "act.html",
                format!("/pupils/{pupil}/no-concern"),
                "worker-a",
                once,
                2,
            ),
            (
                "act.html",
                format!("/pupils/{pupil}/raise"),
                "worker-a",
                "",
                0,
            ),
            (
                "watch_list.html",
                "/watch-list?show=late&class=7".into(),
                "worker-a",
                "name=+",
                1,
            ),
            (
                "password.html",
                "/password".into(),
                "worker-a",
                "password=a&again=b",
                1,
            ),
        ] {
            let session = format!("session-{login}");
            clock.fetch_add(1, Ordering::Relaxed);
            send(&router, "/language", Some(&session), &chosen);
            let answer = send(&router, &path, Some(&session), body);
            assert_eq!(answer.status, 422, "{path}");
            let page = check(&answer.body, language, &path);
            let links = page.tags.iter().filter(|tag| tag.name == "a");
            let to_fields =
                links.filter(|tag| tag.get("href").is_some_and(|href| href.starts_with('#')));
            // One of them skips to the content.
            assert_eq!(to_fields.count(), 1 + errors, "{path} {language}");
            seen.insert(template.into());
        }
    }
}
