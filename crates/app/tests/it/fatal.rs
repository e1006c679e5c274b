//! A file that cannot be used as a whole stops everything.
//!
//! Invariant: after it nothing is changed, whatever else was in the import.

use crate::both;
use crate::files::Files;
use crate::town::everything;
use crate::{import, noon};
use lasna_app::import::Options;
use lasna_formats::finding::Severity;
use lasna_formats::limits::Limits;

/// Name, text and the code that is expected.
const CASES: [(&str, &str, &str); 9] = [
    (
        "marks.csv",
        "pupil,date,start\np01,2026-08-11,08:15\n",
        "C01",
    ),
    ("marks.csv", "", "C01"),
    (
        "marks.csv",
        "pupil,date,code,code\np01,2026-08-11,health,\n",
        "C01",
    ),
    ("lessons.csv", "class,date\na7,2026-08-11\n", "C01"),
    ("roster.zip", "this is no zip", "E01"),
    ("mapping.toml", "[mapping\n", "P01"),
    (
        "mapping.toml",
        "[mapping]\nversion = 1\nunheard = 2\n",
        "P02",
    ),
    (
        "manifest.csv",
        "propertyName,value\nmanifest.version,9\n",
        "E02",
    ),
    ("Student.xml", "no xml at all", "A01"),
];

/// A good import with more than was there before, and one bad file in it.
fn spoilt(name: &str, text: &str) -> Files {
    everything()
        .add("users.csv", &crate::town::user("p30", 'a', ","))
        .add("calendar.csv", ",2026-08-25,true,,")
        .with(name, text)
}

#[test]
fn one_bad_file_stops_all_of_the_import() {
    both("fatal", |node| {
        node.import(1, &everything());
        let before = (node.rows(), node.state());
        for (name, text, code) in CASES {
            let report = node.import(2, &spoilt(name, text));
            assert!(report.is_fatal(), "{name} {text}");
            assert_eq!(report.import_id, None, "{name} {text}");
            let fatal = report
                .rejected
                .iter()
                .filter(|finding| finding.severity == Severity::Fatal);
            let codes: Vec<(&str, &str)> = fatal.map(|f| (f.file.as_str(), f.code)).collect();
            assert!(codes.contains(&(name, code)), "{name} {text}: {codes:?}");
            assert_eq!((node.rows(), node.state()), before, "{name} {text}");
        }
    });
}

#[test]
fn a_crossed_limit_stops_all_of_the_import() {
    let limits = Limits::default();
    let cases = [
        (
            "X01",
            Limits {
                bytes_max: 200,
                ..limits
            },
        ),
        (
            "X02",
            Limits {
                rows_max: 4,
                ..limits
            },
        ),
        (
            "X05",
            Limits {
                field_bytes_max: 8,
                ..limits
            },
        ),
    ];
    both("limits", |node| {
        for (code, limits) in cases {
            let options = Options {
                limits,
                ..Options::default()
            };
            let report = import(&node.app(noon(1)), &everything(), options).unwrap();
            assert!(report.is_fatal(), "{code}");
            let codes: Vec<&str> = report.rejected.iter().map(|f| f.code).collect();
            assert!(codes.contains(&code), "{code}: {codes:?}");
            assert_eq!(node.count("import_batch"), 0, "{code}");
            assert_eq!(node.count("entity"), 0, "{code}");
        }
    });
}

#[test]
fn a_fatal_look_is_audited_as_a_look() {
    both("audited", |node| {
        node.app(noon(1));
        let before = node.count("audit");
        node.import(1, &Files::one("marks.csv", ""));
        assert_eq!(node.count("audit"), before + 1);
    });
}

#[test]
fn an_import_that_cannot_be_recorded_does_not_happen() {
    both("unrecorded", |node| {
        node.import(1, &everything());
        let rows = node.rows();
        node.meddle("drop table audit");
        let files = everything().add("marks.csv", "p09,,2026-08-20,a7,08:15,,truancy,,,,");
        import(&node.app(noon(2)), &files, Options::default()).unwrap_err();
        node.app(noon(2)).undo_import(1).unwrap_err();
        assert_eq!(node.rows(), rows);
    });
}
