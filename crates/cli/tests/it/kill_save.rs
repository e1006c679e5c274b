//! A service that dies at once while several people save registers.
//!
//! `LASNA_KILLS` says how often (5 where it is not set; `make faults` says 200). All deaths are of
//! one data folder, on SQLite with its full sync: each start goes on from what the death before left.
//!
//! Invariant: every save that was acknowledged is there once with its facts; sent again it changes
//! nothing; of one that was not acknowledged there is nothing or all of it.

use crate::cast::{bare, store_of};
use lasna_store::Store;
use lasna_store::db::DbError;
use lasna_testkit::temp::folder;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// People who save at the same time.
const CLIENTS: usize = 4;

/// A service over the demo town.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(data: &Path) -> Service {
        let mut command = bare(&["demo", "--port", "0"]);
        command.arg("--data").arg(data);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let link = lines
            .map(Result::unwrap)
            .find(|line| line.starts_with("principal "))
            .unwrap();
        let (_, rest) = link.split_once("http://").unwrap();
        let (address, _) = rest.split_once('/').unwrap();
        Service {
            child,
            address: address.to_owned(),
        }
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Does nothing where it has ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Asks a service; `None` where it died before it had answered.
fn ask(address: &str, head: &str, cookie: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.contains("\r\n\r\n").then_some(answer)
}

/// One register that somebody sends: one pupil is so many minutes late.
#[derive(Clone, Debug)]
struct Sent {
    lesson: [i64; 3],
    pupil: i64,
    minutes: u32,
    /// What the sheet says of all others.
    rest: String,
    once: String,
}

impl Sent {
    fn post(&self, address: &str, cookie: &str) -> Option<String> {
        let [group, day, start] = self.lesson;
        let day = lasna_domain::calendar::Day(day as i32);
        let (once, pupil, minutes) = (&self.once, self.pupil, self.minutes);
        // Whatever was saved before was seen: nobody else writes this lesson.
        let rest = &self.rest;
        let body = format!(
            "once={once}&base=4294967295&entry-{pupil}=late&minutes-{pupil}={minutes}{rest}"
        );
        ask(
            address,
            &format!("POST /registers/{group}/{day}/{start}"),
            cookie,
            &body,
        )
    }
}

fn is_kept(answer: &str) -> bool {
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(answer.to_lowercase().contains("?saved"), "{answer}");
    true
}

/// Where saves can go: lessons of one class with a pupil of it, and who sends them.
struct Town {
    lessons: Vec<[i64; 3]>,
    /// Of each lesson what its sheet says of the other pupils.
    rests: Vec<String>,
    /// How often each lesson was sent.
    sent: Vec<AtomicU32>,
    pupil: i64,
    cookie: String,
}

/// What is chosen on a sheet for everybody but one pupil, as the form sends it.
fn rest_of(sheet: &str, pupil: i64) -> String {
    let until_quote = |text: &str| text.split('"').next().unwrap().to_owned();
    let mut rest = String::new();
    for part in sheet.split("name=\"entry-").skip(1) {
        let other = until_quote(part);
        let choice = part.split('>').next().unwrap();
        if !choice.ends_with(" checked") || other == pupil.to_string() {
            continue;
        }
        let value = until_quote(choice.split_once("value=\"").unwrap().1);
        let field = sheet.split(&format!("name=\"minutes-{other}\"")).nth(1);
        let minutes = until_quote(field.unwrap().split_once("value=\"").unwrap().1);
        rest += &format!("&entry-{other}={value}&minutes-{other}={minutes}");
    }
    rest
}

fn cookie_of(address: &str, role: &str) -> String {
    let answer = ask(address, &format!("GET /demo/{role}"), "", "").unwrap();
    let (_, rest) = answer.split_once("lasna_session=").unwrap();
    format!("lasna_session={}", rest.split(';').next().unwrap())
}

fn town(data: &Path, address: &str) -> Town {
    let teacher = cookie_of(address, "teacher");
    let cookie = cookie_of(address, "principal");
    let today = ask(address, "GET /today", &teacher, "").unwrap();
    let (_, way) = today.split_once("href=\"/registers/").unwrap();
    let way = way.split('"').next().unwrap();
    let sheet = ask(address, &format!("GET /registers/{way}"), &cookie, "").unwrap();
    let (_, entry) = sheet.split_once("name=\"entry-").unwrap();
    let pupil = entry.split('"').next().unwrap().parse().unwrap();
    let group: i64 = way.split('/').next().unwrap().parse().unwrap();
    let sql = "select day, start from lesson_fact where group_no = $1 and cancelled = 0 \
               and minutes >= 45 order by day, start limit 80";
    let store = store_of(&data.join("db"));
    let lessons = store.ask(|read| {
        let rows = read.query(sql, &[group.into()])?;
        let lesson = |row: &lasna_store::db::Row| Ok([group, row.get(0)?, row.get(1)?]);
        rows.iter().map(lesson).collect::<Result<Vec<_>, DbError>>()
    });
    let mut lessons = lessons.unwrap();
    // Lessons that the pupil has: the sheets of the others do not name it.
    let named = format!("name=\"entry-{pupil}\"");
    let mut rests = Vec::new();
    lessons.retain(|[group, day, start]| {
        let day = lasna_domain::calendar::Day(*day as i32);
        let path = format!("GET /registers/{group}/{day}/{start}");
        let sheet = ask(address, &path, &cookie, "").unwrap();
        let has = sheet.contains(&named);
        rests.extend(has.then(|| rest_of(&sheet, pupil)));
        has
    });
    assert!(lessons.len() >= CLIENTS * 4, "{}", lessons.len());
    Town {
        sent: lessons.iter().map(|_| AtomicU32::new(0)).collect(),
        lessons,
        rests,
        pupil,
        cookie,
    }
}

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

/// Rows with the key of what was sent: saves, and of the one save its register and mark.
fn rows_of(store: &Store, sent: &Sent) -> [i64; 3] {
    let [group, day, start] = sent.lesson;
    let saves = "select count(*), coalesce(max(at), 0) from register_save where once = $1 \
                 and group_no = $2 and day = $3 and start = $4";
    let registers = "select count(*) from register_fact where group_no = $1 and day = $2 \
                     and start = $3 and known_at = $4 and taken = 1";
    let marks = "select count(*) from mark_fact where group_no = $1 and day = $2 and start = $3 \
                 and known_at = $4 and pupil_no = $5 and minutes = $6";
    let counted = store.ask(|read| {
        let once = [
            sent.once.as_str().into(),
            group.into(),
            day.into(),
            start.into(),
        ];
        let found = read.query_one(saves, &once)?.unwrap();
        let (count, at): (i64, i64) = (found.get(0)?, found.get(1)?);
        let key = [group.into(), day.into(), start.into(), at.into()];
        let register: i64 = read.query_one(registers, &key)?.unwrap().get(0)?;
        let minutes = i64::from(sent.minutes);
        let key = [
            group.into(),
            day.into(),
            start.into(),
            at.into(),
            sent.pupil.into(),
            minutes.into(),
        ];
        let mark: i64 = read.query_one(marks, &key)?.unwrap().get(0)?;
        Ok::<_, DbError>([count, register, mark])
    });
    counted.unwrap()
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
