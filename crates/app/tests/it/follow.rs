//! A held year that took in saves, undoings and acts one by one, against a year freshly loaded.
//!
//! Random people do random things; after each the answers of both must be equal, and at the end each
//! answer of the past must be had again as it was known then.
//!
//! Invariant: the answers that are compared are of accounts, not of the columns.

use crate::people::{at, holding, later, lesson, model, peopled, pupil, save, session};
use crate::{Node, both, day};
use lasna_app::registers::{Entry, Saved};
use lasna_app::signals::NewAct;
use lasna_app::{App, HeldYears, Level};
use lasna_domain::calendar::Instant;
use lasna_domain::model::Outcome;
use lasna_domain::signals::{ActWhat, ContactOutcome, ContactWith, NoConcernReason};
use lasna_store::Store;
use lasna_store::db::Place;
use lasna_testkit::temp::folder;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::sync::Arc;

const PUPILS: [&str; 4] = ["p01", "p02", "p04", "p07"];
const LOGINS: [&str; 3] = ["aino", "rehtori", "tuki"];
const TODAY: &str = "2026-08-24";

/// What somebody does; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Save {
        by: usize,
        date: u32,
        second: bool,
        stale: bool,
        said: Vec<(usize, Entry)>,
    },
    Undo {
        by: usize,
    },
    Act {
        by: usize,
        pupil: usize,
        what: ActWhat,
    },
    /// A service that holds nothing starts beside, as after a restart.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let entry = prop_oneof![
        Just(Entry::Present),
        Just(Entry::Absent),
        (1..46u16).prop_map(Entry::Late),
        Just(Entry::Elsewhere),
    ];
    let said = proptest::collection::vec((0..PUPILS.len(), entry), 0..4);
    let date = prop_oneof![Just(14u32), Just(18), Just(21), Just(24)];
    let stale = proptest::bool::weighted(0.15);
    let what = prop_oneof![
        Just(ActWhat::Acknowledge),
        Just(ActWhat::Raise),
        Just(ActWhat::Contact(
            ContactWith::Home,
            ContactOutcome::NotReached
        )),
        Just(ActWhat::Contact(ContactWith::Home, ContactOutcome::Agreed)),
        Just(ActWhat::NoConcern(
            NoConcernReason::Known,
            day("2026-09-10")
        )),
        Just(ActWhat::Done(Outcome::MeetingHeld)),
        (1..6u32).prop_map(ActWhat::Withdraw),
    ];
    prop_oneof![
        6 => (0..2usize, date, any::<bool>(), stale, said).prop_map(
            |(by, date, second, stale, said)| Step::Save { by, date, second, stale, said }),
        3 => (0..2usize).prop_map(|by| Step::Undo { by }),
        4 => (0..3usize, 0..PUPILS.len(), what)
            .prop_map(|(by, pupil, what)| Step::Act { by, pupil, what }),
        1 => Just(Step::Restart),
    ]
}

/// What people see: lists, pupils, sheets, sums.
fn answers(of: &dyn Fn(&str) -> App, node: &Node, known_at: Instant) -> Vec<String> {
    let (model, today) = (model(), day(TODAY));
    let mut all = Vec::new();
    for login in LOGINS {
        let app = of(login);
        let list = app.signal_list(&model, today, known_at).unwrap();
        assert!(!list.rows.is_empty() && list.pupils == 24, "{login}");
        all.push(format!("{login} {list:?}"));
        for id in PUPILS {
            let page = app.pupil_page(&model, pupil(node, id), today, known_at);
            all.push(format!("{login} {id} {:?}", page.unwrap()));
        }
    }
    for level in [Level::School, Level::Pupil] {
        let rows = of("rehtori").figures(level, today, known_at).unwrap();
        all.push(format!("{rows:?}"));
    }
    all
}

/// The sheets of the days in the story, which are as known now only.
fn sheets(app: &App, node: &Node) -> Vec<String> {
    let lessons = [14, 18, 21, 24].map(|date| lesson(node, "a7", date, "08:15"));
    let sheets = lessons.map(|key| format!("{:?}", app.sheet(key).unwrap()));
    let debts = format!("{:?}", app.marking_debt(day(TODAY)).unwrap());
    sheets.into_iter().chain([debts]).collect()
}

/// Does one thing; says whether anything changed.
fn take(node: &Node, held: &mut Arc<HeldYears>, step: &Step, no: usize, last: &mut u32) -> bool {
    let now = later(no as i64);
    match step {
        Step::Save {
            by,
            date,
            second,
            stale,
            said,
        } => {
            let start = if *second { "09:15" } else { "08:15" };
            let key = lesson(node, "a7", *date, start);
            let app = holding(node, LOGINS[*by], now, held);
            let base = app.sheet(key).unwrap().base;
            let base = if *stale { base.saturating_sub(1) } else { base };
            let said: Vec<_> = said
                .iter()
                .map(|(pupil, entry)| (PUPILS[*pupil], *entry))
                .collect();
            match save(&app, node, key, base, &format!("save-{no}"), &said).unwrap() {
                Saved::Kept(no) => {
                    *last = no;
                    true
                }
                Saved::Conflict => false,
                refused => panic!("{refused:?}"),
            }
        }
        Step::Undo { by } => {
            let app = holding(node, LOGINS[*by], now, held);
            let done = [14, 18, 21, 24].iter().any(|&date| {
                ["08:15", "09:15"].iter().any(|start| {
                    app.undo_register(lesson(node, "a7", date, start), *last)
                        .is_ok()
                })
            });
            *last += u32::from(done);
            done
        }
        Step::Act {
            by,
            pupil: at,
            what,
        } => {
            let app = holding(node, LOGINS[*by], now, held);
            let once = format!("act-{no}");
            let new = NewAct {
                pupil: pupil(node, PUPILS[*at]),
                what: *what,
                note: "x",
                day: None,
                sure: true,
                once: &once,
            };
            app.log_act(&new, day(TODAY)).is_ok()
        }
        Step::Restart => {
            *held = Arc::default();
            false
        }
    }
}

/// Takes steps, comparing after each; says how many changed something.
fn follow(node: &Node, steps: &[Step]) -> usize {
    let mut held = Arc::new(HeldYears::default());
    let mut past: Vec<(Instant, Vec<String>)> = Vec::new();
    let (mut changes, mut last) = (0, 0);
    for (no, step) in steps.iter().enumerate() {
        changes += usize::from(take(node, &mut held, step, no, &mut last));
        // Half of the time several things come before anybody looks.
        if no % 2 == 1 && no + 1 < steps.len() {
            continue;
        }
        let now = later(no as i64);
        let fresh_years = Arc::new(HeldYears::default());
        let live = |login: &str| holding(node, login, now, &held);
        let fresh = |login: &str| holding(node, login, now, &fresh_years);
        let expected = answers(&fresh, node, Instant::LATEST);
        assert_eq!(answers(&live, node, Instant::LATEST), expected, "{no}");
        assert_eq!(
            sheets(&live("rehtori"), node),
            sheets(&fresh("rehtori"), node),
            "{no}"
        );
        past.push((now, expected));
    }
    let end = later(steps.len() as i64);
    let asking = |login: &str| session(node, login, end);
    // Each of them costs a reading from the store: three of the past are enough for one story.
    let picked = [0, past.len() / 2, past.len() - 1];
    for (known_at, then) in picked.map(|at| &past[at]) {
        assert_eq!(
            answers(&asking, node, *known_at),
            *then,
            "as known at {known_at}"
        );
    }
    changes
}

#[test]
fn a_year_that_is_followed_equals_one_that_is_loaded() {
    both("follow", |node| {
        peopled(node);
        let mut runner = TestRunner::deterministic();
        let strategy = proptest::collection::vec(step(), 40);
        let steps = strategy.new_tree(&mut runner).unwrap().current();
        let changes = follow(node, &steps);
        assert!(changes > 20, "only {changes} of {steps:?} changed anything");
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn short_stories_are_followed_too(steps in proptest::collection::vec(step(), 1..8)) {
        let folder = folder();
        let store = Store::open(Place::Folder(folder.path().join("data")), lasna_testkit::keys::fixed()).unwrap();
        let node = Node { store, _folder: Some(folder) };
        peopled(&node);
        follow(&node, &steps);
    }
}

/// A first save by another process makes the batch that a held year has not seen.
#[test]
fn what_another_process_saves_is_seen() {
    both("follow_other", |node| {
        peopled(node);
        let (here, there) = (
            Arc::new(HeldYears::default()),
            Arc::new(HeldYears::default()),
        );
        let key = lesson(node, "a7", 24, "08:15");
        let now = at(crate::people::NOW);
        let looks = || holding(node, "rehtori", now, &here);
        let list = |app: App| {
            app.signal_list(&model(), day(TODAY), Instant::LATEST)
                .unwrap()
        };
        let before = list(looks());
        let other = holding(node, "aino", now, &there);
        save(&other, node, key, 0, "a", &[("p09", Entry::Absent)]).unwrap();
        let after = list(looks());
        let of = pupil(node, "p09");
        assert!(before.rows.iter().all(|row| row.pupil != of));
        assert!(after.rows.iter().any(|row| row.pupil == of));
        assert_eq!(after, list(session(node, "rehtori", now)));
        // And what is done about it there.
        let once = "b";
        let what = ActWhat::Raise;
        other
            .log_act(
                &NewAct {
                    pupil: of,
                    what,
                    note: "",
                    day: None,
                    sure: true,
                    once,
                },
                day(TODAY),
            )
            .unwrap();
        assert_ne!(list(looks()), after);
        assert_eq!(list(looks()), list(session(node, "rehtori", now)));
    });
}
