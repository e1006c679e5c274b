//! The load itself: requests at instants that were drawn before, whatever the server does.
//!
//! Invariant: a latency is counted from the instant that was drawn, so a server that stalls is seen by
//! all who were due meanwhile; a request without its answer is a failure.

use crate::city::City;
use crate::client::{Request, ask};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Requests in the air at most; with one more the latency still counts from its instant.
const THREADS: usize = 256;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Save,
    Sheet,
    List,
    Pupil,
    /// An answer that asks nothing: what the machine itself adds.
    Nothing,
    /// The page of a role.
    Page(&'static str, &'static str),
}

/// A kind, how often in a second, and the limit: a percentile and its milliseconds.
pub type Part = (Kind, f64, Option<(f64, u64)>);

/// What is asked, how often.
pub const MIX: [Part; 11] = [
    // 3,000 lessons of a city of 60,000 begin at once; their registers come within two minutes.
    (Kind::Save, 25.0, Some((0.99, 50))),
    (Kind::Sheet, 25.0, None),
    (Kind::List, 10.0, Some((0.95, 100))),
    (Kind::Pupil, 10.0, Some((0.95, 100))),
    (Kind::Nothing, 10.0, None),
    (Kind::Page("teacher", "/today"), 10.0, None),
    (Kind::Page("sky_worker", "/today"), 1.0, None),
    (Kind::Page("principal", "/today"), 1.0, None),
    (Kind::Page("coordinator", "/today"), 0.2, None),
    (Kind::Page("administrator", "/today"), 0.2, None),
    (Kind::Page("coordinator", "/measures"), 0.2, None),
];

/// One request to come.
struct Due {
    at: Duration,
    /// Place in [`MIX`].
    kind: usize,
    /// The how-manieth of its kind.
    turn: usize,
}

/// What came of the requests of a kind.
#[derive(Default)]
pub struct Told {
    pub latencies: Vec<Duration>,
    pub failures: Vec<String>,
    /// Keys of saves that were acknowledged.
    pub kept: Vec<String>,
}

/// Draws the instants: of each kind a Poisson process, the same in each run.
fn draw(length: Duration) -> Vec<Due> {
    let mut dice = 1_u64;
    let mut next = move || {
        // SplitMix64.
        dice = dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = dice;
        bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ bits >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut all = Vec::new();
    for (kind, (_, rate, _)) in MIX.iter().enumerate() {
        let mut at = 0.0;
        for turn in 0.. {
            at += -(1.0 - next()).ln() / rate;
            if at >= length.as_secs_f64() {
                break;
            }
            let at = Duration::from_secs_f64(at);
            all.push(Due { at, kind, turn });
        }
    }
    all.sort_by_key(|due| due.at);
    all
}

/// The form of a save: all present but two, other ones each time, so that each brings marks.
fn form(pupils: &[u32], round: usize, once: &str) -> String {
    // Whatever was saved before was seen: nobody else writes this lesson.
    let mut form = format!("once={once}&base=4294967295");
    let (absent, late) = (2 * round % pupils.len(), (2 * round + 1) % pupils.len());
    for (place, pupil) in pupils.iter().enumerate() {
        let entry = match place {
            place if place == absent => "absent",
            place if place == late => "late",
            _ => "present",
        };
        let minutes = 1 + round % 40;
        form.push_str(&format!("&entry-{pupil}={entry}&minutes-{pupil}={minutes}"));
    }
    form
}

fn send(address: &str, city: &City, due: &Due, run: u64) -> Result<Option<String>, String> {
    let of = |role: &str| {
        let all = &city.cookies[role];
        all[due.turn % all.len()].as_str()
    };
    // A step that no list has as a factor, so that one after the other is somewhere else.
    let spread = |turn: usize, length: usize| turn.wrapping_mul(7_919) % length;
    let lesson = &city.lessons[spread(due.turn, city.lessons.len())];
    let (pupil, of_pupil) = &city.pupils[spread(due.turn, city.pupils.len())];
    let once = format!("{run:016x}{:08x}", due.turn);
    let is_save = MIX[due.kind].0 == Kind::Save;
    let (path, cookie) = match MIX[due.kind].0 {
        Kind::Save | Kind::Sheet => (lesson.path.as_str(), lesson.cookie.as_str()),
        Kind::List => ("/watch-list", of("sky_worker")),
        Kind::Pupil => (pupil.as_str(), of_pupil.as_str()),
        Kind::Nothing => ("/healthz", ""),
        Kind::Page(role, path) => (path, of(role)),
    };
    let round = due.turn / city.lessons.len() + run as usize % 1_000;
    let form = is_save.then(|| form(&lesson.pupils, round, &once));
    let answer = ask(address, &Request { path, cookie, form })?;
    let way = answer.header("location").unwrap_or_default();
    match (is_save, answer.status) {
        (true, 303) if way.ends_with("?saved") => Ok(Some(once)),
        (false, 200) => Ok(None),
        (_, status) => Err(format!("{path}: answered {status}")),
    }
}

/// Sends the load; the answer has a place for each kind of [`MIX`] and the time that it took.
pub fn run(address: &str, city: &City, length: Duration, run: u64) -> (Vec<Told>, Duration) {
    let due = draw(length);
    let told: Vec<Mutex<Told>> = MIX.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(due) = due.get(next.fetch_add(1, Ordering::Relaxed)) {
                    std::thread::sleep(due.at.saturating_sub(begun.elapsed()));
                    let result = send(address, city, due, run);
                    let latency = begun.elapsed() - due.at;
                    let mut told = told[due.kind].lock().unwrap();
                    match result {
                        Ok(kept) => {
                            told.latencies.push(latency);
                            told.kept.extend(kept);
                        }
                        Err(error) => told.failures.push(error),
                    }
                }
            });
        }
    });
    let took = begun.elapsed();
    let told = told.into_iter().map(|told| told.into_inner().unwrap());
    (told.collect(), took)
}

/// The latency that a share of the requests did not exceed; of sorted latencies.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted[place.clamp(1, sorted.len()) - 1]
}
