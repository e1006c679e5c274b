//! The page on the requirements of OWASP ASVS, from `docs/asvs.toml`.
//!
//! Invariant: what is called held names tests that are in the repository; every requirement of the
//! standard has a row.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Where the rows stand, and the page that is made of them.
pub const ROWS: &str = "docs/asvs.toml";
/// The page.
pub const PAGE: &str = "docs/asvs.md";

/// Requirements of each chapter of version 5.0.0, from the first on.
const CHAPTERS: [usize; 17] = [
    30, 13, 31, 16, 13, 47, 19, 13, 7, 36, 24, 12, 21, 13, 21, 17, 12,
];

/// What is known of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Tests show it.
    Held(Vec<String>),
    /// It is not shown, for a reason.
    Open(String),
    /// It does not apply, for a reason.
    None(String),
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Row {
    pub id: String,
    pub level: i64,
    pub name: String,
    pub state: State,
}

/// A chapter with its rows, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Chapter {
    pub no: usize,
    pub name: String,
    pub rows: Vec<Row>,
}

/// How many rows there are of each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub held: usize,
    pub open: usize,
    pub none: usize,
}

/// Reads the rows.
///
/// # Errors
/// What is wrong, in words.
pub fn read(text: &str) -> Result<Vec<Chapter>, String> {
    let all: toml::Table = text.parse().map_err(|error| format!("not TOML: {error}"))?;
    let mut chapters = Vec::new();
    for (no, wanted) in (1..).zip(CHAPTERS) {
        let chapter = all.get(&no.to_string()).and_then(toml::Value::as_table);
        let chapter = chapter.ok_or(format!("chapter {no} is missing"))?;
        let name = chapter.get("name").and_then(toml::Value::as_str);
        let mut rows = Vec::new();
        for (id, value) in chapter.iter().filter(|(key, _)| *key != "name") {
            rows.push(row(id, value)?);
        }
        rows.sort_by_key(|row| numbers(&row.id));
        if rows.len() != wanted {
            return Err(format!("chapter {no} has {} of {wanted}", rows.len()));
        }
        chapters.push(Chapter {
            no,
            name: name.unwrap_or_default().to_owned(),
            rows,
        });
    }
    Ok(chapters)
}

fn numbers(id: &str) -> Vec<u32> {
    id.split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

fn row(id: &str, value: &toml::Value) -> Result<Row, String> {
    let text = |key| value.get(key).and_then(toml::Value::as_str);
    let level = value.get("level").and_then(toml::Value::as_integer);
    let level = level.filter(|level| (1..=3).contains(level));
    let name = text("name").filter(|name| (1..=12).contains(&name.split(' ').count()));
    let held = value.get("held").and_then(toml::Value::as_array);
    let held = held.map(|tests| {
        let names = tests.iter().filter_map(toml::Value::as_str);
        names.map(str::to_owned).collect::<Vec<_>>()
    });
    let state = match (held, text("open"), text("none")) {
        (Some(tests), None, None) if !tests.is_empty() => State::Held(tests),
        (None, Some(reason), None) if !reason.is_empty() => State::Open(reason.to_owned()),
        (None, None, Some(reason)) if !reason.is_empty() => State::None(reason.to_owned()),
        _ => return Err(format!("{id} needs one of held, open and none")),
    };
    Ok(Row {
        id: id.to_owned(),
        level: level.ok_or(format!("{id} has no level from 1 to 3"))?,
        name: name
            .ok_or(format!("{id} has no name of at most 12 words"))?
            .to_owned(),
        state,
    })
}

/// How many there are of each state.
#[must_use]
pub fn counts(chapters: &[Chapter]) -> Counts {
    let mut counts = Counts::default();
    for row in chapters.iter().flat_map(|chapter| &chapter.rows) {
        match row.state {
            State::Held(_) => counts.held += 1,
            State::Open(_) => counts.open += 1,
            State::None(_) => counts.none += 1,
        }
    }
    counts
}

/// The tests that rows name, with the requirement.
pub fn named(chapters: &[Chapter]) -> impl Iterator<Item = (&str, &str)> {
    let rows = chapters.iter().flat_map(|chapter| &chapter.rows);
    rows.flat_map(|row| match &row.state {
        State::Held(tests) => tests
            .iter()
            .map(|test| (row.id.as_str(), test.as_str()))
            .collect(),
        _ => Vec::new(),
    })
}

/// Names of the test functions in a Rust text.
#[must_use]
pub fn tests_in(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut marked = false;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.contains("#[tokio::test") {
            marked = true;
        } else if marked && let Some((_, rest)) = line.split_once("fn ") {
            names.extend(rest.split('(').next());
            marked = false;
        }
    }
    names
}

/// The page.
#[must_use]
pub fn page(chapters: &[Chapter]) -> String {
    let Counts { held, open, none } = counts(chapters);
    let all = held + open + none;
    let mut page = format!(
        "# Requirements of OWASP ASVS 5.0.0\n\n\
         Made by `cargo run -p xtask -- asvs` from `{ROWS}`: change that file, not this page. The \
         numbers and levels are those of the standard, the words are ours; the standard itself says \
         what is meant. Level 1 and 2 apply everywhere, level 3 where data is of a sensitive class \
         (reasons, cases, welfare, bullying, protected people).\n\n\
         `held` names the tests that show it, and a check fails where one of them is gone. A test \
         shows what it asserts and no more.\n\n\
         | Of | held | open | not applicable |\n|---|---|---|---|\n\
         | {all} | {held} | {open} | {none} |\n"
    );
    for chapter in chapters {
        let of = counts(std::slice::from_ref(chapter));
        let _ = write!(
            page,
            "\n## {} {}\n\nHeld {}, open {}, not applicable {}.\n\n\
             | No. | Level | In our words | State | By |\n|---|---|---|---|---|\n",
            chapter.no, chapter.name, of.held, of.open, of.none
        );
        for row in &chapter.rows {
            let (state, by) = match &row.state {
                State::Held(tests) => ("held", format!("`{}`", tests.join("`, `"))),
                State::Open(reason) => ("**open**", reason.clone()),
                State::None(reason) => ("not applicable", reason.clone()),
            };
            let (id, level, name) = (&row.id, row.level, &row.name);
            let _ = writeln!(page, "| {id} | {level} | {name} | {state} | {by} |");
        }
    }
    page
}
