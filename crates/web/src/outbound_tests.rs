//! The client against servers of this process that do what they should not.
//!
//! Invariant: whatever a server does, an answer or a refusal comes in time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Instant;

/// A server of connections; the host to ask.
fn server_of(answer: impl Fn(std::net::TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap());
        }
    });
    host
}

/// A server that answers each connection so, once it has read what is asked.
fn server(answer: impl Fn(std::net::TcpStream, String) + Send + 'static) -> String {
    server_of(move |mut stream| {
        let mut bytes = [0; 4096];
        let n = stream.read(&mut bytes).unwrap_or(0);
        answer(stream, String::from_utf8_lossy(&bytes[..n]).into_owned());
    })
}

fn fixed(text: &'static str) -> String {
    server(move |mut stream, _| drop(stream.write_all(text.as_bytes())))
}

fn client(host: &str) -> Client {
    let reachable = Reachable {
        hosts: vec![host.to_owned()],
        loopback: true,
    };
    Client::new(reachable, None)
        .unwrap()
        .within(Duration::from_millis(700))
}

fn get(client: &Client, url: &str) -> Result<Answer, String> {
    client.send(&Ask {
        url: url.to_owned(),
        ..Ask::default()
    })
}

#[test]
fn an_answer_comes_with_its_status_and_body() {
    let host = fixed("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}");
    let answer = get(&client(&host), &format!("http://{host}/x?y=1")).unwrap();
    assert_eq!((answer.status, &*answer.body), (404, b"{}".as_slice()));
}

#[test]
fn a_form_is_posted_with_its_fields_escaped() {
    let host = server(|mut stream, asked| {
        let good = asked.starts_with("POST /token HTTP/1.1\r\n")
            && asked.contains("authorization: Basic eA==\r\n")
            && asked.ends_with("\r\n\r\ncode=a%26b&c=%C3%A4");
        let status = if good { "200 OK" } else { "400 Bad Request" };
        let text = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        drop(stream.write_all(text.as_bytes()));
    });
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let ask = Ask {
        url: format!("http://{host}/token"),
        form: Some(vec![field("code", "a&b"), field("c", "ä")]),
        authorization: Some("Basic eA==".into()),
    };
    assert_eq!(client(&host).send(&ask).unwrap().status, 200);
}

#[test]
fn redirects_long_answers_and_silence_are_refused_in_time() {
    let host =
        fixed("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    let error = get(&client(&host), &format!("http://{host}/")).unwrap_err();
    assert_eq!(error, "it sends on to another place");

    let host = server(|mut stream, _| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 400000\r\n\r\n"));
        drop(stream.write_all(&vec![b'x'; 400_000]));
    });
    let error = get(&client(&host), &format!("http://{host}/")).unwrap_err();
    assert_eq!(error, "the answer is torn or too long");

    for says in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow"] {
        let host = server(move |mut stream, _| {
            drop(stream.write_all(says.as_bytes()));
            thread::sleep(Duration::from_secs(3));
        });
        let begun = Instant::now();
        let error = get(&client(&host), &format!("http://{host}/")).unwrap_err();
        assert_eq!(error, "no answer in time");
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn hosts_that_are_not_listed_and_private_addresses_are_not_asked() {
    let host = fixed("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let known = client(&host);
    for url in [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "https://example.org/",
        "ftp://127.0.0.1/",
        "/path",
    ] {
        assert!(get(&known, url).is_err(), "{url}");
    }
    let of = |hosts: &[&str]| {
        let reachable = Reachable {
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            loopback: false,
        };
        Client::new(reachable, None).unwrap()
    };
    let strict = of(&[&host, "127.0.0.1", "10.0.0.1", "[::1]", "localhost"]);
    assert_eq!(
        get(&strict, &format!("http://{host}/")).unwrap_err(),
        "only https is asked"
    );
    for url in [
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
    ] {
        let error = get(&strict, url).unwrap_err();
        assert_eq!(error, "the host has no address that may be asked", "{url}");
    }
}

#[test]
fn only_addresses_of_the_outer_network_may_be_reached() {
    for outer in ["192.0.1.1", "8.8.8.8", "193.166.3.2", "2a00:1450::1"] {
        assert!(may_reach(outer.parse().unwrap(), false), "{outer}");
    }
    for inner in [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "127.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2001:db8::1",
        "2002:a00:1::",
    ] {
        assert!(!may_reach(inner.parse().unwrap(), false), "{inner}");
    }
    assert!(may_reach("127.0.0.1".parse().unwrap(), true));
    assert!(
        !may_reach("10.0.0.1".parse().unwrap(), true),
        "this machine is not the network"
    );
}

/// Makes an authority and a certificate for a name; none where there is no `openssl`.
fn certificate(folder: &Path, name: &str) -> bool {
    let run = |args: &str| {
        let mut command = std::process::Command::new("openssl");
        let done = command.args(args.split(' ')).current_dir(folder).output();
        done.is_ok_and(|done| done.status.success())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    std::fs::write(folder.join("names"), format!("subjectAltName={name}\n")).unwrap();
    run(&format!(
        "req -x509 {key} -keyout ca.key -out ca.crt -days 2 -subj /CN=authority"
    )) && run(&format!(
        "req {key} -keyout own.key -out own.csr -subj /CN=own"
    )) && run(
        "x509 -req -in own.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out own.crt",
    )
}

/// A server with TLS that says hello; the host to ask.
fn tls_server(folder: &Path) -> String {
    let pem = |name: &str| folder.join(name);
    let chain = CertificateDer::pem_file_iter(pem("own.crt")).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::from_pem_file(pem("own.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    let config = Arc::new(config);
    server_of(move |stream| {
        let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
        let mut stream = stream;
        let mut tls = rustls::Stream::new(&mut connection, &mut stream);
        let mut bytes = [0; 4096];
        if tls.read(&mut bytes).is_ok() {
            drop(tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
        }
    })
}

#[test]
fn a_certificate_must_hold_for_the_name_and_come_from_a_known_authority() {
    let folder = lasna_testkit::temp::folder();
    let folder = folder.path();
    if !certificate(folder, "IP:127.0.0.1") {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    let authority = folder.join("ca.crt");
    let of = |host: &str, authority: Option<&Path>| {
        let reachable = Reachable {
            hosts: vec![host.to_owned()],
            loopback: true,
        };
        let client = Client::new(reachable, authority).unwrap();
        get(&client, &format!("https://{host}/"))
    };
    let host = tls_server(folder);
    assert_eq!(of(&host, Some(&authority)).unwrap().status, 200);
    assert_eq!(
        of(&host, None).unwrap_err(),
        "the certificate does not hold"
    );
    // The same authority, for another name.
    let other = lasna_testkit::temp::folder();
    assert!(certificate(other.path(), "DNS:idp.example"));
    let host = tls_server(other.path());
    let error = of(&host, Some(&other.path().join("ca.crt"))).unwrap_err();
    assert_eq!(error, "the certificate does not hold");
    assert!(Client::new(Reachable::default(), Some(&folder.join("none"))).is_err());
}
