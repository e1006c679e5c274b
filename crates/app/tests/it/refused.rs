//! Rows that are refused: where, why, and that the rest is applied.
//!
//! Invariant: a refused row alters nothing.

use crate::both;
use crate::files::Files;
use crate::town::everything;
use lasna_formats::finding::Severity;

/// File, row, column, code.
type Case = (
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
);

const MARKS: &[Case] = &[
    (
        "marks.csv",
        "nobody,,2026-08-12,a7,08:15,,health,,,,",
        Some("pupil"),
        "R01",
    ),
    (
        "marks.csv",
        ",,2026-08-12,a7,08:15,,health,,,,",
        Some("pupil"),
        "C09",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a9,08:15,,health,,,,",
        Some("class"),
        "R02",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,,,3,health,,,,",
        Some("start"),
        "R04",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,,07:00,,health,,,,",
        Some("start"),
        "R04",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,08:15,,unheard,,,,",
        Some("code"),
        "C02",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,08:15,,,,,,",
        Some("code"),
        "C09",
    ),
    (
        "marks.csv",
        "p05,,12.8.2026,a7,08:15,,health,,,,",
        Some("date"),
        "C03",
    ),
    (
        "marks.csv",
        "p05,,2026-02-30,a7,08:15,,health,,,,",
        Some("date"),
        "C03",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,08:15,,health,,,yesterday,",
        Some("known_at"),
        "C03",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,25:00,,health,,,,",
        Some("start"),
        "C04",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,08:15,,late,,,,",
        Some("minutes"),
        "C05",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,08:15,,late,ten,,,",
        Some("minutes"),
        "C05",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,,,0,health,,,,",
        Some("ordinal"),
        "C06",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,,,,health,,1,,",
        Some("day_part"),
        "C06",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,,,health,,,,",
        Some("class"),
        "C10",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,08:15,,health,,50,,",
        Some("day_part"),
        "C10",
    ),
    (
        "marks.csv",
        "p05,,2026-08-12,a7,08:15,,health,,,,perhaps",
        Some("withdrawn"),
        "C13",
    ),
    ("marks.csv", "p05,,2026-08-12,a7,08:15,,health", None, "C08"),
];

const OTHERS: &[Case] = &[
    (
        "calendar.csv",
        "nowhere,2026-08-25,true,,",
        Some("school"),
        "R03",
    ),
    ("calendar.csv", ",25.8.2026,true,,", Some("date"), "C03"),
    (
        "calendar.csv",
        ",2026-08-25,perhaps,,",
        Some("school_day"),
        "C13",
    ),
    (
        "lessons.csv",
        "a9,2026-08-24,10:15,45,MA,,,",
        Some("class"),
        "R02",
    ),
    (
        "lessons.csv",
        "a7,2026-08-24,10:15,,MA,,,",
        Some("minutes"),
        "C09",
    ),
    (
        "lessons.csv",
        "a7,2026-08-24,10:15,0,MA,,,",
        Some("minutes"),
        "C05",
    ),
    (
        "lessons.csv",
        "a7,2026-08-24,23:50,45,MA,,,",
        Some("minutes"),
        "C10",
    ),
    (
        "registers.csv",
        "a9,2026-08-24,08:15,true,,",
        Some("class"),
        "R02",
    ),
    (
        "registers.csv",
        "b7,2026-08-24,noon,true,,",
        Some("start"),
        "C04",
    ),
    (
        "registers.csv",
        "b7,2026-08-24,08:15,,,",
        Some("taken"),
        "C09",
    ),
    (
        "timetables.csv",
        "plan-2,nobody,2026-08-17,,,,,,0,active,",
        Some("pupil"),
        "R01",
    ),
    (
        "timetables.csv",
        "plan-2,p06,2026-08-17,2026-08-17,,,,,0,active,",
        Some("to"),
        "C10",
    ),
    (
        "timetables.csv",
        "plan-2,p06,2026-08-17,,8,,,,0,active,",
        Some("weekdays"),
        "C06",
    ),
    (
        "timetables.csv",
        "plan-2,p06,2026-08-17,,,,,,0,paused,",
        Some("status"),
        "C13",
    ),
    (
        "users.csv",
        "p25,,,perhaps,p25,,A,B,,,,,,,7,,,,,,,school-a,",
        Some("enabledUser"),
        "E11",
    ),
    (
        "users.csv",
        "p26,,,true,p26,,,B,,,,,,,7,,,,,,,school-a,",
        Some("givenName"),
        "E10",
    ),
    (
        "users.csv",
        "p24,,,true,p25,,A,B,,,,,,,7,,,,,,,school-a,",
        Some("sourcedId"),
        "E14",
    ),
    (
        "enrollments.csv",
        "e-x0,,,a9,school-a,p01,student,,,",
        Some("classSourcedId"),
        "E15",
    ),
    (
        "enrollments.csv",
        "e-x1,,,a7,school-a,p99,student,,,",
        Some("userSourcedId"),
        "E15",
    ),
    (
        "enrollments.csv",
        "e-x2,,,a7,town,p01,student,,,",
        Some("schoolSourcedId"),
        "E20",
    ),
    (
        "enrollments.csv",
        "e-x3,,,a7,school-a,p01,student,,8/11/2026,",
        Some("beginDate"),
        "E10",
    ),
    (
        "enrollments.csv",
        "e-x4,,,a7,school-a,p01,student,,2026-08-11,2026-08-11",
        Some("endDate"),
        "E19",
    ),
];

/// Which of the cases are refusals of the row: a fault of an optional value only empties it.
fn refuses(case: &Case) -> bool {
    !matches!(case.2, Some("beginDate"))
}

#[test]
fn a_refused_row_has_its_place_and_its_code() {
    both("refused", |node| {
        let files = everything();
        node.import(1, &files);
        let state = node.state();
        for case in MARKS.iter().chain(OTHERS).filter(|case| refuses(case)) {
            let (file, row, column, code) = *case;
            let report = node.import(2, &files.clone().add(file, row));
            assert_eq!(report.rejected.len(), 1, "{row}: {:?}", report.rejected);
            let finding = &report.rejected[0];
            assert_eq!(finding.file, file, "{row}");
            assert_eq!(finding.row, files.rows(file) + 1, "{row}");
            assert_eq!(finding.column.as_deref(), column, "{row}");
            assert_eq!(finding.code, code, "{row}");
            assert_eq!(finding.severity, Severity::Rejected, "{row}");
            assert!(finding.message.len() > 10, "{row}: {}", finding.message);
            let kind = file.trim_end_matches(".csv");
            let c = report.kinds[kind];
            assert_eq!((c.rejected, c.read), (1, finding.row), "{row}");
            assert_eq!((report.import_id, c.altering()), (None, 0), "{row}");
        }
        assert_eq!(node.state(), state);
    });
}

#[test]
fn the_rest_of_a_file_with_refused_rows_is_applied() {
    both("rest", |node| {
        let mut files = everything();
        let clean = files.clone();
        // First in their files, so that a reader that stops would be noticed.
        for (file, row, ..) in MARKS.iter().chain(OTHERS).filter(|case| refuses(case)) {
            let text = files.text(file).to_owned();
            let (header, rest) = text.split_once('\n').unwrap();
            // The second of two rows with one id is the refused one: it stays behind.
            let mixed = match row.starts_with("p24,") {
                true => format!("{text}{row}\n"),
                false => format!("{header}\n{row}\n{rest}"),
            };
            files = files.with(file, &mixed);
        }
        let report = node.import(1, &files);
        assert_eq!(report.import_id, Some(1));
        let refused = MARKS.iter().chain(OTHERS).filter(|case| refuses(case));
        assert_eq!(report.rejected.len(), refused.count());
        let (rows, state) = (node.rows(), node.state());
        both("clean", |other| {
            let report = other.import(1, &clean);
            assert_eq!(report.rejected, []);
            assert_eq!(other.state(), state);
            assert_eq!(other.rows(), rows);
        });
    });
}

#[test]
fn a_fault_of_an_optional_value_leaves_only_the_value_out() {
    both("optional", |node| {
        let (file, row, column, code) = OTHERS.iter().find(|case| !refuses(case)).unwrap();
        let report = node.import(1, &everything().add(file, row));
        assert_eq!(report.rejected, []);
        let told = report.warnings.iter().find(|f| f.code == *code).unwrap();
        assert_eq!(told.column.as_deref(), *column);
        assert_eq!(report.kinds["enrollments"].added, 31);
    });
}

#[test]
fn mended_rows_are_taken_by_themselves() {
    both("mended", |node| {
        let files = everything().add("marks.csv", "p05,,2026-08-12,a7,08:15,,unheard,,,,");
        let report = node.import(1, &files);
        assert_eq!(report.rejected.len(), 1);
        let header = files.text("marks.csv").lines().next().unwrap();
        let mended = format!(
            "{header},problem\np05,,2026-08-12,a7,08:15,,health,,,,,code: C02 it was unheard\n"
        );
        let report = node.import(2, &Files::one("marks.rejected.csv", &mended));
        assert_eq!(report.rejected, []);
        assert_eq!(report.kinds["marks"].added, 1);
    });
}

#[test]
fn a_text_that_no_database_holds_refuses_its_row_only() {
    both("nul", |node| {
        for (file, old, new) in [
            ("users.csv", ",Givenp07,", ",Given\0p07,"),
            ("users.csv", "p07,,,true,p07,", "p07,,,true,p\u{0}07,"),
            (
                "lessons.csv",
                "a7,2026-08-24,09:15,45,AI",
                "a7,2026-08-24,09:15,45,A\0I",
            ),
            ("calendar.csv", "2026-08-24,true,", "2026-08-24,true,A\0"),
            ("marks.csv", "q01,school-b", "q\u{0}01,school-b"),
        ] {
            let files = everything().replace(file, old, new);
            let report = node.import(1, &files);
            assert!(report.import_id.is_some(), "{new:?}");
            node.app(crate::noon(2))
                .undo_import(report.import_id.unwrap())
                .unwrap();
            let told = report.rejected.iter().chain(&report.warnings);
            assert!(told.clone().any(|f| f.file == file), "{new:?}");
            assert!(told.clone().all(|f| !f.message.contains('\0')), "{new:?}");
        }
    });
}
