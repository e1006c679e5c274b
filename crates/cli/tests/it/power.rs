//! Power cuts under a service where several people save registers.
//!
//! A service runs once over a watched disk, with saves, to its end. `LASNA_CUTS` says after how many of
//! its changes the power is cut, each with a chance of its own (12 where it is not set; `make faults`
//! says 500).
//!
//! Invariant: whatever reached the disk, the folder opens; every save that was acknowledged by then is
//! there once with its facts and its entry in the log; of any other there is nothing or all of it; no
//! row is there that was not written; the log goes on and is whole.

use crate::cast::{bare, store_of};
use crate::saving::{CLIENTS, Sent, Service, Town, is_kept, rows_of, town};
use lasna_app::backup::{Compared, compare_sums, write_sums};
use lasna_domain::calendar::Instant;
use lasna_store::Store;
use lasna_store::db::DbError;
use lasna_testkit::disk::{Cut, Disk, Journal};
use lasna_testkit::temp::{TempDir, folder};
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that reach a disk together.
const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// How many cuts.
pub fn cuts() -> usize {
    let asked = std::env::var("LASNA_CUTS").ok();
    asked.map_or(12, |text| text.parse().unwrap())
}

/// A place in a journal by chance, the same for a number.
pub fn place_in(journal: &Journal, no: usize) -> usize {
    let dice = (no as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    dice as usize % (journal.len() + 1)
}

/// A save, and how far the journal was when it was answered; `None` where it was not.
pub struct Told {
    pub sent: Sent,
    pub by: Option<u64>,
}

/// Sends saves from all clients until so many are answered, or the service is gone.
pub fn save(town: &Town, address: &str, disk: &Disk, most: usize) -> Vec<Told> {
    let answered = AtomicUsize::new(0);
    let client = |no: usize| {
        let own: Vec<usize> = (no..town.lessons.len()).step_by(CLIENTS).collect();
        let mut told = Vec::new();
        for turn in 0.. {
            if answered.load(Ordering::SeqCst) >= most {
                break;
            }
            let at = own[turn % own.len()];
            let sent = Sent {
                lesson: town.lessons[at],
                pupil: town.pupil,
                rest: town.rests[at].clone(),
                minutes: 1 + town.sent[at].fetch_add(1, Ordering::SeqCst) % 40,
                once: format!("{no:012x}{turn:08x}"),
            };
            let answer = sent.post(address, &town.cookie);
            let kept = answer.is_some_and(|answer| is_kept(&answer));
            // All that the answer rests on was told before it came.
            let by = kept.then(|| disk.told());
            told.push(Told { sent, by });
            if !kept {
                break;
            }
            answered.fetch_add(1, Ordering::SeqCst);
        }
        told
    };
    std::thread::scope(|threads| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|no| threads.spawn(move || client(no)))
            .collect();
        let told = clients.into_iter().map(|client| client.join().unwrap());
        told.flatten().collect()
    })
}

/// A service that ran over a watched disk.
struct Recorded {
    work: TempDir,
    disk: Disk,
    journal: Journal,
    told: Vec<Told>,
}

/// A town whose files are all safe.
pub fn safe_town(work: &Path) -> std::path::PathBuf {
    let data = work.join("town");
    Service::start(&data).kill();
    data
}

fn record() -> Recorded {
    let work = folder();
    let data = safe_town(work.path());
    let disk = Disk::new(&data, work.path());
    let mut service = Service::start_with(&data, |command| disk.watch(command));
    let told = save(&town(&data, &service.address), &service.address, &disk, 300);
    let id = service.child.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    // Its end moves the log into the file and writes a checkpoint.
    assert!(service.child.wait().unwrap().success());
    let journal = disk.journal();
    Recorded {
        work,
        disk,
        journal,
        told,
    }
}

/// Entries of the log from the instant of a save.
fn entries(store: &Store, sent: &Sent) -> i64 {
    let sql = "select count(*) from audit where provider_no = 1 and at in \
               (select at from register_save where provider_no = 1 and once = $1)";
    let once = [sent.once.as_str().into()];
    let count = store.ask(|read| read.query_one(sql, &once)?.unwrap().get::<i64>(0));
    count.map_err(|error: DbError| error).unwrap()
}

/// What is there of saves in a folder; all that were acknowledged at a place in the journal must be.
pub fn look(db: &Path, told: &[Told], by: u64) -> [usize; 3] {
    let store = store_of(db);
    store.database().integrity().unwrap();
    let mut found = [0; 3];
    for one in told {
        match (rows_of(&store, &one.sent), one.by.filter(|at| *at <= by)) {
            ([1, 1, 1], due) => {
                assert!(entries(&store, &one.sent) > 0, "a save without its entry");
                found[usize::from(due.is_none())] += 1;
            }
            ([0, _, _], None) => found[2] += 1,
            (rows, due) => panic!("{rows:?} of a save that was due by {due:?}"),
        }
    }
    found
}

/// Lets the log go on from what is there, and looks whether it is whole.
pub fn log_goes_on(db: &Path) {
    for command in ["checkpoint", "verify"] {
        let output = bare(&["audit", command, "--data"]).arg(db).output();
        let run = crate::cast::Run::of(&output.unwrap());
        assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
    }
}

fn cut_and_look(recorded: &Recorded, last: &Store, cut: Cut) -> [usize; 3] {
    let place = folder();
    let to = place.path().join("town");
    recorded.disk.cut(&recorded.journal, cut, &to);
    let db = to.join("db");
    let found = look(&db, &recorded.told, recorded.journal.end(cut.after));
    // Every row is one that the service wrote.
    let mut sums = Vec::new();
    write_sums(&store_of(&db), Instant(0), 0, &mut sums).unwrap();
    let same = compare_sums(last, 0, || Ok(Cursor::new(sums.clone()))).unwrap();
    assert!(matches!(same, Compared::Same { .. }), "{cut:?}: {same:?}");
    log_goes_on(&db);
    if cut.seed.is_multiple_of(25) {
        serve_again(&to, recorded, found[0]);
    }
    found
}

/// A service goes on from it, and takes a save that is sent again as the one that it has.
fn serve_again(to: &Path, recorded: &Recorded, due: usize) {
    let service = Service::start(to);
    let town = town(to, &service.address);
    if due > 0 {
        let first = &recorded.told[0].sent;
        let again = first.post(&service.address, &town.cookie).unwrap();
        assert!(again.starts_with("HTTP/1.1 303"), "{again}");
    }
    service.kill();
    let first = &recorded.told[..usize::from(due > 0)];
    look(&to.join("db"), first, u64::MAX);
}

fn cut_often(fault: &str, piece: usize) {
    let recorded = record();
    let last = store_of(&recorded.work.path().join("town/db"));
    let mut all = [0; 3];
    for no in 0..cuts() {
        let cut = Cut {
            after: place_in(&recorded.journal, no),
            seed: no as u64,
            piece,
        };
        let found = cut_and_look(&recorded, &last, cut);
        (0..3).for_each(|at| all[at] += found[at]);
    }
    let [kept, more, none] = all;
    println!(
        "{fault} SQLite: {} cuts in {} changes with {} syncs, {} saves; acknowledged and there {kept}, \
         lost 0; others there {more}, not there {none}",
        cuts(),
        recorded.journal.len(),
        recorded.journal.syncs(),
        recorded.told.len(),
    );
    assert!(kept > 0 && recorded.told.len() >= 300);
}

#[test]
fn a_power_cut_loses_no_acknowledged_save() {
    cut_often("F3", PAGE);
}

#[test]
fn torn_sectors_in_any_order_lose_no_acknowledged_save() {
    cut_often("F4", SECTOR);
}
