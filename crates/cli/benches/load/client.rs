//! A browser as small as it can be: one request on a connection of its own, with the session's cookie.
//!
//! Invariant: an answer that is not whole is no answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than the server lets a request take.
const WAIT: Duration = Duration::from_secs(70);

/// A whole answer.
pub struct Answer {
    pub status: u16,
    /// In lower case.
    head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
    }
}

/// A request; one with a body is a form.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub path: &'a str,
    pub cookie: &'a str,
    pub form: Option<String>,
}

/// Asks and waits for the whole answer.
pub fn ask(address: &str, request: &Request<'_>) -> Result<Answer, String> {
    exchange(address, request).map_err(|error| format!("{}: {error}", request.path))
}

fn exchange(address: &str, request: &Request<'_>) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_nodelay(true)?;
    let method = if request.form.is_some() {
        "POST"
    } else {
        "GET"
    };
    let body = request.form.as_deref().unwrap_or_default();
    let (path, cookie, length) = (request.path, request.cookie, body.len());
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Accept-Language: fi\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let broken = || std::io::Error::other("the answer is not whole");
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
    let answer = Answer {
        status: status.ok_or_else(broken)?,
        body: body.to_owned(),
        // A cookie's value is hex, and so is not changed by this.
        head: head.to_lowercase(),
    };
    let length = answer.header("content-length");
    match length.and_then(|text| text.parse::<usize>().ok()) {
        Some(length) if length != answer.body.len() => Err(broken()),
        _ => Ok(answer),
    }
}
