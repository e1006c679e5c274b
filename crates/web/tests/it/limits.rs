//! Limits of size, time and number, over a socket.
//!
//! Invariant: each limit is reached from outside, and the server answers others meanwhile.

use crate::settings;
use lasna_app::App;
use lasna_domain::calendar::Day;
use lasna_domain::model::Model;
use lasna_store::Store;
use lasna_store::db::Place;
use lasna_testkit::temp::{TempDir, folder};
use lasna_web::{Limits, Settings};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A server on a socket; it ends when this is dropped.
struct Running {
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

type Find = dyn Fn(&App, Day) -> Result<Model, String> + Send + Sync;

impl Running {
    fn start(limits: Limits, model: Arc<Find>) -> Running {
        let folder = folder();
        let store = Store::open(
            Place::Folder(folder.path().join("data")),
            lasna_testkit::keys::fixed(),
        )
        .unwrap();
        let settings = Settings {
            limits,
            proxies: vec![Ipv4Addr::LOCALHOST.into()],
            ..settings(store, model)
        };
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            let keep = settings.clone();
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let stop = async { drop(stopped.await) };
                lasna_web::serve(settings, listener, stop).await.unwrap();
            });
            drop(runtime);
            drop(keep);
        });
        Running {
            address: told.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
            _folder: folder,
        }
    }

    fn plain(limits: Limits) -> Running {
        Running::start(limits, Arc::new(|_, _| Ok(crate::model())))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// Sends bytes, and reads until the server ends the connection.
    fn say(&self, bytes: &str) -> String {
        let mut stream = self.connect();
        // It may stop listening before everything is said.
        drop(stream.write_all(bytes.as_bytes()));
        rest(&mut stream)
    }

    fn get(&self, path: &str) -> String {
        self.say(&format!(
            "GET {path} HTTP/1.1\r\nHost: own\r\nConnection: close\r\n\r\n"
        ))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Dropping it is the sign to stop.
        self.stop = None;
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn rest(stream: &mut TcpStream) -> String {
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(n @ 1..) = stream.read(&mut part) {
        all.extend_from_slice(&part[..n]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn status(answer: &str) -> u16 {
    let word = answer.split(' ').nth(1);
    word.and_then(|word| word.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

fn has(answer: &str, header: &str) -> bool {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    head.lines()
        .any(|line| line.to_lowercase().starts_with(header))
}

fn short() -> Limits {
    Limits {
        body_time: Duration::from_millis(400),
        head_time: Duration::from_millis(400),
        wait: Duration::from_millis(200),
        ..Limits::default()
    }
}

const FORM: &str = "POST /sign-in HTTP/1.1\r\nHost: own\r\nSec-Fetch-Site: same-origin\r\n\
    Content-Type: application/x-www-form-urlencoded\r\n";

#[test]
fn a_body_over_a_megabyte_is_refused() {
    let server = Running::plain(Limits::default());
    // Said to be so large: refused before it is sent.
    let answer = server.say(&format!("{FORM}Content-Length: 1000001\r\n\r\nlogin=x"));
    assert_eq!(status(&answer), 413, "{answer}");
    assert!(has(&answer, "content-security-policy") && has(&answer, "connection: close"));
    // Not said, and too large in the end.
    let part = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
    let body = part.repeat(17);
    let answer = server.say(&format!(
        "{FORM}Transfer-Encoding: chunked\r\n\r\n{body}0\r\n\r\n"
    ));
    assert!(answer.is_empty() || status(&answer) == 413, "{answer}");
    // Just within is read, and refused for what it is.
    let form = format!("login=x&password={}", "x".repeat(999_900));
    let length = form.len();
    let answer = server.say(&format!(
        "{FORM}Connection: close\r\nContent-Length: {length}\r\n\r\n{form}"
    ));
    assert!([200, 303, 422].contains(&status(&answer)), "{answer}");
    assert_eq!(status(&server.get("/healthz")), 200);
}

#[test]
fn a_head_over_sixteen_kilobytes_is_refused() {
    let server = Running::plain(Limits::default());
    let head = |bytes: usize| {
        let filler = "x".repeat(bytes);
        server.say(&format!(
            "GET /healthz HTTP/1.1\r\nHost: own\r\nConnection: close\r\nX-Filler: {filler}\r\n\r\n"
        ))
    };
    assert_eq!(status(&head(8_000)), 200);
    let answer = head(17_000);
    assert_eq!(status(&answer), 431, "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "nothing is said in it");
}

#[test]
fn who_sends_slowly_loses_the_connection() {
    let server = Running::plain(short());
    for sent in ["", "GET /healthz HTTP/1.1\r\nHost: o"] {
        let begun = Instant::now();
        let answer = server.say(sent);
        assert!(answer.is_empty() || status(&answer) >= 400, "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{sent:?}");
    }
    let answer = server.say(&format!("{FORM}Content-Length: 100\r\n\r\nlogin"));
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(has(&answer, "content-security-policy"), "{answer}");
    assert!(answer.contains("<html"), "a page tells it: {answer}");
}

#[test]
fn a_drop_at_a_time_does_not_keep_a_body_open() {
    let server = Running::plain(short());
    let mut stream = server.connect();
    let head = format!("{FORM}Content-Length: 1000\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let begun = Instant::now();
    // Each drop comes within the limit; all of them do not.
    while begun.elapsed() < Duration::from_secs(3) && stream.write_all(b"x").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(status(&rest(&mut stream)), 408);
}

/// A model that is found only when the test says so.
fn held() -> (Arc<Find>, Receiver<()>, Sender<()>) {
    let (begun_tell, begun) = channel();
    let (go, go_told) = channel();
    let (begun_tell, go_told) = (Mutex::new(begun_tell), Mutex::new(go_told));
    let find = move |_: &App, _: Day| {
        begun_tell.lock().unwrap().send(()).ok();
        go_told.lock().unwrap().recv().ok();
        Ok(crate::model())
    };
    (Arc::new(find), begun, go)
}

#[test]
fn where_all_places_are_taken_one_is_asked_to_come_again() {
    let (find, begun, go) = held();
    let limits = Limits {
        requests: 1,
        ..short()
    };
    let server = Running::start(limits, find);
    // What is made ahead at the start asks for the model too.
    begun.recv().unwrap();
    go.send(()).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| server.get("/ladder"));
        begun.recv().unwrap();
        for path in ["/help", "/api/v1/figures"] {
            let answer = server.get(path);
            assert_eq!(status(&answer), 503, "{path}: {answer}");
            assert!(has(&answer, "retry-after: 2"), "{answer}");
            assert!(has(&answer, "content-security-policy"), "{answer}");
        }
        assert_eq!(status(&server.get("/healthz")), 200);
        drop(go);
        assert_eq!(status(&waiting.join().unwrap()), 200);
    });
    assert_eq!(status(&server.get("/help")), 200);
}

#[test]
fn more_connections_than_there_is_room_for_wait() {
    let limits = Limits {
        connections: 2,
        head_time: Duration::from_secs(2),
        ..Limits::default()
    };
    let server = Running::plain(limits);
    let (one, two) = (server.connect(), server.connect());
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let third = scope.spawn(|| (status(&server.get("/healthz")), begun.elapsed()));
        std::thread::sleep(Duration::from_millis(300));
        drop((one, two));
        let (status, took) = third.join().unwrap();
        assert_eq!(status, 200);
        assert!(took >= Duration::from_millis(250), "{took:?}");
    });
}

#[test]
fn one_message_is_not_taken_for_two() {
    let server = Running::plain(short());
    let hidden = "GET /healthz HTTP/1.1\r\nHost: own\r\n\r\n";
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ] {
        let answer = server.say(&format!("{FORM}{lengths}\r\n0\r\n\r\n{hidden}"));
        let answers = answer.matches("HTTP/1.1 ").count();
        let healthy = answer.contains("HTTP/1.1 200 OK");
        // A body that has ended in chunks is followed by another message, and by nothing else.
        assert!(
            !healthy || lengths.starts_with("Content-Length: 5\r\nTransfer"),
            "{answer}"
        );
        assert!(answers <= 2, "{lengths}: {answer}");
    }
    let bad = server.say("GET /healthz HTTP/1.1\r\nHost: own\r\nX: a\nb\0c\r\n\r\n");
    assert_eq!(status(&bad), 400, "{bad}");
}

#[test]
fn tries_are_counted_of_the_address_that_a_named_proxy_tells() {
    let server = Running::plain(Limits::default());
    let tried = |no: usize, address: &str| {
        let body = format!("login=nobody-{no}&password=x");
        let head = format!("X-Forwarded-For: {address}\r\nConnection: close\r\n");
        let length = body.len();
        status(&server.say(&format!(
            "{FORM}{head}Content-Length: {length}\r\n\r\n{body}"
        )))
    };
    for no in 0..100 {
        assert_eq!(tried(no, "198.51.100.1"), 422);
    }
    assert_eq!(tried(100, "198.51.100.1"), 429);
    assert_eq!(tried(101, "198.51.100.2"), 422);
}
