//! The accumulation: sums, crossings, labels that do not touch, nothing.
//!
//! Invariant: what is drawn at the end of the line is the last sum of the table.

use super::super::Picture;
use super::super::checks::{escapes, whole};
use super::super::sample::{accumulation, chart};
use super::labels::lanes;
use super::{Contact, ContactKind};

#[test]
fn the_table_has_every_week_crossing_and_contact() {
    let picture = accumulation();
    let html = whole(&chart(&picture, "kertyma", "Toinen porras ylittyi"));
    let table = picture.table();
    let last = picture.points.last().unwrap().hours;
    let what = |text: &str| {
        let rows = table.rows.iter();
        rows.filter(|row| row.cells[0].text().starts_with(text))
            .collect::<Vec<_>>()
    };
    let sums = what("Kertymä");
    assert_eq!(sums.last().unwrap().cells[1].text(), last.to_string());
    assert_eq!(sums.len(), picture.mondays().count());
    assert!(html.contains(&format!("tänään {last}\u{a0}t")));
    for contact in &picture.contacts {
        assert!(
            table
                .rows
                .iter()
                .any(|row| row.cells[0].text() == contact.label)
        );
    }
    let crossed = picture
        .steps
        .iter()
        .filter(|step| step.hours <= last)
        .count();
    assert_eq!(what("Porras ylittyi").len(), crossed);
    assert!(html.contains("<details"));
}

#[test]
fn of_the_steps_ahead_only_the_next_one_is_shown() {
    let mut picture = accumulation();
    let steps = |picture: &super::AccumulationPicture| picture.steps().len();
    assert_eq!(steps(&picture), 3);
    picture.points.truncate(3);
    assert_eq!(steps(&picture), 1);
    picture.steps.clear();
    whole(&chart(&picture, "x", "x"));
}

#[test]
fn labels_in_lanes_never_touch() {
    let label = |at: usize| {
        (
            f64::from((at as u32 * 37) % 300),
            "tapaaminen kotona".to_owned(),
        )
    };
    let labels: Vec<(f64, String)> = (0..12).map(label).collect();
    let placed = lanes(&labels, 13.0, 18.0, 320.0);
    for (at, one) in placed.iter().enumerate() {
        assert!(one.left >= 0.0 && one.end <= 320.0);
        for other in &placed[at + 1..] {
            let apart = one.end < other.left || other.end < one.left;
            assert!(one.lane != other.lane || apart, "{one:?} {other:?}");
        }
    }
}

#[test]
fn contacts_without_absence_are_drawn_and_nothing_is_a_word() {
    let mut picture = accumulation();
    picture.points.clear();
    picture.contacts = vec![Contact {
        day: picture.first.plus(4),
        kind: ContactKind::Agreed,
        label: "<b>&\"".to_owned(),
    }];
    escapes(&picture);
    picture.contacts.clear();
    assert!(whole(&chart(&picture, "x", "x")).contains("Ei vielä merkintöjä"));
}
