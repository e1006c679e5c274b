//! Adults and children: each constellation of the design, cell by cell.
//!
//! Invariant: what a relation does not say is no right, and a ban goes before all that it says.

use lasna_domain::access::family::{
    AdultKind, ChildRights, Circumstances, FamilyTie, Matter, Matters, RelationSource,
};
use lasna_domain::access::{Action, Actor, DataClass, Reach, Request, Ties, UserRole, Verb, grant};
use lasna_domain::calendar::Day;
use lasna_domain::ids::{OrgNo, PersonNo, ProviderNo, UserNo};
use std::sync::Arc;

const CHILD: PersonNo = PersonNo(5);
const TODAY: Day = Day(20_000);

fn tie(kind: AdultKind, decides: Matters, informed: Matters) -> FamilyTie {
    FamilyTie {
        child: CHILD,
        adult: PersonNo(6),
        kind,
        decides,
        informed,
        from: TODAY.plus(-100),
        to: TODAY.plus(100),
        source: RelationSource::Register,
        contact: true,
    }
}

fn custody() -> FamilyTie {
    tie(AdultKind::Guardian, Matters::ALL, Matters::ALL)
}

/// What the adult sees and does: letters of classes, small ones read, capitals written.
fn letters(rights: ChildRights) -> String {
    let classes = [
        (DataClass::Marks, 'm'),
        (DataClass::Reasons, 'r'),
        (DataClass::Cases, 'k'),
        (DataClass::Welfare, 'w'),
        (DataClass::Log, 'z'),
    ];
    let mut text = String::new();
    for (class, letter) in classes {
        if rights.allow(Verb::Read, class) {
            text.push(letter);
        }
        if rights.allow(Verb::Write, class) {
            text.push(letter.to_ascii_uppercase());
        }
    }
    text
}

fn on(tie: &FamilyTie, known: Circumstances) -> String {
    letters(tie.rights(TODAY, known))
}

fn plain() -> Circumstances {
    Circumstances::default()
}

fn attendance() -> Matters {
    Matters::NONE.with(Matter::Attendance)
}

#[test]
fn custody_its_division_and_care_give_their_rights() {
    let divided = tie(AdultKind::Guardian, attendance(), attendance());
    let told = tie(AdultKind::Informed, Matters::ALL, Matters::ALL);
    let told_of_one = tie(AdultKind::Informed, Matters::NONE, attendance());
    let foster = tie(AdultKind::Foster, attendance(), Matters::ALL);
    let worker = tie(AdultKind::SocialWorker, Matters::ALL, Matters::ALL);
    let mut care = plain();
    care.in_care = true;
    for (what, tie, known, letters) in [
        ("joint custody", custody(), plain(), "mMrRkKwWzZ"),
        ("duties divided by a court", divided, plain(), "mMrRzZ"),
        ("only to be told, of everything", told, plain(), "mrkwz"),
        (
            "only to be told, of one matter",
            told_of_one,
            plain(),
            "mrz",
        ),
        ("in care: the parent is told", custody(), care, "mrkwz"),
        ("in care: who fosters decides", foster, care, "mMrRkwzZ"),
        ("in care: the social worker", worker, care, "mMrRkKwWzZ"),
    ] {
        assert_eq!(on(&tie, known), letters, "{what}");
    }
}

#[test]
fn a_ban_goes_before_every_right() {
    let (mut child, mut other) = (plain(), plain());
    child.child_protected = true;
    other.adult_protected = true;
    let (mut met, mut own) = (child, other);
    met.admitted = true;
    own.asker_protected = true;
    let told = tie(AdultKind::Informed, Matters::ALL, Matters::ALL);
    for (what, tie, known, letters) in [
        ("the child is protected", custody(), child, ""),
        ("the adult was met", custody(), met, "mMrRkKwWzZ"),
        ("the other adult is protected", custody(), other, ""),
        ("the one who asks is", custody(), own, "mMrRkKwWzZ"),
        ("a right to be told against a ban", told, other, ""),
    ] {
        assert_eq!(on(&tie, known), letters, "{what}");
    }
}

#[test]
fn a_relation_counts_on_its_days_only() {
    let tie = FamilyTie {
        from: TODAY,
        to: TODAY.plus(1),
        ..custody()
    };
    let runs = |days| {
        !tie.rights(TODAY.plus(days), Circumstances::default())
            .is_empty()
    };
    assert_eq!([-1, 0, 1, 2].map(runs), [false, true, true, false]);
}

#[test]
fn a_guardian_reaches_own_children_in_the_matters_of_the_right() {
    let rights = custody().rights(TODAY, Circumstances::default());
    let actor = Actor::User {
        no: UserNo(7),
        role: UserRole::Guardian,
        reach: Reach::School(OrgNo(1)),
        ties: Arc::new(Ties {
            children: vec![(CHILD, rights)],
            ..Ties::default()
        }),
    };
    let may = |action, reach| {
        let request = Request {
            provider: ProviderNo(1),
            action,
            purpose: None,
            reach,
        };
        grant(&actor, request).is_ok()
    };
    let mut own = Vec::new();
    for &action in Action::ALL {
        if may(action, Reach::Pupil(CHILD)) {
            own.push(action.as_code());
        }
        let others = [
            Reach::Pupil(PersonNo(8)),
            Reach::School(OrgNo(1)),
            Reach::Provider,
        ];
        for reach in others {
            assert!(
                action == Action::SignIn || !may(action, reach),
                "{action:?} {reach:?}"
            );
        }
    }
    own.sort_unstable();
    let expected = [
        "explain_pupil",
        "name_child",
        "read_access_log",
        "read_figures",
        "read_home",
        "read_pupil_figures",
        "read_signals",
        "read_watch_list",
        "sign_in",
    ];
    assert_eq!(own, expected);
}

#[test]
fn matters_are_read_and_written() {
    let some = Matters::parse("welfare attendance").unwrap();
    assert_eq!(some.to_string(), "attendance welfare");
    assert!(some.has(Matter::Welfare) && !some.has(Matter::Support));
    assert_eq!(Matters::parse("attendance money"), Err("money"));
    assert_eq!(Matters::parse(""), Ok(Matters::NONE));
    assert_eq!(
        Matters::parse("attendance support welfare"),
        Ok(Matters::ALL)
    );
}

#[test]
fn a_matter_counts_once_and_each_class_by_its_own() {
    let twice = attendance().with(Matter::Attendance);
    assert_eq!(twice, attendance());
    let rights = |matters| tie(AdultKind::Guardian, matters, matters).rights(TODAY, plain());
    let support = rights(Matters::NONE.with(Matter::Support));
    assert_eq!(letters(support), "kKzZ");
    assert_eq!(letters(rights(Matters::NONE.with(Matter::Welfare))), "wWzZ");
    for class in [DataClass::Marks, DataClass::Reasons, DataClass::Signals] {
        assert!(!support.allow(Verb::Read, class), "{class:?}");
        assert!(rights(attendance()).allow(Verb::Write, class), "{class:?}");
    }
    for class in [DataClass::Cases, DataClass::Contacts, DataClass::Reports] {
        assert!(support.allow(Verb::Read, class), "{class:?}");
        assert!(!rights(attendance()).allow(Verb::Read, class), "{class:?}");
    }
    let half = [
        ChildRights {
            decides: Matters::ALL,
            informed: Matters::NONE,
        },
        ChildRights {
            decides: Matters::NONE,
            informed: Matters::ALL,
        },
    ];
    assert!(half.iter().all(|rights| !rights.is_empty()));
    assert!(ChildRights::default().is_empty());
}
