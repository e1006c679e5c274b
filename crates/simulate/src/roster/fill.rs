//! The rows of each member of the roster.
//!
//! What it is not: it knows nothing of zip or manifests; that is [`super`].
//!
//! Invariant: every id that a row refers to is written by another member from the same plan.

use super::{PROVIDER, Rows};
use crate::Error;
use crate::calendar::{DayNo, SPRING_FROM, YEAR_FROM, YEAR_TO, date_of};
use crate::people::{Household, Person, household_of, staff_of};
use crate::plan::{Plan, SchoolPlan};
use crate::pupil::{Pupil, Stay, pupils_of};
use crate::town::staff::of_provider;

const SCHOOL_YEAR: &str = "lv2026";
const TERMS: &str = "lv2026-s,lv2026-k";

fn date(day: DayNo) -> String {
    date_of(day).to_string()
}

pub(super) fn orgs(plan: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    rows.row(PROVIDER, &["Esimerkkilä (synteettinen)", "district"])?;
    for school in &plan.schools {
        let identifier = format!("9{:04}", school.no + 1);
        rows.row(&school.id, &[&school.name, "school", &identifier, PROVIDER])?;
    }
    Ok(())
}

pub(super) fn sessions(_: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    let title = "Lukuvuosi 2026–2027 (synteettinen)";
    rows.row(
        SCHOOL_YEAR,
        &[title, "schoolYear", "2026-08-01", "2027-08-01", "", "2027"],
    )?;
    let spans = [
        (YEAR_FROM, SPRING_FROM, "Syyslukukausi"),
        (SPRING_FROM, YEAR_TO, "Kevätlukukausi"),
    ];
    for (id, (from, to, title)) in TERMS.split(',').zip(spans) {
        rows.row(
            id,
            &[title, "term", &date(from), &date(to), SCHOOL_YEAR, "2027"],
        )?;
    }
    Ok(())
}

pub(super) fn courses(_: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    for grade in 5..=9 {
        let (grade, year) = (grade.to_string(), SCHOOL_YEAR);
        let title = format!("Kotiluokka {grade}");
        let code = format!("KL{grade}");
        rows.row(
            &course(&grade, None),
            &[year, &title, &code, &grade, PROVIDER],
        )?;
        for subject in crate::plan::OPTIONAL_SUBJECTS {
            let title = format!("Valinnainen {subject} {grade}");
            let code = format!("V{subject}{grade}");
            let id = course(&grade, Some(subject));
            rows.row(
                &id,
                &[year, &title, &code, &grade, PROVIDER, subject, subject],
            )?;
        }
    }
    Ok(())
}

fn course(grade: &str, subject: Option<&str>) -> String {
    match subject {
        None => format!("kurssi-KL{grade}"),
        Some(subject) => format!("kurssi-V{subject}{grade}"),
    }
}

pub(super) fn classes(plan: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    for school in &plan.schools {
        for group in &school.groups {
            let grade = group.grade.to_string();
            let kind = if group.subject.is_none() {
                "homeroom"
            } else {
                "scheduled"
            };
            let subject = group.subject.unwrap_or("");
            let course = course(&grade, group.subject);
            let code = group.id.rsplit('-').next().unwrap_or("");
            rows.row(
                &group.id,
                &[
                    &group.title,
                    &grade,
                    &course,
                    code,
                    kind,
                    "",
                    &school.id,
                    TERMS,
                    subject,
                    subject,
                ],
            )?;
        }
    }
    Ok(())
}

/// Calls back with each pupil and household of the plan.
fn each_pupil(
    plan: &Plan,
    mut take: impl FnMut(&SchoolPlan, &Pupil, &Household) -> Result<(), Error>,
) -> Result<(), Error> {
    for (place, school) in plan.schools.iter().enumerate() {
        for pupil in pupils_of(plan, place) {
            take(school, &pupil, &household_of(plan, school, &pupil))?;
        }
    }
    Ok(())
}

/// Whom the guardians of a pupil look after. A guardian of two is written with the first of them.
fn wards_of(plan: &Plan, pupil: &Pupil) -> String {
    match pupil.part.and_then(|part| part.siblings(plan)) {
        Some(siblings) => siblings.join(","),
        None => pupil.id.clone(),
    }
}

pub(super) fn users(plan: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut user = |person: &Person, ids: &str, agents: &str, grade: &str, org: &str| {
        let fields = [
            "true",
            &person.id,
            ids,
            person.given,
            person.family,
            "",
            "",
            "",
            "",
            "",
            agents,
            grade,
            "",
            "",
            "",
            "",
            "",
            "",
            org,
        ];
        rows.row(&person.id, &fields)
    };
    for school in &plan.schools {
        for person in staff_of(plan, school) {
            user(&person, "", "", "", &school.id)?;
        }
    }
    for person in of_provider(plan) {
        user(&person, "", "", "", PROVIDER)?;
    }
    each_pupil(plan, |school, pupil, household| {
        let ids = format!("{{OID:{}}}", household.learner_number);
        let guardians: Vec<&str> = household.guardians.iter().map(|g| g.id.as_str()).collect();
        let last = pupil
            .stays
            .last()
            .map_or(school, |stay| &plan.schools[stay.school]);
        let grade = pupil.grade.to_string();
        user(
            &household.pupil,
            &ids,
            &guardians.join(","),
            &grade,
            &last.id,
        )?;
        household
            .guardians
            .iter()
            .filter(|g| g.id.starts_with(&pupil.id))
            .try_for_each(|g| user(g, "", &wards_of(plan, pupil), "", &last.id))
    })
}

pub(super) fn roles(plan: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut role = |person: &str, role: &str, span: Option<(DayNo, DayNo)>, org: &str| {
        let [from, to] = span.map_or_else(Default::default, |(from, to)| [date(from), date(to)]);
        let id = format!("{person}@{org}");
        rows.row(&id, &[person, "primary", role, &from, &to, org])
    };
    for school in &plan.schools {
        for person in staff_of(plan, school) {
            role(&person.id, person.role, None, &school.id)?;
        }
    }
    for person in of_provider(plan) {
        role(&person.id, person.role, None, PROVIDER)?;
    }
    each_pupil(plan, |school, pupil, household| {
        let mut last = school;
        // One role for each school, from the first day there to the last.
        let mut stays = pupil.stays.as_slice();
        while let Some(first) = stays.first() {
            let same = stays
                .iter()
                .take_while(|stay| stay.school == first.school)
                .count();
            let to = stays[same - 1].to;
            last = &plan.schools[first.school];
            role(&pupil.id, "student", Some((first.from, to)), &last.id)?;
            stays = &stays[same..];
        }
        household
            .guardians
            .iter()
            .filter(|g| g.id.starts_with(&pupil.id))
            .try_for_each(|g| role(&g.id, "guardian", None, &last.id))
    })
}

pub(super) fn enrolments(plan: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    for school in &plan.schools {
        for (place, group) in school.groups.iter().enumerate() {
            let teacher = format!("{}-t{:02}", school.id, place % school.classes.max(1) + 1);
            let id = format!("{}.{}", group.id, "t");
            let (from, to) = (date(YEAR_FROM), date(YEAR_TO));
            rows.row(
                &id,
                &[
                    &group.id, &school.id, &teacher, "teacher", "true", &from, &to,
                ],
            )?;
        }
    }
    for place in 0..plan.schools.len() {
        for pupil in pupils_of(plan, place) {
            for (n, span) in spans_of(&pupil).into_iter().enumerate() {
                let (school, group, from, to) = span;
                let school = &plan.schools[school];
                let id = format!("{}.{}", pupil.id, n + 1);
                let (from, to) = (date(from), date(to));
                let class = &school.groups[group].id;
                rows.row(
                    &id,
                    &[class, &school.id, &pupil.id, "student", "", &from, &to],
                )?;
            }
        }
    }
    Ok(())
}

/// School, group and days of each enrolment; stays that go on in the same group are one.
fn spans_of(pupil: &Pupil) -> Vec<(usize, usize, DayNo, DayNo)> {
    let mut spans: Vec<(usize, usize, DayNo, DayNo)> = Vec::with_capacity(4);
    for Stay {
        school,
        class,
        optional,
        from,
        to,
    } in pupil.stays.iter().copied()
    {
        for group in [class, optional] {
            let goes_on =
                |s: &&mut (usize, usize, _, DayNo)| (s.0, s.1, s.3) == (school, group, from);
            match spans.iter_mut().find(goes_on) {
                Some(span) => span.3 = to,
                None => spans.push((school, group, from, to)),
            }
        }
    }
    spans
}

pub(super) fn demographics(plan: &Plan, rows: &mut Rows<'_>) -> Result<(), Error> {
    each_pupil(plan, |_, pupil, household| {
        let sex = if household.female { "female" } else { "male" };
        rows.row(&pupil.id, &[&household.birth_date, sex])
    })
}
