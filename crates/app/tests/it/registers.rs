//! Registers that are kept here: whose they are, what a sheet says, what a save changes, and when
//! two people write.
//!
//! Invariant: what a save did is looked at with an account that holds nothing.

use crate::people::{
    NOW, at, holding, is_missing, later, lesson, peopled, problem, pupil, save, session,
};
use crate::{Node, both, day, minutes};
use lasna_app::registers::{Entry, Known, LessonKey, NewRegister, RegisterState, Saved, Sheet};
use lasna_app::{App, HeldYears, Level};
use lasna_domain::calendar::Instant;
use std::sync::Arc;

fn sheet(node: &Node, login: &str, key: LessonKey) -> Sheet {
    session(node, login, at(NOW)).sheet(key).unwrap()
}

/// What a sheet says of a pupil.
fn said(node: &Node, sheet: &Sheet, id: &str) -> (Entry, Known) {
    let no = pupil(node, id);
    let row = sheet.rows.iter().find(|row| row.pupil == no).unwrap();
    (row.entry, row.known)
}

#[test]
fn a_sheet_is_for_who_keeps_the_register() {
    both("sheet_reach", |node| {
        peopled(node);
        let first = lesson(node, "a7", 24, "08:15");
        let second = lesson(node, "a7", 24, "09:15");
        for (login, own) in [
            ("aino", [true, true]),
            ("eero", [false, true]),
            ("rehtori", [true, true]),
        ] {
            for (key, own) in [first, second].into_iter().zip(own) {
                let app = session(node, login, at(NOW));
                let saved = save(&app, node, key, 0, &format!("{login}{}", key.start), &[]);
                if own {
                    assert_eq!(app.sheet(key).unwrap().rows.len(), 24, "{login}");
                    assert!(saved.is_ok(), "{login}");
                } else {
                    is_missing(app.sheet(key));
                    is_missing(saved);
                    is_missing(app.undo_register(key, 1));
                }
            }
        }
        let saves = node.count("register_save");
        for login in [
            "bertil",
            "rektor",
            "tuki",
            "sijainen",
            "suunnittelija",
            "yllapito",
        ] {
            let app = session(node, login, at(NOW));
            is_missing(app.sheet(first));
            is_missing(save(
                &app,
                node,
                first,
                9,
                "strange",
                &[("p01", Entry::Absent)],
            ));
            is_missing(app.undo_register(first, 1));
        }
        assert_eq!(node.count("register_save"), saves);
        // A lesson that there is not, and one that was cancelled.
        let app = session(node, "aino", at(NOW));
        is_missing(app.sheet(lesson(node, "a7", 24, "08:16")));
        is_missing(app.sheet(lesson(node, "a7", 23, "08:15")));
        // A substitute on the day that was given, and on no other.
        let given = node
            .app(at(NOW))
            .give_day_pass("sijainen", day("2026-08-24"), "t-ma");
        given.unwrap();
        let app = session(node, "sijainen", at(NOW));
        assert_eq!(app.sheet(first).unwrap().rows.len(), 24);
        is_missing(app.sheet(second));
        is_missing(app.sheet(lesson(node, "a7", 21, "08:15")));
    });
}

#[test]
fn a_form_that_leaves_somebody_out_or_an_odd_lateness_saves_nothing() {
    both("refused_forms", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "08:15");
        let app = session(node, "aino", at(NOW));
        let marks = node.count("mark_fact");
        // No later than the lesson is long, and not by nothing.
        for minutes in [0, 46, 99] {
            let late = [("p04", Entry::Late(minutes))];
            let refused = save(&app, node, key, 0, "late", &late).unwrap();
            assert_eq!(refused, Saved::Minutes, "{minutes}");
        }
        // Nobody is there by silence: a form without somebody saves nothing.
        let some = NewRegister {
            key,
            base: 0,
            once: "some",
            entries: [(pupil(node, "p01"), Entry::Absent)].into(),
        };
        assert_eq!(app.save_register(&some).unwrap(), Saved::Incomplete);
        assert_eq!(node.count("mark_fact"), marks);
        assert_eq!(sheet(node, "aino", key).base, 0);
    });
}

#[test]
fn a_save_takes_the_register_and_marks_the_exceptions_only() {
    both("save", |node| {
        peopled(node);
        let held = Arc::new(HeldYears::default());
        let key = lesson(node, "a7", 24, "08:15");
        let before = sheet(node, "aino", key);
        assert_eq!(
            (before.base, before.saved.clone(), before.lesson.state),
            (0, None, RegisterState::Missing)
        );
        // Leave that was applied for is known before; why is not said.
        assert_eq!(
            said(node, &before, "p07"),
            (Entry::Absent, Known::Explained)
        );
        assert_eq!(said(node, &before, "p01"), (Entry::Present, Known::Nothing));
        let listed: Vec<&str> = before.rows.iter().map(|row| row.listed.as_str()).collect();
        assert!(listed.is_sorted(), "{listed:?}");

        let app = holding(node, "aino", at(NOW), &held);
        let marks = node.count("mark_fact");
        let entries = [
            ("p01", Entry::Absent),
            ("p02", Entry::Late(10)),
            ("p03", Entry::Elsewhere),
            ("p04", Entry::Late(45)),
            ("p06", Entry::Present),
            ("p07", Entry::Absent),
            // Not in this class.
            ("q01", Entry::Absent),
        ];
        assert_eq!(
            save(&app, node, key, 0, "a", &entries).unwrap(),
            Saved::Kept(1)
        );
        assert_eq!(
            node.count("mark_fact"),
            marks + 4,
            "only what is new is written"
        );
        let after = sheet(node, "aino", key);
        assert_eq!((after.base, after.lesson.state), (1, RegisterState::Taken));
        let by = after.saved.as_ref().unwrap();
        assert_eq!(
            (by.name.as_str(), by.at, by.undo),
            ("Name aino", at(NOW), true)
        );
        for (id, entry, known) in [
            ("p01", Entry::Absent, Known::Unexplained),
            ("p02", Entry::Late(10), Known::Nothing),
            ("p03", Entry::Elsewhere, Known::Elsewhere),
            ("p04", Entry::Late(45), Known::Nothing),
            ("p06", Entry::Present, Known::Nothing),
            // Explained before, explained after.
            ("p07", Entry::Absent, Known::Explained),
        ] {
            assert_eq!(said(node, &after, id), (entry, known), "{id}");
        }
        assert_eq!(
            holding(node, "aino", at(NOW), &held).sheet(key).unwrap(),
            after
        );
        counted(node);
        recorded(node, key);
    });
}

/// What the sums say of the save, now and just before it.
fn counted(node: &Node) {
    // Possible, present, absent, unmarked: three lessons of a7 are unmarked before, and four
    // second ones.
    let figures = |known_at: Instant| {
        let app = node.app(later(1));
        app.figures(Level::Pupil, day("2026-08-24"), known_at)
            .unwrap()
    };
    assert_eq!(
        minutes(&figures(Instant::LATEST), "p06"),
        [900, 12 * 45 + 45, 0, 7 * 45]
    );
    assert_eq!(minutes(&figures(Instant::LATEST), "p01")[2], 2 * 45);
    let earlier = figures(Instant(at(NOW).0 - 1));
    assert_eq!(minutes(&earlier, "p06"), [900, 12 * 45, 0, 8 * 45]);
}

/// It is one change of the audit, with the group and no pupil in it.
fn recorded(node: &Node, key: LessonKey) {
    let scope = crate::scope(&node.store);
    let rows = node
        .store
        .ask(|read| lasna_store::AuditRow::list(read, &scope))
        .unwrap();
    let saves: Vec<_> = rows
        .iter()
        .filter(|row| row.action == "take_register")
        .collect();
    // The first one is of the batch that all saves stand under.
    assert_eq!((saves.len(), saves[0].target.as_str()), (2, "register"));
    assert_eq!(saves[1].target, format!("register:group:{}", key.group));
    assert_eq!(saves[1].reason, "own_lesson");
}

#[test]
fn a_form_that_is_sent_twice_is_kept_once_and_never_dropped() {
    both("once", |node| {
        peopled(node);
        let held = Arc::new(HeldYears::default());
        let key = lesson(node, "a7", 24, "08:15");
        let app = holding(node, "aino", at(NOW), &held);
        let tables = ["register_save", "register_fact", "mark_fact"];
        let absent = [("p01", Entry::Absent)];
        assert_eq!(
            save(&app, node, key, 0, "a", &absent).unwrap(),
            Saved::Kept(1)
        );
        let before = tables.map(|table| node.count(table));
        for app in [app.clone(), session(node, "aino", later(3))] {
            assert_eq!(
                save(&app, node, key, 0, "a", &absent).unwrap(),
                Saved::Kept(1)
            );
        }
        // Back in the browser, another choice, and the same form: it is told, not dropped.
        let other = [("p01", Entry::Late(5))];
        assert_eq!(
            save(&app, node, key, 0, "a", &other).unwrap(),
            Saved::Conflict
        );
        // The key of one form is no key of another lesson's, or another person's.
        let second = lesson(node, "a7", 24, "09:15");
        assert_eq!(
            problem(save(&app, node, second, 0, "a", &absent)),
            "frame.stale"
        );
        let principal = session(node, "rehtori", at(NOW));
        assert_eq!(
            problem(save(&principal, node, key, 0, "a", &absent)),
            "frame.stale"
        );
        assert_eq!(tables.map(|table| node.count(table)), before);
        // Sent again after another went on from it: it was kept, and is not put back.
        assert_eq!(
            save(&principal, node, key, 1, "b", &other).unwrap(),
            Saved::Kept(2)
        );
        assert_eq!(
            save(&app, node, key, 0, "a", &absent).unwrap(),
            Saved::Kept(1)
        );
        let now = sheet(node, "aino", key);
        assert_eq!((now.base, said(node, &now, "p01").0), (2, Entry::Late(5)));
    });
}

#[test]
fn an_older_sheet_changes_nothing_and_both_values_are_there() {
    both("conflict", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "09:15");
        let (eero, rehtori) = (
            session(node, "eero", at(NOW)),
            session(node, "rehtori", later(1)),
        );
        assert_eq!(
            save(&rehtori, node, key, 0, "a", &[("p01", Entry::Absent)]).unwrap(),
            Saved::Kept(1)
        );
        let tables = ["register_save", "register_fact", "mark_fact"];
        let before = tables.map(|table| node.count(table));
        let mine = [("p01", Entry::Present), ("p02", Entry::Absent)];
        assert_eq!(
            save(&eero, node, key, 0, "b", &mine).unwrap(),
            Saved::Conflict
        );
        assert_eq!(tables.map(|table| node.count(table)), before);
        let theirs = sheet(node, "eero", key);
        assert_eq!(
            (theirs.base, said(node, &theirs, "p01").0),
            (1, Entry::Absent)
        );
        assert_eq!(theirs.saved.as_ref().unwrap().name, "Name rehtori");
        // Seen and said again.
        assert_eq!(
            save(&eero, node, key, 1, "c", &mine).unwrap(),
            Saved::Kept(2)
        );
        let now = sheet(node, "eero", key);
        assert_eq!(said(node, &now, "p01").0, Entry::Present);
        assert_eq!(said(node, &now, "p02").0, Entry::Absent);
        // Another lesson is not in the way.
        let first = lesson(node, "a7", 24, "08:15");
        assert_eq!(
            save(&rehtori, node, first, 0, "d", &[]).unwrap(),
            Saved::Kept(3)
        );
    });
}

#[test]
fn a_lesson_of_tomorrow_has_no_register_yet() {
    both("ahead", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "08:15");
        let app = session(node, "aino", at("2026-08-21T10:00:00Z"));
        assert_eq!(
            problem(save(&app, node, key, 0, "a", &[])),
            "register.ahead"
        );
        // On the day itself it can be taken before the bell.
        let app = session(node, "aino", at("2026-08-24T04:00:00Z"));
        assert_eq!(save(&app, node, key, 0, "b", &[]).unwrap(), Saved::Kept(1));
        assert_eq!(node.count("register_save"), 1);
    });
}

#[test]
fn two_who_save_at_once_are_kept_and_told_apart() {
    both("save_at_once", |node| {
        peopled(node);
        let held = Arc::new(HeldYears::default());
        let key = lesson(node, "a7", 24, "08:15");
        let apps = [("aino", Entry::Absent), ("rehtori", Entry::Late(5))]
            .map(|(login, entry)| (holding(node, login, at(NOW), &held), entry));
        let saved: Vec<Saved> = std::thread::scope(|threads| {
            let run = |(no, (app, entry)): (usize, &(App, Entry))| {
                let (app, entry, once) = (app.clone(), *entry, format!("once-{no}"));
                threads.spawn(move || save(&app, node, key, 0, &once, &[("p01", entry)]).unwrap())
            };
            let all: Vec<_> = apps.iter().enumerate().map(run).collect();
            all.into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(
            saved.contains(&Saved::Kept(1)) && saved.contains(&Saved::Conflict),
            "{saved:?}"
        );
        let winner = saved.iter().position(|one| *one == Saved::Kept(1)).unwrap();
        let now = sheet(node, "aino", key);
        assert_eq!(said(node, &now, "p01").0, apps[winner].1);
        assert_eq!(apps[0].0.sheet(key).unwrap().rows, now.rows);
    });
}

#[test]
fn a_save_counts_after_the_one_before_wherever_the_clock_goes() {
    both("save_clock", |node| {
        peopled(node);
        let key = lesson(node, "a7", 24, "08:15");
        // An hour back, and then the same second once more, as in a leap second.
        let times = [later(0), later(-60), later(-60), later(30)];
        let entries = [
            Entry::Absent,
            Entry::Late(5),
            Entry::Present,
            Entry::Late(7),
        ];
        for (no, (time, entry)) in (0..).zip(times.into_iter().zip(entries)) {
            let app = session(node, "aino", time);
            let once = format!("once-{no}");
            let saved = save(&app, node, key, no, &once, &[("p01", entry)]).unwrap();
            assert_eq!(saved, Saved::Kept(no + 1));
            for now in [time, later(60)] {
                let sheet = session(node, "aino", now).sheet(key).unwrap();
                assert_eq!(sheet.base, no + 1);
                assert_eq!(said(node, &sheet, "p01").0, entry, "{no} at {now}");
            }
        }
    });
}
