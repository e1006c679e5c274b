//! Where a database is: a folder, or the address of a server.
//!
//! Invariant: a password leaves this machine only through TLS, to a server whose certificate comes
//! from the authority that the address names.

use super::error::{DbError, ErrorKind};
use postgres::config::{Host, SslMode};
use std::fmt;
use std::path::PathBuf;

/// Where a database is.
#[derive(Clone)]
pub enum Place {
    /// A folder that holds, or will hold, `lasna.sqlite3`.
    Folder(PathBuf),
    /// `postgres://user:password@host:port/name`; with `?sslrootcert=FILE` over TLS.
    Url(String),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "Folder({})", folder.display()),
            Place::Url(_) => f.write_str("Url(…)"),
        }
    }
}

fn wrong(message: &str) -> DbError {
    DbError::new(ErrorKind::Configuration, message)
}

/// A server as an address names it.
#[derive(Debug)]
pub(super) struct Server {
    pub config: postgres::Config,
    /// The file with the certificate of the authority, where TLS is to be used.
    pub authority: Option<PathBuf>,
}

/// Reads an address and refuses what would leave this machine unprotected.
pub(super) fn server(url: &str) -> Result<Server, DbError> {
    let known = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let (url, authority) = without_authority(url);
    // The library's own message may quote a part of the address, so it is not passed on.
    let parsed = if known {
        url.parse::<postgres::Config>().ok()
    } else {
        None
    };
    let mut config = parsed.ok_or_else(|| {
        wrong("write the address as postgres://user:password@localhost:5432/name")
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(wrong("the address names no host"));
    }
    if config.get_dbname().is_none() {
        return Err(wrong("the address names no database"));
    }
    let local = is_local(&config);
    match (config.get_ssl_mode(), local, &authority) {
        (SslMode::Disable | SslMode::Prefer, true, None) => {
            config.ssl_mode(SslMode::Disable);
        }
        (SslMode::Disable, ..) => {
            return Err(wrong(
                "sslmode=disable is for a server on this machine, without sslrootcert",
            ));
        }
        (_, _, None) => {
            return Err(wrong(
                "a server on another machine needs TLS: add ?sslrootcert=FILE with the \
                 certificate of its authority, or use localhost, a socket folder or a tunnel",
            ));
        }
        (_, _, Some(_)) => {
            config.ssl_mode(SslMode::Require);
        }
    }
    if !local && config.get_password().is_none_or(<[u8]>::is_empty) {
        return Err(wrong("a server on another machine needs a password"));
    }
    Ok(Server { config, authority })
}

fn is_local(config: &postgres::Config) -> bool {
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let ip = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            name == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        }
    });
    let mut addresses = config.get_hostaddrs().iter();
    hosts && addresses.all(std::net::IpAddr::is_loopback)
}

/// Takes `sslrootcert` out of an address: the library does not know it.
fn without_authority(url: &str) -> (String, Option<PathBuf>) {
    let Some((before, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let mut file = None;
    let others: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.strip_prefix("sslrootcert=") {
            Some(value) => {
                file = Some(PathBuf::from(decoded(value)));
                false
            }
            None => true,
        })
        .collect();
    let sign = if others.is_empty() { "" } else { "?" };
    (format!("{before}{sign}{}", others.join("&")), file)
}

/// A value of an address without its escapes.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = &after[if escaped.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_without_tls() {
        for url in [
            "postgres://lasna:secret@localhost/lasna",
            "postgresql://lasna@127.0.0.1:5433/lasna",
            "postgres://lasna@[::1]:5433/lasna",
            "postgres://lasna@%2Frun%2Fpostgresql/lasna",
            "postgres://lasna@/lasna?host=/run/postgresql",
            "postgres://lasna@localhost,127.0.0.2/lasna",
        ] {
            assert!(server(url).is_ok(), "{url}");
        }
        for url in [
            "postgres://lasna:hunter2@db.example.org/lasna",
            "postgres://lasna:hunter2@10.0.0.1/lasna",
            "postgres://lasna:hunter2@localhost,db.example.org/lasna",
            "postgres://lasna:hunter2@localhost/lasna?hostaddr=10.0.0.1",
            "postgres://lasna:hunter2@localhost.example.org/lasna",
            "postgres://lasna:hunter2@localhost/lasna?wrong=hunter2",
            "postgres://lasna:hunter2@localhost:hunter2/lasna",
            "postgres://lasna:hunter2@localhost",
            "postgres://",
            "postgres://lasna:hunter2@db.example.org/lasna?sslmode=require",
            "postgres://lasna:hunter2@db.example.org/lasna?sslmode=disable&sslrootcert=/ca",
            "postgres://lasna@db.example.org/lasna?sslrootcert=/ca",
            "postgres://lasna:hunter2@localhost/lasna?sslmode=require",
            "mysql://lasna:hunter2@localhost/lasna",
            "lasna.sqlite3",
        ] {
            let error = server(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn another_machine_is_reached_with_tls_and_an_authority() {
        for (url, file) in [
            (
                "postgres://l:p@db.example.org/lasna?sslrootcert=/ca.crt",
                "/ca.crt",
            ),
            (
                "postgres://l:p@10.0.0.1/l?sslrootcert=%2Fa%20b.crt&sslmode=require",
                "/a b.crt",
            ),
            ("postgres://l@localhost/l?sslrootcert=/ca.crt", "/ca.crt"),
        ] {
            let found = server(url).unwrap();
            assert_eq!(found.authority, Some(PathBuf::from(file)), "{url}");
            assert_eq!(found.config.get_ssl_mode(), SslMode::Require, "{url}");
        }
        let near = server("postgres://lasna@localhost/lasna?connect_timeout=3").unwrap();
        assert_eq!(near.config.get_ssl_mode(), SslMode::Disable);
    }

    #[test]
    fn the_debug_form_hides_the_address() {
        let place = Place::Url("postgres://lasna:hunter2@localhost/lasna".into());
        assert!(!format!("{place:?}").contains("hunter2"));
    }
}
