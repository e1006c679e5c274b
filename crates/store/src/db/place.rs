//! Where a database is: a folder, or the address of a server.
//!
//! Invariant: a password travels only inside this machine, until there is a TLS connector.

use super::error::{DbError, ErrorKind};
use postgres::config::Host;
use std::fmt;
use std::path::PathBuf;

/// Where a database is.
#[derive(Clone)]
pub enum Place {
    /// A folder that holds, or will hold, `lasna.sqlite3`.
    Folder(PathBuf),
    /// `postgres://user:password@host:port/name`.
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

/// Reads an address and refuses what would leave this machine unprotected.
pub(super) fn local_server(url: &str) -> Result<postgres::Config, DbError> {
    let known = url.starts_with("postgres://") || url.starts_with("postgresql://");
    // The library's own message may quote a part of the address, so it is not passed on.
    let parsed = if known {
        url.parse::<postgres::Config>().ok()
    } else {
        None
    };
    let config = parsed.ok_or_else(|| {
        wrong("write the address as postgres://user:password@localhost:5432/name")
    })?;
    let local = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let ip = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            name == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        }
    });
    if !local
        || !config
            .get_hostaddrs()
            .iter()
            .all(std::net::IpAddr::is_loopback)
    {
        return Err(wrong(
            "a server on another machine needs TLS, which is not supported yet: use localhost, \
             a socket folder or a tunnel",
        ));
    }
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(wrong("the address names no host"));
    }
    if config.get_dbname().is_none() {
        return Err(wrong("the address names no database"));
    }
    Ok(config)
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
            assert!(local_server(url).is_ok(), "{url}");
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
            "mysql://lasna:hunter2@localhost/lasna",
            "lasna.sqlite3",
        ] {
            let error = local_server(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_debug_form_hides_the_address() {
        let place = Place::Url("postgres://lasna:hunter2@localhost/lasna".into());
        assert!(!format!("{place:?}").contains("hunter2"));
    }
}
