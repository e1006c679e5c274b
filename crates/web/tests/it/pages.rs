//! Pages that are open to anybody.
//!
//! Invariant: a page is whole in every language, loads nothing from elsewhere and names nobody.

use crate::ask::ask;
use crate::{both, settings};
use axum::Router;
use lasna_domain::calendar::Day;
use lasna_domain::model::Model;
use lasna_formats::model::{preset, presets, read_model};
use lasna_store::Store;
use lasna_store::db::Place;
use lasna_testkit::temp::{TempDir, folder};
use std::sync::Arc;

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

fn router_with(model: Result<Model, String>) -> (Router, TempDir) {
    let folder = folder();
    let store = Store::open(
        Place::Folder(folder.path().join("data")),
        lasna_testkit::keys::fixed(),
    )
    .unwrap();
    let find = move |_: &lasna_app::App, _: Day| model.clone();
    (lasna_web::router(settings(store, Arc::new(find))), folder)
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

/// What every page must be.
fn is_whole(html: &str, language: &str) {
    assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{language}\">")));
    assert_eq!(count(html, "<h1>"), 1);
    assert_eq!(count(html, "<main"), 1);
    assert_eq!(count(html, "aria-current=\"true\""), 1);
    for key in ["frame.", "ladder."] {
        let shown = html.split(['>', '"']).any(|part| part.starts_with(key));
        assert!(!shown, "a key without a text: {key}");
    }
    for foreign in ["http://", "https://", "<script", "style=", " on"] {
        let tags = html.split('<').filter_map(|part| part.split('>').next());
        let found = tags
            .filter(|tag| format!("<{tag}").contains(foreign))
            .count();
        assert_eq!(found, 0, "{foreign}");
    }
    for tag in ["section", "ul", "table", "nav", "main", "a", "li", "p"] {
        let opened = count(html, &format!("<{tag}>")) + count(html, &format!("<{tag} "));
        assert_eq!(opened, count(html, &format!("</{tag}>")), "{tag}");
    }
}

#[test]
fn the_ladder_of_every_preset_is_told_in_every_language() {
    for (name, text) in presets() {
        let model = read_model(text, &preset).unwrap();
        let (router, _folder) = router_with(Ok(model.clone()));
        for language in LANGUAGES {
            let answer = ask(&router, "GET", &format!("/ladder?lang={language}"), None);
            assert_eq!(answer.status, 200, "{name}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            is_whole(&answer.body, language);
            assert!(!answer.body.contains(&model.reference()), "{name}");
            let version = format!(" {}", model.version);
            assert!(answer.body.contains(&version), "{name}");
            assert_eq!(count(&answer.body, "<section"), 3, "{name}");
            assert!(
                answer.body.len() < 150 << 10,
                "{name}: {}",
                answer.body.len()
            );
        }
    }
}

#[test]
fn a_title_with_markup_stays_a_text() {
    let mut model = read_model(&preset("sky-fi").unwrap(), &preset).unwrap();
    model.title.fi = "<b onclick=x>&\"'</b>".into();
    model.steps[0].title.fi = "<script>1</script>".into();
    let (router, _folder) = router_with(Ok(model));
    let answer = ask(&router, "GET", "/ladder?lang=fi", None);
    is_whole(&answer.body, "fi");
    assert!(answer.body.contains("script"), "the title is gone");
}

#[test]
fn without_a_model_the_page_says_what_to_do() {
    let (router, _folder) = router_with(Err("broken".into()));
    for language in LANGUAGES {
        let answer = ask(&router, "GET", &format!("/ladder?lang={language}"), None);
        assert_eq!(answer.status, 200);
        is_whole(&answer.body, language);
        assert!(answer.body.contains("lasna model adopt"));
        assert!(!answer.body.contains("broken"));
    }
}

#[test]
fn the_language_is_the_one_asked_for_else_the_browsers_else_finnish() {
    let (router, _folder) = router_with(Err(String::new()));
    for (path, language) in [
        ("/ladder", "fi"),
        ("/ladder?lang=sv", "sv"),
        ("/ladder?lang=zz", "fi"),
        ("/ladder?lang=en&lang=sv", "fi"),
    ] {
        let answer = ask(&router, "GET", path, None);
        assert!(
            answer.body.contains(&format!("<html lang=\"{language}\">")),
            "{path}"
        );
    }
}

#[test]
fn a_page_that_is_not_there_says_whom_to_ask() {
    both("missing", |server| {
        for (session, way) in [
            (Some("session-teacher-a"), "pyydä oikeutta rehtorilta."),
            (Some("session-principal-a"), "kysy pääkäyttäjältä."),
            (Some("session-coordinator"), "kysy pääkäyttäjältä."),
            (Some("session-administrator"), "eivät kuulu pääkäyttäjälle."),
            (None, "kirjaudu sisään."),
        ] {
            let page = server.get("/nowhere", session);
            assert_eq!(page.status, 404, "{session:?}");
            assert!(page.body.contains(way), "{session:?}: {way}");
        }
    });
}

#[test]
fn pages_load_their_own_style_and_nothing_else() {
    both("pages", |server| {
        let page = server.get("/ladder", None);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let loaded_by = |rel: &str| {
            let (_, rest) = page.body.split_once(rel).expect("a link");
            let (path, _) = rest.split_once('"').expect("an end");
            server.get(&format!("/assets/{path}"), None)
        };
        let icon = loaded_by("rel=\"icon\" href=\"/assets/");
        assert_eq!(
            (icon.status, icon.header("content-type")),
            (200, "image/svg+xml")
        );
        assert!(icon.body.starts_with("<svg"), "{}", icon.body);
        let style = loaded_by("rel=\"stylesheet\" href=\"/assets/");
        assert_eq!(
            (style.status, style.header("content-type")),
            (200, "text/css; charset=utf-8")
        );
        assert!(style.header("cache-control").contains("immutable"));
        let loaded: Vec<&str> = style.body.split("url(").skip(1).collect();
        assert!(loaded.len() == 1 && loaded[0].starts_with("\"source-sans-3.woff2\")"));
        assert!(!style.body.contains("@import"));
        let of_other_build = server.get("/assets/0/style.css", None);
        assert_eq!(of_other_build.header("cache-control"), "no-store");
        page.says_nothing();
    });
}

#[test]
fn the_font_is_built_in_and_a_first_view_is_small() {
    both("font", |server| {
        let font = server.get("/assets/0/source-sans-3.woff2", None);
        assert_eq!(
            font.status, 200,
            "the font is missing: run `npm ci --ignore-scripts`, then build again"
        );
        let size = |path: &str| -> usize {
            let length = server.get(path, None).header("content-length").to_owned();
            length.parse().expect("a length")
        };
        let shared = size("/assets/0/style.css") + size("/assets/0/source-sans-3.woff2");
        let page = server.get("/sign-in", None);
        assert!(shared + page.body.len() < 150 * 1024, "{shared}");
        page.says_nothing();
    });
}
