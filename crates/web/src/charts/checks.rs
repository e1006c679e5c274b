//! What every chart must be, and the tests of small pictures.
//!
//! Invariant: a number in a drawing stands in its table; markup is whole; every class is styled.

use super::sample::{chart, shares, trend};
use super::spark::{SparkWeek, WeeksSpark};
use super::table::Cell;
use super::{Chart, Picture};
use askama::Template;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;

const STYLE: &str = include_str!("../../assets/charts.css");

/// An element with its attributes and the text directly after its opening.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads markup, which must be whole.
fn elements(html: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(html);
    let (mut found, mut open) = (Vec::<Element>::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            event @ (Event::Start(_) | Event::Empty(_)) => {
                open += i32::from(matches!(event, Event::Start(_)));
                let (Event::Start(tag) | Event::Empty(tag)) = event else {
                    continue;
                };
                let attribute = |attribute: quick_xml::events::attributes::Attribute<'_>| {
                    (
                        attribute.key.as_ref().to_owned(),
                        attribute.value.to_string(),
                    )
                };
                found.push(Element {
                    name: tag.name().as_ref().to_owned(),
                    attributes: tag.attributes().map(|a| attribute(a.unwrap())).collect(),
                    text: String::new(),
                });
            }
            Event::End(_) => open -= 1,
            Event::Text(text) => {
                if let Some(last) = found.last_mut() {
                    last.text.push_str(&text);
                }
            }
            _ => {}
        }
    }
    assert_eq!(open, 0, "an element is left open");
    found
}

/// Runs of digits in a text.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let digits = text.split(|sign: char| !sign.is_ascii_digit());
    digits.filter(|number| !number.is_empty())
}

/// The markup of a chart after all that holds for every one.
pub(super) fn whole(chart: &Chart) -> String {
    let html = chart.render().unwrap();
    let elements = elements(&html);
    let ids: Vec<&str> = elements.iter().filter_map(|e| e.get("id")).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id is there twice: {ids:?}");
    for element in &elements {
        assert_eq!(element.get("style"), None);
        for name in element.get("class").unwrap_or_default().split(' ') {
            // A mark of a scale is told by its class, and looks like other texts.
            let styled = STYLE.contains(&format!(".{name}"));
            assert!(styled || ["", "c-tick"].contains(&name), "{name}");
        }
        for id in element
            .get("aria-labelledby")
            .unwrap_or_default()
            .split_whitespace()
        {
            assert!(unique.contains(id), "{id}");
        }
        let fill = element.get("fill").unwrap_or_default();
        if let Some(id) = fill.strip_prefix("url(#") {
            assert!(unique.contains(id.trim_end_matches(')')), "{fill}");
        }
    }
    let cells = chart.table.rows.iter().flat_map(|row| {
        let texts = row.cells.iter().map(Cell::text);
        texts.chain([row.header.as_str()])
    });
    let told: BTreeSet<&str> = cells.flat_map(numbers).collect();
    for label in elements.iter().filter(|element| element.name == "text") {
        if label
            .get("class")
            .is_some_and(|class| class.contains("c-tick"))
        {
            continue;
        }
        for number in numbers(&label.text) {
            assert!(
                told.contains(number),
                "{number} of “{}” is not told",
                label.text
            );
        }
    }
    for item in &chart.svg.legend {
        for number in item.amount.iter().flat_map(|amount| numbers(amount)) {
            let counted = item.word.contains("tavoitettu") || item.word.contains("sovittu");
            assert!(counted || told.contains(number), "{number} of the legend");
        }
    }
    for row in &chart.table.rows {
        assert_eq!(row.cells.len() + 1, chart.table.head.len());
    }
    html
}

/// A drawing with a dangerous text, which must stay a text.
pub(super) fn escapes(picture: &impl Picture) {
    let html = whole(&chart(picture, "<id \"x\">", "Otsikko <b>&\""));
    assert!(!html.contains("<b>&"));
    assert!(html.contains("&lt;b&gt;&amp;") || html.contains("&#60;b&#62;&#38;"));
}

#[test]
fn shares_are_told_as_they_are_drawn() {
    let picture = shares();
    let html = whole(&chart(&picture, "koulut", "Poissaolot vähenivät"));
    let table = picture.table();
    let order: Vec<&str> = table.rows.iter().map(|row| row.header.as_str()).collect();
    let given: Vec<&str> = picture.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(order, given);
    for (row, told) in picture.rows.iter().zip(&table.rows) {
        let Some(share) = row.share else {
            assert_eq!(told.cells[0].text(), picture.words.hidden);
            continue;
        };
        assert_eq!(told.cells[1], picture.words.writing.count(share.part));
        assert_eq!(told.cells[2], picture.words.writing.count(share.whole));
        // Once in each drawing and once in the table.
        assert_eq!(html.matches(told.cells[0].text()).count(), 3);
    }
    let mut dangerous = shares();
    dangerous.rows[0].label = "<b>&\"'".to_owned();
    escapes(&dangerous);
    dangerous.rows.clear();
    assert!(whole(&chart(&dangerous, "x", "x")).contains("Ei vielä merkintöjä"));
}

#[test]
fn a_trend_has_at_most_four_lines_and_gaps_stay_gaps() {
    assert!(trend(5).is_none());
    let picture = trend(4).unwrap();
    let html = whole(&chart(&picture, "suunta", "Poissaolot ovat kasvaneet"));
    assert!(html.len() < 40_000, "{}", html.len());
    let table = picture.table();
    assert_eq!(table.rows.len(), 30);
    assert_eq!(table.rows[10].cells[0].text(), "–");
    assert!(html.contains("url(#suunta-wide-band)"));
    let last = table.rows.last().unwrap().cells[0].text().to_owned();
    // At the end of the line in both drawings, in the legend and in the table.
    assert!(html.matches(&last).count() >= 4);
    let nothing = trend(0).unwrap();
    assert!(whole(&chart(&nothing, "x", "x")).contains("Ei vielä merkintöjä"));
}

#[test]
fn a_share_that_is_hidden_is_a_gap_and_a_word() {
    let mut picture = trend(2).unwrap();
    let html = whole(&chart(&picture, "a", "Poissaolot"));
    assert!(!html.contains("piilotettu"));
    picture.hide(1, 29);
    let html = whole(&chart(&picture, "a", "Poissaolot"));
    assert_eq!(html.matches("piilotettu").count(), 1);
}

#[test]
fn completeness_that_lines_share_is_told_once() {
    let picture = trend(1).unwrap();
    assert_eq!(
        picture.table().head,
        ["Viikko", "Kuusikon yhtenäiskoulu", "merkitty"]
    );
    // Each line with its own has its own column.
    assert_eq!(trend(2).unwrap().table().head.len(), 5);
}

#[test]
fn a_spark_is_small_and_has_its_sentence() {
    let week = |missed, open| Some(SparkWeek { missed, open });
    let weeks = [
        week(1, 0),
        week(2, 0),
        week(0, 0),
        None,
        week(5, 2),
        week(6, 1),
        week(9, 9),
        week(200, 4),
    ];
    assert!(WeeksSpark::of(weeks, 12, "  ").is_none());
    let html = WeeksSpark::of(weeks, 12, "Poissa <b>&\"").unwrap().html();
    assert!(html.len() < 1_000, "{}", html.len());
    assert!(html.contains("&lt;b&gt;&amp;&quot;"));
    assert!(!html.contains("style="));
    assert!(
        elements(&html)
            .iter()
            .all(|element| element.get("id").is_none())
    );
}
