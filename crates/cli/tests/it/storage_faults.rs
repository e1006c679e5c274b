//! A damaged page and a full disk, under the program as it is run.
//!
//! Invariant: what is damaged is refused, and what was refused works again once the fault is gone.

use crate::backup::{Key, create};
use crate::cast::{Lasna, municipality};
use crate::upkeep::serve;
use lasna_store::Store;
use lasna_store::db::{DbError, Place, Row};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Asks for an open page, without a session.
fn get(url: &str, path: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut socket = std::net::TcpStream::connect(url).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {url}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

/// Flips a bit in the head of each page in turn, and one somewhere in the page.
#[test]
fn a_damaged_page_is_refused_at_the_start() {
    let lasna = Lasna::on_sqlite();
    lasna.import(&[municipality(60, 4).path()]);
    let file = lasna.path("data/lasna.sqlite3");
    let good = fs::read(&file).unwrap();
    let page = usize::from(u16::from_be_bytes([good[16], good[17]]));
    let pages = good.len() / page;
    let (mut refused, mut tried) = (0, 0);
    for no in (1..pages).step_by(pages / 12) {
        let mut bytes = good.clone();
        // The kind of the page, its free room and its count of cells.
        bytes[no * page..no * page + 5].fill(0xa5);
        fs::write(&file, &bytes).unwrap();
        tried += 1;
        let checked = lasna.run(&["check", "--as-of", "2026-10-01"]);
        let served = serve(&lasna);
        refused += u32::from(checked.code != 0 && served.is_err());
        for name in ["lasna.sqlite3-wal", "lasna.sqlite3-shm"] {
            drop(fs::remove_file(lasna.path("data").join(name)));
        }
    }
    println!("F27: {refused} of {tried} damaged pages refused by check and at the start");
    assert_eq!(refused, tried);
    // A backup of a damaged database is not made to look whole.
    let key = Key::new(lasna.path("key"));
    let mut bytes = good.clone();
    let middle = pages / 2 * page;
    bytes[middle..middle + 64].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let args = ["backup", "create", "--recipient", &key.recipient];
    let out = lasna.path("bad.age");
    let args: Vec<_> = args
        .iter()
        .map(AsRef::as_ref)
        .chain([out.as_os_str()])
        .collect();
    let made = lasna.run(&args);
    assert!(made.code != 0 && !out.exists(), "{}", made.out);
    fs::write(&file, &good).unwrap();
    create(&lasna, &lasna.path("good.age"), &key);
}

/// All rows of a database whose storage is in order.
fn rows(lasna: &Lasna) -> Result<Vec<Row>, DbError> {
    let store = Store::as_it_is(
        Place::Folder(lasna.path("data")),
        lasna_testkit::keys::of_folder(&lasna.path("data")),
    )?;
    store.database().integrity()?;
    store.snapshot(|snapshot| {
        let mut rows = Vec::new();
        for shape in snapshot.tables().to_vec() {
            snapshot.rows(&shape, |row| {
                rows.push(row.to_row()?);
                Ok::<(), DbError>(())
            })?;
        }
        Ok(rows)
    })
}

/// Single bits that turn anywhere: SQLite sees some of them, the sums of rows the others that change
/// a row.
#[test]
fn a_bit_that_turns_in_a_row_is_found() {
    let lasna = Lasna::on_sqlite();
    lasna.import(&[municipality(300, 14).path()]);
    let key = Key::new(lasna.path("key"));
    create(&lasna, &lasna.path("one.age"), &key);
    let file = lasna.path("data/lasna.sqlite3");
    let good = fs::read(&file).unwrap();
    let whole = rows(&lasna).unwrap();
    let (mut by_sqlite, mut by_sums, mut harmless) = (0, 0, 0);
    for flip in 0..100 {
        let mut bytes = good.clone();
        let at = (flip * 7919 + 4096) * 104_729 % bytes.len();
        bytes[at] ^= 1 << (flip % 8);
        fs::write(&file, &bytes).unwrap();
        let seen = rows(&lasna);
        // Looking for contradictions writes to the audit: a look only.
        let told = lasna.run(&["check", "--as-of", "2026-10-01"]);
        let refused = told.err.contains("storage");
        match seen {
            Err(error) => {
                assert_ne!(told.code, 0, "byte {at}: {error}: {}", told.out);
                by_sqlite += 1;
            }
            Ok(rows) if rows == whole => harmless += 1,
            Ok(_) => {
                assert!(
                    refused,
                    "byte {at}: a changed row is not told: {}",
                    told.err
                );
                by_sums += 1;
            }
        }
        for name in ["lasna.sqlite3-wal", "lasna.sqlite3-shm"] {
            drop(fs::remove_file(lasna.path("data").join(name)));
        }
    }
    println!(
        "F27: of 100 single bits SQLite refused {by_sqlite}, the sums of rows {by_sums}; {harmless} \
         changed no row"
    );
    assert!(by_sums > 5 && by_sqlite > 5, "{by_sqlite} {by_sums}");
}

#[test]
fn a_changed_row_goes_into_no_backup_and_is_not_served() {
    let lasna = Lasna::on_sqlite();
    lasna.import(&[municipality(60, 4).path()]);
    let key = Key::new(lasna.path("key"));
    create(&lasna, &lasna.path("one.age"), &key);
    let place = || {
        Store::as_it_is(
            Place::Folder(lasna.path("data")),
            lasna_testkit::keys::of_folder(&lasna.path("data")),
        )
        .unwrap()
    };
    let change = "update entity set id = id || 'x' where kind = 'person' and no = 3";
    place()
        .database()
        .write(|tx| tx.execute_batch(change))
        .unwrap();
    let args = ["backup", "create", "--recipient", &key.recipient];
    let out = lasna.path("two.age");
    let args: Vec<_> = args
        .iter()
        .map(AsRef::as_ref)
        .chain([out.as_os_str()])
        .collect();
    let made = lasna.run(&args);
    assert!(
        made.code == 1 && made.err.contains("entity"),
        "{}",
        made.err
    );
    assert!(!out.exists());
    assert_eq!(lasna.run(&["doctor"]).code, 1);
    // A service looks soon after its start, and stops.
    if let Ok(mut service) = serve(&lasna) {
        let ended = (0..200).find_map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            service.child.try_wait().unwrap()
        });
        assert_eq!(ended.and_then(|status| status.code()), Some(1));
    }
}

/// A small disk of its own; `None` where this user may not make one.
struct SmallDisk<'p>(&'p Path);

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0).status());
    }
}

fn small_disk(path: &Path) -> Option<SmallDisk<'_>> {
    fs::create_dir(path).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=12m", "lasna-test"])
        .arg(path)
        .output();
    mounted
        .is_ok_and(|done| done.status.success())
        .then_some(SmallDisk(path))
}

#[test]
fn a_full_disk_refuses_writing_and_heals_without_a_restart() {
    let lasna = Lasna::on_sqlite();
    let folder = lasna.path("data");
    let Some(_disk) = small_disk(&folder) else {
        println!("skipped: F6 needs the right to mount a small disk");
        return;
    };
    let token = lasna.json(&["user", "add", "--role", "coordinator"])["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let service = serve(&lasna).unwrap();
    let figures = || {
        let output = Command::new("curl")
            .args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H"])
            .arg(format!("Authorization: Bearer {token}"))
            .arg(format!(
                "http://{}/api/v1/figures?level=provider",
                service.url
            ))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(figures(), "200");
    let fat = folder.join("fat");
    let filled = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096"])
        .arg(format!("of={}", fat.display()))
        .output()
        .unwrap();
    assert!(!filled.status.success(), "the disk is not full");
    let mut writes = 0;
    // The log keeps a megabyte of room: it is used up first.
    let refused = (0..4_000).find_map(|_| {
        let run = lasna.run(&["user", "add", "--role", "coordinator"]);
        writes += 1;
        (run.code != 0).then_some(run.err)
    });
    let refused = refused.unwrap();
    assert!(
        refused.contains("the disk of the database is full"),
        "{refused}"
    );
    assert!(
        get(&service.url, "/readyz").contains(" 200 "),
        "reading goes on"
    );
    assert!(get(&service.url, "/ladder?lang=en").contains(" 200 "));
    let status = figures();
    assert_ne!(
        status, "200",
        "a look that cannot be recorded does not happen"
    );
    fs::remove_file(fat).unwrap();
    assert_eq!(figures(), "200", "it heals without a restart");
    assert_eq!(lasna.json(&["doctor"])["ok"], true);
    println!("F6: refused after {writes} writes (a look: {status}), healed without a restart");
}
