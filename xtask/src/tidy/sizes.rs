//! Length of files and functions.
//!
//! Clippy's `too_many_lines` is pedantic and not switched on for the workspace, so functions are
//! measured here: from `fn` to the brace at the same indentation, as `cargo fmt` leaves it.
//!
//! Invariant: the list of exceptions may only become shorter, and none goes beyond its own length.

use super::tree::File;
use super::{Found, Tree};

const FILE_MAX: usize = 400;
/// Lines of code: blank ones and comments do not count.
const FUNCTION_MAX: usize = 70;

/// What is longer for now: path, function (empty for the file), and how long it may be.
/// A file may never be longer than 600 lines.
const EXCEPTIONS: &[(&str, &str, usize)] = &[
    // One arm for each kind of record: split, they would be harder to compare.
    ("crates/app/src/import/records.rs", "row_of", 90),
    // Readers that say one thing after another; to be split when they are next changed.
    ("crates/engine/src/judge.rs", "judge", 82),
    ("crates/formats/src/model/duty.rs", "read", 71),
    ("crates/formats/src/model/step.rs", "read_step", 74),
    (
        "crates/formats/src/oneroster/header.rs",
        "match_columns",
        76,
    ),
    ("crates/formats/src/oneroster/manifest.rs", "understand", 72),
    // Tests with many cases.
    (
        "crates/formats/tests/edfi/rules.rs",
        "categories_and_durations_become_marks",
        76,
    ),
    (
        "crates/formats/tests/sis/wilma.rs",
        "a_saved_page_of_lesson_notes_is_read",
        72,
    ),
];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for file in tree.rust() {
        let lines = file.lines().count();
        let mend = "split it by noun into a folder with mod.rs";
        judge(found, file, "", lines, (lines, FILE_MAX), mend);
        functions(file, found);
    }
}

/// Judges a length against the limit or its exception; an exception without need is one too many.
fn judge(
    found: &mut Found,
    file: &File,
    name: &str,
    at: usize,
    (length, max): (usize, usize),
    mend: &str,
) {
    let excepted = EXCEPTIONS
        .iter()
        .find(|(path, of, _)| *path == file.path && *of == name);
    let what = if name.is_empty() { "the file" } else { name };
    if length > excepted.map_or(max, |(_, _, own)| *own) {
        found.add(
            &file.path,
            at,
            format!("{what} has {length} lines, at most {max}"),
            mend,
        );
    } else if excepted.is_some() && length <= max {
        let mend = "take its exception out of xtask/src/tidy/sizes.rs";
        found.add(
            &file.path,
            at,
            format!("{what} is short enough again"),
            mend,
        );
    }
}

fn functions(file: &File, found: &mut Found) {
    let lines: Vec<&str> = file.text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some(name) = name_of(trimmed) else {
            continue;
        };
        if trimmed.ends_with('}') || trimmed.ends_with(';') {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - trimmed.len()]);
        let body = lines[at + 1..].iter().take_while(|line| **line != end);
        let code = body
            .map(|line| line.trim_start())
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .count();
        let mend = "give a part of it a name of its own";
        judge(found, file, name, at + 1, (code, FUNCTION_MAX), mend);
    }
}

/// The name of the function that a line begins.
fn name_of(trimmed: &str) -> Option<&str> {
    const BEFORE: &[&str] = &[
        "pub",
        "pub(crate)",
        "pub(super)",
        "const",
        "async",
        "unsafe",
    ];
    let mut words = trimmed.split(' ').skip_while(|word| BEFORE.contains(word));
    if words.next() != Some("fn") {
        return None;
    }
    words.next()?.split(['(', '<']).next()
}
