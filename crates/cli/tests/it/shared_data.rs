//! The shared real files, through the program, against counts made by counting text.
//!
//! Invariant: every count is of elements or lines of the file itself, not of our reader.

use crate::cast::{Lasna, on_both, sum};
use lasna_testkit::shared::shared_path;
use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How often an element begins in a text.
fn elements(text: &str, name: &str) -> u64 {
    let begins = format!("<{name}");
    let ends = |rest: &str| rest.starts_with([' ', '>', '/', '\n', '\r', '\t']);
    text.match_indices(&begins)
        .filter(|(at, _)| ends(&text[at + begins.len()..]))
        .count() as u64
}

/// Data lines of a file of a bundle.
fn lines(zip: &Path, name: &str) -> u64 {
    let mut archive = zip::ZipArchive::new(File::open(zip).unwrap()).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.count() as u64 - 1
}

#[test]
fn the_district_is_as_many_as_its_files_say() {
    let Some(folder) = shared_path("data/edfi") else {
        return;
    };
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let events = text("StudentSchoolAttendance.xml");
    let marks = elements(&events, "StudentSchoolAttendanceEvent");
    let students = elements(&text("Student.xml"), "Student");
    let organisations = text("EducationOrganization.xml");
    let orgs =
        elements(&organisations, "School") + elements(&organisations, "LocalEducationAgency");
    let calendar = text("EducationOrgCalendar.xml");
    let dates = elements(&calendar, "CalendarDate");
    let pupils: BTreeSet<&str> = events
        .split("<StudentUniqueId>")
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
        .collect();
    println!(
        "{marks} events of {} pupils, {students} students",
        pupils.len()
    );
    on_both("edfi", |lasna| {
        // The two days of a calendar of single pupils are refused.
        let report = lasna.import_with_code(&[&folder], 1);
        let read = |kind: &str| report["kinds"][kind]["read"].as_u64().unwrap();
        assert_eq!((read("marks"), read("users")), (marks, students));
        assert_eq!((read("orgs"), read("calendar")), (orgs, dates));
        let added = report["kinds"]["marks"]["added"].as_u64().unwrap();
        // One pupil has two events on a day: the later one counts.
        assert_eq!(added, marks - 1);
        let facts = String::from_utf8(lasna.export()[1].clone()).unwrap();
        let stored: Vec<&str> = facts
            .lines()
            .filter(|line| line.starts_with("mark,"))
            .collect();
        assert_eq!(stored.len() as u64, marks - 1);
        let of: BTreeSet<&str> = stored
            .iter()
            .filter_map(|line| line.split(',').nth(1))
            .collect();
        assert_eq!(of, pupils);

        let before = lasna.export();
        let again = lasna.import_with_code(&[&folder], 1);
        assert!(again["import_id"].is_null(), "{again}");
        assert_eq!(
            sum(&again, "added") + sum(&again, "changed") + sum(&again, "ended"),
            0
        );
        assert!(lasna.export() == before);
        // Its marks are of days: they go out as tables and come in again elsewhere.
        let out = lasna.path("out");
        lasna.run(&["export", "--out", out.to_str().unwrap()]).ok();
        let elsewhere = Lasna::on_sqlite();
        let report = elsewhere.import(&[&out]);
        assert_eq!(report["kinds"]["marks"]["added"], marks - 1);
        lasna.run(&["import", "undo", "1"]).ok();
        let empty = Lasna::on_sqlite().export();
        assert!(lasna.export() == empty, "the undo left something");
    });
}

#[test]
fn the_shared_bundles_are_as_many_as_their_lines() {
    let bundles = [
        "catalyst_Test_minimal_data_set.zip",
        "catalyst_Test_full_data_set.zip",
    ];
    for name in bundles {
        let Some(zip) = shared_path(&format!("data/oneroster/{name}")) else {
            return;
        };
        on_both("oneroster", |lasna| {
            let report = lasna.import_with_code(&[&zip], 1);
            for kind in [
                "orgs",
                "academicSessions",
                "classes",
                "users",
                "enrollments",
            ] {
                let read = report["kinds"][kind]["read"].as_u64().unwrap();
                assert_eq!(read, lines(&zip, &format!("{kind}.csv")), "{name} {kind}");
            }
            let before = lasna.export();
            let again = lasna.import_with_code(&[&zip], 1);
            assert!(again["import_id"].is_null(), "{name}: {again}");
            assert!(lasna.export() == before);
        });
    }
}

#[test]
fn the_shared_bundle_with_wrong_headers_changes_nothing() {
    let Some(zip) = shared_path("data/oneroster/catalyst_v1p2_full_dataset.zip") else {
        return;
    };
    let lasna = Lasna::on_sqlite();
    let report = lasna.import_with_code(&[&zip], 1);
    assert!(report["import_id"].is_null());
    let places: Vec<(&str, &str)> = report["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["code"].as_str().unwrap(), f["file"].as_str().unwrap()))
        .collect();
    assert_eq!(places, [("E05", "users.csv"), ("E05", "roles.csv")]);
}

#[test]
fn a_saved_page_of_marks_is_read_for_the_pupil_it_is_named_after() {
    let Some(page) = shared_path("data/wilma/lesson_notes.html") else {
        return;
    };
    let made = crate::cast::municipality(60, 6);
    let lasna = Lasna::on_sqlite();
    lasna.import(&[made.path()]);
    let named = lasna.path("s0001-p0001.html");
    fs::copy(&page, &named).unwrap();
    let report = lasna.import_with_code(&[&named], 1);
    // The pupil is known; the lessons of another school's page are not.
    let printed = fs::read_to_string(&page).unwrap();
    assert!(elements(&printed, "td") > 50);
    assert_eq!(report["kinds"]["marks"]["read"], 14, "{report}");
    let codes: BTreeSet<&str> = report["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["code"].as_str().unwrap())
        .collect();
    assert!(!codes.contains("R01"), "{report}");
}

/// Associations of every pupil of the shared file with the first school that it names.
fn associations(events: &str) -> String {
    let mut pupils = BTreeSet::new();
    for event in events.split("<StudentSchoolAttendanceEvent>").skip(1) {
        let after = |tag: &str| {
            event
                .split(tag)
                .nth(1)
                .and_then(|rest| rest.split('<').next())
        };
        if let (Some(pupil), Some(school)) = (after("<StudentUniqueId>"), after("<SchoolId>")) {
            pupils.insert((pupil, school));
        }
    }
    let body: String = pupils
        .iter()
        .map(|(pupil, school)| {
            format!(
                "<StudentSchoolAssociation><StudentReference><StudentIdentity><StudentUniqueId>\
                 {pupil}</StudentUniqueId></StudentIdentity></StudentReference><SchoolReference>\
                 <SchoolIdentity><SchoolId>{school}</SchoolId></SchoolIdentity></SchoolReference>\
                 <EntryDate>2021-08-11</EntryDate><EntryGradeLevel>uri://x#Seventh grade\
                 </EntryGradeLevel></StudentSchoolAssociation>"
            )
        })
        .collect();
    format!("<InterchangeStudentEnrollment>{body}</InterchangeStudentEnrollment>")
}

#[test]
fn the_districts_days_of_absence_become_minutes() {
    let Some(folder) = shared_path("data/edfi") else {
        return;
    };
    let lasna = Lasna::on_sqlite();
    let events = fs::read_to_string(folder.join("StudentSchoolAttendance.xml")).unwrap();
    let enrolment = lasna.path("StudentEnrollment.xml");
    fs::write(&enrolment, associations(&events)).unwrap();
    // The two school days of the shared calendar are none of a school: all weekdays are.
    let mut calendar = "date,school_day\n".to_owned();
    let mut day = "2021-08-23".parse::<lasna_domain::calendar::Day>().unwrap();
    while day <= "2022-05-27".parse().unwrap() {
        calendar.push_str(&format!("{day},{}\n", (day.0 + 3).rem_euclid(7) < 5));
        day = day.next();
    }
    let file = lasna.path("calendar.csv");
    fs::write(&file, calendar).unwrap();
    lasna.import_with_code(&[&folder, &enrolment, &file], 1);
    let rows = lasna.json(&["figures", "--level", "provider", "--as-of", "2022-05-27"]);
    let minutes = |field: &str| rows[0][field].as_u64().unwrap();
    println!("{rows}");
    assert_eq!(rows[0]["denominator"], "norm");
    // Six lessons of 45 minutes a day in grade 7; of the pupil with two events on a day one counts.
    let absence = |kind: &str| events.matches(&format!("#{kind} Absence<")).count() as u64;
    assert_eq!(minutes("unauthorised"), absence("Unexcused") * 270);
    assert_eq!(minutes("authorised"), (absence("Excused") - 1) * 270);
    assert!(minutes("late") > 0);
    let away: BTreeSet<&str> = events
        .split("<StudentSchoolAttendanceEvent>")
        .filter(|event| event.contains(" Absence<") || event.contains("#Partial<"))
        .filter_map(|event| event.split("<StudentUniqueId>").nth(1)?.split('<').next())
        .collect();
    let pupils = lasna.json(&["figures", "--level", "pupil", "--as-of", "2022-05-27"]);
    let rows = pupils.as_array().unwrap().iter();
    let found = rows.filter(|row| row["absent"] != 0);
    let found: BTreeSet<&str> = found.map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(found, away);
}
