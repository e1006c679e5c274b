//! Checks of rows against each other: ids, references, dates, trees.
//!
//! Invariant: what needs a refused row is refused, and nothing else.

use super::*;

#[test]
fn e14_the_same_id_twice() {
    let again = "tch1,,,true,tch2,,Olli,Opettaja,,,,,,,,,,,,,,sch1,\n";
    let line = "tch1,,,true,tch1,,Olli,Opettaja,,,,,,,,,,,,,,sch1,\n";
    let rows = check(
        &[(USERS, line, &format!("{line}{again}"))],
        &["E14 users.csv:4 R"],
    );
    assert_eq!(rows.len(), 14);
    check(&[(ENROLMENTS, "e2", "e1")], &["E14 enrollments.csv:2 R"]);
    check(
        &[(ORGS, "sch1", "muni1")],
        &[
            "E14 orgs.csv:2 R",
            "E15 courses.csv:1 R",
            "E15 classes.csv:1 R",
            "E15 classes.csv:1 R",
            "E15 users.csv:1 W",
            "E15 users.csv:2 W",
            "E15 users.csv:3 W",
            "E15 roles.csv:1 R",
            "E15 roles.csv:2 R",
            "E15 roles.csv:3 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "E15 enrollments.csv:2 R",
        ],
    );
}

#[test]
fn e15_references_that_lead_nowhere() {
    check(
        &[(ENROLMENTS, "sch1,stu1", "sch1,stu9")],
        &["E15 enrollments.csv:1 R", "W07 roles.csv:1 W"],
    );
    let rows = check(
        &[(USERS, "grd1,7", "\"grd1,grd9\",7")],
        &["E15 users.csv:1 W"],
    );
    let Row::User(pupil) = &rows[6] else {
        panic!("{:?}", rows[6])
    };
    assert_eq!(pupil.agents, ["grd1"]);
    // The row of a course is refused, and so are its class and the enrolments.
    check(
        &[(COURSES, "KL7,7,sch1", "KL7,7,sch9")],
        &[
            "E15 courses.csv:1 R",
            "E15 classes.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "W07 roles.csv:1 W",
        ],
    );
    // A person is refused: the reference to them is emptied, their role and enrolment refused.
    let rows = check(
        &[(USERS, "Kaisa", "")],
        &[
            "E15 users.csv:1 W",
            "E10 users.csv:2 R",
            "E15 roles.csv:2 R",
        ],
    );
    assert_eq!(rows.len(), 12);
    check(
        &[(CLASSES, "\"t27a\"", "\"t27a,t27b\"")],
        &[
            "E15 classes.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "W07 roles.csv:1 W",
        ],
    );
}

#[test]
fn e15_a_target_file_that_is_declared_absent() {
    let mut files = Files::minimal().without(COURSES);
    files.edit(MANIFEST, "file.courses,bulk", "file.courses,absent");
    let rows = check_files(&files, &["E15 classes.csv:1 W"]);
    let Row::Class(class) = &rows[4] else {
        panic!("{:?}", rows[4])
    };
    assert_eq!(class.course, None);
    let mut delta = files;
    delta.edit(MANIFEST, "file.classes,bulk", "file.classes,delta");
    delta.edit(CLASSES, "cls7a,,", "cls7a,active,2026-10-05T06:00:00Z");
    let rows = check_files(&delta, &[]);
    let Row::Class(class) = &rows[4] else {
        panic!("{:?}", rows[4])
    };
    assert_eq!(
        class.course.as_deref(),
        Some("crs1"),
        "known from before, perhaps"
    );
}

#[test]
fn e15_shows_no_identity_code() {
    let mut files = Files::minimal();
    files.edit(ENROLMENTS, "sch1,stu1", "sch1,131052-308T");
    let (_, sink) = files.read(&Limits::default());
    assert_eq!(sink.findings[0].code, "E15");
    assert!(
        !sink.findings[0].message.contains("308T"),
        "{}",
        sink.findings[0]
    );
}

#[test]
fn e19_ends_before_beginnings() {
    check(
        &[(ENROLMENTS, "2026-12-23", "2026-08-11")],
        &["E19 enrollments.csv:1 R", "W07 roles.csv:1 W"],
    );
    check(
        &[(ROLES, "2026-08-11,,", "2026-08-11,2026-08-10,")],
        &["E19 roles.csv:1 R"],
    );
    check(
        &[(SESSIONS, "2026-12-23", "2026-08-11")],
        &[
            "E19 academicSessions.csv:2 R",
            "E15 classes.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "W07 roles.csv:1 W",
        ],
    );
}

#[test]
fn e20_a_school_that_is_none() {
    check(
        &[(ENROLMENTS, "cls7a,sch1,stu1", "cls7a,muni1,stu1")],
        &["E20 enrollments.csv:1 R", "W07 roles.csv:1 W"],
    );
    check(
        &[(CLASSES, ",sch1,", ",muni1,")],
        &[
            "E20 classes.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "W07 roles.csv:1 W",
        ],
    );
}

#[test]
fn e25_cycles() {
    let rows = check(
        &[(SESSIONS, "2027-08-01,,2027", "2027-08-01,t27a,2027")],
        &[
            "E25 academicSessions.csv:1 R",
            "E25 academicSessions.csv:2 R",
            "E15 courses.csv:1 W",
            "E15 classes.csv:1 R",
            "E15 enrollments.csv:1 R",
            "E15 enrollments.csv:2 R",
            "W07 roles.csv:1 W",
        ],
    );
    assert!(!kinds(&rows).contains(&"academicSessions"));
    let rows = check(
        &[(ORGS, "district,,", "district,,muni1")],
        &["E25 orgs.csv:1 R", "E15 orgs.csv:2 W"],
    );
    let Row::Org(school) = &rows[0] else {
        panic!("{:?}", rows[0])
    };
    assert_eq!((school.id.as_str(), &school.parent), ("sch1", &None));
}

#[test]
fn e26_a_term_outside_its_year() {
    for (from, to) in [("2026-08-11", "2026-07-31"), ("2026-12-23", "2027-08-02")] {
        check(
            &[(SESSIONS, from, to)],
            &[
                "E26 academicSessions.csv:2 R",
                "E15 classes.csv:1 R",
                "E15 enrollments.csv:1 R",
                "E15 enrollments.csv:2 R",
                "W07 roles.csv:1 W",
            ],
        );
    }
}
