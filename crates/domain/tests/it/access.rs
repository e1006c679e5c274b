//! Scopes: the matrix of roles and actions, and that none reaches further than its actor.
//!
//! Invariant: every role, action and pair of reaches is tried.

use lasna_domain::access::{
    AccessReason, Action, Actor, Denied, Reach, Request, Scope, UserRole, grant,
};
use lasna_domain::ids::{OrgNo, ProviderNo, UserNo};

const REACHES: [Reach; 3] = [
    Reach::Provider,
    Reach::School(OrgNo(1)),
    Reach::School(OrgNo(2)),
];

fn user(role: UserRole, reach: Reach) -> Actor {
    Actor::User {
        no: UserNo(7),
        role,
        reach,
    }
}

fn ask(actor: Actor, action: Action, reach: Reach) -> Result<Scope, Denied> {
    let reason = AccessReason::FollowAbsence;
    grant(
        actor,
        Request {
            provider: ProviderNo(1),
            action,
            reason,
            reach,
        },
    )
}

fn holds(outer: Reach, inner: Reach) -> bool {
    outer == Reach::Provider || outer == inner
}

#[test]
fn the_matrix() {
    let mut lines = Vec::new();
    for &action in Action::ALL {
        let may =
            |role: &&UserRole| ask(user(**role, Reach::Provider), action, Reach::Provider).is_ok();
        let roles: Vec<&str> = UserRole::ALL
            .iter()
            .filter(may)
            .map(|role| role.as_code())
            .collect();
        lines.push(format!("{}: {}", action.as_code(), roles.join(" ")));
    }
    let expected = "\
import: 
undo_import: 
read_figures: coordinator principal sky_worker service
read_pupil_figures: principal sky_worker
read_watch_list: principal sky_worker service
explain_pupil: principal sky_worker
export: 
add_user: 
adopt_model: coordinator
check: ";
    assert_eq!(lines.join("\n"), expected);
}

#[test]
fn no_scope_is_wider_than_its_actor_or_its_request() {
    let (mut granted, mut denied) = (0, 0);
    for &role in UserRole::ALL {
        for &action in Action::ALL {
            for own in REACHES {
                for asked in REACHES {
                    match ask(user(role, own), action, asked) {
                        Ok(scope) => {
                            assert!(holds(own, scope.reach()) && holds(asked, scope.reach()));
                            assert_eq!(scope.reach(), asked);
                            assert_eq!(scope.action(), action);
                            granted += 1;
                        }
                        Err(refusal) => {
                            assert_eq!(refusal, Denied(action));
                            denied += 1;
                        }
                    }
                }
            }
        }
    }
    // Twelve pairs of role and action are allowed; of nine pairs of reaches five lie inside.
    assert_eq!(granted, 12 * 5);
    assert_eq!(granted + denied, 4 * 10 * 9);
}

#[test]
fn an_operator_reaches_what_is_asked_and_no_further() {
    for &action in Action::ALL {
        for asked in REACHES {
            assert_eq!(
                ask(Actor::Operator, action, asked).map(|scope| scope.reach()),
                Ok(asked)
            );
        }
    }
}

#[test]
fn a_scope_says_who_what_and_why() {
    let actor = user(UserRole::SkyWorker, Reach::School(OrgNo(2)));
    let scope = ask(actor, Action::ExplainPupil, Reach::School(OrgNo(2))).unwrap();
    assert_eq!(scope.actor().code(), "user:7");
    assert_eq!(scope.provider(), ProviderNo(1));
    assert_eq!(scope.reason(), AccessReason::FollowAbsence);
    let refusal = ask(actor, Action::Import, Reach::School(OrgNo(2))).unwrap_err();
    assert_eq!(refusal.to_string(), "this account has no right to import");
}

#[test]
fn reaches_meet_in_the_narrower() {
    for a in REACHES {
        for b in REACHES {
            assert_eq!(a.meet(b), b.meet(a));
            match a.meet(b) {
                Some(met) => assert!(holds(a, met) && holds(b, met)),
                None => assert!(a != b && a != Reach::Provider && b != Reach::Provider),
            }
        }
    }
}
