//! Every cell of the matrix, tried through the evaluator and held against the text that people review.
//!
//! Invariant: the expected matrix is `tests/it/access_matrix.txt`, which no program writes.

use super::family::{ChildRights, Matters};
#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;
use std::collections::BTreeSet;

const EXPECTED: &str = include_str!("../../tests/it/access_matrix.txt");
const SCHOOL: Reach = Reach::School(OrgNo(1));
const GROUP: Reach = Reach::Group(GroupNo(3));
const PUPIL: Reach = Reach::Pupil(PersonNo(5));

type Line = (UserRole, Relation, Verb, DataClass);

/// The matrix that was reviewed: lines of `role relation verb: classes`.
fn expected() -> BTreeSet<Line> {
    let mut all = BTreeSet::new();
    let lines = EXPECTED
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let (head, classes) = line.split_once(": ").unwrap();
        let mut head = head.split(' ');
        let role = UserRole::from_code(head.next().unwrap()).unwrap();
        let relation = Relation::from_code(head.next().unwrap()).unwrap();
        let verb = Verb::from_code(head.next().unwrap()).unwrap();
        assert_eq!(head.next(), None);
        for class in classes.split(' ') {
            let class = DataClass::from_code(class).unwrap();
            assert!(
                all.insert((role, relation, verb, class)),
                "{line} says something twice"
            );
        }
    }
    all
}

/// Somebody to whom one relation ties, and no other, and what it reaches.
fn tied(role: UserRole, relation: Relation, state: GrantState) -> (Actor, Reach) {
    let mut ties = Ties::default();
    // A place of no account: what is asked for is never inside it.
    let mut reach = Reach::School(OrgNo(99));
    let asked = match relation {
        Relation::Oneself => {
            ties.own = Some(PersonNo(5));
            PUPIL
        }
        Relation::Child => {
            let rights = ChildRights {
                decides: Matters::ALL,
                informed: Matters::ALL,
            };
            ties.children = vec![(PersonNo(5), rights)];
            PUPIL
        }
        Relation::Teaches => {
            ties.teaches = vec![GroupNo(3)];
            GROUP
        }
        Relation::Leads => {
            ties.leads = vec![GroupNo(3)];
            GROUP
        }
        Relation::School => {
            reach = SCHOOL;
            SCHOOL
        }
        Relation::Provider => {
            reach = Reach::Provider;
            Reach::Provider
        }
        Relation::Member | Relation::Granted | Relation::Glass => {
            ties.grants = vec![HeldGrant {
                relation,
                reach: PUPIL,
                state,
            }];
            PUPIL
        }
        Relation::Anyone => SCHOOL,
        Relation::Machine => return (Actor::Operator, Reach::Provider),
    };
    let actor = Actor::User {
        no: UserNo(7),
        role,
        reach,
        ties: Arc::new(ties),
    };
    (actor, asked)
}

/// Relations that hold as well where one does.
fn with_it(relation: Relation) -> &'static [Relation] {
    match relation {
        Relation::Leads => &[Relation::Leads, Relation::Teaches, Relation::Anyone],
        Relation::School | Relation::Provider => {
            &[Relation::School, Relation::Provider, Relation::Anyone]
        }
        Relation::Machine => &[Relation::Machine],
        Relation::Anyone => &[Relation::Anyone],
        Relation::Oneself => &[Relation::Oneself, Relation::Anyone],
        Relation::Child => &[Relation::Child, Relation::Anyone],
        Relation::Teaches => &[Relation::Teaches, Relation::Anyone],
        Relation::Member => &[Relation::Member, Relation::Anyone],
        Relation::Granted => &[Relation::Granted, Relation::Anyone],
        Relation::Glass => &[Relation::Glass, Relation::Anyone],
    }
}

#[test]
fn the_table_is_the_matrix_that_was_reviewed() {
    let now: BTreeSet<Line> = cells()
        .filter(|cell| cell.allowed.is_some())
        .map(|cell| (cell.role, cell.relation, cell.verb, cell.class))
        .collect();
    let (expected, mut lines) = (expected(), Vec::new());
    for (role, relation, verb, class) in now.symmetric_difference(&expected) {
        let codes = [
            role.as_code(),
            relation.as_code(),
            verb.as_code(),
            class.as_code(),
        ];
        lines.push(codes.join(" "));
    }
    assert!(
        lines.is_empty(),
        "only in one of both:\n{}",
        lines.join("\n")
    );
}

#[test]
fn every_cell_is_granted_or_denied_as_the_matrix_says() {
    let expected = expected();
    let (mut allowed, mut denied) = (0, 0);
    for cell in cells() {
        // Nobody but the machine is the operator, and the operator is tied by nothing else.
        if (cell.role == UserRole::Operator) != (cell.relation == Relation::Machine) {
            continue;
        }
        for &state in GrantState::ALL {
            let (actor, asked) = tied(cell.role, cell.relation, state);
            let need = (cell.verb, cell.class);
            let got = right_for(&actor, need, asked, RIGHTS);
            let by_grant = matches!(
                cell.relation,
                Relation::Member | Relation::Granted | Relation::Glass
            );
            let says = |relation: &Relation| {
                let own = *relation == cell.relation;
                let runs = !own || !by_grant || state == GrantState::Accepted;
                runs && expected.contains(&(cell.role, *relation, cell.verb, cell.class))
            };
            // The account and what one did are one's own, whatever else ties.
            let own = matches!(cell.class, DataClass::Oneself | DataClass::Acts)
                && expected.contains(&(cell.role, Relation::Oneself, cell.verb, cell.class));
            let should = own || with_it(cell.relation).iter().any(says);
            // A child is read and decided about, never taken out.
            let should = should
                && (cell.relation != Relation::Child
                    || matches!(cell.verb, Verb::Read | Verb::Write));
            assert_eq!(got.is_some(), should, "{cell:?} {state:?}");
            *(if should { &mut allowed } else { &mut denied }) += 1;
            if let (Some(right), Some((purpose, reason))) = (got, cell.allowed)
                && right.relation == cell.relation
            {
                assert_eq!((right.purpose, right.reason), (purpose, reason), "{cell:?}");
            }
        }
    }
    println!("{allowed} allowed and {denied} denied, none missing");
    assert!(allowed > 500 && denied > 40_000, "{allowed} {denied}");
}

#[test]
fn without_any_one_line_the_matrix_is_another() {
    let expected = expected();
    for (left_out, gone) in RIGHTS.iter().enumerate() {
        let mut rights = RIGHTS.to_vec();
        rights.remove(left_out);
        let now: BTreeSet<Line> = rights
            .iter()
            .map(|right| (right.role, right.relation, right.verb, right.class))
            .collect();
        assert_ne!(now, expected, "{gone:?} is not missed");
    }
}

#[test]
fn a_task_without_one_of_its_rights_is_refused() {
    // Each line that a task of the role needs is missed by it; the others wait for their tasks.
    let mut waiting = 0;
    for (left_out, gone) in RIGHTS.iter().enumerate() {
        let (actor, asked) = tied(gone.role, gone.relation, GrantState::Accepted);
        let mut rights = RIGHTS.to_vec();
        rights.remove(left_out);
        let missed = Action::ALL.iter().any(|&action| {
            let request = Request {
                provider: ProviderNo(1),
                action,
                purpose: None,
                reach: asked,
            };
            granted(&actor, request, RIGHTS) != granted(&actor, request, &rights)
        });
        waiting += usize::from(!missed);
    }
    println!("{waiting} of {} lines are of no task so far", RIGHTS.len());
    assert!(waiting < RIGHTS.len() / 2, "{waiting}");
}

#[test]
fn a_purpose_that_is_asked_for_must_be_that_of_the_right() {
    let (actor, reach) = tied(UserRole::Principal, Relation::School, GrantState::Accepted);
    let ask = |purpose| {
        let request = Request {
            provider: ProviderNo(1),
            action: Action::ReadWatchList,
            purpose,
            reach,
        };
        grant(&actor, request).is_ok()
    };
    assert!(ask(None));
    for &purpose in Purpose::ALL {
        assert_eq!(
            ask(Some(purpose)),
            purpose == Purpose::Education,
            "{purpose:?}"
        );
    }
}

#[test]
fn who_looks_as_another_has_the_rights_of_both_and_does_nothing() {
    let me = Actor::User {
        no: UserNo(1),
        role: UserRole::Principal,
        reach: SCHOOL,
        ties: Arc::new(Ties {
            of_school: vec![GroupNo(3)],
            ..Ties::default()
        }),
    };
    let ties = Ties {
        leads: vec![GroupNo(3)],
        teaches: vec![GroupNo(4)],
        ..Ties::default()
    };
    let other = Actor::User {
        no: UserNo(2),
        role: UserRole::Teacher,
        reach: SCHOOL,
        ties: Arc::new(ties),
    };
    let viewing = Actor::Viewing {
        me: Arc::new(me.clone()),
        other: Arc::new(other.clone()),
    };
    let may = |actor: &Actor, action, reach| {
        let request = Request {
            provider: ProviderNo(1),
            action,
            purpose: None,
            reach,
        };
        grant(actor, request).is_ok()
    };
    let mut both = 0;
    for &action in Action::ALL {
        for reach in [
            Reach::Provider,
            SCHOOL,
            GROUP,
            Reach::Group(GroupNo(4)),
            PUPIL,
        ] {
            let looks = needs(action).iter().all(|(verb, _)| *verb == Verb::Read);
            let should = looks && may(&me, action, reach) && may(&other, action, reach);
            assert_eq!(may(&viewing, action, reach), should, "{action:?} {reach:?}");
            both += usize::from(should);
        }
    }
    assert!(both >= 4, "{both}");
    assert_eq!(viewing.code(), "user:1 as user:2");
    assert_eq!(
        (viewing.user(), viewing.role()),
        (Some(UserNo(1)), UserRole::Teacher)
    );
}

#[test]
fn an_operator_is_tied_to_nobody() {
    let cell = (Verb::Read, DataClass::Marks);
    let holds = |relation| Actor::Operator.holds(relation, cell, SCHOOL);
    for &relation in Relation::ALL {
        assert_eq!(
            holds(relation),
            relation == Relation::Machine,
            "{relation:?}"
        );
    }
}
