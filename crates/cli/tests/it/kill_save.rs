//! A service that dies at once while several people save registers.
//!
//! `LASNA_KILLS` says how often (5 where it is not set; `make faults` says 200). All deaths are of
//! one data folder, on SQLite with its full sync: each start goes on from what the death before left.
//!
//! Invariant: every save that was acknowledged is there once with its facts; sent again it changes
//! nothing; of one that was not acknowledged there is nothing or all of it.

use crate::cast::store_of;
use crate::saving::{CLIENTS, Sent, Service, Town, is_kept, rows_of, town};
use lasna_testkit::temp::folder;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// All that was sent by its key, and whether it was acknowledged.
type Told = BTreeMap<String, (Sent, bool)>;

/// Saves until the service dies; gives what was sent.
fn client(
    town: &Town,
    address: &str,
    round: usize,
    no: usize,
    acks: &AtomicUsize,
    end: &AtomicBool,
) -> Vec<(Sent, bool)> {
    let own: Vec<usize> = (no..town.lessons.len()).step_by(CLIENTS).collect();
    let mut told = Vec::new();
    for turn in 0.. {
        let at = own[turn % own.len()];
        let sent = Sent {
            lesson: town.lessons[at],
            pupil: town.pupil,
            rest: town.rests[at].clone(),
            // Never what the lesson's sending before said, so that each brings a mark.
            minutes: 1 + town.sent[at].fetch_add(1, Ordering::SeqCst) % 40,
            once: format!("{round:08x}{no:04x}{turn:08x}"),
        };
        let answer = sent.post(address, &town.cookie);
        let kept = answer.as_deref().is_some_and(is_kept);
        told.push((sent, kept));
        if !kept {
            assert!(
                end.load(Ordering::SeqCst),
                "no answer from a service that lives"
            );
            break;
        }
        acks.fetch_add(1, Ordering::SeqCst);
    }
    told
}

/// Lets everybody save until the service is killed.
fn round(town: &Town, service: Service, no: usize, told: &mut Told) {
    let (acks, end) = (AtomicUsize::new(0), AtomicBool::new(false));
    let dice = (no as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    std::thread::scope(|threads| {
        let address = service.address.clone();
        let (acks, end) = (&acks, &end);
        let run = |client_no| {
            let address = address.clone();
            threads.spawn(move || client(town, &address, no, client_no, acks, end))
        };
        let clients: Vec<_> = (0..CLIENTS).map(run).collect();
        // One in eight dies before anybody was answered, while the year is being read.
        let begun = Instant::now();
        while !dice.is_multiple_of(8) && acks.load(Ordering::SeqCst) == 0 {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "nobody is answered"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(dice % 200_000));
        end.store(true, Ordering::SeqCst);
        service.kill();
        for client in clients {
            let sent = client.join().unwrap();
            told.extend(
                sent.into_iter()
                    .map(|(sent, kept)| (sent.once.clone(), (sent, kept))),
            );
        }
    });
}

/// What all deaths came to.
#[derive(Debug, Default)]
struct Tally {
    acknowledged: usize,
    /// Sent and never answered: there whole, or not at all.
    unanswered_there: usize,
    unanswered_not_there: usize,
    lost: usize,
    doubled: usize,
}

/// Looks at what a death left: whole or nothing of each save whose key begins so, and no other row.
///
/// Of earlier rounds all was acknowledged in the end: their rows are counted, and looked at last.
fn look(data: &Path, told: &Told, begins: &str) -> Tally {
    let store = store_of(&data.join("db"));
    store.database().integrity().unwrap();
    let mut tally = Tally::default();
    let (now, before): (Vec<_>, Vec<_>) = told
        .values()
        .partition(|(sent, _)| sent.once.starts_with(begins));
    assert!(before.iter().all(|(_, kept)| *kept));
    for (sent, kept) in now {
        let rows = rows_of(&store, sent);
        match (rows, *kept) {
            ([1, 1, 1], true) => tally.acknowledged += 1,
            ([1, 1, 1], false) => tally.unanswered_there += 1,
            ([0, _, _], false) => tally.unanswered_not_there += 1,
            ([0, _, _], true) => tally.lost += 1,
            (_, _) => tally.doubled += 1,
        }
    }
    // No save that nobody sent, and no fact without its save.
    let own = "select no from import_batch where digest = 'register'";
    let counts = ["register_save", "register_fact", "mark_fact"].map(|table| {
        let bound = match table {
            "register_save" => String::new(),
            _ => format!(" where batch_no in ({own})"),
        };
        let sql = format!("select count(*) from {table}{bound}");
        let count = store.ask(|read| read.query_one(&sql, &[])?.unwrap().get::<i64>(0));
        count.unwrap() as usize
    });
    let whole = tally.acknowledged + tally.unanswered_there + before.len();
    assert_eq!(counts, [whole; 3], "{tally:?}");
    tally
}

/// Sends again what was in the air when the service died, and some that were acknowledged.
fn send_again(town: &Town, service: &Service, told: &mut Told, round: usize) {
    let prefix = format!("{round:08x}");
    let own = told
        .values_mut()
        .filter(|(sent, _)| sent.once.starts_with(&prefix));
    let mut own: Vec<_> = own.collect();
    // Of a lesson only the latest: an older one says something else by now.
    let mut latest: BTreeMap<[i64; 3], usize> = BTreeMap::new();
    for (at, (sent, _)) in own.iter().enumerate() {
        latest.insert(sent.lesson, at);
    }
    for at in latest.into_values() {
        let (sent, kept) = &mut *own[at];
        let answer = sent.post(&service.address, &town.cookie).unwrap();
        *kept = is_kept(&answer);
    }
}

#[test]
fn a_killed_service_keeps_every_acknowledged_save_once() {
    let asked = std::env::var("LASNA_KILLS").ok();
    let kills: usize = asked.map_or(5, |text| text.parse().unwrap());
    let folder = folder();
    let data = folder.path().join("town");
    let mut service = Service::start(&data);
    let town = town(&data, &service.address);
    let mut told = Told::new();
    let mut tally = Tally::default();
    let begun = Instant::now();
    for no in 0..kills {
        round(&town, service, no, &mut told);
        let left = look(&data, &told, &format!("{no:08x}"));
        assert_eq!((left.lost, left.doubled), (0, 0), "kill {no}: {left:?}");
        tally.unanswered_there += left.unanswered_there;
        tally.unanswered_not_there += left.unanswered_not_there;
        service = Service::start(&data);
        send_again(&town, &service, &mut told, no);
    }
    service.kill();
    let end = look(&data, &told, "");
    assert_eq!((end.lost, end.doubled), (0, 0), "{end:?}");
    tally = Tally {
        acknowledged: end.acknowledged,
        ..tally
    };
    println!("saves, {kills} kills in {:?}: {tally:?}", begun.elapsed());
    assert!(
        tally.acknowledged > kills,
        "{tally:?}: hardly anything was saved"
    );
}
