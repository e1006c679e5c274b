//! What only a file does: shared commits, a full disk, a damaged page, a second process.
//!
//! Invariant: a change is answered only after the commit that holds it.

use crate::{Opened, add_pupil, count, sqlite};
use lasna_store::db::{Database, DbError, ErrorKind, Place};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread::{scope, sleep};
use std::time::Duration;

impl Opened {
    pub fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::Folder(_))
    }

    fn file(&self, name: &str) -> PathBuf {
        let Place::Folder(folder) = &self.place else {
            panic!("not a folder")
        };
        folder.join(name)
    }

    /// Commits in the log: frames whose header has the size of the file after a commit.
    fn commits(&self) -> usize {
        let log = std::fs::read(self.file("lasna.sqlite3-wal")).unwrap();
        let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
        let page = number(8) as usize;
        (32..log.len())
            .step_by(24 + page)
            .filter(|&frame| number(frame + 4) > 0)
            .count()
    }
}

type Change<'a> = Box<dyn FnOnce(&Database) + Send + 'a>;

/// Adds pupil 1000 and keeps the writer until `others` wait for it, so that they form one group;
/// gives the answer to that first change.
fn with_a_group(o: &Opened, others: Vec<Change<'_>>) -> Result<(), DbError> {
    let (started, has_started) = channel();
    scope(|s| {
        let first = s.spawn(move || {
            o.db.write(|tx| {
                started.send(()).unwrap();
                sleep(Duration::from_millis(400));
                add_pupil(tx, 1000)
            })
        });
        has_started.recv().unwrap();
        for other in others {
            s.spawn(move || other(&o.db));
        }
        first.join().unwrap()
    })
}

#[test]
fn changes_that_wait_share_a_commit() {
    let o = sqlite();
    let before = o.commits();
    let others = (0..20_i64).map(|no| {
        let change = move |db: &Database| match no % 4 {
            3 => {
                let own = || DbError::new(ErrorKind::Value, "on purpose");
                let refused = db.write(|tx| add_pupil(tx, no).and(Err::<(), _>(own())));
                assert_eq!(refused, Err(own()));
            }
            2 => {
                let bug = || db.write(|tx| add_pupil(tx, no).map(|()| panic!("a bug")));
                let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(
                    || -> Result<(), DbError> { bug() },
                ));
                assert!(caught.is_err());
            }
            _ => {
                db.write(|tx| add_pupil(tx, no)).unwrap();
                let sql = "select 1 from pupil where no = $1";
                assert!(
                    db.read(|r| r.query_one(sql, &[no.into()]))
                        .unwrap()
                        .is_some()
                );
            }
        };
        Box::new(change) as Change<'_>
    });
    with_a_group(&o, others.collect()).unwrap();
    assert_eq!(count(&o.db, "pupil"), 1 + 10);
    // All at once would be one; a thread that came late makes one more.
    let commits = o.commits() - before;
    assert!((1..=5).contains(&commits), "{commits} commits");
}

#[test]
fn a_full_disk_refuses_what_does_not_fit_and_heals() {
    let o = sqlite();
    o.db.write(|tx| add_pupil(tx, 1)).unwrap();
    o.db.write_here(|tx| tx.query("pragma max_page_count = 40", &[]))
        .unwrap();
    let refused = AtomicUsize::new(0);
    let photo = vec![1; 400_000];
    let mut others: Vec<Change<'_>> = Vec::new();
    let add = |db: &Database, no: i64| {
        let sql = "insert into pupil (no, name, photo) values ($1, $2, $3)";
        db.write(|tx| tx.execute(sql, &[no.into(), (&no.to_string()).into(), (&photo).into()]))
    };
    for no in 2..6 {
        let (add, refused) = (&add, &refused);
        others.push(Box::new(move |db| {
            assert_eq!(add(db, no).unwrap_err().kind(), ErrorKind::Full);
            refused.fetch_add(1, Ordering::Relaxed);
        }));
    }
    let first = with_a_group(&o, others);
    assert_eq!(refused.into_inner(), 4);
    // It fitted; it may still have shared the transaction that the disk ended.
    let kept = 1 + i64::from(first.is_ok());
    assert_eq!(count(&o.db, "pupil"), kept);
    o.db.write(|tx| add_pupil(tx, 10)).unwrap();
    o.db.write_here(|tx| tx.query("pragma max_page_count = 100000", &[]))
        .unwrap();
    add(&o.db, 2).unwrap();
    assert_eq!(count(&o.db, "pupil"), kept + 2);
    o.db.integrity().unwrap();
}

#[test]
fn a_damaged_page_stops_all_writing_and_is_told() {
    let o = sqlite();
    o.db.write_here(|tx| {
        tx.execute_batch("create table big (no integer primary key, t text)")?;
        let text = "a row of some length, so that many pages are used";
        tx.copy_in(
            "big",
            &["no", "t"],
            (0..20_000).map(|no| [no.into(), text.into()]),
        )
    })
    .unwrap();
    let Opened { db, place, _folder } = o;
    drop(db);
    let Place::Folder(folder) = &place else {
        panic!("not a folder")
    };
    let file = folder.join("lasna.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    let end = bytes.len();
    bytes[end / 2..end].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();

    let db = Database::open(place).unwrap();
    assert_eq!(db.integrity().unwrap_err().kind(), ErrorKind::Broken);
    let told = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&told);
    db.on_fatal(move |error| {
        assert_eq!(error.kind(), ErrorKind::Broken);
        counter.fetch_add(1, Ordering::Relaxed);
    });
    db.write(|tx| add_pupil(tx, 1)).unwrap();
    let damaged = db.write(|tx| tx.execute("update big set t = 'y'", &[]));
    assert_eq!(damaged.unwrap_err().kind(), ErrorKind::Broken);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    let after = db.write(|tx| add_pupil(tx, 2));
    assert_eq!(after.unwrap_err().kind(), ErrorKind::Broken);
    let after = db.write_here(|tx| add_pupil(tx, 2));
    assert_eq!(after.unwrap_err().kind(), ErrorKind::Broken);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    assert_eq!(count(&db, "pupil"), 1);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = lasna_testkit::temp::folder();
    std::fs::write(
        folder.path().join("lasna.sqlite3"),
        "no database ".repeat(100),
    )
    .unwrap();
    let opened = Database::open(Place::Folder(folder.path().into()));
    assert_eq!(opened.err().map(|e| e.kind()), Some(ErrorKind::Broken));
    let file = folder.path().join("lasna.sqlite3");
    let opened = Database::open(Place::Folder(file.join("below")));
    assert_eq!(
        opened.err().map(|e| e.kind()),
        Some(ErrorKind::Configuration)
    );
}

#[test]
fn another_process_is_waited_for_and_not_for_ever() {
    let o = sqlite();
    let other = Database::open(o.place.clone()).unwrap();
    let start = Barrier::new(2);
    scope(|s| {
        s.spawn(|| {
            other
                .write(|tx| {
                    start.wait();
                    sleep(Duration::from_millis(500));
                    add_pupil(tx, 1)
                })
                .unwrap();
        });
        start.wait();
        o.db.write(|tx| add_pupil(tx, 2)).unwrap();
    });
    assert_eq!(count(&other, "pupil"), 2);
    let busy = other.write(|_| {
        // A change inside a change waits for itself: it is refused, not stuck.
        let own = other.write(|tx| add_pupil(tx, 3)).unwrap_err();
        let foreign = o.db.write(|tx| add_pupil(tx, 3)).unwrap_err();
        Ok::<_, DbError>([own.kind(), foreign.kind()])
    });
    assert_eq!(busy, Ok([ErrorKind::Busy; 2]));
    o.db.write(|tx| add_pupil(tx, 3)).unwrap();
    assert_eq!(count(&other, "pupil"), 3);
}

#[test]
fn a_group_that_cannot_be_committed_answers_no_to_all() {
    let o = sqlite();
    // The last of the group ends the transaction under the others.
    let end: Change<'_> = Box::new(|db| {
        let ended = db.write(|tx| tx.execute_batch("rollback"));
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Sql);
    });
    let first = with_a_group(&o, vec![end]);
    assert_eq!(first.unwrap_err().kind(), ErrorKind::Sql);
    assert_eq!(count(&o.db, "pupil"), 0);
    o.db.write(|tx| add_pupil(tx, 1)).unwrap();
    assert_eq!(count(&o.db, "pupil"), 1);
}

#[test]
fn a_long_change_does_not_join_a_group() {
    let o = sqlite();
    let alone: Change<'_> = Box::new(|db| {
        let seen = db.write_here(|tx| {
            // What waited before it is committed already: others see it too.
            assert_eq!(count(db, "pupil"), 1);
            add_pupil(tx, 1)?;
            Err::<(), _>(DbError::new(ErrorKind::Value, "on purpose"))
        });
        assert_eq!(seen.unwrap_err().kind(), ErrorKind::Value);
    });
    with_a_group(&o, vec![alone]).unwrap();
    assert_eq!(count(&o.db, "pupil"), 1);
}

#[test]
fn a_change_cannot_end_its_own_transaction() {
    let o = sqlite();
    let ended = o.db.write(|tx| {
        add_pupil(tx, 1)?;
        tx.execute_batch("rollback")
    });
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::Sql);
    o.db.write(|tx| add_pupil(tx, 2)).unwrap();
    assert_eq!(count(&o.db, "pupil"), 1);
}

#[test]
fn the_log_is_moved_into_the_file_and_starts_anew() {
    let o = sqlite();
    o.db.write(|tx| add_pupil(tx, 1)).unwrap();
    let mut largest = 0;
    for round in 0..30_i64 {
        o.db.write(|tx| {
            let rows = (0..20_000).map(|n| [1.into(), (round * 20_000 + n).into()]);
            tx.copy_in("mark", &["pupil", "day"], rows)
        })
        .unwrap();
        let log = std::fs::metadata(o.file("lasna.sqlite3-wal"))
            .unwrap()
            .len();
        largest = largest.max(log);
    }
    let file = std::fs::metadata(o.file("lasna.sqlite3")).unwrap().len();
    assert!(file > 8 << 20, "{file} bytes in the file");
    assert!(largest < 8 << 20, "{largest} bytes in the log");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_open_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let o = sqlite();
    let mode = std::fs::metadata(o.file("")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
