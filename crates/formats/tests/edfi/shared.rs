//! The shared files of one district, against counts made with another program.
//!
//! What it is not: rules for files that are not among them.
//!
//! Invariant: the figures are counts of the files by another program.

use super::{count, marks, read};
use lasna_domain::attendance::{Approval, Presence};
use lasna_domain::calendar::Day;
use lasna_formats::rows::{MarkRow, Row, SessionRow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn shared(name: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("LASNA_SHARED")
        .map_or_else(|| PathBuf::from("../../../shared"), PathBuf::from);
    let bytes = std::fs::read(root.join("data/edfi").join(name)).ok();
    if bytes.is_none() {
        println!("skipped: {name} is not in the shared data; set LASNA_SHARED");
    }
    bytes
}

#[test]
fn the_shared_attendance_events_are_as_counted() {
    let Some(bytes) = shared("StudentSchoolAttendance.xml") else {
        return;
    };
    let sink = read(&bytes);
    let marks = marks(&sink);
    assert_eq!((marks.len(), sink.read["marks"]), (1917, 1917));
    let pupils: BTreeSet<&str> = marks.iter().map(|mark| mark.pupil.as_str()).collect();
    let schools: BTreeSet<&str> = marks
        .iter()
        .filter_map(|mark| mark.school.as_deref())
        .collect();
    assert_eq!((pupils.len(), schools.len()), (227, 3));
    let days: BTreeSet<Day> = marks.iter().map(|mark| mark.day).collect();
    let ends = (
        days.first().unwrap().to_string(),
        days.last().unwrap().to_string(),
    );
    assert_eq!(ends, ("2021-08-23".to_owned(), "2022-05-27".to_owned()));
    let mut categories: BTreeMap<&str, usize> = BTreeMap::new();
    for mark in &marks {
        *categories.entry(&mark.source_code).or_default() += 1;
    }
    let expected = [
        ("Excused Absence", 1077),
        ("Partial", 1),
        ("Tardy", 66),
        ("Unexcused Absence", 773),
    ];
    assert_eq!(categories.into_iter().collect::<Vec<_>>(), expected);
    // The 67 without a share of the day have minutes instead: latenesses and the one part.
    let with_minutes = marks
        .iter()
        .filter(|mark| mark.kind.unwrap().minutes().is_some());
    assert_eq!(with_minutes.count(), 67);
    let late = |mark: &&&MarkRow| mark.kind.unwrap().presence() == Presence::Late;
    assert_eq!(marks.iter().filter(late).count(), 66);
    let absent = |approval| {
        marks
            .iter()
            .filter(|m| m.kind.unwrap().approval() == approval)
            .count()
    };
    assert_eq!(absent(Approval::Authorised), 1077);
    assert_eq!(absent(Approval::Unauthorised), 773);
    assert_eq!(absent(Approval::Unresolved), 1);
    assert_eq!((count(&sink, "A07"), sink.findings.len()), (1, 1));
    assert!(!format!("{sink:?}").contains("Absent excused"));
}

#[test]
fn the_shared_pupils_schools_and_sessions_are_as_counted() {
    if let Some(bytes) = shared("Student.xml") {
        let sink = read(&bytes);
        let ids: BTreeSet<&str> = sink
            .rows
            .iter()
            .filter_map(|(_, placed)| match &placed.value {
                Row::User(user) => Some(user.id.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!((sink.rows.len(), ids.len()), (960, 960));
        assert_eq!(count(&sink, "A09"), 1);
    }
    if let Some(bytes) = shared("EducationOrganization.xml") {
        let sink = read(&bytes);
        let orgs: Vec<(&str, &str, Option<&str>)> = sink
            .rows
            .iter()
            .filter_map(|(_, placed)| match &placed.value {
                Row::Org(org) => Some((org.id.as_str(), org.kind.as_str(), org.parent.as_deref())),
                _ => None,
            })
            .collect();
        let district = Some("255901");
        assert_eq!(
            orgs,
            [
                ("255901", "district", None),
                ("255901001", "school", district),
                ("255901044", "school", district),
                ("255901107", "school", district),
            ]
        );
    }
    if let Some(bytes) = shared("EducationOrgCalendar.xml") {
        let sink = read(&bytes);
        let sessions: Vec<&SessionRow> = sink
            .rows
            .iter()
            .filter_map(|(_, placed)| match &placed.value {
                Row::Session(session) => Some(session),
                _ => None,
            })
            .collect();
        let ids: BTreeSet<&str> = sessions.iter().map(|session| session.id.as_str()).collect();
        let semesters = sessions
            .iter()
            .filter(|session| session.kind == "semester")
            .count();
        assert_eq!((ids.len(), semesters), (24, 6));
        assert!(sessions.iter().all(|session| session.school_year == 2022));
        assert_eq!(sessions[0].span.to.to_string(), "2021-12-18");
        // The two days are of a calendar of single pupils.
        assert_eq!((sink.rows.len(), count(&sink, "A11")), (24, 2));
    }
}
