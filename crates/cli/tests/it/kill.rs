//! Imports that die at once, at any moment.
//!
//! `LASNA_KILLS` says how often on SQLite (30 where it is not set; `make faults` says 200); a tenth
//! of them on PostgreSQL.
//!
//! Invariant: after a death either nothing of the import is there or all of it; what was
//! acknowledged is there; the next import succeeds.

use crate::cast::{Lasna, copy_folder, municipality};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

type Export = [Vec<u8>; 2];

/// What a killed import left.
#[derive(Debug, Default)]
struct Tally {
    nothing: u32,
    everything: u32,
    acknowledged: u32,
}

fn kills() -> u32 {
    let asked = std::env::var("LASNA_KILLS").ok();
    asked.map_or(30, |text| text.parse().unwrap())
}

/// Runs an import and kills it after a while; whether it said that it was applied.
fn import_and_kill(lasna: &Lasna, files: &Path, after: Duration) -> bool {
    let mut command = lasna.command(&["import".as_ref(), files.as_os_str()]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(after);
    // SIGKILL; it may have ended by itself.
    drop(child.kill());
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).contains("is applied")
}

/// One death and what follows it.
fn die_once(lasna: &Lasna, files: &Path, after: Duration, states: [&Export; 2], tally: &mut Tally) {
    let [before, done] = states;
    let acknowledged = import_and_kill(lasna, files, after);
    assert_eq!(lasna.json(&["doctor"])["ok"], true);
    let left = lasna.export();
    let (nothing, everything) = (&left == before, &left == done);
    assert!(nothing || everything, "half an import after {after:?}");
    assert!(
        everything || !acknowledged,
        "an acknowledged import is lost"
    );
    tally.nothing += u32::from(nothing);
    tally.everything += u32::from(everything);
    tally.acknowledged += u32::from(acknowledged);
    lasna.import(&[files]);
    assert!(&lasna.export() == done, "the next import differs");
}

/// A first import and a later one with more weeks, the two states, and how long the later one takes.
struct Story {
    first: lasna_testkit::temp::TempDir,
    later: lasna_testkit::temp::TempDir,
    states: [Export; 2],
    takes: Duration,
}

fn story(lasna: &Lasna) -> Story {
    let (first, later) = (municipality(150, 4), municipality(150, 14));
    lasna.import(&[first.path()]);
    let before = lasna.export();
    let begun = Instant::now();
    lasna.import(&[later.path()]);
    let takes = begun.elapsed();
    let done = lasna.export();
    assert!(before != done);
    Story {
        first,
        later,
        states: [before, done],
        takes,
    }
}

#[test]
fn a_killed_import_leaves_nothing_or_everything() {
    let story = story(&Lasna::on_sqlite());
    let start = Lasna::on_sqlite();
    start.import(&[story.first.path()]);
    let mut tally = Tally::default();
    let [before, done] = &story.states;
    for kill in 0..kills() {
        let lasna = Lasna::on_sqlite();
        copy_folder(&start.path("data"), &lasna.path("data"));
        // From the very start to a little after the usual end.
        let after = story.takes * (kill + 1) / kills() * 11 / 10;
        die_once(
            &lasna,
            story.later.path(),
            after,
            [before, done],
            &mut tally,
        );
    }
    println!(
        "SQLite, {} kills over {:?}: {tally:?}",
        kills(),
        story.takes
    );
    assert!(tally.nothing > 0, "{tally:?}: no kill came in time");
}

#[test]
fn a_killed_import_on_postgresql_leaves_nothing_or_everything() {
    let Some(lasna) = Lasna::on_postgres("kill_story") else {
        return;
    };
    let story = story(&lasna);
    let mut tally = Tally::default();
    let [before, done] = &story.states;
    let count = (kills() / 10).max(3);
    for kill in 0..count {
        let lasna = Lasna::on_postgres("kill").unwrap();
        lasna.import(&[story.first.path()]);
        let after = story.takes * (kill + 1) / count * 11 / 10;
        die_once(
            &lasna,
            story.later.path(),
            after,
            [before, done],
            &mut tally,
        );
    }
    println!(
        "PostgreSQL, {count} kills over {:?}: {tally:?}",
        story.takes
    );
    assert!(tally.nothing > 0, "{tally:?}: no kill came in time");
}
