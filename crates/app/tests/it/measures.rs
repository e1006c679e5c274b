//! Standard measures as they are released: equal to the figures where they are shown, and small ones
//! never are.
//!
//! Invariant: what one school sees is what the provider sees of it.

use crate::town::simulated_weeks;
use crate::{Node, both, day, noon};
use lasna_app::measures::{Counted, Measures, Unit};
use lasna_app::{App, HeldYears, Level};
use lasna_domain::access::UserRole;
use lasna_domain::attendance::{Figures, limits_reached};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Model;
use lasna_formats::model::{preset, read_model};
use std::sync::Arc;

fn model() -> Model {
    read_model(&preset("sky-fi").unwrap(), &preset).unwrap()
}

fn town(node: &Node) -> Vec<String> {
    assert_eq!(node.import(1, &simulated_weeks(700, 5, 7)).rejected, []);
    let app = node.app(noon(2));
    let schools = app.figures(Level::School, on(), Instant::LATEST).unwrap();
    let ids: Vec<String> = schools.into_iter().map(|row| row.id).collect();
    app.add_user(UserRole::Coordinator, None, "all").unwrap();
    app.add_user(UserRole::Administrator, None, "admin")
        .unwrap();
    for id in &ids {
        app.add_user(UserRole::Principal, Some(id), id).unwrap();
    }
    ids
}

/// A day after all of the simulated weeks.
fn on() -> Day {
    day("2026-11-30")
}

fn signed_in(node: &Node, token: &str) -> App {
    // The day after, when its lessons are over.
    let now = "2026-12-01T10:00:00Z".parse().unwrap();
    App::with_token(node.store.clone(), now, token).unwrap()
}

fn measures(app: &App) -> Measures {
    app.measures(&model(), on(), Instant::LATEST).unwrap()
}

/// Every count of pupils of a unit.
fn counts(unit: &Unit) -> Vec<Counted> {
    let months = unit.months.iter().flat_map(|month| month.limits);
    months.chain([unit.ten_days, unit.unresolved]).collect()
}

fn shown_as(part: Option<u64>, whole: u64, what: &str) {
    assert!(
        part.is_none_or(|part| part == whole),
        "{what}: {part:?}, {whole}"
    );
}

fn year_equals(unit: &Unit, figures: &Figures) {
    assert_eq!(unit.year.possible, figures.possible, "{}", unit.name);
    assert_eq!(unit.year.marked, figures.marked(), "{}", unit.name);
    shown_as(unit.year.absent, figures.absent(), &unit.name);
    let months = unit.months.iter().map(|month| month.kinds.possible);
    assert_eq!(months.sum::<u64>(), figures.possible, "{}", unit.name);
}

#[test]
fn what_is_shown_equals_the_figures() {
    both("measures", |node| {
        let ids = town(node);
        let app = node.app(noon(3));
        let all = measures(&signed_in(node, "all"));
        let whole = all.whole.as_ref().unwrap();
        let figures = |level| app.figures(level, on(), Instant::LATEST).unwrap();
        year_equals(whole, &figures(Level::Provider)[0].figures);
        assert_eq!(all.schools.len(), ids.len());
        for row in figures(Level::School) {
            let no = app.school(&row.id).unwrap();
            let unit = all.schools.iter().find(|unit| unit.school == Some(no));
            year_equals(unit.unwrap(), &row.figures);
        }
        let pupils = figures(Level::Pupil);
        assert_eq!(whole.pupils, pupils.len() as u64);
        let reached: Vec<[bool; 4]> = pupils
            .iter()
            .filter_map(|row| limits_reached(&row.figures))
            .collect();
        for (limit, counted) in whole.limits().iter().enumerate() {
            assert_eq!(counted.whole, reached.len() as u64);
            let part = reached.iter().filter(|limits| limits[limit]).count() as u64;
            shown_as(counted.part, part, "limit");
        }
        assert!(whole.limits()[1].part.is_some(), "{whole:?}");
        assert!(whole.year.absent.is_some());
    });
}

#[test]
fn small_counts_are_nowhere_and_cannot_be_subtracted() {
    both("small", |node| {
        town(node);
        let all = measures(&signed_in(node, "all"));
        let whole = all.whole.as_ref().unwrap();
        let mut hidden = 0;
        for unit in all.schools.iter().chain([whole]) {
            for counted in counts(unit) {
                hidden += usize::from(counted.part.is_none());
                let small = counted.part.is_some_and(|part| (1..5).contains(&part));
                assert!(!small, "{}: {counted:?}", unit.name);
            }
        }
        assert!(hidden > 0, "the town has no small number");
        for (at, total) in counts(whole).iter().enumerate() {
            let row = |unit: &Unit| counts(unit)[at].part;
            let schools = all.schools.iter().map(row);
            let gone = schools.clone().filter(Option::is_none).count();
            assert!(gone != 1 || total.part.is_none(), "{at}");
            if gone == 0
                && let Some(total) = total.part
            {
                assert_eq!(schools.flatten().sum::<u64>(), total, "{at}");
            }
        }
        let names: Vec<&String> = all.schools.iter().map(|unit| &unit.name).collect();
        assert!(names.is_sorted(), "{names:?}");
    });
}

#[test]
fn a_school_sees_its_part_of_the_same_release() {
    both("own", |node| {
        let ids = town(node);
        let all = measures(&signed_in(node, "all"));
        let held = Arc::new(HeldYears::default());
        for id in &ids {
            let app = signed_in(node, id);
            let no = app.school(id).unwrap();
            for app in [app.clone(), app.holding(held.clone())] {
                let own = measures(&app);
                assert_eq!(own.whole, None);
                let [unit] = own.schools.as_slice() else {
                    panic!("{own:?}");
                };
                let same = all.schools.iter().find(|unit| unit.school == Some(no));
                assert_eq!(Some(unit), same);
                assert_eq!(own.months, all.months);
            }
        }
        let known: Instant = "2026-08-30T00:00:00Z".parse().unwrap();
        let early = signed_in(node, "all").measures(&model(), on(), known);
        let marked = |measures: &Measures| measures.whole.as_ref().unwrap().year.marked;
        assert!(marked(&early.unwrap()) < marked(&all));
        let refused = signed_in(node, "admin").measures(&model(), on(), Instant::LATEST);
        assert!(refused.is_err());
    });
}
