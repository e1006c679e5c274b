//! Second factors and stepping up: an app, recovery codes, a fresh proof, lost factors.
//!
//! Invariant: a code opens once, and a proof is a factor of the account itself.

use crate::both;
use crate::identity::{OWN, drawn, is_nobody, sign_in, wish, with_app, with_session};
use crate::people::{FIRST, NOW, add_new as add, at, later, peopled, problem, session};
use data_encoding::BASE32_NOPAD;
use lasna_app::identity::{Method, Proof, TRIES_MOST, code_at};
use lasna_app::{App, AppError, NewPassword, SignedIn};
use lasna_domain::access::Action;
use lasna_domain::calendar::Instant;

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
