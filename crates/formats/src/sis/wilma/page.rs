//! The table of a page of lesson notes: hours from its header, minutes from its widths, a legend.
//!
//! The columns of an hour are together sixty minutes and each has its share of their widths, so no
//! width is built in. A cell covers the columns it stands in. What it is not: it does not know what
//! a mark means.
//!
//! Invariant: of a cell's title only a course code is taken; everything else of it is dropped here.

use lasna_domain::calendar::TimeOfDay;
use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeMap;

/// More columns than any such table has.
const COLUMNS_MAX: usize = 512;

/// Letters of a course code.
const COURSE_MAX: usize = 24;

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub events: Vec<Event>,
    /// Code and label by type, as `19`.
    pub legend: BTreeMap<String, (String, String)>,
    pub printed_total: Option<u64>,
}

/// What kind of mark a cell says it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A type of the legend.
    Type(String),
    /// A note on behaviour.
    Behaviour,
    /// Neither.
    Unknown,
}

/// One mark in the table.
#[derive(Debug)]
pub(super) struct Event {
    /// As printed in its row.
    pub date: String,
    pub start: TimeOfDay,
    pub minutes: u16,
    pub course: Option<String>,
    pub kind: Kind,
}

/// Start and end of a column in minutes since midnight.
type Column = Option<(u16, u16)>;

/// Reads the page.
pub(super) fn parse(html: &str) -> Result<Notes, &'static str> {
    let document = Html::parse_document(html);
    let root = document.root_element();
    let Some(table) = first(root, "table.attendance-single") else {
        // A page of a span without marks has the form that asks for the span and no table.
        return match first(root, "form[action*=\"attendance/view\"]") {
            Some(_) => Ok(Notes::default()),
            None => Err("this is not a saved page of lesson notes"),
        };
    };
    let columns = columns(table)?;
    let mut notes = Notes {
        events: Vec::new(),
        legend: legend(root),
        printed_total: first(table, "tfoot td:nth-child(2)")
            .and_then(|cell| text(cell).parse().ok()),
    };
    for row in all(table, "tbody tr") {
        read_row(row, &columns, &mut notes.events);
    }
    Ok(notes)
}

fn first<'a>(within: ElementRef<'a>, selector: &str) -> Option<ElementRef<'a>> {
    all(within, selector).into_iter().next()
}

fn all<'a>(within: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    // The selectors are constants of this file, and a test reads a page with each.
    Selector::parse(selector).map_or(Vec::new(), |selector| within.select(&selector).collect())
}

fn children<'a>(of: ElementRef<'a>, name: &'a str) -> impl Iterator<Item = ElementRef<'a>> + 'a {
    of.child_elements()
        .filter(move |element| element.value().name() == name)
}

/// Text with every run of blanks as one space.
fn text(element: ElementRef<'_>) -> String {
    let all: String = element.text().collect();
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn colspan(cell: ElementRef<'_>) -> usize {
    let span = cell
        .attr("colspan")
        .and_then(|span| span.trim().parse().ok());
    span.unwrap_or(1).clamp(1, COLUMNS_MAX)
}

/// The columns of the table; `None` for those that are not of an hour.
fn columns(table: ElementRef<'_>) -> Result<Vec<Column>, &'static str> {
    let widths: Vec<Option<u32>> = all(table, "col").into_iter().map(width).collect();
    let header = first(table, "thead tr").ok_or("the table has no header of hours")?;
    let mut columns: Vec<Column> = Vec::new();
    for cell in children(header, "th") {
        let span = colspan(cell);
        let at = columns.len();
        if at + span > COLUMNS_MAX {
            return Err("the table has too many columns");
        }
        match hour(&text(cell)) {
            None => columns.resize(at + span, None),
            Some(hour) => {
                let of_hour = widths.get(at..at + span).unwrap_or_default();
                columns.extend(shares(hour, span, of_hour)?);
            }
        }
    }
    if columns.iter().all(Option::is_none) {
        return Err("the table has no columns of hours");
    }
    Ok(columns)
}

/// The hour that a heading names: `8`, `08` or `8-9`.
fn hour(heading: &str) -> Option<u16> {
    let end = heading
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(heading.len());
    heading.get(..end)?.parse().ok().filter(|&hour| hour < 24)
}

/// The width of a column in hundredths of a per cent, from its style.
fn width(column: ElementRef<'_>) -> Option<u32> {
    let (_, after) = column.attr("style")?.split_once("width")?;
    let number = after.trim_start().strip_prefix(':')?.trim_start();
    let (number, _) = number.split_once('%')?;
    let (whole, part) = number
        .trim()
        .split_once('.')
        .unwrap_or((number.trim(), "0"));
    let cut: String = format!("{part}00").chars().take(2).collect();
    whole
        .parse::<u32>()
        .ok()?
        .checked_mul(100)?
        .checked_add(cut.parse().ok()?)
}

/// Cuts an hour into its columns by their widths.
fn shares(hour: u16, span: usize, widths: &[Option<u32>]) -> Result<Vec<Column>, &'static str> {
    let begin = hour * 60;
    if span == 1 {
        return Ok(vec![Some((begin, begin + 60))]);
    }
    let known: Vec<u64> = widths
        .iter()
        .flatten()
        .map(|&width| u64::from(width))
        .collect();
    let sum: u64 = known.iter().sum();
    if known.len() != span || sum == 0 {
        return Err("the table has no widths of columns, so no times can be read from it");
    }
    let mut so_far = 0;
    let mut place = |width: u64| {
        let minute = |part: u64| u16::try_from((part * 120 + sum) / (2 * sum)).unwrap_or(60);
        let from = begin + minute(so_far);
        so_far += width;
        Some((from, begin + minute(so_far)))
    };
    Ok(known.into_iter().map(&mut place).collect())
}

fn legend(root: ElementRef<'_>) -> BTreeMap<String, (String, String)> {
    let mut legend = BTreeMap::new();
    for row in all(root, ".legend tr") {
        let cells: Vec<ElementRef<'_>> = children(row, "td").collect();
        let [code, label, ..] = cells.as_slice() else {
            continue;
        };
        if let Kind::Type(kind) = kind(*code) {
            legend.insert(kind, (text(*code), text(*label)));
        }
    }
    legend
}

fn kind(cell: ElementRef<'_>) -> Kind {
    for class in cell.value().classes() {
        match class.strip_prefix("at-tp") {
            Some("-other") => return Kind::Behaviour,
            Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
                return Kind::Type(number.to_owned());
            }
            _ => {}
        }
    }
    Kind::Unknown
}

fn read_row(row: ElementRef<'_>, columns: &[Column], events: &mut Vec<Event>) {
    let mut at = 0;
    let mut date = String::new();
    for cell in children(row, "td") {
        let span = colspan(cell);
        let covered = columns
            .get(at..(at + span).min(columns.len()))
            .unwrap_or_default();
        at += span;
        let times: Vec<(u16, u16)> = covered.iter().copied().flatten().collect();
        let (Some(&(from, _)), Some(&(_, to))) = (times.first(), times.last()) else {
            // The cells before the hours are the day of the week and the date.
            let before = columns.get(at.saturating_sub(span)..).unwrap_or_default();
            if before.iter().any(Option::is_some) {
                date = text(cell);
            }
            continue;
        };
        if cell.value().classes().any(|class| class == "event") {
            events.push(Event {
                date: date.clone(),
                start: TimeOfDay(from),
                minutes: to.saturating_sub(from),
                course: cell.attr("title").and_then(course),
                kind: kind(cell),
            });
        }
    }
}

/// The course of a title `COURSE; name of the mark, free text /teacher`.
///
/// A title without a course may have a semicolon in its free text, so a course is letters, digits
/// and the signs of course codes, with a digit or a full stop among them.
fn course(title: &str) -> Option<String> {
    let (course, _) = title.split_once(';')?;
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ':');
    let code = course.chars().count() <= COURSE_MAX && course.chars().all(fits);
    let marked = course
        .chars()
        .any(|letter| letter.is_ascii_digit() || letter == '.');
    (code && marked).then(|| course.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_cut_by_the_widths_of_its_columns() {
        let cut = |widths: &[u32]| {
            let widths: Vec<Option<u32>> = widths.iter().copied().map(Some).collect();
            shares(9, widths.len(), &widths).unwrap()
        };
        assert_eq!(cut(&[422, 141]), [Some((540, 585)), Some((585, 600))]);
        assert_eq!(
            cut(&[188, 188, 188]),
            [Some((540, 560)), Some((560, 580)), Some((580, 600))]
        );
        assert_eq!(cut(&[563]), [Some((540, 600))]);
        assert!(shares(9, 2, &[Some(422), None]).is_err());
    }

    #[test]
    fn only_a_course_code_is_taken_from_a_title() {
        assert_eq!(
            course("MA2; Poissaolo (Selvitä) /A B"),
            Some("MA2".to_owned())
        );
        assert_eq!(course("7A.ÄI; Luvaton /A B"), Some("7A.ÄI".to_owned()));
        assert_eq!(course("Poissaolo (Selvitä), kuume; nuha /A B"), None);
        assert_eq!(course("TET; kuume 39 /A B"), None);
        assert_eq!(course("Poissaolo /A B"), None);
    }
}
