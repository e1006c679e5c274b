//! What is written is read back as it was, and the same rows give the same bytes.
//!
//! Invariant: generated bundles hold what an export may hold: commas, quotes, blanks, any script.

use lasna_domain::calendar::{Day, Span};
use lasna_formats::finding::Severity;
use lasna_formats::limits::Limits;
use lasna_formats::oneroster::{Bundle, FileKind, Mode, read_bundle, write_bundle};
use lasna_formats::rows::{
    ClassRow, Collected, CourseRow, DemographicsRow, EnrolmentRow, OrgRow, RoleRow, Row, RowState,
    SessionRow, UserRow,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::io::Cursor;

const ACTIVE: RowState = RowState::Active;

/// A text without blanks around it and without line breaks, as every field is.
fn text() -> impl Strategy<Value = String> {
    "[\"',;=@ a-zåäö{}:\u{400}-\u{4ff}-]{0,12}".prop_map(|text| text.trim().to_owned())
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|text| {
        if text.is_empty() {
            "x".to_owned()
        } else {
            text
        }
    })
}

fn list() -> impl Strategy<Value = Vec<String>> {
    vec("[a-zö0-9\" ]{0,4}[a-z0-9\"]", 0..3).prop_map(|items| {
        items
            .into_iter()
            .map(|item| item.trim().to_owned())
            .collect()
    })
}

fn day() -> impl Strategy<Value = Day> {
    (20_600..20_900).prop_map(Day)
}

fn ids(prefix: &'static str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(words).prop_map(str::to_owned)
}

/// Dates that are open, or end after they begin.
fn dates() -> impl Strategy<Value = (Option<Day>, Option<Day>)> {
    (option::of(day()), option::of(1..200)).prop_map(|(from, days)| {
        let to = days.map(|days| from.unwrap_or(Day(20_700)).plus(days));
        (from, to)
    })
}

prop_compose! {
    fn org(id: String, parents: Vec<String>)(
        name in filled(), identifier in text(), parent in option::of(0_usize..100),
    ) -> OrgRow {
        let parent = parent.filter(|_| !parents.is_empty());
        let parent = parent.map(|at| parents[at % parents.len()].clone());
        let (id, state, kind) = (id.clone(), ACTIVE, "school".to_owned());
        OrgRow { id, state, name, kind, identifier, parent }
    }
}

prop_compose! {
    fn session(id: String)(
        title in filled(), kind in word(&["term", "schoolYear", "ext:jakso"]),
        from in day(), days in 1..300, school_year in 1000_i16..=9999,
    ) -> SessionRow {
        let span = Span { from, to: from.plus(days) };
        let (id, state) = (id.clone(), ACTIVE);
        SessionRow { id, state, title, kind, span, parent: None, school_year, school: None }
    }
}

prop_compose! {
    fn course(id: String, org: String, session: String)(
        title in filled(), code in text(), grades in list(), subjects in list(), dated: bool,
    ) -> CourseRow {
        let session = dated.then(|| session.clone());
        let (id, org) = (id.clone(), org.clone());
        CourseRow { id, state: ACTIVE, title, code, grades, org, session, subjects }
    }
}

prop_compose! {
    fn class(id: String, course: String, school: String, sessions: Vec<String>)(
        title in filled(), code in text(), kind in word(&["homeroom", "scheduled", "ext:ryhmä"]),
        grades in list(), subjects in list(),
        terms in subsequence(sessions.clone(), 1..=sessions.len()),
    ) -> ClassRow {
        let (course, school) = (Some(course.clone()), school.clone());
        let (id, state) = (id.clone(), ACTIVE);
        ClassRow { id, state, title, code, kind, grades, course, school, terms, subjects }
    }
}

prop_compose! {
    fn user(id: String, agents: Vec<String>, orgs: Vec<String>)(
        enabled: bool, names in (filled(), filled(), text(), text(), text()),
        username in filled(), identifier in text(),
        user_ids in vec(("[A-Za-z]{1,5}", "[a-z0-9.:]{0,6}[a-z]"), 0..3),
        agents in subsequence(agents.clone(), 0..=agents.len()), grades in list(),
        primary_org in option::of(select(orgs)),
    ) -> UserRow {
        let (given_name, family_name, middle_name, preferred_given_name, last) = names;
        UserRow {
            id: id.clone(), state: ACTIVE, enabled, given_name, family_name, middle_name,
            preferred_given_name, preferred_family_name: last, username, identifier, user_ids,
            agents, grades, primary_org,
        }
    }
}

prop_compose! {
    fn role(id: String, user: String, orgs: Vec<String>)(
        primary: bool, role in word(&["student", "teacher", "guardian", "ext:kuraattori"]),
        org in select(orgs), (from, to) in dates(),
    ) -> RoleRow {
        RoleRow { id: id.clone(), state: ACTIVE, user: user.clone(), primary, role, org, from, to }
    }
}

prop_compose! {
    fn enrolment(id: String, classes: Vec<String>, schools: Vec<String>, users: Vec<String>)(
        class in select(classes), school in select(schools), user in select(users),
        role in word(&["student", "teacher"]), primary: bool, (from, to) in dates(),
    ) -> EnrolmentRow {
        let primary = primary && role == "teacher";
        EnrolmentRow { id: id.clone(), state: ACTIVE, class, school, user, role, primary, from, to }
    }
}

prop_compose! {
    fn demographics(id: String)(
        birth_date in option::of(day()), sex in word(&["", "male", "female", "other", "ext:muu"]),
    ) -> DemographicsRow {
        DemographicsRow { id: id.clone(), state: ACTIVE, birth_date, sex }
    }
}

/// Bundles of up to nine rows a file, sorted by id, with references that lead somewhere.
fn bundle() -> impl Strategy<Value = Bundle> {
    let counts = (1_usize..9, 1_usize..9, 1_usize..9, 1_usize..9, 1_usize..9);
    counts
        .prop_flat_map(|(orgs, sessions, classes, users, enrolments)| {
            let (org_ids, session_ids) = (ids("o", orgs), ids("s", sessions));
            let (class_ids, user_ids) = (ids("c", classes), ids("u", users));
            let org_rows: Vec<_> = (0..orgs)
                .map(|n| org(org_ids[n].clone(), org_ids[..n].to_vec()))
                .collect();
            let session_rows: Vec<_> = session_ids.iter().cloned().map(session).collect();
            let course = (course(
                "k".to_owned(),
                org_ids[0].clone(),
                session_ids[0].clone(),
            ),);
            let class_rows: Vec<_> = class_ids
                .iter()
                .map(|id| {
                    class(
                        id.clone(),
                        "k".to_owned(),
                        org_ids[0].clone(),
                        session_ids.clone(),
                    )
                })
                .collect();
            let user_rows: Vec<_> = user_ids
                .iter()
                .map(|id| user(id.clone(), user_ids.clone(), org_ids.clone()))
                .collect();
            let role_rows: Vec<_> = user_ids
                .iter()
                .map(|id| role(format!("r{id}"), id.clone(), org_ids.clone()))
                .collect();
            let enrolment_rows: Vec<_> = ids("e", enrolments)
                .into_iter()
                .map(|id| enrolment(id, class_ids.clone(), org_ids.clone(), user_ids.clone()))
                .collect();
            let demographics_rows: Vec<_> = user_ids.into_iter().map(demographics).collect();
            (
                org_rows,
                session_rows,
                course,
                class_rows,
                user_rows,
                role_rows,
                enrolment_rows,
                demographics_rows,
            )
        })
        .prop_map(
            |(orgs, sessions, (course,), classes, users, roles, enrolments, demographics)| {
                let courses = vec![course];
                Bundle {
                    orgs,
                    sessions,
                    courses,
                    classes,
                    users,
                    roles,
                    enrolments,
                    demographics,
                }
            },
        )
}

fn write(bundle: &Bundle) -> Vec<u8> {
    write_bundle(bundle, Cursor::new(Vec::new()))
        .unwrap()
        .into_inner()
}

fn read(zip: &[u8]) -> (Bundle, Collected) {
    let mut sink = Collected::default();
    let outcome = read_bundle("b.zip", Cursor::new(zip), &Limits::default(), &mut sink);
    assert!(!outcome.fatal, "{:?}", sink.findings);
    let mut bundle = Bundle::default();
    for (_, placed) in &sink.rows {
        match placed.value.clone() {
            Row::Org(row) => bundle.orgs.push(row),
            Row::Session(row) => bundle.sessions.push(row),
            Row::Course(row) => bundle.courses.push(row),
            Row::Class(row) => bundle.classes.push(row),
            Row::User(row) => bundle.users.push(row),
            Row::Role(row) => bundle.roles.push(row),
            Row::Enrolment(row) => bundle.enrolments.push(row),
            Row::Demographics(row) => bundle.demographics.push(row),
            other => panic!("{other:?}"),
        }
    }
    (bundle, sink)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(bundle in bundle()) {
        let (again, sink) = read(&write(&bundle));
        let bad = sink.findings.iter().find(|finding| {
            finding.severity != Severity::Warning || finding.code.starts_with('E')
        });
        prop_assert_eq!(bad, None);
        prop_assert_eq!(again, bundle);
    }

    #[test]
    fn the_order_of_rows_does_not_reach_the_bytes(bundle in bundle()) {
        let mut turned = bundle.clone();
        turned.orgs.reverse();
        turned.users.reverse();
        turned.enrolments.reverse();
        prop_assert_eq!(write(&turned), write(&bundle));
    }

    #[test]
    fn no_bytes_of_a_file_bring_the_reader_down(
        users in vec(any::<u8>(), 0..200), orgs in "[a-z,\"\r\n]{0,80}", at in 0_usize..2000,
    ) {
        let mut zip = write(&one_school());
        let at = at % zip.len();
        for (to, from) in zip[at..].iter_mut().zip(users.iter().chain(orgs.as_bytes())) {
            *to ^= from & 0x11;
        }
        let mut sink = Collected::default();
        let outcome = read_bundle("b.zip", Cursor::new(zip), &Limits::default(), &mut sink);
        let fatal = sink.findings.iter().any(|finding| finding.severity == Severity::Fatal);
        prop_assert_eq!(outcome.fatal, fatal);
    }
}

fn one_school() -> Bundle {
    let org = OrgRow {
        id: "sch1".to_owned(),
        state: ACTIVE,
        name: "Mallikoulu".to_owned(),
        kind: "school".to_owned(),
        identifier: "12345".to_owned(),
        parent: None,
    };
    Bundle {
        orgs: vec![org],
        ..Bundle::default()
    }
}

#[test]
fn what_has_ended_and_what_is_empty_is_left_out() {
    let mut bundle = one_school();
    let gone = OrgRow {
        id: "sch2".to_owned(),
        state: RowState::Ended,
        ..bundle.orgs[0].clone()
    };
    bundle.orgs.push(gone);
    let zip = write(&bundle);
    assert_eq!(read(&zip).0, one_school());
    let mut sink = Collected::default();
    let outcome = read_bundle("b.zip", Cursor::new(&zip), &Limits::default(), &mut sink);
    assert_eq!(
        (outcome.mode(FileKind::Orgs), outcome.mode(FileKind::Users)),
        (Mode::Bulk, Mode::Absent)
    );
    assert_eq!(sink.findings, []);
}

#[test]
fn a_line_break_is_written_as_a_blank() {
    let mut bundle = one_school();
    bundle.orgs[0].name = "Malli\nkoulu".to_owned();
    assert_eq!(read(&write(&bundle)).0.orgs[0].name, "Malli koulu");
}
