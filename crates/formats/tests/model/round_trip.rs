//! Made-up models, written and read again, are the same.
//!
//! The ladders are made so that they pass the checks: limits rise from step to step.
//!
//! Invariant: texts hold any characters that a text may hold.

use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::calendar::Day;
use lasna_domain::model::{
    Approved, CodeSet, Condition, CountsAgain, Duty, Escalation, Hour, Measure, MeasureNo, Model,
    Outcome, PatternOf, Role, ShareOf, Step, Text, UniversalDuty, Window, Within, total_measure,
};
use lasna_formats::model::{read_model, write_model};
use proptest::collection::vec;
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    // Anything, with the characters that need care made frequent.
    vec(
        prop_oneof![any::<char>(), Just('"'), Just('\\'), Just('\n'), Just('ä')],
        0..12,
    )
    .prop_map(|letters| letters.into_iter().chain(['x']).collect())
}

prop_compose! {
    fn text()(fi in words(), sv in words(), en in words()) -> Text { Text { fi, sv, en } }
}

fn code_set(len: usize) -> impl Strategy<Value = CodeSet> {
    (0_u16..1 << len).prop_map(CodeSet)
}

prop_compose! {
    fn measure(no: usize)(
        title in text(),
        presence in code_set(Presence::ALL.len()),
        approval in code_set(Approval::ALL.len()),
        except in code_set(Reason::ALL.len() - 1),
    ) -> Measure {
        // Absent and unresolved always count, so that no measure counts nothing.
        Measure {
            id: format!("measure-{no}"),
            title,
            presence: presence.with(Presence::Absent.index()),
            approval: approval.with(Approval::Unresolved.index()),
            except_reason: except,
        }
    }
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        Just(Window::Month),
        Just(Window::Quarter),
        Just(Window::Period),
        Just(Window::Term),
        Just(Window::Year),
        (40_u16..200).prop_map(Window::RollingDays),
        (8_u16..40).prop_map(Window::RollingTeachingWeeks),
    ]
}

/// Conditions of the step of a place; all limits rise with the place.
fn conditions(place: u16, measure: usize, window: Window) -> Vec<Condition> {
    let measure = MeasureNo(measure);
    let hours = u32::from(place) * 20 + 20;
    vec![
        Condition::Hours {
            measure,
            hours,
            window,
        },
        Condition::Days {
            measure,
            days: u32::from(place) + 1,
            window,
        },
        Condition::Share {
            measure,
            percent_hundredths: u32::from(place) * 1025 + 1,
            window,
            of: if place.is_multiple_of(2) {
                ShareOf::MarkedMinutes
            } else {
                ShareOf::WindowDays
            },
            days_min: 20,
        },
        Condition::Unresolved { days: place + 1 },
        Condition::Run {
            days: place + 1,
            full: place % 2 == 1,
        },
        Condition::Spells {
            count: place + 1,
            window,
        },
        Condition::Pattern {
            of: [
                PatternOf::Weekday,
                PatternOf::LessonOfDay,
                PatternOf::Subject,
            ][usize::from(place % 3)],
            share_percent: 50,
            count_min: place + 3,
            window,
        },
        Condition::Trend {
            factor_tenths: 15 + place,
            percent_min: 10,
        },
        Condition::Concern,
    ]
}

fn duty(no: usize) -> impl Strategy<Value = Duty> {
    let time = (0_u16..50, any::<bool>());
    let done = proptest::sample::subsequence(Outcome::ALL.to_vec(), 1..=Outcome::ALL.len());
    let letter = proptest::option::of("[a-z0-9_-]{1,12}");
    let roles = (0..Role::ALL.len(), 1..Role::ALL.len());
    (
        text(),
        roles,
        time,
        done,
        proptest::option::of(0_u16..50),
        letter,
        0_u16..6000,
    )
        .prop_map(
            move |(title, (role, step), (n, school), done, later, letter, minutes)| {
                let within = |n| {
                    if school {
                        Within::SchoolDays(n)
                    } else {
                        Within::Days(n)
                    }
                };
                let to = Role::ALL[(role + step) % Role::ALL.len()];
                Duty {
                    id: format!("duty_{no}"),
                    title,
                    role: Role::ALL[role],
                    within: within(n),
                    done,
                    escalate: later.map(|later| Escalation {
                        after: within(n + later),
                        to,
                    }),
                    letter,
                    minutes,
                }
            },
        )
}

fn again() -> impl Strategy<Value = CountsAgain> {
    prop_oneof![
        Just(CountsAgain::Once),
        Just(CountsAgain::EachTerm),
        Just(CountsAgain::EachQuarter),
        Just(CountsAgain::AfterReset),
        (1_u16..60).prop_map(CountsAgain::AfterTeachingWeeks),
    ]
}

/// Steps that use one measure and window and the same kinds of conditions.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Without these alone: concern has no higher limit.
    let kinds = proptest::sample::subsequence((0..8).collect::<Vec<usize>>(), 1..=8);
    let concern = any::<bool>();
    let rest = vec((text(), again(), (duty(0), duty(1)), any::<bool>()), 1..5);
    (kinds, concern, 0_usize..3, window(), rest).prop_map(
        |(kinds, concern, measure, window, rest)| {
            let make = |(place, (title, counts_again, (a, b), two)): (usize, _)| {
                let place_no = place as u16;
                let all = conditions(place_no, measure, window);
                let mut any: Vec<_> = kinds.iter().map(|kind| all[*kind]).collect();
                if concern && place == 0 {
                    any.push(Condition::Concern);
                }
                let duties = if two { vec![a, b] } else { vec![a] };
                Step {
                    id: format!("step-{place}"),
                    title,
                    any,
                    counts_again,
                    duties,
                }
            };
            rest.into_iter().enumerate().map(make).collect()
        },
    )
}

prop_compose! {
    fn universal()(title in text(), month in 1_u8..13, role in 0..Role::ALL.len(),
        practice in proptest::option::of(words())) -> UniversalDuty {
        UniversalDuty { id: "yearly".into(), title, month, role: Role::ALL[role], practice }
    }
}

prop_compose! {
    fn model()(
        (title, source, valid) in (text(), words(), 10_000_i32..40_000),
        hour in prop_oneof![Just(Hour::Lesson), Just(Hour::Minutes(45)), Just(Hour::Minutes(60))],
        approved in proptest::option::of((words(), 10_000_i32..40_000)),
        assumptions in vec(text(), 0..3),
        (a, b) in (measure(1), measure(2)),
        steps in steps(),
        duties in vec(universal(), 0..2),
    ) -> Model {
        Model {
            id: "made-up".into(),
            version: "2026.1-x".into(),
            extends: None,
            valid: Day(valid),
            hour,
            approved: approved.map(|(by, on)| Approved { by, on: Day(on) }),
            title,
            source,
            assumptions,
            measures: vec![total_measure(), a, b],
            steps,
            duties,
        }
    }
}

proptest! {
    #[test]
    fn written_and_read_again_is_the_same(model in model()) {
        let text = write_model(&model);
        let read = read_model(&text, &|_| None);
        prop_assert_eq!(read.as_ref(), Ok(&model), "{}", text);
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in "\\PC{0,200}") {
        let found = read_model(&text, &|_| None).unwrap_err();
        let lines = text.lines().count().max(1) as u32;
        prop_assert!(found.iter().all(|p| 1 <= p.line && p.line <= lines + 1 && p.column >= 1));
    }

    #[test]
    fn torn_files_are_refused_without_harm(
        cut in 0_usize..super::broken::GOOD.len(),
        put in "[\\[\\]{}\"=,#\n a-z0-9]{0,4}",
    ) {
        let good = super::broken::GOOD;
        let cut = (0..=cut).rev().find(|at| good.is_char_boundary(*at)).unwrap_or(0);
        let text = format!("{}{put}{}", &good[..cut], &good[cut..]);
        if let Err(found) = read_model(&text, &|_| None) {
            prop_assert!(!found.is_empty());
        }
    }
}
