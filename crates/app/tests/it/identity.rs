//! Who somebody is: idle sessions, tries that outlive a restart, second factors, stepping up, the first
//! administrator, and the end of all of it.
//!
//! Invariant: nothing opens with half a proof, a proof that was used, or a proof of somebody who left.

use crate::people::{FIRST, NOW, add_new as add, at, later, peopled, problem, session};
use crate::{Node, both, day};
use data_encoding::BASE32_NOPAD;
use lasna_app::identity::{
    FirstPerson, IDLE_MINUTES, Method, Proof, SHARED_IDLE_MINUTES, TRIES_MINUTES, TRIES_MOST, Wish,
    code_at,
};
use lasna_app::{App, AppError, NewPassword, SignedIn, WhichAccount};
use lasna_domain::access::Action;
use lasna_domain::calendar::Instant;
use lasna_domain::model::Language;
use lasna_store::AuditRow;

const OWN: &str = "a long own password";

fn with_session(node: &Node, now: Instant, token: &str) -> Result<App, AppError> {
    App::with_session(node.store.clone(), now, token)
}

fn sign_in(
    node: &Node,
    now: Instant,
    password: &str,
    wish: Wish<'_>,
) -> Result<SignedIn, AppError> {
    App::sign_in(&node.store, now, ("uusi", password), wish)
}

fn wish(token: &str) -> Wish<'_> {
    Wish::from(token)
}

fn audit(node: &Node) -> Vec<AuditRow> {
    let scope = crate::scope(&node.store);
    node.store.ask(|read| AuditRow::list(read, &scope)).unwrap()
}

#[track_caller]
fn is_nobody<T>(result: Result<T, AppError>) {
    assert!(matches!(result, Err(AppError::NoAccount)));
}

/// Chance that is never the same twice in one drawing.
fn drawn(seed: u8) -> [[u8; 32]; 3] {
    [0, 1, 2].map(|no| std::array::from_fn(|at| seed.wrapping_add(no * 64 + at as u8)))
}

/// Signs in and puts an app in use: the secret, and the recovery codes.
fn with_app(node: &Node) -> ([u8; 20], Vec<String>) {
    let secret = [4; 20];
    sign_in(node, at(NOW), FIRST, wish("before")).unwrap();
    let app = with_session(node, at(NOW), "before").unwrap();
    app.begin_totp(&secret).unwrap();
    let typed = code_at(&secret, at(NOW)).unwrap();
    let codes = app.confirm_totp(&typed, &drawn(1), "enrolled").unwrap();
    (secret, codes)
}

#[test]
fn a_session_that_nobody_uses_ends_and_use_is_written_once_a_minute() {
    both("idle", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let shared = Wish {
            shared: true,
            browser: "Firefox, Linux",
            ..wish("shared")
        };
        sign_in(node, at(NOW), FIRST, wish("own")).unwrap();
        sign_in(node, at(NOW), FIRST, shared).unwrap();
        for (token, minutes) in [("own", IDLE_MINUTES), ("shared", SHARED_IDLE_MINUTES)] {
            let used = later(minutes - 1);
            assert!(with_session(node, used, token).is_ok(), "{token}");
            let idle = Instant(used.0 + minutes * 60_000_000);
            assert!(
                with_session(node, Instant(idle.0 - 1), token).is_ok(),
                "{token}"
            );
            is_nobody(with_session(node, Instant(2 * idle.0 - at(NOW).0), token));
        }
        sign_in(node, later(60), FIRST, wish("busy")).unwrap();
        let seen = || node.count("session_seen");
        let before = seen();
        for second in 0..59 {
            let now = Instant(later(60).0 + second * 1_000_000);
            with_session(node, now, "busy").unwrap();
        }
        assert_eq!(seen(), before, "not a write for each request");
        with_session(node, later(61), "busy").unwrap();
        assert_eq!(seen(), before + 1);
        with_session(node, later(62), "busy").unwrap();
        assert_eq!(seen(), before + 1, "one row for a session");
    });
}

#[test]
fn one_sees_and_ends_ones_own_sessions_and_nobody_elses() {
    both("own_sessions", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        for token in ["a", "b", "c"] {
            sign_in(node, at(NOW), FIRST, wish(token)).unwrap();
        }
        App::sign_in_to_demo(&node.store, at(NOW), "aino", "other").unwrap();
        let app = with_session(node, later(1), "a").unwrap();
        let all = app.own_sessions().unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(all.iter().filter(|session| session.current).count(), 1);
        assert!(all.iter().all(|s| s.methods == [Method::Password]));
        let others = with_session(node, later(1), "other").unwrap();
        let foreign = &others.own_sessions().unwrap()[0];
        assert_eq!(foreign.methods, [Method::Demo]);
        assert!(matches!(
            app.end_own_session(&foreign.id),
            Err(AppError::NotFound(_))
        ));
        let current = all.iter().find(|session| session.current).unwrap();
        let elsewhere = all.iter().find(|session| !session.current).unwrap();
        assert!(!app.end_own_session(&elsewhere.id).unwrap());
        assert_eq!(app.own_sessions().unwrap().len(), 2);
        app.end_other_sessions().unwrap();
        assert_eq!(app.own_sessions().unwrap().len(), 1);
        assert!(app.end_own_session(&current.id).unwrap());
        for token in ["a", "b", "c"] {
            is_nobody(with_session(node, later(1), token));
        }
        assert!(with_session(node, later(1), "other").is_ok());
    });
}

#[test]
fn tries_are_counted_for_a_login_and_an_address_and_a_restart_forgets_none() {
    both("tries_rows", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let try_at = |login: &str, password: &str, now: Instant, address: Option<&str>| {
            let wish = Wish {
                address,
                ..wish("token")
            };
            App::sign_in(&node.store, now, (login, password), wish).map(drop)
        };
        for login in ["uusi", "nobody"] {
            for no in 0..TRIES_MOST {
                is_nobody(try_at(login, "wrong", Instant(at(NOW).0 + no), None));
            }
            // The right password too has to wait, and another process knows it from the rows.
            let refused = try_at(login, FIRST, later(1), None);
            assert!(matches!(refused, Err(AppError::TryLater)), "{login}");
        }
        let end = later(TRIES_MINUTES + 1);
        assert!(try_at("uusi", FIRST, end, None).is_ok());
        // Many logins from one address.
        let address = Some("192.0.2.7");
        for no in 0..TRIES_MOST {
            is_nobody(try_at(&format!("login{no}"), "wrong", end, address));
        }
        let refused = try_at("uusi", FIRST, end, address);
        assert!(matches!(refused, Err(AppError::TryLater)));
        assert!(App::sign_in(&node.store, end, ("uusi", FIRST), "elsewhere").is_ok());
        let failed: Vec<String> = audit(node)
            .into_iter()
            .filter(|row| row.target.starts_with("sign-in-failed"))
            .map(|row| format!("{} {}", row.actor, row.target))
            .collect();
        assert_eq!(failed.len() as i64, 3 * TRIES_MOST);
        assert!(
            failed
                .iter()
                .all(|row| row.starts_with("nobody sign-in-failed:"))
        );
        assert!(
            failed
                .iter()
                .all(|row| !row.contains("uusi") && !row.contains("login"))
        );
        let known = failed.iter().filter(|row| !row.ends_with(":0")).count();
        assert_eq!(known as i64, TRIES_MOST, "of whom, where it is somebody");
    });
}

#[test]
fn a_right_password_makes_up_for_wrong_ones_but_not_for_those_of_others() {
    both("tries_forgotten", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let address = Wish {
            address: Some("192.0.2.7"),
            ..wish("t")
        };
        for round in 0..3 {
            for _ in 0..TRIES_MOST - 1 {
                is_nobody(sign_in(node, later(round), "wrong", wish("t")));
            }
            let token = format!("t{round}");
            sign_in(node, later(round), FIRST, wish(&token)).unwrap();
        }
        for no in 0..TRIES_MOST - 1 {
            let tried = (&*format!("login{no}"), "wrong");
            is_nobody(App::sign_in(&node.store, later(5), tried, address));
        }
        let in_time = Wish {
            token: "in-time",
            ..address
        };
        sign_in(node, later(5), FIRST, in_time).unwrap();
        is_nobody(App::sign_in(
            &node.store,
            later(5),
            ("login", "wrong"),
            address,
        ));
        let refused = sign_in(node, later(5), FIRST, address);
        assert!(matches!(refused, Err(AppError::TryLater)));
    });
}

#[test]
fn with_an_app_in_use_a_password_opens_nothing_and_a_code_opens_once() {
    both("totp", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let (secret, codes) = with_app(node);
        assert_eq!(codes.len(), 8);
        is_nobody(with_session(node, at(NOW), "before"));
        let app = with_session(node, at(NOW), "enrolled").unwrap();
        assert_eq!(app.methods(), [Method::Password, Method::Totp]);
        assert!(app.require_two_factors(false).is_ok());

        let now = later(5);
        assert_eq!(
            sign_in(node, now, FIRST, wish("half")).unwrap(),
            SignedIn::SecondFactor
        );
        is_nobody(with_session(node, now, "half"));
        let send = |half: &str, typed: &str, now: Instant, token: &str| {
            App::sign_in_with_code(&node.store, now, (half, typed), &wish(token))
        };
        let code = code_at(&secret, now).unwrap();
        is_nobody(send("other", &code, now, "s"));
        for wrong in ["", "000000", "12345", &"9".repeat(500)] {
            assert_eq!(problem(send("half", wrong, now, "s")), "factor.wrong");
        }
        assert_eq!(
            send("half", &code, now, "s").unwrap(),
            SignedIn::ChangePassword
        );
        assert!(with_session(node, now, "s").is_ok());
        is_nobody(send("half", &code, now, "again"));
        // The same code with a password of its own: it was used.
        sign_in(node, now, FIRST, wish("half2")).unwrap();
        assert_eq!(problem(send("half2", &code, now, "s2")), "factor.wrong");
        let before = code_at(&secret, Instant(now.0 - 30_000_000)).unwrap();
        assert_eq!(problem(send("half2", &before, now, "s2")), "factor.wrong");
        // The half-way ends by its time.
        let late = later(16);
        let code = code_at(&secret, late).unwrap();
        is_nobody(send("half2", &code, late, "s2"));
    });
}

#[test]
fn a_recovery_code_works_once_and_new_ones_end_the_old() {
    both("recovery", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let (_, codes) = with_app(node);
        let send = |typed: &str, no: i64| {
            let half = format!("half{no}");
            sign_in(node, later(no), FIRST, wish(&half)).unwrap();
            let token = format!("s{no}");
            App::sign_in_with_code(&node.store, later(no), (&half, typed), &wish(&token))
        };
        send(&codes[0].to_lowercase().replace('-', " "), 1).unwrap();
        let app = with_session(node, later(1), "s1").unwrap();
        assert_eq!(app.methods(), [Method::Password, Method::Recovery]);
        assert_eq!(app.factor_state().unwrap().recovery_left, 7);
        assert_eq!(problem(send(&codes[0], 2)), "factor.wrong");
        let new = app.new_recovery(&drawn(7)).unwrap();
        assert_eq!(problem(send(&codes[1], 3)), "factor.wrong");
        send(&new[1], 4).unwrap();
        let told: Vec<String> = app
            .own_notices()
            .unwrap()
            .into_iter()
            .map(|n| n.kind)
            .collect();
        assert_eq!(
            told,
            ["totp_on", "recovery_used", "recovery_new", "recovery_used"]
        );
        let last = app.own_notices().unwrap()[2].no;
        app.has_read_notices(last).unwrap();
        app.has_read_notices(last).unwrap();
        assert_eq!(app.own_notices().unwrap().len(), 1);
    });
}

#[test]
fn a_secret_counts_after_its_first_code_and_codes_are_tried_ten_times() {
    both("enrol", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        sign_in(node, at(NOW), FIRST, wish("s")).unwrap();
        let app = with_session(node, at(NOW), "s").unwrap();
        assert!(matches!(app.totp_setup(), Err(AppError::NotFound(_))));
        assert!(matches!(
            app.require_two_factors(false),
            Err(AppError::FactorDue)
        ));
        app.begin_totp(&[6; 20]).unwrap();
        let shown = app.totp_setup().unwrap().secret.replace('-', "");
        assert_eq!(BASE32_NOPAD.decode(shown.as_bytes()).unwrap(), [6; 20]);
        // Begun, and not confirmed: the password alone still opens what it opened.
        assert_eq!(
            sign_in(node, at(NOW), FIRST, wish("s2")).unwrap(),
            SignedIn::ChangePassword
        );
        let random = drawn(1);
        for _ in 0..TRIES_MOST {
            assert_eq!(
                problem(app.confirm_totp("000000", &random, "new")),
                "factor.wrong"
            );
        }
        let right = code_at(&[6; 20], at(NOW)).unwrap();
        let refused = app.confirm_totp(&right, &random, "new");
        assert!(matches!(refused, Err(AppError::TryLater)));
        assert!(!app.factor_state().unwrap().totp);
    });
}

#[test]
fn what_is_grave_wants_a_fresh_proof_and_gives_a_new_session() {
    both("step_up", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let (secret, _) = with_app(node);
        let app = |now: Instant, token: &str| with_session(node, now, token);
        let fresh = app(later(10), "enrolled").unwrap();
        assert_eq!(fresh.auth_age(), Some(10 * 60_000_000));
        assert!(fresh.fresh_for(Action::UndoImport).is_ok());
        let stale = app(later(11), "enrolled").unwrap();
        assert!(matches!(
            stale.fresh_for(Action::UndoImport),
            Err(AppError::StepUpDue)
        ));
        assert!(stale.fresh_for(Action::ReadWatchList).is_ok());
        assert!(matches!(
            stale.begin_totp(&[1; 20]),
            Err(AppError::StepUpDue)
        ));
        assert!(matches!(stale.end_totp(false), Err(AppError::StepUpDue)));
        // The password is no proof where there is a second factor, and a press is none at all.
        for proof in [Proof::Password(FIRST), Proof::Demo, Proof::Code("000000")] {
            assert_eq!(problem(stale.step_up(proof, "new")), "step_up.wrong");
        }
        assert!(app(later(11), "enrolled").is_ok());
        let code = code_at(&secret, later(11)).unwrap();
        stale.step_up(Proof::Code(&code), "new").unwrap();
        is_nobody(app(later(11), "enrolled"));
        let new = app(later(11), "new").unwrap();
        assert_eq!(new.auth_age(), Some(0));
        assert!(new.begin_totp(&[1; 20]).is_ok());
        let next = code_at(&secret, Instant(later(11).0 + 30_000_000)).unwrap();
        is_nobody(stale.step_up(Proof::Code(&next), "third"));
        // It does not live longer for it.
        for minutes in (11..12 * 60).step_by(20) {
            assert!(app(later(minutes), "new").is_ok());
        }
        is_nobody(app(later(12 * 60), "new"));
        // The operator of the machine has no session to prove.
        assert!(node.app(later(11)).fresh_for(Action::UndoImport).is_ok());
    });
}

#[test]
fn without_a_second_factor_the_password_steps_up() {
    both("step_up_password", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        sign_in(node, at(NOW), FIRST, wish("s")).unwrap();
        let app = with_session(node, later(11), "s").unwrap();
        assert_eq!(
            problem(app.step_up(Proof::Password("wrong"), "n")),
            "step_up.wrong"
        );
        app.step_up(Proof::Password(FIRST), "n").unwrap();
        assert!(with_session(node, later(11), "n").is_ok());
        // In the demo a press is enough, and only there.
        let demo = session(node, "aino", at(NOW));
        demo.step_up(Proof::Demo, "m").unwrap();
        assert!(with_session(node, later(1), "m").is_ok());
    });
}

#[test]
fn the_first_administrator_types_a_code_once_within_the_hour() {
    both("first_admin", |node| {
        let first = |code: &str, login: &str, now: Instant, token: &str| {
            let person = FirstPerson {
                code,
                login,
                name: "Jukka",
                password: OWN,
                salt: [3; 16],
                language: Language::Fi,
            };
            App::begin_first(&node.store, now, &person, &wish(token))
        };
        assert_eq!(problem(first("", "jukka", at(NOW), "t")), "first.wrong");
        let late = node.app(at(NOW)).first_code(&[1; 32]).unwrap();
        assert_eq!(
            problem(first(&late, "jukka", later(60), "t")),
            "first.wrong"
        );
        let code = node.app(at(NOW)).first_code(&[2; 32]).unwrap();
        assert_eq!(problem(first(&code, "", at(NOW), "t")), "first.missing");
        first(&code.to_lowercase(), "Jukka", later(59), "t").unwrap();
        let app = with_session(node, later(59), "t").unwrap();
        assert_eq!(app.methods(), [Method::Password, Method::Code]);
        assert!(matches!(
            app.require_two_factors(false),
            Err(AppError::FactorDue)
        ));
        assert!(!app.must_change_password().unwrap());
        assert_eq!(
            problem(first(&code, "other", later(59), "u")),
            "first.wrong"
        );
        assert!(problem(node.app(later(59)).first_code(&[3; 32])).contains("already"));
        let came = App::sign_in(&node.store, later(60), ("jukka", OWN), "again").unwrap();
        assert_eq!(came, SignedIn::Ready);
        assert!(audit(node).iter().all(|row| !row.target.contains(&code)));
    });
}

#[test]
fn who_leaves_leaves_nothing_that_opens() {
    both("leaver", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let (secret, codes) = with_app(node);
        sign_in(node, later(1), FIRST, wish("half")).unwrap();
        let operator = node.app(later(1));
        operator
            .give_day_pass("sijainen", day("2026-08-24"), "t-ma")
            .unwrap();
        App::sign_in_to_demo(&node.store, at(NOW), "sijainen", "substitute").unwrap();
        for login in ["uusi", "sijainen"] {
            operator.end_account(WhichAccount::Login(login)).unwrap();
        }
        for token in ["enrolled", "half", "substitute"] {
            is_nobody(with_session(node, later(1), token));
        }
        let now = later(2);
        for typed in [&code_at(&secret, now).unwrap(), &codes[0]] {
            let sent = App::sign_in_with_code(&node.store, now, ("half", typed), &wish("s"));
            is_nobody(sent);
        }
        is_nobody(sign_in(node, now, FIRST, wish("s")));
        is_nobody(App::sign_in_to_demo(&node.store, now, "sijainen", "s"));
        let open = node.store.ask(|read| {
            let passes = lasna_store::DayPass::of_day(read, lasna_domain::ids::ProviderNo(1), day("2026-08-24"))?;
            let count = |read: &mut lasna_store::db::Read<'_>, sql: &str| {
                Ok::<i64, lasna_store::db::DbError>(read.query_one(sql, &[])?.unwrap().get(0)?)
            };
            let totps = count(read, "select (select count(*) from totp) - (select count(*) from totp_off)")?;
            let recovery = count(read, "select (select count(*) from recovery_code) - (select count(*) from recovery_end)")?;
            let halves = count(read, "select (select count(*) from half_sign_in) - (select count(*) from half_sign_in_end)")?;
            let sessions = count(read, "select (select count(*) from sign_in) - (select count(*) from sign_out)")?;
            Ok::<_, lasna_store::db::DbError>((passes.len(), totps, recovery, halves, sessions))
        });
        assert_eq!(open.unwrap(), (0, 0, 0, 0, 0));
    });
}

#[test]
fn lost_factors_are_ended_by_the_operator_and_told() {
    both("lost", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        with_app(node);
        node.app(later(1)).end_factors("UUSI").unwrap();
        is_nobody(with_session(node, later(1), "enrolled"));
        assert_eq!(
            sign_in(node, later(2), FIRST, wish("s")).unwrap(),
            SignedIn::ChangePassword
        );
        let app = with_session(node, later(2), "s").unwrap();
        app.change_password(&NewPassword {
            old: FIRST,
            password: OWN,
            salt: [1; 16],
            session: "s",
        })
        .unwrap();
        let told: Vec<String> = app
            .own_notices()
            .unwrap()
            .into_iter()
            .map(|n| n.kind)
            .collect();
        assert_eq!(told, ["totp_on", "factors_ended", "password"]);
        assert!(problem(node.app(later(1)).end_factors("nobody")).contains("no such account"));
    });
}
