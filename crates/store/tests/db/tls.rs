//! A server over TLS: reached with its authority, refused with any other.
//!
//! Invariant: the certificates are made for the test and die with its folder.

use lasna_store::db::{Database, DbError, ErrorKind, Place, Row};
use lasna_testkit::postgres::{SKIPPED, start_cluster, start_tls_cluster};

fn open(url: &str) -> Result<Database, DbError> {
    Database::open(Place::Url(url.to_owned()))
}

#[track_caller]
fn fails(url: &str) -> DbError {
    match open(url) {
        Ok(_) => panic!("{url} was reached"),
        Err(error) => error,
    }
}

#[test]
fn a_server_is_reached_over_tls_and_only_with_its_authority() {
    let Some(cluster) = start_tls_cluster().unwrap() else {
        eprintln!("{SKIPPED} with TLS");
        return;
    };
    let authority = cluster.authority().unwrap();
    let ca = authority.display();
    let by_name = cluster.url().replace("127.0.0.1", "localhost");

    let database = open(&format!("{by_name}?sslrootcert={ca}")).unwrap();
    let sql = "select cast(ssl as integer), version, bits from pg_stat_ssl \
               where pid = pg_backend_pid()";
    let row: Result<Option<Row>, DbError> = database.read(|read| read.query_one(sql, &[]));
    let row = row.unwrap().unwrap();
    assert_eq!(row.get::<i64>(0).unwrap(), 1);
    assert_eq!(row.get::<String>(1).unwrap(), "TLSv1.3");
    assert!(row.get::<i64>(2).unwrap() >= 128);

    // The certificate is for another name than this address.
    fails(&format!("{}?sslrootcert={ca}", cluster.url()));
    // Another authority than the server's.
    let Some(other) = start_tls_cluster().unwrap() else {
        panic!("there was one a moment ago");
    };
    let stranger = other.authority().unwrap();
    fails(&format!("{by_name}?sslrootcert={}", stranger.display()));
    let missing = fails(&format!("{by_name}?sslrootcert=/no/such/file"));
    assert_eq!(missing.kind(), ErrorKind::Configuration);
    assert!(missing.to_string().contains("/no/such/file"), "{missing}");
}

#[test]
fn a_server_without_tls_is_not_reached_where_tls_is_asked_for() {
    let (Some(plain), Some(tls)) = (start_cluster().unwrap(), start_tls_cluster().unwrap()) else {
        eprintln!("{SKIPPED} with TLS");
        return;
    };
    let authority = tls.authority().unwrap();
    let by_name = plain.url().replace("127.0.0.1", "localhost");
    assert!(open(&by_name).is_ok(), "without TLS it is reached");
    fails(&format!("{by_name}?sslrootcert={}", authority.display()));
}
