//! The demo town read back: its size, its clock, its staff, and how much its pupils are away.
//!
//! Invariant: everything is counted from the files; of the town's own answer only names and ids are
//! taken.

use crate::files::World;
use crate::held::{lessons, registers, school_days};
use lasna_simulate::{MemoryOutput, write_town};
use std::collections::{BTreeMap, BTreeSet};

const NOW: &str = "2027-03-10T07:14:00Z";
const TODAY: &str = "2027-03-10";
const DEMO_TEACHER: &str = "s0001-t20";

#[test]
fn three_schools_have_the_pupils_of_a_town() {
    let (town, world) = World::town();
    assert_eq!(
        (town.today.to_string(), town.now.to_string()),
        (TODAY.into(), NOW.into())
    );
    let schools: Vec<[&str; 2]> = world.roster["orgs.csv"]
        .pick(["sourcedId", "name"])
        .skip(1)
        .collect();
    let expected = [
        ["s0001", "Kuusikon yhtenäiskoulu"],
        ["s0002", "Harjunrinteen yläkoulu"],
        ["s0003", "Strandskolan"],
    ];
    assert_eq!(schools, expected);
    let students = world.roster["roles.csv"].pick(["userSourcedId", "role"]);
    let pupils: BTreeSet<&str> = students
        .filter(|[_, role]| *role == "student")
        .map(|[user, _]| user)
        .collect();
    assert!((1_300..=1_500).contains(&pupils.len()), "{}", pupils.len());
    assert_eq!(pupils.len() as u64, town.summary.pupils);
}

#[test]
fn the_town_is_the_same_each_time() {
    let bytes = || {
        let mut output = MemoryOutput::default();
        (write_town(&mut output).unwrap(), output.files())
    };
    let first = bytes();
    assert!(first == bytes());
    assert!(!first.1.contains_key("truth.json"));
}

#[test]
fn nothing_is_known_after_the_clock() {
    let (_, world) = World::town();
    for (name, table) in &world.tables {
        for [at] in table.pick(["known_at"]) {
            assert!(at <= NOW, "{name} {at}");
        }
    }
    let taken = registers(&world);
    let (mut early, mut open) = (0, 0);
    for [class, date, start, teacher, cancelled] in
        world.tables["lessons.csv"].pick(["class", "date", "start", "teacher", "cancelled"])
    {
        assert!(
            date <= TODAY && !teacher.is_empty(),
            "{class} {date} {start}"
        );
        let done = taken.contains(&[class, date, start]);
        if date == TODAY && start < "09:00" && cancelled == "false" {
            early += 1;
            open += i32::from(!done);
        }
        assert!(date < TODAY || start < "09:00" || !done, "{class} {start}");
    }
    assert!(early > 40 && open * 10 < early, "{open} of {early}");
    for [date, start] in world.tables["marks.csv"].pick(["date", "start"]) {
        assert!(date < TODAY || start < "09:00", "{start}");
    }
}

#[test]
fn the_staff_is_in_the_roster() {
    let (town, world) = World::town();
    let users: BTreeMap<&str, String> = world.roster["users.csv"]
        .pick(["sourcedId", "givenName", "familyName"])
        .map(|[id, given, family]| (id, format!("{given} {family}")))
        .collect();
    let roles: BTreeSet<[&str; 3]> = world.roster["roles.csv"]
        .pick(["userSourcedId", "role", "orgSourcedId"])
        .collect();
    for staff in &town.staff {
        let person = staff.person.as_deref().unwrap();
        assert_eq!(users[person], staff.name);
        let word = match staff.role {
            "teacher" | "class_teacher" | "substitute" => "teacher",
            "sky_worker" => "counselor",
            "principal" => "principal",
            "coordinator" => "districtAdministrator",
            _ => "systemAdministrator",
        };
        let org = staff.school.as_deref().unwrap_or("esim");
        assert!(roles.contains(&[person, word, org]), "{staff:?}");
    }
    let person = |role| town.staff.iter().find(|staff| staff.role == role).unwrap();
    let enrolled: BTreeSet<[&str; 2]> = world.roster["enrollments.csv"]
        .pick(["userSourcedId", "classSourcedId"])
        .collect();
    let substitute = person("substitute").person.as_deref().unwrap();
    assert!(enrolled.iter().all(|[user, _]| *user != substitute));
    assert_eq!(
        person("class_teacher").person.as_deref(),
        Some(DEMO_TEACHER)
    );
    assert!(enrolled.contains(&[DEMO_TEACHER, "s0001-8B"]));
    let class = world.roster["enrollments.csv"].pick(["classSourcedId", "role", "endDate"]);
    let size = class
        .filter(|[class, role, to]| *class == "s0001-8B" && *role == "student" && *to > TODAY)
        .count();
    assert!((18..=22).contains(&size), "{size}");
}

#[test]
fn the_demo_teacher_has_a_lesson_open_and_owes_three() {
    let (_, world) = World::town();
    let (taken, days) = (registers(&world), school_days(&world));
    let mut busy: BTreeMap<[&str; 2], Vec<(u16, u16)>> = BTreeMap::new();
    let (mut today, mut owed, mut others) = (Vec::new(), 0, BTreeSet::new());
    for [class, date, start, minutes, teacher, cancelled] in world.tables["lessons.csv"].pick([
        "class",
        "date",
        "start",
        "minutes",
        "teacher",
        "cancelled",
    ]) {
        let from = start[..2].parse::<u16>().unwrap() * 60 + start[3..].parse::<u16>().unwrap();
        let span = (from, from + minutes.parse::<u16>().unwrap());
        let spans = busy.entry([teacher, date]).or_default();
        assert!(
            spans.iter().all(|s| span.1 <= s.0 || s.1 <= span.0),
            "{teacher} {date} {start}"
        );
        spans.push(span);
        let done = taken.contains(&[class, date, start]);
        let missing = cancelled == "false" && days.contains(date) && !done;
        if teacher == DEMO_TEACHER && date == TODAY {
            today.push((class, start, done));
        } else if missing && teacher == DEMO_TEACHER {
            assert!(("2027-02-24"..TODAY).contains(&date), "{date}");
            owed += 1;
        } else if missing && ("2027-02-24"..TODAY).contains(&date) {
            others.insert(teacher);
        }
    }
    assert!(
        today.len() >= 4 && today.contains(&("s0001-8B", "09:00", false)),
        "{today:?}"
    );
    assert!(
        today
            .iter()
            .all(|(_, start, done)| *done == (*start < "09:00")),
        "{today:?}"
    );
    assert_eq!(owed, 3);
    assert!((3..=8).contains(&others.len()), "{others:?}");
}

#[test]
fn the_town_looks_like_life() {
    let (_, world) = World::town();
    let lessons = lessons(&world);
    let (mut away, mut marked, mut held, mut taken) = (0, 0, 0, 0);
    let (mut tenth, mut half, mut unresolved) = (0, 0, 0);
    for own in lessons.values() {
        let (mut missed, mut all) = (0, 0);
        for lesson in own {
            if lesson.date < TODAY {
                held += 1;
                taken += u64::from(lesson.taken);
            }
            if lesson.taken || lesson.mark.is_some() {
                all += lesson.minutes;
            }
            if lesson.is_absent() {
                let part = lesson.mark.and_then(|(_, minutes)| minutes);
                missed += part.unwrap_or(u64::MAX).min(lesson.minutes);
            }
        }
        away += missed;
        marked += all;
        tenth += u64::from(missed * 10 >= all);
        half += u64::from(missed * 2 >= all);
        unresolved += u64::from(own.iter().any(|l| l.is("POIS") && l.date < "2027-03-03"));
    }
    let check = |part: u64, of: u64, low: f64, high: f64| {
        let share = part as f64 / of as f64;
        assert!((low..high).contains(&share), "{share} of {low}–{high}");
    };
    let pupils = lessons.len() as u64;
    check(away, marked, 0.07, 0.09);
    check(tenth, pupils, 0.115, 0.155);
    check(half, pupils, 0.01, 0.02);
    check(unresolved, pupils, 0.02, 0.05);
    check(taken, held, 0.96, 0.99);
}
