//! Accounts and how far they reach.
//!
//! Invariant: what is out of reach and what does not exist are answered alike and leave no trace.

use crate::town::everything;
use crate::{Node, both, day, noon};
use lasna_app::import::Options;
use lasna_app::{App, AppError, Level, WatchRow};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::Instant;
use lasna_domain::model::Model;
use lasna_formats::model::{preset, read_model};

/// One step that everybody with a missed minute has reached.
fn model() -> Model {
    let text = preset("sky-fi").unwrap();
    let text = text.replace("hours = 30", "hours = 1");
    read_model(&text, &preset).unwrap()
}

/// The town with an account of each role at school A, by the code of the role as its token, and a
/// coordinator of the provider, `all`.
fn peopled(node: &Node) {
    let mut files = everything();
    for d in [18, 19, 20, 21] {
        for (pupil, class) in [("p06", "a7"), ("q02", "b7")] {
            let row = format!("{pupil},,2026-08-{d},{class},08:15,,truancy,,,,");
            files = files.add("marks.csv", &row);
        }
    }
    assert_eq!(node.import(1, &files).rejected, []);
    let app = node.app(noon(2));
    for &role in UserRole::ALL {
        let token = role.as_code();
        app.add_user(role, Some("school-a"), token).unwrap();
    }
    app.add_user(UserRole::Coordinator, None, "all").unwrap();
}

fn signed_in(node: &Node, token: &str) -> App {
    App::with_token(node.store.clone(), noon(3), token).unwrap()
}

fn list(app: &App, school: Option<&str>) -> Result<Vec<WatchRow>, AppError> {
    app.watch_list(&model(), school, day("2026-08-24"), Instant::LATEST)
}

/// Whether an error is answered as "not found, or no right to it".
fn is_not_found(error: &AppError) -> bool {
    matches!(error, AppError::NotFound(_) | AppError::Denied(_))
}

#[test]
fn an_account_of_a_school_reads_its_own_list_only() {
    both("own", |node| {
        peopled(node);
        for role in ["principal", "sky_worker", "service"] {
            let app = signed_in(node, role);
            let rows = list(&app, Some("school-a")).unwrap();
            assert!(rows.iter().any(|row| row.pupil == "p06"), "{role}");
            assert!(rows.iter().all(|row| row.school == "school-a"), "{role}");
            assert!(is_not_found(&list(&app, None).unwrap_err()), "{role}");
        }
    });
}

#[test]
fn another_school_is_answered_as_one_that_does_not_exist() {
    both("another", |node| {
        peopled(node);
        for role in ["principal", "sky_worker", "service", "coordinator"] {
            let app = signed_in(node, role);
            let audit = node.count("audit");
            // A district, a class, a pupil and a word of SQL are no schools either.
            for school in ["school-b", "school-x", "a7", "p01", "", "' or '1'='1"] {
                let error = list(&app, Some(school)).unwrap_err();
                assert!(is_not_found(&error), "{role} {school}: {error:?}");
                let text = error.to_string();
                for word in ["school-b", "school-a", "q0", "b7"] {
                    assert!(!text.contains(word), "{role} {school}: {text}");
                }
            }
            // The one school that there is was tried, and the log says so.
            assert_eq!(node.count("audit"), audit + 1, "{role}");
        }
    });
}

#[test]
fn the_coordinator_reads_figures_of_schools_and_no_list_of_pupils() {
    both("coordinator", |node| {
        peopled(node);
        let app = signed_in(node, "all");
        for school in [None, Some("school-a"), Some("school-b"), Some("school-x")] {
            assert!(is_not_found(&list(&app, school).unwrap_err()), "{school:?}");
        }
        let figures = |level| app.figures(level, day("2026-08-24"), Instant::LATEST);
        let schools: Vec<String> = figures(Level::School)
            .unwrap()
            .into_iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(schools, ["school-a", "school-b"]);
        let pupils = figures(Level::Pupil).unwrap_err();
        assert!(matches!(pupils, AppError::Denied(_)), "{pupils:?}");
    });
}

#[test]
fn a_token_of_nobody_is_no_account() {
    both("nobody", |node| {
        peopled(node);
        for token in ["", "wrong", "PRINCIPAL", "principal ", "' or '1'='1"] {
            let Err(error) = App::with_token(node.store.clone(), noon(3), token) else {
                panic!("{token:?} signs in")
            };
            assert!(matches!(error, AppError::NoAccount), "{token:?}: {error:?}");
            assert!(token.is_empty() || !error.to_string().contains(token));
        }
    });
}

#[test]
fn what_a_role_may_not_do_it_cannot_do() {
    both("roles", |node| {
        peopled(node);
        let before = (node.rows(), node.count("user_account"), node.count("audit"));
        let tokens = UserRole::ALL.iter().map(|role| role.as_code());
        for token in tokens.chain(["all"]) {
            let app = signed_in(node, token);
            let refused = [
                app.import(everything().inputs(), Options::default(), &mut |_| {})
                    .map(drop),
                app.undo_import(1),
                app.export_roster(std::io::Cursor::new(Vec::new())),
                app.export_facts(&mut Vec::new()),
                app.add_user(UserRole::Coordinator, None, "more"),
                app.check(day("2026-08-24")).map(drop),
            ];
            for (at, done) in refused.into_iter().enumerate() {
                let error = done.unwrap_err();
                assert!(
                    matches!(error, AppError::Denied(_)),
                    "{token} {at}: {error:?}"
                );
            }
        }
        let after = (node.rows(), node.count("user_account"), node.count("audit"));
        assert_eq!(after.0, before.0);
        assert_eq!(after.1, before.1);
        // Each try that was refused is in the log.
        let tries = (UserRole::ALL.len() as i64 + 1) * 6;
        assert_eq!(after.2, before.2 + tries);
    });
}

#[test]
fn only_who_serves_the_provider_has_an_account_without_a_school() {
    both("school_less", |node| {
        node.import(1, &everything());
        let app = node.app(noon(2));
        for &role in UserRole::ALL {
            let made = app.add_user(role, None, role.as_code());
            let whole = matches!(
                role,
                UserRole::Coordinator | UserRole::Administrator | UserRole::Oversight
            );
            assert_eq!(made.is_ok(), whole, "{role:?}");
        }
        assert_eq!(node.count("user_account"), 3);
    });
}

#[test]
fn an_account_of_a_school_that_is_not_known_is_not_made() {
    both("no_school", |node| {
        node.import(1, &everything());
        let app = node.app(noon(2));
        let error = app
            .add_user(UserRole::Principal, Some("school-x"), "token")
            .unwrap_err();
        assert!(matches!(error, AppError::NotFound("school")), "{error:?}");
        assert_eq!(node.count("user_account"), 0);
    });
}

#[test]
fn a_list_that_cannot_be_recorded_is_not_read() {
    both("closed", |node| {
        peopled(node);
        let app = signed_in(node, "principal");
        list(&app, Some("school-a")).unwrap();
        node.meddle("drop table audit");
        let error = list(&app, Some("school-a")).unwrap_err();
        assert!(matches!(error, AppError::Store(_)), "{error:?}");
    });
}

#[test]
fn an_account_of_a_school_reads_figures_and_marks_of_its_own_pupils() {
    both("own_figures", |node| {
        peopled(node);
        let app = signed_in(node, "principal");
        let (on, at) = (day("2026-08-24"), Instant::LATEST);
        for (level, inside, outside) in [
            (Level::School, "school-a", "school-b"),
            (Level::Class, "a7", "b7"),
            (Level::Pupil, "p06", "q02"),
        ] {
            let rows = app.figures(level, on, at).unwrap();
            assert!(rows.iter().any(|row| row.id == inside), "{level:?}");
            assert!(rows.iter().all(|row| row.id != outside), "{level:?}");
            let whole = node.app(noon(3)).figures(level, on, at).unwrap();
            assert!(rows.iter().all(|row| whole.contains(row)), "{level:?}");
        }
        assert!(app.figures(Level::Provider, on, at).is_err());
        let own = app.explain(&model(), "p06", on, at).unwrap();
        assert!(!own.marks.is_empty() && !own.steps.is_empty());
        for other in ["q02", "nobody"] {
            assert!(is_not_found(
                &app.explain(&model(), other, on, at).unwrap_err()
            ));
        }
        assert!(
            signed_in(node, "service")
                .explain(&model(), "p06", on, at)
                .is_err()
        );
    });
}
