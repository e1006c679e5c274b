//! The year: sums, size, Saturdays, nothing.
//!
//! Invariant: every lesson of the input is counted once.

use super::super::Picture;
use super::super::checks::{escapes, whole};
use super::super::sample::{chart, day, year};
use super::super::table::Cell;
use super::{Lesson, SchoolDay, SchoolWeek};

#[test]
fn the_table_adds_up_to_the_input() {
    let picture = year(false);
    let html = whole(&chart(&picture, "vuosi", "Poissaolot ovat lisääntyneet"));
    let table = picture.table();
    let number = |cell: &Cell| cell.text().parse::<u32>().unwrap_or(0);
    let (total, weeks) = table.rows.split_last().unwrap();
    assert!(total.total);
    for column in 1..total.cells.len() {
        let sum: u32 = weeks.iter().map(|row| number(&row.cells[column])).sum();
        assert_eq!(sum, number(&total.cells[column]), "{column}");
    }
    for row in &table.rows {
        let parts: u32 = row.cells.iter().skip(2).map(number).sum();
        assert_eq!(parts, number(&row.cells[1]), "{}", row.header);
    }
    let given = picture.weeks.iter().flat_map(SchoolWeek::lessons).count();
    assert_eq!(number(&total.cells[1]) as usize, given);
    assert!(html.contains("loma"));
    assert_eq!(table.rows[40].cells[1].text(), "edessä");
}

#[test]
fn both_drawings_of_a_year_are_small() {
    let svg = year(false).draw("vuosi");
    let size = svg.wide.body().len() + svg.narrow.body().len();
    assert!(size < 25_000, "{size}");
}

#[test]
fn a_saturday_has_a_row_only_where_it_is_a_school_day() {
    let html = |saturday| whole(&chart(&year(saturday), "vuosi", "x"));
    assert!(!html(false).contains(">la</text>"));
    assert_eq!(html(true).matches(">la</text>").count(), 2);
}

#[test]
fn lessons_of_one_category_are_one_path() {
    let mut picture = year(false);
    picture.weeks = vec![SchoolWeek {
        monday: day("2026-08-10"),
        days: [
            SchoolDay::Lessons(vec![Lesson::Present; 5]),
            SchoolDay::Lessons(vec![Lesson::Present, Lesson::Unauthorised]),
            SchoolDay::Free,
            SchoolDay::Ahead,
            SchoolDay::Outside,
            SchoolDay::Outside,
        ],
    }];
    let svg = picture.draw("x");
    assert_eq!(svg.wide.body().matches("c-present").count(), 1);
    assert_eq!(svg.wide.body().matches("c-brick").count(), 1);
    assert_eq!(svg.legend.len(), 4);
}

#[test]
fn texts_stay_texts_and_nothing_is_a_word() {
    let mut picture = year(false);
    picture.words.weekdays[0] = "<b>&\"".to_owned();
    picture.words.lessons[0] = "<b>&\"".to_owned();
    escapes(&picture);
    picture.weeks.clear();
    assert!(picture.table().rows.is_empty());
    assert!(whole(&chart(&picture, "x", "x")).contains("Ei vielä merkintöjä"));
}
