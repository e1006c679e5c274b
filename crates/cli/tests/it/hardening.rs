//! What is refused at the start, what the log says, and what the program is made of.
//!
//! Invariant: the log is read whole, line by line.

use crate::cast::{Lasna, municipality, on_both, run_bare};
use crate::serve::Service;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{Permissions, set_permissions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const NAME: &str = "Zzforename Zzsurname";
const LOGIN: &str = "zzlogin";
/// A made-up identity code, with a right check character.
const CODE: &str = concat!("131052", "-308T");

#[track_caller]
fn refused(lasna: &Lasna, args: &[&str], words: &[&str]) {
    let run = lasna.run(&[&["serve"], args].concat());
    assert_eq!(run.code, 78, "{args:?}: {}", run.err);
    for word in words {
        assert!(run.err.contains(word), "{args:?}: {word}: {}", run.err);
    }
}

fn open_to_all(path: &Path, mode: u32) {
    set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_address_that_others_reach_needs_tls_before_it() {
    on_both("listen", |lasna| {
        for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
            refused(lasna, &["--listen", listen], &[listen, "--tls-proxy"]);
        }
        // With the word it goes on, as far as to an address that this machine does not have.
        let run = lasna.run(&["serve", "--listen", "192.0.2.1:8080", "--tls-proxy"]);
        assert_eq!(run.code, 1, "{}", run.err);
        let dev = lasna.run(&["serve", "--listen", "192.0.2.1:8080", "--insecure-dev"]);
        assert_eq!(dev.code, 1, "{}", dev.err);
        assert!(dev.err.contains("no real data"), "{}", dev.err);
    });
}

#[test]
fn files_that_every_user_may_read_are_refused() {
    let lasna = Lasna::on_sqlite();
    lasna.run(&["doctor"]).ok();
    let data = lasna.path("data");
    open_to_all(&data, 0o755);
    // The file is the owner's alone, so the folder may be passed.
    let taken = ["--listen", "192.0.2.1:8080", "--tls-proxy"];
    assert_eq!(lasna.run(&[&["serve"][..], &taken].concat()).code, 1);
    open_to_all(&data.join("lasna.sqlite3"), 0o644);
    refused(&lasna, &taken, &["lasna.sqlite3", "644", "chmod o-rwx"]);
    open_to_all(&data, 0o700);
    assert_eq!(lasna.run(&[&["serve"][..], &taken].concat()).code, 1);
    for option in ["--upload-folder", "--import-folder"] {
        let folder = lasna.path("given");
        std::fs::create_dir_all(&folder).unwrap();
        open_to_all(&folder, 0o755);
        let shown = folder.display().to_string();
        refused(&lasna, &[option, &shown], &[&shown, "chmod o-rwx"]);
        open_to_all(&folder, 0o750);
        let args = [&["serve", option, &shown][..], &taken].concat();
        assert_eq!(lasna.run(&args).code, 1);
    }
}

#[test]
fn a_server_elsewhere_without_tls_is_refused_in_every_way() {
    for url in [
        "postgres://lasna:secret@db.example.org/lasna",
        "postgres://lasna:secret@db.example.org/lasna?sslmode=disable",
        "postgres://lasna@db.example.org/lasna?sslrootcert=/etc/ssl/ca.crt",
    ] {
        for more in [&[][..], &["--insecure-dev"]] {
            let run = run_bare(&[&["--database", url, "serve"], more].concat());
            assert_eq!(run.code, 78, "{url}: {}", run.err);
            assert!(!run.err.contains("secret"), "{}", run.err);
        }
    }
}

/// Sends a request and gives the answer; head and body as they came.
fn ask(service: &Service, method: &str, path: &str, more: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(&service.address).unwrap();
    let (host, length) = (&service.address, body.len());
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n{more}\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let lines = answer.lines().take_while(|line| !line.is_empty());
    let mut found = lines.filter_map(|line| line.split_once(": "));
    found
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value)
}

#[test]
fn a_journey_leaves_no_person_and_no_forged_line_in_the_log() {
    let files = municipality(120, 8);
    on_both("log", |lasna| {
        lasna.import(&[files.path()]);
        let args = ["user", "add", "--role", "principal", "--school", "s0001"];
        let person = ["--login", LOGIN, "--name", NAME];
        let account = lasna.json(&[&args[..], &person].concat());
        let password = account["password"].as_str().unwrap().to_owned();
        let service = Service::start(lasna);
        let sign_in = |login: &str, password: &str| {
            let form = format!("login={login}&password={password}");
            ask(&service, "POST", "/sign-in", "", &form)
        };
        sign_in(LOGIN, "wrong");
        sign_in(CODE, "wrong");
        sign_in("x%0A%7B%22level%22%3A%22ERROR%22%7D%0DFORGED", "wrong");
        let forged = "Accept-Language: fi\r\nUser-Agent: FORGED\u{1b}[31m\r\n";
        ask(&service, "GET", "/x%0a%0dFORGED%1b[2J", forged, "");
        ask(&service, "GET", &format!("/pupils/{CODE}"), "", "");
        ask(&service, "FORGED", "/today", "", "");
        let answer = sign_in(LOGIN, &password);
        let cookie = header(&answer, "set-cookie").split(';').next().unwrap();
        assert!(cookie.len() > 60, "{answer}");
        let signed = format!("Cookie: {cookie}\r\n");
        let form =
            format!("old={password}&password=a+longer+password+42&again=a+longer+password+42");
        let changed = ask(&service, "POST", "/password", &signed, &form);
        assert!(changed.starts_with("HTTP/1.1 303"), "{changed}");
        for path in ["/today", "/watch-list", "/watch-list.csv", "/measures"] {
            let page = ask(&service, "GET", path, &signed, "");
            assert!(page.starts_with("HTTP/1.1 200"), "{path}: {page}");
        }
        let missing = ask(&service, "GET", "/no-such-page", &signed, "");
        let number = header(&missing, "x-request-id").to_owned();
        assert_eq!(number.len(), 14, "{missing}");
        let (code, log) = service.stop();
        assert_eq!(code, Some(0), "{log}");

        let mut numbers = BTreeSet::new();
        for line in log.lines() {
            let json: Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{error}: a line of its own: {line:?}"));
            assert!(json["level"].is_string() && json["timestamp"].is_string());
            assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
            if let Some(number) = json["span"]["number"].as_str() {
                numbers.insert(number.to_owned());
            }
        }
        assert!(numbers.contains(&number), "{number} is not in the log");
        assert!(numbers.len() > 10, "{numbers:?}");
        let token = cookie.split('=').nth(1).unwrap();
        let secrets = [LOGIN, CODE, &password, token, "Zzforename", "Zzsurname"];
        for word in secrets
            .into_iter()
            .chain(["FORGED", "no-such-page", "s0001-p", "longer"])
        {
            assert!(!log.contains(word), "{word} is in the log");
        }
    });
}

#[test]
fn the_parts_are_those_of_the_lock_file() {
    let run = run_bare(&["sbom"]);
    let sbom = run.json(0);
    assert_eq!(sbom["bomFormat"], "CycloneDX");
    assert_eq!(sbom["specVersion"], "1.6");
    assert_eq!(sbom["metadata"]["component"]["name"], "lasna");
    let named: BTreeSet<String> = sbom["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| {
            let reference = part["bom-ref"].as_str().unwrap();
            assert_eq!(part["purl"], reference);
            reference.to_owned()
        })
        .collect();
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    let lock = std::fs::read_to_string(lock).unwrap();
    let mut lines = lock.lines();
    let mut locked = BTreeSet::new();
    while let Some(line) = lines.next() {
        let value = |line: &str| line.split('"').nth(1).unwrap().to_owned();
        if line.starts_with("name = ") {
            let version = value(lines.next().unwrap());
            locked.insert(format!("pkg:cargo/{}@{version}", value(line)));
        }
    }
    assert!(locked.len() > 200, "{}", locked.len());
    assert_eq!(named, locked);
    for entry in sbom["dependencies"].as_array().unwrap() {
        assert!(named.contains(entry["ref"].as_str().unwrap()));
        for need in entry["dependsOn"].as_array().unwrap() {
            assert!(named.contains(need.as_str().unwrap()), "{need}");
        }
    }
}
