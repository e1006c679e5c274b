//! The program as a service, over a real socket.
//!
//! Invariant: it answers what the command line answers, and ends when it is told to.

use crate::cast::{Lasna, as_of, municipality, on_both};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

pub struct Service {
    child: Child,
    pub address: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Service {
    pub fn start(lasna: &Lasna) -> Service {
        // Stories go on with a password alone; two factors have tests of their own.
        let options = ["--listen", "127.0.0.1:0", "--second-factor", "offered"];
        let mut command = lasna.command(&[&["serve"][..], &options].concat());
        command.env("LASNA_LOG", "debug");
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("{log}")).unwrap();
            if let Some((_, address)) = line.split_once("listening on http://") {
                break address.trim().to_owned();
            }
            log.push_str(&line);
        };
        let log = Arc::new(Mutex::new(log));
        let sink = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *sink.lock().unwrap() += &(line + "\n");
            }
        });
        Service {
            child,
            address,
            log,
            reader: Some(reader),
        }
    }

    fn get(&self, path: &str, token: Option<&str>) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let token = token.map_or(String::new(), |t| format!("Authorization: Bearer {t}\r\n"));
        let host = &self.address;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{token}\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, body.to_owned())
    }

    /// Asks it to end; the exit code and all that it logged.
    pub fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        let code = self.child.wait().unwrap().code();
        self.reader.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        (code, log)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Does nothing where it has ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_list_is_the_one_of_the_command_line() {
    let files = municipality(200, 12);
    let day = as_of(files.path());
    on_both("serve", |lasna| {
        lasna.import(&[files.path()]);
        let whole = lasna.json(&["watch-list", "--as-of", &day]);
        let school = whole[0]["school"].as_str().unwrap().to_owned();
        let token = |args: &[&str]| {
            let account = lasna.json(&[&["user", "add"], args].concat());
            account["token"].as_str().unwrap().to_owned()
        };
        let principal = token(&["--role", "principal", "--school", &school]);
        let coordinator = token(&["--role", "coordinator"]);
        let service = Service::start(lasna);
        assert_eq!(service.get("/healthz", None).0, 200);
        assert_eq!(service.get("/readyz", None).0, 200);

        let path = format!("/api/v1/schools/{school}/watch-list?as_of={day}");
        let args = ["watch-list", "--school", &school, "--as-of", &day];
        let expected = lasna.json(&args);
        let (status, body) = service.get(&path, Some(&principal));
        assert_eq!(status, 200, "{body}");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
        // The coordinator reads sums, not pupils.
        assert_eq!(service.get(&path, Some(&coordinator)).0, 404);
        let sums = format!("/api/v1/figures?level=school&as_of={day}");
        let (status, body) = service.get(&sums, Some(&coordinator));
        assert_eq!(status, 200, "{body}");
        let args = ["figures", "--level", "school", "--as-of", &day];
        assert_eq!(
            serde_json::from_str::<Value>(&body).unwrap(),
            lasna.json(&args)
        );
        let pupils = sums.replace("school", "pupil");
        assert_eq!(service.get(&pupils, Some(&coordinator)).0, 404);
        // The principal reads the own school, and its pupils.
        let (status, body) = service.get(&sums, Some(&principal));
        let own: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, own.as_array().unwrap().len()), (200, 1));
        assert_eq!(own[0]["id"], school);
        assert_eq!(service.get(&pupils, Some(&principal)).0, 200);
        let all = sums.replace("school", "provider");
        assert_eq!(service.get(&all, Some(&principal)).0, 404);
        assert_eq!(service.get(&path, None).0, 401);
        assert_eq!(service.get(&path, Some("wrong")).0, 401);
        let elsewhere = path.replace(&school, "s9999");
        assert_eq!(service.get(&elsewhere, Some(&principal)).0, 404);

        let (status, metrics) = service.get("/metrics", None);
        assert_eq!(status, 200);
        assert!(metrics.contains("watch-list"), "{metrics}");
        assert!(!metrics.contains(&school), "{metrics}");
        let (code, log) = service.stop();
        assert_eq!(code, Some(0), "{log}");
        for secret in [&principal, &coordinator] {
            assert!(!log.contains(secret.as_str()), "a token is in the log");
        }
        assert!(!log.contains("s0001-p0"), "a pupil is in the log");
    });
}

#[test]
fn a_taken_address_is_said() {
    let lasna = Lasna::on_sqlite();
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let run = lasna.run(&["serve", "--listen", &address]);
    assert_ne!(run.code, 0);
    assert!(run.err.contains(&address), "{}", run.err);
}
