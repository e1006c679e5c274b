//! The versions of the ladder and what changed between them.
//!
//! Invariant: the pages are open and name nobody.

use crate::{Server, both, now};
use lasna_app::App;
use lasna_app::model::diff;
use lasna_domain::model::{Language, Model};
use lasna_formats::model::{preset, read_model};

/// The preset as another version with other limits, valid from a day.
fn ladder(version: &str, hours: u32, valid: &str) -> (Model, String) {
    let text = preset("sky-fi").unwrap();
    let own = read_model(&text, &preset).unwrap();
    let text = text
        .replace(&format!("\"{}\"", own.version), &format!("\"{version}\""))
        .replace("hours = 30", &format!("hours = {hours}"))
        .replace(
            &format!("valid = {}", own.valid),
            &format!("valid = {valid}"),
        );
    let model = read_model(&text, &preset).unwrap();
    assert_eq!(
        (&*model.version, model.valid.to_string()),
        (version, valid.to_owned())
    );
    (model, text)
}

fn adopt(server: &Server, session: Option<&str>, (model, text): &(Model, String), second: i64) {
    let mut at = now();
    at.0 += second * 1_000_000;
    let app = match session {
        None => App::operator(server.store.clone(), at).unwrap(),
        Some(session) => App::with_session(server.store.clone(), at, session).unwrap(),
    };
    app.adopt_model(model, text).unwrap();
}

#[test]
fn versions_tell_what_was_adopted_when_by_whom_and_what_changed() {
    both("versions", |server| {
        let first = ladder("1.1", 25, "2026-08-01");
        let second = ladder("1.2", 20, "2026-10-01");
        adopt(server, None, &first, 0);
        adopt(server, Some("session-coordinator"), &second, 60);
        let all = server.get("/ladder/versions", None);
        assert_eq!(all.status, 200);
        let place = |text: &str| all.body.find(text).unwrap_or_else(|| panic!("{text}"));
        // The newest first, the preset of before last.
        assert!(place(" 1.2</b>") < place(" 1.1</b>"));
        assert!(place("/ladder/versions/1\"") < place("/ladder/versions/0\""));
        for text in [
            "Tulee voimaan 1.10.2026",
            "Ensimmäinen päivä 1.8.2026",
            "Otettu käyttöön 1.9.2026: opetuksen järjestäjän koordinaattori",
            "Otettu käyttöön 1.9.2026: pääkäyttäjä palvelimella",
            "mukana tuleva malli",
        ] {
            place(text);
        }
        assert!(!all.body.contains("Zz Staff"), "an adopter is named");
        for (language, code) in [
            (Language::Fi, "fi"),
            (Language::Sv, "sv"),
            (Language::En, "en"),
        ] {
            let page = server.get(&format!("/ladder/versions/2?lang={code}"), None);
            assert_eq!(page.status, 200);
            let lines = diff(&first.0, &second.0, language);
            assert!(lines.len() > 1, "{lines:?}");
            for line in lines {
                let told = page.body.replace("&#39;", "'").replace("&#38;", "&");
                assert!(told.contains(&line), "{code}: {line}");
            }
            page.says_nothing();
        }
        let oldest = server.get("/ladder/versions/0", None);
        assert!(oldest.body.contains("Tätä ennen ei ollut mallia"));
        for wrong in ["3", "x", "-1", "99999999999999999999"] {
            let answer = server.get(&format!("/ladder/versions/{wrong}"), None);
            assert_eq!(answer.status, 404, "{wrong}");
        }
        let ladder = server.get("/ladder", None);
        assert!(ladder.body.contains("href=\"/ladder/versions\""));
    });
}

#[test]
fn without_an_adopted_model_the_preset_is_in_force() {
    both("preset", |server| {
        let all = server.get("/ladder/versions?lang=en", None);
        assert_eq!(all.status, 200);
        assert!(all.body.contains("in force"));
        assert_eq!(all.body.matches("<li><span class=\"what\">").count(), 1);
    });
}
