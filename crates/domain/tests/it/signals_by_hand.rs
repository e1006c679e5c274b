//! A few signals by hand: a contact that reaches nobody, a decision and its review, what goes up.
//!
//! Invariant: every day was counted on a calendar by hand.

use crate::cast::day;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_domain::model::{Duty, Escalation, Model, Outcome, Role, Within};
use lasna_domain::signals::{
    Act, ActWhat, ContactOutcome, ContactWith, NoConcernReason, SignalState, Standing, Stop,
    clocks, day_after, in_force, next, school_days_late, silence, state,
};
use lasna_testkit::world::random_model;

const NOBODY: ActWhat = ActWhat::Contact(ContactWith::Home, ContactOutcome::NotReached);
const REACHED: ActWhat = ActWhat::Contact(ContactWith::Home, ContactOutcome::Reached);
const HEARD: ActWhat = ActWhat::Contact(ContactWith::Pupil, ContactOutcome::Agreed);

fn decided(review: &str) -> ActWhat {
    ActWhat::NoConcern(NoConcernReason::SupportRuns, day(review))
}

fn acts(told: &[(&str, ActWhat)]) -> Vec<Act> {
    let act = |(no, &(on, what)): (u32, &(&str, ActWhat))| Act {
        no,
        pupil: PersonNo(1),
        at: Instant::midnight(day(on)),
        day: day(on),
        by: UserNo(1),
        what,
        note: "a note".into(),
    };
    (1..).zip(told).map(act).collect()
}

/// Weekdays from 3 August to 2 October 2026, without the week of 7 September.
fn school_days() -> Vec<Day> {
    let all = (day("2026-08-03").0..=day("2026-10-02").0).map(Day);
    let off = day("2026-09-07").0..day("2026-09-14").0;
    all.filter(|day| day.weekday().index() < 5 && !off.contains(&day.0))
        .collect()
}

/// One step: to reach the home in two school days, to the principal after five; to map causes in ten.
fn model() -> Model {
    let mut model = random_model(1);
    let duty = |id: &str, role, days, done, escalate| Duty {
        id: id.into(),
        title: model.title.clone(),
        role,
        within: Within::SchoolDays(days),
        done: vec![done],
        escalate,
        letter: None,
        minutes: 15,
    };
    let up = Escalation {
        after: Within::SchoolDays(5),
        to: Role::Principal,
    };
    let duties = vec![
        duty(
            "contact",
            Role::ClassTeacher,
            2,
            Outcome::ContactReached,
            Some(up),
        ),
        duty("causes", Role::SkyWorker, 10, Outcome::CausesMapped, None),
    ];
    model.steps.truncate(1);
    model.steps[0].duties = duties;
    model
}

fn standing<'a>(today: &str, school_days: &'a [Day]) -> Standing<'a> {
    Standing {
        today: day(today),
        school_days,
        marks_explained: false,
    }
}

#[test]
fn a_due_day_skips_weekends_and_holidays_and_goes_on_behind_the_calendar() {
    let days = school_days();
    let after = |from: &str, n| day_after(day(from), Within::SchoolDays(n), &days).to_string();
    // Friday, then Monday and Tuesday.
    assert_eq!(after("2026-08-14", 2), "2026-08-18");
    // From the Friday before the free week into the week after it.
    assert_eq!(after("2026-09-04", 2), "2026-09-15");
    assert_eq!(after("2026-09-04", 0), "2026-09-04");
    // The calendar ends on a Friday: weekdays go on counting.
    assert_eq!(after("2026-10-01", 2), "2026-10-05");
    assert_eq!(after("2026-10-10", 1), "2026-10-12");
    assert_eq!(
        day_after(day("2026-09-04"), Within::Days(2), &days).to_string(),
        "2026-09-06"
    );
    let late = |due: &str, today: &str| school_days_late(day(due), day(today), &days);
    assert_eq!(late("2026-09-04", "2026-09-15"), 2);
    assert_eq!(late("2026-09-15", "2026-09-15"), 0);
    assert_eq!(late("2026-09-15", "2026-09-04"), 0);
}

#[test]
fn an_attempt_that_reaches_nobody_stops_no_clock_and_goes_up() {
    let (model, days) = (model(), school_days());
    let signal = (0, day("2026-08-14"));
    let tried = acts(&[("2026-08-17", NOBODY), ("2026-08-19", NOBODY)]);
    let force = in_force(&tried);
    let at = |today: &str| clocks(&model, signal, &force, standing(today, &days))[0];
    assert_eq!((at("2026-08-18").late, at("2026-08-18").stop), (0, None));
    assert_eq!(at("2026-08-19").late, 1);
    // Five school days are over on the 21st; from the next day on it is the principal's.
    assert_eq!(at("2026-08-21").owner, Role::ClassTeacher);
    assert!(at("2026-08-22").escalated);
    assert_eq!(at("2026-08-24").owner, Role::Principal);
    let stood = state(signal, &force, day("2026-08-24"));
    assert_eq!(stood, SignalState::Acknowledged);
    assert_eq!(silence(&[signal], &force, standing("2026-08-24", &days)), 6);
    // Reaching the home stops it, and the mapping of causes comes next.
    let reached = acts(&[("2026-08-17", NOBODY), ("2026-08-20", REACHED)]);
    let force = in_force(&reached);
    let all = clocks(&model, signal, &force, standing("2026-08-24", &days));
    assert_eq!(all[0].stop, Some(Stop::Done(day("2026-08-20"))));
    assert!(!all[0].escalated && all[0].late == 0);
    assert_eq!(next(&all).unwrap().duty, 1);
    assert_eq!(next(&all).unwrap().due.to_string(), "2026-08-28");
    assert_eq!(silence(&[signal], &force, standing("2026-08-24", &days)), 2);
}

#[test]
fn hearing_the_pupil_is_not_reaching_the_home() {
    let (model, days) = (model(), school_days());
    let signal = (0, day("2026-08-14"));
    let heard = acts(&[("2026-08-17", HEARD)]);
    let force = in_force(&heard);
    let all = clocks(&model, signal, &force, standing("2026-08-19", &days));
    assert_eq!((all[0].stop, all[0].late), (None, 1));
    assert_eq!(
        state(signal, &force, day("2026-08-19")),
        SignalState::Raised
    );
}

#[test]
fn clocks_stand_while_there_is_no_concern_and_run_anew_from_the_review() {
    let (model, days) = (model(), school_days());
    let signal = (0, day("2026-08-14"));
    let told = acts(&[("2026-08-17", decided("2026-09-02"))]);
    let force = in_force(&told);
    let at = |today: &str| clocks(&model, signal, &force, standing(today, &days));
    let review = SignalState::NoConcern(day("2026-09-02"));
    assert_eq!(state(signal, &force, day("2026-09-01")), review);
    assert!(next(&at("2026-09-01")).is_none());
    assert_eq!(
        at("2026-09-01")[0].stop,
        Some(Stop::Stands(day("2026-09-02"))),
        "nothing was done"
    );
    let due = SignalState::ReviewDue(day("2026-09-02"));
    assert_eq!(state(signal, &force, day("2026-09-02")), due);
    // Two school days from the 2nd; nobody is late for the time of the decision.
    let clock = at("2026-09-02")[0];
    assert_eq!(
        (clock.due.to_string().as_str(), clock.late),
        ("2026-09-04", 0)
    );
    assert!(!clock.escalated && clock.stop.is_none());
    // Raised before the review: what is left to do counts from that day.
    let told = acts(&[
        ("2026-08-17", decided("2026-09-02")),
        ("2026-08-24", ActWhat::Raise),
    ]);
    let force = in_force(&told);
    let all = clocks(&model, signal, &force, standing("2026-08-25", &days));
    assert_eq!(all[0].stop, Some(Stop::Done(day("2026-08-24"))));
    assert_eq!(all[1].due.to_string(), "2026-09-14");
}

#[test]
fn what_is_withdrawn_never_happened_and_a_withdrawal_stays() {
    let (model, days) = (model(), school_days());
    let signal = (0, day("2026-08-14"));
    let told = acts(&[
        ("2026-08-17", REACHED),
        ("2026-08-18", ActWhat::Withdraw(1)),
        ("2026-08-18", ActWhat::Withdraw(2)),
    ]);
    let force = in_force(&told);
    assert_eq!(force.len(), 0);
    assert_eq!(state(signal, &force, day("2026-08-19")), SignalState::New);
    let all = clocks(&model, signal, &force, standing("2026-08-19", &days));
    assert_eq!((all[0].stop, all[0].late), (None, 1));
}

#[test]
fn a_duty_of_explained_marks_is_done_by_the_marks() {
    let (mut model, days) = (model(), school_days());
    model.steps[0].duties[0].done = vec![Outcome::MarksExplained];
    let signal = (0, day("2026-08-14"));
    let mut now = standing("2026-08-24", &days);
    assert_eq!(clocks(&model, signal, &[], now)[0].late, 4);
    now.marks_explained = true;
    let clock = clocks(&model, signal, &[], now)[0];
    assert_eq!((clock.stop, clock.late), (Some(Stop::Explained), 0));
    // What an earlier crossing brought does not stop the clock of a later one.
    let before = acts(&[("2026-08-13", REACHED)]);
    let force = in_force(&before);
    model.steps[0].duties[0].done = vec![Outcome::ContactReached];
    now.marks_explained = false;
    assert_eq!(clocks(&model, signal, &force, now)[0].stop, None);
}
