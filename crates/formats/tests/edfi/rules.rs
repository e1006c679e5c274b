//! What categories, durations, class periods and calendars become, and what is refused.
//!
//! What it is not: counts of real files.
//!
//! Invariant: no minutes are guessed.

use super::{count, marks, read, read_with};
use lasna_domain::attendance::{Approval, MarkKind, Presence};
use lasna_formats::finding::Severity;
use lasna_formats::limits::Limits;
use lasna_formats::rows::{Row, RowAbout};
use proptest::prelude::*;

fn inside(records: &str) -> String {
    format!("<InterchangeX xmlns=\"http://ed-fi.org/5.2.0\">{records}</InterchangeX>")
}

fn event(category: &str, of_event: &str, after: &str) -> String {
    format!(
        "<StudentSchoolAttendanceEvent><AttendanceEvent><EventDate>2026-10-05</EventDate>\
         <AttendanceEventCategory>uri://x#{category}</AttendanceEventCategory>{of_event}\
         </AttendanceEvent><StudentReference><StudentIdentity><StudentUniqueId>p1\
         </StudentUniqueId></StudentIdentity></StudentReference><SchoolReference><SchoolIdentity>\
         <SchoolId>1</SchoolId></SchoolIdentity></SchoolReference>{after}\
         </StudentSchoolAttendanceEvent>"
    )
}

#[test]
fn categories_and_durations_become_marks() {
    let absent = |approval, minutes| MarkKind::new(Presence::Absent, approval, minutes).unwrap();
    let late = MarkKind::new(Presence::Late, Approval::NotNeeded, Some(5)).unwrap();
    let minutes = "<SchoolAttendanceDuration>5</SchoolAttendanceDuration>";
    let cases = [
        ("In Attendance", "", "", MarkKind::PRESENT, 100, None),
        (
            "Excused Absence",
            ".5",
            "",
            absent(Approval::Authorised, None),
            50,
            None,
        ),
        (
            "Unexcused Absence",
            "0.335",
            "",
            absent(Approval::Unauthorised, None),
            34,
            None,
        ),
        (
            "Unexcused Absence",
            "",
            "",
            absent(Approval::Unauthorised, None),
            100,
            Some("A06"),
        ),
        ("Tardy", "", minutes, late, 100, None),
        ("Tardy", "1", "", MarkKind::PRESENT, 100, Some("A08")),
        (
            "Early departure",
            "",
            minutes,
            absent(Approval::Unresolved, Some(5)),
            100,
            None,
        ),
        (
            "Partial",
            "0.25",
            "",
            absent(Approval::Unresolved, None),
            25,
            None,
        ),
        ("Partial", "", "", MarkKind::PRESENT, 100, Some("A08")),
    ];
    for (category, duration, after, kind, hundredths, warning) in cases {
        let of_event = format!("<EventDuration>{duration}</EventDuration>");
        let sink = read(inside(&event(category, &of_event, after)).as_bytes());
        let mark = marks(&sink)[0];
        assert_eq!(mark.kind, Some(kind), "{category} {duration}");
        assert_eq!(
            mark.about,
            RowAbout::Day { hundredths },
            "{category} {duration}"
        );
        assert_eq!(mark.source_code, category);
        assert_eq!(sink.findings.first().map(|finding| finding.code), warning);
    }
    for (category, duration, code) in [
        ("Lunch", "1", "A05"),
        ("Tardy", "1.5", "A04"),
        ("Tardy", "-1", "A04"),
        ("Tardy", "0", "A04"),
    ] {
        let of_event = format!("<EventDuration>{duration}</EventDuration>");
        let sink = read(inside(&event(category, &of_event, "")).as_bytes());
        assert!(sink.rows.is_empty());
        assert_eq!(
            (sink.findings[0].code, sink.findings[0].severity),
            (code, Severity::Rejected)
        );
    }
}

#[test]
fn a_section_event_is_about_the_lesson_of_its_class_period() {
    let section = |periods: &str, after: &str| {
        let event = event("Unexcused Absence", "", "").replace("School", "Section");
        let event = event.replace(
            "<SectionReference><SectionIdentity><SectionId>1</SectionId>",
            "<SectionReference><SectionIdentity><SectionIdentifier>7A</SectionIdentifier>\
             <CourseOfferingReference><CourseOfferingIdentity><SchoolReference><SchoolIdentity>\
             <SchoolId>1</SchoolId></SchoolIdentity></SchoolReference></CourseOfferingIdentity>\
             </CourseOfferingReference>",
        );
        let period = |name| {
            format!(
                "<ClassPeriodReference><ClassPeriodIdentity><ClassPeriodName>\
            {name}</ClassPeriodName></ClassPeriodIdentity></ClassPeriodReference>"
            )
        };
        let periods: String = periods.split_terminator('|').map(period).collect();
        let end = "</StudentSectionAttendanceEvent>";
        inside(&event.replace(end, &format!("{periods}{after}{end}")))
    };
    let sink = read(section("03 - Traditional|4", "").as_bytes());
    let about: Vec<&RowAbout> = marks(&sink).iter().map(|mark| &mark.about).collect();
    let class = || Some("7A".to_owned());
    assert_eq!(
        about,
        [
            &RowAbout::Ordinal {
                class: class(),
                ordinal: 3
            },
            &RowAbout::Ordinal {
                class: class(),
                ordinal: 4
            },
        ]
    );
    assert_eq!(marks(&sink)[0].school.as_deref(), Some("1"));
    let minutes = "<SectionAttendanceDuration>20</SectionAttendanceDuration>";
    let one = read(section("2", minutes).as_bytes());
    assert_eq!(marks(&one)[0].kind.unwrap().minutes(), Some(20));
    for (periods, after) in [("", ""), ("A", ""), ("1|2", minutes)] {
        let sink = read(section(periods, after).as_bytes());
        assert_eq!(
            (sink.rows.len(), sink.findings[0].code),
            (0, "A10"),
            "{periods}"
        );
    }
}

#[test]
fn associations_and_calendar_days_become_rows() {
    let student = "<StudentReference><StudentIdentity><StudentUniqueId>\
        p&#49;&amp;</StudentUniqueId>\
        </StudentIdentity></StudentReference>";
    let school = "<SchoolReference><SchoolIdentity><SchoolId>1</SchoolId></SchoolIdentity>\
        </SchoolReference>";
    let day = |event| {
        format!(
            "<CalendarDate><Date>2026-12-06</Date><CalendarEvent>uri://x#{event}\
        </CalendarEvent><CalendarReference><CalendarIdentity><CalendarCode>c</CalendarCode>{school}\
        </CalendarIdentity></CalendarReference></CalendarDate>"
        )
    };
    let text = inside(&format!(
        "<StudentSchoolAssociation>{student}{school}<EntryDate>2026-08-11</EntryDate>\
         <EntryGradeLevel>uri://x#Seventh grade</EntryGradeLevel>\
         <ExitWithdrawDate>2026-10-01</ExitWithdrawDate></StudentSchoolAssociation>{}{}{}",
        day("Holiday"),
        day("Make-up day"),
        day("Party")
    ));
    let sink = read(text.as_bytes());
    let Row::Role(role) = &sink.rows[0].1.value else {
        panic!("{:?}", sink.rows[0])
    };
    assert_eq!(
        (role.user.as_str(), role.org.as_str(), role.role.as_str()),
        ("p1&", "1", "student")
    );
    assert_eq!(role.to.unwrap().to_string(), "2026-10-01");
    let (Row::Class(class), Row::Enrolment(enrolment)) =
        (&sink.rows[1].1.value, &sink.rows[2].1.value)
    else {
        panic!("{:?}", sink.rows)
    };
    assert_eq!(
        (class.id.as_str(), class.kind.as_str(), &class.grades[..]),
        ("1/Seventh-grade", "homeroom", &["7".to_owned()][..])
    );
    assert_eq!(
        (&enrolment.class, enrolment.user.as_str()),
        (&class.id, "p1&")
    );
    assert_eq!(
        (enrolment.id.as_str(), enrolment.to),
        ("p1-/1/Seventh-grade/2026-08-11", role.to)
    );
    let days: Vec<bool> = sink.rows[1..]
        .iter()
        .filter_map(|(_, placed)| match &placed.value {
            Row::Calendar(row) => Some(row.school_day),
            _ => None,
        })
        .collect();
    assert_eq!((days, count(&sink, "A05")), (vec![false, true], 1));
}

#[test]
fn hostile_and_broken_files_are_fatal() {
    let many = inside(&"<Student/>".repeat(5));
    let deep = inside(&"<a>".repeat(100));
    let long = inside(&format!("<Student><X>{}</X></Student>", "x".repeat(100)));
    let open = inside(&format!("<Student x=\"{}", "x".repeat(300_000)));
    let with = |bytes_max, rows_max, field_bytes_max| Limits {
        bytes_max,
        rows_max,
        field_bytes_max,
        ..Limits::default()
    };
    let cases = [
        ("", with(1000, 10, 50), "A01"),
        ("<html/>", with(1000, 10, 50), "A01"),
        ("<InterchangeX><Student>", with(1000, 10, 50), "A01"),
        ("<InterchangeX></Student>", with(1000, 10, 50), "A01"),
        (
            "<!DOCTYPE x [<!ENTITY a \"b\">]><InterchangeX/>",
            with(1000, 10, 50),
            "A02",
        ),
        (
            "<InterchangeX><Student><X>&a;</X></Student></InterchangeX>",
            with(1000, 10, 50),
            "A02",
        ),
        (&many, with(20, 10, 50), "X01"),
        (&many, with(1000, 4, 50), "X02"),
        (&deep, with(1000, 10, 50), "X04"),
        (&long, with(1000, 10, 50), "X05"),
        (&open, with(1_000_000, 10, 50), "X05"),
    ];
    for (text, limits, code) in cases {
        let (sink, outcome) = read_with(text.as_bytes(), &limits);
        let last = sink.findings.last().unwrap();
        assert_eq!(
            (outcome.fatal, last.code, last.severity),
            (true, code, Severity::Fatal),
            "{text:.60}"
        );
    }
    let (sink, outcome) = read_with(many.as_bytes(), &with(1000, 5, 50));
    assert_eq!((outcome.fatal, count(&sink, "A03")), (false, 5));
}

proptest! {
    #[test]
    fn cut_files_are_fatal_and_never_more(cut in 0_usize..600, byte in any::<u8>()) {
        let whole = inside(&event("Tardy", "<EventDuration>1</EventDuration>", ""));
        let mut bytes = whole.into_bytes();
        if let Some(at) = bytes.get_mut(cut) {
            *at = byte;
        }
        let (sink, _) = read_with(&bytes, &Limits::default());
        prop_assert!(sink.rows.len() <= 1);
        bytes.truncate(cut.min(bytes.len() - 1));
        let (_, outcome) = read_with(&bytes, &Limits::default());
        prop_assert!(outcome.fatal);
    }
}
