//! Signing in: the right password and no other, the first one changed, a session and its end.
//!
//! Invariant: whatever is wrong with a login or a password is answered alike.

use crate::people::{FIRST, NOW, add_new as add, at, is_missing, later, peopled, problem, session};
use crate::{Node, both, day};
use lasna_app::{App, AppError, NewPassword, NewPerson, PASSWORD_MIN, SESSION_HOURS, SignedIn};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::Instant;
use lasna_domain::model::Language;

fn sign_in(node: &Node, login: &str, password: &str, token: &str) -> Result<SignedIn, AppError> {
    App::sign_in(&node.store, at(NOW), (login, password), token)
}

fn with_session(node: &Node, now: Instant, token: &str) -> Result<App, AppError> {
    App::with_session(node.store.clone(), now, token)
}

fn change(app: &App, session: &str, old: &str, password: &str) -> Result<(), AppError> {
    app.change_password(&NewPassword {
        old,
        password,
        salt: [5; 16],
        session,
    })
}

#[track_caller]
fn is_nobody<T>(result: Result<T, AppError>) {
    assert!(matches!(result, Err(AppError::NoAccount)));
}

#[test]
fn the_password_opens_and_nothing_else_does() {
    both("password", |node| {
        peopled(node);
        add(node, " Uusi ").unwrap();
        for (login, password) in [
            ("uusi", "first passwor"),
            ("uusi", "First password"),
            ("uusi", ""),
            ("", ""),
            ("uus", FIRST),
            // Made without a password: nobody signs in with one.
            ("aino", ""),
            ("aino", FIRST),
            ("uusi", &"x".repeat(600)),
        ] {
            is_nobody(sign_in(node, login, password, "t"));
        }
        assert_eq!(node.count("sign_in"), 0);
        // The login in any case and with the spaces of a phone's keyboard.
        for (no, login) in ["uusi", "UUSI", " Uusi "].iter().enumerate() {
            let came = sign_in(node, login, FIRST, &format!("t{no}")).unwrap();
            assert_eq!(came, SignedIn::ChangePassword);
        }
        let app = with_session(node, at(NOW), "t1").unwrap();
        let me = app.me().unwrap();
        assert_eq!(
            (me.name.as_str(), me.role),
            ("Name Uusi", UserRole::SkyWorker)
        );
        assert_eq!((me.language, me.person), (Some(Language::Sv), None));
        // Neither the password nor its token is a token of the interface for machines.
        for word in [FIRST, "t1", "uusi", &format!("person:uusi:{}", at(NOW).0)] {
            is_nobody(App::with_token(node.store.clone(), at(NOW), word));
        }
    });
}

#[test]
fn the_first_password_is_changed_to_another_one() {
    both("change", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        sign_in(node, "uusi", FIRST, "t").unwrap();
        let app = |now| with_session(node, now, "t").unwrap();
        assert!(app(at(NOW)).must_change_password().unwrap());
        assert!(
            !session(node, "aino", at(NOW))
                .must_change_password()
                .unwrap()
        );
        let change = |text: &str| change(&app(later(1)), "t", FIRST, text);
        let short = "ä".repeat(PASSWORD_MIN - 1);
        assert_eq!(problem(change(&short)), "password.short");
        assert_eq!(problem(change(&"x".repeat(513))), "password.long");
        assert_eq!(problem(change(FIRST)), "password.same");
        assert!(app(later(1)).must_change_password().unwrap());
        let common = "ä".repeat(PASSWORD_MIN);
        assert_eq!(problem(change(&common)), "password.common");
        // The person and the school: by whichever list it is found, it is refused.
        assert!(problem(change("uusinameschool1")).starts_with("password."));
        let own = "ä ö å ja muut kirjaimet".to_owned();
        change(&own).unwrap();
        assert!(!app(later(2)).must_change_password().unwrap());
        is_nobody(sign_in(node, "uusi", FIRST, "t2"));
        assert_eq!(sign_in(node, "uusi", &own, "t3").unwrap(), SignedIn::Ready);
        assert_eq!(
            node.count("user_password"),
            2,
            "the first one stays as a row"
        );
        is_nobody(self::change(
            &node.app(at(NOW)),
            "t",
            "",
            "long enough text",
        ));
    });
}

#[test]
fn the_old_password_is_asked_and_other_sessions_end() {
    both("old_password", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        for token in ["t", "u", "v", "w"] {
            sign_in(node, "uusi", FIRST, token).unwrap();
        }
        App::sign_in_to_demo(&node.store, at(NOW), "aino", "other").unwrap();
        let app = |token: &str| with_session(node, later(1), token);
        app("w").unwrap().sign_out("w").unwrap();
        let long = "x".repeat(600);
        for old in ["", "first passwor", "long enough text", &long] {
            let refused = change(&app("t").unwrap(), "t", old, "long enough text");
            assert_eq!(problem(refused), "password.wrong", "{old}");
        }
        assert!(app("u").is_ok(), "nothing has changed");
        change(&app("t").unwrap(), "t", FIRST, "long enough text").unwrap();
        assert!(app("t").is_ok() && app("other").is_ok());
        is_nobody(app("u"));
        is_nobody(app("v"));
        assert_eq!(
            (node.count("sign_out"), node.count("user_password")),
            (3, 2)
        );
        assert_eq!(
            sign_in(node, "uusi", "long enough text", "x").unwrap(),
            SignedIn::Ready
        );
        // An account without a password has none to ask for.
        let aino = app("other").unwrap();
        assert!(!aino.has_password().unwrap());
        change(&aino, "other", "", "long enough text").unwrap();
        assert!(aino.has_password().unwrap());
    });
}

#[test]
fn a_session_ends_after_its_hours_or_when_it_is_ended() {
    both("its_hours", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        sign_in(node, "uusi", FIRST, "t").unwrap();
        sign_in(node, "uusi", FIRST, "u").unwrap();
        let end = later(SESSION_HOURS * 60);
        // In use all day, and no longer.
        for minutes in (0..SESSION_HOURS * 60).step_by(20) {
            assert!(with_session(node, later(minutes), "t").is_ok(), "{minutes}");
        }
        assert!(with_session(node, Instant(end.0 - 1), "t").is_ok());
        is_nobody(with_session(node, end, "t"));
        is_nobody(with_session(node, at(NOW), "v"));
        let app = with_session(node, later(5), "t").unwrap();
        app.sign_out("t").unwrap();
        // Two clicks end one session.
        app.sign_out("t").unwrap();
        is_nobody(with_session(node, later(5), "t"));
        assert!(
            with_session(node, later(5), "u").is_ok(),
            "the other one goes on"
        );
        assert_eq!(node.count("sign_out"), 1);
        let scope = crate::scope(&node.store);
        let rows = node
            .store
            .ask(|read| lasna_store::AuditRow::list(read, &scope))
            .unwrap();
        let own: Vec<_> = rows.iter().filter(|row| row.action == "sign_in").collect();
        assert!(own.iter().any(|row| row.target.starts_with("sign-in:")));
        assert!(own.iter().any(|row| row.target == "sign-out"));
        assert!(rows.iter().all(|row| !row.target.contains("uusi")));
    });
}

#[test]
fn an_account_needs_a_school_and_a_login_of_its_own() {
    both("logins", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        assert!(problem(add(node, "UUSI")).contains("taken"));
        for bad in ["", "  ", &"x".repeat(101)] {
            assert!(problem(add(node, bad)).contains("login"), "{bad:?}");
        }
        let person = |role, school| {
            let new = NewPerson {
                role,
                school,
                login: "toinen",
                name: "",
                person: None,
                password: None,
                language: None,
            };
            node.app(at(NOW)).add_person(&new).map(drop)
        };
        assert!(problem(person(UserRole::Teacher, None)).contains("--school"));
        is_missing(person(UserRole::Teacher, Some("school-z")));
        person(UserRole::Coordinator, None).unwrap();
        // Nobody but the operator makes accounts, gives days or signs anybody in.
        let rehtori = session(node, "rehtori", at(NOW));
        is_missing(rehtori.give_day_pass("sijainen", day("2026-08-24"), "t-ma"));
        is_missing(
            node.app(at(NOW))
                .give_day_pass("nobody", day("2026-08-24"), "t-ma"),
        );
        is_nobody(App::sign_in_to_demo(&node.store, at(NOW), "nobody", "t"));
    });
}

#[test]
fn a_language_is_kept_for_the_person() {
    both("language", |node| {
        peopled(node);
        for (minutes, language) in (1..).zip([Language::Sv, Language::En, Language::Fi]) {
            session(node, "aino", later(minutes))
                .choose_language(language)
                .unwrap();
            let again = session(node, "aino", later(minutes + 10));
            assert_eq!(again.me().unwrap().language, Some(language));
        }
        assert_eq!(
            session(node, "eero", later(20)).me().unwrap().language,
            None
        );
        assert_eq!(node.count("user_language"), 3);
    });
}

#[test]
fn a_pass_ties_for_its_day_and_ends_with_it() {
    both("day_pass", |node| {
        peopled(node);
        let operator = node.app(at(NOW));
        operator
            .give_day_pass("sijainen", day("2026-08-24"), "t-ma")
            .unwrap();
        let lessons = |now: &str| {
            let app = session(node, "sijainen", at(now));
            app.own_lessons(at(now).day_in_finland()).unwrap().len()
        };
        // Yesterday, the whole civil day, and the day after.
        assert_eq!(lessons("2026-08-23T20:59:59Z"), 0);
        assert_eq!(lessons("2026-08-23T21:00:00Z"), 1);
        assert_eq!(lessons("2026-08-24T20:59:59Z"), 1);
        assert_eq!(lessons("2026-08-24T21:00:00Z"), 0);
        // Of another school the pass is worth nothing: the lesson is not in reach of the list.
        let app = session(node, "sijainen", at(NOW));
        is_missing(app.pupil_page(
            &crate::people::model(),
            app.pupil_no("p01").unwrap(),
            day("2026-08-24"),
            Instant::LATEST,
        ));
        is_missing(app.signal_list(&crate::people::model(), day("2026-08-24"), Instant::LATEST));
    });
}
