//! Scopes: the matrix of roles and actions, and that none reaches further than its actor.
//!
//! Invariant: every role, action and pair of reaches is tried.

use lasna_domain::access::{
    AccessReason, Action, Actor, DataClass, Denied, Reach, Request, Scope, Ties, UserRole, Verb,
    grant,
};
use lasna_domain::ids::{GroupNo, OrgNo, ProviderNo, UserNo};
use std::sync::Arc;

const REACHES: [Reach; 4] = [
    Reach::Provider,
    Reach::School(OrgNo(1)),
    Reach::School(OrgNo(2)),
    Reach::Group(GroupNo(3)),
];

/// Roles that reach by their ties, never a whole school.
const OF_ONESELF: [Action; 2] = [Action::SignIn, Action::ReadOwnActs];
const TIED: [UserRole; 2] = [UserRole::Teacher, UserRole::Substitute];

fn user(role: UserRole, reach: Reach) -> Actor {
    tied(role, reach, Ties::default())
}

fn tied(role: UserRole, reach: Reach, ties: Ties) -> Actor {
    Actor::User {
        no: UserNo(7),
        role,
        reach,
        ties: Arc::new(ties),
    }
}

/// One group taught, one class led.
fn teacher(role: UserRole) -> Actor {
    let ties = Ties {
        teaches: vec![GroupNo(3)],
        leads: vec![GroupNo(4)],
        ..Ties::default()
    };
    tied(role, Reach::School(OrgNo(1)), ties)
}

fn ask(actor: Actor, action: Action, reach: Reach) -> Result<Scope, Denied> {
    let request = Request {
        provider: ProviderNo(1),
        action,
        purpose: None,
        reach,
    };
    grant(&actor, request)
}

fn holds(outer: Reach, inner: Reach) -> bool {
    outer == Reach::Provider || outer == inner
}

#[test]
fn the_matrix_of_tasks() {
    let mut lines = Vec::new();
    for &action in Action::ALL {
        let may =
            |role: &&UserRole| ask(user(**role, Reach::Provider), action, Reach::Provider).is_ok();
        let roles: Vec<&str> = UserRole::ALL
            .iter()
            .filter(may)
            .map(|role| role.as_code())
            .collect();
        lines.push(
            format!("{}: {}", action.as_code(), roles.join(" "))
                .trim()
                .to_owned(),
        );
    }
    let expected = include_str!("access_tasks.txt").trim_end();
    assert_eq!(lines.join("\n"), expected);
}

#[test]
fn the_matrix_of_ties() {
    let mut lines = Vec::new();
    for &action in Action::ALL {
        for (word, reach) in [
            ("taught", Reach::Group(GroupNo(3))),
            ("led", Reach::Group(GroupNo(4))),
            ("other", Reach::Group(GroupNo(5))),
        ] {
            let may = |role: &&UserRole| ask(teacher(**role), action, reach).is_ok();
            let roles: Vec<&str> = TIED.iter().filter(may).map(|role| role.as_code()).collect();
            if !roles.is_empty() && !OF_ONESELF.contains(&action) {
                lines.push(format!("{} {word}: {}", action.as_code(), roles.join(" ")));
            }
        }
    }
    let expected = "\
read_watch_list led: teacher
explain_pupil led: teacher
read_register taught: teacher substitute
read_register led: teacher substitute
take_register taught: teacher substitute
take_register led: teacher substitute
read_marking_debt taught: teacher substitute
read_marking_debt led: teacher substitute
read_signals led: teacher
act_on_signal led: teacher
export_watch_list led: teacher
read_home led: teacher";
    let mut expected: Vec<&str> = expected.lines().collect();
    expected.push("read_completeness taught: teacher substitute");
    expected.push("read_completeness led: teacher substitute");
    expected.push("name_child taught: teacher substitute");
    expected.push("name_child led: teacher substitute");
    expected.push("read_pupil_figures led: teacher");
    expected.push("read_figures taught: teacher");
    expected.push("read_figures led: teacher");
    expected.sort_unstable();
    lines.sort_unstable();
    assert_eq!(lines, expected);
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
                            let oneself = OF_ONESELF.contains(&action);
                            assert!(oneself || holds(own, scope.reach()));
                            assert!(holds(asked, scope.reach()));
                            assert_eq!(scope.reach(), asked);
                            assert_eq!(scope.action(), action);
                            assert!(oneself || !TIED.contains(&role), "{role:?} {action:?}");
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
    // Of sixteen pairs of reaches seven lie inside; what is of oneself is so whatever the reach.
    let pairs = include_str!("access_tasks.txt").lines();
    let roles = |of_oneself: bool| -> usize {
        pairs
            .clone()
            .filter_map(|line| line.split_once(": "))
            .filter(|(task, _)| OF_ONESELF.iter().any(|a| a.as_code() == *task) == of_oneself)
            .map(|(_, roles)| roles.split(' ').count())
            .sum()
    };
    assert_eq!(granted, roles(false) * 7 + roles(true) * 16);
    assert_eq!(
        granted + denied,
        UserRole::ALL.len() * Action::ALL.len() * 16
    );
}

#[test]
fn who_is_tied_to_a_group_reaches_no_school_and_no_other_group() {
    for role in TIED {
        for &action in Action::ALL.iter().filter(|a| !OF_ONESELF.contains(a)) {
            for asked in [
                Reach::Provider,
                Reach::School(OrgNo(1)),
                Reach::Group(GroupNo(5)),
            ] {
                assert!(
                    ask(teacher(role), action, asked).is_err(),
                    "{action:?} {asked:?}"
                );
            }
        }
    }
}

#[test]
fn an_operator_reaches_what_is_asked_and_no_further() {
    // What a person does for a person is not the machine's.
    let not = [
        Action::ReadOwnActs,
        Action::ReadProtected,
        Action::BreakGlass,
        Action::ReadByGlass,
    ];
    for &action in Action::ALL {
        for asked in REACHES {
            let got = ask(Actor::Operator, action, asked).map(|scope| scope.reach());
            let should = if not.contains(&action) {
                Err(Denied(action))
            } else {
                Ok(asked)
            };
            assert_eq!(got, should, "{action:?}");
        }
    }
}

#[test]
fn a_scope_says_who_what_and_why() {
    let actor = user(UserRole::SkyWorker, Reach::School(OrgNo(2)));
    let scope = ask(actor.clone(), Action::ExplainPupil, Reach::School(OrgNo(2))).unwrap();
    assert_eq!(scope.actor().code(), "user:7");
    assert_eq!(scope.provider(), ProviderNo(1));
    assert_eq!(scope.reason(), AccessReason::FollowAbsence);
    let classes = scope.needs();
    assert!(
        classes.contains(&(Verb::Read, DataClass::Marks)),
        "{classes:?}"
    );
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

#[test]
fn an_account_is_of_the_provider_of_a_home_or_of_a_school() {
    let provider = ["coordinator", "administrator", "oversight"];
    for role in UserRole::ALL {
        let code = role.as_code();
        assert_eq!(role.is_of_provider(), provider.contains(&code), "{code}");
        let home = ["pupil", "guardian"].contains(&code);
        assert_eq!(role.is_of_home(), home, "{code}");
    }
}

#[test]
fn looks_at_pupils_of_others_count_as_pages_or_files() {
    use lasna_domain::access::reading::{ReadingKind, reading_kind};
    let kind = |actor: Actor, action: Action, reach: Reach| {
        ask(actor, action, reach).map(|scope| reading_kind(&scope))
    };
    let school = Reach::School(OrgNo(1));
    let principal = || user(UserRole::Principal, school);
    let page = Ok(Some(ReadingKind::Page));
    assert_eq!(kind(principal(), Action::ReadWatchList, school), page);
    let file = Ok(Some(ReadingKind::Export));
    assert_eq!(kind(principal(), Action::ExportWatchList, school), file);
    // Figures of groups show nobody; the machine and oneself are not counted.
    assert_eq!(kind(principal(), Action::ReadFigures, school), Ok(None));
    assert_eq!(kind(principal(), Action::SignIn, school), Ok(None));
    let all = Reach::Provider;
    assert_eq!(kind(Actor::Operator, Action::ReadWatchList, all), Ok(None));
}
