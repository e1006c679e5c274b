//! People who save registers at a service of the demo town, and what is there of their saves.
//!
//! Invariant: each sending has a key of its own and says something that no other of its lesson says.

use crate::cast::{bare, store_of};
use lasna_store::Store;
use lasna_store::db::DbError;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU32;

/// People who save at the same time.
pub const CLIENTS: usize = 4;

/// A service over the demo town.
pub struct Service {
    pub child: Child,
    pub address: String,
}

impl Service {
    pub fn start(data: &Path) -> Service {
        Service::start_with(data, |_| ())
    }

    /// Starts with something more about the command.
    pub fn start_with(data: &Path, more: impl FnOnce(&mut Command)) -> Service {
        let mut command = bare(&["demo", "--port", "0"]);
        more(&mut command);
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
    pub fn kill(mut self) {
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
pub fn ask(address: &str, head: &str, cookie: &str, body: &str) -> Option<String> {
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
pub struct Sent {
    pub lesson: [i64; 3],
    pub pupil: i64,
    pub minutes: u32,
    /// What the sheet says of all others.
    pub rest: String,
    pub once: String,
}

impl Sent {
    pub fn post(&self, address: &str, cookie: &str) -> Option<String> {
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

pub fn is_kept(answer: &str) -> bool {
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(answer.to_lowercase().contains("?saved"), "{answer}");
    true
}

/// Where saves can go: lessons of one class with a pupil of it, and who sends them.
pub struct Town {
    pub lessons: Vec<[i64; 3]>,
    /// Of each lesson what its sheet says of the other pupils.
    pub rests: Vec<String>,
    /// How often each lesson was sent.
    pub sent: Vec<AtomicU32>,
    pub pupil: i64,
    pub cookie: String,
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

pub fn cookie_of(address: &str, role: &str) -> String {
    let answer = ask(address, &format!("GET /demo/{role}"), "", "").unwrap();
    let (_, rest) = answer.split_once("lasna_session=").unwrap();
    format!("lasna_session={}", rest.split(';').next().unwrap())
}

pub fn town(data: &Path, address: &str) -> Town {
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

/// Rows with the key of what was sent: saves, and of the one save its register and mark.
pub fn rows_of(store: &Store, sent: &Sent) -> [i64; 3] {
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
