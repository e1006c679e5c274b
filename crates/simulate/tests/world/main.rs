//! The whole of what is written, read back as a stranger would read it.
//!
//! What it is not: it uses no other crate of the workspace; those are tested against these files
//! elsewhere.
//!
//! Invariant: every figure checked here is recomputed from the files, not from the generator.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod cast;
mod files;
mod held;
mod recount;
mod roster;
mod shape;
mod town;

use files::World;
use lasna_simulate::{Error, MemoryOutput, Options, Output, write};
use std::io;

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let options = Options {
        pupils: 700,
        seed: 11,
        weeks: Some(4),
        truth: true,
    };
    let bytes = |options: &Options| {
        let mut output = MemoryOutput::default();
        let summary = write(options, &mut output).unwrap();
        (summary, output.files())
    };
    let first = bytes(&options);
    assert!(first == bytes(&options));
    let other = bytes(&Options {
        seed: 12,
        ..options.clone()
    });
    assert_ne!(first.1["marks.csv"], other.1["marks.csv"]);
    assert_ne!(first.1["roster.zip"], other.1["roster.zip"]);
    // Counting the truth does not disturb what is drawn.
    let mut without = bytes(&Options {
        truth: false,
        ..options
    })
    .1;
    assert!(!without.contains_key("truth.json"));
    without.insert("truth.json".to_owned(), first.1["truth.json"].clone());
    assert!(without == first.1);
}

#[test]
fn the_summary_counts_the_rows() {
    let world = World::draw(900, 5, Some(3));
    for (&name, &rows) in &world.summary.rows {
        let table = if name.ends_with(".csv") {
            &world.tables[name]
        } else {
            &world.roster[&format!("{name}.csv")]
        };
        assert_eq!(table.rows.len() as u64, rows, "{name}");
        assert!(rows > 0, "{name} is empty");
    }
    assert_eq!(world.summary.rows.len(), 8 + 5);
    assert_eq!(world.summary.pupils, 900);
    assert_eq!(world.truth["as_of"], world.summary.as_of.to_string());
}

#[test]
fn one_pupil_and_one_week_are_enough() {
    let world = World::draw(1, 1, Some(1));
    assert_eq!(world.truth["levels"]["pupil"].as_array().unwrap().len(), 1);
    assert_eq!(world.summary.as_of.to_string(), "2026-08-14");
    let mut output = MemoryOutput::default();
    let none = Options {
        pupils: 0,
        seed: 1,
        weeks: None,
        truth: false,
    };
    assert!(matches!(
        write(&none, &mut output),
        Err(Error::Pupils { .. })
    ));
    assert!(output.files().is_empty());
}

#[test]
fn an_output_that_refuses_is_an_error() {
    struct Full;
    struct FullFile(usize);
    impl Output for Full {
        fn create(&mut self, _: &str) -> io::Result<Box<dyn io::Write>> {
            Ok(Box::new(FullFile(100)))
        }
    }
    impl io::Write for FullFile {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 < bytes.len() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let options = Options {
        pupils: 30,
        seed: 1,
        weeks: Some(1),
        truth: false,
    };
    assert!(write(&options, &mut Full).is_err());
}

#[test]
fn the_mapping_names_every_code_that_is_used() {
    let world = World::draw(6_000, 2, None);
    let mapping = &world.mapping;
    assert!(mapping.contains("\nstructure_known_from = \"2026-08-01T00:00:00Z\"\n"));
    let used = world.distinct("marks.csv", "code");
    for code in &used {
        assert!(
            mapping.contains(&format!("[codes.\"{code}\"]\npresence = ")),
            "{code}"
        );
    }
    assert_eq!(used.len(), mapping.matches("[codes.").count(), "{used:?}");
}
