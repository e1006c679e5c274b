//! Imports that are prepared at the same time.
//!
//! A file that does something when it is read stands for the other operator, so that no story
//! depends on how fast a thread is.
//!
//! Invariant: what an import writes is the difference to what is in sight when it is written.

use crate::files::Files;
use crate::town::{everything, marks};
use crate::{both, import, noon};
use lasna_app::import::{Input, Options, Report};
use lasna_app::{App, AppError};
use lasna_store::db::Constraint;
use std::io::{Cursor, Read, Result, Seek, SeekFrom};

/// Bytes that do something before they are read.
struct Meanwhile {
    bytes: Cursor<Vec<u8>>,
    other: Option<Box<dyn FnOnce()>>,
}

impl Read for Meanwhile {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if let Some(other) = self.other.take() {
            other();
        }
        self.bytes.read(into)
    }
}

impl Seek for Meanwhile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.bytes.seek(to)
    }
}

/// Imports files; when the first of them is read, something else is done.
fn import_while(
    app: &App,
    files: &Files,
    other: impl FnOnce() + 'static,
) -> std::result::Result<Report, AppError> {
    let mut other: Option<Box<dyn FnOnce()>> = Some(Box::new(other));
    let input = |(name, bytes): (&String, &Vec<u8>)| Input {
        name: name.clone(),
        bytes: Box::new(Meanwhile {
            bytes: Cursor::new(bytes.clone()),
            other: other.take(),
        }),
    };
    let inputs = files.0.iter().map(input).collect();
    app.import(inputs, Options::default(), &mut |_| {})
}

const TRUANCY: &str = "p09,,2026-08-20,a7,08:15,,truancy,,,,";
const LEAVE: &str = "p09,,2026-08-20,a7,08:15,,leave,,,,";

#[test]
fn of_two_imports_against_one_state_the_second_fails_and_writes_nothing() {
    both("two", |node| {
        node.import(1, &everything());
        let inner = node.app(noon(2));
        let done = import_while(&node.app(noon(3)), &marks(&[LEAVE]), move || {
            let report = import(&inner, &marks(&[TRUANCY]), Options::default()).unwrap();
            assert_eq!(report.import_id, Some(2));
        });
        let error = done.unwrap_err();
        assert!(
            matches!(&error, AppError::Store(e) if e.breaks(Constraint::Unique))
                || matches!(&error, AppError::Import(_)),
            "{error:?}"
        );
        let rows = node.rows();
        assert_eq!((rows["import_batch"], rows["mark_fact"]), (2, 6));
        let facts = node.state().facts;
        assert!(facts.contains("truancy") && !facts.contains("leave"));
        // Given again it is compared with what is there now.
        let report = node.import(4, &marks(&[LEAVE]));
        assert_eq!(report.import_id, Some(3));
        assert_eq!(report.kinds["marks"].changed, 1);
    });
}

#[test]
fn of_two_first_imports_the_second_fails_and_writes_nothing() {
    both("two_first", |node| {
        let inner = node.app(noon(1));
        let done = import_while(&node.app(noon(1)), &everything(), move || {
            import(&inner, &everything(), Options::default()).unwrap();
        });
        done.unwrap_err();
        assert_eq!(node.count("import_batch"), 1);
        assert_eq!(node.rows()["person_version"], 30);
        assert_eq!(node.import(2, &everything()).import_id, None);
    });
}

#[test]
fn an_import_against_what_is_undone_meanwhile_fails_and_writes_nothing() {
    both("undone", |node| {
        node.import(1, &everything());
        node.import(2, &marks(&[TRUANCY]));
        let other = node.app(noon(3));
        // The file names the mark of the second import, too: against it, that is nothing new.
        let both_marks = marks(&[TRUANCY, "p10,,2026-08-20,a7,08:15,,leave,,,,"]);
        let done = import_while(&node.app(noon(4)), &both_marks, move || {
            other.undo_import(2).unwrap();
        });
        assert!(done.is_err(), "{done:?}");
        assert_eq!(node.count("import_batch"), 2);
        let report = node.import(5, &both_marks);
        assert_eq!(report.kinds["marks"].added, 2);
        let facts = node.state().facts;
        assert!(facts.contains("truancy") && facts.contains("leave"));
    });
}

#[test]
fn a_look_disturbs_nobody() {
    both("look", |node| {
        node.import(1, &everything());
        let inner = node.app(noon(2));
        let done = import_while(&node.app(noon(3)), &marks(&[LEAVE]), move || {
            let options = Options {
                dry_run: true,
                ..Options::default()
            };
            import(&inner, &marks(&[TRUANCY]), options).unwrap();
        });
        assert_eq!(done.unwrap().import_id, Some(2));
    });
}

#[test]
fn many_at_once_leave_whole_imports_only() {
    both("many", |node| {
        node.import(1, &everything());
        let (mut applied, mut marks_there) = (0, 5);
        let done: Vec<bool> = std::thread::scope(|s| {
            let threads: Vec<_> = (10..16)
                .map(|n| {
                    let app = node.app(noon(2));
                    s.spawn(move || {
                        let row = |start| format!("p{n},,2026-08-20,a7,{start},,truancy,,,,");
                        let files = marks(&[&row("08:15"), &row("09:15")]);
                        import(&app, &files, Options::default()).is_ok()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        for done in done {
            applied += i64::from(done);
            marks_there += 2 * i64::from(done);
        }
        assert!(applied >= 1);
        let rows = node.rows();
        assert_eq!(rows["import_batch"], 1 + applied);
        assert_eq!(rows["mark_fact"], marks_there);
    });
}
