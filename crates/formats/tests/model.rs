//! Model files from outside: every preset, every kind of mistake with its place, the round trip.
//!
//! The mistakes stand in [`broken`], the round trip of made-up models in [`round_trip`]. What a
//! model means is tested in the domain.
//!
//! Invariant: nothing here reads a file; presets are embedded.

#[path = "model/broken.rs"]
mod broken;
#[path = "model/extends.rs"]
mod extends;
#[path = "model/round_trip.rs"]
mod round_trip;

use lasna_domain::model::{Condition, CountsAgain, MeasureNo, Model, ShareOf, Window};
use lasna_formats::model::{preset, presets, read_model, write_model};

fn read(name: &str) -> Model {
    let text = preset(name).unwrap_or_else(|| panic!("no preset {name}"));
    read_model(&text, &preset).unwrap_or_else(|problems| {
        let list: Vec<_> = problems.iter().map(ToString::to_string).collect();
        panic!("{name}:\n{}", list.join("\n"))
    })
}

#[test]
fn every_preset_is_read_and_written_without_loss() {
    for (name, _) in presets() {
        let model = read(name);
        assert_eq!(model.id, *name);
        assert!(!model.source.is_empty(), "{name}");
        let written = write_model(&model);
        assert_eq!(
            read_model(&written, &preset).as_ref(),
            Ok(&model),
            "{name}:\n{written}"
        );
        assert_eq!(write_model(&model), written);
    }
}

#[test]
fn presets_have_the_limits_of_their_sources() {
    let hours = |name: &str| -> Vec<Vec<(String, u32, Window)>> {
        let model = read(name);
        let of = |condition: &Condition| match *condition {
            Condition::Hours {
                measure,
                hours,
                window,
            } => Some((model.measures[measure.0].id.clone(), hours, window)),
            _ => None,
        };
        model
            .steps
            .iter()
            .map(|step| step.any.iter().filter_map(of).collect())
            .collect()
    };
    let all = |limits: &[u32]| -> Vec<Vec<(String, u32, Window)>> {
        limits
            .iter()
            .map(|n| vec![("total".to_owned(), *n, Window::Term)])
            .collect()
    };
    assert_eq!(hours("vaasa")[1..], all(&[30, 60, 80, 120]));
    assert_eq!(hours("tampere")[1..], all(&[31, 51]));
    assert_eq!(hours("turku")[1..], all(&[31, 51]));
    assert_eq!(hours("vantaa")[1..], all(&[50, 100]));
    assert_eq!(hours("hollola"), all(&[30, 50, 70]));
    assert_eq!(hours("sitko")[1..], all(&[50, 70, 100]));
    assert_eq!(hours("korsholm")[1..], all(&[80]));
    assert_eq!(hours("heinola"), all(&[25, 50, 80]));
    let two = |a: &str, n, b: &str, m| {
        vec![
            (a.to_owned(), n, Window::Term),
            (b.to_owned(), m, Window::Term),
        ]
    };
    let asikkala = [(17, 30), (24, 45), (34, 60)].map(|(n, m)| two("unauthorised", n, "total", m));
    assert_eq!(hours("asikkala"), asikkala);
    let oulu = hours("oulu");
    assert_eq!(oulu[0], two("unauthorised", 15, "authorised", 50));
    assert_eq!(oulu[1], two("unauthorised", 30, "authorised", 100));
    assert_eq!(oulu[2], [("unauthorised".to_owned(), 50, Window::Term)]);
    assert_eq!(
        hours("kemi")[1..],
        [25, 50].map(|n| vec![("worrying".to_owned(), n, Window::Term)])
    );
}

#[test]
fn foreign_rules_are_told_exactly() {
    let england = read("england");
    let limits: Vec<_> = england
        .steps
        .iter()
        .map(|step| step.any.as_slice())
        .collect();
    let share = |percent_hundredths| Condition::Share {
        measure: MeasureNo(0),
        percent_hundredths,
        window: Window::Year,
        of: ShareOf::MarkedMinutes,
        days_min: 1,
    };
    assert_eq!(limits, [[share(1000)], [share(5000)]]);
    let denmark = read("denmark");
    let quarter = |percent_hundredths| Condition::Share {
        measure: MeasureNo(1),
        percent_hundredths,
        window: Window::Quarter,
        of: ShareOf::WindowDays,
        days_min: 1,
    };
    assert_eq!(denmark.steps[0].any, [quarter(1000)]);
    assert_eq!(denmark.steps[1].any, [quarter(1500)]);
    assert_eq!(denmark.measures[1].id, "unauthorised");
    let dutch = read("netherlands");
    assert_eq!(dutch.steps[0].counts_again, CountsAgain::AfterReset);
    let weeks = Window::RollingTeachingWeeks(4);
    assert_eq!(
        dutch.steps[0].any,
        [Condition::Hours {
            measure: MeasureNo(1),
            hours: 16,
            window: weeks
        }]
    );
}

#[test]
fn a_period_that_the_source_does_not_state_is_marked_as_assumed() {
    for name in [
        "vaasa", "tampere", "turku", "kemi", "hollola", "asikkala", "sitko", "korsholm",
    ] {
        assert!(!read(name).assumptions.is_empty(), "{name}");
    }
    for name in [
        "vaasa", "tampere", "turku", "kemi", "hollola", "asikkala", "sitko", "heinola",
    ] {
        let told = read(name)
            .assumptions
            .iter()
            .any(|text| text.en.contains("it is the term"));
        assert!(told, "{name}");
    }
}
