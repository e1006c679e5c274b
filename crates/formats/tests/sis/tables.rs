//! The five tables: rows, refusals with their place, headers, limits.
//!
//! What it is not: mappings have their own tests.
//!
//! Invariant: a refused row never hides the row after it.

use super::{day, latin_1, marks, read, rows};
use lasna_domain::attendance::{Approval, MarkKind, Presence, Reason};
use lasna_domain::calendar::TimeOfDay;
use lasna_formats::finding::{Finding, Severity};
use lasna_formats::limits::Limits;
use lasna_formats::rows::{Collected, Row, RowAbout, RowState};
use lasna_formats::sis::{Table, preset, read_table};
use proptest::prelude::*;

fn canonical(table: Table, text: &str) -> Collected {
    let (sink, fatal) = read(table, &preset("canonical").unwrap(), text.as_bytes());
    assert!(!fatal, "{:?}", sink.findings);
    sink
}

fn codes(findings: &[Finding]) -> Vec<(u64, &str, &str)> {
    let column = |finding: &'_ Finding| finding.column.is_some();
    assert!(
        findings
            .iter()
            .all(|f| f.row == 0 || column(f) || ["C08", "C11"].contains(&f.code))
    );
    findings
        .iter()
        .map(|f| (f.row, f.code, f.column.as_deref().unwrap_or("")))
        .collect()
}

const MARKS: &str =
    "pupil,school,date,class,start,ordinal,code,minutes,day_part,known_at,withdrawn\n";

#[test]
fn the_canonical_tables_are_read() {
    let calendar = canonical(
        Table::Calendar,
        "school,date,school_day,label,known_at\n,2026-12-06,false,Itsenäisyyspäivä,\n",
    );
    assert!(matches!(rows(&calendar)[..], [Row::Calendar(row)]
        if row.school.is_none() && !row.school_day && row.label == "Itsenäisyyspäivä"));
    let lessons = canonical(
        Table::Lessons,
        "class,date,start,minutes,subject,teacher,cancelled,known_at\n\
         7A,2026-08-11,08:15,75,MA,,true,2026-08-01T00:00:00Z\n",
    );
    assert!(matches!(rows(&lessons)[..], [Row::Lesson(row)]
        if row.minutes == 75 && row.cancelled && row.teacher.is_none()
            && row.start == TimeOfDay(495) && row.known_at.is_some()));
    let registers = canonical(
        Table::Registers,
        "class,date,start,taken,by,known_at\n7A,2026-08-11,08:15,true,t1,\n",
    );
    assert!(matches!(rows(&registers)[..], [Row::Register(row)]
        if row.taken && row.by.as_deref() == Some("t1")));
    let timetables = canonical(
        Table::Timetables,
        "id,pupil,from,to,weekdays,start_from,start_to,subject,minutes,status,known_at\n\
         o1,p1,2026-10-01,,135,,24:00,,0,ended,\n",
    );
    assert!(matches!(rows(&timetables)[..], [Row::Timetable(row)]
        if row.state == RowState::Ended && row.weekdays == 0b1_0101 && row.minutes == 0
            && row.span.contains(day("2030-01-01")) && row.start_to == TimeOfDay(1440)));
}

#[test]
fn a_mark_is_about_a_lesson_a_number_or_a_day() {
    let text = "p1,s1,2026-08-11,7A,08:15,,health,,,2026-08-11T06:00:00Z,\n\
                p1,,2026-08-11,,,3,late,12,,,\n\
                p1,,2026-08-11,,,,unresolved,,0.5,,\n\
                p1,,2026-08-11,,,,unresolved,,,,\n\
                p1,,2026-08-11,7A,08:15,,health,,,,true\n\
                p1,,2026-08-11,7A,08:15,,comment,,,,\n";
    let sink = canonical(Table::Marks, &format!("{MARKS}{text}"));
    let marks = marks(&sink);
    let class = || Some("7A".to_owned());
    let about: Vec<RowAbout> = marks.iter().map(|mark| mark.about.clone()).collect();
    assert_eq!(
        about,
        [
            RowAbout::Lesson {
                class: class(),
                start: TimeOfDay(495)
            },
            RowAbout::Ordinal {
                class: None,
                ordinal: 3
            },
            RowAbout::Day { hundredths: 50 },
            RowAbout::Day { hundredths: 100 },
            RowAbout::Lesson {
                class: class(),
                start: TimeOfDay(495)
            },
        ]
    );
    let health = MarkKind::new(Presence::Absent, Approval::Authorised, None).ok();
    assert_eq!((marks[0].kind, marks[0].reason), (health, Reason::Health));
    assert_eq!(marks[1].kind.unwrap().minutes(), Some(12));
    assert_eq!((marks[4].kind, marks[4].reason), (None, Reason::Unknown));
    // The ignored comment is the sixth row: no row, and told once.
    assert_eq!(sink.read["marks"], 6);
    assert_eq!(codes(&sink.findings), [(0, "C14", "")]);
}

#[test]
fn wrong_rows_are_refused_with_their_place() {
    let cases = [
        ("p1,,2026-08-11,7A,08:15,,PX,,,,", "C02", "code"),
        ("p1,,11.8.2026,7A,08:15,,health,,,,", "C03", "date"),
        ("p1,,2026-08-11,7A,8,,health,,,,", "C04", "start"),
        ("p1,,2026-08-11,7A,08:15,,health,45.5,,,", "C05", "minutes"),
        ("p1,,2026-08-11,7A,08:15,,late,,,,", "C05", "minutes"),
        ("p1,,2026-08-11,7A,,0,health,,,,", "C06", "ordinal"),
        ("p1,,2026-08-11,,,,health,,1,,", "C06", "day_part"),
        ("p1,,2026-08-11,7A,08:15,,health,,", "C08", ""),
        (",,2026-08-11,7A,08:15,,health,,,,", "C09", "pupil"),
        ("p1,,2026-08-11,7A,08:15,,,,,,", "C09", "code"),
        ("p1,,2026-08-11,7A,08:15,,health,,0.5,,", "C10", "day_part"),
        ("p1,,2026-08-11,7A,,,health,,,,", "C10", "class"),
        (
            "p1,,2026-08-11,7A,08:15,,health,,,,perhaps",
            "C13",
            "withdrawn",
        ),
        (
            "p1,,2026-08-11,7A,08:15,,health,,,2026-08-11,",
            "C03",
            "known_at",
        ),
    ];
    for (row, code, column) in cases {
        let sink = canonical(
            Table::Marks,
            &format!("{MARKS}{row}\np1,,2026-08-11,,,1,health,,,,\n"),
        );
        assert_eq!(codes(&sink.findings), [(1, code, column)], "{row}");
        assert_eq!(sink.findings[0].severity, Severity::Rejected);
        assert_eq!((sink.rows.len(), sink.rows[0].1.row), (1, 2), "{row}");
    }
    let sink = canonical(Table::Marks, &format!("{MARKS}{}\n", cases[0].0));
    assert!(sink.findings[0].message.contains("\"PX\""));
    let header = "id,pupil,from,to,weekdays,start_from,start_to,subject,minutes,status,known_at\n";
    for (row, code) in [
        ("o,p,2026-10-01,2026-10-01,,,,,0,,", "C10"),
        ("o,p,2026-10-01,,,10:00,09:00,,0,,", "C10"),
        ("o,p,2026-10-01,,8,,,,0,,", "C06"),
        ("o,p,2026-10-01,,,,,,0,gone,", "C13"),
    ] {
        let sink = canonical(Table::Timetables, &format!("{header}{row}\n"));
        assert_eq!(sink.findings[0].code, code, "{row}");
    }
}

#[test]
fn headers_repeats_and_bytes_are_told() {
    let mapping = preset("canonical").unwrap();
    for (text, code) in [
        ("", "C01"),
        ("pupil,date\n", "C01"),
        ("pupil,date,code,code\n", "C01"),
    ] {
        let (sink, fatal) = read(Table::Marks, &mapping, text.as_bytes());
        assert!(fatal && sink.rows.is_empty());
        assert_eq!(
            (sink.findings[0].code, sink.findings[0].severity),
            (code, Severity::Fatal)
        );
    }
    assert_eq!(
        read(Table::Marks, &mapping, b"pupil\xFF\n").0.findings[0].code,
        "C07"
    );
    let bytes = b"\xEF\xBB\xBFpupil,date,code,mood\np1,2026-08-11,health,x\n\
        p1,2026-08-11,health,x\n\xFF,2026-08-11,health,x\n";
    let (sink, fatal) = read(Table::Marks, &mapping, bytes);
    assert!(!fatal);
    assert_eq!(
        codes(&sink.findings),
        [(0, "C12", "mood"), (2, "C11", ""), (3, "C07", "pupil")]
    );
    assert_eq!(sink.rows.len(), 2);
}

#[test]
fn each_limit_stops_the_file() {
    let mapping = preset("canonical").unwrap();
    let text = format!("{MARKS}{}", "p1,,2026-08-11,,,1,health,,,,\n".repeat(10));
    let open = format!("{MARKS}\"{}", "x".repeat(400_000));
    let small = Limits {
        field_bytes_max: 8,
        ..Limits::default()
    };
    let cases = [
        (
            &text,
            Limits {
                bytes_max: 100,
                ..Limits::default()
            },
            "X01",
        ),
        (
            &text,
            Limits {
                rows_max: 9,
                ..Limits::default()
            },
            "X02",
        ),
        (&text, small, "X05"),
        (&open, small, "X05"),
    ];
    for (text, limits, code) in cases {
        let mut sink = Collected::default();
        assert!(read_table(
            Table::Marks,
            "f",
            text.as_bytes(),
            &mapping,
            &limits,
            &mut sink
        ));
        assert_eq!(sink.findings.last().unwrap().code, code);
    }
    let (sink, _) = read(Table::Marks, &mapping, text.as_bytes());
    assert_eq!(sink.rows.len(), 10);
}

#[test]
fn a_primus_like_export_is_read_in_latin_1() {
    let mapping = preset("primus").unwrap();
    let text = "Oppilas;Koulu;Päivämäärä;Ryhmä;Alkaa;Tunti;Tuntimerkintä;Minuutit;Osuus päivästä;\
        Kirjattu;Poistettu\n77;Länsikoulu;3.9.2026;;;2;Selvittämätön;;;;ei\n\
        77;Länsikoulu;04.09.2026;;;;Ennalta anottu vapaa;;0,5;;\n";
    let bytes = latin_1(text);
    let (sink, fatal) = read(Table::Marks, &mapping, &bytes);
    assert!(!fatal && sink.findings.is_empty(), "{:?}", sink.findings);
    let marks = marks(&sink);
    assert_eq!(marks[0].school.as_deref(), Some("Länsikoulu"));
    assert_eq!(marks[0].source_code, "Selvittämätön");
    assert_eq!(marks[0].kind.unwrap().approval(), Approval::Unresolved);
    assert_eq!(
        (marks[1].day, &marks[1].about),
        (day("2026-09-04"), &RowAbout::Day { hundredths: 50 })
    );
    assert_eq!(marks[1].reason, Reason::Leave);
}

proptest! {
    #[test]
    fn any_bytes_give_each_row_once(
        bytes in "(p1|[,;\"\n:é=.-]|health|late|2026-08-11|08:15|true|1){0,99}"
    ) {
        let text = format!("{MARKS}{bytes}");
        for table in Table::ALL {
            let (sink, fatal) = read(table, &preset("canonical").unwrap(), text.as_bytes());
            let refused = sink.findings.iter().filter(|f| f.severity == Severity::Rejected).count();
            let read: u64 = sink.read.values().sum();
            prop_assert!(fatal || read as usize == sink.rows.len() + refused);
        }
    }
}

#[test]
fn another_separator_is_named_once_with_the_expected_one() {
    let canonical = preset("canonical").unwrap();
    let primus = preset("primus").unwrap();
    let tabs = MARKS.replace(',', "\t");
    let quoted = MARKS.replace(',', "\";\"");
    let quoted = format!("\"{}\"\n", quoted.trim());
    for (mapping, text, found, expected) in [
        (&canonical, MARKS.replace(',', ";"), ";", ","),
        (&canonical, tabs, "\\t", ","),
        (&canonical, quoted, ";", ","),
        (&canonical, "Oppilas;Päivä;Merkintä\n".to_owned(), ";", ","),
        (
            &primus,
            "Oppilas,Koulu,Tuntimerkintä\n".to_owned(),
            ",",
            ";",
        ),
    ] {
        let (sink, fatal) = read(Table::Marks, mapping, text.as_bytes());
        assert!(fatal, "{text}");
        let [finding] = &sink.findings[..] else {
            panic!("{text}: {:?}", sink.findings);
        };
        assert_eq!((finding.code, finding.severity), ("C16", Severity::Fatal));
        let values = [
            ("found", found.to_owned()),
            ("expected", expected.to_owned()),
        ];
        assert_eq!(finding.values, values, "{text}");
        assert!(
            finding
                .message
                .contains(&format!("delimiter = \"{found}\""))
        );
    }
    // The right separator with a column missing, or a column whose name has another sign in it.
    for text in ["pupil,date\n", "pupil,date,what;else\n", "a\n", "a;b\n"] {
        let (sink, fatal) = read(Table::Marks, &canonical, text.as_bytes());
        assert!(
            fatal && sink.findings.iter().all(|f| f.code == "C01"),
            "{text}: {:?}",
            sink.findings
        );
    }
}
