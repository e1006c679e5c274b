//! A city's server under an open load: latencies of lists, pupils' pages, registers and their saves.
//!
//! `cargo bench -p lasna-cli --bench load -- FOLDER DATA DAY [SECONDS]` takes the folder that
//! `lasna simulate` wrote, the data folder that it was imported into and a day with lessons. It makes
//! accounts, starts the server as a process of its own, signs people in and sends requests at
//! instants drawn before. It writes into the data folder; a second run goes on from there.
//!
//! Invariant: it ends with an error where a request was not answered as it should be, or where a save
//! that was acknowledged is not in the store.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement prints, fails by panicking, and reads the clock"
)]

mod city;
mod client;
mod run;
mod server;

use city::City;
use lasna_app::App;
use lasna_domain::access::UserRole;
use lasna_domain::calendar::Day;
use lasna_domain::ids::ProviderNo;
use lasna_store::db::{DbError, Place};
use lasna_store::{RegisterSave, Store};
use run::{Kind, MIX, Told, percentile};
use server::Server;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long the load is sent where nothing else is said.
const SECONDS: u64 = 120;

/// What small writes with a sync of a file beside the database take, five in a second.
fn sync_times(data: &Path, length: Duration) -> Vec<Duration> {
    let path = data.join("sync-probe");
    let mut file = std::fs::File::create(&path).unwrap();
    let mut times: Vec<Duration> = (0..length.as_secs() * 5)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(200));
            let begun = Instant::now();
            file.write_all(&[1; 4096]).unwrap();
            file.sync_data().unwrap();
            begun.elapsed()
        })
        .collect();
    std::fs::remove_file(path).unwrap();
    times.sort();
    times
}

fn open(data: &Path) -> (Store, ProviderNo) {
    let store = Store::open(
        Place::Folder(data.to_owned()),
        lasna_testkit::keys::of_folder(data),
    )
    .unwrap();
    let provider = store.providers().unwrap()[0].0;
    (store, provider)
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1_000.0)
}

fn name(kind: Kind) -> String {
    match kind {
        Kind::Save => "save of a register".to_owned(),
        Kind::Sheet => "register".to_owned(),
        Kind::List => "/watch-list of a school".to_owned(),
        Kind::Pupil => "pupil's page".to_owned(),
        Kind::Nothing => "/healthz, which asks nothing".to_owned(),
        Kind::Page(role, path) => format!("{path} of a {role}"),
    }
}

/// Prints a line for each kind; says how many limits were missed.
fn report(told: &mut [Told], took: Duration) -> usize {
    let mut missed = 0;
    println!(
        "{:<30}{:>7}{:>8}{:>9}{:>9}{:>9}{:>9}",
        "request (ms)", "count", "in 1 s", "p50", "p95", "p99", "max"
    );
    for ((kind, _, limit), told) in MIX.iter().zip(told) {
        let all = &mut told.latencies;
        all.sort();
        if all.is_empty() {
            continue;
        }
        let [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1.0].map(|share| percentile(all, share));
        let verdict = match limit {
            Some((share, most)) => {
                let is_met = percentile(all, *share) < Duration::from_millis(*most);
                missed += usize::from(!is_met);
                let word = if is_met { "met" } else { "MISSED" };
                format!("  p{:.0} < {most}: {word}", share * 100.0)
            }
            None => String::new(),
        };
        println!(
            "{:<30}{:>7}{:>8.1}{:>9}{:>9}{:>9}{:>9}{verdict}",
            name(*kind),
            all.len(),
            all.len() as f64 / took.as_secs_f64(),
            millis(p50),
            millis(p95),
            millis(p99),
            millis(max)
        );
    }
    missed
}

fn measure(folder: &Path, data: &Path, day: Day, length: Duration) -> Result<(), String> {
    let stamp = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let stamp = stamp.unwrap().as_micros() as u64;
    let staff = city::staff(folder);
    let (store, provider) = open(data);
    let app = App::operator(store.clone(), server::start_of_clock(&store, day)).unwrap();
    let made = city::make_accounts(&app, &staff);
    let before = store.ask(|read| RegisterSave::last(read, provider));
    let before = before.map_err(|error: DbError| error.to_string())?;
    drop((app, store));
    println!("{} accounts, {made} of them new", staff.len());
    let begun = Instant::now();
    let server = Server::start(data, day);
    let first = staff.iter().find(|who| who.role == UserRole::SkyWorker);
    let cookie = city::sign_in(&server.address, &first.unwrap().login);
    drop(city::page(&server.address, "/watch-list", &cookie));
    println!(
        "first list after the start: {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    let city = City::open(&server.address, &staff, day);
    if city.lessons.is_empty() || city.pupils.is_empty() {
        return Err(format!("there is nothing to ask on {day}"));
    }
    println!(
        "{} lessons of {} teachers, {} pupils of {} schools' lists; {} MiB",
        city.lessons.len(),
        city.cookies["teacher"].len(),
        city.pupils.len(),
        city.cookies["sky_worker"].len(),
        server.memory()[0]
    );
    let ((mut told, took), syncs) = std::thread::scope(|scope| {
        let syncs = scope.spawn(|| sync_times(data, length));
        let told = run::run(&server.address, &city, length, stamp);
        (told, syncs.join().unwrap())
    });
    let missed = report(&mut told, took);
    let [p50, p95, p99, max] =
        [0.5, 0.95, 0.99, 1.0].map(|share| millis(percentile(&syncs, share)));
    println!("a sync of 4 KiB meanwhile (ms): p50 {p50}, p95 {p95}, p99 {p99}, max {max}");
    let [now, most] = server.memory();
    println!("server: {now} MiB, {most} MiB at most; {missed} limits missed");
    let mut failures = told.iter().flat_map(|told| &told.failures);
    let count = failures.clone().count();
    if let Some(first) = failures.next() {
        return Err(format!("{count} requests failed, the first: {first}"));
    }
    drop(server);
    let (store, provider) = open(data);
    let saves = store.ask(|read| RegisterSave::since(read, provider, before));
    let saves = saves.map_err(|error: DbError| error.to_string())?;
    let there: std::collections::BTreeSet<&str> =
        saves.iter().map(|save| save.once.as_str()).collect();
    let mut acknowledged = told.iter().flat_map(|told| &told.kept);
    let lost = acknowledged
        .clone()
        .filter(|once| !there.contains(once.as_str()));
    let lost = lost.count();
    if lost > 0 || saves.len() != acknowledged.by_ref().count() {
        return Err(format!("{lost} acknowledged saves are not in the store"));
    }
    println!(
        "{} saves were acknowledged, and all of them are in the store",
        saves.len()
    );
    Ok(())
}

fn main() -> ExitCode {
    // `cargo bench` adds a flag of its own.
    let args = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"));
    let args: Vec<String> = args.collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [server::SERVE, data, day] => {
            server::serve(Path::new(data), day.parse().unwrap());
            Ok(())
        }
        [folder, data, day, seconds @ ..] => {
            let seconds = seconds
                .first()
                .map_or(SECONDS, |text| text.parse().unwrap());
            let length = Duration::from_secs(seconds);
            measure(
                Path::new(folder),
                Path::new(data),
                day.parse().unwrap(),
                length,
            )
        }
        _ => {
            println!("load: skipped, no folders and day were named");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}
