//! The list of pupils to reach and what people do about them: who sees whom, what an act changes.
//!
//! Invariant: what is out of reach and what there is not are answered alike.

use crate::people::{NOW, at, is_missing, later, model, peopled, problem, pupil, session};
use crate::{Node, both, day};
use lasna_app::signals::{ListRow, NOTE_MAX, NewAct, SignalList, pupil_of};
use lasna_app::{App, AppError};
use lasna_domain::access::AccessReason;
use lasna_domain::calendar::Instant;
use lasna_domain::model::Outcome;
use lasna_domain::signals::{
    ActWhat, ContactOutcome, ContactWith, NoConcernReason, SignalState, Stop,
};

const TODAY: &str = "2026-08-24";
const REACHED: ActWhat = ActWhat::Contact(ContactWith::Home, ContactOutcome::Reached);
const NOBODY: ActWhat = ActWhat::Contact(ContactWith::Home, ContactOutcome::NotReached);

fn list(app: &App, on: &str) -> Result<SignalList, AppError> {
    app.signal_list(&model(), day(on), Instant::LATEST)
}

fn row(node: &Node, login: &str, on: &str, id: &str) -> ListRow {
    let rows = list(&session(node, login, at(NOW)), on).unwrap().rows;
    let no = pupil(node, id);
    rows.into_iter().find(|row| row.pupil == no).unwrap()
}

fn log(app: &App, node: &Node, id: &str, what: ActWhat, once: &str) -> Result<(), AppError> {
    let new = NewAct {
        pupil: pupil(node, id),
        what,
        note: "",
        day: None,
        sure: false,
        once,
    };
    app.log_act(&new, app.now().day_in_finland())
}

fn decided(review: &str) -> ActWhat {
    ActWhat::NoConcern(NoConcernReason::Known, day(review))
}

#[test]
fn a_list_is_of_ones_school_or_ones_class() {
    both("signal_list", |node| {
        peopled(node);
        let ids = |login: &str| {
            let list = list(&session(node, login, at(NOW)), TODAY).unwrap();
            let mut ids: Vec<u32> = list.rows.iter().map(|row| row.pupil.0).collect();
            ids.sort_unstable();
            (ids, list.of, list.pupils)
        };
        let no = |id: &str| pupil(node, id).0;
        let mut own = ["p01", "p02", "p04", "p07"].map(no).to_vec();
        own.sort_unstable();
        for login in ["rehtori", "tuki"] {
            assert_eq!(ids(login), (own.clone(), "School A".into(), 24), "{login}");
        }
        assert_eq!(ids("aino"), (own, "7A".into(), 24));
        assert_eq!(ids("rektor"), (vec![no("q01")], "School B".into(), 6));
        assert_eq!(ids("bertil"), (vec![no("q01")], "7B".into(), 6));
        // A teacher who leads no class follows nobody, and sees no number either.
        assert_eq!(ids("eero"), (vec![], String::new(), 0));
        for login in ["sijainen", "suunnittelija", "yllapito"] {
            is_missing(list(&session(node, login, at(NOW)), TODAY));
        }
        let sums = list(&session(node, "rehtori", at(NOW)), TODAY).unwrap();
        // p01's absence has waited for an explanation since the 11th.
        assert_eq!((sums.unresolved, sums.figures.unresolved), (1, 45));
        // Nine days of two lessons: today's are not all held. p05 has a plan.
        assert_eq!(sums.figures.possible, 24 * 9 * 90 - 5 * 45);
    });
}

#[test]
fn the_longest_overdue_and_the_longest_silent_come_first() {
    both("signal_order", |node| {
        peopled(node);
        let of = || list(&session(node, "tuki", at(NOW)), TODAY).unwrap().rows;
        let rows = of();
        let keys: Vec<_> = rows.iter().map(|row| (row.late(), row.silence)).collect();
        assert!(keys.is_sorted_by(|a, b| a >= b), "{keys:?}");
        assert_eq!(rows[0].pupil, pupil(node, "p01"));
        // 11 August and two school days: due on the 13th; then 14, 17, 18, 19, 20, 21, 24.
        assert_eq!((rows[0].late(), rows[0].silence), (7, 9));
        let clock = rows[0].next.unwrap();
        assert!(clock.escalated && clock.due == day("2026-08-13"));
        assert_eq!(rows.last().unwrap().pupil, pupil(node, "p07"));
        assert_eq!(
            rows[0]
                .weeks
                .iter()
                .map(|week| (week.missed, week.unexplained))
                .max(),
            Some((1, 1))
        );
        // Once the home and the pupil are reached, the first one is last.
        let app = session(node, "tuki", at(NOW));
        log(&app, node, "p01", ActWhat::Raise, "a").unwrap();
        let rows = of();
        assert_ne!(rows[0].pupil, pupil(node, "p01"));
        let p01 = row(node, "tuki", TODAY, "p01");
        assert_eq!((p01.state, p01.silence), (SignalState::Raised, 0));
    });
}

#[test]
fn a_page_of_a_pupil_is_within_reach_only() {
    both("pupil_reach", |node| {
        peopled(node);
        let page = |login: &str, id: &str| {
            let app = session(node, login, at(NOW));
            app.pupil_page(&model(), pupil(node, id), day(TODAY), Instant::LATEST)
        };
        for (login, reason) in [
            ("rehtori", AccessReason::FollowAbsence),
            ("tuki", AccessReason::FollowAbsence),
            ("aino", AccessReason::OwnClass),
        ] {
            let own = page(login, "p01").unwrap();
            assert_eq!(own.reason, reason, "{login}");
            assert_eq!(
                (own.row.name.as_str(), own.row.class.as_str()),
                ("Givenp01 Familyp01", "7A")
            );
            assert_eq!(own.row.leader.as_deref(), Some("Givent-ma Familyt-ma"));
            assert_eq!(own.signals.len(), 1);
            // Also a pupil without a signal has a page.
            assert_eq!(page(login, "p10").unwrap().signals.len(), 0);
        }
        let audit = node.count("audit");
        for login in [
            "eero",
            "bertil",
            "rektor",
            "sijainen",
            "suunnittelija",
            "yllapito",
        ] {
            is_missing(page(login, "p01"));
            let app = session(node, login, at(NOW));
            is_missing(log(&app, node, "p01", REACHED, "x"));
        }
        for login in ["rehtori", "tuki", "aino"] {
            is_missing(page(login, "q01"));
            is_missing(page(login, "t-ma"));
        }
        assert_eq!(node.count("signal_act"), 0);
        // Signing in is recorded, and so are tries of those whose role has no right at all.
        // Nine tries were at a pupil whom others have.
        assert_eq!(node.count("audit"), audit + 6 + 6 + 6 + 6 + 9);
        assert!(pupil_of("1x").is_err() && pupil_of("-1").is_err());
    });
}

#[test]
fn a_contact_is_logged_by_its_outcome_and_once() {
    both("contact", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        log(&tuki, node, "p01", NOBODY, "a").unwrap();
        let tried = row(node, "rehtori", TODAY, "p01");
        assert_eq!((tried.state, tried.silence), (SignalState::Acknowledged, 9));
        assert_eq!(tried.last_contact.as_ref().unwrap().what, NOBODY);
        log(&tuki, node, "p01", NOBODY, "a").unwrap();
        assert_eq!(node.count("signal_act"), 1);
        // Back in the browser and another outcome: told, not dropped.
        assert_eq!(
            problem(log(&tuki, node, "p01", REACHED, "a")),
            "frame.stale"
        );
        assert_eq!(problem(log(&tuki, node, "p02", NOBODY, "a")), "frame.stale");
        let rehtori = session(node, "rehtori", at(NOW));
        assert_eq!(
            problem(log(&rehtori, node, "p01", NOBODY, "a")),
            "frame.stale"
        );
        log(&tuki, node, "p01", REACHED, "b").unwrap();
        let reached = row(node, "rehtori", TODAY, "p01");
        assert_eq!((reached.state, reached.silence), (SignalState::Raised, 0));
        // The home was reached; talking with the pupil is still to be done.
        assert_eq!(reached.next.unwrap().duty, 0);
        let page = rehtori.pupil_page(&model(), pupil(node, "p01"), day(TODAY), Instant::LATEST);
        let page = page.unwrap();
        assert_eq!(page.acts.len(), 2);
        assert_eq!(page.acts[0].1, "Name tuki");
        assert_eq!(page.signals[0].2[1].stop, Some(Stop::Done(day(TODAY))));
        assert_eq!(node.count("signal_act"), 2);
    });
}

#[test]
fn a_note_has_an_end_and_a_review_a_day_ahead() {
    both("note", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        let noted = |note: &str, once: &str| {
            let new = NewAct {
                pupil: pupil(node, "p01"),
                what: REACHED,
                note,
                day: None,
                sure: false,
                once,
            };
            tuki.log_act(&new, day(TODAY))
        };
        assert_eq!(
            problem(noted(&"ä".repeat(NOTE_MAX + 1), "a")),
            "signals.note_long"
        );
        noted(&format!("  {}  ", "ä".repeat(NOTE_MAX)), "b").unwrap();
        let page = tuki.pupil_page(&model(), pupil(node, "p01"), day(TODAY), Instant::LATEST);
        assert_eq!(page.unwrap().acts[0].0.note, "ä".repeat(NOTE_MAX));
        for (review, fits) in [
            ("2026-08-22", false),
            ("2026-08-23", false),
            ("2026-08-24", false),
            ("2026-08-25", true),
            ("2026-08-29", false),
            ("2026-12-22", true),
            ("2026-12-23", false),
        ] {
            let new = NewAct {
                pupil: pupil(node, "p02"),
                what: decided(review),
                day: None,
                note: "",
                sure: true,
                once: review,
            };
            let done = tuki.log_act(&new, day(TODAY));
            assert_eq!(done.is_ok(), fits, "{review}: {done:?}");
        }
        assert_eq!(
            problem(log(&tuki, node, "p02", decided(TODAY), "z")),
            "signals.review_day"
        );
    });
}

#[test]
fn no_concern_stands_until_its_review() {
    both("no_concern", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        log(&tuki, node, "p01", decided("2026-08-28"), "a").unwrap();
        let stands = row(node, "rehtori", TODAY, "p01");
        assert_eq!(stands.state, SignalState::NoConcern(day("2026-08-28")));
        assert_eq!((stands.next, stands.late()), (None, 0));
        let due = row(node, "rehtori", "2026-08-28", "p01");
        assert_eq!(due.state, SignalState::ReviewDue(day("2026-08-28")));
        // Two weekdays from the review, since the calendar of the town ends before.
        let clock = due.next.unwrap();
        assert_eq!(
            (clock.due, clock.late, clock.escalated),
            (day("2026-09-01"), 0, false)
        );
    });
}

#[test]
fn one_takes_back_what_one_logged_and_nobody_elses() {
    both("withdraw", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        let before = row(node, "tuki", TODAY, "p01");
        log(&tuki, node, "p01", REACHED, "a").unwrap();
        let take_back = |login: &str, id: &str, no: u32, once: &str| {
            log(
                &session(node, login, later(1)),
                node,
                id,
                ActWhat::Withdraw(no),
                once,
            )
        };
        for (login, id, no) in [
            ("rehtori", "p01", 1),
            ("aino", "p01", 1),
            ("tuki", "p02", 1),
            ("tuki", "p01", 2),
            ("tuki", "p01", 0),
            ("rektor", "p01", 1),
        ] {
            is_missing(take_back(login, id, no, "x"));
        }
        take_back("tuki", "p01", 1, "b").unwrap();
        assert_eq!(row(node, "tuki", TODAY, "p01"), before);
        // Both rows stay; a withdrawal is not taken back, the act is logged again.
        assert_eq!(node.count("signal_act"), 2);
        is_missing(take_back("tuki", "p01", 2, "c"));
        log(&session(node, "tuki", later(2)), node, "p01", REACHED, "d").unwrap();
        assert_eq!(row(node, "tuki", TODAY, "p01").silence, 0);
    });
}

#[test]
fn the_audit_names_the_pupil_by_number_and_no_note() {
    both("act_audit", |node| {
        peopled(node);
        let aino = session(node, "aino", at(NOW));
        let no = pupil(node, "p01");
        let what = ActWhat::Done(Outcome::MeetingHeld);
        let new = NewAct {
            pupil: no,
            what,
            note: "zzsecretzz",
            day: None,
            sure: false,
            once: "a",
        };
        aino.log_act(&new, day(TODAY)).unwrap();
        let scope = crate::scope(&node.store);
        let rows = node
            .store
            .ask(|read| lasna_store::AuditRow::list(read, &scope))
            .unwrap();
        let last = rows.last().unwrap();
        assert_eq!(last.action, "act_on_signal");
        assert_eq!(last.target, format!("pupil:{no}:done"));
        assert_eq!(
            (last.reason.as_str(), last.reach.starts_with("group:")),
            ("own_class", true)
        );
        assert!(
            rows.iter()
                .all(|row| !format!("{row:?}").contains("zzsecretzz"))
        );
        // Where the audit cannot be written, nothing is logged.
        node.meddle("drop table audit");
        let refused = aino.log_act(&NewAct { once: "b", ..new }, day(TODAY));
        assert!(refused.is_err());
        assert_eq!(node.count("signal_act"), 1);
    });
}
