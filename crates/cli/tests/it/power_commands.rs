//! Power cuts and failed syncs under the commands of who runs the program, from an empty folder on.
//!
//! The commands make the data folder, the key, the database, the log's tiles and a backup. `LASNA_CUTS` is
//! as in [`crate::power`].
//!
//! Invariant: what a command that ended well has done is there after any cut; what one that failed
//! wanted to do is there whole or not at all, and the command succeeds when it is given again.

use crate::backup::{Key, verify, words};
use crate::cast::{Lasna, copy_folder, municipality};
use crate::power::{cuts, log_goes_on, place_in};
use lasna_app::App;
use lasna_domain::calendar::Instant;
use lasna_testkit::disk::{Cut, Disk, Journal};
use lasna_testkit::temp::{TempDir, folder};
use std::ffi::OsString;
use std::path::Path;

/// What is done one after another.
const STEPS: [Step; 6] = [
    Step::First,
    Step::Account,
    Step::Checkpoint,
    Step::Rotate,
    Step::More,
    Step::Backup,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    First,
    Account,
    Checkpoint,
    Rotate,
    More,
    Backup,
}

/// What the commands work on, outside the folder that loses its power.
struct Story {
    inputs: [TempDir; 2],
    key: Key,
    /// The exports after the first import and after the second.
    states: [[Vec<u8>; 2]; 2],
    /// Keeps the key's file.
    _work: TempDir,
}

impl Story {
    fn new() -> Story {
        let work = folder();
        let key = Key::new(work.path().join("key"));
        let inputs = [municipality(24, 2), municipality(24, 4)];
        let whole = Lasna::on_sqlite();
        let states = [0, 1].map(|at: usize| {
            whole.import(&[inputs[at].path()]);
            whole.export()
        });
        assert!(states[0] != states[1]);
        Story {
            inputs,
            key,
            states,
            _work: work,
        }
    }

    fn args(&self, lasna: &Lasna, step: Step) -> Vec<OsString> {
        match step {
            Step::First => words(&["import"], &[self.inputs[0].path()]),
            Step::More => words(&["import"], &[self.inputs[1].path()]),
            Step::Account => words(&["--json", "user", "add", "--role", "coordinator"], &[]),
            Step::Checkpoint => words(&["audit", "checkpoint"], &[]),
            Step::Rotate => words(&["keys", "rotate"], &[]),
            Step::Backup => words(
                &["backup", "create", "--recipient", &self.key.recipient],
                &[&lasna.path("backup.age")],
            ),
        }
    }

    /// Looks at a folder after a cut: `done` are the steps that ended well, `begun` may have.
    fn look(&self, lasna: &Lasna, done: &[Step], token: &str, why: &str) {
        let data = lasna.path("data");
        let has = |step| done.contains(&step);
        if has(Step::First) {
            let export = lasna.export();
            let at = self.states.iter().position(|state| *state == export);
            let least = usize::from(has(Step::More));
            assert!(at.is_some_and(|at| at >= least), "{why}: {at:?}, {done:?}");
            log_goes_on(&data);
        }
        if has(Step::Account) {
            let store = crate::cast::store_of(&data);
            store.database().integrity().unwrap();
            let app = App::with_token(store, Instant(1 << 50), token);
            assert!(app.is_ok(), "{why}: the account is lost");
        }
        if has(Step::Backup) {
            let verified = verify(&lasna.path("backup.age"), &self.key);
            assert_eq!(verified.code, 0, "{why}: {}", verified.err);
        }
        // Whatever else is there does not stand in the way.
        for input in &self.inputs {
            lasna.import(&[input.path()]);
        }
        assert!(lasna.export() == self.states[1], "{why}: the next import");
    }

    /// Looks at what a cut leaves.
    fn cut(&self, disk: &Disk, journal: &Journal, cut: Cut, done: &[Step], token: &str) {
        let lasna = Lasna::on_sqlite();
        disk.cut(journal, cut, lasna.folder.path());
        self.look(&lasna, done, token, &format!("{cut:?}"));
    }
}

/// Cuts at every change where as many cuts are asked for, else at some.
fn cut_often(fault: &str, piece: usize) {
    let story = Story::new();
    let (lasna, work) = (Lasna::on_sqlite(), folder());
    let disk = Disk::new(lasna.folder.path(), work.path());
    let (mut told, mut token) = (Vec::new(), String::new());
    for step in STEPS {
        let mut command = lasna.command(&story.args(&lasna, step));
        disk.watch(&mut command);
        let run = crate::cast::Run::of(&command.output().unwrap());
        if step == Step::Account {
            run.json(0)["token"]
                .as_str()
                .unwrap()
                .clone_into(&mut token);
        }
        run.ok();
        told.push((step, disk.told()));
    }
    let journal = disk.journal();
    let mut kept = 0;
    for no in 0..cuts() {
        let after = match cuts() > journal.len() {
            true => no % (journal.len() + 1),
            false => place_in(&journal, no),
        };
        let by = journal.end(after);
        let due = told.iter().filter(|(_, at)| *at <= by);
        let done: Vec<Step> = due.map(|(step, _)| *step).collect();
        let seed = no as u64;
        let cut = Cut { after, seed, piece };
        story.cut(&disk, &journal, cut, &done, &token);
        kept += done.len();
    }
    println!(
        "{fault} SQLite: {} cuts in {} changes with {} syncs of {} commands; done and there {kept}, lost 0",
        cuts(),
        journal.len(),
        journal.syncs(),
        STEPS.len(),
    );
}

#[test]
fn a_power_cut_loses_nothing_that_a_command_has_done() {
    cut_often("F3", 4096);
}

#[test]
fn torn_sectors_lose_nothing_that_a_command_has_done() {
    cut_often("F4", 512);
}

/// Fails each sync of each command in turn, or some of them.
#[test]
fn a_failed_sync_of_a_command_is_no_success() {
    let story = Story::new();
    let before = Lasna::on_sqlite();
    let (mut token, mut tried, mut refused, mut cut_count) = (String::new(), 0, 0, 0);
    for (at, step) in STEPS.into_iter().enumerate() {
        let syncs = syncs_of(&story, before.folder.path(), step);
        let every = (syncs * STEPS.len()).div_ceil(cuts()).max(1);
        for no in (1 + at % every..=syncs).step_by(every) {
            let (lasna, work) = (Lasna::on_sqlite(), folder());
            copy_folder(before.folder.path(), lasna.folder.path());
            let disk = Disk::new(lasna.folder.path(), work.path());
            let mut command = lasna.command(&story.args(&lasna, step));
            disk.fail_sync(&mut command, no as u64);
            let run = crate::cast::Run::of(&command.output().unwrap());
            let journal = disk.journal();
            assert!(journal.has_failed(), "{step:?} {no}");
            let (mut done, mut own) = (STEPS[..at].to_vec(), token.clone());
            tried += 1;
            if run.code == 0 {
                done.push(step);
                if step == Step::Account {
                    run.json(0)["token"].as_str().unwrap().clone_into(&mut own);
                }
            } else {
                refused += 1;
            }
            for seed in 0..2 {
                let (after, piece) = (journal.len(), 512);
                story.cut(&disk, &journal, Cut { after, seed, piece }, &done, &own);
                cut_count += 1;
            }
            let why = format!("{step:?}, sync {no} of {syncs}: {}", run.err);
            story.look(&lasna, &done, &own, &why);
        }
        let run = before.run(&story.args(&before, step));
        if step == Step::Account {
            run.json(0)["token"]
                .as_str()
                .unwrap()
                .clone_into(&mut token);
        }
        run.ok();
    }
    println!(
        "F5 SQLite: {tried} syncs of commands failed, {refused} commands refused, then {cut_count} power \
         cuts; done and lost 0"
    );
    assert!(tried > 0 && refused * 2 > tried);
}

fn syncs_of(story: &Story, before: &Path, step: Step) -> usize {
    let (lasna, work) = (Lasna::on_sqlite(), folder());
    copy_folder(before, lasna.folder.path());
    let disk = Disk::new(lasna.folder.path(), work.path());
    let mut command = lasna.command(&story.args(&lasna, step));
    disk.watch(&mut command);
    assert!(command.output().unwrap().status.success());
    disk.journal().syncs()
}
