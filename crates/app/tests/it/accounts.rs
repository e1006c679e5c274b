//! Accounts as whoever runs the program looks after them: listed, given a new first password, ended.
//!
//! Invariant: what was done is in the audit by number, and no login, password or token is.

use crate::people::{FIRST, add_new as add, later, peopled, problem};
use crate::{Node, both};
use lasna_app::{App, AppError, SignedIn, WhichAccount};
use lasna_domain::access::{Action, Actor, Reach, Request, UserRole, grant};
use lasna_store::AuditRow;

const NEW: &str = "another first password";

fn sign_in(node: &Node, password: &str, token: &str) -> Option<SignedIn> {
    App::sign_in(&node.store, later(5), ("uusi", password), token).ok()
}

fn runs(node: &Node, token: &str) -> bool {
    App::with_session(node.store.clone(), later(5), token).is_ok()
}

#[test]
fn a_new_first_password_takes_the_place_of_the_old_one() {
    both("new_password", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        assert_eq!(sign_in(node, FIRST, "one"), Some(SignedIn::ChangePassword));
        let app = node.app(later(1));
        assert!(runs(node, "one"));
        let no = app.new_first_password(" Uusi ", (NEW, [3; 16])).unwrap();
        assert!(!runs(node, "one"), "the session has ended");
        assert_eq!(sign_in(node, FIRST, "two"), None);
        assert_eq!(sign_in(node, NEW, "three"), Some(SignedIn::ChangePassword));
        assert_eq!(
            problem(app.new_first_password("nobody", (NEW, [3; 16])).map(drop)),
            "no such account: lasna user list shows them all"
        );
        let request = Request {
            provider: node.store.providers().unwrap()[0].0,
            action: Action::Check,
            purpose: None,
            reach: Reach::Provider,
        };
        let scope = grant(&Actor::Operator, request).unwrap();
        let audit = node.store.ask(|read| AuditRow::list(read, &scope)).unwrap();
        let audit: Vec<[String; 5]> = audit
            .into_iter()
            .map(|row| [row.action, row.target, row.actor, row.reason, row.reach])
            .collect();
        let row = audit.iter().find(|row| row[0] == "manage_user").unwrap();
        assert_eq!(row[1], format!("user-password:{no}"));
        for row in &audit {
            assert!(
                row.iter()
                    .all(|cell| !cell.contains("uusi") && !cell.contains(NEW)),
                "{row:?}"
            );
        }
    });
}

#[test]
fn an_account_that_has_ended_is_listed_and_opens_nothing() {
    both("end_account", |node| {
        peopled(node);
        add(node, "uusi").unwrap();
        let app = node.app(later(1));
        app.add_user(UserRole::Service, Some("school-a"), "machine")
            .unwrap();
        sign_in(node, FIRST, "one").unwrap();
        let listed = app.accounts().unwrap();
        let of = |login: Option<&str>| {
            let mut rows = listed.iter().filter(|row| row.login.as_deref() == login);
            rows.next_back().unwrap().clone()
        };
        let (person, machine) = (of(Some("uusi")), of(None));
        assert_eq!((person.role.as_str(), person.ended), ("sky_worker", None));
        assert_eq!(machine.role, "service");
        assert_eq!(machine.school.as_deref(), Some("school-a"));

        assert_eq!(
            app.end_account(WhichAccount::Login("UUSI")).unwrap(),
            person.no
        );
        assert_eq!(
            app.end_account(WhichAccount::No(machine.no)).unwrap(),
            machine.no
        );
        assert!(!runs(node, "one") && sign_in(node, FIRST, "two").is_none());
        let by_token = App::with_token(node.store.clone(), later(5), "machine");
        assert!(matches!(by_token, Err(AppError::NoAccount)));
        for which in [WhichAccount::Login("uusi"), WhichAccount::No(machine.no)] {
            assert_eq!(
                problem(app.end_account(which).map(drop)),
                "this account has ended"
            );
        }
        let again = app.new_first_password("uusi", (NEW, [3; 16]));
        assert_eq!(problem(again.map(drop)), "this account has ended");
        // The login is not given to somebody else, whose past would then be this one's.
        assert_eq!(
            problem(add(node, "uusi")),
            "this login is taken: choose another"
        );
        let after = app.accounts().unwrap();
        assert_eq!(after.len(), listed.len());
        let ended: Vec<_> = after.iter().filter(|row| row.ended.is_some()).collect();
        assert_eq!(ended.len(), 2);
        // Somebody who may not manage accounts is told nothing of them.
        let coordinator = crate::people::session(node, "suunnittelija", later(6));
        assert!(coordinator.accounts().is_err());
        assert!(
            coordinator
                .end_account(WhichAccount::Login("aino"))
                .is_err()
        );
    });
}
