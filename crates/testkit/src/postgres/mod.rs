//! A PostgreSQL cluster for tests, and a database of its own for each test.
//!
//! `make test` starts one cluster for the whole run with [`start_cluster`] and names it in
//! [`ENV`]; without that each test process starts its own at the first call of [`database`].
//! What it is not: a client. It runs the programs that come with the server.
//!
//! Invariant: a cluster never outlives the process that started it, however that process ends.

mod server;

pub use server::{Cluster, start_cluster, start_tls_cluster};

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The environment variable with the address of a running cluster: a role that may create
/// databases, and a database to connect to.
pub const ENV: &str = "LASNA_TEST_POSTGRES";

/// What is printed, once for each test, where there is no server to test with.
pub const SKIPPED: &str = "skipped: no PostgreSQL";

static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The address of a new, empty database; `None` where PostgreSQL is not installed.
///
/// `name` helps to find it in a log; the process and a number make it unique.
///
/// # Panics
/// Where PostgreSQL is installed and does not work: a test must not pass for that.
pub fn database(name: &str) -> Option<String> {
    let cluster = SHARED.get_or_init(|| match std::env::var(ENV) {
        Ok(url) => Some(Cluster::running(&url)),
        Err(_) => start_cluster().unwrap_or_else(|error| panic!("PostgreSQL: {error}")),
    });
    let Some(cluster) = cluster else {
        eprintln!("{SKIPPED}");
        return None;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let plain = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let plain: String = plain.take(30).collect::<String>().to_ascii_lowercase();
    let unique = format!("t_{plain}_{}_{number}", std::process::id());
    let created = cluster.create_database(&unique);
    Some(created.unwrap_or_else(|error| panic!("PostgreSQL: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn each_test_has_a_database_of_its_own() {
        let (Some(one), Some(other)) = (database("Own name ä"), database("Own name ä")) else {
            return;
        };
        assert_ne!(one, other);
        assert!(one.contains("t_own_name___"), "{one}");
    }

    #[test]
    fn a_cluster_stops_and_leaves_nothing() {
        let Some(cluster) = start_cluster().unwrap() else {
            eprintln!("{SKIPPED}");
            return;
        };
        let (url, folder) = (
            cluster.url().to_owned(),
            cluster.folder().unwrap().to_owned(),
        );
        let ask = || {
            Command::new("psql")
                .args(["-Atc", "show fsync", &url])
                .output()
                .unwrap()
        };
        assert_eq!(
            ask().stdout,
            b"on\n",
            "{}",
            String::from_utf8_lossy(&ask().stderr)
        );
        drop(cluster);
        assert!(!ask().status.success(), "the server still answers");
        assert!(!folder.exists(), "{} is left", folder.display());
    }
}
