//! The order of files and rows does not matter.
//!
//! Invariant: the same rows give the same state.

use crate::files::Files;
use crate::town::{everything, simulated};
use crate::{Node, both, import, noon};
use lasna_app::import::Options;
use lasna_domain::calendar::Instant;
use lasna_domain::roster::RecordKind;
use lasna_store::Record;
use std::collections::BTreeMap;

/// What a database says after an import, also of plans, which are in no export.
type Said = (
    crate::State,
    BTreeMap<&'static str, i64>,
    Vec<BTreeMap<String, Record>>,
);

const INSTANTS: [&str; 4] = [
    "2026-08-15T00:00:00Z",
    "2026-08-18T00:00:00Z",
    "2026-08-22T00:00:00Z",
    "2026-12-01T00:00:00Z",
];

fn said(node: &Node) -> Said {
    let plans = INSTANTS.map(|at| {
        let at: Instant = at.parse().unwrap();
        node.records(RecordKind::Timetable, at)
    });
    (node.state(), node.rows(), plans.to_vec())
}

/// Imports the files in their order and in eight others.
fn order_does_not_matter(name: &str, files: &Files) {
    let expected = std::cell::RefCell::new(None);
    for seed in 0..8 {
        both(name, |node| {
            let shuffled = match seed {
                0 => files.clone(),
                _ => files.shuffled(seed),
            };
            let mut inputs = shuffled.inputs();
            let turn = (seed as usize * 5) % inputs.len();
            inputs.rotate_left(turn);
            if seed % 2 == 1 {
                inputs.reverse();
            }
            let report = node
                .app(noon(1))
                .import(inputs, Options::default(), &mut |_| {});
            let report = report.unwrap();
            assert_eq!(report.rejected, [], "seed {seed}");
            let now = (said(node), report.kinds);
            let mut expected = expected.borrow_mut();
            match &*expected {
                None => *expected = Some(now),
                Some(expected) => assert!(*expected == now, "seed {seed} differs"),
            }
        });
    }
}

#[test]
fn a_town_in_any_order_is_the_same() {
    order_does_not_matter("town_order", &everything());
}

#[test]
fn a_municipality_in_any_order_is_the_same() {
    order_does_not_matter("sim_order", &simulated(40, 11));
}

#[test]
fn versions_of_one_key_in_any_order_are_the_same() {
    let files = everything()
        .with(
            "timetables.csv",
            "id,pupil,from,to,weekdays,start_from,start_to,subject,minutes,status,known_at\n\
             plan-1,p05,2026-08-17,,,,,AI,0,active,2026-08-14T06:00:00Z\n\
             plan-1,p05,2026-08-17,2026-08-21,,,,AI,0,active,2026-08-17T06:00:00Z\n\
             plan-1,p05,2026-08-17,2026-08-20,,,,AI,20,ended,2026-08-21T06:00:00Z\n\
             plan-2,p06,2026-08-17,2026-08-20,,,,,20,active,2026-08-21T06:00:00Z\n",
        )
        .add(
            "marks.csv",
            "p07,,2026-08-11,a7,08:15,,unresolved,,,2026-08-11T06:00:00Z,\n\
             p07,,2026-08-11,a7,08:15,,health,,,2026-08-12T06:00:00Z,\n\
             p07,,2026-08-11,a7,08:15,,,,,2026-08-13T06:00:00Z,true\n\
             p07,,2026-08-11,a7,08:15,,leave,,,2026-08-14T06:00:00Z,",
        )
        .add(
            "lessons.csv",
            "a7,2026-08-24,10:15,45,MA,,false,2026-08-11T06:00:00Z\n\
             a7,2026-08-24,10:15,60,MA,,true,2026-08-12T06:00:00Z",
        );
    order_does_not_matter("versions", &files);
}

#[test]
fn a_plan_said_twice_is_one_plan() {
    both("plan_twice", |node| {
        let header =
            "id,pupil,from,to,weekdays,start_from,start_to,subject,minutes,status,known_at";
        let row = "plan-9,p05,2026-08-17,,,,,AI,0,active,2026-08-14T06:00:00Z";
        let other = "plan-9,p05,2026-08-17,,,,,AI,5,active,2026-08-14T06:00:00Z";
        let later = "plan-9,p05,2026-08-17,,,,,AI,9,active,2026-08-15T06:00:00Z";
        node.import(1, &everything());
        let files = Files::one(
            "timetables.csv",
            &format!("{header}\n{row}\n{other}\n{later}\n"),
        );
        let report = import(&node.app(noon(2)), &files, Options::default()).unwrap();
        assert_eq!(report.rejected, []);
        let plan = node.records(RecordKind::Timetable, Instant::LATEST)["plan-9"].clone();
        assert_eq!(plan.known_at, "2026-08-15T06:00:00Z".parse().unwrap());
        let again = node.import(3, &files);
        assert_eq!(again.import_id, None);
    });
}
