//! Checks of single rows: form, values, status, and the warnings.
//!
//! Invariant: a wrong value of an optional field never costs the row.

use super::*;
use crate::bundle::DEMOGRAPHICS;
use lasna_formats::rows::RowState;

#[test]
fn e08_records_cut_wrongly() {
    let rows = check(
        &[(USERS, "Olli", "\"Ol\nli\"")],
        &[
            "E08 users.csv:3 R",
            "E15 roles.csv:3 R",
            "E15 enrollments.csv:2 R",
        ],
    );
    assert_eq!(rows.len(), 11);
    for broken in ["Ol\"li", "\"Olli\"x", "Olli,x,x,x,x,x"] {
        check(
            &[(USERS, "Olli", broken)],
            &[
                "E08 users.csv:3 R",
                "E15 roles.csv:3 R",
                "E15 enrollments.csv:2 R",
            ],
        );
    }
    check(&[(ORGS, "muni1\n", "muni1,,,\n")], &[]);
    check(&[(ORGS, "district,,\n", "district\n")], &[]);
}

#[test]
fn e09_a_file_without_rows_is_not_a_file_whose_records_all_ended() {
    let mut files = Files::minimal();
    files.edit(
        ENROLMENTS,
        "e1,,,cls7a,sch1,stu1,student,,2026-08-11,2026-12-23\n",
        "",
    );
    files.edit(
        ENROLMENTS,
        "e2,,,cls7a,sch1,tch1,teacher,true,2026-08-11,2026-12-23\n",
        "",
    );
    check_files(&files, &["E09 enrollments.csv:0 R", "W07 roles.csv:1 W"]);
    assert_eq!(
        files.read(&Limits::default()).0.mode(FileKind::Enrolments),
        Mode::Absent
    );
}

#[test]
fn e10_values_missing_or_of_the_wrong_form() {
    let enrolment = ["E10 enrollments.csv:1 R", "W07 roles.csv:1 W"];
    check(&[(ENROLMENTS, "stu1,student", "stu1,")], &enrolment);
    check(
        &[(CLASSES, "7A,7,crs1", ",7,crs1")],
        &[
            "E10 classes.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "W07 roles.csv:1 W",
        ],
    );
    let term = [
        "E10 academicSessions.csv:2 R",
        "E15 classes.csv:1 R",
        "E15 enrollments.csv:1 R",
        "E15 enrollments.csv:2 R",
        "W07 roles.csv:1 W",
    ];
    for wrong in ["11/08/2026", "11.8.2026", "2026-02-30", "tomorrow"] {
        check(&[(SESSIONS, "2026-08-11", wrong)], &term);
    }
    check(&[(SESSIONS, "sy27,2027", "sy27,27")], &term);
    let rows = check(
        &[(ENROLMENTS, "2026-08-11", "11/08/2026")],
        &["E10 enrollments.csv:1 W"],
    );
    let Row::Enrolment(pupil) = &rows[12] else {
        panic!("{:?}", rows[12])
    };
    assert_eq!(
        (pupil.from, pupil.to),
        (None, Some("2026-12-23".parse().unwrap()))
    );
}

#[test]
fn e11_words_outside_the_list() {
    check(
        &[(ENROLMENTS, "stu1,student", "stu1,learner")],
        &["E11 enrollments.csv:1 R", "W07 roles.csv:1 W"],
    );
    let rows = check(
        &[(CLASSES, "homeroom", "HomeRoom"), (USERS, "true", "TRUE")],
        &["E11 classes.csv:1 W", "E11 users.csv:1 W"],
    );
    let Row::Class(class) = &rows[5] else {
        panic!("{:?}", rows[5])
    };
    assert_eq!(class.kind, "homeroom");
    check(
        &[(ENROLMENTS, "teacher,true", "teacher,yes")],
        &["E11 enrollments.csv:2 W"],
    );
    check(
        &[(ROLES, "r2,,", "r2,inactive,2026-08-01T00:00:00Z")],
        &[
            "E16 roles.csv:2 W",
            "E11 roles.csv:2 R",
            "E17 roles.csv:3 W",
        ],
    );
}

#[test]
fn e12_extensions() {
    let rows = check(&[(CLASSES, "homeroom", "ext:joustava")], &[]);
    let Row::Class(class) = &rows[5] else {
        panic!("{:?}", rows[5])
    };
    assert_eq!(class.kind, "ext:joustava");
    check(
        &[(ROLES, "tch1,primary", "tch1,ext:main")],
        &["E12 roles.csv:3 R"],
    );
    let mut old = Files::minimal_1_1();
    old.edit(CLASSES, "homeroom", "ext:joustava");
    check_files(
        &old,
        &[
            "E12 classes.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "W07 users.csv:1 W",
        ],
    );
}

#[test]
fn e13_ids_of_the_wrong_form() {
    check(&[(ENROLMENTS, "e2", "e 2")], &["E13 enrollments.csv:2 R"]);
    let long = "x".repeat(256);
    check(&[(ENROLMENTS, "e2", &long)], &["E13 enrollments.csv:2 R"]);
    check(&[(ENROLMENTS, "e2", &long[1..])], &[]);
    check(
        &[(ENROLMENTS, "tch1", "tch1!")],
        &["E13 enrollments.csv:2 R"],
    );
    let rows = check(
        &[(ORGS, "12345,muni1", "12345,muni+1")],
        &["E13 orgs.csv:2 W"],
    );
    let Row::Org(school) = &rows[1] else {
        panic!("{:?}", rows[1])
    };
    assert_eq!(school.parent, None);
}

#[test]
fn e16_bulk_rows_with_a_status_are_a_delta() {
    let mut files = Files::minimal();
    files.edit(ROLES, "r1,,", "r1,active,2026-10-05T06:00:00Z");
    files.edit(ROLES, "r2,,", "r2,tobedeleted,2026-10-05T06:00:00.511Z");
    files.edit(ROLES, "r3,,", "r3,active,2026-10-05T06:00:00Z");
    let rows = check_files(&files, &["E16 roles.csv:1 W"]);
    let Row::Role(second) = &rows[10] else {
        panic!("{:?}", rows[10])
    };
    assert_eq!(second.state, RowState::Ended);
    let outcome = files.read(&Limits::default()).0;
    assert_eq!(outcome.mode(FileKind::Roles), Mode::Delta);
    assert_eq!(outcome.mode(FileKind::Users), Mode::Bulk);
}

#[test]
fn e17_delta_rows_without_a_status() {
    let delta = (MANIFEST, "file.roles,bulk", "file.roles,delta");
    let full = "2026-10-05T06:00:00Z";
    let r1 = format!("r1,active,{full}");
    let rows = check(
        &[delta, (ROLES, "r1,,", &r1), (ROLES, "r2,,", "r2,active,")],
        &["E17 roles.csv:2 W", "E17 roles.csv:3 R"],
    );
    assert_eq!(rows.len(), 13);
}

#[test]
fn e18_times_that_are_not_utc() {
    let delta = (MANIFEST, "file.roles,bulk", "file.roles,delta");
    let with = |at: &str| format!("r1,active,{at}");
    let rest = [
        (ROLES, "r2,,", "r2,active,2026-10-05T06:00:00Z"),
        (ROLES, "r3,,", "r3,active,2026-10-05T06:00:00Z"),
    ];
    for at in [
        "2026-10-05",
        "2026-10-05T06:00:00+03:00",
        "5/10/2026",
        "2026-13-05T06:00:00Z",
    ] {
        let r1 = with(at);
        let rows = check(
            &[delta, (ROLES, "r1,,", &r1), rest[0], rest[1]],
            &["E18 roles.csv:1 W"],
        );
        assert_eq!(rows.len(), 14, "{at}");
    }
}

#[test]
fn e21_to_e24_faults_of_optional_fields() {
    let rows = check(
        &[(COURSES, "sch1,,", "sch1,\"MA,FY\",MA01")],
        &["E21 courses.csv:1 W"],
    );
    let Row::Course(course) = &rows[4] else {
        panic!("{:?}", rows[4])
    };
    assert_eq!(course.subjects, ["MA", "FY"]);
    let rows = check(
        &[(ROLES, "r3,,,tch1,primary,teacher", "r3,,,stu1,primary,aide")],
        &["E22 roles.csv:3 W"],
    );
    let Row::Role(third) = &rows[11] else {
        panic!("{:?}", rows[11])
    };
    assert!(!third.primary);
    let rows = check(
        &[(ENROLMENTS, "student,,", "student,true,")],
        &["E23 enrollments.csv:1 W"],
    );
    let Row::Enrolment(pupil) = &rows[12] else {
        panic!("{:?}", rows[12])
    };
    assert!(!pupil.primary);
    for wrong in ["OID:1", "{OID}", "{:1}", "{OID:}", "{{a:1}", "{a:b}c}"] {
        let ids = format!("\"{wrong},{{LDAP:a:b}}\"");
        let rows = check(
            &[(USERS, "{OID:1.2.246.562.24.1}", &ids)],
            &["E24 users.csv:1 W"],
        );
        let Row::User(pupil) = &rows[6] else {
            panic!("{:?}", rows[6])
        };
        assert_eq!(pupil.user_ids, [("LDAP".to_owned(), "a:b".to_owned())]);
    }
}

#[test]
fn w01_to_w07_are_said_and_the_rows_used() {
    let cases: [(&[Edit<'_>], &[&str]); 6] = [
        (
            &[(ENROLMENTS, "2026-12-23", "2027-01-08")],
            &["W01 enrollments.csv:1 W"],
        ),
        (
            &[(ENROLMENTS, "2026-08-11", "2026-08-01")],
            &["W01 enrollments.csv:1 W"],
        ),
        (
            &[(ENROLMENTS, "stu1,student,", "stu1,teacher,true")],
            &["W02 enrollments.csv:2 W", "W07 roles.csv:1 W"],
        ),
        (
            &[
                (USERS, "grd1,7,,,", "grd1,7,,m1,"),
                (USERS, "stu1,,,,,,,,sch1", "stu1,,,m1,,,,,sch1"),
            ],
            &["W03 users.csv:2 W"],
        ),
        (
            &[
                (USERS, "grd1,7", ",7"),
                (USERS, "stu1,,,,,,,,sch1", ",,,,,,,,sch1"),
            ],
            &["W06 roles.csv:2 W"],
        ),
        (
            &[(ENROLMENTS, "stu1,student", "tch1,student")],
            &["W07 roles.csv:1 W"],
        ),
    ];
    for (edits, expected) in cases {
        assert_eq!(check(edits, expected).len(), 14, "{expected:?}");
    }
    let long = "ä".repeat(256);
    check(&[(ORGS, "Mallikoulu", &long)], &["W05 orgs.csv:2 W"]);
    check(&[(ORGS, "Mallikoulu", &long[2..])], &[]);
}

#[test]
fn p01_counts_what_is_dropped() {
    let mut files = Files::minimal().with("demographics.csv", DEMOGRAPHICS);
    files.edit(
        MANIFEST,
        "file.demographics,absent",
        "file.demographics,bulk",
    );
    files.edit(
        USERS,
        "Kaisa,Esimerkki,,,,,,stu1",
        "Kaisa,Esimerkki,,,a@b.fi,1,2,stu1",
    );
    files.edit("demographics.csv", "female,,", "female,,true");
    let rows = check_files(
        &files,
        &[
            "P01 users.csv:0 W",
            "P01 users.csv:0 W",
            "P01 users.csv:0 W",
            "P01 demographics.csv:0 W",
        ],
    );
    let text = format!("{rows:?}");
    assert!(!text.contains("a@b.fi") && kinds(&rows).contains(&"demographics"));
    files.edit("demographics.csv", "stu1", "stu9");
    assert_eq!(
        short(&files.read(&Limits::default()).1.findings)[3],
        "E15 demographics.csv:1 R"
    );
}
