//! What is logged twice, on an earlier day, or with words that turn a page round.
//!
//! Invariant: a second act of the same kind is never logged by a form that only came back.

use crate::people::{NOW, at, later, model, peopled, problem, pupil, session};
use crate::{Node, both, day};
use lasna_app::signals::{NewAct, PupilPage};
use lasna_app::{App, AppError};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::signals::{
    ActWhat, ContactOutcome, ContactWith, NoConcernReason, SignalState, Stop,
};

const TODAY: &str = "2026-08-24";
const REACHED: ActWhat = ActWhat::Contact(ContactWith::Home, ContactOutcome::Reached);
const NOBODY: ActWhat = ActWhat::Contact(ContactWith::Home, ContactOutcome::NotReached);

/// An act about a pupil, with a key of its own.
struct Sent<'n> {
    node: &'n Node,
    what: ActWhat,
    day: Option<&'n str>,
    sure: bool,
}

impl Sent<'_> {
    fn by(&self, app: &App, id: &str, once: &str) -> Result<(), AppError> {
        let new = NewAct {
            pupil: pupil(self.node, id),
            what: self.what,
            day: self.day.map(day),
            note: "",
            sure: self.sure,
            once,
        };
        app.log_act(&new, app.now().day_in_finland())
    }
}

fn plain(node: &Node, what: ActWhat) -> Sent<'_> {
    Sent {
        node,
        what,
        day: None,
        sure: false,
    }
}

fn decided(review: &str) -> ActWhat {
    ActWhat::NoConcern(NoConcernReason::Known, day(review))
}

fn page(node: &Node, login: &str, on: Day) -> PupilPage {
    let app = session(node, login, at(NOW));
    app.pupil_page(&model(), pupil(node, "p01"), on, Instant::LATEST)
        .unwrap()
}

#[test]
fn the_same_act_soon_after_needs_a_person_who_is_sure() {
    both("act_again", |node| {
        peopled(node);
        let tuki = |minutes: i64| session(node, "tuki", later(minutes));
        for (n, what) in [NOBODY, ActWhat::Raise, ActWhat::Acknowledge]
            .into_iter()
            .enumerate()
        {
            let form = plain(node, what);
            let key = |part: &str| format!("{n}{part}");
            form.by(&tuki(0), "p01", &key("a")).unwrap();
            assert_eq!(problem(form.by(&tuki(9), "p01", &key("b"))), "act.again");
            // The form that was sent first may come again, and another pupil is another matter.
            form.by(&tuki(9), "p01", &key("a")).unwrap();
            form.by(&tuki(9), "p02", &key("c")).unwrap();
            form.by(&session(node, "rehtori", later(1)), "p01", &key("d"))
                .unwrap();
            form.by(&tuki(10), "p01", &key("e")).unwrap();
            let sure = Sent {
                sure: true,
                ..plain(node, what)
            };
            sure.by(&tuki(11), "p01", &key("f")).unwrap();
        }
        assert_eq!(node.count("signal_act"), 3 * 5);
        // Another outcome is another act, and so is one that was taken back and is logged anew.
        plain(node, REACHED).by(&tuki(11), "p01", "g").unwrap();
        let no = u32::try_from(node.count("signal_act")).unwrap();
        plain(node, ActWhat::Withdraw(no))
            .by(&tuki(11), "p01", "h")
            .unwrap();
        plain(node, REACHED).by(&tuki(11), "p01", "i").unwrap();
    });
}

#[test]
fn a_second_decision_while_one_stands_needs_a_person_who_is_sure() {
    both("act_decided", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        let rehtori = session(node, "rehtori", later(20));
        plain(node, decided("2026-08-28"))
            .by(&tuki, "p01", "a")
            .unwrap();
        let other = plain(node, decided("2026-09-04"));
        assert_eq!(
            problem(other.by(&rehtori, "p01", "b")),
            "act.decided_already"
        );
        assert_eq!(node.count("signal_act"), 1);
        let sure = Sent {
            sure: true,
            ..plain(node, decided("2026-09-04"))
        };
        sure.by(&rehtori, "p01", "b").unwrap();
        let state = page(node, "tuki", day(TODAY)).signals[0].1;
        assert_eq!(state, SignalState::NoConcern(day("2026-09-04")));
        // Once somebody was reached no decision stands, and a new one is no second one.
        plain(node, REACHED).by(&tuki, "p01", "c").unwrap();
        plain(node, decided("2026-09-03"))
            .by(&tuki, "p01", "d")
            .unwrap();
    });
}

#[test]
fn a_contact_counts_on_its_day_and_was_written_on_another() {
    both("act_day", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        let on = |on: &'static str| Sent {
            day: Some(on),
            ..plain(node, REACHED)
        };
        for wrong in ["2026-08-25", "2027-08-24", "2026-07-31", "2025-09-01"] {
            let refused = on(wrong).by(&tuki, "p01", wrong);
            assert_eq!(problem(refused), "act.day_wrong", "{wrong}");
        }
        on("2026-08-20").by(&tuki, "p01", "a").unwrap();
        let found = page(node, "rehtori", day(TODAY));
        let act = &found.acts[0].0;
        assert_eq!(act.day, day("2026-08-20"));
        assert_eq!(act.at.day_in_finland(), day(TODAY), "when it was written");
        // The duty to reach the home was done on the 20th, and silence runs from it: 21 and 24.
        assert_eq!(
            found.signals[0].2[1].stop,
            Some(Stop::Done(day("2026-08-20")))
        );
        assert_eq!(found.silence, 2);
        let scope = crate::scope(&node.store);
        let rows = node
            .store
            .ask(|read| lasna_store::AuditRow::list(read, &scope))
            .unwrap();
        let row = rows.iter().rfind(|row| row.action == "act_on_signal");
        assert_eq!(row.unwrap().at, at(NOW));
        // The first day of the school year is one of it; a call before the signal stops no clock.
        on("2026-08-01").by(&tuki, "p02", "b").unwrap();
        let app = session(node, "rehtori", at(NOW));
        let early = app.pupil_page(&model(), pupil(node, "p02"), day(TODAY), Instant::LATEST);
        let early = early.unwrap();
        assert_eq!(early.signals[0].2[1].stop, None);
        assert_eq!(early.signals[0].1, SignalState::New);
    });
}

#[test]
fn a_call_before_a_decision_does_not_end_the_decision() {
    both("act_order", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        let until = SignalState::NoConcern(day("2026-08-28"));
        plain(node, decided("2026-08-28"))
            .by(&tuki, "p01", "a")
            .unwrap();
        let call = Sent {
            day: Some("2026-08-20"),
            ..plain(node, REACHED)
        };
        call.by(&tuki, "p01", "b").unwrap();
        let found = page(node, "tuki", day(TODAY));
        assert_eq!(found.signals[0].1, until);
        let days: Vec<Day> = found.acts.iter().map(|(act, _)| act.day).collect();
        assert_eq!(days, [day("2026-08-20"), day(TODAY)], "by their day");
        // One of today does.
        plain(node, REACHED).by(&tuki, "p01", "c").unwrap();
        let found = page(node, "tuki", day(TODAY));
        assert_eq!(found.signals[0].1, SignalState::Raised);
    });
}

#[test]
fn a_note_keeps_its_lines_and_nothing_that_turns_the_text() {
    both("act_note", |node| {
        peopled(node);
        let tuki = session(node, "tuki", at(NOW));
        let new = NewAct {
            pupil: pupil(node, "p01"),
            what: REACHED,
            day: None,
            note: " Soitin.\r\nSovittu \u{202e}huomenna\u{0}. ",
            sure: false,
            once: "a",
        };
        tuki.log_act(&new, day(TODAY)).unwrap();
        let note = &page(node, "tuki", day(TODAY)).acts[0].0.note;
        assert_eq!(note, "Soitin.\nSovittu huomenna.");
        // The same form again is the same act.
        tuki.log_act(&new, day(TODAY)).unwrap();
        assert_eq!(node.count("signal_act"), 1);
    });
}
