//! Models in force: from when, which of several, and what becomes of their base.
//!
//! Invariant: what was in force on a past day is found again.

use crate::{both, day, noon};
use lasna_app::App;
use lasna_domain::model::Model;
use lasna_formats::model::{preset, read_model};

/// A model of a version and first day.
fn text(version: &str, valid: &str) -> String {
    let base = preset("sky-fi").unwrap();
    let head = base.find("[model]").unwrap();
    let lines = base[head..].lines().map(|line| match line {
        line if line.starts_with("version =") => format!("version = \"{version}\""),
        line if line.starts_with("valid =") => format!("valid = {valid}"),
        line => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn read(text: &str) -> Model {
    read_model(text, &preset).unwrap()
}

fn adopt(app: &App, text: &str) -> Result<(), lasna_app::AppError> {
    app.adopt_model(&read(text), text)
}

fn in_force(app: &App, on: &str) -> Option<String> {
    let text = app.model_text(day(on)).unwrap()?;
    // It needs no other file.
    Some(read_model(&text, &|_| None).unwrap().version)
}

#[test]
fn a_model_is_in_force_from_its_first_day() {
    both("valid", |node| {
        let app = node.app(noon(1));
        assert_eq!(in_force(&app, "2026-10-01"), None);
        adopt(&app, &text("1", "2026-08-01")).unwrap();
        adopt(&node.app(noon(2)), &text("2", "2027-01-01")).unwrap();
        for (on, version) in [
            ("2026-07-31", None),
            ("2026-08-01", Some("1")),
            ("2026-12-31", Some("1")),
            ("2027-01-01", Some("2")),
        ] {
            assert_eq!(in_force(&app, on).as_deref(), version, "{on}");
        }
    });
}

#[test]
fn an_earlier_version_comes_back_and_never_changes() {
    both("again", |node| {
        let (one, two) = (text("1", "2026-08-01"), text("2", "2026-08-01"));
        adopt(&node.app(noon(1)), &one).unwrap();
        adopt(&node.app(noon(2)), &two).unwrap();
        let app = node.app(noon(3));
        assert_eq!(in_force(&app, "2026-10-01").as_deref(), Some("2"));
        adopt(&app, &one).unwrap();
        assert_eq!(in_force(&app, "2026-10-01").as_deref(), Some("1"));
        let other = one.replace("hours = 30", "hours = 25");
        assert_ne!(one, other);
        let error = adopt(&node.app(noon(4)), &other).unwrap_err().to_string();
        assert!(error.contains("new version"), "{error}");
        assert_eq!(in_force(&app, "2026-10-01").as_deref(), Some("1"));
        assert_eq!(node.count("model_version"), 3);
    });
}

#[test]
fn a_model_that_extends_another_stands_alone_once_adopted() {
    both("alone", |node| {
        let local = preset("esimerkkila").unwrap();
        assert!(local.contains("extends"));
        let model = read(&local);
        let app = node.app(noon(1));
        app.adopt_model(&model, &local).unwrap();
        let stored = app.model_text(model.valid).unwrap().unwrap();
        let alone = read_model(&stored, &|_| None).unwrap();
        assert_eq!(alone.steps, model.steps);
        assert_eq!(alone.measures, model.measures);
        assert_eq!(alone.reference(), model.reference());
    });
}
