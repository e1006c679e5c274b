//! Random acts on random signals: what stands, whose turn it is and by when, against plain code that
//! was written from `docs/areas/signals.md` and walks day by day.
//!
//! Invariant: the plain code shares no function with the one under test.

use lasna_domain::calendar::{Day, Instant, Weekday};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_domain::model::{Duty, Escalation, Model, Outcome, Role, Within};
use lasna_domain::signals::{
    Act, ActWhat, Clock, ContactOutcome, ContactWith, DONE, NoConcernReason, SignalState, Standing,
    Stop, clocks, day_after, in_force, next, school_days_late, silence, state,
};
use lasna_testkit::world::random_model;
use proptest::prelude::*;

/// Acts of one pupil whose days go forward, with numbers from 1.
fn acts() -> impl Strategy<Value = Vec<Act>> {
    let one = (0..4i32, what());
    proptest::collection::vec(one, 0..12).prop_map(|all| {
        let mut day = 95;
        let numbered = (1u32..).zip(all);
        numbered
            .map(|(no, (after, what))| {
                day += after;
                Act {
                    no,
                    pupil: PersonNo(1),
                    at: Instant::midnight(Day(day)),
                    day: Day(day),
                    by: UserNo(1),
                    what,
                    note: String::new(),
                }
            })
            .collect()
    })
}

fn what() -> impl Strategy<Value = ActWhat> {
    let with = prop_oneof![Just(ContactWith::Home), Just(ContactWith::Pupil)];
    let came = prop_oneof![
        Just(ContactOutcome::NotReached),
        Just(ContactOutcome::Reached),
        Just(ContactOutcome::Agreed),
    ];
    prop_oneof![
        2 => Just(ActWhat::Acknowledge),
        4 => (with, came).prop_map(|(with, came)| ActWhat::Contact(with, came)),
        3 => (96..130i32).prop_map(|day| ActWhat::NoConcern(NoConcernReason::Known, Day(day))),
        1 => Just(ActWhat::Raise),
        2 => (0..Outcome::ALL.len()).prop_map(|at| ActWhat::Done(Outcome::ALL[at])),
        2 => (0..14u32).prop_map(ActWhat::Withdraw),
    ]
}

fn within() -> impl Strategy<Value = Within> {
    prop_oneof![
        (0..12u16).prop_map(Within::SchoolDays),
        (0..20u16).prop_map(Within::Days)
    ]
}

fn school_days() -> impl Strategy<Value = Vec<Day>> {
    proptest::collection::btree_set(80..125i32, 0..40)
        .prop_map(|days| days.into_iter().map(Day).collect())
}

/// A model of which only duties matter: two steps with a few each.
fn model() -> impl Strategy<Value = Model> {
    let outcomes = proptest::collection::vec(0..Outcome::ALL.len(), 1..3);
    let duty = (within(), outcomes, proptest::option::of(within()));
    proptest::collection::vec(proptest::collection::vec(duty, 0..4), 2).prop_map(|steps| {
        let mut model = random_model(1);
        let first = model.steps[0].clone();
        model.steps = steps
            .into_iter()
            .map(|duties| {
                let duty = |(no, (within, done, after)): (usize, (Within, Vec<usize>, _))| Duty {
                    id: format!("duty-{no}"),
                    title: first.title.clone(),
                    role: Role::ALL[no],
                    within,
                    done: done.into_iter().map(|at| Outcome::ALL[at]).collect(),
                    escalate: Option::map(after, |after| Escalation {
                        after,
                        to: Role::Coordinator,
                    }),
                    letter: None,
                    minutes: 0,
                };
                let mut step = first.clone();
                step.duties = duties.into_iter().enumerate().map(duty).collect();
                step
            })
            .collect();
        model
    })
}

/// The rules as the area page says them.
mod plain {
    use super::*;

    pub fn counts(day: Day, school_days: &[Day]) -> bool {
        match school_days.last() {
            Some(&last) if day <= last => school_days.contains(&day),
            _ => day.weekday() != Weekday::Saturday && day.weekday() != Weekday::Sunday,
        }
    }

    pub fn day_after(from: Day, within: Within, school_days: &[Day]) -> Day {
        let (mut left, calendar) = match within {
            Within::Days(days) => (days, true),
            Within::SchoolDays(days) => (days, false),
        };
        let mut day = from;
        while left > 0 {
            day = Day(day.0 + 1);
            if calendar || counts(day, school_days) {
                left -= 1;
            }
        }
        day
    }

    /// School days after one day up to another.
    pub fn between(after: Day, to: Day, school_days: &[Day]) -> u32 {
        let inside = |day: &&Day| **day > after && **day <= to;
        school_days.iter().filter(inside).count() as u32
    }

    /// Somebody was talked with, or a thing that is more than a word was done.
    pub fn goes_on(what: ActWhat) -> bool {
        match what {
            ActWhat::Raise | ActWhat::Done(_) => true,
            ActWhat::Contact(_, came) => came != ContactOutcome::NotReached,
            _ => false,
        }
    }

    pub fn brings(what: ActWhat) -> Vec<&'static str> {
        let mut all = Vec::new();
        match what {
            ActWhat::Contact(_, ContactOutcome::NotReached) => {}
            ActWhat::Contact(ContactWith::Pupil, _) => all.push("pupil:heard"),
            ActWhat::Contact(ContactWith::Home, came) => {
                all.push("contact:reached");
                if came == ContactOutcome::Agreed {
                    all.push("contact:agreed");
                }
            }
            ActWhat::Raise => all.extend(["contact:reached", "pupil:heard"]),
            ActWhat::Done(outcome) if DONE.contains(&outcome) => all.push(outcome.as_code()),
            _ => {}
        }
        all
    }

    pub fn state(from: Day, acts: &[&Act], today: Day) -> SignalState {
        let since: Vec<&&Act> = acts.iter().filter(|act| act.day >= from).collect();
        let decision = |what| matches!(what, ActWhat::NoConcern(..));
        let last = since
            .iter()
            .rfind(|act| goes_on(act.what) || decision(act.what));
        match last.map(|act| act.what) {
            Some(ActWhat::NoConcern(_, review)) if today < review => SignalState::NoConcern(review),
            Some(ActWhat::NoConcern(_, review)) => SignalState::ReviewDue(review),
            Some(_) => SignalState::Raised,
            None if since.is_empty() => SignalState::New,
            None => SignalState::Acknowledged,
        }
    }

    /// The day on which the clocks began to run for the last time, walking through the days.
    pub fn runs_from(from: Day, acts: &[&Act], today: Day) -> Day {
        let (mut begun, mut stands_until) = (from, None);
        for day in from.0..=today.0.max(acts.last().map_or(0, |act| act.day.0)) {
            for act in acts.iter().filter(|act| act.day.0 == day) {
                if let ActWhat::NoConcern(_, review) = act.what {
                    stands_until = Some(review);
                } else if goes_on(act.what)
                    && let Some(review) = stands_until.take()
                {
                    begun = begun.max(review.min(act.day));
                }
            }
        }
        match stands_until {
            Some(review) if review <= today => begun.max(review),
            _ => begun,
        }
    }

    pub fn clock(
        model: &Model,
        (step, from): (usize, Day),
        no: usize,
        acts: &[&Act],
        standing: Standing<'_>,
    ) -> Clock {
        let duty = &model.steps[step].duties[no];
        let codes: Vec<&str> = duty.done.iter().map(|outcome| outcome.as_code()).collect();
        let brought = |act: &&&Act| {
            act.day >= from && brings(act.what).iter().any(|code| codes.contains(code))
        };
        let mut stop = acts.iter().find(brought).map(|act| Stop::Done(act.day));
        if codes.contains(&"marks:explained") && standing.marks_explained {
            stop = Some(Stop::Explained);
        }
        if let (None, SignalState::NoConcern(review)) = (stop, state(from, acts, standing.today)) {
            stop = Some(Stop::Stands(review));
        }
        let begun = runs_from(from, acts, standing.today);
        let due = day_after(begun, duty.within, standing.school_days);
        let up = duty.escalate.filter(|up| {
            day_after(begun, up.after, standing.school_days) < standing.today && stop.is_none()
        });
        Clock {
            step,
            duty: no,
            due,
            owner: up.map_or(duty.role, |up| up.to),
            escalated: up.is_some(),
            stop,
            late: match stop {
                Some(_) => 0,
                None => between(due, standing.today, standing.school_days),
            },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_stretch_of_school_days_ends_as_a_walk_does(
        from in 78..130i32, within in within(), days in school_days(), today in 78..140i32,
    ) {
        let expected = plain::day_after(Day(from), within, &days);
        prop_assert_eq!(day_after(Day(from), within, &days), expected);
        let late = plain::between(Day(from), Day(today), &days);
        prop_assert_eq!(school_days_late(Day(from), Day(today), &days), late);
    }

    #[test]
    fn a_signal_stands_where_its_last_decisive_act_left_it(
        acts in acts(), from in 90..120i32, today in 95..140i32,
    ) {
        let force = in_force(&acts);
        let withdrawn: Vec<u32> = acts
            .iter()
            .filter_map(|act| match act.what { ActWhat::Withdraw(no) => Some(no), _ => None })
            .collect();
        let mut kept = acts.clone();
        kept.retain(|act| !withdrawn.contains(&act.no));
        kept.retain(|act| !matches!(act.what, ActWhat::Withdraw(_)));
        prop_assert_eq!(force.iter().map(|act| act.no).collect::<Vec<_>>(),
            kept.iter().map(|act| act.no).collect::<Vec<_>>());
        let expected = plain::state(Day(from), &force, Day(today));
        prop_assert_eq!(state((0, Day(from)), &force, Day(today)), expected);
        for act in &force {
            let codes: Vec<&str> = act.what.outcomes().iter().map(|o| o.as_code()).collect();
            let decided = matches!(act.what, ActWhat::NoConcern(..));
            let own = if decided { vec!["decision:no_concern"] } else { plain::brings(act.what) };
            prop_assert_eq!(codes, own, "{:?}", act.what);
        }
    }

    #[test]
    fn clocks_stop_on_outcomes_and_go_up_when_late(
        model in model(), acts in acts(), days in school_days(),
        from in (90..120i32, 90..120i32), today in 95..140i32, marks_explained in any::<bool>(),
    ) {
        let force = in_force(&acts);
        let today = Day(today);
        let standing = Standing { today, school_days: &days, marks_explained };
        let mut all = Vec::new();
        for signal in [(0, Day(from.0)), (1, Day(from.1))] {
            let found = clocks(&model, signal, &force, standing);
            let expected: Vec<Clock> = (0..model.steps[signal.0].duties.len())
                .map(|no| plain::clock(&model, signal, no, &force, standing))
                .collect();
            prop_assert_eq!(&found, &expected);
            all.extend(found);
        }
        // The next one: nothing that runs is due before it, and of equals it is the highest step's.
        match next(&all) {
            None => prop_assert!(all.iter().all(|clock| clock.stop.is_some())),
            Some(first) => {
                prop_assert!(first.stop.is_none());
                for other in all.iter().filter(|clock| clock.stop.is_none()) {
                    prop_assert!(first.due <= other.due);
                    prop_assert!(first.due < other.due || first.step >= other.step);
                }
            }
        }
        let signals = [(0, Day(from.0)), (1, Day(from.1))];
        let first = Day(from.0.min(from.1));
        let talked = force.iter().filter(|act| matches!(act.what,
            ActWhat::Raise | ActWhat::Done(Outcome::MeetingHeld)) || matches!(act.what,
            ActWhat::Contact(_, came) if came != ContactOutcome::NotReached));
        let since = talked.map(|act| act.day).chain([first]).max().unwrap();
        prop_assert_eq!(silence(&signals, &force, standing), plain::between(since, today, &days));
        prop_assert_eq!(silence(&[], &force, standing), 0);
        prop_assert_eq!(clocks(&model, (7, first), &force, standing), vec![]);
    }
}
