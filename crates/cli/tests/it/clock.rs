//! A wall clock that jumps under the program: back and forth by an hour and by ten years.
//!
//! Invariant: no jump makes a session outlive its hours, removes a row, or breaks the order of the log.

use crate::backup::Key;
use crate::cast::{Lasna, municipality};
use crate::power::log_goes_on;
use crate::saving::ask;
use lasna_testkit::disk::shim;
use lasna_testkit::temp::folder;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const HOUR: i64 = 3_600_000_000;
const YEARS: i64 = 10 * 8_766 * HOUR;

/// A service whose clock a test sets.
struct Clocked {
    child: Child,
    address: String,
    offset: PathBuf,
}

impl Drop for Clocked {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Clocked {
    fn start(lasna: &Lasna, mut clocked: impl FnMut(&mut Command), offset: PathBuf) -> Clocked {
        let mut command = lasna.command(&["serve", "--listen", "127.0.0.1:0"]);
        clocked(&mut command);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, address) = line.split_once("listening on http://")?;
            Some(address.to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        Clocked {
            child,
            address: said.unwrap(),
            offset,
        }
    }

    fn set(&self, micros: i64) {
        fs::write(&self.offset, micros.to_string()).unwrap();
    }

    fn sign_in(&self, password: &str) -> String {
        let body = format!("login=aino&password={password}");
        let answer = ask(&self.address, "POST /sign-in", "", &body).unwrap();
        let cookie = answer.split_once("__Host-lasna_session=");
        let (_, rest) = cookie.unwrap_or_else(|| panic!("{answer}"));
        format!("__Host-lasna_session={}", rest.split(';').next().unwrap())
    }

    /// Whether a session still counts.
    fn knows(&self, cookie: &str) -> bool {
        let answer = ask(&self.address, "GET /sessions", cookie, "").unwrap();
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(status < 500, "{answer}");
        let leads_away = answer.to_lowercase().contains("location: /sign-in");
        assert!(status == 200 || status == 303, "{answer}");
        !leads_away
    }
}

#[test]
fn a_jump_of_the_clock_lengthens_no_session_and_loses_nothing() {
    let (lasna, work) = (Lasna::on_sqlite(), folder());
    lasna.import(&[municipality(24, 2).path()]);
    let add = [
        "--role",
        "administrator",
        "--login",
        "aino",
        "--name",
        "Aino Aro",
    ];
    let person = lasna.json(&[&["user", "add"], &add[..]].concat());
    let password = person["password"].as_str().unwrap();
    let before = lasna.export();
    let (so, offset) = (shim(work.path()), work.path().join("offset"));
    fs::write(&offset, "0").unwrap();
    let clocked = |command: &mut Command| {
        command.env("LD_PRELOAD", &so).env("LASNA_CLOCK", &offset);
    };
    let service = Clocked::start(&lasna, clocked, offset.clone());
    let own = service.sign_in(password);
    let mut looked = 0;
    let mut knows = |micros: i64, cookie: &str, expected: bool, why: &str| {
        service.set(micros);
        looked += 1;
        assert_eq!(service.knows(cookie), expected, "{why}");
    };
    knows(0, &own, true, "now");
    knows(-HOUR, &own, true, "an hour back");
    knows(-YEARS, &own, false, "it begins in ten years");
    knows(HOUR, &own, false, "an hour without a request");
    knows(YEARS, &own, false, "ten years on");
    // A leap second: the same second comes twice.
    knows(1_000_000, &own, true, "a second on");
    knows(0, &own, true, "the second again");
    let of_future = service.sign_in(password);
    service.set(YEARS);
    let of_years = service.sign_in(password);
    knows(YEARS, &of_years, true, "made ten years on");
    knows(
        0,
        &of_years,
        false,
        "a session of ten years on is none today",
    );
    knows(0, &of_future, true, "the one of today");
    // What a wrong clock wrote stays, the doctor tells, and nothing is erased.
    service.set(YEARS);
    let doctor = lasna.command(&["doctor", "--json"]).output().unwrap();
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("newest audit row"));
    drop(service);
    assert!(lasna.export() == before, "a row is gone");
    log_goes_on(&lasna.path("data"));
    let key = Key::new(lasna.path("key"));
    crate::backup::create(&lasna, &lasna.path("one.age"), &key);
    let mut late = lasna.command(&["check", "--as-of", "2026-10-01"]);
    clocked(&mut late);
    assert_eq!(crate::cast::Run::of(&late.output().unwrap()).code, 0);
    println!("F9: {looked} looks at sessions over jumps of a second, an hour and ten years");
}
