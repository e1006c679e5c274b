//! Random operating models: every condition, window, way to count again and hour.
//!
//! They mean nothing to a school; limits are low so that small worlds reach them.
//!
//! Invariant: a model has at least one measure, and each step at least one condition.

use super::Dice;
use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::calendar::Day;
use lasna_domain::model::{
    CodeSet, Condition, CountsAgain, Hour, Measure, MeasureNo, Model, PatternOf, ShareOf, Step,
    Text, Window, total_measure,
};

/// The model of a seed.
pub fn random_model(seed: u64) -> Model {
    let mut dice = Dice::new(seed);
    let mut measures = vec![total_measure()];
    for no in 0..dice.below(4) {
        measures.push(measure(&mut dice, no));
    }
    let hour = dice.pick(&[Hour::Lesson, Hour::Minutes(45), Hour::Minutes(60)]);
    let first = dice.below(9);
    let steps = (0..dice.between(2, 6))
        .map(|no| {
            // Kinds of condition and ways to count again go round, so that none is left out.
            let mut any = vec![condition(&mut dice, first + no, measures.len())];
            while dice.chance(30) {
                let kind = dice.below(9);
                any.push(condition(&mut dice, kind, measures.len()));
            }
            Step {
                id: format!("step-{no}"),
                title: text(&format!("step {no}")),
                any,
                counts_again: counts_again(&mut dice),
                duties: Vec::new(),
            }
        })
        .collect();
    Model {
        id: format!("random-{seed}"),
        version: "1".into(),
        extends: None,
        valid: Day(20_000),
        hour,
        approved: None,
        title: text("random"),
        source: "a seed".into(),
        assumptions: Vec::new(),
        measures,
        steps,
        duties: Vec::new(),
    }
}

fn text(words: &str) -> Text {
    Text {
        fi: words.into(),
        sv: words.into(),
        en: words.into(),
    }
}

fn codes(dice: &mut Dice, count: usize, percent: u32) -> CodeSet {
    (0..count)
        .filter(|_| dice.chance(percent))
        .fold(CodeSet::default(), CodeSet::with)
}

fn measure(dice: &mut Dice, no: u32) -> Measure {
    let id = format!("measure-{no}");
    // Absence is in most measures, lateness and behaviour in some.
    let presence = codes(dice, Presence::ALL.len(), 30).with(Presence::Absent.index());
    let approval = codes(dice, Approval::ALL.len(), 60).with(Approval::Unresolved.index());
    let except_reason = codes(dice, Reason::ALL.len(), 25);
    Measure {
        title: text(&id),
        id,
        presence,
        approval,
        except_reason,
    }
}

fn window(dice: &mut Dice) -> Window {
    match dice.below(9) {
        0 => Window::Day,
        1 => Window::Week,
        2 => Window::Month,
        3 => Window::Quarter,
        4 => Window::Period,
        5 => Window::Term,
        6 => Window::Year,
        7 => Window::RollingDays(dice.pick(&[1, 2, 5, 10, 20, 30])),
        _ => Window::RollingTeachingWeeks(dice.pick(&[1, 2, 4, 6])),
    }
}

fn counts_again(dice: &mut Dice) -> CountsAgain {
    match dice.below(5) {
        0 => CountsAgain::Once,
        1 => CountsAgain::EachTerm,
        2 => CountsAgain::EachQuarter,
        3 => CountsAgain::AfterReset,
        _ => CountsAgain::AfterTeachingWeeks(dice.pick(&[0, 1, 2, 4, 8])),
    }
}

fn condition(dice: &mut Dice, kind: u32, measures: usize) -> Condition {
    let measure = MeasureNo(dice.below(measures as u32) as usize);
    let window = window(dice);
    match kind % 9 {
        0 => Condition::Hours {
            measure,
            hours: dice.between(1, 30),
            window,
        },
        1 => Condition::Days {
            measure,
            days: dice.between(1, 10),
            window,
        },
        2 => Condition::Share {
            measure,
            percent_hundredths: dice.pick(&[1, 500, 999, 1000, 1500, 5000, 10_000]),
            window,
            of: dice.pick(&[ShareOf::MarkedMinutes, ShareOf::WindowDays]),
            days_min: dice.pick(&[0, 1, 5, 20]),
        },
        3 => Condition::Unresolved {
            days: dice.pick(&[0, 1, 3, 7, 14]),
        },
        4 => Condition::Run {
            days: dice.between(1, 8) as u16,
            full: dice.chance(50),
        },
        5 => Condition::Spells {
            count: dice.between(1, 5) as u16,
            window,
        },
        6 => Condition::Pattern {
            of: dice.pick(&[
                PatternOf::Weekday,
                PatternOf::LessonOfDay,
                PatternOf::Subject,
            ]),
            share_percent: dice.pick(&[1, 34, 50, 60, 100]),
            count_min: dice.between(1, 6) as u16,
            window,
        },
        7 => Condition::Trend {
            factor_tenths: dice.pick(&[0, 10, 15, 20]),
            percent_min: dice.pick(&[0, 1, 10, 25]),
        },
        _ => Condition::Concern,
    }
}
