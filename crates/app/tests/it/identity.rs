//! Who somebody is: idle sessions, tries that outlive a restart, the first administrator, and the end
//! of all of it.
//!
//! Invariant: nothing opens with half a proof, a proof that was used, or a proof of somebody who left.

use crate::people::{FIRST, NOW, add_new as add, at, later, peopled, problem};
use crate::{Node, both, day};
use lasna_app::identity::{
    ADDRESS_MOST, FirstPerson, IDLE_MINUTES, Method, SHARED_IDLE_MINUTES, TRIES_MINUTES,
    TRIES_MOST, Wish, code_at,
};
use lasna_app::{App, AppError, SignedIn, WhichAccount};
use lasna_domain::calendar::Instant;
use lasna_domain::model::Language;
use lasna_store::{Account, AuditRow, StoredPasskey};

pub const OWN: &str = "a long own password";

pub fn with_session(node: &Node, now: Instant, token: &str) -> Result<App, AppError> {
    App::with_session(node.store.clone(), now, token)
}

pub fn sign_in(
    node: &Node,
    now: Instant,
    password: &str,
    wish: Wish<'_>,
) -> Result<SignedIn, AppError> {
    App::sign_in(&node.store, now, ("uusi", password), wish)
}

pub fn wish(token: &str) -> Wish<'_> {
    Wish::from(token)
}

fn audit(node: &Node) -> Vec<AuditRow> {
    let scope = crate::scope(&node.store);
    node.store.ask(|read| AuditRow::list(read, &scope)).unwrap()
}

#[track_caller]
pub fn is_nobody<T>(result: Result<T, AppError>) {
    assert!(matches!(result, Err(AppError::NoAccount)));
}

/// Chance that is never the same twice in one drawing.
pub fn drawn(seed: u8) -> [[u8; 32]; 3] {
    [0, 1, 2].map(|no| std::array::from_fn(|at| seed.wrapping_add(no * 64 + at as u8)))
}

/// Signs in and puts an app in use: the secret, and the recovery codes.
pub fn with_app(node: &Node) -> ([u8; 20], Vec<String>) {
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
        // A school may be behind it: those who type the right password come in.
        for no in 0..ADDRESS_MOST {
            is_nobody(try_at(&format!("login{no}"), "wrong", end, address));
            if no == TRIES_MOST {
                let wish = Wish {
                    address,
                    ..wish("at-school")
                };
                assert!(App::sign_in(&node.store, end, ("uusi", FIRST), wish).is_ok());
            }
        }
        let refused = try_at("uusi", FIRST, end, address);
        assert!(matches!(refused, Err(AppError::TryLater)));
        assert!(App::sign_in(&node.store, end, ("uusi", FIRST), "elsewhere").is_ok());
        let failed: Vec<String> = audit(node)
            .into_iter()
            .filter(|row| row.target.starts_with("sign-in-failed"))
            .map(|row| format!("{} {}", row.actor, row.target))
            .collect();
        let bursts = audit(node).into_iter().map(|row| row.target);
        let bursts: Vec<String> = bursts
            .filter(|it| it.starts_with("sign-in-burst"))
            .collect();
        assert_eq!(bursts, ["sign-in-burst:30", "sign-in-burst:100"]);
        assert_eq!(failed.len() as i64, 2 * TRIES_MOST + ADDRESS_MOST);
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
        for no in 0..ADDRESS_MOST - 1 {
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
        let uusi = node
            .store
            .ask(|read| Account::by_login(read, "uusi"))
            .unwrap()
            .unwrap();
        let passkey = StoredPasskey {
            credential: vec![1, 2, 3],
            at: at(NOW),
            name: "laptop".into(),
            public_part: "{}".into(),
            used: None,
        };
        node.store
            .note(|tx| uusi.add_passkey(tx, &passkey))
            .unwrap();
        let owner = || {
            node.store
                .ask(|read| Account::by_passkey(read, &vec![1, 2, 3]))
                .unwrap()
        };
        assert_eq!(owner().unwrap().no, uusi.no);
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
        assert_eq!(owner(), None);
        let left = node.store.ask(|read| uusi.passkeys(read)).unwrap();
        assert_eq!(left, []);
        let open = node.store.ask(|read| {
            let passes = lasna_store::DayPass::of_day(read, lasna_domain::ids::ProviderNo(1), day("2026-08-24"))?;
            let count = |read: &mut lasna_store::db::Read<'_>, sql: &str| {
                read.query_one(sql, &[])?.unwrap().get::<i64>(0)
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
